"""Comparing an evaluation with the figures of an earlier one: a drop outside the interval is named.

Decisions
---------
* Where the earlier JSON holds the values of every query, the same queries are compared pair by pair, and a
  drop is one whose whole 95 % interval lies below zero. Else a mean below the earlier interval's low end
  counts.
* Only what both measured is compared; another benchmark, other judgments or no common system is an error, not
  a pass.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from index.metrics import interval, resampled
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.evaluation_records import Evaluation, System

_LIMIT: Final = 256 << 20
_COMPARED: Final = ("ndcg@10", "recall@100", "map")


class EarlierFiguresError(UsageError):
    """The file does not hold figures to compare with."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path}: {reason}; give the output of 'antedate evaluate --json' for the same benchmark"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a measure of a system changed: now less then."""

    system: str
    metric: str
    then: float
    now: float
    low: float
    high: float
    """95 % interval of the change; both equal to it where only the earlier means are known."""
    paired: bool
    dropped: bool


def changes(path: Path, found: Evaluation) -> tuple[Change, ...]:
    """Compare with the figures in a file. Raises EarlierFiguresError."""
    earlier = _read(path)
    for name, mine in (("benchmark", found.task.name), ("qrels", found.task.qrels)):
        if earlier.get(name) != mine:
            raise EarlierFiguresError(path, f"its {name} is {earlier.get(name)!r}, this one {mine!r}")
    try:
        made = tuple(change for system in found.systems for change in _changes(earlier, system))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EarlierFiguresError(path, f"its figures cannot be read ({error})") from None
    if not made:
        raise EarlierFiguresError(path, "it has no system in common with this evaluation")
    return made


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(_LIMIT))
    except OSError as error:
        raise EarlierFiguresError(path, f"cannot be read ({error.strerror or error})") from None
    except (ValueError, RecursionError):
        raise EarlierFiguresError(path, "is not JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get("systems"), dict):
        raise EarlierFiguresError(path, "holds no figures")
    return value


def _changes(earlier: dict[str, Any], system: System) -> list[Change]:
    then = earlier["systems"].get(system.name)
    if then is None:
        return []
    made = []
    values = earlier.get("per_query", {}).get("values", {}).get(system.name, {})
    for metric in _COMPARED:
        if metric in values:
            pair = _pairs(earlier["per_query"]["queries"], values[metric], system, metric)
            if pair is not None:
                made.append(_paired(system.name, metric, *pair))
                continue
        made.append(_unpaired(earlier, system, metric, float(then[metric])))
    return made


def _pairs(
    queries: list[str], values: list[float], system: System, metric: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return the values of the common queries, then and now; None where there are none."""
    known = {str(query): float(value) for query, value in zip(queries, values, strict=True)}
    now = dict(zip(system.table.queries, system.table.column(metric).tolist(), strict=True))
    common = [query for query in now if query in known]
    if not common:
        return None
    return np.array([known[query] for query in common]), np.array([now[query] for query in common])


def _paired(name: str, metric: str, then: NDArray[np.float64], now: NDArray[np.float64]) -> Change:
    difference = np.round(now - then, 6)  # the file holds six places
    low, high = interval(resampled(difference[:, None])[:, 0])
    return Change(
        system=name,
        metric=metric,
        then=float(then.mean()),
        now=float(now.mean()),
        low=low,
        high=high,
        paired=True,
        dropped=high < 0,
    )


def _unpaired(earlier: dict[str, Any], system: System, metric: str, then: float) -> Change:
    bottom = float(earlier["intervals"][system.name][metric][0])
    now = system.figures[metric].mean
    return Change(
        system=system.name,
        metric=metric,
        then=then,
        now=now,
        low=now - then,
        high=now - then,
        paired=False,
        dropped=now < bottom,
    )
