"""ST.96: publications are read, parts of applications are refused with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from ingest import sources
from ingest.documents import Citation, Document, DocumentKind, Party
from ingest.wipo_st96 import WIPO_ST96
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
SPACES = """xmlns:pat="http://www.wipo.int/standards/XMLSchema/ST96/Patent"
 xmlns:com="http://www.wipo.int/standards/XMLSchema/ST96/Common" """
CLASSES = """<pat:PatentClassificationBag><pat:IPCRClassificationBag><pat:IPCRClassification>
<pat:Section>A</pat:Section><pat:Class>47</pat:Class><pat:Subclass>J</pat:Subclass>
<pat:MainGroup>36</pat:MainGroup>
<pat:Subgroup>06</pat:Subgroup></pat:IPCRClassification></pat:IPCRClassificationBag><pat:CPCClassificationBag>
<pat:MainCPC><pat:CPCClassification><pat:CPCSection>F</pat:CPCSection><pat:Class>16</pat:Class>
<pat:Subclass>D</pat:Subclass><pat:MainGroup>2500</pat:MainGroup><pat:Subgroup>10437</pat:Subgroup>
</pat:CPCClassification></pat:MainCPC></pat:CPCClassificationBag></pat:PatentClassificationBag>"""
CITED = """<pat:ReferenceCitationBag><pat:ReferenceCitation pat:citingPartyCategory="Examiner">
<com:PatentCitation>
<com:CitedPatentDocumentIdentification><com:IPOfficeCode>US</com:IPOfficeCode>
<com:DocumentNumber>2004/0999741</com:DocumentNumber><com:EntityName>Reed</com:EntityName>
<com:PatentDocumentKindCode>A1</com:PatentDocumentKindCode></com:CitedPatentDocumentIdentification>
</com:PatentCitation>
</pat:ReferenceCitation><pat:ReferenceCitation><com:NPLCitation><com:NPLCitationText>Moss: Lids,
doi:10.1234/Pots.11</com:NPLCitationText></com:NPLCitation><pat:CitedPassageBag><pat:CitedPassage>
<pat:PassageRelevanceBag><pat:PassageRelevance><pat:CitationCategoryCode>X</pat:CitationCategoryCode>
<pat:RelatedClaimBag><pat:ClaimNumber>1</pat:ClaimNumber><pat:ClaimNumber>2</pat:ClaimNumber>
</pat:RelatedClaimBag>
</pat:PassageRelevance></pat:PassageRelevanceBag></pat:CitedPassage></pat:CitedPassageBag>
</pat:ReferenceCitation>
</pat:ReferenceCitationBag>"""
PARTIES = """<pat:PartyBag><pat:ApplicantBag><pat:Applicant><com:PublicationContact><com:Name>
<com:EntityName>Moss Lids AG</com:EntityName></com:Name><com:CountryCode>CH</com:CountryCode>
</com:PublicationContact>
</pat:Applicant></pat:ApplicantBag><pat:InventorBag><pat:Inventor><com:PublicationContact><com:Name>
<com:PersonName>
<com:PersonStructuredName><com:FirstName>Ann</com:FirstName><com:LastName>Moss</com:LastName>
</com:PersonStructuredName></com:PersonName></com:Name></com:PublicationContact></pat:Inventor>
</pat:InventorBag>
</pat:PartyBag>"""
RELATED = """<pat:RelatedDocumentBag><pat:Division><pat:ParentDocument><pat:PatentDocumentIdentification>
<pat:ApplicationIdentification><com:IPOfficeCode>US</com:IPOfficeCode><com:ApplicationNumber>
<com:ApplicationNumberText>12799916</com:ApplicationNumberText></com:ApplicationNumber>
<pat:FilingDate>2010-07-13</pat:FilingDate></pat:ApplicationIdentification></pat:PatentDocumentIdentification>
</pat:ParentDocument></pat:Division><pat:RelatedPublication><pat:PatentDocumentIdentification>
<pat:PatentPublicationIdentification><com:IPOfficeCode>US</com:IPOfficeCode>
<pat:PublicationNumber>20130299561</pat:PublicationNumber>
<com:PatentDocumentKindCode>A1</com:PatentDocumentKindCode>
<com:PublicationDate>2013-08-22</com:PublicationDate></pat:PatentPublicationIdentification>
</pat:PatentDocumentIdentification></pat:RelatedPublication></pat:RelatedDocumentBag>"""
TEXT = """<pat:Description com:id="description">
<com:P com:pNumber="0001">Lids at 10<com:Sup>5</com:Sup> Pa.</com:P>
<pat:BackgroundArt><com:Heading>BACKGROUND</com:Heading>
<com:P com:pNumber="0002">Old lids leak,<com:Br/>much.</com:P>
</pat:BackgroundArt></pat:Description><pat:ClaimStatement>We claim:</pat:ClaimStatement><pat:Claims>
<pat:Claim com:id="CLM-00001"><pat:ClaimNumber>1</pat:ClaimNumber><pat:ClaimTypeCategory>Independent
</pat:ClaimTypeCategory><pat:ClaimText>1. A lid, comprising:<pat:ClaimText>a rim.</pat:ClaimText>
</pat:ClaimText>
</pat:Claim><pat:Claim com:id="CLM-00002"><pat:ClaimNumber>2</pat:ClaimNumber><pat:ClaimText>2. The lid of
<pat:ClaimReference com:idrefs="CLM-00001">claim 1</pat:ClaimReference>.</pat:ClaimText></pat:Claim>
</pat:Claims>
<pat:Abstract><com:P com:pNumber="0000">A lid.</com:P></pat:Abstract>"""


def publication(number: str = "08999998", *, day: str = "2015-01-20", root: str = "PatentPublication") -> str:
    return f"""{HEAD}<pat:{root} {SPACES} com:st96Version="V6_0" com:languageCode="en"><com:IPOfficeCode>US
</com:IPOfficeCode><pat:BibliographicData><pat:PatentPublicationIdentification>
<com:IPOfficeCode>US</com:IPOfficeCode>
<pat:PublicationNumber>{number}</pat:PublicationNumber>
<com:PatentDocumentKindCode>B2</com:PatentDocumentKindCode>
<com:PublicationDate>{day}</com:PublicationDate></pat:PatentPublicationIdentification>
<pat:ApplicationIdentification>
<com:IPOfficeCode>US</com:IPOfficeCode><com:ApplicationNumber><com:ApplicationNumberText>13799521
</com:ApplicationNumberText></com:ApplicationNumber><pat:FilingDate>2013-03-12</pat:FilingDate>
</pat:ApplicationIdentification><pat:PriorityClaimBag><pat:PriorityClaim>
<com:IPOfficeCode>JP</com:IPOfficeCode>
<com:ApplicationNumber><com:ApplicationNumberText>2007-299922</com:ApplicationNumberText>
</com:ApplicationNumber>
<pat:FilingDate>2007-11-08</pat:FilingDate></pat:PriorityClaim></pat:PriorityClaimBag>{CLASSES}
<pat:InventionTitleBag><pat:InventionTitle>Lid</pat:InventionTitle>
</pat:InventionTitleBag>{CITED}{RELATED}{PARTIES}
</pat:BibliographicData>{TEXT}</pat:{root}>
"""


WRAPPER = f"""{HEAD}<pat:ClaimsDocument xmlns:pat="urn:us:gov:doc:uspto:patent">
<pat:DocumentCode>CLM</pat:DocumentCode><pat:MailRoomDate>2014-11-18</pat:MailRoomDate><pat:ClaimSet>
<pat:ClaimList>
<pat:Claim><pat:ClaimNumber>1</pat:ClaimNumber><pat:ClaimText>1. A lid.</pat:ClaimText></pat:Claim>
</pat:ClaimList>
</pat:ClaimSet></pat:ClaimsDocument>
"""
SAMPLES = {
    "st96.xml": publication().encode(),
    "st96-part.xml": WRAPPER.encode(),
    "st96-glued.xml": (
        publication() + publication("08999999").replace("</pat:Claims>", "") + publication("09000001")
    ).encode(),
}


def one(path: Path, text: str) -> Document:
    (document,) = documents(read(WIPO_ST96, path, text))
    return document


def test_a_publication_has_its_days_and_numbers(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", publication())
    assert (document.key, document.kind, document.language) == ("US-8999998-B2", DocumentKind.PATENT, "en")
    assert days(document) == [
        ("granted", "2015-01-20", "America/New_York"),
        ("related-published", "2013-08-22", "America/New_York"),
        ("filed", "2013-03-12", "America/New_York"),
        ("priority", "2007-11-08", "Asia/Tokyo"),
        ("priority", "2010-07-13", "America/New_York"),
    ]
    assert document.application == document.work == "US-appl-13/799521"
    assert document.priorities == ("JP-appl-2007299922", "US-appl-12/799916")


def test_a_japanese_publication_is_known_by_its_root(tmp_path: Path) -> None:
    gazette = publication("2022123456", root="UnexaminedPatentPublication")
    japanese = gazette.replace(
        "<com:IPOfficeCode>US</com:IPOfficeCode>\n<pat:PublicationNumber>", "<pat:PublicationNumber>"
    )
    japanese = japanese.replace(
        "B2</com:PatentDocumentKindCode>", "公開特許公報（Ａ）</com:PatentDocumentKindCode>", 1
    )
    document = one(tmp_path / "a.xml", japanese.replace("<com:IPOfficeCode>US\n</com:IPOfficeCode>", ""))
    assert (document.key, days(document)[0][2]) == ("JP-2022123456-A", "Asia/Tokyo")


def test_running_text_reads_as_that_of_st36(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", publication())
    assert (document.title, document.abstract) == ("Lid", "A lid.")
    assert anchors(document, "description") == ["¶0001", "¶0002"]
    assert paragraph(document, "¶0001") == "Lids at 10^5 Pa."
    assert paragraph(document, "¶0002") == "Old lids leak,\nmuch."
    assert paragraph(document, "claim 1") == "A lid, comprising:\na rim."
    assert [(claim.number, claim.depends_on) for claim in document.claims] == [(1, ()), (2, (1,))]
    assert "Independent" not in document.text


def test_classes_parties_and_citations_are_read(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", publication())
    assert [f"{item.scheme} {item.symbol}" for item in document.classes] == [
        "IPC A47J36/06",
        "CPC F16D2500/10437",
    ]
    assert document.parties == (
        Party(role="applicant", name="Moss Lids AG", country="CH"),
        Party(role="inventor", name="Ann Moss"),
    )
    assert document.citations == (
        Citation(text="US 2004/0999741 A1 (Reed)", key="US-20040999741-A1", category="cited by examiner"),
        Citation(
            text="Moss: Lids, doi:10.1234/Pots.11", key="doi:10.1234/pots.11", category="X", claims="1, 2"
        ),
    )


def test_a_part_of_an_application_never_becomes_prior_art(tmp_path: Path) -> None:
    items = read(WIPO_ST96, tmp_path / "a.xml", WRAPPER)
    assert documents(items) == []
    (reason,) = reasons(items)
    assert reason.startswith("a part of an application (ClaimsDocument), not a publication: nothing says")
    assert reason.endswith("ingest the publication of the application or the grant")


def test_a_publication_without_a_number_is_refused(tmp_path: Path) -> None:
    assert reasons(read(WIPO_ST96, tmp_path / "a.xml", publication(""))) == [
        "it has no publication number: nothing says that it was published"
    ]


@pytest.mark.parametrize("day", ["", "2015-13-40", "soon"])
def test_a_day_that_is_none_costs_the_event_only(tmp_path: Path, day: str) -> None:
    assert one(tmp_path / "a.xml", publication(day=day)).published is None


def test_a_broken_document_among_good_ones_costs_itself_only(tmp_path: Path) -> None:
    items = read(WIPO_ST96, tmp_path / "a.xml", SAMPLES["st96-glued.xml"])
    assert [document.key for document in documents(items)] == ["US-8999998-B2", "US-9000001-B2"]
    assert len(reasons(items)) == 1


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_documents_are_known_by_what_is_in_them_packed_or_not(tmp_path: Path, name: str) -> None:
    keeps_the_laws(WIPO_ST96, tmp_path / name, SAMPLES[name])
    assert sources.detect(tmp_path / name).name == "wipo-st96"
    assert sources.detect(packed(tmp_path / "a.zip", {name: SAMPLES[name]})).name == "wipo-st96"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("name", ["st96.xml", "st96-glued.xml"])
@given(changes=CHANGES)
def test_changed_bytes_never_raise(
    tmp_path: Path, name: str, changes: list[tuple[float, int, bytes]]
) -> None:
    keeps_the_laws(WIPO_ST96, tmp_path / "a.xml", changed(SAMPLES[name], changes))
