"""`python -m index.training.train --data DIR --out DIR --seed N`: the passage encoder, from data to folder.

One thread and one seed give one SHA-256 (on one kind of processor: another may add in another order). The log
says what was read, what was left out, and the loss of every sort of pair.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from index.pieces import Pieces
from index.training import data, learning, pairs, saving, vocabulary
from index.training.batches import Drawing

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOG = logging.getLogger(__name__)
_SHARES = {"cloze-passage": 0.4}
_TELL = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that decides what comes out, besides the data."""

    pieces: int = 23_000
    dim: int = 256
    epochs: int = 4
    batch: int = 2048
    drop: float = 0.2
    longest: int = 160
    seed: int = 1
    rates: learning.Rates = field(default_factory=learning.Rates)
    shares: Mapping[str, float] = field(default_factory=lambda: _SHARES)


def train(folder: Path, out: Path, recipe: Recipe) -> str:
    """Train on the data in `folder`, write the model to `out`; return the SHA-256 of its weights."""
    import torch  # noqa: PLC0415 - seconds, and only training needs it

    torch.set_num_threads(1)
    without = data.excluded(folder)
    tokenizer = vocabulary.learn(_texts(folder, without), recipe.pieces)
    with TemporaryDirectory() as temporary:
        path = Path(temporary) / "tokenizer.json"
        path.write_text(tokenizer, encoding="utf-8")
        pieces = Pieces(path)
    flat, groups = pairs.build(data.documents(folder, without), data.pairs(folder, without), pieces)
    for group in groups:
        _LOG.info("group %s: %d pairs", group.name, len(group))
    rng = np.random.default_rng(recipe.seed)
    drawing = Drawing(flat, groups, pieces.count, size=recipe.batch, drop=recipe.drop, longest=recipe.longest)
    plan = [part for _ in range(recipe.epochs) for part in drawing.plan(recipe.shares, rng)]
    table = learning.start(np.bincount(flat, minlength=pieces.count), recipe.dim, rng)
    learner = learning.Learner(table, len(plan), recipe.rates)
    losses: dict[str, float] = {}
    for number, (group_number, rows) in enumerate(plan, start=1):
        group = groups[group_number]
        losses[group.name] = learner.step(drawing.batch(group, rows, rng))
        if number % _TELL == 0 or number == len(plan):
            shown = ", ".join(f"{name} {loss:.2f}" for name, loss in sorted(losses.items()))
            _LOG.info("step %d of %d: %s", number, len(plan), shown)
    saving.save(out, learner.table, tokenizer)
    return hashlib.sha256((out / "model.safetensors").read_bytes()).hexdigest()


def _texts(folder: Path, without: data.Excluded) -> Iterator[str]:
    for document in data.documents(folder, without):
        yield document.title
        yield document.abstract
        yield from document.claims
        yield document.description


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m index.training.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder with corpora/ and bench/")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the model")
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    digest = train(given.data, given.out, Recipe(seed=given.seed, epochs=given.epochs))
    _LOG.info("SHA-256 %s", digest)


if __name__ == "__main__":
    main()
