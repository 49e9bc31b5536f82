"""Measuring a ranking: run a benchmark's questions through an index, and judge the answers.

Decisions
---------
* The questions are ranked by `Corpus.ranked`, as those of a search are, with the workspace's own settings, as
  prose: a query of a benchmark is never taken for an expression, whatever quotes and brackets it has.
* `DEPTH` documents a question in every mode, where a search considers 200: recall at 1,000 needs them. No
  passages are quoted, so the times are those of ranking alone.
* Every evaluation controls itself: with the judgments shuffled (`pipeline.evaluation_figures`), and on a
  corpus without documents, which has to give "insufficient evidence". A control that fails is a failed check.
"""

from __future__ import annotations

import importlib.metadata
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from index.records import Filter
from index.trec import check_names, write_run
from pipeline import store_corpus
from pipeline.corpus import Corpus
from pipeline.evaluation_figures import Answers, shuffled, systems
from pipeline.evaluation_records import CROSS, INSUFFICIENT, MEASURED, MODES, Check, Evaluation, Index, Step
from pipeline.store import Store

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

    from index.trec import Run
    from pipeline.evaluation_records import Question, Task
    from pipeline.library import Mode

DEPTH: Final = 1000
_ORDER: Final = ("fused", "words", "meaning")
"""The usual mode is asked first, so that its times hold the making of the queries' vectors."""
BASELINE: Final = "baseline"
_CONTROLS: Final = 3
"""Questions that are asked of the empty corpus."""


def evaluate(
    corpus: Corpus,
    task: Task,
    room: Path,
    *,
    modes: Sequence[Mode] = MODES,
    baseline: Run | None = None,
    run_file: Path | None = None,
) -> Generator[Step, None, Evaluation]:
    """Run a task on a corpus: yields where it is, returns the evaluation.

    `room` is a folder to work in. Raises TrecNameError, TrecWriteError, and what the index raises.
    """
    if run_file is not None:
        check_names([*task.judgments, *task.names.values()])
    index = described(corpus)
    if lacking := insufficient(task):
        return Evaluation(task=task, index=index, outcome=INSUFFICIENT, words=lacking)
    started = time.perf_counter()
    runs: dict[str, Mapping[str, Sequence[str]]] = {}
    if baseline is not None:
        runs[f"{BASELINE} {baseline.tag}"] = baseline.rankings
    answered = yield from answers(corpus, task, modes)
    seconds = round(time.perf_counter() - started, 2)
    yield Step(words="resampling", done=1, total=1)
    measured, paired = systems(runs | answered, task)
    checks = [shuffled(system, answered[system.name], task) for system in measured if system.name in answered]
    empty = yield from _empty(corpus, task, room)
    return Evaluation(
        task=task,
        index=index,
        outcome=MEASURED,
        words="",
        systems=measured,
        paired=paired,
        checks=(*checks, empty),
        seconds={"search": seconds},
        runs={} if run_file is None else _written(answered, run_file),
    )


def insufficient(task: Task) -> str:
    """Return why nothing can be measured, or an empty string."""
    if not task.names:
        return "the corpus is empty: nothing can be found in it"
    if not task.questions:
        return "no question has both a text and a relevant document"
    if len(task.questions) < task.least:
        return (
            f"only {len(task.questions)} documents here cite others of this corpus; {task.least} are needed "
            "before a figure means anything"
        )
    return ""


def answers(corpus: Corpus, task: Task, modes: Sequence[Mode]) -> Generator[Step, None, dict[str, Answers]]:
    """Ask every question in every mode."""
    found = {str(mode): Answers(task.names) for mode in modes}
    total = len(modes) * len(task.questions)
    done = 0
    for mode in sorted(modes, key=_ORDER.index):
        for question in task.questions:
            started = time.perf_counter()
            hits = corpus.ranked(
                question.text, mode=mode, limit=DEPTH, among=_filter(question), plain=True, rescore=True
            )
            took = (time.perf_counter() - started) * 1000
            found[mode].keep(question.id, [(hit.item, hit.score) for hit in hits], took)
            done += 1
            yield Step(words=f"asking, by {mode}", done=done, total=total)
    return found


def _filter(question: Question) -> Filter:
    return Filter(before=question.before, without=question.without)


def described(corpus: Corpus) -> Index:
    """Return what there is to measure: the index's generation, the corpus's snapshot, the models."""
    generation = corpus.reader().generation
    with corpus.store.read() as connection:
        snapshot = store_corpus.snapshot(connection)
    encoders = (corpus.encoders.documents, corpus.encoders.passages)
    models = {encoder.name: encoder.sha256 for encoder in encoders}
    cross = corpus.method.cross if corpus.method.rescore else None
    if cross is not None:
        models[f"{CROSS}{cross.name}"] = cross.sha256
    return Index(
        generation=generation,
        snapshot=snapshot,
        models=models,
        version=importlib.metadata.version("antedate"),
    )


def _empty(corpus: Corpus, task: Task, room: Path) -> Generator[Step, None, Check]:
    """Ask questions of a corpus without documents, made and searched by the same code."""
    yield Step(words="asking an empty corpus", done=0, total=1)
    folder = room / "empty"
    folder.mkdir(exist_ok=True)
    store = Store.open(folder / "record.sqlite")
    nothing = Corpus(store, folder / "index", corpus.encoders, method=corpus.method)
    try:
        some = replace(task, questions=task.questions[:_CONTROLS], names={})
        found = yield from answers(nothing, some, MODES)
        hits = sum(len(found[mode][question.id]) for mode in found for question in some.questions)
        outcome = INSUFFICIENT if insufficient(some) else MEASURED
    finally:
        nothing.close()
        store.close()
    return Check(
        check="empty corpus",
        ok=outcome == INSUFFICIENT and not hits,
        words=f"a corpus without documents answers {hits} times and gives: {outcome}",
    )


def _written(found: Mapping[str, Answers], file: Path) -> dict[str, str]:
    """Write a TREC run per system: FILE, or FILE with the mode before its suffix where there are several."""
    made = {}
    for name, run in found.items():
        suffixes = "".join(file.suffixes[-2:]) if file.name.endswith(".gz") else file.suffix
        stem = file.name.removesuffix(suffixes) if suffixes else file.name
        path = file if len(found) == 1 else file.with_name(f"{stem}.{name}{suffixes}")
        write_run(path, name, run.scored())
        made[name] = str(path)
    return made
