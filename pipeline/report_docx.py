"""The report as a Word document: the chart on a landscape page, run id and page numbers below every page.

Pictures go in as PNG, made by the typesetter from the same SVG as in the other forms, with their words as
alternative text: Word shows SVG only beside such a picture.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from pipeline.chart import Support
from pipeline.report_blocks import Facts, Finding, Lines, Matrix, Pieces, Plot, Table, Words
from pipeline.report_sections import paper
from pipeline.report_view import SYMBOLS
from pipeline.report_zip import clean, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.novelty import NoveltyReport
    from pipeline.report_blocks import Block, Paper, Quote, Section

_SHADES: Final = {
    Support.DISCLOSED: "FBE4DF",
    Support.PARTLY: "FDF0CF",
    Support.NOT_DISCLOSED: "E6ECF4",
    Support.NOT_EVALUATED: "ECEFF2",
}
_PORTRAIT: Final = 17.0
_LANDSCAPE: Final = 25.7
"""Centimetres of a line on A4 inside margins of 2 cm."""
_TALLEST: Final = 22.0
_PIXELS: Final = 192
"""Pixels per inch of a picture."""


def render_docx(report: NoveltyReport) -> bytes:
    """Render a report as an Office Open XML document. Raises NoCoverageError."""
    made = paper(report)
    out = io.BytesIO()
    writer = _Writer(made)
    writer.write()
    writer.document.save(out)
    return settled(out.getvalue(), made)


class _Writer:
    """A document that is written from its beginning to its end."""

    def __init__(self, made: Paper) -> None:
        from docx import Document

        self.paper = made
        self.document: Any = Document()
        self._width = _PORTRAIT
        _set_page(self.document.sections[0], landscape=False)
        _set_styles(self.document)

    def write(self) -> None:
        made = self.paper
        self.document.add_heading(clean(made.title), level=1)
        self._small(made.about)
        table = self.document.add_table(rows=1, cols=1)
        cell = table.rows[0].cells[0]
        _shade(cell, "F4F6F8")
        cell.paragraphs[0].add_run(clean(made.headline)).bold = True
        cell.add_paragraph(clean(made.answer))
        for section in made.sections:
            self._section(section)
        self._small(made.footer)
        self._footer()

    def _section(self, section: Section) -> None:
        if section.landscape:
            self._turn(landscape=True)
        self.document.add_heading(clean(section.title), level=section.level)
        for block in section.blocks:
            self._block(block)
        if section.landscape:
            self._turn(landscape=False)

    def _turn(self, *, landscape: bool) -> None:
        from docx.enum.section import WD_SECTION

        self._width = _LANDSCAPE if landscape else _PORTRAIT
        _set_page(self.document.add_section(WD_SECTION.NEW_PAGE), landscape=landscape)

    def _block(self, block: Block) -> None:
        if isinstance(block, Words):
            self.document.add_paragraph(clean(block.text))
        elif isinstance(block, Lines):
            self._bullets(block.lines)
        elif isinstance(block, Facts):
            self._rows((), block.pairs, (30, 70))
        elif isinstance(block, Table):
            self._rows(block.heads, block.rows, block.shares)
        elif isinstance(block, Finding):
            self._finding(block)
        elif isinstance(block, Matrix):
            self._matrix(block)
        elif isinstance(block, Plot):
            self._plot(block)
        else:
            self._pieces(block)

    def _small(self, words: str) -> None:
        if words:
            self.document.add_paragraph(clean(words), style="Small")

    def _bullets(self, lines: Sequence[str]) -> None:
        for line in lines:
            self.document.add_paragraph(clean(line), style="List Bullet")

    def _rows(
        self, heads: Sequence[str], rows: Sequence[Sequence[object]], shares: Sequence[int]
    ) -> list[list[Any]]:
        """Write a table; returns the cells of its body."""
        table = self.document.add_table(rows=len(rows) + bool(heads), cols=len(shares), style="Table Grid")
        table.autofit = False
        widths = [self._width * share / sum(shares) for share in shares]
        made = [list(row.cells) for row in table.rows]
        _set_widths(table, made, widths)
        if heads:
            _repeat(table.rows[0])
        for cells, values in zip(made, (heads, *rows) if heads else rows, strict=True):
            for cell, value in zip(cells, values, strict=True):
                _put(cell, str(value))
        for cell in made[0] if heads else ():
            _shade(cell, "F4F6F8")
            for run in cell.paragraphs[0].runs:
                run.bold = True
        self.document.add_paragraph(style="Small")
        return made[1:] if heads else made

    def _finding(self, block: Finding) -> None:
        head = self.document.add_paragraph(style="Finding")
        head.add_run(f"{block.feature}  {clean(block.text)}").bold = True
        head.add_run(f"  {SYMBOLS[block.support]} {block.support.value}")
        self._small(block.marks)
        for quote in block.quotes:
            _marked(self.document.add_paragraph(style="Quotation"), quote)
            self._small(quote.place)
            if quote.lacks:
                self.document.add_paragraph(clean(quote.lacks))
        for line in block.verdict:
            self._small(line)

    def _matrix(self, block: Matrix) -> None:
        heads = ["Feature", *(f"{c.label}{' ?' if c.open else ''}\n{c.key}" for c in block.columns)]
        rows = [
            [f"{row.feature} {row.text}", *(f"{SYMBOLS[s]}\n{place}".strip() for s, place in row.cells)]
            for row in block.rows
        ]
        share = max(3, 24 // max(1, len(block.columns)))
        made = self._rows(heads, rows, (12, *(share for _ in block.columns)))
        for row, cells in zip(block.rows, made, strict=True):
            for (support, _), cell in zip(row.cells, cells[1:], strict=True):
                _shade(cell, _SHADES[support])

    def _plot(self, block: Plot) -> None:
        from docx.shared import Cm

        title = self.document.add_paragraph()
        title.add_run(block.title).bold = True
        width = min(self._width, _TALLEST * block.width / block.height)
        run = self.document.add_paragraph().add_run()
        shape = run.add_picture(io.BytesIO(_png(block)), width=Cm(width))
        shape._inline.docPr.set("descr", clean(" ".join((block.title, *block.words))))  # noqa: SLF001 - no other door
        self._bullets(block.words)

    def _pieces(self, block: Pieces) -> None:
        rows = [
            (
                f"{p.feature} × {p.label}",
                f"{SYMBOLS[p.support]} {p.support.value}\n{p.probability:.2f}, {p.origin}",
                "",
            )
            for p in block.pieces
        ]
        made = self._rows(("Feature", "Support", "Quote and place"), rows, (12, 20, 68))
        for piece, cells in zip(block.pieces, made, strict=True):
            paragraph = cells[2].paragraphs[0]
            _marked(paragraph, piece.quote)
            for line in filter(None, (piece.quote.place, piece.quote.lacks)):
                cells[2].add_paragraph(clean(line), style="Small")

    def _footer(self) -> None:
        footer = self.document.sections[0].footer
        line = footer.paragraphs[0]
        line.style = self.document.styles["Small"]
        line.add_run(f"run {self.paper.run_id} · page ")
        _field(line, "PAGE")
        line.add_run(" of ")
        _field(line, "NUMPAGES")


def _set_page(section: Any, *, landscape: bool) -> None:  # noqa: ANN401 - python-docx ships no types
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Cm(29.7), Cm(21)) if landscape else (Cm(21), Cm(29.7))
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)


def _set_styles(document: Any) -> None:  # noqa: ANN401 - python-docx ships no types
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt, RGBColor

    styles = document.styles
    styles["Normal"].font.name = "Calibri"
    styles["Normal"].font.size = Pt(10)
    styles["Normal"].paragraph_format.space_after = Pt(4)
    small = styles.add_style("Small", WD_STYLE_TYPE.PARAGRAPH)
    small.base_style = styles["Normal"]
    small.font.size = Pt(8)
    small.font.color.rgb = RGBColor(0x56, 0x61, 0x70)
    small.paragraph_format.space_after = Pt(2)
    finding = styles.add_style("Finding", WD_STYLE_TYPE.PARAGRAPH)
    finding.base_style = styles["Normal"]
    finding.paragraph_format.space_before = Pt(10)
    finding.paragraph_format.keep_with_next = True
    quotation = styles.add_style("Quotation", WD_STYLE_TYPE.PARAGRAPH)
    quotation.base_style = styles["Normal"]
    quotation.paragraph_format.left_indent = Cm(0.6)
    quotation.paragraph_format.keep_with_next = True


def _set_widths(table: Any, made: Sequence[Sequence[Any]], widths: Sequence[float]) -> None:  # noqa: ANN401
    from docx.shared import Cm

    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for cells in made:
        for cell, width in zip(cells, widths, strict=True):
            cell.width = Cm(width)


def _put(cell: Any, words: str) -> None:  # noqa: ANN401 - python-docx ships no types
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.add_run(clean(words)).font.size = Pt(8)


def _marked(paragraph: Any, quote: Quote) -> None:  # noqa: ANN401 - python-docx ships no types
    from docx.enum.text import WD_COLOR_INDEX

    for words, marked in quote.pieces:
        run = paragraph.add_run(clean(words))
        if marked:
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _shade(cell: Any, colour: str) -> None:  # noqa: ANN401 - python-docx ships no types
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    shade.set(qn("w:val"), "clear")
    shade.set(qn("w:fill"), colour)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - python-docx has no other door


def _repeat(row: Any) -> None:  # noqa: ANN401 - python-docx ships no types
    """Let a table's head stand on each of its pages."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - python-docx has no other door


def _field(paragraph: Any, name: str) -> None:  # noqa: ANN401 - python-docx ships no types
    """Put in a number that the word processor works out; `1` stands there until it has."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run, shown = OxmlElement("w:r"), OxmlElement("w:t")
    shown.text = "1"
    run.append(shown)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no other door


def _png(block: Plot) -> bytes:
    from publications.typeset import picture

    return picture(block.svg, block.width, block.height, _PIXELS)
