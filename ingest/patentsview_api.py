"""Answers of the PatentsView search service (`/api/v1/patent`, `/api/v1/publication`), as files of JSON.

Source: "PatentSearch API Reference", PatentsView. The service is closed; its answers were kept by many.

Decisions
---------
* An answer is a list of records; each has the fields that were asked for, no more. One without a title and an
  abstract is no text, and says so.
* The kind of a patent (`wipo_kind`) is used where it was asked for. Where not, it follows from the number, or
  the key has none.
* `patent_earliest_application_date` is a day of filing; the service says no more about it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.application_numbers import family_key
from ingest.builder import TextBuilder
from ingest.documents import (
    Citation,
    Classification,
    DatedEvent,
    Document,
    DocumentKind,
    EventKind,
    Origin,
    Party,
)
from ingest.errors import RecordRefusedError
from ingest.evidence import dated
from ingest.fields import list_of, text_of, word_of
from ingest.json_records import JsonRecords, Record
from ingest.uspto_biblio import cited, key_of, work_key
from ingest.uspto_modern import us_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAME = "patentsview-api"
_PEOPLE = (("inventors", "inventor"), ("applicants", "applicant"), ("assignees", "assignee"))
_SYMBOLS = (
    ("ipcr", "IPC", "ipc_id"),
    ("cpc_current", "CPC", "cpc_group_id"),
    ("uspc_at_issue", "USPC", "uspc_subclass_id"),
)


def _document(record: Record, origin: Origin) -> Iterable[Document]:
    """Make the document of one record of an answer. Raises RecordRefusedError."""
    published = word_of(record, "document_number")
    number = word_of(record, "patent_id") or published
    kind = word_of(record, "wipo_kind", "publication_kind") or us_kind(number)
    key = key_of("US", number, kind)
    if not key:
        raise RecordRefusedError(
            "is no patent and no publication: it has neither patent_id nor document_number"
        )
    builder = TextBuilder()
    builder.section("title")
    builder.paragraph(text_of(record, "patent_title", "publication_title"), "title")
    builder.section("abstract")
    builder.paragraph(text_of(record, "patent_abstract", "publication_abstract"), "abstract")
    text, sections, _ = builder.build()
    if not text:
        raise RecordRefusedError(f"{key} has no title and no abstract: they were not asked for")
    if word_of(record, "withdrawn").lower() in ("1", "true") or record.get("withdrawn") is True:
        raise RecordRefusedError(f"{key} was withdrawn from issue")
    filed = [one for one in list_of(record, "application") if isinstance(one, dict)]
    serial = next((found for one in filed if (found := word_of(one, "application_id"))), "")
    years = (word_of(one, "filing_date")[:4] for one in filed)
    year = next((int(one) for one in years if one.isdecimal()), None)
    yield Document(
        key=key,
        kind=DocumentKind.APPLICATION if number == published else DocumentKind.PATENT,
        text=text,
        sections=sections,
        events=tuple(dict.fromkeys(_events(record, key, filed))),
        classes=tuple(dict.fromkeys(_classes(record))),
        parties=tuple(dict.fromkeys(_parties(record))),
        citations=tuple(dict.fromkeys(_citations(record))),
        language="en",
        country="US",
        work=work_key(serial),
        application=family_key("US", serial, year=year) if serial else "",
        origin=origin,
    )


def _events(record: Record, key: str, filed: list[dict[str, object]]) -> Iterator[DatedEvent]:
    public = EventKind.PUBLISHED if key.startswith(("US-H", "US-T")) else EventKind.GRANTED
    yield from dated(public, word_of(record, "patent_date"), "patent/patent_date", office="US")
    day = word_of(record, "publication_date")
    yield from dated(EventKind.PUBLISHED, day, "publication/publication_date", office="US")
    for one in filed:
        yield from dated(EventKind.FILED, word_of(one, "filing_date"), "application/filing_date", office="US")
    earliest = word_of(record, "patent_earliest_application_date")
    if not filed:
        yield from dated(EventKind.FILED, earliest, "patent/patent_earliest_application_date", office="US")


def _classes(record: Record) -> Iterator[Classification]:
    for name, scheme, column in _SYMBOLS:
        for entry in list_of(record, name):
            symbol = "".join(word_of(entry, column).split()) if isinstance(entry, dict) else ""
            if "/" in symbol:
                yield Classification(scheme=scheme, symbol=symbol)


def _parties(record: Record) -> Iterator[Party]:
    for name, role in _PEOPLE:
        for entry in list_of(record, name):
            if not isinstance(entry, dict):
                continue
            stem = f"{role}_individual_name" if role == "assignee" else f"{role}_name"
            parts = (word_of(entry, f"{stem}_first"), word_of(entry, f"{stem}_last"))
            who = word_of(entry, f"{role}_organization") or " ".join(part for part in parts if part)
            if who:
                yield Party(role=role, name=who, country=word_of(entry, f"{role}_country"))


def _citations(record: Record) -> Iterator[Citation]:
    for name in ("us_patent_citations", "us_application_citations", "foreign_citations"):
        for entry in list_of(record, name):
            if isinstance(entry, dict):
                country = word_of(entry, "citation_country") or "US"
                number = word_of(entry, "citation_patent_id", "citation_document_number", "citation_number")
                kind = word_of(entry, "wipo_kind", "citation_wipo_kind")
                parts = {"country": country, "doc-number": number, "kind": kind}
                day = re.sub(r"\D", "", word_of(entry, "citation_date"))
                text = cited(parts | {"name": word_of(entry, "record_name", "citation_name"), "date": day})
                category = word_of(entry, "citation_category")
                yield Citation(text=text, key=key_of(country, number, kind), category=category)


PATENTSVIEW_API = JsonRecords(
    name=NAME,
    mark=re.compile(
        rb'"(?:patents|publications)"\s{0,9}:\s{0,9}\[\s{0,9}\{\s{0,9}"(?:patent_|document_number|publication_)'
    ),
    make=_document,
    lists=(("patents",), ("publications",)),
)
