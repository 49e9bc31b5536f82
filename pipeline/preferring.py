"""Classes as a part of a ranking: what a hit better has, and what it is not left out for.

A symbol stands for itself, its main group and its subclass, each alike: who shares the subclass alone has a
third of it. Art is classed by several hands, and art from another field must not be lost: the class is no
limit here (`SearchFilter.classes` is one).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ingest.classes import levels

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST = 24
"""Tags that are asked for."""
_DIGITS = 9
"""Of a weight: in whatever order examples are added up, it is the same."""
_SUBCLASS = 3
"""Levels of a symbol down to its subclass: section, class, subclass."""


def preferred(examples: Iterable[Sequence[str]]) -> dict[str, float]:
    """Return the tags of the index for the classes of some examples, with weights.

    Each example weighs alike, and each of its symbols; at most `MOST` tags, the heaviest, ties by tag.
    """
    weights: defaultdict[str, float] = defaultdict(float)
    for symbols in examples:
        known = sorted({"".join(symbol.split()) for symbol in symbols} - {""})
        for symbol in known:
            for tag in _tags(symbol):
                weights[tag] += 1.0 / len(known)
    rounded = {tag: round(weight, _DIGITS) for tag, weight in weights.items()}
    return dict(sorted(rounded.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST])


def _tags(symbol: str) -> tuple[str, ...]:
    """Return the tags that a symbol stands for: `class:H04L*`, `class:H04L9/*`, `class:H04L9/0816`."""
    above = levels(symbol)[_SUBCLASS - 1 :]
    prefixes = [f"class:{level.removesuffix('00')}*" for level in above[:2]]
    return (*prefixes, f"class:{symbol}")
