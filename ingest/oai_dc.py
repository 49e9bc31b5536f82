"""OAI-PMH answers with Dublin Core records (`oai_dc`, and flat qualified Dublin Core) of any repository.

Source: OAI-PMH 2.0; DCMI metadata terms. The answers of arXiv are read by `arxiv`.

Decisions
---------
* `dc:date` does not say what happened. A date *with a time of day* was written by the repository's software
  (accession, availability): POSTED on the last such day. A plain date is the issue's: PUBLISHED, and beside
  it the software's day is a bound. Plain dates that agree count as the most exact one; those that differ
  count as the interval over all of them, low confidence.
* A time of day in `dc:date` is no moment of publication (often it is midnight somewhere): the day counts.
* The header's `datestamp` says when the record was last changed: it was there by then, a bound.
* `issued` and `available` of qualified records say what they are; `created`, `submitted` and the like are
  not public.
* The key is the record's OAI identifier; the DOI and other known numbers among its identifiers are aliases.
* A deleted record is reported, since somebody may have read it before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.builder import TextBuilder
from ingest.documents import (
    DatedEvent,
    DayInterval,
    Document,
    DocumentKind,
    EventKind,
    Party,
)
from ingest.errors import RecordRefusedError
from ingest.evidence import bound, dated
from ingest.paper_dates import agreed, of_words
from ingest.paper_ids import key_of, language
from ingest.uspto_text import flatten
from ingest.xml_records import XmlRecords
from ingest.xml_safety import local, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element

    from ingest.documents import Origin
    from ingest.items import Item
    from ingest.sniff import Head

NAME = "oai-dc"
_FORMATS = frozenset({"dc", "qualifieddc", "qdc", "simpledc", "dcterms", "thesis"})
_TIMED = re.compile(r"(\d{4}-\d\d-\d\d)T\d\d:\d\d.{0,30}")
_IDENTIFIER = re.compile(r"[^\s<>]{1,250}")
_HANDLE = re.compile(r"(?:https?://hdl\.handle\.net/|hdl:)(\d[\d.]{0,30}/[^\s<>]{1,100})", re.IGNORECASE)
_REPORTS = re.compile(
    r"(?:technical ?|research ?)?report|working ?paper|info:eu-repo/semantics/(?:report|workingpaper)"
)
_LONGEST = 250_000
"""Characters of one description: some repositories put the full text there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A repository's record: its header and its Dublin Core fields by local name."""

    identifier: str
    stamp: str
    fields: dict[str, list[str]]
    languages: list[str]

    def all(self, *names: str) -> list[str]:
        return [text for name in names for text in self.fields.get(name, ())]


def record_of(element: _Element) -> Record:
    """Read a `record` element. Raises RecordRefusedError for deleted ones and other formats."""
    header = next(named(element, "header"), None)
    identifier = _word(header, "identifier")
    if header is not None and header.get("status") == "deleted":
        raise RecordRefusedError(
            f"{identifier[:120] or 'a record without identifier'}: deleted at the source"
        )
    metadata = next(named(element, "metadata"), None)
    content = next((child for child in metadata if local(child)), None) if metadata is not None else None
    if content is None:
        raise RecordRefusedError(f"{identifier[:120]}: holds no metadata")
    if local(content) not in _FORMATS:
        raise RecordRefusedError(f"metadata format {local(content)[:40]!r} is not read; ask for oai_dc")
    fields: dict[str, list[str]] = {}
    for child in content:
        if text := flatten(child).strip():
            fields.setdefault(local(child), []).append(text)
    return Record(
        identifier=identifier,
        stamp=_word(header, "datestamp"),
        fields=fields,
        languages=[code for text in fields.get("language", ()) if (code := language(text))],
    )


def _word(element: _Element | None, name: str) -> str:
    found = None if element is None else next(named(element, name), None)
    return " ".join(flatten(found).split())


def make(element: _Element, origin: Origin) -> Iterator[Item]:
    """Yield the document of a record. Raises RecordRefusedError."""
    record = record_of(element)
    if not _IDENTIFIER.fullmatch(record.identifier):
        raise RecordRefusedError("has no identifier in its header")
    key = record.identifier if record.identifier.startswith("oai:") else f"oai:{record.identifier}"
    kind = DocumentKind.PAPER
    if any(_REPORTS.fullmatch(text.strip().lower()[:80]) for text in record.all("type")):
        kind = DocumentKind.REPORT
    yield document(record, key, kind, tuple(events(record)), origin)


def document(
    record: Record, key: str, kind: DocumentKind, found: tuple[DatedEvent, ...], origin: Origin
) -> Document:
    """Return the document of a record with that key. Raises RecordRefusedError without text."""
    text = TextBuilder()
    titles = record.all("title")
    text.section("title")
    text.paragraph(" ".join(titles[0].split()) if titles else "", "title")
    text.section("abstract")
    for words in record.all("abstract", "description"):
        for paragraph in re.split(r"\n\s{0,40}\n", words[:_LONGEST]):
            text.paragraph(" ".join(paragraph.split()), "abstract")
    for words in [*titles[1:], *record.all("alternative")]:
        text.section("description", "Other title")
        text.paragraph(" ".join(words.split()), "other title")
    if subjects := "; ".join(" ".join(word.split()) for word in record.all("subject")):
        text.section("description", "Keywords")
        text.paragraph(subjects, "keywords")
    body, sections, _ = text.build()
    if not body:
        raise RecordRefusedError(f"{key} has neither title nor description")
    names = (" ".join(name.split())[:300] for name in record.all("creator"))
    return Document(
        key=key,
        kind=kind,
        text=body,
        sections=sections,
        events=found,
        parties=tuple(dict.fromkeys(Party(role="author", name=_turned(name)) for name in names)),
        language=record.languages[0] if record.languages else "",
        aliases=tuple(alias for alias in aliases(record) if alias != key),
        origin=origin,
    )


def aliases(record: Record) -> tuple[str, ...]:
    """Return the known identifiers among a record's own, as keys."""
    found: list[str] = []
    for text in record.all("identifier"):
        handle = _HANDLE.fullmatch(text.strip()[:200])
        found.append(f"hdl:{handle[1]}" if handle else key_of(text.strip()))
    return tuple(dict.fromkeys(filter(None, found)))


def _turned(name: str) -> str:
    """Return "Moss, Ann" as "Ann Moss"; a name with several commas, or none, as it stands."""
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma and first and "," not in first else name


def events(record: Record) -> Iterator[DatedEvent]:
    """Yield what the record's dates show; see the decisions above."""
    stated = record.all("date")
    timed = [day for text in stated if (match := _TIMED.fullmatch(text)) for day in _days([match[1]])]
    plain = [*_days(record.all("issued")), *_days(text for text in stated if not _TIMED.fullmatch(text))]
    online = [*_days(_day_of(text) for text in record.all("available")), *timed]
    last = max((when.latest for when in online), default=None)
    if plain:
        when, sure = agreed([str(day) for day in plain])
        yield from dated(
            EventKind.PUBLISHED, str(when), f"{NAME}/date", confidence="medium" if sure else "low"
        )
        if last is not None:
            yield bound(EventKind.ARCHIVED, last, f"{NAME}/date (of deposit)", confidence="medium")
    elif last is not None:
        yield from dated(EventKind.POSTED, last.isoformat(), f"{NAME}/date (of deposit)", confidence="medium")
    for when in _days([_day_of(record.stamp)]):
        yield bound(EventKind.INDEXED, when.latest, f"{NAME}/datestamp", confidence="medium")


def _day_of(text: str) -> str:
    match = _TIMED.fullmatch(text)
    return match[1] if match else text


def _days(texts: Iterator[str] | Sequence[str]) -> list[DayInterval]:
    return [DayInterval.parse(read) for text in texts if (read := of_words(text))]


def _is_dublin_core(first: Head) -> bool:
    return b"oai_dc" in first.data or (b"<request" in first.data and b"arxiv" not in first.data.lower())


OAI_DC = XmlRecords(
    name=NAME,
    roots=frozenset({"OAI-PMH"}),
    records=frozenset({"record"}),
    make=make,
    where=lambda first: _is_dublin_core(first) and b"oai:arxiv.org" not in first.data.lower(),
)
"""Reads saved answers to ListRecords and GetRecord."""
