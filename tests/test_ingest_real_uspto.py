"""Real files of the office's older generations and of tables; the figures were counted in the raw files."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import sources
from ingest.classes import ClassTitle
from ingest.documents import Document, EventKind

DATA = Path(__file__).parents[2] / "shared" / "data" / "fixtures"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared samples are not on this machine")

CHECKED = [
    ("uspto_xml/greenbook__US03932709.greenbook", "US-3932709-A", 17, 143, "1976-01-13", "1973-04-16", 9, 3),
    ("uspto_xml/greenbook__US03937375.greenbook", "US-3937375-A", 3, 21, "1976-02-10", "1974-10-29", 5, 1),
    ("uspto_xml/greenbook__US04347903.greenbook", "US-4347903-A", 3, 22, "1982-09-07", "1978-07-10", 3, 9),
    ("uspto_xml/testthat__TXT-sample-2", "US-RE28671-E1", 18, 36, "1976-01-06", "1971-06-09", 8, 2),
    ("uspto_xml/sgml__USD435854S1.xml", "US-D435854-S1", 1, 1, "2001-01-02", "1999-01-06", 10, 11),
    ("uspto_xml/sgml__US06336130.xml", "US-6336130-B1", 22, 42, "2002-01-01", "1997-04-08", 9, 2),
    ("uspto_xml/sgml__US06337117.xml", "US-6337117-B1", 39, 346, "2002-01-08", "1998-07-01", 2, 6),
    ("uspto_xml/grant__v2-5-B1.xml", "US-6334226-B1", 31, 155, "2002-01-01", "1997-10-22", 14, 4),
    ("uspto_xml/grant__v2-5-B2.xml", "US-6530116-B2", 20, 34, "2003-03-11", "2001-02-13", 37, 4),
    ("uspto_xml/grant__v2-5-S1.xml", "US-D452599-S1", 1, 7, "2002-01-01", "2000-03-22", 4, 1),
    ("uspto_xml/pap__US20010000044A1.xml", "US-20010000044-A1", 21, 41, "2001-03-15", "1999-06-29", 0, 1),
    ("uspto_xml/pap__US20010000943A1.xml", "US-20010000943-A1", 13, 405, "2001-05-10", "1999-04-05", 0, 3),
    ("uspto_xml/pap__US20010009014A1.xml", "US-20010009014-A1", 55, 132, "2001-07-19", "1999-04-06", 0, 2),
    ("uspto_xml/application__v1-5-A1_1.xml", "US-20010000001-A1", 0, 0, "2001-03-15", "1995-12-29", 0, 2),
    ("uspto_xml/application__v1-5-A1_2.xml", "US-20010000002-A1", 33, 113, "2001-03-15", "1997-08-02", 0, 4),
    (
        "uspto_xml_bulk/xml__pa040101.two.xml.zip",
        "US-20040000002-A1",
        1,
        57,
        "2004-01-01",
        "2001-07-30",
        0,
        2,
    ),
]
"""File, key, claims, paragraphs of the description, publication, earliest filing, citations, people."""


@pytest.mark.parametrize(
    ("name", "key", "claims", "paragraphs", "public", "filed", "cited", "people"), CHECKED
)
def test_what_was_counted_in_the_raw_file_is_read(
    name: str, key: str, claims: int, paragraphs: int, public: str, filed: str, cited: int, people: int
) -> None:
    path = DATA / name
    document = next(iter(sources.detect(path).read(path)))
    assert isinstance(document, Document)
    places = [
        p for section in document.sections if section.field == "description" for p in section.paragraphs
    ]
    assert (document.key, len(document.claims), len(places)) == (key, claims, paragraphs)
    assert (str(document.published), str(document.filed)) == (public, filed)
    assert (len(document.citations), len(document.parties)) == (cited, people)
    assert document.work
    assert document.application
    assert document.title


def test_every_older_document_is_read_and_says_where_its_days_were_counted() -> None:
    found: dict[str, list[Document]] = {}
    for path in sorted([*(DATA / "uspto_xml").iterdir(), *(DATA / "uspto_xml_bulk").iterdir()]):
        for name in ("uspto-aps", "uspto-st32", "uspto-pap"):
            if sources.reader(name).recognises(path):
                items = list(sources.reader(name).read(path))
                documents = [item for item in items if isinstance(item, Document)]
                assert len(documents) == len(items) or "css_brs" in path.name
                found.setdefault(name, []).extend(documents)
    assert {name: len(documents) for name, documents in found.items()} == {
        "uspto-aps": 5,
        "uspto-st32": 20,
        "uspto-pap": 6,
    }
    public = {EventKind.GRANTED, EventKind.PUBLISHED}
    for document in (document for documents in found.values() for document in documents):
        assert {event.zone for event in document.events if event.kind in public} == {"America/New_York"}
        assert document.classes or document.key == "US-6334226-B1"  # its columns were squeezed by somebody
        assert [claim.number for claim in document.claims] == sorted(
            {claim.number for claim in document.claims}
        )


def test_the_designs_of_a_week_of_2003_are_read_each_with_its_claim() -> None:
    path = DATA / "uspto_xml" / "testthat__XML1-sample-14"
    documents = [item for item in sources.reader("uspto-st32").read(path) if isinstance(item, Document)]
    assert len(documents) == 14
    assert sum(len(document.claims) for document in documents) == 14
    assert (
        sum(
            len(section.paragraphs)
            for d in documents
            for section in d.sections
            if section.field == "description"
        )
        == 75
    )
    assert {str(document.published) for document in documents} == {"2003-01-07"}


def test_answers_of_patentsview_are_read() -> None:
    path = next((DATA / "patentsview").glob("14_*.json"))
    (document,) = sources.detect(path).read(path)
    assert isinstance(document, Document)
    assert (document.key, str(document.published), str(document.filed)) == (
        *("US-5116621-A", "1992-05-26"),
        "1990-12-24",
    )


@pytest.mark.parametrize(
    ("name", "count", "first", "parent"),
    [
        ("uspto_xml/cpcScheme__cpc-scheme-A01L.xml", 19, ("CPC", "A01L", 5), "A01"),
        ("ipc/ipc_2022_subclasses.tsv.gz", 647, ("IPC", "A01B", 3), "A01"),
        ("ipc/ipc_2022_groups.tsv.gz", 7545, ("IPC", "A01B1/00", 4), "A01B"),
    ],
)
def test_titles_of_classes_are_read(name: str, count: int, first: tuple[str, str, int], parent: str) -> None:
    path = DATA / name
    titles = [item for item in sources.detect(path).read(path) if isinstance(item, ClassTitle)]
    assert len(titles) == count
    assert (titles[0].scheme, titles[0].symbol, titles[0].level) == first
    assert titles[0].parent == parent
    assert all(title.title and "takes precedence" not in title.title[-17:] for title in titles)
