"""OAI-PMH with Dublin Core: which of several dates counts, deletions, refusals, who reads which answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import DocumentKind, Party
from ingest.oai_dc import OAI_DC
from tests.reader_checks import check_resume, check_values, days, documents, mutated, read, reasons

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2021-02-03T04:05:06Z</responseDate>
<request verb="ListRecords" metadataPrefix="oai_dc">https://lids.example.org/oai</request><ListRecords>
"""
STAMP = "2020-05-06T07:08:09Z"
DATE = "<dc:date>2019-03-04</dc:date>"


def record(
    dates: str = DATE, number: int = 7, stamp: str = STAMP, form: str = "oai_dc:dc", more: str = ""
) -> str:
    return f"""<record><header><identifier>oai:lids.example.org:{number}</identifier>
<datestamp>{stamp}</datestamp></header>
<metadata><{form} xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:dcterms="http://purl.org/dc/terms/"><dc:title>Lids of pots</dc:title><dc:title>Deckel</dc:title>
<dc:creator>Moss, Ann</dc:creator><dc:creator>The Lid Group</dc:creator><dc:subject>steam</dc:subject>
<dc:description>A lid
 closes.</dc:description><dc:language>eng</dc:language><dc:type>text</dc:type>{dates}{more}
<dc:identifier>https://lids.example.org/7</dc:identifier><dc:identifier>doi:10.1000/LID.7</dc:identifier>
<dc:identifier>http://hdl.handle.net/2001/7</dc:identifier></{form}></metadata></record>
"""


DELETED = """<record><header status="deleted"><identifier>oai:lids.example.org:3</identifier>
<datestamp>2020-01-01</datestamp></header></record>"""


def answer(*records: str) -> str:
    return f"{HEAD}{''.join(records)}<resumptionToken>t</resumptionToken></ListRecords></OAI-PMH>\n"


SAMPLES = {"oai.xml": answer(record(), DELETED, record(number=8)).encode()}


def test_a_record_keeps_its_text_names_and_numbers(tmp_path: Path) -> None:
    (document,) = documents(read(OAI_DC, tmp_path / "a.xml", answer(record())))
    assert document.key == "oai:lids.example.org:7"
    assert document.aliases == ("doi:10.1000/lid.7", "hdl:2001/7")
    assert (document.kind, document.language) == (DocumentKind.PAPER, "en")
    assert (document.title, document.abstract) == ("Lids of pots", "A lid closes.")
    assert document.text.endswith("Other title\n\nDeckel\n\nKeywords\n\nsteam")
    assert document.parties == (
        Party(role="author", name="Ann Moss"),
        Party(role="author", name="The Lid Group"),
    )
    assert days(document) == [("published", "2019-03-04"), ("indexed", "../2020-05-06")]


def dc(*texts: str) -> str:
    return "".join(f"<dc:date>{text}</dc:date>" for text in texts)


@pytest.mark.parametrize(
    ("dates", "found"),
    [
        (dc("2010"), [("year-only", "2010-01-01/2010-12-31")]),
        (dc("2010-05"), [("published", "2010-05-01/2010-05-31")]),
        (dc("2010", "2010-05-06", "2010-05"), [("published", "2010-05-06")]),
        (dc("2010-05-06", "2011-02-03"), [("published", "2010-05-06/2011-02-03")]),
        (dc("2010-05", "2011"), [("published", "2010-05-01/2011-12-31")]),
        (
            dc("2012-05-08T12:00:00Z", "2012-05-09T12:00:00Z", "2011"),
            [("year-only", "2011-01-01/2011-12-31"), ("archived", "../2012-05-09")],
        ),
        (dc("2012-05-08T12:00:00Z", "2012-05-09T12:00:00Z"), [("posted", "2012-05-09")]),
        ("<dcterms:issued>2011-04</dcterms:issued>", [("published", "2011-04-01/2011-04-30")]),
        ("<dcterms:available>2011-04-05T01:02:03Z</dcterms:available>", [("posted", "2011-04-05")]),
        (
            "<dcterms:created>2009-01-01</dcterms:created><dcterms:dateSubmitted>2009</dcterms:dateSubmitted>",
            [],
        ),
        (dc("soon", "2010-99-99"), [("year-only", "2010-01-01/2010-12-31")]),
        (dc("unknown"), []),
        ("", []),
    ],
)
def test_what_several_dates_are_worth(tmp_path: Path, dates: str, found: list[tuple[str, str]]) -> None:
    (document,) = documents(read(OAI_DC, tmp_path / "a.xml", answer(record(dates, stamp=""))))
    assert days(document) == found
    assert all(event.instant is None for event in document.events)
    assert all(event.confidence != "high" for event in document.events)


def test_a_report_is_one_and_a_qualified_record_is_read(tmp_path: Path) -> None:
    text = answer(
        record(more="<dc:type>Technical Report</dc:type>"), record(form="oai_dc:qualifieddc", number=9)
    )
    first, second = documents(read(OAI_DC, tmp_path / "a.xml", text))
    assert (first.kind, second.kind) == (DocumentKind.REPORT, DocumentKind.PAPER)


def test_deletions_other_formats_and_damage_are_reasons(tmp_path: Path) -> None:
    marc = record(number=4, form="marc")
    broken = record(number=5).replace("</dc:title>", "</dc:titel>", 1)
    nameless = record(number=6).replace("<identifier>oai:lids.example.org:6</identifier>", "")
    bare = "<record><header><identifier>oai:x:1</identifier></header></record>"
    items = read(
        OAI_DC, tmp_path / "a.xml", answer(record(), DELETED, marc, broken, nameless, bare, record(number=8))
    )
    assert [document.key for document in documents(items)] == [
        "oai:lids.example.org:7",
        "oai:lids.example.org:8",
    ]
    assert [reason[:46] for reason in reasons(items)] == [
        "oai:lids.example.org:3: deleted at the source",
        "metadata format 'marc' is not read; ask for oa",
        "not well-formed: Opening and ending tag mismat",
        "has no identifier in its header",
        "oai:x:1: holds no metadata",
    ]
    check_resume(OAI_DC, tmp_path / "a.xml")


def test_an_error_of_the_server_is_a_reason(tmp_path: Path) -> None:
    text = HEAD.replace("<ListRecords>", '<error code="noRecordsMatch"/></OAI-PMH>')
    assert reasons(read(OAI_DC, tmp_path / "a.xml", text)) == ["the server answered noRecordsMatch: "]


def test_answers_of_arxiv_stay_with_its_own_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(answer(record()), encoding="utf-8")
    assert sources.detect(path).name == "oai-dc"
    path.write_text(answer(record()).replace("lids.example.org", "arXiv.org"), encoding="utf-8")
    assert sources.detect(path).name == "arxiv"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_answers_are_values(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.getbasetemp() / "oai.xml"
    check_values(OAI_DC, path, mutated(SAMPLES["oai.xml"], data))
