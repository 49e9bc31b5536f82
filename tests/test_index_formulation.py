"""What prose is looked for by."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.formulation import MOST, weight, weighted_terms
from index.text import content

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WORDS = ["valve", "spring", "ceramic", "piston", "gasket", "said", "wherein", "the", "of", "0.75", "zeppelin"]
TEXT = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)
LACKING = "zeppelin"


def idf(wanted: Sequence[str]) -> Mapping[str, float]:
    """Longer words are rarer here; the index has no zeppelin."""
    return {stem: float(len(stem)) for stem in wanted if stem != LACKING}


def test_a_word_said_again_says_less_every_time() -> None:
    terms = dict(weighted_terms("spring spring spring valve", idf).terms)
    assert terms == {"spring": 1 + math.log(3), "valv": 1.0}


@given(st.integers(1, 10_000))
def test_more_often_is_never_less_and_never_doubled(times: int) -> None:
    assert weight(times) < weight(times + 1)
    assert weight(2 * times) <= 2 * weight(times)


def test_the_heaviest_words_stay_and_the_others_are_named() -> None:
    made = weighted_terms("gasket ceramic valve spring", idf, most=2)
    assert [stem for stem, _ in made.terms] == ["gasket", "spring"]
    assert made.pruned == ("ceram", "valv")


def test_words_that_every_claim_has_are_left_out_and_named() -> None:
    made = weighted_terms("said valve comprising a spring wherein", idf)
    assert [stem for stem, _ in made.terms] == ["spring", "valv"]
    assert made.boilerplate == ("compris", "said", "wherein")


def test_a_query_of_nothing_but_boilerplate_keeps_it() -> None:
    made = weighted_terms("said system comprising means", idf)
    assert {stem for stem, _ in made.terms} == {"said", "system", "compris", "mean"}
    assert made.boilerplate == ()


def test_boilerplate_stays_where_the_index_has_no_other_word_of_the_query() -> None:
    made = weighted_terms("a zeppelin system", idf)
    assert [stem for stem, _ in made.terms] == ["system"]
    assert made.unknown == (LACKING,)


def test_words_that_no_item_has_take_no_place() -> None:
    made = weighted_terms("zeppelin valve", idf, most=1)
    assert made.terms == (("valv", 1.0),)
    assert made.unknown == (LACKING,)


@pytest.mark.parametrize("text", ["", "   ", "the of and", "!!!", "\N{SNOWMAN}"])
def test_nothing_to_look_for_is_no_error(text: str) -> None:
    made = weighted_terms(text, idf)
    assert (made.terms, made.pruned, made.boilerplate) == ((), (), ())


def test_a_number_keeps_its_decimals() -> None:
    assert [stem for stem, _ in weighted_terms("0.75 mm", idf).terms] == ["0.75", "mm"]


@given(TEXT, st.integers(1, 6))
def test_every_word_is_looked_for_or_named_as_left_out_once(text: str, most: int) -> None:
    made = weighted_terms(text, idf, most=most)
    listed = [*[stem for stem, _ in made.terms], *made.boilerplate, *made.unknown, *made.pruned]
    assert sorted(listed) == sorted({token.stem for token in content(text)})
    assert len(made.terms) <= most


@given(st.lists(st.sampled_from(WORDS), max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_words_does_not_matter(words: list[str], random: object) -> None:
    shuffled = sorted(words, key=lambda _: random.random())  # type: ignore[attr-defined] # a Random
    assert weighted_terms(" ".join(words), idf) == weighted_terms(" ".join(shuffled), idf)


@given(TEXT)
def test_words_come_heaviest_first(text: str) -> None:
    made = weighted_terms(text, idf)
    weights = [value * idf([stem])[stem] for stem, value in made.terms]
    assert weights == sorted(weights, reverse=True)


def test_a_long_text_is_looked_for_by_a_bounded_number_of_words() -> None:
    made = weighted_terms(" ".join(f"word{number}" for number in range(30_000)), idf)
    assert len(made.terms) == MOST
