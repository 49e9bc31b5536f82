"""Laws of fusion."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fusion import Weights, by_shares, levelled, reciprocal_rank_fusion, shares, standard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RANKING = st.lists(st.integers(1, 30), unique=True, max_size=20)
VALUE = st.integers(-500, 500).map(lambda value: value / 100)
SCORES = st.dictionaries(st.integers(1, 30), VALUE, max_size=15)
CHANNELS = st.dictionaries(st.integers(1, 30), st.tuples(VALUE, VALUE, VALUE), max_size=15).map(
    lambda rows: [{item: row[number] for item, row in rows.items()} for number in range(3)]
)
WEIGHTS = st.tuples(*[st.integers(1, 10).map(lambda value: value / 10)] * 3)


def convex(
    channels: Sequence[Mapping[int, float]], weights: Sequence[float]
) -> list[tuple[int, float, tuple[float, ...]]]:
    """Mix channels and rank by the sum of what they give."""
    return by_shares(*shares(channels, weights))


def test_a_score_is_the_sum_of_reciprocal_ranks() -> None:
    fused = reciprocal_rank_fusion([[1, 2], [2, 3]], k=60)
    assert fused == [(2, 1 / 62 + 1 / 61), (1, 1 / 61), (3, 1 / 62)]


@given(st.lists(RANKING, max_size=4))
def test_every_ranked_item_comes_back_once(rankings: list[list[int]]) -> None:
    items = [item for item, _ in reciprocal_rank_fusion(rankings)]
    assert sorted(items) == sorted({item for ranking in rankings for item in ranking})


@given(RANKING)
def test_one_ranking_keeps_its_order(ranking: list[int]) -> None:
    assert [item for item, _ in reciprocal_rank_fusion([ranking])] == ranking


@given(RANKING, RANKING)
def test_the_order_of_two_rankings_does_not_matter(one: list[int], other: list[int]) -> None:
    assert reciprocal_rank_fusion([one, other]) == reciprocal_rank_fusion([other, one])


@given(RANKING.filter(lambda r: len(r) > 1), RANKING)
def test_moving_an_item_up_in_one_ranking_never_lowers_its_score(one: list[int], other: list[int]) -> None:
    item = one[-1]
    raised = [item, *one[:-1]]
    before = dict(reciprocal_rank_fusion([one, other]))[item]
    assert dict(reciprocal_rank_fusion([raised, other]))[item] > before


@given(RANKING)
def test_scores_fall_and_ties_go_to_the_lower_item(ranking: list[int]) -> None:
    pairs = reciprocal_rank_fusion([ranking, ranking[::-1]])
    assert pairs == sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def test_a_repeated_item_counts_where_it_first_stands() -> None:
    assert reciprocal_rank_fusion([[7, 8, 7]]) == reciprocal_rank_fusion([[7, 8]])


@given(CHANNELS, WEIGHTS)
def test_a_score_is_the_sum_of_what_the_channels_give(
    channels: list[dict[int, float]], weights: tuple[float, ...]
) -> None:
    fused = convex(channels, weights)
    assert sorted(item for item, _, _ in fused) == sorted(channels[0])
    assert all(score == sum(given_by) and len(given_by) == 3 for _, score, given_by in fused)
    assert fused == sorted(fused, key=lambda entry: (-entry[1], entry[0]))


@given(CHANNELS, WEIGHTS)
def test_a_channel_without_weight_is_as_if_it_were_not_there(
    channels: list[dict[int, float]], weights: tuple[float, ...]
) -> None:
    silent = convex(channels, (weights[0], weights[1], 0.0))
    absent = convex(channels[:2], weights[:2])
    assert [item for item, _, _ in silent] == [item for item, _, _ in absent]
    assert all(given_by[2] == 0.0 for _, _, given_by in silent)


@given(CHANNELS, WEIGHTS)
def test_the_order_in_which_channels_are_named_does_not_matter(
    channels: list[dict[int, float]], weights: tuple[float, ...]
) -> None:
    forward = {item: score for item, score, _ in convex(channels, weights)}
    backward = {item: score for item, score, _ in convex(channels[::-1], weights[::-1])}
    assert forward == pytest.approx(backward, abs=1e-12)


@given(CHANNELS, WEIGHTS)
def test_only_the_proportions_of_weights_count(
    channels: list[dict[int, float]], weights: tuple[float, ...]
) -> None:
    one = {item: score for item, score, _ in convex(channels, weights)}
    tenfold = {item: score for item, score, _ in convex(channels, [10 * weight for weight in weights])}
    assert one == pytest.approx(tenfold, abs=1e-12)


@given(CHANNELS.filter(lambda channels: len(channels[0]) > 1), WEIGHTS)
def test_an_item_that_is_best_in_every_channel_is_first(
    channels: list[dict[int, float]], weights: tuple[float, ...]
) -> None:
    best = max(channels[0])
    for channel in channels:
        channel[best] = max(channel.values()) + 1.0
    assert convex(channels, weights)[0][0] == best


@given(SCORES, st.integers(1, 90), st.integers(-50, 50))
def test_the_scale_of_a_channel_does_not_matter(words: dict[int, float], factor: int, shift: int) -> None:
    meaning = {item: float(item) for item in words}
    scaled = {item: factor / 10 * value + shift / 10 for item, value in words.items()}
    plain = {item: score for item, score, _ in convex([words, meaning], [0.5, 0.5])}
    other = {item: score for item, score, _ in convex([scaled, meaning], [0.5, 0.5])}
    assert plain == pytest.approx(other, abs=1e-9)


@given(SCORES, VALUE)
def test_a_channel_that_scores_all_alike_gives_nothing(words: dict[int, float], value: float) -> None:
    fused = convex([words, dict.fromkeys(words, value)], [0.5, 0.5])
    assert all(given_by[1] == 0.0 for _, _, given_by in fused)
    assert [item for item, _, _ in fused] == [
        item for item, _ in sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def test_convex_refuses_candidates_that_a_channel_did_not_score() -> None:
    with pytest.raises(ValueError, match="score of every candidate"):
        convex([{1: 1.0}, {2: 1.0}], [0.5, 0.5])


def test_convex_refuses_a_channel_without_a_weight() -> None:
    with pytest.raises(ValueError, match="zip"):
        convex([{1: 1.0}, {1: 1.0}], [0.5])


def test_nothing_fused_is_nothing() -> None:
    assert convex([], []) == []
    assert convex([{}, {}], [0.5, 0.5]) == []


def test_scores_of_another_scale_come_to_the_level_of_those_they_replace() -> None:
    known = {1: 0.5, 2: 0.7, 3: 0.9, 4: 0.1}
    made = levelled({1: 0.999, 2: 0.001, 3: 0.5, 9: 0.3}, known)
    assert made.keys() == {1, 2, 3}
    assert made[1] > made[3] > made[2]
    values = np.array([*made.values()])
    assert (values.mean(), values.std()) == pytest.approx((0.7, np.std([0.5, 0.7, 0.9])))
    assert levelled({1: 0.2, 2: 0.2}, known) == pytest.approx({1: 0.6, 2: 0.6})
    assert levelled({}, known) == levelled({9: 1.0}, known) == {}


def test_shares_come_in_the_order_of_items() -> None:
    items, rows = shares([{3: 1.0, 1: 0.0}, {1: 4.0, 3: 2.0}], [3.0, 1.0])
    assert items == [1, 3]
    assert rows.tolist() == [[-0.75, 0.25], [0.75, -0.25]]
    assert by_shares(items, rows) == [(3, 0.5, (0.75, -0.25)), (1, -0.5, (-0.75, 0.25))]


@given(st.lists(VALUE, min_size=2, max_size=20).filter(lambda values: max(values) - min(values) > 0.01))
def test_z_scores_have_no_mean_and_unit_spread(values: list[float]) -> None:
    made = standard(values)
    assert abs(float(made.mean())) < 1e-9
    assert abs(float(made.std()) - 1.0) < 1e-9
    assert np.argsort(made, kind="stable").tolist() == np.argsort(values, kind="stable").tolist()


@pytest.mark.parametrize("bad", [-0.1, math.inf, math.nan])
def test_a_weight_is_finite_and_not_below_zero(bad: float) -> None:
    with pytest.raises(ValueError, match="not below zero"):
        Weights(words=bad)
