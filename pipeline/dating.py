"""Where a document stands against the critical date: rules ALL-1 and the interval rule of law.md.

Strictly before is before; the same calendar day is not (35 USC 102(a)(1), EPC 54(2)). A day known only as an
interval counts when its last day is before the date; an interval that straddles the date, and a document
without any public date (US-PUB-2), are undetermined: shown and asked about, never relied on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.documents import PUBLIC_KINDS, EventKind
from pipeline.chart import DateStatus
from pipeline.novelty import LeftOut

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from ingest.documents import Document

_OTHER_TEXTS = frozenset({EventKind.EARLIER_VERSION, EventKind.RELATED_PUBLISHED})
SAME_DAY = "public on the critical date itself: the same day is not before it"
LATER_FILED_BEFORE = (
    "public later, filed before: may count as an earlier application in some offices (35 USC 102(a)(2), "
    "EPC 54(3)); this is not evaluated in this release"
)
LATER = "public after the critical date"
STARTS_ON_DATE = "public on the critical date or later, the day is not known exactly"


def status_of(document: Document, critical: dt.date) -> DateStatus | None:
    """Return whether the text was public before the date; None when it certainly was not."""
    published = document.published
    if published is None:
        return DateStatus.UNDETERMINED
    if published.latest < critical:
        return DateStatus.BEFORE
    return DateStatus.UNDETERMINED if published.earliest < critical else None


def left_out(document: Document, critical: dt.date, versions: Sequence[Document] = ()) -> LeftOut | None:
    """Return why a document cannot count, or None when it may; `versions` are its work's that are here."""
    published = document.published
    if published is None or published.earliest < critical:
        return None
    filed = document.filed
    if published.latest == critical:
        reason = SAME_DAY
    elif filed is not None and filed.latest < critical:
        reason = LATER_FILED_BEFORE
    else:
        reason = STARTS_ON_DATE if published.earliest == critical else LATER
    reason += _earlier(document, critical, versions)
    return LeftOut(
        key=document.key,
        title=document.name,
        published=str(published),
        reason=reason,
        filed=str(filed or ""),
    )


def _earlier(document: Document, critical: dt.date, versions: Sequence[Document]) -> str:
    """Name an earlier text of the work that was public before the date and is not in the corpus."""
    held = [version.published for version in versions if version.published is not None]
    for event in document.events:
        before = event.kind in _OTHER_TEXTS and event.when.latest < critical
        if before and not any(when.earliest <= event.when.latest for when in held):
            return f"; another text of it was public {event.when}, before the date, and is not here: get it"
    return ""


def date_source(document: Document) -> str:
    """Return what asserts the public date, with its confidence unless high; empty without a date."""
    public = [event for event in document.events if event.kind in PUBLIC_KINDS]
    if not public:
        return ""
    event = min(public, key=lambda event: (event.when.latest, event.when.earliest))
    return event.source if event.confidence == "high" else f"{event.source} (confidence {event.confidence})"
