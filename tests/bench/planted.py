"""Planted combinations: disclosures whose features were taken from the claims of two patents each.

What makes them hard, and what easy
-----------------------------------
* A feature is one limitation of a claim, word for word, without its preamble and without anything that says
  what the whole is: "a holder detachably engaging the arm" could be anybody's.
* The index may hold titles and abstracts alone (the hard variant): the limitation stands nowhere in it, the
  abstract says the same thing shorter, or does not say it. With descriptions it is easier: a description
  repeats its claims, often word for word.
* The two patents are drawn at random, so they are rarely about one thing; with `near` both are of one CPC
  subclass, which takes away what tells them apart. (Pap2Pat's patents have no classes and are left out then.)
* Nothing is paraphrased: an inventor would use other words. Real disclosures are harder than this.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.text import content
from pipeline import claim_grammar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

FILES = ("patents_fulltext_claims.jsonl.gz", "pap2pat_patents.jsonl.gz")
EACH = 3
"""Features that a disclosure takes from each of its two patents, at most; two at least."""
_LEAST, _MOST = 5, 60
"""Words of a feature."""
_CONTENT = 4
"""Different words of a feature that say something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A patent that features are taken from."""

    id: str
    title: str
    abstract: str
    claims: tuple[str, ...]
    description: str
    limitations: tuple[str, ...]
    classes: frozenset[str] = frozenset()
    """CPC subclasses (`H01M`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A disclosure: features, and the two patents that they came from."""

    features: tuple[str, ...]
    sources: tuple[str, str]


def sources(corpora: Path) -> tuple[Source, ...]:
    """Return the patents with two usable limitations or more, by id."""
    found = {}
    for name in FILES:
        for record in records(corpora / name):
            source = _source(record)
            if len(source.limitations) >= 2:
                found[source.id] = source
    return tuple(found[key] for key in sorted(found))


def planted(among: Sequence[Source], count: int, seed: int, *, near: bool = False) -> tuple[Planted, ...]:
    """Return `count` disclosures; no pair of patents is drawn twice.

    With `near` the two patents share a class. Raises ValueError where there are fewer pairs than asked for.
    """
    chance = random.Random(seed)
    beside = _beside(among) if near else {}
    possible = sum(map(len, beside.values())) // 2 if near else len(among) * (len(among) - 1) // 2
    if possible < count:
        raise ValueError(f"{possible} pairs of patents, {count} wanted")
    firsts = [source for source in among if not near or beside[source.id]]
    made: dict[frozenset[str], Planted] = {}
    while len(made) < count:
        if near:
            first = chance.choice(firsts)
            second = chance.choice(beside[first.id])
        else:
            first, second = chance.sample(firsts, 2)
        pair = frozenset((first.id, second.id))
        if pair in made:
            continue
        features = [text for source in (first, second) for text in _some(source, chance)]
        chance.shuffle(features)
        made[pair] = Planted(features=tuple(features), sources=(first.id, second.id))
    return tuple(made.values())


def _beside(among: Sequence[Source]) -> dict[str, list[Source]]:
    """Return, for each patent, the others that share a class with it."""
    return {
        one.id: [other for other in among if other.id != one.id and one.classes & other.classes]
        for one in among
    }


def _some(source: Source, chance: random.Random) -> list[str]:
    return chance.sample(source.limitations, min(EACH, len(source.limitations)))


def _source(record: Mapping[str, Any]) -> Source:
    claims = tuple(re.sub(r"\A\s*\d{1,3}\s*[.)]\s*", "", text) for text in record["claims"])
    return Source(
        id=record["id"],
        title=record["title"],
        abstract=record["abstract"],
        claims=claims,
        description=record["description"],
        limitations=tuple(dict.fromkeys(_limitations(claims))),
        classes=frozenset(symbol[:4] for symbol in record.get("cpc") or ()),
    )


def _limitations(claims: Sequence[str]) -> Iterator[str]:
    """Yield the usable limitations of the independent claims, then of the others if those are few."""
    parsed = [(text, claim_grammar.parse(text, 0, len(text))) for text in claims]
    found = 0
    for dependent in (False, True):
        for text, claim in parsed:
            if claim.dependent is dependent and not (dependent and found >= EACH):
                for limitation in claim.limitations:
                    piece = " ".join(text[limitation.start : limitation.end].split())
                    if not limitation.preamble and _is_usable(piece):
                        found += 1
                        yield piece


def _is_usable(piece: str) -> bool:
    return _LEAST <= len(piece.split()) <= _MOST and len({token.stem for token in content(piece)}) >= _CONTENT


def records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a file of compressed JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
