"""What the cells of the law table are written with: facts, filings, and the answer that each expects.

Days without a time are the office's own local days (as vector 2 says), moments are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ingest.documents import DayInterval
from pipeline.law.answers import StatusKind
from pipeline.law.facts import By, CriticalDate, Filing, Priority, PublicFact, PublicKind, SecretFact
from pipeline.law.when import AT_OFFICE, When

ART = StatusKind.NOVELTY_AND_INVENTIVE_STEP
NOVELTY = StatusKind.NOVELTY_ONLY
NOT = StatusKind.NOT_ART
EXCEPTED = StatusKind.EXCEPTED
UNDETERMINED = StatusKind.UNDETERMINED
FOUR = ("US", "EP", "JP", "CN")


def day(text: str) -> When:
    return When.parse(text, zone=AT_OFFICE)


def paper(text: str, by: By = By.OWN, *, same: bool | None = None) -> PublicFact:
    return PublicFact(when=day(text), kind=PublicKind.PRINTED, by=by, same_subject=same)


def third(text: str, *, same: bool | None = None) -> PublicFact:
    return paper(text, By.THIRD_PARTY, same=same)


def filing(text: str, office: str) -> Filing:
    return Filing(day=date.fromisoformat(text), office=office)


def filed(text: str, office: str, *, accorded: str = "") -> CriticalDate:
    return CriticalDate(filed=filing(text, accorded or office))


def claiming(text: str, office: str, priority: str, first: str, *, supported: bool = True) -> CriticalDate:
    claimed = Priority(filing=filing(priority, first), supported=supported)
    return CriticalDate(filed=filing(text, office), priorities=(claimed,))


def pct(text: str, priority: str) -> CriticalDate:
    return CriticalDate(
        pct=filing(text, "US"), priorities=(Priority(filing=filing(priority, "US"), supported=True),)
    )


def application(*family: str, complete: bool = True, own: bool = False) -> SecretFact:
    return SecretFact(
        effectively_filed=DayInterval(earliest=date(2025, 1, 1), latest=date(2025, 1, 1)),
        published=day("2026-07-01"),
        family=frozenset(family),
        family_complete=complete,
        same_applicant=own,
        same_inventors=False,
    )


@dataclass(frozen=True)
class Cell:
    vector: str
    states: str
    office: str
    fact: PublicFact | SecretFact
    critical: CriticalDate
    kind: StatusKind
    rule: str
    missing: str = ""
    confidence: str = ""
    act: str = ""
    deadline: date | None = field(default=None)

    @property
    def id(self) -> str:
        return f"{self.vector}-{self.office}-{self.states}".replace(" ", "_")


PUB = {"US": "US-PUB-1", "EP": "EP-PUB-1", "JP": "JP-PUB-1", "CN": "CN-PUB-1"}
