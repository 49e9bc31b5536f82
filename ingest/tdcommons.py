"""Technical Disclosure Commons: saved pages of disclosures, and its OAI-PMH answers.

Source: what Digital Commons (bepress) writes into the head of a page, `bepress_citation_*`, as its guide for
search engines says; Dublin Core over OAI-PMH.

Decisions
---------
* A disclosure is known by its address: `tdcommons:dpubs_series/786`. The page and the OAI record have the
  same key, so that the store puts them together; the OAI identifier (another number) is an alias.
* `bepress_citation_online_date` is the day on which it was posted. The publication date that a page prints is
  the author's statement, believed where it does not come before that day (`paper_events`). A page that states
  only a year is dated by the year.
* The site's `dc:date` is a day written as midnight of the site's own time: the day counts, and a first of
  January may stand for a year of which nothing more is known.
* The text of a page is title, abstract and keywords. The disclosure itself is a PDF, which is a file of its
  own; that it was not read here is said after each page.
* The licence is printed on the page and is no date; it is kept as a paragraph, since reports quote it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

from ingest import oai_dc, page_meta
from ingest.builder import TextBuilder
from ingest.documents import Document, DocumentKind, EventKind, Origin, Party, Unreadable, clean
from ingest.errors import RecordRefusedError, UnreadableFileError
from ingest.evidence import dated
from ingest.office_files import HTML, decode
from ingest.paper_dates import of_words
from ingest.paper_events import issue
from ingest.paper_ids import doi_key, language
from ingest.record_stream import display
from ingest.sniff import head
from ingest.xml_records import XmlRecords

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lxml.etree import _Element

    from ingest.documents import DatedEvent
    from ingest.items import Item

NAME = "tdcommons"
LIMIT = 8 << 20
"""Bytes that a saved page may have."""
_ADDRESS = re.compile(r"https?://(?:www\.)?tdcommons\.org/([A-Za-z0-9_]{1,40}/\d{1,7})/?")
_TIMED = re.compile(r"(\d{4}-\d\d-\d\d)T\d\d:\d\d.{0,30}")
_NEW_YEAR = "-01-01"
_NOT_HERE = "read in part: the page has the abstract only; save the PDF beside it and read that as well"
_LICENCES = re.compile(r"https?://creativecommons\.org/(?:licenses|publicdomain)/[a-z0-9./-]{1,40}")


def make(element: _Element, origin: Origin) -> Iterator[Item]:
    """Yield the document of an OAI record. Raises RecordRefusedError."""
    record = oai_dc.record_of(element)
    addresses = (_ADDRESS.fullmatch(text.strip()[:200]) for text in record.all("identifier"))
    found = next(filter(None, addresses), None)
    if found is None:
        raise RecordRefusedError(
            f"{record.identifier[:120]}: names no page of the Technical Disclosure Commons"
        )
    key = f"{NAME}:{found[1]}"
    events = tuple(_listed(record))
    document = oai_dc.document(record, key, DocumentKind.DISCLOSURE, events, origin)
    yield replace(document, aliases=tuple(dict.fromkeys((*document.aliases, record.identifier))))


def _listed(record: oai_dc.Record) -> Iterator[DatedEvent]:
    for text in record.all("date", "issued")[:1]:
        timed = _TIMED.fullmatch(text)
        day = timed[1] if timed else of_words(text)
        yield from dated(EventKind.PUBLISHED, _unfilled(day), f"{NAME}/dc:date", confidence="medium")
    yield from (event for event in oai_dc.events(record) if event.kind is EventKind.INDEXED)


def _unfilled(day: str) -> str:
    return day[:4] if day.endswith(_NEW_YEAR) and "/" not in day else day


_ANSWERS = XmlRecords(
    name=NAME,
    roots=frozenset({"OAI-PMH"}),
    records=frozenset({"record"}),
    make=make,
    where=lambda first: b"tdcommons.org" in first.data,
)


class TdCommons:
    """Reads saved pages (`.html`) and OAI answers (`.xml`) of the Technical Disclosure Commons."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        first = head(path)
        page = first.suffix in HTML and b"tdcommons.org" in first.data and b"bepress_citation_" in first.data
        return page or _ANSWERS.recognises(path)

    def measure(self, path: Path) -> int:
        return _ANSWERS.measure(path)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        if path.suffix.lower() not in HTML:
            yield from _ANSWERS.read(path, after=after)
            return
        for offset, item in enumerate(_page(path)):
            if offset > after:
                yield item


def _page(path: Path) -> Iterator[Document | Unreadable]:
    name = display(path)
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
        if len(data) > LIMIT:
            raise RecordRefusedError(f"is larger than {LIMIT >> 20} MiB")  # noqa: TRY301 - with its neighbours
        origin = Origin(source=NAME, file=name, offset=0, sha256=hashlib.sha256(data).hexdigest())
        yield page(clean(decode(path, data)), origin)
        yield Unreadable(file=name, offset=1, reason=_NOT_HERE)
    except (RecordRefusedError, UnreadableFileError) as error:
        yield Unreadable(file=name, offset=0, reason=error.reason)
    except OSError as error:
        reason = f"cannot be opened: {error.strerror or error}"
        yield Unreadable(file=name, offset=0, reason=reason, passing=True)


def page(html: str, origin: Origin) -> Document:
    """Return the document of a page. Raises RecordRefusedError for what is no page of a disclosure."""
    meta = page_meta.meta_values(html)
    addresses = [*meta.get("bepress_citation_abstract_html_url", []), *meta.get("og:url", [])]
    found = next(filter(None, (_ADDRESS.fullmatch(text) for text in addresses)), None)
    if found is None:
        raise RecordRefusedError("states no address of a disclosure; save the disclosure's own page")
    body = _Body(html)
    text = TextBuilder()
    text.section("title")
    text.paragraph(_first(meta, "bepress_citation_title", "citation_title", "og:title"), "title")
    text.section("abstract")
    for paragraph in body.paragraphs("abstract") or meta.get("description", []):
        text.paragraph(paragraph, "abstract")
    if words := _first(meta, "keywords", "citation_keywords"):
        text.section("description", "Keywords")
        text.paragraph(words, "keywords")
    if licence := body.licence():
        text.section("description", "Licence")
        text.paragraph(licence, "licence")
    whole, sections, _ = text.build()
    if not whole:
        raise RecordRefusedError("the page has neither title nor abstract")
    names = meta.get("bepress_citation_author") or meta.get("citation_author", [])
    return Document(
        key=f"{NAME}:{found[1]}",
        kind=DocumentKind.DISCLOSURE,
        text=whole,
        sections=sections,
        events=tuple(_events(meta, body)),
        parties=tuple(dict.fromkeys(Party(role="author", name=_turned(name[:300])) for name in names)),
        language=language(_first(meta, "citation_language", "dc.language")),
        aliases=tuple(filter(None, (doi_key(_first(meta, "bepress_citation_doi", "citation_doi")),))),
        origin=origin,
    )


def _events(meta: Mapping[str, list[str]], body: _Body) -> Iterator[DatedEvent]:
    posted = of_words(_first(meta, "bepress_citation_online_date", "citation_online_date"))
    online = list(dated(EventKind.POSTED, posted, f"{NAME}/online_date"))
    yield from online
    printed = next((read for text in body.paragraphs("publication_date") if (read := of_words(text))), "")
    stated = printed or of_words(_first(meta, "bepress_citation_date", "citation_publication_date"))
    yield from issue(online, stated, f"{NAME}/publication_date")


class _Body:
    """The parts of a page that have a name of their own."""

    def __init__(self, html: str) -> None:
        parser = etree.HTMLParser(
            encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
        )
        try:
            self._root: _Element | None = etree.fromstring(html.encode(), parser)
        except etree.XMLSyntaxError:
            self._root = None

    def paragraphs(self, name: str) -> list[str]:
        """Return the paragraphs of the element with that id; its heading left out."""
        found = next((e for e in self._elements() if e.get("id") == name), None)
        if found is None:
            return []
        texts = (" ".join("".join(map(str, item.itertext())).split()) for item in found.iter("p"))
        return [text for text in texts if text]

    def licence(self) -> str:
        """Return the address of the Creative Commons licence that the page links to as its own."""
        for element in self._elements():
            if element.tag == "a" and "license" in (element.get("rel") or "").lower().split():
                match = _LICENCES.fullmatch((element.get("href") or "").strip())
                if match:
                    return f"Licence of the disclosure: {match[0]}"
        return ""

    def _elements(self) -> Iterator[_Element]:
        return iter(()) if self._root is None else self._root.iter()


def _first(meta: Mapping[str, list[str]], *names: str) -> str:
    return next((meta[name][0] for name in names if meta.get(name)), "")


def _turned(name: str) -> str:
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma and first and "," not in first else name
