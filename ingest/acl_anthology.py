"""ACL Anthology metadata: the XML files of its repository, one `collection` a file.

Source: the Anthology's own `schema.rnc`.

Decisions
---------
* A file is cut at each `volume` and `paper`, and a paper is parsed inside its volume's head, which has the
  year and month: a broken paper costs itself, a broken head its volume, and both are said.
* Keys are the Anthology's identifiers, `acl:P19-1001` and `acl:2020.acl-main.1`. The same with the prefix
  `ACL:`, as hand-made corpora write it, and the BibTeX key are aliases.
* The month of a meeting ("July 28 - August 2") is what the Anthology has for a date: medium confidence.
  `ingest-date` is a bound of low confidence: the day of ingestion is written before the page is online.
* Editors are not authors of papers and are left out.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.builder import TextBuilder
from ingest.documents import DatedEvent, Document, DocumentKind, EventKind, Origin, Party, Unreadable
from ingest.errors import RecordRefusedError
from ingest.evidence import bound, dated
from ingest.formula_text import readable
from ingest.paper_dates import of_parts, of_words
from ingest.paper_ids import doi_key, language
from ingest.record_stream import display, measure, members, pieces
from ingest.sniff import head
from ingest.uspto_text import flatten
from ingest.xml_safety import PIECE_LIMIT, local, named, parse, prolog, wide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element

    from ingest.items import Item
    from ingest.record_stream import Member, Piece

NAME = "acl-anthology"
_CUT = re.compile(rb"<\?xml\s{1,20}version|<(?:volume|paper|frontmatter|event)(?=[\s>])")
_VOLUME = re.compile(rb"\s{0,99}<volume\s[^<>]{0,2000}>")
_COLLECTION = re.compile(r"[A-Z]\d\d|\d{4}\.[A-Za-z0-9_]{1,60}")
_PART = re.compile(r"[A-Za-z0-9_]{1,60}")
_UNKNOWN_DAY = "1900-01-01"
_TWO_DIGITS_FROM = 5
"""Volumes of collection D19 from which a volume's number has two digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Volume:
    """The head of a volume, whole; `refusal` says why its papers cannot be read."""

    collection: str = ""
    number: str = ""
    head: bytes = b""
    refusal: str = ""


class AclAnthology:
    """Reads the `.xml` files of the Anthology's repository, and archives of them."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        first = head(path)
        return first.suffix == ".xml" and first.root == "collection" and b"<volume " in first.data

    def measure(self, path: Path) -> int:
        return measure(path)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        base, anything = 0, False
        for member in members(path):
            for item in _member(member, base):
                anything = True
                offset = item.offset if isinstance(item, Unreadable) else item.origin.offset
                if offset > after:
                    yield item
            base += member.advance
        if not anything and after < 0:
            yield Unreadable(file=display(path), offset=0, reason="holds no volume of the ACL Anthology")


def _member(member: Member, base: int) -> Iterator[Document | Unreadable]:
    volume = _Volume(refusal="a paper stands before its volume's head")
    for piece in pieces(member.chunks(), _CUT):
        place = Origin(source=NAME, file=member.name, offset=base + piece.offset, sha256="")
        volume, found = _piece(piece, volume, place)
        if found is not None:
            yield found
    if member.failure or not member.count:
        end = Origin(source=NAME, file=member.name, offset=base + member.count, sha256="")
        yield replace(_lost(end, member.failure or "is empty"), passing=member.passing)


def _piece(piece: Piece, volume: _Volume, place: Origin) -> tuple[_Volume, Document | Unreadable | None]:
    """Return the volume that holds from here on, and what the piece is."""
    if piece.oversize:
        return volume, _lost(place, f"longer than {PIECE_LIMIT >> 20} MiB")
    if piece.data.startswith(b"<paper"):
        if not volume.refusal:
            return volume, _paper(piece.data, volume, place)
        return volume, None if volume.number else _lost(place, volume.refusal)
    refusal = ""
    if piece.data.startswith(b"<volume"):
        volume = _headed(piece.data, volume.collection)
        if volume.refusal:
            refusal = f"{volume.refusal}; the papers of this volume were not read"
    elif not piece.data.startswith((b"<frontmatter", b"<event")) and piece.data.strip():
        volume, refusal = _opened(piece.data)
    return volume, _lost(place, refusal) if refusal else None


def _opened(data: bytes) -> tuple[_Volume, str]:
    """Read what stands before the first volume."""
    first = prolog(data)
    tag = re.compile(rb"<collection\s[^<>]{0,2000}>").match(data, first.start)
    stated = re.search(rb"""\sid=["']([^"'<>]{1,80})["']""", tag[0]) if tag else None
    number = stated[1].decode("utf-8", "replace") if stated else ""
    refusal = "a volume of the file before, or no collection"
    if encoding := wide(data):
        return _Volume(refusal=refusal), f"encoding: {encoding}, which is not read; convert it to UTF-8"
    if first.declares_entities:
        return _Volume(refusal=refusal), "declares entities; refused"
    if not _COLLECTION.fullmatch(number):
        return _Volume(refusal=refusal), "is no collection of the ACL Anthology with an identifier"
    return _Volume(collection=number, refusal="a paper stands before its volume's head"), ""


def _headed(data: bytes, collection: str) -> _Volume:
    opening = _VOLUME.match(data)
    if not collection:
        return _Volume(number="?", refusal="a volume stands where its collection should")
    end = data.rfind(b"</meta>")
    if opening is None or end < 0:
        return _Volume(collection=collection, number="?", refusal="the volume's head is incomplete")
    whole = data[: end + len(b"</meta>")]
    try:
        number = parse(whole + b"</volume>").get("id") or ""
    except RecordRefusedError as error:
        return _Volume(collection=collection, number="?", refusal=f"the volume's head: {error.reason}")
    if not _PART.fullmatch(number):
        return _Volume(collection=collection, number="?", refusal="the volume has no identifier")
    return _Volume(collection=collection, number=number, head=whole)


def _paper(data: bytes, volume: _Volume, place: Origin) -> Document | Unreadable:
    end = data.rfind(b"</paper>")
    if end < 0:
        return _lost(place, "the paper is incomplete: its end is missing")
    raw = data[: end + len(b"</paper>")]
    try:
        root = parse(volume.head + raw + b"</volume>")
        return _document(root, volume, replace(place, sha256=hashlib.sha256(raw).hexdigest()))
    except RecordRefusedError as error:
        return _lost(place, error.reason)


def _document(root: _Element, volume: _Volume, origin: Origin) -> Document:
    paper, meta = next(named(root, "paper"), None), next(named(root, "meta"), None)
    if paper is None or meta is None:
        raise RecordRefusedError("is no paper of a volume")
    number = identifier(volume.collection, volume.number, paper.get("id") or "")
    if not number:
        raise RecordRefusedError("the paper has no identifier")
    readable(paper)
    text = TextBuilder()
    text.section("title")
    text.paragraph(_words(paper, "title"), "title")
    text.section("abstract")
    for item in named(paper, "abstract"):
        for mark in list(item.iter("par")):
            mark.tag = "br"
        for words in flatten(item).split("\n"):
            text.paragraph(words, "abstract")
    body, sections, _ = text.build()
    if not body:
        raise RecordRefusedError(f"acl:{number} has neither title nor abstract")
    bibkey = "".join(_words(paper, "bibkey").split())[:120]
    aliases = (f"ACL:{number}", doi_key(_words(paper, "doi")), f"acl-bibkey:{bibkey}" if bibkey else "")
    return Document(
        key=f"acl:{number}",
        kind=DocumentKind.PAPER,
        text=body,
        sections=sections,
        events=tuple(_events(paper, meta, root)),
        parties=tuple(dict.fromkeys(_authors(paper))),
        language=language(_words(paper, "language")),
        aliases=tuple(dict.fromkeys(filter(None, aliases))),
        origin=origin,
    )


def identifier(collection: str, volume: str, paper: str) -> str:
    """Return a paper's identifier, `P19-1001` or `2020.acl-main.1`; empty where a part is none.

    >>> identifier("W19", "52", "3"), identifier("2020.acl", "main", "1")
    ('W19-5203', '2020.acl-main.1')
    """
    numeric = paper.isascii() and paper.isdigit() and len(paper) <= 5  # noqa: PLR2004 - more than any volume has
    if not _COLLECTION.fullmatch(collection) or not _PART.fullmatch(volume) or not numeric:
        return ""
    if collection[0].isdigit():
        return f"{collection}-{volume}.{int(paper)}"
    if not (volume.isascii() and volume.isdigit()):
        return ""
    number = int(volume)
    if collection[0] == "W" or collection == "C69" or (collection == "D19" and number >= _TWO_DIGITS_FROM):
        return f"{collection}-{number:02}{int(paper):02}"
    return f"{collection}-{number}{int(paper):03}"


def _events(paper: _Element, meta: _Element, root: _Element) -> Iterator[DatedEvent]:
    month = _words(paper, "month") or _words(meta, "month")
    year = _words(meta, "year")
    when = (of_words(f"{month} {year}") if month else "") or of_parts(year)
    yield from dated(EventKind.PUBLISHED, when, f"{NAME}/meta", confidence="medium")
    listed = (paper.get("ingest-date") or root.get("ingest-date") or "").strip()
    if listed != _UNKNOWN_DAY:
        for event in dated(EventKind.INDEXED, listed, ""):
            yield bound(EventKind.INDEXED, event.when.latest, f"{NAME}/ingest-date", confidence="low")


def _authors(paper: _Element) -> Iterator[Party]:
    for author in named(paper, "author"):
        name = " ".join(filter(None, (_words(author, "first"), _words(author, "last"))))
        if name:
            yield Party(role="author", name=name[:300])


def _words(element: _Element, name: str) -> str:
    return " ".join(flatten(next((child for child in element if local(child) == name), None)).split())


def _lost(place: Origin, reason: str) -> Unreadable:
    return Unreadable(file=display(place.file), offset=place.offset, reason=reason)
