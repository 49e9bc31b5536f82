"""Saved pages of Google Patents: three generations of markup, translations, rows about other documents."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import google_patents, sources
from ingest.documents import Document, DocumentKind, Unreadable
from ingest.google_patents import GooglePatents
from tests.reader_laws import check_document, check_mutation, check_resume, items_of, mutated

if TYPE_CHECKING:
    from pathlib import Path

READER = GooglePatents()
INFO = """<!DOCTYPE html><html lang="en"><head><title>US9000001B2 - Lid - Google Patents</title>
<meta name="DC.title" content="Lid that closes"><link rel="canonical" href="https://x/patent/US9000001B2/en">
</head><body><search-app><article class="result" itemscope itemtype="http://schema.org/ScholarlyArticle">
<h1 itemprop="pageTitle">US9000001B2 - Lid that closes - Google Patents</h1><span itemprop="title">Lid that
 closes </span><dl><dt>Publication number</dt><dd itemprop="publicationNumber">US9000001B2</dd>
<meta itemprop="kindCode" content="B2"><dd itemprop="countryCode">US</dd>
<dd itemprop="priorArtKeywords" repeat>pot</dd><dt>Application number</dt>
<dd itemprop="applicationNumber">US13/012,345</dd>
<dd itemprop="directAssociations" itemscope repeat><a href="/patent/US20130004437A1/en">
<span itemprop="publicationNumber">US20130004437A1</span></a></dd>
<dd itemprop="inventor" repeat>Ann Moss</dd><dd itemprop="inventor" repeat>Bo Reed</dd>
<dd itemprop="assigneeCurrent" repeat>New Co</dd><dd itemprop="assigneeOriginal" repeat>Lid Lab</dd>
<dd><time itemprop="priorityDate" datetime="2010-01-25">2010-01-25</time></dd>
<dd><time itemprop="filingDate" datetime="2011-01-24">2011-01-24</time></dd>
<dd><time itemprop="publicationDate" datetime="2015-04-07">2015-04-07</time></dd>
<dd itemprop="events" itemscope repeat><time itemprop="date" datetime="2013-01-03">2013-01-03</time>
<span itemprop="title">Publication of US20130004437A1</span><span itemprop="type">publication</span></dd>
<dd itemprop="events" itemscope repeat><time itemprop="date" datetime="2015-04-07">2015-04-07</time>
<span itemprop="title">Application granted</span><span itemprop="type">granted</span></dd>
<dd itemprop="events" itemscope repeat><time itemprop="date" datetime="2031-01-24">2031-01-24</time>
<span itemprop="title">Anticipated expiration</span><span itemprop="type">legal-status</span></dd></dl>
<section itemprop="family" itemscope><h1>Info</h1><h2>Family</h2><h2>ID=<span itemprop="id">46544321</span>
</h2></section><ul itemscope><li itemprop="cpcs" itemscope repeat><span itemprop="Code">B65D</span>
<meta itemprop="IsCPC" content="true"></li><li itemprop="cpcs" itemscope repeat>
<span itemprop="Code">B65D43/00</span></li><li itemprop="cpcs" itemscope repeat>
<span itemprop="Code">B65D43/02</span>&mdash;<span itemprop="Description">Lids</span>
<meta itemprop="Leaf" content="true"></li></ul>
"""
INFO = INFO.replace("B65D43/00</span>", 'B65D43/00</span><meta itemprop="Leaf" content="false">')
BODY = """<section itemprop="abstract" itemscope><h2>Abstract</h2><div itemprop="content" html>
<abstract lang="EN" load-source="patent-office"><div class="abstract">A lid closes at 10<sup>5</sup> Pa.</div>
</abstract></div></section>
<section itemprop="description" itemscope><h2>Description</h2><div itemprop="content" html>
<div mxw-id="P1" lang="EN" load-source="patent-office" class="description">
<heading id="h-0001">TECHNICAL FIELD</heading>
<div id="p-0002" num="0001" class="description-paragraph">Lids &amp; pots.<br>More.</div>
<div id="p-0003" num="0002" class="description-paragraph">See <figref>FIG. 1</figref>.
<table><tr><td>a</td><td>b</td></tr></table></div>loose end
<heading>SUMMARY</heading><ul><li><para-num num="[0012]"> </para-num>
<div num="p0012" class="description-line">They close.</div></li></ul></div></div></section>
<section itemprop="claims" itemscope><h2>Claims (<span itemprop="count">3</span>)</h2>
<div itemprop="content" html><div lang="EN" load-source="patent-office" class="claims">
<claim-statement>What is claimed is:</claim-statement>
<div class="claim"> <div id="CLM-00001" num="00001" class="claim"><div class="claim-text">1. A lid comprising:
<div class="claim-text">a rim.</div></div></div></div>
<div class="claim-dependent"> <div id="CLM-00002" num="00002" class="claim"><div class="claim-text">2. The
lid of <claim-ref idref="CLM-00001">claim 1</claim-ref>, closing.</div></div></div>
<div class="claim-dependent"> <div id="CLM-00003" num="00003" class="claim"><div class="claim-text">
3. (canceled)</div></div></div></div></div></section>
"""
ROWS = """<table><tr itemprop="priorityApps" itemscope repeat><td>
<span itemprop="applicationNumber">US13/012,345</span></td><td itemprop="filingDate">2011-01-24</td></tr>
<tr itemprop="priorityApps" itemscope repeat><td><span itemprop="applicationNumber">US29780010P</span></td>
<td itemprop="priorityDate">2010-01-25</td><td itemprop="filingDate">2010-01-25</td></tr>
<tr itemprop="backwardReferencesOrig" itemscope repeat><td><a href="/patent/EP1234567A1/en">
<span itemprop="publicationNumber">EP1234567A1</span></a> <span itemprop="examinerCited">*</span></td>
<td itemprop="priorityDate">1999-01-01</td><td itemprop="publicationDate">2000-06-07</td>
<td><span itemprop="assigneeOriginal">Pot Co</span></td><td itemprop="title">Pot</td></tr>
<tr itemprop="backwardReferencesFamily" itemscope repeat><td>
<span itemprop="publicationNumber">JP2010123456A</span></td><td itemprop="title">Pan</td></tr>
<tr itemprop="forwardReferencesOrig" itemscope repeat><td>
<span itemprop="publicationNumber">US20160000001A1</span></td></tr>
<tr itemprop="detailedNonPatentLiterature" itemscope repeat><td><span itemprop="title">REED: Pots, 2001</span>
</td></tr></table></article></search-app></body></html>
"""
PAGE = INFO + BODY + ROWS
TRANSLATED = """<html lang="en"><body><dl><dd itemprop="publicationNumber">JP7475618B1</dd></dl>
<span itemprop="title">Closing lid</span>
<time itemprop="publicationDate" datetime="2024-04-30">2024-04-30</time>
<section itemprop="abstract" itemscope><h2>Abstract</h2>
<aside>Translated from <span itemprop="translatedLanguage">Japanese</span></aside>
<div itemprop="content" html>
<abstract lang="EN" load-source="google"><span class="notranslate">
<span class="google-src-text">蓋が閉まる。</span>
The lid closes.</span></abstract></div></section>
<section itemprop="claims" itemscope><h2>Claims (2)</h2>
<aside>Translated from <span itemprop="translatedLanguage">Japanese</span></aside>
<div itemprop="content" html>
<claims lang="EN" load-source="google"><claim num="1"><claim-text><span class="notranslate">
<span class="google-src-text">蓋。</span>A lid.</span></claim-text></claim>
<claim num="2"><claim-text>The lid of claim 1.</claim-text></claim></claims></div></section>
<section itemprop="description" itemscope><h2>Description</h2><div itemprop="content" html>
<description lang="EN" load-source="google"><technical-field><p num="0001"><span class="notranslate">
<span class="google-src-text">蓋に関する。</span>This relates to lids.</span></p></technical-field>
<p num="0045">They close.</p></description></div></section></body></html>
"""
BARE = """<html><body><dd itemprop="publicationNumber">EP1234567A1</dd>
<section itemprop="claims"><h2>Claims (2)</h2><div>A lid.</div><div>The lid of claim 1.</div></section></body>
</html>"""


def packed(*pages: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, text in enumerate(pages):
            archive.writestr(f"{number}.html", text)
    return buffer.getvalue()


SAMPLES = {
    "us.html": PAGE.encode(),
    "jp.htm": TRANSLATED.encode(),
    "ep.html": BARE.encode(),
    "us.html.gz": gzip.compress(PAGE.encode(), mtime=0),
    "pages.zip": packed(TRANSLATED, "<html></html>", PAGE),
}


def one(path: Path, text: str) -> Document:
    item = items_of(READER, path, text)[0]
    assert isinstance(item, Document)
    return item


def anchored(document: Document, field: str) -> list[tuple[str, str]]:
    return [
        (place.anchor, document.text[place.start : place.end])
        for section in document.sections
        if section.field == field
        for place in section.paragraphs
    ]


def test_a_page_has_the_numbers_dates_and_people_of_its_own_document(tmp_path: Path) -> None:
    document = one(tmp_path / "a.html", PAGE)
    check_document(document)
    assert (document.key, document.kind, document.country) == ("US-9000001-B2", DocumentKind.PATENT, "US")
    assert (document.title, document.abstract) == ("Lid that closes", "A lid closes at 10^5 Pa.")
    assert document.work == document.application == "US-appl-13/012345"
    assert len(document.priorities) == 1
    assert (document.family, document.language) == ("docdb:46544321", "en")
    assert [(event.kind.value, str(event.when), event.confidence) for event in document.events] == [
        ("granted", "2015-04-07", "medium"),
        ("filed", "2011-01-24", "medium"),
        ("priority", "2010-01-25", "medium"),
        ("related-published", "2013-01-03", "medium"),
    ]
    assert [(party.role, party.name) for party in document.parties] == [
        ("inventor", "Ann Moss"),
        ("inventor", "Bo Reed"),
        ("assignee", "Lid Lab"),
    ]
    assert [(c.scheme, c.symbol) for c in document.classes] == [("CPC", "B65D43/02")]


def test_rows_are_citations_where_the_document_cites(tmp_path: Path) -> None:
    assert [(c.text, c.key, c.category) for c in one(tmp_path / "a.html", PAGE).citations] == [
        ("EP1234567A1, Pot, 2000-06-07", "EP-1234567-A1", "cited by examiner"),
        ("JP2010123456A, Pan", "JP-2010123456-A", "of the family"),
        ("REED: Pots, 2001", "", ""),
    ]


def test_paragraphs_headings_and_loose_text_keep_their_places(tmp_path: Path) -> None:
    document = one(tmp_path / "a.html", PAGE)
    assert [section.heading for section in document.sections if section.heading] == [
        "TECHNICAL FIELD",
        "SUMMARY",
    ]
    assert anchored(document, "description") == [
        ("¶0001", "Lids & pots.\nMore."),
        ("¶0002", "See FIG. 1."),
        ("¶0002", "a | b"),
        ("¶3", "loose end"),
        ("¶0012", "They close."),
    ]


def test_claims_are_numbered_depend_on_what_they_link_and_cancelled_ones_are_left_out(tmp_path: Path) -> None:
    document = one(tmp_path / "a.html", PAGE)
    assert anchored(document, "claims") == [
        ("claims", "What is claimed is:"),
        ("claim 1", "A lid comprising:\na rim."),
        ("claim 2", "The lid of claim 1, closing."),
    ]
    assert [claim.depends_on for claim in document.claims] == [(), (1,)]


def test_a_machine_translation_is_read_as_shown_and_said(tmp_path: Path) -> None:
    document, note = items_of(READER, tmp_path / "a.html", TRANSLATED)
    assert isinstance(document, Document)
    check_document(document)
    assert document.text == (
        "Closing lid\n\nThe lid closes.\n\nThis relates to lids.\n\nThey close.\n\n"
        "A lid.\n\nThe lid of claim 1."
    )
    assert [anchor for anchor, _ in anchored(document, "description")] == ["¶0001", "¶0045"]
    assert document.language == "en"
    assert isinstance(note, Unreadable)
    assert note.reason.endswith("abstract, claims: machine translation from Japanese, quote the original")


@pytest.mark.parametrize(
    "claims",
    [
        '<p class="claim">1. A lid.</p><div class="claim-dependent"><p>2. The lid of claim 1.</p></div>',
        '<p class="claim"><b num="1">A lid.</b></p><p num="2" class="claim">The lid of claim 1.',
        "<p>1. A lid.</p><p>2. The lid of claim 1.</p>",
        "<div>1. A lid. 2. The lid of claim 1.</div>",
    ],
)
def test_claims_of_older_markup_are_numbered_by_what_is_printed(tmp_path: Path, claims: str) -> None:
    page = BARE.replace("<div>A lid.</div><div>The lid of claim 1.</div>", claims)
    document = one(tmp_path / "a.html", page)
    assert anchored(document, "claims") == [("claim 1", "A lid."), ("claim 2", "The lid of claim 1.")]
    assert document.claims[1].depends_on == (1,)


def test_claims_without_numbers_stay_text_and_that_is_said(tmp_path: Path) -> None:
    document, note = items_of(READER, tmp_path / "a.html", BARE)
    assert isinstance(document, Document)
    assert (document.text, document.claims) == ("A lid.\n\nThe lid of claim 1.", ())
    assert "not numbered" in getattr(note, "reason", "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html><dd itemprop='publicationNumber'>soon</dd></html>", "names no publication"),
        ("<html><dd itemprop='publicationNumber'>EP1234567A1</dd></html>", "has no text"),
        ("", "is empty"),
        ("<div>" * 300 + PAGE, "nested too deeply"),
        ("<b>" * 400_001, "tags"),
    ],
)
def test_pages_without_a_document_are_reasons(tmp_path: Path, text: str, reason: str) -> None:
    (item,) = items_of(READER, tmp_path / "a.html", text)
    assert isinstance(item, Unreadable)
    assert reason in item.reason


def test_other_bytes_and_pages_past_the_limit_are_reasons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (item,) = items_of(READER, tmp_path / "a.html", PAGE.encode("utf-16"))
    assert "not UTF-8" in getattr(item, "reason", "")
    monkeypatch.setattr(google_patents, "PAGE_LIMIT", 100)
    (item,) = items_of(READER, tmp_path / "a.html", PAGE)
    assert "more than" in getattr(item, "reason", "")


def test_a_page_of_anybody_else_is_left_to_the_reader_of_files(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<html><p itemprop='title'>Lids</p></html>", encoding="utf-8")
    assert sources.detect(tmp_path / "a.html").name == "files"


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_recognised_and_resumes_anywhere(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(SAMPLES[name])
    assert sources.detect(path).name == READER.name
    check_resume(READER, path)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([PAGE, TRANSLATED, BARE]).flatmap(lambda text: mutated(text.encode())))
def test_mutated_pages_are_values(tmp_path: Path, data: bytes) -> None:
    check_mutation(READER, tmp_path / "m.html", data)
