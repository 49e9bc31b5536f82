"""The cards of a case's search: what each hit is, what can be said of it, and the keys that say it.

One card is the current one; the keys act on it, and the bar at the bottom, which never moves, has the same
actions as buttons. Streamlit keeps `c` and `r` for itself and takes letters and digits only, so the chart is
`a` and the list of keys `h`. A button's words never change with what it did: pressed again it takes it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from pipeline.store_triage import Verdict
from pipeline.triage import MOST_NOTE, StaleMarkError
from ui.common import failures
from ui.hit_card import card
from ui.screens import asked, shell
from ui.widgets import element, plain, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.results import Result
    from pipeline.store_triage import Mark

_VERDICTS: Final = (
    ("Keep", Verdict.KEPT, "e", "Worth reading again. Press again to take it back."),
    (
        "Not relevant",
        Verdict.NOT_RELEVANT,
        "d",
        "Hides it from these lists only: an assessment still searches and charts it.",
    ),
    ("Add to chart", Verdict.IN_CHART, "a", "The next comparison charts it for certain."),
)
_KEYS: Final = (
    ("j, k", "next and previous card"),
    ("o", "open the document"),
    ("e", "keep"),
    ("d", "not relevant"),
    ("a", "add to the chart (c belongs to Streamlit)"),
    ("h", "this list (? cannot be a key of Streamlit)"),
)


def cards(desk: shell.Desk, case: str, query: str, rows: Sequence[Result], first: int) -> None:
    """Show a page of a query's hits, `first` of them on earlier pages, and the bar."""
    marks = desk.workspace.triage.marks(case, [result.found.key for result in rows])
    current = _current(case, len(rows))
    for place, result in enumerate(rows):
        mark = marks[result.found.key]
        shown = card(first + place + 1, result, query, mark)
        _card(desk, case, first + place + 1, shown, mark, now=place == current)
    result = rows[current]
    with st.bottom:
        _bar(desk, case, first + current + 1, result, marks[result.found.key], len(rows))


def _current(case: str, rows: int) -> int:
    """Return which card of the page the keys act on."""
    place = min(max(int(st.session_state.get(f"current-{case}", 0)), 0), rows - 1)
    st.session_state[f"current-{case}"] = place
    return place


def _move(case: str, by: int) -> None:
    st.session_state[f"current-{case}"] = int(st.session_state.get(f"current-{case}", 0)) + by


def _card(desk: shell.Desk, case: str, number: int, shown: tuple[str, ...], mark: Mark, *, now: bool) -> None:
    key = mark.key
    with st.container(border=True, key=f"card-{number}"):
        show('<span class="ad-now" hidden></span>' if now else "", *shown)
        if trouble := st.session_state.pop(f"trouble-{case}-{key}", ""):
            st.error(plain(trouble, limit=500))
        with st.container(horizontal=True, vertical_alignment="center"):
            _verdicts(desk, case, mark, f"card-{number}")
            _details(desk, case, number, mark)
            for label, name in (("More like this", "like"), ("Less like this", "unlike")):
                st.button(label, key=f"{name}-{number}", on_click=asked.exemplify, args=(name, key))
            shell.link("Open", "library", key=key, case=case)


def _verdicts(desk: shell.Desk, case: str, mark: Mark, where: str, *, keyed: bool = False) -> None:
    for label, verdict, letter, words in _VERDICTS:
        given = mark.verdict is verdict
        st.button(
            label,
            key=f"{where}-{verdict.name}",
            type="primary" if given else "secondary",
            help=words,
            on_click=_change,
            args=(desk, case, mark),
            kwargs={"verdict": Verdict.UNDECIDED if given else verdict},
            shortcut=letter if keyed else None,
        )


def _details(desk: shell.Desk, case: str, number: int, mark: Mark) -> None:
    """Show rating, note, another look and seen, behind one button."""
    with st.popover("Rate and note", key=f"details-{number}"):
        rating = f"rating-{case}-{mark.key}"
        st.session_state[rating] = mark.rating - 1 if mark.rating else None
        st.caption("Rating; press the same star again to take it back")
        st.feedback("stars", key=rating, on_change=_rate, args=(desk, case, mark, rating))
        again = f"again-{case}-{mark.key}"
        st.session_state[again] = mark.look_again
        st.checkbox("Look again", key=again, on_change=_look, args=(desk, case, mark, again))
        _note(desk, case, mark)
        if not mark.seen:
            st.button("Seen", key=f"seen-{number}", on_click=_see, args=(desk, case, mark.key))


def _note(desk: shell.Desk, case: str, mark: Mark) -> None:
    """Show the note's box. Words that could not be saved stay in it, beside those that were saved."""
    state, box = st.session_state, f"note-{case}-{mark.key}"
    base = f"{box}-base"
    if box not in state or state.get(base) == state[box]:
        state[box] = state[base] = mark.note  # nothing of this reader's is unsaved: follow what is saved
    st.text_area(
        "Note",
        key=box,
        max_chars=MOST_NOTE,
        height=92,
        on_change=_write,
        args=(desk, case, mark, box),
        help="Saved as you leave the field.",
    )
    if state[box] == mark.note:
        state[base] = mark.note
    elif state[base] != mark.note:
        st.warning("Somebody saved another note meanwhile. Yours is in the box, not saved.")
        show(element(f"Saved: {mark.note or 'no note'}", "ad-note"))
        st.button("Save mine in its place", key=f"{box}-mine", on_click=_write, args=(desk, case, mark, box))


def _write(desk: shell.Desk, case: str, mark: Mark, box: str) -> None:
    text = str(st.session_state[box])
    if _saved(desk, case, mark, note=text):
        st.session_state[f"{box}-base"] = text


def _rate(desk: shell.Desk, case: str, mark: Mark, box: str) -> None:
    stars = st.session_state[box]
    _change(desk, case, mark, rating=0 if stars is None else int(stars) + 1)


def _look(desk: shell.Desk, case: str, mark: Mark, box: str) -> None:
    _change(desk, case, mark, look_again=bool(st.session_state[box]))


def _see(desk: shell.Desk, case: str, key: str) -> None:
    desk.workspace.triage.see(case, key, desk.actor)


def _change(desk: shell.Desk, case: str, mark: Mark, **change: Any) -> None:  # noqa: ANN401 - of a mark
    _saved(desk, case, mark, **change)


def _saved(desk: shell.Desk, case: str, mark: Mark, **change: Any) -> bool:  # noqa: ANN401 - of a mark
    """Save a change at once, made on the mark that was shown; what failed is said on the card."""
    try:
        desk.workspace.triage.change(case, mark, desk.actor, **change)
    except StaleMarkError as error:
        if "note" not in change:  # the note's own box says it, and keeps the words
            st.session_state[f"trouble-{case}-{mark.key}"] = str(error)
        return False
    except failures() as error:
        st.session_state[f"trouble-{case}-{mark.key}"] = str(error)
        return False
    return True


def _bar(desk: shell.Desk, case: str, number: int, result: Result, mark: Mark, rows: int) -> None:
    """Show the current card's actions where they never move."""
    place = int(st.session_state[f"current-{case}"])
    with st.container(horizontal=True, vertical_alignment="center", key="triage-bar"):
        st.button("Previous", key="bar-k", shortcut="k", on_click=_move, args=(case, -1), disabled=place == 0)
        st.button(
            "Next", key="bar-j", shortcut="j", on_click=_move, args=(case, 1), disabled=place == rows - 1
        )
        _verdicts(desk, case, mark, "bar", keyed=True)
        if st.button("Open", key="bar-o", shortcut="o"):
            shell.go("library", key=mark.key, case=case)
        if st.button("Keys", key="bar-h", shortcut="h"):
            _keys()
        show(element(f"{number}. {mark.key}  {result.found.title}", "ad-current"))


@st.dialog("Keys")
def _keys() -> None:
    st.caption("They act on the marked card, and not while you type.")
    show(*(element(f"{keys}:  {words}") for keys, words in _KEYS))
