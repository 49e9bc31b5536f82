"""Jupyter notebooks as blocks: prose and code, cell by cell (nbformat 4, and 3 as far as it goes).

Decisions
---------
* A place is `cell 4`, or `cell 4 ¶2` where a cell has several paragraphs. Cells are counted as the file has
  them, from 1.
* Code is a paragraph that keeps its lines. What the code printed or drew is left out and counted: it is
  output of a machine at some time, and often megabytes.
* A first raw cell that is front matter (as Quarto and Jupytext write it) is read as such.
* A field of the wrong type is absent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest import front_matter
from ingest.documents import clean
from ingest.markup import Block, markdown_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADING = 6


class NotebookError(ValueError):
    """The file is no notebook; the message says why."""


@dataclass(slots=True)
class Notebook:
    """What a notebook says."""

    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    front_matter: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def notebook(data: bytes) -> Notebook:
    """Read a notebook's JSON. Raises NotebookError."""
    try:
        value = json.loads(data.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"is no notebook: its JSON is damaged ({str(error)[:80]})") from None
    if not isinstance(value, dict) or not isinstance(cells := _cells(value), list):
        raise NotebookError("is no notebook: it holds no cells")
    found = Notebook()
    outputs = attached = 0
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict):
            continue
        outputs += bool(cell.get("outputs"))
        attached += bool(cell.get("attachments"))
        kind, text = cell.get("cell_type"), clean(_source(cell))
        if number == 1 and kind == "raw" and text.startswith(("---", "+++")):
            found.front_matter, text, _ = front_matter.split(text if text.endswith("\n") else f"{text}\n")
        found.blocks += _placed(list(_read(kind, text, cell)), f"cell {number}")
    found.title = _title(value, found)
    said = (
        (outputs, "cell(s) have outputs, which were left out"),
        (attached, "cell(s) have pictures, not read"),
    )
    found.warnings = tuple(f"{count} {words}" for count, words in said if count)
    return found


def _cells(value: Mapping[str, object]) -> object:
    cells = value.get("cells")
    sheets = value.get("worksheets")
    if isinstance(cells, list) or not isinstance(sheets, list):
        return cells
    return [cell for sheet in sheets if isinstance(sheet, dict) for cell in _list(sheet.get("cells"))]


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _source(cell: Mapping[str, object]) -> str:
    source = cell.get("source", cell.get("input"))
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _read(kind: object, text: str, cell: Mapping[str, object]) -> Iterator[Block]:
    if kind == "markdown":
        yield from markdown_blocks(text)
    elif kind == "heading":
        level = cell.get("level")
        yield Block(
            kind="heading", level=level if isinstance(level, int) and 0 < level <= _HEADING else 1, text=text
        )
    elif text.strip():
        yield Block(kind="paragraph", text=text.strip("\n"))


def _placed(blocks: list[Block], place: str) -> Iterator[Block]:
    paragraphs = sum(block.kind != "heading" for block in blocks)
    count = 0
    for block in blocks:
        count += block.kind != "heading"
        anchor = place if block.kind == "heading" or paragraphs == 1 else f"{place} ¶{count}"
        yield Block(kind=block.kind, level=block.level, text=block.text, anchor=anchor)


def _title(value: Mapping[str, object], found: Notebook) -> str:
    metadata = value.get("metadata")
    stated = [found.front_matter.get("title"), metadata.get("title") if isinstance(metadata, dict) else None]
    heading = next((block.text for block in found.blocks if block.kind == "heading"), "")
    return next((text for text in stated if isinstance(text, str) and text.strip()), heading)
