"""reStructuredText as blocks: headings by their underlines, the rest as Markdown's reader takes it.

Source: docutils, "reStructuredText Markup Specification".

Directives are shown by what they hold: their marker line and options go, their text stays. Comments and
substitutions are left out; roles (`:ref:`) lose their marks, since a reader does not see them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.markup import markdown_blocks

if TYPE_CHECKING:
    from ingest.markup import Block

_LINE = re.compile(r"([=\-~^\"'`#*+.:_<>!$%&,/;?@|])\1{2,199}\s{0,9}")
_TITLE_LIMIT = 200
_LONG = 800
"""Characters from which a line is text and nothing else."""
_MARKER = re.compile(r"\s{0,40}\.\.(?: .{0,500})?")
_DIRECTIVE = re.compile(r"\s{0,40}\.\. (?:[\w:+.-]{1,60})::\s{0,9}(.{0,500})")
_OPTION = re.compile(r"\s{1,40}:[\w -]{1,40}:(?: .{0,300})?")
_ROLE = re.compile(r":[\w.+:-]{1,40}:`([^`\n]{1,500})`")
_LINK = re.compile(r"`([^`<>\n]{1,500}?)\s{0,9}<[^<>`\n]{1,500}>`__?")
_LITERAL = re.compile(r"``([^`\n]{1,500})``")


def rst_blocks(text: str) -> list[Block]:
    """Read headings, paragraphs and lists."""
    return markdown_blocks("\n".join(_lines(text.split("\n"))))


def _lines(lines: list[str]) -> list[str]:
    kept: list[str] = []
    levels: list[str] = []
    at, options = 0, False
    while at < len(lines):
        line = lines[at]
        below = lines[at + 1] if at + 1 < len(lines) else ""
        over = _LINE.fullmatch(line) if len(line) <= _TITLE_LIMIT else None
        if over and below.strip() and at + 2 < len(lines) and lines[at + 2].strip() == line.strip():
            kept += _heading(below, f"{over[1]}{over[1]}", levels)
            at += 3
        elif _is_title(line, below):
            kept += _heading(line, below.strip()[0], levels)
            at += 2
        else:
            options = bool(_OPTION.fullmatch(line[:_LONG])) and options
            kept += [] if options else _plain(line)
            options = options or _DIRECTIVE.fullmatch(line[:_LONG]) is not None
            at += 1
    return kept


def _is_title(line: str, below: str) -> bool:
    words = line.strip()
    if not words or line[:1].isspace() or len(line) > _TITLE_LIMIT or _LINE.fullmatch(line):
        return False
    return (
        len(below) <= _TITLE_LIMIT
        and _LINE.fullmatch(below) is not None
        and len(below.strip()) >= len(words) - 1
    )


def _heading(words: str, style: str, levels: list[str]) -> list[str]:
    if style not in levels:
        levels.append(style)
    return ["", f"{'#' * min(6, levels.index(style) + 1)} {_inline(words.strip())}", ""]


def _plain(line: str) -> list[str]:
    if len(line) > _LONG:
        return [line]
    if directive := _DIRECTIVE.fullmatch(line):
        return ["", _inline(directive[1])] if directive[1] else [""]
    if _MARKER.fullmatch(line):
        return [""]
    return [_inline(line.strip() if line[:1].isspace() else line)]


def _inline(line: str) -> str:
    return _LITERAL.sub(r"\1", _LINK.sub(r"\1", _ROLE.sub(r"\1", line)))
