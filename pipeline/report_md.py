"""The report as Markdown: one file that reads well as plain text too. Outside text is escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline import report_view as view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.chart import Evidence
    from pipeline.novelty import NoveltyReport

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
    """Render a report as Markdown that ends in a newline."""
    blocks = [
        f"# Comparison with the state of the art: {escape(report.disclosure_title)}",
        f"**{view.headline(report)}.** {escape(view.outcome_words(report))}",
        f"Critical date: {report.critical_date.isoformat()}. Not legal advice.",
        "## What this does not tell you",
        _bullets(view.limits(report)),
        "## Closest art per feature",
        *_closest(report),
        "## Chart",
        _chart(report),
        "● disclosed · ◐ partly · ○ not disclosed · – not evaluated · ? date undetermined, does not count",
        "## References",
        *_references(report),
        "## Combinations",
        _bullets(view.combination_lines(report)),
        "## Features not found",
        _bullets(view.residual_lines(report)),
        "## Left out and undetermined",
        _bullets(view.apart_lines(report)),
        "## Coverage",
        "### Searched",
        _bullets(view.searched_lines(report)),
        "### Not searched",
        _bullets(report.coverage.not_searched),
        "### Queries",
        _bullets(view.query_lines(report)),
        "## Reproduction",
        _reproduction(report),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _bullets(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {escape(line)}" for line in lines)


def _closest(report: NoveltyReport) -> Iterator[str]:
    for item in view.closest(report):
        feature = item.feature
        yield f"### {feature.id}: {escape(feature.text)}"
        yield f"*{view.feature_marks(feature)}*"
        if item.cell is None or item.reference is None:
            yield "Nothing near was found in what was searched."
            continue
        for evidence in item.cell.evidence:
            yield f"> {_quote(evidence)}"
            yield escape(view.place(evidence))
        reference = item.reference
        yield (
            f"**{item.cell.support.value}** (probability {item.cell.probability:.2f}, uncalibrated; "
            f"{escape(item.cell.origin)}). Public: {escape(view.status_words(reference))}. "
            f"{escape(reference.title)}"
        )
        missing = item.cell.evidence[0].missing
        if missing:
            yield f"The first quote lacks: {escape('; '.join(missing))}."


def _quote(evidence: Evidence) -> str:
    """Escape a quote and set the feature's words in bold; blanks stay outside the asterisks."""
    parts = []
    for text, marked in view.pieces(evidence):
        plain = _inline(text)
        parts.append(f"**{plain}**" if marked and plain.strip() == plain else plain)
    return _no_block("".join(parts))


def _chart(report: NoveltyReport) -> str:
    references = report.chart.references
    if not references:
        return "No reference was found."
    names = [f"R{n}{'' if r.status.value == 'public before' else ' ?'}" for n, r in enumerate(references, 1)]
    rows = [f"| Feature | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for feature in report.features:
        cells = [report.chart.cell(feature.id, reference.key) for reference in references]
        signs = [view.SYMBOLS[cell.support] if cell is not None else "–" for cell in cells]
        rows.append(f"| {feature.id} | {' | '.join(signs)} |")
    return "\n".join(rows)


def _references(report: NoveltyReport) -> Iterator[str]:
    lines = []
    for number, reference in enumerate(report.chart.references, start=1):
        found = view.score(report, reference.key)
        lines.append(
            f"- R{number}: {escape(reference.key)}, {escape(reference.title)} ({escape(reference.kind)}). "
            f"Public: {escape(view.status_words(reference))}. Essential features disclosed: "
            f"{found.disclosed} "
            f"of {found.evaluated} evaluated, {found.disclosed} of {found.essential} in all; partly: "
            f"{found.partly}."
        )
    yield "\n".join(lines) or "None."


def _reproduction(report: NoveltyReport) -> str:
    pairs = view.reproduction(report)
    return "\n".join(f"- {escape(name)}: `{value.replace('`', ' ')}`" for name, value in pairs)
