"""How a batch of items becomes the next generation of an index.

`apply` writes, in this order: the vectors (a new segment), both word indexes (a new folder), the tombstones,
then the manifest. Only the last step counts, and it is a rename. Killed before it, the index opens at the
generation before and the next writer sweeps the leftovers away; the caller applies the batch again. Items
that are there already, unchanged, are recognised by their digest and cost nothing, so applying twice doubles
nothing.

One process writes at a time; that is the caller's to see to. Readers need no permission: they keep the
generation that they opened, and files of the last two generations stay for those that are just opening.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from index import dense, manifest, segments
from index.dense import Dense
from index.errors import EncoderOutputError, ItemError
from index.files import TEMPORARY
from index.lexical_files import write_generation
from index.manifest import Manifest
from index.records import ITEM_LIMIT, NAMES, ORDINAL_BITS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from index.encoder import Encoder
    from index.encoders import Encoders
    from index.records import Item, Piece
    from index.segments import Segment

_FIELDS = frozenset({"abstract", "claims", "description"})


def create(folder: Path, encoders: Encoders, passages_format: int) -> None:
    """Make an empty index, over whatever a killed attempt left."""
    dense_folder(folder).mkdir(parents=True, exist_ok=True)
    target = lexical_folder(folder, 0)
    shutil.rmtree(target, ignore_errors=True)
    _, _, listed = write_generation(None, target, (), ())
    empty = Manifest(
        generation=0,
        model=encoders.documents.name,
        model_sha256=encoders.documents.sha256,
        precision=encoders.documents.precision,
        dim=encoders.documents.dim,
        passage_model=encoders.passages.name,
        passage_sha256=encoders.passages.sha256,
        passage_dim=encoders.passages.dim,
        passages_format=passages_format,
        lexical=listed,
    )
    manifest.write(folder, empty)


def apply(
    folder: Path,
    encoders: Encoders,
    current: Manifest,
    held: Dense,
    add: Sequence[Item],
    remove: Sequence[int],
) -> tuple[Manifest, Dense] | None:
    """Write the next generation; None when nothing changes. Raises ItemError, EncoderOutputError."""
    wanted = {item.id: item for item in add}
    for item in wanted.values():
        _check(item)
    changed = [wanted[number] for number in sorted(wanted) if not _holds(held, wanted[number])]
    gone = {number for number in remove if number not in wanted and held.find(number) is not None}
    if not changed and not gone:
        return None
    documents = _encoded(encoders.documents, [_brief(item) for item in changed])
    vectors = _encoded(encoders.passages, [piece.text for item in changed for piece in _in_order(item)])
    generation = current.generation + 1
    old = {item.id for item in changed if held.find(item.id) is not None} | gone
    parent = dense_folder(folder)
    made = _next(parent, held, generation, changed, (documents, vectors), held.bury(old))
    target = lexical_folder(folder, generation)
    shutil.rmtree(target, ignore_errors=True)  # left by a batch that failed
    entries, pieces, listed = write_generation(
        lexical_folder(folder, current.generation), target, changed, old
    )
    if made.dead.size:
        dense.save_dead(parent, generation, made.dead)
    following = replace(
        current,
        generation=generation,
        items=made.items,
        vectors=made.vectors,
        documents=entries,
        pieces=pieces,
        lexical=listed,
        segments=tuple(segment.entry for segment in made.segments),
        dead=generation if made.dead.size else 0,
    )
    manifest.write(folder, following)
    return following, made


def sweep(folder: Path, *known: Manifest) -> None:
    """Delete what none of the known generations names."""
    parent = dense_folder(folder)
    kept = set()
    for generation in known:
        kept.add(lexical_folder(folder, generation.generation).name)
        kept.update(segments.folder_of(parent, entry.number).name for entry in generation.segments)
        if generation.dead:
            kept.add(dense.dead_path(parent, generation.dead).name)
    for place in (folder / "lexical", parent):
        for path in place.iterdir():
            if path.name not in kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / (manifest.NAME + TEMPORARY)).unlink(missing_ok=True)


def dense_folder(folder: Path) -> Path:
    """Return where segments and tombstones lie."""
    return folder / "dense"


def lexical_folder(folder: Path, generation: int) -> Path:
    """Return where a generation's word indexes lie."""
    return folder / "lexical" / f"generation-{generation:08d}"


def _holds(held: Dense, item: Item) -> bool:
    place = held.find(item.id)
    return place is not None and place[0].digests[place[1]].tobytes() == segments.digest(item)


def _in_order(item: Item) -> list[Piece]:
    return sorted(item.pieces, key=lambda piece: piece.ordinal)


def _brief(item: Item) -> str:
    return item.brief or (_in_order(item)[0].text if item.pieces else item.title)


def _encoded(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    if not texts:
        return np.zeros((0, encoder.dim), np.float32)
    vectors = np.asarray(encoder.encode(texts), np.float32)
    if vectors.shape != (len(texts), encoder.dim):
        raise EncoderOutputError(encoder.name, f"shape {vectors.shape}", f"({len(texts)}, {encoder.dim})")
    return vectors


def _next(
    parent: Path,
    held: Dense,
    generation: int,
    items: Sequence[Item],
    vectors: tuple[NDArray[np.float32], NDArray[np.float32]],
    dead: NDArray[np.int64],
) -> Dense:
    """Write a segment and merge where there are too many; returns the next generation's vectors."""
    dims = vectors[0].shape[1], vectors[1].shape[1]
    opened: list[Segment] = list(held.segments)
    if items:
        opened.append(segments.load(parent, segments.write(parent, 2 * generation, items, *vectors), *dims))
    made = Dense(segments=tuple(opened), dead=dead)
    chosen = made.to_merge()
    if not chosen:
        return made
    parts = [(made.segments[n], made.alive[n]) for n in chosen]
    kept = [segment for n, segment in enumerate(made.segments) if n not in chosen]
    if any(alive.any() for _, alive in parts):
        kept.append(segments.load(parent, segments.merge(parent, 2 * generation + 1, parts), *dims))
    numbers = np.array([segment.entry.number for segment in kept], np.int64)
    return Dense(segments=tuple(kept), dead=dead[np.isin(dead[:, 0], numbers)])


def _check(item: Item) -> None:
    if not 0 < item.id < ITEM_LIMIT:
        raise ItemError(item.id, f"its number is not between 1 and {ITEM_LIMIT - 1}")
    ordinals = {piece.ordinal for piece in item.pieces}
    if len(ordinals) != len(item.pieces):
        raise ItemError(item.id, "two of its pieces have one ordinal")
    if any(not 0 <= ordinal < 1 << ORDINAL_BITS for ordinal in ordinals):
        raise ItemError(item.id, f"an ordinal is not between 0 and {(1 << ORDINAL_BITS) - 1}")
    if unknown := {piece.field for piece in item.pieces} - _FIELDS:
        raise ItemError(item.id, f"no field is called {', '.join(sorted(unknown))}")
    if unknown := {field for field, _ in item.names} - {*NAMES}:
        raise ItemError(item.id, f"no name is called {', '.join(sorted(unknown))}")
    if item.day is not None and item.day < 1:
        raise ItemError(item.id, f"{item.day} is not an ordinal day")
