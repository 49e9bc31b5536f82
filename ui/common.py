"""The options every command takes, where the workspace is, and how an error becomes an exit code."""

from __future__ import annotations

import functools
from contextlib import suppress
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


FOLDER_VARIABLE = "ANTEDATE_UI_WORKSPACE"
"""How the launcher of the interface tells the pages which workspace to open."""


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

    def open(self, *, rehearses: bool = False) -> Workspace:
        """Open the workspace. Raises NoWorkspaceError and its neighbours.

        `rehearses`: the command changes nothing but the record, so that `--dry-run` can carry it out,
        refusals included, and roll it back.
        """
        from pipeline.workspace import Workspace

        if rehearses and self.dry_run:
            self.console.note("dry run: nothing of what follows is kept")
        return Workspace.open(self.where(), rehearse=rehearses and self.dry_run)

    def confirm(self, question: str) -> None:
        """Ask before what cannot be taken back; `--yes` and `--dry-run` answer. Raises NotConfirmedError."""
        if self.yes or self.dry_run:
            return
        try:
            if click.confirm(question, err=True):
                return
        except click.Abort:
            click.echo(err=True)
        raise NotConfirmedError

    def write(self, path: Path, content: str | bytes) -> None:
        """Write a file that was asked for, whole or not at all. Raises NotWrittenError."""
        if self.dry_run:
            return
        part = path.with_name(f"{path.name}.part")
        try:
            part.write_bytes(content if isinstance(content, bytes) else content.encode())
            part.replace(path)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise NotWrittenError(path, error) from error


class NotConfirmedError(click.ClickException):
    """Nobody said yes."""

    exit_code = 1

    def __init__(self) -> None:
        super().__init__("not confirmed, so nothing was changed; answer y, or give --yes")


class NotWrittenError(click.ClickException):
    """A file that was asked for could not be written."""

    exit_code = 3

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"{path}: cannot be written ({error.strerror or error}); choose another place")


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


class Day(click.ParamType[Any]):
    """A day written YYYY-MM-DD."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return a `datetime.date`."""
        from datetime import date

        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day; write YYYY-MM-DD", param, ctx)


def options(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command the global options, which may stand before or after its name."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def changes(command: Callable[P, R]) -> Callable[P, R]:
    """Mark a command that cannot rehearse what it changes: `--dry-run` is refused, not ignored."""

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

    usual = 2 if isinstance(error, IngestError | QuerySyntaxError) else 3
    return int(getattr(error, "exit_code", usual))
