"""Fixtures that several modules' tests share."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.http_stage import BODY
from tests.playing_server import Clock, Play, Reply, playing, session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ingest.http import Session
    from pipeline.workspace import Workspace

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
# a busy machine is no failure; CI repeats the same cases, a developer's machine looks for new ones
settings.register_profile("antedate", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("antedate")


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A clock that starts on a fixed day and goes on by a second a look."""
    state = {"now": datetime(2026, 3, 1, 12, tzinfo=UTC)}

    def tick() -> datetime:
        state["now"] += timedelta(seconds=1)
        return state["now"]

    return tick


@pytest.fixture
def workspace(tmp_path: Path, clock: Callable[[], datetime]) -> Iterator[Workspace]:
    """An empty workspace with the real encoder (loaded only when something is encoded)."""
    from pipeline.workspace import Workspace

    with Workspace.init(tmp_path / "workspace", clock=clock) as opened:
        yield opened


@pytest.fixture
def face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace with three people that the pages of the browser face open."""
    from tests.ui_workspace import new_workspace
    from ui.common import FOLDER_VARIABLE
    from ui.screens import shell

    opened = new_workspace(tmp_path / "w")
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "w"))
    yield opened
    opened.close()
    for other in shell._opened.values():
        other.close()
    shell._opened.clear()


@pytest.fixture
def play() -> Iterator[Play]:
    """A real server on loopback that answers with one file."""
    with playing(lambda _: Reply(body=BODY, etag='"one"')) as found:
        yield found


@pytest.fixture
def pace() -> Clock:
    """A clock that goes on only when somebody waits for it."""
    return Clock()


@pytest.fixture
def polite(tmp_path: Path, pace: Clock) -> Iterator[Session]:
    """A session that waits by that clock."""
    with session(tmp_path, pace) as found:
        yield found
