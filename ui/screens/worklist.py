"""What waits for whom: worked out from the event log and the states of the drafts, never stored.

The log is asked rather than the reports because it is small and says when; a line names one next action. Only
the newest open cases and drafts are looked at, which keeps the first page fast whatever the workspace holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.people import Role
from pipeline.publishing import UnknownDraftError
from pipeline.review import Action, State
from pipeline.store_jobs import JobState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.people import Person
    from pipeline.store_cases import CaseLine
    from pipeline.store_drafts import DraftLine
    from pipeline.store_events import LoggedEvent
    from pipeline.workspace import Workspace

LIMIT = 100
"""Cases, and drafts, looked at."""
CHECK = "features to check"
COMPARE_AGAIN = "changed since compared"
COMPARED = "compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line: what, why, since when, and the one thing to do next."""

    subject: str
    """`D-0001` or `DR-0001`."""
    title: str
    why: str
    since: str
    """ISO 8601 instant."""
    action: str
    page: str
    parameters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """A person's work."""

    mine: tuple[Item, ...]
    """Waiting for this person, longest first."""
    others: tuple[Item, ...]
    """What this person waits for, longest first."""
    recent: tuple[Item, ...]
    """Changed last, newest first."""


def stage(workspace: Workspace, number: str) -> str:
    """Return where a case is, in words: its draft's state once there is one."""
    try:
        return workspace.publishing.get(number).draft.state.value
    except UnknownDraftError:
        return _stage(workspace.history(number))[0]


def worklist(workspace: Workspace, person: Person) -> Worklist:
    """Return what waits for a person, what the person waits for, and what changed last."""
    drafts = workspace.publishing.list()
    drafted = {line.disclosure for line in drafts}
    mine: list[Item] = []
    others: list[Item] = []
    recent: list[Item] = []
    for case in [case for case in workspace.cases.list() if case.id not in drafted][:LIMIT]:
        _case(workspace, person, case, mine, others, recent)
    for line in drafts[:LIMIT]:
        _draft(workspace, person, line, mine, others, recent)
    return Worklist(
        mine=tuple(sorted(mine, key=lambda item: item.since)),
        others=tuple(sorted(others, key=lambda item: item.since)),
        recent=tuple(sorted(recent, key=lambda item: item.since, reverse=True)[:10]),
    )


def _stage(history: Sequence[LoggedEvent]) -> tuple[str, str]:
    at: dict[str, LoggedEvent] = {event.action: event for event in history}
    assessed, saved, first = at.get("assessed"), at.get("features saved"), at.get("disclosed")
    if assessed is None:
        newest = saved or first
        return CHECK, newest.at if newest else ""
    if saved is not None and saved.seq > assessed.seq:
        return COMPARE_AGAIN, saved.at
    return COMPARED, assessed.at


def _case(
    workspace: Workspace,
    person: Person,
    case: CaseLine,
    mine: list[Item],
    others: list[Item],
    recent: list[Item],
) -> None:
    where, since = _stage(workspace.history(case.id))
    owns, manages = case.owner == person.id, Role.MANAGER in person.roles

    def item(why: str, action: str, view: str, at: str = since) -> Item:
        parameters = (("id", case.id), ("view", view))
        return Item(
            subject=case.id,
            title=case.title,
            why=why,
            since=at,
            action=action,
            page="case",
            parameters=parameters,
        )

    recent.append(item(where, "Open", "chart" if where == COMPARED else "features"))
    job = next((job for job in workspace.jobs.of(case.id) if job.kind == "assess"), None)
    if job is not None and job.state in {JobState.QUEUED, JobState.RUNNING}:
        if owns or job.by == person.id:
            others.append(
                item("the comparison with the corpus is running", "See it run", "chart", job.created_at)
            )
    elif job is not None and job.state is JobState.FAILED and owns and job.created_at > since:
        mine.append(item(f"the comparison failed: {job.words}", "Try again", "features", job.created_at))
    elif where == CHECK and owns:
        mine.append(
            item("check its features, then compare them with the corpus", "Check the features", "features")
        )
    elif where == COMPARE_AGAIN and owns:
        mine.append(
            item("its features changed after the last comparison: compare again", "Compare again", "features")
        )
    elif where == COMPARED and manages:
        mine.append(item("compared: read the chart, then make the draft", "Make the draft", "draft"))
    elif where == COMPARED and owns:
        others.append(item("an IP manager reads the chart and makes the draft", "Read the chart", "chart"))


def _draft(
    workspace: Workspace,
    person: Person,
    line: DraftLine,
    mine: list[Item],
    others: list[Item],
    recent: list[Item],
) -> None:

    def item(why: str, action: str, page: str) -> Item:
        parameters = (("id", line.disclosure), ("view", "draft")) if page == "case" else (("id", line.id),)
        return Item(
            subject=line.id,
            title=line.title,
            why=why,
            since=line.changed_at,
            action=action,
            page=page,
            parameters=parameters,
        )

    state, wrote = State(line.state), line.author == person.id
    recent.append(item(state.value, "Open", "review"))
    # what a person may do is asked only where somebody else than the author acts: it reads the whole draft
    open_to_others = state in {State.IN_REVIEW, State.APPROVED}
    allowed = workspace.publishing.allowed(line.id, person) if open_to_others else ()
    if state is State.CHANGES_REQUESTED and wrote:
        mine.append(item("a reviewer asks for changes", "Revise it", "case"))
    elif state is State.DRAFT and wrote:
        mine.append(item("not submitted yet: answer its questions", "Finish it", "case"))
    elif Action.APPROVE in allowed:
        mine.append(item("waits for your review", "Review it", "review"))
    elif Action.PUBLISH in allowed:
        mine.append(item("approved: it can be published", "Publish it", "review"))
    elif state is State.IN_REVIEW and wrote:
        others.append(item("with its reviewers, who wrote none of it", "Read it", "review"))
    elif state is State.APPROVED and wrote:
        others.append(item("approved: a manager or a reviewer publishes it", "Read it", "review"))
