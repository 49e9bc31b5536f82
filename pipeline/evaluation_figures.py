"""Answers become figures: tables, intervals, pairs, and the negative controls.

What "chance" means here
------------------------
* The shuffled control gives every question the judgments of another one (a seeded permutation without fixed
  points, `ROUNDS` times, averaged). It keeps how many documents are relevant, how they are graded and which
  documents are popular; only the link between a question and its documents is cut. What is left is what a
  ranking scores without reading the question.
* The floor is the nDCG@10 that is expected of a ranking in random order: sum(gains) / N at every rank.
* Where the real score is certainly above that floor (the low end of its interval), the shuffled score has to
  be at most half the real one. If it is not, the benchmark or the measuring is broken, and this is said as a
  failed check: figures that do not depend on the judgments measure nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from index import metrics
from index.metrics import METRICS, ndcg, relevant, resampled, table
from pipeline.evaluation_records import Check, Estimate, Paired, System

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipeline.evaluation_records import Task

ROUNDS: Final = 5
"""Permutations of the shuffled control."""
_SEED: Final = 4_711
_TOP: Final = 10
_SHARE: Final = 0.5
"""Of the real score that the shuffled one may reach, at most."""
_ENOUGH: Final = 2
"""Questions that a permutation needs."""


class Answers(Mapping[str, tuple[str, ...]]):
    """What a system answered: question to identifiers, best first. Kept as numbers, spelled when asked."""

    def __init__(self, names: Mapping[int, str]) -> None:
        self._names = names
        self._found: dict[str, tuple[NDArray[np.int64], NDArray[np.float32]]] = {}
        self.milliseconds: list[float] = []

    def keep(self, question: str, found: Sequence[tuple[int, float]], milliseconds: float) -> None:
        """Keep the ranking (item, score) of a question. An item without a name is no document of the task."""
        known = [(item, score) for item, score in found if item in self._names]
        items = np.array([item for item, _ in known], np.int64)
        self._found[question] = (items, np.array([score for _, score in known], np.float32))
        self.milliseconds.append(milliseconds)

    def __getitem__(self, question: str) -> tuple[str, ...]:
        return tuple(self._names[item] for item in self._found[question][0].tolist())

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def scored(self) -> Mapping[str, list[tuple[str, float]]]:
        """Return question to (identifier, score), spelled one question at a time."""
        return _Scored(self, self._found)


class _Scored(Mapping[str, list[tuple[str, float]]]):
    def __init__(
        self, answers: Answers, found: Mapping[str, tuple[NDArray[np.int64], NDArray[np.float32]]]
    ) -> None:
        self._answers = answers
        self._found = found

    def __getitem__(self, question: str) -> list[tuple[str, float]]:
        return list(zip(self._answers[question], self._found[question][1].tolist(), strict=True))

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def systems(
    runs: Mapping[str, Mapping[str, Sequence[str]]], task: Task
) -> tuple[tuple[System, ...], tuple[Paired, ...]]:
    """Measure every run against the judgments, and every two of them side by side, the later first.

    There has to be a question with a relevant document.
    """
    tables = {name: table(run, task.judgments) for name, run in runs.items()}
    means = resampled(np.concatenate([one.values for one in tables.values()], axis=1))
    made, columns = [], {}
    for place, (name, one) in enumerate(tables.items()):
        mine = means[:, place * len(METRICS) : (place + 1) * len(METRICS)]
        columns[name] = mine
        run = runs[name]
        times = np.array(run.milliseconds if isinstance(run, Answers) else [], np.float64)
        made.append(
            System(
                name=name,
                figures={
                    metric: _estimate(one.mean(metric), mine[:, number])
                    for number, metric in enumerate(METRICS)
                },
                table=one,
                p50=round(float(np.percentile(times, 50)), 2) if times.size else None,
                p95=round(float(np.percentile(times, 95)), 2) if times.size else None,
            )
        )
    pairs = tuple(
        _paired(later, earlier, columns[later.name], columns[earlier.name])
        for earlier, later in combinations(made, 2)
    )
    return tuple(made), tuple(pair for found in pairs for pair in found)


def _estimate(mean: float, means: NDArray[np.float64]) -> Estimate:
    low, high = metrics.interval(means)
    return Estimate(mean=mean, low=low, high=high)


def _paired(
    a: System, b: System, means_a: NDArray[np.float64], means_b: NDArray[np.float64]
) -> tuple[Paired, ...]:
    found = []
    for number, metric in enumerate(METRICS):
        low, high = metrics.interval(means_a[:, number] - means_b[:, number])
        delta = a.figures[metric].mean - b.figures[metric].mean
        found.append(Paired(a=a.name, b=b.name, metric=metric, delta=delta, low=low, high=high))
    return tuple(found)


def shuffled(system: System, run: Mapping[str, Sequence[str]], task: Task) -> Check:
    """Give every question the judgments of another and compare (see the module's docstring)."""
    name = f"shuffled judgments, {system.name}"
    gold = {query: relevant(task.judgments[query], query) for query in system.table.queries}
    if len(gold) < _ENOUGH:
        return Check(check=name, ok=True, words="one question only: there is nothing to shuffle")
    real = system.figures["ndcg@10"]
    floor = _floor(list(gold.values()), len(task.names))
    score = _shuffled_score(run, gold)
    words = (
        f"nDCG@10 {real.mean:.3f}; {score:.3f} with the judgments of other questions ({ROUNDS} "
        f"permutations); {floor:.3f} expected of a random order"
    )
    if real.low <= floor:
        return Check(check=name, ok=True, words=f"{words}; the real score is not certainly above chance")
    return Check(check=name, ok=score <= _SHARE * real.mean, words=words)


def _shuffled_score(run: Mapping[str, Sequence[str]], gold: Mapping[str, Mapping[str, int]]) -> float:
    queries = list(gold)
    heads = [[document for document in run.get(query, ()) if document != query][:_TOP] for query in queries]
    random = np.random.default_rng(_SEED)
    total = 0.0
    for _ in range(ROUNDS):
        order = random.permutation(len(queries))
        other = np.empty_like(order)
        other[order] = np.roll(order, 1)  # one cycle: nobody keeps its own
        total += sum(
            ndcg(head, gold[queries[theirs]]) for head, theirs in zip(heads, other.tolist(), strict=True)
        )
    return total / (ROUNDS * len(queries))


def _floor(gold: Sequence[Mapping[str, int]], documents: int) -> float:
    """Return the mean nDCG@10 that a random order of that many documents is expected to have."""
    discounts = (1.0 / np.log2(np.arange(2, _TOP + 2))).cumsum()
    found = []
    for grades in gold:
        ideal = sorted(grades.values(), reverse=True)[:_TOP]
        best = float((np.array(ideal) / np.log2(np.arange(2, len(ideal) + 2))).sum())
        depth = min(_TOP, max(documents, 1))
        found.append(sum(grades.values()) / max(documents, 1) * float(discounts[depth - 1]) / best)
    return float(np.mean(found)) if found else 0.0
