from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline import store_events
from pipeline.people import Person, Role
from pipeline.workspace import (
    FolderUnusableError,
    NoWorkspaceError,
    UnknownPersonError,
    Workspace,
    WorkspaceExistsError,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_a_workspace_is_made_once_and_opens_again(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    Workspace.init(folder).close()
    with pytest.raises(WorkspaceExistsError, match="already a workspace"):
        Workspace.init(folder)
    with Workspace.open(folder) as workspace:
        assert workspace.people() == ()


def test_the_folder_of_a_new_workspace_is_only_ours(tmp_path: Path) -> None:
    Workspace.init(tmp_path / "mine").close()
    assert (tmp_path / "mine").stat().st_mode & 0o077 == 0


def test_a_folder_without_a_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoWorkspaceError, match="antedate init"):
        Workspace.open(tmp_path)


def test_a_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(FolderUnusableError, match="taken"):
        Workspace.init(tmp_path / "taken" / "inside")


def test_the_login_name_acts_in_single_user_mode(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "ada")
    person = workspace.user()
    assert person.id == "ada"
    assert Role.REVIEWER not in person.roles
    assert workspace.user() == person
    with pytest.raises(UnknownPersonError, match="known: ada"):
        workspace.user("eve")


def test_saving_a_person_is_logged(workspace: Workspace) -> None:
    workspace.add_person(Person(id="rhea", name="Rhea", roles=frozenset({Role.REVIEWER})), by="ada")
    assert workspace.person("rhea").name == "Rhea"
    with workspace.store.read() as connection:
        lines = store_events.of_subject(connection, "rhea")
    assert [(line.actor, line.action, line.detail["roles"]) for line in lines] == [
        ("ada", "person saved", ["reviewer"])
    ]
