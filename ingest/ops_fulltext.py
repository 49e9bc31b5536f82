"""Claims and descriptions as OPS gives them: plain text with the printed numbers in it.

Decisions
---------
* Claims come one in a `claim-text`, or all in one as lines. A line that begins with the next number begins
  the next claim; a number out of turn is part of the claim it stands in. What stands before the first claim
  is kept unless it is but a heading.
* A description's `[0032]` becomes the anchor `¶0032`; paragraphs without a printed number are counted, and
  their anchor has no zeros (`¶7`). In a numbered description a short line without number is a heading.
* Of several languages English is taken, else the first, for claims and description each.
* The answer says neither title nor dates: the document has the text it came with and nothing else.

Source: OPS 3.2 reference guide (`fulltext-documents`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.builder import TextBuilder, tidy
from ingest.claim_text import depends_on, is_cancelled
from ingest.documents import Document
from ingest.errors import RecordRefusedError
from ingest.exchange import identified, numbered
from ingest.patent_xml import document_kind, language, publication_key, text_at
from ingest.uspto_text import flatten, paragraph_number
from ingest.xml_safety import local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from ingest.documents import Origin

_CLAIM = re.compile(r"(\d{1,4})\s{0,3}[.)\-:](?:\s{1,9}|(?=[^\d\s]))")
_HEADING = re.compile(
    r"(?:what\s(?:is|we)\sclaim(?:ed)?(?:\sis)?|(?:the\s)?(?:patent\s?)?claims?|(?:patent)?ansprüche"
    r"|revendications?|reivindicaciones)\s?[:.]?",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"^[ \t]{0,9}\[(\d{4,5})\][ \t]{0,20}", re.MULTILINE)
_SHORT = 90
"""Characters a heading may have."""


def document(element: _Element, origin: Origin) -> Document:
    """Return the document of a `fulltext-document` without namespaces. Raises RecordRefusedError."""
    reference = element.iterfind("bibliographic-data/publication-reference")
    parts = [element.get(name) or "" for name in ("doc-number", "country", "kind")]
    key = numbered(identified(reference)) or (publication_key(*parts) if all(parts) else "")
    if not key:
        raise RecordRefusedError("a full text without a publication number; nothing says whose text it is")
    country, kind = key[:2], key.rpartition("-")[2] if key.count("-") > 1 else ""
    text = TextBuilder()
    described, spoken = _chosen(element, "description")
    for description in described:
        _description(text, description)
    claiming, claimed_in = _chosen(element, "claims")
    for claims in claiming:
        _claims(text, claims)
    body, sections, claimed = text.build()
    if not body:
        raise RecordRefusedError(f"{key} has no text in this answer")
    return Document(
        key=key,
        kind=document_kind(country, kind),
        text=body,
        sections=sections,
        claims=claimed,
        language=spoken or claimed_in or language(element.get("lang")),
        country=country,
        origin=origin,
    )


def _chosen(element: _Element, tag: str) -> tuple[list[_Element], str]:
    """Return the parts of one kind that are in English, else in the first language, and that language."""
    parts = element.findall(tag)
    codes = [language(part.get("lang")) for part in parts]
    main = "en" if "en" in codes else next(iter(codes), "")
    return [part for part, code in zip(parts, codes, strict=True) if code in (main, "")], main


def _claims(text: TextBuilder, claims: _Element) -> None:
    pieces = [_lines(piece) for claim in claims for piece in _tops(claim)]
    for number, claim in split_claims(pieces):
        if number == 0:
            text.section("claims")
            text.paragraph(claim, "claims")
        elif not is_cancelled(claim):
            text.claim(number, claim, depends_on(claim, number))


def _lines(element: _Element) -> str:
    """Return an element's text; where there is nothing but text, its lines are the document's own."""
    return flatten(element) if len(element) else element.text or ""


def _tops(claim: _Element) -> list[_Element]:
    found = [child for child in claim if child.tag == "claim-text"]
    return found or [claim]


def split_claims(pieces: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the claims in some texts with their numbers; 0 stands for what is printed before the first.

    >>> list(split_claims(["1. A lid.", "2. The lid of claim 1."]))
    [(1, 'A lid.'), (2, 'The lid of claim 1.')]
    """
    number, lines = 0, list[str]()
    for piece in pieces:
        first = True
        for line in tidy(piece).split("\n"):
            begins = _CLAIM.match(line)
            if begins is not None and int(begins[1]) == number + 1:
                yield from _ended(number, lines)
                number, lines = number + 1, [line[begins.end() :]]
            elif first and begins is None and len(pieces) > 1 and number and not _continues(line):
                yield from _ended(number, lines)  # a claim of its own that has no number
                number, lines = number + 1, [line]
            else:
                lines.append(line)
            first = False
    if number == 0 and lines and len(pieces) > 0 and not _is_heading(lines):
        yield 1, "\n".join(lines)
    else:
        yield from _ended(number, lines)


def _continues(line: str) -> bool:
    """Tell whether a piece goes on with the claim before it: it begins as no sentence does."""
    return not line[:1].isupper()


def _is_heading(lines: list[str]) -> bool:
    return _HEADING.fullmatch(" ".join(lines).strip()) is not None


def _ended(number: int, lines: list[str]) -> Iterator[tuple[int, str]]:
    if any(lines) and not (number == 0 and _is_heading(lines)):
        yield number, "\n".join(lines)


def _description(text: TextBuilder, description: _Element) -> None:
    pieces = list(_pieces(description))
    numbered_all = any(number for number, _, _ in pieces)
    count = 0
    for number, words, heading in pieces:
        if heading or (numbered_all and not number and _looks_like_heading(words)):
            text.section("description", words)
            continue
        count += 1
        text.paragraph(words, f"¶{number:04d}" if number else f"¶{count}")


def _pieces(description: _Element) -> Iterator[tuple[int, str, bool]]:
    """Yield number (0: none), words and whether it is marked as a heading, in order."""
    for element in description:
        if element.tag == "heading":
            yield 0, text_at(element), True
        if element.tag == "heading" or not local(element):
            continue
        words = _lines(element)
        cuts = list(_PRINTED.finditer(words))
        before = words[: cuts[0].start()] if cuts else words
        if before.strip():
            yield paragraph_number(element) or 0, before, False
        ends = [*(cut.start() for cut in cuts[1:]), len(words)]
        for cut, end in zip(cuts, ends, strict=False):
            yield int(cut[1]), words[cut.end() : end], False


def _looks_like_heading(words: str) -> bool:
    line = " ".join(words.split())
    return len(line) <= _SHORT and not line.endswith((".", ";", ",", ":"))
