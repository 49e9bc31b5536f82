"""Answers of the EPO's Open Patent Services, saved as they came (XML).

Decisions
---------
* An answer may hold many documents; each gives what it has. An answer with claims only is a document with
  claims only, a record or family member without title a document with dates and without text: the store
  puts together what is said under one key.
* A search without constituents and a list of equivalents name publications and say nothing of them: these
  are wanted numbers.
* Read are: biblio, abstract, full cycle, search with constituents (`exchange-document`), claims and
  description (`fulltext-document`), families with and without biblio (`family-member`), and the register
  (`register-document`). Pages, statistics, class schemes and errors are refused by name. JSON that tools made
  of answers has as many forms as there are tools, and is not read.
* The other members of a family are RELATED_PUBLISHED events, the earliest `_RELATED` of them.
* An answer is parsed whole: it is at most some hundred documents. Where it is broken or cut, the whole
  records in it are read all the same (`ingest.xml_rescue`).

Source: OPS 3.2 reference guide.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ingest import epo_register, exchange, ops_fulltext
from ingest.documents import DatedEvent, Document, EventKind, Unreadable
from ingest.errors import RecordRefusedError
from ingest.evidence import dated
from ingest.items import WantedNumber
from ingest.patent_xml import bare, document_kind, public_kind, text_at
from ingest.record_stream import display
from ingest.xml_records import XmlRecords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lxml.etree import _Element

    from ingest.documents import Origin
    from ingest.items import Item
    from ingest.sniff import Head

NAME = "epo-ops"
_RELATED = 40
"""Other members of a family that are named in each member's events."""
_LIMIT = 900
"""Items of one answer: each has a place of its own in the file, and the next answer begins after them."""
_OTHERS = {
    "classification-search": "statistics of classes, no document",
    "fulltext-inquiry": "says which full texts there are, holds none",
    "document-inquiry": "says which pages there are, holds none",
    "standardization": "a number in another form, no document",
    "classification-scheme": "classes with their titles, no document",
    "register-search": "a search of the register that found nothing",
    "biblio-search": "a search that found nothing",
}


def _make(root: _Element, origin: Origin) -> Iterator[Item]:
    bare(root)
    if root.tag == "fault":
        raise RecordRefusedError(
            f"the service answered {text_at(root, 'code')}: {text_at(root, 'message')}".strip(": ")
        )
    count = 0
    for count, item in enumerate(_items(root, origin), start=1):
        if count > _LIMIT:
            reason = f"the answer holds more than {_LIMIT} documents; the rest is not read: ask for fewer"
            yield Unreadable(file=display(origin.file), offset=origin.offset, reason=reason)
            return
        yield item
    if not count:
        tags = {str(element.tag) for element in root.iter()}
        raise RecordRefusedError(
            next((why for tag, why in _OTHERS.items() if tag in tags), "no document in it")
        )


def _items(root: _Element, origin: Origin) -> Iterator[Item]:
    for family in root.iter("patent-family"):
        yield from _family(family, origin)
    for record in root.iter("exchange-document"):
        if not any(True for _ in record.iterancestors("family-member")):
            yield from _tried(lambda: exchange.items(record, origin, source=NAME, textless=True), origin)  # noqa: B023 - used at once
    for element in root.iter("fulltext-document"):
        yield from _tried(lambda: [ops_fulltext.document(element, origin)], origin)  # noqa: B023
    for record in root.iter("register-document"):
        yield from _tried(lambda: epo_register.documents(record, origin), origin)  # noqa: B023
    yield from _wanted(root, origin)


def _wanted(root: _Element, origin: Origin) -> Iterator[WantedNumber]:
    places = (
        "search-result/publication-reference",
        "equivalents-inquiry/inquiry-result/publication-reference",
    )
    for reference in (element for place in places for element in root.iterfind(f".//{place}")):
        found = exchange.identified((reference,))
        if key := exchange.numbered(found):
            parts = (text_at(found[0], name) for name in ("country", "doc-number", "kind"))
            yield WantedNumber(key=key, text=" ".join(filter(None, parts)), origin=origin)


def _tried(make: Callable[[], Iterable[Item]], origin: Origin) -> Iterator[Item]:
    """Yield what one record gives; its refusal costs its neighbours nothing."""
    try:
        yield from make()
    except RecordRefusedError as error:
        yield Unreadable(file=display(origin.file), offset=origin.offset, reason=error.reason)


def _family(family: _Element, origin: Origin) -> Iterator[Item]:
    members = [element for element in family if element.tag == "family-member"]
    public: dict[str, tuple[str, str]] = {}
    for member in members:
        found = exchange.identified(member.iterfind("publication-reference"))
        if key := exchange.numbered(found):
            public.setdefault(key, (exchange.day(found), exchange.office(found)))
    related = [
        (key, event)
        for key, (day, office) in sorted(public.items(), key=lambda item: item[1][0])
        for event in dated(EventKind.RELATED_PUBLISHED, day, f"{NAME}/family-member {key}", office=office)
    ][: _RELATED + 1]
    for member in members:
        yield from _tried(lambda: _member(member, related, origin), origin)  # noqa: B023 - used at once


def _member(member: _Element, related: list[tuple[str, DatedEvent]], origin: Origin) -> Iterator[Item]:
    found = exchange.identified(member.iterfind("publication-reference"))
    key = exchange.numbered(found)
    if not key:
        raise RecordRefusedError("a family member without a publication number")
    others = tuple(event for name, event in related if name != key)[:_RELATED]
    record = member.find("exchange-document")
    if record is None:
        yield _stub(member, found, key, others, origin)
        return
    claims = exchange.priority_claims(member.iterfind("priority-claim"))
    named = dict.fromkeys(exchange.application(claimed) for claimed in claims)
    number = member.get("family-id") or ""
    for item in exchange.items(record, origin, source=NAME, family=number, textless=True):
        if isinstance(item, Document) and item.key == key:
            own = (item.application, "")
            added = (name for name in named if name not in own and name not in item.priorities)
            yield replace(item, events=(*item.events, *others), priorities=(*item.priorities, *added))
        else:
            yield item


def _stub(
    member: _Element, found: list[_Element], key: str, others: tuple[DatedEvent, ...], origin: Origin
) -> Document:
    """Return what a family says of a member without its record: numbers and dates, and no text."""
    country, kind = exchange.office(found), text_at(found[0], "kind")
    filed = exchange.identified(member.iterfind("application-reference"))
    claims = exchange.priority_claims(member.iterfind("priority-claim"))
    own = exchange.application(filed)
    place = f"{NAME}/family-member"
    events = [
        *dated(public_kind(country, kind), exchange.day(found), f"{place}/publication", office=country),
        *dated(EventKind.FILED, exchange.day(filed), f"{place}/application", office=exchange.office(filed)),
    ]
    for claimed in claims:
        day, office = exchange.day(claimed), exchange.office(claimed)
        events += dated(EventKind.PRIORITY, day, f"{place}/priority-claim", office=office)
    named = dict.fromkeys(exchange.application(claimed) for claimed in claims)
    number = member.get("family-id")
    return Document(
        key=key,
        kind=document_kind(country, kind),
        text="",
        sections=(),
        events=tuple(dict.fromkeys((*events, *others))),
        country=country,
        work=own,
        application=own,
        priorities=tuple(name for name in named if name not in ("", own)),
        family=f"docdb:{number}" if number else "",
        origin=origin,
    )


def _is_ours(first: Head) -> bool:
    return first.root != "fault" or b"ops.epo.org" in first.data


EPO_OPS = XmlRecords(
    name=NAME,
    roots=frozenset({"world-patent-data", "fault"}),
    make=_make,
    where=_is_ours,
    rescue=frozenset({"exchange-document", "fulltext-document", "register-document"}),
)
"""The reader of saved answers of OPS."""
