"""The pieces of items that answer one query best, words and meaning blended.

What a piece scores is worked out once an item, however often it is asked for: the best pieces of the best
items are wanted before they are scored again, and after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index import fusion
from index.records import PieceHit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from index.dense import Dense
    from index.formulation import Prose
    from index.lexical import Lexical

WORDS_SHARE = 0.5
"""Of a piece's score where words and meaning are blended."""


class BestPieces:
    """Of one query: by its words, where there are any, and by its vector (dim,), where there is one."""

    def __init__(
        self, dense: Dense, lexical: Lexical, words: Prose, vector: NDArray[np.float32] | None
    ) -> None:
        self._dense = dense
        self._lexical = lexical
        self._words = words
        self._vector = vector
        self._asked = bool(words.strip() if isinstance(words, str) else words)
        self._share = 0.0 if not self._asked else 1.0 if vector is None else WORDS_SHARE
        self._known: dict[int, tuple[Mapping[int, float], Mapping[int, float]]] = {}

    def of(
        self, items: Sequence[int], count: int, again: Mapping[int, Mapping[int, float]] | None = None
    ) -> dict[int, tuple[PieceHit, ...]]:
        """Return the `count` best pieces of each item, best first, ties by ordinal.

        `again`: item → ordinal → score (0 to 1) in place of meaning, for pieces that were scored again; only
        these come into question then.
        """
        if count < 1 or not items:
            return dict.fromkeys(items, ())
        self._learn([item for item in items if item not in self._known])
        return {item: self._best(item, count, (again or {}).get(item, {})) for item in items}

    def _best(self, item: int, count: int, again: Mapping[int, float]) -> tuple[PieceHit, ...]:
        words, meaning = self._known[item]
        scores = {
            ordinal: self._share * words.get(ordinal, 0.0)
            + (1 - self._share) * max(0.0, again.get(ordinal, meaning.get(ordinal, 0.0)))
            for ordinal in (again or words.keys() | meaning.keys())
        }
        ranked = fusion.ranked({ordinal: round(score, 6) for ordinal, score in scores.items()})
        return tuple(PieceHit(ordinal=ordinal, score=score) for ordinal, score in ranked[:count])

    def _learn(self, items: Sequence[int]) -> None:
        if not items:
            return
        words = self._by_words(items) if self._asked else {}
        meaning = {} if self._vector is None else self._dense.passage_scores(self._vector, items)
        self._known |= {item: (words.get(item, {}), meaning.get(item, {})) for item in items}

    def _by_words(self, items: Sequence[int]) -> dict[int, dict[int, float]]:
        """Return item → ordinal → score by words. A single piece has the whole score."""
        found = self._lexical.pieces(self._words, items)
        for item, scores in found.items():
            if not scores and (stored := self._dense.vectors_of(item)) is not None and stored[0].size == 1:
                found[item] = {int(stored[0][0]): 1.0}
        return found
