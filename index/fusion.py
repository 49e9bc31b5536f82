"""Fusion: several rankings become one.

`reciprocal_rank_fusion` is Cormack, Clarke and Büttcher (SIGIR 2009): a ranking gives `1 / (k + rank)`. It
needs no scores, so that it cannot be upset by their scales. `shares` mixes standardised scores (Bruch, Gai
and Ingber, TOIS 2023); it needs the score of every candidate in every channel.

Decisions, by measurement on training and development queries (SciFact, NFCorpus)
--------------------------------------------------------------------------------
* Z-scores over the united candidates of all channels: 0.7398 and 0.3372 nDCG@10 where reciprocal ranks give
  0.7221 and 0.3145. Least and greatest, the theoretical least, and the mean and spread of the whole index or
  of each channel's own best were all the same or worse.
* 200 candidates of each channel: 50 lose recall@100 on NFCorpus (0.249 for 0.274), 1,000 gain nothing.
* One set of weights for all queries, from the strength of the channels: between .35 and .5 for words no
  difference is beyond chance. Passages at .1: on SciFact and patent citations .2 costs .01 nDCG@10, on
  NFCorpus .008 recall@100 (alone, the passage model has .199 there where the document vectors have .290).
* With all three channels in the real index: of (.4, .5, .1), (.45, .45, .1) and (.45, .5, .05), each with
  several shares of smoothing, the second with .2 of three neighbours is best or within .001 of the best on
  both SciFact train (.7461) and NFCorpus dev (.3413), and keeps the say of passages for patents.
* `levelled`: scores of another scale take the mean and spread of those they replace. An oracle that knows
  the judgments, in the place of a cross-encoder for the ten best (NFCorpus dev, 100 queries): nDCG@10 .361
  → .410, where these ten in their best order have .420; with as much noise as signal .397.
* What each channel gives to an item is kept: a hit can say why it stands where it stands.
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
_FLAT = 1e-12
"""A spread below this is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How much each channel says; only their proportions count. Raises ValueError below zero."""

    words: float = 0.45
    meaning: float = 0.45
    passages: float = 0.1

    def __post_init__(self) -> None:
        if not all(0.0 <= weight < float("inf") for weight in (self.words, self.meaning, self.passages)):
            raise ValueError(f"weights of channels are finite and not below zero, not {self}")


def reciprocal_rank_fusion(rankings: Sequence[Sequence[int]], k: int = K) -> list[tuple[int, float]]:
    """Return (item, score), best first, ties by item. A repeated item counts where it first stands."""
    scores: defaultdict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, item in enumerate(dict.fromkeys(ranking), start=1):
            scores[item] += 1.0 / (k + rank)
    return ranked(scores)


def shares(
    channels: Sequence[Mapping[int, float]], weights: Sequence[float]
) -> tuple[list[int], NDArray[np.float64]]:
    """Return the candidates, ascending, and what each channel gives to each: (candidates, channels).

    A channel gives its share of the weights times its z-score among the candidates. A channel that scores all
    alike gives nothing. Raises ValueError where a channel lacks a candidate or a weight.
    """
    if not channels:
        return [], np.zeros((0, 0))
    if any(channel.keys() != channels[0].keys() for channel in channels):
        raise ValueError("convex fusion needs the score of every candidate in every channel")
    items = sorted(channels[0])
    total = sum(weights) or 1.0
    given = [
        weight / total * standard([channel[item] for item in items])
        for channel, weight in zip(channels, weights, strict=True)
    ]
    return items, np.stack(given, axis=1)


def by_shares(items: Sequence[int], given: NDArray[np.float64]) -> list[tuple[int, float, tuple[float, ...]]]:
    """Return (item, score, shares), best first, ties by item; an item's score is the sum of its shares."""
    rows = given.tolist()
    found = [(item, sum(row), tuple(row)) for item, row in zip(items, rows, strict=True)]
    return sorted(found, key=lambda entry: (-entry[1], entry[0]))


def ranked(scores: Mapping[int, float]) -> list[tuple[int, float]]:
    """Return (item, score), best first, ties by item."""
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def levelled(scores: Mapping[int, float], known: Mapping[int, float]) -> dict[int, float]:
    """Return scores with the mean and the spread that the known scores of the same items have.

    Items that are not known are left out.
    """
    items = [item for item in scores if item in known]
    if not items:
        return {}
    before = np.array([known[item] for item in items], np.float64)
    made = before.mean() + before.std() * standard([scores[item] for item in items])
    return dict(zip(items, made.tolist(), strict=True))


def standard(values: Sequence[float]) -> NDArray[np.float64]:
    """Return z-scores; zeros where all values are alike, up to rounding."""
    array = np.asarray(values, dtype=np.float64)
    if array.size == 0:
        return array
    spread = float(array.std())
    if spread < _FLAT:
        return np.zeros_like(array)
    result: NDArray[np.float64] = (array - array.mean()) / spread
    return result
