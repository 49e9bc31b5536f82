"""The folder of the demo: made afresh by every run, and never at the price of somebody's work.

Decisions
---------
* Only a folder with the mark of an earlier demo is touched at all.
* A demo writes down where its record ended. If anything was added since (a disclosure typed into the
  interface, a revised draft, an ingest), or that cannot be told, the folder is renamed, not cleared.
* While a demo or an interface uses the folder (its worker's lock), the next demo refuses to start.
"""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.workspace import Workspace

MARK = ".demo"


class DemoFolderError(click.UsageError):
    """The folder holds something that is not a demo workspace."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} is not a demo workspace; choose another with --workspace, or remove it yourself"
        )


class DemoInUseError(click.ClickException):
    """Another process uses the demo workspace."""

    exit_code = 3

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} is in use by an interface or another demo; end that (Ctrl-C), or choose another "
            "folder with --workspace"
        )


def make_room(folder: Path) -> Path | None:
    """Clear the folder of an earlier demo; returns where it was moved instead if somebody worked in it.

    Raises DemoFolderError, DemoInUseError.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    if not (folder / MARK).is_file():
        raise DemoFolderError(folder)
    if _untouched(folder):
        shutil.rmtree(folder)
        return None
    aside = _free_name(folder)
    folder.rename(aside)
    return aside


@contextmanager
def made(folder: Path) -> Iterator[Workspace]:
    """Make the workspace, keep others out while the demo runs, and note where its record ended."""
    from pipeline.workspace import Workspace

    with Workspace.init(folder) as workspace:
        (folder / MARK).touch()
        try:
            with workspace.jobs.worker():
                yield workspace
        finally:
            mark = {"made by": "antedate demo", **_extent(workspace)}
            (folder / MARK).write_text(json.dumps(mark) + "\n", encoding="utf-8")


def _untouched(folder: Path) -> bool:
    """Tell whether a demo's folder is as the demo left it; False in doubt. Raises DemoInUseError."""
    from pipeline.errors import PipelineError
    from pipeline.jobs import WorkerRunningError
    from pipeline.workspace import Workspace

    try:
        with Workspace.open(folder) as workspace, workspace.jobs.worker():
            noted = json.loads((folder / MARK).read_text(encoding="utf-8"))
            return bool(noted == {"made by": "antedate demo", **_extent(workspace)})
    except WorkerRunningError:
        raise DemoInUseError(folder) from None
    except (PipelineError, ValueError):
        return False


def _extent(workspace: Workspace) -> dict[str, str | int]:
    """Return what tells whether anything was added; people who only looked around do not count."""
    from pipeline import store_events

    with workspace.store.read() as connection:
        lines = [line.hash for line in store_events.every(connection) if line.action != "person saved"]
    return {
        "events": len(lines),
        "last": lines[-1] if lines else "",
        "documents": workspace.corpus_extent()[0],
    }


def _free_name(folder: Path) -> Path:
    number = 1
    while (aside := folder.with_name(f"{folder.name}-{number}")).exists():
        number += 1
    return aside
