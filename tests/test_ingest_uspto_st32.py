"""Grants of 2001 to 2004 (`PATDOC`, ST.32), in XML and in the SGML before it."""

from __future__ import annotations

import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Classification, Document, DocumentKind, EventKind, Party, Unreadable
from ingest.errors import XmlRefusedError
from ingest.uspto_st32 import closed
from ingest.uspto_xml import UsptoXml
from tests.uspto_sample import grant, keys, offsets, one, read, reasons, write

DATA = Path(__file__).parent / "data" / "uspto"
PICTURES = """[
<!ENTITY US06400001-20020604-D00000.TIF SYSTEM "US06400001-20020604-D00000.TIF" NDATA TIF>
<!ENTITY US06400001-20020604-D00001.TIF SYSTEM "US06400001-20020604-D00001.TIF" NDATA TIF>
]"""
DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
HEAD = f'{DECLARED}<!DOCTYPE PATDOC SYSTEM "ST32-US-Grant-025xml.dtd" {PICTURES}>\n'
SGML_HEAD = f'<!DOCTYPE PATDOC PUBLIC "-//USPTO//DTD ST.32 US PATENT GRANT V2.4 2000-09-20//EN" {PICTURES}>\n'
FRONT = (DATA / "st32_front.xml").read_text(encoding="utf-8")
TEXT = (DATA / "st32_text.xml").read_text(encoding="utf-8")


def patdoc(number: str = "06400001", kind: str = "B1", *, head: str = HEAD, text: str = TEXT) -> str:
    front = FRONT.replace("06400001", number).replace("<PDAT>B1</PDAT>", f"<PDAT>{kind}</PDAT>", 1)
    return f'{head}<PATDOC DTD="2.5" STATUS="Build 20020101">\n{front}{text}</PATDOC>\n'


def sgml(number: str = "06400001") -> str:
    """Return the grant as the files of 2001 have it: empty elements open, some values without quotes."""
    text = patdoc(number, head=SGML_HEAD)
    for empty in ("<CITED-BY-EXAMINER", "<CITED-BY-OTHER", "<EMI", "<colspec"):
        before, *rest = text.split(empty)
        text = before + "".join(empty + part.replace("/>", ">", 1) for part in rest)
    for name in ("table", "tgroup", "tbody", "colspec", "row", "entry"):
        text = text.replace(f"<{name}", f"<{name.upper()}").replace(f"</{name}", f"</{name.upper()}")
    return text.replace('LVL="0"', "LVL=0").replace('00000.TIF">', '00000.TIF"></EMI>')


SAMPLES = {
    "st32.xml": patdoc().encode(),
    "st32.sgm": sgml().encode(),
    "old.xml": (patdoc() + patdoc("06400002")).encode(),
}


def test_a_grant_of_2002_is_read_with_its_text_in_order(tmp_path: Path) -> None:
    document = one(write(tmp_path / "g.xml", patdoc()))
    assert (document.key, document.kind, document.language) == ("US-6400001-B1", DocumentKind.PATENT, "en")
    assert document.origin.source == "uspto-st32"
    assert document.title == "Valve with a warm seat"
    assert document.abstract == "A seat of 10^−3 m warms a valve."
    places = [(p.anchor, document.text[p.start : p.end]) for s in document.sections for p in s.paragraphs]
    assert places[2:] == [
        ("¶0002", "It continues another."),
        ("¶0003", "Seats of H2O, see FIG. 1, have a λ of 2 Ω."),
        ("¶0004", "Here [formula] holds, and\nt = 2"),
        ("¶0005", "bar | drops"),
        ("claim 1", "A valve, comprising:\na body; and\na warm seat."),
        ("claim 2", "The valve of claim 1, of steel."),
    ]
    assert [(claim.number, claim.depends_on) for claim in document.claims] == [(1, ()), (2, (1,))]
    assert [s.heading for s in document.sections] == ["", "", "", "BACKGROUND", ""]


def test_the_front_page_of_2002_gives_dates_with_their_zones(tmp_path: Path) -> None:
    document = one(write(tmp_path / "g.xml", patdoc()))
    assert [(e.kind, str(e.when), e.zone, e.confidence) for e in document.events] == [
        (EventKind.GRANTED, "2002-06-04", "America/New_York", "high"),
        (EventKind.FILED, "2000-02-08", "America/New_York", "high"),
        (EventKind.PRIORITY, "1999-02-09", "Europe/Berlin", "high"),
        (EventKind.FILED, "1998-10-08", "", "high"),
        (EventKind.RELATED_PUBLISHED, "1999-04-29", "Europe/Zurich", "high"),
        (EventKind.PRIORITY, "1998-06-10", "America/New_York", "medium"),
        (EventKind.RELATED_PUBLISHED, "1999-12-07", "America/New_York", "high"),
        (EventKind.PRIORITY, "1997-07-11", "America/New_York", "medium"),
        (EventKind.RELATED_PUBLISHED, "2001-12-13", "America/New_York", "high"),
    ]
    assert {event.source.partition("/")[0] for event in document.events} == {"PATDOC"}
    assert len(document.priorities) == 4
    assert document.application
    assert document.application not in document.priorities


def test_the_front_page_of_2002_gives_classes_parties_and_citations(tmp_path: Path) -> None:
    document = one(write(tmp_path / "g.xml", patdoc()))
    assert document.classes == (
        Classification(scheme="IPC", symbol="F16K1/32"),
        Classification(scheme="IPC", symbol="F16K31/00"),
        Classification(scheme="USPC", symbol="137/16.01"),
        Classification(scheme="USPC", symbol="4/570"),
    )
    assert document.parties == (
        Party(role="inventor", name="Ann Moss", country="GB"),
        Party(role="inventor", name="Bo Reed", country="US"),
        Party(role="assignee", name="Seats & Co"),
    )
    assert [(c.key, c.category) for c in document.citations] == [
        ("US-3462862-A", "cited by examiner"),
        ("US-D271298-S1", "cited by examiner"),
        ("WO-1996025012", "cited by other"),
        ("", "cited by other"),
    ]
    assert document.citations[0].text == "US 3462862 A Türner, 1969-08"
    assert document.citations[3].text == "Miller, “Seats”, 2nd ed."


def test_a_symbol_that_has_lost_its_columns_is_left_out(tmp_path: Path) -> None:
    squeezed = patdoc().replace("<PDAT>  4570</PDAT>", "<PDAT>4570</PDAT>").replace("F16K  132", "F16K 132")
    document = one(write(tmp_path / "g.xml", squeezed))
    assert [c.symbol for c in document.classes] == ["F16K31/00", "137/16.01"]


@pytest.mark.parametrize(
    ("number", "kind", "key", "event"),
    [
        ("D0452599", "S1", "US-D452599-S1", EventKind.GRANTED),
        ("D0435854", "S", "US-D435854-S1", EventKind.GRANTED),
        ("PP012345", "P2", "US-PP12345-P2", EventKind.GRANTED),
        ("RE037123", "E1", "US-RE37123-E1", EventKind.GRANTED),
        ("H0002001", "H1", "US-H2001-H1", EventKind.PUBLISHED),
    ],
)
def test_every_kind_of_grant_of_2002_has_the_key_by_which_it_is_cited(
    tmp_path: Path, number: str, kind: str, key: str, event: EventKind
) -> None:
    document = one(write(tmp_path / "g.xml", patdoc(number, kind)))
    assert (document.key, document.events[0].kind) == (key, event)


def test_the_single_claim_of_a_design_has_number_1_and_its_class_is_one_of_locarno(tmp_path: Path) -> None:
    words = "<PTEXT><PDAT>The ornamental design for a tap.</PDAT></PTEXT>"
    claim = f'<SDOCL><CL><CLM ID="CLM-00001"><PARA ID="P-1">{words}</PARA></CLM></CL></SDOCL>'
    design = patdoc("D0452600", "S1", text=claim).replace("F16K  132", "2301")
    document = one(write(tmp_path / "d.xml", design))
    assert [(c.number, document.text[c.start : c.end]) for c in document.claims] == [
        (1, "The ornamental design for a tap.")
    ]
    assert Classification(scheme="Locarno", symbol="2301") in document.classes


def test_deleted_matter_of_a_reissue_is_left_out(tmp_path: Path) -> None:
    text = TEXT.replace(
        "<PDAT>It continues", '<DEL-S ID="D1"/><PDAT>Old. </PDAT><DEL-E ID="D1"/><PDAT>It continues'
    )
    document = one(write(tmp_path / "g.xml", patdoc("RE037123", "E1", text=text)))
    assert "It continues another." in document.text
    assert "Old." not in document.text


def test_true_sgml_says_the_same_as_xml(tmp_path: Path) -> None:
    xml = one(write(tmp_path / "g.xml", patdoc()))
    old = one(write(tmp_path / "g.sgm", sgml()))
    assert "<CITED-BY-EXAMINER>" in sgml()
    assert old.digest == xml.digest
    assert sources.detect(tmp_path / "g.sgm").name == "uspto-st32"


def test_a_volume_in_sgml_is_cut_at_the_ends_of_its_documents(tmp_path: Path) -> None:
    broken = sgml("06400002").replace("</SDOAB>", "")
    path = write(tmp_path / "week.sgm", sgml("06400001"), broken, sgml("06400003"))
    items = read(path)
    assert keys(items) == ["US-6400001-B1", "US-6400003-B1"]
    assert [reason.partition(":")[0] for reason in reasons(items)] == ["not well-formed"]
    assert offsets(items)[-1] >= len(sgml()) + len(broken) - 2
    for offset in offsets(items):
        assert read(path, offset) == [
            item for item, at in zip(items, offsets(items), strict=True) if at > offset
        ]


def test_an_entity_that_is_no_picture_is_refused_in_sgml_as_well() -> None:
    hostile = sgml().replace("<!ENTITY US06400001-20020604-D00000.TIF", '<!ENTITY x "y"><!ENTITY z', 1)
    with pytest.raises(XmlRefusedError, match="declares entities; refused"):
        closed(hostile.encode())


def test_a_broken_grant_costs_only_itself(tmp_path: Path) -> None:
    broken = patdoc("06400002").replace("</SDOCL>", "")
    bare = f"{HEAD}<PATDOC><SDOAB/></PATDOC>\n"
    items = read(write(tmp_path / "g.xml", patdoc("06400001"), broken, bare, patdoc("06400003")))
    assert keys(items) == ["US-6400001-B1", "US-6400003-B1"]
    assert [reason.partition(":")[0] for reason in reasons(items)] == [
        "not well-formed",
        "it has no bibliographic part (SDOBI)",
    ]
    assert all(one < other for one, other in pairwise(offsets(items)))


def test_an_archive_of_mixed_generations_is_read_whole_by_any_of_their_readers(tmp_path: Path) -> None:
    path = tmp_path / "week.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.txt", "what is in here")
        archive.writestr("old.xml", patdoc())
        archive.writestr("old.sgm", sgml("06400002"))
        archive.writestr("new.xml", grant())
    assert sources.detect(path).name == "uspto-st32"
    found = [list(UsptoXml(name).read(path)) for name in ("uspto-xml", "uspto-st32", "uspto-pap")]
    assert found[0] == found[1] == found[2]
    assert keys(found[0]) == ["US-6400001-B1", "US-6400002-B1", "US-9123456-B2"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(SAMPLES)),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=6)), min_size=1, max_size=4),
)
def test_changed_bytes_never_raise(
    tmp_path: Path, name: str, changes: list[tuple[float, int, bytes]]
) -> None:
    data = bytearray(SAMPLES[name])
    for place, length, new in changes:
        at = int(place * len(data))
        data[at : at + length] = new
    path = tmp_path / name
    path.write_bytes(data)
    for item in sources.reader("uspto-st32").read(path):
        assert item.key if isinstance(item, Document) else isinstance(item, Unreadable) and item.reason
