"""New disclosure: a file, or six questions; a file fills the answers, and each one filled asks to be checked.

An earlier showing raises a flag at once and gives no advice: what it means differs per office and per day.
What is written is kept for its writer after every field, so that neither a reload nor another page loses it.
Uploaded bytes go to a temporary file under a name of ours and are read by `pipeline.intake`, limits and all.
"""

from __future__ import annotations

import re
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pipeline.disclosure import Topic
from ui.common import failures
from ui.screens import shell
from ui.widgets import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.disclosure import Disclosure

SUFFIXES = ("md", "docx", "pdf", "html", "txt")
_MEGABYTES = 25
_FORM = "new"
"""Under which the unsaved answers are kept."""
_QUESTIONS = {
    Topic.WHAT: ("What is it?", "One or two sentences: a device, a method, a material, a program."),
    Topic.PROBLEM: ("Which problem does it solve?", "What goes wrong today, and for whom."),
    Topic.NEW: ("What is new about it?", "The difference from what you know. One point per line helps."),
    Topic.HOW: ("How does it work?", "So that somebody in the field could repeat it, with values and units."),
    Topic.WHO_WHEN: ("Who made it, and when?", "Who contributed what, and since when it has existed."),
    Topic.SHOWN: (
        "Has it been shown to anyone?",
        "Talk, poster, paper, sale, trial, repository: when, to whom, which agreement? Write 'no' if not.",
    ),
}
_MORE = {
    Topic.CLAIM: ("As one sentence", "A claim-like sentence: 'A method of …, comprising: …; …; and …'."),
    Topic.VARIANTS: ("Variants", "Other ways of doing it that should be covered too."),
    Topic.EXAMPLE: ("A worked example", "One run, with numbers."),
    Topic.ADVANTAGES: ("Advantages", "Measured, if you have measured."),
    Topic.KNOWN: ("Known solutions", "What you know that comes close."),
    Topic.OTHER: ("Anything else", "Whatever of the file fitted no question stands here."),
}
_NOTHING = re.compile(r"\s*(no|none|never|not yet|nobody|n/?a|nein|non|-)?[\s.!]*", re.IGNORECASE)


def shows(answer: str) -> bool:
    """Tell whether an answer to "has it been shown to anyone?" says more than no."""
    return _NOTHING.fullmatch(answer) is None


def read_upload(name: str, data: bytes) -> Disclosure:
    """Read an uploaded file. Raises the errors of `pipeline.intake.read_disclosure`."""
    from pipeline.intake import read_disclosure

    suffix = Path(name).suffix.lower()
    with tempfile.TemporaryDirectory(prefix="antedate-") as folder:
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(name).stem)[:60].strip("-") or "disclosure"
        path = Path(folder) / f"{stem}{suffix}"
        path.write_bytes(data)
        return read_disclosure(path)


def page() -> None:
    """Show the page."""
    shell.heading(
        "New disclosure",
        "Nothing you write here leaves this machine. Every answer is kept for you until you save, also when "
        "the page is reloaded. Not legal advice.",
    )
    desk = shell.desk()
    _restore(desk)
    st.file_uploader(
        "Start from a file, or answer the questions below",
        type=list(SUFFIXES),
        max_upload_size=_MEGABYTES,
        key=_file_key(),
        on_change=_take_over,
    )
    if problem := st.session_state.get("new-problem", ""):
        st.error(plain(problem, limit=1000))
    for warning in st.session_state.get("new-warnings", ()):
        st.warning(plain(warning, limit=500))
    _title()
    for topic, (question, hint) in _QUESTIONS.items():
        _ask(topic, question, hint)
        if topic is Topic.WHO_WHEN:
            _inventors()
        if topic is Topic.SHOWN and shows(st.session_state.get(_key(topic), "")):
            _flag_showing()
    _critical_date()
    filled = any(st.session_state.get(_key(topic)) for topic in _MORE)
    with st.expander("More, if you have it: it makes the comparison and the draft better", expanded=filled):
        for topic, (question, hint) in _MORE.items():
            _ask(topic, question, hint)
    _keep(desk)
    with st.container(horizontal=True):
        save = st.button("Save and go to its features", type="primary")
        st.button("Empty the form", on_click=_empty, disabled=not _written())
    if save:
        with shell.said():
            _save(desk)


def _file_key() -> str:
    return f"new-file-{st.session_state.get('new-emptied', 0)}"


def _fields() -> tuple[str, ...]:
    return "new-title", "new-inventors", *(_key(topic) for topic in Topic)


def _written() -> dict[str, str]:
    """Return what stands in the form, by field; the date as ISO 8601."""
    words = {key: st.session_state.get(key, "") for key in _fields()}
    day: date | None = st.session_state.get("new-date")
    return {key: text for key, text in {**words, "new-date": day.isoformat() if day else ""}.items() if text}


def _restore(desk: shell.Desk) -> None:
    """Fill the form with what its writer left, on the first visit and when another person takes over."""
    state = st.session_state
    if state.get("new-of") == desk.actor.id and "new-title" in state:
        return
    kept = desk.workspace.unsaved.get(desk.actor, _FORM)
    _fill(kept)
    state["new-of"], state["new-kept"] = desk.actor.id, dict(kept)
    state["new-filled"], state["new-problem"], state["new-warnings"] = (), "", ()


def _fill(words: Mapping[str, str]) -> None:
    state = st.session_state
    for key in _fields():
        state[key] = words.get(key, "")
    state["new-date"] = date.fromisoformat(words["new-date"]) if words.get("new-date") else None


def _keep(desk: shell.Desk) -> None:
    words = _written()
    if words != st.session_state.get("new-kept"):
        desk.workspace.unsaved.keep(desk.actor, _FORM, words)
        st.session_state["new-kept"] = words


def _empty() -> None:
    """Empty the form, its file included; runs before the page, so the fields may still be set."""
    state = st.session_state
    _fill({})
    state["new-emptied"] = state.get("new-emptied", 0) + 1
    state["new-filled"], state["new-problem"], state["new-warnings"] = (), "", ()


def _key(topic: Topic) -> str:
    return f"new-{topic.name}"


def _from_file(key: str) -> str:
    return " (from file, check)" if key in st.session_state.get("new-filled", ()) else ""


def _title() -> None:
    hint = "A few plain technical words"
    st.text_input(f"Title{_from_file('new-title')}", key="new-title", max_chars=300, placeholder=hint)


def _inventors() -> None:
    label = f"Inventors, one name per line{_from_file('new-inventors')}"
    st.text_area(
        label, key="new-inventors", height=80, max_chars=4000, placeholder="As they want to be named"
    )


def _ask(topic: Topic, question: str, hint: str) -> None:
    key = _key(topic)
    tall = topic in {Topic.HOW, Topic.NEW, Topic.CLAIM, Topic.VARIANTS, Topic.EXAMPLE}
    height = 160 if tall else 80
    label = f"{question}{_from_file(key)}"
    st.text_area(label, key=key, height=height, max_chars=200_000, help=hint, placeholder=hint)


def _critical_date() -> None:
    st.date_input(
        f"Critical date{_from_file('new-date')}",
        value=None,
        key="new-date",
        format="YYYY-MM-DD",
        width=280,
        help="Only what was public strictly before this day counts: the filing or priority day, or today if "
        "nothing was filed. It can be set later.",
    )


def _flag_showing() -> None:
    st.warning(
        "An earlier showing can start a clock. Some offices allow a grace period counted from the first "
        "showing, often six or twelve months; others allow none. Note the exact day, the audience and "
        "any agreement above, and talk to your IP manager soon. This is a flag, not legal advice."
    )


def _take_over() -> None:
    """Fill the answers from the uploaded file; runs before the page, so the fields may still be set."""
    state = st.session_state
    state["new-problem"], state["new-warnings"] = "", ()
    file = state.get(_file_key())
    if file is None:
        return
    try:
        disclosure = read_upload(file.name, file.getvalue())
    except failures() as error:
        state["new-problem"] = str(error)
        return
    filled: set[str] = set()
    answers = {_key(topic): disclosure.part(topic) for topic in Topic}
    answers[_key(Topic.SHOWN)] = disclosure.shown or answers[_key(Topic.SHOWN)]
    answers |= {"new-title": disclosure.title, "new-inventors": "\n".join(disclosure.inventors)}
    for key, value in answers.items():
        state[key] = value
        if value:
            filled.add(key)
    if disclosure.critical_date is not None:
        state["new-date"] = disclosure.critical_date
        filled.add("new-date")
    state["new-filled"] = filled
    state["new-warnings"] = disclosure.warnings


def _save(desk: shell.Desk) -> None:
    from pipeline.intake import from_answers

    state = st.session_state
    title = state["new-title"].strip()
    if not title:
        st.error("Give it a title: a few plain technical words.")
        return
    answers = {topic: state.get(_key(topic), "").strip() for topic in Topic}
    day: date | None = state.get("new-date")
    disclosure = from_answers(
        title,
        {topic: answer for topic, answer in answers.items() if answer},
        inventors=tuple(name.strip() for name in state["new-inventors"].splitlines() if name.strip()),
        critical_date=day,
    )
    number = desk.workspace.cases.add(disclosure, desk.actor)
    desk.workspace.unsaved.drop(desk.actor, _FORM)
    for key in [name for name in state if str(name).startswith("new-")]:
        del state[key]
    shell.tell(f"Saved as {number}. Check its features before anything is searched.")
    shell.go("case", id=number, view="features")
