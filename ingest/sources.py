"""The readers by name, and which files they are for.

A reader never raises for what is in a file: bad input is an `Unreadable`, and the file goes on. Adding a
source is a module with a `Reader` and one line in `SOURCES`.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from ingest.arxiv import Arxiv
from ingest.documents import Document, Unreadable
from ingest.errors import MissingPathError, UndetectedSourceError, UnknownSourceError
from ingest.files import Files
from ingest.jsonl import JsonLines
from ingest.record_stream import display
from ingest.uspto_xml import UsptoXml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Item = Document | Unreadable


class Reader(Protocol):
    """Turns files of one family of formats into documents."""

    name: str

    def recognises(self, path: Path) -> bool:
        """Tell from the suffix and the first bytes whether this reader is the one for a file."""

    def measure(self, path: Path) -> int:
        """Return the uncompressed bytes of a file, the unit of offsets; an estimate where it is damaged."""

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        """Yield the records whose offset is larger than `after`; offsets increase strictly within a file."""


SOURCES: Mapping[str, Reader] = MappingProxyType(
    {source.name: source for source in (UsptoXml(), Arxiv(), JsonLines(), Files())}
)
_SUFFIXES = frozenset({".xml", ".zip", ".jsonl", ".gz", ".ndjson"})
"""Beside what a reader recognises: a file with one of these in a folder is meant, so it is reported."""


def reader(name: str) -> Reader:
    """Return the reader of that name. Raises UnknownSourceError."""
    if name not in SOURCES:
        raise UnknownSourceError(name, tuple(SOURCES))
    return SOURCES[name]


def detect(path: Path) -> Reader:
    """Return the reader that recognises a file. Raises UndetectedSourceError."""
    for source in SOURCES.values():
        if source.recognises(path):
            return source
    raise UndetectedSourceError(display(path))


def expand(paths: Iterable[Path], reader: Reader | None) -> list[Path]:
    """Return the files behind paths, each once; folders are walked in order, hidden entries left out.

    A file named by the user is always kept. In a folder, `reader` (or, if None, any reader) chooses; files
    with a suffix of ours that nobody recognises are kept as well, so that they are reported, not ignored.
    Raises MissingPathError.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += (file for file in _walk(path) if _is_meant(file, reader))
        elif path.exists():
            found.append(path)
        else:
            raise MissingPathError(display(path))
    return list(dict.fromkeys(found))


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            file = Path(place, name)
            if not name.startswith(".") and file.is_file():
                yield file


def _is_meant(file: Path, reader: Reader | None) -> bool:
    if reader is not None:
        return reader.recognises(file)
    return file.suffix.lower() in _SUFFIXES or any(source.recognises(file) for source in SOURCES.values())
