"""Work lists: three exports, plain lists, numbers without a title."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Document, DocumentKind, Unreadable
from ingest.items import WantedNumber
from ingest.number_list import NumberList
from tests.reader_laws import check_document, check_mutation, check_resume, items_of, mutated

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.items import Item

READER = NumberList()
GOOGLE = """search URL:,https://patents.example/?q=(lid)&oq=lid
id,title,assignee,inventor/author,priority date,filing/creation date,publication date,grant date,result link
US-9000001-B2,Lid that closes,"Lid Lab, LLC","Ann Moss, Bo Reed",2010-01-25,2011-01-24,2015-04-07,2015-04-07,https://x
EP-1234567-A1,,,,,,,,https://x
soon,A title,,,,,,,
"""
LENS = (
    '\ufeff"#","Jurisdiction","Kind","Display Key","Lens ID","Publication Date","Publication Year",'
    '"Application Number","Application Date","Priority Numbers","Earliest Priority Date","Title","Abstract",'
    '"Applicants","Inventors","Owners","URL","Simple Family Members","CPC Classifications",'
    '"IPCR Classifications","US Classifications","NPL Citations"\n'
    '"1","US","A1","US 2013/0004437 A1","000-111-222-333-44X","2013-01-03","2013","US 201113012345 A",'
    '"2011-01-24","US 201113012345 A;;US 29780010 P","2010-01-25","Lid that closes","A lid ""closes"".\n'
    'Well.","LID LAB;;POT CO","MOSS ANN;;REED BO","LID LAB (2012-01-01)","https://x","EP 1 A1;;US 2 A1",'
    '"B65D43/02;;B65D51/00","B65D43/02","220/1","REED: Pots, 2001;;DAY: Pans"\n'
)
ESPACENET = (
    "Espacenet result list\n"
    "Query:;lid\n"
    "\n"
    "No;Title;Inventors;Applicants;Publication number;Earliest priority;IPC;CPC;Publication date;"
    "Earliest publication;Family number\n"
    '1;Lid that closes;"MOSS ANN [GB]\nREED BO [US]";LID LAB [GB];"EP1234567A1\nUS2013004437A1";2010-01-25;'
    '"B65D43/02 (2006.01)";"B65D43/02\nB65D 51/00 (EP,US)";"2012-05-09\n2013-01-03";2012-05-09;46544321\n'
    '2;Pot;;;JP2010123456A;03/04/2009;;;"2010-06-03\n2011-01-01";;\n'
)
PLAIN = (
    "Wanted numbers\n# from a letter\nUS 9,000,001 B2\nEP1234567A1; WO2020123456A1\n\nsoon\nJP2010123456A\n"
)
LIST = PLAIN.replace("soon\n", "")
SAMPLES = {
    "gp-search.csv": GOOGLE.encode(),
    "lens-export.csv": LENS.encode(),
    "espacenet.csv": ESPACENET.encode(),
    "espacenet.tsv": ESPACENET.replace(";", "\t").encode(),
    "numbers.txt": LIST.encode(),
    "numbers.csv": b"Number\nUS9000001B2\nEP1234567A1\n",
    "numbers.csv.gz": gzip.compress(b"Number,Note\nUS9000001B2,x\n", mtime=0),
}


def shown(items: list[Item]) -> list[str]:
    return [getattr(item, "reason", "") or item.key for item in items]  # type: ignore[union-attr]


def dates(document: Document) -> list[tuple[str, str]]:
    return [(event.kind.value, str(event.when)) for event in document.events]


def test_a_google_export_begins_with_its_search_and_numbers_without_a_title_are_wanted(
    tmp_path: Path,
) -> None:
    document, wanted, lost = items_of(READER, tmp_path / "a.csv", GOOGLE)
    assert isinstance(document, Document)
    check_document(document)
    assert (document.key, document.kind, document.text) == (
        "US-9000001-B2",
        DocumentKind.PATENT,
        "Lid that closes",
    )
    assert dates(document) == [("granted", "2015-04-07"), ("filed", "2011-01-24"), ("priority", "2010-01-25")]
    assert {event.confidence for event in document.events} == {"medium"}
    assert [(party.role, party.name) for party in document.parties] == [
        ("inventor", "Ann Moss"),
        ("inventor", "Bo Reed"),
        ("assignee", "Lid Lab, LLC"),
    ]
    assert isinstance(wanted, WantedNumber)
    assert (wanted.key, wanted.text) == ("EP-1234567-A1", "EP-1234567-A1")
    assert isinstance(lost, Unreadable)
    assert "title: 'A title'" in lost.reason


def test_a_lens_export_has_abstracts_classes_priorities_and_its_own_name(tmp_path: Path) -> None:
    (document,) = items_of(READER, tmp_path / "a.csv", LENS)
    assert isinstance(document, Document)
    check_document(document)
    assert (document.key, document.aliases) == ("US-20130004437-A1", ("lens:000-111-222-333-44X",))
    assert (document.title, document.abstract) == ("Lid that closes", 'A lid "closes".\nWell.')
    assert dates(document) == [
        ("published", "2013-01-03"),
        ("filed", "2011-01-24"),
        ("priority", "2010-01-25"),
    ]
    assert document.application == document.work == "US-appl-13/012345"
    assert len(document.priorities) == 1
    assert [(c.scheme, c.symbol) for c in document.classes] == [
        ("CPC", "B65D43/02"),
        ("CPC", "B65D51/00"),
        ("IPC", "B65D43/02"),
        ("USPC", "220/1"),
    ]
    assert [(p.role, p.name) for p in document.parties][-2:] == [
        ("applicant", "POT CO"),
        ("assignee", "LID LAB"),
    ]
    assert [cited.text for cited in document.citations] == ["REED: Pots, 2001", "DAY: Pans"]


def test_an_espacenet_row_is_its_first_publication_and_the_family_is_wanted(tmp_path: Path) -> None:
    document, wanted, second, note = items_of(READER, tmp_path / "a.csv", ESPACENET)
    assert isinstance(document, Document)
    check_document(document)
    assert (document.key, document.family) == ("EP-1234567-A1", "docdb:46544321")
    assert dates(document) == [
        ("published", "2012-05-09"),
        ("priority", "2010-01-25"),
        ("related-published", "2012-05-09"),
    ]
    assert [(p.name, p.country) for p in document.parties][:2] == [("MOSS ANN", "GB"), ("REED BO", "US")]
    assert [c.symbol for c in document.classes] == ["B65D43/02", "B65D51/00", "B65D43/02"]
    assert isinstance(wanted, WantedNumber)
    assert wanted.key == "US-20130004437-A1"
    assert isinstance(second, Document)
    assert (second.key, second.events) == ("JP-2010123456-A", ())
    assert isinstance(note, Unreadable)
    assert note.reason == (
        "JP-2010123456-A read in part: publication date: 2 dates for 1 numbers; "
        "earliest priority '03/04/2009' not understood as a date; write YYYY-MM-DD"
    )


def test_days_of_spreadsheets_are_read(tmp_path: Path) -> None:
    for day in ("03.01.2013", "2013-01-03 00:00:00", "20130103"):
        row = f"Publication number;Title;Publication date\nEP1234567A1;Lid;{day}\n"
        (document,) = items_of(READER, tmp_path / "a.csv", row)
        assert isinstance(document, Document)
        assert str(document.published) == "2013-01-03"


def test_a_flat_table_of_a_query_is_a_list_with_its_dates(tmp_path: Path) -> None:
    rows = "publication_number,title,publication_date,grant_date\nUS-20130004437-A1,Lid,20130103,0\n"
    (document,) = items_of(READER, tmp_path / "a.csv", rows)
    assert isinstance(document, Document)
    assert dates(document) == [("published", "2013-01-03")]


def test_a_plain_list_is_wanted_numbers_and_anything_else_in_it_is_a_reason(tmp_path: Path) -> None:
    found = shown(items_of(READER, tmp_path / "a.txt", PLAIN))
    assert found == [
        "US-9000001-B2",
        "EP-1234567-A1",
        "WO-2020123456-A1",
        "'soon' is no publication number",
        "JP-2010123456-A",
    ]
    check_resume(READER, tmp_path / "a.txt")


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "A note.\nUS 9,000,001 B2\n",
        "",
        "1234567\n",
        "# EP1234567A1\n",
        "Pots and\nlids.\n",
        "number\n\n",
    ],
)
def test_a_text_that_is_not_only_numbers_stays_a_text(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    recognised = READER.recognises(tmp_path / "a.txt")
    assert recognised is (text == "A note.\nUS 9,000,001 B2\n")
    assert sources.detect(tmp_path / "a.txt").name == ("number-list" if recognised else "files")


@pytest.mark.parametrize(
    "header",
    [
        "patent_id\tpatent_number\ttitle",
        "id\tnumber\ttitle",
        "name,value",
        "publication_number,title_localized",
    ],
)
def test_tables_of_other_sources_are_not_work_lists(tmp_path: Path, header: str) -> None:
    (tmp_path / "a.tsv").write_text(f"{header}\nUS1,US2,x\n", encoding="utf-8")
    assert not READER.recognises(tmp_path / "a.tsv")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_recognised_and_resumes_anywhere(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(SAMPLES[name])
    assert sources.detect(path).name == READER.name
    check_resume(READER, path)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([GOOGLE, LENS, ESPACENET]).flatmap(lambda text: mutated(text.encode())))
def test_mutated_tables_are_values(tmp_path: Path, data: bytes) -> None:
    check_mutation(READER, tmp_path / "m.csv", data)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutated(PLAIN.encode()))
def test_mutated_lists_are_values(tmp_path: Path, data: bytes) -> None:
    check_mutation(READER, tmp_path / "m.txt", data)
