"""How good a ranking is: the usual measures per query, and bootstrap intervals over queries.

Decisions
---------
* Definitions are those of trec_eval (Buckley, NIST) for `ndcg_cut` (gain: the grade itself; discount
  log2(rank + 1); ideal: all judged documents of the query in falling grade), `recall`, `map` (the mean over
  *all* relevant documents, found or not) and `recip_rank`. A grade of 0 or below is not relevant.
* PRES (Magdy & Jones, SIGIR 2010, "PRES: a score metric for evaluating recall-oriented information retrieval
  applications"): with n relevant documents at ranks r_1 < … < r_n,

      PRES = 1 - (sum(r_i) / n - (n + 1) / 2) / N_max

  where the i-th relevant document that is not among the first N_max has r_i = N_max + i. It is 1 when all
  stand at the top and 0 when none is found; N_max = 1,000 here, the effort of a patent searcher.
* Every ranking is cut at N_max, so that a run that was written deeper has no advantage.
* A query's own document (the same identifier) is never counted: it is taken out of the ranking and out of the
  judgments, as BEIR does. A query without a relevant document says nothing and is left out, and counted.
  A judged query that a run lacks scores 0 (`trec_eval -c`): not to answer is not to be right.
* Intervals: percentile bootstrap over queries (Efron; for retrieval: Sakai, SIGIR 2006), 95 %, seeded. All
  columns share the resamples, so the difference of two columns has the *paired* interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


METRICS: Final = ("ndcg@10", "recall@10", "recall@100", "recall@1000", "map", "mrr", "mrr@10", "pres")
N_MAX: Final = 1000
"""Ranks that are looked at."""
RESAMPLES: Final = 10_000
SEED: Final = 20_100_719
"""Of every bootstrap: the same values give the same interval."""
_TOP = 10
_LOW, _HIGH = 2.5, 97.5
_CHUNK_CELLS = 1 << 21
"""Cells of a chunk of drawn query numbers: some 16 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Measures of one run: `values[i, j]` is `METRICS[j]` of `queries[i]`."""

    queries: tuple[str, ...]
    """Judged queries with a relevant document, in the order of the judgments."""
    values: NDArray[np.float64]
    without_relevant: int
    """Judged queries left out because none of their documents is relevant."""
    missing: int
    """Of `queries`: those that the run lacks, which score 0."""

    def column(self, metric: str) -> NDArray[np.float64]:
        """Return one measure of every query, shape (queries,). Raises ValueError for an unknown name."""
        column: NDArray[np.float64] = self.values[:, METRICS.index(metric)]
        return column

    def mean(self, metric: str) -> float:
        """Return the mean of a measure over the queries; 0.0 where there are none."""
        return float(self.column(metric).mean()) if self.queries else 0.0


def relevant(judgments: Mapping[str, int], query: str) -> dict[str, int]:
    """Return the documents that count as relevant, with their grades: above 0, not the query itself."""
    return {document: grade for document, grade in judgments.items() if grade > 0 and document != query}


def measure(ranking: Sequence[str], gold: Mapping[str, int]) -> NDArray[np.float64]:
    """Return the `METRICS` of one ranking, best first, against relevant documents with grades above 0.

    A document that is ranked twice counts at its first place. `gold` must not be empty.
    """
    order = list(dict.fromkeys(ranking))[:N_MAX]
    gains = np.array([gold.get(document, 0) for document in order], np.float64)
    ranks = np.flatnonzero(gains > 0) + 1.0
    n = len(gold)
    first = float(ranks[0]) if ranks.size else np.inf
    lost = np.arange(ranks.size + 1, n + 1) + float(N_MAX)
    pres = 1.0 - ((ranks.sum() + lost.sum()) / n - (n + 1) / 2) / N_MAX
    return np.array(
        [
            ndcg(order, gold),
            *(np.count_nonzero(ranks <= depth) / n for depth in (10, 100, 1000)),
            (np.arange(1, ranks.size + 1) / ranks).sum() / n,
            1.0 / first,
            1.0 / first if first <= _TOP else 0.0,
            pres,
        ],
        np.float64,
    )


def ndcg(ranking: Sequence[str], gold: Mapping[str, int]) -> float:
    """Return nDCG@10 alone; `measure` gives it with all the others."""
    gains = np.array([gold.get(document, 0) for document in ranking[:_TOP]], np.float64)
    return _dcg(gains) / _dcg(np.sort(np.fromiter(gold.values(), np.float64, len(gold)))[::-1])


def _dcg(gains: NDArray[np.float64]) -> float:
    top = gains[:_TOP]
    return float((top / np.log2(np.arange(2, top.size + 2))).sum())


def table(run: Mapping[str, Sequence[str]], qrels: Mapping[str, Mapping[str, int]]) -> Table:
    """Measure a run (query to document identifiers, best first) against judgments (query to grades)."""
    queries, rows, missing = [], [], 0
    for query, judgments in qrels.items():
        gold = relevant(judgments, query)
        if not gold:
            continue
        ranking = run.get(query)
        missing += ranking is None
        queries.append(query)
        rows.append(measure([document for document in ranking or () if document != query], gold))
    return Table(
        queries=tuple(queries),
        values=np.array(rows, np.float64).reshape(len(rows), len(METRICS)),
        without_relevant=len(qrels) - len(queries),
        missing=missing,
    )


def resampled(
    values: NDArray[np.float64], *, resamples: int = RESAMPLES, seed: int = SEED
) -> NDArray[np.float64]:
    """Return the column means of `resamples` draws of rows with replacement: (n, k) to (resamples, k).

    Raises ValueError without a row: nothing can be said about nothing.
    """
    n, columns = values.shape
    if not n:
        raise ValueError("there is no query to draw from")
    random = np.random.default_rng(seed)
    means = np.empty((resamples, columns), np.float64)
    step = max(1, _CHUNK_CELLS // n)
    for start in range(0, resamples, step):
        count = min(step, resamples - start)
        drawn = random.integers(0, n, size=(count, n)) + n * np.arange(count)[:, None]
        times = np.bincount(drawn.ravel(), minlength=count * n).reshape(count, n)
        means[start : start + count] = times @ values / n
    return means


def interval(means: NDArray[np.float64]) -> tuple[float, float]:
    """Return the middle 95 % of resampled means (or of resampled differences)."""
    low, high = np.percentile(means, (_LOW, _HIGH))
    return float(low), float(high)
