"""The demo never clears what somebody added, and never a folder in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.disclosure import Topic
from pipeline.intake import from_answers
from pipeline.people import Person, Role
from pipeline.workspace import Workspace
from ui.demo_folder import MARK, DemoFolderError, DemoInUseError, made, make_room

if TYPE_CHECKING:
    from pathlib import Path

INES = Person(id="ines", name="Ines Marlow", roles=frozenset({Role.INVENTOR}))
IDEA = from_answers("Valve", {Topic.CLAIM: "A valve, comprising: a seat; and a disc."})


def test_an_untouched_demo_is_cleared_even_after_somebody_looked_around(tmp_path: Path) -> None:
    folder = tmp_path / "demo-workspace"
    assert make_room(folder) is None
    with made(folder) as workspace:
        workspace.cases.add(IDEA, INES)
    with Workspace.open(folder) as workspace:
        workspace.user()
    assert make_room(folder) is None
    assert not folder.exists()


def test_a_demo_in_which_somebody_worked_is_kept_under_another_name(tmp_path: Path) -> None:
    folder = tmp_path / "demo-workspace"
    for aside in ("demo-workspace-1", "demo-workspace-2"):
        with made(folder):
            pass
        with Workspace.open(folder) as workspace:
            number = workspace.cases.add(IDEA, INES)
        assert make_room(folder) == tmp_path / aside
        with Workspace.open(tmp_path / aside) as workspace:
            assert workspace.cases.get(number).disclosure.title == "Valve"


def test_an_interrupted_demo_is_cleared_and_one_that_was_killed_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "demo-workspace"
    with pytest.raises(KeyboardInterrupt), made(folder):
        raise KeyboardInterrupt
    assert make_room(folder) is None
    with made(folder):
        pass
    (folder / MARK).write_text("", encoding="utf-8")
    assert make_room(folder) == tmp_path / "demo-workspace-1"


def test_a_demo_in_use_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "demo-workspace"
    with made(folder), pytest.raises(DemoInUseError):
        make_room(folder)
    with (
        Workspace.open(folder) as workspace,
        workspace.jobs.worker(),
        pytest.raises(DemoInUseError, match="in use by an interface"),
    ):
        make_room(folder)
    assert (folder / "record.sqlite").is_file()


def test_no_other_folder_is_touched(tmp_path: Path) -> None:
    Workspace.init(tmp_path / "mine").close()
    with pytest.raises(DemoFolderError):
        make_room(tmp_path / "mine")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(DemoFolderError):
        make_room(tmp_path / "file")
    assert (tmp_path / "mine" / "record.sqlite").is_file()
