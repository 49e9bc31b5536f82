"""Commands that reach services: fetch raw files politely, and list what can be read and fetched."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ui.common import Context, Day, as_person, options
from ui.console import printable

if TYPE_CHECKING:
    from datetime import date

    from ingest.connectors import Connector, Fetched


@click.command("fetch")
@click.argument("connector")
@click.option("--since", type=Day(), help="From this day on; what it means is the connector's.")
@click.option("--until", type=Day(), help="Up to this day, included.")
@click.option("--set", "subset", default="", help="A subset by the service's own name.")
@click.option("--id", "ids", multiple=True, help="A number or name; may be given several times.")
@click.option(
    "--ids", "listed", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A file of them."
)
@click.option("--query", default="", help="Words, which the service gets to read: needs --case.")
@click.option("--case", default="", help="The case whose words may be told, e.g. D-0001.")
@click.option("--format", "form", default="", help="The form of records, where a service has several.")
@click.option("--address", default="", help="The service, for connectors that serve any (oai).")
@click.option("--limit", type=click.IntRange(min=1), help="Records to have at least.")
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), help="Folder; default: raw/CONNECTOR."
)
@click.option("--only-fetch", is_flag=True, help="Keep the raw files and do not read them into the corpus.")
@as_person
@options
@click.pass_obj
def fetch(
    context: Context,
    connector: str,
    since: date | None,
    until: date | None,
    subset: str,
    ids: tuple[str, ...],
    listed: Path | None,
    query: str,
    case: str,
    form: str,
    address: str,
    limit: int | None,
    into: Path | None,
    only_fetch: bool,
    person: str | None,
) -> None:
    """Fetch raw files with CONNECTOR ('antedate sources' lists them) and read them into the corpus.

    Run it again after an interruption, or when a budget is spent: it goes on where it was. Keys are taken
    from the environment only.
    """
    from ingest.connectors import Request
    from ingest.connectors import connector as named
    from pipeline.fetching import Fetch, consent_for, folder_of, told

    names = (*ids, *_names(listed))
    request = Request(
        query=query,
        ids=names,
        since=since,
        until=until,
        set=subset,
        limit=limit,
        address=address,
        format=form,
    )
    chosen = named(connector)
    with context.open() as workspace:
        who = workspace.user(person).id
        wanted = Fetch(connector=chosen, request=request, who=who, case=case)
        folder = into or folder_of(workspace, chosen)
        words = told(wanted)
        if context.dry_run:
            _rehearse(context, chosen, words, folder)
            return
        if consent_for(workspace, wanted) is not None:
            context.console.note(f"this tells {', '.join(chosen.told())} these words: {printable(words)}")
            context.confirm(f"Tell them, for case {case}? It is logged.")
        files = _fetched(context, workspace, wanted, folder)
        result: dict[str, Any] = {"folder": str(folder), "files": [_file(one) for one in files]}
        lines = [f"{len(files)} raw files in {folder}"]
        if not only_fetch and files:
            summary = _read(context, workspace, [one.path for one in files])
            result["ingested"] = summary
            lines.append(
                f"{summary['added']} added, {summary['updated']} updated, {summary['unchanged']} unchanged, "
                f"{summary['skipped']} skipped"
            )
    context.console.result(result, lines)


def _names(path: Path | None) -> list[str]:
    if path is None:
        return []
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _rehearse(context: Context, connector: Connector, words: str, folder: Path) -> None:
    about = connector.describe()
    told = f"it would be told: {printable(words)}" if words else f"it would be told: {about.sends}"
    context.console.result(
        {"would_ask": list(connector.told()), "would_tell": words, "into": str(folder)},
        [f"would ask {', '.join(connector.told())}; {told}", f"would keep the files in {folder}"],
    )


def _fetched(context: Context, workspace: Any, wanted: Any, folder: Path) -> list[Fetched]:  # noqa: ANN401
    from pipeline.fetching import run, session

    files: list[Fetched] = []
    with session() as polite:
        for one in run(workspace, wanted, polite, folder):
            files.append(one)
            context.console.note(f"{one.state}: {printable(one.path.name)} ({one.bytes} bytes)")
    return files


def _file(one: Fetched) -> dict[str, Any]:
    return {**asdict(one), "path": str(one.path), "at": one.at.isoformat()}


def _read(context: Context, workspace: Any, paths: list[Path]) -> dict[str, int]:  # noqa: ANN401
    from pipeline.ingestion import ingest

    summary = context.console.pull(
        ingest(workspace.corpus, "auto", paths, clock=workspace.clock),
        lambda step: f"{step.added} added, {step.updated} updated, {step.skipped} skipped  {step.file}",
        lambda step: (step.done, step.total),
    )
    return {
        "added": summary.added,
        "updated": summary.updated,
        "unchanged": summary.unchanged,
        "skipped": summary.skipped_total,
    }


@click.command("sources")
@options
@click.pass_obj
def sources(context: Context) -> None:
    """List what can be read from files, and which services can be asked, with their terms and keys."""
    from ingest.about import ABOUT
    from ingest.connectors import CONNECTORS
    from ingest.sources import SOURCES

    readers = [{"name": name, "reads": ABOUT[name]} for name in SOURCES]
    services = [asdict(one.describe()) for one in CONNECTORS.values()]
    lines = ["Readers ('antedate ingest NAME PATH', or 'auto'):"]
    lines += [f"  {one['name']:18} {one['reads']}" for one in readers]
    lines += ["", "Services ('antedate fetch NAME'; nothing is asked until you do):"]
    for about in (one.describe() for one in CONNECTORS.values()):
        keys = ", ".join(f"{v.name}{'' if v.needed else ' (optional)'}" for v in about.variables) or "none"
        lines += [
            f"  {about.name:18} {', '.join(about.hosts)}; key: {keys}",
            f"  {'':18} takes {about.understands}",
            f"  {'':18} told: {about.sends}",
            f"  {'':18} terms: {about.terms}",
        ]
    context.console.result({"readers": readers, "services": services}, lines)


COMMANDS: dict[str, click.Command] = {
    "fetch": fetch,
    "sources": sources,
}
