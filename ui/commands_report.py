"""Commands on reports: write one in any of its forms, or say what changed between two."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ui.common import Context, options
from ui.console import printable

if TYPE_CHECKING:
    from pipeline.workspace import Workspace

_FORMS = ("html", "pdf", "docx", "xlsx", "json", "md")
_DIFF = "diff"
_FRESH = "fresh run"


@click.command("report")
@click.argument("words", nargs=-1, required=True, metavar="NUMBER | diff A [B]")
@click.option("--format", "form", type=click.Choice(_FORMS), help="Form of the file (default: html).")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@options
@click.pass_obj
def report(context: Context, words: tuple[str, ...], form: str | None, out: Path | None) -> None:
    """Write the report of a disclosure or report number; or say what changed from report A to B.

    `report diff A` compares A with a fresh run of the same question on today's corpus, which is not kept.
    """
    if words[0] == _DIFF:
        if form is not None or out is not None:
            raise click.UsageError("report diff writes no file; leave --format and --out out, take --json")
        if len(words) not in (2, 3):
            raise click.UsageError("give one report to compare with a fresh run, or two: report diff A [B]")
        with context.open() as workspace:
            _diff(context, workspace, *words[1:])
        return
    if len(words) != 1:
        raise click.UsageError("give one disclosure or report number")
    _write(context, words[0], form or "html", out)


def _write(context: Context, number: str, form: str, out: Path | None) -> None:
    from pipeline.report import file_name, render

    with context.open() as workspace:
        stored = workspace.cases.report(number)
    path = out or Path(file_name(stored, form))
    context.write(path, render(stored.report, form))
    context.console.result({"report": stored.id, "format": form, "path": str(path)}, [str(path)])


def _diff(context: Context, workspace: Workspace, first: str, second: str | None = None) -> None:
    from pipeline.report_diff import compare, diff_json, diff_lines

    old = workspace.cases.report(first)
    if second is None:
        name, new = (
            _FRESH,
            context.console.pull(
                workspace.cases.again(old.id), lambda step: step.words, lambda step: (step.done, step.total)
            ),
        )
    else:
        stored = workspace.cases.report(second)
        name, new = stored.id, stored.report
    found = compare(old.report, new)
    value: dict[str, Any] = {
        "a": {"report": old.id, "hash": old.report.hash},
        "b": {"report": name, "hash": new.hash},
        **diff_json(found),
    }
    lines = [f"{old.id} → {name}", *(printable(line) for line in diff_lines(found))]
    context.console.result(value, lines)


COMMANDS: dict[str, click.Command] = {"report": report}
