"""From a fact to its question: which axes are open, and how one world is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pipeline.law.facts import NON_WRITTEN, PRODUCTS, By, CriticalDate, PublicFact, PublicKind, SecretFact
from pipeline.law.grace import anchor_of
from pipeline.law.packs import Pack
from pipeline.law.public import public_answer
from pipeline.law.secret import secret_answer
from pipeline.law.spans import back
from pipeline.law.when import When, after, midnight
from pipeline.law.worlds import BOTH, Place, World, anchor_zones, bases, known, moments, worlds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from pipeline.law.answers import Answer
    from pipeline.law.facts import Filing

_TICK = timedelta(microseconds=1)
_FIRST = datetime.combine(date.min, time.min)
_UNKNOWN_BY = (By.THIRD_PARTY, By.OWN, By.DERIVED, By.ABUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A pack, a fact and a filing, with the axes that are open."""

    pack: Pack
    fact: PublicFact | SecretFact
    critical: CriticalDate
    axes: dict[str, tuple[Any, ...]]
    own: tuple[When, ...]
    """The inventor's own disclosures."""

    def worlds(self) -> Iterator[tuple[Place, World]]:
        """Yield every world that the facts leave open, with its place among the axes."""
        start = World(filing=self.critical.effective[0], zone=None)
        for place, world in worlds(start, self.axes):
            if _possible(self.own, self.fact, world):
                yield place, world

    def answer(self, world: World) -> Answer:
        """Return what the law says in one of them."""
        if isinstance(self.fact, SecretFact):
            return secret_answer(self.pack, self.fact, self.critical, world)
        return public_answer(self.pack, self.fact, self.critical, world)


def question(code: str, pack: Pack, fact: PublicFact | SecretFact, critical: CriticalDate) -> Question:
    """Find what is open. `code`: the office's, which is not the pack's where it has none."""
    when = fact.published if isinstance(fact, SecretFact) else fact.when
    nominal = when is not None and when.nominal
    basis = bases(pack, critical.effective, nominal=nominal)
    anchored = any(r.anchor != "effective_filing" or r.anchor_confidence != "high" for r in pack.grace)
    zones = anchor_zones(pack, critical.actual, nominal=nominal) if anchored else (None,)
    limits = list(_limits(pack, critical, basis, zones))
    axes: dict[str, tuple[Any, ...]] = {
        "basis": basis,
        "anchor_zone": zones,
        "moment": moments(when, limits),
    }
    if pack.public.same_day != "not_before" and _same_day(axes["moment"], basis):
        axes["hour_before"] = BOTH
    if any(anchor_of(rule, critical, critical.first) is None for rule in pack.grace):
        axes["in_window"] = BOTH
    own = critical.own_disclosures if _shielding(pack) else ()
    if own:
        axes["earlier_own"] = BOTH
        axes["same_subject"] = known(fact.same_subject)
    axes |= _secret(code, pack, fact, critical) if isinstance(fact, SecretFact) else _public(pack, fact)
    return Question(pack=pack, fact=fact, critical=critical, axes=axes, own=own)


def _shielding(pack: Pack) -> bool:
    """Tell whether the inventor's own earlier disclosure matters here (35 USC 102(b)(1)(B), (b)(2)(B))."""
    shields = any(rule.needs_earlier_own_disclosure for rule in pack.grace)
    return shields or pack.secret.earlier_own_rule is not None


def _same_day(found: tuple[datetime | None, ...], basis: tuple[tuple[Filing, tzinfo | None], ...]) -> bool:
    """Tell whether it may have been public on the very day of a filing."""
    limits = [(midnight(filing.day, zone), midnight(after(filing.day), zone)) for filing, zone in basis]
    return any(at is not None and first <= at < last for at in found for first, last in limits)


def _public(pack: Pack, fact: PublicFact) -> dict[str, tuple[Any, ...]]:
    by = _UNKNOWN_BY if fact.by is None else (fact.by,)
    axes: dict[str, tuple[Any, ...]] = {"by": by, "confidential": known(fact.confidential)}
    if any(circumstance in rule.unsettled for rule in pack.grace for circumstance in by):
        axes["settled"] = BOTH
    if fact.kind in PRODUCTS and pack.public.unreproducible_product == "unknown":
        axes["reproducible"] = known(fact.reproducible)
        axes["product_counts"] = BOTH
    if fact.kind is PublicKind.SALE and pack.public.confidential_sale == "counts":
        axes["sale_counts"] = BOTH
    if fact.kind in NON_WRITTEN and pack.public.non_written == "needs_writing":
        axes["confirmed"] = known(fact.confirmed_in_writing)
    if fact.by in (By.EXHIBITION, By.MEETING) and any(rule.needs_recognition for rule in pack.grace):
        axes["recognised"] = known(fact.recognised)
    return axes


def _secret(code: str, pack: Pack, fact: SecretFact, critical: CriticalDate) -> dict[str, tuple[Any, ...]]:
    member = not fact.family.isdisjoint({code, *pack.secret.families})
    axes: dict[str, tuple[Any, ...]] = {
        "filed": _days(fact, critical),
        "member": BOTH if not member and not fact.family_complete else (member,),
        "same_applicant": known(fact.same_applicant),
        "derived": known(fact.derived),
        "model_counts": BOTH if pack.secret.model == "unknown" else (True,),
    }
    if pack.secret.same_inventors == "excluded":
        axes["same_inventors"] = known(fact.same_inventors)
    if fact.never_published:
        axes["publication"] = ("never",)
    elif fact.published is None:
        axes["publication"] = ("never", "earlier", "later")
    if critical.own_disclosures and _shielding(pack):
        axes["earlier_own_filed"] = BOTH
    if fact.derived is not False and any(By.DERIVED in rule.unsettled for rule in pack.grace):
        axes["settled"] = BOTH
    return axes


def _days(fact: SecretFact, critical: CriticalDate) -> tuple[date, ...]:
    """Return days that stand for the interval in which the application was effectively filed."""
    first, last = fact.effectively_filed.earliest, fact.effectively_filed.latest
    found = {first, last}
    for own in critical.own_disclosures:
        found.update(day for day in (own.day(None), after(own.last.date())) if first <= day <= last)
    for filing in critical.effective:
        found.update(day for day in (filing.day - timedelta(days=1), filing.day) if first <= day <= last)
    return tuple(sorted(found))


def _limits(
    pack: Pack,
    critical: CriticalDate,
    basis: tuple[tuple[Filing, tzinfo | None], ...],
    zones: tuple[tzinfo | None, ...],
) -> Iterator[datetime]:
    """Yield every instant at which a rule changes its answer."""
    for filing, zone in basis:
        yield midnight(filing.day, zone)
        yield midnight(after(filing.day), zone)
        if filing.at is not None:
            yield filing.at
        for rule in pack.grace:
            anchor = anchor_of(rule, critical, filing)
            if anchor is not None:
                start = back(anchor.day, rule.months)
                for at in (zone,) if anchor == filing else zones:
                    yield midnight(start, at)
    for own in critical.own_disclosures:
        yield own.first
        yield own.first + _TICK
        yield own.last


def _possible(own: tuple[When, ...], fact: PublicFact | SecretFact, world: World) -> bool:
    """Tell whether a world's order of own and other disclosures agrees with what is known of their days."""
    if not own:
        return True
    if world.moment is not None and world.earlier_own not in _earlier(own, world.moment):
        return False
    if isinstance(fact, SecretFact):
        assert world.filed is not None
        return world.earlier_own_filed in _filed_after(own, world.filed)
    return True


def _earlier(own: tuple[When, ...], moment: datetime) -> tuple[bool, ...]:
    """Return whether any of the own disclosures was before a moment: surely, surely not, or either."""
    answers = [_before(when, moment) for when in own]
    if any(answer == (True,) for answer in answers):
        return (True,)
    return (False,) if all(answer == (False,) for answer in answers) else BOTH


def _before(when: When, moment: datetime) -> tuple[bool, ...]:
    first, last = when.first, when.last
    if when.nominal != (moment.tzinfo is None):  # days against instants: sure beyond a day only
        first, last = _wider(when)
        moment = moment.replace(tzinfo=None)
    if last <= moment:
        return (True,)
    return (False,) if first >= moment else BOTH


def _filed_after(own: tuple[When, ...], filed: date) -> tuple[bool, ...]:
    """Return whether any of the own disclosures was before a filing day: surely, surely not, or either."""
    spans = [(when.first, when.last) if when.nominal else _wider(when) for when in own]
    if any(last.date() <= filed for _, last in spans):
        return (True,)
    return (False,) if all(first.date() > filed for first, _ in spans) else BOTH


def _wider(when: When) -> tuple[datetime, datetime]:
    """Return naive ends between which it was in every time zone."""
    first = when.first.replace(tzinfo=None)
    margin = timedelta(days=1)
    return max(first, _FIRST + margin) - margin, when.last.replace(tzinfo=None) + margin
