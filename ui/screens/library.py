"""Library: search the corpus without a case, see what it holds, open a document.

What was asked is in the address (`?q=…&mode=…&before=…`), so a search can be kept as a bookmark; a document
is `?key=…`. Nothing leaves the machine: the corpus is here.
"""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING, Any, cast, get_args

import streamlit as st

from pipeline.classification import prefix_of
from pipeline.library import Mode, SearchFilter
from pipeline.results import listed, search
from ui.screens import library_document, shell
from ui.widgets import bars, count, element, marked, plain, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.library import CorpusStatus, Reach
    from pipeline.results import Result

_MODES = {"fused": "Words and meaning", "words": "Words", "meaning": "Meaning"}
_KINDS = ("patent", "application", "paper", "standard", "disclosure", "report")
_ROWS = 20
_BARS = 12
_KIN = 4
_QUOTE = 500
_searching = threading.Lock()
"""One search at a time: the corpus keeps what it quotes, for all sessions."""


def page() -> None:
    """Show the page."""
    desk = shell.desk()
    if key := str(st.query_params.get("key", ""))[:300]:
        library_document.page(desk.workspace, key)
        return
    shell.heading("Library", "Everything that was ingested here. Nothing you type leaves this machine.")
    query, mode, filters = _asked()
    if not query:
        _coverage(_status(str(desk.workspace.folder)))
        return
    with shell.said():
        with _searching, st.spinner("Searching"):
            found = search(desk.workspace.corpus, query, mode=mode, limit=_ROWS, filters=filters)
            reach = desk.workspace.corpus.reach(filters)
        st.caption(_searched(reach, filters))
        if not found:
            st.info("Nothing was found in what was searched. That is not proof that nothing exists.")
        for number, result in enumerate(found, 1):
            _row(number, result)


def _asked() -> tuple[str, Mode, SearchFilter]:
    """Show the form; returns what the address asks for."""
    parameters = st.query_params
    with st.form("search", border=False):
        query = st.text_input("Search", value=str(parameters.get("q", ""))[:2000], max_chars=2000)
        with st.container(horizontal=True):
            mode = st.selectbox("Rank by", list(_MODES), index=_index(), format_func=_MODES.__getitem__)
            before = st.date_input("Public before", value=_day(str(parameters.get("before", ""))))
            kinds = st.multiselect("Kinds", _KINDS, default=_listed("kind", _KINDS))
            country = st.text_input("Country", value=str(parameters.get("country", ""))[:2], max_chars=2)
            symbol = st.text_input("Class begins with", value=str(parameters.get("class", ""))[:20])
        if st.form_submit_button("Search", type="primary"):
            asked: dict[str, Any] = {
                "q": query.strip(),
                "mode": mode,
                "before": before.isoformat() if isinstance(before, date) else "",
                "kind": ",".join(kinds),
                "country": country.strip().upper(),
                "class": prefix_of(symbol),
            }
            for name, value in asked.items():
                if value:
                    parameters[name] = value
                elif name in parameters:
                    del parameters[name]
    chosen = cast("Mode", mode)
    filters = SearchFilter(
        before=_day(str(parameters.get("before", ""))),
        kinds=tuple(_listed("kind", _KINDS)),
        countries=tuple(filter(None, [str(parameters.get("country", ""))[:2].upper()])),
        classes=tuple(filter(None, [prefix_of(str(parameters.get("class", ""))[:20])])),
    )
    return str(parameters.get("q", ""))[:2000].strip(), chosen, filters


def _index() -> int:
    modes = get_args(Mode)
    asked = st.query_params.get("mode", "fused")
    return list(_MODES).index(asked) if asked in modes else 0


def _listed(name: str, known: Sequence[str]) -> list[str]:
    asked = str(st.query_params.get(name, "")).split(",")
    return [value for value in known if value in asked]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _searched(reach: Reach, filters: SearchFilter) -> str:
    words = f"Searched {count(reach.certain, 'document')}"
    if filters.before is not None:
        words += f" certainly public before {filters.before}, {reach.uncertain} perhaps; "
        words += f"{reach.undated} without a public date were left out"
    if reach.waiting:
        words += f"; {reach.waiting} changes are not in the index yet"
    return f"{words}. Nothing else was searched."


def _row(number: int, result: Result) -> None:
    hit = result.found
    ranks = f"words {hit.words_rank or '–'}, meaning {hit.meaning_rank or '–'}"
    public = f"public {hit.published or 'on an unknown day'}"
    doubt = ", perhaps not before the date" if hit.date_uncertain else ""
    pieces = [
        element(f"{number}. {hit.title}", "ad-title"),
        element(f"{hit.key} · {hit.kind} · {public}{doubt} · {ranks}", "ad-quiet"),
    ]
    if result.near:
        pieces.append(element(f"Near-duplicates: {listed(result.near, _KIN)}", "ad-quiet"))
    if result.family and result.first is not None:
        first = f" – public first with {result.first.key}" if result.first.key != hit.key else ""
        pieces.append(element(f"Same family: {listed(result.family, _KIN)}{first}", "ad-quiet"))
    for passage in hit.passages[:1]:
        quote = _beginning(passage.quote)
        spans = [(start, end) for start, end in passage.terms if end <= len(quote)]
        pieces.append(element(passage.anchor, "ad-id", "span"))
        pieces.append(f'<blockquote class="ad-quote">{marked(quote, spans)}</blockquote>')
    shell.row(*pieces, key=f"hit-{number}", label="Open", name="library", key_of=hit.key)


def _beginning(quote: str) -> str:
    return quote if len(quote) <= _QUOTE else f"{quote[:_QUOTE].rsplit(' ', 1)[0]} …"


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


def _chart(name: str, pairs: Sequence[tuple[str, int]], most: int = _BARS) -> None:
    rest = pairs[most:]
    shown = [*pairs[:most]]
    show(element(name, "ad-title"), bars(shown))
    if rest:
        st.caption(plain(f"… and {len(rest)} more with {sum(number for _, number in rest):,}"))
