"""`antedate evaluate`: measure the ranking on a BEIR folder, the built-in benchmark or the corpus itself.

Exit codes: 0 measured and every check held; 1 a check failed, the evidence is insufficient, or a figure
dropped outside its interval (`--against`); 2 a wrong call or a folder that is no benchmark; 3 the machine.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ui.common import Context, changes, options

if TYPE_CHECKING:
    from pipeline.corpus import Corpus
    from pipeline.evaluation_records import Evaluation, Step, Task
    from pipeline.evaluation_scratch import Indexed
    from pipeline.settings import Settings

_MODES = ("words", "meaning", "fused")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    folder: Path | None
    builtin: bool
    own: bool
    qrels: str | None
    modes: tuple[str, ...]
    run_file: Path | None
    limit: int | None
    keep: Path | None
    baseline: Path | None
    earlier_only: bool
    against: Path | None

    @property
    def whole(self) -> bool:
        """Whether everything is measured, so that the figures may stand for the index."""
        return self.limit is None and set(self.modes) == set(_MODES)

    def check(self) -> None:
        """Raise UsageError for what does not go together."""
        if (self.folder is not None) + self.builtin + self.own != 1:
            raise click.UsageError("name a BEIR folder, or give --builtin, or --own: one of the three")
        if self.folder is None and (self.qrels or self.earlier_only):
            raise click.UsageError("--qrels and --earlier-only belong to a BEIR folder")
        if self.own and self.keep:
            raise click.UsageError("--own measures the index that is there; leave --keep out")


@click.command("evaluate")
@click.argument("folder", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--builtin", is_flag=True, help="The benchmark that comes with antedate (88 documents).")
@click.option("--own", is_flag=True, help="This workspace's corpus, by what its documents cite.")
@click.option("--qrels", metavar="NAME", help="Which judgments (default: test, else the only ones).")
@click.option(
    "--mode", "modes", multiple=True, type=click.Choice(_MODES), help="Only this one; may be given again."
)
@click.option(
    "--run",
    "run_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the TREC run; with several modes FILE becomes FILE.words and so on.",
)
@click.option("--limit-queries", "limit", type=click.IntRange(min=1), help="Only the first N questions.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the index in this folder, and use it again.",
)
@click.option(
    "--baseline",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A TREC run of another system, to compare with.",
)
@click.option("--earlier-only", is_flag=True, help="Rank only documents dated before the query's date.")
@click.option(
    "--against",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Figures of an earlier --json; exit code 1 on a drop.",
)
@options
@click.pass_obj
@click.pass_context
@changes
def evaluate(ctx: click.Context, context: Context, /, **given: Any) -> None:  # noqa: ANN401 - click's values
    """Measure the ranking on FOLDER (BEIR, plain or .gz), the built-in benchmark or this corpus.

    The folder's documents are indexed in a scratch workspace by the code that an ingest runs. Exit code 1: a
    check failed, the evidence is insufficient, or a figure dropped.
    """
    given["modes"] = given["modes"] or _MODES
    asked = _Asked(**given)
    asked.check()
    found, notes = _evaluated(context, asked)
    compared = _compared(asked, found)
    _report(context, found, notes, compared)
    if not found.sound or any(change.dropped for change in compared):
        ctx.exit(1)


def _evaluated(context: Context, asked: _Asked) -> tuple[Evaluation, list[str]]:
    from index.trec import read_run
    from pipeline import evaluation, evaluation_scratch
    from pipeline.evaluation_records import limited

    baseline = read_run(asked.baseline) if asked.baseline else None
    with ExitStack() as stack:
        room = stack.enter_context(evaluation_scratch.room(asked.keep))
        task, corpus, indexed = _own(context, stack) if asked.own else _scratch(context, asked, room, stack)
        found = context.console.pull(
            evaluation.evaluate(
                corpus,
                limited(task, asked.limit),
                room,
                modes=asked.modes,  # type: ignore[arg-type]
                baseline=baseline,
                run_file=asked.run_file,
            ),
            _words,
            _units,
        )
        notes = []
        if indexed is not None:
            found = replace(found, seconds={"index": indexed.seconds, **found.seconds})
            if asked.keep:
                what = "was used again, nothing was indexed" if indexed.reused else "is kept"
                notes.append(f"the index in {asked.keep} {what}")
        notes += _stored(context, asked, found)
    return found, notes


def _words(step: Step) -> str:
    return step.words


def _units(step: Step) -> tuple[int, int]:
    return step.done, step.total


def _own(context: Context, stack: ExitStack) -> tuple[Task, Corpus, Indexed | None]:
    from pipeline import evaluation_tasks, store_corpus

    workspace = stack.enter_context(context.open())
    held = frozenset(workspace.corpus.reader().ids().tolist())
    with workspace.store.read() as connection:
        names = {item: key for item, key in store_corpus.keys(connection).items() if item in held}
    return evaluation_tasks.own(workspace.store, names), workspace.corpus, None


def _scratch(
    context: Context, asked: _Asked, room: Path, stack: ExitStack
) -> tuple[Task, Corpus, Indexed | None]:
    from index import beir
    from pipeline import demo, evaluation_beir, evaluation_scratch, evaluation_tasks

    settings = _settings(context)
    if asked.folder is None:
        work = evaluation_scratch.files_index(demo.CORPUS, room, settings)
        indexed = context.console.pull(work, _words, _units)
        stack.callback(indexed.workspace.close)
        return evaluation_tasks.built_in(indexed), indexed.workspace.corpus, indexed
    name = beir.chosen(asked.folder, asked.qrels)
    beir.queries(asked.folder)  # what is missing is said before the work begins
    context.console.note(f"reading {asked.folder}")
    survey = evaluation_scratch.survey(asked.folder)
    work = evaluation_scratch.beir_index(asked.folder, survey, room, settings)
    indexed = context.console.pull(work, _words, _units)
    stack.callback(indexed.workspace.close)
    task = evaluation_beir.task(asked.folder, name, survey, indexed, earlier_only=asked.earlier_only)
    return task, indexed.workspace.corpus, indexed


def _settings(context: Context) -> Settings | None:
    """Return how the workspace at hand indexes and searches; None where there is none."""
    from pipeline import settings
    from pipeline.workspace import NoWorkspaceError

    file = context.where() / settings.FILE
    if file.is_file():
        return settings.load(file)
    if context.folder is not None:
        raise NoWorkspaceError(context.folder)
    return None


def _stored(context: Context, asked: _Asked, found: Evaluation) -> list[str]:
    """Keep the figures with the workspace's index; returns what to say about it."""
    from pipeline import evaluation_stored, settings
    from pipeline.workspace import Workspace

    if asked.folder is not None or not (context.where() / settings.FILE).is_file():
        return []
    if not asked.whole:
        return ["only a part was measured: these figures are not kept with the index"]
    with Workspace.open(context.where()) as workspace:
        kept = evaluation_stored.keep(workspace.store, workspace.folder / "index", found)
    if kept is None:
        return ["this workspace has no index yet to keep the figures with"]
    return [f"kept with the index: {kept}"]


def _compared(asked: _Asked, found: Evaluation) -> tuple[Any, ...]:
    from pipeline.evaluation_against import changes as compare

    return compare(asked.against, found) if asked.against and found.systems else ()


def _report(context: Context, found: Evaluation, notes: list[str], compared: tuple[Any, ...]) -> None:
    from pipeline.evaluation_records import as_json
    from ui.evaluation_lines import change_lines, changes_json, lines

    value = as_json(found)
    if compared:
        value["against"] = changes_json(compared)
    value["notes"] = notes
    context.console.result(value, [*lines(found), *(change_lines(compared) if compared else ()), *notes])


COMMANDS: dict[str, click.Command] = {"evaluate": evaluate}
