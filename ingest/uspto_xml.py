"""Full text of the United States office, XML generations 4.0 to 4.7 (2005 on): grants and applications.

A file is one document or a weekly volume of thousands glued together, plain or in a zip. A piece that cannot
be read becomes `Unreadable` with its offset, and the next piece is read. What stands after a document's end
tag (a second document without declaration, stray bytes) never costs that document. Older generations (APS
text, SGML, ST.32, the applications of 2001 to 2004) are named in the reason, not read.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest import uspto_biblio as biblio_of
from ingest.builder import TextBuilder
from ingest.claim_text import depends_on, is_cancelled, split_number
from ingest.documents import Document, DocumentKind, EventKind, Origin, Unreadable
from ingest.errors import XmlRefusedError
from ingest.record_stream import Member, display, measure, members, pieces
from ingest.uspto_runs import runs
from ingest.uspto_text import blocks, flatten, fold_row, lines, paragraph_number, unwrap
from ingest.xml_safety import BOM, PIECE_LIMIT, parse, prolog, root_of, wide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element

    from ingest.documents import Claim, Section
    from ingest.xml_safety import Prolog

NAME = "uspto-xml"
CUT = re.compile(rb"<\?xml\s{1,20}version")
"""Where a document of a glued file begins; real volumes lack the line break before it now and then."""

_ROOTS = frozenset({"us-patent-grant", "us-patent-application"})
_OTHERS = {
    "PATDOC": "an ST.32 grant of 2001–2004: not read yet",
    "patent-application-publication": "an application in the format of 2001–2004: not read yet",
}
_FILLING = b" \t\r\n\0\x1a" + BOM
"""Bytes that volumes have between documents and at their end, and that say nothing."""
_CLAIM_ID = re.compile(r"CLM-0*(\d+)")
_PAGE = 1 << 16


class UsptoXml:
    """Reads `.xml` files and `.zip` archives of them."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        suffix = path.suffix.lower()
        if suffix == ".zip":
            return True
        if suffix != ".xml":
            return False
        try:
            with path.open("rb") as file:
                head = file.read(_PAGE)
        except FileNotFoundError:
            return False
        except OSError:
            return True  # so that somebody reads it, and says why that failed
        return not head or _is_ours(root_of(head))

    def measure(self, path: Path) -> int:
        return measure(path)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Document | Unreadable]:
        base, count = 0, 0
        for member in members(path):
            count += 1
            if member.size is None or base + member.size > after:
                yield from _member(member, base, after)
            base += member.advance
        if not count and after < 0:
            reason = "the archive holds no XML file (the text files of 1976–2001 are not read yet)"
            yield Unreadable(file=display(path), offset=0, reason=reason)


def _is_ours(root: str) -> bool:
    return root in _ROOTS or root in _OTHERS or root.lower().startswith("sequence")


def _member(member: Member, base: int, after: int) -> Iterator[Document | Unreadable]:
    lost = False
    for piece in pieces(member.chunks(), CUT):
        offset = base + piece.offset
        # The stream has ended before its last piece is handed on: a failure is known by then.
        lost = bool(member.failure) and not _is_whole(piece.data)
        if lost:
            reason = f"{member.failure}; the document that begins here is incomplete"
            if offset > after:
                yield Unreadable(file=member.name, offset=offset, reason=reason, passing=member.passing)
        elif piece.oversize:
            if offset > after:
                reason = f"the record is longer than {PIECE_LIMIT >> 20} MiB; split it"
                yield Unreadable(file=member.name, offset=offset, reason=reason)
        else:
            for start, data, head in _parts(piece.data):
                if offset + start > after:
                    yield _record(data, head, member.name, offset + start)
    if not lost and (member.failure or not member.count) and base + member.count > after:
        reason = member.failure or "is empty"
        end = base + member.count
        yield Unreadable(file=member.name, offset=end, reason=reason, passing=member.passing)


def _is_whole(data: bytes) -> bool:
    return data.rstrip(_FILLING).endswith(tuple(f"</{root}>".encode() for root in _ROOTS))


def _parts(data: bytes) -> Iterator[tuple[int, bytes, Prolog]]:
    """Yield the records of a piece, where each begins, and its prolog: as a rule one."""
    start = 0
    rest = data.strip(_FILLING)
    while rest:
        head = prolog(rest)
        close = f"</{head.root}>".encode()
        found = rest.find(close) if head.root in _ROOTS else -1
        record = rest if found < 0 else rest[: found + len(close)]
        yield start, record, head
        left = rest[len(record) :].lstrip(_FILLING)
        start = len(data.rstrip(_FILLING)) - len(left) if left else 0
        rest = left


def _record(data: bytes, head: Prolog, file: str, offset: int) -> Document | Unreadable:
    if head.root not in _ROOTS:
        return Unreadable(file=file, offset=offset, reason=_other(head.root, data))
    origin = Origin(source=NAME, file=file, offset=offset, sha256=hashlib.sha256(data).hexdigest())
    try:
        return document(parse(data, fold_row, head), origin)
    except XmlRefusedError as error:
        return Unreadable(file=file, offset=offset, reason=error.reason)


def _other(root: str, data: bytes) -> str:
    if encoding := wide(data):
        return f"encoding: {encoding}, which is not read; convert it to UTF-8"
    if root.lower().startswith("sequence"):
        return f"sequence listing ({root}), not text"
    if not root:
        return f"not XML: {len(data)} bytes without a root element"
    return _OTHERS.get(root, f"not a document of the office: its root is {root[:80]!r}")


def document(root: _Element, origin: Origin) -> Document:
    """Make the record of one parsed document. Raises XmlRefusedError when it has no number."""
    name = str(root.tag)
    granted = name == "us-patent-grant"
    biblio = root.find("us-bibliographic-data-grant" if granted else "us-bibliographic-data-application")
    key = "" if biblio is None else biblio_of.document_key(biblio.find("publication-reference"))
    if biblio is None or not key:
        raise XmlRefusedError("it has no publication number")
    front = biblio_of.front(biblio)
    text, sections, claims = _text(root, biblio)
    if not text:
        raise XmlRefusedError(f"{key} has no text")
    # A statutory invention registration is published, never granted (35 U.S.C. 157, until 2013).
    public = EventKind.GRANTED if granted and "-H" not in key else EventKind.PUBLISHED
    return Document(
        key=key,
        kind=DocumentKind.PATENT if granted else DocumentKind.APPLICATION,
        text=text,
        sections=sections,
        claims=claims,
        events=biblio_of.events(name, front, public),
        classes=biblio_of.classes(front),
        parties=biblio_of.parties(front),
        citations=biblio_of.citations(front),
        language=(root.get("lang") or "").lower(),
        country=biblio_of.field_text(biblio, "publication-reference/document-id/country"),
        work=biblio_of.work_key(biblio_of.field_text(biblio, "application-reference/document-id/doc-number")),
        origin=origin,
    )


def _text(root: _Element, biblio: _Element) -> tuple[str, tuple[Section, ...], tuple[Claim, ...]]:
    builder = TextBuilder()
    builder.section("title")
    builder.paragraph(flatten(biblio.find("invention-title")), "title")
    builder.section("abstract")
    for abstract in root.iterfind("abstract"):
        for paragraph in abstract.iterfind("p"):
            builder.paragraph(flatten(paragraph), "abstract")
    last = 0
    for description in root.iterfind("description"):
        builder.section("description")
        last = _description(builder, description, last)
    for claims in root.iterfind("claims"):
        _claims(builder, claims)
    return builder.build()


def _description(builder: TextBuilder, element: _Element, last: int) -> int:
    """Add headings and paragraphs below an element; returns the last paragraph number."""
    for leaf, tag, text in runs(element):
        if tag == "heading":
            builder.section("description", flatten(leaf) if text is None else text)
            continue
        own = paragraph_number(leaf) or last + 1
        if text is not None:
            builder.add(text, _anchor(own))
            last = max(last, own)
            continue
        for number, block in blocks(leaf):
            builder.paragraph(block, _anchor(number or own))
            last = max(last, number or own)
    return last


@lru_cache(maxsize=1 << 12)
def _anchor(number: int) -> str:
    return f"¶{number:04d}"


def _claims(builder: TextBuilder, claims: _Element) -> None:
    found = list(claims.iterchildren("claim"))
    linked = [[reference.get("idref") or "" for reference in claim.iter("claim-ref")] for claim in found]
    unwrap(claims)  # the links have been read
    for position, (claim, ids) in enumerate(zip(found, linked, strict=True), start=1):
        printed, text = split_number(lines(claim))
        number = printed or paragraph_number(claim) or position
        if not is_cancelled(text):
            earlier = (int(match) for idref in ids for match in _CLAIM_ID.findall(idref))
            builder.claim(number, text, depends_on(text, number, earlier))
