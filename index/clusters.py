"""`Lists`: a table's rows grouped by where they lie, so that a large one need not be scanned as a whole.

Decisions
---------
* Rows keep their codes and their scores; only their order changes, a list's rows standing together. A search
  scans the lists whose centres are nearest to the query with the same scanner that scans a whole table
  (FAISS calls this IVF, SQ8). Nothing is stored twice and nothing has to be refined.
* How many lists are scanned is measured when they are made: on `_QUESTIONS` of the table's own vectors the
  share of the true `_NEAR` best rows that lie in the first lists. The least number that reaches `AIMED` is
  kept with what it reached; where `_MOST` of the lists do not reach `FLOOR`, there are no lists.
* Training is k-means on a fixed sample with a fixed seed on one thread: the same rows make the same lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index import quantised
from index.quantised import Run

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.quantised import Query

ABOVE = 2_000_000
"""Rows of a table at which lists pay."""
AIMED, FLOOR = 0.98, 0.95
_NEAR = 100
_QUESTIONS = 100
_MOST = 4
"""At most one list in so many is scanned."""
_SAMPLE, _ROUNDS, _SEED = 40, 8, 20260
_BLOCK = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Where a table's lists begin and what they hold."""

    centres: NDArray[np.float32]
    """(k, dim)"""
    starts: NDArray[np.int64]
    """(k + 1,)"""
    probes: int
    """Lists that a search scans."""

    def order(self, wanted: Query) -> NDArray[np.int64]:
        """Return the lists (k,), nearest first."""
        return np.argsort(-(self.centres.astype(np.float64) @ wanted.exact), kind="stable")

    def nearest(self, wanted: Query) -> list[tuple[int, int]]:
        """Return the rows, from and up to, of the lists to be scanned, in stored order."""
        chosen = np.sort(self.order(wanted)[: self.probes])
        return [(int(self.starts[n]), int(self.starts[n + 1])) for n in chosen]


def train(
    count: int, take: Callable[[NDArray[np.int64]], NDArray[np.uint8]], reach: float
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return centres (k, dim) and the list (n,) of each of `count` rows, whose codes `take` gives."""
    import faiss  # noqa: PLC0415 - compiled code that --help must not load

    faiss.omp_set_num_threads(1)  # of this thread
    lists = max(1, round(2 * count**0.5))
    sample = np.unique(np.linspace(0, count - 1, min(count, lists * _SAMPLE)).astype(np.int64))
    vectors = quantised.decode(take(sample), reach)
    chosen = np.random.default_rng(_SEED).choice(len(vectors), lists, replace=False)
    centres = vectors[np.sort(chosen)]
    for _ in range(_ROUNDS):  # one at a time: a writer that closes does not wait for all of them
        take(sample[:1])
        kmeans = faiss.Kmeans(
            vectors.shape[1],
            lists,
            niter=1,
            seed=_SEED,
            spherical=True,
            min_points_per_centroid=1,
            max_points_per_centroid=2 * _SAMPLE,
        )
        kmeans.train(vectors, init_centroids=centres)
        centres = np.array(kmeans.centroids, np.float32).reshape(lists, -1)
    assigner = faiss.IndexFlatIP(centres.shape[1])
    assigner.add(centres)
    owner = np.empty(count, np.int32)
    for start in range(0, count, _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, count))
        owner[rows] = assigner.search(quantised.decode(take(rows), reach), 1)[1][:, 0]
    return centres, owner


def measured(
    codes: NDArray[np.uint8], reach: float, centres: NDArray[np.float32], starts: NDArray[np.int64]
) -> tuple[int, float]:
    """Return how many lists to scan for codes in stored order, and the recall at 100 that this gives.

    No lists (0) where too many would have to be.
    """
    lists = Lists(centres=centres, starts=starts, probes=len(centres))
    ranks = []
    for row in np.linspace(0, len(codes) - 1, min(_QUESTIONS, len(codes))).astype(np.int64):
        wanted = quantised.query(quantised.decode(codes[row : row + 1], reach)[0])
        rows = quantised.best([Run(number=0, codes=codes)], reach, wanted, min(_NEAR, len(codes)))[1]
        place = np.empty(len(centres), np.int64)
        place[lists.order(wanted)] = np.arange(len(centres))
        ranks.append(place[np.searchsorted(starts, rows, side="right") - 1])
    found = np.sort(np.concatenate(ranks))
    reached = np.searchsorted(found, np.arange(1, len(centres) + 1)) / found.size
    most = max(1, len(centres) // _MOST)
    probes = min(int(np.argmax(reached >= AIMED)) + 1, most)
    recall = float(reached[probes - 1])
    return (probes, recall) if recall >= FLOOR else (0, recall)
