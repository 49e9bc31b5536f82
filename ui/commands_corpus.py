"""Commands that fill, look after and search the corpus."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ui.common import Context, changes, options
from ui.console import marked, printable

if TYPE_CHECKING:
    from datetime import date

    from pipeline.ingestion import IngestSummary
    from pipeline.library import CorpusStatus, Found, Reach, Understood

_KINDS = ("patent", "application", "paper", "standard", "disclosure", "report")
_SHOWN = 20
"""Skipped records printed; all of them with --json and in the database."""


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


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@options
@click.pass_obj
@changes
def init(context: Context, folder: Path) -> None:
    """Make a workspace in FOLDER."""
    from pipeline.workspace import Workspace

    Workspace.init(folder).close()
    context.console.result({"workspace": str(folder)}, [f"workspace made: {folder}"])


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

    started = time.monotonic()
    if context.dry_run:
        _rehearse(context, source, paths)
        return
    with context.open() as workspace:
        summary = context.console.pull(
            run(workspace.corpus, source, paths, clock=workspace.clock, limit=limit),
            lambda step: (
                f"{step.added} added, {step.unchanged} unchanged, {step.skipped} skipped  "
                f"({step.added / max(time.monotonic() - started, 0.001):.0f}/s)  {step.file}"
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
    rate = summary.added / seconds if seconds else 0
    context.console.result(
        {
            "added": summary.added,
            "updated": summary.updated,
            "unchanged": summary.unchanged,
            "skipped": skipped,
            "skipped_total": summary.skipped_total,
            "documents": summary.documents,
            "passages": summary.passages,
            "seconds": seconds,
            "finished": summary.finished,
        },
        [
            (
                f"{summary.added} added, {summary.updated} updated, {summary.unchanged} unchanged, "
                f"{summary.skipped_total} skipped in {seconds} s ({rate:.0f} documents/s)"
            ),
            f"the corpus holds {summary.documents} documents in {summary.passages} passages",
            *(
                f"skipped {s.file} at byte {s.offset}: {printable(s.reason)}"
                for s in summary.skipped[:_SHOWN]
            ),
            *([f"… and {summary.skipped_total - _SHOWN} more"] if summary.skipped_total > _SHOWN else []),
            *([] if summary.finished else ["stopped at the limit; run the same command again to go on"]),
        ],
    )


def _rehearse(context: Context, source: str, paths: tuple[Path, ...]) -> None:
    from ingest import sources

    reader = None if source == "auto" else sources.reader(source)
    files = sources.expand(paths, reader)
    plan = [{"file": str(path), "bytes": path.stat().st_size} for path in files]
    context.console.result({"would_read": plan}, [f"would read {len(files)} files", *map(str, files)])


@click.group("corpus")
@options
def corpus() -> None:
    """Look after the corpus."""


@corpus.command("status")
@options
@click.pass_obj
def corpus_status(context: Context) -> None:
    """Count what the corpus holds."""
    with context.open() as workspace:
        status = workspace.corpus.status()
    context.console.result(_status(status), _status_lines(status))


def _status(status: CorpusStatus) -> dict[str, Any]:
    groups = ("by_source", "by_kind", "by_country", "by_year", "by_language")
    return {
        "documents": status.documents,
        "passages": status.passages,
        "skipped": status.skipped,
        "undated": status.undated,
        **{group: dict(getattr(status, group)) for group in groups},
        "oldest": status.oldest,
        "newest": status.newest,
        "snapshot": status.snapshot,
        "model": status.model,
        "model_sha256": status.model_sha256,
        "generation": status.generation,
    }


def _status_lines(status: CorpusStatus) -> list[str]:
    def line(name: str, pairs: tuple[tuple[str, int], ...]) -> str:
        return f"{name:9} " + ", ".join(f"{printable(value)} {number}" for value, number in pairs[:12])

    return [
        (
            f"{status.documents} documents, {status.passages} passages, {status.skipped} records skipped, "
            f"{status.undated} without a public date"
        ),
        line("source", status.by_source),
        line("kind", status.by_kind),
        line("country", status.by_country),
        line("year", status.by_year),
        f"public    {status.oldest or 'never'} to {status.newest or 'never'}",
        f"snapshot  {status.snapshot}",
        f"model     {status.model}",
    ]


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


@corpus.command("remove")
@click.argument("source")
@options
@click.pass_obj
@changes
def corpus_remove(context: Context, source: str) -> None:
    """Remove every document that the reader SOURCE brought in."""
    if not context.yes:
        click.confirm(f"Remove every document of source {source!r}?", abort=True, err=True)
    with context.open() as workspace:
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


@click.command("show")
@click.argument("key")
@options
@click.pass_obj
def show(context: Context, key: str) -> None:
    """Print the document KEY as interchange JSON."""
    from ingest.jsonl import write_line

    with context.open() as workspace:
        document = workspace.corpus.document(key)
    click.echo(write_line(document).decode().rstrip("\n"))


@click.command("search")
@click.argument("query")
@click.option("--mode", type=click.Choice(["fused", "words", "meaning"]), default="fused", show_default=True)
@click.option("--before", type=Day(), help="Only what may have been public strictly before this day.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(_KINDS))
@click.option("--country", "countries", multiple=True, help="Two-letter code, e.g. US")
@click.option("--class", "classes", multiple=True, help="Class-symbol prefix, e.g. G06F16")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--like", help="Not there yet.")
@click.option("--unlike", help="Not there yet.")
@options
@click.pass_obj
def search(
    context: Context,
    query: str,
    mode: str,
    before: date | None,
    kinds: tuple[str, ...],
    countries: tuple[str, ...],
    classes: tuple[str, ...],
    limit: int,
    like: str | None,
    unlike: str | None,
) -> None:
    """Search the corpus. Fields title:, abstract:, claims:, description:; AND OR NOT, "phrases", "near"~3."""
    from pipeline.library import SearchFilter

    if like or unlike:
        raise click.UsageError("--like and --unlike are not there yet")
    filters = SearchFilter(
        before=before,
        kinds=kinds,
        countries=tuple(country.upper() for country in countries),
        classes=tuple(symbol.upper() for symbol in classes),
    )
    with context.open() as workspace:
        found = workspace.corpus.search(query, mode=mode, limit=limit, filters=filters)  # type: ignore[arg-type]
        total = workspace.corpus.count(SearchFilter())
        reach = workspace.corpus.reach(filters)
        reading = workspace.corpus.understood(query)
    understood = {
        "query": query,
        "reading": reading.reading,
        "text": reading.text,
        "words_left_out": reading.left_out,
        "shortened_for_meaning": reading.shortened and mode != "words",
        "mode": mode,
        "before": before.isoformat() if before else None,
        "kinds": list(kinds),
        "countries": list(filters.countries),
        "classes": list(filters.classes),
        "searched": reach.certain,
        "date_uncertain": reach.uncertain,
        "undated_left_out": reach.undated,
        "not_indexed_yet": reach.waiting,
        "documents": total,
    }
    context.console.result(
        {"understood": understood, "hits": [_hit(hit) for hit in found]},
        [
            *_read_lines(reading, meant=mode != "words"),
            *_reach_lines(reach, before, total),
            *_hit_lines(found, before),
        ],
    )


def _read_lines(reading: Understood, *, meant: bool) -> list[str]:
    text = printable(reading.text)
    shown = text if len(text) <= 400 else f"{text[:399]}…"  # noqa: PLR2004 - a few lines of a terminal
    left = f" ({reading.left_out} lighter words or claim boilerplate left out)" if reading.left_out else ""
    lines = [f"read as {reading.reading}: {shown or 'no word that says anything'}{left}"]
    if reading.shortened and meant:
        lines.append("the query is long: by meaning, only about its first 190 words were asked for")
    return lines


def _reach_lines(reach: Reach, before: date | None, total: int) -> list[str]:
    public = f" public before {before}" if before else ""
    lines = [f"searched {reach.certain}{public} of {total} documents in this workspace, and nothing else"]
    if reach.uncertain:
        lines.append(
            f"{reach.uncertain} more may have been public before or after {before}: "
            "searched, not counted, marked 'date uncertain'"
        )
    if before and reach.undated:
        lines.append(f"{reach.undated} without any public date were left out")
    if reach.waiting:
        lines.append(f"{reach.waiting} changes are not in the index yet (a command is still writing it)")
    return lines


def _hit(hit: Found) -> dict[str, Any]:
    return {
        "key": hit.key,
        "title": hit.title,
        "kind": hit.kind,
        "score": hit.score,
        "words_rank": hit.words_rank,
        "meaning_rank": hit.meaning_rank,
        "published": hit.published,
        "date_uncertain": hit.date_uncertain,
        "passages": [
            {
                "anchor": p.anchor,
                "start": p.start,
                "end": p.end,
                "quote": p.quote,
                "terms": [list(span) for span in p.terms],
            }
            for p in hit.passages
        ],
    }


def _hit_lines(found: tuple[Found, ...], before: date | None) -> list[str]:
    import sys

    lines: list[str] = []
    for number, hit in enumerate(found, 1):
        ranks = f"words {hit.words_rank or '–'}, meaning {hit.meaning_rank or '–'}"
        lines += ["", f"{number}. {hit.key}  {printable(hit.title)}"]
        doubt = f" – date uncertain, may not be before {before}" if hit.date_uncertain else ""
        lines.append(f"   {hit.kind}, public {hit.published or 'on an unknown day'}{doubt}  ({ranks})")
        for passage in hit.passages:
            quote = marked(passage.quote, passage.terms, colour=sys.stdout.isatty())
            shown = " ".join(quote.split())
            lines.append(f"   [{passage.anchor}] {shown[:400]}{'…' if len(shown) > 400 else ''}")  # noqa: PLR2004
    return lines


COMMANDS: dict[str, click.Command] = {
    "init": init,
    "ingest": ingest,
    "corpus": corpus,
    "show": show,
    "search": search,
}
