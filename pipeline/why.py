"""`why`: what made a document a hit, in words that both faces print.

The search says what each channel did (ranks, what each adds to the score, which words weigh how much); this
module only puts it into the order in which a reader asks. Nothing here is a second opinion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from index.text import content
from pipeline.library import FoundPassage

if TYPE_CHECKING:
    from pipeline.library import Found

CHANNELS: Final = ("words", "meaning", "passages")
BESIDES: Final = ("citations", "classes")
"""What adds to a score beside the channels."""
_TIES: Final = ("the best hits cite it, or it cites them", "it has classes of the examples, or asked for")
_WORDS: Final = 6
"""Words named in a sentence."""
_BLOCKS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A part of a score. `percent` is 0 where a channel added nothing, or less than nothing."""

    channel: str
    percent: int

    @property
    def bar(self) -> str:
        """Return the part as ten blocks of text."""
        full = round(self.percent * _BLOCKS / 100)
        return "█" * full + "░" * (_BLOCKS - full)


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a document was found."""

    words: tuple[tuple[str, float], ...]
    """Words of the query that it has, with what each adds to its score by words, heaviest first."""
    passage: FoundPassage | None
    """Its closest passage."""
    ranks: tuple[tuple[str, int | None], ...]
    """By words, by meaning (the document as a whole), by its best passage; None: not found so."""
    shares: tuple[Share, ...]
    """Parts of the score: of each channel, and of `BESIDES` where that adds something; none where nothing was
    mixed."""
    ties: tuple[str, ...]
    """What adds to the score beside words and meaning, a clause each."""

    @property
    def ranking(self) -> str:
        """Return the ranks: `words 3, meaning 1, passages –`."""
        return ", ".join(f"{name} {rank or '–'}" for name, rank in self.ranks)

    @property
    def weighing(self) -> str:
        """Return the words with their weights, or that there are none."""
        if not self.words:
            return "no word of the query: it is near in meaning only"
        shown = ", ".join(f"{word} {weight:.1f}" for word, weight in self.words[:_WORDS])
        left = len(self.words) - _WORDS
        return f"{shown} and {left} more" if left > 0 else shown

    @property
    def mixing(self) -> str:
        """Return the shares with their bars; empty where nothing was mixed."""
        return "  ".join(f"{share.channel} {share.bar} {share.percent} %" for share in self.shares)

    @property
    def tied(self) -> str:
        """Return what else adds to the score: empty where nothing does."""
        return "; ".join(self.ties)


def why(found: Found, query: str = "") -> Why:
    """Return why a document was found; words that stand in the query are given as they are written there."""
    ranks = (found.words_rank, found.meaning_rank, found.passages_rank)
    written: dict[str, str] = {}
    for token in content(query):
        written.setdefault(token.stem, query[token.start : token.end].lower())
    return Why(
        words=tuple((written.get(word, word), weight) for word, weight in found.terms if weight > 0),
        passage=found.passages[0] if found.passages else None,
        ranks=tuple(zip(CHANNELS, ranks, strict=True)),
        shares=_shares(found),
        ties=tuple(
            words for words, added in zip(_TIES, (found.related, found.preferred), strict=True) if added > 0
        ),
    )


def _shares(found: Found) -> tuple[Share, ...]:
    """Return whole percents that add up to 100: largest remainders take what rounding leaves."""
    added = {name: max(0.0, value) for name, value in zip(CHANNELS, found.shares, strict=True)}
    besides = zip(BESIDES, (found.related, found.preferred), strict=True)
    added |= {name: value for name, value in besides if value > 0}
    total = sum(added.values())
    if total <= 0:
        return ()
    exact = [100 * value / total for value in added.values()]
    percents = [int(value) for value in exact]
    for place in sorted(range(len(exact)), key=lambda at: percents[at] - exact[at])[: 100 - sum(percents)]:
        percents[place] += 1
    return tuple(Share(channel=name, percent=each) for name, each in zip(added, percents, strict=True))
