"""`Node`: the tree of a sanitised text, from which the PDF and the plain twin are set.

The page is the sanitised HTML itself; everything else is made from this tree of the same HTML, so that no
rendition can show what another does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from publications.errors import RenderRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEPTH = 60
"""Elements within elements; the typesetter recurses over them."""
COUNT = 200_000
"""Elements and runs of text in one publication section."""
_TABLE_LETTERS = 60
"""Letters of a line of a table, on the safe side."""
_NAMES = "p h1 h2 h3 h4 h5 h6 ul ol blockquote pre hr table"
BLOCKS = frozenset(_NAMES.split())
_VOID = frozenset(("br", "hr"))
_SPACES = re.compile(r"[ \t\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An element, or a run of text when `tag` is empty."""

    tag: str = ""
    text: str = ""
    children: tuple[Node, ...] = ()
    href: str = ""
    align: str = ""
    """left, center or right; of a table cell."""
    start: int = 1
    """The first number of an ordered list."""

    @property
    def content(self) -> str:
        """All text inside, in order; a line break is a newline."""
        if not self.tag:
            return self.text
        return "\n" if self.tag == "br" else "".join(child.content for child in self.children)

    def data(self) -> Any:  # noqa: ANN401 - a JSON value
        """Return the JSON form that the PDF template reads: a string or an object."""
        if not self.tag:
            return self.text
        found: dict[str, Any] = {"tag": self.tag, "children": [child.data() for child in self.children]}
        if self.tag in ("pre", "code"):
            found["text"] = self.content.removesuffix("\n")
        if self.tag == "table":
            found["widths"] = _widths(self)
        if self.tag in ("th", "td"):
            found["align"] = self.align
        if self.tag == "a":
            found["href"] = self.href
        if self.tag == "ol":
            found["start"] = self.start
        return found


def _widths(table: Node) -> list[int]:
    """Return the shares of the columns, by their longest cells.

    Capped so that they add up to no more letters than a line holds: an unbroken word fits its column.
    """
    longest: list[int] = []
    for row in rows_of(table):
        cells = [child for child in row.children if child.tag in ("th", "td")]
        longest += [0] * (len(cells) - len(longest))
        for index, cell in enumerate(cells):
            longest[index] = max(longest[index], len(cell.content))
    most = max(4, _TABLE_LETTERS // max(1, len(longest)))
    return [max(3, min(length, most)) for length in longest]


def rows_of(node: Node) -> Iterator[Node]:
    """Yield the rows of a table, those in its head and body included."""
    for child in node.children:
        if child.tag == "tr":
            yield child
        else:
            yield from rows_of(child)


def parse(html: str) -> tuple[Node, ...]:
    """Return the tree of sanitised HTML. Raises RenderRefusedError when it is too deep or too large."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.finish()


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)

    def node(self) -> Node:
        if self.tag == "li" and any(child.tag in BLOCKS for child in self.children):
            self.children = [child for child in self.children if child.tag or child.text.strip()]
        start = self.attributes.get("start", "")
        align = self.attributes.get("align", "")
        return Node(
            tag=self.tag,
            children=tuple(self.children),
            href=self.attributes.get("href", ""),
            align=align if align in ("left", "center", "right") else "",
            start=int(start) if re.fullmatch(r"[0-9]{1,6}", start) else 1,
        )


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._stack = [_Open("", {})]
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._grow()
        if tag in _VOID:
            self._stack[-1].children.append(Node(tag=tag))
            return
        if len(self._stack) > DEPTH:
            raise RenderRefusedError(f"its parts are nested more than {DEPTH} deep")
        self._stack.append(_Open(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if len(self._stack) > 1 and self._stack[-1].tag == tag:
            done = self._stack.pop()
            self._stack[-1].children.append(done.node())

    def handle_data(self, data: str) -> None:
        self._grow()
        literal = any(item.tag == "pre" for item in self._stack)
        text = data if literal else _SPACES.sub(" ", data)
        if text.strip() or not _holds_blocks(self._stack[-1].tag):
            self._stack[-1].children.append(Node(text=text))

    def finish(self) -> tuple[Node, ...]:
        while len(self._stack) > 1:
            self.handle_endtag(self._stack[-1].tag)
        return tuple(self._stack[0].children)

    def _grow(self) -> None:
        self._count += 1
        if self._count > COUNT:
            raise RenderRefusedError(f"it has more than {COUNT} parts")


def _holds_blocks(tag: str) -> bool:
    return tag in ("", "ul", "ol", "blockquote", "table", "thead", "tbody", "tr")


def runs(children: Iterable[Node]) -> list[tuple[bool, tuple[Node, ...]]]:
    """Group children into (is a block, nodes): neighbours that run along in one line stay together."""
    grouped: list[tuple[bool, tuple[Node, ...]]] = []
    for child in children:
        if child.tag in BLOCKS:
            grouped.append((True, (child,)))
        elif grouped and not grouped[-1][0]:
            grouped[-1] = (False, (*grouped[-1][1], child))
        elif child.tag or child.text.strip():
            grouped.append((False, (child,)))
    return grouped
