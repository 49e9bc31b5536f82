"""`Draft` and its review: a pure state machine. No path publishes bytes that others did not approve.

    start ─ DRAFT ── submit ── IN_REVIEW ── approve (the last one needed) ── APPROVED ── publish ── PUBLISHED
              ▲                    │                                            │
              └────── revise ──────┴── request_changes ── CHANGES_REQUESTED ────┘

Decisions
---------
* An approval is bound to a revision and to its digest. `revise` and `request_changes` void every approval
  from whatever state, and the event that did it names those that it voided.
* Whoever started the draft, wrote any revision of it or is named as inventor never judges it, whatever roles
  they hold. That is matched by id and by name, so it also holds for inventors who get an account later and
  for a second account; `recognised` adds what only the records of people know, such as a renaming. Two
  accounts of one name are one approval.
* A person who holds the role of inventor only writes in drafts that name them; an IP manager writes in any,
  and is a contributor from then on.
* Publishing is an act of execution: it takes the digest that was approved, and may be done by a manager or
  a reviewer, also by one who wrote the text. The judgement was somebody else's.
* Every function asks `refusal` first, and `allowed` asks nothing else: buttons and service cannot disagree.
* Lowering the number of approvals needed never moves a draft by itself; raising it stops an approved one
  until the missing approvals are there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pipeline.people import Person, Role, among, identity, same_name
from pipeline.review_errors import (
    AlreadyApprovedError,
    DigestFormError,
    NaiveTimeError,
    NoReasonError,
    NotEnoughApprovalsError,
    NoteTooLongError,
    NotTheirDraftError,
    OwnTextError,
    ReviewPolicyError,
    UnchangedRevisionError,
    WrongDigestError,
    WrongRoleError,
    WrongStateError,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pipeline.errors import RefusedError

LONGEST_NOTE: Final = 4000


class State(StrEnum):
    """Where a draft is."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    CHANGES_REQUESTED = "changes requested"
    APPROVED = "approved"
    PUBLISHED = "published"


class Action(StrEnum):
    """What is done to a draft; also the kind of an event."""

    START = "started"
    REVISE = "revised"
    SUBMIT = "submitted"
    REQUEST_CHANGES = "changes requested"
    APPROVE = "approved"
    PUBLISH = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One text of a draft, by its digest."""

    number: int
    """1, 2, 3, …"""
    digest: str
    """SHA-256 of the canonical bytes, lower-case hex."""
    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A reviewer's yes to exactly one revision."""

    reviewer: str
    revision: int
    digest: str
    at: datetime
    note: str = ""
    name: str = ""
    """The reviewer's name at that time: two accounts of one human being are one approval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step, in words that a log may hold: ids, digests, and what people wrote about the step."""

    kind: Action
    actor: str
    at: datetime
    revision: int
    """The revision that was current after the step."""
    detail: str = ""
    """The reason or note as given."""
    voided: tuple[str, ...] = ()
    """Reviewers whose approvals this step voided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The review record of one text; the texts themselves are stored by digest. Made by `start` only."""

    id: str
    disclosure_id: str
    author: str
    contributors: tuple[str, ...]
    """Ids of everybody who wrote any revision or is an inventor; sorted, the author included."""
    revisions: tuple[Revision, ...]
    inventors: tuple[str, ...] = ()
    """Inventors by name, for those who have no id yet."""
    writers: tuple[str, ...] = ()
    """Contributors by the names that they had when they wrote; sorted."""
    state: State = State.DRAFT
    approvals: tuple[Approval, ...] = ()
    """Those of the current revision; voided ones live on in the events."""
    events: tuple[Event, ...] = ()

    @property
    def current(self) -> Revision:
        """The newest revision."""
        return self.revisions[-1]

    @property
    def digest(self) -> str:
        """The digest of the newest revision."""
        return self.current.digest


_WRITERS: Final = (Role.MANAGER, Role.INVENTOR)
_ROLES: Final = {
    Action.START: _WRITERS,
    Action.REVISE: _WRITERS,
    Action.SUBMIT: _WRITERS,
    Action.REQUEST_CHANGES: (Role.REVIEWER,),
    Action.APPROVE: (Role.REVIEWER,),
    Action.PUBLISH: (Role.MANAGER, Role.REVIEWER),
}
_STATES: Final = {
    Action.REVISE: {State.DRAFT, State.IN_REVIEW, State.CHANGES_REQUESTED, State.APPROVED},
    Action.SUBMIT: {State.DRAFT},
    Action.REQUEST_CHANGES: {State.IN_REVIEW, State.APPROVED},
    Action.APPROVE: {State.IN_REVIEW, State.APPROVED},
    Action.PUBLISH: {State.APPROVED},
}
_ACTS: Final = {
    Action.START: "start",
    Action.REVISE: "revise",
    Action.SUBMIT: "submit",
    Action.REQUEST_CHANGES: "request changes to",
    Action.APPROVE: "approve",
    Action.PUBLISH: "publish",
}
_JUDGES: Final = {Action.REQUEST_CHANGES, Action.APPROVE}
_WHAT_NOW: Final = {
    State.DRAFT: "its author submits it for review first",
    State.IN_REVIEW: "reviewers decide on it first",
    State.CHANGES_REQUESTED: "its author revises it first",
    State.APPROVED: "publish it, or revise it to start again",
    State.PUBLISHED: "a correction is a new draft",
}


def start(
    number: str,
    disclosure: str,
    actor: Person,
    *,
    digest: str,
    at: datetime,
    contributors: Iterable[str] = (),
    inventors: Iterable[str] = (),
) -> Draft:
    """Return a new draft with its first revision.

    `contributors` are ids, `inventors` names: none of them will ever approve it. Raises WrongRoleError.
    """
    if not actor.has(*_WRITERS):
        raise _wrong_role(Action.START, number, actor)
    at = _utc(number, at)
    first = Revision(number=1, digest=_sha256(number, digest), by=actor.id, at=at)
    return Draft(
        id=number,
        disclosure_id=disclosure,
        author=actor.id,
        contributors=tuple(sorted({actor.id, *contributors})),
        inventors=tuple(dict.fromkeys(inventors)),
        writers=(actor.name,),
        revisions=(first,),
        events=(Event(kind=Action.START, actor=actor.id, at=at, revision=1),),
    )


def refusal(draft: Draft, actor: Person, action: Action, *, needed: int = 1) -> RefusedError | None:
    """Return why a person may not take a step now, or None; what the step itself is told is not judged."""
    if needed < 1:
        raise ReviewPolicyError(needed)
    return (
        _wrong_state(draft, action)
        or _wrong_person(draft, actor, action)
        or _wrong_count(draft, actor, action, needed)
    )


def allowed(draft: Draft, person: Person, *, needed: int = 1) -> tuple[Action, ...]:
    """Return the steps that a person may take now, in the order of a draft's life."""
    return tuple(action for action in _STATES if refusal(draft, person, action, needed=needed) is None)


def standing(draft: Draft) -> tuple[Approval, ...]:
    """Return the approvals that count: of the current revision's digest, by somebody who wrote none of it."""
    wrote = {identity(one) for one in draft.contributors}
    return tuple(
        approval
        for approval in draft.approvals
        if (approval.revision, approval.digest) == (draft.current.number, draft.digest)
        and identity(approval.reviewer) not in wrote
    )


def recognised(draft: Draft, names: Mapping[str, Collection[str]]) -> Draft:
    """Return the draft with everybody as contributor who ever went by the name of one.

    `names` maps people's ids to every name that they have had.
    """
    wrote = {identity(one) for one in draft.contributors}
    own = {name for one, all_ in names.items() if identity(one) in wrote for name in all_}
    known = {*own, *draft.writers, *draft.inventors}
    same = {one for one, all_ in names.items() if any(same_name(a, b) for a in all_ for b in known)}
    return replace(draft, contributors=tuple(sorted({*draft.contributors, *same})))


def revise(draft: Draft, actor: Person, at: datetime, *, digest: str, note: str = "") -> Draft:
    """Add a revision; every approval is void and the draft has to be submitted again."""
    at = _ask(draft, actor, Action.REVISE, at, note)
    if _sha256(draft.id, digest) == draft.digest:
        raise UnchangedRevisionError(draft.id, digest, draft.current.number)
    added = Revision(number=draft.current.number + 1, digest=digest, by=actor.id, at=at, note=note)
    changed = replace(
        draft,
        contributors=tuple(sorted({*draft.contributors, actor.id})),
        writers=tuple(sorted({*draft.writers, actor.name})),
        revisions=(*draft.revisions, added),
    )
    return _moved(changed, State.DRAFT, Action.REVISE, actor, at, note, voids=True)


def submit(draft: Draft, actor: Person, at: datetime) -> Draft:
    """Hand the current revision to the reviewers."""
    at = _ask(draft, actor, Action.SUBMIT, at)
    return _moved(draft, State.IN_REVIEW, Action.SUBMIT, actor, at)


def request_changes(draft: Draft, actor: Person, at: datetime, *, reason: str) -> Draft:
    """Send the current revision back, also when it was approved already; every approval is void."""
    at = _ask(draft, actor, Action.REQUEST_CHANGES, at, reason)
    if not reason.strip():
        raise NoReasonError(draft.id)
    state = State.CHANGES_REQUESTED
    return _moved(draft, state, Action.REQUEST_CHANGES, actor, at, reason.strip(), voids=True)


def approve(
    draft: Draft, actor: Person, at: datetime, *, digest: str, note: str = "", needed: int = 1
) -> Draft:
    """Approve the revision with that digest; the last approval needed makes the draft APPROVED."""
    at = _ask(draft, actor, Action.APPROVE, at, note, needed=needed)
    _same_digest(draft, Action.APPROVE, digest)
    given = Approval(
        reviewer=actor.id, revision=draft.current.number, digest=digest, at=at, note=note, name=actor.name
    )
    changed = replace(draft, approvals=(*draft.approvals, given))
    enough = draft.state is State.APPROVED or len(standing(changed)) >= needed
    return _moved(changed, State.APPROVED if enough else draft.state, Action.APPROVE, actor, at, note)


def publish(draft: Draft, actor: Person, at: datetime, *, digest: str, needed: int = 1) -> Draft:
    """Close the draft as published with the digest that was approved."""
    at = _ask(draft, actor, Action.PUBLISH, at, needed=needed)
    _same_digest(draft, Action.PUBLISH, digest)
    return _moved(draft, State.PUBLISHED, Action.PUBLISH, actor, at, digest)


def _ask(
    draft: Draft, actor: Person, action: Action, at: datetime, note: str = "", *, needed: int = 1
) -> datetime:
    refused = refusal(draft, actor, action, needed=needed)
    if refused is not None:
        raise refused
    if len(note) > LONGEST_NOTE:
        raise NoteTooLongError(draft.id, len(note), LONGEST_NOTE)
    return _utc(draft.id, at)


def _wrong_state(draft: Draft, action: Action) -> RefusedError | None:
    if draft.state in _STATES.get(action, set()):
        return None
    return WrongStateError(_ACTS[action], draft.id, draft.state.value, _WHAT_NOW[draft.state])


def _wrong_person(draft: Draft, actor: Person, action: Action) -> RefusedError | None:
    contributed = among(actor, draft.contributors, draft.inventors)
    if action in _JUDGES and (contributed or among(actor, (), draft.writers)):
        return OwnTextError(_ACTS[action], draft.id, actor.id)
    if not actor.has(*_ROLES[action]):
        return _wrong_role(action, draft.id, actor)
    if _ROLES[action] is _WRITERS and not contributed and not actor.has(Role.MANAGER):
        return NotTheirDraftError(_ACTS[action], draft.id, actor.id)
    return None


def _wrong_count(draft: Draft, actor: Person, action: Action, needed: int) -> RefusedError | None:
    given = standing(draft)
    if action is Action.PUBLISH and len(given) < needed:
        return NotEnoughApprovalsError(draft.id, len(given), needed)
    if action is not Action.APPROVE:
        return None
    if among(actor, (one.reviewer for one in given), (one.name for one in given)):
        return AlreadyApprovedError(draft.id, actor.id, draft.current.number)
    if draft.state is State.APPROVED and len(given) >= needed:
        return WrongStateError(_ACTS[action], draft.id, draft.state.value, _WHAT_NOW[draft.state])
    return None


def _moved(
    draft: Draft,
    state: State,
    action: Action,
    actor: Person,
    at: datetime,
    detail: str = "",
    *,
    voids: bool = False,
) -> Draft:
    event = Event(
        kind=action,
        actor=actor.id,
        at=at,
        revision=draft.current.number,
        detail=detail,
        voided=tuple(approval.reviewer for approval in draft.approvals) if voids else (),
    )
    approvals = () if voids else draft.approvals
    return replace(draft, state=state, approvals=approvals, events=(*draft.events, event))


def _same_digest(draft: Draft, action: Action, digest: str) -> None:
    if digest != draft.digest:
        raise WrongDigestError(_ACTS[action], draft.id, digest, draft.digest, draft.current.number)


def _wrong_role(action: Action, draft: str, actor: Person) -> WrongRoleError:
    return WrongRoleError(_ACTS[action], draft, actor.id, (role.value for role in _ROLES[action]))


def _sha256(draft: str, digest: str) -> str:
    if re.fullmatch(r"[0-9a-f]{64}", digest) is None:
        raise DigestFormError(draft, digest)
    return digest


def _utc(draft: str, at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise NaiveTimeError(draft, at)
    return at.astimezone(UTC)
