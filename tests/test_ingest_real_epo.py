"""The EPO's real files: every one is read; ten of each kind were compared with the raw file by hand.

What is compared are keys, counts and dates. The records may not be redistributed, and none is.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest import sources
from ingest.documents import Document, Unreadable
from ingest.items import WantedNumber
from tests.patent_reading import check, keeps_the_laws

if TYPE_CHECKING:
    from ingest.items import Item

DATA = Path(__file__).parents[2] / "shared" / "data"
FULLTEXT, OPS = DATA / "fixtures" / "epo_fulltext_xml", DATA / "fixtures" / "epo_ops"
PARTS = DATA / "fixtures" / "uspto_xml" / "xml4ip__sample_XML4IP.ZIP"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared samples are not on this machine")

COMPARED = {
    # file: key, own day, filed, claims, paragraphs, classes, parties, citations
    "application__v1-0-A1": ("EP-1325900-A1", "2003-07-09", "2001-09-05", 7, 38, 2, 3, 0),
    "application__v1-0-A2": ("EP-1326188-A2", "2003-07-09", "2002-08-30", 19, 48, 1, 2, 0),
    "application__v1-01-A1": ("EP-1679948-A1", "2006-07-19", "2004-09-02", 0, 0, 1, 4, 0),
    "application__v1-1-A1": ("EP-2-A1", "1978-12-20", "1978-06-01", 6, 67, 4, 5, 0),
    "application__v1-1-A2": ("EP-1792486-A2", "2007-06-06", "2004-10-19", 0, 0, 1, 2, 0),
    "application__v1-5-1-A1-1": ("EP-4090146-A1", "2022-11-23", "2021-01-14", 0, 0, 12, 5, 0),
    "application__v1-5-1-A2": ("EP-3882354-A2", "2021-09-22", "2018-02-01", 15, 530, 9, 8, 196),
    "grant__v1-1-B1": ("EP-1019261-B1", "2003-07-09", "1998-09-23", 29, 53, 3, 2, 6),
    "grant__v1-2-B2": ("EP-430402-B2", "2008-03-05", "1990-08-08", 4, 303, 1, 4, 168),
    "grant__v1-4-B1": ("EP-449582-B1", "2009-10-21", "1991-03-26", 12, 74, 2, 5, 4),
    "grant__v1-5-B2": ("EP-2743087-B2", "2021-05-05", "2013-10-17", 13, 42, 3, 3, 6),
    "grant__v1-5-1-B2": ("EP-2716170-B2", "2021-09-22", "2012-09-14", 4, 30, 2, 5, 8),
}


@cache
def items(path: Path) -> tuple[Item, ...]:
    return tuple(sources.detect(path).read(path))


def documents(path: Path) -> list[Document]:
    return [item for item in items(path) if isinstance(item, Document)]


def paragraphs(document: Document) -> int:
    return sum(len(section.paragraphs) for section in document.sections if section.field == "description")


@pytest.mark.parametrize("name", sorted(COMPARED))
def test_a_european_document_says_what_its_file_says(name: str) -> None:
    (document,) = documents(FULLTEXT / f"{name}.xml")
    filed = next(str(event.when) for event in document.events if event.kind.value == "filed")
    assert (
        document.key,
        str(document.published),
        filed,
        len(document.claims),
        paragraphs(document),
        len(document.classes),
        len(document.parties),
        len(document.citations),
    ) == COMPARED[name]
    assert {event.zone for event in document.events if event.kind.value in ("published", "granted")} == {
        "Europe/Berlin"
    }


def test_every_european_document_that_is_well_formed_is_read() -> None:
    files = sorted(FULLTEXT.glob("*.xml"))
    found = [document for path in files for document in documents(path)]
    lost = [item.reason for path in files for item in items(path) if isinstance(item, Unreadable)]
    assert (len(files), len(found), len(lost)) == (33, 29, 4)
    assert all(reason.startswith("not well-formed") for reason in lost)
    assert Counter(document.language for document in found) == {"en": 23, "de": 6}
    assert sum(len(document.claims) for document in found) == 286
    assert sum(map(paragraphs, found)) == 2530
    assert all(document.published and document.filed and document.application for document in found)
    assert all(document.title and document.parties and document.classes for document in found)
    for document in found:
        check(document)


def test_related_publications_and_priorities_are_told_apart() -> None:
    (document,) = documents(FULLTEXT / "grant__v1-1-B1.xml")
    assert [(event.kind.value, str(event.when), event.zone) for event in document.events] == [
        ("granted", "2003-07-09", "Europe/Berlin"),
        ("related-published", "2000-07-19", "Europe/Berlin"),
        ("related-published", "1999-04-08", "Europe/Zurich"),
        ("filed", "1998-09-23", "Europe/Berlin"),
        ("priority", "1997-09-30", "America/New_York"),
    ]
    (divided,) = documents(FULLTEXT / "grant__v1-5-1-B2.xml")
    assert divided.priorities == ("DE-appl-102011114434", "EP-appl-12184383")


def test_every_answer_of_ops_is_read_or_refused_by_name() -> None:
    files = [path for path in sorted(OPS.glob("*.xml")) if path.read_bytes()[:5] == b"<?xml"]
    answers = [path for path in files if b"ops.epo.org" in path.read_bytes()[:4000]]
    found = [document for path in answers for document in documents(path)]
    lost = Counter(item.reason for path in answers for item in items(path) if isinstance(item, Unreadable))
    wanted = [item for path in answers for item in items(path) if isinstance(item, WantedNumber)]
    assert (len(answers), len(found), len(wanted), sum(lost.values())) == (63, 83, 26, 17)
    assert not any("not well-formed" in reason for reason in lost)
    for document in found:
        check(document)


def test_a_record_of_ops_says_what_the_answer_says() -> None:
    (document,) = documents(OPS / "get_biblio__response.xml")
    assert (document.key, document.family, document.application) == (
        "EP-2400812-A1",
        "docdb:43088294",
        "EP-appl-10167109",
    )
    assert (str(document.published), str(document.filed)) == ("2011-12-28", "2010-06-24")
    assert len(document.parties) == 4
    assert [(item.key, item.category, item.claims) for item in document.citations] == [
        ("WO-2002054790-A2", "A", "1-15"),
        ("US-20030060222-A1", "A", "1-15"),
        ("WO-2003067954-A2", "A", "1-15"),
        ("US-20040097263-A1", "A", "1-15"),
        ("US-20040136338-A1", "Y", "1-12,15"),
        ("US-20040136338-A1", "A", "13,14"),
        ("EP-1542377-A2", "Y", "1-12,15"),
        ("EP-1542377-A2", "A", "13,14"),
    ]


@pytest.mark.parametrize(
    ("name", "claims", "counted"),
    [
        ("get_claims__response", 15, 0),
        ("test__claims_example", 11, 0),
        ("test__claims_example_2", 20, 0),
        ("get_description__response", 0, 33),
        ("test__description_example", 0, 22),
        ("testdata__description", 0, 4),
    ],
)
def test_full_texts_of_ops_are_counted_as_printed(name: str, claims: int, counted: int) -> None:
    (document,) = documents(OPS / f"{name}.xml")
    assert (len(document.claims), paragraphs(document), document.events) == (claims, counted, ())


def test_a_family_has_its_members_with_their_days() -> None:
    found = documents(OPS / "get_family__response.xml")
    assert [(document.key, str(document.published)) for document in found] == [
        ("EP-2400812-A1", "2011-12-28"),
        ("EP-2400812-B1", "2019-11-27"),
        ("CA-2744162-A1", "2011-12-24"),
        ("US-20120057518-A1", "2012-03-08"),
        ("US-9648662-B2", "2017-05-09"),
    ]
    assert {document.family for document in found} == {"docdb:43088294"}


def test_the_register_has_the_bulletins_that_announced_it() -> None:
    first, second = documents(OPS / "get_register_biblio__response.xml")
    assert (first.key, first.events[0].source) == (
        "EP-2400812-A1",
        "ep-register/publication-reference, Bulletin 2011/52",
    )
    assert (second.key, str(second.published)) == ("EP-2400812-B1", "2019-11-27")
    assert second.events[0].source.endswith("Bulletin 2019/48")


def test_parts_of_file_wrappers_never_become_documents() -> None:
    assert sources.detect(PARTS).name == "wipo-st96"
    assert documents(PARTS) == []
    assert len(items(PARTS)) == 13


@pytest.mark.parametrize("name", ["get_family_with_biblio__response", "search_register__response"])
def test_reading_goes_on_after_any_item(tmp_path: Path, name: str) -> None:
    data = (OPS / f"{name}.xml").read_bytes()
    keeps_the_laws(sources.reader("epo-ops"), tmp_path / "a.xml", data)
