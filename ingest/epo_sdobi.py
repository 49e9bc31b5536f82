"""The front page of a European patent document: `SDOBI` with its B-codes (INID codes, WIPO ST.32).

Decisions
---------
* (45)/(43) and (15) are days of the European Patent Bulletin, counted at Munich. B140 is this document's own
  day. Other days (B430 of the application, B450 of the grant, B477 of the amended specification, B871 of the
  international publication) are RELATED_PUBLISHED where they differ from it.
* B1 alone is GRANTED; B2 (after opposition), B3 (after limitation) and corrections publish another text.
* B220 is the filing day also of an application filed internationally or divided; B620 names the parent.
* Citations are those printed on the specification (B561, B562), those of a search report in text form, and
  the reference list; the list says "cited by the applicant", no more.

Source: EPO, EP patent document DTD 1.0 to 1.5.1; WIPO ST.9 (INID), ST.32 (B-codes).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.documents import Citation, Classification, DatedEvent, EventKind, Party
from ingest.evidence import dated
from ingest.exchange import cited
from ingest.patent_xml import filing_key, ipc, literature, public_kind, publication_key, symbols, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

_SOURCE = "ep-patent-document"
_PRINTED = re.compile(r"([A-Z]{2}) ?- ?([A-Z]\d?) ?- ?(.{1,40})")
"""A number as specifications print it: `US-A1- 2004 003 741`."""
_NO_DAY = re.compile(r"\b(\d{4})(?:0000|(\d\d)00)\b")
_RELATED = {"B430": "B400/B430", "B450": "B400/B450", "B477": "B400/B477", "B880": "B800/B880"}


def events(front: _Element, kind: str, own: str) -> Iterator[DatedEvent]:
    """Yield what happened when; `own` is the day of this publication."""
    yield from dated(public_kind("EP", kind), own, f"{_SOURCE}/B140", office="EP")
    for code, place in _RELATED.items():
        for element in front.iterfind(place):
            when = text_at(element, "date")
            if when != own:
                yield from dated(EventKind.RELATED_PUBLISHED, when, f"{_SOURCE}/{code}", office="EP")
    for element in front.iterfind("B800/B870/B871"):
        when = text_at(element, "date")
        yield from dated(EventKind.RELATED_PUBLISHED, when, f"{_SOURCE}/B871", office="WO")
    filed = text_at(front, "B200/B220/date")
    yield from dated(EventKind.FILED, filed, f"{_SOURCE}/B220", office="EP")
    for element in front.iterfind("B800/B860/B861"):
        number, when = text_at(element, "dnum/anum"), text_at(element, "date")
        if when != filed:
            yield from dated(EventKind.FILED, when, f"{_SOURCE}/B861", office=number[:2])
    for country, _, when in claimed(front):
        yield from dated(EventKind.PRIORITY, when, f"{_SOURCE}/B320", office=country)


def claimed(front: _Element) -> Iterator[tuple[str, str, str]]:
    """Yield country, number and day of each priority: B310, B320 and B330 follow each other."""
    for block in front.iterfind("B300"):
        number = when = ""
        for element in block:
            if element.tag == "B310":
                number, when = text_at(element), ""
            elif element.tag == "B320":
                when = text_at(element, "date")
            elif element.tag == "B330":
                yield text_at(element, "ctry"), number, when


def priorities(front: _Element) -> Iterator[str]:
    """Yield the keys of the applications claimed, and of the one this was divided from."""
    for country, number, when in claimed(front):
        yield filing_key(country, number, "", when)
    for parent in front.iterfind("B600/B620/parent/pdoc"):
        number = text_at(parent, "dnum/anum")
        yield filing_key("EP", number, "", text_at(parent, "date"))


def titles(front: _Element) -> dict[str, str]:
    """Return the titles by language: B541 says the language of the B542 after it."""
    found: dict[str, str] = {}
    spoken = ""
    for element in front.iterfind("B500/B540/*"):
        if element.tag == "B541":
            spoken = text_at(element).lower()
        elif element.tag == "B542" and (title := text_at(element)):
            found.setdefault(spoken, title)
    return found


def classes(front: _Element) -> Iterator[Classification]:
    """Yield IPC classes of every edition, then CPC."""
    for place in ("B500/B510EP/classification-ipcr", "B500/B510/*"):
        yield from ipc(text_at(element) for element in front.iterfind(place))
    for element in front.iterfind("B500/B520EP//classification-cpc"):
        yield from (Classification(scheme="CPC", symbol=symbol) for symbol in symbols(text_at(element)))


def parties(front: _Element) -> Iterator[Party]:
    """Yield applicants (B711), proprietors (B731) and inventors (B721)."""
    for role, place in (("applicant", "B710/B711"), ("assignee", "B730/B731"), ("inventor", "B720/B721")):
        for element in front.iterfind(f"B700/{place}"):
            if name := text_at(element, "snm"):
                yield Party(role=role, name=name, country=text_at(element, "adr/ctry"))


def citations(root: _Element, front: _Element) -> Iterator[Citation]:
    """Yield what is cited on the front page, in the search report and in the list of references."""
    for element in front.iterfind("B500/B560/B561"):
        text = text_at(element, "text") or text_at(element)
        printed = _PRINTED.fullmatch(text)
        yield Citation(
            text=text,
            key=publication_key("".join(printed[3].split()), printed[1], printed[2]) if printed else "",
        )
    for element in front.iterfind("B500/B560/B562"):
        yield literature(text_at(element, "text") or text_at(element))
    for report in root.iterfind("search-report-data"):
        for element in report.iter("citation"):
            yield from cited(element, phase="search report")
    for element in root.iterfind("ep-reference-list//li"):
        patent, other = element.find("patcit"), element.find("nplcit")
        if patent is not None:
            parts = [text_at(patent, f"document-id/{name}") for name in ("country", "doc-number", "kind")]
            text = " ".join(filter(None, parts)) or patent.get("dnum") or text_at(patent)
            key = publication_key(parts[1], parts[0], parts[2]) if parts[1] else ""
            yield Citation(text=text, key=key or publication_key(text), category="cited by applicant")
        elif other is not None and (text := _reference(other)):
            yield literature(text, category="cited by applicant")


def _reference(other: _Element) -> str:
    """Return a reference of the list in one line: author, title, serial and pages are elements there."""
    if text := text_at(other, "text"):
        return text
    pieces = (" ".join((leaf.text or "").split()) for leaf in other.iter() if len(leaf) == 0)
    return ", ".join(dict.fromkeys(_NO_DAY.sub(r"\1", piece) for piece in pieces if piece))
