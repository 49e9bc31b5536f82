"""The lines of a PDF page as paragraphs. A PDF has no paragraphs, so this is a guess, and a modest one."""

from __future__ import annotations

import re
from itertools import zip_longest

_SHORT = 0.75
"""A line this much shorter than the widest ends a paragraph, if a sentence ends or a capital follows."""
_HYPHEN = re.compile(r"(?<=[^\W\d_])-$")


def paragraphs(page: str) -> list[str]:
    """Return the paragraphs of a page's text; words divided at a line's end are joined again."""
    found: list[str] = []
    for group in re.split(r"\n[ \t]*\n", page):
        lines = [" ".join(line.split()) for line in group.split("\n")]
        lines = [line for line in lines if line]
        width = max(map(len, lines), default=0)
        text = ""
        for line, following in zip_longest(lines, lines[1:], fillvalue=""):
            text = _joined(text, line)
            ends = line[-1] in ".:;?!" or not following[:1].islower()
            if ends and len(line) < width * _SHORT:
                found.append(text)
                text = ""
        if text:
            found.append(text)
    return found


def _joined(text: str, line: str) -> str:
    if not text:
        return line
    if _HYPHEN.search(text) and line[0].islower():
        return text[:-1] + line
    return f"{text} {line}"
