"""Crossref works: JSON lines and list files of the public data files, lists and single works of the API.

Format: Crossref REST API, "Works" (api.crossref.org, message types `work` and `work-list`).

Decisions
---------
* Public events of this text are `posted`, `published-online`, `published-print` and `published-other`, each
  as exactly as its date-parts state it: a year alone is a year. `published` and `issued` repeat the earliest
  of them and count where none is given. `accepted` made nothing public.
* What the date of a printed issue is worth beside a day online: `ingest.paper_events`.
* `created` (the DOI was registered) and `deposited` (the record was last written) are upper bounds: what we
  read was listed by then (`indexed`). A journal's cover date may lie after them, and then they are the better
  date. But a DOI registered before the stated day online proves no earlier publication: it is kept as
  `related-published`, which says nothing about this text.
* The key is the DOI. `work` is the article's DOI: a preprint that names exactly one article
  (`is-preprint-of`), or one work it is a version of (`is-version-of`), shares that article's work and keeps
  its own key and dates.
  Only `is-same-as` and `is-identical-to` name the same text (`aliases`).
* A subtitle is part of the title. Markup of titles and abstracts is JATS (`ingest.jats_abstract`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest import fields, jats_abstract
from ingest.builder import TextBuilder
from ingest.documents import (
    Citation,
    DatedEvent,
    DayInterval,
    Document,
    DocumentKind,
    EventKind,
    Party,
    clean,
)
from ingest.errors import RecordRefusedError
from ingest.evidence import bound, dated
from ingest.json_records import JsonRecords
from ingest.paper_events import issue
from ingest.paper_ids import language
from ingest.paper_keys import arxiv_key, distinct, doi_key

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ingest.documents import Origin
    from ingest.items import Item
    from ingest.json_records import Record

NAME = "crossref"
MARK = re.compile(
    rb'"message-type"\s{0,3}:\s{0,3}"|"(?:indexed|deposited)"\s{0,3}:\s{0,3}\{\s{0,9}"date-parts"'
    rb'|"is-referenced-by-count"\s{0,3}:'
)
_ONLINE = (("posted", EventKind.POSTED), ("published-online", EventKind.PUBLISHED))
_ISSUES = ("published-print", "published-other")
_KINDS = {"standard": DocumentKind.STANDARD, "report": DocumentKind.REPORT}
_LONGEST_CITATION = 2000


def make(record: Record, origin: Origin) -> Iterator[Item]:
    """Yield the document of a work. Raises RecordRefusedError."""
    if isinstance(message := record.get("message"), dict):
        record = message
    elif isinstance(message, list):
        raise RecordRefusedError(f"the server answered an error: {clean(str(message))[:200]}")
    key = doi_key(record.get("DOI"))
    if not key:
        raise RecordRefusedError("it has no DOI, or one that is none")
    builder = TextBuilder()
    builder.section("title")
    builder.paragraph(title_of(record), "title")
    builder.section("abstract")
    for paragraph in jats_abstract.paragraphs(fields.text_of(record, "abstract")):
        builder.paragraph(paragraph, "abstract")
    text, sections, _ = builder.build()
    if not text:
        raise RecordRefusedError(f"{key} has neither title nor abstract")
    yield Document(
        key=key,
        kind=_KINDS.get(fields.word_of(record, "type"), DocumentKind.PAPER),
        text=text,
        sections=sections,
        events=events_of(record),
        parties=tuple(dict.fromkeys(_parties(record))),
        citations=tuple(_citations(record)),
        language=language(fields.word_of(record, "language")),
        work=_work(record, key),
        aliases=distinct((arxiv_key(key), *_related(record, "is-same-as", "is-identical-to")), key),
        origin=origin,
    )


def title_of(record: Record) -> str:
    """Return title and subtitle on one line."""
    parts = []
    for name in ("title", "subtitle"):
        texts = [part for part in fields.list_of(record, name) if isinstance(part, str) and part.strip()]
        parts += texts[:1]
    return ": ".join(jats_abstract.inline(" ".join(clean(part).split())) for part in parts)


def events_of(record: Record) -> tuple[DatedEvent, ...]:
    """Return the dated events of a work, the public ones first."""
    online = [
        event for name, kind in _ONLINE for event in dated(kind, _parts(record, name), f"crossref/{name}")
    ]
    found = list(online)
    for name in _ISSUES:
        found += issue(online, _parts(record, name), f"crossref/{name}")
    if not found:
        posts = fields.word_of(record, "type") == "posted-content"
        kind = EventKind.POSTED if posts else EventKind.PUBLISHED
        for name in ("published", "issued"):
            if not found:
                found += dated(kind, _parts(record, name), f"crossref/{name}", confidence="medium")
    first = min((event.when.earliest for event in online), default=None)
    for name in ("created", "deposited"):
        for stated in dated(EventKind.INDEXED, _parts(record, name), f"crossref/{name}"):
            found.append(_listed(stated, name, first))
    return tuple(found)


def _listed(stated: DatedEvent, name: str, online: date | None) -> DatedEvent:
    day = stated.when.latest
    if online is not None and day < online:
        source = f"crossref/{name}: the DOI was registered before the text went online"
        when = DayInterval(earliest=stated.when.earliest, latest=day)
        return DatedEvent(kind=EventKind.RELATED_PUBLISHED, when=when, source=source, confidence="medium")
    return bound(EventKind.INDEXED, day, f"crossref/{name}: listed by then", confidence="medium")


def _parts(record: Record, name: str) -> str:
    """Return `YYYY`, `YYYY-MM` or `YYYY-MM-DD` for `{"date-parts": [[2024, 5, 8]]}`; empty for no date."""
    value = record.get(name)
    listed = value.get("date-parts") if isinstance(value, dict) else None
    first = listed[0] if isinstance(listed, list) and listed else None
    if not isinstance(first, list) or not first:
        return ""
    numbers = []
    for part in first[:3]:
        if isinstance(part, str) and part.isascii() and part.isdigit() and len(part) < len("99999"):
            part = int(part)  # noqa: PLW2901 - older records spell the year as text
        if not isinstance(part, int) or isinstance(part, bool) or part < 0:
            return ""
        numbers.append(part)
    return "-".join([f"{numbers[0]:04d}", *(f"{part:02d}" for part in numbers[1:])])


def _parties(record: Record) -> Iterator[Party]:
    for entry in fields.list_of(record, "author"):
        author = entry if isinstance(entry, dict) else {"name": entry}
        parts = (fields.word_of(author, name) for name in ("given", "family", "suffix"))
        name = " ".join(part for part in parts if part) or fields.word_of(author, "name")
        if name:
            yield Party(role="author", name=name)


def _citations(record: Record) -> Iterator[Citation]:
    for entry in fields.list_of(record, "reference"):
        if not isinstance(entry, dict):
            continue
        key = doi_key(entry.get("DOI"))
        text = " ".join(clean(fields.text_of(entry, "unstructured")[:_LONGEST_CITATION]).split())
        if text := text or _composed(entry) or key:
            yield Citation(text=text, key=key)


def _composed(reference: Record) -> str:
    names = (
        "author",
        "article-title",
        "volume-title",
        "series-title",
        "journal-title",
        "volume",
        "first-page",
    )
    parts = [fields.word_of(reference, name) for name in (*names, "year")]
    return ", ".join(part for part in parts if part)[:_LONGEST_CITATION]


def _related(record: Record, *names: str) -> tuple[str, ...]:
    """Return the DOI keys of a work's relations of these kinds, each once."""
    relations = record.get("relation")
    found: list[str] = []
    for name in names:
        listed = fields.list_of(relations, name) if isinstance(relations, dict) else []
        entries = (entry for entry in listed if isinstance(entry, dict))
        found += (doi_key(entry.get("id")) for entry in entries if entry.get("id-type") == "doi")
    return tuple(dict.fromkeys(filter(None, found)))


def _work(record: Record, key: str) -> str:
    for name in ("is-preprint-of", "is-version-of"):
        if len(named := _related(record, name)) == 1:
            return named[0]
    return key


READER = JsonRecords(name=NAME, mark=MARK, make=make, lists=(("message", "items"), ("items",)))
