"""What every reader of files must keep, for the tests of the single readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hypothesis import strategies as st

from ingest.documents import Document, Unreadable
from ingest.items import Item, offset_of
from ingest.passages import passages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Reader(Protocol):
    """The part of a reader that is checked."""

    @property
    def name(self) -> str: ...

    def recognises(self, path: Path) -> bool: ...

    def measure(self, path: Path) -> int: ...

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]: ...


def read(reader: Reader, path: Path, data: bytes | str) -> list[Item]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(reader.read(path))


def documents(items: list[Item]) -> list[Document]:
    return [item for item in items if isinstance(item, Document)]


def reasons(items: list[Item]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Unreadable)]


def days(document: Document) -> list[tuple[str, str]]:
    """Return kind and interval of every event."""
    return [(event.kind.value, str(event.when)) for event in document.events]


def check_resume(reader: Reader, path: Path) -> None:
    """Reading on after any item, or a byte before it, gives exactly the rest."""
    whole = list(reader.read(path))
    offsets = [offset_of(item) for item in whole]
    assert offsets == sorted(set(offsets))
    for count, offset in enumerate(offsets):
        assert list(reader.read(path, after=offset)) == whole[count + 1 :]
        assert list(reader.read(path, after=offset - 1)) == whole[count:]


def mutated(data: bytes, draw: st.DataObject) -> bytes:
    """Return the bytes with a run of them replaced, or cut, or doubled."""
    at = draw.draw(st.integers(0, len(data)))
    end = draw.draw(st.integers(at, min(len(data), at + 60)))
    put = draw.draw(st.one_of(st.binary(max_size=20), st.just(data[at : at + 200]), st.just(b"</>{}[]\"'")))
    return data[:at] + put + data[end:]


def check_values(reader: Reader, path: Path, data: bytes) -> None:
    """Whatever the bytes are, the reader gives values, in order, whose texts can be cut into passages."""
    path.write_bytes(data)
    assert reader.measure(path) >= 0
    assert isinstance(reader.recognises(path), bool)
    last = -1
    for item in reader.read(path):
        assert offset_of(item) > last
        last = offset_of(item)
        if isinstance(item, Document):
            assert item.key
            assert passages(item)
        elif isinstance(item, Unreadable):
            assert item.reason
    assert last >= 0
