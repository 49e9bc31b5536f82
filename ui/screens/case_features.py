"""Case, view Features: edit, add, remove, split and mark the features before anything is searched.

The rows being edited live in the session with the version they came from, and are kept for their writer after
each change; saving names that version, and the service refuses if somebody saved meanwhile. A row whose words
stand in the disclosure keeps its place there.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import streamlit as st

from pipeline.disclosure import Feature, FeatureKind
from pipeline.records import from_json, to_json
from pipeline.store_cases import FeatureSet
from ui.screens import shell
from ui.widgets import count, plain, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.store_cases import Case

LIMIT = 60
"""Features on a page; a disclosure with more is two inventions."""
_SEAMS = (
    re.compile(r"\s*\n\s*"),
    re.compile(r"\s*;\s*(?:and\s+)?"),
    re.compile(r",\s*(?=wherein\b|whereby\b)"),
)


@dataclass(slots=True, kw_only=True)
class _Row:
    """A feature being edited; `key` names its widgets and never changes."""

    key: int
    feature: Feature


@dataclass(slots=True, kw_only=True)
class _Edit:
    """The rows of one session and the saved version that they came from."""

    base: FeatureSet
    rows: list[_Row]

    @property
    def features(self) -> tuple[Feature, ...]:
        return tuple(row.feature for row in self.rows)

    @property
    def changed(self) -> bool:
        return self.features != self.base.features


def parts(text: str) -> tuple[str, ...]:
    """Split a feature's text where a person broke the line, else at its first kind of seam that is there."""
    for seam in _SEAMS:
        found = tuple(piece.strip() for piece in seam.split(text.strip()) if piece.strip())
        if len(found) > 1:
            return found
    return (text.strip(),)


def next_id(features: Sequence[Feature]) -> str:
    """Return the first `F…` after the highest one in use."""
    used = (int(f.id[1:]) for f in features if f.id[:1] == "F" and f.id[1:].isdigit())
    return f"F{max(used, default=0) + 1}"


def placed(feature: Feature, text: str) -> Feature:
    """Return the feature with its span in the disclosure's text, or with none if it does not stand there."""
    at = text.find(feature.text) if feature.text else -1
    return replace(feature, start=at, end=at + len(feature.text) if at >= 0 else -1)


def unsaved(number: str) -> bool:
    """Tell whether this session has edited a case's features without saving them."""
    edit: _Edit | None = st.session_state.get(_name("edit", number))
    return edit is not None and edit.changed


def view(desk: shell.Desk, case: Case) -> None:
    """Show the features and what can be done with them."""
    edit = _edit_of(desk, case.id)
    st.caption(
        f"Version {edit.base.version}, {count(len(edit.base.features), 'feature')}. Each row is one thing "
        "that a document must show. Rows that are not essential are searched, and do not decide the outcome."
    )
    for position, row in enumerate(edit.rows):
        _row(edit.rows, position, row, case.disclosure.text)
    _keep(desk, case.id, edit)
    with st.bottom, st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Add a feature", disabled=len(edit.rows) >= LIMIT):
            _append(edit.rows, Feature(id=next_id(edit.features), text="", kind=FeatureKind.STRUCTURE))
            st.rerun()
        if st.button("Save features", type="primary", disabled=not edit.changed):
            with shell.said():
                _save(desk, case, edit)
        if edit.changed and st.button("Drop my changes"):
            _forget(desk, case.id)
            st.rerun()
        st.caption("Unsaved changes" if edit.changed else "All changes are saved")


def _edit_of(desk: shell.Desk, number: str) -> _Edit:
    saved = desk.workspace.cases.features(number)
    edit: _Edit | None = st.session_state.get(_name("edit", number))
    if edit is None:
        edit = _restored(desk, number, saved)
    elif edit.base.version != saved.version and not edit.changed:
        edit = _started(saved, saved.features)
    st.session_state[_name("edit", number)] = edit
    if edit.base.version != saved.version:
        st.warning(
            f"Version {saved.version} was saved by {plain(desk.called(saved.by))} while you were editing "
            f"version {edit.base.version}. Drop your changes to see it; yours cannot be saved over it."
        )
    return edit


def _started(base: FeatureSet, features: Sequence[Feature]) -> _Edit:
    edit = _Edit(base=base, rows=[])
    for feature in features:
        _append(edit.rows, feature)
    return edit


def _restored(desk: shell.Desk, number: str, saved: FeatureSet) -> _Edit:
    """Start from what this person wrote and did not save, if anything, else from what is saved."""
    kept = desk.workspace.unsaved.get(desk.actor, _form(number))
    if not kept:
        return _started(saved, saved.features)
    st.session_state[_name("kept", number)] = kept["features"]
    features = from_json(tuple[Feature, ...], json.loads(kept["features"]))
    return _started(replace(saved, version=int(kept["version"])), features)


def _keep(desk: shell.Desk, number: str, edit: _Edit) -> None:
    """Keep the rows for their writer until they are saved or dropped."""
    kept = json.dumps(to_json(tuple[Feature, ...], edit.features)) if edit.changed else ""
    name = _name("kept", number)
    if kept == st.session_state.get(name, ""):
        return
    words = {"version": str(edit.base.version), "features": kept} if kept else {}
    desk.workspace.unsaved.keep(desk.actor, _form(number), words)
    st.session_state[name] = kept


def _form(number: str) -> str:
    return f"features {number}"


def _name(what: str, number: str) -> str:
    """Return a key of the session; one person's words never become another's by a change of who is acting."""
    return f"{what}-{st.session_state['actor']}-{number}"


def _append(rows: list[_Row], feature: Feature) -> None:
    st.session_state["row-count"] = st.session_state.get("row-count", 0) + 1
    rows.append(_Row(key=st.session_state["row-count"], feature=feature))


def _forget(desk: shell.Desk, number: str) -> None:
    st.session_state.pop(_name("edit", number), None)
    st.session_state.pop(_name("kept", number), None)
    desk.workspace.unsaved.drop(desk.actor, _form(number))


def _row(rows: list[_Row], position: int, row: _Row, source: str) -> None:
    feature = row.feature
    with st.container(border=True):
        words, marks = st.columns([5, 2])
        label = f"{feature.id} text"
        text = words.text_area(label, feature.text, key=f"text-{row.key}", height="content", max_chars=4000)
        kinds = list(FeatureKind)
        kind = marks.selectbox(
            "Kind",
            kinds,
            index=kinds.index(feature.kind),
            format_func=lambda kind: kind.value,
            key=f"kind-{row.key}",
        )
        essential = marks.checkbox("Essential", feature.essential, key=f"essential-{row.key}")
        novel = marks.checkbox("Point of novelty", feature.novel, key=f"novel-{row.key}")
        if printable(text) != text:
            words.caption(plain(f"It holds characters that do not show. It reads: {printable(text)}", 4000))
        with words.container(horizontal=True):
            split = st.button("Split", key=f"split-{row.key}", help="At line breaks, else at semicolons.")
            remove = st.button("Remove", key=f"remove-{row.key}")
    row.feature = replace(feature, kind=kind, essential=essential, novel=novel)
    if text.strip() != feature.text:
        row.feature = placed(replace(row.feature, text=text.strip()), source)
    if remove:
        del rows[position]
        st.rerun()
    if split:
        _split(rows, position, source)


def _split(rows: list[_Row], position: int, source: str) -> None:
    pieces = parts(rows[position].feature.text)
    if len(pieces) == 1:
        st.info("Nothing to split at: break the line where the feature should end, then split.")
        return
    whole = rows.pop(position).feature
    tail = rows[position:]
    del rows[position:]
    _append(rows, placed(replace(whole, text=pieces[0]), source))
    for piece in pieces[1:]:
        known = [row.feature for row in (*rows, *tail)]
        _append(rows, placed(replace(whole, id=next_id(known), text=piece), source))
    rows.extend(tail)
    st.rerun()


def _save(desk: shell.Desk, case: Case, edit: _Edit) -> None:
    if not edit.rows or any(not feature.text for feature in edit.features):
        st.error("Every feature needs words, and there must be at least one; remove the empty ones.")
        return
    version = desk.workspace.cases.set_features(case.id, edit.features, desk.actor, seen=edit.base.version)
    _forget(desk, case.id)
    shell.tell(f"Saved as version {version} of the features.")
    st.rerun()
