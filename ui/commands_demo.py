"""`antedate demo`: the whole mission once, on real parts, in front of somebody who has never seen it."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.store_cases import StoredReport
from ui import demo_folder
from ui.commands_case import report_lines, shortened
from ui.commands_publish import verification_lines
from ui.common import Context, changes, options
from ui.console import printable

if TYPE_CHECKING:
    from pipeline.publishing import Published
    from pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    number: str
    title: str
    stored: StoredReport


@click.command("demo")
@options
@click.pass_obj
@click.pass_context
@changes
def demo(ctx: click.Context, context: Context) -> None:
    """Run corpus, disclosures, reports, draft, review, bundle and verification once, in a demo workspace."""
    from pipeline import demo as bundled

    started = time.monotonic()
    folder = (context.folder or Path("demo-workspace")).resolve()
    kept = demo_folder.make_room(folder)
    if kept is not None:
        _say(context, f"The demo workspace of last time holds work of yours; it is kept as {kept}\n")
    with demo_folder.made(folder) as workspace:
        _say(context, f"1. A workspace with three people: {folder}")
        for person in (bundled.INVENTOR, bundled.MANAGER, bundled.REVIEWER):
            workspace.add_person(person, by="demo")
            roles = ", ".join(role.value for role in person.roles)
            _say(context, f"   {person.id}: {person.name} ({roles})")
        _ingest(context, workspace)
        seen = _assess(context, workspace)
        published = _publish(context, workspace, seen[bundled.PUBLISHED_FROM].number)
        valid, agree = _verify(context, published)
    seconds = time.monotonic() - started
    _say(context, f"\nDone in {seconds:.0f} s; nothing left this machine. Open the review interface with")
    here = "make ui        (or: antedate --workspace demo-workspace ui)"
    away = f"antedate --workspace {shlex.quote(str(folder))} ui"
    _say(context, f"   {here if folder == Path('demo-workspace').resolve() else away}")
    _say(context, "and visit")
    _say(context, "   http://127.0.0.1:8501")
    context.console.result(
        {
            "workspace": str(folder),
            "kept": str(kept) if kept else None,
            "outcomes": {name: case.stored.report.outcome.value for name, case in seen.items()},
            "bundle": str(published.folder),
            "valid": valid and agree,
            "address": "http://127.0.0.1:8501",
            "seconds": round(seconds, 1),
        },
        [],
    )
    if not (valid and agree):
        ctx.exit(1)


def _ingest(context: Context, workspace: Workspace) -> None:
    from pipeline import demo as bundled
    from pipeline.ingestion import ingest

    _say(context, "\n2. The bundled corpus goes in (invented documents in true source formats)")
    summary = context.console.pull(
        ingest(workspace.corpus, "auto", [bundled.CORPUS], clock=workspace.clock),
        lambda step: f"{step.added} added  {step.file}",
        lambda step: (step.done, step.total),
    )
    _say(
        context,
        f"   {summary.added} documents in {summary.passages} passages, "
        f"{summary.skipped_total} records skipped",
    )
    for record in summary.skipped:
        _say(context, f"   skipped {Path(record.file).name} at byte {record.offset}: {record.reason}")


def _assess(context: Context, workspace: Workspace) -> dict[str, _Seen]:
    from pipeline import demo as bundled
    from pipeline.intake import read_disclosure

    _say(
        context, "\n3. Four disclosures, compared feature by feature with what was public before their dates"
    )
    actor = bundled.INVENTOR
    seen = {}
    for name in bundled.SHOWN:
        disclosure = read_disclosure(bundled.DISCLOSURES / name)
        number = workspace.cases.add(disclosure, actor)
        stored = context.console.pull(
            workspace.cases.assess(number, actor),
            lambda step: step.words,
            lambda step: (step.done, step.total),
        )
        seen[name] = _Seen(number=number, title=disclosure.title, stored=stored)
        _say(context, "")
        for line in report_lines(number, stored, disclosure.title):
            _say(context, f"   {line}")
    _side_by_side(context, seen)
    return seen


def _side_by_side(context: Context, seen: dict[str, _Seen]) -> None:
    _say(context, "\n   The outcomes side by side:")
    row = "   {:7} {:44} {:11} {:32} {}".format
    _say(context, row("", "disclosure", "before", "outcome", "what remains, or who shows it all"))
    for case in seen.values():
        report = case.stored.report
        whole = next((c.keys for c in report.combinations if not c.residual), ())
        last = " + ".join(whole) if whole else ", ".join(report.residual) + " found nowhere"
        day = report.critical_date.isoformat()
        _say(context, row(case.number, shortened(case.title, 44), day, report.outcome.value, last))
    _say(context, "   'not found' and 'nowhere' speak of what was searched here, and of nothing else")


def _publish(context: Context, workspace: Workspace, number: str) -> Published:
    from pipeline import demo as bundled
    from pipeline.errors import RefusedError

    service = workspace.publishing
    case = service.draft(number, bundled.MANAGER)
    _say(context, f"\n4. A defensive publication is drafted from {number}: {case.id}")
    _say(context, f"   “{case.publication.title}”")
    for question in case.questions:
        _say(context, f"   asks the inventor: {question.text}")
    digest = case.publication.digest
    service.submit(case.id, bundled.MANAGER)
    try:
        service.approve(case.id, bundled.MANAGER, digest)
    except RefusedError as error:
        _say(context, f"   the drafter tries to approve it: refused. {error}")
    service.approve(case.id, bundled.REVIEWER, digest, "read in full")
    _say(context, f"   {bundled.REVIEWER.name} approves exactly these bytes: {digest}")
    _say(context, "\n5. Built and stamped")
    published = context.console.pull(
        service.publish(case.id, bundled.REVIEWER, digest),
        lambda step: step.words,
        lambda step: (step.done, step.total),
    )
    _say(context, f"   {published.identifier} in {published.folder}")
    return published


def _verify(context: Context, published: Published) -> tuple[bool, bool]:
    from publications.verify import verify

    _say(context, "\n6. Verified twice: by this program, and by the bundle's own script (coreutils, openssl)")
    result = verify(published.folder)
    for line in verification_lines(result):
        _say(context, f"   {line}")
    bash = shutil.which("bash")
    if bash is None or shutil.which("openssl") is None:
        _say(context, "   verify.sh was not run: openssl or bash is missing here")
        return result.valid, True
    shell: Any = subprocess.run(
        [bash, "verify.sh"], cwd=published.folder, capture_output=True, text=True, check=False
    )
    last = (shell.stdout.strip().splitlines() or ["no output"])[-1]
    _say(context, f"   bash verify.sh: {last} (exit {shell.returncode})")
    return result.valid, (shell.returncode == 0) == result.valid


def _say(context: Context, text: str) -> None:
    if not context.console.say(printable(text)):
        raise click.Abort  # the story has lost its reader


COMMANDS: dict[str, click.Command] = {"demo": demo}
