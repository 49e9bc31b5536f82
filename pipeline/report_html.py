"""The report as one HTML page: no script, no request, every outside word escaped.

A content security policy inside the page forbids both again, so that a fault in the escaping would show as
broken markup and not run. The plots are inline SVG of our own, without a word from outside.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from pipeline.chart import Support
from pipeline.report_blocks import Facts, Finding, Lines, Matrix, Pieces, Plot, Table, Words
from pipeline.report_sections import paper
from pipeline.report_style import CSS
from pipeline.report_view import SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.novelty import NoveltyReport
    from pipeline.report_blocks import Block, Column, Piece, Quote, Section

_CLASSES: Final = {support: support.value.replace(" ", "-") for support in Support}
_FOLDED: Final = ("Queries", "All evidence")
"""Long parts that a screen shows on request; print shows them."""
_SHORT: Final = 16
_HEAD: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
"""


def render_html(report: NoveltyReport) -> str:
    """Render a report as a standalone page. Raises NoCoverageError."""
    made = paper(report)
    parts = [
        _HEAD.format(title=escape(made.title), css=CSS),
        f"<main>\n<h1>{escape(made.title)}</h1>",
        f'<p class="meta">{escape(made.about)}</p>',
        f'<section class="outcome"><strong>{escape(made.headline)}</strong>{escape(made.answer)}</section>',
        *(part for section in made.sections for part in _section(section)),
        f"</main>\n<footer>{escape(made.footer)}<br>run <code>{escape(made.run_id)}</code></footer>",
        "</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _section(section: Section) -> Iterator[str]:
    if section.landscape:
        yield '<section class="wide">'
        yield from _parts(section)
        yield "</section>"
    else:
        yield from _parts(section)


def _parts(section: Section) -> Iterator[str]:
    head = f"<h{section.level}>{escape(section.title)}</h{section.level}>"
    if section.title in _FOLDED:
        yield f"{head}<details open><summary>{escape(section.title)}</summary>"
        yield from (part for block in section.blocks for part in _block(block))
        yield "</details>"
        return
    yield head
    for block in section.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:  # noqa: PLR0911 - one way for each kind of block
    if isinstance(block, Words):
        return iter((f"<p>{escape(block.text)}</p>",))
    if isinstance(block, Lines):
        return iter((_list(block.lines),))
    if isinstance(block, Facts):
        return iter((_facts(block),))
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Finding):
        return _finding(block)
    if isinstance(block, Matrix):
        return _matrix(block)
    if isinstance(block, Plot):
        return _plot(block)
    return _pieces(block)


def _list(lines: Iterable[str]) -> str:
    return '<ul class="plain">\n' + "\n".join(f"<li>{escape(line)}</li>" for line in lines) + "\n</ul>"


def _facts(block: Facts) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td class="value">{escape(value)}</td></tr>'
        for name, value in block.pairs
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _table(block: Table) -> Iterator[str]:
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in block.heads)
    yield f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>'
    for row in block.rows:
        yield (
            "<tr>" + "".join(f"<td{_short(str(value))}>{escape(str(value))}</td>" for value in row) + "</tr>"
        )
    yield "</tbody></table></div>"


def _short(text: str) -> str:
    """Keep what is short from being broken inside a word; a long token may break anywhere."""
    return ' class="short"' if len(text) <= _SHORT else ""


def _finding(block: Finding) -> Iterator[str]:
    yield (
        f'<article class="feature"><header><h3><span class="id">{escape(block.feature)}</span>'
        f"{escape(block.text)}</h3>{_badge(block.support)}</header>"
        f'<p class="meta">{escape(block.marks)}</p>'
    )
    for quote in block.quotes:
        yield f'<blockquote>{_words(quote)}</blockquote><p class="where">{escape(quote.place)}</p>'
        if quote.lacks:
            yield f"<p>{escape(quote.lacks)}</p>"
    yield from (f"<p>{escape(line)}</p>" for line in block.verdict)
    yield "</article>"


def _badge(support: Support) -> str:
    return f'<span class="support {_CLASSES[support]}">{SYMBOLS[support]} {support.value}</span>'


def _words(quote: Quote) -> str:
    return "".join(f"<mark>{escape(text)}</mark>" if on else escape(text) for text, on in quote.pieces)


def _matrix(block: Matrix) -> Iterator[str]:
    heads = "".join(_head(column) for column in block.columns)
    yield '<div class="scroll"><table><thead><tr><th scope="col">Feature</th>'
    yield f"{heads}</tr></thead><tbody>"
    for row in block.rows:
        cells = "".join(_cell(support, place) for support, place in row.cells)
        yield (
            f'<tr><th scope="row" class="row">{escape(row.feature)} <span>{escape(row.text)}</span></th>'
            f"{cells}</tr>"
        )
    yield "</tbody></table></div>"


def _head(column: Column) -> str:
    extra = ' class="undetermined"' if column.open else ""
    mark = " ?" if column.open else ""
    return (
        f'<th scope="col"{extra} title="{escape(column.title)}">{escape(column.label)}{mark}'
        f"<small{_short(column.key)}>{escape(column.key)}</small></th>"
    )


def _cell(support: Support, place: str) -> str:
    where = f"<small{_short(place)}>{escape(place)}</small>" if place else ""
    return (
        f'<td class="cell {_CLASSES[support]}" title="{escape(support.value)}">{SYMBOLS[support]}'
        f"<span hidden> {escape(support.value)}</span>{where}</td>"
    )


def _plot(block: Plot) -> Iterator[str]:
    yield f"<figure><figcaption>{escape(block.title)}</figcaption>{block.svg}"
    yield f"<details><summary>The same in words</summary>{_list(block.words)}</details></figure>"


def _pieces(block: Pieces) -> Iterator[str]:
    yield '<table class="evidence"><thead><tr><th>Feature</th><th>Support</th><th>Quote and place</th>'
    yield "</tr></thead><tbody>"
    yield from (_piece(piece) for piece in block.pieces)
    yield "</tbody></table>"


def _piece(piece: Piece) -> str:
    quote = piece.quote
    lacks = f"<br>{escape(quote.lacks)}" if quote.lacks else ""
    return (
        f"<tr><td>{escape(piece.feature)} × {escape(piece.label)}</td>"
        f'<td>{_badge(piece.support)}<br><span class="meta">{piece.probability:.2f}, {escape(piece.origin)}'
        f'</span></td><td><q>{_words(quote)}</q><br><span class="where">{escape(quote.place)}</span>{lacks}'
        "</td></tr>"
    )
