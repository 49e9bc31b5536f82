"""Markdown, plain text and HTML as blocks: headings, paragraphs and list items, in the order of reading.

Decisions
---------
* What a reader would see is kept, what only a program would see is dropped: link targets, emphasis marks,
  comments, scripts, styles, and elements marked hidden.
* A raised number is marked, `10^5`: `105` would be another limit.
* Tables become `a | b`, one row a line, as in every other reader.
* A table used for layout (it holds paragraphs, headings or tables) is read as the text it lays out.
* Nothing here recurses into the input: nesting costs memory, never the stack.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from lxml import etree

from ingest.xml_safety import local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

BlockKind = Literal["heading", "paragraph", "item"]

_LINK = re.compile(r"!?\[([^\[\]\n]{0,500})\]\([^()\s]{0,2000}(?:\s[^()\n]{0,300})?\)")
_STRONG = re.compile(r"\*\*([^*\n]{1,1000})\*\*|__([^_\n]{1,1000})__")
_CODE = re.compile(r"`([^`\n]{1,1000})`")
_POWER = re.compile(r"[+\-−]?\d+(?:\.\d+)?")
_RAISED = re.compile(rf"(?<=[\w)])<sup>\s{{0,9}}({_POWER.pattern})\s{{0,9}}</sup>", re.IGNORECASE)
_SCRIPT = re.compile(r"</?su[bp]>", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)")
_ITEM = re.compile(r"\s{0,20}(?:[-*+]|\d{1,9}[.)])[ \t]+")
_RULE = re.compile(r" {0,3}([-*_=])(?:[ \t]*\1){2,}[ \t]*")
_TABLE_RULE = re.compile(r"[|\s:-]*-[|\s:-]*")
_NUMBERED = re.compile(r"(?:\d{1,3}\.?){1,6}\s{1,4}[A-Z]\S?.*")
_HEADING_LIMIT = 80

_DROPPED = frozenset({"script", "style", "template", "noscript", "head", "iframe", "object", "svg", "select"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol", "li", "dl", "dt", "dd"})
_TABLES = frozenset({"table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"})
_BOXES = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "details",
        "dialog",
        "div",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "main",
        "nav",
        "p",
        "pre",
        "section",
        "summary",
    }
)
_BLOCKS = _HEADINGS | _LISTS | _TABLES | _BOXES
_LAYOUT = ("p", "div", "table", "ul", "ol", "pre", "h1", "h2", "h3", "h4")
_HIDDEN = re.compile(r"display\s{0,5}:\s{0,5}none|visibility\s{0,5}:\s{0,5}hidden", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of a text file. `level` is 1 to 6 for a heading, 0 for the rest."""

    kind: BlockKind
    level: int = 0
    text: str
    anchor: str = ""
    """Where it stands, e.g. `§2 ¶3`, `p. 4 ¶2`; `§2` for a heading."""


class NestingError(ValueError):
    """HTML nested deeper than the parser follows: reading on would lose text without a word."""


def anchored(blocks: list[Block]) -> tuple[Block, ...]:
    """Give every block its place: sections count headings, the title heading aside."""
    placed: list[Block] = []
    section, paragraph = 0, 0
    for index, block in enumerate(blocks):
        if block.kind == "heading":
            titles = index == 0 and block.level == 1
            section, paragraph = (0, 0) if titles else (section + 1, 0)
            anchor = "title" if titles else f"§{section}"
        else:
            paragraph += 1
            anchor = f"§{section} ¶{paragraph}" if section else f"¶{paragraph}"
        placed.append(Block(kind=block.kind, level=block.level, text=block.text, anchor=anchor))
    return tuple(placed)


def plain_blocks(text: str) -> list[Block]:
    """Cut plain text at blank lines; a short numbered or capital line by itself is a heading."""
    found: list[Block] = []
    for group in re.split(r"\n[ \t]*(?:\n[ \t]*)+", text.replace("\f", "\n\n")):
        words = group.strip()
        if not words:
            continue
        single = "\n" not in words and len(words) <= _HEADING_LIMIT and words[-1] not in ".,;:!?"
        heads = single and (words.isupper() or _NUMBERED.fullmatch(words) is not None)
        kind: BlockKind = "heading" if heads else "item" if _ITEM.match(words) else "paragraph"
        found.append(Block(kind=kind, level=2 if heads else 0, text=words))
    return found


@dataclass(slots=True)
class _Markdown:
    """The paragraph that is being collected and the blocks before it."""

    found: list[Block] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    kind: BlockKind = "paragraph"

    def flush(self) -> None:
        text = "\n".join(self.lines) if any("|" in line for line in self.lines) else " ".join(self.lines)
        self.add(self.kind, 0, inline(text))
        self.lines, self.kind = [], "paragraph"

    def add(self, kind: BlockKind, level: int, text: str) -> None:
        if text.strip():
            self.found.append(Block(kind=kind, level=level, text=text.strip()))

    def line(self, raw: str) -> None:
        atx = _ATX.match(raw)
        setext = _RULE.fullmatch(raw)
        item = _ITEM.match(raw)
        if not raw.strip():
            self.flush()
        elif atx is not None:
            self.flush()
            self.add("heading", len(atx[1]), inline(raw[atx.end() :].strip().rstrip("#").strip()))
        elif setext is not None:
            if setext[1] in "=-" and len(self.lines) == 1 and self.kind == "paragraph":
                self.add("heading", 1 if setext[1] == "=" else 2, inline(self.lines.pop()))
            self.flush()
        elif item is not None:
            self.flush()
            self.kind = "item"
            self.lines.append(raw[item.end() :].strip())
        else:
            self.text(raw)

    def text(self, raw: str) -> None:
        line = raw.strip().lstrip(">").strip()
        if "|" in line:
            if _TABLE_RULE.fullmatch(line):
                return
            line = " | ".join(cell.strip() for cell in line.strip("|").split("|"))
        if line:
            self.lines.append(line)


def markdown_blocks(text: str) -> list[Block]:
    """Read Markdown: ATX and setext headings, lists, fences, tables, quotes."""
    state = _Markdown()
    fence, kept = "", list[str]()
    for raw in _without_comments(text).split("\n"):
        mark = _FENCE.match(raw)
        if fence:
            if mark is not None and mark[1].startswith(fence):
                state.add("paragraph", 0, "\n".join(kept))
                fence, kept = "", []
            else:
                kept.append(raw)
        elif mark is not None:
            state.flush()
            fence = mark[1]
        else:
            state.line(raw)
    state.add("paragraph", 0, "\n".join(kept))
    state.flush()
    return state.found


def inline(text: str) -> str:
    """Drop link targets, strong marks, code marks and the tags of raised and lowered text."""
    text = _RAISED.sub(r"^\1", text)
    text = _SCRIPT.sub("", text)
    text = _LINK.sub(r"\1", text)
    text = _STRONG.sub(lambda match: match[1] or match[2], text)
    return _CODE.sub(r"\1", text)


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start)
        if end < 0:
            break
        kept.append(text[at:start])
        at = end + 3
    return "".join((*kept, text[at:]))


@dataclass(slots=True)
class _Html:
    """Collects the text of the innermost block; `stack` holds the kinds of the open elements."""

    found: list[Block] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    stack: list[tuple[BlockKind, int]] = field(default_factory=lambda: [("paragraph", 0)])
    tables: int = 0
    verbatim: int = 0

    def text(self, text: str | None) -> None:
        if text:
            self.pieces.append(text if self.verbatim else re.sub(r"\s+", " ", text))

    def flush(self) -> None:
        kind, level = self.stack[-1]
        lines = (" ".join(line.split()) for line in "".join(self.pieces).split("\n"))
        text = "\n".join(line for line in lines if line.strip(" |"))
        if text:
            self.found.append(Block(kind=kind, level=level, text=text))
        self.pieces = []

    def start(self, element: _Element, tag: str) -> None:
        if self.tables and tag not in ("br", "table"):
            if tag in ("td", "th") and element.getprevious() is not None:
                self.pieces.append(" | ")
        elif tag in _BLOCKS:
            self.flush()
            if tag in _HEADINGS:
                self.stack.append(("heading", int(tag[1:])))
            elif tag == "li":
                self.stack.append(("item", 0))
            elif tag == "table" and not any(True for _ in element.iter(*_LAYOUT) if _ is not element):
                self.tables += 1
            elif tag == "pre":
                self.verbatim += 1
        if tag == "br":
            self.pieces.append("\n")
        elif tag == "sup" and _POWER.fullmatch((element.text or "").strip()) and self.ends_word():
            self.pieces.append("^")
        self.text(element.text)

    def ends_word(self) -> bool:
        last = next((piece for piece in reversed(self.pieces) if piece), "")
        return last[-1:].isalnum() or last.endswith(")")

    def end(self, tag: str) -> None:
        if self.tables and tag != "table":
            if tag == "tr":
                self.pieces.append("\n")
            return
        if tag not in _BLOCKS:
            return
        self.flush()
        if tag == "li" or (tag in _HEADINGS):
            self.stack.pop()
        elif tag == "table":
            self.tables = 0
        elif tag == "pre":
            self.verbatim -= 1


def html_blocks(text: str) -> tuple[str, list[Block]]:
    """Return the title and the blocks of an HTML page. Raises NestingError."""
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(text.encode(), parser)
    if any("depth" in str(entry.message).lower() for entry in parser.error_log):
        raise NestingError("the page is nested too deeply")
    if root is None:
        return "", []
    title = " ".join((root.findtext("head/title") or "").split())
    return title, list(_walked(root))


def _walked(root: _Element) -> Iterator[Block]:
    state = _Html()
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        tag = local(element).lower()
        dropped = tag in _DROPPED or _is_hidden(element)
        if event == "start":
            if dropped:
                walker.skip_subtree()
            else:
                state.start(element, tag)
        else:
            if not dropped:
                state.end(tag)
            state.text(element.tail)
    state.flush()
    return iter(state.found)


def _is_hidden(element: _Element) -> bool:
    return element.get("hidden") is not None or _HIDDEN.search(element.get("style") or "") is not None
