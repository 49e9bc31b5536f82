"""Formulation: from prose to the weighted words that it is looked for by.

Decisions
---------
* A word counts `1 + ln(times)`, not as often as it stands there: a long disclosure repeats its subject, and
  every repetition after the first says less. Against plain counts, nDCG@10 and recall@100 of words alone rose
  on all four kinds of query (patent citations .0759 → .0785 and .289 → .307, papers looked for in patents
  .9625 → .9688, RFC citations .1675 → .1693 and .414 → .423, SciFact .699 → .701).
* At most `MOST` words, the heaviest by weight times inverse document frequency; 40 cost a little recall,
  more than 60 gain nothing that could be told from chance.
* Words that claims are made of (`index.text.BOILERPLATE`) are left out, unless there are no others. Left in,
  nothing changes beyond chance (they are frequent, hence light); left out, they leave room for others.
* A word that the index does not hold cannot match: it takes no other's place, and is named.
* Claims add no words of their own to those of a title and abstract. With up to 40 more of them (532 US
  patents, 67 asked for those that cite a document in common, words alone) nDCG@10 fell from .355 by .068
  [.004, .132]; claims and abstract as one text of 60 words gave .329. A feature is a query like any other.
* Not taken over, measured: pairs of neighbouring words, the share of the words that is met, other powers of
  the inverse document frequency. None helped on more than one set.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from index.text import BOILERPLATE, content, stems

MOST = 60
"""Words that prose is looked for by."""
LONGEST_QUERY = 200_000
"""Characters of prose that are read: a whole patent, no more."""

Terms: TypeAlias = tuple[tuple[str, float], ...]
"""(stem, weight)."""
Prose: TypeAlias = str | Terms
"""What is looked for by words: as written, or as the words that were taken from it."""
Frequencies: TypeAlias = Callable[[Sequence[str]], Mapping[str, float]]
"""From stems to their inverse document frequencies; stems that the index lacks are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formulated:
    """What prose is looked for by, and what was left out of it."""

    terms: Terms = ()
    """(stem, weight), heaviest first by weight times inverse document frequency, ties by stem."""
    boilerplate: tuple[str, ...] = ()
    """Stems left out because every claim has them."""
    unknown: tuple[str, ...] = ()
    """Stems that no item has."""
    pruned: tuple[str, ...] = ()
    """Stems left out because others are heavier; heaviest first."""


def weighted_terms(text: str, idf: Frequencies, *, most: int = MOST) -> Formulated:
    """Return the words of prose that count."""
    counts = Counter(token.stem for token in content(text[:LONGEST_QUERY]))
    left_out = _dull() & counts.keys()
    wanted = [stem for stem in counts if stem not in left_out]
    known = idf(wanted) if wanted else {}
    if not known.keys() & counts.keys():
        known, left_out = idf(sorted(counts)), frozenset()
    ordered = _heaviest({stem: weight(counts[stem]) for stem in known if stem in counts}, known)
    return Formulated(
        terms=tuple(ordered[:most]),
        boilerplate=tuple(sorted(left_out)),
        unknown=tuple(sorted(counts.keys() - known.keys() - left_out)),
        pruned=tuple(stem for stem, _ in ordered[most:]),
    )


def weight(times: int) -> float:
    """Return what a word that stands `times` times in a query counts."""
    return 1.0 + math.log(times)


def _heaviest(weights: Mapping[str, float], idf: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(weights.items(), key=lambda pair: (-pair[1] * idf[pair[0]], pair[0]))


@cache
def _dull() -> frozenset[str]:
    return stems(BOILERPLATE)
