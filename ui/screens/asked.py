"""What a search page asks for, as its address says it: the address is the state, widgets only change it.

Each widget is set from the address before it is shown and writes to the address when it is changed, so a
bookmark, a reload and the back button all give the same page. Whoever changes what is asked is back on the
first page of results. Values from an address are outside text: unknown ones ask for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, cast, get_args

import streamlit as st

from pipeline.classification import prefix_of
from pipeline.facets import within
from pipeline.library import Mode, SearchFilter
from ui.widgets import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 4_000
"""Characters of a query that a page takes."""
MOST = 20
"""Values of one filter, and documents as examples, that an address may name."""
ANY = "any"
"""In the address, a day that is left out on purpose where a page has one of its own."""
_KINDS = ("patent", "application", "paper", "standard", "disclosure", "report")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query with its limits and examples. `filters` are without the year, `limits` with it."""

    query: str
    mode: Mode
    filters: SearchFilter
    year: int | None
    like: tuple[str, ...]
    """Keys of documents to find more of."""
    unlike: tuple[str, ...]

    @property
    def limits(self) -> SearchFilter:
        return within(self.filters, self.year)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to rank by."""
        return not self.query and not self.like


def read(query: str, *, before: date | None = None, undated: bool = False) -> Asked:
    """Return what the address asks for. `before` is the page's own limit where the address names none."""
    named = one("before")
    return Asked(
        query=query[:LONGEST].strip(),
        mode=cast("Mode", one("mode")) if one("mode") in get_args(Mode) else "fused",
        filters=SearchFilter(
            before=day(named) if named else before,
            after=day(one("after")),
            undated=undated,
            kinds=tuple(kind for kind in many("kind") if kind in _KINDS),
            countries=tuple(country.upper() for country in many("country")),
            sources=many("source"),
            classes=tuple(filter(None, (prefix_of(symbol) for symbol in many("class")))),
        ),
        year=int(one("year")) if re.fullmatch(r"[12]\d{3}", one("year")) else None,
        like=many("like"),
        unlike=many("unlike"),
    )


def one(name: str, longest: int = 80) -> str:
    """Return a parameter of the address, cut to a sane length; empty when absent."""
    return printable(str(st.query_params.get(name, "")))[:longest].strip()


def many(name: str) -> tuple[str, ...]:
    """Return the values of a parameter that may stand several times, each once."""
    given = (printable(str(value))[:300].strip() for value in st.query_params.get_all(name))
    return tuple(dict.fromkeys(filter(None, given)))[:MOST]


def day(text: str) -> date | None:
    """Return a day written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def ask(name: str, values: Sequence[str] | str) -> None:
    """Put values into the address, none at all taking the parameter out, and go to the first page."""
    wanted = [values] if isinstance(values, str) else list(values)
    wanted = [value for value in wanted if value]
    if wanted:
        st.query_params[name] = wanted[0] if len(wanted) == 1 else wanted
    elif name in st.query_params:
        del st.query_params[name]
    if "page" in st.session_state:
        st.session_state["page"] = 1


def exemplify(name: str, key: str) -> None:
    """Ask for more like a document, or for less; it is never both."""
    other = "unlike" if name == "like" else "like"
    ask(other, [value for value in many(other) if value != key])
    ask(name, [*many(name), key])


def forget(name: str, key: str) -> None:
    """Take an example out again."""
    ask(name, [value for value in many(name) if value != key])
