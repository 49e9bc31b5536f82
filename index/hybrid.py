"""`HybridIndex`: items in, ranked items out; words and meaning behind one manifest.

How a query is answered
-----------------------
Words rank items by BM25 (`index.lexical`), meaning ranks them by their best piece (`index.dense`), both under
the same filter. `fused` joins the two: reciprocal ranks by default, or standardised scores (`index.fusion`).
An expression (`index.syntax`) restricts every mode to what it matches, and its positive words are what
meaning is asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from index import fusion, inventory, manifest, segments, syntax, writing
from index.dense import Dense
from index.errors import IndexDamagedError, IndexWriteError, ReadOnlyError
from index.lexical import Lexical
from index.records import Filter, Hit, Item, Piece, PieceHit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    from numpy.typing import NDArray

    from index.encoder import Encoder
    from index.manifest import Manifest

__all__ = ["EVERYTHING", "Filter", "Fusion", "Hit", "HybridIndex", "Item", "Mode", "Piece", "PieceHit"]

Mode = Literal["fused", "words", "meaning"]
Fusion = Literal["ranks", "scores"]
EVERYTHING = Filter()
_ATTEMPTS = 50
_WORDS_SHARE = 0.5
"""Of a piece's score where words and meaning are blended."""


class HybridIndex:
    """An index in a folder, open at one generation."""

    def __init__(self, folder: Path, encoder: Encoder, opened: Manifest, *, write: bool) -> None:
        """Use `open`. Raises IndexDamagedError; FileNotFoundError when the generation is superseded."""
        self.folder = folder
        self.encoder = encoder
        self.manifest = opened
        self._write = write
        self._dense = Dense.load(writing.dense_folder(folder), opened)
        self._lexical: Lexical | None = None
        inventory.check(writing.lexical_folder(folder, opened.generation), opened.lexical)
        if not write:
            self._lexical = Lexical(writing.lexical_folder(folder, opened.generation), opened)

    @classmethod
    def open(
        cls, folder: Path, encoder: Encoder, *, write: bool = False, passages_format: int = 1
    ) -> HybridIndex:
        """Open an index; with `write`, make it where there is none and sweep a killed writer's leftovers.

        Raises IndexMissingError, ManifestCorruptError, ManifestMismatchError, IndexDamagedError.
        """
        if write and not manifest.exists(folder):
            try:
                writing.create(folder, encoder, passages_format)
            except OSError as error:
                raise IndexWriteError(folder, error.strerror or str(error)) from error
        for _ in range(_ATTEMPTS):
            found = manifest.read(folder)
            found.check(encoder, passages_format)
            try:
                index = cls(folder, encoder, found, write=write)
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
            made = writing.apply(self.folder, self.encoder, self.manifest, self._dense, add, remove)
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
        fuse: Fusion = "ranks",
    ) -> list[Hit]:
        """Return at most `limit` items, best first, ties by item.

        `depth` items of each channel are considered, `pieces` best pieces are named for each hit, and `plain`
        reads the query as prose whatever it looks like. Raises QuerySyntaxError, and what the encoder raises.
        """
        wanted = syntax.parse(query) if not plain and syntax.is_expression(query) else None
        text = query if wanted is None else syntax.prose(wanted)
        depth = max(depth, limit)
        mask = self._dense.mask(filter)
        allowed = None if filter.is_empty else self._dense.ids(mask)
        lexical = self._words
        by_words: list[tuple[int, float]] = []
        by_meaning: list[tuple[int, float]] = []
        vector = None
        if mode != "meaning":
            by_words = (
                lexical.rank(query, allowed, depth)
                if wanted is None
                else lexical.evaluate(wanted, allowed, depth)
            )
        if mode != "words" and text.strip():
            vector = self._vector(text)
            if wanted is not None:
                matching = lexical.matching(wanted)
                mask = tuple(
                    chosen & np.isin(segment.items, matching)
                    for segment, chosen in zip(self._dense.segments, mask, strict=True)
                )
            by_meaning = self._dense.search(vector, mask, depth)
        order = self._fused(text, mode, by_words, by_meaning, vector if fuse == "scores" else None)[:limit]
        found = [item for item, _ in order]
        best = self._best_pieces(text if mode != "meaning" else "", vector, found, pieces)
        return _hits(order, by_words, by_meaning, best)

    def pieces(self, query: str, items: Sequence[int], per_item: int = 3) -> dict[int, tuple[PieceHit, ...]]:
        """Return the best pieces of given items, words and meaning blended; unknown items are left out."""
        known = [item for item in dict.fromkeys(items) if self._dense.find(item) is not None]
        if not known or not query.strip():
            return dict.fromkeys(known, ())
        return self._best_pieces(query, self._vector(query), known, per_item)

    def similar(
        self,
        item: int,
        *,
        limit: int = 10,
        filter: Filter = EVERYTHING,  # noqa: A002 - as in search
    ) -> list[Hit]:
        """Return the items nearest in meaning to an item's first piece, itself left out."""
        stored = self._dense.vectors_of(item)
        if stored is None or not stored[0].size:
            return []
        wanted = replace(filter, without=filter.without | {item})
        order = self._dense.search(stored[1][0], self._dense.mask(wanted), limit)
        best = self._best_pieces("", stored[1][0], [found for found, _ in order], 1)
        return _hits(order, [], order, best)

    def vectors_of(self, item: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return an item's ordinals (n,) and vectors (n, dim); n is 0 for an unknown item."""
        stored = self._dense.vectors_of(item)
        if stored is None:
            return np.zeros(0, np.int64), np.zeros((0, self.manifest.dim), np.float32)
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
    def _words(self) -> Lexical:
        """The word indexes; a writer opens them when it is asked for something."""
        if self._lexical is None:
            self._lexical = Lexical(writing.lexical_folder(self.folder, self.generation), self.manifest)
        return self._lexical

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = np.asarray(self.encoder.encode([text], query=True), np.float32)[0]
        return vector

    def _fused(
        self,
        text: str,
        mode: Mode,
        by_words: list[tuple[int, float]],
        by_meaning: list[tuple[int, float]],
        vector: NDArray[np.float32] | None,
    ) -> list[tuple[int, float]]:
        if mode != "fused":
            return by_words or by_meaning
        rankings = [[item for item, _ in ranking] for ranking in (by_words, by_meaning)]
        if vector is None:
            return fusion.reciprocal_rank_fusion(rankings)
        union = sorted({*rankings[0], *rankings[1]})
        missing = np.array(sorted(set(union) - set(rankings[0])), np.int64)
        words = dict(by_words) | dict(self._words.rank(text, missing, len(union)))
        meaning = dict(by_meaning)
        for item, scores in self._dense.scores(vector, set(union) - set(rankings[1])).items():
            meaning[item] = max(scores.values(), default=0.0)
        return fusion.convex(
            {item: words.get(item, 0.0) for item in union}, {item: meaning.get(item, 0.0) for item in union}
        )

    def _best_pieces(
        self, text: str, vector: NDArray[np.float32] | None, items: Sequence[int], count: int
    ) -> dict[int, tuple[PieceHit, ...]]:
        """Blend the channels that are given: words where there is text, meaning where there is a vector."""
        if count < 1 or not items:
            return dict.fromkeys(items, ())
        words = self._words.pieces(text, items) if text.strip() else {}
        meaning = self._dense.scores(vector, items) if vector is not None else {}
        share = 0.0 if not words else 1.0 if vector is None else _WORDS_SHARE
        best = {}
        for item in items:
            by_words, by_meaning = words.get(item, {}), meaning.get(item, {})
            scores = {
                ordinal: share * by_words.get(ordinal, 0.0)
                + (1 - share) * max(0.0, by_meaning.get(ordinal, 0.0))
                for ordinal in by_words.keys() | by_meaning.keys()
            }
            ranked = fusion.ranked({ordinal: round(score, 6) for ordinal, score in scores.items()})
            best[item] = tuple(PieceHit(ordinal=ordinal, score=score) for ordinal, score in ranked[:count])
        return best


def _hits(
    order: Sequence[tuple[int, float]],
    by_words: Sequence[tuple[int, float]],
    by_meaning: Sequence[tuple[int, float]],
    best: dict[int, tuple[PieceHit, ...]],
) -> list[Hit]:
    words = {item: (rank, score) for rank, (item, score) in enumerate(by_words, start=1)}
    meaning = {item: (rank, score) for rank, (item, score) in enumerate(by_meaning, start=1)}
    return [
        Hit(
            item=item,
            score=score,
            words_rank=words[item][0] if item in words else None,
            meaning_rank=meaning[item][0] if item in meaning else None,
            words_score=words[item][1] if item in words else None,
            meaning_score=meaning[item][1] if item in meaning else None,
            pieces=best.get(item, ()),
        )
        for item, score in order
    ]
