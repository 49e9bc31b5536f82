"""Tables of the PatentsView kind as streams of rows, and several of them read side by side.

Decisions
---------
* A row may span lines: a text stands between quotation marks, doubled inside. A line that looks like a whole
  row begins one even where the marks before it do not match, so that a broken row costs itself only.
* Tables are joined by merging: each is read once, from its beginning to its end, and holds the rows of one
  document. That needs one order. The order of the main table is found out by reading its ids once before:
  as text (`10000000` before `3930271`) or by number within letters; where all its ids have one shape, both.
* A table whose ids fall back is out of order: reading it stops there, because rows of documents handed on
  already may come later. What it gave until then belongs where it went: ids are equal or nothing is taken.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ingest.record_stream import Member, members
from ingest.xml_safety import PIECE_LIMIT

Row = dict[str, str]
Order = Literal["text", "number", "both", "none"]

_ROW_START = re.compile(rb'"?[A-Z]{0,2}\d{4,12}"?\t')
_SHAPE = re.compile(r"([A-Z]*)(\d*)")
WANTED = (".tsv",)


@dataclass(slots=True, kw_only=True)
class Table:
    """One table's rows in turn. Read it once."""

    member: Member
    archive: Iterator[Member]
    """What the member came from: an archive is open as long as this is held."""
    columns: list[str] = field(default_factory=list)
    broken: int = 0
    """Rows that were left out because they have not as many fields as the header."""
    first_broken: int = 0
    """Byte offset of the first of them."""

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Yield each row with its byte offset."""
        csv.field_size_limit(PIECE_LIMIT)
        for offset, data in self._records():
            fields = _fields(data)
            if not self.columns:
                self.columns = [name.strip().lower() for name in fields]
            elif len(fields) == len(self.columns):
                yield offset, dict(zip(self.columns, fields, strict=True))
            else:
                self._lose(offset)

    def _lose(self, offset: int) -> None:
        self.first_broken = self.first_broken if self.broken else offset
        self.broken += 1

    def _records(self) -> Iterator[tuple[int, bytes]]:
        held, start, at, even = bytearray(), 0, 0, True
        for line in _lines(self.member):
            if held and (even or self._begins(line) or len(held) > PIECE_LIMIT):
                yield start, bytes(held)
                held.clear()
                even = True
            start = start if held else at
            held += line
            even = even == (line.count(b'"') % 2 == 0)
            at += len(line)
        if held.strip():
            yield start, bytes(held)

    def _begins(self, line: bytes) -> bool:
        whole = len(self.columns) > 1 and line.count(b"\t") == len(self.columns) - 1
        return whole and _ROW_START.match(line) is not None


def _lines(member: Member) -> Iterator[bytes]:
    rest = b""
    for chunk in member.chunks():
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        yield from (line + b"\n" for line in lines)
        if len(rest) > PIECE_LIMIT:
            yield rest
            rest = b""
    if rest:
        yield rest


def _fields(data: bytes) -> list[str]:
    text = data.decode("utf-8-sig", "replace").rstrip("\r\n")
    try:
        return next(csv.reader([text], delimiter="\t"), [])
    except csv.Error:
        return []


def opened(path: Path) -> Table | None:
    """Return the table of a file, plain or packed; None for an archive without one."""
    found = members(path, wanted=WANTED)
    member = next(found, None)
    return None if member is None else Table(member=member, archive=found)


def shape(identifier: str) -> tuple[str, int]:
    """Return an id's letters and the number of its digits: `RE49999` is `("RE", 5)`."""
    match = _SHAPE.match(identifier)
    return (match[1], len(match[2])) if match else ("", 0)


def by_number(identifier: str) -> tuple[str, int, str]:
    """Return what orders ids by letters, length and digits."""
    letters, length = shape(identifier)
    return letters, length, identifier


def order_of(path: Path, name: str) -> tuple[Order, tuple[str, int]]:
    """Return in which order the ids of a table are, and the shape of the last of them."""
    text = number = one_shape = True
    last = ""
    table = opened(path)
    for _, row in () if table is None else table.rows():
        identifier = row.get(name, "")
        if last:
            text = text and identifier >= last
            number = number and by_number(identifier) >= by_number(last)
            one_shape = one_shape and shape(identifier) == shape(last)
        last = identifier
    found: Order = (
        "both" if text and number and one_shape else "text" if text else "number" if number else "none"
    )
    return found, shape(last)


@dataclass(slots=True, kw_only=True)
class Follower:
    """A table that is read beside the main one, up to the id asked for."""

    path: Path
    key: str
    order: Order
    main_shape: tuple[str, int]
    table: Table
    fallen: str = ""
    """How the table is out of order; empty while it is not."""
    _rows: Iterator[tuple[int, Row]] = field(default_factory=lambda: iter(()))
    _next: tuple[int, Row] | None = None
    _last: str = ""

    def __post_init__(self) -> None:
        self._rows = self.table.rows()
        self._step()

    def take(self, identifier: str) -> list[Row]:
        """Return the rows of a document; ids have to be asked for in the order of the main table."""
        while self._next is not None and self._before(self._next[1].get(self.key, ""), identifier):
            self._step()
        found: list[Row] = []
        while self._next is not None and self._next[1].get(self.key) == identifier:
            found.append(self._next[1])
            self._step()
        return found

    def finish(self) -> None:
        """Read the rest, so that what is wrong with the table is known."""
        while self._next is not None:
            self._step()

    def _before(self, one: str, other: str) -> bool:
        if self.order == "both" and shape(one) != self.main_shape:
            return True  # no document of the main table has such an id
        return one < other if self.order != "number" else by_number(one) < by_number(other)

    def _step(self) -> None:
        self._next = next(self._rows, None)
        if self._next is None:
            return
        offset, row = self._next
        identifier = row.get(self.key, "")
        strange = self.order == "both" and shape(identifier) != self.main_shape
        if self._last and not strange and self._before(identifier, self._last):
            self.fallen = f"{identifier} at byte {offset} comes after {self._last}"
            self._next = None
            self._rows = iter(())
        elif not strange:
            self._last = identifier
