"""Case, view Draft: make the draft, edit its sections, save a revision, answer its questions, submit.

A save names the digest that was edited, so that it is refused if somebody saved meanwhile; the fields then
keep what was written until it is dropped, as they do over a reload: it is kept for its writer field by field.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from pipeline.people import Role
from pipeline.publishing import UnknownDraftError
from pipeline.review import LONGEST_NOTE, Action, State
from publications.document import HEADINGS, TextSection, canonical, parse
from ui.screens import shell
from ui.widgets import badge, bullets, count, element, instant, plain, show

if TYPE_CHECKING:
    from pipeline.store_cases import Case
    from pipeline.store_drafts import DraftCase
    from publications.document import DefensivePublication, SectionName


def view(desk: shell.Desk, case: Case) -> None:
    """Show the draft of a case, or what it takes to make one."""
    try:
        draft = desk.workspace.publishing.get(case.id)
    except UnknownDraftError:
        _none(desk, case)
        return
    allowed = desk.workspace.publishing.allowed(draft.id, desk.actor)
    _head(desk, draft)
    if Action.REVISE in allowed and draft.draft.state in {State.IN_REVIEW, State.APPROVED}:
        st.warning("It is with its reviewers. Saving a revision takes it back and voids every approval.")
    shell.link("Read it as it will be published", "review", id=draft.id)
    _questions(draft)
    if Action.REVISE in allowed:
        _edit(desk, draft, submits=Action.SUBMIT in allowed)
    else:
        _why_closed(draft)
        _read(draft.publication)


def _none(desk: shell.Desk, case: Case) -> None:
    st.info(
        "There is no draft yet. It is put together from the disclosure and the newest comparison, in the "
        "inventor's own words; what is missing becomes questions."
    )
    if Role.MANAGER not in desk.actor.roles:
        st.caption("Making the draft is the IP manager's step; choose who is acting in the sidebar.")
        return
    if st.button("Make the draft", type="primary"):
        with shell.said():
            made = desk.workspace.publishing.draft(case.id, desk.actor)
            shell.tell(f"{made.id} was made. Read it, answer its questions, then submit it for review.")
            st.rerun()


def _head(desk: shell.Desk, draft: DraftCase) -> None:
    newest = draft.draft.revisions[-1]
    facts = (
        badge(draft.draft.state.value, shell.MOODS.get(draft.draft.state.value, "")),
        element(draft.id, "ad-id", "span"),
        element(f"revision {newest.number}, {instant(newest.at)}, by {desk.called(newest.by)}", tag="span"),
        element(f"digest {newest.digest}", "ad-hash", "span"),
    )
    show(f'<div class="ad-head ad-quiet">{"".join(facts)}</div>')
    if draft.draft.state is State.CHANGES_REQUESTED and (said := last_reason(draft)):
        who, reason = said
        st.warning(plain(f"{desk.called(who)} asks for changes: {reason}", limit=LONGEST_NOTE + 200))


def last_reason(draft: DraftCase) -> tuple[str, str] | None:
    """Return who last asked for changes, and why."""
    for event in reversed(draft.draft.events):
        if event.kind is Action.REQUEST_CHANGES:
            return event.actor, event.detail
    return None


def _questions(draft: DraftCase) -> None:
    if not draft.questions:
        return
    with st.expander(f"{count(len(draft.questions), 'question')} to the inventor", expanded=True):
        show(bullets([question.text for question in draft.questions]))


def _why_closed(draft: DraftCase) -> None:
    words = {
        State.PUBLISHED: "It is published and never changes again.",
    }.get(draft.draft.state, "Its authors and the IP managers edit it.")
    st.caption(words)


def _read(publication: DefensivePublication) -> None:
    from ui.screens.paper import paper

    paper(publication)


def _edit(desk: shell.Desk, draft: DraftCase, *, submits: bool) -> None:
    base, moved = _base(desk, draft)
    publication = st.session_state.get(_name(draft.id, "written")) or base.publication
    # the edition parts the fields before and after a drop: a browser keeps what it shows under an equal key
    edition = st.session_state.get(_name(draft.id, "edition"), 0)
    key = f"{desk.actor.id}-{draft.id}-{base.publication.digest[:16]}-{edition}"
    title = st.text_input("Title", publication.title, key=f"title-{key}", max_chars=300)
    authors = st.text_area(
        "Authors, one name per line", "\n".join(publication.authors), key=f"authors-{key}", height=80
    )
    abstract = st.text_area("Abstract", publication.abstract, key=f"abstract-{key}", height="content")
    keywords = st.text_input(
        "Keywords, parted by commas", ", ".join(publication.keywords), key=f"words-{key}"
    )
    classes = ", ".join(publication.classes)
    classes = st.text_input("CPC classes, parted by commas", classes, key=f"classes-{key}")
    texts = {section.name: section.text for section in publication.sections}
    written: list[TextSection] = []
    for name, heading in HEADINGS.items():
        text = _section(name, heading, texts.get(name, ""), key)
        if text or name in texts:
            written.append(TextSection(name=name, text=text))
    contact = st.text_input("Contact", publication.contact, key=f"contact-{key}", max_chars=300)
    ai_use = st.text_input(
        "What artificial intelligence contributed", publication.ai_use, key=f"ai-{key}", max_chars=1000
    )
    edited = replace(
        publication,
        title=title,
        authors=entries(authors, "\n", publication.authors),
        abstract=abstract,
        keywords=entries(keywords, ", ", publication.keywords),
        classes=entries(classes, ", ", publication.classes),
        sections=tuple(written),
        contact=contact,
        ai_use=ai_use,
    )
    _act(desk, draft, base, edited, submits=submits, moved=moved)


def entries(text: str, separator: str, before: tuple[str, ...]) -> tuple[str, ...]:
    """Return the entries of a field that holds several; `before` itself where nobody touched the field."""
    if text == separator.join(before):
        return before
    return tuple(entry.strip() for entry in text.split(separator.strip() or separator) if entry.strip())


def _section(name: SectionName, heading: str, text: str, key: str) -> str:
    return st.text_area(heading, text, key=f"section-{name.value}-{key}", height="content", max_chars=200_000)


def _base(desk: shell.Desk, draft: DraftCase) -> tuple[DraftCase, bool]:
    """Return the revision being edited, and whether this session has shown another one before.

    That is the newest, unless there are unsaved words on an older one.
    """
    name = _name(draft.id)
    held: DraftCase | None = st.session_state.get(name) or _restored(desk, draft)
    same = held is None or held.publication.digest == draft.publication.digest
    if held is not None and not same and st.session_state.get(_name(draft.id, "changed")):
        st.warning(
            "Somebody saved another revision while you were editing. Drop your changes to see it; "
            "yours cannot be saved over it."
        )
        return held, True
    st.session_state[name] = draft
    if not same:
        st.warning(
            "Somebody saved the revision that you see now. If you pressed a button, nothing was done: read "
            "it first."
        )
    return draft, not same


def _restored(desk: shell.Desk, draft: DraftCase) -> DraftCase | None:
    """Return the revision that this person was editing when the page went away, and take up the words."""
    kept = desk.workspace.unsaved.get(desk.actor, _form(draft.id))
    numbers = {revision.digest: revision.number for revision in draft.draft.revisions}
    number = numbers.get(kept.get("digest", ""))
    if number is None:
        return None
    written = parse(kept["text"])
    st.session_state[_name(draft.id, "written")] = written
    st.session_state[_name(draft.id, "kept")] = written.digest
    st.session_state[_name(draft.id, "changed")] = True
    older = draft if number == len(draft.draft.revisions) else None
    held = older or replace(draft, publication=desk.workspace.publishing.revision(draft.id, number))
    st.session_state[_name(draft.id)] = held
    return held


def _keep(desk: shell.Desk, base: DraftCase, edited: DefensivePublication, *, changed: bool) -> None:
    """Keep the words for their writer until they are saved or dropped."""
    name = _name(base.id, "kept")
    kept = edited.digest if changed else ""
    if kept == st.session_state.get(name, ""):
        return
    words = {"digest": base.publication.digest, "text": canonical(edited).decode()} if changed else {}
    desk.workspace.unsaved.keep(desk.actor, _form(base.id), words)
    st.session_state[name] = kept


def _form(number: str) -> str:
    return f"draft {number}"


def _name(number: str, what: str = "held") -> str:
    """Return a key of the session; one person's words never become another's by a change of who is acting."""
    return f"draft-{st.session_state['actor']}-{number}-{what}"


def _act(
    desk: shell.Desk,
    draft: DraftCase,
    base: DraftCase,
    edited: DefensivePublication,
    *,
    submits: bool,
    moved: bool,
) -> None:
    changed = edited != base.publication
    st.session_state[_name(draft.id, "changed")] = changed
    _keep(desk, base, edited, changed=changed)
    with st.bottom, st.container(horizontal=True, vertical_alignment="bottom"):
        note = st.text_input(
            "What did you change? (optional)",
            key=f"note-{draft.id}-{draft.version}",
            max_chars=500,
            width=320,
        )
        save = st.button("Save as a new revision", type="primary", disabled=not changed)
        submit = st.button(
            "Submit for review",
            disabled=changed or not submits,
            help="A revision first: the one that is saved was judged already." if not submits else None,
        )
        if changed and st.button("Drop my changes"):
            _drop(desk, draft.id)
            st.rerun()
        st.caption("Unsaved changes" if changed else "All changes are saved")
    publishing = desk.workspace.publishing
    with shell.said():
        if save:
            publishing.revise(draft.id, edited, desk.actor, seen=base.publication.digest, note=note)
            _drop(desk, draft.id)
            shell.tell("Saved as a new revision. Earlier approvals, if any, no longer count.")
            st.rerun()
        if submit and not moved:
            publishing.submit(draft.id, desk.actor, seen=base.publication.digest)
            shell.tell("Submitted for review. Somebody who wrote none of it decides.")
            st.rerun()


def _drop(desk: shell.Desk, number: str) -> None:
    for what in ("held", "written", "changed", "kept"):
        st.session_state.pop(_name(number, what), None)
    edition = _name(number, "edition")
    st.session_state[edition] = st.session_state.get(edition, 0) + 1
    desk.workspace.unsaved.drop(desk.actor, _form(number))
