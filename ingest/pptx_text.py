"""The text of a pptx file, slide by slide, read in the child process; what is not read is counted and said.

Decisions
---------
* Text is collected from the slide's own XML (ECMA-376, part 1, sections 19 and 21): python-pptx leaves out
  fields and equations without a word. A place is `slide 3 ¶2`; the slide's title is a heading, `slide 3`.
* A slide's notes follow it, `slide 3 notes ¶1`: speakers put the explanation there. Hidden slides are read
  and said.
* A raised number is marked, `10^5`. Tables are `a | b`, one row a line.
* Pictures, charts, diagrams (SmartArt), embedded files, films and comments are not read; each kind present is
  a warning.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TITLES = frozenset({"title", "ctrTitle"})
_SILENT = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})
_POWER = re.compile(r"[+\-−]?\d+(?:\.\d+)?")
_COUNTED = {
    f"{_P}pic": "picture(s) were not read",
    "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart": "chart(s) were not read",
    "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds": "diagram(s) were not read",
    f"{_P}oleObj": "embedded object(s) were not read",
}


def read(path: Path) -> dict[str, Any]:
    """Return title, blocks and warnings as JSON values. Raises whatever python-pptx raises."""
    import pptx  # noqa: PLC0415 - only the child process needs it

    presentation = pptx.Presentation(str(path))
    blocks: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    title = " ".join((presentation.core_properties.title or "").split())
    for number, slide in enumerate(presentation.slides, start=1):
        found = list(_slide(slide.element, f"slide {number}"))
        if not title:
            title = next((block["text"] for block in found if block["kind"] == "heading"), "")
        blocks += found
        if slide.has_notes_slide:
            blocks += _slide(slide.notes_slide.element, f"slide {number} notes", notes=True)
        _count(slide, counts)
    return {
        "title": title,
        "blocks": blocks,
        "warnings": [f"{count} {message}" for message, count in counts.items()],
    }


def _slide(element: Any, place: str, *, notes: bool = False) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - lxml
    tree = element.find(f"{_P}cSld/{_P}spTree")
    paragraphs = 0
    for kind, text in _shapes(tree) if tree is not None else ():
        heading = kind == "heading" and not notes
        paragraphs += not heading
        yield {
            "kind": "heading" if heading else "paragraph",
            "level": 2 if heading else 0,
            "text": text,
            "anchor": place if heading else f"{place} ¶{paragraphs}",
        }


def _shapes(parent: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    """Yield kind and text of every paragraph and table below an element, in the order of the file."""
    for element in parent:
        if element.tag == _FALLBACK or not isinstance(element.tag, str):
            continue
        if element.tag == f"{_P}sp":
            yield from _shape(element)
        elif element.tag == f"{_A}tbl":
            rows = (" | ".join(_cells(row)) for row in element.iter(f"{_A}tr"))
            text = "\n".join(row for row in rows if row.strip(" |"))
            if text:
                yield "paragraph", text
        else:
            yield from _shapes(element)


def _shape(shape: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    holder = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
    role = holder.get("type", "") if holder is not None else ""
    body = shape.find(f"{_P}txBody")
    if body is None or role in _SILENT:
        return
    texts = [text for item in body.iter(f"{_A}p") if (text := _text(item))]
    if role in _TITLES and texts:
        yield "heading", " ".join(" ".join(texts).split())
    else:
        yield from (("paragraph", text) for text in texts)


def _cells(row: Any) -> Iterator[str]:  # noqa: ANN401
    for cell in row.iter(f"{_A}tc"):
        yield " ".join(" ".join(_text(item) for item in cell.iter(f"{_A}p")).split())


def _text(paragraph: Any) -> str:  # noqa: ANN401
    pieces: list[str] = []
    _collect(paragraph, pieces)
    return "".join(pieces).strip()


def _collect(element: Any, pieces: list[str]) -> None:  # noqa: ANN401
    for child in element:
        if child.tag in (f"{_A}r", f"{_A}fld"):
            pieces.append(_run(child))
        elif child.tag == f"{_A}br":
            pieces.append("\n")
        elif child.tag == _MATHS:
            pieces.append("[formula]")
        elif isinstance(child.tag, str) and child.tag != _FALLBACK:
            _collect(child, pieces)


def _run(run: Any) -> str:  # noqa: ANN401
    text = "".join(item.text or "" for item in run.iter(f"{_A}t"))
    properties = run.find(f"{_A}rPr")
    offset = properties.get("baseline", "0") if properties is not None else "0"
    raised = not offset.startswith("-") and offset.rstrip("0%") != ""
    return f"^{text}" if raised and _POWER.fullmatch(text.strip()) else text


def _count(slide: Any, counts: dict[str, int]) -> None:  # noqa: ANN401
    for tag, message in _COUNTED.items():
        found = (e for e in slide.element.iter(tag) if not any(True for _ in e.iterancestors(_FALLBACK)))
        if count := sum(1 for _ in found):
            counts[message] = counts.get(message, 0) + count
    if slide.element.get("show") in ("0", "false"):
        message = "hidden slide(s) were read like the others"
        counts[message] = counts.get(message, 0) + 1
    if any(relation.reltype.rpartition("/")[2] == "comments" for relation in slide.part.rels.values()):
        message = "slide(s) have comments, which were not read"
        counts[message] = counts.get(message, 0) + 1
