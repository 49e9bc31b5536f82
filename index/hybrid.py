"""`HybridIndex`: items in, ranked items out; words and meaning behind one manifest.

A batch of items becomes a generation (`index.writing`), a query becomes hits (`index.searching`).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, Self, cast

import numpy as np

from index import inventory, manifest, segments, syntax, writing
from index.clusters import ABOVE
from index.dense import Dense
from index.errors import IndexBusyError, IndexDamagedError, IndexWriteError, ReadOnlyError
from index.fusion import Weights
from index.inventory import Damage
from index.lexical import Lexical
from index.locking import Lock, LockHeldError
from index.merging import Merger
from index.records import Filter, Hit, Item, Piece, PieceHit
from index.searching import Fusion, Mode, Question, Searcher

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    from index.encoders import Encoders
    from index.formulation import Formulated
    from index.manifest import Manifest
    from index.searching import Expand, Rescore, Written

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
LOCK = "index.lock"
_ATTEMPTS = 50
_WEIGHTS = Weights()


class HybridIndex:
    """An index in a folder, open at one generation."""

    def __init__(
        self, folder: Path, encoders: Encoders, opened: Manifest, *, superseded: bool, lock: Lock | None
    ) -> None:
        """Use `open`. Raises IndexDamagedError; FileNotFoundError where the generation may be superseded."""
        self.folder = folder
        self.encoders = encoders
        self.manifest = opened
        self._lock = lock
        self._merger: Merger | None = None
        self._dense = Dense.load(writing.dense_folder(folder), opened, superseded=superseded)
        self._lexical: Lexical | Unreadable | None = None
        self.damaged: tuple[Damage, ...] = self._dense.damaged
        """What could not be read. Segments are left out of every answer; words that cannot be read are an
        error to whoever asks for them."""
        try:
            self._open_words()
        except FileNotFoundError as error:
            if superseded:
                raise
            self._without_words(IndexDamagedError(writing.words_folder(folder, opened), f"missing: {error}"))
        except IndexDamagedError as error:
            self._without_words(error)

    def _open_words(self) -> None:
        folder = writing.words_folder(self.folder, self.manifest)
        inventory.check(folder, self.manifest.lexical)
        if self._lock is None:
            self._lexical = Lexical(folder, self.manifest)

    def _without_words(self, error: IndexDamagedError) -> None:
        if self._lock is not None:
            raise error
        self._lexical = Unreadable(error)
        self.damaged += (Damage(path=error.path, reason=error.reason, items=self.manifest.items),)

    @classmethod
    def open(
        cls,
        folder: Path,
        encoders: Encoders,
        *,
        write: bool = False,
        passages_format: int = 1,
        wait: float = 0.0,
        lists_above: int = ABOVE,
    ) -> HybridIndex:
        """Open an index; with `write`, make it where there is none and sweep a killed writer's leftovers.

        A reader opens what can be read and says what cannot (`damaged`). A writer drops the items of segments
        that cannot be read, so that `ids` tells what has to be added again. It waits at most `wait` seconds
        for another one to end; a table of more than `lists_above` vectors is grouped (`index.clusters`).

        Raises IndexMissingError, ManifestCorruptError, ManifestMismatchError, IndexDamagedError,
        IndexBusyError, IndexWriteError.
        """
        if not write:
            return cls._opened(folder, encoders, passages_format, None)
        lock = _locked(folder, wait)
        try:
            if not manifest.exists(folder):
                writing.create(folder, encoders, passages_format)
            index = cls._opened(folder, encoders, passages_format, lock)
            writing.sweep(folder, index.manifest, index.manifest)
            index._begin(lists_above)  # noqa: SLF001 - of its own class
        except OSError as error:
            lock.release()
            raise IndexWriteError(folder, error.strerror or str(error)) from error
        except BaseException:
            lock.release()
            raise
        return index

    @classmethod
    def _opened(
        cls, folder: Path, encoders: Encoders, passages_format: int, lock: Lock | None
    ) -> HybridIndex:
        superseded = True
        for _ in range(_ATTEMPTS):
            found = manifest.read(folder)
            found.check(encoders, passages_format)
            try:
                return cls(folder, encoders, found, superseded=superseded, lock=lock)
            except FileNotFoundError as error:
                if manifest.read(folder) == found:
                    if not superseded:
                        raise IndexDamagedError(folder, f"a file is missing ({error})") from None
                    superseded = False
        raise IndexDamagedError(folder, f"changed {_ATTEMPTS} times while it was being opened")

    def _begin(self, lists_above: int) -> None:
        """Be a writer: without what cannot be read, merging what should be."""
        if self._dense.damaged:
            known = Lexical(writing.words_folder(self.folder, self.manifest), self.manifest).ids()
            lost = np.setdiff1d(known, self.ids()).tolist()
            self.manifest = writing.drop(self.folder, self.manifest, self._dense, lost)
            self._dense = Dense.load(writing.dense_folder(self.folder), self.manifest)
            self.damaged = ()
        dims = self.manifest.dim, self.manifest.passage_dim
        self._merger = Merger(writing.dense_folder(self.folder), dims, above=lists_above)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._merger is not None:
            self._merger.stop()
        self.close()

    def verify(self) -> None:
        """Read every file and compare it with what was written.

        Raises IndexDamagedError, FileNotFoundError.
        """
        for entry in self.manifest.segments:
            segments.check(writing.dense_folder(self.folder), entry)
        folder = writing.words_folder(self.folder, self.manifest)
        inventory.check(folder, self.manifest.lexical, deep=True)

    def settle(self) -> Manifest:
        """Wait for merges and take them over; returns the manifest that holds from now on.

        Raises ReadOnlyError, IndexWriteError.
        """
        if self._merger is None:
            raise ReadOnlyError(self.folder)
        while True:
            try:
                made = writing.settle(self.folder, self.manifest, self._dense, self._merger)
            except OSError as error:
                raise IndexWriteError(self.folder, error.strerror or str(error)) from error
            if made is None:
                return self.manifest
            self._take(made)

    def close(self) -> None:
        """Let go of the files, once a merge under way is done; every batch was complete before that."""
        if self._merger is not None:
            with suppress(IndexWriteError):  # the segments stay as they are
                self.settle()
            self._merger.stop()
            self._merger = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None
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
        if self._merger is None:
            raise ReadOnlyError(self.folder)
        try:
            made = writing.apply(
                self.folder, self.encoders, self.manifest, self._dense, add, remove, self._merger
            )
            if made is not None:
                self._take(made)
        except OSError as error:
            raise IndexWriteError(self.folder, error.strerror or str(error)) from error
        return self.manifest

    def _take(self, made: tuple[Manifest, Dense]) -> None:
        """Be at the next generation; the files of this one stay for readers that are just opening it."""
        assert self._merger is not None
        previous = self.manifest
        self.manifest, self._dense = made
        self._lexical = None
        writing.sweep(self.folder, self.manifest, previous, keep=self._merger.keeps)

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
        written: Written | None = None,
        prefer: Mapping[str, float] | None = None,
        expand: Expand | None = None,
        rescore: Rescore | None = None,
    ) -> list[Hit]:
        """Return at most `limit` items, best first, ties by item (see `index.searching`).

        `depth` items of each channel are considered, `pieces` best pieces are named for each hit, and `plain`
        reads the query as prose whatever it looks like. `like` and `unlike` are items that the answer should
        be near to and far from, `prefer` weighs tags that a hit better has. Raises QuerySyntaxError, and what
        the encoders raise.
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
            written=written,
            prefer=prefer or {},
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

    def formulated(self, query: str) -> Formulated:
        """Return what prose is looked for by, and what of it is not."""
        return self._words.formulated(query)

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
            self._lexical = Lexical(writing.words_folder(self.folder, self.manifest), self.manifest)
        return cast("Lexical", self._lexical)


def _locked(folder: Path, wait: float) -> Lock:
    """Be the one that writes. Raises IndexBusyError, IndexWriteError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return Lock(folder / LOCK, wait=wait)
    except LockHeldError as error:
        raise IndexBusyError(folder, error.holder) from None
    except OSError as error:
        raise IndexWriteError(folder, error.strerror or str(error)) from error


class Unreadable:
    """Word indexes that could not be read: an error to whoever asks for them, none to others."""

    def __init__(self, error: IndexDamagedError) -> None:
        self._error = error

    def __getattr__(self, name: str) -> NoReturn:
        raise self._error
