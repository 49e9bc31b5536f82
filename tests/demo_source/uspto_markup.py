"""How the office's XML marks up running text: figure references, claim references, bold reference numerals.

A reference numeral travels from `with_numerals` to `inline` between two control characters, which no text
of the demo contains.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.demo_source.records import Block

_NUMERAL = re.compile(r"\b([a-z]{3,}) (\d{1,3}[a-z]?)(?![\w%]|[.,]\d)")
_NO_NOUN = frozenset(
    {"about", "after", "and", "between", "every", "for", "from", "most", "than", "the", "with"}
)
_INLINE = re.compile(
    r"(?P<figure>FIGS?\. \d+[A-Za-z]?)|(?P<claim>\bclaim \d+)|(?P<numeral>(?<=\x01)[^\x02]+)"
)
_LIMITATION = re.compile(r"(?<=; and) |(?<=;) (?!and )")
PATENT = re.compile(r"US-(\d+)-([AB]\d)")


def spoken(text: str) -> str:
    """Write the demo's identifiers the way a patent names a patent."""

    def words(match: re.Match[str]) -> str:
        number, kind = match.groups()
        if kind.startswith("A"):
            return f"U.S. Pat. Pub. No. {number[:4]}/{number[4:]}"
        return f"U.S. Pat. No. {int(number):,}"

    return PATENT.sub(words, text)


def reference_numerals(blocks: Iterable[Block]) -> frozenset[tuple[str, str]]:
    """A number that follows the same noun twice is taken for a reference numeral."""
    found = Counter(pair for block in blocks for pair in _NUMERAL.findall(block.text))
    return frozenset(pair for pair, times in found.items() if times > 1 and pair[0] not in _NO_NOUN)


def with_numerals(text: str, numerals: frozenset[tuple[str, str]]) -> str:
    """Put the marks that `inline` turns into bold around reference numerals."""

    def marked(found: re.Match[str]) -> str:
        noun, numeral = found.groups()
        return f"{noun} \x01{numeral}\x02" if (noun, numeral) in numerals else found[0]

    return _NUMERAL.sub(marked, text)


def limitations(text: str) -> Iterator[str]:
    """Cut a claim as a printed patent sets it: the lead, then one limitation a line."""
    lead, colon, body = text.partition("comprising: ")
    if not colon:
        yield text
        return
    yield f"{lead}comprising:\n"
    yield from _LIMITATION.split(body)


def inline(parent: etree._Element, text: str) -> None:
    """Append text to an element with figure references, claim references and bold numerals marked up."""
    last: etree._Element | None = None
    start = 0
    for match in _INLINE.finditer(text):
        last = _tail(parent, last, text[start : match.start()])
        if match["figure"]:
            label, _, number = match[0].rpartition(" ")
            last = add(parent, "figref", f"{label} ", idref="DRAWINGS")
            add(last, "b", number)
        elif match["claim"]:
            last = add(parent, "claim-ref", match[0], idref=f"CLM-{int(match[0].split()[1]):05}")
        else:
            last = add(parent, "b", match[0])
        start = match.end()
    _tail(parent, last, text[start:])


def _tail(parent: etree._Element, last: etree._Element | None, text: str) -> etree._Element | None:
    text = text.replace("\x01", "").replace("\x02", "")
    if last is None:
        parent.text = (parent.text or "") + text
    else:
        last.tail = (last.tail or "") + text
    return last


def add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, tag, attrib=attributes)
    element.text = text
    return element
