"""What the date of a journal's issue is worth beside the day on which the article went online.

Decisions
---------
* The date on an issue's cover is a label. It is believed (medium confidence) where nothing contradicts it.
* Of an article with its own day online, the date of an *electronic collection* is no event at all: the volume
  "July 2021" goes on taking articles until December.
* Where the cover's date ends before the day online, and by no more than a year, the issue came out late or
  the label ran ahead: the event then reaches from the cover's first day to the day online, low confidence.
  Where it is more than a year, the paper issue was put online long after, and the cover counts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ingest.documents import DayInterval, EventKind
from ingest.evidence import dated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.documents import DatedEvent

_LATE = timedelta(days=366)


def issue(
    online: Sequence[DatedEvent],
    text: str,
    source: str,
    *,
    kind: EventKind = EventKind.PUBLISHED,
    collection: bool = False,
) -> Iterator[DatedEvent]:
    """Yield the event of an issue's date beside the events online; `text` as `evidence.dated` takes it."""
    if collection and online:
        return
    for event in dated(kind, text, source, confidence="low" if collection else "medium"):
        first = min((other.when.earliest for other in online), default=None)
        if first is None or event.when.latest >= first or first - event.when.latest > _LATE:
            yield event
        else:
            between = DayInterval(earliest=event.when.earliest, latest=first)
            yield replace(event, kind=kind, when=between, confidence="low")
