"""The learning itself: in-batch softmax over cosines, the gradient by hand, Adam over the whole table.

Decisions
---------
* A text's vector is the sum of its pieces' vectors, brought to length 1. Every text of a batch but its
  partner (and what has an equal key) is a negative, in both directions.
* The gradient of that is four lines; written out, a step is two sparse products and two dense ones, and the
  same seed with one thread gives the same bits.
* Rows start at random, or from what a sentence encoder says about each piece alone, turned to its main axes;
  their length is `a / (a + p)` of smooth inverse frequency: what stands everywhere says little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from index.training.batches import Batch

_SMOOTH = 1e-3
_NEVER = -1e4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How fast, how sharp: peak rate of Adam, share of the steps that warm up, temperature of the softmax."""

    peak: float = 0.15
    warm: float = 0.05
    temperature: float = 0.05


def start(
    seen: NDArray[np.int64], dim: int, rng: np.random.Generator, told: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Return a table weighted by how seldom a piece is seen (`seen`: how often); piece 0 stays zero.

    `told`: a vector of any length for each piece; without it rows are random. Columns that `told` is too
    short for are zero.
    """
    share = seen / max(int(seen.sum()), 1)
    table = rng.standard_normal((len(seen), dim), dtype=np.float32)
    if told is not None:
        table = _main_axes(told.astype(np.float64), seen > 0, dim)
    table *= (_SMOOTH / (_SMOOTH + share)).astype(np.float32)[:, None]
    table[0] = 0
    return table


def _main_axes(told: NDArray[np.float64], used: NDArray[np.bool_], dim: int) -> NDArray[np.float32]:
    """Return the coordinates on the main axes, about one on average."""
    centred = told - told[used].mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    turned = centred @ axes[:, ::-1][:, :dim]
    made = np.zeros((len(told), dim), dtype=np.float32)
    made[:, : turned.shape[1]] = turned / (np.sqrt((turned * turned).sum(axis=1)).mean() / np.sqrt(dim))
    return made


class Learner:
    """The table of vectors and Adam's memory of it."""

    def __init__(self, table: NDArray[np.float32], steps: int, rates: Rates) -> None:
        import torch  # noqa: PLC0415 - seconds, and only training needs it

        self._torch = torch
        self.table = table
        self._weights = torch.from_numpy(table)
        self._first = torch.zeros_like(self._weights)
        self._second = torch.zeros_like(self._weights)
        self._steps, self._rates, self._done = steps, rates, 0

    def step(self, batch: Batch) -> float:
        """Learn from a batch; return its loss before."""
        torch = self._torch
        sums = torch.from_numpy(batch.counts @ self.table)
        norms = sums.norm(dim=1, keepdim=True).clamp_min_(1e-6)
        rows = sums / norms
        half = len(rows) // 2
        loss, slope = self._softmax(rows[:half], rows[half:], batch)
        slope -= rows * (slope * rows).sum(dim=1, keepdim=True)
        slope /= norms
        gradient = torch.from_numpy(batch.counts.T @ slope.numpy())
        self._move(gradient)
        return loss

    def _softmax(self, a: Tensor, b: Tensor, batch: Batch) -> tuple[float, Tensor]:
        torch, sharp = self._torch, 1 / self._rates.temperature
        scores = (a @ b.T).mul_(sharp)
        scores.masked_fill_(torch.from_numpy(_no_negatives(batch)), _NEVER)
        forth, back = scores.log_softmax(dim=1), scores.log_softmax(dim=0)
        loss = -(forth.diagonal().mean() + back.diagonal().mean()).item() / 2
        pull = forth.exp_().add_(back.exp_())
        pull.diagonal().sub_(2)
        pull.mul_(sharp / (2 * len(a)))
        return loss, torch.cat([pull @ b, pull.T @ a])

    def _move(self, gradient: Tensor) -> None:
        torch = self._torch
        self._done += 1
        rate = self._rate()
        self._first.lerp_(gradient, 0.1)
        self._second.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
        bias = (1 - 0.999**self._done) ** 0.5
        step = self._second.sqrt().div_(bias).add_(1e-8)
        self._weights.addcdiv_(self._first, step, value=-rate / (1 - 0.9**self._done))
        self._weights[0].zero_()
        assert torch.is_tensor(self._weights)

    def _rate(self) -> float:
        warm = max(1, round(self._steps * self._rates.warm))
        if self._done <= warm:
            return self._rates.peak * self._done / warm
        return self._rates.peak * max(self._steps - self._done + 1, 0) / max(self._steps - warm, 1)


def _no_negatives(batch: Batch) -> NDArray[np.bool_]:
    """Return where a text meets itself, its own partner's text or another partner of its own."""
    a, b = batch.a_key, batch.b_key
    same: NDArray[np.bool_] = (
        (a[:, None] == a[None, :]) | (b[:, None] == b[None, :]) | (a[:, None] == b[None, :])
    )
    np.fill_diagonal(same, val=False)
    return same
