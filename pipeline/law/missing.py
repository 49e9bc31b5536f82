"""The questions that an undetermined status asks: one sentence per fact that would decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.law.facts import SecretFact
from pipeline.law.spans import forward

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.law.facts import CriticalDate, PublicFact
    from pipeline.law.packs import Pack

_WORDS = {
    "zone": "which time zone counts: the day is not the same in both",
    "anchor_zone": "in which time zone the filing day counts that the exception is counted back from",
    "hour_before": "the hours of the publication and of the filing, which fall on the same day",
    "by": "by whom, and with whose consent, it was made public",
    "confidential": "whether everybody who saw it was bound to keep it secret",
    "same_subject": "whether it shows the same subject matter as the inventor's own earlier disclosure",
    "earlier_own": "whether the inventor's own disclosure came before it",
    "earlier_own_filed": "whether the inventor's own disclosure came before the earlier application's filing",
    "reproducible": "whether a skilled person could analyse and reproduce the product",
    "product_counts": "whether the office counts a product that nobody could analyse (not in the pack)",
    "sale_counts": "whether a third party's confidential sale counts (not in the pack)",
    "confirmed": "whether a written disclosure before the date confirms it",
    "recognised": "whether the exhibition or meeting is one that the law recognises",
    "settled": "whether the exception covers a disclosure in these circumstances (not in the pack)",
    "member": "whether the application has effect in this office (a family member, a designation)",
    "same_applicant": "whether the applicant is the same",
    "same_inventors": "whether the inventors are the same",
    "derived": "whether it was obtained from the inventor",
    "publication": "whether and when the application was published",
    "model_counts": "what an earlier application that was published later counts for here (not in the pack)",
}


def sentences(
    names: Sequence[str], fact: PublicFact | SecretFact, critical: CriticalDate, pack: Pack
) -> tuple[str, ...]:
    """Return what to ask, for the axes that decide; for a fact without any date, its date."""
    when = fact.published if isinstance(fact, SecretFact) else fact.when
    found = []
    for name in names:
        if name == "moment" and when is not None:
            found.append(
                f"the day on which it became public (known only as {when.words})"
                if when.zoned
                else f"the time zone in which it became public on {when.words}, or the exact moment"
            )
        elif name == "filing":
            days = ", ".join(str(p.filing.day) for p in critical.priorities if p.supported is not False)
            found.append(f"whether the priority ({days}) is valid and supports the feature")
        elif name == "filed" and isinstance(fact, SecretFact):
            found.append(f"the day from which it counts as filed (known only as {fact.effectively_filed})")
        elif name == "in_window":
            found.append(_window(fact, pack))
        else:
            found.append(_WORDS[name])
    if not found:
        found.append("the day on which it became public: without one it cannot be relied on")
    return tuple(found)


def _window(fact: PublicFact | SecretFact, pack: Pack) -> str:
    words = f"the day of the filing at {pack.office} or under the PCT"
    when = fact.published if isinstance(fact, SecretFact) else fact.when
    if when is None or when.bound or not pack.grace:
        return words
    months = min(rule.months for rule in pack.grace)
    return f"{words}: no later than {forward(when.day(None), months)} for the exception"
