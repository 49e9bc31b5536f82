"""The measures: by hand, against a slow second implementation, and by their laws."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.metrics import METRICS, N_MAX, interval, measure, relevant, resampled, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMES = [f"d{number}" for number in range(30)]
_RANKINGS = st.lists(st.sampled_from(_NAMES), unique=True, max_size=30)
_GOLD = st.dictionaries(st.sampled_from(_NAMES), st.integers(1, 4), min_size=1, max_size=12)


def _named(values: np.ndarray) -> dict[str, float]:
    return dict(zip(METRICS, values.tolist(), strict=True))


def _slow(ranking: Sequence[str], gold: Mapping[str, int]) -> dict[str, float]:
    """The definitions of trec_eval and of Magdy & Jones, one document at a time, without numpy."""
    ranking = ranking[:1000]
    dcg = sum(gold.get(d, 0) / math.log2(rank + 1) for rank, d in enumerate(ranking[:10], 1))
    best = sorted(gold.values(), reverse=True)[:10]
    ideal = sum(grade / math.log2(rank + 1) for rank, grade in enumerate(best, 1))
    at, precisions = [], []
    for rank, document in enumerate(ranking, 1):
        if document in gold:
            at.append(rank)
            precisions.append(len(at) / rank)
    places = at + [1000 + i for i in range(len(at) + 1, len(gold) + 1)]
    return {
        "ndcg@10": dcg / ideal,
        "recall@10": len([r for r in at if r <= 10]) / len(gold),
        "recall@100": len([r for r in at if r <= 100]) / len(gold),
        "recall@1000": len(at) / len(gold),
        "map": sum(precisions) / len(gold),
        "mrr": 1 / at[0] if at else 0.0,
        "mrr@10": 1 / at[0] if at and at[0] <= 10 else 0.0,
        "pres": 1 - (sum(places) / len(gold) - (len(gold) + 1) / 2) / 1000,
    }


def test_a_ranking_worked_out_by_hand() -> None:
    # Grades 2 at rank 1 and 1 at rank 3; a third relevant document (grade 1) is not found.
    found = _named(measure(["a", "x", "b", "y"], {"a": 2, "b": 1, "c": 1}))
    assert found["ndcg@10"] == pytest.approx((2 + 1 / 2) / (2 + 1 / math.log2(3) + 1 / 2))
    assert found["recall@10"] == found["recall@1000"] == pytest.approx(2 / 3)
    assert found["map"] == pytest.approx((1 / 1 + 2 / 3) / 3)
    assert found["mrr"] == found["mrr@10"] == 1.0
    assert found["pres"] == pytest.approx(1 - ((1 + 3 + 1003) / 3 - 2) / 1000)


def test_a_first_relevant_document_at_rank_eleven_is_in_mrr_and_not_in_its_first_ten() -> None:
    found = _named(measure([*(f"x{n}" for n in range(10)), "a"], {"a": 1}))
    assert found["mrr"] == pytest.approx(1 / 11)
    assert found["mrr@10"] == found["ndcg@10"] == found["recall@10"] == 0.0
    assert found["recall@100"] == 1.0


def test_ten_of_twenty_relevant_at_the_top_are_a_full_ndcg_and_half_a_recall() -> None:
    gold = {f"d{n}": 1 for n in range(20)}
    found = _named(measure([f"d{n}" for n in range(10)], gold))
    assert found["ndcg@10"] == pytest.approx(1.0)
    assert found["recall@10"] == found["map"] == pytest.approx(0.5)
    assert found["pres"] == pytest.approx(0.5)  # the best that a recall of one half allows


def test_what_stands_below_n_max_is_not_found() -> None:
    found = _named(measure([*(f"x{n}" for n in range(N_MAX)), "a"], {"a": 1}))
    assert set(found.values()) == {0.0}


def test_a_document_ranked_twice_counts_once() -> None:
    assert (
        measure(["a", "a", "b"], {"a": 1, "b": 1}).tolist() == measure(["a", "b"], {"a": 1, "b": 1}).tolist()
    )


def test_grades_of_zero_and_below_and_the_query_itself_are_not_relevant() -> None:
    assert relevant({"a": 1, "b": 0, "c": -1, "q": 3}, "q") == {"a": 1}


def test_a_query_is_not_found_by_itself_and_its_place_is_closed() -> None:
    made = table({"q": ["q", "a"]}, {"q": {"q": 1, "a": 1}})
    assert made.mean("mrr") == 1.0
    assert made.mean("recall@10") == 1.0


def test_queries_without_a_relevant_document_are_left_out_and_counted() -> None:
    made = table({"1": ["a"], "2": ["a"]}, {"1": {"a": 1}, "2": {"a": 0}, "3": {"3": 2}})
    assert made.queries == ("1",)
    assert made.without_relevant == 2
    assert made.mean("ndcg@10") == 1.0


def test_a_judged_query_that_the_run_lacks_scores_nothing_and_is_counted() -> None:
    made = table({"1": ["a"]}, {"1": {"a": 1}, "2": {"a": 1}})
    assert made.missing == 1
    assert made.mean("recall@10") == 0.5


def test_an_empty_run_of_no_judgments_has_no_queries() -> None:
    made = table({}, {})
    assert made.queries == ()
    assert made.values.shape == (0, len(METRICS))
    assert made.mean("map") == 0.0


@given(ranking=_RANKINGS, gold=_GOLD)
def test_the_measures_are_those_of_a_slow_second_implementation(
    ranking: list[str], gold: dict[str, int]
) -> None:
    assert _named(measure(ranking, gold)) == pytest.approx(_slow(ranking, gold), abs=1e-12)


@given(ranking=_RANKINGS, gold=_GOLD)
def test_every_measure_lies_between_nothing_and_everything(ranking: list[str], gold: dict[str, int]) -> None:
    values = measure(ranking, gold)
    assert (values >= -1e-12).all()
    assert (values <= 1 + 1e-12).all()


@given(gold=_GOLD)
def test_the_ideal_ranking_is_perfect_but_for_a_cut_recall(gold: dict[str, int]) -> None:
    ideal = sorted(gold, key=lambda document: -gold[document])
    found = _named(measure(ideal, gold))
    assert found.pop("recall@10") == pytest.approx(min(10, len(gold)) / len(gold))
    assert all(value == pytest.approx(1.0) for value in found.values())


@given(ranking=_RANKINGS, gold=_GOLD, place=st.integers(0, 29))
def test_moving_a_relevant_document_up_never_lowers_a_binary_measure(
    ranking: list[str], gold: dict[str, int], place: int
) -> None:
    found = [at for at, document in enumerate(ranking) if at and document in gold]
    if not found:
        return
    at = found[place % len(found)]
    better = [*ranking[: at - 1], ranking[at], ranking[at - 1], *ranking[at + 1 :]]
    before, after = _named(measure(ranking, gold)), _named(measure(better, gold))
    assert all(after[name] >= before[name] - 1e-12 for name in METRICS if name != "ndcg@10")


def test_resampled_means_are_those_of_drawn_rows() -> None:
    values = np.array([[0.0, 1.0], [1.0, 1.0], [0.5, 1.0]])
    means = resampled(values, resamples=4000, seed=1)
    assert means.shape == (4000, 2)
    assert (means[:, 1] == 1.0).all()
    assert means[:, 0].mean() == pytest.approx(0.5, abs=0.02)
    assert means[:, 0].std() == pytest.approx(np.std([0, 1, 0.5]) / math.sqrt(3), abs=0.02)


def test_the_same_values_give_the_same_interval_and_chunks_do_not_change_the_law(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = np.random.default_rng(5).random((40, 1))
    whole = interval(resampled(values)[:, 0])
    assert whole == interval(resampled(values)[:, 0])
    monkeypatch.setattr("index.metrics._CHUNK_CELLS", 1000)
    assert interval(resampled(values)[:, 0]) == pytest.approx(whole, abs=0.005)


def test_the_interval_of_many_means_is_that_of_the_normal_law() -> None:
    values = np.random.default_rng(7).random((400, 1))
    low, high = interval(resampled(values)[:, 0])
    half = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - half, abs=0.003)
    assert high == pytest.approx(values.mean() + half, abs=0.003)


def test_a_paired_difference_is_narrower_than_two_separate_intervals() -> None:
    first = np.random.default_rng(3).random(60)
    means = resampled(np.stack([first, first - 0.05], axis=1))
    low, high = interval(means[:, 0] - means[:, 1])
    assert low == pytest.approx(0.05)
    assert high == pytest.approx(0.05)
    assert interval(means[:, 0])[0] < interval(means[:, 1])[1]  # apart, they would have overlapped


def test_no_query_has_no_interval() -> None:
    with pytest.raises(ValueError, match="no query"):
        resampled(np.zeros((0, 3)))


@settings(max_examples=20)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_lies_within_the_values(values: list[float]) -> None:
    low, high = interval(resampled(np.array(values)[:, None], resamples=200)[:, 0])
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9
