"""The lines of an RFC's plain text: pages undone, header block, sections, paragraphs.

Source: RFC 7322 (style), RFC 2223 and RFC 7994 (plain text), and what older RFCs do.

Decisions
---------
* A page's footer (`[Page 7]`), the running head after it and the blank lines around both are no text. A
  paragraph that a page break divides is joined again.
* A heading stands at the left margin: a number or `Appendix A` with words, or a short line by itself.
* Prose becomes one line; drawings, tables and grammars keep their lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOOTER = re.compile(r".{0,120}\[Page\s{1,6}[\divxlc]{1,6}\]\s{0,20}", re.IGNORECASE)
_RUNNING = re.compile(r"(?:RFC|Request for Comments)\s{1,4}#?\d{1,5}\b.{1,110}\d{2,4}\s{0,9}")
_NUMBERED = re.compile(r"(\d{1,3}(?:\.\d{1,3}){0,6})\.?\s{1,8}(\S.{0,110})")
_APPENDIX = re.compile(r"(?:Appendix|APPENDIX|Annex)\s{1,3}([A-Z](?:\.\d{1,3}){0,5})\b[.:]?\s{0,6}(.{0,110})")
_LETTERED = re.compile(r"([A-Z](?:\.\d{1,3}){1,5}|[A-Z](?=\.))\.?\s{1,6}(\S.{0,110})")
_DOTS = re.compile(r"\.{3,}|(?:\.\s){3}")
_DRAWN = re.compile(r"[|+].{0,120}[|+]|--{2,}|\S {3,}\S|::=|[{}]\s{0,3}$|;\s{0,3}$")
_LONG = 400
"""Characters from which a line is no heading and no running head, and is not looked at as one."""
_HEADING_LIMIT = 72
_AFTER_BREAK = 4
"""Lines after a page's end in which its running head is looked for."""
BREAK = "␌"
"""The line that stands for a form feed."""


@dataclass(slots=True, kw_only=True)
class Part:
    """A section: its number (`3.2`, `A.1`, empty), its heading, and its paragraphs as lists of lines."""

    number: str
    heading: str
    paragraphs: list[list[str]] = field(default_factory=list)


def unpaged(text: str) -> list[str]:
    """Return the lines without page furniture; `BREAK` is left where a page ended."""
    kept: list[str] = []
    since = _AFTER_BREAK + 1
    for raw in text.split("\n"):
        line = raw.rstrip()
        if line == BREAK or (len(line) < _LONG and _FOOTER.fullmatch(line)):
            _end_page(kept)
            since = 0
        elif since <= _AFTER_BREAK and (not line or (len(line) < _LONG and _RUNNING.fullmatch(line))):
            since += bool(line)  # blank lines around a page's end are the page's
        else:
            since = _AFTER_BREAK + 1
            kept.append(line)
    return kept


def _end_page(kept: list[str]) -> None:
    while kept and not kept[-1]:
        kept.pop()
    if kept and kept[-1] != BREAK:
        kept.append(BREAK)


def blocks(lines: list[str]) -> list[list[str]]:
    """Return the groups of lines that stand together; a paragraph goes on over a page's end."""
    found: list[list[str]] = [[]]
    for at, line in enumerate(lines):
        if line == BREAK:
            if not _goes_on(found[-1], lines[at + 1] if at + 1 < len(lines) else ""):
                found.append([])
        elif line:
            found[-1].append(line)
        else:
            found.append([])
    return [group for group in found if group]


def _goes_on(before: list[str], after: str) -> bool:
    if not before or not after:
        return False
    indent = len(after) - len(after.lstrip())
    same = indent == len(before[-1]) - len(before[-1].lstrip()) and indent > 0
    return same and before[-1][-1] not in ".:;!?" and not is_heading(after)


def is_heading(line: str) -> bool:
    """Tell whether a line by itself is a heading."""
    return heading(line) is not None


def heading(line: str) -> tuple[str, str] | None:
    """Return number and words of a heading at the left margin, or None."""
    if len(line) > _LONG or line[:1].isspace() or _DOTS.search(line):
        return None
    for pattern in (_NUMBERED, _APPENDIX, _LETTERED):
        if match := pattern.fullmatch(line):
            return match[1], " ".join(match[2].split())
    short = len(line) <= _HEADING_LIMIT and line[:1].isupper() and line[-1:] not in ".,;:!?"
    return ("", " ".join(line.split())) if short else None


def parts(groups: list[list[str]]) -> Iterator[Part]:
    """Yield the sections of what follows an RFC's header; the first may have no heading."""
    part = Part(number="", heading="")
    for group in groups:
        found = heading(group[0])
        # an unnumbered line is a heading only by itself or over indented text
        if found and (found[0] or len(group) == 1 or group[1][:1].isspace()):
            yield part
            part = Part(number=found[0], heading=found[1])
            group = group[1:]  # noqa: PLW2901 - the rest of the group is the first paragraph
        if group:
            part.paragraphs.append(group)
    yield part


def joined(group: list[str]) -> str:
    """Return a paragraph: prose on one line, what is drawn or tabled on its own lines."""
    drawn = sum(1 for line in group if _DRAWN.search(line[:_LONG]))
    return ("\n" if drawn * 2 > len(group) else " ").join(line.strip() for line in group)
