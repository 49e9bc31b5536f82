"""The best passages of a search, scored again by something stronger than what found them.

The encoder of documents compares the query's vector, as the search has moved it, with each passage's; a
cross-encoder, where `search.cross_encoder` names one, takes its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.searching import Rescore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from index.encoder import Encoder
    from index.reranker import CrossRescorer

_DIGITS = 5


def rescore(
    texts: Callable[[Mapping[int, Sequence[int]]], Mapping[tuple[int, int], str]],
    encoder: Encoder,
    cross: CrossRescorer | None,
    *,
    instead: str = "",
) -> Rescore:
    """Return how an index scores passages again. `texts`: from ordinals by item to (item, ordinal) → text.

    `instead` is what a cross-encoder reads where nothing was written, only examples were given.
    """

    def score(
        query: str, vector: NDArray[np.float32], wanted: Mapping[int, Sequence[int]]
    ) -> dict[int, dict[int, float]]:
        places = texts(wanted)
        if not places:
            return {}
        if cross is None:
            scores = encoder.encode([*places.values()]) @ vector
        else:
            scores = cross.rescore(query.strip() or instead, [*places.values()])
        found: dict[int, dict[int, float]] = {}
        for (item, ordinal), value in zip(places, scores.tolist(), strict=True):
            found.setdefault(item, {})[ordinal] = round(value, _DIGITS)
        return found

    return Rescore(score=score, cosines=cross is None)
