"""Titles of the Cooperative Patent Classification: the scheme in XML, a file for each subclass.

Source: EPO and USPTO, "CPC Scheme XML" (cooperativepatentclassification.org, bulk data), `class-scheme`.

Decisions
---------
* A `classification-item` with a title gives a `ClassTitle`; its parts are parted by semicolons. References to
  other classes (`takes precedence`, `making metal horseshoes B21H7/12`) are no part of a title.
* A heading above main groups has the symbol of the first of them: it is no symbol's title and no parent.
* The level is the file's (5 is a subclass, 7 a main group), the parent the next symbol around it; above a
  file's first item it follows from the symbol.
* The office's file of the classes of grants by number (`CPCMasterClassificationFile`) is recognised and
  refused: it has no text and no dates, and nothing here looks a document's classes up by its number.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ingest.classes import ClassTitle, levels
from ingest.documents import Origin, Unreadable
from ingest.errors import XmlRefusedError
from ingest.record_stream import measure
from ingest.sniff import head
from ingest.walking import walk
from ingest.xml_safety import PIECE_LIMIT, entity_text, local, parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element

    from ingest.items import Item
    from ingest.record_stream import Member

NAME = "cpc-scheme"
_ROOT, _MASTER = "class-scheme", "CPCMasterClassificationFile"
_ITEM_NAME = "classification-item"
_ITEM = re.compile(rb"<classification-item[\s>]")
_SYMBOL = re.compile(r"[A-Z0-9/]{1,20}")
_LEFT_OUT = frozenset({"reference", "media"})
_REFUSED = (
    "holds the classes of patents by number, no text: it is not read; each patent's file has its classes"
)


@dataclass(slots=True)
class CpcScheme:
    """Reads scheme files and `.zip` archives of them."""

    name: str = NAME

    def recognises(self, path: Path) -> bool:
        return head(path).root in (_ROOT, _MASTER)

    def measure(self, path: Path) -> int:
        return measure(path)

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        return walk(path, ".xml", after, _member, nothing="holds no title of a class")


def _member(member: Member, base: int) -> Iterator[ClassTitle | Unreadable]:
    data = bytearray()
    for chunk in member.chunks():
        data += chunk if len(data) <= PIECE_LIMIT else b""
    place = Origin(source=NAME, file=member.name, offset=base, sha256=hashlib.sha256(data).hexdigest())
    reason = member.failure or ("is empty" if not data else "")
    if len(data) > PIECE_LIMIT:
        reason = f"longer than {PIECE_LIMIT >> 20} MiB"
    if reason:
        yield Unreadable(file=member.name, offset=base, reason=reason, passing=member.passing)
        return
    try:
        yield from _titles(parse(bytes(data)), bytes(data), place)
    except XmlRefusedError as error:
        yield Unreadable(file=member.name, offset=base, reason=error.reason)


def _titles(root: _Element, data: bytes, place: Origin) -> Iterator[ClassTitle]:
    if local(root) != _ROOT:
        what = (
            _REFUSED if local(root) == _MASTER else f"no scheme of classes: its root is {local(root)[:80]!r}"
        )
        raise XmlRefusedError(what)
    scheme = (root.get("scheme-type") or "cpc").upper()[:20]
    starts = [match.start() for match in _ITEM.finditer(data)]
    items = list(root.iter(_ITEM_NAME))
    symbols: dict[_Element | None, str] = {item: _symbol(item) for item in items}
    headings = {above for item in items if symbols.get(above := item.getparent()) == symbols[item]}
    for position, item in enumerate(items):
        symbol, title = symbols[item], _title(item)
        if not symbol or not title or item in headings:
            continue
        around = (symbols[above] for above in item.iterancestors(_ITEM_NAME) if above not in headings)
        # Offsets are those of the opening tags; a comment with one would only shift them, in order.
        offset = starts[position] if position < len(starts) else len(data) + position
        level = item.get("level") or ""
        yield ClassTitle(
            scheme=scheme,
            symbol=symbol,
            title=title,
            level=int(level) if level.isdecimal() and len(level) < 4 else len(levels(symbol)),  # noqa: PLR2004
            parent=next(filter(None, around), _above(symbol)),
            origin=replace(place, offset=place.offset + offset),
        )


def _symbol(item: _Element) -> str:
    text = "".join((item.findtext("classification-symbol") or "").split())
    return text if _SYMBOL.fullmatch(text) else ""


def _title(item: _Element) -> str:
    parts = (" ".join("".join(_words(part)).split()) for part in item.iterfind("class-title/title-part"))
    return "; ".join(part for part in parts if part)


def _words(element: _Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        tag = local(child)
        if not tag:
            yield entity_text(child) if getattr(child, "target", None) is None else ""
        elif tag not in _LEFT_OUT:
            yield from _words(child)
        yield child.tail or ""


def _above(symbol: str) -> str:
    known = levels(symbol)
    return known[-2] if len(known) > 1 else ""
