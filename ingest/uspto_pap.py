"""Applications of the United States office of 2001 to 2004: `patent-application-publication`.

Source: the office's "Patent Application Publication DTD", pap-v15-2001-01-31 and pap-v16-2002-01-01.

Decisions
---------
* A document is rewritten in the elements of 2005 on (`modern`) and read by `ingest.uspto_xml`.
* A paragraph's number is printed in it (`[0012]`, `12.`): it becomes the anchor and leaves the text. One
  without a number (a formula on a line of its own) belongs to the numbered one before it.
* The names of inventors come without the forms of address that applicants of 2001 wrote themselves ("Mr.").
* Of a chain of parents (a continuation of a division of an application) each parent is a relation of its own,
  as in the files of today.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from ingest.errors import XmlRefusedError
from ingest.uspto_modern import document_id, element, move, put, rename, text_at, unwrap, us_kind
from ingest.uspto_text import flatten, fold_row

if TYPE_CHECKING:
    from lxml.etree import _Element

NAME = "uspto-pap"
ROOT = "patent-application-publication"

_NAMES = {
    "superscript": "sup",
    "subscript": "sub",
    "paragraph": "p",
    "image": "img",
    "custom-character": "img",
    "math-cwu": "maths",
    "math": "maths",
    "chemistry-cwu": "chemistry",
    "in-line-formula": "claim-text",
    "unordered-list": "ul",
    "ordered-list": "ol",
    "list-item": "li",
    "item": "li",
    "line-break": "br",
    "dependent-claim-reference": "claim-ref",
}
_RELATIONS = {
    "addition-to": "addition",
    "division-of": "division",
    "continuation-of": "continuation",
    "continuation-in-part-of": "continuation-in-part",
    "continuing-reissue-of": "continuing-reissue",
    "reissue-of": "reissue",
    "substitution-for": "substitution",
    "a-371-of-international": "continuation",
}
"""An application in the national stage has the date of its international application, 35 U.S.C. 363; its
relation is written like the parent of a continuation."""
_NUMBER = re.compile(r"\W{0,3}0*([1-9]\d{0,6})\W{0,3}")


def fold(row: _Element) -> None:
    """Replace a parsed row by its line, see `uspto_text.fold_row`."""
    rename(row, _NAMES)
    fold_row(row)


def modern(root: _Element) -> _Element:
    """Return an application in the elements of today. Raises XmlRefusedError when it has no front page."""
    front = root.find("subdoc-bibliographic-information")
    if front is None:
        raise XmlRefusedError("it has no bibliographic part (subdoc-bibliographic-information)")
    _prepare(root)
    made = etree.Element("us-patent-application", lang="EN")
    _front(etree.SubElement(made, "us-bibliographic-data-application"), front)
    for name in ("abstract", "description", "claims"):
        for found in root.findall(f"subdoc-{name}"):
            move(etree.SubElement(made, name), found)
    return made


def _prepare(root: _Element) -> None:
    for reference in root.iter("dependent-claim-reference"):
        reference.set("idref", reference.get("depends_on") or "")
        for inner in reference.iter("claim-text"):
            inner.tag = "span"  # the words `claim 1` inside a sentence, not a line of the claim
    for claim in root.iter("claim"):
        claim.set("num", (claim.get("id") or "").removeprefix("CLM-"))
    for number in list(root.iter("number")):
        _take_number(number)
    for section in list(root.iter("section")):
        unwrap(section)
    rename(root, _NAMES)
    last = ""
    for paragraph in root.iterfind("subdoc-description//p"):
        last = paragraph.get("num") or last
        paragraph.set("num", last or "0")


def _take_number(number: _Element) -> None:
    """Make a paragraph's or table's printed number an attribute; what follows it stays."""
    above = number.getparent()
    if (
        above is None
        or above.tag not in ("paragraph", "table-cwu")
        or number.getprevious() is not None
        or (above.text or "").strip()
    ):
        return
    if above.tag == "paragraph" and (match := _NUMBER.fullmatch(" ".join(flatten(number).split()))):
        above.set("num", match[1])
    above.text = number.tail
    number.tail = None
    above.remove(number)


def _front(biblio: _Element, front: _Element) -> None:
    own = _identified(front) | {"country": "US"}
    document_id(element(biblio, "publication-reference"), own)
    filed = {
        "country": "US",
        "doc-number": text_at(front, "domestic-filing-data/application-number/doc-number"),
        "date": text_at(front, "domestic-filing-data/filing-date"),
    }
    document_id(element(biblio, "application-reference"), filed)
    claims = element(biblio, "priority-claims")
    for found in front.iterfind("foreign-priority-data"):
        claim = element(claims, "priority-claim")
        put(claim, "country", text_at(found, "country-code"))
        put(claim, "doc-number", text_at(found, "priority-application-number/doc-number"))
        put(claim, "date", text_at(found, "filing-date"))
    _classes(biblio, front)
    title = front.find("technical-information/title-of-invention")
    if title is not None:
        title.tag = "invention-title"
        move(biblio, [title])
    _related(element(biblio, "us-related-documents"), front)
    _parties(biblio, front)


def _identified(found: _Element | None) -> dict[str, str]:
    """Return the parts of the `document-id` below an element."""
    doc = None if found is None else found.find("document-id")
    number, kind = text_at(doc, "doc-number"), text_at(doc, "kind-code")
    parts = {"country": text_at(doc, "country-code") or "US", "doc-number": number, "kind": kind}
    return parts | {"date": text_at(doc, "document-date")}


def _classes(biblio: _Element, front: _Element) -> None:
    place = front.find("technical-information")
    if place is None:
        return
    international = element(biblio, "classification-ipc")
    for found in place.iterfind("classification-ipc//ipc"):
        put(international, "main-classification", text_at(found))
    national = element(biblio, "classification-national")
    for found in place.iterfind("classification-us//uspc"):
        main, sub = text_at(found, "class"), text_at(found, "subclass")
        put(
            national,
            "main-classification",
            f"{main:>3}{sub[:3]:>3}{sub[3:].rstrip('0')}" if main and sub else "",
        )


def _related(parent: _Element, front: _Element) -> None:
    for data in front.iterfind("continuity-data"):
        for found in data.iter(*_RELATIONS):
            for pair in found.iterfind("parent-child"):
                _parent(element(parent, f"{_RELATIONS[str(found.tag)]}/relation/parent-doc"), pair)
        for found in data.iter("non-provisional-of-provisional"):
            for place in (found, *found.iterfind("parent-child/parent")):
                if place.find("document-id") is not None:
                    document_id(element(parent, "us-provisional-application"), _identified(place))
    for found in front.iter("prior-publication"):
        document_id(element(parent, "related-publication"), _identified(found))


def _parent(made: _Element, pair: _Element) -> None:
    document_id(made, _identified(pair.find("parent")) | {"kind": ""})
    if (patent := pair.find("parent-patent")) is not None:
        parts = _identified(patent)
        kind = parts["kind"] or us_kind(parts["doc-number"])
        document_id(element(made, "parent-grant-document"), parts | {"kind": kind})


def _parties(biblio: _Element, front: _Element) -> None:
    for found in front.iterfind("inventors/*"):
        book = element(biblio, "parties/inventors/inventor/addressbook")
        names = {"first-name": "given-name", "middle-name": "middle-name", "last-name": "family-name"}
        for new, old in (names | {"suffix": "name-suffix"}).items():
            put(book, new, text_at(found, f"name/{old}"))
        residence = found.find("residence/*/country-code")
        put(book, "address/country", text_at(residence))
    for found in front.iterfind("assignee"):
        book = element(biblio, "assignees/assignee/addressbook")
        put(book, "orgname", text_at(found, "organization-name"))
        for new, old in (("first-name", "given-name"), ("last-name", "family-name")):
            put(book, new, text_at(found, f"name/{old}"))
        put(book, "address/country", text_at(found, "address/country/country-code"))
