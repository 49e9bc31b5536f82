"""`Segment`: one batch of items on disk, immutable: their vectors, and what filters need to know.

A segment is a folder of four files, all readable with NumPy alone:

| file | content |
|---|---|
| `documents.npy` | float32, one row an item, memory-mapped |
| `vectors.npy` | float32, one row a piece, memory-mapped |
| `pieces.npy` | int64 piece numbers (`item << 20 | ordinal`), ascending: an item's rows stand together |
| `items.npz` | per item, ascending: number, day (0 = unknown), digest, tags (offsets into names) |
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index import inventory
from index.errors import IndexDamagedError
from index.files import whole_folder
from index.manifest import SegmentEntry
from index.records import ORDINAL_BITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from index.records import Item

NO_DAY = 0
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """An open segment. Arrays are parallel where their shapes say so: n pieces, m items."""

    entry: SegmentEntry
    documents: NDArray[np.float32]
    """(m, dim), memory-mapped."""
    vectors: NDArray[np.float32]
    """(n, passage_dim), memory-mapped."""
    pieces: NDArray[np.int64]
    """(n,)"""
    items: NDArray[np.int64]
    """(m,)"""
    days: NDArray[np.int64]
    """(m,)"""
    digests: NDArray[np.uint8]
    """(m, 16)"""
    tag_starts: NDArray[np.int64]
    """(m + 1,): item i has `tag_ids[tag_starts[i]:tag_starts[i + 1]]`."""
    tag_ids: NDArray[np.int64]
    tag_names: tuple[str, ...]
    row_starts: NDArray[np.int64]
    """(m + 1,): item i has rows `row_starts[i]` to `row_starts[i + 1]`."""

    def position(self, item: int) -> int | None:
        """Return where an item stands in `items`, dead or alive."""
        place = int(np.searchsorted(self.items, item))
        return place if place < self.items.size and int(self.items[place]) == item else None

    def tags(self, position: int) -> list[str]:
        """Return the tags of an item."""
        start, end = self.tag_starts[position], self.tag_starts[position + 1]
        return [self.tag_names[number] for number in self.tag_ids[start:end]]


def digest(item: Item) -> bytes:
    """Return what tells two versions of an item apart: 16 bytes over all that is indexed."""
    fields = [
        item.day,
        sorted(set(item.tags)),
        item.title,
        item.brief,
        sorted(item.names),
        sorted((piece.ordinal, piece.field, piece.text) for piece in item.pieces),
    ]
    data = json.dumps(fields, ensure_ascii=True).encode()
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).digest()


def folder_of(parent: Path, number: int) -> Path:
    """Return where a segment lies."""
    return parent / f"segment-{number:08d}"


def write(
    parent: Path,
    number: int,
    items: Sequence[Item],
    documents: NDArray[np.float32],
    vectors: NDArray[np.float32],
) -> SegmentEntry:
    """Write items (ascending numbers), their vectors, and their pieces' (in order of item, then ordinal)."""
    names = sorted({tag for item in items for tag in item.tags})
    numbers = {name: index for index, name in enumerate(names)}
    tags = [sorted({numbers[tag] for tag in item.tags}) for item in items]
    pieces = [
        item.id << ORDINAL_BITS | ordinal
        for item in items
        for ordinal in sorted(p.ordinal for p in item.pieces)
    ]
    return _store(
        parent,
        number,
        [documents],
        [vectors],
        pieces=_ints(pieces),
        items=_ints(item.id for item in items),
        days=_ints(NO_DAY if item.day is None else item.day for item in items),
        digests=np.frombuffer(b"".join(digest(item) for item in items), np.uint8).reshape(-1, _DIGEST_BYTES),
        tag_starts=_starts(len(group) for group in tags),
        tag_ids=_ints(number for group in tags for number in group),
        tag_names=names,
    )


def merge(parent: Path, number: int, parts: Sequence[tuple[Segment, NDArray[np.bool_]]]) -> SegmentEntry:
    """Write one segment of the living items of several (each with a mask of its items)."""
    rows = [np.repeat(alive, np.diff(part.row_starts)) for part, alive in parts]
    names = sorted({name for part, _ in parts for name in part.tag_names})
    numbers = {name: index for index, name in enumerate(names)}
    items = np.concatenate([part.items[alive] for part, alive in parts])
    order = np.argsort(items, kind="stable")
    pieces = np.concatenate([part.pieces[mask] for (part, _), mask in zip(parts, rows, strict=True)])
    piece_order = np.argsort(pieces, kind="stable")
    groups: list[NDArray[np.int64]] = []
    for part, alive in parts:
        local = _ints(numbers[name] for name in part.tag_names)
        groups.extend(
            local[part.tag_ids[part.tag_starts[place] : part.tag_starts[place + 1]]]
            for place in np.flatnonzero(alive)
        )
    groups = [groups[place] for place in order]
    documents = _Rows([part.documents for part, _ in parts], [np.flatnonzero(a) for _, a in parts], order)
    vectors = _Rows([part.vectors for part, _ in parts], [np.flatnonzero(mask) for mask in rows], piece_order)
    return _store(
        parent,
        number,
        documents.blocks(),
        vectors.blocks(),
        pieces=pieces[piece_order],
        items=items[order],
        days=np.concatenate([part.days[alive] for part, alive in parts])[order],
        digests=np.concatenate([part.digests[alive] for part, alive in parts])[order],
        tag_starts=_starts(group.size for group in groups),
        tag_ids=np.concatenate([*groups, _ints(())]),
        tag_names=names,
    )


def load(parent: Path, entry: SegmentEntry, dim: int, passage_dim: int) -> Segment:
    """Open a segment. Raises IndexDamagedError, or FileNotFoundError where it is gone altogether."""
    folder = folder_of(parent, entry.number)
    size = sum(file.stat().st_size for file in _files(folder))
    if size != entry.size:
        raise IndexDamagedError(folder, f"holds {size} bytes, the manifest says {entry.size}")
    if size <= inventory.READ:
        check(parent, entry)
    try:
        pieces = np.load(folder / "pieces.npy", allow_pickle=False)
        documents = _mapped(folder / "documents.npy", entry.items, dim)
        vectors = _mapped(folder / "vectors.npy", entry.vectors, passage_dim)
        with np.load(folder / "items.npz", allow_pickle=False) as data:
            arrays = {name: data[name] for name in data.files}
        names = tuple(json.loads(arrays.pop("tag_names").tobytes()))
        starts = np.searchsorted(pieces >> ORDINAL_BITS, np.append(arrays["items"], np.iinfo(np.int64).max))
        segment = Segment(
            entry=entry,
            documents=documents,
            vectors=vectors,
            pieces=pieces,
            tag_names=names,
            row_starts=starts.astype(np.int64),
            **arrays,
        )
    except FileNotFoundError:
        raise
    except (ValueError, TypeError, KeyError, OSError, EOFError) as error:
        raise IndexDamagedError(folder, f"unreadable ({error})") from None
    if segment.pieces.size != entry.vectors or segment.items.size != entry.items:
        raise IndexDamagedError(folder, "holds another number of items than the manifest says")
    return segment


def check(parent: Path, entry: SegmentEntry) -> None:
    """Read a segment's files and compare them with the manifest. Raises IndexDamagedError."""
    folder = folder_of(parent, entry.number)
    if inventory.digest(_files(folder)) != entry.digest:
        raise IndexDamagedError(folder, "holds other bytes than were written")


class _Rows:
    """Rows of several arrays in a given order, handed out block by block: a merge needs little memory."""

    def __init__(
        self,
        arrays: Sequence[NDArray[np.float32]],
        rows: Sequence[NDArray[np.int64]],
        order: NDArray[np.int64],
    ) -> None:
        self._arrays = arrays
        self._owner = np.repeat(np.arange(len(arrays)), [part.size for part in rows])[order]
        self._row = np.concatenate(rows)[order]

    def blocks(self, size: int = 1 << 14) -> Iterable[NDArray[np.float32]]:
        for start in range(0, self._row.size, size):
            owner, row = self._owner[start : start + size], self._row[start : start + size]
            block = np.empty((row.size, self._arrays[0].shape[1]), dtype=np.float32)
            for number, array in enumerate(self._arrays):
                mine = owner == number
                block[mine] = array[row[mine]]
            yield block


def _store(
    parent: Path,
    number: int,
    documents: Iterable[NDArray[np.float32]],
    vectors: Iterable[NDArray[np.float32]],
    *,
    pieces: NDArray[np.int64],
    tag_names: list[str],
    **arrays: NDArray[np.int64] | NDArray[np.uint8],
) -> SegmentEntry:
    names = np.frombuffer(json.dumps(tag_names).encode(), np.uint8)
    target = folder_of(parent, number)
    with whole_folder(target) as folder:
        _write_vectors(folder / "documents.npy", documents, arrays["items"].size)
        _write_vectors(folder / "vectors.npy", vectors, pieces.size)
        np.save(folder / "pieces.npy", pieces, allow_pickle=False)
        np.savez(folder / "items.npz", allow_pickle=False, tag_names=names, **arrays)
        size = sum(file.stat().st_size for file in _files(folder))
        content = inventory.digest(_files(folder))
    return SegmentEntry(
        number=number, items=arrays["items"].size, vectors=pieces.size, size=size, digest=content
    )


def _write_vectors(path: Path, blocks: Iterable[NDArray[np.float32]], count: int) -> None:
    with path.open("wb") as file:
        started = False
        for block in blocks:
            if not started:
                shape = (count, block.shape[1])
                header = {"descr": "<f4", "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, header)
                started = True
            file.write(np.ascontiguousarray(block, dtype="<f4").tobytes())
        if not started:
            np.lib.format.write_array_header_1_0(
                file, {"descr": "<f4", "fortran_order": False, "shape": (0, 0)}
            )


def _mapped(path: Path, count: int, dim: int) -> NDArray[np.float32]:
    if count == 0:  # an empty file cannot be mapped
        return np.zeros((0, dim), dtype=np.float32)
    mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    if mapped.shape != (count, dim) or mapped.dtype != np.float32:
        raise ValueError(f"vectors are {mapped.shape} {mapped.dtype}, not {(count, dim)} float32")
    result: NDArray[np.float32] = mapped
    return result


def _files(folder: Path) -> list[Path]:
    return [folder / name for name in ("documents.npy", "vectors.npy", "pieces.npy", "items.npz")]


def _ints(values: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(values, dtype=np.int64)


def _starts(counts: Iterable[int]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(_ints(counts), dtype=np.int64)])
