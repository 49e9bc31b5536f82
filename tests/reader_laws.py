"""Laws that every reader keeps, for the test modules of readers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from ingest.documents import Document
from ingest.items import offset_of
from ingest.jsonl import read_line, write_line

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.items import Item
    from ingest.sources import Reader


def items_of(reader: Reader, path: Path, data: bytes | str, after: int = -1) -> list[Item]:
    """Write a file and read it."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(reader.read(path, after=after))


def documents_of(reader: Reader, path: Path, data: bytes | str) -> list[Document]:
    return [item for item in items_of(reader, path, data) if isinstance(item, Document)]


def check_resume(reader: Reader, path: Path) -> None:
    """Reading after an offset gives exactly the rest; offsets increase strictly."""
    whole = list(reader.read(path))
    offsets = [offset_of(item) for item in whole]
    assert offsets
    assert all(one < other for one, other in pairwise(offsets))
    for after in sorted({-1, 0, *offsets, *(offset + 1 for offset in offsets), *(o - 1 for o in offsets)}):
        rest = [item for item, offset in zip(whole, offsets, strict=True) if offset > after]
        assert list(reader.read(path, after=max(after, -1))) == rest


def check_document(document: Document) -> None:
    """Whatever its source, a document can be stored, and its places lie in its text."""
    assert document.key
    assert document.text
    assert read_line(write_line(document)) == document
    spans = [(part.start, part.end) for section in document.sections for part in section.paragraphs]
    assert spans
    assert all(end + 2 <= start for (_, end), (start, _) in pairwise(spans))
    assert all(document.text[start:end].strip() for start, end in spans)
    assert all(earlier < claim.number for claim in document.claims for earlier in claim.depends_on)


@st.composite
def mutated(draw: st.DrawFn, source: bytes) -> bytes:
    """Bytes of a sample with a few places changed, cut or doubled."""
    data = source
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        end = draw(st.integers(at, min(len(data), at + 40)))
        new = draw(st.one_of(st.binary(max_size=12), st.sampled_from(HOSTILE), st.just(data[at:end] * 2)))
        data = data[:at] + new + data[end:]
    return data


HOSTILE = (
    *(b"null", b"{}", b"[]", b"-1", b"1e999", b"true", b'""', b'"', b"\\ud800", b"\x00", b"\xff", b"\r\n"),
    *(b"99999999999999999999", b"0000-00-00", b"2024-13-45", b"<", b"</p>", b"<!ENTITY", b",,", b";", b"\t"),
)


def check_mutation(reader: Reader, path: Path, data: bytes) -> None:
    """Any bytes give values, never exceptions; offsets increase strictly; a file never vanishes."""
    found = items_of(reader, path, data)
    offsets = [offset_of(item) for item in found]
    assert offsets
    assert offsets == sorted(set(offsets))
    for item in found:
        if isinstance(item, Document):
            check_document(item)
