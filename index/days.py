"""Dates in an expression: `2004`, `<2004-02`, `[2001 TO 2003-06]`, each a run of days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_RANGE = re.compile(r"([\[{])\s*(\S+)\s+TO\s+(\S+?)\s*([\]}])")
_BOUND = re.compile(r"(>=|<=|>|<|)(.*)")
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Days from `first` to `last`, both included; None is open."""

    first: int | None
    last: int | None


def read_days(text: str) -> Days:
    """Read `2004`, `2004-02`, `2004-02-29`, one of these after `<`, `<=`, `>`, `>=`, or `[A TO B]`.

    A curly bracket leaves its end out; `*` is an open end. Raises ValueError.
    """
    found = _RANGE.fullmatch(text)
    if found:
        first = None if found[2] == "*" else _period(found[2])
        last = None if found[3] == "*" else _period(found[3])
        return Days(
            first=first and (first[0] if found[1] == "[" else first[1] + 1),
            last=last and (last[1] if found[4] == "]" else last[0] - 1),
        )
    bound = _BOUND.fullmatch(text)
    if bound is None:
        raise ValueError(text)
    begin, end = _period(bound[2])
    sides = {
        "<": (None, begin - 1),
        "<=": (None, end),
        ">": (end + 1, None),
        ">=": (begin, None),
        "": (begin, end),
    }
    return Days(first=sides[bound[1]][0], last=sides[bound[1]][1])


def _period(text: str) -> tuple[int, int]:
    """Return the first and last ordinal day of a year, month or day. Raises ValueError."""
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day = (None if part is None else int(part) for part in found.groups())
    assert year is not None
    first = date(year, 1 if month is None else month, 1 if day is None else day)
    if day is not None:
        return first.toordinal(), first.toordinal()
    months = 12 * year + (month or 12)  # of the month that follows
    following = date(months // 12, months % 12 + 1, 1)
    return first.toordinal(), (following - timedelta(days=1)).toordinal()
