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
candidates, and belonging adds to their score (`index.feedback.relatedness`). `rescore` gives the strong
encoder's scores of the best pieces of the best items; an item's score by meaning is then the better of its
own and its best piece's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from index import feedback, fusion, syntax
from index.dense import Mask
from index.fusion import Weights
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
Rescore: TypeAlias = Callable[[str, Mapping[int, Sequence[int]]], Mapping[int, Mapping[int, float]]]
"""From a query and ordinals of pieces by item to their scores by the strong encoder."""

_Placed: TypeAlias = tuple[int, float, tuple[float, ...]]
"""An item, its score, and what each channel gives to it."""

EXPANDED = 20
"""Best items whose relatives become candidates."""
RESCORED = 10
"""Best items whose best pieces are scored again."""
_PIECES = 3
"""Pieces scored again for an item."""
WORDS_SHARE = 0.5
"""Of a piece's score where words and meaning are blended."""


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
        found = _Found(text=text, wanted=wanted)
        if meant:
            found.whole = self._vector(self._encoders.documents, text, asked, self._dense.document_vector)
            found.part = self._vector(self._encoders.passages, text, asked, self._passage)
        self._rank(asked, found)
        candidates = self._candidates(asked, found)
        order = self._mixed(asked, found, candidates)
        if asked.rescore is not None and found.whole is not None:
            order = self._rescored(asked, found, candidates, order)
        if len(order) < asked.limit:
            order += _rest(found, order)
        return self._hits(asked, found, order[: asked.limit])

    def pieces(self, query: str, items: Sequence[int], per_item: int) -> dict[int, tuple[PieceHit, ...]]:
        """Return the best pieces of known items for prose, words and meaning blended."""
        vector = _encoded(self._encoders.passages, query)
        return self._best_pieces(query, vector, items, per_item, {})

    def _rank(self, asked: Question, found: _Found) -> None:
        """Let each channel rank what passes the filter."""
        depth = max(asked.depth, asked.limit)
        mask = self._dense.mask(asked.filter)
        if asked.mode != "meaning":
            allowed = None if asked.filter.is_empty else self._dense.ids(mask)
            found.words = _Channel.of(self._by_words(asked.query, found.wanted, allowed, depth))
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
            more = self._by_words(asked.query, found.wanted, missing, len(items)) if missing.size else []
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
        placed[:, -1] = [feedback.relatedness(found.related[item]) for item in ordered]
        return fusion.by_shares(ordered, placed)

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
        best = [item for item, _, _ in order[:RESCORED]]
        words = found.text if asked.mode != "meaning" else ""
        chosen = self._best_pieces(words, found.part, best, _PIECES, {})
        wanted = {item: [hit.ordinal for hit in hits] for item, hits in chosen.items() if hits}
        found.rescored = {
            item: dict(scores) for item, scores in asked.rescore(found.text, wanted).items() if scores
        }
        for item, scores in found.rescored.items():
            found.meaning.scores[item] = max(found.meaning.scores.get(item, 0.0), *scores.values())
        return self._mixed(asked, found, items) if asked.fuse == "scores" else order

    def _by_words(
        self, query: str, wanted: Node | None, allowed: NDArray[np.int64] | None, depth: int
    ) -> list[tuple[int, float]]:
        if wanted is None:
            return self._lexical.rank(query, allowed, depth)
        return self._lexical.evaluate(wanted, allowed, depth)

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

    def _best_pieces(
        self,
        text: str,
        vector: NDArray[np.float32] | None,
        items: Sequence[int],
        count: int,
        rescored: Mapping[int, Mapping[int, float]],
    ) -> dict[int, tuple[PieceHit, ...]]:
        """Blend what is given: words where there is text, meaning where there is a vector.

        Pieces that were scored again come before those that were not.
        """
        if count < 1 or not items:
            return dict.fromkeys(items, ())
        words = self._by_words_of(text, items) if text.strip() else {}
        meaning = self._dense.passage_scores(vector, items) if vector is not None else {}
        share = 0.0 if not words else 1.0 if vector is None else WORDS_SHARE
        best = {}
        for item in items:
            by_words, by_meaning = words.get(item, {}), meaning.get(item, {})
            again = rescored.get(item, {})
            scores = {
                ordinal: share * by_words.get(ordinal, 0.0)
                + (1 - share) * max(0.0, again.get(ordinal, by_meaning.get(ordinal, 0.0)))
                for ordinal in (again or by_words.keys() | by_meaning.keys())
            }
            ranked = fusion.ranked({ordinal: round(score, 6) for ordinal, score in scores.items()})
            best[item] = tuple(PieceHit(ordinal=ordinal, score=score) for ordinal, score in ranked[:count])
        return best

    def _by_words_of(self, text: str, items: Sequence[int]) -> dict[int, dict[int, float]]:
        """Return item → ordinal → score by words. A single piece has the whole score."""
        found = self._lexical.pieces(text, items)
        for item, scores in found.items():
            if not scores and (stored := self._dense.vectors_of(item)) is not None and stored[0].size == 1:
                found[item] = {int(stored[0][0]): 1.0}
        return found

    def _hits(self, asked: Question, found: _Found, order: Sequence[_Placed]) -> list[Hit]:
        items = [item for item, _, _ in order]
        words = found.text if asked.mode != "meaning" else ""
        best = self._best_pieces(words, found.part, items, asked.pieces, found.rescored)
        terms: dict[int, tuple[tuple[str, float], ...]] = {}
        if found.words is not None and asked.pieces:
            terms = self._lexical.matched(found.text if found.wanted is None else found.wanted, items)
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
                terms=terms.get(item, ()),
                pieces=best.get(item, ()),
            )
            for item, score, shares in order
        ]


@dataclass(slots=True)
class _Found:
    """What is known while a question is answered."""

    text: str
    wanted: Node | None
    whole: NDArray[np.float32] | None = None
    part: NDArray[np.float32] | None = None
    mask: Mask | None = None
    words: _Channel | None = None
    meaning: _Channel | None = None
    passages: _Channel | None = None
    rescored: dict[int, dict[int, float]] = field(default_factory=dict)
    related: Counter[int] = field(default_factory=Counter)
    """To how many of the best items others belong."""

    @property
    def channels(self) -> tuple[_Channel | None, _Channel | None, _Channel | None]:
        return self.words, self.meaning, self.passages


_NOTHING = (0.0, 0.0, 0.0, 0.0)
"""Of words, meaning, passages and relatives."""


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
