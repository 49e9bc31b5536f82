"""The one renderer of Markdown: page, PDF, preview and plain text all show what comes out of here.

Decisions
---------
* The parser takes half a minute on 20 KB of `[`. So the text is checked for size and nesting first, then
  parsed in a child process with limits on time and memory; a text that breaks them is refused in words.
* What the parser lets through is cut down to an allow-list (`markup_child.TAGS`): no image, style, script,
  frame or attribute but a link's address, a cell's alignment and a list's start.
* Characters that turn the reading direction around are refused: what a reviewer sees must be what is sealed.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from publications.errors import RenderRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE_LIMIT = 256 * 1024
"""Bytes of UTF-8 in one text."""
TOTAL_LIMIT = 1024 * 1024
"""Bytes of UTF-8 in all texts of one publication."""
OPEN_BRACKETS = 100
"""Brackets open at one time within a paragraph."""
DEPTH = 20
"""Levels of quotes or lists."""
DEADLINE = 5.0
"""Seconds for all texts of one call."""

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_MARK = re.compile(r"<(/?)(?:sub|sup|ins|del|s|mark|em|strong)>")
_BLANK = re.compile(r"\n[ \t>]*\n")
_CHILD = Path(__file__).with_name("markup_child.py")


def markdown_html(text: str) -> str:
    """Return safe HTML of one Markdown text. Raises RenderRefusedError with a sentence."""
    return markdown_htmls((text,))[0]


def markdown_htmls(texts: Sequence[str]) -> tuple[str, ...]:
    """Return safe HTML of several texts with one child process. Raises RenderRefusedError."""
    cleaned = tuple(plain_line_ends(text) for text in texts)
    for text in cleaned:
        check(text)
    if sum(len(text.encode()) for text in cleaned) > TOTAL_LIMIT:
        raise RenderRefusedError(f"it is longer than {TOTAL_LIMIT // 1024} KB in all")
    return _rendered(cleaned)


def plain_line_ends(text: str) -> str:
    """Return the text with LF line ends and without control characters, which no page can show."""
    return _CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def check(text: str) -> None:
    """Refuse, before any parser sees it, a text that is too long, too deep or misleading to the eye."""
    if len(text) > SIZE_LIMIT or len(text.encode()) > SIZE_LIMIT:
        raise RenderRefusedError(f"it is longer than {SIZE_LIMIT // 1024} KB")
    if found := _DIRECTION.search(text):
        raise RenderRefusedError(
            f"it holds an invisible character that turns the reading direction (U+{ord(found[0]):04X})",
            "Remove that character.",
        )
    for paragraph in _BLANK.split(text):
        if _open_brackets(paragraph) > OPEN_BRACKETS:
            raise RenderRefusedError(f"more than {OPEN_BRACKETS} brackets are open at one time")
        if _open_marks(paragraph) > DEPTH:
            raise RenderRefusedError(f"marks such as <sub> are nested more than {DEPTH} deep")
        for line in paragraph.split("\n"):
            lead = line[: len(line) - len(line.lstrip(" \t>-*+"))]
            if lead.count(">") > DEPTH or lead.expandtabs(4).count("    ") > DEPTH:
                raise RenderRefusedError(f"quotes or lists are nested more than {DEPTH} deep")


def _open_brackets(paragraph: str) -> int:
    deepest = square = curved = 0
    for character in paragraph:
        if character == "[":
            square += 1
        elif character == "]":
            square = max(0, square - 1)
        elif character == "(":
            curved += 1
        elif character == ")":
            curved = max(0, curved - 1)
        else:
            continue
        deepest = max(deepest, square, curved)
    return deepest


def _open_marks(paragraph: str) -> int:
    depth = deepest = 0
    for mark in _MARK.finditer(paragraph):
        depth = max(0, depth - 1) if mark[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


@lru_cache(maxsize=64)
def _rendered(texts: tuple[str, ...]) -> tuple[str, ...]:
    if not any(text.strip() for text in texts):
        return tuple("" for _ in texts)
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD)],
            input=json.dumps(texts).encode(),
            capture_output=True,
            timeout=DEADLINE,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise RenderRefusedError(f"its markup takes longer than {DEADLINE:g} s to read") from None
    if done.returncode != 0:
        raise RenderRefusedError("its markup is nested or repeated beyond what a page can hold")
    return tuple(json.loads(done.stdout))
