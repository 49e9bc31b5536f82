"""`HybridIndex`: items in, ranked items out; words and meaning behind one manifest.

A batch of items becomes a generation (`index.writing`), a query becomes hits (`index.searching`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from index import inventory, manifest, segments, syntax, writing
from index.dense import Dense
from index.errors import IndexDamagedError, IndexWriteError, ReadOnlyError
from index.fusion import Weights
from index.lexical import Lexical
from index.records import Filter, Hit, Item, Piece, PieceHit
from index.searching import Fusion, Mode, Question, Searcher

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    from index.encoders import Encoders
    from index.manifest import Manifest
    from index.searching import Expand, Rescore

__all__ = [
    "EVERYTHING",
    "Filter",
    "Fusion",
    "Hit",
    "HybridIndex",
    "Item",
    "Mode",
    "Piece",
    "PieceHit",
    "Weights",
]

EVERYTHING = Filter()
_ATTEMPTS = 50
_WEIGHTS = Weights()


class HybridIndex:
    """An index in a folder, open at one generation."""

    def __init__(self, folder: Path, encoders: Encoders, opened: Manifest, *, write: bool) -> None:
        """Use `open`. Raises IndexDamagedError; FileNotFoundError when the generation is superseded."""
        self.folder = folder
        self.encoders = encoders
        self.manifest = opened
        self._write = write
        self._dense = Dense.load(writing.dense_folder(folder), opened)
        self._lexical: Lexical | None = None
        inventory.check(writing.lexical_folder(folder, opened.generation), opened.lexical)
        if not write:
            self._lexical = Lexical(writing.lexical_folder(folder, opened.generation), opened)

    @classmethod
    def open(
        cls, folder: Path, encoders: Encoders, *, write: bool = False, passages_format: int = 1
    ) -> HybridIndex:
        """Open an index; with `write`, make it where there is none and sweep a killed writer's leftovers.

        Raises IndexMissingError, ManifestCorruptError, ManifestMismatchError, IndexDamagedError.
        """
        if write and not manifest.exists(folder):
            try:
                writing.create(folder, encoders, passages_format)
            except OSError as error:
                raise IndexWriteError(folder, error.strerror or str(error)) from error
        for _ in range(_ATTEMPTS):
            found = manifest.read(folder)
            found.check(encoders, passages_format)
            try:
                index = cls(folder, encoders, found, write=write)
            except FileNotFoundError as error:
                if manifest.read(folder).generation == found.generation:
                    raise IndexDamagedError(folder, f"a file is missing ({error})") from None
                continue
            if write:
                writing.sweep(folder, found, found)
            return index
        raise IndexDamagedError(folder, f"changed {_ATTEMPTS} times while it was being opened")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def verify(self) -> None:
        """Read every file and compare it with what was written.

        Raises IndexDamagedError, FileNotFoundError.
        """
        for entry in self.manifest.segments:
            segments.check(writing.dense_folder(self.folder), entry)
        folder = writing.lexical_folder(self.folder, self.generation)
        inventory.check(folder, self.manifest.lexical, deep=True)

    def close(self) -> None:
        """Let go of the files; nothing is pending, every batch was complete when `apply` returned."""
        self._write = False
        self._lexical = None
        self._dense = Dense(segments=(), dead=np.zeros((0, 2), np.int64))

    @property
    def generation(self) -> int:
        return self.manifest.generation

    @property
    def items(self) -> int:
        return self.manifest.items

    @property
    def vectors(self) -> int:
        return self.manifest.vectors

    def ids(self) -> NDArray[np.int64]:
        """Return the numbers of all items, ascending."""
        return self._dense.ids(self._dense.alive)

    def apply(self, add: Sequence[Item], remove: Sequence[int] = ()) -> Manifest:
        """Add (or replace) and remove items, all or nothing; returns the manifest that holds from now on.

        A batch that changes nothing makes no generation. An item both added and removed is added.
        Raises ItemError, ReadOnlyError, IndexWriteError, and whatever the encoder raises.
        """
        if not self._write:
            raise ReadOnlyError(self.folder)
        try:
            made = writing.apply(self.folder, self.encoders, self.manifest, self._dense, add, remove)
        except OSError as error:
            raise IndexWriteError(self.folder, error.strerror or str(error)) from error
        if made is not None:
            previous = self.manifest
            self.manifest, self._dense = made
            self._lexical = None
            writing.sweep(self.folder, self.manifest, previous)
        return self.manifest

    def search(
        self,
        query: str,
        *,
        mode: Mode = "fused",
        limit: int = 10,
        filter: Filter = EVERYTHING,  # noqa: A002 - the word that callers use for it
        pieces: int = 3,
        depth: int = 200,
        plain: bool = False,
        fuse: Fusion = "scores",
        weights: Weights = _WEIGHTS,
        like: Sequence[int] = (),
        unlike: Sequence[int] = (),
        expand: Expand | None = None,
        rescore: Rescore | None = None,
    ) -> list[Hit]:
        """Return at most `limit` items, best first, ties by item (see `index.searching`).

        `depth` items of each channel are considered, `pieces` best pieces are named for each hit, and `plain`
        reads the query as prose whatever it looks like. `like` and `unlike` are items that the answer should
        be near to and far from. Raises QuerySyntaxError, and what the encoders raise.
        """
        asked = Question(
            query=query,
            mode=mode,
            limit=limit,
            filter=filter,
            pieces=pieces,
            depth=depth,
            plain=plain,
            fuse=fuse,
            weights=weights,
            like=tuple(like),
            unlike=tuple(unlike),
            expand=expand,
            rescore=rescore,
        )
        return self._searcher.answer(asked)

    def pieces(self, query: str, items: Sequence[int], per_item: int = 3) -> dict[int, tuple[PieceHit, ...]]:
        """Return the best pieces of given items, words and meaning blended; unknown items are left out."""
        known = [item for item in dict.fromkeys(items) if self._dense.find(item) is not None]
        if not known or not query.strip():
            return dict.fromkeys(known, ())
        return self._searcher.pieces(query, known, per_item)

    def document_vector(self, item: int) -> NDArray[np.float32] | None:
        """Return the vector (dim,) of an item as a whole; None for an unknown one."""
        return self._dense.document_vector(item)

    def vectors_of(self, item: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return an item's ordinals (n,) and its pieces' vectors (n, passage_dim); n 0 for an unknown one."""
        stored = self._dense.vectors_of(item)
        if stored is None:
            return np.zeros(0, np.int64), np.zeros((0, self.manifest.passage_dim), np.float32)
        return stored

    def idf(self, terms: Sequence[str]) -> dict[str, float]:
        """Return BM25's inverse document frequency of stems (made by `index.text`) over the items."""
        return self._words.idf(terms)

    def terms(self, query: str) -> list[str]:
        """Return the stems that a prose query is looked for by, heaviest first."""
        return [term for term, _ in self._words.terms(query)]

    def answering(self, query: str) -> NDArray[np.int64]:
        """Return, ascending, all items that an expression matches. Raises QuerySyntaxError."""
        return self._words.matching(syntax.parse(query))

    def passing(self, filter: Filter) -> NDArray[np.int64]:  # noqa: A002 - as in search
        """Return the items that pass a filter, ascending."""
        return self._dense.ids(self._dense.mask(filter))

    def matching(self, filter: Filter) -> int:  # noqa: A002 - as in search
        """Return how many items pass a filter."""
        return int(sum(int(mask.sum()) for mask in self._dense.mask(filter)))

    @property
    def _searcher(self) -> Searcher:
        return Searcher(self._dense, self._words, self.encoders)

    @property
    def _words(self) -> Lexical:
        """The word indexes; a writer opens them when it is asked for something."""
        if self._lexical is None:
            self._lexical = Lexical(writing.lexical_folder(self.folder, self.generation), self.manifest)
        return self._lexical
