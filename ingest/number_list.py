"""Work lists: exports of Lens, Espacenet and Google Patents as CSV, and plain lists of publication numbers.

Format: column names of the Lens patent export, the Espacenet result list (new and classic) and "Download
(CSV)" of Google Patents; a plain list is a text with one number a line.

Decisions
---------
* A row with a title is a document of what the row says (title, abstract where Lens gives it, dates, classes,
  people, family); with the full text of another source under the same key it becomes one document. A number
  without a title is a `WantedNumber`: its digits would be found by nobody and mean nothing as a text.
* Espacenet writes the publications of a family into one cell, the row's own first: the others are wanted
  numbers. Several dates belong to them in order, or, where the counts differ, to nobody.
* Dates are of medium confidence: the list says them, not the office. Days are read as YYYY-MM-DD, YYYYMMDD or
  DD.MM.YYYY; `03/04/2020` is two days, so none, and that is said.
* A row without a number, or with one that is none, is a reason with the beginning of its title.
* A text file is a list only if every line is a number; `#` begins a remark, a first line may be a heading.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.builder import TextBuilder
from ingest.documents import Citation, Classification, Document, EventKind, Origin, Party, Unreadable, clean
from ingest.errors import NumberFormError, RecordRefusedError
from ingest.evidence import dated
from ingest.items import Item, WantedNumber, offset_of
from ingest.numbers import parse_publication
from ingest.patent_rows import application_of, key_of, kinds, own_events, priorities
from ingest.record_stream import display, measure, members, pieces
from ingest.sniff import head
from ingest.table_records import Cells, TableRecords

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.documents import DatedEvent
    from ingest.numbers import PublicationNumber
    from ingest.record_stream import Member

NAME = "number-list"
_NUMBERS = (
    "display key",
    "publication number",
    "publication no",
    "publication no.",
    "id",
)
_OWN = (
    "number",
    "numbers",
    "patent",
    "patents",
    "patent number",
    "patent no",
    "document number",
)
_MARKS = frozenset({"result link", "inventor/author", "representative figure link"})
_FOREIGN = frozenset({"patent id", "id", "application id"})
"""Columns of the office's own tables, whose `number` is something else."""
_FEW = 12
_DAYS = {
    "publication": ("publication date", "publication year"),
    "grant": ("grant date",),
    "filing": ("application date", "filing date", "filing/creation date", "date of application"),
    "priority": ("earliest priority date", "earliest priority", "priority date"),
}
_PEOPLE = {
    "inventor": ("inventors", "inventor(s)", "inventor/author", "inventor"),
    "applicant": ("applicants", "applicant(s)", "applicant"),
    "assignee": ("assignee", "assignees", "owners"),
}
_CLASSES = (
    ("CPC", ("cpc classifications", "cpc", "cooperative patent classification")),
    ("IPC", ("ipcr classifications", "ipc", "ipc classifications", "international classification")),
)
_SYMBOL = re.compile(r"\b([A-HY]\d{2}[A-Z])\s{0,3}(\d{1,4}/\d{2,6})")
_USPC = re.compile(r"[DPLT]{0,3}\d{1,3}/[\dA-Z.]{1,12}")
_POINTS = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})")
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]00:00(?::00)?")
_DAY = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?|\d{4})?")
_COUNTRY = re.compile(r"\s{0,3}\[([A-Z]{2})\]$")
_SINCE = re.compile(r"\s{0,3}\(\d{4}-\d{2}-\d{2}\)$")
_WRITTEN = re.compile(
    r"[A-Z]{2}[\s./-]{0,3}(?:[A-Z]{1,2}\d?[\s-]{0,2})?\d[\d\s,./-]{3,22}\d(?:[\s./(-]{0,3}[A-Z]\d?\)?)?"
)
"""A number in a plain list, stricter than `ingest.numbers`: a line of prose must not pass for one."""
_LINE = re.compile(rb"(?<=\n)")
_LONGEST_LINE = 1 << 16
_LONGEST = 300


def knows(names: frozenset[str]) -> bool:
    """Tell the columns of a work list."""
    if any(name.endswith("_localized") for name in names):
        return False
    names = frozenset(name.replace("_", " ") for name in names)
    if "id" in names and names & _MARKS:
        return True
    if names & frozenset(_NUMBERS[:-1]):
        return True
    return len(names) <= _FEW and bool(names & frozenset(_OWN)) and not names & _FOREIGN


def make(cells: Cells, origin: Origin) -> Iterator[Item]:
    """Yield the document of a row, the numbers it names beside it, and what of it was not understood."""
    cells = {name.replace("_", " "): cell for name, cell in cells.items()}
    written = _lines(_cell(cells, *_NUMBERS, *_OWN))
    title = " ".join(_cell(cells, "title").split())
    if not written:
        raise RecordRefusedError(f"it has no publication number{_named(title)}")
    try:
        number = parse_publication(written[0])
    except NumberFormError as error:
        raise RecordRefusedError(f"{error}{_named(title)}") from None
    lost: list[str] = []
    if title or _cell(cells, "abstract").strip():
        yield _document(cells, number, title, origin, len(written), lost)
    else:
        yield WantedNumber(key=number.key, text=written[0], origin=origin)
    for other in written[1:]:
        if key := key_of(other):
            yield WantedNumber(key=key, text=other, origin=origin)
        else:
            lost.append(f"{other[:40]!r} is no publication number")
    if lost:
        reason = f"{number.key} read in part: {'; '.join(lost)}"
        yield Unreadable(file=display(origin.file), offset=origin.offset, reason=reason)


def _document(
    cells: Cells, number: PublicationNumber, title: str, origin: Origin, count: int, lost: list[str]
) -> Document:
    builder = TextBuilder()
    builder.section("title")
    builder.paragraph(title, "title")
    builder.section("abstract")
    builder.paragraph(_cell(cells, "abstract"), "abstract")
    text, sections, _ = builder.build()
    days = {kind: _day(cells, names, count, lost) for kind, names in _DAYS.items()}
    own = application_of(_cell(cells, "application number").strip(), filed=days["filing"])
    claimed = _cell(cells, "priority numbers", "priority number(s)", "priority number")
    family = _cell(cells, "family number").strip()
    lens = _cell(cells, "lens id").strip()
    return Document(
        key=number.key,
        kind=kinds(number)[0],
        text=text,
        sections=sections,
        events=(*own_events(number, NAME, days, "medium"), *_earlier(cells, number)),
        classes=tuple(dict.fromkeys(_classes(cells))),
        parties=tuple(dict.fromkeys(_parties(cells))),
        citations=tuple(dict.fromkeys(_citations(cells))),
        country=number.country,
        work=own,
        application=own,
        priorities=priorities((application_of(text) for text in _lines(claimed)), own),
        family=f"docdb:{family}" if family.isascii() and family.isdigit() else "",
        aliases=(f"lens:{lens}",) if re.fullmatch(r"[\d-]{5,30}X?", lens, re.ASCII) else (),
        origin=origin,
    )


def _cell(cells: Cells, *names: str) -> str:
    return next((cells[name] for name in names if name in cells), "")


def _named(title: str) -> str:
    return f" (title: {title[:60]!r})" if title else ""


def _lines(cell: str) -> list[str]:
    """Return the entries of a cell: parted by `;;` (Lens), line breaks (Espacenet) or semicolons."""
    mark = ";;" if ";;" in cell else "\n" if "\n" in cell.strip() else ";"
    return [" ".join(clean(part).split()) for part in cell.split(mark) if part.strip()]


def _day(cells: Cells, names: tuple[str, ...], count: int, lost: list[str]) -> str:
    """Return the row's own day as ISO text; empty where none is understood, which is said."""
    name = next((name for name in names if name in cells), "")
    days = _lines(cells[name]) if name else []
    if not days or days == ["0"]:
        return ""
    if len(days) > 1 and len(days) != count:
        lost.append(f"{name}: {len(days)} dates for {count} numbers")
        return ""
    day = days[0]
    if points := _POINTS.fullmatch(day):
        day = f"{points[3]}-{points[2]}-{points[1]}"
    elif midnight := _MIDNIGHT.fullmatch(day):
        day = midnight[1]
    if _DAY.fullmatch(day) is None or not list(dated(EventKind.FILED, day, NAME)):
        lost.append(f"{name} {day[:40]!r} not understood as a date; write YYYY-MM-DD")
        return ""
    return day


def _earlier(cells: Cells, number: PublicationNumber) -> Iterator[DatedEvent]:
    """Yield the first publication of the family: of another text."""
    days = _lines(_cell(cells, "earliest publication"))[:1]
    for day in days:
        yield from dated(
            EventKind.RELATED_PUBLISHED,
            day,
            f"{NAME}/earliest publication",
            office=number.country,
            confidence="medium",
        )


def _classes(cells: Cells) -> Iterator[Classification]:
    for scheme, names in _CLASSES:
        for match in _SYMBOL.finditer(_cell(cells, *names)):
            yield Classification(scheme=scheme, symbol=f"{match[1]}{match[2]}")
    for text in _lines(_cell(cells, "us classifications")):
        if _USPC.fullmatch(text):
            yield Classification(scheme="USPC", symbol=text)


def _parties(cells: Cells) -> Iterator[Party]:
    for role, names in _PEOPLE.items():
        cell = _cell(cells, *names)
        for entry in cell.split(", ") if cell and cell == cells.get("inventor/author") else _lines(cell):
            country = _COUNTRY.search(entry)
            name = _SINCE.sub("", entry[: country.start()] if country else entry).strip()[:_LONGEST]
            if name:
                yield Party(role=role, name=name, country=country[1] if country else "")


def _citations(cells: Cells) -> Iterator[Citation]:
    cited = _cell(cells, "cited patents", "patents cited in the search report")
    for text in _lines(cited):
        yield Citation(text=text[:_LONGEST], key=key_of(text))
    for text in _lines(_cell(cells, "npl citations", "literature cited in the search report")):
        yield Citation(text=text[:2000])


class _Plain:
    """A text with a number a line."""

    name = NAME
    wanted = (".txt", ".csv", ".tsv", ".lst")

    def recognises(self, path: Path) -> bool:
        first = head(path)
        if first.suffix not in ("", *self.wanted) or not first.data.strip():
            return False
        try:
            text = first.data.decode("utf-8-sig", "strict" if len(first.data) < _LONGEST_LINE else "ignore")
        except UnicodeDecodeError:
            return False
        lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        lines = lines[:-1] if len(first.data) >= _LONGEST_LINE else lines
        if lines and not any(sign.isdigit() for sign in lines[0]):
            lines = lines[1:]
        return bool(lines) and all(_entries(line) is not None for line in lines)

    def measure(self, path: Path) -> int:
        return measure(path, wanted=self.wanted)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        base, anything = 0, False
        for member in members(path, wanted=self.wanted):
            for item in self._member(member, base):
                anything = True
                if offset_of(item) > after:
                    yield item
            base += member.advance
        if not anything and after < 0:
            yield Unreadable(file=display(path), offset=0, reason="holds no number")

    def _member(self, member: Member, base: int) -> Iterator[Item]:
        place = Origin(source=NAME, file=member.name, offset=base, sha256="")
        for piece in pieces(member.chunks(), _LINE, _LONGEST_LINE):
            origin = replace(place, offset=base + piece.offset, sha256=hashlib.sha256(piece.data).hexdigest())
            line = piece.data.decode("utf-8-sig", "replace").strip()
            heading = not piece.offset and not any(sign.isdigit() for sign in line)
            if line and not line.startswith("#") and not heading:
                yield from _wanted(line, origin)
            elif piece.oversize:
                yield _lost(origin, "the line is too long for a number")
        if member.failure or not member.count:
            end = replace(place, offset=base + member.count)
            yield replace(_lost(end, member.failure or "is empty"), passing=member.passing)


def _wanted(line: str, origin: Origin) -> Iterator[Item]:
    entries = _entries(line)
    if entries is None:
        yield _lost(origin, f"{line[:80]!r} is no publication number")
        return
    for count, (key, text) in enumerate(entries):
        yield WantedNumber(key=key, text=text, origin=replace(origin, offset=origin.offset + count))


def _entries(line: str) -> list[tuple[str, str]] | None:
    """Return the keys and texts of the numbers that a line is made of; None when it is anything else."""
    line = " ".join(line.split())
    if _WRITTEN.fullmatch(line[:_LONGEST].upper()) and (key := key_of(line[:_LONGEST])):
        return [(key, line)]
    parts = [part for part in re.split(r"[,;\s]\s?", line[:_LONGEST_LINE]) if part]
    keys = (
        [key_of(part) if _WRITTEN.fullmatch(part.upper()) else "" for part in parts] if len(parts) > 1 else []
    )
    return list(zip(keys, parts, strict=True)) if keys and all(keys) else None


def _lost(place: Origin, reason: str) -> Unreadable:
    return Unreadable(file=display(place.file), offset=place.offset, reason=reason)


_TABLE = TableRecords(name=NAME, knows=knows, make=make, wanted=(".csv", ".tsv"))
_PLAIN = _Plain()


class NumberList:
    """Reads tables by their columns, and plain lists."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        return _TABLE.recognises(path) or _PLAIN.recognises(path)

    def measure(self, path: Path) -> int:
        return self._form(path).measure(path)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        return self._form(path).read(path, after=after)

    @staticmethod
    def _form(path: Path) -> TableRecords | _Plain:
        tabular = head(path).suffix in _TABLE.wanted and not _PLAIN.recognises(path)
        return _TABLE if tabular or _TABLE.recognises(path) else _PLAIN
