"""Facts of a document of the corpus: from what its dates say, and no more.

Decisions
---------
* A day whose zone no source states lay anywhere on earth; near a critical date the status then asks.
  `face_value` takes every day as the office's own instead, as offices do with explicit dates (EPO Guidelines
  G-IV 7.5.2), and the status says that it was taken so.
* The fact is of *this* document: a member of its family at another office is a document of its own. A WO
  publication may have effect anywhere, so that stays open.
* An application counts as filed somewhere between its first priority and its filing: whether a priority
  supports what it shows nobody here knows.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.documents import BOUND_KINDS, OPEN, PUBLIC_KINDS, DayInterval, DocumentKind, EventKind
from pipeline.law.facts import By, PublicFact, PublicKind, SecretFact
from pipeline.law.when import AT_OFFICE, When

if TYPE_CHECKING:
    from ingest.documents import DatedEvent, Document
    from pipeline.law.facts import Confidence

_PATENTS = frozenset({DocumentKind.PATENT, DocumentKind.APPLICATION})
_BEGINNING = datetime(1, 1, 1, 12, tzinfo=UTC)


def fact_of(
    document: Document,
    *,
    by: By | None = By.THIRD_PARTY,
    same_inventors: bool | None = None,
    face_value: bool = False,
) -> PublicFact | SecretFact:
    """Return a document as a fact: an application where it is one with a filing day, else a publication.

    Raises FactError where its dates contradict each other.
    """
    when = _when(document, face_value=face_value)
    confidence = _confidence(document)
    filed = _filed(document) if document.kind in _PATENTS else None
    if filed is None:
        kind = PublicKind.GAZETTE if document.kind in _PATENTS else PublicKind.ONLINE
        return PublicFact(when=when, kind=kind, by=by, confidence=confidence)
    return SecretFact(
        effectively_filed=filed,
        published=when,
        family=frozenset({document.country} if document.country else ()),
        family_complete=document.country not in ("", "WO"),
        same_applicant=None if by is None else by is By.OWN,
        same_inventors=same_inventors,
        derived=None if by is None else by in (By.DERIVED, By.ABUSE),
        confidence=confidence,
    )


def _when(document: Document, *, face_value: bool) -> When | None:
    """Return when the text became public, by the rule of `Document.published`, in instants."""
    days = document.published
    if days is None:
        return None
    if face_value:
        return When.days(days.earliest, days.latest, zone=AT_OFFICE, words=str(days))
    public = [event for event in document.events if event.kind in PUBLIC_KINDS]
    stated = [event.utc[0] for event in public if event.kind not in BOUND_KINDS]
    last = min(event.utc[1] for event in public)
    first = min(stated, default=_BEGINNING)
    bound = not stated or first >= last or days.earliest == OPEN
    decisive = [event for event in public if event.utc[1] == last]
    return When(
        first=_BEGINNING if bound else first,
        last=last,
        words=str(days),
        zoned=any(event.zone or event.instant for event in decisive),
        bound=bound,
    )


def _confidence(document: Document) -> Confidence:
    """Return how sure the event is that shows the text to have been public first."""
    public = [event for event in document.events if event.kind in PUBLIC_KINDS]
    if not public:
        return "high"
    return min(public, key=lambda event: (event.when.latest, event.when.earliest)).confidence


def _filed(document: Document) -> DayInterval | None:
    """Return the days between which the application was effectively filed."""
    filed = _days(document, EventKind.FILED)
    claimed = _days(document, EventKind.PRIORITY)
    if not filed and not claimed:
        return None
    first = min(when.earliest for when in (*filed, *claimed))
    if document.priorities and not claimed:
        first = OPEN
    return DayInterval(earliest=first, latest=max(when.latest for when in filed or claimed))


def _days(document: Document, kind: EventKind) -> list[DayInterval]:
    events: list[DatedEvent] = [event for event in document.events if event.kind is kind]
    return [event.when for event in events]
