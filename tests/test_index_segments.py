"""Segments on disk: what comes back, what a merge keeps, and lists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import clusters, segment_files, segments
from index.dense import Dense
from index.errors import IndexDamagedError
from index.records import Filter
from tests.dense_samples import DIM, PASSAGE_DIM, Vectors, make, passes, unit, without

if TYPE_CHECKING:
    from pathlib import Path

    from index.manifest import SegmentEntry
    from index.records import Item

FILES = ("documents.codes.npy", "passages.codes.npy", "ordinals.npy", "items.npz")


def test_a_digest_tells_versions_apart_and_ignores_order() -> None:
    item = make(7, np.random.default_rng(0), pieces=2)
    assert segments.digest(item) == segments.digest(replace(item, tags=item.tags[::-1] + item.tags))
    assert segments.digest(item) == segments.digest(replace(item, pieces=item.pieces[::-1]))
    changes = (
        replace(item, title="other"),
        replace(item, day=5),
        replace(item, tags=("other",)),
        replace(item, brief="other"),
        replace(item, names=(("assignee", "other"),)),
        replace(item, pieces=item.pieces[:1]),
        replace(item, pieces=(replace(item.pieces[0], text="other"), item.pieces[1])),
    )
    assert len({segments.digest(other) for other in (item, *changes)}) == len(changes) + 1


@pytest.mark.parametrize("name", [*FILES, "files.json"])
@pytest.mark.parametrize("byte", [0, -1])
def test_one_changed_byte_is_damage_and_its_file_is_named(tmp_path: Path, name: str, byte: int) -> None:
    entry = _entry(tmp_path)
    path = segments.folder_of(tmp_path, 1) / name
    data = bytearray(path.read_bytes())
    data[byte] ^= 1
    path.write_bytes(data)
    with pytest.raises(IndexDamagedError) as caught:
        segments.load(tmp_path, entry, DIM, PASSAGE_DIM)
    assert caught.value.path == path


@pytest.mark.parametrize("name", FILES)
def test_a_short_file_is_damage(tmp_path: Path, name: str) -> None:
    entry = _entry(tmp_path)
    path = segments.folder_of(tmp_path, 1) / name
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(IndexDamagedError, match="were written"):
        segments.load(tmp_path, entry, DIM, PASSAGE_DIM)


@pytest.mark.parametrize("dims", [(DIM + 1, PASSAGE_DIM), (DIM, PASSAGE_DIM + 1)])
def test_vectors_of_another_length_are_damage(tmp_path: Path, dims: tuple[int, int]) -> None:
    with pytest.raises(IndexDamagedError, match="not \\("):
        segments.load(tmp_path, _entry(tmp_path), *dims)


def test_a_merge_keeps_the_living_and_their_attributes(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    vectors = Vectors([make(number, rng) for number in range(1, 61)], rng)
    items = list(vectors.items.values())
    held = without(vectors.dense(tmp_path, [items[k::3] for k in range(3)]), [3, 17, 40])
    merged = _merged(tmp_path, held)
    assert (merged.items, merged.vectors) == (held.items, held.vectors)
    _same_answers(merged, held, rng)
    for wanted in (Filter(tags=(("class:A01*",),)), Filter(before=110), Filter(tags=(("kind:paper",),))):
        passing = [item.id for item in items if item.id not in (3, 17, 40) and passes(item, wanted)]
        assert merged.ids(merged.mask(wanted)).tolist() == passing
    for number, item in vectors.items.items():
        place = merged.find(number)
        assert (place is None) == (number in (3, 17, 40))
        if place is not None:
            assert place[0].digests[place[1]].tobytes() == segments.digest(item)
            assert place[0].pieces(place[1])[0].tolist() == [piece.ordinal for piece in item.pieces]


def test_a_large_table_gets_lists_that_find_what_a_scan_finds(tmp_path: Path) -> None:
    vectors, held = _large(tmp_path)
    merged = _merged(tmp_path, held, above=1000)
    entry = merged.segments[0].entry
    for table in (entry.documents, entry.passages):
        assert table.lists > 20
        assert 0 < table.probes <= table.lists // 4
        assert clusters.FLOOR <= table.recall <= 1
    assert merged.vectors == held.vectors
    found = total = 0
    for number in range(1, 2000, 97):
        query = vectors.documents[number]
        true = {item for item, _ in held.search_documents(query, held.alive, 50)}
        found += len(true & {item for item, _ in merged.search_documents(query, merged.alive, 50)})
        total += 50
        assert merged.vectors_of(number)[0].tolist() == held.vectors_of(number)[0].tolist()  # type: ignore[index]
        assert np.array_equal(merged.document_vector(number), held.document_vector(number))  # type: ignore[arg-type]
    assert found >= 0.9 * total


def test_lists_are_left_aside_where_a_filter_is_selective(tmp_path: Path) -> None:
    vectors, held = _large(tmp_path)
    merged = _merged(tmp_path, held, above=1000)
    rng = np.random.default_rng(4)
    for wanted in (Filter(only=frozenset(range(5, 2000, 40))), Filter(only=frozenset({7}))):
        for query in unit(rng, 5, PASSAGE_DIM):
            mask, flat = merged.mask(wanted), held.mask(wanted)
            assert merged.search_passages(query, mask, 20) == held.search_passages(query, flat, 20)
    query = vectors.documents[1]
    everything = merged.search_documents(query, merged.alive, 2000)
    assert everything == held.search_documents(query, held.alive, 2000)  # the lists did not hold enough


def test_rows_that_lie_nowhere_in_particular_get_no_lists(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    vectors = Vectors([make(number, rng, pieces=1) for number in range(1, 1201)], rng)
    held = vectors.dense(tmp_path, [list(vectors.items.values())])
    merged = _merged(tmp_path, held, above=1000)
    assert merged.segments[0].entry.documents.lists == 0
    _same_answers(merged, held, rng)


def test_the_same_rows_make_the_same_lists(tmp_path: Path) -> None:
    _, held = _large(tmp_path)
    parts = list(zip(held.segments, held.alive, strict=True))
    digests = {segment_files.merge(tmp_path, number, parts, above=1000).digest for number in (50, 51)}
    assert len(digests) == 1


def test_a_segment_with_lists_can_be_merged_again(tmp_path: Path) -> None:
    _, held = _large(tmp_path)
    merged = _merged(tmp_path, held, above=1000)
    half = without(merged, range(1, 2001, 2))
    entry = segment_files.merge(tmp_path, 60, [(half.segments[0], half.alive[0])], above=10**9)
    again = Dense(
        segments=(segments.load(tmp_path, entry, DIM, PASSAGE_DIM),), dead=np.zeros((0, 2), np.int64)
    )
    _same_answers(again, without(held, range(1, 2001, 2)), np.random.default_rng(3))


def _large(tmp_path: Path) -> tuple[Vectors, Dense]:
    """Two thousand items that lie in groups."""
    rng = np.random.default_rng(11)
    vectors = Vectors([make(number, rng, pieces=2) for number in range(1, 2001)], rng)
    centres = unit(rng, 30, DIM)
    for number in vectors.items:
        group = int(rng.integers(0, 30))
        near = centres[group] + 0.25 * unit(rng, 1, DIM)[0]
        vectors.documents[number] = near / np.linalg.norm(near)
        pieces = centres[group, :PASSAGE_DIM] + 0.15 * unit(rng, 2, PASSAGE_DIM)
        vectors.passages[number] = pieces / np.linalg.norm(pieces, axis=1, keepdims=True)
    items = list(vectors.items.values())
    return vectors, vectors.dense(tmp_path, [items[:700], items[700:]])


def _merged(tmp_path: Path, held: Dense, above: int = clusters.ABOVE) -> Dense:
    parts = list(zip(held.segments, held.alive, strict=True))
    entry = segment_files.merge(tmp_path, 90, parts, above=above)
    made = segments.load(tmp_path, entry, DIM, PASSAGE_DIM)
    return Dense(segments=(made,), dead=np.zeros((0, 2), np.int64))


def _same_answers(one: Dense, other: Dense, rng: np.random.Generator) -> None:
    for query in unit(rng, 5, PASSAGE_DIM):
        assert one.search_passages(query, one.alive, 50) == other.search_passages(query, other.alive, 50)
    for query in unit(rng, 5, DIM):
        assert one.search_documents(query, one.alive, 50) == other.search_documents(query, other.alive, 50)


def _entry(parent: Path) -> SegmentEntry:
    rng = np.random.default_rng(0)
    items: list[Item] = [make(number, rng, pieces=2) for number in (1, 2)]
    return Vectors(items, rng).segment(parent, 1, items).entry
