"""Fusion: several rankings become one.

`reciprocal_rank_fusion` is Cormack, Clarke and Büttcher (SIGIR 2009): a ranking gives `1 / (k + rank)`. It
needs no scores, so that it cannot be upset by their scales. `convex` mixes standardised scores (Bruch, Gai
and Ingber, TOIS 2023); it needs the score of every candidate in every channel, and was better in our runs.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

K = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each channel says; only their proportions count."""

    words: float = 0.4
    meaning: float = 0.4
    passages: float = 0.2


def reciprocal_rank_fusion(rankings: Sequence[Sequence[int]], k: int = K) -> list[tuple[int, float]]:
    """Return (item, score), best first, ties by item. A repeated item counts where it first stands."""
    scores: defaultdict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, item in enumerate(dict.fromkeys(ranking), start=1):
            scores[item] += 1.0 / (k + rank)
    return ranked(scores)


def convex(
    channels: Sequence[Mapping[int, float]], weights: Sequence[float]
) -> list[tuple[int, float, tuple[float, ...]]]:
    """Return (item, score, what each channel gives to it), best first, ties by item.

    A channel gives its share of the weights times its z-score among the candidates, which all channels score
    (ValueError otherwise). A channel that scores all alike, or that is alone with no weight, has no say.
    """
    if any(channel.keys() != channels[0].keys() for channel in channels):
        raise ValueError("convex fusion needs the score of every candidate in every channel")
    items = sorted(channels[0])
    total = sum(weights) or 1.0
    given = np.array(
        [
            weight / total * _standard([channel[item] for item in items])
            for channel, weight in zip(channels, weights, strict=True)
        ]
    )
    scores = given.sum(axis=0)
    order = sorted(range(len(items)), key=lambda place: (-scores[place], items[place]))
    return [(items[place], float(scores[place]), tuple(given[:, place].tolist())) for place in order]


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
