"""JSON lines: the interchange is lossless, the simple form is forgiving, a bad line costs itself."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import jsonl
from ingest.builder import FieldName, TextBuilder
from ingest.documents import (
    Citation,
    Classification,
    DatedEvent,
    DayInterval,
    Document,
    DocumentKind,
    EventKind,
    Origin,
    Party,
    Unreadable,
)
from ingest.errors import LineRefusedError
from ingest.jsonl import JsonLines, read_line, write_line

if TYPE_CHECKING:
    from pathlib import Path

LINES = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40)
NAMES = LINES.filter(str.strip)
FIELDS: st.SearchStrategy[FieldName] = st.sampled_from(["title", "abstract", "description"])


@st.composite
def documents(draw: st.DrawFn) -> Document:
    builder = TextBuilder()
    for field, words in draw(st.lists(st.tuples(FIELDS, LINES), max_size=5)):
        builder.section(field, draw(LINES))
        builder.paragraph(words, draw(LINES))
    for number, words in enumerate(draw(st.lists(LINES, max_size=4)), start=1):
        builder.claim(number, words, range(1, number))
    text, sections, claims = builder.build()
    days = st.dates(min_value=date(1800, 1, 1)).map(lambda day: DayInterval(earliest=day, latest=day))
    return Document(
        key=draw(NAMES),
        kind=draw(st.sampled_from(DocumentKind)),
        text=text,
        sections=sections,
        claims=claims,
        events=tuple(
            DatedEvent(
                kind=draw(st.sampled_from(EventKind)), when=draw(days), source=draw(LINES), confidence="low"
            )
            for _ in range(draw(st.integers(0, 3)))
        ),
        classes=(Classification(scheme=draw(LINES), symbol=draw(LINES)),),
        parties=(Party(role="author", name=draw(LINES), country=draw(LINES)),),
        citations=(Citation(text=draw(LINES), key=draw(LINES), category=draw(LINES)),),
        language=draw(LINES),
        country=draw(LINES),
        work=draw(LINES),
        origin=Origin(
            source=draw(LINES), file=draw(LINES), offset=draw(st.integers(0, 2**60)), sha256=draw(LINES)
        ),
    )


@settings(deadline=None)
@given(documents())
def test_an_interchange_line_reads_back_as_the_same_document_and_the_same_bytes(document: Document) -> None:
    line = write_line(document)
    assert read_line(line) == document
    assert write_line(read_line(line)) == line
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")


@settings(deadline=None)
@given(documents())
def test_the_same_json_spaced_otherwise_reads_back_as_well(document: Document) -> None:
    assert read_line(json.dumps(json.loads(write_line(document)), indent=1).encode()) == document


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(documents(), min_size=1, max_size=4))
def test_a_file_of_interchange_lines_keeps_everything_but_says_where_it_stands_itself(
    tmp_path: Path, several: list[Document]
) -> None:
    path = tmp_path / "corpus.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(map(write_line, several))))
    found = list(JsonLines().read(path))
    assert [item.digest for item in found if isinstance(item, Document)] == [item.digest for item in several]
    offset = 0
    for item, document in zip(found, several, strict=True):
        assert isinstance(item, Document)
        assert (item.origin.source, item.origin.file, item.origin.offset) == ("jsonl", str(path), offset)
        offset += len(write_line(document))


def sample() -> Document:
    builder = TextBuilder()
    builder.section("title")
    builder.paragraph("A lid", "title")
    builder.claim(1, "A lid.")
    text, sections, claims = builder.build()
    return Document(key="X-1", kind=DocumentKind.REPORT, text=text, sections=sections, claims=claims)


def test_offsets_outside_the_text_are_not_believed() -> None:
    document = sample()
    moved = replace(document, claims=(replace(document.claims[0], end=400),))
    crossed = replace(document, sections=(replace(document.sections[0], end=2),))
    decomposed = replace(document, text=document.text[:-1] + "e\u0301")
    for hostile in (moved, crossed, decomposed, replace(document, key=" ")):
        with pytest.raises(LineRefusedError, match=r"offset|normalised"):
            read_line(write_line(hostile))


@pytest.mark.parametrize("line", [b"{}", b"[]", b'{"format":"antedate-document/1","key":"X"}', b"no"])
def test_a_line_of_something_else_is_refused(line: bytes) -> None:
    with pytest.raises(LineRefusedError, match="this line was not read"):
        read_line(line)


def read(path: Path, *records: object, after: int = -1) -> list[Document | Unreadable]:
    lines = (record if isinstance(record, bytes) else json.dumps(record).encode() for record in records)
    path.write_bytes(b"\n".join(lines))
    return list(JsonLines().read(path, after=after))


def one(path: Path, record: object) -> Document:
    (item,) = (item for item in read(path, record) if isinstance(item, Document))
    return item


GOOD = {"id": "x", "title": "A lid"}
PATENT = {
    "id": "US9123456",
    "kind": "patent",
    "kind_code": "B2",
    "title": "A  lid",
    "abstract": "It closes.",
    "claims": [
        "1. A lid.",
        "2. The lid of claim 1.",
        "The lid according to any of claims 1 to 2.",
        "7. A pot.",
    ],
    "description": "BACKGROUND\n[0012] Pots are open.\n\nLids are lost.\n## Summary\nFound.",
    "date": "2015-09-01",
    "filing_date": "2014-03-10",
    "priority_date": "2013-02-31",
    "inventors": ["Ann Moss", {"name": "Bo Reed", "country": "GB"}],
    "assignee": "Lids and Pots Ltd",
    "cpc": ["A47J 36/06"],
    "cites": ["US1", {"id": "US2", "cat": "examiner"}],
    "npl_cites": ["Miller 2001"],
    "language": "EN",
}


def test_a_simple_patent_is_read_whole(tmp_path: Path) -> None:
    document = one(tmp_path / "a.jsonl", PATENT)
    assert (document.key, document.kind, document.country) == ("US-9123456-B2", DocumentKind.PATENT, "US")
    assert (document.title, document.abstract, document.language) == ("A lid", "It closes.", "en")
    assert [(claim.number, claim.depends_on) for claim in document.claims] == [
        (1, ()),
        (2, (1,)),
        (3, (1, 2)),
        (7, ()),
    ]
    assert [document.text[claim.start : claim.end] for claim in document.claims][1] == "The lid of claim 1."
    places = [
        (s.heading, p.anchor) for s in document.sections if s.field == "description" for p in s.paragraphs
    ]
    assert places == [("BACKGROUND", "¶0012"), ("BACKGROUND", "¶2"), ("Summary", "¶3")]
    assert [(event.kind, str(event.when), event.source) for event in document.events] == [
        (EventKind.GRANTED, "2015-09-01", "jsonl/date"),
        (EventKind.FILED, "2014-03-10", "jsonl/filing_date"),
    ]
    assert document.classes == (Classification(scheme="CPC", symbol="A47J36/06"),)
    assert [(party.role, party.name) for party in document.parties] == [
        ("inventor", "Ann Moss"),
        ("inventor", "Bo Reed"),
        ("assignee", "Lids and Pots Ltd"),
    ]
    assert document.citations == (
        Citation(text="US1", key="US1"),
        Citation(text="US2", key="US2", category="examiner"),
        Citation(text="Miller 2001"),
    )


@pytest.mark.parametrize(
    ("stated", "code", "kind"),
    [
        ("rfc", "", DocumentKind.STANDARD),
        ("tech_proposal", "", DocumentKind.STANDARD),
        ("defensive_publication", "", DocumentKind.DISCLOSURE),
        ("Paper", "", DocumentKind.PAPER),
        ("template", "", DocumentKind.REPORT),
        ("", "", DocumentKind.REPORT),
        ("patent", "B1", DocumentKind.PATENT),
        ("patent", "A1", DocumentKind.APPLICATION),
    ],
)
def test_kinds_are_mapped_to_ours(tmp_path: Path, stated: str, code: str, kind: DocumentKind) -> None:
    record = {"id": "US123456789", "kind": stated, "kind_code": code, "title": "A lid"}
    assert one(tmp_path / "a.jsonl", record).kind is kind


def test_an_eleven_digit_number_is_an_application_and_a_filing_date_is_no_public_date(tmp_path: Path) -> None:
    record = {"id": "US20130210636", "kind": "patent", "title": "A lid", "filing_date": "2012-02-14"}
    document = one(tmp_path / "a.jsonl", record)
    assert (document.key, document.kind) == ("US20130210636", DocumentKind.APPLICATION)
    assert document.published == DayInterval.parse("2013")  # what the number tells, and no filing date
    assert document.filed == DayInterval.parse("2012-02-14")


def test_an_archived_copy_and_an_index_are_upper_bounds_and_a_posting_is_a_day(tmp_path: Path) -> None:
    page = {"id": "x", "title": "A lid", "archived": "2025-05-01"}
    document = one(tmp_path / "a.jsonl", page)
    assert [(e.kind, str(e.when)) for e in document.events] == [(EventKind.ARCHIVED, "../2025-05-01")]
    assert str(document.published) == "../2025-05-01"
    posted = one(tmp_path / "a.jsonl", {**page, "posted": "2025-04-03", "indexed": "2025-06-02"})
    assert str(posted.published) == "2025-04-03"
    yearly = one(tmp_path / "a.jsonl", {"id": "x", "title": "A lid", "date": "2025"})
    assert [e.kind for e in yearly.events] == [EventKind.YEAR_ONLY]


@pytest.mark.parametrize("stated", ["", None, "16-Oct-199", "2020-13-01", 7, [], "9999-99-99"])
def test_a_date_that_is_none_costs_only_the_event_and_is_said(tmp_path: Path, stated: object) -> None:
    path = tmp_path / "a.jsonl"
    line = {"id": "x", "title": "A lid", "date": stated}
    document, *rest = read(path, GOOD, line, GOOD)[1:]
    assert isinstance(document, Document)
    assert document.events == ()
    reasons = [item.reason for item in rest if isinstance(item, Unreadable)]
    if stated and not isinstance(stated, list):
        assert reasons == [f"x read in part: date {str(stated)!r} not understood as a date; write YYYY-MM-DD"]
        assert list(JsonLines().read(path, after=document.origin.offset)) == rest
    else:
        assert reasons == []


def test_beir_lines_are_read_and_a_long_text_is_a_description(tmp_path: Path) -> None:
    short = one(tmp_path / "a.jsonl", {"_id": "7", "title": "A lid", "text": "It closes."})
    long = one(tmp_path / "b.jsonl", {"_id": 8, "title": "", "text": "It closes. " * 1000})
    assert (short.key, short.title, short.abstract) == ("7", "A lid", "It closes.")
    assert (long.key, long.abstract, long.sections[-1].field) == ("8", "", "description")


def test_names_in_one_text_are_parted_for_people_and_not_for_organisations(tmp_path: Path) -> None:
    record = {
        "id": "x",
        "title": "A lid",
        "authors": "Ann Moss; Bo Reed and C. Day",
        "assignee": "Pots and Lids",
    }
    assert [party.name for party in one(tmp_path / "a.jsonl", record).parties] == [
        "Ann Moss",
        "Bo Reed",
        "C. Day",
        "Pots and Lids",
    ]


def test_classes_may_name_their_scheme_or_be_recognised(tmp_path: Path) -> None:
    record = {
        "id": "x",
        "title": "A lid",
        "classes": ["IPC:A47J36/06", "B65D 1/02", "kitchen"],
        "cats": "cs.RO math.CO",
    }
    assert one(tmp_path / "a.jsonl", record).classes == (
        Classification(scheme="IPC", symbol="A47J36/06"),
        Classification(scheme="CPC", symbol="B65D1/02"),
        Classification(scheme="", symbol="kitchen"),
        Classification(scheme="arXiv", symbol="cs.RO"),
        Classification(scheme="arXiv", symbol="math.CO"),
    )


BAD = [
    (b"{", "not JSON"),
    (b"[1]", "a JSON list"),
    (b"[" * 100_000, "not JSON"),
    (b'{"id": "\xff"}', "encoding"),
    (b'{"title": "A lid"}', "it has no id"),
    (b'{"id": "x", "title": 7.5}', "no text"),
    (b'{"id": "x"}', "x: it has no text"),
    (b'{"format":"antedate-document/1","key":3}', "not a document of format"),
]


@pytest.mark.parametrize(("line", "words"), BAD)
def test_a_bad_line_costs_only_itself(tmp_path: Path, line: bytes, words: str) -> None:
    first, bad, last = read(tmp_path / "a.jsonl", GOOD, line, GOOD)
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert isinstance(bad, Unreadable)
    assert words in bad.reason
    assert bad.offset == len(json.dumps(GOOD)) + 1


@pytest.mark.parametrize(
    ("stated", "kind", "country"),
    [
        ({"id": "US7640598"}, DocumentKind.PATENT, "US"),
        ({"id": "USD612345"}, DocumentKind.PATENT, "US"),
        ({"id": "US-7640598-B2"}, DocumentKind.PATENT, "US"),
        ({"id": "US-20130210636-A1"}, DocumentKind.APPLICATION, "US"),
        ({"id": "US20130210636"}, DocumentKind.APPLICATION, "US"),
        ({"id": "US7640598", "kind": "patent", "country": "JP"}, DocumentKind.PATENT, "US"),
        ({"id": "EP1234567", "kind": "patent"}, DocumentKind.PATENT, "EP"),
        ({"id": "US7640598", "kind": "paper"}, DocumentKind.PAPER, ""),
        ({"id": "RFC1"}, DocumentKind.STANDARD, ""),
        ({"id": "MED-10", "country": "de"}, DocumentKind.REPORT, "DE"),
    ],
)
def test_a_number_says_what_the_record_does_not(
    tmp_path: Path, stated: dict[str, str], kind: DocumentKind, country: str
) -> None:
    line = {**stated, "title": "A lid", "metadata": {"date": "2009-03-26"}}
    document = one(tmp_path / "a.jsonl", line)
    assert (document.kind, document.country) == (kind, country)
    assert all(event.kind is EventKind.INFERRED for event in document.events)


def test_lone_surrogates_do_not_survive(tmp_path: Path) -> None:
    document = one(
        tmp_path / "a.jsonl", b'{"id": "x\\ud800", "title": "A \\udfff lid", "authors": ["\\ud801"]}'
    )
    assert (document.key, document.title) == ("x\ufffd", "A \ufffd lid")
    assert write_line(document)


def test_a_line_past_the_limit_is_a_reason_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "LINE_LIMIT", 100)
    first, long, last = read(tmp_path / "a.jsonl", GOOD, b"x" * 5000, GOOD)
    assert isinstance(first, Document)
    assert isinstance(long, Unreadable)
    assert isinstance(last, Document)
    assert last.origin.offset == len(json.dumps(GOOD)) + 1 + 5001


def test_a_truncated_archive_gives_what_was_whole_and_one_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    records = (json.dumps({"id": str(number), "title": f"Lid {number * 7919}"}) for number in range(5000))
    path.write_bytes(gzip.compress("\n".join(records).encode())[:-3000])
    *documents, last = JsonLines().read(path)
    assert len(documents) > 1000
    assert isinstance(last, Unreadable)
    assert "ends early or is damaged" in last.reason


@pytest.mark.parametrize(
    ("name", "content"), [("a.jsonl", b""), ("a.jsonl.gz", gzip.compress(b"", mtime=0)), ("b.jsonl.gz", b"x")]
)
def test_a_file_with_nothing_in_it_is_one_reason(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    (item,) = JsonLines().read(tmp_path / name)
    assert isinstance(item, Unreadable)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(-1, 700))
def test_reading_after_an_offset_gives_exactly_the_tail(tmp_path: Path, after: int) -> None:
    records = [*(line for line, _ in BAD if len(line) < 100), GOOD, b"", b"  ", PATENT, GOOD]
    whole = read(tmp_path / "a.jsonl", *records)
    offsets = [item.origin.offset if isinstance(item, Document) else item.offset for item in whole]
    assert all(one < other for one, other in pairwise(offsets))
    tail = [item for item, offset in zip(whole, offsets, strict=True) if offset > after]
    assert list(JsonLines().read(tmp_path / "a.jsonl", after=after)) == tail


def test_the_measure_is_the_unit_of_the_offsets(tmp_path: Path) -> None:
    data = b"".join(json.dumps({"id": str(n), "title": "A lid"}).encode() + b"\n" for n in range(100))
    (tmp_path / "a.jsonl").write_bytes(data)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(data))
    assert [JsonLines().measure(tmp_path / name) for name in ("a.jsonl", "a.jsonl.gz", "no")] == [
        len(data),
        len(data),
        0,
    ]
