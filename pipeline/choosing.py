"""Which candidates become columns of the chart: weighted set cover over per-feature strengths.

Whole-document rank finds documents about the same thing; a combination needs the one document that shows
the rare feature. On planted combinations (n = 300) both sources stood in the top two for .41 of the
whole-document queries and for .76 by weighted set cover over per-feature scores (retrieval.md).
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OWN: Final = 0.25
"""Weight of what a document shows by itself, beside what it adds to those already chosen."""
_MET: Final = 0.5
"""Weight of how often and how high queries met it, scaled to the best."""
_PAIRED: Final = 60
"""Candidates of which every pair is looked at: 1,770 pairs."""


def choose(
    strengths: Mapping[str, Mapping[str, float]], met: Mapping[str, float], limit: int
) -> tuple[str, ...]:
    """Return up to `limit` keys: the best pair, its stronger part first, then what adds most to those before.

    `strengths` maps key to feature to strength in [0, 1], `met` maps key to rank score. Ties go to the
    document that was met more often, then to the smaller key.
    """
    features = sorted({feature for cells in strengths.values() for feature in cells})
    highest = max(met.values(), default=0.0) or 1.0
    base = {
        key: _OWN * sum(cells.values()) / max(len(features), 1) + _MET * met.get(key, 0.0) / highest / 10
        for key, cells in strengths.items()
    }
    reached = dict.fromkeys(features, 0.0)
    left = sorted(strengths)
    chosen: list[str] = []
    pair = list(_pair(strengths, base, features)) if limit > 1 else []
    while left and len(chosen) < limit:
        best = (
            pair.pop(0)
            if pair
            else min(left, key=lambda key: (-round(_gain(strengths[key], reached) + base[key], 9), key))
        )
        chosen.append(best)
        left.remove(best)
        for feature, value in strengths[best].items():
            reached[feature] = max(reached[feature], value)
    return tuple(chosen)


def _pair(
    strengths: Mapping[str, Mapping[str, float]], base: Mapping[str, float], features: Sequence[str]
) -> tuple[str, ...]:
    """Return the two documents that together show most, by looking at every pair of the `_PAIRED` best.

    Taking the best one and then what adds most to it misses pairs of which neither is the best alone: a
    document that shows a little of everything comes first and leaves less to add.
    """
    own = {key: round(sum(cells.values()) + base[key], 9) for key, cells in strengths.items()}
    order = sorted(strengths, key=lambda key: (-own[key] - max(strengths[key].values(), default=0.0), key))
    rows = {key: [strengths[key].get(feature, 0.0) for feature in features] for key in order[:_PAIRED]}
    best: tuple[str, ...] = ()
    most = 0.0
    for one, other in combinations(sorted(rows), 2):
        value = round(sum(map(max, rows[one], rows[other])) + base[one] + base[other], 9)
        if not best or value > most:
            best, most = (one, other), value
    return tuple(sorted(best, key=lambda key: (-own[key], key)))


def _gain(cells: Mapping[str, float], reached: Mapping[str, float]) -> float:
    return sum(max(0.0, value - reached[feature]) for feature, value in cells.items())


def first(met: Mapping[str, float], per_query: Sequence[Sequence[str]], limit: int) -> tuple[str, ...]:
    """Return the candidates worth reading: the top of every query in turn, then the most often met."""
    chosen: dict[str, None] = {}
    depth = max((len(keys) for keys in per_query), default=0)
    for rank in range(depth):
        for keys in per_query:
            if rank < len(keys) and len(chosen) < limit // 2:
                chosen.setdefault(keys[rank])
    for key in sorted(met, key=lambda key: (-met[key], key)):
        if len(chosen) >= limit:
            break
        chosen.setdefault(key)
    return tuple(chosen)
