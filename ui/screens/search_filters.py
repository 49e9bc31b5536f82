"""The limits of a search as widgets, each value with the number of documents that it would leave."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import streamlit as st

from ui.screens import asked
from ui.widgets import element, plain, printable, show

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.facets import Counts, Facets
    from ui.screens.asked import Asked

MODES = {"fused": "Words and meaning", "words": "Words", "meaning": "Meaning"}
_SUMMED = 4
"""Values of each kind on the line below the filters."""
_OPTIONS = 60
"""Values offered of a kind, largest first; a class may also be typed."""


def limits(wanted: Asked, found: Facets | None, *, own_before: date | None = None) -> None:
    """Show the filters. `found` holds the counts, if there are any; `own_before` is the page's own day."""
    filters = wanted.filters
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        _several("Kinds", "kind", filters.kinds, found.kinds if found else ())
        _several("Countries", "country", filters.countries, found.countries if found else ())
        _several("Sources", "source", filters.sources, found.sources if found else ())
        titles = dict(found.titles) if found else {}
        _several("Classes", "class", filters.classes, found.subclasses if found else (), titles, typed=True)
        _year(wanted.year, found.years if found else ())
        _day("Public on or after", "after", filters.after)
        _day("Public before", "before", filters.before, own=own_before)
        _mode(wanted.mode)
    if found:
        show(element(_summary(found), "ad-quiet"), element(found.words, "ad-quiet"))


def _summary(found: Facets) -> str:
    """Return the largest counts of each kind of limit on one line."""
    years = sorted((pair for pair in found.years if pair[0]), reverse=True)
    said = []
    for name, counts in (
        ("Kinds", found.kinds),
        ("Countries", found.countries),
        ("Sources", found.sources),
        ("Classes", found.subclasses),
        ("Years", years),
    ):
        shown = ", ".join(f"{value or 'unknown'} {number:,}" for value, number in counts[:_SUMMED])
        more = " …" if len(counts) > _SUMMED else ""
        said += [f"{name}: {shown}{more}"] if shown else []
    return " · ".join(said)


def examples(wanted: Asked) -> None:
    """Show the documents that are examples, each with its way out."""
    if not wanted.like and not wanted.unlike:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="examples"):
        for name, words, keys in (
            ("like", "More like", wanted.like),
            ("unlike", "Less like", wanted.unlike),
        ):
            for place, key in enumerate(keys):
                st.button(
                    f"{words} {plain(key, limit=60)} ✕",
                    key=f"{name}-chip-{place}",
                    help="Take this example out",
                    on_click=asked.forget,
                    args=(name, key),
                )


def _several(
    label: str,
    name: str,
    chosen: Sequence[str],
    counts: Counts,
    titles: Mapping[str, str] | None = None,
    *,
    typed: bool = False,
) -> None:
    numbers = dict(counts)
    options = [value for value, _ in counts[:_OPTIONS] if value]
    options += [value for value in chosen if value not in options]

    def shown(value: str) -> str:
        title = f" {titles[value][:40]}" if titles and titles.get(value) else ""
        number = f" ({numbers[value]:,})" if value in numbers else ""
        return printable(f"{value[:60]}{title}{number}")  # options are text to Streamlit, not Markdown

    key = f"filter-{name}"
    st.session_state[key] = list(chosen)
    st.multiselect(
        label,
        options,
        format_func=shown,
        key=key,
        accept_new_options=typed,
        placeholder="A prefix" if typed else "Any",
        on_change=_changed,
        args=(name,),
        width=230 if typed else 180,
        help="The beginning of a symbol, e.g. G06F16; type it and press Enter." if typed else None,
    )


def _changed(name: str) -> None:
    asked.ask(name, [str(value) for value in st.session_state[f"filter-{name}"]])


def _year(chosen: int | None, counts: Counts) -> None:
    numbers = {int(value): number for value, number in counts if value.isdigit()}
    options = sorted({*numbers, *((chosen,) if chosen else ())}, reverse=True)
    st.session_state["filter-year"] = chosen
    st.selectbox(
        "Year",
        options,
        index=None,
        format_func=lambda year: f"{year} ({numbers.get(year, 0):,})",
        key="filter-year",
        placeholder="Any",
        on_change=_year_changed,
        width=130,
    )


def _year_changed() -> None:
    asked.ask("year", str(st.session_state["filter-year"] or ""))


def _day(label: str, name: str, chosen: date | None, *, own: date | None = None) -> None:
    key = f"filter-{name}"
    st.session_state[key] = chosen
    st.date_input(
        label,
        value=None,
        key=key,
        format="YYYY-MM-DD",
        min_value=date(1700, 1, 1),
        max_value=date(2200, 1, 1),
        on_change=_day_changed,
        args=(name, own),
        width=150,
        help="The case's critical date, unless another day is set." if own else None,
    )


def _day_changed(name: str, own: date | None) -> None:
    value = st.session_state[f"filter-{name}"]
    chosen = value.isoformat() if isinstance(value, date) else asked.ANY if own else ""
    asked.ask(name, "" if own and chosen == own.isoformat() else chosen)


def _mode(chosen: str) -> None:
    st.session_state["filter-mode"] = chosen
    st.selectbox(
        "Rank by",
        list(MODES),
        format_func=MODES.__getitem__,
        key="filter-mode",
        on_change=_mode_changed,
        width=190,
    )


def _mode_changed() -> None:
    mode = str(st.session_state["filter-mode"])
    asked.ask("mode", "" if mode == "fused" else mode)
