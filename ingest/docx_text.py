"""The text of a docx file, read in the child process; what is not read is counted and said.

Decisions
---------
* Text is collected from the paragraph's own XML, because python-docx leaves out content controls, inserted
  runs and equations without a word. Insertions count as accepted, deletions are left out, both are said.
* Text boxes, footnotes, comments, pictures, embedded files, headers and footers are not read; each kind
  present is a warning.
* A character of the font Symbol is the character that it shows: a lost `≥` is another limit. One of any other
  picture font is `[symbol]`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ingest.markup import Block, anchored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = frozenset({f"{_W}del", f"{_W}txbxContent", f"{_W}moveFrom", f"{_W}pPr", _FALLBACK})
_MATHS = frozenset({f"{_M}oMath", f"{_M}oMathPara"})
_PLAIN = {f"{_W}tab": " ", f"{_W}ptab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_HEADING = re.compile(r"heading (\d)")
_SYMBOLS = dict(
    zip(
        (0x44, 0x47, 0x4C, 0x51, 0x53, 0x57, *range(0x61, 0x6D), *range(0x6E, 0x7B)),
        "ΔΓΛΘΣΩ" + "αβχδεφγηιϕκλ" + "νοπθρστυϖωξψζ",
        strict=True,
    )
) | {0x6D: "μ", 0xA3: "≤", 0xA5: "∞", 0xAE: "→", 0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "•"}
_SYMBOLS |= {ord(char): char for char in "()+,./0123456789:;<=>[]{}|%!"} | {0x2D: "-"}
_SYMBOLS |= {0xB8: "÷", 0xB9: "≠", 0xBA: "≡", 0xBB: "≈", 0xD6: "√", 0xD7: "⋅", 0xE5: "∑", 0xF2: "∫"}
"""The font Symbol's codes (Adobe's Symbol encoding), which Word writes from U+F000 on."""
_PRIVATE = 0xF000
_POWER = re.compile(r"[+\-−]?\d+(?:\.\d+)?")
_COUNTED = {
    "txbxContent": "text box(es) were not read; move their text into the body",
    "ins": "tracked insertion(s) were read as accepted",
    "del": "tracked deletion(s) were left out",
    "footnoteReference": "footnote(s) were not read; move what matters into the body",
    "endnoteReference": "endnote(s) were not read; move what matters into the body",
    "commentReference": "comment(s) were not read",
    "drawing": "picture(s) were not read",
    "altChunk": "inserted document(s) were not read; paste their text into the body",
    "object": "embedded object(s) were not read",
}


def read(path: Path) -> dict[str, Any]:
    """Return title, blocks and warnings as JSON values. Raises whatever python-docx raises."""
    import docx  # noqa: PLC0415 - only the child process needs it

    document = docx.Document(str(path))
    names = {style.style_id: (style.name or "").lower() for style in document.styles}
    blocks = list(_blocks(document.element.body, names))
    title = " ".join((document.core_properties.title or "").split())
    if not title:
        title = next((block.text for block in blocks if block.kind == "heading" and block.level == 1), "")
    placed = anchored(blocks)
    return {
        "title": title,
        "blocks": [
            {"kind": block.kind, "level": block.level, "text": block.text, "anchor": block.anchor}
            for block in placed
        ],
        "warnings": _warnings(document.element.body) + _margins(document.part),
    }


def _blocks(parent: Any, names: dict[str, str]) -> Iterator[Block]:  # noqa: ANN401 - an lxml element
    for element in parent:
        if element.tag == f"{_W}p":
            text = _text(element).strip()
            if text:
                yield _block(element, text, names)
        elif element.tag == f"{_W}tbl":
            text = "\n".join(_rows(element))
            if text:
                yield Block(kind="paragraph", text=text)
        elif isinstance(element.tag, str) and element.tag not in _SKIPPED:
            yield from _blocks(element, names)


def _block(element: Any, text: str, names: dict[str, str]) -> Block:  # noqa: ANN401
    style = element.find(f"{_W}pPr/{_W}pStyle")
    name = names.get(style.get(f"{_W}val"), "") if style is not None else ""
    heading = _HEADING.match(name)
    if name == "title":
        return Block(kind="heading", level=1, text=text)
    if heading is not None:
        return Block(kind="heading", level=int(heading[1]), text=text)
    listed = name.startswith("list") or element.find(f"{_W}pPr/{_W}numPr") is not None
    return Block(kind="item" if listed else "paragraph", text=text)


def _rows(table: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield the lines of a table's own rows; a table inside a cell is part of that cell."""
    for row in table:
        if row.tag == f"{_W}tr":
            line = " | ".join(" ".join(_text(cell).split()) for cell in _cells(row))
            if line.strip(" |"):
                yield line
        elif isinstance(row.tag, str) and row.tag not in _SKIPPED:
            yield from _rows(row)


def _cells(row: Any) -> Iterator[Any]:  # noqa: ANN401
    for cell in row:
        if cell.tag == f"{_W}tc":
            yield cell
        elif isinstance(cell.tag, str) and cell.tag not in _SKIPPED:
            yield from _cells(cell)


def _text(element: Any) -> str:  # noqa: ANN401
    pieces: list[str] = []
    _collect(element, pieces)
    return "".join(pieces)


def _collect(element: Any, pieces: list[str]) -> None:  # noqa: ANN401
    for child in element:
        tag = child.tag
        if tag in _SKIPPED:
            continue
        if tag == f"{_W}t":
            pieces.append(_raised(child))
        elif tag in _MATHS:
            pieces.append("[formula]")
        elif tag in _PLAIN:
            pieces.append(_PLAIN[tag])
        elif tag == f"{_W}sym":
            pieces.append(_symbol(child))
        else:
            _collect(child, pieces)
            if tag == f"{_W}p":
                pieces.append(" ")


def _symbol(element: Any) -> str:  # noqa: ANN401
    try:
        code = int(element.get(f"{_W}char") or "", 16)
    except ValueError:
        return "[symbol]"
    if (element.get(f"{_W}font") or "").lower() == "symbol":
        return _SYMBOLS.get(code % _PRIVATE, "[symbol]")
    return chr(code) if 0x20 <= code < 0xD800 else "[symbol]"  # noqa: PLR2004 - neither controls nor surrogates


def _raised(element: Any) -> str:  # noqa: ANN401
    """Return a run's text; a raised number is marked, since 10 to the 5th is not 105."""
    text = element.text or ""
    fonts = element.getparent().find(f"{_W}rPr/{_W}rFonts")
    if fonts is not None and (fonts.get(f"{_W}ascii") or "").lower() == "symbol":
        text = "".join(_SYMBOLS.get(ord(c) - _PRIVATE, c) for c in text)
    place = element.getparent().find(f"{_W}rPr/{_W}vertAlign")
    raised = place is not None and place.get(f"{_W}val") == "superscript"
    return f"^{text}" if raised and _POWER.fullmatch(text.strip()) else text


def _warnings(body: Any) -> list[str]:  # noqa: ANN401
    found = []
    for name, message in _COUNTED.items():
        elements = (e for e in body.iter(f"{_W}{name}") if not any(True for _ in e.iterancestors(_FALLBACK)))
        if count := sum(1 for _ in elements):
            found.append(f"{count} {message}")
    return found


def _margins(part: Any) -> list[str]:  # noqa: ANN401
    """Warn of headers and footers that say more than a page number."""
    found = set()
    for relation in part.rels.values():
        if relation.is_external or relation.reltype.rpartition("/")[2] not in ("header", "footer"):
            continue
        text = " ".join(_text(relation.target_part.element).split())
        if any(char.isalpha() for char in text):
            found.add(text[:60])
    return [f"{len(found)} header(s) or footer(s) were not read: {'; '.join(sorted(found))}"] if found else []
