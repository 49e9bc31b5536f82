"""Every way in which the unknown facts can be: the ground on which a status is three-valued.

Decisions
---------
* What is not known becomes an axis with all its values; a `World` is one choice on each. Law is then applied
  to worlds in which everything is known, which keeps the rules plain, and a status is firm only where all
  worlds agree. A wider interval or one more unknown only adds worlds: it can never make an answer firmer.
* Between two instants at which a rule changes its answer nothing changes, so that an interval is represented
  by its beginning and by each such instant in it: every rule asks "before" or "not before".
* A fact is missing when two worlds that differ in it alone get different answers. In a full product of axes
  some axis always does where the answers differ.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

from ingest.evidence import ZONES
from pipeline.law.facts import By, Filing
from pipeline.law.packs import normal, packs
from pipeline.law.when import ANYWHERE, named_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pipeline.law.packs import Pack
    from pipeline.law.when import When

BOTH = (True, False)
Place = tuple[int, ...]
_TOGETHER = {"moment": ("earlier_own",), "filed": ("earlier_own_filed",)}
"""A day decides as well what came first: both move together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One way in which everything can be. Fields that a question has no use for keep a default."""

    filing: Filing
    """The effective filing."""
    zone: tzinfo | None
    """Whose midnight counts; None: naive days, the office's own."""
    anchor_zone: tzinfo | None = None
    """Whose midnight begins a window that counts back from another filing than the effective one."""
    moment: datetime | None = None
    """When it became public."""
    hour_before: bool = False
    """On the same day: whether it was public at an earlier hour than the filing."""
    by: By | None = None
    confidential: bool = False
    same_subject: bool = False
    earlier_own: bool = False
    """Whether the inventor's own public disclosure came before this one."""
    earlier_own_filed: bool = False
    """Whether it came before the earlier application was effectively filed."""
    reproducible: bool = True
    product_counts: bool = True
    """Whether the office counts a product that nobody could analyse."""
    sale_counts: bool = True
    confirmed: bool = True
    recognised: bool = True
    settled: bool = False
    """Whether a circumstance that the pack does not settle is covered by its grace."""
    in_window: bool = True
    """Whether a filing that was not made yet will come in time."""
    filed: date | None = None
    """When the earlier application was effectively filed."""
    member: bool = True
    """Whether the earlier application has effect in this office."""
    same_applicant: bool = False
    same_inventors: bool = False
    derived: bool = False
    publication: Literal["known", "never", "earlier", "later"] = "known"
    model_counts: bool = True
    """Whether an office whose rule is not in its pack counts earlier applications."""


def known(value: bool | None) -> tuple[bool, ...]:
    """Return the values that a yes, no or unknown can have."""
    return BOTH if value is None else (value,)


def zone_of(office: str) -> tzinfo | None:
    """Return the time zone of an office's seat, or None where it is not known."""
    code = normal(office)
    pack = packs().get(code)
    name = pack.time_zone if pack else ZONES.get(code, "")
    return named_zone(name) if name else None


def bases(
    pack: Pack, filings: Iterable[Filing], *, nominal: bool
) -> tuple[tuple[Filing, tzinfo | None], ...]:
    """Return every effective filing with every zone whose midnight may count for it (UK-TZ-1)."""
    return tuple((filing, zone) for filing in filings for zone in _zones(pack, filing, nominal=nominal))


def _zones(pack: Pack, filing: Filing, *, nominal: bool) -> tuple[tzinfo | None, ...]:
    if nominal:
        return (None,)
    accorded = zone_of(filing.office) if filing.office else None
    own = named_zone(pack.time_zone) if pack.time_zone else None
    found: list[tzinfo] = [accorded] if accorded is not None else [*ANYWHERE]
    if pack.public.zones == "unsettled":
        if own is None:
            found += ANYWHERE
        elif own not in found:
            found.append(own)
    return tuple(dict.fromkeys(found))


def anchor_zones(pack: Pack, actual: Filing | None, *, nominal: bool) -> tuple[tzinfo | None, ...]:
    """Return the zones in which the actual filing day may begin: here, and where it was accorded."""
    if nominal or actual is None:
        return (None,)
    accorded = zone_of(actual.office) if actual.office else None
    own = (named_zone(pack.time_zone),) if pack.time_zone else ()
    return tuple(dict.fromkeys([*own, *([accorded] if accorded is not None else ANYWHERE)]))


def moments(when: When | None, thresholds: Iterable[datetime]) -> tuple[datetime | None, ...]:
    """Return instants that stand for the whole interval, given when rules change their answer."""
    if when is None:
        return (None,)
    found = {when.first}
    found.update(
        at for at in thresholds if (at.tzinfo is None) == when.nominal and when.first <= at < when.last
    )
    return tuple(sorted(found))


def worlds(start: World, axes: Mapping[str, tuple[Any, ...]]) -> Iterator[tuple[Place, World]]:
    """Yield every choice of values, with its place: an index per axis. `basis` is filing and zone."""
    names = list(axes)
    for place in product(*(range(len(values)) for values in axes.values())):
        chosen = {name: axes[name][index] for name, index in zip(names, place, strict=True)}
        basis = chosen.pop("basis", None)
        if basis is not None:
            chosen["filing"], chosen["zone"] = basis
        yield place, replace(start, **chosen)


def deciding(answers: Mapping[Place, object], axes: Mapping[str, tuple[Any, ...]]) -> list[str]:
    """Return the axes that alone can change the answer; `filing` and `zone` are told apart."""
    names = list(axes)
    found: list[str] = []
    for at, (name, values) in enumerate(axes.items()):
        if len(values) == 1:
            continue
        blank = {at, *(names.index(other) for other in _TOGETHER.get(name, ()) if other in names)}
        if name != "basis":
            found += [name] if _decides(answers, blank) else []
            continue
        parts = []
        for part, kept in (("zone", 0), ("filing", 1)):
            labels = [[value[kept] for value in values].index(value[kept]) for value in values]
            parts += [part] if _decides(answers, blank, labels, at) else []
        found += parts or (["filing"] if _decides(answers, blank) else [])
    return found


def _decides(
    answers: Mapping[Place, object], blank: set[int], labels: list[int] | None = None, at: int = 0
) -> bool:
    """Tell whether places that differ on these axes alone get different answers.

    `labels`: what is kept of the axis `at`, by index.
    """
    groups: dict[Place, object] = {}
    for place, answer in answers.items():
        kept = tuple(index for axis, index in enumerate(place) if axis not in blank)
        if labels is not None:
            kept += (labels[place[at]],)
        if groups.setdefault(kept, answer) != answer:
            return True
    return False
