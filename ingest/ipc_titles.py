"""Titles of the International Patent Classification from a table of two columns, `id` and `title`.

Decisions
---------
* The table is known by its header and by a first id that is a symbol (`A01B`, `A01B 1`, `A01B 1/02`).
* A main group is written without its `/00` in such tables; `A01B 1` is the symbol `A01B1/00`.
* References to other classes in brackets, `(edge trimmers for lawns A01G0003060000)`, are no part of a title.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.classes import ClassTitle, levels
from ingest.documents import Origin, Unreadable, clean
from ingest.record_stream import measure
from ingest.sniff import head
from ingest.walking import walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.items import Item
    from ingest.record_stream import Member

NAME = "ipc-titles"
_WANTED = (".tsv",)
_MARK = re.compile(
    rb"\A(?:\xef\xbb\xbf)?id\ttitle\r?\n[A-H](?:\d{2}(?:[A-Z](?: ?\d{1,4}(?:/\d{2,6})?)?)?)?\t"
)
_REFERENCE = re.compile(r"\s?\([^()]{0,500}[A-H]\d{2}[^()]{0,2000}\)")
_LIMIT = 1 << 16
"""Bytes a line may have."""


@dataclass(slots=True)
class IpcTitles:
    """Reads such tables, plain or packed."""

    name: str = NAME

    def recognises(self, path: Path) -> bool:
        first = head(path)
        return first.suffix in _WANTED and _MARK.match(first.data) is not None

    def measure(self, path: Path) -> int:
        return measure(path, wanted=_WANTED)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        return walk(path, _WANTED, after, _member, nothing="holds no title of a class")


def _member(member: Member, base: int) -> Iterator[ClassTitle | Unreadable]:
    rest, at = b"", 0
    for chunk in member.chunks():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield from _line(line, Origin(source=NAME, file=member.name, offset=base + at, sha256=""))
            at += len(line) + 1
        if len(rest) > _LIMIT:
            at += len(rest)
            rest = b""
    if rest:
        yield from _line(rest, Origin(source=NAME, file=member.name, offset=base + at, sha256=""))
    if member.failure or not member.count:
        reason = member.failure or "is empty"
        end = base + member.count
        yield Unreadable(file=member.name, offset=end, reason=reason, passing=member.passing)


def _line(line: bytes, place: Origin) -> Iterator[ClassTitle | Unreadable]:
    identifier, tab, title = clean(line.decode("utf-8-sig", "replace")).strip().partition("\t")
    if identifier == "id" or not identifier:
        return
    known = levels(identifier)
    words = " ".join(_REFERENCE.sub("", title).split())
    if not tab or not known or not words:
        reason = f"no symbol of the IPC with a title: {identifier[:40]!r}"
        yield Unreadable(file=place.file, offset=place.offset, reason=reason)
        return
    digest = hashlib.sha256(line).hexdigest()
    yield ClassTitle(
        scheme="IPC",
        symbol=known[-1],
        title=words,
        level=len(known),
        parent=known[-2] if len(known) > 1 else "",
        origin=Origin(source=NAME, file=place.file, offset=place.offset, sha256=digest),
    )
