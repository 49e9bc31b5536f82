"""How a batch of items becomes the next generation of an index.

`apply` writes the vectors (a new segment) and, beside it, both word indexes (a new folder), then the
tombstones, then the manifest. Only the last step counts, and it is a rename. Killed before it, the index
opens at the generation before and the next writer sweeps the leftovers away; the caller applies the batch
again. Items that are there already, unchanged, are recognised by their digest and cost nothing, so applying
twice doubles nothing. A merge (`index.merging`) that is finished by then becomes part of the generation.

One process writes at a time (`index.locking`). Readers need no permission: they keep the generation that they
opened, and files of the last two generations stay for those that are just opening.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from index import dense, manifest, segment_files, segments
from index.dense import Dense
from index.errors import EncoderOutputError, ItemError
from index.files import TEMPORARY
from index.lexical_files import write_generation
from index.manifest import Manifest
from index.records import ITEM_LIMIT, NAMES, ORDINAL_BITS
from index.text import TEXT_FORMAT

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from index.encoder import Encoder
    from index.encoders import Encoders
    from index.merging import Merger
    from index.records import Item, Piece

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
        text_format=TEXT_FORMAT,
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
    merger: Merger,
) -> tuple[Manifest, Dense] | None:
    """Write the next generation; None when nothing changes. Raises ItemError, EncoderOutputError."""
    wanted = {item.id: item for item in add}
    for item in wanted.values():
        _check(item)
    changed = [wanted[number] for number in sorted(wanted) if not _holds(held, wanted[number])]
    gone = {number for number in remove if number not in wanted and held.find(number) is not None}
    if not changed and not gone:
        return None
    generation = current.generation + 1
    old = {item.id for item in changed if held.find(item.id) is not None} | gone
    with ThreadPoolExecutor(1) as pool:
        words = pool.submit(_words, folder, current, generation, changed, old)
        vectors = _encoded(encoders, changed)
        made = merger.adopted(held)
        made = Dense(segments=made.segments, dead=made.bury(old))
        if changed:
            made = _with_segment(dense_folder(folder), made, 2 * generation, changed, vectors)
        entries, pieces, listed = words.result()
    following = replace(
        current,
        generation=generation,
        words=generation,
        documents=entries,
        pieces=pieces,
        lexical=listed,
    )
    return commit(folder, following, made, merger), made


def settle(folder: Path, current: Manifest, held: Dense, merger: Merger) -> tuple[Manifest, Dense] | None:
    """Take over the merge that is under way as a generation of its own; None where there is none."""
    merger.wait()
    made = merger.adopted(held)
    if made is held:
        return None
    return commit(folder, replace(current, generation=current.generation + 1), made, merger), made


def drop(folder: Path, current: Manifest, held: Dense, lost: Collection[int]) -> Manifest:
    """Write a generation without the segments that could not be read and without their items.

    Whoever has these items can add them again, and nothing else has to be made again.
    """
    generation = current.generation + 1
    entries, pieces, listed = _words(folder, current, generation, (), lost)
    numbers = np.array([segment.entry.number for segment in held.segments], np.int64)
    made = Dense(segments=held.segments, dead=held.dead[np.isin(held.dead[:, 0], numbers)])
    following = replace(
        current, generation=generation, words=generation, documents=entries, pieces=pieces, lexical=listed
    )
    return commit(folder, following, made, None)


def commit(folder: Path, following: Manifest, made: Dense, merger: Merger | None) -> Manifest:
    """Make a generation the current one: its tombstones, then its manifest."""
    generation, digest = following.generation, ""
    if made.dead.size:
        digest = dense.save_dead(dense_folder(folder), generation, made.dead)
    following = replace(
        following,
        items=made.items,
        vectors=made.vectors,
        segments=tuple(segment.entry for segment in made.segments),
        dead=generation if made.dead.size else 0,
        dead_digest=digest,
    )
    manifest.write(folder, following)
    if merger is not None:
        merger.done(made)
        merger.start(made, 2 * generation + 1)
    return following


def sweep(folder: Path, *known: Manifest, keep: Collection[str] = ()) -> None:
    """Delete what none of the known generations names, but for some names among the segments."""
    parent = dense_folder(folder)
    kept = {*keep}
    for generation in known:
        kept.add(words_folder(folder, generation).name)
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
    """Return where the word indexes lie that were made with a generation."""
    return folder / "lexical" / f"generation-{generation:08d}"


def words_folder(folder: Path, opened: Manifest) -> Path:
    """Return where a generation's word indexes lie."""
    return lexical_folder(folder, opened.words)


def _words(
    folder: Path, current: Manifest, generation: int, add: Sequence[Item], remove: Collection[int]
) -> tuple[int, int, str]:
    target = lexical_folder(folder, generation)
    shutil.rmtree(target, ignore_errors=True)  # left by a batch that failed
    return write_generation(words_folder(folder, current), target, add, remove)


def _holds(held: Dense, item: Item) -> bool:
    place = held.find(item.id)
    return place is not None and place[0].digests[place[1]].tobytes() == segments.digest(item)


def _in_order(item: Item) -> list[Piece]:
    return sorted(item.pieces, key=lambda piece: piece.ordinal)


def _brief(item: Item) -> str:
    return item.brief or (_in_order(item)[0].text if item.pieces else item.title)


def _encoded(encoders: Encoders, items: Sequence[Item]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the vectors of items (m, dim) and of their pieces (n, passage_dim)."""
    texts = [_brief(item) for item in items], [piece.text for item in items for piece in _in_order(item)]
    return _rows(encoders.documents, texts[0]), _rows(encoders.passages, texts[1])


def _rows(encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
    if not texts:
        return np.zeros((0, encoder.dim), np.float32)
    vectors = np.asarray(encoder.encode(texts), np.float32)
    if vectors.shape != (len(texts), encoder.dim):
        raise EncoderOutputError(encoder.name, f"shape {vectors.shape}", f"({len(texts)}, {encoder.dim})")
    return vectors


def _with_segment(
    parent: Path,
    held: Dense,
    number: int,
    items: Sequence[Item],
    vectors: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> Dense:
    entry = segment_files.write(parent, number, items, *vectors)
    opened = segments.load(parent, entry, vectors[0].shape[1], vectors[1].shape[1])
    return Dense(segments=(*held.segments, opened), dead=held.dead)


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
