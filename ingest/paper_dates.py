"""Dates as papers, issues and reference lists print them: parts, month names, seasons, ranges.

Decisions
---------
* The answer is text that `DayInterval.parse` reads, never more exact than what was printed: a month that is
  none leaves the year, a day that is none leaves the month, and without a year there is no date.
* A season or a quarter gives its whole year: which months it means differs by hemisphere and by journal.
* A range is an interval over both ends: "1998 Dec-1999 Jan" is 1998-12-01/1999-01-31. What the second end
  does not print it has from the first ("2000 Nov-Dec"), and the other way round ("May 5-8, 2000").
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from ingest.documents import DayInterval
from ingest.errors import DateFormError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS: Mapping[str, int] = MappingProxyType({name: number for number, name in enumerate(_NAMES, start=1)})
_LONGEST = 60
"""Characters that a printed date has at most."""
_WORD = re.compile(r"\d{1,8}|[A-Za-z]{1,20}|[-–—/&]")
_ISO = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?[-/]{0,3}(?:[T ]\d{1,2}:.{0,20})?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_YEARS = re.compile(r"(\d\d)(\d\d)[-–/](1[3-9]|[2-9]\d)")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_YEAR = re.compile(r"(?:1[5-9]|2\d)\d\d")
_SILENT = frozenset({"st", "nd", "rd", "th", "of", "the", "and", "to"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Printed:
    """One end of a range; 0 for a part that is not printed. `vague`: a season or another word is."""

    year: int = 0
    month: int = 0
    day: int = 0
    vague: bool = False

    @property
    def when(self) -> DayInterval | None:
        if not self.year:
            return None
        month = 0 if self.vague else self.month
        day = self.day if month else 0
        return (
            _parsed(f"{self.year:04}-{month:02}-{day:02}")
            or _parsed(f"{self.year:04}-{month:02}-00")
            or _parsed(f"{self.year:04}-00-00")
        )


def _parsed(text: str) -> DayInterval | None:
    try:
        return DayInterval.parse(text)
    except DateFormError:
        return None


def month_number(text: str) -> int:
    """Return 1 to 12 for a month's number or English name or abbreviation, else 0."""
    text = text.strip().rstrip(".").lower()
    if text.isascii() and text.isdigit() and len(text) <= 2:  # noqa: PLR2004 - two digits
        return int(text) if 1 <= int(text) <= len(_NAMES) else 0
    return _MONTHS.get(text[:3], 0) if text.isalpha() and len(text) <= len("september") else 0


def of_parts(year: str, month: str = "", day: str = "") -> str:
    """Return the date that three printed parts make, as exact as they are; empty without a year."""
    year, day = year.strip(), day.strip()
    if not (year.isascii() and _YEAR.fullmatch(year)):
        return ""
    number = int(day) if day.isascii() and day.isdigit() and len(day) <= 2 else 0  # noqa: PLR2004 - two digits
    word = month.strip()
    if word and not month_number(word):  # a range of months or a season
        return of_words(f"{year} {word} {day}")
    when = _Printed(year=int(year), month=month_number(word), day=number).when
    return str(when) if when else ""


def of_words(text: str) -> str:
    """Return the date or interval that a printed date stands for; empty when it names no year.

    >>> of_words("1998 Dec-1999 Jan"), of_words("5 May 2019"), of_words("2000 Spring")
    ('1998-12-01/1999-01-31', '2019-05-05', '2000-01-01/2000-12-31')
    """
    text = " ".join(text.split())[:_LONGEST]
    if numeric := _in_digits(text):
        return numeric
    ends = [_end(words) for words in _ends(text)]
    if not ends:
        return ""
    first, last = ends[0], ends[-1]
    if len(ends) > 1:
        first, last = _completed(first, last), _completed(last, first)
    begin, finish = first.when, last.when
    if begin is None or finish is None:
        return ""
    if finish.latest < begin.earliest:  # printed the wrong way round, or misread: both years are all we know
        early, late = sorted((first.year, last.year))
        return f"{early:04}-01-01/{late:04}-12-31"
    return str(DayInterval(earliest=begin.earliest, latest=max(begin.latest, finish.latest)))


def agreed(dates: Sequence[str]) -> tuple[DayInterval, bool]:
    """Return the most exact of dates that agree with each other, else the interval over all and False.

    `dates` is not empty and holds what `of_words` returned.
    """
    days = [DayInterval.parse(text) for text in dates]
    first, last = max(when.earliest for when in days), min(when.latest for when in days)
    if any((when.earliest, when.latest) == (first, last) for when in days):
        return DayInterval(earliest=first, latest=last), True
    latest = max(when.latest for when in days)
    return DayInterval(earliest=min(when.earliest for when in days), latest=latest), False


def _in_digits(text: str) -> str:
    """Return a date without words; empty for all others."""
    if compact := _COMPACT.fullmatch(text):
        return of_parts(*compact.groups())
    years = _YEARS.fullmatch(text)  # "1975-76"; up to 12 a month stands there
    if years and years[3] > years[2]:
        return of_words(f"{years[1]}{years[2]} to {years[1]}{years[3]}")
    if iso := _ISO.fullmatch(text):
        return of_parts(iso[1], iso[2] or "", iso[3] or "")
    slashed = _SLASHED.fullmatch(text)
    return _either(slashed[3], int(slashed[1]), int(slashed[2])) if slashed else ""


def _either(year: str, first: int, second: int) -> str:
    """Return a date whose day and month may be either way round: the days between, or the year."""
    months = [(m, d) for m, d in ((first, second), (second, first)) if 1 <= m <= len(_NAMES)]
    exact = (_parsed(f"{year}-{month:02}-{day:02}") for month, day in months if day)
    days = [when.earliest for when in exact if when]
    if not days:
        return of_parts(year)
    return str(DayInterval(earliest=min(days), latest=max(days)))


def _ends(text: str) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for word in _WORD.findall(text):
        if word in "-–—/&" or word.lower() == "to":
            found.append([])
        else:
            found[-1].append(word)
    return [words for words in found if words]


def _end(words: list[str]) -> _Printed:
    printed = _Printed()
    for word in words:
        if word.isdigit():
            if _YEAR.fullmatch(word):
                printed = replace(printed, year=printed.year or int(word))
            elif len(word) <= 2 and not printed.day:  # noqa: PLR2004 - two digits
                printed = replace(printed, day=int(word))
            else:
                printed = replace(printed, vague=True)
        elif number := month_number(word):
            printed = replace(printed, month=printed.month or number)
        elif word.lower() not in _SILENT:
            printed = replace(printed, vague=True)
    return printed


def _completed(one: _Printed, other: _Printed) -> _Printed:
    """Fill what one end of a range leaves unsaid from the other."""
    vague = one.vague or other.vague
    month = one.month or (other.month if one.day else 0)
    return replace(one, year=one.year or other.year, month=month, vague=vague)
