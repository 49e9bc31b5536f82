"""Applications of 2001 to 2004: `patent-application-publication`."""

from __future__ import annotations

import zipfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Classification, Document, DocumentKind, EventKind, Party, Unreadable
from tests.uspto_sample import grant, keys, one, read, reasons, write

DATA = Path(__file__).parent / "data" / "uspto"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE patent-application-publication SYSTEM "pap-v15-2001-01-31.dtd" [
<!ENTITY US20010000901A1-20010719-D00001.TIF SYSTEM "US20010000901A1-20010719-D00001.TIF" NDATA TIF>
]>
"""
FRONT = (DATA / "pap_front.xml").read_text(encoding="utf-8")
TEXT = (DATA / "pap_text.xml").read_text(encoding="utf-8")


def pap(number: str = "20010000901", kind: str = "A1", *, head: str = HEAD, text: str = TEXT) -> str:
    front = FRONT.replace("20010000901", number, 1).replace(">A1<", f">{kind}<", 1)
    return f"{head}<patent-application-publication>\n{front}{text}</patent-application-publication>\n"


SAMPLES = {"pap.xml": pap().encode()}


def test_an_application_of_2001_is_read_with_its_printed_paragraph_numbers(tmp_path: Path) -> None:
    document = one(write(tmp_path / "a.xml", pap()))
    assert (document.key, document.kind) == ("US-20010000901-A1", DocumentKind.APPLICATION)
    assert (document.origin.source, document.language, document.country) == ("uspto-pap", "en", "US")
    assert document.title == "Valve with a warm seat"
    assert document.abstract == "A seat of 10^−3 m warms a valve."
    places = [(p.anchor, document.text[p.start : p.end]) for s in document.sections for p in s.paragraphs]
    assert places[2:] == [
        ("¶0001", "It divides another."),
        ("¶0002", "Seats of H2O, see FIG. 1, freeze."),
        ("¶0003", "An α of [formula]holds."),
        ("¶0004", "| TABLE 1\nbar | 10^2"),
        ("claim 1", "A valve, comprising:\na body; and\na warm seat."),
        ("claim 2", "The valve of claim 1, of steel.\na=b\nc=d"),
    ]
    assert [s.heading for s in document.sections] == ["", "", "RELATED", "BACKGROUND", "Odds", ""]
    assert [(claim.number, claim.depends_on) for claim in document.claims] == [(1, ()), (2, (1,))]


def test_its_dates_say_what_was_public_and_where_the_day_was_counted(tmp_path: Path) -> None:
    document = one(write(tmp_path / "a.xml", pap()))
    assert [(e.kind, str(e.when), e.zone, e.confidence) for e in document.events] == [
        (EventKind.PUBLISHED, "2001-07-19", "America/New_York", "high"),
        (EventKind.FILED, "2001-02-05", "America/New_York", "high"),
        (EventKind.PRIORITY, "1999-04-05", "Asia/Tokyo", "high"),
        (EventKind.PRIORITY, "1999-11-02", "America/New_York", "high"),
        (EventKind.RELATED_PUBLISHED, "1999-12-07", "America/New_York", "high"),
        (EventKind.PRIORITY, "1998-10-08", "", "medium"),
        (EventKind.PRIORITY, "1997-04-06", "America/New_York", "medium"),
        (EventKind.RELATED_PUBLISHED, "2001-05-03", "America/New_York", "high"),
    ]
    assert len(document.priorities) == 4
    assert document.application not in document.priorities


def test_its_classes_and_people_are_read(tmp_path: Path) -> None:
    document = one(write(tmp_path / "a.xml", pap()))
    assert document.classes == (
        Classification(scheme="IPC", symbol="F16K1/32"),
        Classification(scheme="IPC", symbol="F16K31/00"),
        Classification(scheme="USPC", symbol="137/16.01"),
        Classification(scheme="USPC", symbol="4/570"),
    )
    assert document.parties == (
        Party(role="inventor", name="Ann B. Moss II", country="GB"),
        Party(role="inventor", name="Bo Reed", country="US"),
        Party(role="assignee", name="Seats Ltd"),
    )


def test_a_document_type_on_another_machine_is_not_asked_for(tmp_path: Path) -> None:
    web = '<!DOCTYPE simple PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">\n'
    assert one(write(tmp_path / "a.xml", pap(head=web))).key == "US-20010000901-A1"


def test_broken_and_empty_applications_cost_only_themselves(tmp_path: Path) -> None:
    broken = pap("20010000902").replace("</section></section>", "</section>")
    bare = HEAD + "<patent-application-publication/>\n"
    items = read(write(tmp_path / "a.xml", pap(), broken, bare, grant()))
    assert keys(items) == ["US-20010000901-A1", "US-9123456-B2"]
    assert [reason.partition(":")[0] for reason in reasons(items)] == [
        "not well-formed",
        "it has no bibliographic part (subdoc-bibliographic-information)",
    ]


def test_a_weekly_archive_of_applications_finds_its_reader_and_resumes(tmp_path: Path) -> None:
    path = tmp_path / "pa010719.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pa010719.xml", pap() + pap("20010000902", "A9"))
    reader = sources.detect(path)
    assert reader.name == "uspto-pap"
    whole = [item for item in reader.read(path) if isinstance(item, Document)]
    assert [item.key for item in whole] == ["US-20010000901-A1", "US-20010000902-A9"]
    assert list(reader.read(path, after=whole[0].origin.offset)) == whole[1:]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=6)), min_size=1, max_size=4)
)
def test_changed_bytes_never_raise(tmp_path: Path, changes: list[tuple[float, int, bytes]]) -> None:
    data = bytearray(SAMPLES["pap.xml"])
    for place, length, new in changes:
        at = int(place * len(data))
        data[at : at + length] = new
    path = tmp_path / "pap.xml"
    path.write_bytes(data)
    for item in sources.reader("uspto-pap").read(path):
        assert item.key if isinstance(item, Document) else isinstance(item, Unreadable) and item.reason
