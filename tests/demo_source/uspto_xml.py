"""US grants (v4.5) and applications (v4.4) as in the office's weekly files: XML documents glued together.

Decisions
---------
* Elements come in the order of the office's DTD, with the parts that a reader may stumble over: processing
  instructions between paragraphs, nested claim text, bold reference numerals, figure references, days "00".
* Application numbers are derived from the document's id, so that a build never depends on order or time.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from lxml import etree

from tests.demo_source.uspto_markup import (
    PATENT,
    add,
    inline,
    limitations,
    reference_numerals,
    spoken,
    with_numerals,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.demo_source.records import Entry

_SERIES = (("2011", "12"), ("2013", "13"), ("2016", "14"), ("2018", "15"), ("2020", "16"), ("2022", "17"))
"""First digits of application numbers filed before a year; later ones have 18."""
_COUNTRIES = {"Inc.": "US", "AG": "DE", "GmbH": "DE", "BV": "NL", "AB": "SE", "Oy": "FI"}
"""Where an organisation sits, by the last word of its name; others sit in GB."""
_SYMBOL = re.compile(r"([A-HY])(\d{2})([A-Z])(\d+)/(\d+)")


def weekly_file(entries: Iterable[Entry], known: Mapping[str, Entry]) -> bytes:
    """Return the documents one after the other, each with its own XML declaration, oldest first."""
    ordered = sorted(entries, key=lambda entry: (entry.published, entry.id))
    return b"".join(_document(entry, known) for entry in ordered)


def _document(entry: Entry, known: Mapping[str, Entry]) -> bytes:
    granted = entry.format == "grant"
    name = "us-patent-grant" if granted else "us-patent-application"
    version, dtd = ("v4.5", "v45") if granted else ("v4.4", "v44")
    number, kind = _number(entry.id)
    file = f"US{number}{'' if granted else kind}-{_compact(entry.published)}"
    root = etree.Element(name)
    for key, value in {
        "lang": "EN",
        "dtd-version": f"{version} 2014-04-03",
        "file": f"{file}.XML",
        "status": "PRODUCTION",
        "id": name,
        "country": "US",
        "date-produced": _compact(entry.published),
        "date-publ": _compact(entry.published),
    }.items():
        root.set(key, value)
    _bibliography(root, entry, known)
    abstract = add(root, "abstract", id="abstract")
    add(abstract, "p", entry.abstract, id="p-0001", num="0000")
    _drawings(root, entry, file)
    _description(root, entry)
    if granted:
        add(root, "us-claim-statement", "What is claimed is:")
    _claims(root, entry)
    doctype = f'<!DOCTYPE {name} SYSTEM "{name}-{dtd}-2014-04-03.dtd" [ ]>'
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}\n'
    return head.encode() + etree.tostring(root, encoding="UTF-8", pretty_print=True)


def _bibliography(root: etree._Element, entry: Entry, known: Mapping[str, Entry]) -> None:
    granted = entry.format == "grant"
    biblio = add(root, "us-bibliographic-data-grant" if granted else "us-bibliographic-data-application")
    number, kind = _number(entry.id)
    _document_id(add(biblio, "publication-reference"), "US", number, kind, _compact(entry.published))
    reference = add(biblio, "application-reference")
    reference.set("appl-type", "utility")
    serial = _serial(entry)
    _document_id(reference, "US", serial, "", _compact(entry.filed))
    add(biblio, "us-application-series-code", serial[:2])
    country = _country(entry)
    provisional = country == "US"
    if entry.priority and not provisional:
        claim = add(add(biblio, "priority-claims"), "priority-claim", sequence="01", kind="national")
        add(claim, "country", country)
        add(claim, "doc-number", f"{entry.priority[2:4]}90{_digits(entry.id, 3)}.7")
        add(claim, "date", _compact(entry.priority))
    _classes(biblio, entry)
    add(biblio, "invention-title", entry.title, id="d2e43")
    if granted:
        _references(biblio, entry, known)
        add(biblio, "number-of-claims", str(len(entry.claims)))
        add(biblio, "us-exemplary-claim", "1")
    if entry.priority and provisional:
        related = add(add(biblio, "us-related-documents"), "us-provisional-application")
        _document_id(related, "US", f"62{_digits(entry.id, 6)}", "", _compact(entry.priority))
    _parties(biblio, entry)


def _classes(biblio: etree._Element, entry: Entry) -> None:
    day = _compact(entry.published)
    ipcr = add(biblio, "classifications-ipcr")
    for place, symbol in enumerate(entry.classes):
        one = add(ipcr, "classification-ipcr")
        add(add(one, "ipc-version-indicator"), "date", "20060101")
        add(one, "classification-level", "A")
        _symbol(one, symbol, place, day)
    cpc = add(biblio, "classifications-cpc")
    further: etree._Element | None = None
    for place, symbol in enumerate(entry.classes):
        if place:
            further = add(cpc, "further-cpc") if further is None else further
        one = add(add(cpc, "main-cpc") if further is None else further, "classification-cpc")
        add(add(one, "cpc-version-indicator"), "date", "20130101")
        _symbol(one, symbol, place, day)
        add(one, "scheme-origination-code", "C")


def _symbol(parent: etree._Element, symbol: str, place: int, day: str) -> None:
    match = _SYMBOL.fullmatch(symbol)
    assert match is not None, f"{symbol} is no class symbol"
    for tag, value in zip(
        ("section", "class", "subclass", "main-group", "subgroup"), match.groups(), strict=True
    ):
        add(parent, tag, value)
    add(parent, "symbol-position", "L" if place else "F")
    add(parent, "classification-value", "I")
    add(add(parent, "action-date"), "date", day)
    add(add(parent, "generating-office"), "country", "US")
    add(parent, "classification-status", "B")
    add(parent, "classification-data-source", "H")


def _references(biblio: etree._Element, entry: Entry, known: Mapping[str, Entry]) -> None:
    if not entry.cites:
        return
    cited = add(biblio, "us-references-cited")
    for place, other in enumerate((known[identifier] for identifier in entry.cites), start=1):
        citation = add(cited, "us-citation")
        surname = other.people[0].split()[-1]
        if PATENT.fullmatch(other.id):
            number, kind = _number(other.id)
            patent = add(citation, "patcit", num=f"{place:05}")
            _document_id(patent, "US", number, kind, f"{_compact(other.published)[:6]}00", surname)
        else:
            paper = add(citation, "nplcit", num=f"{place:05}")
            words = f"{surname} et al., “{other.title},” {other.id}, {other.published[:4]}."
            add(paper, "othercit", words)
        add(citation, "category", "cited by examiner" if place % 3 else "cited by applicant")


def _parties(biblio: etree._Element, entry: Entry) -> None:
    parties = add(biblio, "us-parties")
    applicant = add(add(parties, "us-applicants"), "us-applicant", sequence="001")
    applicant.set("app-type", "applicant")
    applicant.set("designation", "us-only")
    book = add(applicant, "addressbook")
    add(book, "orgname", entry.organisation)
    add(add(book, "address"), "country", _country(entry))
    inventors = add(parties, "inventors")
    for place, person in enumerate(entry.people, start=1):
        inventor = add(inventors, "inventor", sequence=f"{place:03}", designation="us-only")
        first, _, last = person.partition(" ")
        book = add(inventor, "addressbook")
        add(book, "last-name", last)
        add(book, "first-name", first)
        add(add(book, "address"), "country", _country(entry))
    if entry.format == "grant":
        book = add(add(add(biblio, "assignees"), "assignee"), "addressbook")
        add(book, "orgname", entry.organisation)
        add(book, "role", "02")


def _drawings(root: etree._Element, entry: Entry, file: str) -> None:
    figures = {found for block in entry.blocks for found in re.findall(r"FIG\. (\d+)", block.text)}
    if not figures:
        return
    drawings = add(root, "drawings", id="DRAWINGS")
    for place in range(1, len(figures) + 1):
        figure = add(drawings, "figure", id=f"Fig-EMI-D{place:05}", num=f"{place:05}")
        image = add(
            figure, "img", id=f"EMI-D{place:05}", file=f"{file}-D{place:05}.TIF", alt="embedded image"
        )
        for key, value in {
            "he": "214.55mm",
            "wi": "159.26mm",
            "img-content": "drawing",
            "img-format": "tif",
        }.items():
            image.set(key, value)


def _description(root: etree._Element, entry: Entry) -> None:
    granted = entry.format == "grant"
    names = ("BRFSUM", "DETDESC") if granted else ("summary-of-invention", "detailed-description")
    titles = ("Brief Summary", "Detailed Description")
    description = add(root, "description", id="description")
    numerals = reference_numerals(entry.blocks)
    part, number, heading = 0, 0, 0
    description.append(etree.ProcessingInstruction(names[0], f'description="{titles[0]}" end="lead"'))
    for block in entry.blocks:
        if block.heading:
            if block.text.startswith("DETAILED") and part == 0:
                description.append(
                    etree.ProcessingInstruction(names[0], f'description="{titles[0]}" end="tail"')
                )
                description.append(
                    etree.ProcessingInstruction(names[1], f'description="{titles[1]}" end="lead"')
                )
                part = 1
            heading += 1
            add(description, "heading", block.text, id=f"h-{heading:04}", level="1")
            continue
        number += 1
        paragraph = add(description, "p", id=f"p-{number + 1:04}", num=f"{number:04}")
        inline(paragraph, with_numerals(spoken(block.text), numerals))
    description.append(etree.ProcessingInstruction(names[part], f'description="{titles[part]}" end="tail"'))


def _claims(root: etree._Element, entry: Entry) -> None:
    claims = add(root, "claims", id="claims")
    for number, text in enumerate(entry.claims, start=1):
        claim = add(claims, "claim", id=f"CLM-{number:05}", num=f"{number:05}")
        pieces = list(limitations(text))
        outer = add(claim, "claim-text")
        if entry.format == "grant":
            inline(outer, f"{number}. {pieces[0]}")
        else:
            inline(outer, f"\x01{number}\x02. {pieces[0]}")
        for piece in pieces[1:]:
            limitation = add(outer, "claim-text")
            inline(limitation, piece)
            limitation.tail = "\n"


def _document_id(
    parent: etree._Element, country: str, number: str, kind: str, day: str, name: str = ""
) -> None:
    identity = add(parent, "document-id")
    for tag, value in (
        ("country", country),
        ("doc-number", number),
        ("kind", kind),
        ("name", name),
        ("date", day),
    ):
        if value:
            add(identity, tag, value)


def _number(identifier: str) -> tuple[str, str]:
    match = PATENT.fullmatch(identifier)
    assert match is not None, f"{identifier} is no US patent"
    return match[1], match[2]


def _country(entry: Entry) -> str:
    return _COUNTRIES.get(entry.organisation.split()[-1], "GB")


def _serial(entry: Entry) -> str:
    series = next((code for year, code in _SERIES if entry.filed < year), "18")
    return series + _digits(entry.id, 6)


def _digits(identifier: str, count: int) -> str:
    return str(int(hashlib.sha256(identifier.encode()).hexdigest()[:12], 16))[-count:].zfill(count)


def _compact(day: str) -> str:
    return day.replace("-", "")
