"""Words: how text becomes stems, in one way for the index, for queries, for weights and for highlighting.

Decisions
---------
* A word is a run of letters and digits; a number keeps its decimals and thousands (`0.75`, `1,000`), because
  in a claim `0.75` is one thing and `0` and `75` are two others. Hyphens and underscores separate words.
* A number glued to a unit of a short list is two words (`10mm` is `10 mm`); `H2O`, `3GPP`, `G06F16` and the
  `10A` of a drawing stay one.
* Letters count without their accents and in their plain form: `é` is `e`, `ü` is `u`, `ß` is `ss`, `ﬁ` is
  `fi`, `Ａ` is `a`. A claim and its translation, or a file that lost its accents, are searched as one.
* Scripts without blanks: every Chinese character and every hiragana is a word by itself, a run of katakana is
  one word. So a Chinese query finds Chinese text wherever it stands, and a phrase is an exact sequence.
* Stems are Snowball English, made here and nowhere else: `words` hands the engine finished stems between
  blanks, so that what is searched and what is highlighted agree by construction. (The engine's own cutting
  by a regular expression took seven times as long, again for every field that a text stands in.)
* Stop words are left out of queries and highlights, never out of the index: phrases need them.
* Words of `LONGEST` bytes or more are noise (sequences, base64) and are not words; the place they take in
  their text stays empty, so that the words around them are no phrase.
* Text is looked up by what stands between blanks and signs of ASCII, which no word holds (but full stops and
  commas, which may stand in a number); each such run is looked at once (`index.runs`) and remembered. A new
  one is mostly a plain word and needs no regular expression.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from string import punctuation
from typing import TYPE_CHECKING

from index.runs import batches, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

TEXT_FORMAT = 2
"""Raised when words or stems change: an index made by other rules is rebuilt."""
LONGEST = 64
"""Bytes of UTF-8 at which a run of letters is no word any more."""
NO_WORD = "-" * LONGEST
"""What `words` puts where a word is too long to be one: the engine drops it and counts its place."""
_KEPT = 1 << 18
"""Runs between blanks, and stems, that are remembered."""
_INSIDE = ".,"
"""Signs that may stand in a word, with digits on both sides."""
_SIGNS = "".join(sign for sign in punctuation if sign not in _INSIDE).encode()
_BLANKS = bytes.maketrans(_SIGNS, b" " * len(_SIGNS))

_UNITS = (
    r"[cdmnpµμu]?m|[mkµμunp]g|[mdcµμu][lL]|[mµμunp]s|[kMGT]?Hz|[kmMµμu]?V|[kmMGµμu]?W|[kMGT]?Wh|[mµμuk]A|m?Ah"
    r"|[kMGh]?Pa|m?bar|psi|[kM]J|[mµμun]?mol|rpm|dBm?|[kKMGT]i?B|[kMG]bit|[kMG]bps|[kM]?eV|k?Da|pp[mb]|wt|vol"
    r"|sec|min|hrs?|inch|ft|lbs?"
)
_HAN = "\u3040-\u309f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KATAKANA = "\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_MARKS = "\u0300-\u036f"
_WORD = re.compile(
    rf"\d+(?:[.,]\d+)*(?=(?:{_UNITS})(?![^\W_]))|\d+(?:[.,]\d+)+"
    rf"|[{_HAN}]|[{_KATAKANA}]+|[^\W_{_HAN}{_KATAKANA}](?:[^\W_{_HAN}{_KATAKANA}]|[{_MARKS}])*"
)
_UNBLANKED = re.compile(f"[{_HAN}{_KATAKANA}]")
_ACCENTS = re.compile(f"[{_MARKS}]")
_PLAIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th", "µ": "μ"}
)

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
    return [
        Token(made, match.start(), match.end())
        for match in _WORD.finditer(text)
        if (made := _stem_of(match[0]))
    ]


def plain_words(text: str) -> list[str]:
    """Return the words of a text in order, folded but not stemmed: for names."""
    found = (folded(match[0]) for match in _WORD.finditer(text))
    return [word for word in found if len(word.encode()) < LONGEST]


def words(texts: Iterable[str]) -> Iterator[str]:
    """Return of each text the stems of `tokens` in order, between blanks, `NO_WORD` for words too long."""
    for batch in batches(texts):
        cut = runs([text.encode("utf-8", "replace").translate(_BLANKS) for text in batch])
        yield from cut.replaced([*map(_RUNS.__getitem__, cut.distinct)])


class _Runs(dict[str, str]):
    """From what stands between two blanks to its stems."""

    def __missing__(self, run: str) -> str:
        bare = run.strip(_INSIDE)
        if bare.isascii() and (bare.isalpha() or bare.isdigit()):
            made = _stem_of(bare) or NO_WORD
        else:
            made = " ".join(_stem_of(word) or NO_WORD for word in _WORD.findall(run))
        if len(run) < LONGEST:
            if len(self) >= _KEPT:
                self.clear()
            self[run] = made
        return made


_RUNS = _Runs()


def _stem_of(word: str) -> str:
    """Return the stem of a word as written; empty when it is too long."""
    return _short_stem(word) if len(word) < LONGEST else ""


@lru_cache(maxsize=_KEPT)
def _short_stem(word: str) -> str:
    word = folded(word)
    return stem(word) if len(word.encode()) < LONGEST else ""


def folded(word: str) -> str:
    """Return a word in lower case, without accents, in plain letters; never empty for a word.

    Only the marks of Latin, Greek and Cyrillic fall (U+0300 to U+036F): those of Japanese tell sounds apart.
    """
    if word.isascii():
        return word.lower()
    if len(word) > LONGEST:
        return word  # no word: measured in bytes, it is only longer
    plain = unicodedata.normalize("NFKD", word)
    if "\u2044" in plain:
        return word.lower()  # 5½ is not 512
    bare = _ACCENTS.sub("", plain)
    lower = "".join(map(str.lower, unicodedata.normalize("NFC", bare))).translate(_PLAIN)
    lower = _ACCENTS.sub("", lower)  # İ in lower case has a dot apart
    return "".join(filter(str.isalnum, lower)) or word


@lru_cache(maxsize=_KEPT)
def stem(word: str) -> str:
    """Return the Snowball English stem of a lower-case word."""
    return _stemmer()(word)


def is_stop(word: str) -> bool:
    """Return whether a word as written is a stop word."""
    return word.lower() in STOP_WORDS


def content(text: str) -> list[Token]:
    """Return the words of a text that say something: without stop words and lone letters (not characters)."""
    return [
        token
        for token in tokens(text)
        if not is_stop(text[token.start : token.end])
        and (token.end - token.start > 1 or token.stem.isdigit() or _UNBLANKED.match(token.stem))
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
