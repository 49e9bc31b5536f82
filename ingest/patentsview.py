"""Tables of United States patents and publications, made by PatentsView and offered by the office's portal.

Source: PatentsView, "Data Download Tables" (g_ for grants, pg_ for pre-grant publications), tab separated.

Decisions
---------
* One file is given, the main table (`g_patent.tsv`, `pg_published_application.tsv`, also `.tsv.zip` and
  `.tsv.gz`); its siblings are taken from the same folder, by name. Only what is there is joined: a folder
  with `g_patent_abstract.tsv` gives abstracts, one with `g_claims_2019.tsv` the claims of that year.
* A sibling given by itself, as in a folder, gives no document: its rows went into those of the main table.
  Without a main table beside it, that is said. A table that is not used here (lawyers, locations) is quiet.
* People come from the tables "not disambiguated", which say what the document says, if there is one; their
  countries are left out, because they stand in a table of locations with twenty million rows.
* Columns are found by name. A date that is none, or a name that is missing, costs itself.
* A patent marked as withdrawn was never issued under its number: it is no document.
* Paragraphs of descriptions have no numbers in the tables: their anchors count them.
* What is wrong with a sibling comes once, after the last document, see `ingest.patentsview_tables`.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.application_numbers import family_key
from ingest.builder import TextBuilder
from ingest.claim_text import depends_on, is_cancelled, split_number
from ingest.documents import (
    Citation,
    Classification,
    DatedEvent,
    Document,
    DocumentKind,
    EventKind,
    Origin,
    Party,
    Unreadable,
)
from ingest.errors import RecordRefusedError
from ingest.evidence import dated
from ingest.patentsview_tables import WANTED, Follower, opened, order_of
from ingest.record_stream import display, measure
from ingest.sniff import head
from ingest.uspto_biblio import cited, key_of, work_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ingest.patentsview_tables import Order, Row, Table

NAME = "patentsview"
_FILE = re.compile(r"(p?g)_([a-z_]{3,60}?)(?:_(?:19|20)\d\d)?\.tsv(?:\.zip|\.gz)?", re.IGNORECASE)
_MAIN = {"g": "patent", "pg": "published_application"}
_KEY = {"g": "patent_id", "pg": "pgpub_id"}
_USED = frozenset(
    {"application", "patent_abstract", "published_application_abstract", "claims", "brf_sum_text"}
    | {
        "draw_desc_text",
        "detail_desc_text",
        "cpc_current",
        "ipc_at_issue",
        "uspc_at_issue",
        "foreign_priority",
    }
    | {"us_patent_citation", "us_application_citation", "foreign_citation", "other_reference"}
    | {"inventor_not_disambiguated", "inventor_disambiguated", "assignee_not_disambiguated"}
    | {"assignee_disambiguated", "applicant_not_disambiguated"}
)
_NUMBERS = re.compile(r"\d{1,4}")
_BREAK = re.compile(r"\n\s*\n|\n")
_PAIRS = ("inventor", "assignee")


@dataclass(frozen=True, slots=True)
class _Place:
    """What a file's name says: whose table, which one."""

    side: str
    table: str


class PatentsView:
    """Reads a main table with its siblings in one folder."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        place = _place(path)
        if place is None:
            return False
        first = head(path).data.partition(b"\n")[0].replace(b'"', b"").lower()
        return _KEY[place.side].encode() in first.rstrip(b"\r").split(b"\t") or place.table.startswith(
            "location"
        )

    def measure(self, path: Path) -> int:
        return measure(path, wanted=WANTED)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Document | Unreadable]:
        place = _place(path)
        if place is None or place.table != _MAIN[place.side]:
            if after < 0 and not (place and _mains(path, place.side)):
                main = f"{place.side}_{_MAIN[place.side]}.tsv" if place else "g_patent.tsv"
                yield Unreadable(
                    file=display(path), offset=0, reason=f"is a part of patents: put it beside {main}"
                )
            return
        yield from (item for item in _joined(path, place.side) if _offset(item) > after)


def _offset(item: Document | Unreadable) -> int:
    return item.offset if isinstance(item, Unreadable) else item.origin.offset


def _place(path: Path) -> _Place | None:
    match = _FILE.fullmatch(path.name)
    return _Place(match[1].lower(), match[2].lower()) if match else None


def _mains(path: Path, side: str) -> bool:
    try:
        return any(found == _Place(side, _MAIN[side]) for found in map(_place, path.parent.iterdir()))
    except OSError:
        return False


def _joined(path: Path, side: str) -> Iterator[Document | Unreadable]:
    table = opened(path)
    if table is None:
        yield Unreadable(file=display(path), offset=0, reason="the archive holds no table (.tsv)")
        return
    order, last_shape = order_of(path, _KEY[side])
    followers = [] if order == "none" else list(_followers(path, side, order, last_shape))
    for offset, row in table.rows():
        found: dict[str, list[Row]] = {}
        for name, follower in followers:
            found.setdefault(name, []).extend(follower.take(row.get(_KEY[side], "")))
        place = Origin(source=NAME, file=table.member.name, offset=offset, sha256=_digest(row, found))
        try:
            yield document(side, row, found, place)
        except RecordRefusedError as error:
            yield Unreadable(file=place.file, offset=offset, reason=error.reason)
    reasons = [(path, reason) for reason in _defects(table)]
    if order == "none":
        reasons.append((path, f"is not sorted by {_KEY[side]}, so no other table was joined to it; sort it"))
    for _, follower in followers:
        reasons += [(follower.path, reason) for reason in _troubles(follower)]
    for count, (file, reason) in enumerate(reasons):
        yield Unreadable(file=display(file), offset=table.member.count + count, reason=reason)


def _followers(path: Path, side: str, order: Order, last: tuple[str, int]) -> Iterator[tuple[str, Follower]]:
    for name, sibling in _siblings(path, side):
        if (table := opened(sibling)) is not None:
            yield name, Follower(path=sibling, key=_KEY[side], order=order, main_shape=last, table=table)


def _defects(table: Table) -> Iterator[str]:
    if table.member.failure:
        yield f"{table.member.failure}; what stands after that is missing"
    elif not table.columns:
        yield "is empty"
    if table.broken:
        yield f"{table.broken} rows are not whole and were left out, the first at byte {table.first_broken}"


def _troubles(follower: Follower) -> Iterator[str]:
    follower.finish()
    if follower.fallen:
        yield (
            f"is not sorted by {follower.key} like the main table: {follower.fallen}; its fields are left out"
            " from there on, and may be missing before; sort it and read the main table again"
        )
    yield from _defects(follower.table)


def _siblings(path: Path, side: str) -> Iterator[tuple[str, Path]]:
    """Yield the tables beside the main one that are used, those of the years after each other."""
    try:
        names = sorted(path.parent.iterdir())
    except OSError:
        return
    places = {found: place for found in names if (place := _place(found)) is not None and place.side == side}
    present = {place.table for place in places.values()}
    doubled = {f"{role}_disambiguated" for role in _PAIRS if f"{role}_not_disambiguated" in present}
    for found, place in places.items():
        if place.table in _USED - doubled and found.is_file():
            yield place.table, found


def _digest(row: Row, found: Mapping[str, list[Row]]) -> str:
    return hashlib.sha256(json.dumps([row, found], sort_keys=True).encode()).hexdigest()


def document(side: str, row: Row, found: Mapping[str, list[Row]], origin: Origin) -> Document:
    """Make the record of one row and its siblings'. Raises RecordRefusedError."""
    number, kind = row.get(_KEY[side], "").strip(), row.get("wipo_kind", "").strip()
    key = key_of("US", number, kind)
    if not key:
        raise RecordRefusedError(f"{_KEY[side]} {number[:40]!r} is no number of the office")
    if row.get("withdrawn", "").strip().lower() in ("1", "true"):
        raise RecordRefusedError(f"{key} was withdrawn from issue")
    builder = TextBuilder()
    _text(builder, row, found)
    text, sections, claims = builder.build()
    if not text:
        raise RecordRefusedError(f"{key} has no text")
    filed = row if side == "pg" else next(iter(found.get("application", ())), {})
    serial = filed.get("application_id", "").strip()
    priorities = [*_priorities(found)]
    return Document(
        key=key,
        kind=DocumentKind.PATENT if side == "g" else DocumentKind.APPLICATION,
        text=text,
        sections=sections,
        claims=claims,
        events=tuple(dict.fromkeys(_events(side, key, row, filed, found))),
        classes=tuple(dict.fromkeys(_classes(found))),
        parties=tuple(dict.fromkeys(_parties(found))),
        citations=tuple(dict.fromkeys(_citations(found))),
        language="en",
        country="US",
        work=work_key(serial),
        application=family_key("US", serial, year=_year(filed)) if serial else "",
        priorities=tuple(dict.fromkeys(priorities)),
        origin=origin,
    )


def _ordered(rows: list[Row], name: str) -> list[Row]:
    return sorted(rows, key=lambda row: int(text) if (text := row.get(name, "")[:9]).isdecimal() else 0)


def _text(builder: TextBuilder, row: Row, found: Mapping[str, list[Row]]) -> None:
    builder.section("title")
    builder.paragraph(row.get("patent_title") or row.get("application_title") or "", "title")
    builder.section("abstract")
    abstracts = [row, *found.get("patent_abstract", ()), *found.get("published_application_abstract", ())]
    texts = (entry.get("patent_abstract") or entry.get("application_abstract") or "" for entry in abstracts)
    builder.paragraph(next((text for text in texts if text.strip()), ""), "abstract")
    builder.section("description")
    count = 0
    for name, column in (
        ("brf_sum_text", "summary_text"),
        ("draw_desc_text", "draw_desc_text"),
        ("detail_desc_text", "description_text"),
    ):
        for entry in _ordered(found.get(name, []), "draw_desc_sequence"):
            for part in _BREAK.split(entry.get(column, "")):
                if part.strip():
                    count += 1
                    builder.paragraph(part, f"¶{count:04d}")
    for position, entry in enumerate(_ordered(found.get("claims", []), "claim_sequence"), start=1):
        _claim(builder, entry, position)


def _claim(builder: TextBuilder, row: Row, position: int) -> None:
    printed, text = split_number(row.get("claim_text", ""))
    stated = row.get("claim_number", "").strip().lstrip("0")
    number = int(stated) if stated.isdecimal() and len(stated) < 5 else printed or position  # noqa: PLR2004
    linked = row.get("dependent") or row.get("claim_dependent") or ""
    if text.strip() and not is_cancelled(text):
        builder.claim(number, text, depends_on(text, number, map(int, _NUMBERS.findall(linked))))


def _events(
    side: str, key: str, row: Row, filed: Row, found: Mapping[str, list[Row]]
) -> Iterator[DatedEvent]:
    issued = EventKind.PUBLISHED if side == "pg" or key.startswith(("US-H", "US-T")) else EventKind.GRANTED
    name = "patent_date" if side == "g" else "published_date"
    yield from dated(issued, row.get(name, ""), f"{side}_{_MAIN[side]}/{name}", office="US")
    table = "g_application" if side == "g" else "pg_published_application"
    yield from dated(EventKind.FILED, filed.get("filing_date", ""), f"{table}/filing_date", office="US")
    for entry in found.get("foreign_priority", ()):
        office = entry.get("foreign_country_filed", "").strip()
        source = f"{side}_foreign_priority/filing_date"
        yield from dated(EventKind.PRIORITY, entry.get("filing_date", ""), source, office=office)


def _priorities(found: Mapping[str, list[Row]]) -> Iterator[str]:
    for entry in found.get("foreign_priority", ()):
        country, number = entry.get("foreign_country_filed", ""), entry.get("foreign_application_id", "")
        if key := family_key(country, number, year=_year(entry)):
            yield key


def _year(row: Mapping[str, str]) -> int | None:
    """Return the year of a row's filing date."""
    year = row.get("filing_date", "")[:4]
    return int(year) if year.isdecimal() else None


def _classes(found: Mapping[str, list[Row]]) -> Iterator[Classification]:
    for row in _ordered(found.get("ipc_at_issue", []), "ipc_sequence"):
        parts = (row.get("section", ""), row.get("ipc_class", "").zfill(2), row.get("subclass", ""))
        group, subgroup = row.get("main_group", "").lstrip("0"), row.get("subgroup", "")
        if all(parts) and group and subgroup:
            yield Classification(scheme="IPC", symbol=f"{''.join(parts)}{group}/{subgroup}")
    for row in _ordered(found.get("cpc_current", []), "cpc_sequence"):
        if symbol := "".join((row.get("cpc_group") or row.get("cpc_subclass") or "").split()):
            yield Classification(scheme="CPC", symbol=symbol)
    for row in _ordered(found.get("uspc_at_issue", []), "uspc_sequence"):
        if "/" in (symbol := "".join(row.get("uspc_subclass_id", "").split())):
            yield Classification(scheme="USPC", symbol=symbol)


def _parties(found: Mapping[str, list[Row]]) -> Iterator[Party]:
    for role in ("inventor", "applicant", "assignee"):
        for kind, mark in (("not_disambiguated", "raw"), ("disambiguated", "disambig")):
            for row in _ordered(found.get(f"{role}_{kind}", []), f"{role}_sequence"):
                stem = f"{mark}_{role}"
                person = (f"{stem}_individual_name", f"{stem}_name")
                names = [row.get(f"{one}_{part}", "") for one in person for part in ("first", "last")]
                name = row.get(f"{stem}_organization") or " ".join(part for part in names if part)
                if name.strip():
                    yield Party(role=role, name=" ".join(name.split()))


def _citations(found: Mapping[str, list[Row]]) -> Iterator[Citation]:
    for table, column in (
        ("us_patent_citation", "citation_patent_id"),
        ("us_application_citation", "citation_document_number"),
        ("foreign_citation", "citation_application_id"),
    ):
        for row in _ordered(found.get(table, []), "citation_sequence"):
            country = row.get("citation_country", "") if table == "foreign_citation" else "US"
            parts = {"country": country, "doc-number": row.get(column) or row.get("citation_number", "")}
            parts |= {"kind": row.get("wipo_kind", ""), "name": row.get("record_name", "")}
            text = cited(parts | {"date": row.get("citation_date", "").replace("-", "")})
            key = key_of(country, parts["doc-number"], parts["kind"])
            yield Citation(text=text, key=key, category=row.get("citation_category", ""))
    for row in _ordered(found.get("other_reference", []), "other_reference_sequence"):
        if text := " ".join(row.get("other_reference_text", "").split()):
            yield Citation(text=text)
