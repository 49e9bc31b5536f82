"""How a segment comes to be: of new items, or of the living items of several (`index.segments`).

A merge reads its parts block by block, so that it needs little memory whatever their size, and copies codes
as they are: a vector is coded once in its life.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from index import clusters, inventory, quantised
from index.files import whole_folder
from index.manifest import SegmentEntry, TableEntry
from index.masks import NO_DAY
from index.segments import DIGEST_BYTES, DOCUMENTS, PASSAGES, REACH, digest, folder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from index.records import Item
    from index.segments import Segment

_BLOCK = 1 << 14


class MergeStoppedError(Exception):
    """A merge was told to stop; nothing of it is left."""


def write(
    parent: Path,
    number: int,
    items: Sequence[Item],
    documents: NDArray[np.float32],
    passages: NDArray[np.float32],
) -> SegmentEntry:
    """Write items (ascending numbers), their vectors, and their pieces' (in order of item, then ordinal)."""
    names = sorted({tag for item in items for tag in item.tags})
    numbers = {name: place for place, name in enumerate(names)}
    pairs = sorted({(numbers[tag], place) for place, item in enumerate(items) for tag in item.tags})
    wholes = quantised.encode(documents, REACH[DOCUMENTS])
    pieces = quantised.encode(passages, REACH[PASSAGES])
    ordinals = [ordinal for item in items for ordinal in sorted(piece.ordinal for piece in item.pieces)]
    tags = np.array([tag for tag, _ in pairs], np.int64)
    return _store(
        folder_of(parent, number),
        number,
        {DOCUMENTS: _Rows([wholes]), PASSAGES: _Rows([pieces])},
        above=None,
        tag_names=names,
        ordinals=np.array(ordinals, np.uint32),
        counts=np.array([len(item.pieces) for item in items], np.int64),
        items=np.array([item.id for item in items], np.int64),
        days=np.array([NO_DAY if item.day is None else item.day for item in items], np.int32),
        digests=np.frombuffer(b"".join(digest(item) for item in items), np.uint8).reshape(-1, DIGEST_BYTES),
        tag_starts=np.searchsorted(tags, np.arange(len(names) + 1)).astype(np.int64),
        tag_items=np.array([place for _, place in pairs], np.int32),
        longest=np.array([_longest(wholes, REACH[DOCUMENTS]), _longest(pieces, REACH[PASSAGES])]),
    )


def merge(
    parent: Path,
    number: int,
    parts: Sequence[tuple[Segment, NDArray[np.bool_]]],
    *,
    above: int = clusters.ABOVE,
    stopped: Callable[[], bool] = lambda: False,
) -> SegmentEntry:
    """Write one segment of the living items of several (each with a mask of its items).

    A table of more than `above` rows gets lists. Raises MergeStoppedError when `stopped` says so.
    """
    living = [np.flatnonzero(alive) for _, alive in parts]
    held = [part for part, _ in parts]
    items = np.concatenate([part.items[places] for part, places in zip(held, living, strict=True)])
    order = np.argsort(items, kind="stable")
    inverse = np.empty_like(order)
    inverse[order] = np.arange(order.size)
    moved = np.split(inverse, np.cumsum([places.size for places in living])[:-1])
    of_items = [part.documents.rows(places)[0] for part, places in zip(held, living, strict=True)]
    of_pieces, counts, ordinals = [], [], []
    for (part, alive), places in zip(parts, living, strict=True):
        rows, count = part.passages.rows(places)
        of_pieces.append(rows)
        counts.append(count)
        ordinals.append(part.ordinals[np.repeat(alive, np.diff(part.passages.starts))])
    owners = [np.repeat(mine, count) for mine, count in zip(moved, counts, strict=True)]
    piece_order = np.argsort(np.concatenate(owners), kind="stable")
    names, tag_starts, tag_items = _merged_tags(parts, moved)
    longest = np.array([[part.documents.longest, part.passages.longest] for part, _ in parts])
    return _store(
        folder_of(parent, number),
        number,
        {
            DOCUMENTS: _Rows([part.documents.codes for part, _ in parts], of_items, order, stopped),
            PASSAGES: _Rows([part.passages.codes for part, _ in parts], of_pieces, piece_order, stopped),
        },
        above=above,
        tag_names=names,
        ordinals=np.concatenate(ordinals)[piece_order],
        counts=np.concatenate(counts)[order],
        items=items[order],
        days=np.concatenate([part.days[alive] for part, alive in parts])[order],
        digests=np.concatenate([part.digests[alive] for part, alive in parts])[order],
        tag_starts=tag_starts,
        tag_items=tag_items,
        longest=longest.max(axis=0),
    )


class _Rows:
    """Rows of several arrays in a given order, handed out block by block."""

    def __init__(
        self,
        arrays: Sequence[NDArray[Any]],
        rows: Sequence[NDArray[np.int64]] | None = None,
        order: NDArray[np.int64] | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        rows = [np.arange(len(array)) for array in arrays] if rows is None else rows
        self.arrays = arrays
        self.stopped = stopped
        self.owner = np.repeat(np.arange(len(arrays), dtype=np.int32), [part.size for part in rows])
        self.row = np.concatenate(rows)
        if order is not None:
            self.owner, self.row = self.owner[order], self.row[order]

    def __len__(self) -> int:
        return int(self.row.size)

    def take(self, places: NDArray[np.int64]) -> NDArray[Any]:
        """Return the rows at some places."""
        if self.stopped():
            raise MergeStoppedError
        owner, row = self.owner[places], self.row[places]
        block = np.empty((places.size, self.arrays[0].shape[1]), dtype=self.arrays[0].dtype)
        for number, array in enumerate(self.arrays):
            mine = owner == number
            block[mine] = array[row[mine]]
        return block

    def blocks(self, order: NDArray[np.int64] | None) -> Iterator[NDArray[Any]]:
        """Hand out all rows, in another order where one is given."""
        for start in range(0, len(self), _BLOCK):
            places = np.arange(start, min(start + _BLOCK, len(self)))
            yield self.take(places if order is None else order[places])


def _store(
    target: Path,
    number: int,
    tables: dict[str, _Rows],
    *,
    above: int | None,
    tag_names: list[str],
    ordinals: NDArray[np.uint32],
    **arrays: NDArray[Any],
) -> SegmentEntry:
    names = np.frombuffer(json.dumps(tag_names).encode(), np.uint8)
    with whole_folder(target) as folder:
        entries = {name: _store_table(folder, name, rows, above) for name, rows in tables.items()}
        np.save(folder / "ordinals.npy", ordinals, allow_pickle=False)
        np.savez(folder / "items.npz", allow_pickle=False, tag_names=names, **arrays)
        content = inventory.write(folder, None)
        size = sum(file.stat().st_size for file in folder.iterdir())
    return SegmentEntry(
        number=number,
        items=arrays["items"].size,
        vectors=ordinals.size,
        size=size,
        digest=content,
        documents=entries[DOCUMENTS],
        passages=entries[PASSAGES],
    )


def _store_table(folder: Path, name: str, codes: _Rows, above: int | None) -> TableEntry:
    """Write the codes of a table, in the order of its lists where it has some."""
    order, entry = None, TableEntry()
    if above is not None and len(codes) > above:
        centres, owner = clusters.train(len(codes), codes.take, REACH[name])
        order = np.argsort(owner, kind="stable")
        starts = np.searchsorted(owner[order], np.arange(len(centres) + 1)).astype(np.int64)
    _write_rows(folder / f"{name}.codes.npy", codes.blocks(order), len(codes))
    if order is not None:
        stored = np.load(folder / f"{name}.codes.npy", mmap_mode="r", allow_pickle=False)
        probes, recall = clusters.measured(stored, REACH[name], centres, starts)
        if probes == 0:  # the lists are no use: rows stand in order of items again
            return _store_table(folder, name, codes, None)
        places = np.empty(order.size, np.int32)
        places[order] = np.arange(order.size, dtype=np.int32)
        np.savez(
            folder / f"{name}.lists.npz", allow_pickle=False, centres=centres, starts=starts, places=places
        )
        entry = TableEntry(lists=len(centres), probes=probes, recall=round(recall, 4))
    return entry


def _write_rows(path: Path, blocks: Iterable[NDArray[Any]], count: int) -> None:
    with path.open("wb") as file:
        for number, block in enumerate(blocks):
            if number == 0:
                kind = np.lib.format.dtype_to_descr(block.dtype)
                header = {"descr": kind, "fortran_order": False, "shape": (count, block.shape[1])}
                np.lib.format.write_array_header_1_0(file, header)
            file.write(np.ascontiguousarray(block).data)


def _merged_tags(
    parts: Sequence[tuple[Segment, NDArray[np.bool_]]], places: Sequence[NDArray[np.int64]]
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int32]]:
    """Return names, starts and items of the tags that living items have; `places` are the items' new ones."""
    names = sorted({name for part, _ in parts for name in part.tag_names})
    numbers = {name: place for place, name in enumerate(names)}
    tags, items = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for (part, alive), mine in zip(parts, places, strict=True):
        local = np.array([numbers[name] for name in part.tag_names], np.int64)
        place = np.full(alive.size, -1, np.int64)
        place[alive] = mine
        moved = place[part.tag_items]
        tags.append(np.repeat(local, np.diff(part.tag_starts))[moved >= 0])
        items.append(moved[moved >= 0])
    every, item = np.concatenate(tags), np.concatenate(items)
    order = np.lexsort((item, every))
    used, first = np.unique(every[order], return_index=True)
    starts = np.append(first, order.size).astype(np.int64)
    return [names[tag] for tag in used], starts, item[order].astype(np.int32)


def _longest(codes: NDArray[np.uint8], reach: float) -> float:
    """Return a bound of the lengths of what codes stand for, a little above them."""
    most = 0.0
    for start in range(0, len(codes), _BLOCK):
        vectors = quantised.decode(codes[start : start + _BLOCK], reach)
        most = max(most, float(np.einsum("ij,ij->i", vectors, vectors).max(initial=0.0)))
    return math.sqrt(most) * (1 + 1e-5)
