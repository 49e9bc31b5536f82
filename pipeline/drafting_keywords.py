"""Keywords from the inventor's own words: what a disclosure says often and its features or title name.

Synonyms that nobody wrote are not added: an examiner's other words are a question to the inventor.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from index.text import BOILERPLATE, STOP_WORDS, stem
from pipeline.units import WORD_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST: Final = 16
OFTEN: Final = 3
_PHRASES: Final = 10
_LONGEST: Final = 3
_WORD: Final = r"[A-Za-z][a-z]+(?:-[A-Za-z]+)*"
_RUN: Final = re.compile(rf"(?<![\w-]){_WORD}(?: {_WORD})*(?![\w-])")
_SHORTEST: Final = 3
_LENGTH: Final = 200_000
_LOOSE_WORDS: Final = """
according another away back base best case consecutive different early easily end every example few first
following full given half high higher highest large last late least less level long lower lowest made many
mean near new next old one part percentage place present previous second several set shown side similar
single small step steps still taken third time times total upper use used uses using value values way whole
"""
_DULL: Final = STOP_WORDS | BOILERPLATE | frozenset(_LOOSE_WORDS.split()) | WORD_NUMBERS.keys()


def keywords(given: Sequence[str], text: str, named: str) -> tuple[str, ...]:
    """Return the inventor's keywords, then phrases of `text` that `named` (title, features) has as well."""
    found = dict.fromkeys(word for word in given if word)
    known = {_key(word) for word in found}
    for phrase in _phrases(text[:_LENGTH], named):
        if len(found) >= MOST:
            break
        if not any(_key(phrase) <= other for other in known):
            known.add(_key(phrase))
            found.setdefault(phrase)
    return tuple(found)


def _phrases(text: str, named: str) -> list[str]:
    """Return pairs and triples of words that are said often, without pairs that only stand in a triple."""
    wanted = {key for key, _ in _runs(named)}
    counts: Counter[tuple[str, ...]] = Counter()
    forms: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for key, form in _runs(text):
        if key in wanted:
            counts[key] += 1
            forms[key][form] += 1
    often = {key: count for key, count in counts.items() if count >= OFTEN}
    inner = Counter[tuple[str, ...]]()
    for key, count in often.items():
        if len(key) == _LONGEST:
            inner.update({key[:2]: count, key[1:]: count})
    kept = [key for key, count in often.items() if count - inner[key] >= OFTEN or len(key) == _LONGEST]
    kept.sort(key=lambda key: (-counts[key], key))
    return [min(forms[key], key=lambda form: (-forms[key][form], form)) for key in kept[:_PHRASES]]


def _runs(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the stems and the form of every two and every three telling words in a row."""
    for run in _RUN.finditer(text):
        words = run[0].split()
        for size in (2, _LONGEST):
            for at in range(len(words) - size + 1):
                chosen = words[at : at + size]
                if all(map(_telling, chosen)):
                    yield tuple(stem(word.lower()) for word in chosen), " ".join(chosen)


def _telling(word: str) -> bool:
    return len(word) >= _SHORTEST and word.lower() not in _DULL and not word.endswith("ly")


def _key(phrase: str) -> frozenset[str]:
    return frozenset(stem(word) for word in re.findall(r"\w+", phrase.lower()))
