"""arXiv metadata: Atom responses of the API, and OAI-PMH responses in the formats `arXiv` and `arXivRaw`.

Decisions
---------
* arXiv states when a version was *submitted*. It becomes public with a later announcement: mostly the next
  working day, several days over a weekend with holidays. So PUBLISHED is the interval of `ANNOUNCED_WITHIN`
  days from the submission, of medium confidence; whoever needs the day looks it up in the listing.
* A text belongs to its own version. Earlier versions are EARLIER_VERSION events: they say nothing about this
  text. `arXiv` records do not state a version: their key has none, and `updated` dates the text.
* A response is cut into records before it is parsed, so that a broken record costs itself only. Each is
  parsed inside its response's root element, which holds the namespaces.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
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
    Origin,
    Party,
    Unreadable,
    clean,
)
from ingest.errors import XmlRefusedError
from ingest.record_stream import display, measure, members, pieces
from ingest.xml_safety import PIECE_LIMIT, local, named, parse, prolog, root_of, wide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element

NAME = "arxiv"
ANNOUNCED_WITHIN = timedelta(days=5)
CUT = re.compile(rb"<\?xml\s{1,20}version|<(?:[A-Za-z0-9_.-]{1,20}:)?(?:entry|record)(?=[\s>])")

_ROOTS = frozenset({"feed", "OAI-PMH"})
_RECORD = re.compile(rb"<((?:[A-Za-z0-9_.-]{1,20}:)?(?:entry|record))[\s>]")
_ROOT_TAG = re.compile(rb"<((?:[A-Za-z0-9_.-]{1,20}:)?(?:feed|OAI-PMH))(?:\s[^<>]{0,5000})?>")
_IDENTIFIER = re.compile(r"([a-z-]+(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v(\d{1,3}))?")
_CATEGORY = re.compile(r"[a-z][a-z-]{1,14}(?:\.[A-Za-z-]{2,10})?")
"""The API lists MSC and ACM classes among the categories; those have digits."""
_AND = re.compile(r",\s*(?:and\s+)?|\s+and\s+")
_AFFILIATION = re.compile(r"\([^()]{0,400}\)")
_PAGE = 1 << 16
_BARE = "a response without a record: the search found nothing, or it was no ListRecords or GetRecord"
_RULE = f"submitted then, announced within {ANNOUNCED_WITHIN.days} days"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Response:
    """The root element around the records that follow; `refusal` says why they are not read."""

    opening: bytes = b""
    closing: bytes = b""
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What the three formats have in common."""

    identifier: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    events: tuple[DatedEvent, ...]


class Arxiv:
    """Reads `.xml` files (and zips of them) that hold responses of arXiv."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        if path.suffix.lower() != ".xml":
            return False
        try:
            with path.open("rb") as file:
                root = root_of(file.read(_PAGE))
        except OSError:
            return False
        return root.rpartition(":")[2] in _ROOTS

    def measure(self, path: Path) -> int:
        return measure(path)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Document | Unreadable]:
        base, any_record = 0, False
        for member in members(path):
            response = _Response()
            for piece in pieces(member.chunks(), CUT):
                place = Origin(source=NAME, file=member.name, offset=base + piece.offset, sha256="")
                if piece.oversize:
                    found: Document | Unreadable | None = _lost(place, f"longer than {PIECE_LIMIT >> 20} MiB")
                elif _RECORD.match(piece.data):
                    any_record = True
                    found = _record(piece.data, response, place) if place.offset > after else None
                else:
                    response, found = _header(piece.data, place)
                    any_record = any_record or found is not None
                if found is not None and place.offset > after:
                    yield found
            if (member.failure or not member.count) and base + member.count > after:
                end = Origin(source=NAME, file=member.name, offset=base + member.count, sha256="")
                any_record = True
                yield replace(_lost(end, member.failure or "is empty"), passing=member.passing)
            base += member.advance
        if not any_record and after < 0:
            yield Unreadable(file=display(path), offset=0, reason=_BARE)


def _lost(place: Origin, reason: str) -> Unreadable:
    return Unreadable(file=display(place.file), offset=place.offset, reason=reason)


def _header(data: bytes, place: Origin) -> tuple[_Response, Unreadable | None]:
    """Read what stands before the first record of a response."""
    if not data.strip():
        return _Response(), None
    head = prolog(data)
    root = _ROOT_TAG.match(data, head.start)
    refusal = ""
    if encoding := wide(data):
        refusal = f"encoding: {encoding}, which is not read; convert it to UTF-8"
    elif head.declares_entities:
        refusal = "declares entities; refused"
    elif root is None or head.root.rpartition(":")[2] not in _ROOTS:
        refusal = f"not a response of arXiv: its root is {head.root[:80]!r}"
    if refusal or root is None:
        return _Response(refusal=refusal), _lost(place, refusal)
    declaration = f'<?xml version="1.0" encoding="{head.encoding}"?>'.encode()
    response = _Response(opening=declaration + root[0], closing=b"</" + root[1] + b">")
    error = re.search(rb"""<error\s[^<>]{0,200}code=["'](\w{1,60})["'][^<>]{0,200}>([^<]{0,500})""", data)
    if error is not None:
        message = " ".join(error[2].decode("utf-8", "replace").split())
        return response, _lost(place, f"the server answered {error[1].decode()}: {message}")
    return response, None


def _record(data: bytes, response: _Response, place: Origin) -> Document | Unreadable | None:
    if response.refusal:
        return None
    if not response.opening:
        return _lost(place, "not a response of arXiv: a record stands where its header should")
    opening = _RECORD.match(data)
    assert opening is not None
    close = b"</" + opening[1] + b">"
    end = data.rfind(close)
    if end < 0:
        return _lost(place, "the record is incomplete: its end is missing")
    raw = data[: end + len(close)]
    place = Origin(source=NAME, file=place.file, offset=place.offset, sha256=hashlib.sha256(raw).hexdigest())
    try:
        record = parse(response.opening + raw + response.closing)[0]
        entry = _atom(record) if local(record) == "entry" else _oai(record)
        return _document(entry, place)
    except XmlRefusedError as error:
        return _lost(place, error.reason)


def _document(entry: _Entry, origin: Origin) -> Document:
    text = TextBuilder()
    text.section("title")
    text.paragraph(" ".join(entry.title.split()), "title")
    text.section("abstract")
    for paragraph in re.split(r"\n\s*\n|\n  +", entry.abstract.strip()):
        text.paragraph(" ".join(paragraph.split()), "abstract")
    body, sections, _ = text.build()
    if not body:
        raise XmlRefusedError(f"arXiv:{entry.identifier} has neither title nor abstract")
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
        origin=origin,
    )


def _atom(entry: _Element) -> _Entry:
    place = _child_text(entry, "id")
    if "/api/errors" in place:
        raise XmlRefusedError(f"the server answered an error: {_child_text(entry, 'summary')[:300]}")
    identifier, version = _identified(place.rpartition("/abs/")[2])
    names = (_child_text(author, "name") for author in named(entry, "author"))
    first, own = _iso_day(_child_text(entry, "published")), _iso_day(_child_text(entry, "updated"))
    # `published` is the first version's day; `updated` is this version's.
    days = {version: first or own} if version == 1 or first == own else {1: first, version: own}
    return _Entry(
        identifier=identifier,
        version=version,
        title=_child_text(entry, "title"),
        abstract=_child_text(entry, "summary"),
        authors=tuple(names),
        categories=tuple(category.get("term") or "" for category in named(entry, "category")),
        events=_version_events(days, version, "arxiv-atom"),
    )


def _oai(record: _Element) -> _Entry:
    header = next(named(record, "header"), None)
    if header is not None and header.get("status") == "deleted":
        raise XmlRefusedError(f"{_child_text(header, 'identifier')[:80]}: deleted at the source")
    metadata = next(named(record, "metadata"), None)
    inner = next((child for child in metadata if local(child)), None) if metadata is not None else None
    if inner is None:
        raise XmlRefusedError("the record has no metadata")
    if local(inner) == "arXivRaw":
        return _raw(inner)
    if local(inner) == "arXiv":
        return _plain(inner)
    raise XmlRefusedError(f"metadata format {local(inner)[:40]!r} is not read; ask for arXivRaw")


def _raw(inner: _Element) -> _Entry:
    identifier, _ = _identified(_child_text(inner, "id"))
    days: dict[int, date | None] = {}
    for version in named(inner, "version"):
        number = (version.get("version") or "").removeprefix("v")
        if number.isascii() and number.isdigit():
            days[int(number)] = _mail_day(_child_text(version, "date"))
    latest = max(days, default=0)
    authors = _AFFILIATION.sub("", _AFFILIATION.sub("", _child_text(inner, "authors")))
    return _Entry(
        identifier=identifier,
        version=latest,
        title=_child_text(inner, "title"),
        abstract=_child_text(inner, "abstract"),
        authors=tuple(" ".join(name.split()) for name in _AND.split(authors)),
        categories=tuple(_child_text(inner, "categories").split()),
        events=_version_events(days, latest, "arxiv-raw"),
    )


def _plain(inner: _Element) -> _Entry:
    identifier, version = _identified(_child_text(inner, "id"))
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
    return _Entry(
        identifier=identifier,
        version=version,
        title=_child_text(inner, "title"),
        abstract=_child_text(inner, "abstract"),
        authors=tuple(names),
        categories=tuple(_child_text(inner, "categories").split()),
        events=tuple(events),
    )


def _identified(text: str) -> tuple[str, int]:
    match = _IDENTIFIER.fullmatch(text.strip())
    if match is None:
        raise XmlRefusedError(f"{text[:80]!r} is not an arXiv identifier")
    return match[1], int(match[2] or 0)


def _child_text(element: _Element, name: str) -> str:
    found = next(named(element, name), None)
    return "" if found is None else clean("".join(str(piece) for piece in found.itertext())).strip()


def _version_events(days: dict[int, date | None], own: int, source: str) -> tuple[DatedEvent, ...]:
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
    yield DatedEvent(kind=kind, when=when, source=f"{source}: {_RULE}", confidence="medium")


def _iso_day(text: str) -> date | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()
    except (ValueError, OverflowError):
        return None


def _mail_day(text: str) -> date | None:
    """Read `Mon, 2 Apr 2007 19:18:42 GMT`."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()
    except (ValueError, TypeError, OverflowError):
        return None
