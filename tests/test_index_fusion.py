"""Laws of fusion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.fusion import convex, reciprocal_rank_fusion

RANKING = st.lists(st.integers(1, 30), unique=True, max_size=20)
SCORES = st.dictionaries(st.integers(1, 30), st.floats(-5, 5), max_size=15)


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


@given(SCORES)
def test_a_channel_that_scores_all_alike_has_no_say(words: dict[int, float]) -> None:
    flat = dict.fromkeys(words, 3.0)
    order = [item for item, _ in convex(words, flat)]
    if len({round(value, 6) for value in words.values()}) == len(words) > 1:
        assert order == sorted(words, key=lambda item: -words[item])
    assert sorted(order) == sorted(words)


@given(SCORES, st.floats(0.1, 9), st.floats(-5, 5))
def test_the_scale_of_a_channel_does_not_matter(words: dict[int, float], factor: float, shift: float) -> None:
    meaning = {item: float(item) for item in words}
    plain = dict(convex(words, meaning))
    scaled = dict(convex({item: factor * value + shift for item, value in words.items()}, meaning))
    if len(words) > 1 and max(words.values()) - min(words.values()) > 0.01:
        assert all(abs(plain[item] - scaled[item]) < 1e-6 for item in words)
    assert plain.keys() == scaled.keys()


def test_convex_refuses_candidates_with_only_one_score() -> None:
    with pytest.raises(ValueError, match="both scores"):
        convex({1: 1.0}, {2: 1.0})
