"""What found items say about the query and about each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.feedback import class_overlap, classes_of, moved, moved_terms, relatives, smoothed

if TYPE_CHECKING:
    from numpy.typing import NDArray


def rows(seed: int, count: int, dim: int = 8) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(count, dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return random.normal(size=(count, 3)), vectors


SEED = st.integers(0, 10_000)


@given(SEED, st.integers(0, 20))
def test_without_a_share_of_neighbours_scores_stay(seed: int, count: int) -> None:
    scores, vectors = rows(seed, count)
    assert np.array_equal(smoothed(scores, vectors, share=0.0), scores)


@given(SEED, st.integers(0, 20), st.floats(0, 1))
def test_smoothed_scores_stay_between_least_and_greatest(seed: int, count: int, share: float) -> None:
    scores, vectors = rows(seed, count)
    made = smoothed(scores, vectors, share=share)
    assert made.shape == scores.shape
    if count:
        assert (made <= scores.max(axis=0) + 1e-12).all()
        assert (made >= scores.min(axis=0) - 1e-12).all()


@given(SEED, st.integers(2, 20))
def test_the_order_of_rows_does_not_matter(seed: int, count: int) -> None:
    scores, vectors = rows(seed, count)
    order = np.random.default_rng(seed + 1).permutation(count)
    assert np.allclose(smoothed(scores, vectors)[order], smoothed(scores[order], vectors[order]))


@given(SEED, st.integers(1, 20))
def test_smoothing_a_sum_is_the_sum_of_the_smoothed(seed: int, count: int) -> None:
    scores, vectors = rows(seed, count)
    whole = smoothed(scores.sum(axis=1, keepdims=True), vectors)
    assert np.allclose(whole[:, 0], smoothed(scores, vectors).sum(axis=1))


def test_an_item_near_good_ones_is_lifted_above_a_lone_one_of_its_score() -> None:
    near = np.array([[1, 0, 0], [0.96, 0.28, 0], [0, 0, 1], [0.96, -0.28, 0]], np.float32)
    scores = np.array([[2.0], [0.0], [0.0], [2.0]])
    made = smoothed(scores, near, neighbours=2, share=0.25)[:, 0]
    assert made[1] > made[2] == 0.0
    assert made[0] > made[1]


def test_an_item_without_a_vector_or_a_neighbour_keeps_its_score() -> None:
    vectors = np.array([[1, 0], [-1, 0], [0, 0]], np.float32)
    scores = np.array([[1.0], [5.0], [9.0]])
    assert np.array_equal(smoothed(scores, vectors), scores)


def test_smoothing_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="2 rows of scores, 1 vectors"):
        smoothed(np.zeros((2, 1)), np.zeros((1, 4), np.float32))
    with pytest.raises(ValueError, match=r"share 1\.5"):
        smoothed(np.zeros((1, 1)), np.zeros((1, 4), np.float32), share=1.5)


@given(SEED)
def test_a_query_moves_toward_what_is_liked_and_from_what_is_not(seed: int) -> None:
    _, (query, liked, unliked) = rows(seed, 3)
    toward, away = moved(query, [liked]), moved(query, [], [unliked])
    assert float(toward @ liked) >= float(query @ liked) - 1e-6
    assert float(away @ unliked) <= float(query @ unliked) + 1e-6
    assert abs(float(np.linalg.norm(toward)) - 1.0) < 1e-6


@given(SEED)
def test_a_query_that_nothing_moves_stays(seed: int) -> None:
    _, vectors = rows(seed, 2)
    assert np.allclose(moved(vectors[0]), vectors[0], atol=1e-6)
    assert np.allclose(moved(vectors[0], [vectors[1]], like=0.0), vectors[0], atol=1e-6)


def test_without_a_query_what_is_liked_is_the_query() -> None:
    liked = np.array([0.6, 0.8], np.float32)
    assert np.allclose(moved(np.zeros(2, np.float32), [liked]), liked)


def test_what_cancels_leaves_zeros() -> None:
    one = np.array([1, 0], np.float32)
    assert not moved(one, [], [one], unlike=1.0).any()


def test_liked_words_join_and_unliked_words_leave() -> None:
    terms = [("valv", 2.0), ("spring", 1.0)]
    made = moved_terms(terms, [{"gasket": 4.0, "valv": 2.0}], [{"spring": 3.0}], like=0.5, unlike=0.5)
    assert made == [("valv", 2.5), ("gasket", 1.0)]


def test_words_that_nothing_moves_stay() -> None:
    terms = [("valv", 2.0), ("spring", 1.0)]
    assert moved_terms(terms) == terms
    assert moved_terms(terms, [{}], [{}]) == terms


def test_only_so_many_words_are_new() -> None:
    liked = {f"word{number:02d}": 1.0 + number for number in range(50)}
    made = moved_terms([("valv", 1.0)], [liked], most=3)
    assert {word for word, _ in made} == {"valv", "word49", "word48", "word47"}


def test_relatives_of_most_of_the_best_come_first() -> None:
    cites = {1: [7, 8, 2], 2: [8, 9], 3: [8, 9]}
    assert relatives([1, 2, 3], lambda item: cites.get(item, [])) == [8, 9, 7]
    assert relatives([1, 2, 3], lambda item: cites.get(item, []), most=1) == [8]


@given(
    st.lists(st.integers(1, 9), max_size=6), st.dictionaries(st.integers(1, 9), st.lists(st.integers(1, 9)))
)
def test_relatives_are_others_and_each_once(best: list[int], cites: dict[int, list[int]]) -> None:
    found = relatives(best, lambda item: cites.get(item, []))
    assert len(found) == len(set(found))
    assert not set(found) & set(best)
    assert set(found) == {other for item in best for other in cites.get(item, [])} - set(best)


def test_overlap_is_the_part_of_the_wanted_classes_that_an_item_has() -> None:
    held = {1: ["F16K", "B65D"], 2: ["F16K", "F16K"], 3: []}
    assert class_overlap(held, {"F16K": 3.0, "B65D": 1.0}) == {1: 1.0, 2: 0.75, 3: 0.0}
    assert class_overlap(held, {}) == {1: 0.0, 2: 0.0, 3: 0.0}


def test_classes_of_the_first_hits_weigh_most() -> None:
    held = {5: ["F16K"], 6: ["B65D", "F16K"]}
    assert classes_of([5, 6, 5, 7], held) == {"B65D": 0.5, "F16K": 1.5}
