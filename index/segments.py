"""`Segment`: one batch of items on disk, immutable: their vectors, and what filters need to know.

A segment is a folder of these files, all readable with NumPy alone:

| file | content |
|---|---|
| `documents.codes.npy` | one byte a dimension, a row an item (`index.quantised`) |
| `passages.codes.npy` | one byte a dimension, a row a piece |
| `ordinals.npy` | uint32, the pieces' ordinals, ascending by item, then ordinal |
| `items.npz` | per item, ascending: number, day (0 = unknown), digest, pieces; per tag: its items |
| `*.lists.npz` | of a large table: the lists in whose order its rows stand (`index.clusters`) |
| `files.json` | sizes and hashes of the others |

Vectors are memory-mapped.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from index import inventory, quantised
from index.clusters import Lists
from index.errors import IndexDamagedError
from index.manifest import SegmentEntry
from index.tables import Table

if TYPE_CHECKING:
    from pathlib import Path

    from index.manifest import TableEntry
    from index.records import Item

DIGEST_BYTES = 16
DOCUMENTS, PASSAGES = "documents", "passages"
REACH = {DOCUMENTS: quantised.WIDE, PASSAGES: quantised.FINE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """An open segment of m items with n pieces."""

    entry: SegmentEntry
    documents: Table
    """A row an item."""
    passages: Table
    """A row a piece."""
    ordinals: NDArray[np.uint32]
    """(n,), in order of items, memory-mapped."""
    items: NDArray[np.int64]
    """(m,)"""
    days: NDArray[np.int32]
    """(m,)"""
    digests: NDArray[np.uint8]
    """(m, 16)"""
    tag_names: tuple[str, ...]
    """Sorted."""
    tag_starts: NDArray[np.int64]
    """(tags + 1,): a tag's items stand at `tag_items[tag_starts[t]:tag_starts[t + 1]]`."""
    tag_items: NDArray[np.int32]

    def position(self, item: int) -> int | None:
        """Return where an item stands in `items`, dead or alive."""
        place = int(np.searchsorted(self.items, item))
        return place if place < self.items.size and int(self.items[place]) == item else None

    def pieces(self, position: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the ordinals of an item's pieces, and their rows among the passages."""
        first, last = self.passages.starts[position : position + 2]
        rows, _ = self.passages.rows(np.array([position], np.int64))
        return self.ordinals[first:last].astype(np.int64), rows


def digest(item: Item) -> bytes:
    """Return what tells two versions of an item apart: 16 bytes over all that is indexed."""
    pieces = sorted(item.pieces, key=lambda piece: piece.ordinal)
    groups: tuple[list[str], ...] = (
        [] if item.day is None else [str(item.day)],
        sorted(set(item.tags)),
        [item.title, item.brief],
        [text for name in sorted(item.names) for text in name],
        [text for piece in pieces for text in (str(piece.ordinal), piece.field, piece.text)],
    )
    state = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for group in groups:
        state.update(len(group).to_bytes(8, "big"))
        for text in group:
            data = text.encode("utf-8", "surrogatepass")
            state.update(len(data).to_bytes(8, "big"))
            state.update(data)
    return state.digest()


def folder_of(parent: Path, number: int) -> Path:
    """Return where a segment lies."""
    return parent / f"segment-{number:08d}"


def load(parent: Path, entry: SegmentEntry, dim: int, passage_dim: int) -> Segment:
    """Open a segment. Raises IndexDamagedError, or FileNotFoundError where a file is gone altogether."""
    folder = folder_of(parent, entry.number)
    inventory.check(folder, entry.digest)
    try:
        with np.load(folder / "items.npz", allow_pickle=False) as data:
            arrays = {name: data[name] for name in data.files}
        names = tuple(json.loads(arrays.pop("tag_names").tobytes()))
        counts, longest = arrays.pop("counts"), arrays.pop("longest")
        items = arrays["items"].size
        documents = _table(
            folder, DOCUMENTS, entry.documents, (items, dim), np.ones(items, np.int64), float(longest[0])
        )
        passages = _table(
            folder, PASSAGES, entry.passages, (entry.vectors, passage_dim), counts, float(longest[1])
        )
        ordinals = _mapped(folder / "ordinals.npy", (entry.vectors,), np.uint32)
        found = Segment(
            entry=entry,
            documents=documents,
            passages=passages,
            ordinals=ordinals,
            tag_names=names,
            **arrays,
        )
    except FileNotFoundError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, OSError, EOFError, BadZipFile) as error:
        raise IndexDamagedError(folder, f"unreadable ({error})") from None
    if found.items.size != entry.items or int(passages.starts[-1]) != entry.vectors:
        raise IndexDamagedError(folder, "holds another number of items than the manifest says")
    return found


def check(parent: Path, entry: SegmentEntry) -> None:
    """Read a segment's files and compare them with the manifest.

    Raises IndexDamagedError, FileNotFoundError.
    """
    inventory.check(folder_of(parent, entry.number), entry.digest, deep=True)


def _table(
    folder: Path,
    name: str,
    entry: TableEntry,
    shape: tuple[int, int],
    counts: NDArray[np.int64],
    longest: float,
) -> Table:
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
    owners = np.repeat(np.arange(counts.size, dtype=np.int32), counts)
    lists = places = None
    if entry.lists:
        with np.load(folder / f"{name}.lists.npz", allow_pickle=False) as data:
            lists = Lists(centres=data["centres"], starts=data["starts"], probes=entry.probes)
            places = data["places"]
        stored = np.empty_like(owners)
        stored[places] = owners
        owners = stored
    return Table(
        codes=_mapped(folder / f"{name}.codes.npy", shape, np.uint8),
        owners=owners,
        starts=starts,
        reach=REACH[name],
        longest=longest,
        lists=lists,
        places=places,
    )


def _mapped(path: Path, shape: tuple[int, ...], kind: type[np.generic]) -> NDArray[Any]:
    if shape[0] == 0:  # an empty file cannot be mapped
        return np.zeros(shape, dtype=kind)
    # A plain view: slices of NumPy's own class of mapped arrays cost microseconds each.
    mapped: NDArray[Any] = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    if mapped.shape != shape or mapped.dtype != kind:
        raise ValueError(f"{path.name} holds {mapped.shape} {mapped.dtype}, not {shape} {np.dtype(kind)}")
    return mapped
