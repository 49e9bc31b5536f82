"""Meaning: the best items over immutable segments of vectors.

Decisions
---------
* A generation is a set of segments and a list of tombstones. Replaced and removed items stay in their segment
  until a merge drops them.
* Rankings are exact where segments have no lists (`index.tables`), under any filter (`index.masks`). One
  thread a request; no state is shared between requests.
* A segment that cannot be read is left out and named (`damaged`): the others are searched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index import inventory, masks, quantised, segments, tables
from index.errors import IndexDamagedError
from index.files import write_whole
from index.inventory import Damage
from index.segments import Segment
from index.tables import Part

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from index.manifest import Manifest
    from index.records import Filter

Mask: TypeAlias = tuple[NDArray[np.bool_], ...]
"""For every segment, which of its items may be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense:
    """The segments of one generation. Immutable; a batch makes another one."""

    segments: tuple[Segment, ...]
    dead: NDArray[np.int64]
    """(n, 2): segment number and item; sorted, no pair twice."""
    damaged: tuple[Damage, ...] = ()
    """Segments that are left out."""
    alive: Mask = field(init=False)

    def __post_init__(self) -> None:
        found = []
        for segment in self.segments:
            gone = self.dead[self.dead[:, 0] == segment.entry.number, 1]
            mask = np.ones(segment.items.size, np.bool_)
            mask[np.searchsorted(segment.items, gone)] = False
            found.append(mask)
        object.__setattr__(self, "alive", tuple(found))

    @classmethod
    def load(cls, parent: Path, manifest: Manifest, *, superseded: bool = True) -> Dense:
        """Open a generation.

        A missing file raises FileNotFoundError while the generation may have been `superseded`, else it is
        damage. Raises IndexDamagedError where it is not known which items are alive.
        """
        dead = _load_dead(parent, manifest.dead, manifest.dead_digest)
        opened, damaged = [], []
        for entry in manifest.segments:
            try:
                opened.append(segments.load(parent, entry, manifest.dim, manifest.passage_dim))
            except IndexDamagedError as error:
                path, reason = error.path, error.reason
            except FileNotFoundError as error:
                if superseded:
                    raise
                path, reason = segments.folder_of(parent, entry.number), f"a file is missing ({error})"
            else:
                continue
            lost = entry.items - int(np.count_nonzero(dead[:, 0] == entry.number))
            damaged.append(Damage(path=path, reason=reason, items=lost))
        return cls(segments=tuple(opened), dead=dead, damaged=tuple(damaged))

    @property
    def items(self) -> int:
        return sum(int(mask.sum()) for mask in self.alive)

    @property
    def vectors(self) -> int:
        return sum(
            int(np.diff(segment.passages.starts)[mask].sum())
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
        pairs = zip(self.segments, self.alive, strict=True)
        return tuple(masks.passing(segment, alive, wanted) for segment, alive in pairs)

    def ids(self, mask: Mask) -> NDArray[np.int64]:
        """Return the items of a mask, ascending."""
        pairs = zip(self.segments, mask, strict=True)
        parts = [segment.items if chosen.all() else segment.items[chosen] for segment, chosen in pairs]
        return (
            parts[0]
            if len(parts) == 1
            else np.sort(np.concatenate([np.zeros(0, np.int64), *parts]), kind="stable")
        )

    def search_documents(
        self, vector: NDArray[np.float32], mask: Mask, depth: int
    ) -> list[tuple[int, float]]:
        """Return the `depth` best (item, score) of a mask by items' own vectors, best first, ties by item."""
        pairs = zip(self.segments, mask, strict=True)
        parts = [Part(table=part.documents, items=part.items, kept=chosen) for part, chosen in pairs]
        return tables.best(parts, vector, depth)

    def search_passages(self, vector: NDArray[np.float32], mask: Mask, depth: int) -> list[tuple[int, float]]:
        """Return the `depth` best (item, score of its best piece) of a mask, best first, ties by item."""
        pairs = zip(self.segments, mask, strict=True)
        parts = [Part(table=part.passages, items=part.items, kept=chosen) for part, chosen in pairs]
        return tables.best(parts, vector, depth)

    def document_scores(self, vector: NDArray[np.float32], items: Collection[int]) -> dict[int, float]:
        """Return item → score by its own vector; unknown items are left out."""
        wanted = quantised.query(vector)
        found: dict[int, float] = {}
        for segment, places in self._places(items):
            rows, _ = segment.documents.rows(places)
            scores = segment.documents.scores(rows, wanted)
            found.update(zip(segment.items[places].tolist(), scores.tolist(), strict=True))
        return found

    def best_passages(self, vector: NDArray[np.float32], items: Collection[int]) -> dict[int, float]:
        """Return item → score of its best piece; unknown items and those without pieces are left out."""
        wanted = quantised.query(vector)
        found: dict[int, float] = {}
        for segment, places in self._places(items):
            rows, counts = segment.passages.rows(places)
            holding = counts > 0
            starts = (np.cumsum(counts) - counts)[holding]
            if starts.size:
                best = np.maximum.reduceat(segment.passages.scores(rows, wanted), starts)
                found.update(zip(segment.items[places[holding]].tolist(), best.tolist(), strict=True))
        return found

    def passage_scores(
        self, vector: NDArray[np.float32], items: Collection[int]
    ) -> dict[int, dict[int, float]]:
        """Return item → ordinal → score for all pieces of given items; unknown items are left out."""
        wanted = quantised.query(vector)
        found: dict[int, dict[int, float]] = {}
        for segment, places in self._places(items):
            rows, counts = segment.passages.rows(places)
            scores = segment.passages.scores(rows, wanted).tolist()
            ends = np.cumsum(counts).tolist()
            for place, item, count, end in zip(
                places.tolist(), segment.items[places].tolist(), counts.tolist(), ends, strict=True
            ):
                first = int(segment.passages.starts[place])
                ordinals = segment.ordinals[first : first + count].tolist()
                found[item] = dict(zip(ordinals, scores[end - count : end], strict=True))
        return found

    def vectors_of(self, item: int) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
        """Return the ordinals (n,) and vectors (n, dim) of an item; None for an unknown one."""
        place = self.find(item)
        if place is None:
            return None
        ordinals, rows = place[0].pieces(place[1])
        return ordinals, place[0].passages.vectors(rows)

    def document_vector(self, item: int) -> NDArray[np.float32] | None:
        """Return the vector (dim,) of an item as a whole; None for an unknown one."""
        place = self.find(item)
        if place is None:
            return None
        rows, _ = place[0].documents.rows(np.array([place[1]], np.int64))
        vector: NDArray[np.float32] = place[0].documents.vectors(rows)[0]
        return vector

    def document_vectors(self, items: Collection[int]) -> NDArray[np.float32]:
        """Return the vectors (n, dim) of items as wholes, in the given order; zeros for an unknown one."""
        row_of = {item: row for row, item in enumerate(items)}
        dim = self.segments[0].documents.codes.shape[1] if self.segments else 0
        made = np.zeros((len(items), dim), np.float32)
        for segment, places in self._places(items):
            rows, _ = segment.documents.rows(places)
            made[[row_of[item] for item in segment.items[places].tolist()]] = segment.documents.vectors(rows)
        return made

    def bury(self, items: Collection[int]) -> NDArray[np.int64]:
        """Return the tombstones with those of given living items added."""
        pairs = [self.dead]
        for segment, places in self._places(items):
            gone = segment.items[places]
            pairs.append(np.stack([np.full_like(gone, segment.entry.number), gone], axis=1))
        return np.unique(np.concatenate(pairs), axis=0)

    def _places(self, items: Collection[int]) -> Iterable[tuple[Segment, NDArray[np.int64]]]:
        """Return, for every segment in which some of the items live, their positions there."""
        wanted = np.unique(np.fromiter(items, dtype=np.int64, count=len(items)))
        for segment, alive in zip(self.segments, self.alive, strict=True):
            places = np.searchsorted(segment.items, wanted)
            inside = places < segment.items.size
            places = places[inside]
            places = places[(segment.items[places] == wanted[inside]) & alive[places]]
            if places.size:
                yield segment, places


def save_dead(parent: Path, generation: int, dead: NDArray[np.int64]) -> str:
    """Write the tombstones of a generation; returns the file's hash."""
    buffer = BytesIO()
    np.save(buffer, dead, allow_pickle=False)
    path = dead_path(parent, generation)
    write_whole(path, buffer.getvalue())
    return inventory.digest([path])


def dead_path(parent: Path, generation: int) -> Path:
    """Return where the tombstones of a generation lie."""
    return parent / f"dead-{generation:08d}.npy"


def _load_dead(parent: Path, generation: int, expected: str) -> NDArray[np.int64]:
    if generation == 0:
        return np.zeros((0, 2), np.int64)
    path = dead_path(parent, generation)
    if inventory.digest([path]) != expected:
        raise IndexDamagedError(path, "is not the file that was written")
    dead: NDArray[np.int64] = np.load(path, allow_pickle=False)
    return dead
