"""The report as a workbook: a sheet for each part, one row for each piece of evidence.

Decisions
---------
* Text is text: no cell ever holds a formula, whatever its first character (CWE-1236). Cells keep the exact
  words and are marked as quoted (`quotePrefix`, ECMA-376 part 1, 18.8.45), so that editing one in a
  spreadsheet keeps it text; an apostrophe put before the words would have changed the quotation.
* A cell holds 32,767 characters. What is longer is cut there and says so; the JSON form has all of it.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from pipeline.report_blocks import Facts, Finding, Lines, Matrix, Pieces, Plot, Table, Words
from pipeline.report_sections import paper
from pipeline.report_view import SYMBOLS
from pipeline.report_zip import clean, settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from pipeline.novelty import NoveltyReport
    from pipeline.report_blocks import Block, Paper, Quote, Value

LONGEST: Final = 32_767
"""Characters of a cell, counted in UTF-16 as spreadsheets do."""
_CUT: Final = " … [cut here: the JSON form has all of it]"
_EVIDENCE: Final = (
    ("Feature", 9),
    ("Feature text", 44),
    ("Reference", 10),
    ("Document", 20),
    ("Support", 14),
    ("Probability (uncalibrated)", 12),
    ("Quote", 70),
    ("Place", 24),
    ("From character", 11),
    ("To character", 11),
    ("Date status", 17),
    ("Who says so", 14),
    ("Quote lacks", 30),
    ("Where, in words", 44),
    ("SHA-256 of the text", 30),
)


def render_xlsx(report: NoveltyReport) -> bytes:
    """Render a report as an Office Open XML workbook. Raises NoCoverageError."""
    from openpyxl import Workbook

    made = paper(report)
    book = Workbook()
    first = book.active
    assert first is not None
    book.remove(first)
    answer = _Sheet(book, "Answer")
    answer.row((made.title,), bold=True)
    for words in (made.about, made.headline, made.answer):
        answer.row((words,))
    sheets = {"Answer": answer}
    for section in made.sections:
        sheet = sheets.get(section.sheet) or _Sheet(book, section.sheet)
        sheets[section.sheet] = sheet
        sheet.section(section.title, section.blocks)
    for line in (made.footer, f"run {made.run_id}"):
        answer.row((line,))
    for sheet in sheets.values():
        sheet.finish(made)
    out = io.BytesIO()
    book.save(out)
    return settled(out.getvalue(), made)


class _Sheet:
    """A worksheet that is written from top to bottom."""

    def __init__(self, book: Any, name: str) -> None:  # noqa: ANN401 - a library without types at run time
        self._sheet: Worksheet = book.create_sheet(name)
        self._next = 1
        self._widths: dict[int, int] = {}

    def row(self, values: Sequence[Value], *, bold: bool = False) -> None:
        """Write a row; strings go in as text whatever they begin with."""
        from openpyxl.styles import Alignment, Font

        for number, value in enumerate(values, start=1):
            if value == "":
                continue
            cell = self._sheet.cell(row=self._next, column=number)
            if isinstance(value, str):
                cell.value = fitting(value)
                cell.data_type = "s"
                cell.quotePrefix = True
            else:
                cell.value = value
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if bold:
                cell.font = Font(bold=True)
        self._next += 1

    def section(self, title: str, blocks: Sequence[Block]) -> None:
        """Write a part: a table alone begins at the top of its sheet, so that it can be filtered."""
        alone = self._next == 1 and isinstance(blocks[0], Table | Pieces)
        if not alone:
            self._next += self._next > 1
            self.row((title,), bold=True)
        for index, block in enumerate(blocks):
            top = self._next
            heads = _heads(block)
            if heads:
                self.row([name for name, _ in heads], bold=True)
                self._width([share for _, share in heads])
            for row in _rows(block):
                self.row(row)
            if alone and index == 0:
                self._sheet.freeze_panes = f"A{top + 1}"
                self._sheet.auto_filter.ref = f"A{top}:{_letter(len(heads))}{self._next - 1}"

    def _width(self, widths: Sequence[int]) -> None:
        for number, width in enumerate(widths, start=1):
            self._widths[number] = max(self._widths.get(number, 0), width)

    def finish(self, made: Paper) -> None:
        """Set widths, page and footer."""
        from openpyxl.worksheet.properties import PageSetupProperties

        for number in range(1, self._sheet.max_column + 1):
            usual = 110 if self._sheet.max_column == 1 else 40
            self._sheet.column_dimensions[_letter(number)].width = self._widths.get(number, usual)
        self._sheet.page_setup.orientation = "landscape"
        self._sheet.page_setup.paperSize = 9
        self._sheet.page_setup.fitToHeight = 0
        self._sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        footer = self._sheet.oddFooter
        assert footer is not None
        left, right = footer.left, footer.right
        assert left is not None
        assert right is not None
        left.text = f"&8run {made.run_id}"
        right.text = "&8page &P of &N"


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number))


def fitting(text: str) -> str:
    """Return text as a cell can hold it."""
    text = clean(text)
    if len(text.encode("utf-16-le")) // 2 <= LONGEST:
        return text
    room = text.encode("utf-16-le")[: 2 * (LONGEST - len(_CUT))].decode("utf-16-le", errors="ignore")
    return room + _CUT


def _heads(block: Block) -> list[tuple[str, int]]:
    """Return the heads of a block that is a table, with the widths of their columns."""
    if isinstance(block, Table):
        names = [name or "No." for name in block.heads]
        return list(zip(names, [max(8, share * 3 // 2) for share in block.shares], strict=True))
    if isinstance(block, Matrix):
        columns = [(f"{c.label}{' ?' if c.open else ''} {c.key}: {c.title}", 18) for c in block.columns]
        return [("Feature", 9), ("Text", 50), *columns]
    return list(_EVIDENCE) if isinstance(block, Pieces) else []


def _rows(block: Block) -> Iterator[Sequence[Value]]:
    if isinstance(block, Words):
        yield (block.text,)
    elif isinstance(block, Lines):
        yield from ((line,) for line in block.lines)
    elif isinstance(block, Facts):
        yield from block.pairs
    elif isinstance(block, Table):
        yield from block.rows
    elif isinstance(block, Plot):
        yield (block.title,)
        yield from ((line,) for line in block.words)
    elif isinstance(block, Finding):
        yield from _finding(block)
    elif isinstance(block, Matrix):
        for row in block.rows:
            cells = [f"{SYMBOLS[support]} {support.value} {place}".strip() for support, place in row.cells]
            yield (row.feature, row.text, *cells)
    else:
        yield from _pieces(block)


def _finding(block: Finding) -> Iterator[Sequence[Value]]:
    yield (block.feature, block.text, f"{SYMBOLS[block.support]} {block.support.value}", block.marks)
    for quote in block.quotes:
        yield ("", _words(quote), quote.place, quote.lacks)
    for line in block.verdict:
        yield ("", line)


def _words(quote: Quote) -> str:
    return "".join(text for text, _ in quote.pieces)


def _pieces(block: Pieces) -> Iterator[Sequence[Value]]:
    for p in block.pieces:
        place = (p.start, p.end) if p.start >= 0 else ("", "")
        yield (
            *(p.feature, p.text, p.label, p.key, p.support.value, p.probability, _words(p.quote), p.anchor),
            *(*place, p.date_status, p.origin, p.quote.lacks, p.quote.place, p.source_sha256),
        )
