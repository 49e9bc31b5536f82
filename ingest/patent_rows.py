"""What readers of collected patent data (BigQuery, saved pages, exports) share: numbers, and what dates mean.

Decisions
---------
* A number that is none makes no key; who cites it keeps its text.
* A document's kind comes from its kind code (WIPO ST.16 and the offices' own lists): letters B and C, and the
  United States' A of before 2001, S, E and P2, are grants; A, and plants' P1, P4 and P9, are applications.
  Utility models, translations and registrations are published, whatever their office calls it.
* A date of grant that differs from the date of publication says when a right began (Japan registers weeks
  before it prints). It made no text public, so it is `related-published`; only in the United States, where
  both are one day, it stands in for a missing date of publication.
* A collection's `priority date` is its own assumption: medium confidence, none where it is the filing date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.application_numbers import application_key
from ingest.documents import DocumentKind, EventKind
from ingest.errors import NumberFormError
from ingest.evidence import dated
from ingest.numbers import parse_publication

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.documents import Confidence, DatedEvent
    from ingest.numbers import PublicationNumber

_US_APPLICATIONS = frozenset({"A1", "A2", "A9", "P1", "P4", "P9"})
_US_PUBLISHED = frozenset({"H1", "H"})
"""Statutory invention registrations: published, never granted."""
_EXAMINED = frozenset({("DE", "B"), ("JP", "B"), ("JP", "B4"), ("KR", "B")})
"""Applications printed after examination and before grant, in these offices' older law."""


def numbered(text: str, country: str = "", kind: str = "") -> PublicationNumber | None:
    """Return a publication number, or None for a text that is none."""
    try:
        return parse_publication(text, country, kind)
    except NumberFormError:
        return None


def key_of(text: str) -> str:
    """Return the key of a number, or an empty string."""
    found = numbered(text) if text.strip() else None
    return found.key if found else ""


def kinds(number: PublicationNumber) -> tuple[DocumentKind, EventKind]:
    """Return what a document is, and what its publication was."""
    kind = number.kind
    if number.country == "US":
        if kind in _US_APPLICATIONS or (not kind and len(number.number) > len("12345678")):
            return DocumentKind.APPLICATION, EventKind.PUBLISHED
        return DocumentKind.PATENT, EventKind.PUBLISHED if kind in _US_PUBLISHED else EventKind.GRANTED
    if kind[:1] == "A":
        return DocumentKind.APPLICATION, EventKind.PUBLISHED
    granted = kind[:1] in ("B", "C") and (number.country, kind) not in _EXAMINED
    return DocumentKind.PATENT, EventKind.GRANTED if granted else EventKind.PUBLISHED


def own_events(
    number: PublicationNumber,
    source: str,
    days: dict[str, str],
    confidence: Confidence = "high",
) -> tuple[DatedEvent, ...]:
    """Return the events of `days`: `publication`, `grant`, `filing`, `priority`, each a date or empty."""
    _, public = kinds(number)
    office = number.country
    found: list[DatedEvent] = []

    def add(kind: EventKind, name: str, how: Confidence = confidence) -> None:
        found.extend(dated(kind, days.get(name, ""), f"{source}/{name}", office=office, confidence=how))

    add(public, "publication")
    if not found and office == "US" and public is EventKind.GRANTED:
        add(EventKind.GRANTED, "grant")
    elif days.get("grant", "") != days.get("publication", ""):
        add(EventKind.RELATED_PUBLISHED, "grant")
    add(EventKind.FILED, "filing")
    if days.get("priority", "") != days.get("filing", ""):
        add(EventKind.PRIORITY, "priority", "medium")
    return tuple(found)


def application_of(text: str, kind: str = "", filed: str = "") -> str:
    """Return the key of an application's number such as `US-201113012345-A`; empty for none."""
    year = filed.strip()[:4]
    return application_key("", text, kind, int(year) if year.isascii() and year.isdigit() else None)


def priorities(keys: Iterator[str], own: str) -> tuple[str, ...]:
    """Return the applications claimed, each once, without the own one."""
    return tuple(key for key in dict.fromkeys(keys) if key and key != own)
