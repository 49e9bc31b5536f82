"""Commands on a draft: write it, have it reviewed, publish it, verify the bundle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui.common import Context, as_person, options
from ui.console import printable

if TYPE_CHECKING:
    from pipeline.store_drafts import DraftCase
    from publications.verify import Verification


def _said(context: Context, case: DraftCase, words: str) -> None:
    context.console.result(
        {
            "draft": case.id,
            "status": case.draft.state.value,
            "digest": case.publication.digest,
            "revision": len(case.draft.revisions),
            "questions": [question.text for question in case.questions],
            "bundle": None,
        },
        [f"{case.id}: {words}; {case.draft.state.value}", f"digest {case.publication.digest}"],
    )


@click.command("draft")
@click.argument("number")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the draft as Markdown.")
@click.option(
    "--set", "file", type=click.Path(path_type=Path, exists=True), help="Save FILE (JSON) as a new revision."
)
@as_person
@options
@click.pass_obj
def draft(context: Context, number: str, out: Path | None, file: Path | None, person: str | None) -> None:
    """Draft a defensive publication for disclosure NUMBER, or revise draft NUMBER with --set."""
    from publications.render import source_markdown

    with context.open(rehearses=True) as workspace:
        actor = workspace.user(person)
        if file is not None:
            case = workspace.publishing.revise_from(number, file, actor)
        elif number.startswith("DR-"):
            case = workspace.publishing.get(number)
        else:
            case = workspace.publishing.draft(number, actor)
    if out is not None:
        context.write(out, source_markdown(case.publication))
    for question in case.questions:
        context.console.note(f"asks: {printable(question.text)}")
    _said(context, case, f"“{printable(case.publication.title)}”")


@click.command("submit")
@click.argument("number")
@as_person
@options
@click.pass_obj
def submit(context: Context, number: str, person: str | None) -> None:
    """Submit draft NUMBER for review."""
    with context.open(rehearses=True) as workspace:
        case = workspace.publishing.submit(number, workspace.user(person))
    _said(context, case, "submitted")


@click.command("return")
@click.argument("number")
@click.option("--reason", required=True, help="What has to change.")
@as_person
@options
@click.pass_obj
def return_(context: Context, number: str, reason: str, person: str | None) -> None:
    """Send draft NUMBER back with a reason."""
    with context.open(rehearses=True) as workspace:
        case = workspace.publishing.request_changes(number, workspace.user(person), reason)
    _said(context, case, "sent back")


@click.command("approve")
@click.argument("number")
@click.option("--digest", required=True, help="The digest that you read and approve.")
@click.option("--note", default="", help="Kept with the approval.")
@as_person
@options
@click.pass_obj
def approve(context: Context, number: str, digest: str, note: str, person: str | None) -> None:
    """Approve the exact bytes of draft NUMBER; never possible for its authors."""
    with context.open(rehearses=True) as workspace:
        case = workspace.publishing.approve(number, workspace.user(person), digest, note)
    _said(context, case, "approved")


@click.command("publish")
@click.argument("number")
@click.option("--digest", help="The approved digest (default: that of the current revision).")
@as_person
@options
@click.pass_obj
@click.pass_context
def publish(
    ctx: click.Context, context: Context, number: str, digest: str | None, person: str | None
) -> None:
    """Build and stamp the approved draft NUMBER as a bundle in the workspace's published/ folder.

    Exit code 5: a stamp that the settings require is missing; run it again to ask for it once more.
    """
    with context.open() as workspace:
        actor = workspace.user(person)
        case = workspace.publishing.get(number)
        chosen = digest or case.publication.digest
        if context.dry_run:
            workspace.publishing.check_release(number, actor, chosen)
            context.console.result({"would_publish": case.id, "digest": chosen}, [f"would publish {case.id}"])
            return
        context.confirm(f"Publish {case.id}? A publication cannot be taken back.")
        published = context.console.pull(
            workspace.publishing.publish(number, actor, chosen),
            lambda step: step.words,
            lambda step: (step.done, step.total),
        )
    for reason in published.missing:
        context.console.note(printable(reason))
    context.console.result(
        {
            "draft": case.id,
            "status": "published" if published.complete else "stamps missing",
            "digest": chosen,
            "publication": published.identifier,
            "bundle": str(published.folder),
        },
        [
            f"published {published.identifier}: {published.folder}"
            if published.complete
            else f"{published.identifier} is built, but a required stamp is missing; run this command again"
        ],
    )
    if not published.complete:
        ctx.exit(5)


@click.command("verify")
@click.argument("folder", type=click.Path(path_type=Path))
@options
@click.pass_obj
@click.pass_context
def verify(ctx: click.Context, context: Context, folder: Path) -> None:
    """Verify the bundle in FOLDER; needs no workspace and no network."""
    from publications.verify import verify as check

    result = check(folder)
    context.console.result(
        {
            "valid": result.valid,
            "checks": [{"check": c.check, "ok": c.ok, "words": c.words} for c in result.checks],
            "proven_before": result.proven_before.isoformat() if result.proven_before else None,
            "self_issued": result.self_issued,
            "pinned": result.pinned,
        },
        verification_lines(result),
    )
    if not result.valid:
        ctx.exit(1)


def verification_lines(result: Verification) -> list[str]:
    """Return a verification in words, a line per check and the verdict last."""
    lines = [f"{'ok  ' if c.ok else 'FAIL'} {c.check}: {printable(c.words)}" for c in result.checks]
    if result.self_issued:
        lines.append("the stamp is self-issued: it proves nothing to a third party")
    return [*lines, "VALID" if result.valid else "INVALID"]


COMMANDS: dict[str, click.Command] = {
    "draft": draft,
    "submit": submit,
    "return": return_,
    "approve": approve,
    "publish": publish,
    "verify": verify,
}
