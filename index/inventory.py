"""What the files of an index weigh and hash to, so that damage is noticed before an engine reads it.

Decisions
---------
* tantivy maps its files and trusts them: one that is short or altered made it panic, or never return. So
  every file is compared with what was written before any engine opens it.
* Sizes always; contents where they are read in a fraction of a second (`READ` bytes a group). Beyond,
  `antedate corpus verify` reads them all.
* Files are immutable and their names never come back, so that a generation hashes only what it added.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import IndexDamagedError
from index.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME = "files.json"
READ = 1 << 30
"""Bytes of one group of files (a segment, a generation of words) that opening an index reads to check: what a
search reads anyway, once, at the speed of the disk."""
_BLOCK = 1 << 20
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A part of an index that cannot be read, and so is not searched."""

    path: Path
    reason: str
    items: int
    """That cannot be found by it."""


def digest(paths: Iterable[Path]) -> str:
    """Return the hash of files in the given order, lower-case hex."""
    state = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                state.update(block)
    return state.hexdigest()


def write(folder: Path, previous: Path | None) -> str:
    """List all files of a folder in `NAME`, taking what is known from a previous folder; returns its hash."""
    known = {} if previous is None else _listed(previous / NAME)
    entries = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"):
        name = str(path.relative_to(folder))
        size = path.stat().st_size
        old = known.get(name)
        unchanged = old is not None and path.suffix != ".json" and old[0] == size
        entries[name] = old if unchanged else [size, digest([path])]
    write_whole(folder / NAME, json.dumps(entries, indent=0, sort_keys=True).encode())
    return digest([folder / NAME])


def check(folder: Path, expected: str, *, deep: bool = False) -> None:
    """Compare a folder with its list, and the list with its hash; `deep` reads it all, whatever its size.

    Raises IndexDamagedError; FileNotFoundError where a file is gone.
    """
    if digest([folder / NAME]) != expected:
        raise IndexDamagedError(folder / NAME, "is not the file that was written")
    entries = _listed(folder / NAME)
    for name, (size, _) in entries.items():
        found = (folder / name).stat().st_size
        if found != size:
            raise IndexDamagedError(folder / name, f"holds {found} bytes, {size} were written")
    if deep or sum(size for size, _ in entries.values()) <= READ:
        for name, (_, content) in entries.items():
            if digest([folder / name]) != content:
                raise IndexDamagedError(folder / name, "is not the file that was written")


def _listed(path: Path) -> dict[str, tuple[int, str]]:
    entries: dict[str, tuple[int, str]] = json.loads(path.read_bytes())
    return entries
