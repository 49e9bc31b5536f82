"""arXiv metadata: Atom responses of the API, and OAI-PMH responses in the formats `arXiv` and `arXivRaw`.

Decisions
---------
* arXiv states when a version was *submitted*. It becomes public with a later announcement: mostly the next
  working day, several days over a weekend with holidays. So PUBLISHED is the interval of `ANNOUNCED_WITHIN`
  days from the submission, of medium confidence; whoever needs the day looks it up in the listing.
* A text belongs to its own version. Earlier versions are EARLIER_VERSION events: they say nothing about this
  text. `arXiv` records do not state a version: their key has none, and `updated` dates the text.
* The days of submissions are counted in UTC, as arXiv states them.
* The DOI that an author names for the article is another name (`aliases`); a journal reference is prose, and
  none. Records of several versions are documents of their own, `arXiv:…v1`, `arXiv:…v2`, with one `work`.

`ingest.arxiv_snapshot` reads the same metadata as JSON lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from ingest.builder import TextBuilder
from ingest.documents import (
    Classification,
    DatedEvent,
    DayInterval,
    Document,
    DocumentKind,
    EventKind,
    Party,
    clean,
)
from ingest.errors import RecordRefusedError
from ingest.paper_keys import doi_key
from ingest.xml_records import XmlRecords
from ingest.xml_safety import local, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from ingest.documents import Origin

NAME = "arxiv"
ANNOUNCED_WITHIN = timedelta(days=5)

_IDENTIFIER = re.compile(r"([a-z-]+(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v(\d{1,3}))?")
_CATEGORY = re.compile(r"[a-z][a-z-]{1,14}(?:\.[A-Za-z-]{2,10})?")
"""The API lists MSC and ACM classes among the categories; those have digits."""
_AND = re.compile(r",\s*(?:and\s+)?|\s+and\s+")
_AFFILIATION = re.compile(r"\([^()]{0,400}\)")
_RULE = f"submitted then, announced within {ANNOUNCED_WITHIN.days} days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the three formats have in common."""

    identifier: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    events: tuple[DatedEvent, ...]
    doi: str = ""


def make(record: _Element, origin: Origin) -> Iterator[Document]:
    """Yield the document of an `entry` or `record` element. Raises RecordRefusedError."""
    yield document(_atom(record) if local(record) == "entry" else _oai(record), origin)


def document(entry: Entry, origin: Origin) -> Document:
    """Make the document of a record. Raises RecordRefusedError when it has no text."""
    text = TextBuilder()
    text.section("title")
    text.paragraph(" ".join(entry.title.split()), "title")
    text.section("abstract")
    for paragraph in re.split(r"\n\s*\n|\n  +", entry.abstract.strip()):
        text.paragraph(" ".join(paragraph.split()), "abstract")
    body, sections, _ = text.build()
    if not body:
        raise RecordRefusedError(f"arXiv:{entry.identifier} has neither title nor abstract")
    work = f"arXiv:{entry.identifier}"
    return Document(
        key=f"{work}v{entry.version}" if entry.version else work,
        kind=DocumentKind.PAPER,
        text=body,
        sections=sections,
        events=entry.events,
        classes=tuple(
            Classification(scheme="arXiv", symbol=name)
            for name in dict.fromkeys(filter(_CATEGORY.fullmatch, entry.categories))
        ),
        parties=tuple(Party(role="author", name=name) for name in dict.fromkeys(entry.authors) if name),
        work=work,
        aliases=tuple(dict.fromkeys(filter(None, map(doi_key, entry.doi.split()[:9])))),
        origin=origin,
    )


def _atom(entry: _Element) -> Entry:
    place = _child_text(entry, "id")
    if "/api/errors" in place:
        raise RecordRefusedError(f"the server answered an error: {_child_text(entry, 'summary')[:300]}")
    identifier, version = identified(place.rpartition("/abs/")[2])
    names = (_child_text(author, "name") for author in named(entry, "author"))
    first, own = _iso_day(_child_text(entry, "published")), _iso_day(_child_text(entry, "updated"))
    # `published` is the first version's day; `updated` is this version's.
    days = {version: first or own} if version == 1 or first == own else {1: first, version: own}
    return Entry(
        identifier=identifier,
        version=version,
        title=_child_text(entry, "title"),
        abstract=_child_text(entry, "summary"),
        authors=tuple(names),
        categories=tuple(category.get("term") or "" for category in named(entry, "category")),
        events=version_events(days, version, "arxiv-atom"),
        doi=_child_text(entry, "doi"),
    )


def _oai(record: _Element) -> Entry:
    header = next(named(record, "header"), None)
    if header is not None and header.get("status") == "deleted":
        raise RecordRefusedError(f"{_child_text(header, 'identifier')[:80]}: deleted at the source")
    metadata = next(named(record, "metadata"), None)
    inner = next((child for child in metadata if local(child)), None) if metadata is not None else None
    if inner is None:
        raise RecordRefusedError("the record has no metadata")
    if local(inner) == "arXivRaw":
        return _raw(inner)
    if local(inner) == "arXiv":
        return _plain(inner)
    raise RecordRefusedError(f"metadata format {local(inner)[:40]!r} is not read; ask for arXivRaw")


def _raw(inner: _Element) -> Entry:
    identifier, _ = identified(_child_text(inner, "id"))
    days: dict[int, date | None] = {}
    for version in named(inner, "version"):
        number = (version.get("version") or "").removeprefix("v")
        if number.isascii() and number.isdigit():
            days[int(number)] = mail_day(_child_text(version, "date"))
    latest = max(days, default=0)
    return Entry(
        identifier=identifier,
        version=latest,
        title=_child_text(inner, "title"),
        abstract=_child_text(inner, "abstract"),
        authors=names_of(_child_text(inner, "authors")),
        categories=tuple(_child_text(inner, "categories").split()),
        events=version_events(days, latest, "arxiv-raw"),
        doi=_child_text(inner, "doi"),
    )


def _plain(inner: _Element) -> Entry:
    identifier, version = identified(_child_text(inner, "id"))
    names = []
    for group in named(inner, "authors"):
        for author in named(group, "author"):
            parts = (_child_text(author, name) for name in ("forenames", "keyname", "suffix"))
            names.append(" ".join(" ".join(parts).split()))
    days = {name: _iso_day(_child_text(inner, name)) for name in ("created", "updated")}
    own = "updated" if days["updated"] else "created"
    events = list(_submitted(EventKind.PUBLISHED, days[own], f"arxiv-oai/{own}"))
    if own == "updated" and days["created"] != days["updated"]:
        events += _submitted(EventKind.EARLIER_VERSION, days["created"], "arxiv-oai/created")
    return Entry(
        identifier=identifier,
        version=version,
        title=_child_text(inner, "title"),
        abstract=_child_text(inner, "abstract"),
        authors=tuple(names),
        categories=tuple(_child_text(inner, "categories").split()),
        events=tuple(events),
        doi=_child_text(inner, "doi"),
    )


def names_of(authors: str) -> tuple[str, ...]:
    """Return the names in `Ann Moss (Lid Lab), Bo Reed and C. Day`."""
    bare = _AFFILIATION.sub("", _AFFILIATION.sub("", authors))
    return tuple(" ".join(name.split()) for name in _AND.split(bare))


def identified(text: str) -> tuple[str, int]:
    """Return identifier and version (0: none stated). Raises RecordRefusedError."""
    match = _IDENTIFIER.fullmatch(text.strip())
    if match is None:
        raise RecordRefusedError(f"{text[:80]!r} is not an arXiv identifier")
    return match[1], int(match[2] or 0)


def _child_text(element: _Element, name: str) -> str:
    found = next(named(element, name), None)
    return "" if found is None else clean("".join(str(piece) for piece in found.itertext())).strip()


def version_events(days: dict[int, date | None], own: int, source: str) -> tuple[DatedEvent, ...]:
    """Return an event for each version's day of submission; only the own version's is public."""
    found: list[DatedEvent] = []
    for number, day in sorted(days.items()):
        kind = EventKind.PUBLISHED if number == own else EventKind.EARLIER_VERSION
        found += _submitted(kind, day, f"{source}/v{number}")
    return tuple(found)


def _submitted(kind: EventKind, day: date | None, source: str) -> Iterator[DatedEvent]:
    """Yield the event for a submission day, or nothing when there is none."""
    if day is None or day > date.max - ANNOUNCED_WITHIN:
        return
    when = DayInterval(earliest=day, latest=day + ANNOUNCED_WITHIN)
    yield DatedEvent(kind=kind, when=when, source=f"{source}: {_RULE}", confidence="medium", zone="UTC")


def _iso_day(text: str) -> date | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        return None


def mail_day(text: str) -> date | None:
    """Read `Mon, 2 Apr 2007 19:18:42 GMT`."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()
    except (ValueError, TypeError, OverflowError):
        return None


READER = XmlRecords(
    name=NAME,
    roots=frozenset({"feed", "OAI-PMH"}),
    make=make,
    records=frozenset({"entry", "record"}),
)
