"""Random items, unit vectors and segments for the tests of meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from index import segment_files, segments
from index.dense import Dense
from index.records import Filter, Item, Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

DIM, PASSAGE_DIM = 32, 16
TAGS = ("class:A01B", "class:A01C", "class:B60", "kind:paper", "kind:patent")


def unit(rng: np.random.Generator, rows: int, dim: int) -> NDArray[np.float32]:
    vectors = rng.standard_normal((rows, dim)).astype(np.float32)
    result: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return result


def make(number: int, rng: np.random.Generator, pieces: int | None = None) -> Item:
    count = int(rng.integers(0, 5)) if pieces is None else pieces
    ordinals = sorted(rng.choice(max(9, count), count, replace=False).tolist())
    return Item(
        id=number,
        day=None if rng.random() < 0.2 else int(rng.integers(90, 130)),
        tags=tuple(tag for tag in TAGS if rng.random() < 0.4),
        title=f"item {number}",
        pieces=tuple(Piece(ordinal=n, field="claims", text=f"{number}/{n}") for n in ordinals),
    )


class Vectors:
    """The vectors of items and of their pieces, whatever segment they come to lie in."""

    def __init__(self, items: Iterable[Item], rng: np.random.Generator) -> None:
        self.items = {item.id: item for item in items}
        self.documents = {number: unit(rng, 1, DIM)[0] for number in self.items}
        self.passages = {
            number: unit(rng, len(item.pieces), PASSAGE_DIM) for number, item in self.items.items()
        }

    def segment(self, parent: Path, number: int, batch: Sequence[Item]) -> segments.Segment:
        batch = sorted(batch, key=lambda item: item.id)
        parent.mkdir(exist_ok=True)
        entry = segment_files.write(
            parent,
            number,
            batch,
            np.stack([self.documents[item.id] for item in batch]),
            np.concatenate([self.passages[item.id] for item in batch]),
        )
        return segments.load(parent, entry, DIM, PASSAGE_DIM)

    def dense(self, parent: Path, batches: Sequence[Sequence[Item]]) -> Dense:
        made = [self.segment(parent, number, batch) for number, batch in enumerate(batches, start=1)]
        return Dense(segments=tuple(made), dead=np.zeros((0, 2), np.int64))


def without(held: Dense, items: Iterable[int]) -> Dense:
    return Dense(segments=held.segments, dead=held.bury(list(items)))


def passes(item: Item, wanted: Filter) -> bool:
    if wanted.before is not None or wanted.after is not None:
        if item.day is None:
            if not wanted.undated:
                return False
        elif not (wanted.after or 0) <= item.day < (wanted.before or 10**9):
            return False
    for group in wanted.tags:
        if not any(
            tag.startswith(want[:-1]) if want.endswith("*") else tag == want
            for tag in item.tags
            for want in group
        ):
            return False
    return item.id not in wanted.without and (wanted.only is None or item.id in wanted.only)
