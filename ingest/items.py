"""`Item`: what a reader yields, and its place in the file; `WantedNumber`: a document named, not given."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.classes import ClassTitle
from ingest.documents import Document, Origin, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedNumber:
    """A publication that a work list names and says nothing else about: to be fetched, never searched."""

    key: str
    """As `ingest.numbers` makes it, e.g. `EP-1234567-B1`."""
    text: str
    """As written in the list."""
    origin: Origin


Item = Document | ClassTitle | WantedNumber | Unreadable


def offset_of(item: Item) -> int:
    """Return where in its file an item begins (see `Origin.offset`)."""
    return item.offset if isinstance(item, Unreadable) else item.origin.offset
