"""From a chart to an outcome, over essential features and documents dated strictly before.

A combination is named because a reader will think of it, not because it is obvious: whether anybody had a
reason to combine is a question to a person (MPEP 2143; EPO Guidelines G-VII 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline import combine
from pipeline.chart import DateStatus, Support
from pipeline.coverage import NOT_ADVICE
from pipeline.novelty import Combination, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.chart import FeatureChart
    from pipeline.disclosure import Feature

EMBODIMENTS: Final = (
    "Whether one document shows the features together, arranged as here and in one embodiment, was not "
    "examined: novelty is denied in the EPO only by one embodiment of one document (T 305/87), in the US "
    "only by elements arranged as claimed (MPEP 2131)."
)
UNCALIBRATED: Final = (
    "The probabilities order the evidence. They are not calibrated on decided cases; read the quotes."
)
COMBINING: Final = (
    "A combination shows that the features are known one by one. Whether there was a reason to combine the "
    "documents was not examined."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """The outcome with the sets of documents behind it."""

    outcome: Outcome
    combinations: tuple[Combination, ...]
    residual: tuple[str, ...]


def essential_ids(features: Sequence[Feature]) -> tuple[str, ...]:
    """Return the ids of the essential features; all, when none is marked."""
    return tuple(f.id for f in features if f.essential) or tuple(f.id for f in features)


def conclude(
    features: Sequence[Feature],
    chart: FeatureChart,
    statuses: frozenset[DateStatus] = frozenset({DateStatus.BEFORE}),
) -> Conclusion:
    """Return the outcome over references of the given date statuses."""
    wanted = essential_ids(features)
    shown = _shown(wanted, chart, statuses)
    found = combine.smallest(wanted, shown)
    disclosed = set(found[0].covers) if found else set()
    residual = tuple(feature for feature in wanted if feature not in disclosed)
    if not shown or not wanted:
        outcome = Outcome.INSUFFICIENT
    elif residual:
        outcome = Outcome.NOT_FOUND
    else:
        one = len(found[0].keys) == 1
        outcome = Outcome.DISCLOSED_IN_ONE if one else Outcome.DISCLOSED_IN_COMBINATION
    return Conclusion(outcome=outcome, combinations=found, residual=residual)


def _shown(
    wanted: Sequence[str], chart: FeatureChart, statuses: frozenset[DateStatus]
) -> dict[str, dict[str, float]]:
    """Return, per eligible key in the chart's order, the disclosed features with their strength."""
    shown: dict[str, dict[str, float]] = {r.key: {} for r in chart.references if r.status in statuses}
    evaluated = False
    for cell in chart.cells:
        if cell.key not in shown or cell.feature not in wanted:
            continue
        evaluated = evaluated or cell.support is not Support.NOT_EVALUATED
        if cell.support is Support.DISCLOSED:
            shown[cell.key][cell.feature] = cell.probability
    return shown if evaluated else {}


def notes(features: Sequence[Feature], chart: FeatureChart, found: Conclusion) -> tuple[str, ...]:
    """Return what a reader must know beside the outcome."""
    sentences = []
    if found.outcome is Outcome.DISCLOSED_IN_COMBINATION:
        sentences.append(COMBINING)
    undetermined = [r.key for r in chart.references if r.status is DateStatus.UNDETERMINED]
    if undetermined:
        other = conclude(features, chart, frozenset(DateStatus))
        sentences.append(_asking(undetermined, found, other))
    novel = [f.id for f in features if f.novel]
    if novel:
        left = [feature for feature in novel if feature in found.residual]
        sentences.append(
            f"Marked by the inventor as new: {', '.join(novel)}; of these, not found: "
            f"{', '.join(left) if left else 'none'}."
        )
    return (*sentences, EMBODIMENTS, UNCALIBRATED, NOT_ADVICE)


def _asking(undetermined: Sequence[str], found: Conclusion, other: Conclusion) -> str:
    keys = ", ".join(undetermined)
    question = f"Find out when these became public, their dates leave it open: {keys}."
    if (other.outcome, other.residual) == (found.outcome, found.residual):
        return f"{question} The outcome would be the same if all of them were public before the date."
    residual = f", leaving {', '.join(other.residual)}" if other.residual else ""
    then = f"{other.outcome.value}{residual}"
    return f"{question} If all were public before the date, the outcome would be: {then}."
