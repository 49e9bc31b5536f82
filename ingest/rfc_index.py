"""The RFC Editor's index, `rfc-index.xml`: one entry for each RFC.

Source: the schema `rfc-index.xsd` of the RFC Editor.

Decisions
---------
* The key is that of the text, `RFC9110`, without leading zeros. This reader has a name of its own, so that
  the store keeps whichever of entry and text is the fuller one.
* A month is an interval; the few entries with a day (the first of April) have that day.
* What an RFC makes obsolete or updates is a citation with that category. What came later (`obsoleted-by`) is
  no fact about this text and is left out.
* The status at publication and the working group are classes, `RFC-status` and `IETF-WG`, to be asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.builder import TextBuilder
from ingest.documents import Citation, Classification, DatedEvent, Document, DocumentKind, EventKind, Party
from ingest.errors import RecordRefusedError
from ingest.evidence import dated
from ingest.paper_dates import of_parts
from ingest.paper_ids import doi_key, rfc_key
from ingest.uspto_text import flatten
from ingest.xml_records import XmlRecords
from ingest.xml_safety import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from ingest.documents import Origin
    from ingest.items import Item

NAME = "rfc-index"
_RELATIONS = ("obsoletes", "updates")


def make(element: _Element, origin: Origin) -> Iterator[Item]:
    """Yield the document of an `rfc-entry`. Raises RecordRefusedError without number or title."""
    key = rfc_key(_word(element, "doc-id"))
    if not key:
        raise RecordRefusedError("has no RFC number (doc-id)")
    text = TextBuilder()
    text.section("title")
    text.paragraph(_word(element, "title"), "title")
    text.section("abstract")
    for paragraph in element.iterfind("{*}abstract/{*}p"):
        text.paragraph(flatten(paragraph), "abstract")
    if words := "; ".join(" ".join(flatten(word).split()) for word in element.iterfind("{*}keywords/{*}kw")):
        text.section("description", "Keywords")
        text.paragraph(words, "keywords")
    body, sections, _ = text.build()
    if not body:
        raise RecordRefusedError(f"{key} has neither title nor abstract")
    yield Document(
        key=key,
        kind=DocumentKind.STANDARD,
        text=body,
        sections=sections,
        events=tuple(event for item in named(element, "date") for event in _event(item)),
        classes=tuple(_classes(element)),
        parties=tuple(dict.fromkeys(_authors(element))),
        citations=tuple(_relations(element)),
        language="en",
        aliases=tuple(filter(None, (doi_key(_word(element, "doi")),))),
        origin=origin,
    )


def _event(item: _Element) -> Iterator[DatedEvent]:
    when = of_parts(_word(item, "year"), _word(item, "month"), _word(item, "day"))
    return dated(EventKind.PUBLISHED, when, f"{NAME}/date")


def _classes(element: _Element) -> Iterator[Classification]:
    for name, scheme in (("publication-status", "RFC-status"), ("wg_acronym", "IETF-WG")):
        symbol = "-".join(_word(element, name).lower().split())[:60]
        if symbol and symbol != "non-working-group":
            yield Classification(scheme=scheme, symbol=symbol)


def _authors(element: _Element) -> Iterator[Party]:
    for author in named(element, "author"):
        if name := _word(author, "name"):
            yield Party(role="author", name=name[:300])


def _relations(element: _Element) -> Iterator[Citation]:
    for relation in _RELATIONS:
        for number in element.iterfind(f"{{*}}{relation}/{{*}}doc-id"):
            words = "".join(flatten(number).split())
            if words:
                yield Citation(text=rfc_key(words) or words[:60], key=rfc_key(words), category=relation)


def _word(element: _Element, name: str) -> str:
    return " ".join(flatten(next(named(element, name), None)).split())


RFC_INDEX = XmlRecords(name=NAME, roots=frozenset({"rfc-index"}), records=frozenset({"rfc-entry"}), make=make)
"""Reads `rfc-index.xml`."""
