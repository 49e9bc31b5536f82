"""Exceptions for disclosures within some months before a filing, in one world.

The anchor is the field that tools get wrong: from which filing the months are counted back. A rule whose
anchor is not certain caps the confidence wherever another anchor would give another answer, and only there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.law.facts import By, Confidence
from pipeline.law.packs import GraceRule
from pipeline.law.spans import back, differ, forward
from pipeline.law.when import local_day, midnight

if TYPE_CHECKING:
    from datetime import tzinfo

    from pipeline.law.facts import CriticalDate, Filing, PublicKind
    from pipeline.law.packs import Pack
    from pipeline.law.worlds import World

_RANK = {"high": 2, "medium": 1, "low": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse:
    """The rule that excuses, or None and why not."""

    rule: GraceRule | None = None
    why: str = ""
    cited: tuple[str, ...] = ()
    cap: Confidence = "high"
    notes: tuple[str, ...] = ()


def weakest(*levels: Confidence) -> Confidence:
    """Return the lowest of several confidences."""
    return min(levels, key=lambda level: _RANK[level])


def anchor_of(rule: GraceRule, critical: CriticalDate, effective: Filing) -> Filing | None:
    """Return the filing from which a rule counts back; None where it was not made yet."""
    if rule.anchor == "effective_filing":
        return effective
    if rule.anchor == "complete":
        return critical.pct or critical.complete or critical.filed
    return critical.actual


def applies(rule: GraceRule, kind: PublicKind, world: World) -> bool:
    """Tell whether a rule covers the circumstances, whatever the day."""
    covered = world.by in rule.covers or (world.by in rule.unsettled and world.settled)
    if not covered or kind in rule.excludes:
        return False
    if rule.needs_recognition and world.by in (By.EXHIBITION, By.MEETING) and not world.recognised:
        return False
    return not rule.needs_earlier_own_disclosure or (world.earlier_own and world.same_subject)


def excused(pack: Pack, kind: PublicKind, critical: CriticalDate, world: World) -> Excuse:
    """Return the first rule that excuses a disclosure made at `world.moment`, or why none does."""
    reasons = Excuse()
    for rule in pack.grace:
        if world.by in rule.covers and kind in rule.excludes:
            cited = (rule.excludes_rule,) if rule.excludes_rule else (rule.rule,)
            reasons = Excuse(why="publications of patent offices are not excused", cited=cited)
        if not applies(rule, kind, world):
            continue
        anchor = anchor_of(rule, critical, world.filing)
        inside = world.in_window if anchor is None else _inside(rule, anchor, world)
        cap, notes = _doubts(rule, anchor, critical, world)
        if inside and rule.act_irrevocable and critical.statement_made is False:
            return Excuse(
                why="the statement that the exception needs was not made", cited=(rule.rule,), cap=cap
            )
        if inside:
            why = f"within {rule.months} months of {rule.anchor_words}"
            return Excuse(rule=rule, why=why, cap=cap, notes=notes)
        why = f"more than {rule.months} months before {rule.anchor_words}"
        reasons = Excuse(why=why, cited=(rule.rule,), cap=cap, notes=notes)
    return reasons


def zone_at(anchor: Filing, world: World) -> tzinfo | None:
    """Return in which zone the window's first day begins."""
    return world.zone if anchor == world.filing else world.anchor_zone


def _inside(rule: GraceRule, anchor: Filing, world: World) -> bool:
    assert world.moment is not None
    return world.moment >= midnight(back(anchor.day, rule.months), zone_at(anchor, world))


def _doubts(
    rule: GraceRule, anchor: Filing | None, critical: CriticalDate, world: World
) -> tuple[Confidence, tuple[str, ...]]:
    """Return what the anchor and the months' lengths leave of the confidence, and say so."""
    if anchor is None:
        return rule.anchor_confidence, ()
    assert world.moment is not None
    cap: Confidence = "high"
    notes: list[str] = []
    others = [anchor, world.filing, *(filing for filing in (critical.actual, critical.complete) if filing)]
    certain = rule.anchor_confidence == "high"
    if not certain and len({_inside(rule, other, world) for other in others}) > 1:
        cap = rule.anchor_confidence
        notes.append(
            f"the answer depends on the day from which {rule.rule} counts back, whose confidence is {cap}"
        )
    shown = local_day(world.moment, zone_at(anchor, world))
    if differ(shown, anchor.day, rule.months):
        cap = "low"
        notes.append(
            f"counted back from the filing the window reaches {shown}; counted forward it ended on "
            f"{forward(shown, rule.months)}: do not rely on it"
        )
    if rule.anchor == "complete" and not (critical.pct or critical.complete):
        notes.append("the filing day was taken as that of a complete application, not of a provisional")
    return cap, tuple(notes)
