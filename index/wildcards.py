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


@lru_cache(maxsize=1024)
def _pattern(written: str, stemmed: bool) -> Pattern:
    literals = [folded(part) for part in _WILD.split(written)[::2]]
    signs = _WILD.split(written)[1::2]
    gaps = [_gap(sign) for sign in signs]
    exact = "".join(escaped(a) + b for a, b in zip(literals, [*gaps, ""], strict=True))
    found = {exact}
    if stemmed:
        found |= {made for made in _stemmed(literals, signs, gaps) if not re.fullmatch(exact, made)}
    begins = sorted({_begin(regex) for regex in found})
    prefixes = tuple(one for one in begins if not any(one.startswith(b) for b in begins if b != one))
    return Pattern(regex="|".join(sorted(found)), written=written, prefixes=prefixes)


def _stemmed(literals: list[str], signs: list[str], gaps: list[str]) -> set[str]:
    """Return what the stems of matching words look like, where they are not as the pattern's own letters."""
    *inner, last = literals if literals[-1] else literals[:-1]
    between = gaps[: len(inner)]
    open_ended = not literals[-1]
    longest = _most(signs[len(inner) :]) if open_ended else 0
    found = set()
    for filler in _FILLERS if inner else ("",):
        fixed = "".join(part + filler for part in inner)
        for ending in _completions(last) if open_ended else ("",):
            if len(ending) > longest:
                continue
            made = stem(fixed + last + ending)
            if made.startswith(fixed):
                pattern = "".join(escaped(a) + b for a, b in zip(inner, between, strict=True))
                if (pattern and len(inner[0]) >= SHORTEST) or len(made) >= SHORTEST:
                    found.add(pattern + escaped(made[len(fixed) :]))
    return found


def _completions(start: str) -> set[str]:
    """Return endings that a word beginning so may have: whole ones, and the rest of one already begun."""
    found = {"", "e", *_ENDINGS}
    for ending in _ENDINGS:
        found |= {ending[cut:] for cut in range(1, len(ending)) if start.endswith(ending[:cut])}
    return found


def _gap(sign: str) -> str:
    if sign == "?":
        return "."
    return f".{{0,{int(sign[1:])}}}" if sign[1:] else ".*"


def _most(signs: list[str]) -> int:
    """Return how many letters wildcards at the end stand for at most."""
    if any(sign in ("*", "$") for sign in signs):
        return LONGEST_GAP
    return sum(1 if sign == "?" else int(sign[1:]) for sign in signs)


def _begin(regex: str) -> str:
    """Return the letters before the first sign of a pattern made here."""
    return re.match(r"[^.\\|]*", regex)[0]  # type: ignore[index]


def escaped(text: str) -> str:
    """Return a text as a regular expression of the engine for itself."""
    return re.sub(r"([^\w])", r"\\\1", text)
