"""What the law says of something made public, in one world."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.law.answers import Answer, StatusKind
from pipeline.law.facts import NON_WRITTEN, PRODUCTS, By, PublicKind
from pipeline.law.grace import excused
from pipeline.law.when import after, midnight

if TYPE_CHECKING:
    from pipeline.law.facts import CriticalDate, PublicFact
    from pipeline.law.packs import Pack
    from pipeline.law.worlds import World

_BY = {
    By.THIRD_PARTY: "by a third party",
    By.OWN: "by the applicant's side",
    By.DERIVED: "by somebody who had it from the applicant's side",
    By.ABUSE: "against the applicant's will",
    By.EXHIBITION: "at an exhibition",
    By.MEETING: "at a meeting",
    By.EMERGENCY: "in an emergency",
    By.OFFICE_ERROR: "by an office in error",
}


def public_answer(pack: Pack, fact: PublicFact, critical: CriticalDate, world: World) -> Answer:
    """Apply a pack to a public fact; `world` has taken the place of everything that was not known."""
    rules = pack.public
    hidden = _not_public(pack, fact, world)
    if hidden is not None:
        return hidden
    if fact.when is None or world.moment is None:
        return Answer(
            kind=StatusKind.UNDETERMINED, rules=(rules.undated_rule,), reason="no public date is known"
        )
    early = was_before(pack, world)
    day = world.filing.day
    if early is not None:
        return Answer(kind=StatusKind.NOT_ART, rules=(early,), reason=f"it was not public before {day}")
    exception = excused(pack, fact.kind, critical, world)
    if exception.rule is not None:
        return Answer(
            kind=StatusKind.EXCEPTED,
            rules=(exception.rule.rule, *_basis(pack, fact)),
            reason=f"it was public before {day}, {_whose(world)}, and is excused: {exception.why}",
            grace=exception.rule,
            act=exception.rule.act,
            cap=exception.cap,
            notes=exception.notes,
        )
    why = f"; {exception.why}" if exception.why else ""
    return Answer(
        kind=StatusKind.NOVELTY_AND_INVENTIVE_STEP,
        rules=(*_basis(pack, fact), *exception.cited),
        reason=f"it was public before {day}, {_whose(world)}{why}",
        cap=exception.cap,
        notes=exception.notes,
    )


def was_before(pack: Pack, world: World) -> str | None:
    """Return None when the moment was before the effective filing, else the rule by which it was not."""
    assert world.moment is not None
    filing = world.filing
    if world.moment < midnight(filing.day, world.zone):
        return None
    if world.moment >= midnight(after(filing.day), world.zone):
        return pack.public.rule
    rule = pack.public.same_day_rule
    if pack.public.same_day == "not_before":
        return rule
    if pack.public.same_day == "time_of_day" and filing.at is not None and world.moment.tzinfo is not None:
        return None if world.moment < filing.at else rule
    return None if world.hour_before else rule


def _whose(world: World) -> str:
    return _BY[world.by] if world.by else "by somebody"


def _not_public(pack: Pack, fact: PublicFact, world: World) -> Answer | None:
    """Return why nothing became public, if so: these answers do not rest on a day."""
    rules = pack.public
    if fact.kind is PublicKind.CREATED:
        return _no(rules.created_rule, "nothing became public by it; ask for the public event")
    if world.confidential and not (fact.kind is PublicKind.SALE and _secret_sale(pack, world)):
        return _no(rules.confidential_rule, "whoever saw it was bound to confidence")
    if fact.kind in NON_WRITTEN and rules.non_written == "needs_writing" and not world.confirmed:
        return _no(
            rules.use_rule, "it was not written, and no written disclosure before the date confirms it"
        )
    if fact.kind in PRODUCTS and not world.reproducible and not world.product_counts:
        return _no(rules.use_rule, "nobody could analyse the product")
    return None


def _secret_sale(pack: Pack, world: World) -> bool:
    """Tell whether a confidential sale bars: the applicant's own may (Helsinn), a third party's is open."""
    return pack.public.confidential_sale == "counts" and (world.by is not By.THIRD_PARTY or world.sale_counts)


def _no(rule: str, reason: str) -> Answer:
    return Answer(kind=StatusKind.NOT_ART, rules=(rule,), reason=reason, dated=False)


def _basis(pack: Pack, fact: PublicFact) -> tuple[str, ...]:
    rules = pack.public
    if fact.kind in PRODUCTS:
        return (rules.use_rule,)
    if fact.when is not None and fact.when.bound:
        return tuple(dict.fromkeys((rules.rule, rules.bound_rule)))
    return (rules.rule,)
