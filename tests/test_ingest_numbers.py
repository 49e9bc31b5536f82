"""Every written form of a publication number gives one key, and what is printed is read again."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import NumberFormError
from ingest.numbers import country_of, is_publication, parse_publication, without_kind

DATA = Path(__file__).parents[2] / "shared" / "data"
shared = pytest.mark.skipif(not DATA.is_dir(), reason="the shared samples are not on this machine")

FORMS = {
    "US-11234567-B2": (
        "US 11,234,567 B2|US11234567B2|US 11234567 B2|us-11234567-b2|US 11,234,567 (B2)"
        "|US.11234567.B2|US 011234567 B2|U.S. Patent No. 11,234,567 B2"
        "|United States Patent 11,234,567 B2|US Pat. No. 11,234,567 B2"
    ),
    "US-6285999": ("U.S. Patent No. 6,285,999|U.S. Pat. No. 6,285,999|US6285999|US 06285999|USA 6,285,999"),
    "US-20050004437-A1": (
        "US 2005/0004437 A1|US20050004437A1|US2005004437A1|US 2005004437 A1|US-2005-0004437-A1"
        "|US 2005/004437 A1|U.S. Patent Application Publication No. 2005/0004437 A1"
        "|U.S. Pat. Pub. No. 2005/0004437 A1"
    ),
    "US-D612345-S1": (
        "USD612345S1|US D612,345 S|US D0612345 S1|U.S. Des. Pat. No. 612,345 S1|US Design Patent 612,345 S1"
    ),
    "US-RE39999-E1": (
        "USRE39999E1|US RE39,999 E|US RE039999 E1|U.S. Pat. No. Re. 39,999 E1|US Reissue Patent 39,999 E1"
    ),
    "US-PP12345-P2": "USPP12345P2|US PP12,345 P2|US PP012345 P2|US Plant Pat. No. 12,345 P2",
    "US-H2140-H1": "USH2140H1|US H0002140 H1|US H2,140 H",
    "EP-1234567-A1": (
        "EP 1 234 567 A1|EP1234567A1|ep1234567a1|EP-A1-1 234 567|European Patent Application EP 1 234 567 A1"
    ),
    "EP-123456-B1": ("EP0123456B1|EP 0 123 456 B1|EP 123456 B1|EP-0123456-B1|EP-B1-0 123 456|EP 00123456 B1"),
    "EP-123456-A": "EP-A-0 123 456|EP-A-0123456|EP 0123456 A",
    "WO-2020123456-A1": (
        "WO 2020/123456 A1|WO2020123456A1|WO/2020/123456 A1|WO 2020 123456 A1|WO2020/123456A1"
    ),
    "WO-1999012345-A1": (
        "WO 99/12345 A1|WO9912345A1|WO1999012345A1|WO 1999/012345 A1|WO199912345A1|WO-99/12345-A1"
        "|WO99012345A1|International Publication No. WO 99/12345 A1|PCT Pub. No. WO 99/12345 A1"
    ),
    "WO-2002102187-A1": "WO 02/102187 A1|WO02102187A1|WO2002102187A1|WO 2002/102187 A1",
    "WO-2002001499-A2": "WO 02/01499 A2|WO0201499A2|WO2002001499A2|WO 02/001499 A2",
    "JP-H10123456-A": "JP H10-123456 A|JPH10123456A|JP-A-10-123456|JP 10-123456 A|JP 特開平10-123456",
    "JP-H0612345-A": ("JP H06-012345 A|JP H6-12345 A|JPH0612345A|JPH06012345A|JP 6-12345 A|JP-A-06-012345"),
    "JP-S5814253-A": "JP S58-014253 A|JPS5814253A|JP 58-14253 A|JP 特開昭58-14253",
    "JP-2006123456-A": (
        "JP 2006-123456 A|JP2006123456A|JP-A-2006-123456|JP P2006-123456 A|JP 2006/123456 A"
        "|JP 特開2006-123456号公報|JP ２００６−１２３４５６ A"
    ),
    "JP-2663454-B2": "JP2663454B2|JP 2663454 B2",
    "DE-102006012345-A1": "DE 10 2006 012 345 A1|DE102006012345A1|DE 10 2006 012 345.9 A1",
    "DE-19902171-C2": "DE 199 02 171 C2|DE19902171C2|DE 199 02 171.3 C2",
    "DE-8513103-U1": "DE G 85 13 103.2 U1|DE8513103U1|DE 85 13 103 U1",
    "DE-1912345": "DE-OS 19 12 345|DE 19 12 345|DE1912345",
    "FR-2755973-A1": "FR 2 755 973 A1|FR2755973A1|FR 2.755.973 A1",
    "GB-2420628-A": "GB 2 420 628 A|GB2420628A|GB-A-2420628",
    "KR-20040088884-A": "KR 10-2004-0088884 A|KR20040088884A|KR1020040088884A|KR 2004-0088884 A",
    "KR-100517561-B1": "KR 10-0517561 B1|KR100517561B1",
    "CN-101449089-A": "CN 101449089 A|CN101449089A|CN 101,449,089 A",
    "CN-1187341-A": "CN 1187341 A|CN1187341A",
    "TW-I234817-B": "TW I234817 B|TWI234817B",
    "BR-PI12345-A2": "BR PI 0012345-6 A2|BRPI0012345A2",
    "BR-102012012345-A2": "BR 10 2012 012345-6 A2|BR102012012345A2",
    "RU-2203261-C2": "RU 2 203 261 C2|RU2203261C2",
    "AU-2010274656-A1": "AU 2010274656 A1|AU2010274656A1|AU-A1-2010274656",
    "CA-2416991-A1": "CA 2 416 991 A1|CA2416991A1|CA 2,416,991 A1",
    "HR-P20251003-T1": "HR P20251003 T1|HRP20251003T1",
}


@pytest.mark.parametrize(
    ("key", "text"), [(key, text) for key, forms in FORMS.items() for text in forms.split("|")]
)
def test_a_written_form_gives_the_key(key: str, text: str) -> None:
    assert parse_publication(text).key == key
    assert parse_publication(key).key == key


@pytest.mark.parametrize(
    ("text", "docdb", "epodoc", "printed"),
    [
        ("US11234567B2", "US 11234567 B2", "US11234567", "US 11,234,567 B2"),
        ("US20050004437A1", "US 2005004437 A1", "US2005004437", "US 2005/0004437 A1"),
        ("USD612345S1", "US D612345 S1", "USD612345S", "US D612,345 S1"),
        ("EP123456B1", "EP 0123456 B1", "EP0123456", "EP 0 123 456 B1"),
        ("WO1999012345A1", "WO 9912345 A1", "WO9912345", "WO 99/12345 A1"),
        ("WO2002102187A1", "WO 02102187 A1", "WO02102187", "WO 02/102187 A1"),
        ("WO2003002345A1", "WO 03002345 A1", "WO03002345", "WO 03/002345 A1"),
        ("WO2004012345A1", "WO 2004012345 A1", "WO2004012345", "WO 2004/012345 A1"),
        ("JPH0612345A", "JP H0612345 A", "JPH0612345", "JP H06-012345 A"),
        ("JP2006123456A", "JP 2006123456 A", "JP2006123456", "JP 2006-123456 A"),
        ("JP2663454B2", "JP 2663454 B2", "JP2663454B2", "JP 2663454 B2"),
        ("DE102006012345A1", "DE 102006012345 A1", "DE102006012345", "DE 10 2006 012 345 A1"),
        ("DE19902171T2", "DE 19902171 T2", "DE19902171T2", "DE 199 02 171 T2"),
        ("KR20040088884A", "KR 20040088884 A", "KR20040088884", "KR 10-2004-0088884 A"),
        ("KR20040012345U", "KR 20040012345 U", "KR20040012345U", "KR 20-2004-0012345 U"),
        ("DK3740998T3", "DK 3740998 T3", "DK3740998T", "DK 3740998 T3"),
        ("NL1010536C2", "NL 1010536 C2", "NL1010536C", "NL 1010536 C2"),
        ("BRPI0012345A2", "BR PI0012345 A2", "BRPI0012345", "BR PI0012345 A2"),
        ("US6285999", "US 6285999", "US6285999", "US 6,285,999"),
    ],
)
def test_each_database_and_the_office_print_their_own_form(
    text: str, docdb: str, epodoc: str, printed: str
) -> None:
    number = parse_publication(text)
    assert (number.docdb, number.epodoc, number.printed) == (docdb, epodoc, printed)


def serial(digits: int) -> st.SearchStrategy[str]:
    return st.integers(1, 10**digits - 1).map(str)


def padded(digits: int) -> st.SearchStrategy[str]:
    return st.integers(1, 10**digits - 1).map(lambda value: f"{value:0{digits}}")


def joined(*parts: st.SearchStrategy[str] | str) -> st.SearchStrategy[str]:
    return st.tuples(*(st.just(part) if isinstance(part, str) else part for part in parts)).map("".join)


YEARS = st.integers(2001, 2029).map(str)
NUMBERS = st.one_of(
    joined("US-", serial(8), st.sampled_from(("-A", "-B1", "-B2", ""))),
    joined("US-", YEARS, "0", padded(6), st.sampled_from(("-A1", "-A2", "-A9", ""))),
    joined(
        "US-", st.sampled_from(("D", "RE", "PP", "H", "T")), serial(6), st.sampled_from(("-S1", "-E1", "-P2"))
    ),
    joined("EP-", serial(7), st.sampled_from(("-A1", "-A2", "-A3", "-B1", "-B2", ""))),
    joined("WO-", st.integers(1978, 2001).map(str), "0", padded(5), st.sampled_from(("-A1", "-A2", ""))),
    joined("WO-", st.integers(2002, 2029).map(str), padded(6), st.sampled_from(("-A1", "-A3", ""))),
    joined(
        "JP-H", st.integers(1, 12).map("{:02}".format), serial(6), st.sampled_from(("-A", "-B2", "-U", ""))
    ),
    joined("JP-S", st.integers(46, 64).map(str), serial(6), st.sampled_from(("-A", "-B2", "-U", ""))),
    joined("JP-", st.integers(2000, 2029).map(str), padded(6), st.sampled_from(("-A", "-U"))),
    joined("DE-10", st.integers(2004, 2029).map(str), padded(6), st.sampled_from(("-A1", "-B4"))),
    joined("DE-", st.integers(10**6, 10**8 - 1).map(str), st.sampled_from(("-A1", "-C2", "-T2", "-U1"))),
    joined("KR-", st.integers(1998, 2029).map(str), padded(7), st.sampled_from(("-A", "-U"))),
    joined("KR-10", padded(7), "-B1"),
    joined("CN-1", padded(8), st.sampled_from(("-A", "-B", "-C"))),
    joined(
        st.sampled_from(("FR-", "GB-", "CA-", "RU-", "AU-", "TW-", "NO-", "NL-", "AT-")),
        st.integers(10**5, 10**9).map(str),
        st.sampled_from(("-A", "-A1", "-B", "-C2", "-T3", "-U")),
    ),
)


@given(NUMBERS)
def test_what_is_printed_is_read_again_in_every_form(key: str) -> None:
    number = parse_publication(key)
    assert number.key == key
    assert is_publication(key)
    assert country_of(key) == number.country == key[:2]
    for form in (
        number.docdb,
        number.printed,
        number.docdb.replace(" ", ""),
        number.printed.lower(),
        f" {key}. ",
    ):
        assert parse_publication(form) == number, form
    again = parse_publication(number.epodoc, kind=number.kind)
    assert again == number
    assert without_kind(parse_publication(number.epodoc).key) == without_kind(key)
    assert parse_publication(number.docdb.split()[1], number.country, number.kind) == number


@given(st.integers(1, 99_999_999), st.sampled_from(("", "A", "B1", "B2")), st.integers(0, 5))
def test_padding_and_punctuation_change_nothing(number: int, kind: str, zeros: int) -> None:
    key = f"US-{number}-{kind}".rstrip("-")
    assert parse_publication(f"{'0' * zeros}{number}", "US", kind).key == key
    assert parse_publication(f"U.S. Patent No. {number:,} {kind}").key == key


SIGNS = st.sampled_from(
    [*"USEPWOJKRDACNTHGLBXIM0123456789 ,./-()", "U.S.", "PCT/", "特開", "平", "١", "ß", "\x00", "–"]
)


@given(
    st.one_of(st.text(max_size=100), st.lists(SIGNS, max_size=30).map("".join)),
    st.sampled_from(("", "US", "JP", "WO", "KR", "DE", "BR")),
)
def test_any_text_is_a_number_that_reads_back_or_is_refused(text: str, country: str) -> None:
    try:
        number = parse_publication(text, country)
    except NumberFormError:
        return
    assert number.key.isascii()
    for form in (number.key, number.docdb, number.printed):
        assert parse_publication(form).key == number.key
    assert without_kind(number.key).startswith(f"{number.country}-")


@pytest.mark.parametrize(
    ("text", "country", "kind", "why"),
    [
        ("13/676,098", "US", "", "application"),
        ("US 13/676,098", "", "", "application"),
        ("U.S. Patent Application No. 13/676,098", "", "", "application"),
        ("PCT/US2012/012345", "", "", "application"),
        ("PCT/US01/12345", "WO", "", "application"),
        ("EP 99203729.6", "", "", "application"),
        ("ZL 200580012345.6", "CN", "", "application"),
        ("US 2005/4437", "", "", "seven digits"),
        ("US 203/0215965 A1", "", "", "no number of US"),
        ("US 200512345 A1", "", "", "no number of US"),
        ("WO 96/345807", "", "", "no number of WO"),
        ("WO 081/15671", "", "", "another number"),
        ("JP H200-13338", "", "", "another number"),
        ("AU 542R8A/0", "", "", "may be a kind"),
        ("US US6,285,999X B1", "", "", "no number of US"),
        ("1234567", "", "", "without the code"),
        ("RE39999", "", "", "without the code"),
        ("US", "", "", "without the code"),
        ("", "US", "B2", "end in a digit"),
        ("12A34", "US", "B2", "no number of US"),
        ("EP 1234567 A1", "", "B1", "beside it stands"),
        ("1234567", "USA", "", "no code"),
        ("1234567", "US", "B22", "no kind"),
        ("US " + "1" * 90, "", "", "more than"),
        ("US 1US 1", "", "", "no number of US"),
        ("IT " + "12" * 30, "", "", "more than 40"),
        ("US-特1234567", "", "", "characters"),
    ],
)
def test_what_is_no_publication_is_refused_with_its_reason(
    text: str, country: str, kind: str, why: str
) -> None:
    with pytest.raises(NumberFormError, match=why):
        parse_publication(text, country, kind)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("WO 2054790 A2", "WO-2054790-A2"),
        ("WO 200412345 A1", "WO-200412345-A1"),
        ("JP 6012345 A", "JP-6012345-A"),
        ("JP 63012345 A", "JP-63012345-A"),
        ("JP 63-012345", "JP-63012345"),
        ("JP 6-012345 B2", "JP-6012345-B2"),
        ("JP 30-012345 A", "JP-30012345-A"),
        ("JPH6158058A", "JP-H6158058-A"),
        ("KR 970070295 A", "KR-970070295-A"),
        ("KR 20-2004-0012345", "KR-2020040012345"),
    ],
)
def test_what_could_be_two_numbers_stays_as_it_is_written(text: str, key: str) -> None:
    assert parse_publication(text).key == key


def test_a_longer_kind_beside_or_in_the_text_counts() -> None:
    assert parse_publication("NL1010536C", kind="C2").key == "NL-1010536-C2"
    assert parse_publication("EP1234567A1", kind="A").key == "EP-1234567-A1"


def test_a_slip_of_the_pen_for_wo_is_read() -> None:
    assert parse_publication("W02004/067391", "WO", "A2").key == "WO-2004067391-A2"
    assert parse_publication("WOWO 01/06946").key == "WO-2001006946"


def test_keys_are_told_from_other_texts() -> None:
    assert is_publication("US-11234567-B2")
    assert is_publication("US-11234567")
    for text in (
        "US-appl-13/676098",
        "EP-appl-99203729",
        "arXiv:2503.11750",
        "RFC1034",
        "US7640598",
        "",
        "AA-1-B2",
    ):
        assert not is_publication(text)
        assert without_kind(text) == text
    assert without_kind("US-11234567-B2") == without_kind("US-11234567") == "US-11234567"
    assert country_of("US-appl-13/676098") == "US"
    assert country_of("PCT-appl-US2012/012345") == country_of("RFC-1") == country_of("USELESS") == ""


def test_a_number_is_read_in_microseconds() -> None:
    forms = [f"{number:,}" for number in range(5_000_000, 5_020_000)]
    start = time.process_time()
    for form in forms:
        assert parse_publication(form, "US", "B2").key
    assert time.process_time() - start < 1.0  # 50 µs each: ten times what a quiet machine takes
