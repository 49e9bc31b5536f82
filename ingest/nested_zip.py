"""Zips inside zips: the offices' weekly files hold an archive for each document, with its page images.

The inner archive is copied, into memory while it is small, because a zip is read from its end. One level is
opened: what lies deeper is not looked for.
"""

from __future__ import annotations

import tempfile
import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = 2 << 30
"""Bytes an inner archive may have."""
_IN_MEMORY = 32 << 20
_CHUNK = 1 << 20


@contextmanager
def inner_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[zipfile.ZipFile]:
    """Open an archive that is a member of another. Raises zipfile.BadZipFile, and what reading it raises."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
        with archive.open(info) as packed:
            while chunk := packed.read(_CHUNK):
                copy.write(chunk)
                if copy.tell() > LIMIT:
                    raise zipfile.BadZipFile(f"it has more than {LIMIT >> 30} GiB; unpack it by itself")
        with zipfile.ZipFile(copy) as inner:
            yield inner
