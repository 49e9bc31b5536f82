from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.choosing import choose, first
from pipeline.combine import LARGEST, smallest
from pipeline.novelty import Combination

_FEATURES = ("F1", "F2", "F3", "F4")
_SHOWN = st.dictionaries(
    st.sampled_from([f"K{number}" for number in range(8)]),
    st.dictionaries(st.sampled_from(_FEATURES), st.floats(0.1, 1.0), max_size=4),
    max_size=8,
)


def _covered(keys: tuple[str, ...], shown: dict[str, dict[str, float]]) -> set[str]:
    return {feature for key in keys for feature in shown[key]}


def test_one_document_that_shows_all_stands_alone() -> None:
    shown = {"A": {"F1": 0.9}, "B": {"F1": 0.6, "F2": 0.7}}
    assert smallest(("F1", "F2"), shown) == (Combination(keys=("B",), covers=("F1", "F2"), residual=()),)


def test_the_pair_with_the_strongest_weakest_link_comes_first() -> None:
    shown = {"A": {"F1": 0.9}, "B": {"F2": 0.6}, "C": {"F2": 0.8}}
    found = smallest(("F1", "F2"), shown)
    assert [item.keys for item in found] == [("A", "C"), ("A", "B")]


def test_what_nothing_shows_stays_as_residual() -> None:
    found = smallest(("F1", "F2", "F3"), {"A": {"F1": 0.9}, "B": {"F3": 0.9}})
    assert found == (Combination(keys=("A", "B"), covers=("F1", "F3"), residual=("F2",)),)


def test_nothing_shown_gives_no_combination() -> None:
    assert smallest(("F1",), {"A": {}}) == ()
    assert smallest(("F1",), {}) == ()


def test_more_documents_than_are_enumerated_are_still_combined() -> None:
    features = tuple(f"F{number}" for number in range(LARGEST + 2))
    shown = {f"K{number}": {feature: 0.9} for number, feature in enumerate(features)}
    (found,) = smallest(features, shown)
    assert set(found.keys) == set(shown)
    assert found.residual == ()


@given(_SHOWN)
def test_no_smaller_set_covers_as_much(shown: dict[str, dict[str, float]]) -> None:
    found = smallest(_FEATURES, shown)
    everything = {feature for cells in shown.values() for feature in cells}
    if not everything:
        assert found == ()
        return
    size = len(found[0].keys)
    for item in found:
        assert len(item.keys) == size
        assert _covered(item.keys, shown) == everything == set(item.covers)
        assert set(item.covers) | set(item.residual) == set(_FEATURES)
    smaller = combinations(sorted(shown), size - 1)
    assert not any(_covered(keys, shown) == everything for keys in smaller)


def test_set_cover_prefers_the_document_with_the_rare_feature() -> None:
    strengths = {
        "common1": {"F1": 0.9, "F2": 0.9, "F3": 0.0},
        "common2": {"F1": 0.9, "F2": 0.9, "F3": 0.1},
        "rare": {"F1": 0.0, "F2": 0.0, "F3": 0.9},
    }
    met = {"common1": 0.05, "common2": 0.05, "rare": 0.01}
    assert set(choose(strengths, met, 2)) == {"common2", "rare"}


@given(_SHOWN, st.integers(0, 10))
def test_choosing_returns_distinct_candidates_up_to_the_limit(
    strengths: dict[str, dict[str, float]], limit: int
) -> None:
    chosen = choose(strengths, {}, limit)
    assert len(chosen) == len(set(chosen)) == min(limit, len(strengths))
    assert set(chosen) <= set(strengths)


def test_candidates_take_the_top_of_every_query_first() -> None:
    met = {"a": 0.5, "b": 0.4, "c": 0.3, "d": 0.2}
    assert first(met, [["a", "b"], ["d", "c"]], 4) == ("a", "d", "b", "c")
    assert first({}, [], 4) == ()
