"""The text of a JATS article: sections, paragraphs, tables, boxes and figures in the order of reading.

Source: NISO Z39.96 (JATS 1.0 to 1.3) and the NLM tag sets before it.

Decisions
---------
* A paragraph is cited as `§3.2 ¶1`: the section's own number where it prints one, else its place. Tables and
  figures are cited by their label (`Table 2`), and follow the paragraph in which they stand.
* Raised numbers of references become `[12]`; a raised number is otherwise a power, `10^5`.
* Tables are `a | b`, one row a line, and code keeps its lines.
* Appendices and notes are read. Acknowledgements, biographies and reviewers' reports are not the disclosure;
  what of the last is left out is counted by `left_out`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.formula_text import readable
from ingest.uspto_text import flatten
from ingest.xml_safety import local, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from ingest.builder import TextBuilder

_FLOATS = frozenset({"table-wrap", "table-wrap-group", "fig", "fig-group", "boxed-text", "fn"})
_GROUPS = frozenset({"table-wrap-group", "fig-group", "floats-group", "fn-group", "app-group", "sec-group"})
_SECTIONS = frozenset({"sec", "app", "glossary"})
_VERBATIM = frozenset({"code", "preformat"})
_SILENT = frozenset(
    {
        "title",
        "label",
        "caption",
        "sec-meta",
        "ack",
        "bio",
        "ref-list",
        "graphic",
        "media",
        "supplementary-material",
    }
)
_NUMBER = re.compile(r"(?:§\s?)?((?:\d{1,3}|[A-Z])(?:\.\d{1,3}){0,6})\.?")
_LABEL = re.compile(r"[^\n]{1,40}")
_MARKS = re.compile(r"[\[(].{0,400}[\])]", re.DOTALL)


def prepare(article: _Element) -> None:
    """Make formulas and reference marks readable, in place."""
    readable(article)
    for mark in list(article.iter("{*}sup")):
        if any(child.get("ref-type") == "bibr" for child in named(mark, "xref")):
            words = " ".join("".join(map(str, mark.itertext())).split())
            tail = mark.tail
            mark.clear()
            mark.tag, mark.tail = "reference-marks", tail
            mark.text = words if _MARKS.fullmatch(words) else f"[{words}]"


def body(text: TextBuilder, article: _Element) -> None:
    """Add body, floats, appendices and notes."""
    for name in ("body", "floats-group", "back"):
        for part in named(article, name):
            text.section("description")
            _children(text, part, "")


def left_out(article: _Element) -> list[str]:
    """Say what of an article is not read."""
    inner = sum(1 for name in ("sub-article", "response") for _ in named(article, name))
    drawn = sum(
        1
        for wrap in article.iter("{*}table-wrap")
        if not any(True for _ in wrap.iter("{*}table", "{*}formula-line"))
    )
    said = [(inner, "sub-article(s) (reviews, replies, translations)"), (drawn, "table(s) that are pictures")]
    return [f"{count} {what} were not read" for count, what in said if count]


def _children(text: TextBuilder, parent: _Element, number: str) -> None:
    sections = paragraphs = 0
    for child in parent:
        name = local(child)
        if not name or name in _SILENT:
            continue
        if name in _SECTIONS:
            sections += 1
            _section(text, child, number, sections)
        elif name in _GROUPS or name == "notes":
            _children(text, child, number)
        elif name in _FLOATS:
            _float(text, child, number)
        else:
            paragraphs += 1
            place = f"§{number} ¶{paragraphs}" if number else f"¶{paragraphs}"
            _paragraph(text, child, place, number)


def _section(text: TextBuilder, section: _Element, outer: str, place: int) -> None:
    label = _words(section, "label")
    own = _NUMBER.fullmatch(label)
    counted = f"{outer}.{place}" if outer else str(place)
    if local(section) != "sec" and not own:
        counted = f"{local(section)} {place}"
    text.section("description", " ".join(filter(None, (label, _words(section, "title")))))
    _children(text, section, own[1] if own else counted)


def _paragraph(text: TextBuilder, element: _Element, anchor: str, number: str) -> None:
    floats = list(_taken(element))
    if local(element) in _VERBATIM:
        text.paragraph("".join(map(str, element.itertext())), anchor)
    else:
        text.paragraph(flatten(element), anchor)
    for item in floats:
        _float(text, item, number)


def _taken(element: _Element) -> Iterator[_Element]:
    """Move the floats out of a paragraph; an empty element stays in the place of each."""
    for item in [item for item in element.iter() if local(item) in _FLOATS and item is not element]:
        around = (above for above in item.iterancestors() if above is element or local(above) in _FLOATS)
        if next(around, None) is not element:
            continue
        moved = item.makeelement(item.tag)
        moved.text = item.text
        moved.extend(list(item))
        tail = item.tail
        item.clear()
        item.tag, item.tail = "float-place", f" {tail or ''}"
        yield moved


def _float(text: TextBuilder, element: _Element, number: str) -> None:
    name = local(element)
    if name in _GROUPS:
        _children(text, element, number)
        return
    label = _LABEL.match(_words(element, "label"))
    if name == "boxed-text":
        heading = " ".join(filter(None, (label[0] if label else "", _words(element, "title", "caption"))))
        text.section("description", heading)
        _children(text, element, f"{number} {label[0] if label else 'box'}".strip())
        return
    short = {"table-wrap": "table", "fig": "figure", "fn": "note"}[name]
    place = label[0].rstrip(".:") if label and name != "fn" else short
    text.paragraph(flatten(element), f"§{number} {place}" if number and not label else place)


def _words(element: _Element, *names: str) -> str:
    found = next((child for child in element if local(child) in names), None)
    return " ".join(flatten(found).split())
