"""Small tools with which the United States office's older XML is rewritten in its present elements.

The grants of 2001 to 2004 (ST.32) and the applications of 2001 to 2004 say what the files of today say, in
other words. They are translated once, element by element, and then read by the rules of `ingest.uspto_xml`:
text, claims, tables and dates cannot come out differently for two generations. Trees are changed in place;
nothing is copied but the front page, which is small.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from ingest.uspto_text import flatten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lxml.etree import _Element

_IPC = re.compile(r"([A-HY]\d{2}[A-Z]) ?([ \d]{3})(\d{2,6})")
_FIRST_OF_2001 = 6_167_569
"""The first patent with a kind code of today (B1, 2 January 2001); every number below it is an `A`."""
_DIGITS = 7


def element(parent: _Element, path: str) -> _Element:
    """Return a new element below others that are made as well: `a/b/c` gives a new a with a new b in it."""
    for name in path.split("/"):
        parent = etree.SubElement(parent, name)
    return parent


def put(parent: _Element, path: str, text: str) -> None:
    """Add an element with a text, unless the text is empty."""
    if text:
        element(parent, path).text = text


def text_at(parent: _Element | None, path: str = ".") -> str:
    """Return the whole text at a path on one line; empty when there is none."""
    found = None if parent is None else parent.find(path)
    return " ".join(flatten(found).split())


def document_id(parent: _Element, parts: Mapping[str, str]) -> None:
    """Add a `document-id` with the parts that are filled."""
    found = element(parent, "document-id")
    for name, text in parts.items():
        put(found, name, text)


def rename(root: _Element, names: Mapping[str, str]) -> None:
    """Give the elements of a tree the names of today."""
    for found in root.iter(etree.Element):
        if (name := names.get(found.tag)) is not None:
            found.tag = name


def unwrap(wrapper: _Element) -> None:
    """Put an element's children where it stands."""
    if (parent := wrapper.getparent()) is not None:
        for child in list(wrapper):
            wrapper.addprevious(child)
        parent.remove(wrapper)


def move(parent: _Element, children: Iterable[_Element]) -> None:
    """Append elements to a new parent; no text may stand between them."""
    for child in list(children):
        child.tail = None
        parent.append(child)


def without_layout(root: _Element, holder: str) -> None:
    """Drop white space between elements whose text stands in `holder` elements only: it is layout."""
    for found in root.iter(etree.Element):
        if found.tag != holder and found.text is not None and not found.text.strip():
            found.text = None
        above = found.getparent()
        if above is not None and above.tag != holder and found.tail is not None and not found.tail.strip():
            found.tail = None


def ipc(text: str) -> str:
    """Return an IPC symbol of fixed columns with its stroke, `G06F 1516` as `G06F 15/16`; others as given."""
    match = _IPC.fullmatch(text.rstrip())
    return f"{match[1]} {match[2].strip()}/{match[3]}" if match and match[2].strip() else text


def us_kind(number: str) -> str:
    """Return the kind of a United States document that is cited without one; empty where it cannot be told.

    Since 2 January 2001 a patent is B1 or B2, which its number does not tell; before, it was A. I4 is a
    defensive publication (T numbers, 1968 to 1987). Source: the office's page "Kind Codes".
    """
    compact = re.sub(r"[^0-9A-Z]", "", number.upper()).removeprefix("US")
    letters, digits = compact.rstrip("0123456789"), compact.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    if letters:
        return {"D": "S1", "RE": "E1", "H": "H1", "T": "I4"}.get(letters, "")
    if not digits or len(digits) > _DIGITS + 1 or int(digits) >= _FIRST_OF_2001:
        return ""
    return "A"
