"""How a query is answered: three channels rank items, and a mixture of their scores ranks what they found.

The channels
------------
Words rank by BM25 (`index.lexical`). Meaning ranks by the vector of an item as a whole, passages by its best
piece (`index.dense`). All three keep to one filter. An expression (`index.syntax`) limits every mode to what
it matches, and its positive words are what meaning is asked for.

`fused` mixes standardised scores of all candidates (`index.fusion.shares`); a candidate that a channel did
not return gets its true score there, not nothing. Then a part of every score, channel by channel, is that of
the candidates nearest to the item (`index.feedback.smoothed`). Reciprocal ranks can be chosen instead.

Where more hits are asked for than there are candidates, what the channels found further down follows, by
reciprocal ranks: asking for more never changes the order of the first.

What the caller may add
-----------------------
`expand` names items that belong to the best ones (those they cite, those that cite them); they become
candidates, and belonging adds to their score (`index.feedback.relatedness`). `prefer` weighs tags that a hit
better has (`index.feedback.overlap`), as have the alternatives of an expression (`class:F16K OR class:F16L`);
it never limits. `like` and `unlike` move the query's vectors and, by
the words that are `written` in these items, those of prose; the words of an expression stay as they are.

`rescore` gives stronger scores of the best pieces of the best items. Cosines: an item's score by meaning is
then the better of its own and its best piece's. Other scores, as a cross-encoder's, are brought to the level
of the scores that they replace (`index.fusion.levelled`): they say which of the best items come first, not
how these compare with the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index import feedback, fusion, syntax
from index.best_pieces import BestPieces
from index.dense import Mask
from index.formulation import Prose
from index.fusion import Weights
from index.nodes import alternatives
from index.records import Filter, Hit, PieceHit
from index.syntax import Node

if TYPE_CHECKING:
    from index.dense import Dense
    from index.encoder import Encoder
    from index.encoders import Encoders
    from index.lexical import Lexical

Mode = Literal["fused", "words", "meaning"]
Fusion = Literal["scores", "ranks"]
Expand: TypeAlias = Callable[[Sequence[int]], Iterable[int]]
"""From the best items to others that belong to them, each once for every best item it belongs to."""
Written: TypeAlias = Callable[[int], str]
"""From an item to the text whose words stand for it."""

_Placed: TypeAlias = tuple[int, float, tuple[float, ...]]
"""An item, its score, and what each channel gives to it."""

EXPANDED = 10
"""Best items whose relatives become candidates."""
RESCORED = 10
"""Best items whose best pieces are scored again."""
_PIECES = 3
"""Pieces scored again for an item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescore:
    """How the best pieces of the best items are scored again."""

    score: Callable[
        [str, NDArray[np.float32], Mapping[int, Sequence[int]]], Mapping[int, Mapping[int, float]]
    ]
    """From a query, its vector (dim,) and ordinals of pieces by item to their scores, 0 to 1."""
    cosines: bool = True
    """Whether these are cosines with the vector, which compare with those of all other items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A query and how it is to be answered."""

    query: str
    mode: Mode = "fused"
    limit: int = 10
    filter: Filter = field(default_factory=Filter)
    pieces: int = 3
    depth: int = 200
    plain: bool = False
    fuse: Fusion = "scores"
    weights: Weights = field(default_factory=Weights)
    like: tuple[int, ...] = ()
    unlike: tuple[int, ...] = ()
    written: Written | None = None
    prefer: Mapping[str, float] = field(default_factory=dict)
    expand: Expand | None = None
    rescore: Rescore | None = None


@dataclass(slots=True)
class _Channel:
    """What a channel says: a ranking, and the scores of candidates as far as they were asked for."""

    ranking: list[tuple[int, float]]
    scores: dict[int, float]

    @classmethod
    def of(cls, ranking: list[tuple[int, float]]) -> _Channel:
        return cls(ranking=ranking, scores=dict(ranking))


class Searcher:
    """Answers questions about one generation of an index."""

    def __init__(self, dense: Dense, lexical: Lexical, encoders: Encoders) -> None:
        self._dense = dense
        self._lexical = lexical
        self._encoders = encoders

    def answer(self, asked: Question) -> list[Hit]:
        """Return at most `limit` items, best first, ties by item.

        Raises QuerySyntaxError, and what the encoders raise.
        """
        wanted = None if asked.plain or not syntax.is_expression(asked.query) else syntax.parse(asked.query)
        text = asked.query if wanted is None else syntax.prose(wanted)
        meant = asked.mode != "words" and bool(
            text.strip() or any(self._dense.find(item) for item in asked.like)
        )
        found = _Found(text=text, words_of=self._moved_words(asked, text, wanted), wanted=wanted)
        if meant:
            found.whole = self._vector(self._encoders.documents, text, asked, self._dense.document_vector)
            found.part = self._vector(self._encoders.passages, text, asked, self._passage)
        words = found.words_of if asked.mode != "meaning" else ""
        found.pieces = BestPieces(self._dense, self._lexical, words, found.part)
        self._rank(asked, found)
        candidates = self._candidates(asked, found)
        found.preferred = self._preferred(_wanted_tags(asked.prefer, wanted), candidates)
        order = self._mixed(asked, found, candidates)
        if asked.rescore is not None and found.whole is not None:
            order = self._rescored(asked, found, candidates, order)
        if len(order) < asked.limit:
            order += _rest(found, order)
        return self._hits(asked, found, order[: asked.limit])

    def pieces(self, query: str, items: Sequence[int], per_item: int) -> dict[int, tuple[PieceHit, ...]]:
        """Return the best pieces of known items for prose, words and meaning blended."""
        vector = _encoded(self._encoders.passages, query)
        return BestPieces(self._dense, self._lexical, query, vector).of(items, per_item)

    def _rank(self, asked: Question, found: _Found) -> None:
        """Let each channel rank what passes the filter."""
        depth = max(asked.depth, asked.limit)
        mask = self._dense.mask(asked.filter)
        if asked.mode != "meaning":
            allowed = None if asked.filter.is_empty else self._dense.ids(mask)
            found.words = _Channel.of(self._by_words(found, allowed, depth))
        if found.whole is None or found.part is None:
            return
        if found.wanted is not None:
            matching = self._lexical.matching(found.wanted)
            mask = tuple(
                chosen & np.isin(segment.items, matching)
                for segment, chosen in zip(self._dense.segments, mask, strict=True)
            )
        found.mask = mask
        found.meaning = _Channel.of(self._dense.search_documents(found.whole, mask, depth))
        found.passages = _Channel.of(self._dense.search_passages(found.part, mask, depth))

    def _candidates(self, asked: Question, found: _Found) -> list[int]:
        """Unite what the channels found and what belongs to it, and let every channel score all of it."""
        channels = [channel for channel in found.channels if channel is not None]
        union = {item for channel in channels for item, _ in channel.ranking[: asked.depth]}
        if asked.expand is not None and found.mask is not None:
            union |= self._relatives(asked, found, union)
        items = sorted(union)
        if found.words is not None:
            missing = np.array([item for item in items if item not in found.words.scores], np.int64)
            more = self._by_words(found, missing, len(items)) if missing.size else []
            found.words.scores |= dict.fromkeys(missing.tolist(), 0.0) | dict(more)
        if found.meaning is not None and found.whole is not None:
            missing_items = [item for item in items if item not in found.meaning.scores]
            found.meaning.scores |= self._dense.document_scores(found.whole, missing_items)
        if found.passages is not None and found.part is not None:
            missing_items = [item for item in items if item not in found.passages.scores]
            scored = self._dense.best_passages(found.part, missing_items)
            found.passages.scores |= dict.fromkeys(missing_items, 0.0) | scored
        return items

    def _relatives(self, asked: Question, found: _Found, known: set[int]) -> set[int]:
        """Return the relatives of the best items that pass the same filter."""
        assert asked.expand is not None
        assert found.mask is not None
        rankings = [[item for item, _ in channel.ranking] for channel in found.channels if channel]
        best = [item for item, _ in fusion.reciprocal_rank_fusion(rankings)[:EXPANDED]]
        found.related.update(asked.expand(best))
        near = np.array(sorted(found.related.keys() - known), np.int64)
        if not near.size:  # listing what passes is work in proportion to the index
            return set()
        return set(near[np.isin(near, self._dense.ids(found.mask))].tolist())

    def _mixed(self, asked: Question, found: _Found, items: Sequence[int]) -> list[_Placed]:
        """Rank the candidates: (item, score, shares)."""
        weights = (asked.weights.words, asked.weights.meaning, asked.weights.passages)
        present = [number for number, channel in enumerate(found.channels) if channel is not None]
        channels = [found.channels[number] for number in present]
        if asked.mode == "words" or len(present) < 2:  # noqa: PLR2004 - nothing to mix
            ranking = channels[0].ranking if channels and channels[0] is not None else []
            return [(item, score, _NOTHING) for item, score in ranking]
        if asked.fuse == "ranks":
            rankings = [[item for item, _ in channel.ranking] for channel in channels if channel]
            return [(item, score, _NOTHING) for item, score in fusion.reciprocal_rank_fusion(rankings)]
        scores = [{item: channel.scores[item] for item in items} for channel in channels if channel]
        ordered, given = fusion.shares(scores, [weights[number] for number in present])
        if asked.mode == "fused":
            given = feedback.smoothed(given, self._dense.document_vectors(ordered))
        placed = np.zeros((len(ordered), len(_NOTHING)))
        placed[:, present] = given
        placed[:, -2] = [feedback.relatedness(found.related[item]) for item in ordered]
        placed[:, -1] = [found.preferred.get(item, 0.0) for item in ordered]
        return fusion.by_shares(ordered, placed)

    def _preferred(self, wanted: Mapping[str, float], items: Sequence[int]) -> dict[int, float]:
        """Return what items gain by the tags that they have of the preferred ones."""
        held: dict[int, set[str]] = {}
        among = frozenset(items)
        for tag in wanted:
            mask = self._dense.mask(Filter(tags=((tag,),), only=among))
            for item in self._dense.ids(mask).tolist():
                held.setdefault(item, set()).add(tag)
        return {item: feedback.overlap(tags, wanted) for item, tags in held.items()}

    def _rescored(
        self,
        asked: Question,
        found: _Found,
        items: Sequence[int],
        order: list[_Placed],
    ) -> list[_Placed]:
        """Score the best pieces of the best items again, and mix once more."""
        assert asked.rescore is not None
        assert found.meaning is not None
        assert found.whole is not None
        best = [item for item, _, _ in order[:RESCORED]]
        wanted = {
            item: [hit.ordinal for hit in hits]
            for item, hits in found.pieces.of(best, _PIECES).items()
            if hits
        }
        scored = asked.rescore.score(found.text, found.whole, wanted)
        found.rescored = {item: dict(scores) for item, scores in scored.items() if scores}
        again = {item: max(scores.values()) for item, scores in found.rescored.items()}
        known = found.meaning.scores
        if asked.rescore.cosines:
            known |= {item: max(known.get(item, 0.0), score) for item, score in again.items()}
        else:
            known |= fusion.levelled(again, known)
        return self._mixed(asked, found, items) if asked.fuse == "scores" else order

    def _by_words(
        self, found: _Found, allowed: NDArray[np.int64] | None, depth: int
    ) -> list[tuple[int, float]]:
        if found.wanted is None:
            return self._lexical.rank(found.words_of, allowed, depth)
        return self._lexical.evaluate(found.wanted, allowed, depth)

    def _moved_words(self, asked: Question, text: str, wanted: Node | None) -> Prose:
        """Return what is looked for by words: those of prose move with what is liked and what is not."""
        if wanted is not None or asked.written is None or not (asked.like or asked.unlike):
            return text
        liked, unliked = (
            [self._lexical.formulated(asked.written(item)).terms for item in items]
            for items in (asked.like, asked.unlike)
        )
        asked_for = self._lexical.formulated(text).terms
        return feedback.moved_terms(asked_for, liked, unliked, idf=self._lexical.rarities)

    def _vector(
        self,
        encoder: Encoder,
        text: str,
        asked: Question,
        held: Callable[[int], NDArray[np.float32] | None],
    ) -> NDArray[np.float32]:
        """Return the query's vector, moved toward what is liked and away from what is not (Rocchio 1971)."""
        vector = _encoded(encoder, text) if text.strip() else np.zeros(encoder.dim, np.float32)
        liked, unliked = (
            [found for item in items if (found := held(item)) is not None]
            for items in (asked.like, asked.unlike)
        )
        return feedback.moved(vector, liked, unliked)

    def _passage(self, item: int) -> NDArray[np.float32] | None:
        stored = self._dense.vectors_of(item)
        return None if stored is None or not stored[0].size else stored[1][0]

    def _hits(self, asked: Question, found: _Found, order: Sequence[_Placed]) -> list[Hit]:
        items = [item for item, _, _ in order]
        best = found.pieces.of(items, asked.pieces, found.rescored)
        terms: dict[int, tuple[tuple[str, float], ...]] = {}
        if found.words is not None and asked.pieces:
            terms = self._lexical.matched(found.words_of if found.wanted is None else found.wanted, items)
        ranks = [
            {} if channel is None else {item: rank for rank, (item, _) in enumerate(channel.ranking, start=1)}
            for channel in found.channels
        ]
        scores = [{} if channel is None else channel.scores for channel in found.channels]
        return [
            Hit(
                item=item,
                score=score,
                words_rank=ranks[0].get(item),
                meaning_rank=ranks[1].get(item),
                passages_rank=ranks[2].get(item),
                words_score=scores[0].get(item),
                meaning_score=scores[1].get(item),
                passages_score=scores[2].get(item),
                shares=(shares[0], shares[1], shares[2]),
                related=shares[3],
                preferred=shares[4],
                terms=terms.get(item, ()),
                pieces=best.get(item, ()),
            )
            for item, score, shares in order
        ]


@dataclass(slots=True)
class _Found:
    """What is known while a question is answered."""

    text: str
    """What is asked for by meaning."""
    words_of: Prose
    """What prose is looked for by words."""
    wanted: Node | None
    """What an expression asks for."""
    pieces: BestPieces = field(init=False)
    whole: NDArray[np.float32] | None = None
    part: NDArray[np.float32] | None = None
    mask: Mask | None = None
    words: _Channel | None = None
    meaning: _Channel | None = None
    passages: _Channel | None = None
    rescored: dict[int, dict[int, float]] = field(default_factory=dict)
    related: Counter[int] = field(default_factory=Counter)
    """To how many of the best items others belong."""
    preferred: dict[int, float] = field(default_factory=dict)
    """What items gain by tags."""

    @property
    def channels(self) -> tuple[_Channel | None, _Channel | None, _Channel | None]:
        return self.words, self.meaning, self.passages


_NOTHING = (0.0, 0.0, 0.0, 0.0, 0.0)
"""Of words, meaning, passages, relatives and preferred tags."""


def _wanted_tags(prefer: Mapping[str, float], wanted: Node | None) -> dict[str, float]:
    """Return the tags that a hit better has: those preferred, and those that an expression leaves open."""
    found = set() if wanted is None else {f"{tag.text}{'*' * tag.prefix}" for tag in alternatives(wanted)}
    return {**dict.fromkeys(found, 1.0), **prefer}


def _rest(found: _Found, order: Sequence[_Placed]) -> list[_Placed]:
    """Return what the channels found beyond the candidates, by reciprocal ranks, below all of these."""
    rankings = [[item for item, _ in channel.ranking] for channel in found.channels if channel]
    known = {item for item, _, _ in order}
    least = order[-1][1] if order else 0.0
    return [
        (item, least - 1.0 + score, _NOTHING)
        for item, score in fusion.reciprocal_rank_fusion(rankings)
        if item not in known
    ]


def _encoded(encoder: Encoder, text: str) -> NDArray[np.float32]:
    vector: NDArray[np.float32] = np.asarray(encoder.encode([text], query=True), np.float32)[0]
    return vector
