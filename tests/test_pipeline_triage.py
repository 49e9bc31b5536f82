"""What people decide about found documents: kept, versioned, logged, and handed to the assessment."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from pipeline.cases import UnknownCaseError
from pipeline.store_triage import Mark, Verdict
from pipeline.triage import BadMarkError, StaleMarkError
from pipeline.workspace import Workspace
from tests.ui_workspace import INES, MARA, invention

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

KEY = "US-9900001-B2"
NEW = Mark(key=KEY)
"""What a page shows before anybody said anything."""


@pytest.fixture
def case(workspace: Workspace) -> str:
    for person in (INES, MARA):
        workspace.add_person(person, by="setup")
    return workspace.cases.add(invention(), INES)


def test_a_change_touches_what_is_given_survives_a_reopening_and_is_logged_without_the_note(
    workspace: Workspace, case: str, clock: Callable[[], datetime]
) -> None:
    assert workspace.triage.get(case, KEY) == Mark(key=KEY)
    kept = workspace.triage.change(case, NEW, INES, verdict=Verdict.KEPT)
    assert (kept.verdict, kept.seen, kept.version, kept.by) == (Verdict.KEPT, True, 1, "ines")
    rated = workspace.triage.change(case, kept, INES, note="secret: flushes like ours", rating=4)
    workspace.triage.change(case, rated, INES, look_again=True)
    with Workspace.open(workspace.folder, clock=clock) as again:
        mark = again.triage.get(case, KEY)
        assert (mark.verdict, mark.rating, mark.note) == (Verdict.KEPT, 4, "secret: flushes like ours")
        assert mark.look_again
        assert again.triage.again(case) == (KEY,)
        assert again.triage.keys(case, Verdict.KEPT) == (KEY,)
        assert again.triage.counts(case) == {Verdict.KEPT: 1}
    events = [event for event in workspace.history(case) if event.action == "document marked"]
    assert [event.detail for event in events] == [
        {"key": KEY, "version": 1, "verdict": "kept"},
        {"key": KEY, "version": 2, "rating": 4, "note": "changed"},
        {"key": KEY, "version": 3, "look_again": True},
    ]
    assert all("secret" not in str(event) for event in events)


def test_of_two_tabs_the_second_is_refused_and_overwrites_nothing(workspace: Workspace, case: str) -> None:
    workspace.triage.change(case, NEW, INES, note="mine")
    with pytest.raises(StaleMarkError, match="by ines"):
        workspace.triage.change(case, NEW, MARA, note="hers")
    assert workspace.triage.get(case, KEY).note == "mine"
    workspace.triage.change(case, workspace.triage.get(case, KEY), MARA, note="hers, after reading it")
    assert workspace.triage.get(case, KEY).note == "hers, after reading it"


def test_of_two_tabs_that_say_different_things_both_are_kept(workspace: Workspace, case: str) -> None:
    workspace.triage.change(case, NEW, INES, note="mine")
    workspace.triage.change(case, NEW, MARA, rating=5)
    mark = workspace.triage.get(case, KEY)
    assert (mark.note, mark.rating, mark.version) == ("mine", 5, 2)


def test_of_many_writers_at_once_exactly_one_wins_each_version(workspace: Workspace, case: str) -> None:
    refused: list[Exception] = []

    def write(number: int) -> None:
        try:
            workspace.triage.change(case, NEW, INES, note=f"note {number}")
        except StaleMarkError as error:
            refused.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), workspace.triage.get(case, KEY).version) == (5, 1)


def test_the_same_change_again_is_no_change(workspace: Workspace, case: str) -> None:
    workspace.triage.change(case, NEW, INES, verdict=Verdict.KEPT)
    again = workspace.triage.change(case, NEW, MARA, verdict=Verdict.KEPT)
    assert (again.version, again.by) == (1, "ines")
    assert sum(event.action == "document marked" for event in workspace.history(case)) == 1


def test_having_seen_is_nobodys_opinion_and_makes_no_other_tab_stale(workspace: Workspace, case: str) -> None:
    workspace.triage.see(case, KEY, MARA)
    workspace.triage.see(case, KEY, INES)
    mark = workspace.triage.change(case, NEW, INES, rating=2)
    assert (mark.seen, mark.verdict, mark.version) == (True, Verdict.UNDECIDED, 1)


def test_a_list_is_decided_only_where_nobody_has_decided(workspace: Workspace, case: str) -> None:
    workspace.triage.change(case, Mark(key="A"), INES, verdict=Verdict.KEPT)
    workspace.triage.change(case, Mark(key="B"), INES, rating=3)
    assert workspace.triage.decide_all(case, ["A", "B", "C", "C"], Verdict.NOT_RELEVANT, MARA) == 2
    marks = workspace.triage.marks(case, ["A", "B", "C", "D"])
    assert [mark.verdict for mark in marks.values()] == [
        Verdict.KEPT,
        Verdict.NOT_RELEVANT,
        Verdict.NOT_RELEVANT,
        Verdict.UNDECIDED,
    ]
    assert marks["B"].rating == 3


@pytest.mark.parametrize("wrong", [{"rating": 6}, {"rating": -1}, {"note": "x" * 10_001}])
def test_a_mark_that_cannot_be_kept_is_refused(
    workspace: Workspace, case: str, wrong: dict[str, int]
) -> None:
    with pytest.raises(BadMarkError, match="nothing was saved"):
        workspace.triage.change(case, NEW, INES, **wrong)  # type: ignore[arg-type]
    assert workspace.triage.get(case, KEY).version == 0


def test_an_unknown_case_takes_no_mark(workspace: Workspace) -> None:
    with pytest.raises(UnknownCaseError):
        workspace.triage.see("D-0404", KEY, INES)
