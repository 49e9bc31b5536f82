"""The options every command takes, where the workspace is, and how an error becomes an exit code."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from ui.console import Console

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.workspace import Workspace

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(slots=True)
class Context:
    """The global options of one call."""

    console: Console = field(default_factory=Console)
    folder: Path | None = None
    dry_run: bool = False
    yes: bool = False

    def where(self) -> Path:
        """Return the workspace's folder: as given, else the nearest upwards, else ./antedate-workspace."""
        if self.folder is not None:
            return self.folder
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / "antedate.toml").is_file():
                return folder
        return here / "antedate-workspace"

    def open(self) -> Workspace:
        """Open the workspace. Raises NoWorkspaceError and its neighbours."""
        from pipeline.workspace import Workspace

        return Workspace.open(self.where())


def _set(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(context: click.Context, _parameter: click.Parameter, value: Any) -> None:  # noqa: ANN401
        if not value:
            return
        options = context.ensure_object(Context)
        if name in ("as_json", "quiet"):
            setattr(options.console, name, value)
        else:
            setattr(options, name, value)

    return keep


_OPTIONS = (
    click.option(
        "--workspace",
        type=click.Path(path_type=Path, file_okay=False),
        expose_value=False,
        callback=_set("folder"),
        help="Folder of the workspace (default: nearest antedate.toml, else ./antedate-workspace).",
    ),
    click.option(
        "--json",
        is_flag=True,
        expose_value=False,
        callback=_set("as_json"),
        help="Print exactly one JSON object on stdout.",
    ),
    click.option(
        "--quiet",
        is_flag=True,
        expose_value=False,
        callback=_set("quiet"),
        help="Print no progress and no messages.",
    ),
    click.option(
        "--dry-run",
        is_flag=True,
        expose_value=False,
        callback=_set("dry_run"),
        help="Say what would happen, change nothing.",
    ),
    click.option(
        "--yes", is_flag=True, expose_value=False, callback=_set("yes"), help="Do not ask for confirmation."
    ),
)

as_person = click.option("--as", "person", metavar="PERSON", help="Act as this person (single-user mode).")


def options(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command the global options, which may stand before or after its name."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def changes(command: Callable[P, R]) -> Callable[P, R]:
    """Mark a command that changes something and cannot rehearse: `--dry-run` is refused, not ignored."""

    @functools.wraps(command)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if click.get_current_context().ensure_object(Context).dry_run:
            raise click.UsageError("this command cannot rehearse; leave --dry-run out")
        return command(*args, **kwargs)

    return checked


def failures() -> tuple[type[Exception], ...]:
    """Return the bases of everything that is raised on purpose below this floor."""
    from index.errors import IndexingError
    from ingest.errors import IngestError
    from pipeline.errors import PipelineError
    from publications.errors import PublicationError

    return IndexingError, IngestError, PipelineError, PublicationError


def exit_code(error: Exception) -> int:
    """Return cli.md's exit code for an error of `failures`."""
    from index.errors import QuerySyntaxError
    from ingest.errors import IngestError

    if isinstance(error, IngestError | QuerySyntaxError):
        return 2
    return int(getattr(error, "exit_code", 3))
