"""What the tests of the patent readers have in common: reading bytes, resuming, changed bytes."""

from __future__ import annotations

import zipfile
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from ingest.documents import Document, Unreadable
from ingest.items import WantedNumber, offset_of
from ingest.jsonl import read_line, write_line
from ingest.passages import passages

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.items import Item
    from ingest.sources import Reader

CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.integers(0, 40),
        st.sampled_from(
            [
                b"",
                b"<",
                b">",
                b"&",
                b"</p>",
                b"<p>",
                b"20259999",
                b"\xff",
                b"\0",
                b'"',
                b"<!-- ",
                b"<?xml version",
            ]
        )
        | st.binary(max_size=6),
    ),
    min_size=1,
    max_size=4,
)
"""Where (a share of the length), how many bytes go, and what stands there instead."""


def changed(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    for share, length, put in changes:
        at = int(share * len(data))
        data = data[:at] + put + data[at + length :]
    return data


def read(reader: Reader, path: Path, data: bytes | str, after: int = -1) -> list[Item]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(reader.read(path, after=after))


def documents(items: list[Item]) -> list[Document]:
    return [item for item in items if isinstance(item, Document)]


def reasons(items: list[Item]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Unreadable)]


def days(document: Document) -> list[tuple[str, str, str]]:
    return [(event.kind.value, str(event.when), event.zone) for event in document.events]


def anchors(document: Document, field: str) -> list[str]:
    return [p.anchor for section in document.sections if section.field == field for p in section.paragraphs]


def paragraph(document: Document, anchor: str) -> str:
    spans = [p for section in document.sections for p in section.paragraphs if p.anchor == anchor]
    return document.text[spans[0].start : spans[0].end]


def check(document: Document) -> None:
    """Look at what every document must keep, whatever its source."""
    assert document.key
    assert read_line(write_line(document)) == document
    spans = [(p.start, p.end) for section in document.sections for p in section.paragraphs]
    assert all(end + 2 <= start for (_, end), (start, _) in pairwise(spans))
    assert all(document.text[start:end].strip() for start, end in spans)
    assert all(earlier < claim.number for claim in document.claims for earlier in claim.depends_on)
    cut = passages(document)
    assert bool(cut) == bool(spans)
    if cut:
        assert (cut[0].start, cut[-1].end) == (spans[0][0], spans[-1][1])


def keeps_the_laws(reader: Reader, path: Path, data: bytes) -> None:
    """Read anything: nothing is raised, offsets increase, and reading goes on after each of them."""
    items = read(reader, path, data)
    places = [offset_of(item) for item in items]
    assert places == sorted(set(places))
    for item in items:
        if isinstance(item, Document):
            check(item)
        else:
            assert isinstance(item, Unreadable | WantedNumber)
            assert item.reason if isinstance(item, Unreadable) else item.key
    if places:
        middle = places[len(places) // 2]
        assert list(reader.read(path, after=middle)) == items[len(places) // 2 + 1 :]


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path
