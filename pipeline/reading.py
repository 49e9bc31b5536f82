"""`read`: a text as the comparison sees it: content stems with their polarity, amounts, sentences.

Polarity: a stem is negated when it stands in the reach of a negating word ("without a pump", "the valve is
not opened", "the seal is omitted"); the reach ends at punctuation, at "and" or "but", or after a few words. A
stem matches only with the polarity that the feature gives it, so that one flipped "not" loses the match.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from index.text import content
from pipeline.feature_kinds import negations
from pipeline.quantities import Quantity, quantities, unnumbered
from pipeline.thesaurus import boilerplate
from pipeline.units import WORD_NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_REACH: Final = 6
"""Words that a negation reaches over."""
_REACH_BACK: Final = 3
_STOPS: Final = re.compile(
    r"[,;:.()\n]|\b(?:and|but|while|when|which|that|if|unless|until|although|because|is|are|was|were)\b",
    re.IGNORECASE,
)
_BACKWARD: Final = re.compile(r"omit|absen|exclud", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])[)\"”’]?\s+(?=[A-Z0-9“\"(\[])|(?<=[;:])\s+|\n+")
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|approx|ca|cf|figs?|no|nos|vs|etc|resp|al|eq|ref|pat|ser)"
    r"|(?<![\d°] )(?<!°)\b[A-Z])\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A content word: its stem, its place, and whether the text denies it."""

    stem: str
    start: int
    end: int
    negated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Negation:
    """A negating word and what it reaches: `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text read for comparison; offsets are into the text."""

    terms: tuple[Term, ...]
    amounts: tuple[Quantity, ...]
    offered: tuple[Quantity, ...]
    """`amounts`, and those said without a number."""
    negations: tuple[Negation, ...]
    sentences: tuple[tuple[int, int], ...]
    words: frozenset[str]
    """Lower-case word forms, function words included."""


@lru_cache(maxsize=8192)
def read(text: str) -> Reading:
    """Read a text. Results are kept, since one passage is compared with every feature."""
    amounts = quantities(text)
    reaches = tuple(_reaches(text))
    measured = [(q.start, q.end) for q in amounts if not q.dimension.startswith("count:")]
    left_out = _Spans([*measured, *negations(text)])
    denied = _Spans([(reach.start, reach.end) for reach in reaches])
    dull = boilerplate()
    terms = tuple(
        Term(stem=t.stem, start=t.start, end=t.end, negated=t.start in denied)
        for t in content(text)
        if t.stem not in dull
        and t.stem not in WORD_NUMBERS
        and not text[t.start].isdigit()
        and t.start not in left_out
    )
    return Reading(
        terms=terms,
        amounts=amounts,
        offered=(*amounts, *unnumbered(text)),
        negations=reaches,
        sentences=tuple(_sentences(text)),
        words=frozenset(re.findall(r"[a-z]+(?:-[a-z]+)*", text.lower())),
    )


class _Spans:
    """Spans asked whether they hold a position, in logarithmic time: a hostile text may have very many."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def __contains__(self, position: int) -> bool:
        index = bisect_right(self._starts, position) - 1
        return index >= 0 and position < self._ends[index]


def _reaches(text: str) -> Iterator[Negation]:
    for start, end in negations(text):
        if _BACKWARD.match(text, start) and _passive(text, start):
            yield Negation(start=_words_back(text, start), end=end)
        else:
            yield Negation(start=start, end=_words_on(text, end))


def _passive(text: str, start: int) -> bool:
    return (
        re.search(r"\b(?:is|are|be|been|was|were)\s+(?:\w+ly\s+)?$", text[max(0, start - 30) : start])
        is not None
    )


def _words_on(text: str, position: int) -> int:
    """Return the end of the reach: a stop word after at least one content word, or `_REACH` words on."""
    end = position
    for count, match in enumerate(re.finditer(r"\S+", text[position : position + 120])):
        word_start, word_end = position + match.start(), position + match.end()
        stop = _STOPS.search(text, word_start, word_end)
        if count >= _REACH or (stop is not None and stop.start() == word_start and count > 0):
            break
        end = word_end
        if stop is not None and not stop.group().isalpha():
            break
    return end


def _words_back(text: str, position: int) -> int:
    before = re.split(r"[,;:.()\n]", text[max(0, position - 120) : position])[-1]
    found = list(re.finditer(r"\S+", before))[-_REACH_BACK - 1 :]
    return position - len(before) + (found[0].start() if found else len(before))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for match in _SENTENCE_END.finditer(text):
        if "\n" not in match.group() and _ABBREVIATION.search(
            text[max(begin, match.start() - 8) : match.start()]
        ):
            continue
        if text[begin : match.start()].strip():
            yield begin, match.start()
            begin = match.end()
    if text[begin:].strip():
        yield begin, begin + len(text[begin:].rstrip())
