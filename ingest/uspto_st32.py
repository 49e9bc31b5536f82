"""Grants of the United States office of 2001 to 2004: `PATDOC`, its form of WIPO ST.32, in XML or SGML.

Sources: WIPO ST.32 and ST.9 (INID codes: B110 is (11), the number); "U.S. Patent Grant Data/XML v2.5".

Decisions
---------
* A document is rewritten in the elements of 2005 on (`modern`) and read by `ingest.uspto_xml`.
* Running text stands in `PDAT` alone; white space elsewhere is layout, and would part a word from its comma.
* Paragraphs have no printed numbers in these grants: their anchors are the numbers of the office's own
  identifiers (`ID="P-00017"` is ¶0017), which begin in the abstract.
* The entities of pictures are let through by `xml_safety`; those of letters (`&lsquo;`, `&lgr;`) are read.
* True SGML (files of 2001: no XML declaration, a public identifier, empty elements left open, attributes
  without quotes) becomes XML by a small step, `closed`: the elements that are empty by its definition are
  closed where they stand, and end tags of theirs go. Anything else that XML does not allow stays a reason.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from lxml import etree

from ingest.errors import XmlRefusedError
from ingest.uspto_modern import (
    document_id,
    element,
    ipc,
    move,
    put,
    rename,
    text_at,
    unwrap,
    us_kind,
    without_layout,
)
from ingest.uspto_text import fold_row
from ingest.xml_safety import prolog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

NAME = "uspto-st32"
ROOT = "PATDOC"

_SAME = (
    "ul",
    "ol",
    "sl",
    "dl",
    "li",
    "dt",
    "dd",
    "br",
    "table",
    "tgroup",
    "thead",
    "tbody",
    "tfoot",
    "row",
    "entry",
)
_NAMES = {name.upper(): name for name in _SAME} | {
    "SP": "sup",
    "SB": "sub",
    "PARA": "p",
    "CLMSTEP": "claim-text",
    "F": "claim-text",
    "H": "heading",
    "MATH-US": "maths",
    "MATHML": "maths",
    "CHEM-US": "chemistry",
    "EMI": "img",
    "CUSTOM-CHARACTER": "img",
    "CLM": "claim",
    "CLREF": "claim-ref",
}
_RELATIONS = (
    ("B610/PARENT-US", "addition"),
    ("B620/PARENT-US", "division"),
    ("B620/B621/PARENT-US", "division"),
    ("B630/B631/PARENT-US", "continuation"),
    ("B630/B632/PARENT-US", "continuation-in-part"),
    ("B630/B633/PARENT-US", "continuing-reissue"),
    ("B640/PARENT-US", "reissue"),
    ("B641US/PARENT-US", "us-divisional-reissue"),
    ("B645/PARENT-US", "us-reexamination-reissue-merger"),
    ("B660/PARENT-US", "substitution"),
)
_COLUMNS = 6
"""Of a class and its subclass; a shorter symbol has lost blanks, and nobody can tell where."""
_ID = re.compile(r"P-0*([1-9]\d{0,6})")
_EMPTY = frozenset(
    {"CITED-BY-EXAMINER", "CITED-BY-OTHER", "B221US", "B473US", "B597US", "EMI", "CUSTOM-CHARACTER", "BR"}
    | {"MATHEMATICA", "CHEMCDX", "CHEMMOL", "COLSPEC", "SPANSPEC", "DEL-S", "DEL-E", "INS-S", "INS-E"}
    | {"colspec", "spanspec", "none", "mprescripts"}
)
_TAG = re.compile(rb"<(/?)([A-Za-z][A-Za-z0-9-]{0,40})((?:\s[^<>]{0,2000})?)>")
_BARE_VALUE = re.compile(rb"(\s[A-Za-z][A-Za-z0-9-]{0,40}=)([A-Za-z0-9._-]{1,200})(?=[\s/]|$)")


def closed(data: bytes) -> bytes:
    """Return a document in the office's SGML as XML. Raises XmlRefusedError when it declares entities."""
    head = prolog(data)
    if head.declares_entities:
        raise XmlRefusedError("declares entities; refused")

    def tag(match: re.Match[bytes]) -> bytes:
        end, name, attributes = match.groups()
        if name.decode() not in _EMPTY:
            return b"<" + end + name + _BARE_VALUE.sub(rb'\1"\2"', attributes) + b">"
        attributes = _BARE_VALUE.sub(rb'\1"\2"', attributes.rstrip(b"/ \t\r\n"))
        return b"" if end else b"<" + name + attributes + b"/>"

    kind = b'<!DOCTYPE PATDOC SYSTEM "ST32-US-Grant-024.dtd">'
    return b'<?xml version="1.0" encoding="UTF-8"?>' + kind + _TAG.sub(tag, data[head.start :])


def fold(row: _Element) -> None:
    """Replace a parsed row by its line, see `uspto_text.fold_row`."""
    _prepare(row)
    fold_row(row)


def modern(root: _Element) -> _Element:
    """Return a grant in the elements of today. Raises XmlRefusedError when it has no front page."""
    front = root.find("SDOBI")
    if front is None:
        raise XmlRefusedError("it has no bibliographic part (SDOBI)")
    _prepare(root)
    grant = etree.Element("us-patent-grant", lang="EN")
    _front(etree.SubElement(grant, "us-bibliographic-data-grant"), front)
    for part, name in (("SDOAB", "abstract"), ("SDODE", "description"), ("SDOCL", "claims")):
        for found in root.findall(part):
            for wrapper in list(found.iter("BTEXT", "CL")):
                unwrap(wrapper)
            move(etree.SubElement(grant, name), found)
    return grant


def _prepare(root: _Element) -> None:
    """Drop layout, give elements their names of today, and paragraphs the numbers of their identifiers."""
    without_layout(root, "PDAT")
    rename(root, _NAMES)
    for found in root.iter("p", "claim", "claim-ref", "DEL-S", "DEL-E"):
        identifier = found.get("ID") or ""
        if found.tag == "p" and (match := _ID.fullmatch(identifier)):
            found.set("num", match[1])
        elif found.tag == "claim":
            found.set("num", identifier.removeprefix("CLM-"))
        elif found.tag == "claim-ref":
            found.set("idref", identifier)
    for old, name in (("DEL-S", "delete-start"), ("DEL-E", "delete-end")):
        for found in list(root.iter(old)):
            mark = etree.ProcessingInstruction(name)
            mark.tail = found.tail
            if (above := found.getparent()) is not None:
                above.replace(found, mark)


def _front(biblio: _Element, front: _Element) -> None:
    number, kind = text_at(front, "B100/B110"), text_at(front, "B100/B130")
    country = text_at(front, "B100/B190") or "US"
    parts = {"country": country, "doc-number": number, "kind": kind, "date": text_at(front, "B100/B140")}
    document_id(element(biblio, "publication-reference"), parts)
    filed = {"country": "US", "doc-number": text_at(front, "B200/B210"), "date": text_at(front, "B200/B220")}
    document_id(element(biblio, "application-reference"), filed)
    for found in front.iterfind("B300"):
        _priorities(element(biblio, "priority-claims"), found)
    _classes(biblio, front, design=kind.startswith("S"))
    if (title := front.find("B500/B540")) is not None:
        title.tag = "invention-title"
        move(biblio, [title])
    _citations(element(biblio, "references-cited"), front)
    _related(element(biblio, "us-related-documents"), front)
    _parties(biblio, front)
    for path, name in (
        ("B800/B860/B861/DOC", "pct-or-regional-filing-data"),
        ("B800/B870/B871/DOC", "pct-or-regional-publishing-data"),
    ):
        for found in front.iterfind(path):
            document_id(element(biblio, name), _doc(found, country="WO"))


def _priorities(parent: _Element, found: _Element) -> None:
    """Add the priorities of a B300: one of each number, date and country, in turn."""
    rows = (found.findall("B310"), found.findall("B320"), found.findall("B330"))
    for position in range(max(map(len, rows), default=0)):
        number, day, country = (text_at(row[position]) if position < len(row) else "" for row in rows)
        claim = element(parent, "priority-claim")
        for name, text in (("country", country), ("doc-number", number), ("date", day)):
            put(claim, name, text)


def _classes(biblio: _Element, front: _Element, *, design: bool) -> None:
    international = element(biblio, "classification-locarno" if design else "classification-ipc")
    for found in chain(front.iterfind("B500/B510/B511"), front.iterfind("B500/B510/B512")):
        put(international, "main-classification", ipc(_columns(found)))
    national = element(biblio, "classification-national")
    for found in chain(front.iterfind("B500/B520/B521"), front.iterfind("B500/B520/B522")):
        symbol = _columns(found).rstrip()
        put(national, "main-classification", symbol if len(symbol) >= _COLUMNS else "")


def _columns(found: _Element) -> str:
    """Return a symbol whose blanks are columns."""
    return "".join(str(part) for part in found.itertext())


def _doc(found: _Element, country: str = "US") -> dict[str, str]:
    number, kind = text_at(found, "DNUM"), text_at(found, "KIND")
    stated = text_at(found, "CTRY") or country
    if stated == "US" and not kind:
        kind = us_kind(number)
    return {"country": stated, "doc-number": number, "kind": kind, "date": text_at(found, "DATE")}


def _citations(parent: _Element, front: _Element) -> None:
    for found in chain(front.iterfind("B500/B560/B561"), front.iterfind("B500/B560/B562")):
        citation = element(parent, "citation")
        if (doc := found.find("PCIT/DOC")) is not None:
            document_id(
                element(citation, "patcit"), _doc(doc) | {"name": text_at(found, "PCIT/PARTY-US/NAM")}
            )
        elif (words := found.find("NCIT")) is not None:
            words.tag = "othercit"
            move(element(citation, "nplcit"), [words])
        for name in ("CITED-BY-EXAMINER", "CITED-BY-OTHER"):
            if found.find(f".//{name}") is not None:
                put(citation, "category", name.replace("-", " ").lower())


def _related(parent: _Element, front: _Element) -> None:
    for path, name in _RELATIONS:
        for found in front.iterfind(f"B600/{path}"):
            _parent(element(parent, f"{name}/relation/parent-doc"), found)
    for found in front.iterfind("B600/B680US/DOC"):
        document_id(element(parent, "us-provisional-application"), _doc(found))
    for found in chain(front.iterfind("B600/B650/DOC"), front.iterfind("B600/B690US/DOC")):
        document_id(element(parent, "related-publication"), _doc(found))


def _parent(made: _Element, found: _Element) -> None:
    for doc in found.iterfind("PDOC/DOC"):
        document_id(made, _doc(doc) | {"kind": ""})
    for doc in found.iterfind("PPUB/DOC"):
        document_id(element(made, "parent-grant-document"), _doc(doc))


def _parties(biblio: _Element, front: _Element) -> None:
    roles = (("B720/B721", "parties/inventors/inventor"), ("B710/B711", "parties/applicants/applicant"))
    for path, place in (*roles, ("B730/B731", "assignees/assignee")):
        for found in front.iterfind(f"B700/{path}/PARTY-US"):
            book = element(biblio, f"{place}/addressbook")
            for name, text in _named(found):
                put(book, name, text)
            country = text_at(found, "ADR/CTRY") or ("US" if text_at(found, "ADR/STATE") else "")
            put(book, "address/country", country)


def _named(found: _Element) -> Iterator[tuple[str, str]]:
    yield "first-name", text_at(found, "NAM/FNM")
    yield "last-name", text_at(found, "NAM/SNM")
    yield "suffix", text_at(found, "NAM/SFX")
    yield "orgname", text_at(found, "NAM/ONM")
