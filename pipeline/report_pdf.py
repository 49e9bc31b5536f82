"""The report as PDF/UA, by typst: every word goes in as data and is never read as markup.

The fonts are those inside the typesetter, no day is written into the file: the same run makes the same
bytes on any machine (PDF/A would demand a day). Characters without a font there are printed as their
numbers, and the cover says so.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pipeline.errors import PipelineError
from pipeline.report_blocks import Matrix, Pieces, Plot, Table
from pipeline.report_sections import paper
from pipeline.report_view import SYMBOLS
from pipeline.report_zip import clean
from publications.errors import PdfRefusedError
from publications.typeset import breakable, typeset

if TYPE_CHECKING:
    from pipeline.novelty import NoveltyReport
    from pipeline.report_blocks import Block, Paper

_TEMPLATE: Final = Path(__file__).with_name("templates") / "report.typ"
_LINE: Final = 100
"""Letters of the narrowest font that a table's whole width holds."""
_LINE_OF_TEXT: Final = 40
_KEY: Final = 8
_MATRIX: Final = 12
"""Letters that a column of the chart holds at least."""
_QUOTE: Final = 800
"""Characters of a piece of evidence that need not be parted between pages."""
_FEW: Final = 16
_CELL: Final = 60
_PAGE: Final = 860
"""Units of a picture as wide as the text that fit on a page from top to bottom."""

_NOTE: Final = (
    "Characters printed here as [U+…] are missing from the fonts of this file; the other forms of the report "
    "have them."
)


class ReportPdfError(PipelineError):
    """The typesetter found no way to print the report."""

    def __init__(self, run_id: str, reason: str) -> None:
        super().__init__(f"run {run_id[:12]}: no PDF could be made ({reason}); take another form")


def render_pdf(report: NoveltyReport) -> bytes:
    """Render a report as PDF/UA-1 (ISO 14289-1). Raises NoCoverageError, ReportPdfError."""
    made = paper(report)
    plots = [b.svg for section in made.sections for b in section.blocks if isinstance(b, Plot)]
    fixed = {"run": made.run_id, "signs": SYMBOLS, "plots": plots}
    try:
        name = f"run {made.run_id[:12]}"
        return typeset(_TEMPLATE, _shown(made, plots), fixed, name, standard="ua-1", note=_NOTE)
    except PdfRefusedError as error:
        raise ReportPdfError(made.run_id, error.reason) from error


def _shown(made: Paper, plots: list[str]) -> dict[str, Any]:
    return {
        "title": _breakable(made.title, 24),
        "about": made.about,
        "headline": made.headline,
        "answer": _breakable(made.answer, _LINE_OF_TEXT),
        "footer": f"{made.footer} Report {made.report_hash}",
        "sections": [
            {
                "title": section.title,
                "level": section.level,
                "landscape": section.landscape,
                "blocks": [_block(block, plots) for block in section.blocks],
            }
            for section in made.sections
        ],
    }


def _block(block: Block, plots: list[str]) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    if isinstance(block, Plot):
        share = min(100.0, 100 * _PAGE / block.height)
        alt = " ".join((f"{block.title}.", *block.words))
        words = list(block.words)
        return {
            "kind": kind,
            "title": block.title,
            "plot": plots.index(block.svg),
            "share": share,
            "alt": alt,
            "words": words,
        }
    if isinstance(block, Table):
        rows = [
            [
                _breakable(str(value), max(4, _LINE * share // sum(block.shares)))
                for value, share in zip(row, block.shares, strict=True)
            ]
            for row in block.rows
        ]
        return {
            "kind": kind,
            "heads": block.heads,
            "rows": rows,
            "shares": block.shares,
            "short": _short(block),
        }
    value = asdict(block)
    if isinstance(block, Pieces):
        for piece, given in zip(value["pieces"], block.pieces, strict=True):
            said = (*(text for text, _ in given.quote.pieces), given.quote.place, given.quote.lacks)
            piece["long"] = len("".join(said)) > _QUOTE
            piece["judged"] = f"{given.probability:.2f}, {given.origin}"
    if isinstance(block, Matrix):
        for column in value["columns"]:
            column["key"] = _breakable(column["key"], _KEY)
        for row in value["rows"]:
            row["cells"] = [(support, place.replace("–", "–\u200b")) for support, place in row["cells"]]
    return {"kind": kind, **_broken(value, _MATRIX if isinstance(block, Matrix) else _LINE_OF_TEXT)}


def _short(block: Table) -> bool:
    """Tell whether a table fits on a page for certain, so that it need not be parted."""
    cells = [len(str(value)) for row in block.rows for value in row]
    return len(block.rows) <= _FEW and max(cells, default=0) <= _CELL and sum(cells) <= _FEW * _CELL * 2


def _breakable(text: str, limit: int) -> str:
    return breakable(clean(text), limit)


def _broken(value: Any, limit: int) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, str):
        return _breakable(value, limit)
    if isinstance(value, dict):
        return {key: item if key == "support" else _broken(item, limit) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_broken(item, limit) for item in value]
    return value
