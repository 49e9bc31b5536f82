"""What surrounds every page: the open workspace, who is acting, where the other pages are, and how a refusal
is shown.

Single-user mode: no login, and the page says so; whoever sits at this machine chooses who is acting. The
choice lives in the session and as `?as=` in the address, so that a reload and a copied link keep it. What a
person may do is decided by the services, never here: a hidden button is no access control.
"""  # noqa: D205 - one sentence that needs two lines

from __future__ import annotations

import os
import re
import threading
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pipeline.people import Person, Role
from pipeline.review import State
from pipeline.workspace import UnknownPersonError, Workspace
from ui.common import FOLDER_VARIABLE, failures
from ui.widgets import badge, count, element, plain, printable, show
from ui.widgets import title as page_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamlit.navigation.page import StreamlitPage

_PLACES = {
    "work": ("My work", ""),
    "new": ("New disclosure", "new"),
    "case": ("Cases", "case"),
    "review": ("Review", "review"),
    "publications": ("Publications", "publications"),
    "library": ("Library", "library"),
}
MOODS = {
    State.IN_REVIEW.value: "part",
    State.CHANGES_REQUESTED.value: "bad",
    State.APPROVED.value: "good",
    State.PUBLISHED.value: "good",
}
"""The colour of a draft's state; the others have none."""
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_opened: dict[str, Workspace] = {}
_opening = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The workspace and the person at it."""

    workspace: Workspace
    actor: Person
    names: Mapping[str, str]
    """What people are called, by id."""

    def called(self, person: str) -> str:
        """Return a person's name; the id for somebody whom the workspace does not know, e.g. `machine`."""
        return self.names.get(person, person)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusLine:
    """What a page says about the corpus."""

    documents: int
    newest: str
    """Newest public day, ISO 8601; empty when nothing is dated."""

    @property
    def words(self) -> str:
        """Return size and date in words."""
        if not self.documents:
            return "The corpus is empty: nothing can be compared yet"
        newest = f", newest public day {self.newest}" if self.newest else ""
        return f"Corpus: {count(self.documents, 'document')}{newest}"


def open_workspace(folder: str) -> Workspace:
    """Return the workspace of a folder, opened once per process and shared by all sessions."""
    with _opening:
        if folder not in _opened:
            _opened[folder] = Workspace.open(Path(folder))
        return _opened[folder]


def desk() -> Desk:
    """Return the workspace and the acting person; the person is in the session from `enter` on."""
    workspace = open_workspace(os.environ[FOLDER_VARIABLE])
    everybody = {person.id: person for person in workspace.people()}
    actor = everybody.get(st.session_state["actor"]) or workspace.person(st.session_state["actor"])
    names = {identifier: person.name for identifier, person in everybody.items()}
    return Desk(workspace=workspace, actor=actor, names=names)


def load() -> None:
    """Import every page, so that the first visitor does not wait for that."""
    for name in _PLACES:
        import_module(f"ui.screens.{name}")


def place(name: str) -> StreamlitPage:
    """Return a page by its name, e.g. `work`."""
    title, path = _PLACES[name]
    module = import_module(f"ui.screens.{name}")
    return st.Page(module.page, title=title, url_path=path, default=not path)


def places() -> list[StreamlitPage]:
    """Return all pages in the order of the menu."""
    return [place(name) for name in _PLACES]


def link(label: str, name: str, **parameters: str) -> None:
    """Show a link to a page that keeps who is acting; `label` is Markdown."""
    parameters["as"] = st.session_state["actor"]
    st.page_link(place(name), label=label, icon=":material/arrow_forward:", query_params=parameters)


def row(*pieces: str, key: str, label: str, name: str, key_of: str = "", **parameters: str) -> None:
    """Show a row of a list: HTML made by `ui.widgets`, and at its right end the one link; `key` is unique.

    `key_of` is a document's key, the parameter `key` of the address.
    """
    if key_of:
        parameters["key"] = key_of
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"row-{key}"):
        show(*pieces)
        link(label, name, **parameters)


def go(name: str, **parameters: str) -> None:
    """Leave for another page."""
    st.switch_page(place(name), query_params={**parameters, "as": st.session_state["actor"]})


def asked(name: str) -> str:
    """Return a parameter of the address, cut to a sane length; empty when absent."""
    return printable(str(st.query_params.get(name, "")))[:80]


def stuck(error: Exception) -> None:
    """Show why there is no page here, and the way on."""
    heading("There is nothing to show here")
    st.error(plain(str(error), limit=1000))
    with st.container(horizontal=True):
        link("My work", "work")
        link("All cases", "case")


@contextmanager
def said() -> Iterator[None]:
    """Show a failure that has a name as its sentence instead of a traceback, and let the page go on."""
    try:
        yield
    except failures() as error:
        st.error(plain(str(error), limit=1000))


def tell(words: str) -> None:
    """Keep a sentence for the next run of the page, which shows it once."""
    st.session_state["told"] = words


def enter() -> None:
    """Settle who is acting, show the sidebar and whatever the last action left to say."""
    workspace = open_workspace(os.environ[FOLDER_VARIABLE])
    _settle(workspace)
    with st.sidebar:
        _people(workspace)
    if told := st.session_state.pop("told", ""):
        st.success(plain(told, limit=500))


def heading(title: str, note: str = "") -> None:
    """Show a page's title, which is ours, and a line of explanation."""
    page_title(title, element(note, "ad-lead", "p") if note else "")


@st.cache_data(ttl=30, show_spinner=False)
def corpus_line(folder: str) -> CorpusLine:
    """Return the size and the date of a workspace's corpus, from the database alone: no index is opened.

    Kept for 30 s, because counting 100,000 documents takes 0.15 s and every change of a page would pay it.
    """
    documents, newest = open_workspace(folder).corpus_extent()
    return CorpusLine(documents=documents, newest=newest)


def _settle(workspace: Workspace) -> None:
    wanted = st.session_state.get("actor") or asked("as")
    try:
        person = workspace.user(wanted or None)
    except UnknownPersonError:
        person = workspace.user()
    st.session_state["actor"] = person.id
    # set even when it is there: a link to the page one is on changes the parameters and not the browser's
    # address, and this sends them all (Streamlit 1.67)
    st.query_params["as"] = person.id


def _people(workspace: Workspace) -> None:
    everybody = {person.id: person for person in workspace.people()}
    acting = everybody[st.session_state["actor"]]
    st.caption("Single-user mode on this machine: no login.")
    identifiers = list(everybody)
    chosen = st.selectbox(
        "Acting as",
        identifiers,
        index=identifiers.index(acting.id),
        format_func=lambda identifier: printable(everybody[identifier].name),
        key=f"acting-{len(identifiers)}-{acting.id}",
    )
    roles = sorted(role.value for role in acting.roles)
    show(
        element("Roles: ", tag="span"), " ".join(badge(role) for role in roles) or element("none", tag="span")
    )
    if chosen != acting.id:
        st.session_state["actor"] = chosen
        st.query_params["as"] = chosen
        st.rerun()
    with st.expander("Add a person"):
        _add_person(workspace, acting)


def _add_person(workspace: Workspace, acting: Person) -> None:
    with st.form("person", clear_on_submit=True, border=False):
        name = st.text_input("Name", max_chars=80)
        identifier = st.text_input("Short name", max_chars=40, help="Small letters and digits, e.g. ines")
        roles = st.multiselect("Roles", list(Role), format_func=lambda role: role.value)
        if not st.form_submit_button("Add"):
            return
    identifier = identifier.strip().lower()
    if not name.strip() or not _IDENTIFIER.fullmatch(identifier):
        st.error("Give a name, and a short name of small letters, digits, dots and dashes.")
    elif any(person.id == identifier for person in workspace.people()):
        st.error("That short name is taken; choose another.")
    else:
        workspace.add_person(Person(id=identifier, name=name.strip(), roles=frozenset(roles)), by=acting.id)
        tell(f"{name.strip()} was added.")
        st.rerun()
