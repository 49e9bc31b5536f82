"""Saved pages of Google Patents, as the server sends them (microdata, `itemprop`), one publication a page.

Format: the page's microdata in its generations since 2016; pages that a browser has rendered and saved with
their scripts hold none of it, and stay for the reader of files.

Decisions
---------
* A page is hostile HTML: it is parsed under libxml2's own limits of depth and size, at most `PAGE_LIMIT`
  bytes and `patent_markup.TAG_LIMIT` tags, without network; nothing in it is run. BeautifulSoup reads what
  pages state in their heads (`ingest.page_meta`); of a whole page of ten megabytes it would make ten times
  the objects, so the tree here is lxml's.
* Only properties outside the page's tables and lists are the document's own: the same names stand in rows
  about other documents.
* Machine translations are read as shown, in the language shown, and said after the document with the language
  they come from: such a text was never published, its original was. Who quotes it looks that up.
* The timeline's publications on other days are of other documents of the family (`related-published`). What a
  date of grant or priority is worth: `ingest.patent_rows`. All dates are Google's word: medium confidence.
* `backwardReferences…` are citations (`*` marks the examiner's); those of family members say so. Documents
  that cite this one (`forwardReferences…`) are not cited by it and are left out.
* Classes are the leaves of the trees shown.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lxml import etree

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
    clean,
)
from ingest.errors import RecordRefusedError
from ingest.evidence import dated
from ingest.items import Item, offset_of
from ingest.markup import NestingError
from ingest.patent_markup import add_claims_element, add_description_element, page, text_of
from ingest.patent_rows import application_of, key_of, kinds, numbered, own_events, priorities
from ingest.record_stream import display, measure, members
from ingest.sniff import head

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lxml.etree import _Element

    from ingest.record_stream import Member

NAME = "google-patents"
PAGE_LIMIT = 32 << 20
"""Bytes a page may have; those of documents with thousands of paragraphs have some ten million."""
_WANTED = (".html", ".htm", ".xhtml")
_MARK = re.compile(rb"""itemprop=["']publicationNumber["']""")
_SECTIONS = ("abstract", "description", "claims")
_CANONICAL = re.compile(r"/patent/([A-Z]{2}[A-Z0-9]{3,20})(?:/|$)")
_FAMILY = re.compile(r"ID\s{0,3}=\s{0,3}(\d{1,12})")
_SYMBOL = re.compile(r"[A-HY]\d{2}[A-Z]\d{1,4}/\d{2,6}")
_OWN = {
    **dict.fromkeys(("publicationNumber", "applicationNumber", "title"), 1),
    **dict.fromkeys(("publicationDate", "grantDate", "filingDate", "priorityDate"), 1),
    **dict.fromkeys(("inventor", "assigneeOriginal"), 500),
}
"""Properties of the document, and how many values of each are read."""
_LONGEST = 300
_VALUE = 4000


def make(data: bytes, origin: Origin) -> Iterator[Item]:
    """Yield the document of a page, and what of it was not read. Raises RecordRefusedError."""
    root = _parsed(data)
    own = _properties(root)
    number = numbered(_first(own, "publicationNumber") or _canonical(root))
    if number is None:
        raise RecordRefusedError("it names no publication: not the page of a patent, or saved by a browser")
    sections = {name: _section(root, name) for name in _SECTIONS}
    builder = TextBuilder()
    notes = _text(builder, _title(root, own), sections)
    text, parts, claims = builder.build()
    if not text:
        raise RecordRefusedError(f"the page of {number.key} has no text")
    days = {name: _first(own, f"{name}Date") for name in ("publication", "grant", "filing", "priority")}
    application = application_of(_first(own, "applicationNumber")[:80], filed=days["filing"])
    claimed = (
        application_of(_child(row, "applicationNumber")[:80], filed=_child(row, "filingDate"))
        for name in ("priorityApps", "parentApps")
        for row in root.iterfind(f".//tr[@itemprop='{name}']")
    )
    yield Document(
        key=number.key,
        kind=kinds(number)[0],
        text=text,
        sections=parts,
        claims=claims,
        events=(
            *own_events(number, NAME, days, "medium"),
            *dict.fromkeys(_timeline(root, number.country, days["publication"])),
        ),
        classes=tuple(dict.fromkeys(_classes(root))),
        parties=tuple(dict.fromkeys(_parties(own))),
        citations=tuple(dict.fromkeys(_citations(root))),
        language=_language(root, sections),
        country=number.country,
        work=application,
        application=application,
        priorities=priorities(claimed, application),
        family=_family(root),
        origin=origin,
    )
    notes += _translations(root)
    if notes:
        reason = f"{number.key} read in part: {'; '.join(notes)}"
        yield Unreadable(file=origin.file, offset=origin.offset, reason=reason)


def _parsed(data: bytes) -> _Element:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordRefusedError(f"encoding: byte {error.start} of the page is not UTF-8") from None
    try:
        root = page(clean(text))
    except NestingError as error:
        raise RecordRefusedError(f"the page is not read: {error}") from None
    if root is None:
        raise RecordRefusedError("the page is empty or no HTML")
    return root


def _properties(root: _Element) -> Mapping[str, list[str]]:
    """Return the values of the document's own properties by name."""
    found: dict[str, list[str]] = {}
    inside = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            inside -= _lists(element)
            continue
        name = element.get("itemprop")
        room = _OWN.get(name or "", 0) if not inside else 0
        if name and room > len(found.get(name, ())) and (value := _value(element)):
            found.setdefault(name, []).append(value)
        inside += _lists(element)
    return found


def _lists(element: _Element) -> bool:
    """Tell an element whose properties are of other things than the document."""
    return element.tag == "tr" or (element.tag in ("dd", "li") and element.get("itemprop") is not None)


def _value(element: _Element) -> str:
    stated = element.get("datetime") or element.get("content")
    return " ".join((stated if stated is not None else "".join(_begin(element))).split())


def _begin(element: _Element) -> Iterator[str]:
    """Yield an element's text up to `_VALUE` characters: a property is no chapter."""
    length = 0
    for piece in element.itertext():
        yield str(piece)
        length += len(piece)
        if length > _VALUE:
            return


def _first(own: Mapping[str, list[str]], name: str) -> str:
    return own.get(name, [""])[0]


def _child(element: _Element, name: str) -> str:
    found = element.find(f".//*[@itemprop='{name}']")
    return "" if found is None else _value(found)


def _canonical(root: _Element) -> str:
    """Return the number in the page's own address."""
    for link in root.iterfind(".//link[@rel='canonical']"):
        if found := _CANONICAL.search(link.get("href") or ""):
            return found[1]
    return ""


def _title(root: _Element, own: Mapping[str, list[str]]) -> str:
    if title := _first(own, "title"):
        return title
    meta = root.find(".//meta[@name='DC.title']")
    return " ".join((meta.get("content") or "").split()) if meta is not None else ""


def _section(root: _Element, name: str) -> _Element | None:
    """Return the content of a section, without the heading that names it."""
    section = root.find(f".//section[@itemprop='{name}']")
    if section is None:
        return None
    content = section.find(".//*[@itemprop='content']")
    if content is None:
        for heading in section.findall("h2"):
            section.remove(heading)
    return section if content is None else content


def _text(builder: TextBuilder, title: str, sections: Mapping[str, _Element | None]) -> list[str]:
    builder.section("title")
    builder.paragraph(title, "title")
    builder.section("abstract")
    if (abstract := sections["abstract"]) is not None:
        for line in text_of(abstract).split("\n"):
            builder.paragraph(line, "abstract")
    if (description := sections["description"]) is not None:
        add_description_element(builder, description)
    if (claims := sections["claims"]) is not None and (note := add_claims_element(builder, claims)):
        return [note]
    return []


def _language(root: _Element, sections: Mapping[str, _Element | None]) -> str:
    for name in ("description", "claims", "abstract"):
        if (section := sections[name]) is not None:
            for element in section.iter():
                if code := (element.get("lang") or "").lower()[:2]:
                    return code
    return (root.get("lang") or "").lower()[:2]


def _translations(root: _Element) -> list[str]:
    """Say which sections are machine translations."""
    found: dict[str, list[str]] = {}
    for element in root.iterfind(".//*[@itemprop='translatedLanguage']"):
        section = next((up for up in element.iterancestors("section") if up.get("itemprop")), None)
        name = (section.get("itemprop") or "") if section is not None else "page"
        found.setdefault(_value(element)[:40] or "another language", []).append(name)
    return [
        f"{', '.join(dict.fromkeys(names))}: machine translation from {language}, quote the original"
        for language, names in found.items()
    ]


def _timeline(root: _Element, office: str, own: str) -> Iterator[DatedEvent]:
    for entry in root.iterfind(".//*[@itemprop='events']"):
        if _child(entry, "type") not in ("publication", "granted"):
            continue
        day, title = _child(entry, "date"), _child(entry, "title")[:80]
        if day and day != own:
            source = f"{NAME}/events: {title}"
            yield from dated(EventKind.RELATED_PUBLISHED, day, source, office=office, confidence="medium")


def _classes(root: _Element) -> Iterator[Classification]:
    for entry in root.iterfind(".//li[@itemprop]"):
        code = "".join(_child(entry, "Code").split())
        leaf = _child(entry, "Leaf")
        if _SYMBOL.fullmatch(code) and leaf in ("", "true"):
            scheme = "IPC" if _child(entry, "IsCPC") == "false" else "CPC"
            yield Classification(scheme=scheme, symbol=code)


def _parties(own: Mapping[str, list[str]]) -> Iterator[Party]:
    for name, role in (("inventor", "inventor"), ("assigneeOriginal", "assignee")):
        yield from (Party(role=role, name=person[:_LONGEST]) for person in own.get(name, []))


def _citations(root: _Element) -> Iterator[Citation]:
    for row in root.iterfind(".//tr[@itemprop]"):
        name = row.get("itemprop") or ""
        if name.startswith("backwardReferences"):
            cited = _child(row, "publicationNumber")
            parts = (cited, _child(row, "title"), _child(row, "publicationDate"))
            if cited:
                text = ", ".join(filter(None, parts))[:_LONGEST]
                category = " ".join(filter(None, (_by(row), "of the family" if "Family" in name else "")))
                yield Citation(text=text, key=key_of(cited), category=category)
        elif name == "detailedNonPatentLiterature" and (text := _child(row, "title")):
            yield Citation(text=text[:2000], category=_by(row))


def _by(row: _Element) -> str:
    if _child(row, "examinerCited"):
        return "cited by examiner"
    return "cited by third party" if _child(row, "thirdPartyCited") else ""


def _family(root: _Element) -> str:
    for section in root.iterfind(".//section[@itemprop='family']"):
        identifier = _child(section, "id")
        found = _FAMILY.search(text_of(section)[:2000])
        digits = identifier if identifier.isascii() and identifier.isdigit() else found[1] if found else ""
        if digits.strip("0"):
            return f"docdb:{digits}"
    return ""


class GooglePatents:
    """Reads `.html` files, plain, gzip or in archives."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        first = head(path)
        return first.suffix in _WANTED and _MARK.search(first.data) is not None

    def measure(self, path: Path) -> int:
        return measure(path, wanted=_WANTED)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        base, anything = 0, False
        for member in members(path, wanted=_WANTED):
            for item in self._member(member, base):
                anything = True
                if offset_of(item) > after:
                    yield item
            base += member.advance + 1
        if not anything and after < 0:
            yield Unreadable(file=display(path), offset=0, reason="holds no page")

    def _member(self, member: Member, base: int) -> Iterator[Item]:
        data = bytearray()
        for chunk in member.chunks():
            if len(data) <= PAGE_LIMIT:
                data += chunk
        reason = member.failure or ("" if data.strip() else "is empty")
        if len(data) > PAGE_LIMIT:
            reason = f"the page has more than {PAGE_LIMIT >> 20} MiB"
        if reason:
            yield Unreadable(file=member.name, offset=base, reason=reason, passing=member.passing)
            return
        raw = bytes(data)
        origin = Origin(source=NAME, file=member.name, offset=base, sha256=hashlib.sha256(raw).hexdigest())
        try:
            for count, item in enumerate(make(raw, origin)):
                yield replace(item, offset=base + count) if isinstance(item, Unreadable) else item
        except RecordRefusedError as error:
            yield Unreadable(file=member.name, offset=base, reason=error.reason)
