"""Full text of the United States office, every XML generation since 2001: grants and applications.

A file is one document or a weekly volume of thousands glued together, plain or in a zip. A piece that cannot
be read becomes `Unreadable` with its offset, and the next piece is read. What stands after a document's end
tag (a second document without declaration, stray bytes) never costs that document.

Each document is read by its root element, whatever the reader's name: weekly archives mix generations. Those
of 2001 to 2004 (`ingest.uspto_st32`, `ingest.uspto_pap`) are rewritten in the elements of 2005 on first, and
then everything is read by the rules below. The text files of 1976 to 2001 are `ingest.uspto_aps`.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from ingest import uspto_biblio as biblio_of
from ingest import uspto_family, uspto_pap, uspto_st32
from ingest.builder import TextBuilder
from ingest.claim_text import depends_on, is_cancelled, split_number
from ingest.documents import Document, DocumentKind, EventKind, Origin, Unreadable
from ingest.errors import XmlRefusedError
from ingest.record_stream import Member, display, measure, members, pieces
from ingest.sniff import PAGE, TEXTS, head
from ingest.uspto_text import blocks, deletes, flatten, fold_row, paragraph_number
from ingest.xml_safety import BOM, PIECE_LIMIT, local, parse, prolog, root_of, wide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element

    from ingest.documents import Claim, Section

NAME = "uspto-xml"
CUT = re.compile(rb"<\?xml\s{1,20}version")
"""Where a document of a glued file begins; real volumes lack the line break before it now and then."""
_SGML_CUT = re.compile(rb"<\?xml\s{1,20}version|(?<=</PATDOC>)")
"""Volumes in SGML have no declaration: a document begins where one ends. Ten times slower to look for."""

_GENERATIONS = {
    "us-patent-grant": NAME,
    "us-patent-application": NAME,
    uspto_st32.ROOT: uspto_st32.NAME,
    uspto_pap.ROOT: uspto_pap.NAME,
}
"""The reader's name for each root element."""
_ROOTS = frozenset(_GENERATIONS)
_WANTED = (".xml", ".sgm", ".sgml")
_MEMBERS = 20
"""Members of an archive that are looked at to tell whose it is."""
_FILLING = b" \t\r\n\0\x1a" + BOM
"""Bytes that volumes have between documents and at their end, and that say nothing."""
_CLAIM_ID = re.compile(r"CLM-0*(\d+)")
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
    ValueError,
    NotImplementedError,
)
"""What `zipfile` raises for bytes that were changed or cut."""


@dataclass(slots=True)
class UsptoXml:
    """Reads `.xml` and `.sgm` files and `.zip` archives of them.

    Of each name there is one reader, which recognises files of its generation by their root; all read the
    same. The first takes what is nobody's as well: an empty or damaged file, an archive without text.
    """

    name: str = NAME

    def recognises(self, path: Path) -> bool:
        packed = path.suffix.lower() == ".zip"
        if not packed and path.suffix and not path.name.lower().endswith((*_WANTED, ".xml.gz")):
            return False
        try:
            stat = path.stat()
            roots = _roots(path, stat.st_size, stat.st_mtime_ns)
        except FileNotFoundError:
            return False
        except OSError:
            return self.name == NAME and bool(
                path.suffix
            )  # so that somebody reads it, and says why that failed
        if not roots:
            return self.name == NAME and (packed or (not stat.st_size and bool(path.suffix)))
        return self._wants(roots)

    def _wants(self, roots: tuple[str, ...]) -> bool:
        found = next((name for root in roots if (name := _GENERATIONS.get(root))), "")
        sequences = all(root.lower().startswith("sequence") for root in roots)
        return found == self.name or (not found and sequences and self.name == NAME)

    def measure(self, path: Path) -> int:
        return measure(path, wanted=_WANTED)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Document | Unreadable]:
        base, count = 0, 0
        for member in members(path, wanted=_WANTED):
            count += 1
            if member.size is None or base + member.size > after:
                yield from _member(member, base, after)
            base += member.advance
        if not count and after < 0:
            reason = "the archive holds no XML file (text files of 1976 to 2001 are read by 'uspto-aps')"
            yield Unreadable(file=display(path), offset=0, reason=reason)


@lru_cache(maxsize=64)
def _roots(path: Path, _size: int, _modified_ns: int) -> tuple[str, ...]:
    """Return the root elements of a file, or of an archive's first members. Raises OSError for no such file.

    Empty for no bytes; an empty name stands for what is no XML.
    """
    if path.suffix.lower() != ".zip":
        first = head(path)
        if not first.data:
            with path.open("rb"):  # says why nothing could be read
                return ()
        return (root_of(first.data),)
    found: list[str] = []
    try:
        with zipfile.ZipFile(path) as archive:
            names = [
                info for info in archive.infolist() if info.filename.lower().endswith((*_WANTED, *TEXTS))
            ]
            for info in names[:_MEMBERS]:
                with archive.open(info) as file:
                    found.append(root_of(file.read(PAGE)))
    except DAMAGE:
        return tuple(found)
    return tuple(found)


def _member(member: Member, base: int, after: int) -> Iterator[Document | Unreadable]:
    lost = False
    chunks = member.chunks()
    first = next(chunks, b"")
    sgml = b"<?xml" not in first[:PAGE] and root_of(first[:PAGE]) == uspto_st32.ROOT
    for piece in pieces(chain((first,), chunks), _SGML_CUT if sgml else CUT):
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
            for start, data in _parts(piece.data):
                if offset + start > after:
                    yield _record(data, member.name, offset + start)
    if not lost and (member.failure or not member.count) and base + member.count > after:
        reason = member.failure or "is empty"
        end = base + member.count
        yield Unreadable(file=member.name, offset=end, reason=reason, passing=member.passing)


def _is_whole(data: bytes) -> bool:
    return data.rstrip(_FILLING).endswith(tuple(f"</{root}>".encode() for root in _ROOTS))


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a piece and where each begins: as a rule one."""
    start = 0
    rest = data.strip(_FILLING)
    while rest:
        root = prolog(rest).root
        close = f"</{root}>".encode()
        found = rest.find(close) if root in _ROOTS else -1
        record = rest if found < 0 else rest[: found + len(close)]
        yield start, record
        left = rest[len(record) :].lstrip(_FILLING)
        start = len(data.rstrip(_FILLING)) - len(left)
        rest = left


def _record(data: bytes, file: str, offset: int) -> Document | Unreadable:
    root = prolog(data).root
    if root not in _ROOTS:
        return Unreadable(file=file, offset=offset, reason=_other(root, data))
    digest = hashlib.sha256(data).hexdigest()
    origin = Origin(source=_GENERATIONS[root], file=file, offset=offset, sha256=digest)
    try:
        return document(_tree(root, data), origin, root)
    except XmlRefusedError as error:
        return Unreadable(file=file, offset=offset, reason=error.reason)


def _tree(root: str, data: bytes) -> _Element:
    """Parse a document of any generation into the elements of today."""
    if root == uspto_st32.ROOT:
        declared = data.removeprefix(BOM).startswith(b"<?xml")
        return uspto_st32.modern(parse(data if declared else uspto_st32.closed(data), uspto_st32.fold))
    if root == uspto_pap.ROOT:
        return uspto_pap.modern(parse(data, uspto_pap.fold))
    return parse(data, fold_row)


def _other(root: str, data: bytes) -> str:
    if encoding := wide(data):
        return f"encoding: {encoding}, which is not read; convert it to UTF-8"
    if root.lower().startswith("sequence"):
        return f"sequence listing ({root}), not text"
    if not root:
        return f"not XML: {len(data)} bytes without a root element"
    return f"not a document of the office: its root is {root[:80]!r}"


def document(root: _Element, origin: Origin, stated: str = "") -> Document:
    """Make the record of one parsed document; `stated` is the root that the file has.

    Raises XmlRefusedError when it has no number.
    """
    name = str(root.tag)
    granted = name == "us-patent-grant"
    biblio = root.find("us-bibliographic-data-grant" if granted else "us-bibliographic-data-application")
    key = "" if biblio is None else biblio_of.document_key(biblio.find("publication-reference"))
    if biblio is None or not key:
        raise XmlRefusedError("it has no publication number")
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
        events=biblio_of.events(stated or name, biblio, public),
        classes=biblio_of.classes(biblio),
        parties=biblio_of.parties(biblio),
        citations=biblio_of.citations(biblio),
        language=(root.get("lang") or "").lower(),
        country=biblio_of.field_text(biblio, "publication-reference/document-id/country"),
        work=biblio_of.work_key(biblio_of.field_text(biblio, "application-reference/document-id/doc-number")),
        application=uspto_family.application(biblio),
        priorities=uspto_family.priorities(biblio),
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
        for position, claim in enumerate(claims.iterfind("claim"), start=1):
            _claim(builder, claim, position)
    return builder.build()


def _description(builder: TextBuilder, element: _Element, last: int) -> int:
    """Add headings and paragraphs below an element; returns the last paragraph number."""
    deleted = False
    for child in element:
        tag = local(child)
        if not tag:
            deleted = deletes(child, deleted)
        elif deleted:
            continue
        elif tag == "heading":
            builder.section("description", flatten(child))
        elif tag != "p" and child.find("p") is not None:
            last = _description(builder, child, last)
        else:
            own = paragraph_number(child) or last + 1
            for number, text in blocks(child):
                builder.paragraph(text, f"¶{number or own:04d}")
                last = max(last, number or own)
    return last


def _claim(builder: TextBuilder, claim: _Element, position: int) -> None:
    printed, text = split_number(flatten(claim))
    number = printed or paragraph_number(claim) or position
    if is_cancelled(text):
        return
    ids = (reference.get("idref") or "" for reference in claim.iter("claim-ref"))
    linked = (int(match) for found in ids for match in _CLAIM_ID.findall(found))
    builder.claim(number, text, depends_on(text, number, linked))
