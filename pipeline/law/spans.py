"""Months and years as law counts them.

Decisions
---------
* A span is counted **back** from the filing day, because the grace rules of law.md are ("no earlier than six
  months preceding the filing", "1 year or less before"): one year back from 2026-06-01 reaches 2025-06-01,
  which is still inside.
* The day keeps its number; where the month reached has no such day, its last day takes the place (EPC Rule
  131(4) and its neighbours): six months back from 31 August is 28 February, or 29 in a leap year.
* Counted **forward** from a publication the same rule may end some days earlier (28 February + 6 months is 28
  August, though 31 August - 6 months is 28 February). A calendar shows the earlier day; `differ` tells a
  status when the two counts part.
* No day is ever moved for a weekend or a holiday.
"""

from __future__ import annotations

import calendar
from datetime import date

_YEAR = 12


def forward(day: date, months: int) -> date:
    """Return the day `months` later: the same number, or the month's last day.

    Clamped to the years that `datetime.date` knows.
    """
    year, month = divmod(day.year * _YEAR + day.month - 1 + months, _YEAR)
    if year < date.min.year:
        return date.min
    if year > date.max.year:
        return date.max
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def back(day: date, months: int) -> date:
    """Return the day `months` earlier: the first day of the window that ends on `day`."""
    return forward(day, -months)


def differ(shown: date, filed: date, months: int) -> bool:
    """Tell whether a filing is inside the window counted back and outside of it counted forward."""
    return back(filed, months) <= shown and forward(shown, months) < filed
