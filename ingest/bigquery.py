"""Exports of the BigQuery table `patents-public-data.patents.publications`: JSON lines and CSV.

Format: Google Patents Public Data, schema of `publications`; in CSV, nested columns are JSON text (made with
`TO_JSON_STRING`).

Decisions
---------
* Dates are numbers, 20050106; 0 is no date. What a date of grant or priority is worth: `ingest.patent_rows`.
* `*_localized` columns hold one text a language. The document's language is that of its description, else of
  its claims, else English, else the first; texts in other languages follow as sections of their own, with the
  language in their anchors: nothing is lost, and a quote is never of two languages.
* A text that the source truncated is said after the document (`Unreadable`, "read in part").
* Claims are one text (`ingest.plain_patent`); the columns `…_localized_html` hold the same with the numbers
  of claims and paragraphs, so they go before (`ingest.patent_markup`).
* `citation` says who cited in `category` (SEA, ISR, APP, PRS …) and its relevance in `type` (X, Y, A …): both
  are kept as stated.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest import fields
from ingest.builder import TextBuilder
from ingest.documents import Citation, Classification, Document, Party, Unreadable, clean
from ingest.errors import LineRefusedError, RecordRefusedError
from ingest.json_records import JsonRecords, parsed
from ingest.patent_markup import add_claims_markup, add_description_markup, is_markup
from ingest.patent_rows import application_of, key_of, kinds, numbered, own_events, priorities
from ingest.plain_patent import add_claims, add_description
from ingest.sniff import head
from ingest.table_records import Cells, TableRecords

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.builder import FieldName
    from ingest.documents import Origin
    from ingest.items import Item
    from ingest.json_records import Record

NAME = "google-bigquery"
MARK = re.compile(rb'"publication_number"\s{0,3}:\s{0,3}"[A-Z]{2}-[A-Z]{0,3}\d')
_NESTED = frozenset({"[", "{"})
_TEXTS = ("title", "abstract", "description", "claims")
_PHASES = {"SEA": "search report", "ISR": "international search", "EXA": "examination", "OPP": "opposition"}
_LONGEST_CITATION = 2000


def knows(names: frozenset[str]) -> bool:
    """Tell the columns of a CSV export."""
    return "publication_number" in names and any(f"{name}_localized" in names for name in _TEXTS)


def make(record: Record, origin: Origin) -> Iterator[Item]:
    """Yield the document of a publication. Raises RecordRefusedError."""
    written = fields.word_of(record, "publication_number")
    number = numbered(written)
    if number is None:
        raise RecordRefusedError(f"{written[:80]!r} is not a publication number")
    builder = TextBuilder()
    language, notes = _text(record, builder)
    text, sections, claims = builder.build()
    if not text:
        raise RecordRefusedError(f"{number.key} has no text")
    days = {name: _day(record, f"{name}_date") for name in ("publication", "grant", "filing", "priority")}
    application = fields.word_of(record, "application_number", "application_number_formatted")
    own = application_of(application, filed=days["filing"])
    family = fields.word_of(record, "family_id")
    yield Document(
        key=number.key,
        kind=kinds(number)[0],
        text=text,
        sections=sections,
        claims=claims,
        events=own_events(number, NAME, days),
        classes=tuple(dict.fromkeys(_classes(record))),
        parties=tuple(dict.fromkeys(_parties(record))),
        citations=tuple(dict.fromkeys(_citations(record))),
        language=language,
        country=number.country,
        work=own,
        application=own,
        priorities=priorities(_claimed(record), own),
        family=f"docdb:{family}" if family.isascii() and family.isdigit() and int(family) > 0 else "",
        origin=origin,
    )
    if notes:
        reason = f"{number.key} read in part: {'; '.join(notes)}"
        yield Unreadable(file=origin.file, offset=origin.offset, reason=reason)


def from_cells(cells: Cells, origin: Origin) -> Iterator[Item]:
    """Yield the document of a CSV row, whose nested columns are JSON text."""
    record: dict[str, object] = {}
    for name, cell in cells.items():
        record[name] = cell
        if cell.lstrip()[:1] in _NESTED:
            try:
                record[name] = parsed(cell.encode())
            except LineRefusedError:
                if not name.endswith("_localized"):
                    continue
                raise RecordRefusedError(f"its column {name} is not JSON") from None
    yield from make(record, origin)


def _day(record: Record, name: str) -> str:
    """Return `YYYYMMDD` or an ISO day; empty for 0."""
    day = fields.word_of(record, name)
    return "" if not day.strip("0") else day


def _localized(record: Record, name: str) -> dict[str, tuple[str, bool]]:
    """Return the texts of a column by language, each with whether the source cut it."""
    found: dict[str, tuple[str, bool]] = {}
    columns = (f"{name}_localized_html", f"{name}_localized", name)
    for value in (value for column in columns for value in fields.list_of(record, column)):
        entry = value if isinstance(value, dict) else {"text": value}
        text = fields.text_of(entry, "text")
        language = fields.word_of(entry, "language").lower()[:2]
        if text and language not in found:
            found[language] = (text, entry.get("truncated") in (True, "true"))
    return found


def _text(record: Record, builder: TextBuilder) -> tuple[str, list[str]]:
    """Write all texts; returns the document's language and what of it was not read."""
    texts = {name: _localized(record, name) for name in _TEXTS}
    notes: list[str] = []
    main = next(iter(texts["description"] or texts["claims"]), "")
    if not main:
        languages = [*texts["title"], *texts["abstract"]]
        main = "en" if "en" in languages else next(iter(languages), "")
    for name, found in texts.items():
        for language in sorted(found, key=lambda code: (code != main, code != "en")):
            words, cut = found[language]
            mark = "" if language == main else f" ({language or 'no language'})"
            note = _add(builder, name, words, mark)
            notes += [f"{language}: {note}"] if note else []
            notes += [f"{name} ({language}) are cut at the source"] if cut else []
    return main, notes


def _add(builder: TextBuilder, name: str, words: str, mark: str) -> str:
    if name == "description":
        if is_markup(words):
            return add_description_markup(builder, words, mark)
        add_description(builder, words, mark)
    elif name == "claims" and not mark:
        return add_claims_markup(builder, words) if is_markup(words) else add_claims(builder, words)
    else:
        field: FieldName = "title" if name == "title" else "abstract" if name == "abstract" else "claims"
        builder.section(field)
        paragraphs = [" ".join(words.split())] if field == "title" else clean(words).split("\n")
        for paragraph in paragraphs:
            builder.paragraph(paragraph, f"{field}{mark}")
    return ""


def _classes(record: Record) -> Iterator[Classification]:
    for name, scheme in (
        ("cpc", "CPC"),
        ("ipc", "IPC"),
        ("uspc", "USPC"),
        ("locarno", "Locarno"),
        ("fi", "FI"),
    ):
        for value in fields.list_of(record, name):
            entry = value if isinstance(value, dict) else {"code": value}
            if symbol := "".join(fields.word_of(entry, "code").split())[:60]:
                yield Classification(scheme=scheme, symbol=symbol)


def _parties(record: Record) -> Iterator[Party]:
    for role in ("inventor", "assignee"):
        for value in fields.list_of(record, f"{role}_harmonized") or fields.list_of(record, role):
            entry = value if isinstance(value, dict) else {"name": value}
            if name := fields.word_of(entry, "name"):
                yield Party(role=role, name=name, country=fields.word_of(entry, "country_code").upper()[:2])


def _citations(record: Record) -> Iterator[Citation]:
    for value in fields.list_of(record, "citation"):
        entry = value if isinstance(value, dict) else {}
        cited = fields.word_of(entry, "publication_number")
        npl = " ".join(clean(fields.text_of(entry, "npl_text")[:_LONGEST_CITATION]).split())
        source, kind = fields.word_of(entry, "category"), fields.word_of(entry, "type")
        if text := cited or npl:
            category = " ".join(filter(None, (kind, source)))
            yield Citation(
                text=text, key=key_of(cited), category=category, phase=_PHASES.get(source.upper(), "")
            )


def _claimed(record: Record) -> Iterator[str]:
    for name in ("priority_claim", "parent"):
        for value in fields.list_of(record, name):
            entry = value if isinstance(value, dict) else {"application_number": value}
            number = fields.word_of(entry, "application_number")
            yield application_of(number, filed=_day(entry, "filing_date"))


_LINES = JsonRecords(name=NAME, mark=MARK, make=make)
_ROWS = TableRecords(name=NAME, knows=knows, make=from_cells, wanted=(".csv", ".tsv"))


class BigQuery:
    """Reads both forms; a file's beginning tells which it is."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        return self._form(path).recognises(path)

    def measure(self, path: Path) -> int:
        return self._form(path).measure(path)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        return self._form(path).read(path, after=after)

    @staticmethod
    def _form(path: Path) -> JsonRecords | TableRecords:
        first = head(path)
        table = first.suffix in _ROWS.wanted or (not first.suffix and not first.data.startswith(b"{"))
        return _ROWS if table else _LINES
