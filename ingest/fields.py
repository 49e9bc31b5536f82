"""Loose fields of hand-made records (JSON lines, front matter) become the parts of a `Document`.

Decisions
---------
* Of several spellings of a field the first that is filled counts. A value of the wrong type is absent.
* A date that is no date costs the event, never the document, and is said (`misread`): what has no public
  date never counts as prior art. A filing date is not a public date.
* For a patent, `date` is the day of its own publication: a grant's, or an application's.
* `posted` is the day on which a page was put online; `archived` and `indexed` are days on which an archive or
  a search engine had it: it was public then or before.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.documents import (
    BOUND_KINDS,
    Classification,
    DatedEvent,
    DayInterval,
    DocumentKind,
    EventKind,
    Party,
    clean,
)
from ingest.errors import DateFormError
from ingest.evidence import bound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KINDS = {
    **{kind.value: kind for kind in DocumentKind},
    "grant": DocumentKind.PATENT,
    "article": DocumentKind.PAPER,
    "preprint": DocumentKind.PAPER,
    "rfc": DocumentKind.STANDARD,
    "tech_proposal": DocumentKind.STANDARD,
    "defensive_publication": DocumentKind.DISCLOSURE,
    "technical_disclosure": DocumentKind.DISCLOSURE,
}
KEY_LENGTH = 300

_CPC = re.compile(r"[A-HY]\d{2}[A-Z](?:\d{1,4}/\d{2,6})?")
_ARXIV = re.compile(r"[a-z]{2,9}(?:-[a-z]{2,5}|\.[A-Z]{2}|\.[a-z-]{3,9}|-[a-z]{2,5}\.[A-Za-z-]{2,9})")
_CLASS_FIELDS = (("cpc", "CPC"), ("ipc", "IPC"), ("uspc", "USPC"), ("classes", ""), ("cats", "arXiv"))
_PARTY_FIELDS = (
    ("author", ("authors", "author")),
    ("inventor", ("inventors", "inventor")),
    ("applicant", ("applicants", "applicant")),
    ("assignee", ("assignees", "assignee")),
)
_DATE_FIELDS = (
    (None, ("publication_date", "published", "date")),
    (EventKind.FILED, ("filing_date", "filed")),
    (EventKind.PRIORITY, ("priority_date",)),
    (EventKind.POSTED, ("posted", "posted_date")),
    (EventKind.ARCHIVED, ("archived", "archive_date")),
    (EventKind.INDEXED, ("indexed", "index_date")),
)
_SPLIT_WORDS = re.compile(r"[;,\s]+")
_SPLIT_NAMES = re.compile(r"\s*;\s*|\s+and\s+")
_DAY_AND_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.*")


def text_of(record: Mapping[str, object], *names: str) -> str:
    """Return the first of the fields that holds text; numbers are written out."""
    for name in names:
        value = record.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def word_of(record: Mapping[str, object], *names: str) -> str:
    """Return the first filled field on one line, without controls and at most `KEY_LENGTH` long."""
    return " ".join(clean(text_of(record, *names)[: 4 * KEY_LENGTH]).split())[:KEY_LENGTH]


def list_of(record: Mapping[str, object], name: str) -> list[object]:
    """Return a list field, a single value as a list of one, an absent field as an empty list."""
    value = record.get(name)
    if isinstance(value, list | tuple):
        return list(value)
    return [] if value is None or value == "" else [value]


def kind_of(record: Mapping[str, object]) -> DocumentKind:
    """Return the kind that a record states; REPORT when it states none that is known."""
    return KINDS.get(word_of(record, "kind").lower().replace(" ", "_"), DocumentKind.REPORT)


def events_of(
    record: Mapping[str, object], source: str, public: EventKind = EventKind.PUBLISHED
) -> tuple[DatedEvent, ...]:
    """Return the dated events that a record states."""
    return tuple(
        _event(kind or public, when, f"{source}/{name}")
        for kind, name, text in _dates(record)
        if (when := _interval(text)) is not None
    )


def _event(kind: EventKind, when: DayInterval, source: str) -> DatedEvent:
    if kind in BOUND_KINDS:
        return bound(kind, when.latest, source, confidence="medium")
    event = DatedEvent(kind=kind, when=when, source=source, confidence="medium")
    yearly = event.precision == "year" and kind in (EventKind.PUBLISHED, EventKind.POSTED)
    return replace(event, kind=EventKind.YEAR_ONLY) if yearly else event


def misread(record: Mapping[str, object]) -> str:
    """Say which stated dates were not understood; empty when all were."""
    lost = [f"{name} {text[:40]!r}" for _, name, text in _dates(record) if _interval(text) is None]
    return f"{' and '.join(lost)} not understood as a date; write YYYY-MM-DD" if lost else ""


def _dates(record: Mapping[str, object]) -> Iterator[tuple[EventKind | None, str, str]]:
    """Yield kind (None: the document's own publication), field and text of each date that is stated."""
    for kind, names in _DATE_FIELDS:
        name = next((name for name in names if text_of(record, name)), "")
        if name:
            yield kind, name, word_of(record, name)


def _interval(text: str) -> DayInterval | None:
    timed = _DAY_AND_TIME.fullmatch(text)
    try:
        return DayInterval.parse(timed[1] if timed else text)
    except DateFormError:
        return None


def classes_of(record: Mapping[str, object]) -> tuple[Classification, ...]:
    """Return the classes; a `classes` entry may name its scheme (`CPC:G06F16/35`)."""
    found: list[Classification] = []
    for name, scheme in _CLASS_FIELDS:
        for value in list_of(record, name):
            if isinstance(value, str):
                words = _SPLIT_WORDS.split(value) if name == "cats" else [value]
                found += (_classified(word, scheme) for word in words if word.strip())
    return tuple(dict.fromkeys(found))


def _classified(text: str, scheme: str) -> Classification:
    symbol = "".join(clean(text).split())[:60]
    named, colon, rest = symbol.partition(":")
    if colon and rest and not scheme:
        return Classification(scheme=named, symbol=rest)
    if not scheme and _CPC.fullmatch(symbol):
        return Classification(scheme="CPC", symbol=symbol)
    if not scheme and _ARXIV.fullmatch(symbol):
        return Classification(scheme="arXiv", symbol=symbol)
    return Classification(scheme=scheme, symbol=symbol)


def parties_of(record: Mapping[str, object]) -> tuple[Party, ...]:
    """Return the people and organisations; a text field may hold several names parted by `;` or `and`."""
    found: list[Party] = []
    for role, names in _PARTY_FIELDS:
        for name in names:
            for value in list_of(record, name):
                fields = value if isinstance(value, dict) else {"name": value}
                whole = word_of(fields, "name")
                country = word_of(fields, "country")
                several = isinstance(record.get(name), str) and role in ("author", "inventor")
                parts = _SPLIT_NAMES.split(whole) if several else [whole]
                found += (Party(role=role, name=part, country=country) for part in parts if part)
    return tuple(dict.fromkeys(found))
