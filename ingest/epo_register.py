"""The European Patent Register as OPS gives it: what was published of an application, when, and who says so.

Decisions
---------
* A register record is of an application. Each European publication it lists (A1, B1 …) becomes a document
  with the title it was published with; the publications of the others, the international one among them,
  are RELATED_PUBLISHED.
* The source of a date carries the number of the Bulletin (`2011/52`) that announced it.
* Of parties and classes, which the register keeps in every state they had, the newest is taken.
* A record of steps and events alone has no publication number and no text: it is refused, with that reason.

Source: OPS 3.2 reference guide (register service), register-documents DTD 1.3.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.builder import TextBuilder
from ingest.documents import Citation, DatedEvent, Document, EventKind, Origin, Party
from ingest.errors import RecordRefusedError
from ingest.evidence import dated
from ingest.exchange import add_titles, application, day, identified, numbered, office, priority_claims
from ingest.patent_xml import (
    document_kind,
    ipc,
    language,
    literature,
    phase_of,
    public_kind,
    rated,
    text_at,
    unrated,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

_NAME = re.compile(r"\(([^()]{1,300})\)")
_SOURCE = "ep-register"


def documents(record: _Element, origin: Origin) -> Iterator[Document]:
    """Yield a document for each European publication of a `register-document`. Raises RecordRefusedError."""
    biblio = record.find("bibliographic-data")
    if biblio is None:
        raise RecordRefusedError("a register record of steps or events, without a publication number")
    published = [
        (reference, identified((reference,))) for reference in _each(biblio, "publication-reference")
    ]
    found = [(reference, ids, numbered(ids)) for reference, ids in published]
    if not any(key.startswith("EP-") for _, _, key in found):
        raise RecordRefusedError("a register record without a European publication")
    for reference, ids, key in found:
        if key.startswith("EP-"):
            others = [(other, other_ids) for other, other_ids, name in found if name != key]
            yield _document(biblio, (reference, ids, key), others, origin)


def _each(biblio: _Element, tag: str) -> list[_Element]:
    return [element for element in biblio if element.tag == tag]


def _document(
    biblio: _Element,
    own: tuple[_Element, list[_Element], str],
    others: list[tuple[_Element, list[_Element]]],
    origin: Origin,
) -> Document:
    reference, ids, key = own
    kind = text_at(ids[0], "kind")
    text = TextBuilder()
    spoken = _titles(text, biblio, _gazette(reference))
    body, sections, _ = text.build()
    filed = application(_filing(biblio))
    classes = next(iter(_each(biblio, "classifications-ipcr")), None)
    claims = priority_claims(_priority_claims(biblio))
    priorities = dict.fromkeys(application(claimed) for claimed in claims)
    return Document(
        key=key,
        kind=document_kind("EP", kind),
        text=body,
        sections=sections,
        events=tuple(dict.fromkeys(_events(biblio, reference, ids, others))),
        classes=() if classes is None else tuple(dict.fromkeys(ipc([text_at(classes)]))),
        parties=tuple(dict.fromkeys(_parties(biblio))),
        citations=tuple(dict.fromkeys(_citations(biblio))),
        language=spoken,
        country="EP",
        work=filed,
        application=filed,
        priorities=tuple(name for name in priorities if name not in ("", filed)),
        origin=origin,
    )


def _gazette(element: _Element) -> str:
    return element.get("change-gazette-num") or ""


def _titles(text: TextBuilder, biblio: _Element, gazette: str) -> str:
    """Add the titles announced with a publication, else the newest; returns the first one's language."""
    found = [title for title in _each(biblio, "invention-title") if text_at(title)]
    same = [title for title in found if _gazette(title) == gazette] or [
        title for title in found if _gazette(title) == _gazette(found[0])
    ]
    same.sort(key=lambda title: language(title.get("lang")) != "en")
    for title in same[:1]:
        text.section("title")
        text.paragraph(text_at(title), "title")
    add_titles(text, same[1:], seen={text_at(title).casefold() for title in same[:1]})
    return language(same[0].get("lang")) if same else ""


def _filing(biblio: _Element) -> list[_Element]:
    found = _each(biblio, "application-reference")
    own = [element for element in found if text_at(element, "document-id/country") == "EP"]
    return identified(own or found)


def _priority_claims(biblio: _Element) -> list[_Element]:
    newest = biblio.find("priority-claims")
    return [] if newest is None else list(newest)


def _events(
    biblio: _Element,
    reference: _Element,
    ids: list[_Element],
    others: list[tuple[_Element, list[_Element]]],
) -> Iterator[DatedEvent]:
    kind = text_at(ids[0], "kind")
    yield from dated(public_kind("EP", kind), day(ids), _place("publication", reference), office="EP")
    for other, other_ids in others:
        place = _place("publication", other)
        yield from dated(EventKind.RELATED_PUBLISHED, day(other_ids), place, office=office(other_ids))
    for filing in _each(biblio, "application-reference"):
        found = identified((filing,))
        yield from dated(EventKind.FILED, day(found), _place("application", filing), office=office(found))
    for claimed in priority_claims(_priority_claims(biblio)):
        yield from dated(
            EventKind.PRIORITY, day(claimed), f"{_SOURCE}/priority-claim", office=office(claimed)
        )


def _place(what: str, element: _Element) -> str:
    number = _gazette(element)
    return f"{_SOURCE}/{what}-reference, Bulletin {number}" if number else f"{_SOURCE}/{what}-reference"


def _parties(biblio: _Element) -> Iterator[Party]:
    for role in ("applicant", "inventor"):
        newest = biblio.find(f"parties/{role}s")
        for element in [] if newest is None else newest.iterfind(role):
            name, country = (
                text_at(element, "addressbook/name"),
                text_at(element, "addressbook/address/country"),
            )
            if name:
                yield Party(role=role, name=name, country=country)


def _citations(biblio: _Element) -> Iterator[Citation]:
    for element in biblio.iterfind("references-cited/citation"):
        said, stated = text_at(element, "patcit/text"), text_at(element, "category")
        when = phase_of(element.get("cited-phase") or "")
        found = [item for patent in element.iterfind("patcit") for item in identified((patent,))]
        for category, claims in rated(said, stated):
            if found:
                number = " ".join(
                    filter(None, (text_at(found[0], name) for name in ("country", "doc-number", "kind")))
                )
                name = _NAME.search(said)
                text = f"{number} ({name[1]})" if name else number
                yield Citation(text=text, key=numbered(found), category=category, phase=when, claims=claims)
            elif text := text_at(element, "nplcit/text") or text_at(element, "nplcit"):
                yield literature(unrated(text), category=category, phase=when, claims=claims)
