"""Fusion: several rankings become one.

`reciprocal_rank_fusion` is Cormack, Clarke and Büttcher (SIGIR 2009): a ranking gives `1 / (k + rank)`. It
needs no scores, so that it cannot be upset by their scales. `convex` mixes standardised scores (Bruch, Gai
and Ingber, TOIS 2023); it needs the score of every candidate in every channel, and was better in our runs.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

K = 60


def reciprocal_rank_fusion(rankings: Sequence[Sequence[int]], k: int = K) -> list[tuple[int, float]]:
    """Return (item, score), best first, ties by item. A repeated item counts where it first stands."""
    scores: defaultdict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, item in enumerate(dict.fromkeys(ranking), start=1):
            scores[item] += 1.0 / (k + rank)
    return ranked(scores)


def convex(
    words: Mapping[int, float], meaning: Mapping[int, float], weight: float = 0.5
) -> list[tuple[int, float]]:
    """Return (item, score), best first: `weight` of the words' z-score, the rest of the meaning's.

    Both mappings score the same candidates. A channel that scores all alike has no say.
    """
    if words.keys() != meaning.keys():
        raise ValueError("convex fusion needs both scores of every candidate")
    items = sorted(words)
    mixed = weight * _standard([words[item] for item in items])
    mixed += (1.0 - weight) * _standard([meaning[item] for item in items])
    return ranked(dict(zip(items, mixed.tolist(), strict=True)))


def ranked(scores: Mapping[int, float]) -> list[tuple[int, float]]:
    """Return (item, score), best first, ties by item."""
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def _standard(values: Sequence[float]) -> NDArray[np.float64]:
    array = np.asarray(values, dtype=np.float64)
    if array.size == 0:
        return array
    spread = float(array.std())
    if spread < 1e-12:  # noqa: PLR2004 - all alike, up to rounding
        return np.zeros_like(array)
    result: NDArray[np.float64] = (array - array.mean()) / spread
    return result
