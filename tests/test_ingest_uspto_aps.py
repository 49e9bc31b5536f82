"""The text files of 1976 to 2001 ("green book"): documents, claims, dates, codes, reissues and designs."""

from __future__ import annotations

import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Classification, Document, DocumentKind, EventKind, Party, Unreadable
from ingest.uspto_aps import UsptoAps
from ingest.uspto_aps_text import Plain
from tests.uspto_sample import keys, offsets, reasons, write

HEAD = "HHHHHT        APS1        ISSUE - 900213\n"
TEXT = (Path(__file__).parent / "data" / "uspto" / "aps.txt").read_text(encoding="utf-8")
DESIGN = """PATN
WKU  D03100014
SRC  D
APN  123459&
APD  19930610
TTL  Tap
ISD  19940809
CLAS
OCL  D 2 27
ICL  D2301
DCLM
PAL  The ornamental design for a tap, as shown.
"""
REISSUE = """PATN
WKU  RE0300012
SRC  5
APN  5475732
APD  19750206
TTL  Tape
ISD  19790501
REIS
COD  50
APN  159796
APD  19710706
PNO  03751760
ISD  19730814
BSUM
PAR  Tapes are .[.weak.]. .Iadd.strong .Iaddend.in .[.use.
PAR  and in stores.]. winter.
CLMS
STM  I claim:
NUM  1.
PAR  .[.1. A weak tape.].
NUM  2.
PAR  2. A tape as in claim .[.1.]. .Iadd.3.Iaddend., of .[.tin.].
      .Iadd.steel.Iaddend.. .Iadd. 3. A strong tape, of use in Fig. 4. It
      holds..Iaddend. .Iadd.
      5. The tape of claim 3..Iaddend.
"""


def numbered(wku: str, text: str = TEXT) -> str:
    return text.replace("049000012", wku)


SAMPLES = {"aps.txt": (HEAD + TEXT + DESIGN + REISSUE).encode()}


def read(path: Path, after: int = -1) -> list[Document | Unreadable]:
    return list(UsptoAps().read(path, after=after))


def one(path: Path) -> Document:
    (item,) = read(path)
    assert isinstance(item, Document)
    return item


def test_a_document_of_1990_is_read_with_its_text_in_order(tmp_path: Path) -> None:
    document = one(write(tmp_path / "a.txt", HEAD, TEXT))
    assert (document.key, document.kind, document.language, document.country) == (
        *("US-4900001-A", DocumentKind.PATENT),
        *("en", "US"),
    )
    assert document.title == "Valve with a seat at 10^-3 bar"
    assert document.abstract == "A seat of H2 O warms a valve to 10^2 degrees C.."
    places = [(p.anchor, document.text[p.start : p.end]) for s in document.sections for p in s.paragraphs]
    assert places[2:] == [
        ("¶0001", "It continues another."),
        ("¶0002", "Seats, see FIG. 1, freeze at α=2 μm (notea) and .unknown. codes stay."),
        ("¶0003", "(a) first;"),
        ("¶0004", "TABLE 1\npart | drops\nbar | 10^2"),
        ("¶0005", "FIG. 1 shows [formula] and"),
        ("¶0006", "[formula]"),
        ("¶0007", "The end."),
        ("claim 1", "A valve, comprising:\na body; and\na warm seat."),
        ("claim 2", "The valve of claim 1 made of steel."),
        ("claim 3", "A pump with a valve according to claim 1 or 2."),
    ]
    assert [section.heading for section in document.sections] == [
        *("", "", "CROSS REFERENCE", "BACKGROUND OF THE INVENTION", ""),
    ]
    assert [(claim.number, claim.depends_on) for claim in document.claims] == [
        (1, ()),
        (2, (1,)),
        (3, (1, 2)),
    ]


def test_its_dates_have_the_offices_zone_and_an_impossible_one_is_no_event(tmp_path: Path) -> None:
    document = one(write(tmp_path / "a.txt", TEXT))
    assert [(e.kind, str(e.when), e.zone, e.confidence) for e in document.events] == [
        (EventKind.GRANTED, "1990-02-13", "America/New_York", "high"),
        (EventKind.FILED, "1986-10-29", "America/New_York", "high"),
        (EventKind.PRIORITY, "1985-10-30", "Asia/Tokyo", "high"),
        (EventKind.FILED, "1985-07-05", "", "high"),
        (EventKind.RELATED_PUBLISHED, "1986-01-16", "Europe/Zurich", "high"),
        (EventKind.PRIORITY, "1985-01-10", "America/New_York", "high"),
        (EventKind.RELATED_PUBLISHED, "1986-07-15", "America/New_York", "high"),
        (EventKind.PRIORITY, "1983-01-05", "America/New_York", "medium"),
    ]
    assert document.work == "US-appl-06/912345"
    assert len(document.priorities) == 4
    assert document.application not in document.priorities


def test_its_classes_people_and_citations_are_read(tmp_path: Path) -> None:
    document = one(write(tmp_path / "a.txt", TEXT))
    assert document.classes == (
        Classification(scheme="IPC", symbol="F16K1/32"),
        Classification(scheme="IPC", symbol="F16K31/00"),
        Classification(scheme="USPC", symbol="137/16.01"),
        Classification(scheme="USPC", symbol="4/570"),
        Classification(scheme="USPC", symbol="251/30R"),
    )
    assert document.parties == (
        Party(role="inventor", name="Ann B. Moss, Jr.", country="GB"),
        Party(role="inventor", name="Bo Reed", country="US"),
        Party(role="assignee", name="Seats; Valves & Co.", country="JP"),
    )
    assert [(citation.text, citation.key) for citation in document.citations[:2]] == [
        ("US 2542907 A Dayton et al., 1951-02", "US-2542907-A"),
        ("US Re. 31298 E1 Hodge, 1983-11", "US-RE31298-E1"),
    ]
    assert document.citations[2].text == "GB 970,771, 1964-09"
    assert document.citations[3].text == 'Miller, "Seats of α-iron," 1985, pp. 1 to 7.'


@pytest.mark.parametrize(
    ("wku", "issued", "key", "kind"),
    [
        ("PP0070010", "19890801", "US-PP7001-P", EventKind.GRANTED),
        ("H00010015", "19920204", "US-H1001-H1", EventKind.PUBLISHED),
        ("T09410010", "19751202", "US-T941001-I4", EventKind.PUBLISHED),
        ("RE0300010", "19790501", "US-RE30001-E1", EventKind.GRANTED),
        ("061700010", "20010109", "US-6170001", EventKind.GRANTED),
        ("04900001", "19900213", "US-4900001-A", EventKind.GRANTED),
    ],
)
def test_kinds_follow_from_the_number_and_are_left_out_where_they_do_not(
    tmp_path: Path, wku: str, issued: str, key: str, kind: EventKind
) -> None:
    path = write(tmp_path / "a.txt", numbered(wku).replace("ISD  19900213", f"ISD  {issued}"))
    document = read(path)[0]
    assert isinstance(document, Document)
    assert (document.key, document.events[0].kind) == (key, kind)


def test_a_design_has_one_claim_and_a_class_of_locarno(tmp_path: Path) -> None:
    document = read(write(tmp_path / "d.txt", DESIGN))[0]
    assert isinstance(document, Document)
    assert (document.key, document.work) == ("US-D310001-S1", "US-appl-29/123459")
    assert [(c.number, document.text[c.start : c.end]) for c in document.claims] == [
        (1, "The ornamental design for a tap, as shown.")
    ]
    assert document.classes == (
        Classification(scheme="Locarno", symbol="2301"),
        Classification(scheme="USPC", symbol="D2/27"),
    )


def test_a_reissue_keeps_what_was_added_and_leaves_out_what_was_deleted(tmp_path: Path) -> None:
    document = read(write(tmp_path / "r.txt", REISSUE))[0]
    assert isinstance(document, Document)
    assert "Tapes are strong in" in document.text
    assert "weak" not in document.text
    assert "stores" not in document.text
    assert [(c.number, c.depends_on, document.text[c.start : c.end]) for c in document.claims] == [
        (2, (), "A tape as in claim 3, of steel."),
        (3, (), "A strong tape, of use in Fig. 4. It holds."),
        (5, (3,), "The tape of claim 3."),
    ]
    assert [(e.kind, str(e.when)) for e in document.events[2:]] == [
        (EventKind.PRIORITY, "1971-07-06"),
        (EventKind.RELATED_PUBLISHED, "1973-08-14"),
    ]


def test_a_check_digit_that_does_not_fit_is_said_after_the_document(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", numbered("049000015"))
    document, doubt = read(path)
    assert isinstance(document, Document)
    assert isinstance(doubt, Unreadable)
    assert document.key == "US-4900001-A"
    assert "check digit of its number 04900001 is 5, not 2" in doubt.reason
    assert read(path, document.origin.offset) == [doubt]


def test_a_broken_document_costs_only_itself_and_a_run_resumes(tmp_path: Path) -> None:
    nameless = TEXT.replace("WKU  049000012\n", "")
    parts = [HEAD + TEXT, nameless, numbered("049000020"), "PATN\nWKU  049000031\nSRC  6\n"]
    path = write(tmp_path / "a.txt", *parts)
    items = read(path)
    assert keys(items) == ["US-4900001-A", "US-4900002-A"]
    assert reasons(items) == ["it has no number (WKU)", "US-4900003-A has no text"]
    assert all(one < other for one, other in pairwise(offsets(items)))
    assert offsets(items)[0] == len(HEAD)
    for after in (-1, *offsets(items)):
        assert read(path, after) == [item for item in items if offsets([item])[0] > after]


def test_weekly_archives_crlf_padding_and_old_encodings_are_read(tmp_path: Path) -> None:
    padded = "".join(f"{line:<80}\r\n" for line in (HEAD + TEXT).splitlines())
    path = tmp_path / "pftaps19900213_wk07.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pftaps19900213_wk07.txt", padded.replace("Dayton", "Dätön").encode("latin-1"))
    assert sources.detect(path).name == "uspto-aps"
    document = one(path)
    plain = one(write(tmp_path / "a.txt", TEXT))
    assert (document.text, document.claims, document.events) == (plain.text, plain.claims, plain.events)
    assert document.citations[0].text == "US 2542907 A Dätön et al., 1951-02"


def test_files_are_known_by_their_beginning_whatever_their_name(tmp_path: Path) -> None:
    (tmp_path / "US04900001.greenbook").write_text(TEXT, encoding="ascii")
    (tmp_path / "note.txt").write_text("PATN is a word of the green book", encoding="ascii")
    (tmp_path / "brs.txt").write_text("1\nA title\n*** BRS DOCUMENT BOUNDARY ***\nWKU 1\n", encoding="ascii")
    names = [sources.detect(path).name for path in sorted(tmp_path.iterdir())]
    assert names == ["uspto-aps", "uspto-aps", "files"]
    (refused,) = read(tmp_path / "brs.txt")
    assert isinstance(refused, Unreadable)
    assert "search system (BRS)" in refused.reason


@pytest.mark.parametrize(
    ("coded", "plain"),
    [
        ("10.sup.-3 to 10.sup.14-10.sup.15", "10^-3 to 10^14-10^15"),
        ("cm.sup.2.", "cm^2."),
        ("x.sup.2a and the.sup.th", "x2a and theth"),
        ("20.degree. C..+-.2.degree.", "20° C.±2°"),
        ("X.sub..alpha.-Y", "Xα-Y"),
        (".ANG. .DELTA. .gtoreq.5", "Å Δ ≥5"),
    ],
)
def test_codes_become_letters_and_powers(coded: str, plain: str) -> None:
    assert Plain()(coded) == plain


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=6)), min_size=1, max_size=4)
)
def test_changed_bytes_never_raise(tmp_path: Path, changes: list[tuple[float, int, bytes]]) -> None:
    data = bytearray(SAMPLES["aps.txt"])
    for place, length, new in changes:
        at = int(place * len(data))
        data[at : at + length] = new
    path = tmp_path / "aps.txt"
    path.write_bytes(data)
    last = -1
    for item in read(path):
        assert item.key if isinstance(item, Document) else item.reason
        assert offsets([item])[0] > last
        last = offsets([item])[0]
