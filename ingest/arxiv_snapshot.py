"""The arXiv metadata snapshot: JSON lines, one record a paper (`arxiv-metadata-oai-snapshot.json`).

A record holds the metadata of the latest version and the dates of all (`versions`), so the rules of
`ingest.arxiv` hold: the text is the latest version's, earlier ones are `earlier-version`, and a submission is
announced within days. Without a list of versions only `update_date` is left, the day the record was last
written: public then or before.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from ingest import fields
from ingest.arxiv import Entry, document, identified, mail_day, names_of, version_events
from ingest.documents import EventKind, clean
from ingest.evidence import bound
from ingest.json_records import JsonRecords

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.documents import DatedEvent, Document, Origin
    from ingest.json_records import Record

NAME = "arxiv-snapshot"
MARK = re.compile(
    rb'"versions"\s{0,3}:\s{0,3}\[\s{0,9}\{\s{0,9}"(?:version"\s{0,3}:\s{0,3}"v\d|created")|"authors_parsed"\s{0,3}:'
)
_VERSION = re.compile(r"v(\d{1,3})", re.ASCII)
_VERSIONS = 999


def make(record: Record, origin: Origin) -> Iterator[Document]:
    """Yield the document of a paper's latest version. Raises RecordRefusedError."""
    identifier, _ = identified(fields.text_of(record, "id"))
    days = dict(_versions(record))
    latest = max(days, default=0)
    entry = Entry(
        identifier=identifier,
        version=latest,
        title=clean(fields.text_of(record, "title")),
        abstract=clean(fields.text_of(record, "abstract")),
        authors=_authors(record),
        categories=tuple(fields.text_of(record, "categories").split()),
        events=version_events(days, latest, NAME) if days else tuple(_listed(record)),
        doi=fields.text_of(record, "doi"),
    )
    yield document(entry, origin)


def _versions(record: Record) -> Iterator[tuple[int, date | None]]:
    for value in fields.list_of(record, "versions")[:_VERSIONS]:
        version = value if isinstance(value, dict) else {"version": value}
        if number := _VERSION.fullmatch(fields.word_of(version, "version")):
            yield int(number[1]), mail_day(fields.text_of(version, "created"))


def _listed(record: Record) -> Iterator[DatedEvent]:
    try:
        day = date.fromisoformat(fields.word_of(record, "update_date"))
    except ValueError:
        return
    yield bound(EventKind.INDEXED, day, f"{NAME}/update_date: listed by then")


def _authors(record: Record) -> tuple[str, ...]:
    """Return names as printed, `Ann Moss Jr`, of `["Moss", "Ann", "Jr"]`."""
    names = []
    for value in fields.list_of(record, "authors_parsed"):
        parts = [part for part in value if isinstance(part, str)] if isinstance(value, list) else []
        last, first, suffix = (*parts, "", "", "")[:3]
        names.append(" ".join(clean(f"{first} {last} {suffix}").split())[: fields.KEY_LENGTH])
    return tuple(names) if any(names) else names_of(clean(fields.text_of(record, "authors")))


READER = JsonRecords(name=NAME, mark=MARK, make=make)
