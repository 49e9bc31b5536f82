"""`python -m index.training.train --data DIR --out DIR --seed N`: the passage encoder, from data to folder.

The vectors of the pieces start from what the packaged MiniLM says about each piece alone. One thread and one
seed give one SHA-256 (on one kind of processor: another may add in another order). The log says what was
read, what was left out, and the loss of every sort of pair.
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
from numpy.typing import NDArray

from index.encoder import SentenceEncoder
from index.pieces import Pieces
from index.training import data, learning, pairs, saving, vocabulary
from index.training.batches import Drawing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.encoder import Encoder

_LOG = logging.getLogger(__name__)
_SHARES = {"cloze-passage": 0.4}
_TELL = 50


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """All that decides what comes out, besides the data."""

    pieces: int = 23_000
    dim: int = 256
    epochs: int = 3
    batch: int = 2048
    drop: float = 0.2
    longest: int = 160
    seed: int = 1
    rates: learning.Rates = field(default_factory=learning.Rates)
    shares: Mapping[str, float] = field(default_factory=lambda: _SHARES)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """What is learned from: the tokenizer, the run of pieces, groups over it, a teacher's vectors of them."""

    tokenizer: str
    flat: NDArray[np.int32]
    groups: list[pairs.Group]
    pieces: int
    told: NDArray[np.float32] | None


def train(folder: Path, out: Path, recipe: Recipe, teacher: Encoder | None = None) -> str:
    """Train on the data in `folder`, write the model to `out`; return the SHA-256 of its weights.

    With a `teacher` the pieces start from what it says about each of them alone.
    """
    prepared = prepare(folder, recipe.pieces, teacher)
    saving.save(out, learned(prepared, recipe), prepared.tokenizer)
    return hashlib.sha256((out / "model.safetensors").read_bytes()).hexdigest()


def prepare(folder: Path, size: int, teacher: Encoder | None = None) -> Prepared:
    """Read the data, learn the vocabulary, cut everything into pieces."""
    without = data.excluded(folder)
    tokenizer = vocabulary.learn(_texts(folder, without), size)
    with TemporaryDirectory() as temporary:
        path = Path(temporary) / "tokenizer.json"
        path.write_text(tokenizer, encoding="utf-8")
        pieces = Pieces(path)
    _LOG.info("vocabulary: %d pieces", pieces.count)
    flat, groups = pairs.build(data.documents(folder, without), data.pairs(folder, without), pieces)
    for group in groups:
        _LOG.info("group %s: %d pairs", group.name, len(group))
    told = None if teacher is None else teacher.encode(vocabulary.spelled(tokenizer))
    return Prepared(tokenizer, flat, groups, pieces.count, told)


def learned(prepared: Prepared, recipe: Recipe) -> NDArray[np.float32]:
    """Return the table of vectors after all epochs, learned in one thread."""
    import torch  # noqa: PLC0415 - seconds, and only training needs it

    torch.set_num_threads(1)
    rng = np.random.default_rng(recipe.seed)
    seen = np.bincount(prepared.flat, minlength=prepared.pieces)
    drawing = Drawing(
        prepared.flat,
        prepared.groups,
        prepared.pieces,
        size=recipe.batch,
        drop=recipe.drop,
        longest=recipe.longest,
    )
    plan = [part for _ in range(recipe.epochs) for part in drawing.plan(recipe.shares, rng)]
    table = learning.start(seen, recipe.dim, rng, prepared.told)
    learner = learning.Learner(table, len(plan), recipe.rates)
    losses: dict[str, float] = {}
    for number, (group_number, rows) in enumerate(plan, start=1):
        group = prepared.groups[group_number]
        losses[group.name] = learner.step(drawing.batch(group, rows, rng))
        if number % _TELL == 0 or number == len(plan):
            shown = ", ".join(f"{name} {loss:.2f}" for name, loss in sorted(losses.items()))
            _LOG.info("step %d of %d: %s", number, len(plan), shown)
    return learner.table


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
    recipe = Recipe(seed=given.seed, epochs=given.epochs)
    digest = train(given.data, given.out, recipe, SentenceEncoder(precision="float32", threads=1))
    _LOG.info("SHA-256 %s", digest)


if __name__ == "__main__":
    main()
