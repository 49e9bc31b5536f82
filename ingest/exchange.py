"""`exchange-document`: one publication as the EPO's databases know it, in DOCDB files and in answers of OPS.

Decisions
---------
* A record is of one publication, and so are its dates. Its own day is PUBLISHED (GRANTED where the kind code
  says so); any other day of public availability is RELATED_PUBLISHED: which text was open then is not said.
* The title and abstract to cite are the English ones where there are any, else those in the record's first
  language. The other titles follow at the end of the text as `title (de)`, so that a search finds them.
* DOCDB lends abstracts: `country`, `doc-number` and `kind` on an abstract name the publication it was taken
  from. Another publication's words were not public on this one's day: such an abstract is not part of the
  document, and an `Unreadable` says where it is to be had.
* A search report's categories stand as printed. One citation with `X` for some claims and `I` for others
  becomes two citations; `XI` without more stays `XI`.
* Names come in several forms of which one is taken, the DOCDB form before the original one.

Sources: DOCDB XML documentation (`exchange-documents`, 2.x), OPS 3.2 reference guide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.builder import TextBuilder
from ingest.documents import (
    Citation,
    Classification,
    DatedEvent,
    Document,
    EventKind,
    Origin,
    Party,
    Unreadable,
)
from ingest.errors import RecordRefusedError
from ingest.evidence import dated
from ingest.numbers import country_of
from ingest.patent_xml import (
    document_kind,
    filing_key,
    ipc,
    language,
    literature,
    phase_of,
    public_kind,
    publication_key,
    rated,
    symbols,
    text_at,
    unrated,
)
from ingest.record_stream import display
from ingest.uspto_text import flatten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.etree import _Element

    from ingest.items import Item

_FORMATS = ("docdb", "docdba", "epodoc", "", "original", "intermediate")
"""Of names and numbers, in the order in which they are wanted."""
_COUNTRY = re.compile(r"\s*\[([A-Z]{2})\]\s*$")
_RECEIVED = re.compile(r"(?:WO|PCT/)?\d{4}([A-Z]{2})\d|(?:PCT/)([A-Z]{2})\d")
_CPC = re.compile(r"CPC[A-Z]{0,4}|EP")
_SCHEMES = {"UC": "USPC", "FTERM": "F-term", "EC": "ECLA"}


def form(element: _Element) -> str:
    """Return which form of a number or name an element has: `docdb`, `epodoc` or `original`."""
    found = element.get("document-id-type") or element.get("data-format") or ""
    return "" if " " in found else found


def best(elements: Iterable[_Element]) -> list[_Element]:
    """Return those elements that have the best of the forms there are."""
    found = list(elements)
    first = min(map(_rank, map(form, found)), default=0)
    return [element for element in found if _rank(form(element)) == first]


def _rank(name: str) -> int:
    return _FORMATS.index(name) if name in _FORMATS else len(_FORMATS)


def identified(references: Iterable[_Element]) -> list[_Element]:
    """Return the `document-id` elements of some references to one thing, the DOCDB form first."""
    found = [
        (_rank(form(element) or form(reference)), element)
        for reference in references
        for element in reference
        if element.tag == "document-id"
    ]
    return [element for _, element in sorted(found, key=lambda pair: pair[0])]


def numbered(found: Iterable[_Element]) -> str:
    """Return the key of the first `document-id` that has one."""
    for element in found:
        parts = (text_at(element, name) for name in ("doc-number", "country", "kind"))
        if key := publication_key(*parts):
            return key
    return ""


def application(found: Sequence[_Element]) -> str:
    """Return the key of an application from its `document-id` elements."""
    filed = day(found)
    for element in found:
        country, number = text_at(element, "country"), text_at(element, "doc-number")
        if not country and number[:2].isalpha():
            country, number = number[:2], number[2:]
        kind = text_at(element, "kind")
        if country and (key := filing_key(country, number, kind, filed)):
            return key
    return ""


def day(found: Iterable[_Element]) -> str:
    """Return the first date in some `document-id` elements."""
    return next(filter(None, (text_at(element, "date") for element in found)), "")


def office(found: Iterable[_Element]) -> str:
    """Return the office whose day a date is: that of the first `document-id` that names one.

    An international application is filed with a receiving office: `WO2024EP63512` with that of `EP`.
    """
    for element in found:
        number = text_at(element, "doc-number")
        if received := _RECEIVED.match(number):
            return received[1] or received[2]
        if named := text_at(element, "country") or number[:2]:
            return named if named.isalpha() else ""
    return ""


def items(
    record: _Element, origin: Origin, *, source: str, family: str = "", textless: bool = False
) -> Iterator[Item]:
    """Yield the document of an `exchange-document` without namespaces, and what of it was not read.

    `textless` says that a record with neither title nor abstract is wanted too, for its dates.
    Raises RecordRefusedError for a deletion and for a record without number or text.
    """
    biblio = record.find("bibliographic-data")
    published = [] if biblio is None else identified(biblio.iterfind("publication-reference"))
    parts = [record.get(name) or "" for name in ("doc-number", "country", "kind")]
    key = (publication_key(*parts) if all(parts) else "") or numbered(published)
    if not key:
        raise RecordRefusedError("it has no publication number")
    if (record.get("status") or "").strip().upper() in ("D", "DELETE", "DELETED"):
        raise RecordRefusedError(f"{key}: deleted at the source; remove it if you have it")
    if biblio is None:
        raise RecordRefusedError(f"{key} has no bibliographic data")
    text, lent = TextBuilder(), list(_lent(record))
    written = _text(text, record, biblio)
    body, sections, claims = text.build()
    number = record.get("family-id") or family
    own = application(identified(biblio.iterfind("application-reference")))
    country, kind = country_of(key), parts[2] or text_at(published[0] if published else None, "kind")
    if body or (textless and not lent):
        yield Document(
            key=key,
            kind=document_kind(country, kind),
            text=body,
            sections=sections,
            claims=claims,
            events=tuple(dict.fromkeys(_events(record, biblio, country, kind, source))),
            classes=tuple(dict.fromkeys(_classes(biblio))),
            parties=tuple(dict.fromkeys(parties(biblio))),
            citations=tuple(dict.fromkeys(citations(record))),
            language=written,
            country=country,
            work=own,
            application=own,
            priorities=tuple(key for key in _priorities(biblio) if key not in ("", own)),
            family=f"docdb:{number}" if number else "",
            origin=origin,
        )
    elif not lent:
        raise RecordRefusedError(f"{key} has neither title nor abstract")
    for lender in lent:
        reason = f"{key}: its abstract is that of {lender}, and is read with that publication only"
        yield Unreadable(file=display(origin.file), offset=origin.offset, reason=reason)


def _lender(abstract: _Element) -> str:
    parts = [abstract.get(name) or "" for name in ("doc-number", "country", "kind")]
    return publication_key(*parts) if parts[0] else ""


def _lent(record: _Element) -> Iterator[str]:
    own = publication_key(*(record.get(name) or "" for name in ("doc-number", "country", "kind")))
    found = (_lender(abstract) for abstract in record.iterfind("abstract"))
    yield from dict.fromkeys(lender for lender in found if lender not in ("", own))


def _text(text: TextBuilder, record: _Element, biblio: _Element) -> str:
    """Add titles and abstracts; returns the language of what is cited."""
    others = set(_lent(record))
    titles = [title for title in biblio.iterfind("invention-title") if text_at(title)]
    abstracts = [
        item for item in record.iterfind("abstract") if text_at(item) and _lender(item) not in others
    ]
    spoken = [language(element.get("lang")) for element in (*titles, *abstracts)]
    main = "en" if "en" in spoken else next(filter(None, spoken), "")
    titles.sort(key=lambda title: language(title.get("lang")) != main)
    abstracts.sort(key=lambda item: language(item.get("lang")) != main)
    for title in titles[:1]:
        text.section("title")
        text.paragraph(text_at(title), anchored("title", title, main))
    for abstract in abstracts[:1]:
        add_abstract(text, abstract, anchored("abstract", abstract, main))
    add_titles(text, titles[1:], seen={text_at(title).casefold() for title in titles[:1]})
    for abstract in abstracts[1:]:
        if language(abstract.get("lang")) != main:
            add_abstract(text, abstract, anchored("abstract", abstract, main))
    return main


def anchored(what: str, element: _Element, main: str) -> str:
    """Return the anchor of a title or abstract: `abstract` in the main language, else `abstract (fr)`."""
    spoken = language(element.get("lang"))
    return what if spoken in (main, "") else f"{what} ({spoken})"


def add_titles(text: TextBuilder, titles: Iterable[_Element], *, seen: set[str]) -> None:
    """Add further titles as `title (de)`, each wording once."""
    for title in titles:
        words = text_at(title)
        if words.casefold() not in seen:
            seen.add(words.casefold())
            text.section("title")
            text.paragraph(words, f"title ({language(title.get('lang')) or '?'})")


def add_abstract(text: TextBuilder, abstract: _Element, anchor: str) -> None:
    """Add the paragraphs of an abstract."""
    text.section("abstract")
    for paragraph in abstract.findall("p") or (abstract,):
        text.paragraph(flatten(paragraph), anchor)


def _events(record: _Element, biblio: _Element, country: str, kind: str, source: str) -> Iterator[DatedEvent]:
    published = identified(biblio.iterfind("publication-reference"))
    own = record.get("date-publ") or day(published)
    place = f"{source}/publication-reference"
    yield from dated(public_kind(country, kind), own, place, office=country)
    for available in biblio.iterfind("dates-of-public-availability/*"):
        when = text_at(available, "document-id/date") or text_at(available, "date")
        if when != own:
            place = f"{source}/dates-of-public-availability/{available.tag}"
            yield from dated(EventKind.RELATED_PUBLISHED, when, place, office=country)
    filed = identified(biblio.iterfind("application-reference"))
    place = f"{source}/application-reference"
    yield from dated(EventKind.FILED, day(filed), place, office=office(filed) or country)
    for claimed in priority_claims(biblio.iterfind("priority-claims/priority-claim")):
        place = f"{source}/priority-claim"
        yield from dated(EventKind.PRIORITY, day(claimed), place, office=office(claimed))


def priority_claims(claims: Iterable[_Element]) -> list[list[_Element]]:
    """Return the numbers of each claimed application in all their forms, the best first.

    In DOCDB files each form is a `priority-claim` of its own, tied to the others by `sequence`.
    """
    found: dict[str, list[_Element]] = {}
    for position, claim in enumerate(claims):
        found.setdefault(claim.get("sequence") or f"#{position}", []).append(claim)
    return [identified(same) or sorted(same, key=lambda claim: _rank(form(claim))) for same in found.values()]


def _priorities(biblio: _Element) -> list[str]:
    claims = priority_claims(biblio.iterfind("priority-claims/priority-claim"))
    return list(dict.fromkeys(application(claimed) for claimed in claims))


def _classes(biblio: _Element) -> Iterator[Classification]:
    for place in ("classifications-ipcr/classification-ipcr", "classification-ipc"):
        yield from ipc(text_at(element) for element in biblio.iterfind(place))
    for element in biblio.iterfind("patent-classifications//patent-classification"):
        yield from _patent_class(element)


def _patent_class(element: _Element) -> Iterator[Classification]:
    stated = element.find("classification-scheme")
    scheme = "" if stated is None else (stated.get("scheme") or "").upper()
    names = ("section", "class", "subclass", "main-group", "subgroup")
    parts = [text_at(element, name) for name in names]
    symbol = text_at(element, "classification-symbol")
    if _CPC.fullmatch(scheme):
        whole = f"{''.join(parts[:3])} {parts[3]}/{parts[4]}" if all(parts) else symbol
        yield from (Classification(scheme="CPC", symbol=found) for found in symbols(whole))
    elif scheme and (symbol := "".join(symbol.split())):
        yield Classification(scheme=_SCHEMES.get(scheme, scheme), symbol=symbol[:60])


def parties(biblio: _Element) -> Iterator[Party]:
    """Yield applicants and inventors, each in one form of its name."""
    for role in ("applicant", "inventor"):
        for element in best(biblio.iterfind(f"parties/{role}s/{role}")):
            name = text_at(element, f"{role}-name/name") or text_at(element, f"{role}-name")
            stated = _COUNTRY.search(name)
            country = stated[1] if stated else text_at(element, "residence/country")
            name = _COUNTRY.sub("", name).strip(" ,;")
            if name:
                yield Party(role=role, name=name, country=country)


def citations(record: _Element) -> Iterator[Citation]:
    """Yield what a record cites, with category, phase and claims as the search report states them."""
    for place in ("bibliographic-data/references-cited/citation", "references-cited/citation"):
        for element in record.iterfind(place):
            yield from cited(element)


def cited(element: _Element, phase: str = "") -> Iterator[Citation]:
    """Yield a `citation`, once for each category it has; `phase` holds where the citation does not say."""
    text, key = _cited(element)
    if not text:
        return
    stated = element.get("cited-phase") or ""
    by = element.get("cited-by") or ("applicant" if stated == "APP" else "")
    when = "" if stated == "APP" else phase_of(stated) or phase
    pairs = _categories(element)
    if not key and len(pairs) == 1 and pairs[0][0]:
        pairs, text = rated(text, pairs[0][0]), unrated(text)
    for category, claims in pairs:
        named = category or (f"cited by {by}" if by in ("examiner", "applicant", "opponent") else "")
        if key:
            yield Citation(text=text, key=key, category=named, phase=when, claims=claims)
        else:
            yield literature(text, category=named, phase=when, claims=claims)


def _cited(element: _Element) -> tuple[str, str]:
    patent = element.find("patcit")
    if patent is None:
        return (text_at(element, "nplcit/text") or text_at(element, "nplcit")).lstrip("- "), ""
    found = identified((patent,))
    parts = [text_at(found[0], name) for name in ("country", "doc-number", "kind")] if found else []
    number = " ".join(filter(None, parts)) or text_at(patent, "text") or patent.get("dnum") or ""
    key = numbered(found) or publication_key(patent.get("dnum") or "")
    name = next(filter(None, (text_at(item, "name") for item in found)), "")
    return f"{number} ({name})" if name else number, key


def _categories(element: _Element) -> list[tuple[str, str]]:
    """Return pairs of category and claims: they follow each other, in the citation or in its passages."""
    pairs: list[tuple[str, str]] = []
    for child in element.iter("category", "rel-claims"):
        text = text_at(child)
        if child.tag == "category":
            pairs.append((text, ""))
        elif pairs and not pairs[-1][1]:
            pairs[-1] = (pairs[-1][0], text)
        elif not pairs:
            pairs.append(("", text))
    return list(dict.fromkeys(pairs)) or [("", "")]
