"""The calendar: what a publication, or a showing that has happened, does to the rights in each office.

Decisions
---------
* The status engine answers, on a filing made just after; the calendar only counts the days. So a filing on
  the last safe day is one that `status` does not call art, which is a property test.
* Every unknown is taken at its worst: the earliest instant of an interval, no duty of confidence where
  nobody knows of one, no grace where the pack does not settle the circumstances.
* The last safe day is the last day of the grace counted forward from the publication in the office's own
  calendar, or the day before the publication where nothing excuses it. It is never moved for a weekend.
* A filing made before is a right of its own (claim its priority within twelve months, un-extended); it is
  shown beside, and does not move the last safe day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pipeline.law.answers import STRENGTH, StatusKind
from pipeline.law.errors import FactError
from pipeline.law.facts import By, Confidence, CriticalDate, Filing, Incident, Priority, PublicFact
from pipeline.law.grace import weakest
from pipeline.law.packs import UNKNOWN, normal, pack_for
from pipeline.law.spans import forward
from pipeline.law.status import status
from pipeline.law.when import WESTMOST, When, local_day, named_zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.law.packs import GraceRule, Pack
    from pipeline.law.status import Status

PRIORITY_MONTHS = 12
_JUST_AFTER = timedelta(days=3)
"""So long after a publication a filing is after it in every time zone."""
_TICK = timedelta(microseconds=1)
_KEPT = (
    "every right, while the duty of confidence is kept: nothing became public. Keep the agreement; a breach "
    "starts a clock"
)
_ACT_WHEN = {
    "none": "",
    "at_filing": "at filing",
    "later": "at filing, or later",
    "on_objection": "when the disclosure is held against the filing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """One office's row of the calendar."""

    office: str
    name: str
    lost: tuple[str, ...]
    """Rights that are gone, or go with the publication."""
    surviving: tuple[str, ...]
    last_safe_day: date | None
    """Last day of a filing that is excused, or comes before; None where nothing was made public, or where
    no day can be given (`missing` says why)."""
    priority_until: date | None
    """Last day to claim the priority of a filing that was made before, un-extended."""
    act: str
    act_when: str
    proof_deadline: date | None
    """Last day of the proof, if the filing is made on the last safe day."""
    rules: tuple[str, ...]
    citations: tuple[str, ...]
    pack: str
    confidence: Confidence
    missing: tuple[str, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]
    dies: date | None
    """The first day that ends a right, from today on; None where none is left to end."""


def consequences(
    shown: PublicFact | Incident,
    filings: Sequence[Filing],
    offices: Sequence[str],
    *,
    today: date | None = None,
) -> tuple[Consequence, ...]:
    """Return a row per office, the earliest right about to die first.

    `shown`: what would be, or was, made public; `filings`: what was filed already, for the same matter.
    Raises FactError, OfficeCodeError, RulePackError.
    """
    fact = shown.fact if isinstance(shown, Incident) else shown
    if fact.when is None:
        raise FactError("no day is given: say when it is or was made public")
    rows = [_row(code, fact, fact.when, filings, today) for code in dict.fromkeys(offices)]
    return tuple(sorted(rows, key=lambda row: (row.dies is None, row.dies or date.max, row.office)))


def _row(
    code: str, fact: PublicFact, when: When, filings: Sequence[Filing], today: date | None
) -> Consequence:
    pack = pack_for(code)
    name = normal(code) if pack.office != UNKNOWN else code.strip().upper()
    zone = named_zone(pack.time_zone) if pack.time_zone else None
    worst = _worst(fact, when)
    shown = local_day(when.last - _TICK, zone) if when.bound else when.day(zone)
    after = Filing(day=shown + _JUST_AFTER, office=name)
    probe = CriticalDate(filed=after)
    asked = status(code, replace(worst, confidential=fact.confidential), probe, today=today)
    if asked.kind is StatusKind.NOT_ART:
        return _untouched(name, pack, asked)
    found = status(code, worst, probe, today=today)
    hardest = max(found.possible, key=lambda kind: STRENGTH[kind])
    rule = _rule(pack, found) if hardest is StatusKind.EXCEPTED else None
    last = None if when.bound else _last(shown, rule)
    kept = [_kept(name, worst, filing, last, today) for filing in filings]
    until = max((end for _, _, end in kept if end), default=None)
    lost, surviving = _rights(shown, last, rule, today)
    if fact.confidential is None:
        lost = tuple(f"unless everybody was bound to confidence: {words}" for words in lost)
    days = sorted(day for day in (last, until) if day and (today is None or day >= today))
    return Consequence(
        office=name,
        name=pack.name,
        lost=(*lost, *(words for words, alive, _ in kept if not alive)),
        surviving=(*surviving, *(words for words, alive, _ in kept if alive)),
        last_safe_day=last,
        priority_until=until,
        act=rule.act if rule else "",
        act_when=_ACT_WHEN[rule.act_when] if rule else "",
        proof_deadline=_proof(rule, last),
        rules=found.rules,
        citations=found.citations,
        pack=found.pack,
        confidence=weakest(asked.confidence, found.confidence, rule.anchor_confidence if rule else "high"),
        missing=tuple(dict.fromkeys((*asked.missing, *found.missing, *_open_start(when)))),
        assumptions=(*_assumptions(when, shown, fact, rule), *found.assumptions),
        warnings=found.warnings,
        dies=days[0] if days else None,
    )


def _worst(fact: PublicFact, when: When) -> PublicFact:
    """Return the fact with every unknown at its worst: public at the first instant, seen, understood."""
    first = when.last - _TICK if when.bound else when.first
    return replace(
        fact,
        when=replace(when, first=first, last=first + _TICK, bound=False),
        confidential=fact.confidential or False,
        reproducible=fact.reproducible is not False,
        confirmed_in_writing=fact.confirmed_in_writing is not False,
        recognised=fact.recognised or False,
    )


def _untouched(name: str, pack: Pack, asked: Status) -> Consequence:
    """Return the row of an office where nothing became public."""
    confidential = asked.rules[0] == pack.public.confidential_rule
    return Consequence(
        office=name,
        name=pack.name,
        lost=(),
        surviving=(_KEPT if confidential else f"every right: {asked.explanation}",),
        last_safe_day=None,
        priority_until=None,
        act="",
        act_when="",
        proof_deadline=None,
        rules=asked.rules,
        citations=asked.citations,
        pack=asked.pack,
        confidence=asked.confidence,
        missing=(),
        assumptions=asked.assumptions,
        warnings=asked.warnings,
        dies=None,
    )


def _rule(pack: Pack, found: Status) -> GraceRule | None:
    return next((rule for rule in pack.grace if rule.rule in found.rules), None)


def _last(shown: date, rule: GraceRule | None) -> date:
    return forward(shown, rule.months) if rule else shown - timedelta(days=1)


def _rights(
    shown: date, last: date | None, rule: GraceRule | None, today: date | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is lost and what survives of the right to file."""
    if last is None:
        return ("how long a filing is safe cannot be said: the first day it was public is not known",), ()
    over = today is not None and last < today
    if rule is None:
        if over:
            return (f"a filing that was not made by {last}: nothing excuses what was public on {shown}",), ()
        lost = f"every filing after {last}: nothing excuses what is public from {shown} on"
        return (lost,), (f"a filing by {last}, before it is public",)
    window = f"{rule.months} months, counted back from {rule.anchor_words}"
    if over:
        return (f"the exception: its {window} ended on {last}",), ()
    return (), (f"a filing by {last}, excused for {window}",)


def _kept(
    name: str, worst: PublicFact, filing: Filing, last: date | None, today: date | None
) -> tuple[str, bool, date | None]:
    """Return what a filing that was made keeps here: words, whether anything, and until when to claim it."""
    where = f"the filing of {filing.day} at {filing.office or 'an office not named'}"
    own = normal(filing.office) == name
    until = forward(filing.day, PRIORITY_MONTHS)
    if own:
        critical = CriticalDate(filed=filing)
    else:
        claim = Filing(day=until, office=name)
        critical = CriticalDate(filed=claim, priorities=(Priority(filing=filing, supported=True),))
    found = status(name, worst, critical)
    if found.kind is StatusKind.UNDETERMINED:
        return f"{where} may keep what it supports; ask for {'; '.join(found.missing)}", True, None
    if found.kind not in (StatusKind.NOT_ART, StatusKind.EXCEPTED):
        own_filing = f"; a filing at {name} itself counts, by {last}" if last and last > filing.day else ""
        return f"{where} does not save it here{own_filing}", False, None
    excuse = f" (excused by {found.rules[0]}: {found.act or 'no act'})"
    notes = "".join(
        [excuse if found.kind is StatusKind.EXCEPTED else "", *(f"; {n}" for n in found.assumptions)]
    )
    if own:
        later = f"; if it is a provisional, only if a complete application claims it by {until}"
        return f"{where} stands for what it shows{later}{notes}", True, None
    if today is not None and until < today:
        return f"{where}: its priority could be claimed until {until}, which is over", False, None
    return f"{where} keeps what it supports, if its priority is claimed by {until}{notes}", True, until


def _proof(rule: GraceRule | None, last: date | None) -> date | None:
    if rule is None or last is None:
        return None
    if rule.proof_days:
        return last + timedelta(days=rule.proof_days)
    return forward(last, rule.proof_months) if rule.proof_months else None


def _open_start(when: When) -> tuple[str, ...]:
    return ("the first day on which it was public: only an upper bound is known",) if when.bound else ()


def _assumptions(when: When, shown: date, fact: PublicFact, rule: GraceRule | None) -> tuple[str, ...]:
    found = []
    if when.nominal:
        found.append(
            f"{when.words} was taken as the office's own calendar day; give the moment with its zone to have "
            "each office's local day"
        )
    elif when.day(WESTMOST) < shown:
        found.append(
            f"counted from {shown}, the office's local day; for a filing that another office accords, "
            f"such as a PCT receiving office further west, count from {when.day(WESTMOST)}"
        )
    if rule is not None and fact.by is By.OWN:
        found.append("what others publish independently in the meantime is not excused by this rule")
    return tuple(found)
