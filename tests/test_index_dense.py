"""Meaning: exact search over segments, filters, tombstones and merges."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import dense, segments
from index.dense import MOST_SEGMENTS, Dense
from index.errors import IndexDamagedError
from index.records import ORDINAL_BITS, Filter, Item, Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from index.manifest import SegmentEntry

DIM = 16
TAGS = ("class:A01B", "class:A01C", "class:B60", "kind:paper", "kind:patent")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Dense, dict[int, Item], NDArray[np.float32]]:
    """Forty items in three segments, a few of them dead; the vectors by piece number."""
    rng = np.random.default_rng(5)
    items = {number: _item(number, rng) for number in range(1, 41)}
    held = _dense(
        tmp_path_factory.mktemp("dense"), [[items[n] for n in range(k, 41, 3)] for k in (1, 2, 3)], rng
    )
    return replace_dead(held, [3, 17, 40]), items, rng.standard_normal((8, DIM)).astype(np.float32)


FILTERS = st.builds(
    Filter,
    before=st.none() | st.integers(90, 130),
    after=st.none() | st.integers(90, 130),
    undated=st.booleans(),
    tags=st.lists(
        st.lists(st.sampled_from([*TAGS, "class:A01*", "class:*", "kind:p*", "kind:z", "*"]), max_size=3).map(
            tuple
        ),
        max_size=2,
    ).map(tuple),
    without=st.frozensets(st.integers(0, 45), max_size=10),
    only=st.none() | st.frozensets(st.integers(0, 45), max_size=30),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=FILTERS, depth=st.integers(1, 50), row=st.integers(0, 7))
def test_search_is_what_trying_every_item_would_give(
    corpus: tuple[Dense, dict[int, Item], NDArray[np.float32]], wanted: Filter, depth: int, row: int
) -> None:
    held, items, queries = corpus
    mask = held.mask(wanted)
    passing = [n for n, item in items.items() if n not in (3, 17, 40) and _passes(item, wanted)]
    assert held.ids(mask).tolist() == passing
    expected = {}
    for number in passing:
        stored = held.vectors_of(number)
        if stored is not None and stored[0].size:
            expected[number] = float((stored[1] @ queries[row]).max())
    best = sorted(expected, key=lambda number: (-round(expected[number], 4), number))[:depth]
    found = held.search(queries[row], mask, depth)
    assert [item for item, _ in found] == best
    assert all(score == pytest.approx(expected[item], abs=1e-4) for item, score in found)


def test_scores_name_every_piece(corpus: tuple[Dense, dict[int, Item], NDArray[np.float32]]) -> None:
    held, items, queries = corpus
    scores = held.scores(queries[0], [1, 2, 3, 99])
    assert scores.keys() == {1, 2}  # 3 is dead, 99 never was
    assert all(list(scores[n]) == [piece.ordinal for piece in items[n].pieces] for n in (1, 2))


def test_a_score_does_not_depend_on_the_segment(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    items = [_item(number, rng) for number in range(1, 30)]
    vectors = {item.id: rng.standard_normal((len(item.pieces), DIM)).astype(np.float32) for item in items}
    query = rng.standard_normal(DIM).astype(np.float32)
    results = []
    for size in (1, 4, 29):
        batches = [items[start : start + size] for start in range(0, 29, size)]
        held = _dense(tmp_path / str(size), batches, rng, vectors)
        results.append(held.search(query, held.alive, 29))
    assert results[0] == results[1] == results[2]


def test_equal_scores_are_cut_by_item_number(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    items = [_item(number, rng, pieces=1) for number in range(1, 31)]
    same = np.ones((1, DIM), np.float32)
    held = _dense(tmp_path, [items[15:], items[:15]], rng, {item.id: same for item in items})
    assert [item for item, _ in held.search(same[0], held.alive, 4)] == [1, 2, 3, 4]


def test_a_merge_keeps_the_living_and_their_attributes(
    tmp_path: Path, corpus: tuple[Dense, dict[int, Item], NDArray[np.float32]]
) -> None:
    held, items, queries = corpus
    entry = segments.merge(tmp_path, 9, list(zip(held.segments, held.alive, strict=True)))
    merged = Dense(segments=(segments.load(tmp_path, entry, DIM),), dead=np.zeros((0, 2), np.int64))
    assert (merged.items, merged.vectors) == (held.items, held.vectors)
    assert merged.search(queries[0], merged.alive, 50) == held.search(queries[0], held.alive, 50)
    for number, item in items.items():
        place = merged.find(number)
        assert (place is None) == (number in (3, 17, 40))
        if place is not None:
            assert place[0].tags(place[1]) == sorted(item.tags)
            assert place[0].digests[place[1]].tobytes() == segments.digest(item)
            assert int(place[0].days[place[1]]) == (item.day or 0)


def test_too_many_segments_are_merged_smallest_first(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    sizes = [5, *[1] * MOST_SEGMENTS]
    numbers = iter(range(1, 100))
    held = _dense(tmp_path, [[_item(next(numbers), rng, pieces=1) for _ in range(n)] for n in sizes], rng)
    assert 0 not in held.to_merge()
    assert len(held.to_merge()) > MOST_SEGMENTS / 2


def test_a_segment_of_tombstones_is_written_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    held = _dense(tmp_path, [[_item(n, rng) for n in (1, 2, 3)], [_item(n, rng) for n in (4, 5, 6)]], rng)
    assert held.to_merge() == ()
    assert replace_dead(held, [4, 6]).to_merge() == (1,)


def test_burying_twice_is_burying_once(corpus: tuple[Dense, dict[int, Item], NDArray[np.float32]]) -> None:
    held = corpus[0]
    buried = held.bury([1, 2, 3])
    assert len(buried) == len(held.dead) + 2
    assert np.array_equal(replace_dead(held, [1, 2]).bury([1, 2]), buried)


def test_a_digest_tells_versions_apart_and_ignores_order() -> None:
    item = _item(7, np.random.default_rng(0), pieces=2)
    assert segments.digest(item) == segments.digest(replace(item, tags=item.tags[::-1] + item.tags))
    assert segments.digest(item) == segments.digest(replace(item, pieces=item.pieces[::-1]))
    changes = (
        replace(item, title="other"),
        replace(item, day=5),
        replace(item, tags=()),
        replace(item, pieces=item.pieces[:1]),
        replace(item, pieces=(replace(item.pieces[0], text="other"), item.pieces[1])),
    )
    assert len({segments.digest(other) for other in (item, *changes)}) == 6


@pytest.mark.parametrize("name", ["vectors.npy", "pieces.npy", "items.npz"])
def test_a_short_file_is_damage(tmp_path: Path, name: str) -> None:
    entry = _write(tmp_path, 1)
    path = segments.folder_of(tmp_path, 1) / name
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(IndexDamagedError, match="the manifest says"):
        segments.load(tmp_path, entry, DIM)


@pytest.mark.parametrize("name", ["vectors.npy", "pieces.npy", "items.npz"])
def test_an_overwritten_file_is_damage(tmp_path: Path, name: str) -> None:
    entry = _write(tmp_path, 1)
    path = segments.folder_of(tmp_path, 1) / name
    path.write_bytes(b"\x80" * len(path.read_bytes()))
    with pytest.raises(IndexDamagedError, match="holds other bytes"):
        segments.load(tmp_path, entry, DIM)


def test_vectors_of_another_length_are_damage(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match="float32"):
        segments.load(tmp_path, _write(tmp_path, 1), DIM + 1)


def test_tombstones_come_back_and_damage_is_noticed(tmp_path: Path) -> None:
    dead = np.array([[2, 5], [2, 9]], np.int64)
    dense.save_dead(tmp_path, 4, dead)
    assert np.array_equal(dense._load_dead(tmp_path, 4), dead)
    dense.dead_path(tmp_path, 4).write_bytes(b"nonsense")
    with pytest.raises(IndexDamagedError):
        dense._load_dead(tmp_path, 4)


def test_items_without_pieces_are_kept_but_never_near(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    held = _dense(
        tmp_path, [[_item(1, rng, pieces=0), _item(2, rng, pieces=1)], [_item(3, rng, pieces=0)]], rng
    )
    assert (held.items, held.vectors) == (3, 1)
    assert [item for item, _ in held.search(np.ones(DIM, np.float32), held.alive, 9)] == [2]


def replace_dead(held: Dense, items: Iterable[int]) -> Dense:
    return Dense(segments=held.segments, dead=held.bury(items))


def _passes(item: Item, wanted: Filter) -> bool:
    if wanted.before is not None or wanted.after is not None:
        if item.day is None:
            if not wanted.undated:
                return False
        elif not (wanted.after or 0) <= item.day < (wanted.before or 10**9):
            return False
    for group in wanted.tags:
        if not any(
            tag.startswith(want[:-1]) if want.endswith("*") else tag == want
            for tag in item.tags
            for want in group
        ):
            return False
    return item.id not in wanted.without and (wanted.only is None or item.id in wanted.only)


def _item(number: int, rng: np.random.Generator, pieces: int | None = None) -> Item:
    count = int(rng.integers(0, 5)) if pieces is None else pieces
    ordinals = sorted(rng.choice(9, count, replace=False).tolist())
    return Item(
        id=number,
        day=None if rng.random() < 0.2 else int(rng.integers(90, 130)),
        tags=tuple(tag for tag in TAGS if rng.random() < 0.4),
        title=f"item {number}",
        pieces=tuple(Piece(ordinal=n, field="claims", text=f"{number}/{n}") for n in ordinals),
    )


def _dense(
    parent: Path,
    batches: Sequence[Sequence[Item]],
    rng: np.random.Generator,
    vectors: dict[int, NDArray[np.float32]] | None = None,
) -> Dense:
    parent.mkdir(exist_ok=True)
    opened = []
    for number, batch in enumerate(batches, start=1):
        rows = [
            vectors[item.id] if vectors else rng.standard_normal((len(item.pieces), DIM)).astype(np.float32)
            for item in batch
        ]
        entry = segments.write(parent, number, batch, np.concatenate(rows))
        opened.append(segments.load(parent, entry, DIM))
    return Dense(segments=tuple(opened), dead=np.zeros((0, 2), np.int64))


def _write(parent: Path, number: int) -> SegmentEntry:
    rng = np.random.default_rng(0)
    items = [_item(n, rng, pieces=2) for n in (1, 2)]
    assert int(items[1].id << ORDINAL_BITS) > 0
    return segments.write(parent, number, items, rng.standard_normal((4, DIM)).astype(np.float32))
