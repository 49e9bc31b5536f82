"""Commands that fill and look after the corpus."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ui import corpus_chart
from ui.common import Context, changes, options
from ui.console import printable

if TYPE_CHECKING:
    from pipeline.ingestion import IngestSummary


_SHOWN = 20
"""Skipped records printed; all of them with --json and in the database."""


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@options
@click.pass_obj
def init(context: Context, folder: Path) -> None:
    """Make a workspace in FOLDER."""
    from pipeline.workspace import Workspace, WorkspaceExistsError

    if context.dry_run:
        if (folder / "antedate.toml").exists():
            raise WorkspaceExistsError(folder)
    else:
        Workspace.init(folder).close()
    words = "would make a workspace" if context.dry_run else "workspace made"
    context.console.result({"workspace": str(folder)}, [f"{words}: {folder}"])


@click.command("ingest")
@click.argument("source")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), help="Stop after this many records.")
@options
@click.pass_obj
@click.pass_context
def ingest(
    ctx: click.Context, context: Context, source: str, paths: tuple[Path, ...], limit: int | None
) -> None:
    """Read PATHS with the reader SOURCE (uspto-xml, arxiv, jsonl, files) or 'auto'.

    Run it again after an interruption: it goes on after the last record. Exit code 1: no record of these
    paths could be read; 5: stopped at the limit.
    """
    from pipeline.ingestion import ingest as run

    if context.dry_run:
        _rehearse(context, source, paths)
        return
    started = time.monotonic()
    with context.open() as workspace:
        summary = context.console.pull(
            run(workspace.corpus, source, paths, clock=workspace.clock, limit=limit),
            lambda step: (
                f"{step.added} added, {step.updated} updated, {step.unchanged} unchanged, "
                f"{step.skipped} skipped  "
                f"({step.taken / max(time.monotonic() - started, 0.001):.0f}/s)  {step.file}"
            ),
            lambda step: (step.done, step.total),
        )
    seconds = round(time.monotonic() - started, 2)
    _report(context, summary, seconds)
    if not summary.finished:
        ctx.exit(5)
    if summary.skipped_total and not summary.added + summary.updated + summary.unchanged:
        ctx.exit(1)


def _report(context: Context, summary: IngestSummary, seconds: float) -> None:
    skipped = [{"file": s.file, "offset": s.offset, "reason": s.reason} for s in summary.skipped]
    rate = summary.taken / seconds if seconds else 0
    context.console.result(
        {
            "added": summary.added,
            "updated": summary.updated,
            "unchanged": summary.unchanged,
            "undated": summary.undated,
            "skipped": skipped,
            "skipped_total": summary.skipped_total,
            "documents": summary.documents,
            "passages": summary.passages,
            "class_titles": summary.titles,
            "wanted": summary.wanted,
            "seconds": seconds,
            "finished": summary.finished,
        },
        [
            (
                f"{summary.added} added, {summary.updated} updated, {summary.unchanged} unchanged, "
                f"{summary.skipped_total} skipped in {seconds} s ({rate:.0f} records/s)"
            ),
            f"the corpus holds {summary.documents} documents in {summary.passages} passages",
            *([f"{summary.wanted} numbers wanted, see 'antedate corpus wanted'"] if summary.wanted else []),
            *([f"{summary.titles} titles of classes read"] if summary.titles else []),
            *([f"without a public date, so never prior art: {summary.undated}"] if summary.undated else []),
            *(
                printable(f"skipped {s.file} at byte {s.offset}: {s.reason}")
                for s in summary.skipped[:_SHOWN]
            ),
            *([f"… and {summary.skipped_total - _SHOWN} more"] if summary.skipped_total > _SHOWN else []),
            *([] if summary.finished else ["stopped at the limit; run the same command again to go on"]),
        ],
    )


def _rehearse(context: Context, source: str, paths: tuple[Path, ...]) -> None:
    from ingest import sources

    reader = None if source == "auto" else sources.reader(source)
    files, lost = sources.expand(paths, reader)
    plan = [{"file": str(path), "bytes": path.stat().st_size} for path in files]
    skipped = [{"file": record.file, "reason": record.reason} for record in lost]
    context.console.result(
        {"would_read": plan, "would_skip": skipped},
        [
            f"would read {len(files)} files",
            *(printable(str(path)) for path in files),
            *(f"would skip {printable(record.file)}: {record.reason}" for record in lost),
        ],
    )


@click.group("corpus")
@options
def corpus() -> None:
    """Look after the corpus."""


@corpus.command("status")
@options
@click.pass_obj
def corpus_status(context: Context) -> None:
    """Count what the corpus holds, by source, kind, country, language, year and class."""
    with context.open() as workspace:
        status = workspace.corpus.status()
    context.console.result(corpus_chart.as_json(status), corpus_chart.lines(status))


@corpus.command("wanted")
@options
@click.pass_obj
def corpus_wanted(context: Context) -> None:
    """List the documents of which only a title or a number is here: what is still to be got."""
    from pipeline.relations import wanted

    with context.open() as workspace:
        rows = wanted(workspace.store)
    context.console.result(
        {"wanted": [{"key": row.key, "title": row.title} for row in rows]},
        [printable(f"{row.key}  {row.title}") for row in rows] or ["nothing: every document has a text"],
    )


@corpus.command("verify")
@options
@click.pass_obj
@click.pass_context
def corpus_verify(ctx: click.Context, context: Context) -> None:
    """Check that database and index hold the same documents and that every text matches its record."""
    from pipeline.checks import corpus_faults

    with context.open() as workspace:
        faults = corpus_faults(workspace.corpus)
    context.console.result(
        {"valid": not faults, "faults": list(faults)}, faults or ["database and index agree"]
    )
    if faults:
        ctx.exit(1)


@corpus.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@options
@click.pass_obj
@changes
def corpus_export(context: Context, file: Path) -> None:
    """Write every document as interchange JSONL."""
    from pipeline.exports import export_corpus

    with context.open() as workspace:
        count = export_corpus(workspace.corpus, file)
    context.console.result({"documents": count, "file": str(file)}, [f"{count} documents written to {file}"])


class NoSuchSourceError(click.UsageError):
    """The corpus holds nothing of that source."""

    def __init__(self, source: str, held: dict[str, int]) -> None:
        known = ", ".join(f"{name} ({count})" for name, count in held.items()) or "nothing"
        super().__init__(f"no document here came from {source!r}; this corpus holds: {known}")


@corpus.command("remove")
@click.argument("source")
@options
@click.pass_obj
def corpus_remove(context: Context, source: str) -> None:
    """Remove what the reader SOURCE brought in; its files are read again when they are named again."""
    with context.open() as workspace:
        held = dict(workspace.corpus.status().by_source)
        if source not in held:
            raise NoSuchSourceError(source, held)
        if context.dry_run:
            context.console.result(
                {"would_remove": held[source]}, [f"would remove {held[source]} documents of {source!r}"]
            )
            return
        context.confirm(f"Remove the {held[source]} documents of source {source!r}?")
        removed = workspace.corpus.remove(source)
    context.console.result({"removed": removed}, [f"{removed} documents removed"])


@corpus.command("rebuild")
@options
@click.pass_obj
@changes
def corpus_rebuild(context: Context) -> None:
    """Make the index again from the database (after a change of model or format)."""
    with context.open() as workspace:
        context.console.note("rebuilding the index; this encodes every passage again")
        workspace.corpus.rebuild()
        status = workspace.corpus.status()
    context.console.result(
        {"documents": status.documents, "passages": status.passages},
        [f"rebuilt: {status.documents} documents in {status.passages} passages"],
    )


COMMANDS: dict[str, click.Command] = {
    "init": init,
    "ingest": ingest,
    "corpus": corpus,
}
