"""Descriptions and claims of ST.36 documents: paragraphs with their anchors, sets of claims by language.

Decisions
---------
* A printed paragraph number is the anchor `¶0032`. A paragraph without one is counted, and its anchor has no
  zeros (`¶7`), so that nobody takes it for a printed one.
* Containers such as `technical-field` or `best-mode` are only rooms: what counts is the headings and
  paragraphs in them.
* The first set of claims in the language of the document is what is cited as `claim 3`. Another set in that
  language (for other states, or amended) is kept as `claim 3 (set 2)`. Of sets in other languages only the
  English one is kept, as `claim 3 (en)`: the index ranks English best, and a third wording says nothing new.
  Where no set has the document's language, the first set is the one to cite.
* Dependencies are read in English, German, French, Chinese, Japanese and Korean.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from ingest.claim_text import depends_on, is_cancelled, split_number
from ingest.patent_xml import language
from ingest.uspto_text import blocks, deletes, flatten, paragraph_number
from ingest.xml_safety import local

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

    from ingest.builder import TextBuilder

_REFERENCE = re.compile(
    r"anspr(?:uch(?:s|es)?|üchen?)|revendications?|权利要求|權利要求|請求項|请求项|제(?=\s?\d)", re.IGNORECASE
)
_TOKEN = re.compile(
    r"\s{0,3}(?:(?P<number>\d{1,3})\s?[항項]?"
    r"|(?P<range>bis|à|至|到|乃至|ないし|から|내지|[~～–-])"
    r"|(?P<again>請求項|请求项|权利要求|제)|(?P<join>und|oder|et|ou|又は|または|及び|或|和|또는|및|[,;/、]))",
    re.IGNORECASE,
)
_ALL_BEFORE = re.compile(
    r"(?:vorher(?:ge|ig)|voran|vorsteh|vorausge)\w{0,12}\s+(?:patent)?ansprüche|revendications?\s+précédentes",
    re.IGNORECASE,
)
_SPAN = 2000
"""Characters of a claim in which references to others are looked for."""
_TOKENS = 60
_NAMED = 2000
"""References of one claim that are looked at."""


def description(text: TextBuilder, element: _Element, last: int = 0) -> int:
    """Add headings and paragraphs below an element; returns the last paragraph number."""
    deleted = False
    for child in element:
        tag = local(child)
        if not tag:
            deleted = deletes(child, deleted)
        elif deleted or tag in ("doc-page", "invention-title"):
            continue
        elif tag == "heading":
            text.section("description", flatten(child))
        elif tag not in ("p", "ul", "ol", "dl", "tables", "table") and child.find(".//p") is not None:
            last = description(text, child, last)
        else:
            last = _paragraph(text, child, last)
    return last


def _paragraph(text: TextBuilder, element: _Element, last: int) -> int:
    printed = paragraph_number(element)
    for number, words in blocks(element):
        if not words.strip():
            continue
        shown = number or printed
        last = shown or last + 1
        text.paragraph(words, f"¶{shown:04d}" if shown else f"¶{last}")
    return last


def claim_sets(text: TextBuilder, sets: Iterable[_Element], spoken: str) -> None:
    """Add the sets of claims of a document whose language is `spoken`."""
    own = other = 0
    sets = list(sets)
    offered = [language(group.get("lang")) for group in sets]
    if spoken not in offered and "" not in offered:
        spoken = next(iter(offered), spoken)  # no set in the language of the text: none is lost for that
    for group in sets:
        said = language(group.get("lang"))
        if said in (spoken, "") or not spoken:
            own += 1
            _set(text, group, "" if own == 1 else f" (set {own})")
        elif said == "en":
            other += 1
            _set(text, group, " (en)" if other == 1 else f" (en, set {other})")


def _set(text: TextBuilder, group: _Element, mark: str) -> None:
    if mark:
        heading = group.find("heading")
        text.section("claims", "" if heading is None else flatten(heading))
    claims = [child for child in group if local(child) == "claim"]
    for position, claim in enumerate(claims, start=1):
        printed, words = split_number(flatten(claim))
        number = printed or paragraph_number(claim) or position
        if is_cancelled(words) or not words.strip():
            continue
        if mark:
            text.paragraph(words, f"claim {number}{mark}")
        else:
            linked = (int(found) for found in _linked(claim))
            named = islice(named_claims(words, number), _NAMED)
            text.claim(number, words, depends_on(words, number, (*linked, *named)))


def _linked(claim: _Element) -> Iterator[str]:
    for reference in claim.iter("claim-ref"):
        yield from re.findall(r"(\d{1,4})(?!.*\d)", (reference.get("idref") or "")[:60])


def named_claims(words: str, number: int) -> Iterator[int]:
    """Yield the claims that a claim's preamble names in a language other than English."""
    head = words[:_SPAN]
    for reference in _REFERENCE.finditer(head):
        yield from _listed(head, reference.end(), number)
    if _ALL_BEFORE.search(head):
        yield from range(1, number)


def _listed(head: str, at: int, below: int) -> Iterator[int]:
    last, spans = 0, False
    for _ in range(_TOKENS):
        token = _TOKEN.match(head, at)
        if token is None:
            return
        at = token.end()
        if token["number"]:
            number = int(token["number"])
            yield from range(last + 1 if spans and last else number, min(number, below) + 1)
            last, spans = number, False
        else:
            spans = token["range"] is not None or (spans and token["again"] is not None)
