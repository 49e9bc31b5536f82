"""Merges beside the writer's work: taken over late, stopped, failing."""

from __future__ import annotations

import errno
import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import segment_files
from index.hybrid import HybridIndex
from index.merging import MOST_SEGMENTS, Merger, to_merge
from tests.dense_samples import DIM, PASSAGE_DIM, Vectors, make, unit, without
from tests.hash_encoder import hashed
from tests.index_samples import make_item

if TYPE_CHECKING:
    from pathlib import Path

    from index.dense import Dense
    from index.manifest import SegmentEntry

QUERIES = ("ceramic seal of a rotor", "laser mirror", "packet router cache")


def test_too_many_segments_are_merged_smallest_first(tmp_path: Path) -> None:
    held = _held(tmp_path, [5, *[1] * MOST_SEGMENTS])[1]
    assert 0 not in to_merge(held)
    assert len(to_merge(held)) > MOST_SEGMENTS / 2


def test_a_segment_of_tombstones_is_written_again(tmp_path: Path) -> None:
    held = _held(tmp_path, [3, 3])[1]
    assert to_merge(held) == ()
    assert to_merge(without(held, [4, 6])) == (1,)


def test_what_dies_while_a_merge_runs_stays_dead(tmp_path: Path) -> None:
    vectors, held = _held(tmp_path, [1] * (MOST_SEGMENTS + 1))
    held = without(held, [2])
    merger = Merger(tmp_path, (DIM, PASSAGE_DIM))
    assert merger.start(held, 900)
    later = without(held, [3, 17])
    merger.wait()
    made = merger.adopted(later)
    assert len(made.segments) < len(later.segments)
    assert made.ids(made.alive).tolist() == later.ids(later.alive).tolist()
    for query in unit(np.random.default_rng(0), 5, DIM):
        assert made.search_documents(query, made.alive, 30) == later.search_documents(query, later.alive, 30)
    numbers = {segment.entry.number for segment in made.segments}
    assert {int(number) for number in made.dead[:, 0]} <= numbers
    assert vectors.items[3].id in made.dead[:, 1]
    assert vectors.items[2].id not in made.dead[:, 1]
    merger.done(made)
    assert merger.keeps == frozenset()


def test_a_merge_of_tombstones_alone_leaves_no_segment(tmp_path: Path) -> None:
    held = without(_held(tmp_path, [2, 3])[1], [1, 2])
    merger = Merger(tmp_path, (DIM, PASSAGE_DIM))
    assert merger.start(held, 900)
    made = merger.adopted(held)
    assert (len(made.segments), made.items, len(made.dead)) == (1, 3, 0)


def test_a_merge_that_is_stopped_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = _held(tmp_path, [3] * (MOST_SEGMENTS + 1))[1]
    before = {path.name for path in tmp_path.iterdir()}
    merger = Merger(tmp_path, (DIM, PASSAGE_DIM))
    begun = threading.Event()
    take = segment_files._Rows.take

    def slow(rows: segment_files._Rows, places: np.ndarray) -> np.ndarray:
        begun.set()
        while not rows.stopped():
            pass
        return take(rows, places)

    monkeypatch.setattr(segment_files._Rows, "take", slow)
    merger.start(held, 900)
    begun.wait()
    assert merger.adopted(held) is held  # it is not waited for
    assert merger.keeps == {"segment-00000900", "segment-00000900.tmp"}
    merger.stop()
    assert {path.name for path in tmp_path.iterdir()} == before
    assert merger.adopted(held) is held


def test_a_batch_does_not_wait_for_a_merge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    merge = segment_files.merge

    def gated(*arguments: object, **more: object) -> SegmentEntry:
        gate.wait()
        return merge(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(segment_files, "merge", gated)
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        for number in range(1, MOST_SEGMENTS + 6):
            index.apply([make_item(number)])
        assert len(index.manifest.segments) == MOST_SEGMENTS + 5  # the merge has not been let go
        index.apply([], [2])
        found = [index.search(query, limit=50) for query in QUERIES]
        gate.set()
        settled = index.settle()
        assert len(settled.segments) < MOST_SEGMENTS
        assert [index.search(query, limit=50) for query in QUERIES] == found
    with HybridIndex.open(tmp_path, hashed()) as reader:
        assert [reader.search(query, limit=50) for query in QUERIES] == found
        assert reader.manifest == settled
        assert 2 not in reader.ids()


def test_a_full_disk_in_a_merge_costs_nothing_and_the_merge_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> SegmentEntry:
        raise OSError(errno.ENOSPC, "no space left")

    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        with monkeypatch.context() as patch:
            patch.setattr(segment_files, "merge", full)
            for number in range(1, MOST_SEGMENTS + 4):
                index.apply([make_item(number)])
                if index._merger is not None:
                    index._merger.wait()
            assert index._merger is not None
            assert "no space left" in index._merger.failure
            assert index.items == len(index.manifest.segments) == MOST_SEGMENTS + 3
        index.apply([make_item(99)])
        assert len(index.settle().segments) <= MOST_SEGMENTS
        assert index.items == MOST_SEGMENTS + 4
        assert index._merger.failure == ""


def test_a_writer_that_fails_gives_its_merge_up(tmp_path: Path) -> None:
    def fail() -> None:
        with HybridIndex.open(tmp_path, hashed(), write=True) as index:
            for number in range(1, MOST_SEGMENTS + 2):
                index.apply([make_item(number)])
            raise RuntimeError("of the caller")

    with pytest.raises(RuntimeError, match="of the caller"):
        fail()
    assert all(thread.name != "merge" for thread in threading.enumerate())
    with HybridIndex.open(tmp_path, hashed()) as reader:
        assert reader.items == MOST_SEGMENTS + 1


def test_merged_words_and_vectors_of_a_large_index_are_grouped_and_say_how_well(tmp_path: Path) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True, lists_above=300) as index:
        for start in range(1, 18 * 40, 40):
            index.apply([make_item(number) for number in range(start, start + 40)])
        manifest = index.settle()
        large = max(manifest.segments, key=lambda entry: entry.vectors)
        assert large.vectors > 300
        assert large.passages.lists == 0 or large.passages.recall >= 0.95
        assert index.search(QUERIES[0])


def _held(parent: Path, sizes: list[int]) -> tuple[Vectors, Dense]:
    rng = np.random.default_rng(3)
    vectors = Vectors([make(number, rng, pieces=1) for number in range(1, sum(sizes) + 1)], rng)
    numbers = iter(range(1, sum(sizes) + 1))
    return vectors, vectors.dense(parent, [[vectors.items[next(numbers)] for _ in range(n)] for n in sizes])
