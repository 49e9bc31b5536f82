"""The report as Markdown: one file that reads well as plain text too. Outside text is escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.report_blocks import Facts, Finding, Lines, Matrix, Pieces, Plot, Table, Words
from pipeline.report_sections import paper
from pipeline.report_view import SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.novelty import NoveltyReport
    from pipeline.report_blocks import Block, Piece, Quote, Section

_SPECIAL: Final = re.compile(r"([\\`*_\[\]#])")
_ENTITIES: Final = str.maketrans({c: f"&#{ord(c)};" for c in "&<>$|~="})
"""Characters that some dialects cannot escape by a backslash."""
_BLOCK_START: Final = re.compile(r"\A(\s*)([-+]+|\d+[.)])(?=\s|\Z)")


def escape(text: str) -> str:
    """Make outside text harmless on one line of Markdown: no markup, no HTML, no line breaks."""
    return _no_block(_inline(" ".join(text.split())))


def _inline(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", re.sub(r"\s", " ", text)).translate(_ENTITIES)


def _no_block(line: str) -> str:
    """Keep a line from opening a list or a heading underline."""
    return _BLOCK_START.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", line)


def render_markdown(report: NoveltyReport) -> str:
    """Render a report as Markdown that ends in a newline. Raises NoCoverageError."""
    made = paper(report)
    blocks = [
        f"# {escape(made.title)}",
        escape(made.about),
        f"**{escape(made.headline)}.** {escape(made.answer)}",
        *(block for section in made.sections for block in _section(section)),
        f"{escape(made.footer)} Run `{_code(made.run_id)}`.",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _section(section: Section) -> Iterator[str]:
    yield f"{'#' * section.level} {escape(section.title)}"
    for block in section.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:  # noqa: PLR0911 - one way for each kind of block
    if isinstance(block, Words):
        return iter((escape(block.text),))
    if isinstance(block, Lines):
        return iter((_bullets(block.lines),))
    if isinstance(block, Facts):
        return iter(("\n".join(f"- {escape(name)}: {escape(value)}" for name, value in block.pairs),))
    if isinstance(block, Table):
        return iter((_table(block.heads, block.rows),))
    if isinstance(block, Finding):
        return _finding(block)
    if isinstance(block, Matrix):
        return _matrix(block)
    if isinstance(block, Plot):
        return iter((f"*{escape(block.title)}*", _bullets(block.words)))
    return _pieces(block)


def _code(text: str) -> str:
    return text.replace("`", " ")


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {escape(line)}" for line in lines)


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [_row(heads), f"|{'---|' * len(heads)}", *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(escape(str(cell)) for cell in cells)} |"


def _finding(block: Finding) -> Iterator[str]:
    yield f"### {escape(block.feature)}: {escape(block.text)}"
    yield f"*{escape(block.marks)}* · {SYMBOLS[block.support]} **{block.support.value}**"
    for quote in block.quotes:
        yield f"> {_quote(quote)}"
        yield escape(quote.place)
        yield escape(quote.lacks)
    yield from (escape(line) for line in block.verdict)


def _quote(quote: Quote) -> str:
    """Escape a quote and set the feature's words in bold; blanks stay outside the asterisks."""
    parts = []
    for text, marked in quote.pieces:
        plain = _inline(text)
        parts.append(f"**{plain}**" if marked and plain.strip() == plain else plain)
    return _no_block("".join(parts))


def _matrix(block: Matrix) -> Iterator[str]:
    heads = ["Feature", *(f"{c.label}{' ?' if c.open else ''} {c.key}" for c in block.columns)]
    rows = [
        [
            f"{row.feature} {row.text}",
            *(f"{SYMBOLS[support]} {place}".strip() for support, place in row.cells),
        ]
        for row in block.rows
    ]
    yield _table(heads, rows)


def _pieces(block: Pieces) -> Iterator[str]:
    yield "\n".join(_piece(piece) for piece in block.pieces)


def _piece(piece: Piece) -> str:
    quote = piece.quote
    words = f" “{_quote(quote)}”" if quote.pieces else ""
    lacks = f" {escape(quote.lacks)}" if quote.lacks else ""
    return (
        f"- {escape(piece.feature)} × {escape(piece.label)}, {piece.support.value} "
        f"({piece.probability:.2f}, {escape(piece.origin)}):{words} {escape(quote.place)}.{lacks}"
    )
