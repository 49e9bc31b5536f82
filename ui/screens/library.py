"""Library: search the corpus without a case, see what it holds and how well it is searched, open a document.

What was asked is in the address (`ui.screens.asked`), so a search can be kept as a bookmark; a document is
`?key=…`. Nothing leaves the machine: the corpus is here. Verdicts belong to a case and are not given here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pipeline import evaluation_stored
from ui.hit_card import card
from ui.screens import asked, library_document, search_answer, search_filters, shell
from ui.widgets import bars, count, element, plain, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.library import CorpusStatus
    from ui.screens.search_answer import Answer

_BARS = 12


def page() -> None:
    """Show the page."""
    desk = shell.desk()
    if key := str(st.query_params.get("key", ""))[:300]:
        library_document.page(desk, key, asked.one("case"))
        return
    shell.heading("Library", "Everything that was ingested here. Nothing you type leaves this machine.")
    wanted = asked.read(_query())
    search_filters.examples(wanted)
    bar = st.container()
    if wanted.is_empty:
        with bar:
            search_filters.limits(wanted, search_answer.counts(str(desk.workspace.folder), wanted))
        status = _status(str(desk.workspace.folder))
        _coverage(status)
        _measured(desk, status)
        return
    found = search_answer.asked_for(desk, wanted)
    with bar:
        search_filters.limits(wanted, found.facets if found else None)
    if found is not None:
        _list(found, wanted)


def _query() -> str:
    """Show the box; returns its words."""
    st.session_state["library-words"] = asked.one("q", asked.LONGEST)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Search",
            key="library-words",
            max_chars=asked.LONGEST,
            on_change=lambda: asked.ask("q", str(st.session_state["library-words"]).strip()),
            placeholder="Words, a sentence, or an expression: title:valve AND (flush* NEAR/5 line)",
        )
        st.button("Search", type="primary")
    return asked.one("q", asked.LONGEST)


def _list(found: Answer, wanted: asked.Asked) -> None:
    if found.understood:
        show(element(found.understood, "ad-understood"))
    st.caption(search_answer.searched(found.reach, wanted.limits))
    if not found.rows:
        st.info("Nothing was found in what was searched. That is not proof that nothing exists.")
        return
    pages = -(-len(found.rows) // search_answer.PAGE)
    page = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    first = (page - 1) * search_answer.PAGE
    for number, result in enumerate(found.rows[first : first + search_answer.PAGE], first + 1):
        with st.container(border=True, key=f"card-{number}"):
            show(*card(number, result, wanted.query))
            with st.container(horizontal=True, vertical_alignment="center"):
                for label, name in (("More like this", "like"), ("Less like this", "unlike")):
                    st.button(
                        label,
                        key=f"{name}-{number}",
                        on_click=asked.exemplify,
                        args=(name, result.found.key),
                    )
                shell.link("Open", "library", key=result.found.key)


@st.cache_data(ttl=30, show_spinner="Counting")
def _status(folder: str) -> CorpusStatus:
    """Return what a workspace's corpus holds, kept for 30 s."""
    return shell.open_workspace(folder).holdings()


def _coverage(status: CorpusStatus) -> None:
    """Show what the corpus holds, and what it does not."""
    if not status.documents:
        st.info("The corpus is empty. Read documents with `antedate ingest auto FOLDER`.")
        return
    dated = f"public from {status.oldest} to {status.newest}" if status.newest else "none with a public date"
    show(
        element(f"{count(status.documents, 'document')}, {dated}", "ad-title"),
        element(
            f"{count(status.families, 'family', 'families')} with {status.in_families} documents · "
            f"{count(status.near_groups, 'group')} of near-duplicates with {status.in_near_groups} · "
            f"{status.undated} without a public date · {status.title_only} with a title only · "
            f"{count(status.skipped, 'record')} skipped",
            "ad-quiet",
        ),
        element(f"Snapshot {status.snapshot}", "ad-hash"),
    )
    titles = dict(status.class_titles)
    classes = [(f"{name} {titles.get(name, '')}".strip(), number) for name, number in status.by_class]
    years = sorted(status.by_year, reverse=True)
    left, right = st.columns(2)
    with left:
        _chart("By source", status.by_source)
        _chart("By kind", status.by_kind)
        _chart("By country", status.by_country)
        _chart("By language", status.by_language)
    with right:
        _chart("By year of publication", years, most=30)
        _chart("By class", classes)
    if status.failed_files:
        with st.expander(f"{count(len(status.failed_files), 'file')} gave nothing"):
            show(*(element(f"{file}: {reason}") for file, reason in status.failed_files[:200]))


def _measured(desk: shell.Desk, status: CorpusStatus) -> None:
    """Show how well this index was found to find things, if anybody has measured it."""
    if status.documents:
        said = evaluation_stored.words(desk.workspace.folder / "index", status.snapshot)
        show(element("How well it finds things", "ad-title"), element(said, "ad-quiet"))


def _chart(name: str, pairs: Sequence[tuple[str, int]], most: int = _BARS) -> None:
    rest = pairs[most:]
    shown = [*pairs[:most]]
    show(element(name, "ad-title"), bars(shown))
    if rest:
        st.caption(plain(f"… and {len(rest)} more with {sum(number for _, number in rest):,}"))
