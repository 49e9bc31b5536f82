from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.disclosure import Feature, FeatureKind
from pipeline.feature_file import FeatureFileError, NoFeatureLinesError, dumps, loads

_WORDS = st.text("abcdefg °%5", min_size=1, max_size=40).map(lambda text: " ".join(text.split())).filter(bool)
_FEATURES = st.lists(
    st.builds(
        Feature,
        id=st.just("F1"),
        text=_WORDS,
        kind=st.sampled_from(list(FeatureKind)),
        essential=st.booleans(),
        novel=st.booleans(),
    ),
    min_size=1,
    max_size=10,
)


@given(_FEATURES)
def test_features_round_trip_with_new_numbers(features: list[Feature]) -> None:
    found = loads(dumps(features))
    assert [feature.id for feature in found] == [f"F{number}" for number in range(1, len(features) + 1)]
    assert [(f.text, f.kind, f.essential, f.novel) for f in found] == [
        (f.text, f.kind, f.essential, f.novel) for f in features
    ]
    assert dumps(loads(dumps(found))) == dumps(found)


def test_spans_survive_only_while_the_words_stand_there() -> None:
    text = "A pump with\n a rotor; and a stator"
    kept = Feature(id="F1", text=text[12:20], kind=FeatureKind.STRUCTURE, start=12, end=20)
    found = loads(dumps([kept]), text)
    assert found == (kept,)
    changed = loads(dumps([kept]).replace("rotor", "vane"), text)
    assert (changed[0].text, changed[0].start, changed[0].end) == ("a vane", -1, -1)


def test_a_feature_over_two_lines_keeps_its_slice() -> None:
    text = "A pump with\n a rotor"
    whole = Feature(id="F1", text=text, kind=FeatureKind.STRUCTURE, start=0, end=len(text))
    assert loads(dumps([whole]), text) == (whole,)


def test_a_plain_line_is_a_feature_with_a_kind_of_its_own() -> None:
    found = loads("some remark\n- heating the plate to 50 °C\n* [optional, novel] a lid\n")
    assert [(f.text, f.kind, f.essential, f.novel) for f in found] == [
        ("heating the plate to 50 °C", FeatureKind.NUMERIC, True, False),
        ("a lid", FeatureKind.STRUCTURE, False, True),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a lid\n\n- F2 [shiny] a box\n", r"line 3: \[shiny\] is no mark.*structure"),
        ("- F1 [step]   \n", "line 1: no text"),
        (f"- {'a' * 5000}\n", "line 1: 5,002 characters"),
        (f"- {'a' * 4100}\n", "line 1: 4,100 characters"),
        ("- a lid\n" * 300, "line 201: more than 200"),
        ("x" * 2_000_000, "line 1: the file has 2,000,000 characters"),
    ],
)
def test_a_bad_line_is_named_by_its_number(text: str, message: str) -> None:
    with pytest.raises(FeatureFileError, match=message):
        loads(text)


def test_a_file_without_features_says_how_one_looks() -> None:
    with pytest.raises(NoFeatureLinesError, match="heating the plate"):
        loads("# Features\n\nnothing here\n")
