"""`XmlRecords`: the reader of any source whose files are XML documents, or XML lists of records.

A source gives its name, the root elements that it is known by, the elements that are one record each (none:
the whole document is one), and a function from a parsed element to documents. The rest is the same for all:

* Files are streamed and cut before they are parsed, so that a broken record costs itself only. A document is
  cut at its XML declaration (files may hold many, glued together), a record at its opening tag.
* A record is parsed inside its list's root element, which holds the namespaces.
* What a source says to none of our records (an error answer, an empty list) is one `Unreadable`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from lxml.etree import _Element

from ingest.documents import Origin
from ingest.errors import RecordRefusedError, XmlRefusedError
from ingest.items import Item
from ingest.record_stream import measure, pieces
from ingest.sniff import Head, head
from ingest.walking import lost, placed, walk
from ingest.xml_rescue import rescued
from ingest.xml_safety import PIECE_LIMIT, Prolog, parse, prolog, wide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.record_stream import Member, Piece

_NAME = rb"(?:[A-Za-z0-9_.-]{1,20}:)?"
_DECLARED = rb"<\?xml\s{1,20}version"
_ATTRIBUTES = rb"(?:\s[^<>]{0,5000})?>"
_EMPTY = re.compile(rb"[^<>]{0,5000}/>")
_BARE = "holds no record of this source"
_ROOM = 1000
"""Offsets one record may take: itself, and what of it was not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    """The root element around the records that follow; `refusal` says why they are not read."""

    opening: bytes = b""
    closing: bytes = b""
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlRecords:
    """A `Reader` made of what one source needs to say.

    `make` gets a record's element (the root when `records` is empty) and its origin, and returns what it
    holds: a document, and after it what of it was not read. It raises RecordRefusedError.
    """

    name: str
    roots: frozenset[str]
    """Local names of root elements."""
    make: Callable[[_Element, Origin], Iterable[Item]]
    records: frozenset[str] = frozenset()
    """Local names of the elements that are one record each."""
    where: Callable[[Head], bool] = field(default=lambda _: True)
    """A further test of a file's beginning, where several sources share a root."""
    wanted: tuple[str, ...] = (".xml",)
    """Suffixes of an archive's members."""
    rescue: frozenset[str] = frozenset()
    """Local names of the elements that are read by themselves where the document around them is broken."""

    def recognises(self, path: Path) -> bool:
        first = head(path)
        return first.suffix in self.wanted and first.root in self.roots and self.where(first)

    def measure(self, path: Path) -> int:
        return measure(path, wanted=self.wanted)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        def one(member: Member, base: int) -> Iterator[Item]:
            return self._member(member, base, after)

        return walk(path, self.wanted, after, one, nothing=_BARE)

    def _member(self, member: Member, base: int, after: int) -> Iterator[Item]:
        around = _List()
        for piece in self._pieces(member):
            place = Origin(source=self.name, file=member.name, offset=base + piece.offset, sha256="")
            if piece.oversize:
                yield lost(place, f"longer than {PIECE_LIMIT >> 20} MiB")
            elif not self.records:
                if piece.data.strip() and place.offset + _ROOM > after:
                    yield from self._whole(piece.data, place)
            elif _opening(self.records).match(piece.data):
                if around.refusal:
                    continue
                if place.offset + _ROOM > after:
                    yield from self._record(piece.data, around, place)
                else:
                    yield lost(place, "")  # read before: counts, and is not handed on
            else:
                around = self._list(piece.data)
                if around.refusal:
                    yield lost(place, around.refusal)
        if member.failure or not member.count:
            end = Origin(source=self.name, file=member.name, offset=base + member.count, sha256="")
            yield lost(end, member.failure or "is empty", passing=member.passing)

    def _pieces(self, member: Member) -> Iterator[Piece]:
        cut = rb"|".join([_DECLARED, *([_opening(self.records).pattern] if self.records else [])])
        return pieces(member.chunks(), re.compile(cut))

    def _list(self, data: bytes) -> _List:
        """Read what stands before the first record of a list."""
        if not data.strip():
            return _List()
        first = prolog(data)
        tag = re.compile(rb"<" + re.escape(first.root.encode()) + _ATTRIBUTES).match(data, first.start)
        if refusal := self._refusal(data, first) or ("" if tag else "its root element is not whole"):
            return _List(refusal=refusal)
        assert tag is not None
        declaration = f'<?xml version="1.0" encoding="{first.encoding}"?>'.encode()
        if b"<!DOCTYPE" in data[: first.start]:
            # No entity of it is read; but without one a record that names an entity would be ill-formed.
            declaration += f'<!DOCTYPE {first.root} SYSTEM "none">'.encode()
        return _List(opening=declaration + tag[0], closing=f"</{first.root}>".encode())

    def _refusal(self, data: bytes, first: Prolog) -> str:
        if encoding := wide(data):
            return f"encoding: {encoding}, which is not read; convert it to UTF-8"
        if first.declares_entities:
            return "declares entities; refused"
        if first.root.rpartition(":")[2] not in self.roots:
            what = f"its root is {first.root[:80]!r}" if first.root else "it has no root element"
            return f"not a document of {self.name}: {what}"
        return _error(data)

    def _whole(self, data: bytes, place: Origin) -> Iterator[Item]:
        if refusal := self._refusal(data, prolog(data)):
            yield lost(place, refusal)
        else:
            yield from self._made(data, data, place, first_child=False)

    def _record(self, data: bytes, around: _List, place: Origin) -> Iterator[Item]:
        opening = _opening(self.records).match(data)
        assert opening is not None
        close = b"</" + opening[1] + b">"
        end = data.rfind(close)
        empty = _EMPTY.match(data, opening.end()) if end < 0 else None
        if not around.opening:
            yield lost(place, "a record stands where the list's header should")
        elif end < 0 and empty is None:
            yield lost(place, "the record is incomplete: its end is missing")
        else:
            raw = data[: empty.end()] if empty else data[: end + len(close)]
            yield from self._made(around.opening + raw + around.closing, raw, place, first_child=True)

    def _made(self, data: bytes, raw: bytes, place: Origin, *, first_child: bool) -> Iterator[Item]:
        origin = replace(place, sha256=hashlib.sha256(raw).hexdigest())
        try:
            root = parse(data)
        except XmlRefusedError as error:
            yield lost(place, error.reason)
            if self.rescue and not first_child:
                yield from self._rescued(data, place)
            return
        try:
            for count, item in enumerate(self.make(root[0] if first_child else root, origin)):
                yield placed(item, place.offset + count)
        except RecordRefusedError as error:
            yield lost(place, error.reason)

    def _rescued(self, data: bytes, place: Origin) -> Iterator[Item]:
        count = 0
        alone = replace(self, rescue=frozenset())
        for record in rescued(data, _opening(self.rescue)):
            for item in alone._made(record, record, place, first_child=False):  # noqa: SLF001 - its own
                count += 1
                if count >= _ROOM:
                    return
                yield placed(item, place.offset + count)


@cache
def _opening(records: frozenset[str]) -> re.Pattern[bytes]:
    names = b"|".join(re.escape(name.encode()) for name in sorted(records))
    return re.compile(rb"<(" + _NAME + rb"(?:" + names + rb"))(?=[\s/>])")


def _error(data: bytes) -> str:
    """Return what an OAI-PMH answer says went wrong, or an empty string."""
    found = re.search(rb"""<error\s[^<>]{0,200}code=["'](\w{1,60})["'][^<>]{0,200}>([^<]{0,500})""", data)
    if found is None:
        return ""
    message = " ".join(found[2].decode("utf-8", "replace").split())
    return f"the server answered {found[1].decode()}: {message}"
