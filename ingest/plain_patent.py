"""Claims and descriptions of patents that a source hands on as one text, cut into numbered pieces.

Decisions
---------
* **Nothing is lost.** The pieces of a claims text and the numbers before them make up the text again; what
  stands before the first number ("What is claimed is:") is a paragraph without a claim's number.
* A number begins a claim only if it is the next one, in the style of the first (`1.` or `1)`). It stands at
  the beginning of a line; where lines give one claim only, after a sentence's end too. So a list of steps
  inside a claim, or `2.5 mm`, begins none.
* A text without numbers is claim 1 if it names no other claim; otherwise it stays one run of paragraphs, and
  the caller is told.
* `[0032]` at the beginning of a paragraph is its number; short lines in capitals are headings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.claim_text import depends_on, is_cancelled
from ingest.documents import clean

if TYPE_CHECKING:
    from ingest.builder import TextBuilder

_LINE = re.compile(r"^[ \t]{0,80}(\d{1,4})[ \t]{0,9}([.)])(?:[ \t]{1,80}(?=\S)|(?=[^\s\d.,)]))", re.MULTILINE)
_SENTENCE = re.compile(r"(?:^[ \t]{0,80}|(?<=[.;:])[ \t]{1,80})(\d{1,4})[ \t]?([.)])[ \t]{1,80}(?=[A-Z\[(])")
_NAMES_A_CLAIM = re.compile(r"\b(?:claims?|Ansprüchen?|Anspruch|revendications?)\s{1,3}\d", re.IGNORECASE)
_PRINTED = re.compile(r"\[(\d{4,5})\]\s{0,9}")
_HEADING = re.compile(r"#{1,6}\s{1,9}\S.{0,200}|(?:\d{1,2}\.){0,4}\d{0,2}\.?\s?[A-Z][A-Z0-9 ,/&()-]{3,90}:?")
_HEADING_LIMIT = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsText:
    """A claims text in pieces: what stands before the first number, and number and text of each claim."""

    before: str
    claims: tuple[tuple[int, str], ...]
    marks: tuple[str, ...] = ()
    """The numbers as printed: `before` and each mark with its claim make up the text again."""


def split_claims(text: str) -> ClaimsText:
    """Cut a claims text at its numbers."""
    by_line = _cuts(text, _LINE)
    cuts = by_line if len(by_line) > 1 else max(by_line, _cuts(text, _SENTENCE), key=len)
    if not cuts:
        if _NAMES_A_CLAIM.search(text) or not text.strip():
            return ClaimsText(before=text, claims=())
        return ClaimsText(before="", claims=((1, text),), marks=("",))
    ends = [cut.start() for cut in cuts[1:]] + [len(text)]
    return ClaimsText(
        before=text[: cuts[0].start()],
        claims=tuple((int(cut[1]), text[cut.end() : end]) for cut, end in zip(cuts, ends, strict=True)),
        marks=tuple(cut[0] for cut in cuts),
    )


def _cuts(text: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Return the matches whose numbers count up by one in one style."""
    found: list[re.Match[str]] = []
    for match in pattern.finditer(text):
        if not found or (int(match[1]) == int(found[-1][1]) + 1 and match[2] == found[-1][2]):
            found.append(match)
    return found


def add_claims(builder: TextBuilder, text: str) -> str:
    """Add a claims text; returns what the reader has to be told, or an empty string."""
    parts = split_claims(clean(text))
    builder.section("claims")
    for line in parts.before.split("\n"):
        builder.paragraph(line, "claims")
    for number, words in parts.claims:
        if not is_cancelled(words.strip()):
            builder.claim(number, words, depends_on(words, number))
    return "its claims are not numbered: read as text" if parts.before.strip() and not parts.claims else ""


def add_description(builder: TextBuilder, text: str, mark: str = "") -> None:
    """Add a description line by line; `mark` goes behind each anchor."""
    builder.section("description")
    number = 0
    for line in clean(text).split("\n"):
        paragraph = line.strip()
        if len(paragraph) <= _HEADING_LIMIT and _HEADING.fullmatch(paragraph):
            builder.section("description", paragraph.lstrip("# "))
        elif paragraph:
            number += 1
            printed = _PRINTED.match(paragraph)
            anchor = f"¶{printed[1]}" if printed else f"¶{number}"
            builder.paragraph(paragraph[printed.end() :] if printed else paragraph, f"{anchor}{mark}")
