"""What readers of streams have in common: the walk over a file's members, and where what they yield stands.

Offsets run over all members of an archive. A file that yields nothing at all says so in one `Unreadable`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ingest.documents import Unreadable
from ingest.items import Item, offset_of
from ingest.record_stream import display, members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ingest.documents import Origin
    from ingest.record_stream import Member


def walk(
    path: Path,
    wanted: str | tuple[str, ...],
    after: int,
    read: Callable[[Member, int], Iterable[Item]],
    *,
    nothing: str,
) -> Iterator[Item]:
    """Yield what `read` yields of each member and its first offset, beyond `after`.

    `nothing` is the reason of a file in which there is nothing. `read` has to read its member to the end.
    """
    base, anything = 0, False
    for member in members(path, wanted=wanted):
        for item in read(member, base):
            anything = True
            if offset_of(item) > after:
                yield item
        base += member.advance
    if not anything and after < 0:
        yield Unreadable(file=display(path), offset=0, reason=nothing)


def lost(place: Origin, reason: str, *, passing: bool = False) -> Unreadable:
    """Return the record at a place as one that is not read."""
    return Unreadable(file=display(place.file), offset=place.offset, reason=reason, passing=passing)


def placed(item: Item, offset: int) -> Item:
    """Return an item as one that stands at an offset."""
    if isinstance(item, Unreadable):
        return replace(item, offset=offset)
    return item if item.origin.offset == offset else replace(item, origin=replace(item.origin, offset=offset))
