"""Random items for the tests of an index, and an encoder that fails."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from index import writing
from index.encoders import Encoders
from index.hybrid import HybridIndex, Item, Piece
from index.text import tokens
from tests.hash_encoder import HashEncoder, PassageEncoder, hashed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

WORDS = (
    *("valve", "pump", "seal", "ceramic", "rotor", "housing", "spring", "sensor", "battery", "current"),
    *("charge", "membrane", "filter", "polymer", "fibre", "laser", "mirror", "antenna", "signal", "packet"),
    *("router", "cache", "index", "query", "vector", "patent", "claim", "feature", "engine", "piston"),
)


class Refusing(HashEncoder):
    """Has the same identity and returns nothing usable."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        return super().encode(texts[:0], query=query)


class RefusingPassages(PassageEncoder):
    """The same for pieces."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        return super().encode(texts[:0], query=query)


def refusing() -> Encoders:
    """Return encoders of which neither answers."""
    return Encoders(documents=Refusing(), passages=RefusingPassages())


def build(folder: Path, batches: Sequence[Sequence[Item]]) -> None:
    with HybridIndex.open(folder, hashed(), write=True) as index:
        for batch in batches:
            index.apply(batch)
    assert writing.lexical_folder(folder, index.generation).is_dir()


def make_item(number: int) -> Item:
    rng = random.Random(number)
    pieces = tuple(
        Piece(ordinal=n, field=rng.choice(["abstract", "claims", "description"]), text=text(rng))
        for n in range(rng.randint(1, 4))
    )
    tags = (
        f"kind:{rng.choice(['paper', 'patent'])}",
        f"class:{rng.choice(['G06F16', 'G06N3', 'H04L', 'B60W'])}",
    )
    day = rng.choice([None, *range(20, 200, 20)])
    return Item(id=number, day=day, tags=tags, title=text(rng, 3), pieces=pieces)


def stems_of(item: Item) -> set[str]:
    texts = [item.title, *(piece.text for piece in item.pieces)]
    return {token.stem for text in texts for token in tokens(text)}


def text(rng: random.Random, most: int = 25) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(3, max(most, 3))))
