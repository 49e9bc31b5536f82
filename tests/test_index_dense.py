"""Meaning: exact search over segments, under filters and tombstones."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import dense, inventory, quantised
from index.dense import Dense
from index.errors import IndexDamagedError
from index.quantised import FINE, WIDE, Run
from index.records import Filter
from tests.dense_samples import DIM, PASSAGE_DIM, TAGS, Vectors, make, passes, unit, without

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

DEAD = (3, 17, 40)


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    rng = np.random.default_rng(5)
    return Vectors([make(number, rng) for number in range(1, 41)], rng)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory, vectors: Vectors) -> Dense:
    """Forty items in three segments, a few of them dead."""
    batches = [[vectors.items[n] for n in range(k, 41, 3)] for k in (1, 2, 3)]
    return without(vectors.dense(tmp_path_factory.mktemp("dense"), batches), DEAD)


def queries(dim: int) -> NDArray[np.float32]:
    return unit(np.random.default_rng(77), 8, dim)


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
def test_passages_are_what_scoring_every_piece_would_give(
    held: Dense, vectors: Vectors, wanted: Filter, depth: int, row: int
) -> None:
    query = queries(PASSAGE_DIM)[row]
    passing = [n for n, item in vectors.items.items() if n not in DEAD and passes(item, wanted)]
    mask = held.mask(wanted)
    assert held.ids(mask).tolist() == passing
    stored = {n: held.passage_scores(query, [n])[n] for n in passing}
    best = {n: max(scores.values()) for n, scores in stored.items() if scores}
    found = held.search_passages(query, mask, depth)
    assert found == sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))[:depth]
    assert all(
        score == pytest.approx(float((vectors.passages[n] @ query).max()), abs=0.05) for n, score in found
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=FILTERS, depth=st.integers(1, 50), row=st.integers(0, 7))
def test_documents_are_what_scoring_every_item_would_give(
    held: Dense, vectors: Vectors, wanted: Filter, depth: int, row: int
) -> None:
    query = queries(DIM)[row]
    passing = [n for n, item in vectors.items.items() if n not in DEAD and passes(item, wanted)]
    scores = held.document_scores(query, passing)
    assert scores.keys() == set(passing)
    found = held.search_documents(query, held.mask(wanted), depth)
    assert found == sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:depth]
    assert all(score == pytest.approx(float(vectors.documents[n] @ query), abs=0.025) for n, score in found)


def test_scores_name_every_piece_of_living_items(held: Dense, vectors: Vectors) -> None:
    scores = held.passage_scores(queries(PASSAGE_DIM)[0], [1, 2, 3, 99])
    assert scores.keys() == {1, 2}  # 3 is dead, 99 never was
    for number in (1, 2):
        assert list(scores[number]) == [piece.ordinal for piece in vectors.items[number].pieces]
    assert held.document_scores(queries(DIM)[0], [2, 3, 99]).keys() == {2}


def test_stored_vectors_come_back_nearly(held: Dense, vectors: Vectors) -> None:
    document = held.document_vector(5)
    assert document is not None
    assert np.abs(document - vectors.documents[5]).max() <= 0.5 / quantised.scale(DIM, WIDE) + 1e-6
    stored = held.vectors_of(5)
    assert stored is not None
    assert stored[0].tolist() == [piece.ordinal for piece in vectors.items[5].pieces]
    assert np.abs(stored[1] - vectors.passages[5]).max() <= 0.5 / quantised.scale(PASSAGE_DIM, FINE) + 1e-6
    assert held.vectors_of(3) is None
    assert held.document_vector(3) is None


def test_a_score_does_not_depend_on_the_segment(tmp_path: Path, vectors: Vectors) -> None:
    items = list(vectors.items.values())[:29]
    results = []
    for size in (1, 4, 29):
        made = vectors.dense(
            tmp_path / str(size), [items[start : start + size] for start in range(0, 29, size)]
        )
        results.append(
            (
                made.search_passages(queries(PASSAGE_DIM)[0], made.alive, 29),
                made.search_documents(queries(DIM)[0], made.alive, 29),
            )
        )
    assert results[0] == results[1] == results[2]


def test_equal_scores_are_cut_by_item_number_however_many_there_are(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    vectors = Vectors([make(number, rng, pieces=2) for number in range(1, 301)], rng)
    same = unit(rng, 1, PASSAGE_DIM)
    for number in vectors.items:
        vectors.passages[number] = np.repeat(same, 2, axis=0)
    items = list(vectors.items.values())
    held = vectors.dense(tmp_path, [items[150:], items[:150]])
    assert [item for item, _ in held.search_passages(same[0], held.alive, 4)] == [1, 2, 3, 4]


def test_an_item_of_many_pieces_does_not_push_others_out(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    items = [make(1, rng, pieces=2000), *(make(number, rng, pieces=1) for number in range(2, 12))]
    vectors = Vectors(items, rng)
    near = unit(rng, 1, PASSAGE_DIM)[0]
    vectors.passages[1] = unit(rng, 2000, PASSAGE_DIM) * 0.05 + near
    vectors.passages[1] /= np.linalg.norm(vectors.passages[1], axis=1, keepdims=True)
    held = vectors.dense(tmp_path, [items])
    found = held.search_passages(near, held.alive, 10)
    assert found[0][0] == 1
    assert len({item for item, _ in found}) == 10


def test_items_without_pieces_have_a_document_and_no_passages(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    vectors = Vectors([make(1, rng, pieces=0), make(2, rng, pieces=1), make(3, rng, pieces=0)], rng)
    held = vectors.dense(tmp_path, [[vectors.items[1], vectors.items[2]], [vectors.items[3]]])
    assert (held.items, held.vectors) == (3, 1)
    assert [item for item, _ in held.search_passages(queries(PASSAGE_DIM)[0], held.alive, 9)] == [2]
    assert len(held.search_documents(queries(DIM)[0], held.alive, 9)) == 3


def test_nothing_is_near_to_nothing_and_no_segments_hold_nothing(held: Dense) -> None:
    empty = Dense(segments=(), dead=np.zeros((0, 2), np.int64))
    assert empty.search_documents(queries(DIM)[0], empty.alive, 5) == []
    assert empty.ids(empty.alive).size == 0
    zeros = held.search_passages(np.zeros(PASSAGE_DIM, np.float32), held.alive, 3)
    assert [score for _, score in zeros] == [0.0, 0.0, 0.0]


def test_burying_twice_is_burying_once(held: Dense) -> None:
    buried = held.bury([1, 2, 3])
    assert len(buried) == len(held.dead) + 2
    assert np.array_equal(without(held, [1, 2]).bury([1, 2]), buried)


def test_tombstones_come_back_and_damage_is_noticed(tmp_path: Path) -> None:
    dead = np.array([[2, 5], [2, 9]], np.int64)
    made = dense.save_dead(tmp_path, 4, dead)
    assert np.array_equal(dense._load_dead(tmp_path, 4, made), dead)
    path = dense.dead_path(tmp_path, 4)
    data = bytearray(path.read_bytes())
    data[-8] ^= 1
    path.write_bytes(data)
    with pytest.raises(IndexDamagedError, match="not the file"):
        dense._load_dead(tmp_path, 4, made)
    assert inventory.digest([path]) != made


def test_codes_lose_at_most_one_in_a_hundred_of_the_true_neighbours() -> None:
    rng = np.random.default_rng(8)
    centres = unit(rng, 400, 256)
    rows = centres[rng.integers(0, 400, 8_000)] + 0.7 * unit(rng, 8_000, 256)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    codes = quantised.encode(rows, FINE)
    kept = 0
    for query in rows[:20] + 0.3 * unit(rng, 20, 256):
        near = set(np.argsort(-(rows @ query))[:100].tolist())
        scores = quantised.scores(codes, FINE, quantised.query(query))
        kept += len(near & set(np.argsort(-scores)[:100].tolist()))
    assert kept >= 0.99 * 20 * 100


def test_a_code_depends_on_its_vector_alone() -> None:
    rows = unit(np.random.default_rng(9), 500, 384)
    whole = quantised.encode(rows, FINE)
    assert np.array_equal(whole[123:124], quantised.encode(rows[123:124], FINE))
    assert np.array_equal(whole, quantised.encode(quantised.decode(whole, FINE), FINE))


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), dim=st.sampled_from([1, 7, 16, 100, 256]), count=st.integers(1, 60))
def test_a_scan_finds_the_best_rows_within_its_slack(seed: int, dim: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    codes = quantised.encode(unit(rng, 200, dim), FINE)
    kept = rng.random(80) < 0.4
    wanted = quantised.query(unit(rng, 1, dim)[0])
    runs = [Run(number=4, codes=codes[:120]), Run(number=9, codes=codes[120:], kept=kept)]
    numbers, rows, products = quantised.best(runs, FINE, wanted, count)
    allowed = np.concatenate([np.ones(120, np.bool_), kept])
    place = rows + np.where(numbers == 9, 120, 0)
    assert set(numbers.tolist()) <= {4, 9}
    assert allowed[place].all()
    assert len(place) == min(count, int(allowed.sum())) == len(set(place.tolist()))
    exact = quantised.scores(codes, FINE, wanted)
    slack = wanted.slack(float(np.linalg.norm(quantised.decode(codes, FINE), axis=1).max())) + 1e-6
    assert np.abs(exact[place] - products).max() <= slack
    left = np.setdiff1d(np.flatnonzero(allowed), place)
    if left.size:
        assert exact[left].max() <= products[-1] + slack


def test_another_thread_works_while_a_scan_is_under_way(tmp_path: Path) -> None:
    """A scan works outside Python's lock: while one is under way, another thread goes on."""
    codes = np.random.default_rng(0).integers(1, 256, (400_000, 256), dtype=np.uint8)
    wanted = quantised.query(unit(np.random.default_rng(1), 1, 256)[0])
    inside, steps = threading.Event(), [0]

    def scan() -> None:
        inside.set()
        for _ in range(10):
            quantised.best([Run(number=0, codes=codes)], FINE, wanted, 100)
        inside.clear()

    worker = threading.Thread(target=scan)
    worker.start()
    inside.wait()
    started = time.thread_time()
    while inside.is_set():
        steps[0] += 1
    worked = time.thread_time() - started
    worker.join()
    # Python hands its lock over every 5 ms at most: held by the scans, it would leave us hardly any time.
    assert steps[0] > 0
    assert worked > 0.005
