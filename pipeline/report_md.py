"""The report as Markdown: one file that reads well as plain text too. Outside text is escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline import report_view as view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.chart import Evidence
    from pipeline.novelty import NoveltyReport

_SPECIAL: Final = re.compile(r"([\\`*_\[\]#|~$])")
_BLOCK_START: Final = re.compile(r"\A(\s*)([-+=>]|\d+[.)])")


def escape(text: str) -> str:
    """Make outside text harmless on one line of Markdown: no markup, no HTML, no line breaks."""
    line = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _SPECIAL.sub(r"\\\1", line)
    return _BLOCK_START.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", line)


def render_markdown(report: NoveltyReport) -> str:
    """Render a report as Markdown that ends in a newline."""
    blocks = [
        f"# Comparison with the state of the art: {escape(report.disclosure_title)}",
        f"**{view.headline(report)}.** {escape(view.outcome_words(report))}",
        f"Critical date: {report.critical_date.isoformat()}. Disclosure: `{report.disclosure_sha256}`.",
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
        _combinations(report),
        "## Features not found",
        _residual(report),
        "## Left out and undetermined",
        _left_out(report),
        "## Coverage",
        *_coverage(report),
        "## Reproduction",
        _reproduction(report),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _bullets(lines: tuple[str, ...] | list[str]) -> str:
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
            yield f"{escape(evidence.key)}, {escape(evidence.anchor)}, characters {evidence.start}–{evidence.end}"
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
        plain = _SPECIAL.sub(
            r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")
        )
        parts.append(f"**{plain}**" if marked and plain.strip() == plain else plain)
    return _BLOCK_START.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", " ".join("".join(parts).split(" ")))


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


def _combinations(report: NoveltyReport) -> str:
    lines = []
    for found in report.combinations:
        left = f"; none of them shows {', '.join(found.residual)}" if found.residual else ""
        keys = " + ".join(escape(key) for key in found.keys)
        lines.append(f"- {keys}: show {', '.join(found.covers)}{left}")
    return "\n".join(lines) or "No reference that was public before the date discloses an essential feature."


def _residual(report: NoveltyReport) -> str:
    texts = {feature.id: feature.text for feature in report.features}
    if not report.residual:
        return "None: every essential feature was found."
    return "\n".join(f"- {feature}: {escape(texts[feature])}" for feature in report.residual)


def _left_out(report: NoveltyReport) -> str:
    lines = [
        f"- {escape(item.key)}, {escape(item.title)}, {escape(item.published)}: {escape(item.reason)}"
        for item in report.left_out
    ]
    lines += [
        f"- {escape(r.key)}, {escape(r.title)}: date undetermined "
        f"({escape(r.published or 'no public date')}); "
        "find out when it became public"
        for r in report.chart.references
        if r.status.value == "date undetermined"
    ]
    lines += [f"- {escape(key)}: excluded on request" for key in report.excluded]
    return "\n".join(lines) or "None."


def _coverage(report: NoveltyReport) -> Iterator[str]:
    found = report.coverage
    yield "### Searched"
    yield "\n".join(
        (
            f"- Documents: {found.documents} ({found.passages} passages), public from "
            f"{found.oldest or 'unknown'} to {found.newest or 'unknown'}",
            f"- Possibly public before the date: {found.eligible}; without a public date: {found.undated}; "
            f"unreadable: {found.skipped}",
            f"- Kinds: {escape(view.counts_words(found.by_kind))}",
            f"- Offices: {escape(view.counts_words(found.by_country))}",
            f"- Languages: {escape(view.counts_words(found.languages))}",
            f"- Sources: {escape(view.counts_words(found.by_source))}",
        )
    )
    yield "### Not searched"
    yield _bullets(found.not_searched)
    yield "### Queries"
    yield "\n".join(
        f"- {escape(q.subject)} ({q.mode}, {q.hits} hits): {escape(q.text)}" for q in found.queries
    )


def _reproduction(report: NoveltyReport) -> str:
    pairs = (
        ("run", report.run_id),
        ("report", report.hash),
        ("corpus snapshot", report.coverage.snapshot),
        ("model", f"{report.coverage.model} {report.coverage.model_sha256}"),
        *report.parameters,
    )
    return "\n".join(f"- {escape(name)}: `{value.replace('`', ' ')}`" for name, value in pairs)
