"""Dates of outside records become `DatedEvent`s: the one place where a reader says what a date is worth.

Decisions
---------
* A date that is no date costs the event, never the document.
* A statement "published 2019" is a `year-only` event over the whole year, not the first of January.
* An office's day is counted at its seat: `ZONES` has the time zone of each office whose seat has one.
* An upper bound (`bound`) is an interval open at the start: an archive that holds a copy of a day proves that
  day or before (EPO Guidelines G-IV 7.5.4; law.md EP-PUB-2).
* A moment stated with its offset keeps it (`moment`); one without an offset is a day and nothing more.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from ingest.documents import OPEN, Confidence, DatedEvent, DayInterval, EventKind
from ingest.errors import DateFormError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ZONES: Mapping[str, str] = MappingProxyType(
    {
        "US": "America/New_York",
        "EP": "Europe/Berlin",  # filed in Munich, The Hague or Berlin: one time
        "WO": "Europe/Zurich",
        "JP": "Asia/Tokyo",
        "KR": "Asia/Seoul",
        "CN": "Asia/Shanghai",
        "TW": "Asia/Taipei",
        "DE": "Europe/Berlin",
        "FR": "Europe/Paris",
        "GB": "Europe/London",
        "CA": "America/Toronto",
        "AU": "Australia/Sydney",
        "BR": "America/Sao_Paulo",
        "IN": "Asia/Kolkata",
        "CH": "Europe/Zurich",
        "AT": "Europe/Vienna",
        "IT": "Europe/Rome",
        "ES": "Europe/Madrid",
        "NL": "Europe/Amsterdam",
        "SE": "Europe/Stockholm",
        "RU": "Europe/Moscow",
    }
)
"""IANA time zone of an office's seat, by its WIPO ST.3 code."""

_STATED = frozenset({EventKind.PUBLISHED, EventKind.POSTED})


def dated(
    kind: EventKind,
    text: str,
    source: str,
    *,
    office: str = "",
    confidence: Confidence = "high",
) -> Iterator[DatedEvent]:
    """Yield the event that a date stated as text stands for; nothing when it is no date.

    `text` is a day, month, year, interval (see `DayInterval.parse`) or a moment in ISO 8601; `office` is the
    two-letter code of the office whose day it is. A publication of which only the year is known becomes
    `year-only`.
    """
    text = text.strip()
    if len(text) > len("2024-01-01") and text[10] in "T ":
        yield from moment(kind, text, source, confidence=confidence)
        return
    try:
        when = DayInterval.parse(text)
    except DateFormError:
        return
    event = DatedEvent(
        kind=kind, when=when, source=source, confidence=confidence, zone=ZONES.get(office.upper(), "")
    )
    if kind in _STATED and event.precision == "year":
        event = DatedEvent(
            kind=EventKind.YEAR_ONLY, when=when, source=source, confidence=confidence, zone=event.zone
        )
    yield event


def moment(
    kind: EventKind, text: str, source: str, *, confidence: Confidence = "high"
) -> Iterator[DatedEvent]:
    """Yield the event of a moment in ISO 8601; one without an offset counts as its day only."""
    try:
        stated = datetime.fromisoformat(text.strip())
        exact = stated.astimezone(UTC) if stated.tzinfo else None
    except (ValueError, OverflowError):
        return
    day = (exact or stated).date()
    yield DatedEvent(
        kind=kind,
        when=DayInterval(earliest=day, latest=day),
        source=source,
        confidence=confidence,
        zone="UTC" if exact else "",
        instant=exact,
    )


def bound(kind: EventKind, latest: date, source: str, *, confidence: Confidence = "high") -> DatedEvent:
    """Return an `archived` or `indexed` event: public on `latest` or before."""
    return DatedEvent(
        kind=kind,
        when=DayInterval(earliest=OPEN, latest=latest),
        source=source,
        confidence=confidence,
    )
