"""European full text: dates of the Bulletin, languages, sets of claims, citations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from ingest import sources
from ingest.documents import Citation, Classification, Document, DocumentKind, Party
from ingest.epo_fulltext import EPO_FULLTEXT
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

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE ep-patent-document PUBLIC "-//EPO//EP PATENT DOCUMENT 1.5//EN" "ep-patent-document-v1-5.dtd">
<!-- This XML data has been generated under the supervision of the European Patent Office -->
"""
TITLES = """<B541>de</B541><B542>Deckel</B542><B541>en</B541><B542>Lid</B542>
<B541>fr</B541><B542>Couvercle</B542>"""
DESCRIPTION = """<description id="desc" lang="de"><!-- EPO <DP n="1"> --><heading id="h0001"><b>Gebiet</b>
</heading>
<p id="p0001" num="0001">Deckel bei 10<sup>5</sup> Pa,<br/>nach <patcit id="pcit0001" dnum="US1234567A">
<text>US 1 234 567 A</text></patcit>.</p><p id="p0002" num=""><maths id="m1"><math><mi>x</mi></math>
</maths> gilt.</p>
<p id="p0003" num="0003"><tables id="t1"><table><tgroup cols="2"><tbody><row><entry>a</entry>
<entry>1</entry></row>
</tbody></tgroup></table></tables></p></description>
"""
REPORT = """<search-report-data id="srep" lang="de" srep-office="EP">
<doc-page id="srep0001" file="srep0001.tif"/>
<srep-citations><citation><patcit dnum="DE3799285A1"><document-id><country>DE</country>
<doc-number>3799285</doc-number>
<kind>A1</kind></document-id></patcit><rel-passage><passage>Figur 1</passage><category>X</category>
<rel-claims>1</rel-claims></rel-passage></citation></srep-citations></search-report-data>
"""
LIST = """<ep-reference-list id="ref-list"><heading id="ref-h0001">AUFGEFÜHRTE DOKUMENTE</heading>
<p id="ref-p0001"
 num=""><ul><li><patcit id="ref-pcit0001" dnum="US1234567A"><document-id><country>US</country>
<doc-number>1234567
</doc-number><kind>A</kind></document-id></patcit><crossref idref="pcit0001">[0001]</crossref></li><li><nplcit
 npl-type="s"><article><author><name>MOSS et al.</name></author><atl/><serial><sertitle>J. Pots</sertitle>
<pubdate>
<sdate>20110000</sdate><edate/></pubdate></serial></article></nplcit></li></ul></p></ep-reference-list>
"""


def claims(spoken: str, *texts: str, mark: str = "") -> str:
    inner = "".join(
        f'<claim id="c-{spoken}-{n:04}" num="{n:04}"><claim-text>{text}</claim-text></claim>'
        for n, text in enumerate(texts, start=1)
    )
    return f'<claims id="claims01" lang="{spoken}">{mark}{inner}</claims>\n'


SETS = (
    claims("de", "Deckel.", "Deckel nach Anspruch 1, <b>dadurch gekennzeichnet</b>, dass er rund ist.")
    + claims("en", "A lid.", "The lid of claim 1.")
    + claims("fr", "Un couvercle.", "Le couvercle selon la revendication 1.")
    + claims("de", "Deckel für Töpfe.", mark="<heading>Ansprüche für AT</heading>")
)


def document(
    kind: str = "B2",
    *,
    number: str = "0799087",
    body: str = DESCRIPTION + SETS + REPORT + LIST,
    dates: str = "",
    titles: str = TITLES,
    own: str = "20210505",
) -> str:
    return f"""{HEAD}<ep-patent-document id="EP13999031{kind}" file="x.xml" lang="de"
 country="EP" doc-number="{number}"
 kind="{kind}" date-publ="{own}" status="n" dtd-version="ep-patent-document-v1-5">
<SDOBI lang="de"><B000><eptags><B001EP>ATBE</B001EP></eptags></B000><B100><B110>{number}</B110>
<B130>{kind}</B130>
<B140><date>{own}</date></B140><B190>EP</B190></B100><B200><B210>13999031.1</B210><B220>
<date>20131017</date></B220>
<B250>de</B250><B251EP>de</B251EP><B260>de</B260></B200><B300><B310>102012999402</B310><B320>
<date>20121217</date>
</B320><B330><ctry>DE</ctry></B330><B310>326999 P</B310><B320><date>20011003</date></B320><B330>
<ctry>US</ctry></B330>
</B300><B400><B405><date>{own}</date><bnum>202118</bnum></B405><B430><date>20140618</date>
<bnum>201425</bnum></B430>
<B450><date>20160323</date><bnum>201612</bnum></B450><B452EP><date>20151015</date></B452EP><B477>
<date>{own}</date>
<bnum>202118</bnum></B477></B400><B500><B510EP><classification-ipcr sequence="1"><text>A47J  36/06
20060101AFI20140331BHEP</text></classification-ipcr></B510EP><B510><B516>7</B516>
<B511> 7C 07C  29/44   A</B511></B510>
<B520EP><classifications-cpc><classification-cpc sequence="1">
<text>F16D2500/10437     20130101 LA20211026BHEP</text>
</classification-cpc></classifications-cpc></B520EP><B540>{titles}</B540><B560><B561>
<text>US-A1- 2004 999 741</text>
</B561><B561><text>WO-A1-2011/999011</text></B561><B562><text>MOSS: Lids, doi:10.1234/Pots.11.</text></B562>
</B560>
</B500><B600><B620><parent><pdoc><dnum><anum>12999383.3</anum><pnum>2599244</pnum></dnum>
<date>20120914</date></pdoc>
</parent></B620></B600><B700><B720><B721><snm>Moss, Ann</snm><adr><ctry>CH</ctry></adr></B721></B720><B730>
<B731>
<snm>Moss Lids AG</snm><adr><ctry>DE</ctry></adr></B731></B730></B700><B800>{dates}</B800></SDOBI>
{body}</ep-patent-document>
"""


PCT = """<B860><B861><dnum><anum>US2013099511</anum></dnum><date>20131017</date></B861><B862>en</B862>
</B860><B870><B871>
<dnum><pnum>WO2014199478</pnum></dnum><date>20140422</date><bnum>201417</bnum></B871></B870><B880>
<date>20140918</date>
<bnum>201438</bnum></B880>"""
BROKEN = document("A1", number="0999999").replace("</B110>", "</B111>")
SAMPLES = {
    "ep-b2.xml": document().encode(),
    "ep-a1.xml": document("A1", dates=PCT, body="", own="20140618").encode(),
    "ep-glued.xml": (document("A2") + BROKEN + document("B1", number="1234567")).encode(),
}


def one(path: Path, text: str) -> Document:
    (found,) = documents(read(EPO_FULLTEXT, path, text))
    return found


def test_days_of_the_bulletin_are_at_munich_and_only_its_own_is_this_text(tmp_path: Path) -> None:
    found = one(tmp_path / "a.xml", document())
    assert (found.key, found.kind, found.language) == ("EP-799087-B2", DocumentKind.PATENT, "de")
    assert days(found) == [
        ("published", "2021-05-05", "Europe/Berlin"),
        ("related-published", "2014-06-18", "Europe/Berlin"),
        ("related-published", "2016-03-23", "Europe/Berlin"),
        ("filed", "2013-10-17", "Europe/Berlin"),
        ("priority", "2012-12-17", "Europe/Berlin"),
        ("priority", "2001-10-03", "America/New_York"),
    ]
    assert str(found.published) == "2021-05-05"
    assert found.application == found.work == "EP-appl-13999031"
    assert found.priorities == ("DE-appl-102012999402", "US-appl-60/326999", "EP-appl-12999383")


@pytest.mark.parametrize(
    ("kind", "expected", "what"),
    [
        ("A1", "published", DocumentKind.APPLICATION),
        ("A3", "published", DocumentKind.APPLICATION),
        ("B1", "granted", DocumentKind.PATENT),
        ("B9", "published", DocumentKind.PATENT),
    ],
)
def test_only_b1_is_the_publication_of_the_grant(
    tmp_path: Path, kind: str, expected: str, what: DocumentKind
) -> None:
    found = one(tmp_path / "a.xml", document(kind))
    assert (days(found)[0][0], found.kind) == (expected, what)


def test_an_international_application_has_titles_and_names_its_publication(tmp_path: Path) -> None:
    found = one(tmp_path / "a.xml", SAMPLES["ep-a1.xml"].decode())
    assert found.text == "Deckel\n\nLid\n\nCouvercle"
    assert days(found)[:4] == [
        ("published", "2014-06-18", "Europe/Berlin"),
        ("related-published", "2016-03-23", "Europe/Berlin"),
        ("related-published", "2014-09-18", "Europe/Berlin"),
        ("related-published", "2014-04-22", "Europe/Zurich"),
    ]


def test_the_language_of_the_proceedings_is_cited_and_english_claims_are_kept(tmp_path: Path) -> None:
    found = one(tmp_path / "a.xml", document())
    assert found.title == "Deckel"
    assert anchors(found, "title") == ["title", "title (en)", "title (fr)"]
    assert [(claim.number, claim.depends_on) for claim in found.claims] == [(1, ()), (2, (1,))]
    assert anchors(found, "claims") == [
        "claim 1",
        "claim 2",
        "claim 1 (en)",
        "claim 2 (en)",
        "claim 1 (set 2)",
    ]
    assert "Ansprüche für AT" in found.text
    assert "couvercle selon" not in found.text


def test_claims_in_another_language_only_are_not_lost(tmp_path: Path) -> None:
    found = one(tmp_path / "a.xml", document(body=DESCRIPTION + claims("fr", "Un couvercle.")))
    assert (anchors(found, "claims"), found.language) == (["claim 1"], "de")


def test_paragraphs_keep_their_printed_numbers_and_the_reference_list_is_no_text(tmp_path: Path) -> None:
    found = one(tmp_path / "a.xml", document())
    assert anchors(found, "description") == ["¶0001", "¶2", "¶0003"]
    assert paragraph(found, "¶0001") == "Deckel bei 10^5 Pa,\nnach US 1 234 567 A."
    assert paragraph(found, "¶2") == "[formula] gilt."
    assert paragraph(found, "¶0003") == "a | 1"
    assert "AUFGEFÜHRTE" not in found.text


def test_front_page_report_and_list_are_cited_with_what_they_say(tmp_path: Path) -> None:
    found = one(tmp_path / "a.xml", document())
    assert found.citations == (
        Citation(text="US-A1- 2004 999 741", key="US-20040999741-A1"),
        Citation(text="WO-A1-2011/999011", key="WO-2011999011-A1"),
        Citation(text="MOSS: Lids, doi:10.1234/Pots.11.", key="doi:10.1234/pots.11"),
        Citation(text="DE 3799285 A1", key="DE-3799285-A1", category="X", phase="search report", claims="1"),
        Citation(text="US 1234567 A", key="US-1234567-A", category="cited by applicant"),
        Citation(text="MOSS et al., J. Pots, 2011", category="cited by applicant"),
    )
    assert found.classes == (
        Classification(scheme="IPC", symbol="A47J36/06"),
        Classification(scheme="IPC", symbol="C07C29/44"),
        Classification(scheme="CPC", symbol="F16D2500/10437"),
    )
    assert found.parties == (
        Party(role="assignee", name="Moss Lids AG", country="DE"),
        Party(role="inventor", name="Moss, Ann", country="CH"),
    )


@pytest.mark.parametrize("day", ["", "20219999", "tomorrow"])
def test_a_day_that_is_none_costs_the_event_only(tmp_path: Path, day: str) -> None:
    found = one(tmp_path / "a.xml", document(own=day))
    assert found.published is None
    assert str(found.filed) == "2001-10-03"


def test_without_number_front_page_or_words_it_is_refused(tmp_path: Path) -> None:
    bare = f"{HEAD}<ep-patent-document/>"
    unnumbered = document(number="")
    silent = document(titles="", body="")
    assert reasons(read(EPO_FULLTEXT, tmp_path / "a.xml", bare + unnumbered + silent)) == [
        "it has no bibliographic part (SDOBI)",
        "it has no publication number or no kind",
        "EP-799087-B2 has no text",
    ]


def test_a_broken_document_in_a_glued_file_costs_itself_only(tmp_path: Path) -> None:
    items = read(EPO_FULLTEXT, tmp_path / "a.xml", SAMPLES["ep-glued.xml"])
    assert [found.key for found in documents(items)] == ["EP-799087-A2", "EP-1234567-B1"]
    assert len(reasons(items)) == 1
    keeps_the_laws(EPO_FULLTEXT, tmp_path / "a.xml", SAMPLES["ep-glued.xml"])


def test_packed_documents_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    path = packed(tmp_path / "EPNWB2.zip", {"a/ep.tif": b"II*", "a/ep.xml": SAMPLES["ep-b2.xml"]})
    assert sources.detect(path).name == "epo-fulltext"
    assert [found.key for found in documents(list(EPO_FULLTEXT.read(path)))] == ["EP-799087-B2"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_changed_bytes_never_raise(tmp_path: Path, changes: list[tuple[float, int, bytes]]) -> None:
    keeps_the_laws(EPO_FULLTEXT, tmp_path / "a.xml", changed(SAMPLES["ep-b2.xml"], changes))
