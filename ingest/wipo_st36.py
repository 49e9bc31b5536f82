"""WIPO ST.36: international publications (`wo-patent-document`) and national ones with the same tags.

Decisions
---------
* Root elements are `wo-`, `cn-`, `jp-` … `-patent-document`, `patent-document` and Japan's
  `jp-official-gazette`. The United States and the EPO have readers of their own, and front pages in B-codes
  (ST.32) are refused by name.
* An international publication is public on its day at Geneva; other offices' days are counted at their seat.
* The text to cite is the description's language; without a description, English where there is any. Titles
  and abstracts in other languages follow at the end. For the claims see `ingest.patent_text`.
* Search reports give citations with categories; the categories stand as printed.
* A document whose body is page images has title and abstract, and is read with these.

Source: WIPO ST.36 (DTDs `wo-published-application`, `application-body`); JPO, published gazettes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest import exchange
from ingest.builder import TextBuilder
from ingest.documents import Classification, DatedEvent, Document, EventKind, Party
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
    public_kind,
    publication_key,
    text_at,
)
from ingest.xml_records import XmlRecords

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

    from ingest.documents import Citation, Origin

NAME = "wipo-st36"
_OFFICES = (
    "ar at au be bg br ca ch cl cn cz de dk ea es fi fr gb gr hr hu il in it jp kr mx my nl no nz pl pt ro rs"
)
_MORE = "ru sa se sg si sk th tr tw ua vn wo za"
_ROOTS = frozenset(
    {
        "patent-document",
        "jp-official-gazette",
        *(f"{code}-patent-document" for code in f"{_OFFICES} {_MORE}".split()),
    }
)
_LEVELS = ("section", "class", "subclass", "main-group", "subgroup")
_PLACES = {
    "classification-ipcr": "IPC",
    "classification-ipc": "IPC",
    "classification-cpc": "CPC",
}


def _make(root: _Element, origin: Origin) -> Iterator[Document]:
    bare(root)
    biblio = next((child for child in root if str(child.tag).endswith("bibliographic-data")), None)
    if biblio is None:
        told = "its front page is in B-codes (SDOBI), which are read of the EPO only"
        raise RecordRefusedError(told if root.find("SDOBI") is not None else "it has no bibliographic data")
    reference = _ending(biblio, "publication-reference")
    published = exchange.identified(reference)
    key = _key(root, published)
    if not key:
        raise RecordRefusedError("it has no publication number: nothing says that it was published")
    country, kind = country_of(key), key.rpartition("-")[2] if key.count("-") > 1 else ""
    text = TextBuilder()
    spoken = _text(text, root, biblio)
    body, sections, claims = text.build()
    if not body:
        raise RecordRefusedError(f"{key} has no text")
    filed = exchange.identified(_ending(biblio, "application-reference"))
    own = _filing(filed)
    yield Document(
        key=key,
        kind=document_kind(country, kind),
        text=body,
        sections=sections,
        claims=claims,
        events=tuple(dict.fromkeys(_events(root, biblio, country, kind))),
        classes=tuple(dict.fromkeys(_classes(biblio))),
        parties=tuple(dict.fromkeys(_parties(biblio))),
        citations=tuple(dict.fromkeys(_citations(root))),
        language=spoken,
        country=country,
        work=own,
        application=own,
        priorities=tuple(dict.fromkeys(name for name in _priorities(biblio) if name not in ("", own))),
        origin=origin,
    )


def _ending(element: _Element, name: str) -> list[_Element]:
    """Return the children called that, with an office's prefix or without."""
    return [child for child in element if child.tag == name or str(child.tag).endswith(f"-{name}")]


def _key(root: _Element, published: list[_Element]) -> str:
    for element in published or [root]:
        at = element is root
        number = root.get("doc-number") or "" if at else text_at(element, "doc-number")
        country = (root.get("country") if at else text_at(element, "country") or root.get("country")) or ""
        kind = (root.get("kind") if at else text_at(element, "kind")) or ""
        kind = kind_code(kind) or kind_code(root.get("kind-of-st16") or root.get("kind") or "")
        if key := publication_key(number, country, kind):
            return key
    return ""


def _filing(found: list[_Element]) -> str:
    """Return the key of an application; an international one has the office `PCT`, or its number says so."""
    day = exchange.day(found)
    for element in found:
        country, number = text_at(element, "country"), text_at(element, "doc-number")
        if country in ("PCT", "IB", "WO") and not number.upper().startswith(("PCT", "WO")):
            number = f"PCT/{number}"
        if number.upper().startswith("PCT"):
            country = "WO"
        if key := filing_key(country, number, text_at(element, "kind"), day):
            return key
    return ""


def _text(text: TextBuilder, root: _Element, biblio: _Element) -> str:
    """Add the whole text; returns the language of what is cited."""
    rooms = [root, *_ending(root, "application-body")]
    titles = [title for title in biblio.iterfind("invention-title") if text_at(title)]
    abstracts = [abstract for room in (biblio, *rooms) for abstract in room.iterfind("abstract")]
    abstracts = [abstract for abstract in abstracts if text_at(abstract)]
    bodies = [element for room in rooms for element in room.iterfind("description")]
    sets = [element for room in rooms for element in room if str(element.tag).endswith("claims")]
    main = _language(root, biblio, (*bodies, *sets), (*titles, *abstracts))
    titles.sort(key=lambda title: language(title.get("lang")) != main)
    abstracts.sort(key=lambda abstract: language(abstract.get("lang")) != main)
    for title in titles[:1]:
        text.section("title")
        text.paragraph(text_at(title), "title")
    for abstract in abstracts[:1]:
        exchange.add_abstract(text, abstract, "abstract")
    last = 0
    for body in bodies:
        text.section("description")
        last = description(text, body, last)
    claim_sets(text, sets, main)
    exchange.add_titles(text, titles[1:], seen={text_at(title).casefold() for title in titles[:1]})
    for abstract in abstracts[1:]:
        exchange.add_abstract(text, abstract, f"abstract ({language(abstract.get('lang')) or '?'})")
    return main


def _language(root: _Element, biblio: _Element, bodies: Iterable[_Element], heads: Iterable[_Element]) -> str:
    said = [language(element.get("lang")) for element in bodies]
    if spoken := next(filter(None, said), ""):
        return spoken
    if said:
        return language(text_at(biblio, "language-of-publication")) or language(root.get("lang"))
    offered = [language(element.get("lang")) for element in heads]
    return "en" if "en" in offered else next(filter(None, offered), language(root.get("lang")))


def _events(root: _Element, biblio: _Element, country: str, kind: str) -> Iterator[DatedEvent]:
    source = str(root.tag)
    published = exchange.identified(_ending(biblio, "publication-reference"))
    own = exchange.day(published) or root.get("date-publ") or ""
    yield from dated(public_kind(country, kind), own, f"{source}/publication-reference", office=country)
    for available in biblio.iterfind("dates-of-public-availability/*"):
        when = text_at(available, "document-id/date") or text_at(available, "date")
        if when != own:
            place = f"{source}/dates-of-public-availability/{available.tag}"
            yield from dated(EventKind.RELATED_PUBLISHED, when, place, office=country)
    for kind_of, name in (
        (EventKind.FILED, "application-reference"),
        (EventKind.FILED, "pct-or-regional-filing-data"),
        (EventKind.RELATED_PUBLISHED, "pct-or-regional-publishing-data"),
    ):
        for element in _ending(biblio, name):
            found = exchange.identified((element,))
            where = _seat(found) or country
            yield from dated(kind_of, exchange.day(found), f"{source}/{name}", office=where)
    for claimed in _claims(biblio):
        where = exchange.office(claimed)
        yield from dated(EventKind.PRIORITY, exchange.day(claimed), f"{source}/priority-claim", office=where)


def _seat(found: list[_Element]) -> str:
    """Return the office whose day a date is; of an international application that is the receiving office."""
    for element in found:
        country, number = text_at(element, "country"), text_at(element, "doc-number")
        received = re.match(r"(?:PCT/?)?([A-Z]{2})/?\d", number)
        if country in ("PCT", "IB", "WO") and received and received[1] != "WO":
            return received[1]
        if country:
            return country
    return ""


def _claims(biblio: _Element) -> list[list[_Element]]:
    places = ("priority-claims", "priority-info")
    found = [claim for place in places for element in _ending(biblio, place) for claim in element]
    return exchange.priority_claims(claim for claim in found if str(claim.tag).endswith("priority-claim"))


def _priorities(biblio: _Element) -> Iterator[str]:
    for claimed in _claims(biblio):
        yield _filing(claimed)


def _classes(biblio: _Element) -> Iterator[Classification]:
    for element in biblio.iter(*_PLACES):
        scheme = _PLACES[str(element.tag)]
        names = () if element.find("section") is None else _LEVELS
        for symbol in class_symbols(element, *names):
            yield Classification(scheme=scheme, symbol=symbol)


def _parties(biblio: _Element) -> Iterator[Party]:
    for element in biblio.iter("applicant", "inventor", "assignee"):
        books = element.findall("addressbook")
        book = next(
            (item for item in books if language(item.get("lang")) == "en"), books[0] if books else element
        )
        names = ("orgname", "name", "organization-name")
        person = " ".join(
            filter(None, (text_at(book, name) for name in ("first-name", "middle-name", "last-name")))
        )
        name = next(filter(None, (text_at(book, name) for name in names)), "") or person
        if name:
            country = text_at(book, "address/country") or text_at(element, "residence/country")
            yield Party(role=str(element.tag), name=name, country=country)


def _citations(root: _Element) -> Iterator[Citation]:
    for element in root.iter("citation"):
        above = {str(parent.tag) for parent in element.iterancestors()}
        if any(tag.endswith("search-report-data") for tag in above):
            yield from exchange.cited(element, phase="search report")
        elif "references-cited" in above:
            yield from exchange.cited(element)


WIPO_ST36 = XmlRecords(name=NAME, roots=_ROOTS, make=_make)
"""The reader of ST.36 documents."""
