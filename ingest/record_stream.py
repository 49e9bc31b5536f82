"""Long files as a stream of records: fixed-size chunks in, one record's bytes at a time out.

Decisions
---------
* A weekly file is thousands of documents glued together and may have a gigabyte; no more than one record and
  one chunk are held. A record past the limit is dropped while the stream goes on to the next.
* A `Member` never raises while it is read. What went wrong is in `failure` once its chunks have ended, so
  that everything inflated before the damage has been handed on by then.
* A whole archive is read through its central directory. A truncated one has none: then the local headers
  are followed and inflated until the bytes end.
* Offsets run over all members of an archive: each begins one past the end of the one before, so that they
  increase strictly even when a member is empty or damaged.
"""

from __future__ import annotations

import gzip
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from ingest.nested_zip import inner_zip
from ingest.sniff import TARS, ZIPS
from ingest.xml_safety import PIECE_LIMIT
from ingest.zip_headers import LOCAL_HEADER, LocalHeader, next_header, read_header

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable
    from pathlib import Path

CHUNK = 1 << 20
_DAMAGE = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError),
    *(EOFError, RuntimeError, ValueError, struct.error),
)
"""What `zipfile`, `tarfile` and their decompressors raise for bytes that were changed or cut."""
MEMBER_LIMIT = 8 << 30
"""Bytes one member may unpack to; the office's largest weekly file has about one and a half gigabytes."""
_TRAILER = 4
"""Bytes at the end of a gzip file that hold its unpacked size."""
_OVERLAP = 64
"""Bytes looked at again with the next chunk: longer than any mark at which records are cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One record. `data` is empty when the record was longer than allowed."""

    offset: int
    data: bytes
    oversize: bool = False


@dataclass(slots=True, kw_only=True)
class Member:
    """A file, or a member of an archive, as chunks. Read it once."""

    name: str
    """As `Origin.file` wants it: the path, with `!member` in an archive."""
    source: Iterator[bytes]
    size: int | None = None
    """Uncompressed bytes as the directory says, at most `MEMBER_LIMIT`, or None where there is none."""
    count: int = 0
    """Uncompressed bytes read so far."""
    failure: str = ""
    passing: bool = False
    """The failure is the machine's, see `Unreadable.passing`."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes; ends early with `failure` set instead of raising."""
        try:
            for chunk in self.source:
                self.count += len(chunk)
                if self.count > MEMBER_LIMIT:
                    self.failure = f"unpacks to more than {MEMBER_LIMIT >> 30} GiB; the rest is not read"
                    return
                yield chunk
        except OSError as error:
            self.passing = error.errno is not None  # bz2 raises OSError without one for damaged bytes
            self.failure = f"{'cannot be read' if self.passing else 'damaged'}: {error.strerror or error}"
        except _DAMAGE as error:
            self.failure = f"damaged: {error}"

    @property
    def advance(self) -> int:
        """How far the next member's offsets begin after this one's."""
        return max(self.count, self.size or 0) + 1


def display(path: str | Path) -> str:
    """Return a path as text that can be stored: bytes that are no UTF-8 become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")


def pieces(chunks: Iterable[bytes], cut: re.Pattern[bytes], limit: int = PIECE_LIMIT) -> Iterator[Piece]:
    """Cut a stream where `cut` matches; offsets count from the stream's first byte."""
    buffer = bytearray()
    start, base, search, oversize = 0, 0, 1, False
    for chunk in chunks:
        buffer += chunk
        while match := cut.search(buffer, search):
            end = match.start()
            oversize = oversize or base + end - start > limit
            piece = Piece(offset=start, data=b"" if oversize else _taken(buffer, end), oversize=oversize)
            del buffer[:end]  # before the piece is handed on: a long record is not held twice
            base += end
            start, search, oversize = base, 1, False
            yield piece
        # The last bytes may be the beginning of the next record's mark: not yet this record's length.
        oversize = oversize or len(buffer) > limit + _OVERLAP
        if oversize:
            base += max(0, len(buffer) - _OVERLAP)
            del buffer[:-_OVERLAP]
        search = max(1 if base == start else 0, len(buffer) - _OVERLAP)
    if buffer:
        oversize = oversize or len(buffer) > limit
        piece = Piece(offset=start, data=b"" if oversize else bytes(buffer), oversize=oversize)
        buffer.clear()
        yield piece


def _taken(buffer: bytearray, end: int) -> bytes:
    with memoryview(buffer) as view:
        return bytes(view[:end])


def members(path: Path, *, wanted: str | tuple[str, ...] = ".xml") -> Iterator[Member]:
    """Yield a plain or gzip file as one member, or a zip's or tar's members whose name ends in `wanted`.

    Zips inside a zip are opened too, see `ingest.nested_zip`. A file that cannot be opened is a member
    without bytes and with `failure` set. The members of a tar have to be read in turn: it is one stream.
    """
    name = display(path)
    lower = path.name.lower()
    if lower.endswith(TARS):
        yield from _tar_members(path, name, wanted)
        return
    if not lower.endswith(ZIPS):
        source = _gzip_chunks(path) if lower.endswith(".gz") else _file_chunks(path)
        yield Member(name=name, source=source)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.filename.lower().endswith(wanted):
                    yield _zip_member(archive, info, name)
                elif info.filename.lower().endswith(ZIPS):
                    yield from _inner_members(archive, info, name, wanted)
    except _DAMAGE:  # of the directory: a member's own damage has become its `failure`
        yield from _salvage(path, name, wanted)
    except OSError as error:
        reason = f"cannot be opened: {error.strerror or error}"
        yield Member(name=name, source=iter(()), failure=reason, passing=True)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Member:
    size = min(info.file_size, MEMBER_LIMIT)
    return Member(name=f"{name}!{_printable(info.filename)}", source=_zip_chunks(archive, info), size=size)


def _inner_members(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, wanted: str | tuple[str, ...]
) -> Iterator[Member]:
    """Yield the members of an archive inside; a damaged one costs itself only."""
    inside = f"{name}!{_printable(info.filename)}"
    try:
        with inner_zip(archive, info) as inner:
            for found in inner.infolist():
                if found.filename.lower().endswith(wanted):
                    yield _zip_member(inner, found, inside)
    except (*_DAMAGE, OSError) as error:
        passing = isinstance(error, OSError) and error.errno is not None
        reason = f"the archive inside cannot be opened: {error}; download it again"
        yield Member(name=inside, source=iter(()), failure=reason, passing=passing)


def _tar_members(path: Path, name: str, wanted: str | tuple[str, ...]) -> Iterator[Member]:
    try:
        with tarfile.open(path, "r|*") as archive:
            for info in archive:
                if info.isfile() and info.name.lower().endswith(wanted):
                    yield Member(
                        name=f"{name}!{_printable(info.name)}",
                        source=_tar_chunks(archive, info),
                        size=min(info.size, MEMBER_LIMIT),
                    )
    except _DAMAGE as error:
        yield Member(
            name=name, source=iter(()), failure=f"the archive is damaged: {error}; download it again"
        )
    except OSError as error:
        passing = error.errno is not None  # gzip raises OSError without one for damaged bytes
        reason = f"cannot be opened: {error.strerror}" if passing else f"the archive is damaged: {error}"
        yield Member(name=name, source=iter(()), failure=reason, passing=passing)


def _tar_chunks(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Iterator[bytes]:
    file = archive.extractfile(info)
    while file is not None and (chunk := file.read(CHUNK)):
        yield chunk


def _gzip_chunks(path: Path) -> Iterator[bytes]:
    with gzip.open(path, "rb") as file:
        while chunk := file.read1(CHUNK):  # `read` would lose what stands before the end of a cut file
            yield chunk


def measure(path: Path, *, wanted: str | tuple[str, ...] = ".xml") -> int:
    """Return the uncompressed bytes of a plain file or archive; an estimate for gzip, tar and inner zips.

    The file's own size when it is damaged.
    """
    if path.name.lower().endswith(ZIPS):
        try:
            with zipfile.ZipFile(path) as archive:
                ends = (*((wanted,) if isinstance(wanted, str) else wanted), *ZIPS)
                found = (i for i in archive.infolist() if i.filename.lower().endswith(ends))
                return sum(min(i.file_size, MEMBER_LIMIT) for i in found)
        except (*_DAMAGE, OSError):
            pass
    try:
        size = path.stat().st_size
        if not path.name.lower().endswith((".gz", ".tgz")) or size < _TRAILER:
            return size
        with path.open("rb") as file:
            file.seek(-_TRAILER, os.SEEK_END)
            # The trailer has the size modulo 2^32 of the last member: a lower bound at best.
            return max(size, int.from_bytes(file.read(_TRAILER), "little"))
    except OSError:
        return 0


def _file_chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _zip_chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(info) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name)[:300]


def _salvage(path: Path, name: str, wanted: str | tuple[str, ...]) -> Iterator[Member]:
    """Follow the local headers of an archive that has lost its directory."""
    with path.open("rb") as file:
        if file.read(4) != LOCAL_HEADER:
            reason = "is empty" if not path.stat().st_size else "is not a zip archive; download it again"
            yield Member(name=name, source=iter(()), failure=reason)
            return
        file.seek(0)
        header = read_header(file)
        while header is not None:
            member = Member(name=f"{name}!{_printable(header.name)}", source=_inflated(file, header))
            if header.name.lower().endswith(wanted) or _drained(member).failure:
                yield member
            if member.failure:
                return
            header = read_header(file) if next_header(file) else None
        size = path.stat().st_size
        reason = f"the archive ends at byte {size} without its directory; download it again"
        yield Member(name=name, source=iter(()), failure=reason)


def _drained(member: Member) -> Member:
    for _ in member.chunks():
        pass
    member.count = 0
    return member


def _inflated(file: BinaryIO, header: LocalHeader) -> Iterator[bytes]:
    """Yield a member's bytes and leave `file` after them. Raises EOFError where the archive ends early."""
    if header.encrypted:
        raise NotImplementedError("the member is encrypted")
    if header.method == zipfile.ZIP_STORED:
        left = header.compressed
        while left and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
    elif header.method == zipfile.ZIP_DEFLATED:
        inflater = zlib.decompressobj(-15)
        while not inflater.eof and (raw := inflater.unconsumed_tail or file.read(CHUNK)):
            yield inflater.decompress(raw, CHUNK)
        yield inflater.flush()
        file.seek(-len(inflater.unused_data), os.SEEK_CUR)
        left = 0 if inflater.eof else 1
    else:
        raise NotImplementedError(f"compression method {header.method} is not read")
    if left:
        raise EOFError(f"the archive ends early at byte {file.tell()}; download it again")
