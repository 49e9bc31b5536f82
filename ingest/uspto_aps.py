"""Grants of the United States office of 1976 to 2001: the text of the "green book" (APS).

A file is one document or a weekly volume of thousands, plain or in a zip: a line `HHHHHT …` and then the
documents, each beginning with a line `PATN`. See `ingest.uspto_aps_text` for lines and codes.

Decisions
---------
* The last of the nine characters of a number (WKU) is a check digit: the characters weighted 2 to 9, letters
  as 0, modulo 11, `&` for ten (so in every document at hand, as in application numbers). It is no part of the
  key. Where it does not fit, the document is read and the doubt is reported after it.
* Kinds are not stated. Before 2 January 2001 they follow from the number: A, S1, E1, H1, P or I4;
  a patent of 2001 is B1 or B2, which these files do not tell: its key has no kind.
* A statutory invention registration (H) and a defensive publication (T) are published, never granted.
* The series of a related application follows from its day of filing (MPEP 503), until provisionals began.
* Paragraphs have no numbers in these files: their anchors count them (`¶0001` comes after the abstract).
* Countries have the office's three letters (`JPX`), in the first years those of ICIREPAT (`DT`, `OE`).
* The search system's own text (BRS) is recognised and refused by name: it has other fields.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from ingest import uspto_aps_front as front_of
from ingest.builder import TextBuilder
from ingest.claim_text import depends_on, is_cancelled, split_number
from ingest.documents import (
    Document,
    DocumentKind,
    Origin,
    Unreadable,
)
from ingest.errors import RecordRefusedError
from ingest.record_stream import Member, display, measure, members, pieces
from ingest.sniff import head
from ingest.uspto_aps_text import ADDED, Group, Plain, groups, rows, words
from ingest.uspto_biblio import work_key
from ingest.xml_safety import PIECE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.documents import Claim, Section

NAME = "uspto-aps"
_CUT = re.compile(rb"(?<=\n)PATN(?=[ \r\n])")
_MARK = re.compile(rb"\A\s{0,9}(?:HHHHHT[^\n]{0,200}\n)?PATN *\r?\nWKU  ")
_BRS = re.compile(r"\*\*\* BRS DOCUMENT BOUNDARY \*\*\*")
_OTHER = "it has no group PATN: not a document of the green book"
_SEARCH_TEXT = "text of the office's search system (BRS), which is not read; load the XML of its documents"
_HEADER = b"HHHHHT"
_WANTED = (".txt", ".aps", ".greenbook")
_TEXTS = ("PARN", "GOVT", "BSUM", "DRWD", "DETD")


class UsptoAps:
    """Reads text files of the green book and `.zip` archives of them."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        data = head(path).data
        return _MARK.match(data) is not None or _BRS.search(data[:2000].decode("latin-1")) is not None

    def measure(self, path: Path) -> int:
        return measure(path, wanted=_WANTED)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Document | Unreadable]:
        base, count = 0, 0
        for member in members(path, wanted=_WANTED):
            count += 1
            for item in _member(member, base, after):
                if (item.offset if isinstance(item, Unreadable) else item.origin.offset) > after:
                    yield item
            base += member.advance
        if not count and after < 0:
            yield Unreadable(file=display(path), offset=0, reason="the archive holds no text file")


def _member(member: Member, base: int, after: int) -> Iterator[Document | Unreadable]:
    for piece in pieces(member.chunks(), _CUT):
        place = Origin(source=NAME, file=member.name, offset=base + piece.offset, sha256="")
        if piece.oversize:
            reason = f"the record is longer than {PIECE_LIMIT >> 20} MiB; split it"
            yield Unreadable(file=member.name, offset=place.offset, reason=reason)
        elif place.offset + 1 >= after:
            yield from _record(piece.data, place)
    if member.failure or not member.count:
        reason = member.failure or "is empty"
        end = base + member.count
        yield Unreadable(file=member.name, offset=end, reason=reason, passing=member.passing)


def _record(data: bytes, place: Origin) -> Iterator[Document | Unreadable]:
    if not data.strip(b"\0\x1a \r\n") or (data.startswith(_HEADER) and data.count(b"\n") <= 1):
        return
    digest = hashlib.sha256(data).hexdigest()
    origin = Origin(source=NAME, file=place.file, offset=place.offset, sha256=digest)
    try:
        made = document(_decoded(data), origin)
    except RecordRefusedError as error:
        yield Unreadable(file=place.file, offset=place.offset, reason=error.reason)
        return
    yield made
    if doubt := _doubt(_decoded(data[:200])):
        yield Unreadable(file=place.file, offset=place.offset + 1, reason=f"{made.key} was read, but {doubt}")


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\0", " ")


def _doubt(text: str) -> str:
    match = re.search(r"^WKU  ([A-Z0-9]{8})([0-9&]) *$", text, re.MULTILINE)
    if match is None:
        return ""
    weighed = sum(int(char) * weight for weight, char in enumerate(match[1], start=2) if char.isdigit())
    right = "0123456789&"[weighed % 11]
    wrong = f"the check digit of its number {match[1]} is {match[2]}, not {right}; compare the printed patent"
    return "" if right == match[2] else wrong


def document(text: str, origin: Origin) -> Document:
    """Make the record of one document's lines. Raises RecordRefusedError when it has no number or no text."""
    found = groups(text)
    front = next((group for group in found if group.name == "PATN"), None)
    if front is None:
        raise RecordRefusedError(_OTHER if _BRS.search(text[:2000]) is None else _SEARCH_TEXT)
    number, issued = front_of.number_of(front.text("WKU")), front_of.day_of(front.text("ISD"))
    if not number:
        raise RecordRefusedError("it has no number (WKU)")
    key = front_of.key_for(number, issued)
    if not key:
        raise RecordRefusedError(f"its number {number[:40]!r} is none of the office's")
    whole, sections, claims = _text(found, front)
    if not whole:
        raise RecordRefusedError(f"{key} has no text")
    serial = front_of.serial_of(front)
    return Document(
        key=key,
        kind=DocumentKind.PATENT,
        text=whole,
        sections=sections,
        claims=claims,
        events=tuple(dict.fromkeys(front_of.events(found, front, number))),
        classes=tuple(dict.fromkeys(front_of.classes(found, design=number.startswith("D")))),
        parties=tuple(dict.fromkeys(front_of.parties(found))),
        citations=tuple(dict.fromkeys(front_of.citations(found))),
        language="en",
        country="US",
        work=work_key(serial),
        application=front_of.application(front),
        priorities=tuple(dict.fromkeys(front_of.priorities(found, design=number.startswith("D")))),
        origin=origin,
    )


def _text(found: list[Group], front: Group) -> tuple[str, tuple[Section, ...], tuple[Claim, ...]]:
    builder, plain = TextBuilder(), Plain()
    builder.section("title")
    builder.paragraph(Plain()(front.text("TTL")), "title")
    builder.section("abstract")
    for group in (group for group in found if group.name == "ABST"):
        for _, text in _blocks(group, plain):
            builder.paragraph(text, "abstract")
    _description(builder, [group for group in found if group.name in _TEXTS], plain)
    for group in (group for group in found if group.name in ("CLMS", "DCLM")):
        for number, text in _claims(group, plain):
            if not is_cancelled(text):
                builder.claim(number, text, depends_on(text, number))
    return builder.build()


def _description(builder: TextBuilder, found: list[Group], plain: Plain) -> None:
    builder.section("description")
    count = 0
    for tag, text in (block for group in found for block in _blocks(group, plain)):
        if tag == "PAC":
            builder.section("description", text)
        elif text.strip():
            count += 1
            builder.paragraph(text, f"¶{count:04d}")


def _blocks(group: Group, plain: Plain, *, claims: bool = False) -> Iterator[tuple[str, str]]:
    for tag, lines in group.fields:
        if tag == "TBL":
            yield tag, plain(rows(lines))
        elif tag == "EQU":
            yield tag, plain(words(lines)) or "[formula]"
        else:
            yield tag, plain(words(lines), claims=claims)


def _claims(group: Group, plain: Plain) -> Iterator[tuple[int, str]]:
    """Yield number and text of each claim; those added to a reissue stand inside the text of the last one."""
    number, lines = 0, list[str]()
    for tag, block in _blocks(group, plain, claims=True):
        if tag == "STM":
            continue
        stated, _ = split_number(f"{block.strip()} ") if tag == "NUM" else (None, "")
        first, *added = block.split(ADDED)
        if tag == "NUM":
            yield from _claim(number, lines)
            number, lines = stated or number + 1, []
            continue
        lines.append(first)
        for text in added:
            yield from _claim(number, lines)
            printed, _ = split_number(text)
            number, lines = printed if printed and printed > number else number + 1, [text]
    yield from _claim(number, lines)


def _claim(number: int, lines: list[str]) -> Iterator[tuple[int, str]]:
    text = "\n".join(line for line in lines if line.strip())
    _, text = split_number(text)
    if text:
        yield number or 1, text
