"""`VectorFiles`: rows of numbers on disk under 16-byte keys; a store that may forget, but never lies.

Files
-----
A folder holds pairs `WIDTH-NAME.keys` (20 bytes an entry: key, CRC-32) and `WIDTH-NAME.rows` (4 bytes a
number: float32, little-endian). Entry n of one belongs to row n of the other. Both are only appended to.

Decisions
---------
* A row is written before its key, so that a key that can be read has its row, whenever the process is killed.
  A torn end is no entry. The CRC, over key and row, is checked whenever a row is read: a wrong one is a miss.
* A process appends to a pair that it holds by `flock`, a new one if all are held or full. Readers hold
  nothing: they see entries of others when they look again (`refresh`). A pair whose holder died is taken over
  and its torn end cut off, which no reader ever saw.
* Over `limit` bytes, whole pairs go, longest unused first. Readers that have them open keep them.
* In memory: 24 bytes an entry in sorted arrays (24 MB a million), a few thousand newer ones in a dictionary.
* A disk that is full or unwritable ends the writing, not the caller's work: `trouble` says why.
* Vectors betray their texts: the folder is made 0700, files 0600, and links are not followed.
"""

from __future__ import annotations

import fcntl
import os
import re
import threading
import uuid
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

KEY_BYTES = 16
LIMIT = 4 << 30
"""Bytes of a folder: 2.7 million vectors of 384 numbers."""
_ENTRY = np.dtype([("high", ">u8"), ("low", ">u8"), ("crc", "<u4")])
_PAIR = 64 << 20
_RECENT = 4096
_NAME = re.compile(r"[0-9]{1,6}-[0-9a-f]{32}\.keys")
_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW
_ROW_BITS = 32


@dataclass(slots=True)
class _Pair:
    """Two open files. `seen`: entries that the index in memory knows. `used`: marked as used, see `_row`."""

    path: Path
    keys: int
    rows: int
    seen: int = 0
    used: bool = False

    @property
    def gone(self) -> bool:
        """Whether another process has dropped it."""
        return not os.fstat(self.keys).st_nlink

    def close(self) -> None:
        os.close(self.keys)
        os.close(self.rows)


class VectorFiles:
    """Rows of `width` numbers by key. Safe for threads; any number of processes may have a folder open."""

    def __init__(self, folder: Path, width: int, *, limit: int = LIMIT) -> None:
        """Hold a folder, which is made with the first row. `limit`: bytes of all its files, about."""
        self._folder = folder
        self._width = width
        self._bytes = 4 * width
        self._most = max(1, min(_PAIR, limit // 4) // (self._bytes + _ENTRY.itemsize))
        self._limit = limit
        self._lock = threading.Lock()
        self._pairs: list[_Pair] = []
        self._writing: _Pair | None = None
        self._high = np.zeros(0, np.uint64)
        self._low = np.zeros(0, np.uint64)
        self._place = np.zeros(0, np.int64)
        self._recent: dict[bytes, int] = {}
        self._bad: set[int] = set()
        self.trouble = ""
        """Why nothing more is written, if so."""
        self.refresh()

    def __len__(self) -> int:
        """Return how many entries are known."""
        return len(self._place) + len(self._recent)

    def refresh(self) -> None:
        """Take note of what was written since, by whichever process."""
        with self._lock:
            if any(pair.gone for pair in self._pairs):
                self._forget()
            known = {pair.path for pair in self._pairs}
            for path in self._listed():
                if path not in known:
                    self._open(path)
            for number, pair in enumerate(self._pairs):
                self._read_keys(number, pair)

    def get(self, keys: Sequence[bytes]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Return which keys are held, and their rows in order (zeros where not held)."""
        rows = np.zeros((len(keys), self._width), np.float32)
        held = np.zeros(len(keys), np.bool_)
        with self._lock:
            todo = list(range(len(keys)))
            while todo:
                places = self._places([keys[at] for at in todo]).tolist()
                found = [(at, place) for at, place in zip(todo, places, strict=True) if place >= 0]
                for at, place in found:
                    row = self._row(place, keys[at])
                    if row is None:
                        self._bad.add(place)
                    else:
                        rows[at] = np.frombuffer(row, "<f4")
                        held[at] = True
                todo = [at for at, _ in found if not held[at]]  # a damaged row may have a second copy
        return held, rows

    def put(self, keys: Sequence[bytes], rows: NDArray[np.float32]) -> None:
        """Append entries; a key that is held already keeps its row. Never raises for the disk's sake."""
        with self._lock:
            fresh = self._places(keys) < 0
            wanted = {key: at for at, key in enumerate(keys) if fresh[at]}
            todo = list(wanted.items())
            while todo and not self.trouble:
                try:
                    todo = todo[self._append(todo, rows) :]
                except OSError as error:
                    self.trouble = f"{self._folder}: {error.strerror or error}"
                    self._writing = None

    def close(self) -> None:
        """Close all files; what was written stays."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        for pair in self._pairs:
            pair.close()
        self._pairs, self._writing, self._recent, self._bad = [], None, {}, set()
        self._high, self._low = np.zeros(0, np.uint64), np.zeros(0, np.uint64)
        self._place = np.zeros(0, np.int64)

    # -- reading -----------------------------------------------------------------------------------

    def _listed(self) -> list[Path]:
        try:
            found = sorted(self._folder.glob(f"{self._width}-*.keys"))
        except OSError:
            return []
        return [path for path in found if _NAME.fullmatch(path.name)]

    def _open(self, path: Path) -> _Pair | None:
        """Open a pair, for appending where this user may; one that cannot be opened is left alone."""
        for mode in (os.O_RDWR | os.O_APPEND, os.O_RDONLY):
            try:
                keys = os.open(path, mode | _FLAGS)
            except OSError:
                continue
            try:
                rows = os.open(path.with_suffix(".rows"), mode | _FLAGS)
            except OSError:
                os.close(keys)
                continue
            self._pairs.append(_Pair(path, keys, rows))
            return self._pairs[-1]
        return None

    def _whole(self, pair: _Pair) -> int:
        """Return how many entries of a pair are whole."""
        keys = os.fstat(pair.keys).st_size // _ENTRY.itemsize
        return min(keys, os.fstat(pair.rows).st_size // self._bytes)

    def _read_keys(self, number: int, pair: _Pair) -> None:
        whole = self._whole(pair)
        if whole <= pair.seen:
            return
        size = _ENTRY.itemsize
        data = os.pread(pair.keys, (whole - pair.seen) * size, pair.seen * size)
        found = np.frombuffer(data[: len(data) // size * size], _ENTRY)
        place = np.arange(pair.seen, pair.seen + len(found), dtype=np.int64) | (number << _ROW_BITS)
        pair.seen += len(found)
        self._merge(found["high"].astype(np.uint64), found["low"].astype(np.uint64), place)

    def _merge(self, high: NDArray[np.uint64], low: NDArray[np.uint64], place: NDArray[np.int64]) -> None:
        high = np.concatenate([self._high, high])
        order = np.argsort(high, kind="stable")
        self._high = high[order]
        self._low = np.concatenate([self._low, low])[order]
        self._place = np.concatenate([self._place, place])[order]

    def _places(self, keys: Sequence[bytes]) -> NDArray[np.int64]:
        """Return for every key the pair's number and the row's, packed; -1 where it is not held."""
        asked = np.frombuffer(b"".join(keys), ">u8").reshape(-1, 2).astype(np.uint64)
        result = np.array([self._recent.get(key, -1) for key in keys], np.int64)
        at = np.searchsorted(self._high, asked[:, 0])
        todo = np.flatnonzero(at < len(self._high))
        while len(todo):
            here = at[todo]
            near = self._high[here] == asked[todo, 0]
            right = near & (self._low[here] == asked[todo, 1])
            if self._bad:
                right &= ~np.isin(self._place[here], list(self._bad))
            result[todo[right]] = self._place[here[right]]
            at[todo] += 1  # two keys that share their first half, or a damaged row: look at the next
            todo = todo[near & ~right & (at[todo] < len(self._high))]
        return result

    def _row(self, place: int, key: bytes) -> bytes | None:
        """Return a row's bytes; None where the disk does not give what was written."""
        pair, row = self._pairs[place >> _ROW_BITS], place & ((1 << _ROW_BITS) - 1)
        try:
            data = os.pread(pair.rows, self._bytes, row * self._bytes)
            entry = os.pread(pair.keys, _ENTRY.itemsize, row * _ENTRY.itemsize)
        except OSError:
            return None
        if len(data) != self._bytes or entry != _entry(key, data):
            return None
        if not pair.used:
            pair.used = True
            with suppress(OSError):
                os.utime(pair.rows)
        return data

    # -- writing -----------------------------------------------------------------------------------

    def _append(self, todo: list[tuple[bytes, int]], rows: NDArray[np.float32]) -> int:
        """Append as many entries as the pair takes; returns how many."""
        pair = self._writing
        if pair is None or pair.seen >= self._most or pair.gone:
            pair = self._writing = self._writable()
        number = self._pairs.index(pair)
        part = todo[: self._most - pair.seen]
        blocks = [np.ascontiguousarray(rows[at], "<f4").tobytes() for _, at in part]
        entries = [_entry(key, block) for (key, _), block in zip(part, blocks, strict=True)]
        _write(pair.rows, b"".join(blocks))
        _write(pair.keys, b"".join(entries))
        for offset, (key, _) in enumerate(part):
            self._recent[key] = (number << _ROW_BITS) | (pair.seen + offset)
        pair.seen += len(part)
        if len(self._recent) > _RECENT:
            asked = np.frombuffer(b"".join(self._recent), ">u8").reshape(-1, 2).astype(np.uint64)
            self._merge(asked[:, 0], asked[:, 1], np.array(list(self._recent.values()), np.int64))
            self._recent = {}
        return len(part)

    def _writable(self) -> _Pair:
        """Return a pair that this process holds and that has room. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._drop_oldest()
        for number, pair in enumerate(self._pairs):
            if not pair.gone and self._whole(pair) < self._most and self._held(pair):
                self._read_keys(number, pair)
                return pair
        path = self._folder / f"{self._width}-{uuid.uuid4().hex}.keys"
        for name in (path.with_suffix(".rows"), path):
            os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _FLAGS, 0o600))
        pair_made = self._open(path)
        if pair_made is None or not self._held(pair_made):
            raise OSError(f"{path} cannot be opened again")
        return pair_made

    def _held(self, pair: _Pair) -> bool:
        """Take a pair for writing, its torn end cut off; False where another process has it."""
        try:
            fcntl.flock(pair.keys, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        try:
            whole = self._whole(pair)
            os.ftruncate(pair.keys, whole * _ENTRY.itemsize)
            os.ftruncate(pair.rows, whole * self._bytes)
        except OSError:
            fcntl.flock(pair.keys, fcntl.LOCK_UN)
            return False
        return True

    def _drop_oldest(self) -> None:
        """Make room for a pair: the files of all widths count."""
        pairs = []
        for path in self._folder.glob("*.keys"):
            with suppress(OSError):
                rows = path.with_suffix(".rows").stat()
                pairs.append((rows.st_mtime_ns, rows.st_size + path.stat().st_size, path))
        room = self._limit - self._most * (self._bytes + _ENTRY.itemsize)
        total = sum(size for _, size, _ in pairs)
        for _, size, path in sorted(pairs):
            if total <= room:
                return
            path.unlink(missing_ok=True)
            path.with_suffix(".rows").unlink(missing_ok=True)
            total -= size


def _entry(key: bytes, row: bytes) -> bytes:
    return key + zlib.crc32(row, zlib.crc32(key)).to_bytes(4, "little")


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
