"""Where a disclosure says how each feature is done: the passages that make a publication enabling.

A feature counts as described when a passage that says how ("how it works", the worked example) carries three
tenths of its weighted words, synonyms included. On the four demo disclosures every feature but the
preambles reaches that (0.32 to 1.0), and none does against another field's text (0.0). The claim itself never
counts: repeating a limitation does not teach it (MPEP 2121.01; EPO Guidelines G-VI 4).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.disclosure import Feature, Topic
from pipeline.drafting_wording import publishable
from pipeline.matching import demand_from
from pipeline.quantities import meets, quantities
from pipeline.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.disclosure import Disclosure

LEAST: Final = 0.3
"""Share of a feature's weighted words that a passage must carry to describe it."""
_WORTH: Final = 0.08
"""Share that a further passage must add to be cited as well."""
_ITEM_FAVOUR: Final = 1.25
_MOST_PASSAGES: Final = 3
_MOST_UNITS: Final = 600
_READ: Final = 10_000
"""Characters of a passage that are compared; nobody writes a longer paragraph by hand."""
_VARIANT_NEAR: Final = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A paragraph or list item of a disclosure: `disclosure.text[start:end]`."""

    topic: Topic
    start: int
    end: int
    text: str
    """What of it may be published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounding:
    """What a disclosure says of one feature outside of its claims."""

    feature: Feature
    passages: tuple[Unit, ...]
    """Those that say how, strongest first."""
    share: float
    """Of the feature's weighted words, in [0, 1], that the passages together carry."""
    values_missing: tuple[str, ...]
    """Amounts of the feature, as written, that no passage that says how meets."""

    @property
    def described(self) -> bool:
        """Whether a reader is told how."""
        return bool(self.passages)


def units(disclosure: Disclosure, *topics: Topic) -> tuple[Unit, ...]:
    """Return the paragraphs and items of the parts on some topics, in order."""
    found = []
    for part in disclosure.parts:
        if part.topic in topics:
            for match in re.finditer(r"[^\n]*\S[^\n]*", disclosure.text[part.start : part.end]):
                start, end = part.start + match.start(), part.start + match.end()
                text, _ = publishable(match[0], part.topic)
                if text:
                    found.append(Unit(topic=part.topic, start=start, end=end, text=text))
    return tuple(found[:_MOST_UNITS])


def grounded(disclosure: Disclosure, features: Sequence[Feature]) -> tuple[Grounding, ...]:
    """Find for every feature the passages that say how it is done."""
    telling = units(disclosure, Topic.HOW, Topic.EXAMPLE)
    weights = _weights([unit.text for unit in telling] + [feature.text for feature in features])
    offered = [amount for unit in telling for amount in quantities(unit.text[:_READ])]
    found = []
    for feature in features:
        passages, share = _passages(feature, telling, weights)
        missing = [
            feature.text[amount.start : amount.end].strip()
            for amount in quantities(feature.text)
            if not meets(amount, offered)
        ]
        found.append(
            Grounding(feature=feature, passages=passages, share=share, values_missing=tuple(missing))
        )
    return tuple(found)


def variants_of(features: Sequence[Feature], variants: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Tell which of the inventor's variants (numbered from 1) touch which feature, by its own words."""
    weights = _weights([feature.text for feature in features])
    wanted = [(feature, set(_stems(feature.text))) for feature in features]
    found: dict[str, list[int]] = {feature.id: [] for feature in features}
    for number, variant in enumerate(variants, start=1):
        stems = set(_stems(variant))
        scores = {
            feature.id: sum(weights[stem] for stem in stems & own) for feature, own in wanted if stems & own
        }
        best = max(scores.values(), default=0.0)
        for feature_id, score in scores.items():
            if score >= _VARIANT_NEAR * best and score >= _rare(len(features)):
                found[feature_id].append(number)
    return {feature_id: tuple(numbers) for feature_id, numbers in found.items()}


def _rare(count: int) -> float:
    """Return the weight of a word that only one of `count` features uses."""
    return math.log(1 + count)


def _passages(
    feature: Feature, telling: Sequence[Unit], weights: Mapping[str, float]
) -> tuple[tuple[Unit, ...], float]:
    """Choose passages greedily by what each adds; return them with the share that they carry."""
    wanted = demand_from(feature.text, weights)
    carried = []
    for unit in telling:
        values: dict[int, float] = {}
        for stem in _stems(unit.text):
            for wish, likeness in wanted.likeness(stem):
                values[wish] = max(values.get(wish, 0.0), likeness)
        carried.append((unit, values))
    best: dict[int, float] = {}
    chosen: list[Unit] = []

    def share(values: Mapping[int, float]) -> float:
        return sum(wanted.wishes[wish].weight * value for wish, value in values.items()) / wanted.total

    while carried and len(chosen) < _MOST_PASSAGES:
        unit, values = max(carried, key=lambda pair: _favour(pair[0]) * share(_union(best, pair[1])))
        union = _union(best, values)
        if share(values) < LEAST or share(union) - share(best) < _WORTH:
            break
        best = union
        chosen.append(unit)
        carried.remove((unit, values))
    return tuple(chosen), share(best)


def _favour(unit: Unit) -> float:
    """Prefer list items, which are mostly steps, to paragraphs that name many things at once."""
    return _ITEM_FAVOUR if re.match(r"\s*(?:[-*•]|\d+[.)])\s", unit.text) else 1.0


def _union(one: Mapping[int, float], other: Mapping[int, float]) -> dict[int, float]:
    return {wish: max(one.get(wish, 0.0), other.get(wish, 0.0)) for wish in one.keys() | other.keys()}


def _weights(texts: Sequence[str]) -> dict[str, float]:
    """Return how telling each stem is among the texts: rare ones weigh more."""
    seen = Counter(stem for text in texts for stem in set(_stems(text)))
    return {stem: math.log(1 + len(texts) / count) for stem, count in seen.items()}


def _stems(text: str) -> Iterator[str]:
    return (term.stem for term in read(text[:_READ]).terms)
