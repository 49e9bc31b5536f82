"""Headings to topics by their words: the earliest telling word of a heading decides."""

from __future__ import annotations

import re
from typing import Final

from pipeline.disclosure import Topic

_WORDS: Final = (
    (Topic.CLAIM, r"claims?|claimed"),
    (Topic.VARIANTS, r"variants?|variations?|alternatives?|alternative|modifications?|other embodiments?"),
    (Topic.EXAMPLE, r"(?:worked )?examples?|experiments?|experimental|measurements?|results?|trials?"),
    (Topic.ADVANTAGES, r"advantages?|advantageous|benefits?|effects?"),
    (Topic.SHOWN, r"shown|showing|public disclosures?|disclosed|told anyone|confidential\w*"),
    (
        Topic.KNOWN,
        r"known|prior art|background|state of the art|related work|existing|today|literature|references",
    ),
    (Topic.PROBLEM, r"problems?|need|motivation|objects?|objectives?|task|challenges?|purpose|why"),
    (Topic.NEW, r"new|novel\w*|contributions?|differen(?:t|ces?)|inventive|core idea|key idea|solution"),
    (Topic.WHO_WHEN, r"who|inventors?|contributors|when|date of|authors?|conception"),
    (
        Topic.HOW,
        (
            r"how|details?|detailed|description|implementation|operation|methods?|design|mechanism"
            r"|embodiments?|construction|algorithm|procedure|steps|architecture|settings|parameters"
        ),
    ),
)
_FALLBACK: Final = re.compile(
    r"\b(?:what|summary|abstract|overview|introduction|field|invention|title|idea)\b", re.IGNORECASE
)
_PATTERNS: Final = tuple((topic, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for topic, words in _WORDS)


def topic_of(heading: str) -> Topic:
    """Return what a heading announces, `OTHER` when its words say nothing."""
    found = [
        (match.start(), order, topic)
        for order, (topic, pattern) in enumerate(_PATTERNS)
        if (match := pattern.search(heading)) is not None
    ]
    claim = [hit for hit in found if hit[2] is Topic.CLAIM]
    if claim or found:
        return min(claim or found)[2]
    return Topic.WHAT if _FALLBACK.search(heading) else Topic.OTHER
