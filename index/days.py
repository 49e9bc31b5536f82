"""Dates in an expression: `2004`, `<2004-02`, `[2001 TO 2003-06]`, `20040229`, `2001:2003`: runs of days.

A date is written from the year to the day. `31/12/2004` and `12/31/2004` are refused: which of two numbers is
the month is never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_RANGE = re.compile(r"([\[{])\s*(\S+)\s+TO\s+(\S+?)\s*([\]}])")
_PAIR = re.compile(r"([\d/-]{4,10}?)\s*(?:\.\.|[:,]|\s)\s*([\d/-]{4,10})|(\d{4})-(\d{4})|(\d{8})-(\d{8})")
_BOUND = re.compile(r"(>=|<=|>|<|)\s*(.*)")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?|/(\d{2})(?:/(\d{2}))?|(\d{2})(\d{2})?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Days from `first` to `last`, both included; None is open."""

    first: int | None
    last: int | None


def read_days(text: str) -> Days:
    """Read `2004`, `2004-02`, `2004-02-29`, one of these after `<`, `<=`, `>`, `>=`, or `[A TO B]`.

    A curly bracket leaves its end out; `*` is an open end. `A:B`, `A..B`, `A,B`, `A B` and `2001-2003` are
    from A to B. Raises ValueError.
    """
    days = _read(text.strip())
    if days.first is not None and days.last is not None and days.first > days.last:
        raise ValueError(text)
    return days


def _read(text: str) -> Days:
    pair = _PAIR.fullmatch(text)
    if pair:
        one, other = (part for part in pair.groups() if part)
        return Days(first=_period(one)[0], last=_period(other)[1])
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
    year = int(found[1])
    month, day = (next((int(part) for part in parts if part), None) for parts in _parts(found))
    first = date(year, 1 if month is None else month, 1 if day is None else day)
    if day is not None:
        return first.toordinal(), first.toordinal()
    months = 12 * year + (month or 12)  # of the month that follows
    following = date(months // 12, months % 12 + 1, 1)
    return first.toordinal(), (following - timedelta(days=1)).toordinal()


def _parts(found: re.Match[str]) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
    """Return the month and the day in each of the three ways of writing them."""
    return (found[2], found[4], found[6]), (found[3], found[5], found[7])
