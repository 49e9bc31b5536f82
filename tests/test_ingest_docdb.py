"""DOCDB: records cut from long files, dates, lent abstracts, deletions, search report categories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from ingest import sources
from ingest.docdb import DOCDB
from ingest.documents import Citation, Classification, Document, DocumentKind, Party
from tests.patent_reading import (
    CHANGES,
    anchors,
    changed,
    days,
    documents,
    keeps_the_laws,
    packed,
    paragraph,
    read,
    reasons,
)

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE exch:exchange-documents SYSTEM "docdb-entities.dtd">
<exch:exchange-documents xmlns:exch="http://www.epo.org/exchange" date-of-exchange="20250912"
 dtd-version="2.5.9"
 no-of-documents="2" originating-office="EP">
"""
FOOT = "</exch:exchange-documents>\n"
PRIORITIES = """<exch:priority-claims>
<exch:priority-claim sequence="1" data-format="docdb"><document-id><country>DE</country>
<doc-number>102017001234</doc-number><kind>A</kind><date>20170209</date></document-id>
<priority-active-indicator>YES</priority-active-indicator></exch:priority-claim>
<exch:priority-claim sequence="1" data-format="epodoc"><document-id><doc-number>DE20171001234</doc-number>
</document-id></exch:priority-claim>
<exch:priority-claim sequence="2" data-format="docdb"><document-id><country>EP</country>
<doc-number>2018052345</doc-number><kind>W</kind><date>20180131</date></document-id></exch:priority-claim>
</exch:priority-claims>"""
CITED = """<exch:references-cited>
<exch:citation cited-phase="SEA" sequence="1"><patcit num="1" dnum-type="publication number"><document-id>
<country>US</country><doc-number>2004999741</doc-number><kind>A1</kind><name>REED BO [US]</name></document-id>
</patcit><rel-passage><passage>* claim 1 *</passage><category>X</category><rel-claims>1-4</rel-claims>
</rel-passage>
<rel-passage><category>A</category><rel-claims>5</rel-claims></rel-passage></exch:citation>
<exch:citation cited-phase="APP" sequence="2"><nplcit num="1" npl-type="s">
<text>- MOSS ANN, "Lids that close",
J. Pots (2011), doi:10.1234/Pots.11, XP000000001</text></nplcit></exch:citation>
<exch:citation cited-phase="FOP" sequence="3"><patcit num="2"><document-id><country>ZZ</country>
<doc-number>-</doc-number></document-id></patcit></exch:citation>
</exch:references-cited>"""
ABSTRACT = """<exch:abstract lang="en" data-format="docdba" abstract-source="national office"><exch:p>A lid
closes a pot at 10<exch:sup>5</exch:sup> Pa &Aacute;.</exch:p><exch:p>It opens too.</exch:p></exch:abstract>
<exch:abstract lang="fr"><exch:p>Un couvercle ferme un pot.</exch:p></exch:abstract>"""


def record(
    number: str = "3580123",
    kind: str = "B1",
    *,
    titles: str = '<exch:invention-title lang="de" data-format="docdba">DECKEL</exch:invention-title>'
    '<exch:invention-title lang="en">LID THAT CLOSES</exch:invention-title>',
    abstract: str = ABSTRACT,
    status: str = "A",
    published: str = "20210811",
) -> str:
    return f"""<exch:exchange-document country="EP" doc-number="{number}" kind="{kind}" doc-id="500000001"
 date-publ="{published}" family-id="57999000" is-representative="YES"
 originating-office="EP" status="{status}">
<exch:bibliographic-data>
<exch:publication-reference data-format="docdb"><document-id lang="en"><country>EP</country>
<doc-number>{number}</doc-number><kind>{kind}</kind><date>{published}</date></document-id>
</exch:publication-reference>
<exch:publication-reference data-format="epodoc"><document-id><doc-number>EP{number}</doc-number>
</document-id>
</exch:publication-reference>
<exch:classifications-ipcr><classification-ipcr sequence="1">
<text>A47J  36/06        20060101AFI20180801BHEP</text>
</classification-ipcr></exch:classifications-ipcr>
<exch:patent-classifications><patent-classification sequence="1">
<classification-scheme office="EP" scheme="CPCI"/>
<classification-symbol>A47J  36/06        </classification-symbol>
<classification-value>I</classification-value>
</patent-classification><patent-classification sequence="2">
<classification-scheme office="JP" scheme="FTERM"/>
<classification-symbol>4B055 AA10</classification-symbol></patent-classification>
</exch:patent-classifications>
<exch:application-reference data-format="docdb" doc-id="1"><document-id><country>EP</country>
<doc-number>18702345</doc-number><kind>A</kind><date>20180131</date></document-id>
</exch:application-reference>
<exch:application-reference data-format="epodoc"><document-id><doc-number>EP20180702345</doc-number>
</document-id>
</exch:application-reference>{PRIORITIES}
<exch:parties><exch:applicants>
<exch:applicant sequence="1" data-format="docdb"><exch:applicant-name><name>MOSS LIDS AG</name>
</exch:applicant-name>
<residence><country>CH</country></residence></exch:applicant>
<exch:applicant sequence="1" data-format="original"><exch:applicant-name><name>Moss Lids AG, </name>
</exch:applicant-name></exch:applicant></exch:applicants><exch:inventors>
<exch:inventor sequence="1" data-format="docdb"><exch:inventor-name><name>MOSS ANN [CH]</name>
</exch:inventor-name>
</exch:inventor></exch:inventors></exch:parties>
<exch:dates-of-public-availability><unexamined-printed-without-grant><document-id><date>20190814</date>
</document-id>
</unexamined-printed-without-grant><printed-with-grant><document-id><date>{published}</date></document-id>
</printed-with-grant></exch:dates-of-public-availability>
{titles}{CITED}</exch:bibliographic-data>{abstract}</exch:exchange-document>
"""


DELETED = """<exch:exchange-document country="AT" doc-number="512345" kind="T" status="D"/>
"""
BROKEN = record("3580999").replace("</exch:parties>", "</exch:partys>")
SAMPLES = {"docdb.xml": (HEAD + record() + BROKEN + DELETED + record("3580777", "A1") + FOOT).encode()}


def one(path: Path, body: str) -> Document:
    (document,) = documents(read(DOCDB, path, HEAD + body + FOOT))
    return document


def test_a_record_is_one_publication_with_its_own_day_at_munich(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", record())
    assert (document.key, document.kind, document.country) == ("EP-3580123-B1", DocumentKind.PATENT, "EP")
    assert (document.family, document.work, document.application) == (
        "docdb:57999000",
        "EP-appl-18702345",
        "EP-appl-18702345",
    )
    assert document.priorities == ("DE-appl-102017001234", "PCT-appl-EP2018/052345")
    assert days(document) == [
        ("granted", "2021-08-11", "Europe/Berlin"),
        ("related-published", "2019-08-14", "Europe/Berlin"),
        ("filed", "2018-01-31", "Europe/Berlin"),
        ("priority", "2017-02-09", "Europe/Berlin"),
        ("priority", "2018-01-31", "Europe/Berlin"),
    ]
    assert str(document.published) == "2021-08-11"


def test_english_comes_first_and_other_languages_are_kept_behind_the_text(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", record())
    assert (document.title, document.language) == ("LID THAT CLOSES", "en")
    assert document.abstract == "A lid closes a pot at 10^5 Pa Á.\n\nIt opens too."
    assert anchors(document, "title") == ["title", "title (de)"]
    assert anchors(document, "abstract") == ["abstract", "abstract", "abstract (fr)"]
    assert paragraph(document, "title (de)") == "DECKEL"


def test_without_english_the_documents_own_language_is_cited(tmp_path: Path) -> None:
    title = '<exch:invention-title lang="ol">LÅG</exch:invention-title>'
    document = one(
        tmp_path / "a.xml",
        record(titles=title, abstract='<exch:abstract lang="da"><exch:p>Et låg</exch:p></exch:abstract>'),
    )
    assert (document.title, document.abstract, document.language) == ("LÅG", "Et låg", "da")


def test_classes_parties_and_citations_stand_as_the_record_says(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", record())
    assert document.classes == (
        Classification(scheme="IPC", symbol="A47J36/06"),
        Classification(scheme="CPC", symbol="A47J36/06"),
        Classification(scheme="F-term", symbol="4B055AA10"),
    )
    assert document.parties == (
        Party(role="applicant", name="MOSS LIDS AG", country="CH"),
        Party(role="inventor", name="MOSS ANN", country="CH"),
    )
    cited = "US 2004999741 A1 (REED BO [US])"
    assert document.citations == (
        Citation(text=cited, key="US-20040999741-A1", category="X", phase="search report", claims="1-4"),
        Citation(text=cited, key="US-20040999741-A1", category="A", phase="search report", claims="5"),
        Citation(
            text='MOSS ANN, "Lids that close", J. Pots (2011), doi:10.1234/Pots.11, XP000000001',
            key="doi:10.1234/pots.11",
            category="cited by applicant",
        ),
        Citation(text="ZZ -", phase="opposition"),
    )


def test_an_abstract_lent_by_another_publication_is_not_this_ones_text(tmp_path: Path) -> None:
    lent = ABSTRACT.replace('lang="en"', 'lang="en" country="US" doc-number="10123456" kind="B2"')
    items = read(DOCDB, tmp_path / "a.xml", HEAD + record(abstract=lent) + FOOT)
    (document,) = documents(items)
    assert (anchors(document, "abstract"), document.abstract) == (
        ["abstract (fr)"],
        "Un couvercle ferme un pot.",
    )
    assert "closes a pot" not in document.text
    assert reasons(items) == [
        "EP-3580123-B1: its abstract is that of US-10123456-B2, and is read with that publication only"
    ]


def test_a_deletion_and_a_record_without_words_are_reasons(tmp_path: Path) -> None:
    silent = record("3580002", titles="", abstract="")
    gone = record("3580003", status="D")
    items = read(DOCDB, tmp_path / "a.xml", HEAD + DELETED + silent + gone + record() + FOOT)
    assert reasons(items) == [
        "AT-512345-T: deleted at the source; remove it if you have it",
        "EP-3580002-B1 has neither title nor abstract",
        "EP-3580003-B1: deleted at the source; remove it if you have it",
    ]
    assert [document.key for document in documents(items)] == ["EP-3580123-B1"]


@pytest.mark.parametrize("day", ["", "soon", "20219999", "99999999"])
def test_a_day_that_is_none_costs_the_event_only(tmp_path: Path, day: str) -> None:
    document = one(tmp_path / "a.xml", record(published=day))
    assert document.published is None
    assert ("filed", "2018-01-31", "Europe/Berlin") in days(document)


def test_a_broken_record_costs_its_neighbours_nothing_and_reading_resumes(tmp_path: Path) -> None:
    data = SAMPLES["docdb.xml"]
    items = read(DOCDB, tmp_path / "a.xml", data)
    assert [document.key for document in documents(items)] == ["EP-3580123-B1", "EP-3580777-A1"]
    assert any("not well-formed" in reason for reason in reasons(items))
    keeps_the_laws(DOCDB, tmp_path / "a.xml", data)


def test_packed_files_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    path = packed(tmp_path / "DOCDB-202538.zip", {"index.txt.md": b"x", **SAMPLES})
    assert sources.detect(path).name == "docdb"
    assert len(documents(list(DOCDB.read(path)))) == 2


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_changed_bytes_never_raise(tmp_path: Path, changes: list[tuple[float, int, bytes]]) -> None:
    keeps_the_laws(DOCDB, tmp_path / "a.xml", changed(SAMPLES["docdb.xml"], changes))
