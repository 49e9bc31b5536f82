"""What tests of the readers of people's files ask of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.documents import Document, Unreadable
from ingest.files import Files

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.office_files import FileText


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def places(text: FileText) -> list[tuple[str, str, str]]:
    return [(block.kind, block.anchor, block.text) for block in text.blocks]


def one(path: Path) -> Document:
    (item,) = Files().read(path)
    assert isinstance(item, Document)
    return item


def reason(path: Path) -> str:
    (item,) = Files().read(path)
    assert isinstance(item, Unreadable)
    return item.reason
