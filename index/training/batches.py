"""Batches: spans of a group become the rows of a sparse matrix of piece counts.

A step of training multiplies that matrix by the table of vectors, and its transpose by the gradient; equal
pieces of a text are counted, not repeated. `scipy` comes with sentence-transformers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from index.training.pairs import Group

_CLOZE = (12, 40)
_LEAST_HALF = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """`counts`: the first half of the rows are the `a` texts, the second half their partners."""

    counts: csr_matrix
    a_key: NDArray[np.int64]
    b_key: NDArray[np.int64]


class Drawing:
    """Draws batches of one epoch after another; the same seed draws the same."""

    def __init__(
        self,
        flat: NDArray[np.int32],
        groups: Sequence[Group],
        pieces: int,
        *,
        size: int,
        drop: float,
        longest: int,
    ) -> None:
        self._flat, self._groups, self._pieces = flat, groups, pieces
        self._size, self._drop, self._longest = size, drop, longest

    def plan(
        self, shares: Mapping[str, float], rng: np.random.Generator
    ) -> list[tuple[int, NDArray[np.int64]]]:
        """Return the batches of an epoch: group and rows. `shares`: how much of a group one epoch sees."""
        planned: list[tuple[int, NDArray[np.int64]]] = []
        for number, group in enumerate(self._groups):
            wanted = round(len(group) * shares.get(group.name, 1.0))
            rounds = [rng.permutation(len(group)) for _ in range(-(-wanted // max(len(group), 1)))]
            order = np.concatenate([*rounds, np.zeros(0, dtype=np.int64)])[:wanted]
            parts = max(1, round(len(order) / self._size))
            planned.extend((number, part) for part in np.array_split(order, parts) if len(part) > 1)
        return [planned[at] for at in rng.permutation(len(planned))]

    def epoch(self, shares: Mapping[str, float], rng: np.random.Generator) -> Iterator[Batch]:
        """Yield the batches of `plan`."""
        for number, rows in self.plan(shares, rng):
            yield self.batch(self._groups[number], rows, rng)

    def batch(self, group: Group, rows: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        """Return the counts of some pairs of a group, cut and thinned at random."""
        a, b = group.a[rows].copy(), group.b[rows].copy()
        hole = np.zeros_like(b)
        sizes = b[:, 1] - b[:, 0]
        if group.mode == "halves":
            cut = a[:, 0] + (sizes * rng.uniform(_LEAST_HALF, 1 - _LEAST_HALF, len(rows))).astype(np.int64)
            a[:, 1] = b[:, 0] = cut
        elif group.mode == "cloze":
            long = np.minimum(rng.integers(*_CLOZE, len(rows)), sizes // 3)
            a[:, 0] += (rng.random(len(rows)) * (sizes - long)).astype(np.int64)
            a[:, 1] = a[:, 0] + long
            hole = a
        spans = np.concatenate([a, b])
        holes = np.concatenate([np.zeros_like(a), hole])
        return Batch(self._counted(spans, holes, rng), group.a_key[rows], group.b_key[rows])

    def _counted(
        self, spans: NDArray[np.int64], holes: NDArray[np.int64], rng: np.random.Generator
    ) -> csr_matrix:
        starts = spans[:, 0]
        sizes = np.minimum(spans[:, 1] - starts, self._longest)
        row = np.repeat(np.arange(len(spans)), sizes)
        at = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes) + starts[row]
        kept = (rng.random(len(at), dtype=np.float32) >= self._drop) & ~(
            (at >= holes[row, 0]) & (at < holes[row, 1])
        )
        place = np.sort(row[kept] * self._pieces + self._flat[at[kept]])
        first = np.flatnonzero(np.diff(place, prepend=-1))
        count = np.diff(np.append(first, len(place))).astype(np.float32)
        unique = place[first]
        bounds = np.searchsorted(unique, np.arange(len(spans) + 1) * self._pieces)
        shape = (len(spans), self._pieces)
        columns = (unique % self._pieces).astype(np.int32)
        return csr_matrix((count, columns, bounds.astype(np.int32)), shape=shape)
