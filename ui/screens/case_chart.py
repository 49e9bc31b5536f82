"""Case, view Chart: what was found for each feature, where, in which words, and what was not searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pipeline.cases import UnknownReportError
from pipeline.chart import DateStatus, Support
from pipeline.including import PARAMETER
from pipeline.report_view import place
from pipeline.store_triage import Verdict
from ui.widgets import badge, bullets, count, element, instant, marked, plain, show, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.chart import Cell, ChartReference, Evidence, FeatureChart
    from pipeline.disclosure import Feature
    from pipeline.novelty import Coverage, NoveltyReport
    from pipeline.store_cases import Case, StoredReport
    from ui.screens.shell import Desk

MOODS = {
    Support.DISCLOSED: "good",
    Support.PARTLY: "part",
    Support.NOT_DISCLOSED: "",
    Support.NOT_EVALUATED: "",
}
_ORDER = {support: rank for rank, support in enumerate(Support)}
_SUPPORTING = {Support.DISCLOSED, Support.PARTLY}
_SHOWN = 3
"""References shown per feature before the reader asks for the rest."""


def view(desk: Desk, case: Case) -> None:
    """Show the newest report of a case."""
    try:
        stored = desk.workspace.cases.report(case.id)
    except UnknownReportError:
        st.info("Nothing was compared yet. Check the features, then press Compare above.")
        return
    report = stored.report
    if desk.workspace.cases.features(case.id).features != report.features:
        st.warning("The features were changed after this comparison. Compare again to see what that changes.")
    added = {value for name, value in report.parameters if name == PARAMETER}
    if added != set(desk.workspace.triage.keys(case.id, Verdict.IN_CHART)):
        st.warning(
            "What people add to the chart was changed after this comparison. Compare again to see it here."
        )
    _outcome(stored)
    _downloads(stored)
    _matrix(report.features, report.chart)
    st.subheader("Feature by feature", anchor=False)
    for feature in report.features:
        _feature(feature, report.chart)
    _combinations(report)
    _left_out(report)
    _coverage(report.coverage)
    show(
        element(f"Report {stored.id}, {instant(stored.at)}, run ", "ad-quiet", "span"),
        element(report.run_id, "ad-hash ad-quiet", "span"),
    )


def _outcome(stored: StoredReport) -> None:
    report = stored.report
    words = report.outcome.value
    st.subheader(f"Outcome: {words}", anchor=False)
    residual = ", ".join(report.residual)
    missed = report.coverage.not_searched
    st.markdown(
        f"Critical date {report.critical_date.isoformat()}. "
        + (f"Not found in any dated reference: {plain(residual)}. " if residual else "")
        + "**Not found is not proof:** it says what was found in what was searched, below, and nothing about "
        "the rest. A person decides."
    )
    if missed:
        where = (
            f"What was not searched is at the end of this page, in {count(len(missed), 'line')}; the first"
        )
        show(element(f"{where}: {missed[0]}", "ad-quiet"))


def _downloads(stored: StoredReport) -> None:
    from pipeline.report import MEDIA_TYPES, file_name, render

    labels = {
        "html": "Report as HTML",
        "pdf": "as PDF",
        "docx": "as Word",
        "xlsx": "as Excel",
        "md": "as Markdown",
        "json": "as JSON",
    }
    with st.container(horizontal=True):
        for form, label in labels.items():
            st.download_button(
                label,
                data=lambda form=form: render(stored.report, form),  # type: ignore[misc]
                file_name=file_name(stored, form),
                mime=MEDIA_TYPES[form],
                key=f"get-{stored.id}-{form}",
                on_click="ignore",
            )


def _matrix(features: Sequence[Feature], chart: FeatureChart) -> None:
    if not chart.references:
        st.info("No document was found that was, or may have been, public before the critical date.")
        return
    rows = []
    for feature in features:
        cells = []
        for reference in chart.references:
            cell = chart.cell(feature.id, reference.key)
            support = cell.support if cell else Support.NOT_EVALUATED
            cells.append(
                badge(support.value, MOODS[support])
                if support in _SUPPORTING
                else element(support.value, "ad-none", "span")
            )
        rows.append((element(_label(feature), tag="span"), *cells))
    heads = (f"{r.key} (date open)" if undetermined(r) else r.key for r in chart.references)
    show(table(("Feature", *heads), rows, "ad-chart"))
    with st.expander(f"The {count(len(chart.references), 'reference')}: titles and dates"):
        show(
            table(
                ("Reference", "Title", "Public", "Says who", "Status"),
                (
                    (
                        element(reference.key, "ad-id", "span"),
                        element(reference.title, tag="span"),
                        element(reference.published or "unknown", tag="span"),
                        element(reference.date_source, tag="span"),
                        badge(reference.status.value, "part" if undetermined(reference) else "good"),
                    )
                    for reference in chart.references
                ),
            )
        )


def undetermined(reference: ChartReference) -> bool:
    """Tell whether a reference's date leaves open if it counts."""
    return reference.status is DateStatus.UNDETERMINED


def ranked(feature: Feature, chart: FeatureChart) -> list[tuple[ChartReference, Cell]]:
    """Return a feature's evaluated cells, strongest first; the chart's own order decides between equals."""
    found = [
        (reference, cell)
        for reference in chart.references
        if (cell := chart.cell(feature.id, reference.key)) and cell.support is not Support.NOT_EVALUATED
    ]
    return sorted(found, key=lambda pair: (_ORDER[pair[1].support], -pair[1].probability))


def _label(feature: Feature) -> str:
    text = " ".join(feature.text.split())
    return f"{feature.id}  {text if len(text) <= 70 else text[:69] + '…'}"  # noqa: PLR2004 - a table's width


def _feature(feature: Feature, chart: FeatureChart) -> None:
    with st.container(border=True):
        marks = [feature.kind.value, "essential" if feature.essential else "optional"]
        marks += ["point of novelty"] if feature.novel else []
        show(
            element(f"{feature.id}  {feature.text}", "ad-title"),
            element(", ".join(marks), "ad-quiet"),
        )
        found = ranked(feature, chart)
        closest = [pair for pair in found if pair[1].support in _SUPPORTING][:_SHOWN]
        if not closest:
            show(element("No reference shows this feature, in what was searched.", "ad-quiet"))
        for reference, cell in closest:
            _cell(reference, cell)
        if rest := [pair for pair in found if pair not in closest]:
            with st.expander(f"{count(len(rest), 'more reference')}"):
                for reference, cell in rest:
                    _cell(reference, cell)


def _cell(reference: ChartReference, cell: Cell) -> None:
    head = [
        badge(cell.support.value, MOODS[cell.support]),
        element(reference.key, "ad-id", "span"),
        element(reference.title, tag="span"),
        element(f"public {reference.published or 'on an unknown day'}", "ad-quiet", "span"),
    ]
    if undetermined(reference):
        head.append(badge(reference.status.value, "part"))
    show(
        f'<div class="ad-head">{"".join(head)}</div>',
        *(_evidence(evidence) for evidence in cell.evidence),
    )


def _evidence(evidence: Evidence) -> str:
    where = place(evidence)
    missing = f" · not in the quote: {', '.join(evidence.missing)}" if evidence.missing else ""
    quote = f'<blockquote class="ad-quote">{marked(evidence.quote, evidence.terms)}</blockquote>'
    return quote + element(where + missing, "ad-quiet")


def _combinations(report: NoveltyReport) -> None:
    if not report.combinations:
        return
    st.subheader("In combination", anchor=False)
    st.caption(
        "Sets of documents that together show features. Whether anybody would combine them is not asked."
    )
    show(
        table(
            ("Documents", "Show", "Leave"),
            (
                (
                    element(" + ".join(combination.keys), "ad-id", "span"),
                    element(", ".join(combination.covers), tag="span"),
                    element(", ".join(combination.residual) or "nothing", tag="span"),
                )
                for combination in report.combinations
            ),
        )
    )


def _left_out(report: NoveltyReport) -> None:
    if not report.left_out:
        return
    with st.expander(f"Found and left out because of its date: {count(len(report.left_out), 'document')}"):
        show(
            table(
                ("Document", "Title", "Public", "Why"),
                (
                    (
                        element(out.key, "ad-id", "span"),
                        element(out.title, tag="span"),
                        element(out.published or "unknown", tag="span"),
                        element(out.reason, tag="span"),
                    )
                    for out in report.left_out
                ),
            )
        )


def _coverage(coverage: Coverage) -> None:
    st.subheader("What was searched, and what was not", anchor=False)
    searched, missed = st.columns(2)
    with searched:
        st.markdown("**Searched**")
        dates = f"{coverage.oldest} to {coverage.newest}" if coverage.newest else "no dates"
        show(
            bullets(
                (
                    f"{count(coverage.documents, 'document')}, {dates}",
                    count(coverage.passages, "passage"),
                    f"{coverage.eligible:,} perhaps public before that date, {coverage.undated:,} undated",
                    "sources: " + _counts(coverage.by_source),
                    "kinds: " + _counts(coverage.by_kind),
                    "countries: " + _counts(coverage.by_country),
                    "languages: " + _counts(coverage.languages),
                    count(len(coverage.queries), "query", "queries"),
                    *([coverage.measured] if coverage.measured else []),
                )
            )
        )
    with missed:
        st.markdown("**Not searched**")
        show(bullets(coverage.not_searched))
    with st.expander("The queries, word for word"):
        show(
            table(
                ("For", "Mode", "Query", "Hits"),
                (
                    tuple(element(str(v), tag="span") for v in (q.subject, q.mode, q.text, q.hits))
                    for q in coverage.queries
                ),
            )
        )


def _counts(pairs: Sequence[tuple[str, int]], limit: int = 8) -> str:
    shown = ", ".join(f"{name or 'unknown'} {number:,}" for name, number in pairs[:limit])
    return (shown or "none") + (f" and {len(pairs) - limit} more" if len(pairs) > limit else "")
