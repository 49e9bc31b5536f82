"""Words with wildcards: `valv*`, `colo$1r`, `alumin?um`, as regular expressions over the index's stems.

Decisions
---------
* `*` and `$` stand for any letters, `?` for one, `$3` for three at most. A pattern begins with two letters or
  more, has `MOST` wildcards at most, and is read by an automaton: no pattern backtracks.
* The index knows stems, a pattern is about words. So a pattern stands for more than its own letters: for
  `rotati*` also the stem `rotat` of rotating and rotation. The endings of English are tried for that
  (`_ENDINGS`); what is found so may also be another form of the same word. Too much rather than a silent
  miss, and the explanation says so (`index.explaining`).
* Names and numbers are kept as words, and their patterns are exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from index.text import folded, plain_words, stem, tokens

MOST = 4
"""Wildcards in a word."""
LONGEST_GAP = 20
"""Letters that `$n` may stand for."""
SHORTEST = 2
"""Letters before the first wildcard."""

_ENDINGS = tuple(
    """ing ings ed er ers or ors ion ions ional ation ations ative ator ators able ably ible ibly ity ities
    ment ments ness ive ively al ally ance ances ence ences ant ants ent ents ly ize izes ized izing izer
    ization ise ised ising isation ism ist ic ics ical ically ous ously ful fully less ies ied y
    es s""".split()  # noqa: SIM905 - no easier to read quoted
)
_ANY = 1_000
"""Letters that are no limit."""
_FILLERS = ("b", "a", "aba")
_CHUNK = re.compile(r"\S+")
_WILD = re.compile(r"(\*|\?|\$\d{0,2})")
_PART = re.compile(r"[^\W_]+(?:(?:\*|\?|\$\d{0,2})[^\W_]*)+")
_SIGNS = re.compile(r"\*|(?<=[^\W_])[?$]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a word with wildcards may be: a regular expression over words of the index."""

    regex: str
    written: str
    prefixes: tuple[str, ...]
    """What its words begin with: one of these."""


def fault(text: str) -> str:
    """Return why a text's wildcards cannot be searched; empty when they can, or when it has none."""
    for chunk in _CHUNK.findall(text):
        if not _SIGNS.search(chunk):
            continue
        rest = _PART.sub("", chunk)
        if "*" in rest and re.search(r"\w", chunk):
            return "a wildcard follows two letters or more; a word cannot begin with it"
        for part in _PART.findall(chunk):
            literal, *pieces = _WILD.split(part)
            wild = pieces[::2]
            if len(literal) < SHORTEST:
                return f"{wild[0]} follows a word of two letters or more"
            if len(wild) > MOST + wild.count("?"):
                return f"a word has at most {MOST} wildcards"
            if any(int(sign[1:] or 0) > LONGEST_GAP for sign in wild if sign[0] == "$"):
                return f"$ stands for at most {LONGEST_GAP} letters"
            if len(part) > 64:  # noqa: PLR2004 - as long as a word of the index
                return "a word with wildcards has at most 64 characters"
    return ""


def has_wildcards(text: str) -> bool:
    """Return whether a text has words with wildcards."""
    return any(_PART.search(chunk) for chunk in _CHUNK.findall(text) if _SIGNS.search(chunk))


def terms_of(text: str, *, stemmed: bool = True) -> tuple[str | Pattern, ...]:
    """Return the words of a text as the index holds them, patterns for those with wildcards."""
    found: list[str | Pattern] = []
    for chunk in _CHUNK.findall(text):
        place = 0
        for match in _PART.finditer(chunk) if _SIGNS.search(chunk) else ():
            found += _plain(chunk[place : match.start()], stemmed=stemmed)
            found.append(_pattern(match[0], stemmed))
            place = match.end()
        found += _plain(chunk[place:], stemmed=stemmed)
    return tuple(found)


def _plain(text: str, *, stemmed: bool) -> list[str]:
    return [token.stem for token in tokens(text)] if stemmed else plain_words(text)


@dataclass(frozen=True, slots=True)
class _Gap:
    """What adjoining wildcards stand for: from `least` to `most` letters."""

    least: int
    most: int

    @property
    def regex(self) -> str:
        if self.most >= _ANY:
            return ".*" if not self.least else f".{{{self.least},}}"
        return f".{{{self.least},{self.most}}}"

    def without(self, letters: int) -> _Gap:
        return _Gap(max(0, self.least - letters), self.most if self.most >= _ANY else self.most - letters)


@lru_cache(maxsize=1024)
def _pattern(written: str, stemmed: bool) -> Pattern:
    literals, gaps = _read(written)
    exact = _joined(literals, gaps)
    found = {exact}
    if stemmed:
        found |= {made for made in _stemmed(literals, gaps) if not re.fullmatch(exact, made)}
    begins = sorted({_begin(regex) for regex in found})
    prefixes = tuple(one for one in begins if not any(one.startswith(b) for b in begins if b != one))
    return Pattern(regex="|".join(sorted(found)), written=written, prefixes=prefixes)


def _read(written: str) -> tuple[list[str], list[_Gap]]:
    """Return the letters and, between and behind them, the gaps; adjoining wildcards are one gap."""
    literals: list[str] = []
    gaps: list[_Gap] = []
    pieces = _WILD.split(written)
    for literal, sign in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        gap = _gap(sign)
        if literals and not literal and sign:
            gaps[-1] = _Gap(gaps[-1].least + gap.least, min(gaps[-1].most + gap.most, _ANY))
        else:
            literals.append(folded(literal))
            gaps.append(gap)
    return literals, gaps[:-1]


def _stemmed(literals: list[str], gaps: list[_Gap]) -> set[str]:
    """Return what the stems of matching words look like, where they are not as the pattern's own letters."""
    *inner, start, last = literals
    *before, gap = gaps
    found = set()
    for ending in _completions(start):
        if ending.endswith(last) and gap.least <= len(ending) - len(last) <= gap.most:
            found |= _endings(inner, start + ending, before)
    if last:
        found |= _endings([*inner, start], last, gaps) | _swallowed(literals, gaps)
    return found


def _endings(inner: list[str], last: str, gaps: list[_Gap]) -> set[str]:
    """Return patterns for the stem of `inner` with gaps and `last`, whatever letters stand in the gaps."""
    found = set()
    for filler in _FILLERS if inner else ("",):
        fixed = "".join(part + filler for part in inner)
        made = stem(fixed + last)
        if made.startswith(fixed) and len(inner[0] if inner else made) >= SHORTEST:
            found.add(_joined([*inner, made[len(fixed) :]], gaps))
    return found


def _swallowed(literals: list[str], gaps: list[_Gap]) -> set[str]:
    """Return patterns for words whose ending begins in the last wildcard: `col*r` is also `coland`(er)."""
    found = set()
    for ending in _ENDINGS:
        taken = len(ending) - len(literals[-1])
        if ending.endswith(literals[-1]) and 0 < taken <= gaps[-1].most:
            found.add(_joined([*literals[:-1], ""], [*gaps[:-1], gaps[-1].without(taken)]))
    return found


def _completions(start: str) -> set[str]:
    """Return endings that a word beginning so may have: whole ones, and the rest of one already begun."""
    found = {"", "e", *_ENDINGS}
    for ending in _ENDINGS:
        found |= {ending[cut:] for cut in range(1, len(ending)) if start.endswith(ending[:cut])}
    return found


def _gap(sign: str) -> _Gap:
    if sign == "?":
        return _Gap(1, 1)
    return _Gap(0, int(sign[1:]) if sign[1:] else _ANY)


def _joined(literals: list[str], gaps: list[_Gap]) -> str:
    ends = [*(gap.regex for gap in gaps), ""]
    return "".join(escaped(literal) + end for literal, end in zip(literals, ends, strict=True))


def _begin(regex: str) -> str:
    """Return the letters before the first sign of a pattern made here."""
    return re.match(r"[^.\\|]*", regex)[0]  # type: ignore[index]


def escaped(text: str) -> str:
    """Return a text as a regular expression of the engine for itself."""
    return re.sub(r"([^\w])", r"\\\1", text)
