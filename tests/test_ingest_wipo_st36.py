"""ST.36: international publications and national ones with the same tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from ingest import sources
from ingest.documents import Citation, Document, DocumentKind, Party
from ingest.wipo_st36 import WIPO_ST36
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

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
BODY = """<abstract lang="fr"><p num="0000">Un couvercle.</p></abstract><abstract lang="en"><p>A lid.</p>
</abstract>
<application-body lang="en"><description lang="en"><invention-title>LID</invention-title>
<technical-field><heading>Technical Field</heading><p num="0001">Lids.</p></technical-field>
<disclosure><tech-problem><p num="0002">They leak.</p><p>Much.</p></tech-problem></disclosure></description>
<claims lang="en"><claim num="1"><claim-text>1. A lid.</claim-text></claim><claim num="2">
<claim-text>2. The lid of
<claim-ref idref="CLM-00001">claim 1</claim-ref>.</claim-text></claim></claims></application-body>
<search-report-data><srep-citations><citation><patcit><document-id><country>JP</country>
<doc-number>2005123456</doc-number><kind>A</kind></document-id></patcit><rel-passage><passage>all</passage>
<category>X</category><rel-claims>1-2</rel-claims></rel-passage></citation></srep-citations>
</search-report-data>
"""


def pamphlet(number: str = "2025099629", *, day: str = "20250417", body: str = BODY) -> str:
    return f"""{HEAD}<wo-patent-document lang="en" country="WO" doc-number="{number}" kind="A1">
<bibliographic-data country="WO" lang="en"><publication-reference><document-id><country>WO</country>
<doc-number>{number}</doc-number><kind>A1</kind><date>{day}</date></document-id></publication-reference>
<classifications-ipcr><classification-ipcr><text>A47J 36/06 2006.01</text></classification-ipcr>
<classification-ipcr><section>F</section><class>16</class><subclass>D</subclass><main-group>48</main-group>
<subgroup>06</subgroup></classification-ipcr></classifications-ipcr>
<application-reference appl-type="PCT"><document-id><country>PCT</country>
<doc-number>KR2024099738</doc-number>
<date>20241011</date></document-id></application-reference>
<priority-claims><priority-claim sequence="1" kind="national"><country>DE</country>
<doc-number>102023001234</doc-number><date>20231012</date></priority-claim></priority-claims>
<invention-title lang="fr">COUVERCLE</invention-title><invention-title lang="en">LID</invention-title>
<parties><applicants><applicant sequence="1"><addressbook><orgname>MOSS LIDS AG</orgname><address>
<country>CH</country></address></addressbook></applicant></applicants><inventors><inventor><addressbook>
<last-name>MOSS</last-name><first-name>Ann</first-name></addressbook></inventor></inventors></parties>
</bibliographic-data>{body}</wo-patent-document>
"""


GAZETTE = """<jp-official-gazette kind-of-jp="A" kind-of-st16="A" lang="ja" dtd-version="1.0" country="JP"
 xmlns:jp="http://www.jpo.go.jp"><bibliographic-data lang="ja" country="JP"><publication-reference>
<document-id>
<country>JP</country><doc-number>2010123456</doc-number><kind>公開特許公報(A)</kind><date>20100603</date>
</document-id>
</publication-reference><application-reference><document-id><doc-number>2008298000</doc-number>
<date>20081121</date>
</document-id></application-reference><invention-title>蓋</invention-title><classification-ipc>
<main-clsf>A47J  36/06
   (2006.01)</main-clsf><further-clsf>A47J  27/00</further-clsf></classification-ipc><parties>
<jp:applicants-agents-article><jp:applicants-agents><applicant sequence="1"><addressbook lang="ja">
<name>苔蓋株式会社
</name></addressbook></applicant></jp:applicants-agents></jp:applicants-agents-article></parties>
</bibliographic-data>
<abstract><p num="">【課題】蓋。</p></abstract>
<description><technical-field><p num="0001">蓋に関する。</p>
</technical-field>
</description><claims><claim num="1"><claim-text>蓋。</claim-text></claim>
<claim num="2"><claim-text>請求項1に記載の蓋。
</claim-text></claim></claims></jp-official-gazette>
"""
CHINESE = """<cn-patent-document lang="ZH" country="CN"><cn-bibliographic-data><cn-publication-reference>
<document-id>
<country>CN</country><doc-number>112345678</doc-number><kind>A</kind><date>20210209</date></document-id>
</cn-publication-reference><application-reference><document-id><country>CN</country><doc-number>202010123456.7
</doc-number><date>20200221</date></document-id></application-reference><invention-title>盖</invention-title>
</cn-bibliographic-data><application-body lang="zh"><claims><claim num="0001">
<claim-text>1.一种盖。</claim-text></claim>
<claim num="0002"><claim-text>2.根据权利要求1所述的盖。</claim-text></claim></claims></application-body>
</cn-patent-document>
"""
SAMPLES = {
    "wo.xml": pamphlet().encode(),
    "jp.xml": f"{HEAD}{GAZETTE}".encode(),
    "cn.xml": f"{HEAD}{CHINESE}".encode(),
    "st36-glued.xml": (
        pamphlet() + pamphlet("2025099630").replace("</parties>", "") + pamphlet("2025099631")
    ).encode(),
}


def one(path: Path, text: str | bytes) -> Document:
    (document,) = documents(read(WIPO_ST36, path, text))
    return document


def test_an_international_publication_is_public_at_geneva_and_filed_elsewhere(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", pamphlet())
    assert (document.key, document.kind, document.country) == (
        "WO-2025099629-A1",
        DocumentKind.APPLICATION,
        "WO",
    )
    assert days(document) == [
        ("published", "2025-04-17", "Europe/Zurich"),
        ("filed", "2024-10-11", "Asia/Seoul"),
        ("priority", "2023-10-12", "Europe/Berlin"),
    ]
    assert document.application == document.work == "PCT-appl-KR2024/099738"
    assert document.priorities == ("DE-appl-102023001234",)


def test_titles_abstracts_paragraphs_and_claims_are_where_they_are_looked_for(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", pamphlet())
    assert (document.title, document.abstract, document.language) == ("LID", "A lid.", "en")
    assert anchors(document, "description") == ["¶0001", "¶0002", "¶3"]
    assert [(claim.number, claim.depends_on) for claim in document.claims] == [(1, ()), (2, (1,))]
    assert paragraph(document, "title (fr)") == "COUVERCLE"
    assert paragraph(document, "abstract (fr)") == "Un couvercle."
    assert [f"{item.scheme} {item.symbol}" for item in document.classes] == ["IPC A47J36/06", "IPC F16D48/06"]
    assert document.parties == (
        Party(role="applicant", name="MOSS LIDS AG", country="CH"),
        Party(role="inventor", name="Ann MOSS"),
    )
    assert document.citations == (
        Citation(
            text="JP 2005123456 A", key="JP-2005123456-A", category="X", phase="search report", claims="1-2"
        ),
    )


def test_a_document_of_page_images_is_read_with_its_front_page(tmp_path: Path) -> None:
    images = '<abstract lang="en"><p>A lid.</p></abstract><description><doc-page file="1.tif"/></description>'
    document = one(tmp_path / "a.xml", pamphlet(body=images))
    assert document.text == "LID\n\nA lid.\n\nCOUVERCLE"


def test_a_japanese_gazette_says_its_kind_in_words(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", SAMPLES["jp.xml"])
    assert (document.key, document.language) == ("JP-2010123456-A", "ja")
    assert days(document)[0] == ("published", "2010-06-03", "Asia/Tokyo")
    assert [item.symbol for item in document.classes] == ["A47J36/06", "A47J27/00"]
    assert [claim.depends_on for claim in document.claims] == [(), (1,)]
    assert document.parties == (Party(role="applicant", name="苔蓋株式会社"),)


def test_a_chinese_document_has_its_offices_prefixes(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", SAMPLES["cn.xml"])
    assert (document.key, document.title, document.language) == ("CN-112345678-A", "盖", "zh")
    assert document.application == "CN-appl-202010123456"
    assert [(claim.number, claim.depends_on) for claim in document.claims] == [(1, ()), (2, (1,))]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "<kr-patent-document><SDOBI/></kr-patent-document>",
            "its front page is in B-codes (SDOBI), which are read of the EPO only",
        ),
        ("<patent-document/>", "it has no bibliographic data"),
        (
            "<patent-document><bibliographic-data/></patent-document>",
            "it has no publication number: nothing says that it was published",
        ),
    ],
)
def test_what_is_no_publication_is_refused_by_name(tmp_path: Path, text: str, reason: str) -> None:
    assert reasons(read(WIPO_ST36, tmp_path / "a.xml", HEAD + text)) == [reason]


@pytest.mark.parametrize("day", ["", "20259999", "today"])
def test_a_day_that_is_none_costs_the_event_only(tmp_path: Path, day: str) -> None:
    assert one(tmp_path / "a.xml", pamphlet(day=day)).published is None


def test_a_broken_document_among_good_ones_costs_itself_only(tmp_path: Path) -> None:
    items = read(WIPO_ST36, tmp_path / "a.xml", SAMPLES["st36-glued.xml"])
    assert [document.key for document in documents(items)] == ["WO-2025099629-A1", "WO-2025099631-A1"]
    assert len(reasons(items)) == 1


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_documents_are_known_by_what_is_in_them_packed_or_not(tmp_path: Path, name: str) -> None:
    keeps_the_laws(WIPO_ST36, tmp_path / name, SAMPLES[name])
    assert sources.detect(tmp_path / name).name == "wipo-st36"
    assert sources.detect(packed(tmp_path / "a.zip", {name: SAMPLES[name]})).name == "wipo-st36"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("name", sorted(SAMPLES))
@given(changes=CHANGES)
def test_changed_bytes_never_raise(
    tmp_path: Path, name: str, changes: list[tuple[float, int, bytes]]
) -> None:
    keeps_the_laws(WIPO_ST36, tmp_path / "a.xml", changed(SAMPLES[name], changes))
