"""`Table`: the vectors of a segment, of its items or of their pieces, and how the best items are found.

Decisions
---------
* An item's score is that of its best row. Codes are scanned for the best rows (`index.quantised`), these are
  scored exactly, and more are asked for until no row left unseen can reach the last item that is returned,
  nor tie with it: the ranking is the one that scoring every row would give, ties by item.
* Scores are computed in double precision and rounded to `DIGITS`: they do not depend on where a row lies or
  what lies beside it.
* Under a filter, rows that fail are passed over; where few are left (`SPARSE`) these are gathered first. Both
  are exact.
* A table with lists (`index.clusters`) is scanned where the query is near. It is scanned as a whole when the
  filter is selective (`SELECTIVE`), or when the lists did not hold enough items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index import quantised
from index.clusters import Lists
from index.quantised import Query, Run

if TYPE_CHECKING:
    from collections.abc import Sequence

DIGITS = 5
SPARSE = 16
"""Where at most one row in so many passes, the rows that do are copied together before they are scanned."""
SELECTIVE = 10
"""Where fewer than one row in so many passes, lists are not trusted to hold the best of them."""
_FIRST = 4
"""Rows that are asked for at first, for every item wanted; again that many times more each time it was too
few."""
_SPARE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows in stored order: by item, or by list where there are lists."""

    codes: NDArray[np.uint8]
    """(n, dim), memory-mapped."""
    owners: NDArray[np.int32]
    """(n,): whose row it is, a position among the segment's items."""
    starts: NDArray[np.int64]
    """(m + 1,): item i has rows `starts[i]` to `starts[i + 1]`, by way of `places` where there are lists."""
    reach: float
    """Of the codes (`index.quantised`)."""
    longest: float
    """Length of the longest vector that a code stands for."""
    lists: Lists | None
    places: NDArray[np.int32] | None
    """(n,): row numbers in order of items; None where that is the stored order."""

    def rows(self, positions: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows of items in the given order, and how many each has."""
        first = self.starts[positions]
        counts = self.starts[positions + 1] - first
        ends = np.cumsum(counts)
        found = np.arange(ends[-1] if ends.size else 0) + np.repeat(first - ends + counts, counts)
        return (found if self.places is None else self.places[found].astype(np.int64)), counts

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return vectors (n, dim), as exact as they are kept."""
        return quantised.decode(self.codes[rows], self.reach)

    def scores(self, rows: NDArray[np.int64], wanted: Query) -> NDArray[np.float64]:
        """Return rounded inner products (n,)."""
        return np.round(quantised.scores(self.codes[rows], self.reach, wanted), DIGITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A table to be searched: what its items are called, and which of them count."""

    table: Table
    items: NDArray[np.int64]
    """(m,)"""
    kept: NDArray[np.bool_]
    """(m,)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """A run, and which rows of which part it holds."""

    run: Run
    part: int
    rows: NDArray[np.int64] | int
    """Row numbers, or the number of the first."""
    total: int
    """Rows that count."""


def best(parts: Sequence[Part], vector: NDArray[np.floating[Any]], depth: int) -> list[tuple[int, float]]:
    """Return the `depth` best (item, score), best first, ties by item. All parts have codes of one reach."""
    wanted = quantised.query(vector)
    stretches, near = _stretches(parts, wanted, lists=True)
    found = _settled(parts, stretches, wanted, depth)
    if near and len(found) < depth:
        found = _settled(parts, _stretches(parts, wanted, lists=False)[0], wanted, depth)
    return found


def _stretches(parts: Sequence[Part], wanted: Query, *, lists: bool) -> tuple[list[_Stretch], bool]:
    """Return what is to be scanned, and whether that leaves rows out which would count."""
    found: list[_Stretch] = []
    near = False
    for number, part in enumerate(parts):
        table, size = part.table, len(part.table.codes)
        kept = None if part.kept.all() else part.kept[table.owners]
        total = size if kept is None else int(np.count_nonzero(kept))
        if total == 0:
            continue
        if lists and table.lists is not None and total * SELECTIVE >= size:
            near = True
            for first, last in table.lists.nearest(wanted):
                mine = None if kept is None else kept[first:last]
                left = last - first if mine is None else int(np.count_nonzero(mine))
                if left:
                    run = Run(number=len(found), codes=table.codes[first:last], kept=mine)
                    found.append(_Stretch(run=run, part=number, rows=first, total=left))
        elif kept is not None and total * SPARSE <= size:
            rows = np.flatnonzero(kept)
            run = Run(number=len(found), codes=table.codes[rows])
            found.append(_Stretch(run=run, part=number, rows=rows, total=total))
        else:
            run = Run(number=len(found), codes=table.codes, kept=kept)
            found.append(_Stretch(run=run, part=number, rows=0, total=total))
    return found, near


def _settled(
    parts: Sequence[Part], stretches: Sequence[_Stretch], wanted: Query, depth: int
) -> list[tuple[int, float]]:
    total = sum(stretch.total for stretch in stretches)
    slack = max((wanted.slack(part.table.longest) for part in parts), default=0.0)
    count = _FIRST * depth + _SPARE
    while total:
        count = min(count, total)
        runs = [stretch.run for stretch in stretches]
        numbers, rows, products = quantised.best(runs, parts[0].table.reach, wanted, count)
        found = _by_item(*_scored(parts, stretches, numbers, rows, wanted), depth)
        if count == total or (
            len(found) == depth and round(float(products[-1]) + slack, DIGITS) < found[-1][1]
        ):
            return found
        count *= _FIRST
    return []


def _scored(
    parts: Sequence[Part],
    stretches: Sequence[_Stretch],
    numbers: NDArray[np.int64],
    rows: NDArray[np.int64],
    wanted: Query,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return items and exact scores of rows that a scan found."""
    owner = np.array([stretch.part for stretch in stretches])[numbers]
    real = rows.copy()
    for number in np.unique(numbers):
        mine = numbers == number
        held = stretches[number].rows
        real[mine] = held[rows[mine]] if isinstance(held, np.ndarray) else rows[mine] + held
    items, scores = np.empty(rows.size, np.int64), np.empty(rows.size, np.float64)
    for number in np.unique(owner):
        mine = owner == number
        part = parts[number]
        items[mine] = part.items[part.table.owners[real[mine]]]
        scores[mine] = part.table.scores(real[mine], wanted)
    return items, scores


def _by_item(items: NDArray[np.int64], scores: NDArray[np.float64], depth: int) -> list[tuple[int, float]]:
    order = np.lexsort((items, -scores))
    items, scores = items[order], scores[order]
    first = np.sort(np.unique(items, return_index=True)[1])[:depth]
    return list(zip(items[first].tolist(), scores[first].tolist(), strict=True))
