"""Review: the queue, or one draft as it will be published, with buttons that never move; `?id=DR-0001`.

Who wrote any of it has no buttons and is told why; the service refuses them too. An approval binds to the
digest of exactly these bytes, so its first characters are typed by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pipeline.redline import Op, redline
from pipeline.review import LONGEST_NOTE, Action, State, refusal
from ui.screens import progress, shell
from ui.screens.paper import paper
from ui.screens.publications import name
from ui.widgets import badge, count, day, element, instant, plain, show, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.redline import Piece
    from pipeline.store_drafts import DraftCase, DraftLine

TYPED = 8
"""Characters of the digest that an approval asks for."""
_PAGE = 25
_OPEN = (State.IN_REVIEW, State.APPROVED, State.CHANGES_REQUESTED, State.DRAFT)


def page() -> None:
    """Show the page."""
    desk = shell.desk()
    number = shell.asked("id")
    if not number:
        _queue(desk)
        return
    draft = desk.workspace.publishing.get(number)
    _head(desk, draft)
    moved = _moved(desk, draft)
    shown = "As published" if draft.draft.state is State.PUBLISHED else "As it will be published"
    text, changes, log = st.tabs([shown, "Changes", "Log"])
    with text:
        paper(draft.publication)
    with changes:
        _changes(desk, draft)
    with log:
        _log(desk, draft)
    job = progress.newest(desk.workspace, draft.id, "publish")
    with st.bottom:
        progress.watch(desk.workspace, job, "Publishing")
        _actions(desk, draft, busy=progress.active(job), moved=moved)


def _moved(desk: shell.Desk, draft: DraftCase) -> bool:
    """Say so if this session has shown another revision before: what was pressed there is not done here."""
    name, newest = f"read-{draft.id}", draft.draft.current
    before = st.session_state.get(name, newest.digest)
    st.session_state[name] = newest.digest
    if before == newest.digest:
        return False
    st.warning(
        plain(
            f"The text changed since you last saw it here: revision {newest.number}, by "
            f"{desk.called(newest.by)}, {instant(newest.at)}. If you pressed a button, nothing was done. "
            "Read it again, then decide.",
            limit=500,
        )
    )
    return True


def _queue(desk: shell.Desk) -> None:
    shell.heading(
        "Review", "Drafts that are not published yet: those in review first, then the longest waiting."
    )
    lines = [line for line in desk.workspace.publishing.list() if State(line.state) in _OPEN]
    if not lines:
        st.info("Nothing waits for review. A draft arrives here when its author submits it.")
        shell.link("All cases", "case")
        return
    lines.sort(key=lambda line: (_OPEN.index(State(line.state)), line.changed_at))
    pages = -(-len(lines) // _PAGE)
    chosen = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    st.caption(count(len(lines), "draft"))
    for line in lines[(chosen - 1) * _PAGE : chosen * _PAGE]:
        _line(desk, line)


def _line(desk: shell.Desk, line: DraftLine) -> None:
    facts = f" {line.id} · {line.disclosure} · by {desk.called(line.author)} · since {day(line.changed_at)}"
    shell.row(
        element(line.title, "ad-title"),
        badge(line.state, shell.MOODS.get(line.state, "")),
        element(facts, "ad-quiet", "span"),
        key=line.id,
        label="Read it",
        name="review",
        id=line.id,
    )


def _head(desk: shell.Desk, draft: DraftCase) -> None:
    newest = draft.draft.revisions[-1]
    facts = (
        badge(draft.draft.state.value, shell.MOODS.get(draft.draft.state.value, "")),
        element(draft.id, "ad-id", "span"),
        element(f"revision {newest.number} by {desk.called(newest.by)}, {instant(newest.at)}", tag="span"),
        element("not legal advice", tag="span"),
    )
    title(
        draft.publication.title,
        f'<div class="ad-head ad-quiet">{"".join(facts)}</div>',
        element("Digest ", "ad-quiet", "span"),
        element(newest.digest, "ad-hash", "span"),
    )
    with st.container(horizontal=True):
        shell.link("Its case", "case", id=draft.draft.disclosure_id, view="draft")
        for line in desk.workspace.publishing.publications():
            if line.draft == draft.id:
                shell.link("Its publication", "publications", id=name(line))


def _changes(desk: shell.Desk, draft: DraftCase) -> None:
    revisions = draft.draft.revisions
    if len(revisions) == 1:
        st.info("This is the first revision: there is nothing to compare it with.")
        return
    numbers = [revision.number for revision in revisions[:-1]]
    before = st.selectbox("Compare with revision", numbers[::-1], key=f"before-{draft.id}")
    older = desk.workspace.publishing.revision(draft.id, before)
    changed = False
    for section in redline(older, draft.publication):
        if not section.changed:
            continue
        changed = True
        show(element(section.heading, "ad-title"), f'<div class="ad-pre">{_redlined(section.pieces)}</div>')
    if not changed:
        st.info("The words are the same.")


def _redlined(pieces: Sequence[Piece]) -> str:
    tags = {Op.KEEP: "span", Op.DROP: "del", Op.ADD: "ins"}
    return "".join(element(piece.text, tag=tags[piece.op]) for piece in pieces)


def _log(desk: shell.Desk, draft: DraftCase) -> None:
    for event in reversed(draft.draft.events):
        void = ", ".join(map(desk.called, event.voided))
        voided = f" (void now: the approval of {void})" if void else ""
        who = f"{desk.called(event.actor)} ({event.actor})"
        line = f"{instant(event.at)} · {who} · {event.kind.value}, revision {event.revision}{voided}"
        show(element(line, "ad-quiet"), element(event.detail, "ad-pre") if event.detail else "")


def _actions(desk: shell.Desk, draft: DraftCase, *, busy: bool, moved: bool) -> None:
    allowed = desk.workspace.publishing.allowed(draft.id, desk.actor)
    reviewing = {Action.REQUEST_CHANGES, Action.APPROVE, Action.PUBLISH} & set(allowed)
    if not reviewing:
        st.info(_why_not(desk, draft))
        return
    with st.container(horizontal=True):
        ask = st.button("Ask for changes", disabled=Action.REQUEST_CHANGES not in allowed or busy)
        approve = st.button("Approve", type="primary", disabled=Action.APPROVE not in allowed or busy)
        publish = st.button("Publish", disabled=Action.PUBLISH not in allowed or busy)
    if moved:
        return
    if ask:
        _ask(draft)
    if approve:
        _approve(draft)
    if publish:
        _publish(draft)


def _why_not(desk: shell.Desk, draft: DraftCase) -> str:
    if draft.draft.state is State.PUBLISHED:
        return "Published: these bytes never change again."
    needed = desk.workspace.settings.review.approvals
    refused = refusal(draft.draft, desk.actor, Action.APPROVE, needed=needed)
    return plain(f"No buttons here: {refused}", limit=500)


# A dialog keeps the draft that was shown when it opened; whose click it is, and what they may, is asked anew.


@st.dialog("Ask for changes")
def _ask(draft: DraftCase) -> None:
    reason = st.text_area("What has to change, and why", max_chars=LONGEST_NOTE, height=140)
    if st.button("Send back", type="primary"):
        with shell.said():
            desk = shell.desk()
            seen = draft.publication.digest
            desk.workspace.publishing.request_changes(draft.id, desk.actor, reason, seen=seen)
            shell.tell("Sent back with your reason.")
            st.rerun()


@st.dialog("Approve exactly these bytes")
def _approve(draft: DraftCase) -> None:
    digest = draft.publication.digest
    st.write("You approve the text that you have read, and nothing that is edited later.")
    show(
        element(f"Digest of revision {draft.draft.current.number} (SHA-256)", "ad-quiet"),
        element(digest, "ad-hash"),
    )
    typed = st.text_input(f"Type its first {TYPED} characters", max_chars=64)
    note = st.text_input("Note (optional)", max_chars=500)
    if st.button("Approve these bytes", type="primary"):
        if typed.strip().lower() != digest[:TYPED]:
            st.error(f"Those are not the first {TYPED} characters of this digest.")
            return
        with shell.said():
            desk = shell.desk()
            desk.workspace.publishing.approve(draft.id, desk.actor, digest, note)
            shell.tell("Approved. Any later edit voids this approval.")
            st.rerun()


@st.dialog("Publish")
def _publish(draft: DraftCase) -> None:
    st.write(
        "This builds the page, the PDF and the text, and stamps them. A number is used up, and what is "
        "published is never changed, only followed by a new version."
    )
    digest = draft.publication.digest
    show(
        element(f"Digest of revision {draft.draft.current.number} (SHA-256)", "ad-quiet"),
        element(digest, "ad-hash"),
    )
    if st.button("Publish now", type="primary"):
        with shell.said():
            desk = shell.desk()
            desk.workspace.publishing.check_release(draft.id, desk.actor, digest)
            desk.workspace.jobs.queue("publish", draft.id, desk.actor, digest=digest)
            st.rerun()
