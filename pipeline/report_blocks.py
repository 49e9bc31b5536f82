"""The pieces that a report is made of, before it is a page, a file of an office program or a table.

Every form (`report_html`, `report_md`, `report_pdf`, `report_docx`, `report_xlsx`) walks the same `Paper`
and knows nothing of a `NoveltyReport`: what one form says, all of them say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from pipeline.chart import Support

Value: TypeAlias = str | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Sentences, one below the other."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Names with their values."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under heads; `shares` are the widths of the columns, relative to each other."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    shares: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An exact quote in stretches, each with whether it is one of the feature's words."""

    pieces: tuple[tuple[str, bool], ...]
    place: str
    lacks: str
    """What of the feature the quote lacks, as a sentence; empty when nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A feature with its closest art; `quotes` is empty when nothing near was found."""

    feature: str
    text: str
    marks: str
    support: Support
    quotes: tuple[Quote, ...]
    verdict: tuple[str, ...]
    """Sentences: which reference, public when, who says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A reference at the head of the chart; `open` while its date leaves open whether it counts."""

    label: str
    key: str
    title: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """A feature across the chart: per column the support, and where it stands (empty when nowhere)."""

    feature: str
    text: str
    cells: tuple[tuple[Support, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The chart, feature × reference, or a part of its columns."""

    columns: tuple[Column, ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A picture of our own, with what it shows in words."""

    title: str
    svg: str
    words: tuple[str, ...]
    width: int
    height: int
    """Both in the picture's own units, 1/96 inch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of evidence of a cell; a cell that has none is one piece with an empty quote."""

    feature: str
    text: str
    label: str
    key: str
    date_status: str
    support: Support
    probability: float
    origin: str
    quote: Quote
    anchor: str
    start: int
    end: int
    """Characters of the reference's text; -1 when there is no quote."""
    source_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """All evidence, piece by piece."""

    pieces: tuple[Piece, ...]


Block: TypeAlias = Words | Lines | Facts | Table | Finding | Matrix | Plot | Pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A headed part, in a workbook on `sheet`; one of `level` 3 stands below the last one of level 2."""

    title: str
    sheet: str
    blocks: tuple[Block, ...]
    level: int = 2
    landscape: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A whole report in reading order."""

    title: str
    about: str
    """One line under the title."""
    headline: str
    answer: str
    """The one paragraph that answers, standing by itself."""
    sections: tuple[Section, ...]
    run_id: str
    report_hash: str
    footer: str
