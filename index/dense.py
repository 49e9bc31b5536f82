"""Meaning: exact search over immutable segments of vectors.

Decisions
---------
* An item's score is its best piece's inner product. Rankings are of items, so FAISS's scoring kernel runs
  over the rows that pass the filter and the maximum per item is taken after; a top-k of *pieces*
  (`IndexFlatIP` with a selector) took as long on 200,000 rows, could be filled by one long item, and cut
  ties by accident.
* Scores do not depend on where a row lies, so that the same items in other batches rank alike. They are
  rounded to `DIGITS`, which hides what batching does to an encoder's last bits; ties go to the lower item.
* Exact under any filter: rows that fail are not scored. One thread a request.
* Replaced and removed items stay in their segment as tombstones until a merge drops them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index import segments
from index.errors import IndexDamagedError
from index.files import write_whole
from index.records import ORDINAL_BITS
from index.segments import NO_DAY, Segment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from index.manifest import Manifest
    from index.records import Filter

DIGITS = 5
MOST_SEGMENTS = 16
"""More than this are merged: the smallest ones, so that a vector is rewritten a logarithmic number of times.
Below, a segment that is mostly tombstones is written again without them."""
_MERGED = 12
_ORDINAL = (1 << ORDINAL_BITS) - 1

Mask: TypeAlias = tuple[NDArray[np.bool_], ...]
"""For every segment, which of its items may be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense:
    """The segments of one generation. Immutable; a batch makes another one."""

    segments: tuple[Segment, ...]
    dead: NDArray[np.int64]
    """(n, 2): segment number and item; sorted, no pair twice."""
    alive: Mask = field(init=False)

    def __post_init__(self) -> None:
        masks = []
        for segment in self.segments:
            gone = self.dead[self.dead[:, 0] == segment.entry.number, 1]
            masks.append(~np.isin(segment.items, gone))
        object.__setattr__(self, "alive", tuple(masks))

    @classmethod
    def load(cls, parent: Path, manifest: Manifest, known: Iterable[Segment] = ()) -> Dense:
        """Open a generation, reusing open segments. Raises FileNotFoundError when superseded meanwhile."""
        held = {segment.entry: segment for segment in known}
        opened = [
            held.get(entry) or segments.load(parent, entry, manifest.dim, manifest.passage_dim)
            for entry in manifest.segments
        ]
        return cls(segments=tuple(opened), dead=_load_dead(parent, manifest.dead))

    @property
    def items(self) -> int:
        return sum(int(mask.sum()) for mask in self.alive)

    @property
    def vectors(self) -> int:
        return sum(
            int(np.diff(segment.row_starts)[mask].sum())
            for segment, mask in zip(self.segments, self.alive, strict=True)
        )

    def find(self, item: int) -> tuple[Segment, int] | None:
        """Return the segment in which an item lives, and its position there."""
        for segment, mask in zip(reversed(self.segments), reversed(self.alive), strict=True):
            place = segment.position(item)
            if place is not None and mask[place]:
                return segment, place
        return None

    def mask(self, wanted: Filter) -> Mask:
        """Return which items pass a filter."""
        if wanted.is_empty:
            return self.alive
        return tuple(
            _passing(segment, alive, wanted) for segment, alive in zip(self.segments, self.alive, strict=True)
        )

    def ids(self, mask: Mask) -> NDArray[np.int64]:
        """Return the items of a mask, ascending."""
        parts = [segment.items[chosen] for segment, chosen in zip(self.segments, mask, strict=True)]
        return np.sort(np.concatenate([np.zeros(0, np.int64), *parts]))

    def search_documents(
        self, vector: NDArray[np.float32], mask: Mask, depth: int
    ) -> list[tuple[int, float]]:
        """Return the `depth` best (item, score) of a mask by items' own vectors, best first, ties by item."""
        items, scores = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
        for segment, chosen in zip(self.segments, mask, strict=True):
            items.append(segment.items[chosen])
            scores.append(_inner(segment.documents, np.flatnonzero(chosen), vector))
        return _best(items, scores, depth)

    def search_passages(self, vector: NDArray[np.float32], mask: Mask, depth: int) -> list[tuple[int, float]]:
        """Return the `depth` best (item, score of its best piece) of a mask, best first, ties by item."""
        items, scores = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
        for segment, chosen in zip(self.segments, mask, strict=True):
            counts = np.diff(segment.row_starts)
            kept = chosen & (counts > 0)
            if not kept.any():
                continue
            rows = np.flatnonzero(np.repeat(kept, counts))
            starts = np.concatenate([[0], np.cumsum(counts[kept])[:-1]])
            items.append(segment.items[kept])
            scores.append(np.maximum.reduceat(_inner(segment.vectors, rows, vector), starts))
        return _best(items, scores, depth)

    def document_scores(self, vector: NDArray[np.float32], items: Collection[int]) -> dict[int, float]:
        """Return item → score by its own vector; unknown items are left out."""
        found: dict[int, float] = {}
        for item in items:
            place = self.find(item)
            if place is not None:
                score = _inner(place[0].documents, np.array([place[1]], np.int64), vector)[0]
                found[item] = round(float(score), DIGITS)
        return found

    def passage_scores(
        self, vector: NDArray[np.float32], items: Collection[int]
    ) -> dict[int, dict[int, float]]:
        """Return item → ordinal → score for all pieces of given items; unknown items are left out."""
        found: dict[int, dict[int, float]] = {}
        for item in items:
            place = self.find(item)
            if place is None:
                continue
            segment, rows = place[0], _rows(*place)
            values = np.round(_inner(segment.vectors, rows, vector).astype(np.float64), DIGITS)
            ordinals = segment.pieces[rows] & _ORDINAL
            found[item] = dict(zip(ordinals.tolist(), values.tolist(), strict=True))
        return found

    def vectors_of(self, item: int) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
        """Return the ordinals (n,) and vectors (n, dim) of an item; None for an unknown one."""
        place = self.find(item)
        if place is None:
            return None
        rows = _rows(*place)
        return place[0].pieces[rows] & _ORDINAL, np.array(place[0].vectors[rows])

    def document_vector(self, item: int) -> NDArray[np.float32] | None:
        """Return the vector (dim,) of an item as a whole; None for an unknown one."""
        place = self.find(item)
        return None if place is None else np.array(place[0].documents[place[1]])

    def document_vectors(self, items: Sequence[int]) -> NDArray[np.float32]:
        """Return the vectors (n, dim) of items as wholes; zeros for an unknown one."""
        dim = self.segments[0].documents.shape[1] if self.segments else 0
        made = np.zeros((len(items), dim), np.float32)
        for row, item in enumerate(items):
            place = self.find(item)
            if place is not None:
                made[row] = place[0].documents[place[1]]
        return made

    def bury(self, items: Iterable[int]) -> NDArray[np.int64]:
        """Return the tombstones with those of given living items added."""
        found = [(place[0].entry.number, item) for item in items if (place := self.find(item)) is not None]
        pairs = np.array(found, np.int64).reshape(-1, 2)
        return np.unique(np.concatenate([self.dead, pairs]), axis=0)

    def to_merge(self) -> tuple[int, ...]:
        """Return the positions of the segments that should become one; empty where none should."""
        if len(self.segments) <= MOST_SEGMENTS:
            return tuple(n for n, mask in enumerate(self.alive) if 2 * int(mask.sum()) < mask.size)
        by_size = sorted(range(len(self.segments)), key=lambda n: (self.segments[n].entry.vectors, n))
        return tuple(sorted(by_size[:_MERGED]))


def save_dead(parent: Path, generation: int, dead: NDArray[np.int64]) -> None:
    """Write the tombstones of a generation."""
    buffer = BytesIO()
    np.save(buffer, dead, allow_pickle=False)
    write_whole(dead_path(parent, generation), buffer.getvalue())


def dead_path(parent: Path, generation: int) -> Path:
    """Return where the tombstones of a generation lie."""
    return parent / f"dead-{generation:08d}.npy"


def _load_dead(parent: Path, generation: int) -> NDArray[np.int64]:
    if generation == 0:
        return np.zeros((0, 2), np.int64)
    path = dead_path(parent, generation)
    try:
        dead: NDArray[np.int64] = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise
    except (ValueError, OSError, EOFError) as error:
        raise IndexDamagedError(path, f"unreadable ({error})") from None
    if dead.dtype != np.int64 or dead.ndim != 2 or dead.shape[1] != 2:  # noqa: PLR2004 - pairs
        raise IndexDamagedError(path, f"holds {dead.shape} {dead.dtype}, not pairs of int64")
    return dead


def _inner(
    vectors: NDArray[np.float32], rows: NDArray[np.int64], vector: NDArray[np.float32]
) -> NDArray[np.float32]:
    import faiss  # noqa: PLC0415 - compiled code that --help must not load

    query = np.ascontiguousarray(vector, dtype=np.float32)
    rows = np.ascontiguousarray(rows, dtype=np.int64)
    found = np.empty(rows.size, dtype=np.float32)
    if rows.size:
        pointers = [faiss.swig_ptr(array) for array in (found, query, np.asarray(vectors), rows)]
        faiss.omp_set_num_threads(1)  # a request has one query: a second thread would only wait
        score_rows = faiss.fvec_inner_products_by_idx  # type: ignore[attr-defined] # made by SWIG
        score_rows(*pointers, vectors.shape[1], 1, rows.size)
    return found


def _best(
    items: Sequence[NDArray[np.int64]], scores: Sequence[NDArray[np.float32]], depth: int
) -> list[tuple[int, float]]:
    found, best = np.concatenate(items), np.round(np.concatenate(scores).astype(np.float64), DIGITS)
    if best.size > depth:
        least = np.partition(best, best.size - depth)[best.size - depth]
        near = best >= least
        found, best = found[near], best[near]
    order = np.lexsort((found, -best))[:depth]
    return list(zip(found[order].tolist(), best[order].tolist(), strict=True))


def _rows(segment: Segment, place: int) -> NDArray[np.int64]:
    return np.arange(segment.row_starts[place], segment.row_starts[place + 1])


def _passing(segment: Segment, alive: NDArray[np.bool_], wanted: Filter) -> NDArray[np.bool_]:
    passing = alive.copy()
    if wanted.before is not None or wanted.after is not None:
        dated = segment.days != NO_DAY
        within = dated.copy()
        if wanted.before is not None:
            within &= segment.days < wanted.before
        if wanted.after is not None:
            within &= segment.days >= wanted.after
        passing &= (within | ~dated) if wanted.undated else within
    for group in wanted.tags:
        passing &= _tagged(segment, group)
    if wanted.without:
        passing &= ~np.isin(segment.items, _sorted(wanted.without))
    if wanted.only is not None:
        passing &= np.isin(segment.items, _sorted(wanted.only))
    return passing


def _tagged(segment: Segment, group: Sequence[str]) -> NDArray[np.bool_]:
    """Return which items have a tag of the group; names are sorted, so a prefix is a run of numbers."""
    matched = np.zeros(segment.tag_ids.size, dtype=np.bool_)
    names = segment.tag_names
    for tag in group:
        low, high = (
            _run(names, tag[:-1], prefix=True) if tag.endswith("*") else _run(names, tag, prefix=False)
        )
        matched |= (segment.tag_ids >= low) & (segment.tag_ids < high)
    counts = np.concatenate([[0], np.cumsum(matched)])
    result: NDArray[np.bool_] = counts[segment.tag_starts[1:]] > counts[segment.tag_starts[:-1]]
    return result


def _run(names: Sequence[str], tag: str, *, prefix: bool) -> tuple[int, int]:
    low = bisect_left(names, tag)
    if prefix:
        return low, bisect_right(names, tag, lo=low, key=lambda name: name[: len(tag)])
    return low, bisect_right(names, tag, lo=low)


def _sorted(numbers: Collection[int]) -> NDArray[np.int64]:
    return np.sort(np.fromiter(numbers, dtype=np.int64, count=len(numbers)))
