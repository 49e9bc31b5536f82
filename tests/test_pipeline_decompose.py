from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.decompose import (
    MOST,
    FeatureTooLongError,
    NoFeaturesError,
    TooManyFeaturesError,
    decompose,
    left_out,
)
from pipeline.disclosure import FeatureKind, Topic
from pipeline.intake import from_answers

if TYPE_CHECKING:
    from pipeline.disclosure import Disclosure, Feature

_CLAIM = (
    "1. A method of drying fruit, comprising: (a) heating air to between 50 and 60 °C; (b) blowing the air "
    "over trays without recirculation; and (c) turning the trays, so that both sides dry, wherein the fan is "
    "above the trays.\n2. The method of claim 1, wherein the trays are made of wire."
)


def _disclosure(**answers: str) -> Disclosure:
    return from_answers("Fruit dryer", {Topic[name.upper()]: text for name, text in answers.items()})


def _kinds(features: tuple[Feature, ...]) -> list[FeatureKind]:
    return [feature.kind for feature in features]


def test_the_claim_part_is_preferred_and_typed() -> None:
    found = decompose(_disclosure(how="The fan blows air. The tray is turned.", claim=_CLAIM))
    assert [feature.id for feature in found] == [f"F{number}" for number in range(1, len(found) + 1)]
    assert found[0].text == "A method of drying fruit"
    assert _kinds(found) == [
        FeatureKind.STEP,
        FeatureKind.NUMERIC,
        FeatureKind.NEGATIVE,
        FeatureKind.STEP,
        FeatureKind.RELATION,
        FeatureKind.RELATION,
    ]
    assert [feature.essential for feature in found] == [True] * 5 + [False]
    assert not any(feature.novel for feature in found)


def test_one_line_with_semicolons_gives_three_features() -> None:
    assert [f.text for f in decompose(_disclosure(what="A; B; and C"))] == ["A", "B", "C"]
    assert len(decompose(_disclosure(claim="A hinge; a lid; and a box"))) >= 3


def test_a_claim_without_a_heading_is_recognised() -> None:
    text = "A dryer comprising: a housing; a fan; and a heater."
    found = decompose(_disclosure(other=f"Notes of last week.\n\n{text}"))
    assert [feature.text for feature in found] == ["A dryer", "a housing", "a fan", "a heater"]


def test_a_list_of_technical_items_is_taken_before_prose() -> None:
    items = "- the fan blows air over the trays\n- the heater heats the air to 55 °C\n- the trays are turned"
    found = decompose(_disclosure(how=f"It works like this, we hope.\n\n{items}"))
    assert [feature.text for feature in found] == [line.removeprefix("- ") for line in items.split("\n")]


def test_prose_gives_the_technical_sentences_only() -> None:
    found = decompose(
        _disclosure(
            problem="Fruit rots.",
            how="We think this is nice. A fan blows air over the trays. The air is heated to 55 °C, and then "
            "the trays are turned by a motor. Customers will like it.",
        )
    )
    texts = [feature.text for feature in found]
    assert "A fan blows air over the trays" in texts
    assert not any("Customers" in text or "nice" in text for text in texts)


@pytest.mark.parametrize(
    "text",
    [
        "Hi all, lunch is at noon on Friday. Please tell me if you come!",
        "We should do something about innovation. The market is large.",
        "Milk, bread, cheese.",
    ],
)
def test_a_text_without_an_invention_is_refused_with_advice(text: str) -> None:
    with pytest.raises(NoFeaturesError, match=r"no invention found in 'Fruit dryer'.*Claim"):
        decompose(_disclosure(how=text))


def test_a_disclosure_about_the_problem_only_is_refused() -> None:
    with pytest.raises(NoFeaturesError, match="no text about what is new"):
        decompose(_disclosure(problem="Fruit rots within 3 days."))


def test_optional_features_beyond_the_limit_are_left_out_and_named_and_essential_ones_refused() -> None:
    dependent = "\n".join(f"{n}. The box of claim 1, wherein part {n}x is red." for n in range(2, MOST + 5))
    disclosure = _disclosure(claim=f"1. A box comprising: a base; and a lid.\n{dependent}")
    found = decompose(disclosure)
    assert len(found) == MOST
    first = next(n for n in range(2, MOST + 5) if not any(f"part {n}x" in f.text for f in found))
    assert left_out(disclosure).startswith("6 optional features are left out")
    assert f"part {first}x is red" in left_out(disclosure)
    assert left_out(_disclosure(claim=_CLAIM)) == ""
    assert sum(feature.essential for feature in found) == 3
    many = "; ".join(f"a part number {n}x" for n in range(MOST + 1))
    with pytest.raises(TooManyFeaturesError, match="several disclosures"):
        decompose(_disclosure(claim=f"A box comprising: {many}"))


def test_a_feature_that_no_quote_could_carry_is_refused() -> None:
    with pytest.raises(FeatureTooLongError, match="semicolons"):
        decompose(_disclosure(claim=f"A box comprising: a base; and a lid {'of red steel ' * 400}"))


@given(st.lists(st.sampled_from(["a rotor", "a lid of steel", "a film 2 mm thick", "no seal"]), min_size=2))
def test_every_feature_is_the_exact_slice_of_the_text(elements: list[str]) -> None:
    disclosure = _disclosure(claim=f"An oven for bread comprising: {'; '.join(elements[:20])}.")
    found = decompose(disclosure)
    assert all(disclosure.text[feature.start : feature.end] == feature.text for feature in found)
    assert decompose(disclosure) == found


@pytest.mark.parametrize(
    "cancelled", ["1-35. (canceled)", "1.-64. (canceled)", "1. (Cancelled).", "1 to 4. (canceled)"]
)
def test_a_cancelled_claim_gives_no_feature(cancelled: str) -> None:
    found = decompose(
        from_answers("A lid", {Topic.CLAIM: f"{cancelled}\n\n36. A pot comprising: a lid; and a handle."})
    )
    assert [feature.text for feature in found][-2:] == ["a lid", "a handle"]
    assert not any("cancel" in feature.text.lower() for feature in found)
    with pytest.raises(NoFeaturesError):
        decompose(from_answers("A lid", {Topic.CLAIM: cancelled}))
