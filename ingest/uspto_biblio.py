"""The front page of a United States patent document: keys, dates, classes, parties, citations.

Decisions
---------
* Keys are those of `ingest.numbers`: `08926509` is `US-8926509-B2`, `D0612345` is `US-D612345-S1`, whatever
  the form a later document cites them in, so a citation finds its document.
* A benefit claim (provisional, continuation, division, foreign priority) is a PRIORITY event. One that
  reaches back through a continuation in part has medium confidence: part of the text has a later date.
* Earlier publications of the family (pre-grant publication, parent's grant, international publication) are
  RELATED_PUBLISHED events: they made *their* text public, which is not this one.
* A date that is no date costs the event, never the document.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from ingest.documents import (
    Citation,
    Classification,
    DatedEvent,
    EventKind,
    Party,
)
from ingest.errors import NumberFormError
from ingest.evidence import dated
from ingest.numbers import parse_publication
from ingest.uspto_text import flatten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml.etree import _Element

_IPC = re.compile(r"([A-HY]\d{2}[A-Z])\s*0*(\d{1,4})/(\d{2,6})")
_SERIAL = re.compile(r"(\d{2})(\d{6})")
_ABSENT = frozenset({"", "omitted", "unknown", "none", "not provided"})
_BENEFITS = frozenset(
    {"continuation", "continuation-in-part", "division", "reissue", "continuing-reissue", "substitution"}
    | {"us-divisional-reissue", "us-reexamination-reissue-merger", "us-substitution", "addition"}
)


def field_text(element: _Element | None, path: str) -> str:
    """Return the stripped text at a path, or an empty string, also for words such as `omitted`."""
    found = "" if element is None else (element.findtext(path) or "").strip()
    return "" if found.lower() in _ABSENT else found


def key_of(country: str, number: str, kind: str) -> str:
    """Return `US-11234567-B2` for `US`, `011234567`, `B2 `; empty for what is no publication's number.

    Without a kind the key has none: `ingest.numbers.without_kind` is how such a citation finds its document.
    """
    if not country:
        return ""
    try:
        return parse_publication(number, country, kind).key
    except NumberFormError:
        return ""


def _identified(reference: _Element | None) -> Mapping[str, str]:
    """Return the parts of the `document-id` below an element by tag: one walk, as citations are many."""
    found = None if reference is None else reference.find("document-id")
    texts = ((str(part.tag), (part.text or "").strip()) for part in (() if found is None else found))
    return {tag: "" if text.lower() in _ABSENT else text for tag, text in texts}


def document_key(reference: _Element | None) -> str:
    """Return the key of the `document-id` below an element."""
    return _key(_identified(reference))


def _key(parts: Mapping[str, str]) -> str:
    return key_of(parts.get("country", ""), parts.get("doc-number", ""), parts.get("kind", ""))


def work_key(application_number: str) -> str:
    """Return the key shared by an application's publication and its grant, e.g. `US-appl-15/123456`."""
    compact = re.sub(r"[^0-9A-Za-z]", "", application_number)
    if not compact:
        return ""
    match = _SERIAL.fullmatch(compact)
    return f"US-appl-{match[1]}/{match[2]}" if match else f"US-appl-{compact}"


def event(kind: EventKind, text: str, source: str, office: str = "US") -> Iterator[DatedEvent]:
    """Yield the event, or nothing when its date is none; the day is one at the seat of `office`."""
    yield from dated(kind, text, source, office=office)


def _office(number: str, country: str = "US") -> str:
    """Return the office that dated a filing; none for an international one, which any office receives."""
    return "" if number.upper().startswith("PCT") or country == "WO" else country


def events(root: str, biblio: _Element, public: EventKind) -> tuple[DatedEvent, ...]:
    """Return what happened when, each event once; `public` is the kind of the document's own publication."""
    found: list[DatedEvent] = []
    date = "document-id/date"
    own = field_text(biblio, f"publication-reference/{date}")
    found += event(public, own, f"{root}/publication-reference")
    filed = field_text(biblio, f"application-reference/{date}")
    found += event(EventKind.FILED, filed, f"{root}/application-reference")
    for claim in biblio.iterfind("priority-claims/priority-claim"):
        office = _office(field_text(claim, "doc-number"), field_text(claim, "country"))
        found += event(EventKind.PRIORITY, field_text(claim, "date"), f"{root}/priority-claim", office)
    for data in biblio.iterfind("pct-or-regional-filing-data"):
        found += event(EventKind.FILED, field_text(data, date), f"{root}/pct-or-regional-filing-data", "")
    for data in biblio.iterfind("pct-or-regional-publishing-data"):
        source = f"{root}/pct-or-regional-publishing-data"
        found += event(EventKind.RELATED_PUBLISHED, field_text(data, date), source, "WO")
    related = [
        item for element in biblio.iterfind("us-related-documents/*") for item in _related(root, element)
    ]
    found += _doubted(related)
    return tuple(dict.fromkeys(found))


def _doubted(related: list[DatedEvent]) -> Iterator[DatedEvent]:
    """Lower the confidence of every benefit that reaches back through a continuation in part."""
    through = (item.when.earliest for item in related if item.source.endswith("/continuation-in-part"))
    latest = max(through, default=date.min)
    for item in related:
        doubted = item.kind is EventKind.PRIORITY and item.when.earliest <= latest
        yield replace(item, confidence="medium") if doubted else item


def _related(root: str, related: _Element) -> Iterator[DatedEvent]:
    name = str(related.tag)
    source = f"{root}/{name}"
    if name == "related-publication":
        yield from event(EventKind.RELATED_PUBLISHED, field_text(related, "document-id/date"), source)
    elif name == "us-provisional-application":
        yield from event(EventKind.PRIORITY, field_text(related, "document-id/date"), source)
    elif name in _BENEFITS:
        for parent in related.iterfind("relation/parent-doc"):
            for place in ("document-id", "parent-pct-document/document-id"):
                office = _office(field_text(parent, f"{place}/doc-number"))
                office = "" if place.startswith("parent-pct") else office
                yield from event(EventKind.PRIORITY, field_text(parent, f"{place}/date"), source, office)
            granted = field_text(parent, "parent-grant-document/document-id/date")
            yield from event(EventKind.RELATED_PUBLISHED, granted, f"{source}/parent-grant-document")


def classes(biblio: _Element) -> tuple[Classification, ...]:
    """Return the document's own classes, each once, in the order IPC, CPC, USPC, Locarno."""
    found = [*_parts(biblio.iterfind("classifications-ipcr/classification-ipcr"), "IPC")]
    symbols = (_IPC.search(text) for text in _symbols(biblio, "classification-ipc"))
    found += (Classification(scheme="IPC", symbol=f"{m[1]}{m[2]}/{m[3]}") for m in symbols if m)
    found += _parts(biblio.iterfind("classifications-cpc//classification-cpc"), "CPC")
    national = (uspc(text) for text in _symbols(biblio, "classification-national"))
    found += (Classification(scheme="USPC", symbol=text) for text in national if text)
    locarno = ("".join(text.split()) for text in _symbols(biblio, "classification-locarno"))
    found += (Classification(scheme="Locarno", symbol=text) for text in locarno if text)
    return tuple(dict.fromkeys(found))


def _symbols(biblio: _Element, scheme: str) -> Iterator[str]:
    for element in biblio.iterfind(scheme):
        for name in ("main-classification", "further-classification"):
            yield from (symbol.text or "" for symbol in element.iterfind(name))


def _parts(found: Iterable[_Element], scheme: str) -> Iterator[Classification]:
    for element in found:
        names = ("section", "class", "subclass", "main-group", "subgroup")
        section, number, letter, group, subgroup = (field_text(element, name) for name in names)
        subclass = f"{section}{number}{letter}"
        if subclass:
            symbol = f"{subclass}{group.lstrip('0')}/{subgroup}" if group and subgroup else subclass
            yield Classification(scheme=scheme, symbol=symbol)


def uspc(text: str) -> str:
    """Return a symbol of the former national classification: `379 8802` is `379/88.02`.

    Columns 1 to 3 are the class, 4 to 6 the subclass, the rest its decimals or letter. Applications fill nine
    digits with zeros on both sides: `623001160` is `623/1.16`.
    """
    main = text[:3].replace(" ", "").lstrip("0")
    main = re.sub(r"^([A-Z]+)0+", r"\1", main)
    sub, rest = text[3:6].replace(" ", "").lstrip("0"), text[6:].replace(" ", "")
    if not main or main.lower() == "non" or not sub:
        return ""
    if len(text) == 9 and text.isdigit():  # noqa: PLR2004 - see above
        rest = rest.rstrip("0")
    if rest.isdigit():
        rest = f".{rest}" if rest.strip("0") else ""
    return f"{main}/{sub}{rest}"


def parties(biblio: _Element) -> tuple[Party, ...]:
    """Return inventors, applicants and assignees, each once."""
    found: list[Party] = []
    for place in ("us-parties", "parties"):
        for inventor in biblio.iterfind(f"{place}/inventors/*"):
            found += _party("inventor", inventor)
        for tag in ("us-applicants", "applicants"):
            for applicant in biblio.iterfind(f"{place}/{tag}/*"):
                invented = applicant.get("app-type") == "applicant-inventor"
                found += _party("inventor" if invented else "applicant", applicant)
    for assignee in biblio.iterfind("assignees/assignee"):
        found += _party("assignee", assignee)
    return tuple(dict.fromkeys(found))


def _party(role: str, element: _Element) -> Iterator[Party]:
    book = element.find("addressbook")
    book = element if book is None else book
    parts = (field_text(book, name) for name in ("first-name", "middle-name", "last-name", "suffix"))
    name = field_text(book, "orgname") or " ".join(part for part in parts if part) or field_text(book, "name")
    country = field_text(book, "address/country") or field_text(element, "residence/country")
    if name:
        yield Party(role=role, name=" ".join(name.split()), country=country)


def citations(biblio: _Element) -> tuple[Citation, ...]:
    """Return what the document cites, in the order printed."""
    found: list[Citation] = []
    for place in ("us-references-cited/us-citation", "references-cited/citation"):
        for citation in biblio.iterfind(place):
            category = field_text(citation, "category")
            patent, other = citation.find("patcit"), citation.find("nplcit/othercit")
            if patent is not None:
                parts = _identified(patent)
                found.append(Citation(text=cited(parts), key=_key(parts), category=category))
            elif text := " ".join(flatten(other).split()):
                found.append(Citation(text=text, category=category))
    return tuple(dict.fromkeys(found))


def cited(parts: Mapping[str, str]) -> str:
    """Return a cited document as text: country, number, kind, name and month."""
    names = ("country", "doc-number", "kind", "name")
    text = " ".join(parts[name] for name in names if parts.get(name))
    months = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", parts.get("date", ""))
    if months is None:
        return text
    shown = "-".join(part for part in months.groups() if part.strip("0"))
    return f"{text}, {shown}" if shown else text
