"""`Answer`: what the law says in one world, where everything is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.law.facts import Confidence
from pipeline.law.packs import GraceRule


class StatusKind(StrEnum):
    """What a disclosure or an earlier application counts for."""

    NOT_ART = "not_art"
    NOVELTY_AND_INVENTIVE_STEP = "novelty_and_inventive"
    NOVELTY_ONLY = "novelty_only"
    EXCEPTED = "excepted"
    """Art but for an exception, which may need an act by a deadline."""
    UNDETERMINED = "undetermined"
    """A fact is missing that would decide."""


STRENGTH = {
    StatusKind.NOT_ART: 0,
    StatusKind.EXCEPTED: 1,
    StatusKind.NOVELTY_ONLY: 2,
    StatusKind.NOVELTY_AND_INVENTIVE_STEP: 3,
}
"""How hard a firm answer bears on a claim. `undetermined` has no place in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The kind, the rules it rests on (the first decides), and why, as the end of a sentence."""

    kind: StatusKind
    rules: tuple[str, ...]
    reason: str
    grace: GraceRule | None = field(default=None, compare=False)
    """The exception, whose id stands first among the rules."""
    act: str = ""
    dated: bool = True
    """Whether the answer rests on the day of publication."""
    cap: Confidence = "high"
    """What the circumstances allow at most."""
    notes: tuple[str, ...] = ()
