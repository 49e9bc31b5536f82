"""Which items of a segment pass a filter.

A million items take a few milliseconds: days are compared, tags are looked up the other way round (a tag
knows its items), sets of numbers are looked for in the sorted items.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from index.records import Filter
    from index.segments import Segment

NO_DAY = 0


def passing(segment: Segment, alive: NDArray[np.bool_], wanted: Filter) -> NDArray[np.bool_]:
    """Return (m,) which living items pass."""
    passed = alive.copy()
    if wanted.before is not None or wanted.after is not None:
        passed &= _dated(segment.days, wanted)
    for group in wanted.tags:
        passed &= _tagged(segment, group)
    if wanted.without:
        passed[_positions(segment.items, wanted.without)] = False
    if wanted.only is not None:
        among = np.zeros_like(passed)
        among[_positions(segment.items, wanted.only)] = True
        passed &= among
    return passed


def _dated(days: NDArray[np.int32], wanted: Filter) -> NDArray[np.bool_]:
    first = NO_DAY + 1 if wanted.after is None else max(wanted.after, NO_DAY + 1)
    within: NDArray[np.bool_] = days >= first
    if wanted.before is not None:
        within &= days < wanted.before
    if wanted.undated:
        within |= days == NO_DAY
    return within


def _tagged(segment: Segment, group: Sequence[str]) -> NDArray[np.bool_]:
    """Return which items have a tag of the group; names are sorted, so that a prefix is a run of them."""
    found = np.zeros(segment.items.size, dtype=np.bool_)
    for tag in group:
        low, high = run(segment.tag_names, tag)
        found[segment.tag_items[segment.tag_starts[low] : segment.tag_starts[high]]] = True
    return found


def run(names: Sequence[str], tag: str) -> tuple[int, int]:
    """Return where the names lie, from and up to, that a tag stands for; a trailing `*` makes it a prefix."""
    if not tag.endswith("*"):
        low = bisect_left(names, tag)
        return low, bisect_right(names, tag, lo=low)
    low = bisect_left(names, tag[:-1])
    return low, bisect_right(names, tag[:-1], lo=low, key=lambda name: name[: len(tag) - 1])


def _positions(items: NDArray[np.int64], numbers: Collection[int]) -> NDArray[np.int64]:
    """Return where given numbers stand among sorted items; those that do not are left out."""
    wanted = np.fromiter(numbers, dtype=np.int64, count=len(numbers))
    wanted.sort()
    places = np.searchsorted(items, wanted)
    inside = places < items.size
    places, wanted = places[inside], wanted[inside]
    found: NDArray[np.int64] = places[items[places] == wanted]
    return found
