"""`status`: what a disclosure or an earlier application counts for, in one office, against one filing.

Decisions
---------
* Three-valued: every unknown opens worlds (`pipeline.law.worlds`), and where they disagree the status is
  `undetermined` and names the facts that would decide. Nothing is filled in.
* The confidence is that of the weakest rule the answer rests on, and lower where the time zone, the anchor
  or the length of a month could turn it.
* Pure: the same pack, facts and day give the same status. `today` only adds the warning of a stale pack.
* It flags and asks; it never concludes, and is not legal advice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pipeline.law.answers import StatusKind
from pipeline.law.axes import question
from pipeline.law.facts import Confidence, SecretFact
from pipeline.law.grace import anchor_of, weakest
from pipeline.law.missing import sentences
from pipeline.law.packs import UNKNOWN, normal, pack_for
from pipeline.law.spans import back, forward
from pipeline.law.when import EASTMOST, WESTMOST, midnight
from pipeline.law.worlds import Place, deciding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.law.answers import Answer
    from pipeline.law.facts import By, CriticalDate, Filing, PublicFact
    from pipeline.law.packs import Pack
    from pipeline.law.when import When

_NOMINAL = (
    "the day {words} was taken as the office's own calendar counts it; in another time zone it may be the "
    "day before or after"
)
NOT_ADVICE = "This flags and asks; it is not legal advice."


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The answer for one office, with everything that a reader needs to check it."""

    office: str
    """The code that was asked for."""
    kind: StatusKind
    rules: tuple[str, ...]
    """Ids, the one that decides first."""
    citations: tuple[str, ...]
    pack: str
    """The pack that answered, with its version: `US 2026.1`."""
    confidence: Confidence
    missing: tuple[str, ...]
    """Facts that would decide; empty unless undetermined."""
    act: str
    """What has to be done for an exception; empty where nothing is."""
    deadline: date | None
    """The last day of the act, or of its proof where that is later; never moved for a weekend."""
    explanation: str
    possible: tuple[StatusKind, ...]
    """Every kind that the missing facts leave open; one where the answer is firm."""
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def status(
    office: str, fact: PublicFact | SecretFact, critical: CriticalDate, *, today: date | None = None
) -> Status:
    """Return the status of a fact. Raises OfficeCodeError, FactError, RulePackError."""
    pack = pack_for(office)
    warnings = _warnings(office, pack, today)
    before = critical.first.day < pack.effective_from
    if before:
        return _other_law(office, pack, critical, warnings)
    asked = question(normal(office), pack, fact, critical)
    kinds: dict[Place, StatusKind] = {}
    found: dict[Answer, None] = {}
    whose: set[tuple[Filing, By | None]] = set()
    for place, world in asked.worlds():
        answer = asked.answer(world)
        kinds[place] = answer.kind
        found[answer] = None
        whose.add((world.filing, world.by))
    possible = tuple(kind for kind in StatusKind if kind in set(kinds.values()))
    used = tuple(found)
    firm = len(possible) == 1
    when = fact.published if isinstance(fact, SecretFact) else fact.when
    near = any(a.dated for a in used) and when is not None and _near(when, pack, critical, whose)
    rules = _rules(pack, used, near=near)
    notes = tuple(dict.fromkeys(note for answer in used for note in answer.notes))
    if near and when is not None and when.nominal:
        notes += (_NOMINAL.format(words=when.words),)
    chosen = min(used, key=lambda answer: (len(answer.rules), answer.rules)) if firm else None
    kind = possible[0] if firm else StatusKind.UNDETERMINED
    open_ = kind is StatusKind.UNDETERMINED
    missing = sentences(deciding(kinds, asked.axes), fact, critical, pack) if open_ else ()
    return Status(
        office=normal(office) if pack.office != UNKNOWN else office.strip().upper(),
        kind=kind,
        rules=rules,
        citations=tuple(dict.fromkeys(pack.rule(name).citation for name in rules)),
        pack=f"{pack.office} {pack.version}",
        confidence=weakest(
            fact.confidence,
            *(pack.rule(name).confidence for name in _resting(pack, used, near=near)),
            *(answer.cap for answer in used),
        ),
        missing=missing,
        act=chosen.act if chosen else "",
        deadline=_deadline(used, critical) if kind is StatusKind.EXCEPTED else None,
        explanation=_explained(office, pack, kind, chosen or used[0], missing),
        possible=possible,
        assumptions=notes,
        warnings=warnings,
    )


def _warnings(office: str, pack: Pack, today: date | None) -> tuple[str, ...]:
    found = []
    if pack.office == UNKNOWN:
        found.append(
            f"{office.strip().upper()} has no rule pack: absolute novelty and no grace were assumed; ask "
            "somebody who knows its law"
        )
    if pack.note:
        found.append(pack.note)
    if today is not None and (stale := pack.stale(today)):
        found.append(stale)
    return tuple(found)


def _other_law(office: str, pack: Pack, critical: CriticalDate, warnings: tuple[str, ...]) -> Status:
    missing = (
        f"the law of {pack.office} before {pack.effective_from}: the pack has none for {critical.first.day}"
    )
    return Status(
        office=normal(office),
        kind=StatusKind.UNDETERMINED,
        rules=(pack.public.rule,),
        citations=(pack.rule(pack.public.rule).citation,),
        pack=f"{pack.office} {pack.version}",
        confidence="low",
        missing=(missing,),
        act="",
        deadline=None,
        explanation=f"{pack.office}: undetermined; ask for {missing}.",
        possible=tuple(kind for kind in StatusKind if kind is not StatusKind.UNDETERMINED),
        warnings=warnings,
    )


def _rules(pack: Pack, used: Sequence[Answer], *, near: bool) -> tuple[str, ...]:
    found = [name for answer in used for name in answer.rules]
    return tuple(dict.fromkeys([*found, pack.public.zone_rule] if near else found))


def _resting(pack: Pack, used: Sequence[Answer], *, near: bool) -> list[str]:
    """Return the rules that a confidence rests on.

    Where an exception holds it is the exception's alone: were the disclosure no art for another reason,
    nothing would be held against the filing either.
    """
    found = [
        name
        for answer in used
        for name in (answer.rules[:1] if answer.kind is StatusKind.EXCEPTED else answer.rules)
    ]
    return [*found, pack.public.zone_rule] if near else found


def _near(when: When, pack: Pack, critical: CriticalDate, possible: set[tuple[Filing, By | None]]) -> bool:
    """Tell whether the time zone could turn the answer: the day touches a limit somewhere on earth."""
    if when.nominal:
        first = midnight(when.first.date(), EASTMOST)
        last = midnight(when.last.date(), WESTMOST)
    else:
        first, last = when.first, when.last
    limits = {filing.day for filing, _ in possible}
    for filing, by in possible:
        for rule in pack.grace:
            anchor = anchor_of(rule, critical, filing)
            if anchor is not None and (by is None or by in rule.covers):
                limits.add(back(anchor.day, rule.months))
    return any(first < midnight(day, WESTMOST) and last > midnight(day, EASTMOST) for day in limits)


def _deadline(used: Sequence[Answer], critical: CriticalDate) -> date | None:
    """Return the earliest deadline that the possible exceptions have, if the filing day is known."""
    days = []
    for answer in used:
        rule = answer.grace
        actual = critical.actual
        if rule is None or actual is None:
            continue
        if rule.proof_days:
            days.append(actual.day + timedelta(days=rule.proof_days))
        elif rule.proof_months:
            days.append(forward(actual.day, rule.proof_months))
        elif rule.act_when == "at_filing":
            days.append(actual.day)
    return min(days, default=None)


_WORDS = {
    StatusKind.NOT_ART: "not art",
    StatusKind.NOVELTY_AND_INVENTIVE_STEP: "art for novelty and inventive step",
    StatusKind.NOVELTY_ONLY: "art for novelty only",
    StatusKind.EXCEPTED: "excepted",
    StatusKind.UNDETERMINED: "undetermined",
}


def _explained(office: str, pack: Pack, kind: StatusKind, answer: Answer, missing: tuple[str, ...]) -> str:
    name = normal(office) if pack.office != UNKNOWN else f"{office.strip().upper()} (no rule pack)"
    if kind is StatusKind.UNDETERMINED:
        return f"{name}: undetermined; ask for {'; and '.join(missing)}."
    cited = pack.rule(answer.rules[0])
    return f"{name}: {_WORDS[kind]}, because {answer.reason} ({cited.id}: {cited.citation})."
