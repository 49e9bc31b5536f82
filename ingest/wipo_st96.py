"""WIPO ST.96: `PatentPublication` and the publications Japan's office makes of it.

Decisions
---------
* ST.96 spells the tags of ST.36 otherwise: the running text is renamed to those, so that there is one way of
  reading paragraphs, claims and tables.
* **A part of an application is not read.** The office's file wrapper (`ClaimsDocument`,
  `SpecificationDocument`, a lone `ApplicationBody`) has no publication number and no public date: it cannot
  be prior art. It has amended claims side by side with the original ones under one application number, so
  that one part would overwrite the other. The reason says to ingest the publication instead.
* An international application names its receiving office; a day is counted there.

Source: WIPO ST.96, version 6.0 (annexes III and VI).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.builder import TextBuilder
from ingest.documents import Citation, Classification, DatedEvent, Document, EventKind, Party
from ingest.errors import RecordRefusedError
from ingest.evidence import dated
from ingest.numbers import country_of
from ingest.patent_text import claim_sets, description
from ingest.patent_xml import (
    bare,
    class_symbols,
    document_kind,
    filing_key,
    kind_code,
    language,
    literature,
    public_kind,
    publication_key,
    text_at,
)
from ingest.uspto_text import flatten
from ingest.xml_records import XmlRecords

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element

    from ingest.documents import Origin
    from ingest.sniff import Head

NAME = "wipo-st96"
_JAPANESE = frozenset(
    {"UnexaminedPatentPublication", "RegisteredPatentPublication", "RegisteredUtilityModelPublication"}
    | {"InternationalPatentPublication"}
)
_PUBLICATIONS = _JAPANESE | {"PatentPublication"}
_PARTS = frozenset(
    {"ApplicationBody", "ClaimsDocument", "SpecificationDocument", "AbstractDocument"}
    | {"DescriptionDocument", "DrawingsDocument", "OutgoingDocument"}
)
_NAMESPACES = (b"wipo.int/standards/XMLSchema", b"urn:us:gov:doc:uspto:patent", b"jpo.go.jp")
_TAGS: Mapping[str, str] = {
    "P": "p",
    "Heading": "heading",
    "B": "b",
    "I": "i",
    "U": "u",
    "O": "o",
    "Sup": "sup",
    "Sub": "sub",
    "Br": "br",
    "UL": "ul",
    "OL": "ol",
    "DL": "dl",
    "LI": "li",
    "DT": "dt",
    "DD": "dd",
    "Image": "img",
    "Math": "maths",
    "InlineFormula": "maths",
    "BlockFormula": "maths",
    "ChemicalFormula": "chemistry",
    "ChemicalFormulae": "chemistry",
    "Claims": "claims",
    "ClaimSet": "claims",
    "Claim": "claim",
    "ClaimText": "claim-text",
    "ClaimReference": "claim-ref",
}
_ATTRIBUTES = {"pNumber": "num", "languageCode": "lang", "idrefs": "idref"}
_CLAIMED = "PriorityClaimBag/PriorityClaim"
_IPC = ("Section", "Class", "Subclass", "MainGroup", "Subgroup")
_CPC = ("CPCSection", "Class", "Subclass", "MainGroup", "Subgroup")


def _make(root: _Element, origin: Origin) -> Iterator[Document]:
    bare(root)
    if root.tag in _PARTS:
        raise RecordRefusedError(
            f"a part of an application ({root.tag}), not a publication: nothing says that the public could "
            "read it; ingest the publication of the application or the grant"
        )
    biblio = next((child for child in root if str(child.tag).endswith("BibliographicData")), None)
    if biblio is None:
        raise RecordRefusedError("it has no bibliographic data")
    _rename(root)
    published = _first(biblio, "PatentPublicationIdentification", "PatentGrantIdentification")
    key = _key(root, published)
    if not key:
        raise RecordRefusedError("it has no publication number: nothing says that it was published")
    country, kind = country_of(key), key.rpartition("-")[2] if key.count("-") > 1 else ""
    text = TextBuilder()
    spoken = _text(text, root, biblio)
    body, sections, claims = text.build()
    if not body:
        raise RecordRefusedError(f"{key} has no text")
    own = _filing(_first(biblio, "ApplicationIdentification"))
    priorities = dict.fromkeys(_filing(claim) for claim in (*biblio.iterfind(_CLAIMED), *_parents(biblio)))
    yield Document(
        key=key,
        kind=document_kind(country, kind),
        text=body,
        sections=sections,
        claims=claims,
        events=tuple(dict.fromkeys(_events(root, biblio, published, country, kind))),
        classes=tuple(dict.fromkeys(_classes(biblio))),
        parties=tuple(dict.fromkeys(_parties(biblio))),
        citations=tuple(dict.fromkeys(_citations(root))),
        language=spoken,
        country=country,
        work=own,
        application=own,
        priorities=tuple(name for name in priorities if name not in ("", own)),
        origin=origin,
    )


def _rename(root: _Element) -> None:
    """Give the running text the tags of ST.36; a claim keeps its text only, and its number as `num`."""
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = _TAGS.get(element.tag, element.tag)
            for name, plain in _ATTRIBUTES.items():
                if value := element.get(name):
                    element.set(plain, value)
    for claim in list(root.iter("claim")):
        claim.set("num", text_at(claim, "ClaimNumber") or claim.get("sequenceNumber") or "")
        for child in list(claim):
            if child.tag != "claim-text":
                claim.remove(child)


def _first(biblio: _Element, *names: str) -> _Element | None:
    return next((child for name in names for child in biblio if child.tag == name), None)


def _key(root: _Element, published: _Element | None) -> str:
    number = text_at(published, "PublicationNumber") or text_at(published, "PatentNumber")
    country = text_at(published, "IPOfficeCode") or text_at(root, "IPOfficeCode")
    kind = kind_code(text_at(published, "PatentDocumentKindCode"))
    unexamined = root.tag == "UnexaminedPatentPublication"  # of Japan, kind A (WIPO ST.16)
    return publication_key(number, country or _country(root), kind or ("A" if unexamined else ""))


def _country(root: _Element) -> str:
    return "JP" if root.tag in _JAPANESE else ""


def _filing(application: _Element | None) -> str:
    country, number = text_at(application, "IPOfficeCode"), text_at(application, "ApplicationNumber")
    return filing_key(country, number, "", text_at(application, "FilingDate"))


def _office(application: _Element) -> str:
    number = text_at(application, "ApplicationNumber")
    if number.startswith("PCT/"):
        return number[4:6]
    return text_at(application, "IPOfficeCode")


def _text(text: TextBuilder, root: _Element, biblio: _Element) -> str:
    """Add the whole text; returns its language."""
    rooms = [root, *root.iterfind("ApplicationBody")]
    bodies = [element for room in rooms for element in room.iterfind("Description")]
    titles = [title for title in biblio.iter("InventionTitle") if text_at(title)]
    codes = [element.get("lang") for element in (*bodies, *rooms[1:], root)]
    spoken = next(filter(None, map(language, codes)), "") or language(
        text_at(biblio, "PublicationLanguageCode")
    )
    titles.sort(key=lambda title: language(title.get("lang")) not in (spoken, ""))
    for title in titles[:1]:
        text.section("title")
        text.paragraph(text_at(title), "title")
    abstracts = [element for room in rooms for element in room.iterfind("Abstract")]
    abstracts.sort(key=lambda abstract: language(abstract.get("lang")) not in (spoken, ""))
    for position, abstract in enumerate(abstracts):
        said = language(abstract.get("lang"))
        text.section("abstract")
        for paragraph in abstract.iterfind("p"):
            text.paragraph(flatten(paragraph), "abstract" if position == 0 else f"abstract ({said or '?'})")
    last = 0
    for body in bodies:
        text.section("description")
        last = description(text, body, last)
    claim_sets(text, [element for room in rooms for element in room.iterfind("claims")], spoken)
    for title in titles[1:]:
        text.section("title")
        text.paragraph(text_at(title), f"title ({language(title.get('lang')) or '?'})")
    return spoken


def _events(
    root: _Element, biblio: _Element, published: _Element | None, country: str, kind: str
) -> Iterator[DatedEvent]:
    source = str(root.tag)
    names = ("PublicationDate", "GrantDate", "IssueDate")
    own = next(filter(None, (text_at(published, name) for name in names)), "")
    own = own or root.get("documentPublicationDate") or ""
    yield from dated(public_kind(country, kind), own, f"{source}/publication", office=country)
    for element in biblio.iterfind("RelatedDocumentBag//PatentPublicationIdentification"):
        when, where = text_at(element, "PublicationDate"), text_at(element, "IPOfficeCode")
        yield from dated(EventKind.RELATED_PUBLISHED, when, f"{source}/RelatedDocument", office=where)
    for element in biblio.iterfind("InternationalPublishingData//PublicationDate"):
        place = f"{source}/InternationalPublishingData"
        yield from dated(EventKind.RELATED_PUBLISHED, text_at(element), place, office="WO")
    application = _first(biblio, "ApplicationIdentification")
    if application is not None:
        place = f"{source}/ApplicationIdentification"
        when = text_at(application, "FilingDate")
        yield from dated(EventKind.FILED, when, place, office=_office(application) or country)
    for element in biblio.iterfind(_CLAIMED):
        place = f"{source}/PriorityClaim"
        yield from dated(EventKind.PRIORITY, text_at(element, "FilingDate"), place, office=_office(element))
    for element in _parents(biblio):
        # Of which parent's text this one's is, a continuation in part does not say.
        partly = any("InPart" in str(above.tag) for above in element.iterancestors())
        yield from dated(
            EventKind.PRIORITY,
            text_at(element, "FilingDate"),
            f"{source}/RelatedDocument",
            office=_office(element),
            confidence="medium" if partly else "high",
        )


def _parents(biblio: _Element) -> list[_Element]:
    """Return the applications that this one continues or was divided from."""
    return biblio.findall("RelatedDocumentBag//ParentDocument//ApplicationIdentification")


def _classes(biblio: _Element) -> Iterator[Classification]:
    for tag, scheme, names in (("IPCRClassification", "IPC", _IPC), ("CPCClassification", "CPC", _CPC)):
        for element in biblio.iter(tag):
            for symbol in class_symbols(element, *(() if element.find(names[0]) is None else names)):
                yield Classification(scheme=scheme, symbol=symbol)
    for element in biblio.iter("MainClassification", "FurtherClassification"):
        for symbol in class_symbols(element):
            yield Classification(scheme="IPC", symbol=symbol)


def _parties(biblio: _Element) -> Iterator[Party]:
    for element in biblio.iter("Applicant", "Inventor", "Assignee"):
        name = next(filter(None, (_name(item) for item in element.iter("Name"))), "")
        country = next(filter(None, (text_at(item) for item in element.iter("CountryCode"))), "")
        if name:
            yield Party(role=str(element.tag).lower(), name=name, country=country)


def _name(element: _Element) -> str:
    for tag in ("EntityName", "OrganizationStandardName", "PersonFullName"):
        for found in element.iter(tag):
            if name := text_at(found):
                return name
    parts = (text_at(found) for tag in ("FirstName", "MiddleName", "LastName") for found in element.iter(tag))
    return " ".join(filter(None, parts))


def _citations(root: _Element) -> Iterator[Citation]:
    for element in root.iter("ReferenceCitation"):
        by = (element.get("citingPartyCategory") or "").lower()
        who = f"cited by {by}" if by in ("examiner", "applicant") else ""
        for category, claims in _relevance(element):
            yield from _cited(element, category or who, claims)


def _relevance(element: _Element) -> list[tuple[str, str]]:
    """Return pairs of category and claims of a cited passage."""
    found = []
    for relevance in element.iter("PassageRelevance"):
        numbers = [text_at(item) for item in relevance.iterfind("RelatedClaimBag//*") if len(item) == 0]
        found.append((text_at(relevance, "CitationCategoryCode"), ", ".join(filter(None, numbers))))
    return list(dict.fromkeys(found)) or [("", "")]


def _cited(element: _Element, category: str, claims: str) -> Iterator[Citation]:
    for cited in element.iter("CitedPatentDocumentIdentification"):
        names = ("IPOfficeCode", "DocumentNumber", "PatentDocumentKindCode")
        country, number, kind = (text_at(cited, name) for name in names)
        person = text_at(cited, "EntityName")
        text = " ".join(filter(None, (country, number, kind)))
        yield Citation(
            text=f"{text} ({person})" if person else text,
            key=publication_key(number, country, kind),
            category=category,
            claims=claims,
        )
    for other in element.iter("NPLCitation"):
        if text := text_at(other, "NPLCitationText") or text_at(other):
            yield literature(text, category=category, claims=claims)


def _is_ours(first: Head) -> bool:
    return any(name in first.data for name in _NAMESPACES)


WIPO_ST96 = XmlRecords(name=NAME, roots=_PUBLICATIONS | _PARTS, make=_make, where=_is_ours)
"""The reader of ST.96 documents."""
