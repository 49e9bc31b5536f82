"""The local headers of a zip archive, for archives that were cut off before their central directory.

Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 (local file header) and 4.3.9 (data descriptor).
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

LOCAL_HEADER = b"PK\x03\x04"
_DESCRIPTOR_SPAN = 64
"""Bytes searched for the next header: a data descriptor has at most 24."""
_FIXED = struct.Struct("<4sHHHHHIIIHH")
_ENCRYPTED = 0x1
_UTF8 = 0x800


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalHeader:
    """What stands before a member's bytes. `compressed` is 0 when the writer did not know it yet."""

    name: str
    method: int
    compressed: int
    encrypted: bool


def read_header(file: BinaryIO) -> LocalHeader | None:
    """Read the header at the file's position, or return None where there is no whole one."""
    raw = file.read(_FIXED.size)
    if len(raw) < _FIXED.size:
        return None
    magic, _, flags, method, _, _, _, compressed, _, name_length, extra_length = _FIXED.unpack(raw)
    name = file.read(name_length)
    extra = file.read(extra_length)
    if magic != LOCAL_HEADER or len(name) < name_length or len(extra) < extra_length:
        return None
    return LocalHeader(
        name=name.decode("utf-8" if flags & _UTF8 else "cp437", "replace"),
        method=method,
        compressed=compressed,
        encrypted=bool(flags & _ENCRYPTED),
    )


def next_header(file: BinaryIO) -> bool:
    """Move to the next member's header, past a data descriptor; False when there is none."""
    here = file.tell()
    found = file.read(_DESCRIPTOR_SPAN).find(LOCAL_HEADER)
    if found < 0:
        file.seek(0, os.SEEK_END)
        return False
    file.seek(here + found)
    return True
