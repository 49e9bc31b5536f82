"""How much of a feature a stretch of text carries: the measurements that `support` turns into a cell.

A `Demand` is what a feature asks for: weighted stems with polarity, amounts, negations. `best` looks at every
run of one to three sentences of a passage; the best run becomes the quote.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from index.text import stem
from pipeline.feature_kinds import RELATIONS
from pipeline.quantities import meets
from pipeline.reading import Reading, Term, read
from pipeline.thesaurus import groups, opposites

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.library import Library
    from pipeline.quantities import Quantity

SENTENCES: Final = 3
"""Sentences that one quote may run over."""
_SYNONYM: Final = 0.85
_SOFT: Final = 0.7
_PREFIX: Final = 5
_NEAR: Final = 4
"""Terms within which two neighbours of the feature count as standing together."""
_RARE: Final = 3
_HEAVY: Final = 0.4
"""Share of the heaviest word's weight from which an uncovered word is named as missing."""
_NAMED: Final = 8
_LONG: Final = 500
"""Characters above which a quote pays for its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A stem that a feature asks for."""

    stem: str
    word: str
    weight: float
    negated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a feature asks of a quote."""

    text: str
    wishes: tuple[Wish, ...]
    reading: Reading
    seen: dict[str, tuple[tuple[int, float], ...]] = field(default_factory=dict, compare=False, repr=False)
    """Likeness already worked out: stem of a text to (wish, value)."""

    def likeness(self, stem: str) -> tuple[tuple[int, float], ...]:
        """Return which wishes a stem may stand for, and how well, whatever the polarity."""
        known = self.seen.get(stem)
        if known is None:
            scored = ((index, _alike(wish.stem, stem)) for index, wish in enumerate(self.wishes))
            known = self.seen[stem] = tuple(pair for pair in scored if pair[1])
        return known

    @property
    def total(self) -> float:
        return sum(wish.weight for wish in self.wishes) or 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A stretch of a passage measured against a demand; offsets are into the passage."""

    start: int
    end: int
    coverage: float
    """Share of the weight of the feature's stems that the stretch carries, in [0, 1]."""
    rare: float
    """The same over the three heaviest stems."""
    together: float
    """Share of the feature's neighbouring stems that stand near each other."""
    figures: int
    """Amounts with a unit that the stretch meets."""
    figures_lacking: int
    amounts: float
    """Share of the feature's amounts that the stretch meets; 1 where the feature has none."""
    missing_words: tuple[str, ...]
    missing_amounts: tuple[str, ...]
    missing_negations: tuple[str, ...]
    opposed: tuple[str, ...]
    """Words of the stretch that contradict the feature: denied there and not here, or opposites."""
    terms: tuple[tuple[int, int], ...]
    """Places of the feature's words and amounts, relative to `start`."""

    @property
    def literal(self) -> bool:
        """Whether every amount and negation is carried and nothing contradicts."""
        return not (self.missing_amounts or self.missing_negations or self.opposed)

    @property
    def rank(self) -> float:
        """What the best window is chosen by."""
        length = _length(self.start, self.end)
        doubts = 0.1 * len(self.opposed) + 0.1 * len(self.missing_negations)
        return self.coverage + 0.3 * self.amounts + 0.1 * self.together - doubts - length


def demand(text: str, library: Library) -> Demand:
    """Read a feature's text and weigh its stems by their rarity in the library."""
    reading = read(text)
    weights = library.weights(sorted({term.stem for term in reading.terms}))
    return demand_from(text, weights)


def demand_from(text: str, weights: Mapping[str, float]) -> Demand:
    """Build a demand from known weights; a stem unknown to the corpus weighs as much as the heaviest."""
    reading = read(text)
    heaviest = max(weights.values(), default=1.0)
    wishes: dict[tuple[str, bool], Wish] = {}
    mentions = Counter(term.stem for term in reading.terms)
    for term in reading.terms:
        weight = max(weights.get(term.stem, heaviest), 0.1) * math.sqrt(mentions[term.stem])
        word = text[term.start : term.end]
        wishes.setdefault(
            (term.stem, term.negated), Wish(stem=term.stem, word=word, weight=weight, negated=term.negated)
        )
    return Demand(text=text, wishes=tuple(wishes.values()), reading=reading)


def best(wanted: Demand, passage: str, keep: int = 2) -> tuple[Match, ...]:
    """Return the best runs of one to `SENTENCES` sentences of a passage that carry anything, best first.

    Every run is ranked by coverage, amounts and length alone, which costs little; the kept ones are measured.
    """
    reading = read(passage)
    runs = sorted(_runs(wanted, reading), key=lambda run: (-run[0], run[1], run[2]))[:keep]
    found = [measure(wanted, passage, reading, start, end) for _, start, end in runs]
    return tuple(sorted(found, key=lambda match: (-match.rank, match.start, match.end)))


def _runs(wanted: Demand, reading: Reading) -> Iterator[tuple[float, int, int]]:
    spans = reading.sentences
    per_sentence = [_values(wanted, reading, start, end) for start, end in spans]
    amounts = wanted.reading.amounts
    met = [{i for i, q in enumerate(amounts) if _shown(q, _within(reading, *span))} for span in spans]
    for first in range(len(spans)):
        values: dict[int, float] = {}
        shown: set[int] = set()
        for last in range(first, min(first + SENTENCES, len(spans))):
            gain = per_sentence[last]
            if not gain and not met[last]:
                break  # a run neither begins nor ends with a sentence that says nothing of the feature
            values = {i: max(values.get(i, 0.0), gain.get(i, 0.0)) for i in values.keys() | gain.keys()}
            shown |= met[last]
            coverage = sum(wanted.wishes[i].weight * value for i, value in values.items()) / wanted.total
            share = len(shown) / len(amounts) if amounts else 1.0
            start, end = spans[first][0], spans[last][1]
            yield coverage + 0.3 * share - _length(start, end), start, end


def _values(wanted: Demand, reading: Reading, start: int, end: int) -> dict[int, float]:
    values: dict[int, float] = {}
    for term in reading.terms:
        if start <= term.start < end:
            for index, value in wanted.likeness(term.stem):
                if wanted.wishes[index].negated == term.negated:
                    values[index] = max(values.get(index, 0.0), value)
    return values


def _within(reading: Reading, start: int, end: int) -> list[Quantity]:
    return [q for q in reading.offered if start <= q.start and q.end <= end]


def _length(start: int, end: int) -> float:
    """Return what a run pays for its length: little at first, more above `_LONG` characters."""
    return (end - start) / 10_000 + max(0, end - start - _LONG) / 4_000


def measure(wanted: Demand, passage: str, reading: Reading, start: int, end: int) -> Match:
    """Measure `passage[start:end]` against a demand."""
    terms = [term for term in reading.terms if start <= term.start and term.end <= end]
    amounts = _within(reading, start, end)
    hits = _hits(wanted, terms)
    got = {index: hit[0] for index, hit in hits.items()}
    gained = sum(wanted.wishes[index].weight * value for index, value in got.items())
    heaviest = sorted(range(len(wanted.wishes)), key=lambda i: (-wanted.wishes[i].weight, i))[:_RARE]
    rare_total = sum(wanted.wishes[i].weight for i in heaviest) or 1.0
    unmet = [q for q in wanted.reading.amounts if not _shown(q, amounts)]
    total = len(wanted.reading.amounts)
    marks = [(t.start - start, t.end - start) for _, places in hits.values() for t in places]
    marks += [(q.start - start, q.end - start) for q in amounts if _any_meets(wanted, q)]
    return Match(
        start=start,
        end=end,
        coverage=gained / wanted.total,
        rare=sum(wanted.wishes[i].weight * got.get(i, 0.0) for i in heaviest) / rare_total,
        together=_together(wanted, hits),
        figures=sum(map(_measured, wanted.reading.amounts)) - sum(map(_measured, unmet)),
        figures_lacking=sum(map(_measured, unmet)),
        amounts=1.0 if not total else 1.0 - len(unmet) / total,
        missing_words=tuple(_missing_words(wanted, got)),
        missing_amounts=tuple(wanted.text[q.start : q.end] for q in unmet),
        missing_negations=tuple(_missing_negations(wanted, terms)),
        opposed=tuple(_opposed(wanted, terms, got, passage[start:end].lower())),
        terms=_merged(marks),
    )


def _shown(demanded: Quantity, offered: Sequence[Quantity]) -> bool:
    """Tell whether an amount is met; counted nouns may be synonyms ("two probes", "two sensors")."""
    if meets(demanded, offered):
        return True
    if not demanded.dimension.startswith("count:"):
        return False
    noun = stem(demanded.unit)
    same = [replace(q, unit=demanded.unit) for q in offered if q.unit and _alike(noun, stem(q.unit))]
    return meets(demanded, [q for q in same if q.dimension == demanded.dimension])


def _measured(quantity: Quantity) -> bool:
    return not quantity.dimension.startswith("count:")


def _any_meets(wanted: Demand, offered: Quantity) -> bool:
    return any(_shown(q, (offered,)) for q in wanted.reading.amounts)


def _hits(wanted: Demand, terms: Sequence[Term]) -> dict[int, tuple[float, list[Term]]]:
    """Return, for each wish that is met with its polarity, how well, and the terms that meet it best."""
    hits: dict[int, tuple[float, list[Term]]] = {}
    for term in terms:
        for index, value in wanted.likeness(term.stem):
            if wanted.wishes[index].negated != term.negated:
                continue
            before = hits.get(index)
            if before is None or value > before[0]:
                hits[index] = (value, [term])
            elif value == before[0]:
                before[1].append(term)
    return dict(sorted(hits.items()))


def _alike(a: str, b: str) -> float:
    if a == b:
        return 1.0
    known = groups()
    if not known.get(a, frozenset()).isdisjoint(known.get(b, frozenset())):
        return _SYNONYM
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) >= _PREFIX and longer.startswith(shorter[: max(_PREFIX, len(shorter) - 1)]):
        return _SOFT if len(longer) - len(shorter) < _PREFIX else 0.0
    return 0.0


def _together(wanted: Demand, hits: Mapping[int, tuple[float, list[Term]]]) -> float:
    places = {
        (wanted.wishes[index].stem, wanted.wishes[index].negated): [t.start for t in found]
        for index, (_, found) in hits.items()
    }
    order = [(t.stem, t.negated) for t in wanted.reading.terms]
    pairs = list(pairwise(order))
    if not pairs:
        return 1.0 if places else 0.0
    near = _NEAR * 8  # four words of eight characters
    close = sum(
        any(abs(a - b) <= near for a in places.get(first, ()) for b in places.get(second, ()))
        for first, second in pairs
    )
    return close / len(pairs)


def _missing_words(wanted: Demand, got: Mapping[int, float]) -> Iterator[str]:
    heaviest = max((wish.weight for wish in wanted.wishes), default=0.0)
    lost = [wish for index, wish in enumerate(wanted.wishes) if index not in got]
    for wish in sorted(lost, key=lambda wish: -wish.weight)[:_NAMED]:
        if wish.weight >= _HEAVY * heaviest:
            yield f"not {wish.word}" if wish.negated else wish.word


def _missing_negations(wanted: Demand, terms: Sequence[Term]) -> Iterator[str]:
    denied = [term for term in terms if term.negated]
    for negation in wanted.reading.negations:
        reached = [t for t in wanted.reading.terms if negation.start <= t.start < negation.end]
        if not any(_alike(a.stem, b.stem) for a in reached for b in denied):
            yield wanted.text[negation.start : negation.end]


def _opposed(wanted: Demand, terms: Sequence[Term], got: Mapping[int, float], text: str) -> Iterator[str]:
    for index, wish in enumerate(wanted.wishes):
        if index not in got and not wish.negated and any(t.negated and t.stem == wish.stem for t in terms):
            yield f"not {wish.word}"
    present = frozenset(text.replace("-", " ").translate(_PUNCTUATION).split())
    matched = {wish.word.lower() for index, wish in enumerate(wanted.wishes) if index in got}
    for word in sorted(wanted.reading.words - matched - present):
        against = opposites().get(word, frozenset()) & present - wanted.reading.words
        if against:
            yield f"{min(against)} (for {word})"


_PUNCTUATION: Final = str.maketrans(dict.fromkeys(".,;:()[]\"“”'", " "))


def relations_missing(wanted: Demand, reading: Reading) -> tuple[str, ...]:
    """Return the words of place and order ("between", "above") that the feature has and the quote lacks."""
    return tuple(sorted((wanted.reading.words & RELATIONS) - reading.words))


def _merged(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
