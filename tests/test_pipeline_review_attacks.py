"""Attacks on the review through the service: every one is refused there, whatever a screen shows."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipeline import store_events
from pipeline.errors import RefusedError
from pipeline.intake import read_disclosure
from pipeline.people import Person, PersonFormError, Role
from pipeline.publishing import StaleDraftError
from pipeline.review import Action, State
from pipeline.workspace import SamePersonError, Workspace
from publications.document import canonical
from tests.release_office import (
    ADA,
    EXIT_REFUSED,
    MAX,
    RHEA,
    TEXT,
    approving,
    released,
    revising,
    staffed,
    submitted,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipeline.store_drafts import DraftCase


@pytest.fixture
def office(workspace: Workspace) -> Workspace:
    return staffed(workspace)


def refused(office: Workspace, case: DraftCase, person: Person) -> None:
    """Hold the service to refusing this person's approval, as the buttons do, with exit code 4."""
    assert Action.APPROVE not in office.publishing.allowed(case.id, person)
    with pytest.raises(RefusedError) as caught:
        office.publishing.approve(case.id, person, case.publication.digest)
    assert caught.value.exit_code == EXIT_REFUSED
    assert office.publishing.get(case.id).draft.approvals == ()


ALIASES = (
    Person(id="MAX", name="Somebody", roles=frozenset({Role.REVIEWER})),
    MAX,
    Person(id="max2", name="Max Orlov", roles=frozenset({Role.REVIEWER})),
    Person(id="max3", name="  max   ORLOV ", roles=frozenset({Role.REVIEWER})),
    Person(id="max4", name="Orlov, Max", roles=frozenset({Role.REVIEWER})),
    Person(id="max5", name="Dr. Max Orlov", roles=frozenset({Role.REVIEWER})),
    Person(id="fern", name="FERN, Ada M.", roles=frozenset({Role.REVIEWER})),
    Person(id="zoe", name="Zoe Karlsson Brandt", roles=frozenset({Role.REVIEWER})),
    Person(id="ａｄａ", name="Wide", roles=frozenset({Role.REVIEWER})),
)


@pytest.mark.parametrize("alias", ALIASES, ids=lambda person: f"{person.id}:{person.name}")
def test_no_second_account_of_an_author_or_inventor_approves(
    office: Workspace, tmp_path: Path, alias: Person
) -> None:
    case = submitted(office, tmp_path)
    try:
        office.add_person(alias, by="ada")
    except SamePersonError as error:
        assert error.exit_code == EXIT_REFUSED  # noqa: PT017 - one of two right answers
    refused(office, case, alias)


@pytest.mark.parametrize("hidden", ["\u00ad", "\u034f", "\u200d", "\ufe0f", "\U000e0061"])
def test_no_invisible_sign_makes_another_person(hidden: str) -> None:
    for person in ({"id": f"ma{hidden}x", "name": "Max"}, {"id": "mx", "name": f"Max Or{hidden}lov"}):
        with pytest.raises(PersonFormError):
            Person(roles=frozenset(), **person)


def test_an_author_who_was_renamed_stays_the_author_also_through_a_second_account(
    office: Workspace, tmp_path: Path
) -> None:
    case = submitted(office, tmp_path)
    renamed = replace(MAX, name="Mira Novak")
    office.add_person(renamed, by="ada")
    refused(office, case, renamed)
    office.add_person(Person(id="m2", name="Max Orlov", roles=frozenset({Role.REVIEWER})), by="ada")
    refused(office, case, office.person("m2"))
    office.add_person(Person(id="m3", name="Mira Novak", roles=frozenset({Role.REVIEWER})), by="ada")
    refused(office, case, office.person("m3"))


def test_an_approval_by_an_inventor_under_a_borrowed_name_counts_no_more_once_it_is_known(
    office: Workspace, tmp_path: Path
) -> None:
    office.add_person(Person(id="zk", name="Borrowed Name", roles=frozenset({Role.REVIEWER})), by="ada")
    case = submitted(office, tmp_path)
    office.publishing.approve(case.id, office.person("zk"), case.publication.digest)
    office.add_person(replace(office.person("zk"), name="Zoë Karlsson-Brandt"), by="ada")
    office.add_person(replace(office.person("zk"), name="Borrowed Name"), by="ada")
    with pytest.raises(RefusedError, match="0 of the 1"):
        released(office, case)
    assert office.publishing.publications() == ()


def test_whoever_edited_the_features_wrote_in_the_draft(office: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "idea.md"
    path.write_text(TEXT, encoding="utf-8")
    number = office.cases.add(read_disclosure(path), ADA)
    editor = Person(id="ed", name="Ed Vale", roles=frozenset({Role.MANAGER, Role.REVIEWER}))
    office.add_person(editor, by="ada")
    found = office.cases.features(number)
    changed = (replace(found.features[0], text="A controller for watering"), *found.features[1:])
    office.cases.set_features(number, changed, editor, seen=found.version)
    case = office.publishing.draft(number, MAX)
    refused(office, office.publishing.submit(case.id, MAX), editor)


def test_two_accounts_of_one_name_are_one_approval(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    Workspace.init(folder).close()
    (folder / "antedate.toml").write_text("[review]\napprovals = 2\n", encoding="utf-8")
    with Workspace.open(folder) as office:
        staffed(office)
        twin = Person(id="rt", name="Tamm, Rhea", roles=frozenset({Role.REVIEWER}))
        office.add_person(twin, by="ada")
        case = submitted(office, tmp_path)
        office.publishing.approve(case.id, RHEA, case.publication.digest)
        with pytest.raises(RefusedError, match="already"):
            office.publishing.approve(case.id, twin, case.publication.digest)
        assert office.publishing.get(case.id).draft.state is State.IN_REVIEW


def test_old_digests_double_steps_and_late_steps_are_refused(office: Workspace, tmp_path: Path) -> None:
    case = submitted(office, tmp_path)
    old = case.publication
    steps: list[Callable[[], object]] = [lambda: office.publishing.submit(case.id, MAX)]
    office.publishing.revise(case.id, replace(old, title="Another"), MAX, seen=old.digest)
    office.publishing.submit(case.id, MAX)
    steps += [
        lambda: office.publishing.approve(case.id, RHEA, old.digest),
        lambda: released(office, case),
    ]
    for step in steps:
        with pytest.raises(RefusedError) as caught:
            step()
        assert caught.value.exit_code == EXIT_REFUSED
    new = office.publishing.get(case.id)
    office.publishing.approve(case.id, RHEA, new.publication.digest)
    with pytest.raises(RefusedError):
        office.publishing.approve(case.id, RHEA, new.publication.digest)
    office.publishing.request_changes(case.id, RHEA, "a leak")
    with pytest.raises(RefusedError):
        released(office, new)
    assert office.publishing.publications() == ()


def test_two_edits_of_one_text_never_lose_the_first(office: Workspace, tmp_path: Path) -> None:
    """What was seen is checked inside the transaction: who writes between reading and writing is told."""
    case = submitted(office, tmp_path)
    seen = case.publication.digest
    real, service = office.publishing.get, office.publishing

    def overtaken(number: str) -> DraftCase:
        found = real(number)
        service.__dict__.pop("get")
        service.revise(number, replace(case.publication, title="First"), MAX, seen=seen)
        return found

    service.__dict__["get"] = overtaken
    with pytest.raises(StaleDraftError):
        service.revise(case.id, replace(case.publication, title="Second"), MAX, seen=seen)
    assert real(case.id).publication.title == "First"


@pytest.mark.parametrize("_turn", range(2))
def test_an_edit_and_an_approval_at_once_never_leave_an_approved_edit(
    office: Workspace, tmp_path: Path, _turn: int
) -> None:
    case = submitted(office, tmp_path)
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    arguments = (office.folder, barrier, case.id, case.publication.digest)
    both = [context.Process(target=work, args=arguments) for work in (approving, revising)]
    for process in both:
        process.start()
    for process in both:
        process.join(90)
    assert both[0].exitcode in (0, EXIT_REFUSED)
    assert both[1].exitcode == 0
    after = office.publishing.get(case.id)
    assert (after.publication.title, after.draft.state, after.draft.approvals) == ("Edited", State.DRAFT, ())
    with office.store.read() as connection:
        assert store_events.faults(connection) == ()


def test_the_command_line_answers_4_to_what_the_service_refuses(
    office: Workspace,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ui.cli import main

    case = submitted(office, tmp_path)
    common = ["--workspace", str(office.folder), "--json", "--yes"]
    digest = case.publication.digest

    def status(*words: str) -> int:
        monkeypatch.setattr("sys.argv", ["antedate", *common, *words])
        with pytest.raises(SystemExit) as ended:
            main()
        assert "Traceback" not in capsys.readouterr().err
        return int(ended.value.code or 0)

    assert status("approve", case.id, "--digest", digest, "--as", "max") == EXIT_REFUSED
    assert status("approve", case.id, "--digest", "0" * 64, "--as", "rhea") == EXIT_REFUSED
    assert status("submit", case.id, "--as", "max") == EXIT_REFUSED
    assert status("publish", case.id, "--as", "rhea") == EXIT_REFUSED
    assert status("approve", case.id, "--digest", digest, "--as", "rhea") == 0
    assert status("approve", case.id, "--digest", digest, "--as", "rhea") == EXIT_REFUSED
    assert status("publish", case.id, "--digest", "0" * 64, "--as", "rhea") == EXIT_REFUSED
    assert status("publish", case.id, "--as", "ada") == 0
    assert status("publish", case.id, "--as", "rhea") == EXIT_REFUSED
    text = tmp_path / "edit.json"
    text.write_bytes(canonical(replace(case.publication, title="Late")))
    assert status("draft", case.id, "--set", str(text), "--as", "max") == EXIT_REFUSED
