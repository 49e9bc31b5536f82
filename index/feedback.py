"""Feedback: what found items say about the query and about each other.

Decisions
---------
* `smoothed`: an item takes part of its score from the candidates nearest to it. Items about one thing hold
  each other up, and an item that one channel missed is lifted by its neighbours. In the real index .2 from
  three neighbours against none: SciFact train .7413 → .7461 nDCG@10 and .957 → .962 recall@100, NFCorpus dev
  .3321 → .3413 and .269 → .277. A share of .5 cost SciFact .018.
* `moved` and `moved_terms` are Rocchio (1971), for what a reader marks: of the query's vectors, and of the
  words that prose is looked for by. Two relevant documents liked, the others looked for (NFCorpus dev, 100
  queries): nDCG@10 .395 without, .487 with a weight of .5, .496 with .75, .486 with 1; recall@100 .297, .447,
  .467, .465. To add the whole texts of what is liked to the query, as was done before, gave .343 and .402 on
  80 of these, where a weight of .5 gives .493 and .432: their many words drown the query's. Twenty new words
  or forty are alike; what two bad ones take away is within chance of nothing.
* Moving a query toward its own first answers without a reader (pseudo-relevance feedback, of the vector or of
  the words) is not done: more recall on NFCorpus (.274 → .286), but SciFact's nDCG@10 fell at most settings,
  and `smoothed` gives the recall without it.
* `relatedness`: an item that best items cite, or that cites them, gains by the logarithm of how many. With
  250 training queries of RFC citations (words alone, earlier documents only, 20 best, weight .5), .2648 →
  .2985 nDCG@10 and .525 → .597 recall@100; but those judgements are themselves citations. In the built-in
  benchmark, judged by subject, the same setting costs .056 of .803, .25 of the 10 best .008: that is taken.
  To let the relatives in without a gain did nothing: they come in too far down.
* `overlap`: preferred tags (classes of what is liked, of a disclosure, of an expression's alternatives) add
  to a score and never limit: art from another field is not lost. No benchmark of ours has classes, and none
  of its figures can move. Of 532 US patents with their CPC classes, those that cite a document in common (67
  queries of title and abstract, 110 pairs) were found better the more classes weigh: nDCG@10 .459, with .25
  .483, .5 .500 (+.041 [.018, .066]), 1 .518; classes of a patent drawn by chance changed nothing. Citations
  are found by class, too, so that half is kept, as above.
All functions depend on their arguments alone; ties go to the earlier row or the lower item.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from index.formulation import Frequencies, Terms

NEIGHBOURS = 3
SMOOTHING = 0.2
"""Part of a score that comes from the neighbours."""
LIKED, UNLIKED = 0.75, 0.25
"""What the mean of liked and of unliked vectors adds to and takes from a query's."""
NEW_WORDS = 20
"""Words that liked items may add to those of a query."""
RELATED = 0.25
SHARED = 0.5
"""What an item with all of the preferred tags gains."""
_DIGITS = 5
"""Similarities are compared to this many digits, which hides the last bits of a matrix product."""


def smoothed(
    given: NDArray[np.float64],
    vectors: NDArray[np.float32],
    *,
    neighbours: int = NEIGHBOURS,
    share: float = SMOOTHING,
) -> NDArray[np.float64]:
    """Return scores (n, channels) mixed with the mean of each row's nearest rows, weighted by cosine.

    `vectors` (n, dim) are normalised or zero. A row without a neighbour at a cosine above zero stays as it
    is. Raises ValueError where the lengths differ or `share` is outside 0 to 1.
    """
    if len(given) != len(vectors) or not 0.0 <= share <= 1.0:
        raise ValueError(f"{len(given)} rows of scores, {len(vectors)} vectors, share {share}")
    count = min(neighbours, len(given) - 1)
    if count < 1 or share == 0.0:
        return given.copy()
    nearness = np.round((vectors @ vectors.T).astype(np.float64), _DIGITS)
    np.fill_diagonal(nearness, -2.0)
    rows = np.arange(len(nearness))
    nearest = np.empty((len(nearness), count), np.int64)
    weights = np.empty((len(nearness), count))
    for place in range(count):
        nearest[:, place] = nearness.argmax(axis=1)  # the earlier of equals
        weights[:, place] = np.maximum(nearness[rows, nearest[:, place]], 0.0)
        nearness[rows, nearest[:, place]] = -2.0
    total = weights.sum(axis=1)
    alone = total <= 0.0
    weights /= np.where(alone, 1.0, total)[:, None]
    around = np.einsum("nk,nkc->nc", weights, given[nearest])
    part = np.where(alone, 0.0, share)[:, None]
    result: NDArray[np.float64] = (1.0 - part) * given + part * around
    return result


def moved(
    vector: NDArray[np.float32],
    liked: Sequence[NDArray[np.float32]] = (),
    unliked: Sequence[NDArray[np.float32]] = (),
    *,
    like: float = LIKED,
    unlike: float = UNLIKED,
) -> NDArray[np.float32]:
    """Return a query's vector (dim,) moved toward the mean of some and away from that of others, normalised.

    A vector of zeros asks for nothing by itself, and what is liked is the query. Where all cancels, zeros.
    """
    made = vector.astype(np.float64)
    for near, by in ((liked, like), (unliked, -unlike)):
        if len(near):
            made = made + by * np.mean(np.asarray(near, np.float64), axis=0)
    length = float(np.linalg.norm(made))
    result: NDArray[np.float32] = (made / length if length > 0.0 else made).astype(np.float32)
    return result


def moved_terms(
    terms: Terms,
    liked: Sequence[Terms] = (),
    unliked: Sequence[Terms] = (),
    *,
    idf: Frequencies,
    like: float = LIKED,
    unlike: float = UNLIKED,
    most: int = NEW_WORDS,
) -> Terms:
    """Return a query's words moved in the same way, heaviest first by weight times `idf`, ties by word.

    Each liked or unliked item is its words with weights; the heaviest of an item counts as much as the
    heaviest of the query. At most `most` words are new; a word with nothing left is dropped.
    """
    scale = max((weight for _, weight in terms), default=1.0)
    made: defaultdict[str, float] = defaultdict(float, terms)
    for items, by in ((liked, like), (unliked, -unlike)):
        for words in items:
            top = max((weight for _, weight in words), default=1.0)
            for word, weight in words:
                made[word] += by * scale * weight / (top * len(items))
    rarity = idf(sorted(made))
    positive = [pair for pair in made.items() if pair[1] > 0.0]
    positive.sort(key=lambda pair: (-pair[1] * rarity.get(pair[0], 0.0), pair[0]))
    asked = dict(terms)
    new = {word for word, _ in [pair for pair in positive if pair[0] not in asked][:most]}
    return tuple(pair for pair in positive if pair[0] in asked or pair[0] in new)


def relatedness(count: int) -> float:
    """Return what an item's score gains where `count` of the best items cite it or are cited by it."""
    return RELATED * math.log1p(count)


def overlap(tags: Collection[str], wanted: Mapping[str, float]) -> float:
    """Return what an item's score gains by wanted tags: `SHARED` for all of them, else a part by weight."""
    total = sum(wanted.values())
    return SHARED * sum(wanted[tag] for tag in wanted.keys() & set(tags)) / total if total > 0.0 else 0.0
