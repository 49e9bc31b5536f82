"""`TableRecords`: the reader of any source whose files are tables of text (CSV, with any usual delimiter).

Format: RFC 4180, and what spreadsheets make of it.

Decisions
---------
* The header is looked for in the first `HEAD_ROWS` rows: exports put a search or a title before it.
  Its delimiter (comma, semicolon, tab, bar) is the one that gives it columns the source knows.
* Rows are cut from the stream by quotes, so that a quoted cell may hold line breaks. A quote opens a cell
  only where the cell begins: `5" pipe` is no quote. One that never closes, or closes where a later line's
  quote opens, costs its own line, not the lines it swallows.
* Offsets are those of a row's first byte. Bytes must be UTF-8; other encodings are a reason, never a guess.
* The last row of a file that ends in the middle of it is refused: half a number is the number of another.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from ingest.documents import Origin
from ingest.errors import RecordRefusedError
from ingest.items import Item
from ingest.record_stream import measure
from ingest.sniff import head
from ingest.walking import lost, placed, walk
from ingest.xml_safety import BOM, wide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.record_stream import Member

ROW_LIMIT = 32 << 20
"""Bytes a row may have."""
HEAD_ROWS = 40
_DELIMITERS = (",", ";", "\t", "|")
_COLUMNS = 2000
_REPAIRS = 2 << 30
"""Bytes that may be looked through in vain for the ends of quotes, in one file."""
_BROKEN = "a quote in it has no end"
_QUOTED = re.compile(rb'"[^"]*+(?:""[^"]*+)*+"')

Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row's bytes with its line end, and its place. `refusal` says why it cannot be read."""

    offset: int
    data: bytes
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The columns of a table, names in lower case; `after` is the offset of the first row below."""

    names: tuple[str, ...]
    delimiter: str
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRecords:
    """A `Reader` made of what one source needs to say.

    `make` gets a row's filled cells by column and its origin, and returns what the row holds. It raises
    RecordRefusedError.
    """

    name: str
    knows: Callable[[frozenset[str]], bool]
    """Tells the columns of this source's tables, given in lower case."""
    make: Callable[[Cells, Origin], Iterable[Item]]
    wanted: tuple[str, ...] = (".csv", ".tsv", ".txt")
    """Suffixes of files; a name without one is looked at as well."""

    def recognises(self, path: Path) -> bool:
        first = head(path)
        return first.suffix in ("", *self.wanted) and header_of(first.data, self.knows) is not None

    def measure(self, path: Path) -> int:
        return measure(path, wanted=self.wanted)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        def one(member: Member, base: int) -> Iterator[Item]:
            return self._member(member, base, after)

        return walk(path, self.wanted, after, one, nothing="holds no row of this source")

    def _member(self, member: Member, base: int, after: int) -> Iterator[Item]:
        place = Origin(source=self.name, file=member.name, offset=base, sha256="")
        header: Header | None = None
        stream = _Stream(member)
        if stream.peek(1 << 16):
            header = header_of(stream.start, self.knows)
            if header is None:
                coding = wide(stream.start)
                why = f"encoding: {coding}; save it as UTF-8" if coding else "no row has the columns expected"
                yield lost(place, why)
        if header is not None:
            for row in stream.rows(header):
                here = replace(place, offset=base + row.offset)
                if here.offset + len(row.data) > after or row.refusal:
                    yield from self._row(row, header, here)
        for _ in member.chunks():
            pass
        if member.failure or not member.count:
            end = replace(place, offset=base + max(member.count, 1 if header is None else 0))
            yield lost(end, member.failure or "is empty", passing=member.passing)

    def _row(self, row: Row, header: Header, place: Origin) -> Iterator[Item]:
        if row.refusal:
            yield lost(place, row.refusal)
            return
        try:
            cells = named(row, header)
            if not cells:
                return
            origin = replace(place, sha256=hashlib.sha256(row.data).hexdigest())
            for count, item in enumerate(islice(self.make(cells, origin), max(1, len(row.data)))):
                yield placed(item, place.offset + count)
        except RecordRefusedError as error:
            yield lost(place, error.reason)


class _Stream:
    """Rows of a member, cut from as few bytes as a row has."""

    def __init__(self, member: Member) -> None:
        self._chunks = member.chunks()
        self._buffer = bytearray()
        self._ended = False
        self._repairs = _REPAIRS

    @property
    def start(self) -> bytes:
        return bytes(self._buffer[: 1 << 16])

    def peek(self, size: int) -> int:
        """Read until at least `size` bytes are held or the stream ends; returns the bytes held."""
        while len(self._buffer) < size and not self._ended:
            chunk = next(self._chunks, None)
            self._ended = chunk is None
            self._buffer += chunk or b""
        return len(self._buffer)

    def rows(self, header: Header) -> Iterator[Row]:
        """Yield what follows the header."""
        offset, delimiter = header.after, header.delimiter.encode()
        del self._buffer[:offset]
        while self.peek(1):
            row = self._next(offset, delimiter, len(header.names))
            del self._buffer[: len(row.data)]
            offset += len(row.data)
            dropped = 0
            while row.refusal and not row.data.endswith(b"\n") and self.peek(1):  # the rest of its line
                end = self._buffer.find(b"\n")
                dropped += len(self._buffer) if end < 0 else end + 1
                offset += len(self._buffer) if end < 0 else end + 1
                del self._buffer[: len(self._buffer) if end < 0 else end + 1]
                if end >= 0:
                    break
            yield row

    def _next(self, offset: int, delimiter: bytes, columns: int) -> Row:
        while True:
            end = _end_of_row(self._buffer, delimiter)
            if end >= 0:
                data = bytes(self._buffer[:end])
                line = data.find(b"\n") + 1
                if line == end or self._repairs <= 0 or _is_sound(data, delimiter, columns):
                    return Row(offset=offset, data=data)
                self._repairs -= end
                return Row(offset=offset, data=data[:line], refusal=_BROKEN)
            if self._ended or len(self._buffer) > ROW_LIMIT:
                return self._cut(offset, delimiter, columns)
            self.peek(2 * len(self._buffer) + 1)

    def _cut(self, offset: int, delimiter: bytes, columns: int) -> Row:
        """Return what cannot be a whole row: a quote without end costs its line, a cut row itself."""
        line = self._buffer.find(b"\n") + 1
        if line and self._repairs > 0:
            self._repairs -= len(self._buffer)
            return Row(offset=offset, data=bytes(self._buffer[:line]), refusal=_BROKEN)
        if not self._ended:
            taken = bytes(self._buffer[:ROW_LIMIT])
            return Row(offset=offset, data=taken, refusal=f"longer than {ROW_LIMIT >> 20} MiB")
        data = bytes(self._buffer)
        whole = _end_of_row(self._buffer + b"\n", delimiter) > 0 and data.count(delimiter) + 1 >= columns
        return Row(
            offset=offset, data=data, refusal="" if whole else "the file ends in the middle of this row"
        )


def _end_of_row(data: bytearray, delimiter: bytes) -> int:
    """Return where the first row ends, line end included; -1 when the data end before it does."""
    line = data.find(b"\n")
    if line < 0:
        return -1
    at = 0
    while data.find(b'"', at, line) >= 0:
        if data[at] != ord('"'):
            separator = data.find(delimiter + b'"', at, line)
            if separator < 0:
                return line + 1
            at = separator + 1
        quoted = _QUOTED.match(data, at)
        if quoted is None:
            return -1
        at = quoted.end()
        if at > line:
            line = data.find(b"\n", at)
            if line < 0:
                return -1
    return line + 1


def _is_sound(data: bytes, delimiter: bytes, columns: int) -> bool:
    """Tell a row of several lines whose quoted cells end before a delimiter and that has no cell too many."""
    end = len(data.rstrip(b"\r\n"))
    at, count = 0, 0
    while at <= end and count <= columns:
        if data.startswith(b'"', at):
            quoted = _QUOTED.match(data, at)
            if quoted is None or (quoted.end() < end and not data.startswith(delimiter, quoted.end())):
                return False
            at = quoted.end() + 1
        else:
            found = data.find(delimiter, at, end)
            at = end + 1 if found < 0 else found + 1
        count += 1
    return count <= columns


def named(row: Row, header: Header) -> dict[str, str]:
    """Return a row's filled cells by column. Raises RecordRefusedError."""
    cells = split(row.data, header.delimiter)
    if any(cell.strip() for cell in cells[len(header.names) :]):
        raise RecordRefusedError(f"it has {len(cells)} cells below {len(header.names)} columns")
    return {name: cell for name, cell in zip(header.names, cells, strict=False) if name and cell.strip()}


def split(data: bytes, delimiter: str) -> list[str]:
    """Return the cells of one row. Raises RecordRefusedError for bytes that are no UTF-8."""
    try:
        text = data.removeprefix(BOM).decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise RecordRefusedError(
            f"encoding: byte {error.start} of the row is not UTF-8; save the table as UTF-8"
        ) from None
    if '"' not in text:
        return text.split(delimiter)
    found, at = [], 0
    while at <= len(text):
        end = -1
        if text.startswith('"', at):
            end = _closing(text, at)
            rest = text.find(delimiter, end) if end >= 0 else -1
            stop = len(text) if rest < 0 else rest
            body = text[at + 1 : end - 1].replace('""', '"') + text[end:stop] if end >= 0 else text[at:stop]
        else:
            rest = text.find(delimiter, at)
            stop = len(text) if rest < 0 else rest
            body = text[at:stop]
        found.append(body)
        at = stop + 1
    return found


def _closing(text: str, at: int) -> int:
    """Return where the quoted cell that begins at `at` ends, closing quote included; -1 without one."""
    at += 1
    while (at := text.find('"', at)) >= 0:
        if not text.startswith('""', at):
            return at + 1
        at += 2
    return -1


def header_of(data: bytes, knows: Callable[[frozenset[str]], bool]) -> Header | None:
    """Return the header that stands in a file's first bytes, or None."""
    for delimiter in _DELIMITERS:
        buffer, offset = bytearray(data), 0
        for _ in range(HEAD_ROWS):
            end = _end_of_row(buffer, delimiter.encode())
            end = len(buffer) if end < 0 else end
            if not end:
                break
            names = _names(bytes(buffer[:end]), delimiter)
            if len(names) <= _COLUMNS and knows(frozenset(names)):
                return Header(names=names, delimiter=delimiter, after=offset + end)
            del buffer[:end]
            offset += end
    return None


def _names(data: bytes, delimiter: str) -> tuple[str, ...]:
    try:
        cells: Sequence[str] = split(data, delimiter)
    except RecordRefusedError:
        return ()
    return tuple(" ".join(cell.lower().split())[:100] for cell in cells[: _COLUMNS + 1])
