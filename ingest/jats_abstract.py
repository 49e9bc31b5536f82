"""Abstracts in JATS markup, as Crossref hands them on, become paragraphs (NISO Z39.96, JATS).

Decisions
---------
* A heading inside ("Objective") stays, on its own line before the paragraph it heads; "Abstract" is dropped.
* A raised number is marked, `10^5`; a formula given twice (TeX and MathML) is read once, as TeX.
* What is not well-formed is read as HTML, which forgives, if it has an end tag; without one its `<` is the
  sign "less than" of a plain text.
* Elements are walked, never recursed into: nesting costs memory, not the stack.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from lxml import etree

from ingest.errors import XmlRefusedError
from ingest.markup import NestingError, html_blocks
from ingest.xml_safety import local, parse

if TYPE_CHECKING:
    from lxml.etree import _Element

_BLOCKS = frozenset({"p", "sec", "list", "list-item", "disp-quote", "def-item", "title", "label", "abstract"})
_TWICE = frozenset({"alternatives", "inline-formula", "disp-formula"})
_POWER = re.compile(r"[+\-−]?\d{1,9}(?:\.\d{1,9})?")
_BARE = re.compile(r"abstract[.:]?|summary[.:]?", re.IGNORECASE)
_END_TAG = re.compile(r"</[A-Za-z]")
_PREFIX = re.compile(r"(</?)jats:(?=[a-z])")
_NAMESPACES = 'xmlns:jats="jats" xmlns:mml="mml" xmlns:xlink="xlink" xmlns:m="mml" xmlns:ns0="ns0"'


def paragraphs(markup: str) -> tuple[str, ...]:
    """Return the paragraphs of an abstract; one without markup is split at blank lines."""
    if "<" not in markup and "&" not in markup:
        return tuple(part for part in re.split(r"\n[ \t]{0,99}\n", markup) if part.strip())
    try:
        return _walked(parse(f"<abstract {_NAMESPACES}>{markup}</abstract>".encode("utf-8", "replace")))
    except XmlRefusedError:
        if _END_TAG.search(markup) is None:
            return (unescape(markup),)
        try:
            blocks = html_blocks(_PREFIX.sub(r"\1", markup).encode("utf-8", "replace").decode())[1]
        except (NestingError, ValueError):
            return (markup,)
        return tuple(block.text for block in blocks if not _BARE.fullmatch(block.text)) or (markup,)


def inline(markup: str) -> str:
    """Return a title without its tags, on one line."""
    return " ".join(" ".join(paragraphs(markup)).split()) if "<" in markup or "&" in markup else markup


def _walked(root: _Element) -> tuple[str, ...]:
    found: list[str] = []
    pieces: list[str] = []
    heading = ""
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag = local(element)
        if event == "start":
            if tag == "math" and _is_repeated(element):
                walker.skip_subtree()
                continue
            if tag in _BLOCKS:
                heading = _close(found, pieces, heading)
            elif tag == "sup" and _raises(pieces, element):
                pieces.append("^")
            elif tag == "break":
                pieces.append("\n")
            pieces.append(_flat(element.text))
            continue
        if tag == "title":
            words = " ".join("".join(pieces).split())
            pieces.clear()
            heading = "" if _BARE.fullmatch(words) else f"{heading}{words}\n" if words else heading
        elif tag in _BLOCKS:
            heading = _close(found, pieces, heading)
        pieces.append(_flat(element.tail))
    if heading.strip():
        found.append(heading.strip())
    return tuple(found)


def _flat(text: str | None) -> str:
    return (text or "").replace("\n", " ")


def _close(found: list[str], pieces: list[str], heading: str) -> str:
    """End a paragraph; returns the heading that still waits for its text."""
    text = "\n".join(" ".join(line.split()) for line in "".join(pieces).split("\n")).strip()
    pieces.clear()
    if not text:
        return heading
    found.append(f"{heading}{text}")
    return ""


def _raises(pieces: list[str], element: _Element) -> bool:
    before = next((piece for piece in reversed(pieces) if piece), "")
    return _POWER.fullmatch((element.text or "").strip()) is not None and before[-1:].isalnum()


def _is_repeated(element: _Element) -> bool:
    """Tell MathML that stands beside the same formula in TeX."""
    parent = element.getparent()
    return (
        parent is not None
        and local(parent) in _TWICE
        and any(local(sibling) == "tex-math" for sibling in parent)
    )
