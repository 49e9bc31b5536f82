"""Claims and descriptions of patents in Google's markup: numbered paragraphs, headings, claims.

Format: the page's own elements, of several generations: `div.description-paragraph`, `div.description-line`
or `p` with `num`; `heading`; `claim`, `div.claim` or `li.claim` with `num`; `claim-ref` with `idref`.

Decisions
---------
* The text that a reader sees is kept: what stands outside numbered elements becomes paragraphs as well.
* In machine translations each sentence holds its source (`google-src-text`). The sentence shown is read, the
  source left out, and the caller marks the text as translated.
* Claims number themselves (`num`, or the number printed); what names them says what they depend on.
* Elements are walked, never recursed into. A raised number is marked, `10^5`; tables are `a | b`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from ingest.claim_text import depends_on, is_cancelled, split_number
from ingest.markup import NestingError
from ingest.plain_patent import add_claims
from ingest.xml_safety import local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from ingest.builder import TextBuilder

TAG_LIMIT = 400_000
"""Tags a page may have; an element takes some 150 bytes."""
_MARKUP = re.compile(r"\s{0,99}<(?:\?xml|[a-z][a-z-]{0,30})[\s>]", re.IGNORECASE)
_NUM = re.compile(r"\D{0,8}?0{0,8}(\d{1,6})\D{0,8}", re.ASCII)
_POWER = re.compile(r"[+\-−]?\d{1,9}(?:\.\d{1,9})?")
_DROPPED = frozenset({"script", "style", "template", "noscript", "head", "svg", "iframe", "object", "aside"})
_BLOCKS = frozenset(
    {"div", "p", "li", "ul", "ol", "tr", "table", "section", "article", "heading", "h1", "h2", "h3", "h4"}
    | {"claim", "claims", "claim-text", "claim-statement", "description", "abstract", "para-num", "dl", "dt"}
    | {"dd", "description-of-drawings", "technical-field", "background-art", "summary-of-invention", "figure"}
)
_CLAIM = frozenset({"claim", "claim-dependent"})
_HEADINGS = frozenset({"heading", "h3", "h4", "h5"})


def is_markup(text: str) -> bool:
    """Tell markup from plain text by its first tag."""
    return _MARKUP.match(text) is not None


def page(data: bytes | str) -> _Element | None:
    """Parse hostile HTML under libxml2's own limits. Raises NestingError."""
    raw = data.encode("utf-8", "replace") if isinstance(data, str) else data
    if raw.count(b"<") > TAG_LIMIT:
        raise NestingError(f"it has more than {TAG_LIMIT} tags")
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(raw, parser) if raw.strip() else None
    except etree.XMLSyntaxError:
        return None
    if any("depth" in str(entry.message).lower() for entry in parser.error_log):
        raise NestingError("it is nested too deeply")
    return root


def add_description_markup(builder: TextBuilder, markup: str, mark: str = "") -> str:
    """Add a description in markup; returns what the reader has to be told, or an empty string."""
    try:
        root = page(markup)
    except NestingError as error:
        return f"description not read: {error}"
    if root is not None:
        add_description_element(builder, root, mark)
    return ""


def add_claims_markup(builder: TextBuilder, markup: str) -> str:
    """Add claims in markup; returns what the reader has to be told, or an empty string."""
    try:
        root = page(markup)
    except NestingError as error:
        return f"claims not read: {error}"
    return add_claims_element(builder, root) if root is not None else ""


def add_description_element(builder: TextBuilder, root: _Element, mark: str = "") -> None:
    """Add headings and paragraphs; those without a number count on from the last."""
    builder.section("description")
    last = 0
    for tag, number, text in _pieces(root):
        if tag in _HEADINGS:
            builder.section("description", text)
            continue
        last = number or last + 1
        builder.paragraph(text, f"¶{last:04d}{mark}" if number else f"¶{last}{mark}")


def _pieces(root: _Element) -> Iterator[tuple[str, int, str]]:
    """Yield tag, printed number (0: none) and text of each block, in the order of reading.

    Blocks inside a numbered one have its number; `para-num` numbers the rest of the block it stands in.
    """
    pieces: list[str] = []
    tag, open_numbers = "", [0]
    for event, element in _walk(root):
        name = local(element).lower()
        block = name in _BLOCKS
        if block and (text := _joined(pieces)):
            yield tag, open_numbers[-1], text
        if event == "start":
            if block:
                tag = name
                open_numbers.append(_number(element) or open_numbers[-1])
            _open(pieces, element, name)
            continue
        if block:
            tag = ""
            number = open_numbers.pop() if len(open_numbers) > 1 else 0
            if name == "para-num":
                open_numbers[-1] = number
        if element is not root:
            pieces.append(_flat(element.tail))
    if text := _joined(pieces):
        yield tag, 0, text


def add_claims_element(builder: TextBuilder, root: _Element) -> str:
    """Add the claims below an element; returns what the reader has to be told, or an empty string."""
    builder.section("claims")
    claims = [element for element in root.iter(etree.Element) if _is_claim(element)]
    whole = set(claims)
    if not claims:
        return add_claims(builder, text_of(root))
    for text in _outside(root, whole):
        builder.paragraph(text, "claims")
    last = 0
    for element in claims:
        printed, words = split_number(text_of(element))
        given = _number(element)
        number = next((n for n in (given, printed or 0) if n > last), last + 1)
        last = number
        linked = (reference.get("idref") or "" for reference in element.iter("claim-ref"))
        names = (
            _NUM.search(name.rpartition("-")[2].lower().lstrip("abcdefghijklmnopqrstuvwxyz"))
            for name in linked
        )
        if not is_cancelled(words):
            builder.claim(number, words, depends_on(words, number, (int(n[1]) for n in names if n)))
    return ""


def _is_claim(element: _Element) -> bool:
    """Tell the innermost element that stands for one claim."""
    if not _stands_for_claim(element):
        return False
    return not any(_stands_for_claim(inner) for inner in element.iterdescendants(etree.Element))


def _stands_for_claim(element: _Element) -> bool:
    return local(element) == "claim" or not _CLAIM.isdisjoint((element.get("class") or "").split())


def _outside(root: _Element, claims: set[_Element]) -> Iterator[str]:
    """Yield the text beside the claims, such as `What is claimed is:`."""
    pieces: list[str] = []
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        if event == "start":
            if element in claims or _is_hidden(element) or local(element) == "h2":
                walker.skip_subtree()
            else:
                pieces.append(_flat(element.text))
        elif element is not root:
            pieces.append(f"{_flat(element.tail)}\n")
    yield from (line for line in (" ".join(part.split()) for part in "".join(pieces).split("\n")) if line)


def text_of(root: _Element) -> str:
    """Return the visible text of an element, a line for each block in it."""
    pieces: list[str] = []
    for event, element in _walk(root):
        name = local(element).lower()
        if event == "start":
            if element is root:
                pieces.append(_flat(element.text))
                continue
            if name in _BLOCKS:
                pieces.append("\n")
            _open(pieces, element, name)
        elif element is not root:
            if name in _BLOCKS:
                pieces.append("\n")
            pieces.append(_flat(element.tail))
    return "\n".join(filter(None, (_joined([line]) for line in "".join(pieces).split("\n"))))


def _walk(root: _Element) -> Iterator[tuple[str, _Element]]:
    """Yield start and end of the visible elements; of one left out only its end."""
    walker = etree.iterwalk(root, events=("start", "end"))
    for event, element in walker:
        if event == "start" and _is_hidden(element):
            walker.skip_subtree()
        else:
            yield event, element


def _is_hidden(element: _Element) -> bool:
    return local(element).lower() in _DROPPED or "google-src-text" in (element.get("class") or "")


def _open(pieces: list[str], element: _Element, name: str) -> None:
    if name == "br":
        pieces.append("\n")
    elif name in ("td", "th") and element.getprevious() is not None:
        pieces.append(" | ")
    elif name == "sup" and _POWER.fullmatch((element.text or "").strip()):
        before = next((piece for piece in reversed(pieces) if piece), "")
        pieces.append("^" if before[-1:].isalnum() or before.endswith(")") else "")
    elif name in ("img", "maths", "math"):
        pieces.append("[formula] " if name != "img" else "")
    pieces.append(_flat(element.text))


def _flat(text: str | None) -> str:
    return (text or "").replace("\n", " ")


def _joined(pieces: list[str]) -> str:
    """Return the text collected, and begin anew."""
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    pieces.clear()
    return "\n".join(line for line in lines if line.strip(" |"))


def _number(element: _Element) -> int:
    found = _NUM.fullmatch((element.get("num") or "").strip()[:20])
    return int(found[1]) if found else 0
