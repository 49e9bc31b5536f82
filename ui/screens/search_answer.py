"""The answer to what a search page asks: rows, counts, how the query was read; kept for the next click.

A page runs anew at every click, and the same question then has the same answer: it is kept by what was
asked and by the generation of the index that answered.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from index.errors import QuerySyntaxError
from pipeline.explanation import explanation
from pipeline.facets import Facets, facets, within
from pipeline.library import Reach
from pipeline.results import Result, search
from ui.screens import shell
from ui.screens.asked import Asked
from ui.widgets import count, element, plain, show

if TYPE_CHECKING:
    from pipeline.library import SearchFilter

ROWS = 50
"""Rows of an answer; who needs more narrows it, or asks the terminal."""
PAGE = 10
_searching = threading.Lock()
"""One search at a time: the corpus keeps what it quotes, for all sessions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found, and what was understood."""

    rows: tuple[Result, ...]
    facets: Facets
    reach: Reach
    understood: str
    """In plain words; empty without a query."""


def asked_for(
    desk: shell.Desk,
    asked: Asked,
    *,
    exclude: tuple[str, ...] = (),
    only: tuple[str, ...] | None = None,
    classes: tuple[str, ...] = (),
) -> Answer | None:
    """Search, without some documents or among some; None where it failed, which is then said on the page.

    `classes` are symbols that a hit better has.
    """
    with shell.said():
        generation = desk.workspace.corpus.reader().generation
        try:
            return _answer(str(desk.workspace.folder), generation, asked, exclude, only, classes)
        except QuerySyntaxError as error:
            _misread(asked.query, error)
    return None


def _known(value: Any) -> str:  # noqa: ANN401 - a frozen record
    return repr(value)


@st.cache_data(max_entries=64, show_spinner="Searching", hash_funcs={Asked: _known})
def _answer(
    folder: str,
    generation: int,  # noqa: ARG001 - part of the key
    asked: Asked,
    exclude: tuple[str, ...],
    only: tuple[str, ...] | None,
    classes: tuple[str, ...],
) -> Answer:
    corpus = shell.open_workspace(folder).corpus
    filters = replace(asked.filters, exclude=exclude, only=only)
    limits = within(filters, asked.year)
    query = asked.query
    wanted: dict[str, Any] = {
        "mode": asked.mode,
        "like": asked.like,
        "unlike": asked.unlike,
        "classes": classes,
    }
    with _searching:
        rows = search(corpus, query, limit=ROWS, filters=limits, **wanted)
        counted = facets(corpus, query, filters, year=asked.year, **wanted)
        return Answer(
            rows=rows,
            facets=counted,
            reach=corpus.reach(limits),
            understood=explanation(corpus, query) if query else "",
        )


@st.cache_data(max_entries=64, ttl=30, show_spinner=False, hash_funcs={Asked: _known})
def counts(folder: str, asked: Asked) -> Facets:
    """Return the exact counts of filters alone; opens no index."""
    return facets(shell.open_workspace(folder).corpus, "", asked.filters, year=asked.year)


def _misread(query: str, error: QuerySyntaxError) -> None:
    """Show why a query cannot be read, with a mark below the column that it stumbled at."""
    st.error(plain(str(error), limit=1000))
    if error.column is None:
        return
    at = error.column - 1
    start = max(0, at - 60)
    line = query[start : at + 60].replace("\n", " ")
    show(element(f"{line}\n{' ' * (at - start)}▲ column {error.column}", "ad-column", "pre"))


def searched(reach: Reach, limits: SearchFilter) -> str:
    """Return what was searched, in words."""
    words = f"Searched {count(reach.certain, 'document')}"
    if limits.before is not None:
        words += f" certainly public before {limits.before}, {reach.uncertain} perhaps"
    if limits.before is not None or limits.after is not None:
        words += f"; {reach.undated} without a public date were " + (
            "let in" if limits.undated else "left out"
        )
    if reach.waiting:
        words += f"; {reach.waiting} changes are not in the index yet"
    words += "".join(f"; {sentence}" for sentence in reach.damage)
    return f"{words}. Nothing else was searched."
