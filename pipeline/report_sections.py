"""`paper(report)`: the whole report in reading order, the one thing that every form prints.

A report that does not say what was searched and what was not is no report: `paper` refuses it, and so no
form can print it (NoCoverageError).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pipeline import report_view as view
from pipeline.chart import DateStatus, Evidence, Support
from pipeline.coverage import NOT_ADVICE
from pipeline.errors import RefusedError
from pipeline.novelty import Coverage
from pipeline.report_blocks import (
    Block,
    Column,
    Facts,
    Finding,
    Lines,
    Matrix,
    MatrixRow,
    Paper,
    Piece,
    Pieces,
    Quote,
    Section,
    Table,
    Words,
)
from pipeline.report_figures import LEGEND, Score, category, category_of_late, score, together
from pipeline.report_plots import coverage_plot, time_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.chart import Cell, ChartReference
    from pipeline.novelty import NoveltyReport

_SHOWING: Final = (Support.DISCLOSED, Support.PARTLY)
_COLUMNS: Final = 14
"""References side by side, as many as a landscape page shows in letters that can be read."""
_SIGNS: Final = (
    " · ".join(f"{sign} {support.value}" for support, sign in view.SYMBOLS.items())
    + " · ? after a reference: its date is undetermined, it does not count. Below a sign: where the first "
    "quote stands."
)
_MADE_BY: Final = "Made by Antedate, which finds and asks; it gives no legal advice."


class NoCoverageError(RefusedError):
    """The report does not say what was searched, so nothing in it can be relied on."""

    def __init__(self, missing: str) -> None:
        super().__init__(
            f"this report has no coverage statement ({missing} missing), so no form of it can be made; "
            "assess the disclosure again"
        )


def checked(report: NoveltyReport) -> NoveltyReport:
    """Return the report. Raises NoCoverageError when it does not say what was and was not searched."""
    found = report.coverage
    if not isinstance(found, Coverage):
        raise NoCoverageError("all of it is")
    lacking = (
        ("the corpus snapshot is", not found.snapshot),
        ("what was not searched is", not any(line.strip() for line in found.not_searched)),
        ("the queries are", bool(found.documents) and not found.queries),
    )
    for words, absent in lacking:
        if absent:
            raise NoCoverageError(words)
    return report


def paper(report: NoveltyReport) -> Paper:
    """Put a report in reading order. Raises NoCoverageError."""
    checked(report)
    return Paper(
        title=f"Comparison with the state of the art: {report.disclosure_title}",
        about=view.about(report),
        headline=view.headline(report),
        answer=view.answer(report),
        sections=(
            _part("What this does not tell you", "Answer", Lines(lines=view.limits(report))),
            _part("Closest art per feature", "Closest", *_findings(report)),
            _chart(report),
            *_references(report),
            *_combinations(report),
            *_coverage(report),
            _part("Method", "Method", Lines(lines=view.method_lines(report))),
            _part("Features as compared", "Features", _features(report)),
            _part("All evidence", "Evidence", _pieces(report)),
            _part("Reproduction", "Reproduction", Facts(pairs=view.reproduction(report))),
        ),
        run_id=report.run_id,
        report_hash=report.hash,
        footer=f"{NOT_ADVICE} {_MADE_BY}",
    )


def _part(title: str, sheet: str, *blocks: Block, level: int = 2) -> Section:
    return Section(title=title, sheet=sheet, blocks=blocks, level=level)


def _findings(report: NoveltyReport) -> tuple[Block, ...]:
    return tuple(_finding(item) for item in view.closest(report))


def _finding(item: view.Closest) -> Finding:
    feature, cell, reference = item.feature, item.cell, item.reference
    if cell is None or reference is None:
        quotes: tuple[Quote, ...] = ()
        verdict: tuple[str, ...] = ("Nothing near was found in what was searched.",)
    else:
        quotes = tuple(_quote(evidence) for evidence in cell.evidence)
        verdict = (
            f"{reference.title} · public {view.status_words(reference)}",
            f"Probability {cell.probability:.2f}, uncalibrated; proposed by {cell.origin}",
        )
    return Finding(
        feature=feature.id,
        text=feature.text,
        marks=view.feature_marks(feature),
        support=Support.NOT_DISCLOSED if cell is None else cell.support,
        quotes=quotes,
        verdict=verdict,
    )


def _quote(evidence: Evidence) -> Quote:
    lacks = f"This quote lacks: {'; '.join(evidence.missing)}." if evidence.missing else ""
    return Quote(pieces=tuple(view.pieces(evidence)), place=view.place(evidence), lacks=lacks)


def _chart(report: NoveltyReport) -> Section:
    references = report.chart.references
    if not references:
        return _part("Chart", "Chart", Words(text="No reference was found."))
    numbered = tuple(enumerate(references, start=1))
    parts = [numbered[at : at + _COLUMNS] for at in range(0, len(numbered), _COLUMNS)]
    blocks = tuple(_matrix(report, part) for part in parts)
    return Section(title="Chart", sheet="Chart", blocks=(*blocks, Words(text=_SIGNS)), landscape=True)


def _matrix(report: NoveltyReport, numbered: Sequence[tuple[int, ChartReference]]) -> Matrix:
    return Matrix(
        columns=tuple(Column(label=label(n), key=r.key, title=r.title, open=_open(r)) for n, r in numbered),
        rows=tuple(
            MatrixRow(
                feature=feature.id,
                text=feature.text,
                cells=tuple(_cell(report.chart.cell(feature.id, r.key)) for _, r in numbered),
            )
            for feature in report.features
        ),
    )


def label(number: int) -> str:
    """Return what a charted reference is called, by its place in the chart from 1 on."""
    return f"R{number}"


def _open(reference: ChartReference) -> bool:
    return reference.status is not DateStatus.BEFORE


def _cell(cell: Cell | None) -> tuple[Support, str]:
    if cell is None:
        return Support.NOT_EVALUATED, ""
    shown = cell.support in _SHOWING and cell.evidence
    return cell.support, cell.evidence[0].anchor if shown else ""


def _references(report: NoveltyReport) -> tuple[Section, ...]:
    numbered = tuple(enumerate(report.chart.references, start=1))
    if not numbered:
        return ()
    cited = Table(
        heads=("", "Category", "Document", "Why", "Relevant passages"),
        rows=tuple(
            (
                label(n),
                found.letter or "–",
                f"{r.key}: {r.title} ({r.kind})",
                found.words,
                _passages(report, r.key),
            )
            for n, r in numbered
            for found in (category(report, r),)
        ),
        shares=(6, 11, 29, 20, 34),
    )
    dates = Table(
        heads=("", "Document", "Public", "Says who", "Status"),
        rows=tuple(
            (label(n), r.key, r.published or "no public date", r.date_source or "nobody", r.status.value)
            for n, r in numbered
        ),
        shares=(5, 25, 22, 28, 20),
    )
    return (
        _part("References and categories", "References", cited, Words(text=LEGEND)),
        _part("Scores", "Scores", _scores(report), coverage_plot(report)),
        _part("Dates", "Dates", dates, time_line(report)),
    )


def _passages(report: NoveltyReport, key: str) -> str:
    """Return where the reference shows what, as a search report lists relevant passages."""
    found = [
        f"{cell.feature}{' partly' if cell.support is Support.PARTLY else ''}: {cell.evidence[0].anchor}"
        for cell in report.chart.cells
        if cell.key == key and cell.support in _SHOWING and cell.evidence
    ]
    return "; ".join(found) or "none"


def _scores(report: NoveltyReport) -> Table:
    rows = [
        (f"{label(n)} {r.key}{' (date open)' if _open(r) else ''}", score(report, r.key))
        for n, r in enumerate(report.chart.references, start=1)
    ]
    rows.append(("All that count, together", together(report)))
    return Table(
        heads=(
            "Essential features",
            "Shown, of those evaluated",
            "Shown, of all (unknown as zero)",
            "Evaluated, of all",
            "Partly",
            "Band of the second",
        ),
        rows=tuple((name, *_score_cells(found)) for name, found in rows),
        shares=(30, 15, 18, 14, 8, 15),
    )


def _score_cells(found: Score) -> tuple[str, str, str, int, str]:
    return (
        f"{found.disclosed} of {found.evaluated}",
        f"{found.disclosed} of {found.essential}",
        f"{found.evaluated} of {found.essential}",
        found.partly,
        f"{found.disclosed} to {found.highest} of {found.essential}",
    )


def _combinations(report: NoveltyReport) -> tuple[Section, ...]:
    apart: tuple[Block, ...] = (Lines(lines=view.apart_lines(report)),)
    if report.left_out:
        found = [(n, item, category_of_late(report, item)) for n, item in enumerate(report.left_out, start=1)]
        late = Table(
            heads=("", "Category", "Document", "Published", "Filed", "Why it does not count"),
            rows=tuple(
                (
                    f"L{n}",
                    kind.letter or "–",
                    f"{i.key}: {i.title}",
                    i.published or "no public date",
                    i.filed or "unknown",
                    f"{i.reason} (category: {kind.words})",
                )
                for n, i, kind in found
            ),
            shares=(6, 11, 26, 13, 13, 31),
        )
        apart = (late, *apart)
    return (
        _part("Combinations", "Answer", Lines(lines=view.combination_lines(report))),
        _part("Features not found", "Answer", Lines(lines=view.residual_lines(report))),
        _part("Left out and undetermined", "Left out", *apart),
    )


def _coverage(report: NoveltyReport) -> tuple[Section, ...]:
    queries = Table(
        heads=("For", "Mode", "Hits", "Query"),
        rows=tuple((q.subject, q.mode, q.hits, q.text) for q in report.coverage.queries),
        shares=(15, 9, 7, 69),
    )
    return (
        _part("Coverage", "Coverage", Words(text="Nothing outside what is named here was looked at.")),
        _part("Searched", "Coverage", Facts(pairs=view.searched(report)), level=3),
        _part("Not searched", "Coverage", Lines(lines=report.coverage.not_searched), level=3),
        _part("Filters", "Coverage", Lines(lines=view.filter_lines(report)), level=3),
        _part("What failed", "Coverage", Lines(lines=view.failed_lines(report)), level=3),
        _part("Queries", "Queries", queries, level=3),
    )


def _features(report: NoveltyReport) -> Table:
    return Table(
        heads=("Feature", "Text", "Kind", "Weight", "Characters of the disclosure"),
        rows=tuple(
            (
                f.id,
                f.text,
                f.kind.value,
                f"{'essential' if f.essential else 'optional'}{', point of novelty' if f.novel else ''}",
                f"{f.start}–{f.end}" if f.start >= 0 else "written by a person",
            )
            for f in report.features
        ),
        shares=(9, 45, 14, 16, 16),
    )


def _pieces(report: NoveltyReport) -> Pieces:
    references = {r.key: (label(n), r) for n, r in enumerate(report.chart.references, start=1)}
    texts = {feature.id: feature.text for feature in report.features}
    return Pieces(
        pieces=tuple(
            _piece(cell, evidence, texts[cell.feature], references[cell.key])
            for cell in report.chart.cells
            for evidence in cell.evidence or (None,)
        )
    )


def _piece(cell: Cell, evidence: Evidence | None, text: str, reference: tuple[str, ChartReference]) -> Piece:
    empty = Quote(pieces=(), place=f"{cell.key}: no passage near the feature", lacks="")
    return Piece(
        feature=cell.feature,
        text=text,
        label=reference[0],
        key=cell.key,
        date_status=reference[1].status.value,
        support=cell.support,
        probability=round(cell.probability, 4),
        origin=cell.origin,
        quote=empty if evidence is None else _quote(evidence),
        anchor="" if evidence is None else evidence.anchor,
        start=-1 if evidence is None else evidence.start,
        end=-1 if evidence is None else evidence.end,
        source_sha256="" if evidence is None else evidence.source_sha256,
    )
