"""Case, view Search and triage: ask for the whole, for a feature or in one's own words, and decide on hits.

What is asked is in the address (`ui.screens.asked`). What was called not relevant stays where it is until
something else is asked: nothing moves under a hand that is about to press. It is hidden from these lists
only; an assessment searches and charts it like every other document (`pipeline.triage`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from pipeline.gathering import queries
from pipeline.store_triage import Verdict
from ui.screens import asked, case_marks, search_answer, search_filters, shell
from ui.widgets import count, element, plain, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.results import Result
    from pipeline.store_cases import Case
    from ui.screens.asked import Asked
    from ui.screens.search_answer import Answer

_OWN: Final = "own"
_SHOWN: Final = {
    "open": "All but not relevant",
    "kept": "Kept",
    "chart": "In chart",
    "dropped": "Not relevant",
    "again": "To look at again",
    "all": "Everything",
}
_VERDICTS: Final = {"kept": Verdict.KEPT, "chart": Verdict.IN_CHART, "dropped": Verdict.NOT_RELEVANT}
_ALL_OF_IT: Final = {
    "Keep them": Verdict.KEPT,
    "Not relevant": Verdict.NOT_RELEVANT,
    "Add them to the chart": Verdict.IN_CHART,
}


def view(desk: shell.Desk, case: Case) -> None:
    """Show the view."""
    texts = dict(queries(case.disclosure, desk.workspace.cases.features(case.id).features))
    critical = case.disclosure.critical_date
    wanted = asked.read(_query(texts), before=critical, undated=True)
    search_filters.examples(wanted)
    bar = st.container()
    if wanted.is_empty:
        with bar:
            counted = search_answer.counts(str(desk.workspace.folder), wanted)
            search_filters.limits(wanted, counted, own_before=critical)
        st.info("Write what to look for, or choose the whole or a feature.")
        return
    shown = _show(desk, case)
    exclude, only = _frozen(desk, case, wanted, shown)
    classes = case.disclosure.classes
    found = search_answer.asked_for(desk, wanted, exclude=exclude, only=only, classes=classes)
    with bar:
        search_filters.limits(wanted, found.facets if found else None, own_before=critical)
    if found is not None:
        _list(desk, case, found, wanted, shown)


def _query(texts: Mapping[str, str]) -> str:
    """Show what is asked for and the box with its words; returns them."""
    own = asked.one("q", asked.LONGEST)
    named = asked.one("subject")
    subject = _OWN if own or named == _OWN else named if named in texts else next(iter(texts))
    st.session_state["subject"] = subject
    st.segmented_control(
        "Search for",
        [*texts, _OWN],
        required=True,
        format_func=lambda name: {"whole": "The whole", _OWN: "My own words"}.get(name, name),
        key="subject",
        on_change=_subject_changed,
    )
    text = own if subject == _OWN else texts[subject]
    st.session_state["words"] = text
    st.text_area(
        "Words, a sentence, or an expression",
        key="words",
        max_chars=asked.LONGEST,
        height=92,
        on_change=_words_changed,
        placeholder='flush valve, or: title:valve AND (flush* NEAR/5 line) NOT "solenoid"',
        help="What you change here becomes a query of your own; the features stay as they are.",
    )
    return text


def _subject_changed() -> None:
    asked.ask("q", "")
    asked.ask("subject", str(st.session_state["subject"]))


def _words_changed() -> None:
    asked.ask("subject", _OWN)
    asked.ask("q", str(st.session_state["words"]).strip())


def _show(desk: shell.Desk, case: Case) -> str:
    """Show which marks to list; returns the choice."""
    numbers = desk.workspace.triage.counts(case.id)
    counted = {name: numbers.get(verdict, 0) for name, verdict in _VERDICTS.items()}
    counted["again"] = len(desk.workspace.triage.again(case.id))
    named = asked.one("show")
    st.session_state["show"] = named if named in _SHOWN else "open"
    st.segmented_control(
        "Show",
        list(_SHOWN),
        required=True,
        format_func=lambda name: _SHOWN[name] + (f" ({counted[name]:,})" if name in counted else ""),
        key="show",
        on_change=lambda: asked.ask(
            "show", "" if st.session_state["show"] == "open" else st.session_state["show"]
        ),
        label_visibility="collapsed",
    )
    return str(st.session_state["show"])


def _show_changed() -> None:
    shown = str(st.session_state["show"])
    asked.ask("show", "" if shown == "open" else shown)


def _frozen(
    desk: shell.Desk, case: Case, wanted: Asked, shown: str
) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """Return which documents are hidden, and which alone are listed, as they were when this was asked."""
    name, question = f"marked-{case.id}", (wanted, shown)
    known = st.session_state.get(name)
    if known is None or known[0] != question:
        triage = desk.workspace.triage
        hidden: tuple[str, ...] = ()
        only: tuple[str, ...] | None = None
        if shown == "open":
            hidden = triage.keys(case.id, Verdict.NOT_RELEVANT)
        elif shown == "again":
            only = triage.again(case.id)
        elif shown in _VERDICTS:
            only = triage.keys(case.id, _VERDICTS[shown])
        known = (question, (hidden, only))
        st.session_state[name] = known
        st.session_state[f"current-{case.id}"] = 0
    found: tuple[tuple[str, ...], tuple[str, ...] | None] = known[1]
    return found


def _list(desk: shell.Desk, case: Case, found: Answer, wanted: Asked, shown: str) -> None:
    if found.understood:
        show(element(found.understood, "ad-understood"))
    st.caption(search_answer.searched(found.reach, wanted.limits))
    rows = found.rows
    if not rows:
        st.info("Nothing was found in what was searched. That is not proof that nothing exists.")
        return
    _all_of_it(desk, case, rows, shown)
    pages = -(-len(rows) // search_answer.PAGE)
    page = 1
    with st.container(key="pages"):
        if pages > 1:
            page = st.pagination(pages, key="page", bind="query-params")
    first = (page - 1) * search_answer.PAGE
    case_marks.cards(desk, case.id, wanted.query, rows[first : first + search_answer.PAGE], first)


def _all_of_it(desk: shell.Desk, case: Case, rows: tuple[Result, ...], shown: str) -> None:
    """Show what can be done with the whole list; what somebody has decided stays as it is."""
    keys = [result.found.key for result in rows]
    marks = desk.workspace.triage.marks(case.id, keys)
    left = sum(mark.verdict is Verdict.UNDECIDED for mark in marks.values())
    cut = f"the first {len(rows)}" if len(rows) == search_answer.ROWS else count(len(rows), "document")
    with st.container(horizontal=True, vertical_alignment="center", key="all-of-it"):
        show(element(f"{_SHOWN[shown]}: {cut}, {left} undecided", "ad-quiet"))
        with st.popover("All of this filter", disabled=not left):
            st.caption(
                f"For the {left} undecided of these {len(rows)}, on all pages. What is kept, dropped or in "
                "the chart stays so."
            )
            for label, verdict in _ALL_OF_IT.items():
                st.button(
                    f"{label} ({left})",
                    key=f"all-{verdict.name}",
                    on_click=_decide_all,
                    args=(desk, case.id, keys, verdict),
                )


def _decide_all(desk: shell.Desk, case: str, keys: list[str], verdict: Verdict) -> None:
    number = desk.workspace.triage.decide_all(case, keys, verdict, desk.actor)
    shell.tell(plain(f"{count(number, 'document')} marked as {verdict.value}; the others stay as they were."))
