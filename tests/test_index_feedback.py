"""What found items say about the query and about each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.feedback import SHARED, moved, moved_terms, overlap, relatedness, smoothed

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def even(stems: Sequence[str]) -> dict[str, float]:
    return dict.fromkeys(stems, 1.0)


def test_liked_words_join_and_unliked_words_leave() -> None:
    terms = (("valv", 2.0), ("spring", 1.0))
    liked, unliked = (("gasket", 4.0), ("valv", 2.0)), (("spring", 3.0),)
    made = moved_terms(terms, [liked], [unliked], idf=even, like=0.5, unlike=0.5)
    assert made == (("valv", 2.5), ("gasket", 1.0))


def test_words_that_nothing_moves_stay() -> None:
    terms = (("valv", 2.0), ("spring", 1.0))
    assert moved_terms(terms, idf=even) == terms
    assert moved_terms(terms, [()], [()], idf=even) == terms


def test_only_so_many_words_are_new() -> None:
    liked = tuple((f"word{number:02d}", 1.0 + number) for number in range(50))
    made = moved_terms((("valv", 1.0),), [liked], idf=even, most=3)
    assert {word for word, _ in made} == {"valv", "word49", "word48", "word47"}


def test_of_words_that_weigh_alike_the_rarer_are_new() -> None:
    liked = (("commonest", 1.0), ("rare", 1.0), ("common", 1.0))
    rarity = {"commonest": 0.1, "common": 1.0, "rare": 3.0, "valv": 2.0}

    def rarities(stems: Sequence[str]) -> dict[str, float]:
        return {stem: rarity[stem] for stem in stems}

    made = moved_terms((("valv", 1.0),), [liked], idf=rarities, like=0.5, most=2)
    assert [word for word, _ in made] == ["valv", "rare", "common"]


def test_without_a_query_the_words_of_what_is_liked_are_asked_for() -> None:
    liked = (("gasket", 2.0), ("ring", 1.0))
    assert moved_terms((), [liked], idf=even, like=0.5) == (("gasket", 0.5), ("ring", 0.25))


@given(st.integers(0, 1000))
def test_more_relatives_among_the_best_are_more_but_each_adds_less(count: int) -> None:
    assert relatedness(0) == 0.0
    first, second = (
        relatedness(count + 1) - relatedness(count),
        relatedness(count + 2) - relatedness(count + 1),
    )
    assert first > second > 0.0


def test_overlap_is_the_part_of_the_wanted_tags_that_an_item_has() -> None:
    wanted = {"class:F16K*": 3.0, "class:B65D*": 1.0}
    assert overlap(["class:F16K*", "class:B65D*", "kind:paper"], wanted) == SHARED
    assert overlap(["class:F16K*", "class:F16K*"], wanted) == 0.75 * SHARED
    assert overlap([], wanted) == overlap(["class:F16K*"], {}) == 0.0
