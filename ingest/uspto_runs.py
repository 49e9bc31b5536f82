"""Headings and paragraphs of a description, most of them without a walk.

Nine paragraphs in ten hold text and inline marks only (bold, subscripts, references to figures): their text
is what libxml2 gives for the whole description in one call, which costs next to nothing. So

* a mark is set after each heading and paragraph (in its tail, which is layout and says nothing),
* the text of everything is taken at once and cut at the marks,
* a paragraph with an element in it that needs care (a list, a table, a formula, a superscript, a line break,
  an entity, an instruction that begins or ends deleted matter) is given without text, to be walked.

The mark is DEL: XML allows it, no office writes it, and it is ASCII, so that the text stays one byte a
character. Text that has one nevertheless makes the pieces too many, and then everything is walked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from ingest.builder import tidy
from ingest.uspto_text import CAREFUL, deletes, speaks
from ingest.xml_safety import children, local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

_MARK = "\x7f" * 5
"""More than one, since a long mark is searched for in longer steps."""


def runs(description: _Element) -> Iterator[tuple[_Element, str, str | None]]:
    """Yield headings and paragraphs in order: element, tag, tidy text or None when it must be walked.

    What deleted paragraphs held is left out. The layout text between the paragraphs is lost.
    """
    kept: list[_Element | None] = []
    tags: list[str] = []
    _mark(description, kept, tags)
    whole = etree.tostring(description, encoding="utf-8", method="text", with_tail=False)
    whole = whole.replace(b"\n", b" ")
    texts = whole.split(_MARK.encode())
    careful = _careful(description, kept)
    broken = len(texts) != len(kept) + 1 or b"".join(texts).find(b"\x7f") >= 0
    rough = whole.find(b"\t") >= 0 or whole.find(b"\r") >= 0
    for leaf, tag, text in zip(kept, tags, texts, strict=False):
        if leaf is None:
            continue
        if broken or leaf in careful:
            yield leaf, tag, None
        elif text.isascii() and not rough and text.find(b"  ") < 0:  # `in` asks for a number first
            yield leaf, tag, text.strip().decode()
        else:
            yield leaf, tag, tidy(text.decode())


def _mark(container: _Element, kept: list[_Element | None], tags: list[str]) -> None:
    """Set the marks, and note for each what the text before it belongs to."""
    container.text = _MARK
    kept.append(None)
    tags.append("")
    deleted = False
    for child in children(container):
        tag = child.tag
        leaf: _Element | None = child
        if tag != "p" or deleted:
            tag = local(child)
            if not tag:
                deleted = deletes(child, deleted)
            if not tag or deleted:
                leaf = None
            elif tag not in ("p", "heading") and child.find("p") is not None:
                _mark(child, kept, tags)
                leaf = None
        kept.append(leaf)
        tags.append(tag)
        child.tail = _MARK


def _careful(description: _Element, kept: list[_Element | None]) -> set[_Element]:
    """Return every element that has something in it that needs care."""
    found = set(description.iter(*CAREFUL))
    found.difference_update(kept)
    careful: set[_Element] = set()
    for element in found:
        above = element.getparent() if speaks(element) else None
        while above is not None and above not in careful:
            careful.add(above)
            above = above.getparent()
    return careful
