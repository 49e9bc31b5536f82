from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pipeline import review
from pipeline.errors import RefusedError, UsageError
from pipeline.people import Person, Role, identity
from pipeline.records import from_json, to_json
from pipeline.review import Action, Draft, State
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
    from collections.abc import Callable

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def person(identifier: str, *roles: Role, name: str = "") -> Person:
    return Person(id=identifier, name=name or identifier.title(), roles=frozenset(roles))


A, B = digest("a"), digest("b")
INES = person("ines", Role.INVENTOR)
IVO = person("ivo", Role.INVENTOR)
MAX = person("max", Role.MANAGER)
RHEA = person("rhea", Role.REVIEWER)
REX = person("rex", Role.REVIEWER)
RUTH = person("ruth", Role.REVIEWER)
ADA = person("ada", Role.ADMIN)
GONE = person("gone")
BOTH = person("both", Role.MANAGER, Role.REVIEWER)
EVERYTHING = person("eve", *Role)


def drafted(author: Person = MAX) -> Draft:
    return review.start("DR-0001", "D-0001", author, digest=A, contributors=["ines"], at=NOW)


def in_review() -> Draft:
    return review.submit(drafted(), MAX, NOW)


def approved() -> Draft:
    return review.approve(in_review(), RHEA, NOW, digest=A)


def returned() -> Draft:
    return review.request_changes(in_review(), RHEA, NOW, reason="the example lacks numbers")


def published() -> Draft:
    return review.publish(approved(), MAX, NOW, digest=A)


def test_a_draft_goes_from_its_author_over_a_reviewer_to_publication() -> None:
    done = published()
    assert done.state is State.PUBLISHED
    kinds = [event.kind for event in done.events]
    assert kinds == [Action.START, Action.SUBMIT, Action.APPROVE, Action.PUBLISH]
    assert [event.actor for event in done.events] == ["max", "max", "rhea", "max"]
    assert done.approvals == (review.Approval(reviewer="rhea", revision=1, digest=A, at=NOW, name="Rhea"),)


def test_a_draft_survives_the_way_through_json() -> None:
    draft = review.revise(returned(), INES, NOW, digest=B, note="numbers added")
    assert from_json(Draft, to_json(Draft, draft)) == draft


def test_changes_are_requested_with_the_reason_and_answered_by_a_revision() -> None:
    draft = returned()
    assert draft.state is State.CHANGES_REQUESTED
    assert draft.events[-1].detail == "the example lacks numbers"
    with pytest.raises(WrongStateError, match="DR-0001 is changes requested: you cannot submit it now"):
        review.submit(draft, MAX, NOW)
    revised = review.revise(draft, INES, NOW, digest=B)
    assert (revised.state, revised.current.number, revised.digest) == (State.DRAFT, 2, B)


@pytest.mark.parametrize("before", [in_review, approved])
def test_an_edit_voids_approvals_and_says_whose(before: Callable[[], Draft]) -> None:
    draft = before()
    edited = review.revise(draft, MAX, NOW, digest=B)
    assert edited.state is State.DRAFT
    assert edited.approvals == ()
    assert edited.events[-1].voided == tuple(approval.reviewer for approval in draft.approvals)


def test_going_back_to_an_approved_text_does_not_revive_its_approval() -> None:
    edited = review.revise(approved(), MAX, NOW, digest=B)
    back = review.submit(review.revise(edited, MAX, NOW, digest=A), MAX, NOW)
    assert (back.digest, back.state, review.standing(back)) == (A, State.IN_REVIEW, ())
    with pytest.raises(WrongStateError):
        review.publish(back, MAX, NOW, digest=A)


def test_a_reviewer_may_still_stop_an_approved_text() -> None:
    stopped = review.request_changes(approved(), REX, NOW, reason="a customer is named")
    assert stopped.state is State.CHANGES_REQUESTED
    assert stopped.approvals == ()
    assert stopped.events[-1].voided == ("rhea",)


@pytest.mark.parametrize(
    "contributor",
    [
        replace(MAX, roles=frozenset(Role)),
        replace(INES, roles=frozenset({Role.REVIEWER})),
        person("INES", Role.REVIEWER, name="Somebody"),
        person("im2", Role.REVIEWER, name="INES  marlow"),
    ],
    ids=["author", "inventor", "inventor in capitals", "inventor under another id"],
)
def test_nobody_judges_what_they_contributed_to(contributor: Person) -> None:
    draft = review.start(
        "DR-0001", "D-0001", MAX, digest=A, contributors=["ines"], inventors=["Ines Marlow"], at=NOW
    )
    draft = review.submit(draft, MAX, NOW)
    with pytest.raises(OwnTextError, match=f"{contributor.id} contributed to DR-0001"):
        review.approve(draft, contributor, NOW, digest=A)
    with pytest.raises(OwnTextError, match="ask a reviewer who wrote none of it"):
        review.request_changes(draft, contributor, NOW, reason="x")


def test_whoever_edits_becomes_a_contributor_and_cannot_approve_any_more() -> None:
    draft = review.submit(review.revise(in_review(), BOTH, NOW, digest=B), BOTH, NOW)
    assert draft.contributors == ("both", "ines", "max")
    with pytest.raises(OwnTextError):
        review.approve(draft, BOTH, NOW, digest=B)


def test_an_approval_that_became_a_contributor_s_no_longer_counts() -> None:
    draft = approved()
    tampered = replace(draft, contributors=(*draft.contributors, "RHEA"))
    with pytest.raises(NotEnoughApprovalsError, match="0 of the 1"):
        review.publish(tampered, MAX, NOW, digest=A)


@pytest.mark.parametrize("step", [review.approve, review.publish])
def test_a_wrong_digest_is_refused_and_both_are_named(step: Callable[..., Draft]) -> None:
    draft = in_review() if step is review.approve else approved()
    actor = REX if step is review.approve else MAX
    with pytest.raises(WrongDigestError) as caught:
        step(draft, actor, NOW, digest=B)
    assert A in str(caught.value)
    assert B in str(caught.value)


def test_nobody_approves_twice_whatever_capitals_they_use() -> None:
    draft = review.approve(in_review(), RHEA, NOW, digest=A, needed=2)
    assert draft.state is State.IN_REVIEW
    for again in (RHEA, person("Rhea", Role.REVIEWER)):
        with pytest.raises(AlreadyApprovedError, match="another reviewer has to"):
            review.approve(draft, again, NOW, digest=A, needed=2)
    assert review.approve(draft, REX, NOW, digest=A, needed=2).state is State.APPROVED


def test_raising_the_number_of_approvals_stops_an_approved_draft_until_they_are_there() -> None:
    draft = approved()
    with pytest.raises(NotEnoughApprovalsError, match="1 of the 2"):
        review.publish(draft, MAX, NOW, digest=A, needed=2)
    with pytest.raises(WrongStateError):
        review.approve(draft, REX, NOW, digest=A, needed=1)
    more = review.approve(draft, REX, NOW, digest=A, needed=2)
    assert more.state is State.APPROVED
    assert review.publish(more, MAX, NOW, digest=A, needed=2).state is State.PUBLISHED


def test_no_policy_can_ask_for_no_approval() -> None:
    with pytest.raises(ReviewPolicyError, match="at least 1"):
        review.publish(in_review(), MAX, NOW, digest=A, needed=0)
    with pytest.raises(ReviewPolicyError):
        review.allowed(drafted(), MAX, needed=0)


@pytest.mark.parametrize("actor", [RHEA, ADA, GONE])
def test_only_writers_start_revise_and_submit(actor: Person) -> None:
    with pytest.raises(WrongRoleError, match=f"{actor.id} may not start DR-0001.*manager or inventor"):
        drafted(actor)
    with pytest.raises(WrongRoleError, match="revise"):
        review.revise(drafted(), actor, NOW, digest=B)
    with pytest.raises(WrongRoleError, match="submit"):
        review.submit(drafted(), actor, NOW)


@pytest.mark.parametrize("actor", [IVO, ADA, GONE, person("mia", Role.MANAGER)])
def test_only_reviewers_judge(actor: Person) -> None:
    with pytest.raises(WrongRoleError, match="takes the role reviewer"):
        review.approve(in_review(), actor, NOW, digest=A)
    with pytest.raises(WrongRoleError, match="request changes to"):
        review.request_changes(in_review(), actor, NOW, reason="x")


@pytest.mark.parametrize("actor", [INES, ADA, GONE])
def test_only_managers_and_reviewers_publish(actor: Person) -> None:
    with pytest.raises(WrongRoleError, match="manager or reviewer"):
        review.publish(approved(), actor, NOW, digest=A)


def test_an_inventor_writes_in_no_draft_but_their_own() -> None:
    with pytest.raises(NotTheirDraftError, match="ivo is not named in DR-0001"):
        review.revise(drafted(), IVO, NOW, digest=B)
    assert review.revise(drafted(), INES, NOW, digest=B).current.by == "ines"


def test_a_published_draft_never_changes_again() -> None:
    for action in Action:
        assert isinstance(review.refusal(published(), EVERYTHING, action), WrongStateError)
    with pytest.raises(WrongStateError, match="a correction is a new draft"):
        review.revise(published(), MAX, NOW, digest=B)


def test_what_a_step_is_told_is_checked() -> None:
    with pytest.raises(NoReasonError, match="say what has to change"):
        review.request_changes(in_review(), RHEA, NOW, reason=" \n ")
    with pytest.raises(NoteTooLongError, match="5,000 characters"):
        review.approve(in_review(), RHEA, NOW, digest=A, note="n" * 5000)
    with pytest.raises(UnchangedRevisionError, match="revision 1 of DR-0001"):
        review.revise(drafted(), MAX, NOW, digest=A)
    with pytest.raises(DigestFormError, match="not a SHA-256"):
        review.revise(drafted(), MAX, NOW, digest=A.upper())


def test_times_are_kept_in_utc_and_a_time_without_a_zone_is_refused() -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    assert review.submit(drafted(), MAX, tokyo).events[-1].at.isoformat() == "2026-03-01T12:00:00+00:00"
    with pytest.raises(NaiveTimeError, match="has no time zone"):
        review.submit(drafted(), MAX, datetime(2026, 3, 1))  # noqa: DTZ001 - the point of the test


def attempt(draft: Draft, action: Action, who: Person, needed: int, text: str) -> Draft | None:
    """Take a step with arguments that are right, so that only who and when can be refused."""
    try:
        match action:
            case Action.REVISE:
                return review.revise(draft, who, NOW, digest=text)
            case Action.SUBMIT:
                return review.submit(draft, who, NOW)
            case Action.REQUEST_CHANGES:
                return review.request_changes(draft, who, NOW, reason="why")
            case Action.APPROVE:
                return review.approve(draft, who, NOW, digest=draft.digest, needed=needed)
            case _:
                return review.publish(draft, who, NOW, digest=draft.digest, needed=needed)
    except RefusedError:
        return None


FRESH = digest("never seen before")
STEPS = (Action.REVISE, Action.SUBMIT, Action.REQUEST_CHANGES, Action.APPROVE, Action.PUBLISH)
PEOPLE = (INES, IVO, MAX, RHEA, REX, ADA, GONE, BOTH, EVERYTHING, person("RHEA", Role.REVIEWER))


@settings(max_examples=150, deadline=None)
@given(
    path=st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(PEOPLE)), max_size=14),
    needed=st.integers(1, 3),
)
def test_a_step_is_allowed_exactly_when_it_is_not_refused(
    path: list[tuple[Action, Person]], needed: int
) -> None:
    draft = drafted()
    for count, (chosen, who) in enumerate(path):
        text = digest(f"text {count}")
        for somebody in PEOPLE:
            can = {one for one in STEPS if attempt(draft, one, somebody, needed, text) is not None}
            assert can == set(review.allowed(draft, somebody, needed=needed))
        draft = attempt(draft, chosen, who, needed, text) or draft


class ReviewMachine(RuleBasedStateMachine):
    """Everybody tries everything; the law is kept in a ledger of its own, not read from the draft."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = 0
        self.needed = 1
        self.wrote: set[str] = set()
        self.yes: dict[str, set[str]] = {}
        self.draft = drafted()
        self.frozen: Draft | None = None

    @initialize(author=st.sampled_from([MAX, BOTH, INES]), needed=st.integers(1, 3))
    def begin(self, author: Person, needed: int) -> None:
        self.needed = needed
        self.draft = drafted(author)
        self.wrote = {identity(author.id), "ines"}

    def attempt(self, step: Callable[[], Draft]) -> bool:
        try:
            self.draft = step()
        except (RefusedError, UsageError):
            return False
        return True

    @rule(who=st.sampled_from([BOTH, *PEOPLE]), old=st.booleans())
    def edit(self, who: Person, old: bool) -> None:
        self.texts += not old
        text = digest(f"text {self.texts}") if not old else A
        if self.attempt(lambda: review.revise(self.draft, who, NOW, digest=text)):
            self.wrote.add(identity(who.id))
            self.yes = {}
            assert self.draft.approvals == ()
            assert self.draft.state is State.DRAFT

    @rule(reviewer=st.sampled_from([RHEA, REX, RUTH, BOTH]))
    def go_on(self, reviewer: Person) -> None:
        """Lead the draft towards publication, so that the late states are tried as much as the early ones."""
        if self.draft.state is State.DRAFT:
            self.submit(MAX)
        else:
            self.approve(reviewer, right=True)

    @rule(who=st.sampled_from(PEOPLE))
    def submit(self, who: Person) -> None:
        self.attempt(lambda: review.submit(self.draft, who, NOW))

    @rule(who=st.sampled_from(PEOPLE), reason=st.sampled_from(["", "too vague"]))
    def send_back(self, who: Person, reason: str) -> None:
        if self.attempt(lambda: review.request_changes(self.draft, who, NOW, reason=reason)):
            assert reason
            assert identity(who.id) not in self.wrote
            self.yes = {}

    @rule(who=st.sampled_from(PEOPLE), right=st.sampled_from([True, True, True, False]))
    def approve(self, who: Person, right: bool) -> None:
        named = self.draft.digest if right else FRESH
        if self.attempt(lambda: review.approve(self.draft, who, NOW, digest=named, needed=self.needed)):
            assert Role.REVIEWER in who.roles
            self.yes.setdefault(named, set()).add(identity(who.id))

    @rule(needed=st.integers(1, 3))
    def change_policy(self, needed: int) -> None:
        self.needed = needed

    @rule(who=st.sampled_from([MAX, RHEA, BOTH, INES]), right=st.booleans())
    def publish(self, who: Person, right: bool) -> None:
        named = self.draft.digest if right else FRESH
        if self.attempt(lambda: review.publish(self.draft, who, NOW, digest=named, needed=self.needed)):
            independent = self.yes.get(named, set()) - self.wrote
            assert len(independent) >= self.needed
            assert named == self.draft.digest
            self.frozen = self.draft

    @invariant()
    def a_published_draft_stays_as_it_is(self) -> None:
        assert self.frozen is None or self.draft == self.frozen

    @invariant()
    def the_record_is_complete(self) -> None:
        numbers = [revision.number for revision in self.draft.revisions]
        assert numbers == list(range(1, len(numbers) + 1))
        assert {identity(revision.by) for revision in self.draft.revisions} <= self.wrote
        assert {approval.digest for approval in self.draft.approvals} <= {self.draft.digest}


ReviewMachine.TestCase.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
test_no_path_publishes_what_others_did_not_approve = ReviewMachine.TestCase
