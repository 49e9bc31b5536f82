"""One application has one key in the forms of its office, of DOCDB and of epodoc."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ingest.application_numbers import application_key, family_key, old_form_key
from ingest.numbers import is_publication, parse_publication
from ingest.uspto_biblio import work_key

DATA = Path(__file__).parents[2] / "shared" / "data"

Form = tuple[str, str, str, int | None]
SAME: dict[str, list[Form]] = {
    "US-appl-13/676098": [
        ("US", "13/676098", "", None),
        ("US", "13/676,098", "", 2012),
        ("US", "13676098", "", None),
        ("", "US 13/676,098", "", None),
        ("", "US13676098", "", None),
        ("US", "201213676098", "A", None),
        ("", "US201213676098", "", None),
        ("US", "13676098", "A", 2012),
    ],
    "US-appl-2012-676098": [
        ("US", "67609812", "A", 2012),
        ("", "US20120676098", "", None),
        ("US", "676098", "", 2012),
    ],
    "US-appl-2004-023667": [
        ("US", "2366704", "A", 2004),
        ("", "US20040023667", "", 2004),
        ("US", "2004 023667", "", None),
    ],
    "US-appl-06/123456": [
        ("US", "6/123,456", "", None),
        ("US", "12345680", "A", 1980),
        ("", "US19800123456", "", None),
    ],
    "US-appl-60/331477": [
        ("US", "60/331,477", "", None),
        ("US", "33147701", "P", 2001),
        ("", "US20010331477P", "", None),
        ("US", "331477 P", "", 2001),
    ],
    "US-appl-60/060410": [
        ("US", "60410 P", "", 1997),
        ("US", "6041097", "P", 1997),
        ("US", "60/060,410", "", None),
    ],
    "US-appl-61/761070": [("US", "201361761070", "P", None), ("US", "61/761,070", "", None)],
    "US-appl-2007-912345P": [("US", "91234507", "P", 2007), ("", "US20070912345P", "", None)],
    "US-appl-29/355123": [("US", "29/355,123", "", None), ("US", "35512306", "F", 2006)],
    "US-appl-35/501234": [("US", "35/501,234", "", None), ("US", "35501234", "", None)],
    "US-appl-90/012345": [("US", "90/012,345", "", None), ("US", "90012345", "", None)],
    "EP-appl-99203729": [
        ("EP", "99203729.6", "", None),
        ("EP", "992037296", "", None),
        ("EP", "99203729", "A", None),
        ("", "EP19990203729", "", None),
        ("", "EP 99 203 729.6", "", None),
    ],
    "EP-appl-07109822": [
        ("EP", "07109822", "A", None),
        ("", "EP2007109822", "", None),
        ("EP", "07109822.2", "", 2007),
    ],
    "PCT-appl-US2012/012345": [
        ("", "PCT/US2012/012345", "", None),
        ("WO", "PCT/US2012/012345", "", None),
        ("US", "2012012345", "W", None),
        ("US", "US2012012345", "W", None),
        ("", "WO2012US12345", "", None),
        ("WO", "2012US12345", "W", None),
        ("", "PCTUS2012012345", "", None),
        ("US", "US2012/012345", "", None),
    ],
    "PCT-appl-US1999/012345": [
        ("", "PCT/US99/12345", "", None),
        ("US", "9912345", "W", None),
        ("", "WO1999US12345", "", None),
        ("WO", "US9912345", "", None),
        ("", "PCT/US1999/012345", "", None),
    ],
    "PCT-appl-EP2003/000001": [
        ("", "PCT/EP03/1", "", None),
        ("", "PCT/EP03/00001", "", None),
        ("EP", "0300001", "W", None),
        ("EP", "03000001", "W", None),
    ],
    "JP-appl-2005505120": [
        ("JP", "2005-505120", "", None),
        ("JP", "2005505120", "A", None),
        ("", "JP20050505120", "", None),
        ("JP", "特願2005-505120", "", None),
    ],
    "JP-appl-1999001316": [
        ("JP", "H11-1316", "", None),
        ("JP", "平11-001316", "", None),
        ("JP", "11-1316", "", 1999),
        ("JP", "131699", "A", 1999),
        ("", "JP19990001316", "", None),
    ],
    "JP-appl-1983181591": [("JP", "S58-181591", "", None), ("JP", "18159183", "A", 1983)],
    "KR-appl-20040088884": [
        ("KR", "10-2004-0088884", "", None),
        ("KR", "1020040088884", "", None),
        ("KR", "20040088884", "A", None),
        ("", "KR20040088884", "", None),
        ("KR", "2004-88884", "", None),
    ],
    "KR-appl-U20040012345": [("KR", "20-2004-0012345", "", None), ("KR", "20040012345", "U", None)],
    "CN-appl-200580012345": [
        ("CN", "200580012345.6", "", None),
        ("CN", "200580012345", "A", None),
        ("CN", "ZL200580012345.X", "", None),
        ("CN", "200580012345X", "", None),
    ],
    "CN-appl-01800565": [("CN", "01800565.9", "", None), ("CN", "01800565", "A", None)],
    "DE-appl-102006031298": [
        ("DE", "10 2006 031 298.5", "", None),
        ("DE", "102006031298", "A", None),
        ("", "DE200610031298", "", None),
        ("", "DE20061031298", "", None),
    ],
    "DE-appl-202010012345": [("DE", "20 2010 012 345.6", "", None), ("DE", "202010012345", "U", 2010)],
    "DE-appl-3611745": [
        ("DE", "P 36 11 745.2", "", None),
        ("DE", "3611745", "A", None),
        ("", "DE19863611745", "", None),
    ],
    "GB-appl-200320567": [
        ("GB", "0320567", "A", 2003),
        ("GB", "0320567.4", "", 2003),
        ("GB", "200320567", "", None),
        ("", "GB20030020567", "", None),
    ],
    "CA-appl-2744162": [
        ("CA", "2744162", "A", 2011),
        ("", "CA20112744162", "", None),
        ("CA", "2,744,162", "", None),
    ],
    "AU-appl-2024270787": [("AU", "2024270787", "A", None), ("", "AU20240270787", "", None)],
    "NL-appl-1010536": [("NL", "1010536", "A", 1998), ("", "NL19981010536", "", None)],
    "IT-appl-MI2001A001234": [("IT", "MI2001A001234", "", None), ("IT", "MI 2001 A 001234", "", None)],
}


@pytest.mark.parametrize(("key", "form"), [(key, form) for key, forms in SAME.items() for form in forms])
def test_a_form_gives_the_key_of_its_application(key: str, form: Form) -> None:
    assert application_key(*form) == key
    assert not is_publication(key)


@pytest.mark.parametrize(
    ("form", "key"),
    [
        (("US", "67609812", "A", None), "US-appl-67609812"),
        (("US", "13676098", "A", None), "US-appl-13676098"),
        (("US", "60497", "P", 1997), "US-appl-P60497"),
        (("US", "9123456", "", None), "US-appl-9123456"),
        (("JP", "131699", "A", None), "JP-appl-131699"),
        (("JP", "11-1316", "", None), "JP-appl-111316"),
        (("JP", "5123493", "A", 1993), "JP-appl-5123493"),
        (("GB", "0320567", "A", None), "GB-appl-0320567"),
        (("GB", "0312303", "A", 2003), "GB-appl-0312303"),
        (("US", "20121234", "W", None), "PCT-appl-US20121234"),
        (("DE", "202010012345", "", None), "DE-appl-202010012345"),
    ],
)
def test_a_form_that_could_be_two_numbers_stays_as_it_is_written(form: Form, key: str) -> None:
    assert application_key(*form) == key


@pytest.mark.parametrize(
    ("year", "series"),
    [
        (1940, "02"),
        (1955, "03"),
        (1969, "04"),
        (1977, "05"),
        (1979, "06"),
        (1983, "06"),
        (1989, "07"),
        (1993, "08"),
    ],
)
def test_the_series_follows_from_a_year_far_from_its_borders(year: int, series: str) -> None:
    assert application_key("", f"US{year}0123456") == f"US-appl-{series}/123456"


@pytest.mark.parametrize(
    "year", [1905, 1934, 1978, 1984, 1986, 1990, 1992, 1994, 1997, 1999, 2002, 2006, 2009, 2012]
)
def test_no_series_is_made_up_where_a_national_stage_may_have_got_the_next(year: int) -> None:
    assert application_key("", f"US{year}0123456") == f"US-appl-{year}-123456"


def test_provisionals_and_designs_have_series_of_their_own() -> None:
    series = {
        year: application_key("", f"US{year}0123456P")[8:] for year in (1995, 2006, 2007, 2008, 2012, 2013)
    }
    assert series == {
        1995: "60/123456",
        2006: "60/123456",
        2007: "2007-123456P",
        2008: "61/123456",
        2012: "61/123456",
        2013: "2013-123456P",
    }
    assert application_key("US", "12345692", "F", 1992) == "US-appl-1992-123456F"
    assert application_key("US", "12345693", "F", 1993) == "US-appl-29/123456"


def test_the_full_number_meets_its_old_form() -> None:
    assert old_form_key("US-appl-11/023667", 2004) == application_key("US", "2366704", "A", 2004)
    assert old_form_key("US-appl-12/942680", 2010) == application_key("", "US20100942680")
    assert old_form_key("US-appl-60/912345", 2007) == application_key("US", "91234507", "P", 2007)
    assert old_form_key("US-appl-60/331477", 2001) == "US-appl-60/331477"
    assert old_form_key("US-appl-29/123456", 1992) == "US-appl-1992-123456F"
    for other in ("US-appl-2004-023667", "EP-appl-99203729", "US-11234567-B2", "PCT-appl-US2012/012345", ""):
        assert old_form_key(other, 2004) == other


@given(st.integers(1, 19), st.integers(1, 999_999))
def test_an_office_number_gives_the_key_that_workspaces_hold(series: int, serial: int) -> None:
    printed = f"{series:02}/{serial // 1000:03},{serial % 1000:03}"
    assert application_key("US", printed) == work_key(printed) == f"US-appl-{series:02}/{serial:06}"
    assert application_key("US", f"{series:02}{serial:06}") == work_key(f"{series:02}{serial:06}")


@given(st.integers(1971, 2010), st.integers(1, 999_999), st.sampled_from("APF"))
def test_docdb_epodoc_and_the_full_number_meet(year: int, serial: int, kind: str) -> None:
    suffix = "P" if kind == "P" else ""
    docdb = application_key("US", f"{serial}{year % 100:02}", kind, year)
    if kind != "F":
        assert application_key("", f"US{year}{serial:07}{suffix}") == docdb or docdb.startswith("US-appl-P")
    series = {"A": "11", "P": "60", "F": "29"}[kind]
    if "-" in docdb[8:]:
        assert old_form_key(f"US-appl-{series}/{serial:06}", year) == docdb


@given(st.integers(1978, 2029), st.integers(1, 99_999), st.sampled_from(("US", "EP", "JP", "IB", "SE")))
def test_international_applications_meet(year: int, serial: int, office: str) -> None:
    key = f"PCT-appl-{office}{year}/{serial:06}"
    docdb = f"{year}{serial:06}" if year >= 2004 else f"{year % 100:02}{serial:05}"
    printed = (
        f"PCT/{office}{year}/{serial:06}" if year >= 2004 else f"PCT/{office}{year % 100:02}/{serial:05}"
    )
    assert application_key("", printed) == application_key("WO", printed) == key
    assert application_key(office, docdb, "W") == key
    assert application_key("", f"WO{year}{office}{serial:05}") == key


SIGNS = st.sampled_from(
    [*"USEPWOJKRDACNTHGLBXIM0123456789 ,./-()", "PCT/", "特願", "平", "١", "ß", "\x00", "–"]
)


@given(
    st.one_of(st.text(max_size=100), st.lists(SIGNS, max_size=30).map("".join)),
    st.sampled_from(("", "US", "EP", "WO", "JP", "KR", "CN", "DE", "GB", "CA", "AU", "IT", "no country")),
    st.sampled_from(("", "A", "A1", "U", "P", "F", "T", "W", "?")),
    st.one_of(st.none(), st.integers(0, 3000)),
)
def test_any_text_gives_a_key_or_nothing(number: str, country: str, kind: str, year: int | None) -> None:
    key = application_key(country, number, kind, year)
    assert not key or (key.isascii() and "-appl-" in key and any(sign.isdigit() for sign in key))


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared samples are not on this machine")
def test_forms_side_by_side_in_a_record_of_the_epo_have_one_key() -> None:
    together = 0
    for path in sorted((DATA / "fixtures" / "epo_ops").glob("*.xml")):
        root = etree.fromstring(path.read_bytes(), etree.XMLParser(recover=True, resolve_entities=False))
        for element in () if root is None else root.iter("{*}application-reference", "{*}priority-claim"):
            forms = [
                (
                    found.get("document-id-type") or "",
                    *(
                        (found.findtext(f"{{*}}{part}") or "").strip()
                        for part in ("country", "doc-number", "kind")
                    ),
                )
                for found in element.iterfind("{*}document-id")
            ]
            dates = [found.text or "" for found in element.iterfind("{*}document-id/{*}date")]
            year = int(dates[0][:4]) if dates else None
            office = next((number[:2] for form, _, number, _ in forms if form == "epodoc"), "")
            keys = {
                form: application_key(country or ("" if form == "epodoc" else office), number, kind, year)
                for form, country, number, kind in forms
            }
            if "docdb" in keys and "epodoc" in keys:
                assert keys["docdb"] == keys["epodoc"], (path.name, forms)
            if "original" in keys and len(keys) > 1 and year is not None:
                together += 1
                best = keys["epodoc"]
                same = best in (keys["original"], old_form_key(keys["original"], year))
                known = office in ("DK", "WO") or best.startswith("US-appl-60/")
                assert same or known, (path.name, forms)
    assert together > 15


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared samples are not on this machine")
def test_the_numbers_of_european_documents_are_read() -> None:
    files = 0
    for path in sorted((DATA / "fixtures" / "epo_fulltext_xml").glob("*.xml")):
        root = etree.fromstring(path.read_bytes(), etree.XMLParser(recover=True, resolve_entities=False))

        def texts(name: str, root: etree._Element = root) -> list[str]:
            return [
                "".join(map(str, found.itertext())).strip() for found in root.iterfind(f".//SDOBI//{name}")
            ]

        files += 1
        assert [application_key("EP", number) for number in texts("B210")] == [
            f"EP-appl-{number[:8]}" for number in texts("B210")
        ]
        assert all(parse_publication(number, "EP").key == f"EP-{int(number)}" for number in texts("B110"))
        for number in texts("B861/dnum/anum"):
            assert re.fullmatch(r"PCT-appl-[A-Z]{2}(19|20)\d\d/\d{6}", application_key("", number, "W"))
        for number in texts("B871/dnum/pnum"):
            assert re.fullmatch(r"WO-(19|20)\d{8}", parse_publication(number).key)
        for number, day, office in zip(texts("B310"), texts("B320"), texts("B330"), strict=True):
            key = application_key(office, number, "", int(day[:4]))
            assert key.startswith(f"{office}-appl-"), number
            assert office != "US" or re.fullmatch(r"US-appl-(\d\d/|\d{4}-)\d{6}P?", key), (number, day, key)
    assert files == 33


@pytest.mark.parametrize(
    ("office", "database", "year", "key"),
    [
        ("11/023667", ("02366704", "A"), 2004, "US-appl-2004-023667"),
        ("13/676,098", ("201213676098", "A"), 2012, "US-appl-13/676098"),
        ("60/331,477", ("33147701", "P"), 2001, "US-appl-60/331477"),
        ("60/891,234", ("89123407", "P"), 2007, "US-appl-2007-891234P"),
        ("62/123,456", ("201462123456", "P"), 2014, "US-appl-62/123456"),
    ],
)
def test_an_offices_number_and_a_databases_are_one_in_a_family(
    office: str, database: tuple[str, str], year: int, key: str
) -> None:
    assert family_key("US", office, year=year) == key
    assert family_key("US", *database, year=year) == key
