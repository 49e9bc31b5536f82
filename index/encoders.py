"""`Encoders`: the two speeds of meaning.

One vector for an item as a whole, by a strong and slow encoder; one for each of its pieces, by a quick one.
An index is made with a pair and opened with the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from index.encoder import Encoder


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoders:
    """What items and what pieces are encoded by. Their vectors are not comparable with each other's."""

    documents: Encoder
    passages: Encoder
