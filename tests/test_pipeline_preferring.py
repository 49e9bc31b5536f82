"""Classes of examples become tags with weights."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.preferring import MOST, preferred

SYMBOL = st.sampled_from(
    ["F16K 31/06", "F16K31/00", "F16K", "H04L9/0816", "cs.LG", "", " ", "Y02A", "A01G25"]
)


def test_a_symbol_stands_for_itself_its_group_and_its_subclass() -> None:
    assert preferred([["H04L 9/0816"]]) == {"class:H04L*": 1.0, "class:H04L9/*": 1.0, "class:H04L9/0816": 1.0}
    assert preferred([["cs.LG"]]) == {"class:cs.LG": 1.0}
    assert preferred([]) == preferred([[], ["", " "]]) == {}


def test_each_example_weighs_alike_however_many_symbols_it_has() -> None:
    found = preferred([["F16K31/06"], ["F16K31/06", "cs.LG"]])
    assert (found["class:F16K31/06"], found["class:cs.LG"]) == (1.5, 0.5)


def test_of_many_symbols_the_commonest_tags_are_asked_for() -> None:
    many = [f"F16K{group}/02" for group in range(1, 99)]
    found = preferred([many, ["F16K7/02"]])
    assert len(found) == MOST
    assert "class:F16K7/02" in found


@given(st.lists(st.lists(SYMBOL, max_size=6), max_size=4))
def test_no_order_of_examples_matters(examples: list[list[str]]) -> None:
    turned = [symbols[::-1] for symbols in examples[::-1]]
    assert list(preferred(examples).items()) == list(preferred(turned).items())
    assert all(weight > 0 for weight in preferred(examples).values())
