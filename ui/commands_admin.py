"""Commands around the work: people, log, health, settings, the interface and its worker."""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui.common import Context, as_person, changes, failures, options
from ui.console import printable

if TYPE_CHECKING:
    from pipeline.workspace import Workspace


@click.group("person")
@options
def person_group() -> None:
    """List or add the people of a workspace."""


@person_group.command("list")
@options
@click.pass_obj
def person_list(context: Context) -> None:
    """List everybody with their roles."""
    with context.open() as workspace:
        people = workspace.people()
    context.console.result(
        {"people": [{"id": p.id, "name": p.name, "roles": sorted(r.value for r in p.roles)} for p in people]},
        [f"{p.id}  {p.name}  ({', '.join(sorted(r.value for r in p.roles))})" for p in people],
    )


@person_group.command("add")
@click.argument("identifier")
@click.option("--name", help="Name as printed (default: the identifier).")
@click.option("--role", "roles", multiple=True, required=True, help="inventor, manager, reviewer, admin")
@as_person
@options
@click.pass_obj
def person_add(
    context: Context, identifier: str, name: str | None, roles: tuple[str, ...], person: str | None
) -> None:
    """Add a person, or change their roles."""
    from pipeline.people import Person, Role

    try:
        chosen = frozenset(Role(role) for role in roles)
    except ValueError as error:
        known = ", ".join(role.value for role in Role)
        raise click.UsageError(f"{error}; roles are: {known}") from error
    with context.open(rehearses=True) as workspace:
        actor = workspace.user(person)
        workspace.add_person(Person(id=identifier, name=name or identifier, roles=chosen), by=actor.id)
    context.console.result({"person": identifier, "roles": sorted(roles)}, [f"{identifier} saved"])


@click.group("audit")
@options
def audit() -> None:
    """Check or export the event log."""


@audit.command("verify")
@options
@click.pass_obj
@click.pass_context
def audit_verify(ctx: click.Context, context: Context) -> None:
    """Check the hash chain of the event log."""
    from pipeline import store_events

    with context.open() as workspace, workspace.store.read() as connection:
        faults = store_events.faults(connection)
        count = sum(1 for _ in store_events.every(connection))
    context.console.result(
        {"valid": not faults, "events": count, "faults": list(faults)},
        faults or [f"{count} events, the chain holds (it is not signed: that needs the transparency log)"],
    )
    if faults:
        ctx.exit(1)


@audit.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@options
@click.pass_obj
@changes
def audit_export(context: Context, file: Path) -> None:
    """Write the event log as JSONL."""
    from pipeline.exports import export_events

    with context.open() as workspace:
        count = export_events(workspace.store, file)
    context.console.result({"events": count, "file": str(file)}, [f"{count} events written to {file}"])


@click.command("doctor")
@options
@click.pass_obj
@click.pass_context
def doctor(ctx: click.Context, context: Context) -> None:
    """Check everything a support person would ask; works where no workspace opens, and says why not."""
    from pipeline import checks

    found = checks.machine()
    try:
        with context.open() as workspace:
            found += checks.doctor(workspace)
    except failures() as error:
        found += (checks.Finding(check="workspace", ok=False, words=str(error)),)
    valid = all(finding.ok for finding in found)
    context.console.result(
        {"valid": valid, "findings": [asdict(finding) for finding in found]},
        [f"{'ok  ' if f.ok else 'FAIL'} {f.check}: {printable(f.words)}" for f in found],
    )
    if not valid:
        ctx.exit(1)


@click.group("config")
@options
def config() -> None:
    """Show the settings."""


@config.command("show")
@options
@click.pass_obj
def config_show(context: Context) -> None:
    """Print every setting, its value (secrets masked) and where it came from."""
    from pipeline.settings import shown

    with context.open() as workspace:
        lines = shown(workspace.folder / "antedate.toml")
    context.console.result(
        {"workspace": str(context.where()), "settings": lines},
        [f"{line['setting']} = {line['value']!r}  ({line['from']})" for line in lines],
    )


@click.command("ui")
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option("--open/--no-open", "open_browser", default=False, help="Open the address in a browser.")
@options
@click.pass_obj
def ui(context: Context, port: int, open_browser: bool) -> None:
    """Open the review interface on this machine's loopback address."""
    from ui.server import serve

    words = '{"address": "{}"}' if context.console.as_json else "{}"
    serve(context.where().resolve(), port, open_browser, words=words)


@click.command("worker")
@click.option("--with-parent", is_flag=True, hidden=True, help="Stop when standard input ends.")
@options
@click.pass_obj
@changes
def worker(context: Context, with_parent: bool) -> None:
    """Carry out jobs until stopped."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with context.open() as workspace:
        if with_parent:
            threading.Thread(target=_outlived, args=(stop,), daemon=True).start()
            _work_when_free(context, workspace, stop)
            return
        context.console.note(f"worker for {workspace.folder}; stop it with Ctrl-C")
        workspace.jobs.work(stop)
        context.console.result({"workspace": str(workspace.folder), "stopped": True}, [])


def _outlived(stop: threading.Event) -> None:
    """Set `stop` when the interface that started this worker is gone, however it went: its pipe closes."""
    while os.read(sys.stdin.fileno(), 1024):  # unbuffered: a buffer's lock would disturb our own end
        pass
    stop.set()


def _work_when_free(context: Context, workspace: Workspace, stop: threading.Event) -> None:
    """Work, or stand by while another interface's worker has this workspace."""
    from pipeline.jobs import WorkerRunningError

    said = False
    while not stop.is_set():
        try:
            workspace.jobs.work(stop)
        except WorkerRunningError as error:
            if not said:
                context.console.note(f"{error}; standing by")
            said = True
            stop.wait(1)


COMMANDS: dict[str, click.Command] = {
    "person": person_group,
    "audit": audit,
    "doctor": doctor,
    "config": config,
    "ui": ui,
    "worker": worker,
}
