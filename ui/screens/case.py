"""Case: the list of cases, or one case with its header and its views; `?id=D-0001&view=features`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from pipeline.store_jobs import JobState
from ui.screens import case_chart, case_draft, case_features, case_search, progress, shell
from ui.screens.worklist import stage
from ui.widgets import badge, count, day, element, plain, title

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from pipeline.store_cases import Case

_VIEWS: dict[str, Callable[[shell.Desk, Case], None]] = {
    "features": case_features.view,
    "search": case_search.view,
    "chart": case_chart.view,
    "draft": case_draft.view,
}
_NAMES = {"features": "Features", "search": "Search and triage", "chart": "Chart", "draft": "Draft"}
_PAGE = 25


def page() -> None:
    """Show the page."""
    desk = shell.desk()
    number = shell.asked("id")
    if not number:
        _list(desk)
        return
    case = desk.workspace.cases.get(number)
    _header(desk, case)
    _arrive(desk, number)
    view = _view(number)
    bar = st.container()
    _VIEWS[view](desk, case)
    with bar:  # filled last: whether the features are saved is known only now
        _compare(desk, case, asks=view != "draft")


def _view(number: str) -> str:
    """Return the view that the address names; choosing another one changes the address."""
    named = shell.asked("view")
    current = named if named in _VIEWS else "features"
    chosen = st.segmented_control(
        "View",
        list(_VIEWS),
        default=current,
        required=True,
        format_func=_NAMES.__getitem__,
        key=f"view-{number}-{current}",
        label_visibility="collapsed",
    )
    if chosen != current:
        st.query_params["view"] = chosen
        st.rerun()
    return current


def _list(desk: shell.Desk) -> None:
    shell.heading("Cases", "Every disclosure of this workspace, newest first.")
    cases = desk.workspace.cases.list()
    if not cases:
        st.info("There is no disclosure yet.")
        shell.link("Write the first one", "new")
        return
    pages = -(-len(cases) // _PAGE)
    chosen = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    st.caption(count(len(cases), "case"))
    for line in cases[(chosen - 1) * _PAGE : chosen * _PAGE]:
        shell.row(
            element(line.title, "ad-title"),
            element(f"{line.id} · {desk.called(line.owner)} · {day(line.created_at)}", "ad-quiet"),
            key=line.id,
            label="Open",
            name="case",
            id=line.id,
        )


def _header(desk: shell.Desk, case: Case) -> None:
    disclosure = case.disclosure
    critical = disclosure.critical_date.isoformat() if disclosure.critical_date else "not set"
    where = stage(desk.workspace, case.id)
    facts = (
        badge(where, shell.MOODS.get(where, "")),
        element(case.id, "ad-id", "span"),
        element(f"owner {desk.called(case.owner)}", tag="span"),
        element(f"critical date {critical}", tag="span"),
        element(shell.corpus_line(str(desk.workspace.folder)).words, tag="span"),
        element("not legal advice", tag="span"),
    )
    title(disclosure.title, f'<div class="ad-head ad-quiet">{"".join(facts)}</div>')
    for warning in disclosure.warnings:
        st.warning(plain(warning, limit=500))


def _arrive(desk: shell.Desk, number: str) -> None:
    """Turn to the chart once, when the comparison that this session asked for has ended well."""
    asked_for = st.session_state.get(f"comparing-{number}")
    if asked_for is None:
        return
    job = desk.workspace.jobs.get(asked_for)
    if progress.active(job):
        return
    del st.session_state[f"comparing-{number}"]
    if job.state is JobState.DONE:
        st.query_params["view"] = "chart"


def _compare(desk: shell.Desk, case: Case, *, asks: bool) -> None:
    workspace = desk.workspace
    job = progress.newest(workspace, case.id, "assess")
    progress.watch(workspace, job, "Comparing with the corpus")
    if not asks or progress.active(job):
        return
    unsaved = case_features.unsaved(case.id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        critical: date | None = st.date_input(
            "Critical date",
            value=case.disclosure.critical_date or datetime.now(UTC).date(),
            key=f"critical-{case.id}",
            format="YYYY-MM-DD",
            width=200,
            help="Only what was public strictly before this day counts.",
        )
        pressed = st.button(
            "Compare with the corpus",
            type="primary",
            disabled=unsaved or critical is None,
            help="Save or drop the changed features first." if unsaved else None,
        )
    if pressed and critical is not None:
        number = workspace.jobs.queue("assess", case.id, desk.actor, critical_date=critical.isoformat())
        st.session_state[f"comparing-{case.id}"] = number
        st.rerun()
