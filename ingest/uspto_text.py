"""Running text of the office's XML: paragraphs, lists, claims, tables and formulas as readable lines.

Decisions
---------
* White space in the source is layout. Lines come from `br`, list items, table rows and nested `claim-text`.
* A superscript number becomes `^`: 10<sup>5</sup> is `10^5`, since `105` would be another limit of a claim.
* Formulas and chemistry are drawings in the source: `[formula]`. Tables become `a | b`, one row a line.
* A list item with a number of its own is a paragraph of its own, because the office counts it as one.
* Matter between `delete-start` and `delete-end` of a reissue is not part of it and is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.xml_safety import entity_text, local

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element

_POWER = re.compile(r"[+\-−]?\d+(?:\.\d+)?")
_NUMBER = re.compile(r"0*([1-9]\d{0,6})")
_FORMULAS = frozenset({"maths", "math", "chemistry", "chem"})
_LISTS = frozenset({"ul", "ol", "sl", "dl"})
_LINES = frozenset({"claim-text", "p", "heading", "dt", "dd", "row", "title"})


@dataclass(slots=True)
class _Flow:
    """Collects blocks of text; each block has the number of the paragraph or item that opened it."""

    number: int | None
    blocks: list[tuple[int | None, list[str]]] = field(default_factory=list)
    deleted: bool = False

    def __post_init__(self) -> None:
        self.open(self.number)

    def open(self, number: int | None) -> None:
        self.blocks.append((number, []))

    def add(self, text: str | None) -> None:
        if text and not self.deleted:
            self.blocks[-1][1].append(text)

    def layout(self, text: str | None) -> None:
        if text:
            self.add(text.replace("\n", " "))

    def inside(self, element: _Element) -> None:
        self.layout(element.text)
        for child in element:
            self.child(child)
            self.layout(child.tail)

    def child(self, element: _Element) -> None:
        tag = local(element)
        if not tag:
            self._mark(element)
        elif tag in _FORMULAS:
            self.add("[formula]")
        elif (handler := _HANDLERS.get(tag)) is not None:
            handler(self, element)
        elif tag in _LINES:
            self.add("\n")
            self.inside(element)
            self.add("\n")
        else:
            self.inside(element)

    def last(self) -> str:
        for piece in reversed(self.blocks[-1][1]):
            if piece:
                return piece[-1]
        return ""

    def _mark(self, element: _Element) -> None:
        target = getattr(element, "target", None)
        if target is None:
            self.add(entity_text(element))
        elif target == "delete-start":
            self.deleted = True
        elif target == "delete-end":
            self.deleted = False


def _superscript(flow: _Flow, element: _Element) -> None:
    before = flow.last()
    text = flatten(element)
    if _POWER.fullmatch(text.strip()) and (before.isalnum() or before == ")"):
        flow.add("^")
    flow.inside(element)


def _list(flow: _Flow, element: _Element) -> None:
    outer = flow.blocks[-1][0]
    flow.add("\n")
    for item in element:
        number = paragraph_number(item)
        if number is not None:
            flow.open(number)
        flow.child(item)
        flow.add("\n")
    if flow.blocks[-1][0] != outer:
        flow.open(outer)


def _item(flow: _Flow, element: _Element) -> None:
    flow.inside(element)


def _table(flow: _Flow, element: _Element) -> None:
    flow.add("\n")
    for row in element.iter("row", "tr"):
        cells = [" ".join(flatten(cell).split()) for cell in row if isinstance(cell.tag, str)]
        if any(cells):
            flow.add(" | ".join(cells) + "\n")


def _break(flow: _Flow, _: _Element) -> None:
    flow.add("\n")


def _image(flow: _Flow, _: _Element) -> None:
    flow.add("[image]")


_HANDLERS: Mapping[str, Callable[[_Flow, _Element], None]] = {
    "sup": _superscript,
    "br": _break,
    "img": _image,
    "li": _item,
    "table": _table,
    **dict.fromkeys(_LISTS, _list),
}


def flatten(element: _Element | None) -> str:
    """Return an element's text on lines as described above; empty for None."""
    if element is None:
        return ""
    flow = _Flow(None)
    flow.inside(element)
    return "".join("".join(pieces) for _, pieces in flow.blocks)


def blocks(paragraph: _Element) -> list[tuple[int | None, str]]:
    """Return a paragraph's text and that of its numbered list items, each with its printed number."""
    number = paragraph_number(paragraph)
    if len(paragraph) == 0:
        return [(number, (paragraph.text or "").replace("\n", " "))]
    flow = _Flow(number)
    flow.inside(paragraph)
    return [(found, "".join(pieces)) for found, pieces in flow.blocks]


def paragraph_number(element: _Element) -> int | None:
    """Return the printed number, or None where there is none (`0000` means none)."""
    match = _NUMBER.fullmatch(element.get("num") or "")
    return int(match[1]) if match else None
