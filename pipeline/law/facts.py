"""What is known of a disclosure, of an earlier application, and of the filing that they are held against.

Decisions
---------
* Frozen records without behaviour. `None` is "not known" and stays so: the engine asks, it never fills in.
* What cannot be is an error at once (`FactError`): an application published before it was filed, a priority
  after the filing that claims it.
* Whether a publication and a claim have the same subject matter is asked per feature by the caller: vector 9
  (same A+B, added D) is two facts that differ in `same_subject`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from ingest.documents import DayInterval
from pipeline.law.errors import FactError
from pipeline.law.spans import forward
from pipeline.law.when import YEARS, When

Confidence = Literal["high", "medium", "low"]
_PRIORITY_MONTHS = 12


class PublicKind(StrEnum):
    """How something became public."""

    PRINTED = "printed"
    ONLINE = "online"
    GAZETTE = "gazette"
    """The publication of a patent or an application by an office."""
    ORAL = "oral"
    USE = "use"
    """A product or process on the market or in the open."""
    SALE = "sale"
    """Sold or offered for sale."""
    CREATED = "created"
    """Written, committed, filed or submitted: by itself nothing became public (vectors 20 and 21)."""


NON_WRITTEN = frozenset({PublicKind.ORAL, PublicKind.USE, PublicKind.SALE})
PRODUCTS = frozenset({PublicKind.USE, PublicKind.SALE})


class By(StrEnum):
    """By whom, or under what circumstances, it was made public."""

    THIRD_PARTY = "third-party"
    """By somebody who did not have it from the applicant or inventor."""
    OWN = "own"
    """By the inventor, the applicant, or whoever had the right from them."""
    DERIVED = "derived"
    """By somebody who had it from them, not against their will."""
    ABUSE = "abuse"
    """Against their will: in breach of a duty of confidence, stolen."""
    EXHIBITION = "exhibition"
    """By themselves at an international exhibition; see `recognised`."""
    MEETING = "meeting"
    """By themselves at an academic or technical meeting; see `recognised`."""
    EMERGENCY = "emergency"
    """In a national emergency, in the public interest."""
    OFFICE_ERROR = "office-error"
    """By a patent office, in error or from an application that somebody had derived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFact:
    """Something that was, or may have been, made available to the public."""

    when: When | None
    """None: no date is known (US-PUB-2: it cannot be relied on)."""
    kind: PublicKind = PublicKind.ONLINE
    by: By | None = By.THIRD_PARTY
    confidential: bool | None = False
    """Whether everybody who saw it was bound to keep it secret."""
    same_subject: bool | None = None
    """Whether it shows the same subject matter as the applicant's own earlier disclosure."""
    reproducible: bool | None = None
    """For use and sale: whether a skilled person could analyse and reproduce the product."""
    confirmed_in_writing: bool | None = None
    """For what was not written: whether a written disclosure before the date confirms it (PCT Rule 64.2)."""
    recognised: bool | None = None
    """For an exhibition or meeting: whether the office's law recognises it."""
    confidence: Confidence = "high"
    """How sure the date is: nothing that rests on it is surer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretFact:
    """An application that may count from a day before its publication.

    `effectively_filed`: accorded days, priority included where it is valid; for an application of which that
    is not known, from the priority day to the filing day. Raises FactError.
    """

    effectively_filed: DayInterval
    published: When | None
    """None: not known, unless `never_published`."""
    never_published: bool = False
    family: frozenset[str] = frozenset()
    """Office codes in which it has effect: `US` also for a WO publication that designates US, `EP` for a
    Euro-PCT application that entered the European phase."""
    family_complete: bool = False
    """Whether there is certainly no other member; else an office not named is not known."""
    same_applicant: bool | None = False
    same_inventors: bool | None = None
    """Whether it names exactly the same inventors."""
    derived: bool | None = False
    """Whether what it shows was obtained from the inventor (35 USC 102(b)(2)(A))."""
    same_subject: bool | None = None
    """As in `PublicFact`, for 35 USC 102(b)(2)(B)."""
    confidence: Confidence = "high"

    def __post_init__(self) -> None:
        if self.never_published and self.published is not None:
            raise FactError("the application is said to have been published and never to have been")
        if self.published is not None and not self.published.bound:
            earliest = self.effectively_filed.earliest
            if self.published.last.date() < earliest:
                raise FactError(
                    f"the application was published ({self.published.words}) before it was filed "
                    f"({earliest}): one of the two dates is wrong"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """An application that was filed, or is planned: the day accorded, and by which office."""

    day: date
    office: str = ""
    """Code of the office that accorded the day; empty: not known, and then neither is its time zone."""
    at: datetime | None = None
    """The moment of filing, in UTC, where the hour counts (JP-PUB-2)."""

    def __post_init__(self) -> None:
        if not YEARS[0] <= self.day.year <= YEARS[1]:
            raise FactError(f"{self.day}: no filing has such a year")
        if self.at is not None and self.at.tzinfo is None:
            raise FactError(f"{self.at.isoformat()}: a time of day needs its zone, such as Z or +01:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """An earlier filing whose day is claimed."""

    filing: Filing
    supported: bool | None = True
    """Whether it supports the claimed feature, and is validly claimed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CriticalDate:
    """The filing under examination, for one office. Raises FactError.

    `filed`: its day at the office itself (for AU a provisional has no place here, it is a priority). `pct`:
    the international filing day, which counts as the filing day where both are given. `complete`: the day of
    the complete application, where that differs. All None: not filed yet, which leaves open what an actual
    filing day decides.
    """

    filed: Filing | None = None
    pct: Filing | None = None
    complete: Filing | None = None
    priorities: tuple[Priority, ...] = ()
    own_disclosures: tuple[When, ...] = ()
    """When the inventor himself had publicly disclosed it before (35 USC 102(b)(1)(B), (b)(2)(B))."""
    statement_made: bool | None = None
    """Whether the statement that an exception asks for was made in time; None: not known, or still to do."""

    def __post_init__(self) -> None:
        actual = self.actual
        if actual is None and not self.priorities:
            raise FactError("a critical date needs a filing day or a priority")
        if self.pct and self.filed and self.filed.day < self.pct.day:
            raise FactError(
                f"the international filing ({self.pct.day}) comes after the entry at the office "
                f"({self.filed.day})"
            )
        for priority in self.priorities:
            if actual is not None and actual.day < priority.filing.day:
                raise FactError(
                    f"the priority ({priority.filing.day}) comes after the filing that claims it "
                    f"({actual.day})"
                )

    @property
    def actual(self) -> Filing | None:
        """The filing that has the effect of one at the office: the international one, else the office's."""
        return self.pct or self.filed or self.complete

    @property
    def first(self) -> Filing:
        """The earliest filing that is named, supported or not."""
        filings = [p.filing for p in self.priorities]
        if self.actual is not None:
            filings.append(self.actual)
        return min(filings, key=lambda filing: filing.day)

    @property
    def effective(self) -> tuple[Filing, ...]:
        """Every filing that may be the effective one, the earliest first.

        A priority that is not known to be supported, or lies more than twelve months before the filing (was
        it restored?), may or may not count; so the next one may.
        """
        found: list[Filing] = []
        for priority in sorted(self.priorities, key=lambda p: p.filing.day):
            if priority.supported is False:
                continue
            found.append(priority.filing)
            if priority.supported and not self._late(priority.filing):
                return tuple(found)
        if self.actual is not None:
            found.append(self.actual)
        if not found:
            raise FactError("no priority is supported and no filing day is given: there is no critical date")
        return tuple(found)

    def _late(self, priority: Filing) -> bool:
        actual = self.actual
        return actual is not None and forward(priority.day, _PRIORITY_MONTHS) < actual.day


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """It was already shown: when, to whom, under what."""

    when: When
    to: str
    under: str = ""
    """The agreement or circumstance, in the user's words."""
    duty: bool | None = None
    """Whether everybody who saw it was bound to keep it secret."""
    kind: PublicKind = PublicKind.ORAL

    @property
    def fact(self) -> PublicFact:
        """What happened, as a disclosure of one's own."""
        return PublicFact(
            when=self.when, kind=self.kind, by=By.OWN, confidential=self.duty, same_subject=True
        )
