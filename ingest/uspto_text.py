"""Running text of the office's XML: paragraphs, lists, claims, tables and formulas as readable lines.

Decisions
---------
* White space in the source is layout. Lines come from `br`, list items, table rows and nested `claim-text`.
* A superscript number becomes `^`: 10<sup>5</sup> is `10^5`, since `105` would be another limit of a claim.
* Formulas and chemistry are drawings in the source: `[formula]`. Tables become `a | b`, one row a line; a
  table inside a cell is part of that cell.
* A list item with a number of its own is a paragraph of its own, because the office counts it as one.
* Matter between `delete-start` and `delete-end` of a reissue is not part of it and is left out.
* Every element is visited once, however it is nested: prepared nesting must not cost exponential time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from ingest.xml_safety import children, entity_text, local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lxml.etree import _Element

_POWER = re.compile(r"[+\-−]?\d+(?:\.\d+)?")
_NUMBER = re.compile(r"0*([1-9]\d{0,6})")
_FORMULAS = frozenset({"maths", "math", "chemistry", "chem"})
_LISTS = frozenset({"ul", "ol", "sl", "dl"})
_ROWS = frozenset({"row", "tr"})
_ROW_GROUPS = frozenset({"tgroup", "thead", "tbody", "tfoot"})
_FOLDED = 1 << 13
"""Characters that one folded row gathers from the rows before it."""
_INLINE = ("b", "i", "u", "o", "sub", "smallcaps", "figref", "claim-ref", "crossref")
_HOLDERS = tuple(f"{{*}}{tag}" for tag in ("table", *sorted(_LISTS)))
_DELETIONS = frozenset({"delete-start", "delete-end"})
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

    def add(self, text: str) -> None:
        if text and not self.deleted:
            self.blocks[-1][1].append(text)

    def inside(self, element: _Element) -> None:
        if text := element.text:
            self.add(text.replace("\n", " "))
        for child in children(element):
            self.child(child)
            if text := child.tail:
                self.add(text.replace("\n", " "))

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
        if getattr(element, "target", None) is None:
            self.add(entity_text(element))
        else:
            self.deleted = deletes(element, self.deleted)


def _superscript(flow: _Flow, element: _Element) -> None:
    before = flow.last()
    pieces = flow.blocks[-1][1]
    at = len(pieces)
    flow.inside(element)
    raised = before.isalnum() or before == ")"
    if raised and pieces is flow.blocks[-1][1] and _POWER.fullmatch("".join(pieces[at:]).strip()):
        pieces.insert(at, "^")


def _list(flow: _Flow, element: _Element) -> None:
    outer = flow.blocks[-1][0]
    flow.add("\n")
    for item in children(element):
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
    for line in _rows(element):
        flow.add(f"{line}\n")


def _rows(element: _Element) -> Iterator[str]:
    """Yield the rows of a table; a row's own cells only, so that an inner table is read once, in its cell."""
    for child in children(element):
        tag = local(child)
        if tag in _ROWS:
            yield from filter(None, _row(child).split("\n"))
        elif tag in _ROW_GROUPS:
            yield from _rows(child)
        elif tag and (text := " ".join(flatten(child).split())):
            yield text


def _row(row: _Element) -> str:
    """Return a row's line; the lines themselves when it was folded."""
    if len(row) == 0:
        return row.text or ""
    cells = [
        " ".join((flatten(cell) if len(cell) else cell.text or "").split()) for cell in row.iterchildren("*")
    ]
    return " | ".join(cells) if any(cells) else ""


def fold_row(row: _Element) -> None:
    """Replace a parsed row by its line, and a folded row before it by a part of that text."""
    lines = _row(row)
    before, parent = row.getprevious(), row.getparent()
    row.clear()
    if before is not None and parent is not None and local(before) in _ROWS:
        joined = before.text or ""
        if len(joined) < _FOLDED:
            lines = f"{joined}\n{lines}" if joined and lines else joined or lines
            parent.remove(before)
    row.text = lines


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


CAREFUL = (
    *(etree.Entity, etree.ProcessingInstruction),
    *(f"{{*}}{tag}" for tag in sorted(_HANDLERS.keys() | _FORMULAS | _LINES)),
)
"""What `iter` finds in an element whose text is more than its characters in a row."""


def deletes(mark: _Element, before: bool) -> bool:
    """Tell whether what follows an instruction is deleted matter; `before` is the state until then."""
    target = getattr(mark, "target", None)
    return target == "delete-start" or (before and target != "delete-end")


def speaks(node: _Element) -> bool:
    """Tell whether a node makes a difference: all but the instructions that mark no deletion."""
    return bool(local(node)) or getattr(node, "target", None) in (None, *_DELETIONS)


def flatten(element: _Element | None) -> str:
    """Return an element's text on lines as described above; empty for None."""
    if element is None:
        return ""
    if len(element) == 0:
        return (element.text or "").replace("\n", " ")
    flow = _Flow(None)
    flow.inside(element)
    return "".join("".join(pieces) for _, pieces in flow.blocks)


def unwrap(element: _Element) -> None:
    """Take away the inline marks below an element and leave their text: what is walked gets shorter.

    Not where there is a table or a list, whose every child is a cell or an item.
    """
    if next(element.iter(*_HOLDERS), None) is None:
        etree.strip_tags(element, *_INLINE)


def lines(claim: _Element) -> str:
    """Return a claim's text: as `flatten`, and faster where there is nothing but nested `claim-text`."""
    found: list[str] = []
    return "".join(found) if _nested(claim, found) else flatten(claim)


def _nested(element: _Element, found: list[str]) -> bool:
    if text := element.text:
        found.append(text.replace("\n", " "))
    for child in children(element):
        if child.tag != "claim-text":
            return False
        found.append("\n")
        if not _nested(child, found):
            return False
        found.append("\n")
        if text := child.tail:
            found.append(text.replace("\n", " "))
    return True


def blocks(paragraph: _Element) -> list[tuple[int | None, str]]:
    """Return a paragraph's text and that of its numbered list items, each with its printed number."""
    flow = _Flow(paragraph_number(paragraph))
    flow.inside(paragraph)
    return [(found, "".join(pieces)) for found, pieces in flow.blocks]


def paragraph_number(element: _Element) -> int | None:
    """Return the printed number, or None where there is none (`0000` means none)."""
    printed = element.get("num")
    if not printed:
        return None
    return _usual_number(printed) if len(printed) < _USUAL else _number(printed)


def _number(printed: str) -> int | None:
    match = _NUMBER.fullmatch(printed)
    return int(match[1]) if match else None


_USUAL = 8
_usual_number = lru_cache(maxsize=1 << 12)(_number)
"""The same few thousand numbers in every document; only short ones, as outside text must not fill memory."""
