from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.choosing import choose

_FEATURES = ("F1", "F2", "F3", "F4")
_CELLS = st.fixed_dictionaries({name: st.integers(0, 20).map(lambda n: n / 20) for name in _FEATURES})
_STRENGTHS = st.dictionaries(st.sampled_from("abcdefgh"), _CELLS, min_size=2, max_size=8)


def test_a_pair_is_chosen_that_taking_the_best_one_first_would_miss() -> None:
    strengths = {
        "a-bit-of-all": {"F1": 0.6, "F2": 0.6, "F3": 0.6, "F4": 0.6},
        "first-half": {"F1": 1.0, "F2": 1.0, "F3": 0.0, "F4": 0.0},
        "second-half": {"F1": 0.0, "F2": 0.0, "F3": 1.0, "F4": 1.0},
    }
    assert set(choose(strengths, {}, 2)) == {"first-half", "second-half"}


def test_the_stronger_part_of_the_pair_comes_first() -> None:
    strengths = {"weak": {"F1": 0.9, "F2": 0.0, "F3": 0.0}, "strong": {"F1": 0.0, "F2": 0.9, "F3": 0.9}}
    assert choose(strengths, {}, 2) == ("strong", "weak")


@given(_STRENGTHS)
def test_no_other_two_documents_show_clearly_more(strengths: dict[str, dict[str, float]]) -> None:
    def shown(pair: tuple[str, ...]) -> float:
        return sum(max(strengths[key][name] for key in pair) for name in _FEATURES)

    found = choose(strengths, {}, 2)
    most = max(shown(pair) for pair in combinations(sorted(strengths), 2))
    assert shown(found) >= most - 0.5  # what both show by themselves counts 0.25 of a feature each, at most
