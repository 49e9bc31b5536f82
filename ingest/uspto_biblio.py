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
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.bulk import records
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
from ingest.xml_safety import children, local

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lxml.etree import _Element

    Front = Mapping[str, Sequence[_Element]]

_PATENT = re.compile(r"0{0,2}[1-9][0-9]{5,6}")
_UTILITY = frozenset({"A", "B1", "B2"})
_IPC = re.compile(r"([A-HY]\d{2}[A-Z])\s*0*(\d{1,4})/(\d{2,6})")
_SERIAL = re.compile(r"(\d{2})(\d{6})")
_ABSENT = frozenset({"", "omitted", "unknown", "none", "not provided"})
_ABSENT_LENGTHS = frozenset(map(len, _ABSENT))
_BENEFITS = frozenset(
    {"continuation", "continuation-in-part", "division", "reissue", "continuing-reissue", "substitution"}
    | {"us-divisional-reissue", "us-reexamination-reissue-merger", "us-substitution", "addition"}
)


def front(biblio: _Element) -> Front:
    """Return the children of the front page by tag: one walk for all that is read from it."""
    found: dict[str, list[_Element]] = {}
    for child in children(biblio):
        found.setdefault(child.tag, []).append(child)
    return found


def field_text(element: _Element | None, path: str) -> str:
    """Return the stripped text at a path, or an empty string, also for words such as `omitted`."""
    return "" if element is None else _stated(_first_text(element, path.split("/")))


def _first_text(element: _Element, path: list[str]) -> str | None:
    tag, *deeper = path
    for child in children(element):
        if child.tag == tag:
            text = _first_text(child, deeper) if deeper else child.text or ""
            if text is not None:
                return text
    return None


def _stated(text: str | None) -> str:
    if not text:
        return ""
    text = text.strip()
    return "" if len(text) in _ABSENT_LENGTHS and text.lower() in _ABSENT else text


def _texts(element: _Element) -> dict[str, str | None]:
    """Return the first text below each tag: one walk instead of a search for each field."""
    found: dict[str, str | None] = {}
    for part in children(element):
        found.setdefault(part.tag, part.text)
    return found


def _all(front: Front, tag: str, below: str = "") -> Iterator[_Element]:
    """Yield the front page's elements of a tag, or their children of a tag (`*`: all their children)."""
    for element in front.get(tag, ()):
        if not below:
            yield element
            continue
        for child in children(element):
            if child.tag == below or (below == "*" and local(child)):
                yield child


def key_of(country: str, number: str, kind: str) -> str:
    """Return `US-11234567-B2` for `US`, `011234567`, `B2 `; empty for what is no publication's number.

    Without a kind the key has none: `ingest.numbers.without_kind` is how such a citation finds its document.
    """
    if country == "US" and kind in _UTILITY and _PATENT.fullmatch(number):
        return f"US-{number.lstrip('0')}-{kind}"  # most citations: what the parser would say, sooner
    if not country:
        return ""
    try:
        return parse_publication(number, country, kind).key
    except NumberFormError:
        return ""


def _identified(reference: _Element | None) -> Mapping[str, str]:
    """Return the parts of the `document-id` below an element by tag: one walk, as citations are many."""
    for found in () if reference is None else children(reference):
        if found.tag == "document-id":
            return {part.tag: _stated(part.text) for part in children(found)}
    return {}


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


def events(root: str, front: Front, public: EventKind) -> tuple[DatedEvent, ...]:
    """Return what happened when, each event once; `public` is the kind of the document's own publication."""
    found: list[DatedEvent] = []
    date = "document-id/date"
    own = field_text(next(_all(front, "publication-reference"), None), date)
    found += event(public, own, f"{root}/publication-reference")
    filed = field_text(next(_all(front, "application-reference"), None), date)
    found += event(EventKind.FILED, filed, f"{root}/application-reference")
    for claim in _all(front, "priority-claims", "priority-claim"):
        office = _office(field_text(claim, "doc-number"), field_text(claim, "country"))
        found += event(EventKind.PRIORITY, field_text(claim, "date"), f"{root}/priority-claim", office)
    for data in _all(front, "pct-or-regional-filing-data"):
        found += event(EventKind.FILED, field_text(data, date), f"{root}/pct-or-regional-filing-data", "")
    for data in _all(front, "pct-or-regional-publishing-data"):
        source = f"{root}/pct-or-regional-publishing-data"
        found += event(EventKind.RELATED_PUBLISHED, field_text(data, date), source, "WO")
    related = [item for one in _all(front, "us-related-documents", "*") for item in _related(root, one)]
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


def classes(front: Front) -> tuple[Classification, ...]:
    """Return the document's own classes, each once, in the order IPC, CPC, USPC, Locarno."""
    found = [*_parts(_all(front, "classifications-ipcr", "classification-ipcr"), "IPC")]
    symbols = (_IPC.search(text) for text in _symbols(front, "classification-ipc"))
    found += (Classification(scheme="IPC", symbol=f"{m[1]}{m[2]}/{m[3]}") for m in symbols if m)
    for element in _all(front, "classifications-cpc"):
        found += _parts(element.iter("classification-cpc"), "CPC")
    national = (uspc(text) for text in _symbols(front, "classification-national"))
    found += (Classification(scheme="USPC", symbol=text) for text in national if text)
    locarno = ("".join(text.split()) for text in _symbols(front, "classification-locarno"))
    found += (Classification(scheme="Locarno", symbol=text) for text in locarno if text)
    return tuple(dict.fromkeys(found))


def _symbols(front: Front, scheme: str) -> Iterator[str]:
    for element in _all(front, scheme):
        for name in ("main-classification", "further-classification"):
            yield from (symbol.text or "" for symbol in children(element) if symbol.tag == name)


def _parts(found: Iterable[_Element], scheme: str) -> Iterator[Classification]:
    for element in found:
        texts = _texts(element)
        names = ("section", "class", "subclass", "main-group", "subgroup")
        section, number, letter, group, subgroup = (_stated(texts.get(name)) for name in names)
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


def parties(front: Front) -> tuple[Party, ...]:
    """Return inventors, applicants and assignees, each once."""
    found: list[Party] = []
    for place in ("us-parties", "parties"):
        for inventors in _all(front, place, "inventors"):
            for inventor in inventors.iterchildren("*"):
                found += _party("inventor", inventor)
        for tag in ("us-applicants", "applicants"):
            for applicants in _all(front, place, tag):
                for applicant in applicants.iterchildren("*"):
                    invented = applicant.get("app-type") == "applicant-inventor"
                    found += _party("inventor" if invented else "applicant", applicant)
    for assignee in _all(front, "assignees", "assignee"):
        found += _party("assignee", assignee)
    return tuple(dict.fromkeys(found))


def _party(role: str, element: _Element) -> Iterator[Party]:
    book = next((part for part in children(element) if part.tag == "addressbook"), element)
    texts = _texts(book)
    parts = (_stated(texts.get(name)) for name in ("first-name", "middle-name", "last-name", "suffix"))
    name = _stated(texts.get("orgname")) or " ".join(filter(None, parts)) or _stated(texts.get("name"))
    country = field_text(book, "address/country") or field_text(element, "residence/country")
    if name:
        yield Party(role=role, name=" ".join(name.split()), country=country)


def citations(front: Front) -> tuple[Citation, ...]:
    """Return what the document cites, in the order printed."""
    found: dict[tuple[str, str, str], None] = {}
    for group, tag in (("us-references-cited", "us-citation"), ("references-cited", "citation")):
        found.update(dict.fromkeys(filter(None, map(_citation, _all(front, group, tag)))))
    texts, keys, categories = zip(*found, strict=True) if found else ((), (), ())
    return tuple(records(Citation, len(texts), text=texts, key=keys, category=categories))


def _citation(citation: _Element) -> tuple[str, str, str] | None:
    """Return text, key and category, or None for a citation of nothing."""
    patent = other = category = None
    for part in children(citation):
        tag = part.tag
        if tag == "patcit" and patent is None:
            patent = part
        elif tag == "category" and category is None:
            category = part.text or ""
        elif tag == "nplcit" and other is None:
            other = part.find("othercit")
    if patent is not None:
        parts = _identified(patent)
        return cited(parts), _key(parts), _stated(category)
    text = " ".join(flatten(other).split())
    return (text, "", _stated(category)) if text else None


def cited(parts: Mapping[str, str]) -> str:
    """Return a cited document as text: country, number, kind, name and month."""
    get = parts.get
    named = get("country", ""), get("doc-number", ""), get("kind", ""), get("name", "")
    text = " ".join(named if all(named) else filter(None, named))
    day = get("date", "")
    shown = _month(day) if len(day) == len("20010400") else ""
    return f"{text}, {shown}" if shown else text


@lru_cache(maxsize=1 << 12)
def _month(day: str) -> str:
    """Return `2001-04` for `20010400`; empty for what is no date."""
    match = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", day)
    return "-".join(part for part in match.groups() if part.strip("0")) if match else ""
