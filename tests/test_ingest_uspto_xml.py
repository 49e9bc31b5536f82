"""Grants and applications of the United States office: what is read, what is refused, where a run resumes."""

from __future__ import annotations

import hashlib
import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.documents import Citation, Classification, Document, DocumentKind, EventKind, Party
from ingest.uspto_biblio import key_of, uspc, work_key
from ingest.uspto_xml import UsptoXml
from tests.uspto_sample import (
    BIBLIO,
    BILLION_LAUGHS,
    BODY,
    EXTERNAL_ENTITY,
    HEAD,
    application,
    grant,
    keys,
    offsets,
    one,
    read,
    reasons,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_a_grant_is_read_with_its_text_in_order(tmp_path: Path) -> None:
    document = one(write(tmp_path / "g.xml", grant()))
    assert document.key == "US-9123456-B2"
    assert (document.kind, document.language, document.country) == (DocumentKind.PATENT, "en", "US")
    assert document.title == "Valve with a warm seat"
    assert document.abstract == "A seat warms a valve to 10^2 degrees."
    places = [(p.anchor, document.text[p.start : p.end]) for s in document.sections for p in s.paragraphs]
    assert places[2:] == [
        ("¶0001", "Seats of H2O valves, see FIG. 1, freeze."),
        ("¶0002", "FIG. 1 shows a seat;"),
        ("¶0003", "Parts:"),
        ("¶0004", "1 body"),
        ("¶0005", "2 seat"),
        ("¶0003", "all made of [formula] grams."),
        ("¶0006", "bar | drops\n2.0 | 0.4"),
        ("claim 1", "A valve, comprising:\na body; and\na seat that is warmed."),
        ("claim 2", "The valve of claim 1, wherein the seat is steel."),
        ("claim 4", "A pump with a valve according to one of claims 1 to 2."),
    ]
    assert [section.heading for section in document.sections] == ["", "", "BACKGROUND", "DRAWINGS", ""]


def test_claims_know_their_numbers_and_what_they_depend_on(tmp_path: Path) -> None:
    document = one(write(tmp_path / "g.xml", grant()))
    assert [(claim.number, claim.depends_on) for claim in document.claims] == [
        (1, ()),
        (2, (1,)),
        (4, (1, 2)),
    ]
    assert document.text[document.claims[1].start : document.claims[1].end].startswith("The valve of claim 1")


def test_dates_become_events_and_an_impossible_one_costs_only_itself(tmp_path: Path) -> None:
    document = one(write(tmp_path / "g.xml", grant()))
    assert [(event.kind, str(event.when), event.confidence) for event in document.events] == [
        (EventKind.GRANTED, "2015-09-01", "high"),
        (EventKind.FILED, "2014-03-10", "high"),
        (EventKind.PRIORITY, "2013-03-01/2013-03-31", "high"),
        (EventKind.PRIORITY, "2012-01-02", "medium"),
        (EventKind.RELATED_PUBLISHED, "2013-12-03", "high"),
        (EventKind.PRIORITY, "2011-03-04", "medium"),
        (EventKind.RELATED_PUBLISHED, "2014-07-17", "high"),
    ]


def test_the_front_page_is_read(tmp_path: Path) -> None:
    document = one(write(tmp_path / "g.xml", grant()))
    assert document.classes == (
        Classification(scheme="IPC", symbol="F16K1/32"),
        Classification(scheme="CPC", symbol="F16K1/32"),
        Classification(scheme="USPC", symbol="137/16.01"),
        Classification(scheme="USPC", symbol="4/570"),
    )
    assert document.parties == (
        Party(role="inventor", name="Ann Moss", country="GB"),
        Party(role="applicant", name="Seats Ltd", country="GB"),
        Party(role="assignee", name="Seats Ltd", country="GB"),
    )
    assert document.citations == (
        Citation(text="US 3462862 A Turner, 1969-08", key="US-3462862-A", category="cited by examiner"),
        Citation(text="WO WO 2004/055280 A1, 2004-07", key="WO-2004055280-A1", category="cited by applicant"),
        Citation(text="Miller, Seats, 2001.", category="cited by applicant"),
    )


def test_an_application_and_its_grant_are_one_work_with_two_kinds_of_day(tmp_path: Path) -> None:
    published = one(write(tmp_path / "a.xml", application()))
    granted = one(write(tmp_path / "g.xml", grant()))
    assert published.key == "US-20140200001-A1"
    assert published.kind is DocumentKind.APPLICATION
    assert published.work == granted.work == "US-appl-14/123456"
    assert [published.events[0].kind, granted.events[0].kind] == [EventKind.PUBLISHED, EventKind.GRANTED]


@pytest.mark.parametrize(
    ("number", "kind", "key"),
    [
        ("D0612345", "S1", "US-D612345-S1"),
        ("PP020123", "P2", "US-PP20123-P2"),
        ("RE041234", "E1", "US-RE41234-E1"),
        ("H0002234", "H1", "US-H2234-H1"),
        ("11234567", "B1", "US-11234567-B1"),
    ],
)
def test_designs_plants_reissues_and_registrations_have_keys_as_others_cite_them(
    tmp_path: Path, number: str, kind: str, key: str
) -> None:
    document = one(write(tmp_path / "g.xml", grant(number, kind)))
    assert document.key == key
    public = EventKind.PUBLISHED if kind == "H1" else EventKind.GRANTED
    assert document.events[0].kind is public


def test_text_deleted_by_a_reissue_is_left_out(tmp_path: Path) -> None:
    body = BODY.replace("Seats of", '<?delete-start id="D1"?>Old seats of<?delete-end id="D1"?>New seats of')
    document = one(write(tmp_path / "g.xml", grant("RE041234", "E1", body=body)))
    assert "New seats of H2O" in document.text
    assert "Old seats" not in document.text


def test_a_broken_document_in_the_middle_costs_only_itself(tmp_path: Path) -> None:
    broken = grant("09000002").replace("</claims>", "</claim>")
    items = read(write(tmp_path / "g.xml", grant("09000001"), broken, grant("09000003")))
    assert keys(items) == ["US-9000001-B2", "US-9000003-B2"]
    (reason,) = reasons(items)
    assert reason.startswith("not well-formed")
    assert offsets(items) == [0, len(grant()), len(grant()) + len(broken)]


@pytest.mark.parametrize("trick", [BILLION_LAUGHS, EXTERNAL_ENTITY])
def test_entity_declarations_are_refused_and_the_stream_goes_on(tmp_path: Path, trick: str) -> None:
    body = BODY.replace("Seats of", "&c; of")
    hostile = grant("09000002", head=HEAD + trick, body=body)
    items = read(write(tmp_path / "g.xml", grant(), hostile, grant("09000003")))
    assert keys(items) == ["US-9123456-B2", "US-9000003-B2"]
    assert reasons(items) == ["declares entities; refused"]


def test_sequence_listings_and_strange_documents_are_named(tmp_path: Path) -> None:
    others = (
        f"{HEAD}<sequence-cwu id='S'><number-of-sequences>4</number-of-sequences></sequence-cwu>\n",
        f"{HEAD}<shopping-list/>\n",
    )
    items = read(write(tmp_path / "g.xml", grant(), *others, grant("09000003")))
    assert keys(items) == ["US-9123456-B2", "US-9000003-B2"]
    sequence, other = reasons(items)
    assert sequence.startswith("sequence listing")
    assert "shopping-list" in other


@pytest.mark.parametrize(
    ("between", "reason"),
    [
        ("\0\0\0", []),
        ("\x1a\r\n", []),
        ("\ufeff\n", []),
        ("a stray line\n", ["not XML: 12 bytes without a root element"]),
    ],
)
def test_what_stands_between_documents_never_costs_one(
    tmp_path: Path, between: str, reason: list[str]
) -> None:
    path = write(tmp_path / "g.xml", grant("09000001"), between, grant("09000003"), between)
    items = read(path)
    assert keys(items) == ["US-9000001-B2", "US-9000003-B2"]
    assert reasons(items) == reason * 2
    assert all(one < other for one, other in pairwise(offsets(items)))


def test_documents_glued_without_a_declaration_are_read_each_at_its_own_offset(tmp_path: Path) -> None:
    bare = grant("09000002", head='<!DOCTYPE us-patent-grant SYSTEM "x.dtd" [ ]>\n')
    path = write(tmp_path / "g.xml", grant("09000001"), bare, grant("09000003"))
    items = read(path)
    assert keys(items) == ["US-9000001-B2", "US-9000002-B2", "US-9000003-B2"]
    assert offsets(items) == [0, len(grant()), len(grant()) + len(bare)]
    assert read(path, offsets(items)[0]) == items[1:]


@pytest.mark.parametrize(
    "broken",
    [
        grant("09000002").replace("Seats of", "<![CDATA[ <?xml version='1.0'?> ]]>Seats of"),
        grant("09000002").replace("Seats of", "<!-- <?xml version='1.0'?> -->Seats of"),
        grant("09000002").replace("Seats of", "<![CDATA[ Seats of"),
        grant("09000002").replace("<abstract", "<!-- <abstract"),
        grant("09000002").replace("Seats of", "Seats\0of"),
        grant("09000002").replace("Seats of", "&#0; of"),
        grant("09000002")[:-300] + '<p attr="',
        grant("09000002", body=BODY.replace("Seats of", "<b>" * 2000 + "Seats of")),
    ],
)
def test_neighbours_of_a_broken_document_are_read_whatever_broke_it(tmp_path: Path, broken: str) -> None:
    items = read(write(tmp_path / "g.xml", grant("09000001"), broken, grant("09000003")))
    assert keys(items) == ["US-9000001-B2", "US-9000003-B2"]
    assert reasons(items)
    assert len(grant()) in offsets(items)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_told_apart_from_a_file_of_something_else(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "g.xml"
    path.write_bytes(grant().encode(encoding))
    assert UsptoXml().recognises(path) or encoding == "utf-16-be"
    assert reasons(read(path)) == ["encoding: UTF-16, which is not read; convert it to UTF-8"]


def test_an_encoding_that_is_not_the_declared_one_is_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "g.xml"
    wrong = grant("09000002").replace("Turner", "Türner").encode("latin-1")
    hidden = grant("09000004").replace("UTF-8", "UTF-7").encode()
    path.write_bytes(wrong + hidden + grant().encode())
    items = read(path)
    assert keys(items) == ["US-9123456-B2"]
    assert [reason.partition(":")[0] for reason in reasons(items)] == ["encoding", "encoding"]


def test_documents_glued_without_a_line_break_are_still_cut(tmp_path: Path) -> None:
    items = read(write(tmp_path / "g.xml", "\ufeff", grant().rstrip(), "\ufeff" + grant("09000003").rstrip()))
    assert keys(items) == ["US-9123456-B2", "US-9000003-B2"]


def test_a_document_without_number_or_text_is_a_reason(tmp_path: Path) -> None:
    nameless = grant().replace("<doc-number>09123456</doc-number>", "")
    empty = f"{HEAD}<us-patent-grant>{BIBLIO.replace('Valve with a <i>warm</i> seat', '')}</us-patent-grant>"
    assert reasons(read(write(tmp_path / "g.xml", nameless, empty))) == [
        "it has no publication number",
        "US-9123456-B2 has no text",
    ]


def test_the_digest_of_the_origin_is_that_of_the_bytes_at_its_offset(tmp_path: Path) -> None:
    path = write(tmp_path / "g.xml", grant(), grant("09000003"))
    data = path.read_bytes()
    for item in read(path):
        assert isinstance(item, Document)
        raw = data[item.origin.offset : item.origin.offset + len(grant())].strip()
        assert item.origin.sha256 == hashlib.sha256(raw).hexdigest()


def test_the_xml_members_of_an_archive_are_read_and_named(tmp_path: Path) -> None:
    path = tmp_path / "week.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", grant("09000001") + grant("09000002"))
        archive.writestr("readme.txt", "no")
        archive.writestr("b/b.XML", grant("09000003"))
    items = read(path)
    assert [item.origin.file for item in items if isinstance(item, Document)] == [
        f"{path}!a.xml",
        f"{path}!a.xml",
        f"{path}!b/b.XML",
    ]
    assert UsptoXml().measure(path) == len(grant()) * 3
    assert all(one < other for one, other in pairwise(offsets(items)))


@pytest.mark.parametrize(
    ("content", "suffix", "words"),
    [(b"", ".xml", "is empty"), (b"", ".zip", "is empty"), (b"no archive", ".zip", "is not a zip archive")],
)
def test_a_file_with_nothing_in_it_is_one_reason(
    tmp_path: Path, content: bytes, suffix: str, words: str
) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    assert UsptoXml().recognises(path)
    (reason,) = reasons(read(path))
    assert words in reason


def test_an_archive_without_xml_is_one_reason(tmp_path: Path) -> None:
    path = tmp_path / "old.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pftaps.txt", "PATN")
    assert reasons(read(path)) == [
        "the archive holds no XML file (text files of 1976 to 2001 are read by 'uspto-aps')"
    ]


GLUED = [
    grant("09000001"),
    f"{HEAD}<sequence-cwu/>\n",
    grant("09000002").replace("</claims>", ""),
    application(),
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(-1, 2 * sum(map(len, GLUED)) + 20), st.sampled_from(["xml", "zip", "cut"]))
def test_reading_after_an_offset_gives_exactly_the_tail(tmp_path: Path, after: int, form: str) -> None:
    path = tmp_path / f"glued.{'xml' if form == 'xml' else 'zip'}"
    if form == "xml":
        write(path, *GLUED, *GLUED)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("one.xml", "".join(GLUED))
            archive.writestr("two.xml", "".join(GLUED))
    if form == "cut":
        path.write_bytes(path.read_bytes()[:-900])
    whole = read(path)
    assert len(whole) >= 5
    assert all(one < other for one, other in pairwise(offsets(whole)))
    tail = [item for item, offset in zip(whole, offsets(whole), strict=True) if offset > after]
    assert read(path, after) == tail


def test_a_parent_known_only_by_its_international_filing_is_a_priority(tmp_path: Path) -> None:
    dated = "<doc-number>13000001</doc-number><date>20120102</date></document-id>"
    abroad = """<doc-number>13000001</doc-number></document-id><parent-pct-document><document-id>
<country>WO</country><doc-number>PCT/JP01/1</doc-number><date>20010705</date></document-id></parent-pct-document>"""
    document = one(write(tmp_path / "g.xml", grant().replace(dated, abroad)))
    assert str(document.filed) == "2001-07-05"


def test_a_range_of_cancelled_claims_is_no_claim(tmp_path: Path) -> None:
    gone = '<claim id="CLM-01-18" num="01-18"><claim-text><b>1</b>-<b>3</b>. (canceled)</claim-text></claim>'
    body = BODY[: BODY.index("<claim id")] + gone + BODY[BODY.index('<claim id="CLM-00004"') :]
    document = one(write(tmp_path / "g.xml", grant(body=body)))
    assert [claim.anchor for claim in document.claims] == ["claim 4"]


def test_small_parts_of_numbers_and_classes() -> None:
    assert key_of("US", "2004/0012345", "A1") == "US-20040012345-A1"
    assert key_of("DE", "102 60 211", "A1") == "DE-10260211-A1"
    assert key_of("US", "5,123,456", "A") == "US-5123456-A"
    assert key_of("US", "5123456", "") == "US-5123456"
    assert key_of("US", "none", "A1") == ""
    assert [key_of("US", *cited) for cited in (("D353547", "S"), ("RE37123", "E"), ("H1234", "H"))] == [
        "US-D353547-S1",
        "US-RE37123-E1",
        "US-H1234-H1",
    ]
    assert key_of("JP", "D1234", "S") == "JP-D1234-S"
    assert uspc("623001160") == "623/1.16"
    assert work_key("29/379,369") == "US-appl-29/379369"
    assert work_key("PCT/EP03/1") == "US-appl-PCTEP031"
    assert [uspc(text) for text in ("D 2879", "002227000", "PLT156", "None", "")] == [
        "D2/879",
        "2/227",
        "PLT/156",
        "",
        "",
    ]


def test_a_document_knows_its_application_those_it_claims_and_where_its_days_were_counted(
    tmp_path: Path,
) -> None:
    document = one(write(tmp_path / "g.xml", grant()))
    assert document.application == "US-appl-14/123456"
    assert {"US-appl-61/000001", "US-appl-13/000001"} < set(document.priorities)
    assert len(document.priorities) == 4
    assert [(event.kind, event.zone) for event in document.events][:4] == [
        (EventKind.GRANTED, "America/New_York"),
        (EventKind.FILED, "America/New_York"),
        (EventKind.PRIORITY, "Europe/Berlin"),
        (EventKind.PRIORITY, "America/New_York"),
    ]


def test_an_international_filing_is_a_priority_whose_day_has_no_zone(tmp_path: Path) -> None:
    abroad = """<pct-or-regional-filing-data><document-id><country>WO</country>
<doc-number>PCT/IB2012/050001</doc-number><date>20120203</date></document-id></pct-or-regional-filing-data>"""
    text = grant().replace("<us-parties>", f"{abroad}<us-parties>")
    document = one(write(tmp_path / "g.xml", text))
    assert "PCT-appl-IB2012/050001" in document.priorities
    (filed,) = (event for event in document.events if event.source.endswith("pct-or-regional-filing-data"))
    assert (filed.kind, filed.zone) == (EventKind.FILED, "")
