"""The smallest sets of references that together show what can be shown: exact enumeration over bit masks.

Sets of up to `LARGEST` references are enumerated, once references that show less than another one have been
left out; 60 candidates make 487,635 sets of four, well under a second. Beyond that size the set grows
greedily: a combination of five documents is no strong case anyway.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from pipeline.novelty import Combination

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LARGEST: Final = 4
"""References in an enumerated set."""
SHOWN: Final = 5
"""Equally small sets that are returned at most."""
_CANDIDATES: Final = 60


def smallest(
    features: Sequence[str], shown: Mapping[str, Mapping[str, float]], limit: int = SHOWN
) -> tuple[Combination, ...]:
    """Return the smallest sets that cover every feature which anything in `shown` covers, best first.

    `shown` gives, per document key in order of preference, the strength of each feature that it discloses.
    Among sets of one size the one whose weakest feature is strongest comes first, then the one whose
    documents were preferred. Nothing is returned when nothing is shown.
    """
    order = {feature: index for index, feature in enumerate(features)}
    masks = {
        key: sum(1 << order[feature] for feature in cells if feature in order) for key, cells in shown.items()
    }
    target = 0
    for mask in masks.values():
        target |= mask
    if not target:
        return ()
    keys = [key for key in masks if masks[key]]
    found = _enumerated(_undominated(keys, masks, shown), masks, target) or [_greedy(keys, masks, target)]
    ranked = sorted(found, key=lambda chosen: _preference(chosen, shown, keys))
    covers = tuple(feature for feature in features if target & (1 << order[feature]))
    residual = tuple(feature for feature in features if not target & (1 << order[feature]))
    return tuple(Combination(keys=keys, covers=covers, residual=residual) for keys in ranked[:limit])


def _undominated(
    keys: Sequence[str], masks: Mapping[str, int], shown: Mapping[str, Mapping[str, float]]
) -> list[str]:
    """Drop references whose features are a proper part of another's; equal ones stay, as alternatives."""
    kept = [key for key in keys if not any(masks[key] | m == m != masks[key] for m in masks.values())]
    weakest = {key: min(shown[key].values(), default=0.0) for key in kept}
    kept.sort(key=lambda key: (-masks[key].bit_count(), -weakest[key], keys.index(key)))
    return kept[:_CANDIDATES]


def _enumerated(keys: Sequence[str], masks: Mapping[str, int], target: int) -> list[tuple[str, ...]]:
    for size in range(1, LARGEST + 1):
        found = list(_covering(keys, masks, target, size))
        if found:
            return found
    return []


def _covering(
    keys: Sequence[str], masks: Mapping[str, int], target: int, size: int
) -> Iterator[tuple[str, ...]]:
    for chosen in combinations(keys, size):
        covered = 0
        for key in chosen:
            covered |= masks[key]
        if covered & target == target:
            yield chosen


def _greedy(keys: Sequence[str], masks: Mapping[str, int], target: int) -> tuple[str, ...]:
    chosen: list[str] = []
    left = target
    while left:
        best = max(keys, key=lambda key: ((masks[key] & left).bit_count(), -keys.index(key)))
        chosen.append(best)
        left &= ~masks[best]
    return tuple(chosen)


def _preference(
    chosen: Sequence[str], shown: Mapping[str, Mapping[str, float]], keys: Sequence[str]
) -> tuple[float, tuple[int, ...]]:
    """Order sets of one size: strongest weakest link first, then the references' own order."""
    best: dict[str, float] = {}
    for key in chosen:
        for feature, strength in shown[key].items():
            best[feature] = max(best.get(feature, 0.0), strength)
    return -round(min(best.values()), 6), tuple(sorted(keys.index(key) for key in chosen))
