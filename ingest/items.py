"""`Item`: what a reader yields, and its place in the file."""

from __future__ import annotations

from ingest.classes import ClassTitle
from ingest.documents import Document, Unreadable

Item = Document | ClassTitle | Unreadable


def offset_of(item: Item) -> int:
    """Return where in its file an item begins (see `Origin.offset`)."""
    return item.offset if isinstance(item, Unreadable) else item.origin.offset
