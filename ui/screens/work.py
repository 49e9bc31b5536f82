"""My work: what waits for me and why, what I wait for, what changed last; one next action per row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui.screens import shell
from ui.screens.worklist import worklist
from ui.widgets import count, day, element, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.screens.worklist import Item

_PAGE = 25


def page() -> None:
    """Show the page."""
    desk = shell.desk()
    corpus = shell.corpus_line(str(desk.workspace.folder))
    shell.heading("My work", f"{corpus.words}. Not legal advice.")
    found = worklist(desk.workspace, desk.actor)
    if not found.recent:
        _first_steps(documents=corpus.documents)
        return
    nothing = "Nothing waits for you. What you start, and what others hand to you, appears here."
    _rows("mine", f"Waiting for {plain(desk.actor.name)}", found.mine, nothing)
    if found.others:
        _rows("others", f"{plain(desk.actor.name)} waits for", found.others, "")
    _rows("recent", "Changed last", found.recent, "")


def _first_steps(*, documents: int) -> None:
    st.subheader("Nothing here yet", anchor=False)
    if not documents:
        st.markdown(
            "First fill the corpus, from a terminal: `antedate ingest auto FOLDER` reads patents and papers "
            "from files, offline. Then write down an invention; it is compared with what the corpus holds."
        )
    else:
        st.markdown("First write down an invention; it is then compared with what the corpus holds.")
    shell.link("New disclosure", "new")


def _rows(key: str, title: str, items: Sequence[Item], empty: str) -> None:
    st.subheader(title, anchor=False)
    if not items:
        st.caption(empty)
    for item in items[:_PAGE]:
        shell.row(
            element(item.title, "ad-title"),
            element(f"{item.subject} · {item.why} · since {day(item.since)}", "ad-quiet"),
            key=f"{key}-{item.subject}",
            label=item.action,
            name=item.page,
            **dict(item.parameters),
        )
    if len(items) > _PAGE:
        st.caption(f"and {count(len(items) - _PAGE, 'more row')}")
