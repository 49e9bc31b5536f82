"""The year in which a United States patent was issued, inferred from its number alone.

Utility patents are numbered in the order of issue, so the number says the year: the office publishes the
first number of each ("Issue Years and Patent Numbers"). Publications of applications carry their year in the
number (2001 on). This is an inference, not a statement of the document: the event says so (`inferred`), its
interval is the whole year, and it is made only where a record states no public date at all. Numbers after the
table's end, designs, plants and reissues give nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from datetime import date
from typing import TYPE_CHECKING

from ingest.documents import DatedEvent, DayInterval, EventKind
from ingest.evidence import ZONES

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST_YEAR = 1963
_FIRST = (
    *(3070801, 3116487, 3163865, 3226729, 3295143, 3360800, 3419907, 3487470, 3551909, 3631539, 3707729),
    *(3781914, 3858241, 3930271, 4000520, 4065812, 4131952, 4180867, 4242757, 4308622, 4366579, 4423523),
    *(4490855, 4562596, 4633526, 4716594, 4794652, 4890335, 4980927, 5077836, 5175886, 5274846, 5377359),
    *(5479658, 5590420, 5704062, 5855021, 6009555, 6167569, 6334220, 6502244, 6671884, 6836899, 6981282),
    *(7155746, 7313829, 7472428, 7640598, 7861317, 8087094, 8341762, 8621662, 8925112, 9226437, 9532496),
)
"""First number of 1963, 1964 … 2016, and the first after it."""
_NUMBER = re.compile(r"US-?(\d{7})(?:-?[AB]\d?)?")
_PUBLICATION = re.compile(r"US-?(20[0-4]\d)\d{7}(?:-?A\d)?")


def issue_year(key: str) -> int | None:
    """Return the year that a number such as `US-7640598-B2` or `US-20050004437-A1` tells, or None.

    >>> issue_year("US-7640598-B2")
    2010
    """
    if match := _PUBLICATION.fullmatch(key):
        return int(match[1])
    match = _NUMBER.fullmatch(key)
    if match is None or not _FIRST[0] <= int(match[1]) < _FIRST[-1]:
        return None
    return _FIRST_YEAR + bisect_right(_FIRST, int(match[1])) - 1


def inferred(key: str) -> Iterator[DatedEvent]:
    """Yield the public event that a number stands for, of medium confidence; nothing where it tells none."""
    year = issue_year(key)
    if year is not None:
        yield DatedEvent(
            kind=EventKind.INFERRED,
            when=DayInterval(earliest=date(year, 1, 1), latest=date(year, 12, 31)),
            source="the year of the number, in the office's table of first numbers",
            confidence="medium",
            zone=ZONES["US"],
        )
