"""The report as one HTML page: no script, no request, every outside word escaped.

A content security policy inside the page forbids both again, so that a fault in the escaping would show as
broken markup and not run.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from pipeline import report_view as view
from pipeline.chart import DateStatus, Support
from pipeline.coverage import NOT_ADVICE
from pipeline.report_style import CSS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.chart import Cell, ChartReference, Evidence
    from pipeline.novelty import NoveltyReport

_CLASSES: Final = {support: support.value.replace(" ", "-") for support in Support}
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
    """Render a report as a standalone page."""
    title = escape(report.disclosure_title)
    parts = [
        _HEAD.format(title=f"Comparison: {title}", css=CSS),
        *_top(report, title),
        *_closest(report),
        *_chart(report),
        *_combinations(report),
        *_coverage(report),
        *_reproduction(report),
        "</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _top(report: NoveltyReport, title: str) -> Iterator[str]:
    yield f"<main>\n<h1>Comparison with the state of the art: {title}</h1>"
    day = report.critical_date.isoformat()
    yield f'<p class="meta">Critical date {day} · {len(report.features)} features · not legal advice</p>'
    yield (
        f'<section class="outcome"><strong>{escape(view.headline(report))}</strong>'
        f"{escape(view.outcome_words(report))}</section>"
    )
    yield "<h2>What this does not tell you</h2>"
    yield _list(view.limits(report), "limits")


def _list(lines: Iterable[str], name: str = "plain") -> str:
    return f'<ul class="{name}">\n' + "\n".join(f"<li>{escape(line)}</li>" for line in lines) + "\n</ul>"


def _closest(report: NoveltyReport) -> Iterator[str]:
    yield "<h2>Closest art per feature</h2>"
    for item in view.closest(report):
        feature = item.feature
        support = Support.NOT_DISCLOSED if item.cell is None else item.cell.support
        yield (
            f'<article class="feature"><header><h3><span class="id">{escape(feature.id)}</span>'
            f"{escape(feature.text)}</h3>{_badge(support)}</header>"
            f'<p class="meta">{escape(view.feature_marks(feature))}</p>'
        )
        if item.cell is None or item.reference is None:
            yield "<p>Nothing near was found in what was searched.</p></article>"
            continue
        yield from (_quote(evidence) for evidence in item.cell.evidence)
        yield _verdict(item.cell, item.reference)
        yield "</article>"


def _badge(support: Support) -> str:
    return f'<span class="support {_CLASSES[support]}">{view.SYMBOLS[support]} {support.value}</span>'


def _quote(evidence: Evidence) -> str:
    words = "".join(
        f"<mark>{escape(text)}</mark>" if marked else escape(text) for text, marked in view.pieces(evidence)
    )
    return f'<blockquote>{words}</blockquote><p class="where">{escape(view.place(evidence))}</p>'


def _verdict(cell: Cell, reference: ChartReference) -> str:
    missing = cell.evidence[0].missing
    lacks = f"<p>The first quote lacks: {escape('; '.join(missing))}.</p>" if missing else ""
    origin = f"Probability {cell.probability:.2f}, uncalibrated; proposed by {cell.origin}"
    return (
        f"<p><b>{escape(reference.title)}</b> · public {escape(view.status_words(reference))}</p>{lacks}"
        f'<p class="meta">{escape(origin)}</p>'
    )


def _chart(report: NoveltyReport) -> Iterator[str]:
    yield "<h2>Chart</h2>"
    references = report.chart.references
    if not references:
        yield "<p>No reference was found.</p>"
        return
    heads = "".join(_head(number, reference) for number, reference in enumerate(references, start=1))
    yield f'<div class="scroll"><table><thead><tr><th>Feature</th>{heads}</tr></thead><tbody>'
    for feature in report.features:
        cells = "".join(_cell(report.chart.cell(feature.id, r.key)) for r in references)
        yield f'<tr><th scope="row">{escape(feature.id)}</th>{cells}</tr>'
    yield "</tbody></table></div>"
    signs = " · ".join(f"{sign} {support.value}" for support, sign in view.SYMBOLS.items())
    yield f'<p class="meta">{signs} · ? date undetermined, does not count</p>'
    yield '<div class="scroll"><table><thead><tr><th></th><th>Reference</th><th>Public</th>'
    yield "<th>Essential features disclosed</th></tr></thead><tbody>"
    for number, reference in enumerate(references, start=1):
        yield _reference(number, reference, view.score(report, reference.key))
    yield "</tbody></table></div>"


def _head(number: int, reference: ChartReference) -> str:
    before = reference.status is DateStatus.BEFORE
    title = escape(f"{reference.key}: {reference.title}")
    extra = "" if before else ' class="undetermined"'
    return f'<th scope="col"{extra} title="{title}">R{number}{"" if before else " ?"}</th>'


def _cell(cell: Cell | None) -> str:
    support = Support.NOT_EVALUATED if cell is None else cell.support
    return (
        f'<td class="cell {_CLASSES[support]}" title="{escape(support.value)}">{view.SYMBOLS[support]}'
        f"<span hidden> {escape(support.value)}</span></td>"
    )


def _reference(number: int, reference: ChartReference, found: view.Score) -> str:
    return (
        f"<tr><td>R{number}</td><td><b>{escape(reference.key)}</b><br>{escape(reference.title)} "
        f"({escape(reference.kind)})</td><td>{escape(view.status_words(reference))}</td>"
        f"<td>{found.disclosed} of {found.evaluated} evaluated, {found.disclosed} of {found.essential} "
        "in all; "
        f"partly {found.partly}</td></tr>"
    )


def _combinations(report: NoveltyReport) -> Iterator[str]:
    yield "<h2>Combinations</h2>"
    yield _list(view.combination_lines(report))
    yield "<h2>Features not found</h2>"
    yield _list(view.residual_lines(report))
    yield "<h2>Left out and undetermined</h2>"
    yield _list(view.apart_lines(report))


def _coverage(report: NoveltyReport) -> Iterator[str]:
    yield "<h2>Coverage</h2><h3>Searched</h3>"
    yield _list(view.searched_lines(report))
    yield "<h3>Not searched</h3>"
    yield _list(report.coverage.not_searched)
    yield "<details><summary>The queries that were run</summary>"
    yield _list(view.query_lines(report))
    yield "</details>"


def _reproduction(report: NoveltyReport) -> Iterator[str]:
    yield "<h2>Reproduction</h2>"
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td><code>{escape(value)}</code></td></tr>'
        for name, value in view.reproduction(report)
    )
    yield f"<table><tbody>{rows}</tbody></table></main>"
    yield f"<footer>{escape(NOT_ADVICE)}</footer>"
