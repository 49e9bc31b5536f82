"""`JsonRecords`: the reader of any source whose files hold JSON: a record a line, or answers of a service.

A source gives its name, what its files are known by, where its answers keep their lists of records, and a
function from a record to documents. Lines are streamed; a file that is one JSON value over many lines (a
saved answer) is read whole, up to `PAGE_LIMIT` bytes. A list's records have the offsets of the line plus
their number, so that they increase strictly.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.documents import Origin
from ingest.errors import LineRefusedError, RecordRefusedError
from ingest.items import Item
from ingest.record_stream import Member, measure
from ingest.sniff import head
from ingest.walking import lost, placed, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE_LIMIT = 64 << 20
"""Bytes that a line, or an answer written over many lines, may have."""
_STEP = 4
"""Offsets between the records of one answer: a record may be followed by what of it was not read."""
WANTED = (".json", ".jsonl", ".ndjson")

_SURROGATE = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
"""An escaped backslash, a pair of surrogates, or a lone one, which no UTF-8 text can hold."""
_LONE = 6

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonRecords:
    """A `Reader` made of what one source needs to say.

    `make` gets a record and its origin and returns what it holds: a document, and after it what of it was
    not read. It raises RecordRefusedError.
    """

    name: str
    mark: re.Pattern[bytes]
    """Found in the first 64 KB of every file of this source, and in no other's."""
    make: Callable[[Record, Origin], Iterable[Item]]
    lists: tuple[tuple[str, ...], ...] = ()
    """Paths to the records in an answer, e.g. `("message", "items")`; an answer without is one record."""
    wanted: tuple[str, ...] = WANTED

    def recognises(self, path: Path) -> bool:
        first = head(path)
        named = first.suffix in self.wanted or (not first.suffix and first.data.startswith(b"{"))
        return named and self.mark.search(first.data) is not None

    def measure(self, path: Path) -> int:
        return measure(path, wanted=self.wanted)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        def one(member: Member, base: int) -> Iterator[Item]:
            return self._member(member, base, after)

        return walk(path, self.wanted, after, one, nothing="holds no record of this source")

    def _member(self, member: Member, base: int, after: int) -> Iterator[Item]:
        for offset, line in values(member):
            place = Origin(source=self.name, file=member.name, offset=base + offset, sha256="")
            if line is None:
                yield lost(place, f"longer than {PAGE_LIMIT >> 20} MiB")
            elif place.offset + len(line) > after:
                yield from self._line(line, place)
        if member.failure or not member.count:
            end = Origin(source=self.name, file=member.name, offset=base + member.count, sha256="")
            yield lost(end, member.failure or "is empty", passing=member.passing)

    def _line(self, line: bytes, place: Origin) -> Iterator[Item]:
        try:
            found = self._records(parsed(line))
        except RecordRefusedError as error:
            yield lost(place, error.reason)
            return
        single = len(found) == 1
        for number, record in enumerate(found):
            raw = line if single else json.dumps(record, sort_keys=True).encode()
            digest = hashlib.sha256(raw).hexdigest()
            offset = place.offset + (number * _STEP if len(line) >= len(found) * _STEP else number)
            yield from self._made(record, replace(place, offset=offset, sha256=digest))

    def _made(self, record: object, place: Origin) -> Iterator[Item]:
        if not isinstance(record, dict):
            yield lost(place, f"a JSON {type(record).__name__} where an object was expected")
            return
        try:
            for count, item in enumerate(self.make(record, place)):
                yield placed(item, place.offset + count)
        except RecordRefusedError as error:
            yield lost(place, error.reason)

    def _records(self, value: object) -> list[object]:
        if isinstance(value, list):
            return value
        for steps in self.lists:
            found: object = value
            for step in steps:
                found = found.get(step) if isinstance(found, dict) else None
            if isinstance(found, list):
                return found
        return [value]


def values(member: Member) -> Iterator[tuple[int, bytes | None]]:
    """Yield each JSON text of a member with its offset: every line, or the whole when it spans lines.

    None stands for a text longer than `PAGE_LIMIT`.
    """
    buffer, start, whole, first = bytearray(), 0, False, True
    dropped = 0  # bytes of the present text that were let go of: it is too long
    for chunk in member.chunks():
        buffer += chunk
        while not whole and (end := buffer.find(b"\n")) >= 0:
            line = bytes(buffer[:end])
            if first and line.strip() and not _is_whole(line):
                whole = True
                break
            first = first and not line.strip()
            if dropped or line.strip():
                yield start, None if dropped else line
            del buffer[: end + 1]
            start, dropped = start + dropped + end + 1, 0
        if len(buffer) > PAGE_LIMIT:
            dropped += len(buffer)
            first = False
            buffer.clear()
    if dropped or buffer.strip():
        yield start, None if dropped else bytes(buffer)


def _is_whole(line: bytes) -> bool:
    """Tell whether a first line is a JSON text by itself, and not the beginning of one."""
    try:
        parsed(line)
    except LineRefusedError:
        return not line.strip().removeprefix(b"\xef\xbb\xbf").endswith((b"{", b"[", b","))
    return True


def parsed(line: bytes) -> object:
    """Parse one JSON text; lone surrogates become U+FFFD. Raises LineRefusedError with the reason."""
    try:
        text = line.strip().removeprefix(b"\xef\xbb\xbf").decode("utf-8")
        if "\\ud" in text or "\\uD" in text:
            text = _SURROGATE.sub(lambda found: "\\ufffd" if len(found[0]) == _LONE else found[0], text)
        return json.loads(text)
    except UnicodeDecodeError as error:
        raise LineRefusedError(f"encoding: byte {error.start} of the line is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise LineRefusedError(f"not JSON: {str(error)[:200]}") from None
