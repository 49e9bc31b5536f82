"""What an evaluation is asked and what it answers; the JSON of `antedate evaluate --json` (cli.md).

Decisions
---------
* Figures are means over queries, each with its 95 % bootstrap interval.
* Where nothing can be measured (no document, no judged query, too few citations) there are no figures but
  the outcome "insufficient evidence" and why: a zero would read as a measurement.
* The values of every query are part of the JSON, so that a later run can be compared pair by pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from index.metrics import Table

if TYPE_CHECKING:
    from pipeline.library import Mode

MODES: Final[tuple[Mode, ...]] = ("words", "meaning", "fused")
BUILT_IN: Final = "built-in"
OWN: Final = "own citations"
"""Names of the tasks that need no folder."""
MEASURED: Final = "measured"
INSUFFICIENT: Final = "insufficient evidence"
CROSS: Final = "cross-encoder "
"""Begins the name, among the models, of what scored passages again in the encoder's place."""
_KEPT: Final = ("ndcg@10", "recall@100", "map")
"""Measures whose values per query go into the JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query of a benchmark."""

    id: str
    text: str
    before: int | None = None
    """Ordinal day; only documents that may have been public strictly before it are ranked."""
    without: frozenset[int] = frozenset()
    """Numbers of documents that are not ranked: the query's own, and its family's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A benchmark, ready to run on an index."""

    name: str
    """e.g. the folder's name, `built-in`, `own citations`."""
    qrels: str
    questions: tuple[Question, ...]
    judgments: Mapping[str, Mapping[str, int]]
    """Question to document identifier to grade, of the questions above."""
    names: Mapping[int, str]
    """Number of a document in the index to its identifier in the judgments."""
    counts: Mapping[str, int]
    """What was read and left out: `documents`, `queries`, `lines skipped` and the like."""
    skipped: tuple[tuple[str, int, str], ...] = ()
    """(file, line, reason) of lines that were not understood."""
    least: int = 1
    """Fewer questions than this are insufficient evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where the work is."""

    words: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over queries and its 95 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One way to rank."""

    name: str
    figures: Mapping[str, Estimate]
    table: Table
    p50: float | None = None
    """Milliseconds a query takes, median; None for an outside run."""
    p95: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """The difference of two systems on the same queries, `a` less `b`."""

    a: str
    b: str
    metric: str
    delta: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something that the evaluation made sure of, or did not."""

    check: str
    ok: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """What was measured."""

    generation: int
    snapshot: str
    models: Mapping[str, str]
    """Name to SHA-256 of every model."""
    version: str
    """Of antedate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The answer."""

    task: Task
    index: Index
    outcome: str
    """`measured` or `insufficient evidence`."""
    words: str
    """Why there are no figures; empty where there are."""
    systems: tuple[System, ...] = ()
    paired: tuple[Paired, ...] = ()
    checks: tuple[Check, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    """`index` (0 where a kept one was used) and `search`."""
    runs: Mapping[str, str] = field(default_factory=dict)
    """Files that were written: system to path."""

    @property
    def sound(self) -> bool:
        """Whether there are figures and every check held."""
        return self.outcome == MEASURED and all(check.ok for check in self.checks)


def limited(task: Task, count: int | None) -> Task:
    """Return a task with its first `count` questions only; all of them for None."""
    if count is None or count >= len(task.questions):
        return task
    questions = task.questions[:count]
    return replace(
        task,
        questions=questions,
        judgments={question.id: task.judgments[question.id] for question in questions},
        counts={
            **task.counts,
            "questions": count,
            "questions_left_out_by_limit": len(task.questions) - count,
        },
    )


def as_json(found: Evaluation) -> dict[str, Any]:
    """Return an evaluation as the object of cli.md."""
    return {
        "benchmark": found.task.name,
        "qrels": found.task.qrels,
        "outcome": found.outcome,
        **({"words": found.words} if found.words else {}),
        "systems": {
            system.name: {name: _rounded(one.mean) for name, one in system.figures.items()}
            for system in found.systems
        },
        "intervals": {
            system.name: {
                name: [_rounded(one.low), _rounded(one.high)] for name, one in system.figures.items()
            }
            for system in found.systems
        },
        "paired": [
            {
                "a": pair.a,
                "b": pair.b,
                "metric": pair.metric,
                "delta": _rounded(pair.delta),
                "low": _rounded(pair.low),
                "high": _rounded(pair.high),
            }
            for pair in found.paired
        ],
        "checks": [{"check": one.check, "ok": one.ok, "words": one.words} for one in found.checks],
        "counts": dict(found.task.counts),
        "skipped": [
            {"file": file, "line": line, "reason": reason} for file, line, reason in found.task.skipped
        ],
        "missing": {system.name: system.table.missing for system in found.systems},
        "latency_ms": {
            system.name: {"p50": system.p50, "p95": system.p95}
            for system in found.systems
            if system.p50 is not None
        },
        "seconds": dict(found.seconds),
        "runs": dict(found.runs),
        "index": {
            "generation": found.index.generation,
            "snapshot": found.index.snapshot,
            "models": dict(found.index.models),
            "antedate": found.index.version,
        },
        "per_query": _per_query(found),
    }


def _per_query(found: Evaluation) -> dict[str, Any]:
    if not found.systems:
        return {}
    return {
        "queries": list(found.systems[0].table.queries),
        "values": {
            system.name: {
                name: [_rounded(value) for value in system.table.column(name).tolist()] for name in _KEPT
            }
            for system in found.systems
        },
    }


def _rounded(value: float) -> float:
    return round(value, 6)
