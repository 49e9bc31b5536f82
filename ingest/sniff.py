"""What a file begins with, unpacked: how readers tell whose file it is without opening it many times.

An archive is known by its first member that is a text of some kind; pictures beside it say nothing.
"""

from __future__ import annotations

import lzma
import os
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.nested_zip import inner_zip
from ingest.xml_safety import root_of

if TYPE_CHECKING:
    from pathlib import Path

PAGE = 1 << 16
"""Bytes that are looked at."""
TEXTS = (
    ".xml",
    ".nxml",
    ".txt",
    ".tsv",
    ".csv",
    ".jsonl",
    ".ndjson",
    ".json",
    ".sgm",
    ".sgml",
    ".html",
    ".htm",
)
ZIPS = (".zip",)
TARS = (".tar", ".tar.gz", ".tgz")
_DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The beginning of a file, or of an archive's first text. Empty `data`: nothing could be read."""

    name: str
    """Lower-case file name, that of the member for an archive, without `.gz`."""
    data: bytes

    @property
    def suffix(self) -> str:
        return os.path.splitext(self.name)[1]  # noqa: PTH122 - a name, not a path

    @property
    def root(self) -> str:
        """The local name of the XML root element, empty for what is no XML."""
        return root_of(self.data).rpartition(":")[2]


def head(path: Path) -> Head:
    """Return how a file begins. Never raises: what cannot be read begins with nothing."""
    try:
        stat = path.stat()
    except OSError:
        return Head(name=path.name.lower(), data=b"")
    return _head(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=64)
def _head(path: Path, _size: int, _modified_ns: int) -> Head:
    name = path.name.lower()
    try:
        if name.endswith(ZIPS):
            return _of_zip(path, name)
        if name.endswith(TARS):
            return _of_tar(path, name)
        if name.endswith(".gz"):
            with path.open("rb") as packed:  # a cut file has a beginning all the same
                data = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed.read(PAGE), PAGE)
            return Head(name=name.removesuffix(".gz"), data=data)
        with path.open("rb") as plain:
            return Head(name=name, data=plain.read(PAGE))
    except _DAMAGE:
        return Head(name=name, data=b"")


def _of_zip(path: Path, name: str) -> Head:
    with zipfile.ZipFile(path) as archive:
        if (found := _first_text(archive)) is not None:
            return found
        for info in archive.infolist():
            if info.filename.lower().endswith(ZIPS):
                with inner_zip(archive, info) as inner:
                    return _first_text(inner) or Head(name=name, data=b"")
    return Head(name=name, data=b"")


def _first_text(archive: zipfile.ZipFile) -> Head | None:
    for info in archive.infolist():
        if info.filename.lower().endswith(TEXTS):
            with archive.open(info) as file:
                return Head(name=info.filename.lower().rpartition("/")[2], data=file.read(PAGE))
    return None


def _of_tar(path: Path, name: str) -> Head:
    with tarfile.open(path, "r|*") as archive:
        for info in archive:
            if info.isfile() and info.name.lower().endswith(TEXTS):
                file = archive.extractfile(info)
                data = file.read(PAGE) if file else b""
                return Head(name=info.name.lower().rpartition("/")[2], data=data)
    return Head(name=name, data=b"")
