"""What the law says of an application filed before and published on or after the date, in one world.

Accorded days are compared and time zones ignored (UK-TZ-1 for Art. 54(3)). An application that was public
before the date is judged as any publication, by whoever filed it; where the law reads "filed before" without
more (35 USC 102(a)(2)) it is both, and the stronger answer stands.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.law.answers import STRENGTH, Answer, StatusKind
from pipeline.law.facts import By, PublicFact, PublicKind
from pipeline.law.public import public_answer, was_before

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.law.facts import CriticalDate, SecretFact
    from pipeline.law.packs import Pack, SecretRules
    from pipeline.law.worlds import World


def as_public(fact: SecretFact) -> PublicFact:
    """Return the publication of an application as a public fact, without saying by whom."""
    return PublicFact(when=fact.published, kind=PublicKind.GAZETTE, by=None, same_subject=fact.same_subject)


def secret_answer(pack: Pack, fact: SecretFact, critical: CriticalDate, world: World) -> Answer:
    """Apply a pack to an application; `world` has taken the place of everything that was not known."""
    rules = pack.secret
    assert world.filed is not None
    if world.publication == "never":
        return _no(rules.unpublished_rule, "it was never published", dated=False)
    day = world.filing.day
    if world.publication == "known" and was_before(pack, world) is None:
        public = public_answer(pack, as_public(fact), critical, replace(world, by=_whose(world)))
        if rules.also_published_before and world.filed < day:
            return max(public, _earlier_application(pack, world), key=lambda answer: STRENGTH[answer.kind])
        return public
    if world.filed >= day:
        return _no(rules.rule, f"it was filed on {world.filed}, not before {day}", dated=False)
    if world.publication == "earlier":
        return Answer(
            kind=StatusKind.NOVELTY_AND_INVENTIVE_STEP,
            rules=(pack.public.rule,),
            reason=f"it was public before {day}",
        )
    return _earlier_application(pack, world)


def _earlier_application(pack: Pack, world: World) -> Answer:
    """Judge what was filed before the date and published on or after it, or in some offices ever."""
    rules = pack.secret
    told = f"it was filed on {world.filed}, before {world.filing.day}, and published later"
    for holds, rule, why in _out(rules, world):
        if holds:
            return _no(rule, f"{told}: {why}")
    for holds, name, why, act in _exceptions(rules, world):
        if holds and name:
            return Answer(kind=StatusKind.EXCEPTED, rules=(name,), reason=f"{told}: {why}", act=act)
    if rules.model == "novelty_and_inventive":
        return Answer(kind=StatusKind.NOVELTY_AND_INVENTIVE_STEP, rules=(rules.rule,), reason=told)
    rule = rules.own_rule if world.same_applicant else rules.rule
    collision = ", though it is the applicant's own (self-collision)" if world.same_applicant else ""
    return Answer(kind=StatusKind.NOVELTY_ONLY, rules=(rule,), reason=f"{told}{collision}")


def _out(rules: SecretRules, world: World) -> Iterator[tuple[bool, str, str]]:
    """Yield what takes an earlier application out: whether it holds, the rule, and why."""
    counts = rules.model != "none" and (rules.model != "unknown" or world.model_counts)
    yield not counts, rules.rule, "it does not count here"
    yield not world.member, rules.rule, "it has no effect in this office (a member of its family here would)"
    same = world.same_inventors and rules.same_inventors == "excluded"
    yield same, rules.rule, "it names the same inventors"
    yield world.same_applicant and rules.own == "excluded", rules.own_rule, "the applicants are the same"


def _exceptions(rules: SecretRules, world: World) -> Iterator[tuple[bool, str | None, str, str]]:
    """Yield what excepts one: whether it holds, the rule if the office has it, why, and the act."""
    yield (
        world.derived,
        rules.derived_rule,
        "it had the matter from the inventor",
        "a declaration that shows it",
    )
    earlier = world.earlier_own_filed and world.same_subject
    why = "the inventor had publicly disclosed the same subject matter before"
    yield earlier, rules.earlier_own_rule, why, "a declaration that shows the earlier disclosure"
    common = world.same_applicant and rules.own == "excepted"
    yield common, rules.own_rule, "it is commonly owned", "a statement of common ownership"


def _whose(world: World) -> By:
    if world.same_applicant:
        return By.OWN
    return By.DERIVED if world.derived else By.THIRD_PARTY


def _no(rule: str, reason: str, *, dated: bool = True) -> Answer:
    return Answer(kind=StatusKind.NOT_ART, rules=(rule,), reason=reason, dated=dated)
