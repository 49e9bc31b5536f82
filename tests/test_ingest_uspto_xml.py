"""Grants and applications of the United States office: what is read, what is refused, where a run resumes."""

from __future__ import annotations

import hashlib
import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.documents import Citation, Classification, Document, DocumentKind, EventKind, Party, Unreadable
from ingest.uspto_biblio import key_of, uspc, work_key
from ingest.uspto_xml import UsptoXml

if TYPE_CHECKING:
    from pathlib import Path

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
GRANT_TYPE = '<!DOCTYPE us-patent-grant SYSTEM "us-patent-grant-v45-2014-04-03.dtd" [ ]>\n'
BILLION_LAUGHS = (
    '<!DOCTYPE us-patent-grant [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>\n'
)
EXTERNAL_ENTITY = '<!DOCTYPE us-patent-grant [<!ENTITY c SYSTEM "file:///etc/passwd">]>\n'

BIBLIO = """<us-bibliographic-data-grant>
<publication-reference><document-id><country>US</country><doc-number>09123456</doc-number><kind>B2</kind>
<date>20150901</date></document-id></publication-reference>
<application-reference appl-type="utility"><document-id><country>US</country><doc-number>14123456</doc-number>
<date>20140310</date></document-id></application-reference>
<priority-claims>
<priority-claim sequence="01" kind="national"><country>DE</country><doc-number>10 2013</doc-number>
<date>20130300</date></priority-claim>
<priority-claim sequence="02" kind="national"><country>JP</country><doc-number>1</doc-number>
<date>20130231</date></priority-claim></priority-claims>
<classifications-ipcr><classification-ipcr><section>F</section><class>16</class><subclass>K</subclass>
<main-group>1</main-group><subgroup>32</subgroup></classification-ipcr></classifications-ipcr>
<classifications-cpc><main-cpc><classification-cpc><section>F</section><class>16</class><subclass>K</subclass>
<main-group>1</main-group><subgroup>32</subgroup></classification-cpc></main-cpc>
<further-cpc><classification-cpc><section>F</section><class>16</class><subclass>K</subclass>
<main-group>1</main-group><subgroup>32</subgroup></classification-cpc></further-cpc></classifications-cpc>
<classification-national><country>US</country><main-classification>137 1601</main-classification>
<further-classification>  4570</further-classification></classification-national>
<invention-title id="d2e53">Valve with a <i>warm</i> seat</invention-title>
<us-references-cited>
<us-citation><patcit num="00001"><document-id><country>US</country><doc-number>3462862</doc-number>
<kind>A </kind><name>Turner</name><date>19690800</date></document-id></patcit>
<category>cited by examiner</category></us-citation>
<us-citation><patcit num="00002"><document-id><country>WO</country><doc-number>WO 2004/055280</doc-number>
<kind>A1</kind><date>20040700</date></document-id></patcit>
<category>cited by applicant</category></us-citation>
<us-citation><nplcit num="00003"><othercit>Miller, <i>Seats</i>, 2001.</othercit></nplcit>
<category>cited by applicant</category></us-citation></us-references-cited>
<us-related-documents>
<continuation-in-part><relation><parent-doc><document-id><country>US</country>
<doc-number>13000001</doc-number><date>20120102</date></document-id>
<parent-grant-document><document-id><country>US</country><doc-number>8000001</doc-number><date>20131203</date>
</document-id></parent-grant-document></parent-doc></relation></continuation-in-part>
<us-provisional-application><document-id><country>US</country><doc-number>61000001</doc-number>
<date>20110304</date></document-id></us-provisional-application>
<related-publication><document-id><country>US</country><doc-number>20140200001</doc-number><kind>A1</kind>
<date>20140717</date></document-id></related-publication></us-related-documents>
<us-parties><us-applicants><us-applicant app-type="applicant"><addressbook><orgname>Seats Ltd</orgname>
<address><country>GB</country></address></addressbook></us-applicant></us-applicants>
<inventors><inventor><addressbook><last-name>Moss</last-name><first-name>Ann</first-name>
<address><country>GB</country></address></addressbook></inventor></inventors></us-parties>
<assignees><assignee><addressbook><orgname>Seats Ltd</orgname><role>03</role>
<address><country>GB</country></address></addressbook></assignee></assignees>
</us-bibliographic-data-grant>"""

BODY = """<abstract id="abstract"><p id="p-0001" num="0000">A seat warms a
valve to 10<sup>2</sup> degrees.</p></abstract>
<description id="description"><?BRFSUM description="Brief Summary" end="lead"?>
<heading id="h-1" level="1">BACKGROUND</heading>
<p id="p-0002" num="0001">Seats of H<sub>2</sub>O valves, see
<figref idref="f1">FIG. <b>1</b></figref>, freeze.</p>
<description-of-drawings><heading id="h-2" level="1">DRAWINGS</heading>
<p id="p-0003" num="0002"><figref idref="f1">FIG. 1</figref> shows a seat;</p></description-of-drawings>
<p id="p-0004" num="0003">Parts: <ul><li id="l1" num="0004">1 body</li>
<li id="l2" num="0005">2 seat</li></ul> all made of
<maths id="m1"><math><mi>x</mi></math></maths> grams.</p>
<p id="p-0005"><tables><table><tgroup cols="2"><tbody><row><entry>bar</entry><entry>drops</entry></row>
<row><entry/><entry/></row><row><entry>2.0</entry><entry>0.4</entry></row></tbody></tgroup></table></tables></p>
</description>
<us-claim-statement>What is claimed is:</us-claim-statement>
<claims id="claims"><claim id="CLM-00001" num="00001"><claim-text><b>1</b>. A valve, comprising:
<claim-text>a body; and</claim-text><claim-text>a seat that is warmed.</claim-text></claim-text></claim>
<claim id="CLM-00002" num="00002"><claim-text>2. The valve of
<claim-ref idref="CLM-00001">claim 1</claim-ref>, wherein the seat is steel.</claim-text></claim>
<claim id="CLM-00003" num="00003"><claim-text>3. (canceled)</claim-text></claim>
<claim id="CLM-00004" num="00004"><claim-text>4. A pump with a valve according to one of
<claim-ref idref="CLM-00001">claims 1</claim-ref> to 2.</claim-text></claim></claims>"""


def grant(
    number: str = "09123456", kind: str = "B2", *, head: str = HEAD + GRANT_TYPE, body: str = BODY
) -> str:
    biblio = BIBLIO.replace("09123456", number).replace("<kind>B2</kind>", f"<kind>{kind}</kind>", 1)
    return f'{head}<us-patent-grant lang="EN" dtd-version="v4.5">\n{biblio}\n{body}\n</us-patent-grant>\n'


def application() -> str:
    text = grant("20140200001", "A1").replace("us-patent-grant", "us-patent-application")
    return text.replace("us-bibliographic-data-grant", "us-bibliographic-data-application")


def write(path: Path, *texts: str) -> Path:
    path.write_bytes("".join(texts).encode())
    return path


def read(path: Path, after: int = -1) -> list[Document | Unreadable]:
    return list(UsptoXml().read(path, after=after))


def one(path: Path) -> Document:
    (item,) = read(path)
    assert isinstance(item, Document)
    return item


def reasons(items: list[Document | Unreadable]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Unreadable)]


def keys(items: list[Document | Unreadable]) -> list[str]:
    return [item.key for item in items if isinstance(item, Document)]


def offsets(items: list[Document | Unreadable]) -> list[int]:
    return [item.origin.offset if isinstance(item, Document) else item.offset for item in items]


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


def test_sequence_listings_and_old_formats_are_named(tmp_path: Path) -> None:
    others = (
        f"{HEAD}<sequence-cwu id='S'><number-of-sequences>4</number-of-sequences></sequence-cwu>\n",
        f"{HEAD}<PATDOC DTD='2.5'><SDOBI/></PATDOC>\n",
        f"{HEAD}<patent-application-publication/>\n",
        f"{HEAD}<shopping-list/>\n",
    )
    items = read(write(tmp_path / "g.xml", grant(), *others, grant("09000003")))
    assert keys(items) == ["US-9123456-B2", "US-9000003-B2"]
    sequence, patdoc, early, other = reasons(items)
    assert sequence.startswith("sequence listing")
    assert "2001–2004" in patdoc
    assert "2001–2004" in early
    assert "shopping-list" in other


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
        "the archive holds no XML file (the text files of 1976–2001 are not read yet)"
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


def test_small_parts_of_numbers_and_classes() -> None:
    assert key_of("US", "2004/0012345", "A1") == "US-20040012345-A1"
    assert key_of("DE", "102 60 211", "A1") == "DE-10260211-A1"
    assert key_of("US", "5,123,456", "A") == "US-5123456-A"
    assert key_of("US", "5123456", "") == ""
    assert work_key("29/379,369") == "US-appl-29/379369"
    assert work_key("PCT/EP03/1") == "US-appl-PCTEP031"
    assert [uspc(text) for text in ("D 2879", "002227000", "PLT156", "None", "")] == [
        "D2/879",
        "2/227",
        "PLT/156",
        "",
        "",
    ]
