"""Europe PMC search answers, `resultType=core`, as XML (`responseWrapper`) and as JSON.

Source: Europe PMC, "RESTful Web Service Reference" (version 6), the fields of the core result.

Decisions
---------
* Both forms have the same names, so XML is turned into the JSON's shape and read by one function.
* `firstPublicationDate` and `printPublicationDate` are filled up by the service: "2020-03-01" may mean
  "March 2020", and "2020-01-01" the year. So a first of the month counts as its month, a first of January as
  its year; they are asked only where neither a day online nor the issue's printed date is stated.
* `firstIndexDate` is a bound: public then or before.
* A preprint is POSTED; its record has its own number (`PPR…`), that of the journal's version differs.
* A patent has the key of its publication number; the service's number has no kind code, so neither has it.
* Search answers name MeSH headings by their words, not by their numbers: scheme `MeSH-term`.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from ingest import fields
from ingest.builder import TextBuilder
from ingest.documents import Classification, DatedEvent, Document, DocumentKind, EventKind, Party
from ingest.errors import RecordRefusedError
from ingest.evidence import bound, dated
from ingest.json_records import JsonRecords
from ingest.paper_dates import of_words
from ingest.paper_events import issue
from ingest.paper_ids import doi_key, language, pmcid_key, pmid_key, publication_key
from ingest.xml_records import XmlRecords
from ingest.xml_safety import local

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lxml.etree import _Element

    from ingest.documents import Origin
    from ingest.items import Item

NAME = "europepmc"
_TAG = re.compile(
    r"</?(?:h4|h5|b|i|u|em|strong|p|br|sup|sub|ul|ol|li|span|italic|bold)\s{0,3}/?>", re.IGNORECASE
)
_LABEL = re.compile(r"<h4>([^<]{0,200})</h4>", re.IGNORECASE)
_RAISED = re.compile(r"(?<=[\w)])<sup>\s{0,5}([+\-−]?\d{1,9}(?:\.\d{1,9})?)\s{0,5}</sup>", re.IGNORECASE)
_BREAK = re.compile(r"</?(?:p|br|ul|ol|li)\s{0,3}/?>", re.IGNORECASE)
_SOURCE = re.compile(r"[A-Z]{2,5}")
_NUMBER = re.compile(r"[A-Za-z0-9._:-]{1,60}")
_DEPTH = 12


def record_of(element: _Element, depth: int = _DEPTH) -> object:
    """Return an element in the shape of the service's JSON; what repeats becomes a list."""
    if depth == 0 or not any(local(child) for child in element):
        return "".join(map(str, element.itertext()))
    found: dict[str, object] = {}
    for child in element:
        name = local(child)
        if not name:
            continue
        value = record_of(child, depth - 1)
        before = found.get(name)
        if before is None:
            found[name] = value
        elif isinstance(before, list):
            before.append(value)
        else:
            found[name] = [before, value]
    return found


def make_xml(element: _Element, origin: Origin) -> Iterator[Item]:
    """Yield the document of a `result` element. Raises RecordRefusedError."""
    record = record_of(element)
    if not isinstance(record, dict):
        raise RecordRefusedError("an empty result")
    yield from make(record, origin)


def make(record: Mapping[str, object], origin: Origin) -> Iterator[Item]:
    """Yield the document of a result. Raises RecordRefusedError without number or text."""
    source, number = fields.word_of(record, "source"), fields.word_of(record, "id")
    keys = _keys(record, source, number)
    if not keys:
        if "hitCount" in record:
            raise RecordRefusedError("the search found nothing")
        raise RecordRefusedError("has no identifier")
    text = _text(record)
    body, sections, _ = text.build()
    if not body:
        raise RecordRefusedError(f"{keys[0]} has neither title nor abstract")
    yield Document(
        key=keys[0],
        kind=DocumentKind.PATENT if source == "PAT" else DocumentKind.PAPER,
        text=body,
        sections=sections,
        events=tuple(_events(record, source)),
        classes=tuple(dict.fromkeys(_classes(record))),
        parties=tuple(dict.fromkeys(_authors(record))),
        language=language(fields.word_of(record, "language")),
        aliases=keys[1:],
        origin=origin,
    )


def _keys(record: Mapping[str, object], source: str, number: str) -> tuple[str, ...]:
    known = (
        pmid_key(fields.word_of(record, "pmid")),
        pmcid_key(fields.word_of(record, "pmcid")),
        doi_key(fields.word_of(record, "doi")),
    )
    own = f"europepmc:{source}/{number}" if _SOURCE.fullmatch(source) and _NUMBER.fullmatch(number) else ""
    if source == "PAT" and (patent := publication_key(number)):
        own = patent
    named = "" if source in ("MED", "PMC") else own
    return tuple(dict.fromkeys(filter(None, (known[0], named, *known[1:])))) or ((own,) if own else ())


def _text(record: Mapping[str, object]) -> TextBuilder:
    text = TextBuilder()
    text.section("title")
    text.paragraph(" ".join(_plain(fields.text_of(record, "title")).split()), "title")
    text.section("abstract")
    for paragraph in _paragraphs(fields.text_of(record, "abstractText")):
        text.paragraph(paragraph, "abstract")
    words = [word for word in _inner(record, "keywordList", "keyword") if isinstance(word, str)]
    if words:
        text.section("description", "Keywords")
        text.paragraph("; ".join(" ".join(word.split()) for word in words), "keywords")
    return text


def _paragraphs(abstract: str) -> list[str]:
    labelled = _LABEL.sub(lambda match: f"\n\n{match[1].strip().rstrip(':')}: ", abstract)
    return _plain(_BREAK.sub("\n\n", labelled)).split("\n\n")


def _plain(text: str) -> str:
    """Drop the service's tags; a raised number is marked, since 10 to the 5th is not 105."""
    return html.unescape(_TAG.sub("", _RAISED.sub(r"^\1", text)))


def _events(record: Mapping[str, object], source: str) -> Iterator[DatedEvent]:
    kind = EventKind.POSTED if source == "PPR" else EventKind.PUBLISHED
    journal = record.get("journalInfo")
    journal = journal if isinstance(journal, dict) else {}
    online = fields.word_of(record, "electronicPublicationDate")
    events = list(dated(kind, online, f"{NAME}/electronicPublicationDate"))
    printed = of_words(fields.word_of(journal, "dateOfPublication"))
    collection = "eCollection" in fields.word_of(record, "pubModel")
    events += issue(events, printed, f"{NAME}/dateOfPublication", kind=kind, collection=collection)
    for holder, name in ((journal, "printPublicationDate"), (record, "firstPublicationDate")):
        if not events:
            text = _unfilled(fields.word_of(holder, name))
            events += dated(kind, text, f"{NAME}/{name}", confidence="medium")
    if not events:
        events += dated(kind, fields.word_of(record, "pubYear"), f"{NAME}/pubYear", confidence="medium")
    yield from events
    for event in dated(EventKind.INDEXED, fields.word_of(record, "firstIndexDate"), ""):
        yield bound(EventKind.INDEXED, event.when.latest, f"{NAME}/firstIndexDate", confidence="medium")


def _unfilled(day: str) -> str:
    """Return a day that the service may have filled up as what it may stand for."""
    return day[:4] if day.endswith("-01-01") else day[:7] if day.endswith("-01") else day


def _classes(record: Mapping[str, object]) -> Iterator[Classification]:
    for heading in _inner(record, "meshHeadingList", "meshHeading"):
        if isinstance(heading, dict) and (name := fields.word_of(heading, "descriptorName")):
            yield Classification(scheme="MeSH-term", symbol=name)


def _authors(record: Mapping[str, object]) -> Iterator[Party]:
    found = False
    for author in _inner(record, "authorList", "author"):
        if not isinstance(author, dict):
            continue
        given, last = fields.word_of(author, "firstName", "initials"), fields.word_of(author, "lastName")
        name = f"{given} {last}".strip() if last else fields.word_of(author, "fullName", "collectiveName")
        if name:
            found = True
            yield Party(role="author", name=name)
    if not found:
        for name in fields.word_of(record, "authorString").rstrip(".").split(", "):
            if name.strip():
                yield Party(role="author", name=name.strip())


def _inner(record: Mapping[str, object], outer: str, name: str) -> list[object]:
    holder = record.get(outer)
    return fields.list_of(holder, name) if isinstance(holder, dict) else []


_XML = XmlRecords(
    name=NAME, roots=frozenset({"responseWrapper"}), records=frozenset({"result"}), make=make_xml
)
_JSON = JsonRecords(
    name=NAME,
    mark=re.compile(
        rb'"resultList"\s{0,9}:\s{0,9}\{|"(?:firstIndexDate|isOpenAccess)"\s{0,9}:[^{}]{0,4000}"inEPMC"'
    ),
    lists=(("resultList", "result"),),
    make=make,
)


class EuropePmc:
    """Reads saved search answers of Europe PMC in both forms."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        return _XML.recognises(path) or _JSON.recognises(path)

    def measure(self, path: Path) -> int:
        return self._reader(path).measure(path)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        return self._reader(path).read(path, after=after)

    @staticmethod
    def _reader(path: Path) -> XmlRecords | JsonRecords:
        return _JSON if _JSON.recognises(path) else _XML
