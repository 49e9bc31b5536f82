"""Words: how text becomes stems, in one way for the index, for queries, for weights and for highlighting.

Decisions
---------
* A word is a run of letters and digits; a number keeps its decimals and thousands (`0.75`, `1,000`), because
  in a claim `0.75` is one thing and `0` and `75` are two others. Hyphens and underscores separate words.
* Stems are Snowball English. The index applies the same rule through its own engine (`index.lexical`); a
  test holds the two together word for word.
* Stop words are left out of queries and highlights, never out of the index: phrases need them.
* Words longer than `LONGEST` characters are noise (sequences, base64) and are not words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LONGEST = 64
"""Bytes of UTF-8 in the longest word that is indexed."""

_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+")

STOP_WORDS = frozenset(
    """a about above after again against all am an and any are as at be because been before being below
    between both but by can cannot could did do does doing down during each few for from further had has have
    having he her here hers him his how i if in into is it its itself may me might more most must my no nor
    not of off on once one only or other our out over own same shall she should so some such than that the
    their them then there these they this those through to too under until up upon us very was we were what
    when where which while who whom whose why will with within without would you your s t""".split()  # noqa: SIM905 - a hundred quoted words are no easier to read
)
"""Words that say nothing about a subject."""

BOILERPLATE = frozenset(
    """said wherein whereby thereof therein thereby therefrom thereto hereby herein hereinafter aforesaid
    comprise comprises comprised comprising consist consists consisting include includes included including
    plurality respective respectively corresponding embodiment embodiments invention claim claims claimed
    according accordance method apparatus system device means configured adapted provided providing
    characterized characterised least preferably preferred disclosed described present second third""".split()  # noqa: SIM905 - the same
)
"""Words that every claim uses: dropped from long queries, never from a query made of nothing else."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text: its stem, and where it stands (`text[start:end]` is the word as written)."""

    stem: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Return the words of a text in order, stop words included."""
    found = []
    for match in _WORD.finditer(text):
        word = _lower(match[0])
        if len(word.encode()) < LONGEST:
            found.append(Token(stem(word), match.start(), match.end()))
    return found


def _lower(word: str) -> str:
    """Lower the case letter by letter, as the index's engine does: a final sigma stays a sigma."""
    return word.lower() if word.isascii() else "".join(map(str.lower, word))


@lru_cache(maxsize=1 << 17)
def stem(word: str) -> str:
    """Return the Snowball English stem of a lower-case word."""
    return _stemmer()(word)


def is_stop(word: str) -> bool:
    """Return whether a word as written is a stop word."""
    return word.lower() in STOP_WORDS


def content(text: str) -> list[Token]:
    """Return the words of a text that say something: without stop words and without lone letters."""
    return [
        token
        for token in tokens(text)
        if not is_stop(text[token.start : token.end])
        and (token.end - token.start > 1 or token.stem.isdigit())
    ]


def marks(text: str, query: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of `text` whose words share a stem with a word of `query`, in order."""
    wanted = {token.stem for token in content(query)}
    return tuple((token.start, token.end) for token in tokens(text) if token.stem in wanted)


def stems(words: Iterable[str]) -> frozenset[str]:
    """Return the stems of lower-case words."""
    return frozenset(stem(word) for word in words)


@cache
def _stemmer() -> Callable[[str], str]:
    import Stemmer  # noqa: PLC0415 - compiled code that --help must not load

    made: Callable[[str], str] = Stemmer.Stemmer("english").stemWord
    return made
