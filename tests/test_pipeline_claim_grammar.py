from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.claim_grammar import CONNECTORS, ParsedClaim, claims, looks_like_claim

_LABEL = re.compile(r"[a-z]\d?|[ivx]{1,5}|\d{1,2}")


def _texts(text: str) -> list[list[str]]:
    return [[text[part.start : part.end] for part in claim.limitations] for claim in claims(text)]


def _uncovered(text: str, claim: ParsedClaim) -> list[str]:
    """Return the words that lie in no limitation, reference, label or connector."""
    spans = [(part.start, part.end) for part in claim.limitations]
    spans += [claim.reference] if claim.reference is not None else []
    return [
        match.group()
        for match in re.compile(r"\w+").finditer(text, claim.start, claim.end)
        if not any(start <= match.start() and match.end() <= end for start, end in spans)
        and match.group().lower() not in CONNECTORS
        and not _LABEL.fullmatch(match.group().lower())
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("A; B; and C", ["A", "B", "C"]),
        ("A box comprising: a base; a lid; and a hinge.", ["A box", "a base", "a lid", "a hinge"]),
        ("A device comprising a base, a lid, and a hinge", ["a base", "a lid", "a hinge"]),
        (
            "A way of brewing, comprising: (a) heating water; (b) pouring it; wherein the pot is covered.",
            ["A way of brewing", "heating water", "pouring it", "the pot is covered"],
        ),
        (
            "A cup consisting of a wall and a floor, characterised in that the wall is steel.",
            ["A cup", "a wall", "a floor", "the wall is steel"],
        ),
        ("A pump including\n- a rotor\n- a stator\n- a seal", ["A pump", "a rotor", "a stator", "a seal"]),
        (
            "A lamp comprising: i) a socket; ii) a bulb (of type X; or Y); iii) a shade",
            ["A lamp", "a socket", "a bulb (of type X; or Y)", "a shade"],
        ),
    ],
)
def test_limitations_are_split_on_structure(text: str, parts: list[str]) -> None:
    assert _texts(text) == [parts]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(
            "A process comprising soaking peas in brine for a night and adding the soaked peas to "
            "the dough of a flat bread.",
            [
                "soaking peas in brine for a night",
                "adding the soaked peas to the dough of a flat bread",
            ],
            id="two steps of a method behind one 'and'",
        ),
        pytest.param(
            "A method of grading eggs comprising rolling the eggs along a lit channel, counting the "
            "turning and tilting cycles of every egg, and dropping it.",
            [
                "A method of grading eggs",
                "rolling the eggs along a lit channel",
                "counting the turning and tilting cycles of every egg",
                "dropping it",
            ],
            id="an 'and' between two gerunds parts no step",
        ),
        pytest.param(
            "A method of brewing comprising filling a kettle; and when the water in the kettle has boiled "
            "for at least one minute on a low flame, pouring half of it over the leaves in a warm pot of "
            "clay, and keeping the rest hot on a plate beside the pot until the leaves have opened.",
            [
                "A method of brewing",
                "filling a kettle",
                (
                    "when the water in the kettle has boiled for at least one minute on a low flame, pouring "
                    "half of it over the leaves in a warm pot of clay"
                ),
                "keeping the rest hot on a plate beside the pot until the leaves have opened",
            ],
            id="a condition stays with the step that it governs",
        ),
        pytest.param(
            "A clip comprising: a jaw; and a spring that presses it, the jaw being shaped so that a rail "
            "lies between the tongue and a lip, the tongue, the lip, and the rail forming three steps that "
            "a tool reaches, the spring having two arms.",
            [
                "A clip",
                "a jaw",
                "a spring that presses it",
                (
                    "the jaw being shaped so that a rail lies between the tongue and a lip, the tongue, "
                    "the lip, and the rail forming three steps that a tool reaches"
                ),
                "the spring having two arms",
            ],
            id="long clauses are cut before a noun with a verb, not inside an enumeration",
        ),
        pytest.param(
            f"A crane having {'a mast that carries a jib and a counterweight on a turning ring, ' * 4}"
            "and a winch that lifts heavy loads, "
            f"{'wherein the winch is driven by a motor below the ring and braked by a disc, ' * 2}"
            "characterised in that the motor stands on a sledge.",
            [
                "A crane",
                *["a mast that carries a jib and a counterweight on a turning ring"] * 4,
                "a winch that lifts heavy loads",
                *["the winch is driven by a motor below the ring and braked by a disc"] * 2,
                "the motor stands on a sledge",
            ],
            id="what stands before 'characterised in that' is split as well",
        ),
    ],
)
def test_the_joints_that_real_claims_have(text: str, parts: list[str]) -> None:
    assert _texts(text) == [parts]


def test_claims_that_lost_their_numbers_to_a_list_are_still_apart() -> None:
    text = (
        "- A kettle comprising: a base; and a lid.\n"
        "- The kettle of claim 1, wherein the lid is glass.\n"
        "- A method of boiling water, comprising: filling a kettle; and heating it.\n"
        "- The method of claim 3, further comprising pouring."
    )
    assert [claim.dependent for claim in claims(text)] == [False, True, False, True]
    assert _texts(text)[1:] == [
        ["the lid is glass"],
        ["A method of boiling water", "filling a kettle", "heating it"],
        ["pouring"],
    ]
    elements = "A kettle comprising:\n- a base having a foot.\n- a lid.\n- a spout."
    assert _texts(elements) == [["A kettle", "a base having a foot", "a lid", "a spout"]]


def test_dependent_claims_refer_and_do_not_repeat_the_parent() -> None:
    text = (
        "1. A box comprising: a base; and a lid.\n"
        "2. The box of claim 1, wherein the lid is glass.\n"
        "3. The box according to any of claims 1 to 2, further comprising a lock."
    )
    found = claims(text)
    assert [claim.dependent for claim in found] == [False, True, True]
    assert _texts(text)[1:] == [["the lid is glass"], ["a lock"]]


def test_numbered_steps_inside_a_claim_are_no_claims() -> None:
    text = "A method comprising: 1) heating; 2) cooling; 3) drying the part."
    assert len(claims(text)) == 1
    assert _texts(text) == [["heating", "cooling", "drying the part"]]


def test_a_preamble_that_limits_is_kept_and_a_bare_category_is_not() -> None:
    assert _texts("A system comprising: a pump; a valve; a tank")[0][0] == "a pump"
    limited = claims("A system for watering lawns comprising: a pump; a valve")[0].limitations[0]
    assert limited.preamble


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("A kettle comprising a vessel, a heater and a thermistor.", True),
        ("A method of drying; heating the air; moving it; cooling it", True),
        ("We met on Monday. The pump comprises a rotor.", False),
        ("The kettle was fun; nobody used it.", False),
    ],
)
def test_claims_are_told_from_running_text(text: str, claim: bool) -> None:
    assert looks_like_claim(text) is claim


_NOUN = st.sampled_from(["rotor", "valve", "cold plate", "sensor array", "pump of steel", "film 3 mm thick"])
_ELEMENT = st.one_of(
    _NOUN.map(lambda noun: f"a {noun}"),
    st.tuples(_NOUN, _NOUN).map(lambda pair: f"a {pair[0]} configured to move the {pair[1]}"),
    st.tuples(_NOUN, _NOUN).map(lambda pair: f"a {pair[0]}, wherein the {pair[1]} is closed"),
    st.tuples(_NOUN, _NOUN).map(lambda pair: f"a {pair[0]} (with a {pair[1]}; or none)"),
)
_JOIN = st.sampled_from(["; ", ";\n", "; and ", ", and ", "\n"])


@st.composite
def _claim_text(draw: st.DrawFn) -> str:
    head = draw(
        st.sampled_from(["A machine", "A method of forming a part", "An oven for bread", "Use of a glue"])
    )
    transition = draw(
        st.sampled_from([" comprising: ", ", comprising ", " consisting of ", ", characterised in that "])
    )
    body = draw(st.lists(_ELEMENT, min_size=1, max_size=8))
    labelled = draw(st.booleans())
    text = head + transition
    for number, element in enumerate(body):
        text += f"({chr(97 + number)}) {element}" if labelled else element
        text += draw(_JOIN) if number < len(body) - 1 else "."
    return text


@given(_claim_text())
def test_a_claim_is_partitioned_into_limitations_and_connectors(text: str) -> None:
    found = claims(text)
    assert "".join(text[claim.start : claim.end] for claim in found).replace("\n", "").strip() != ""
    for claim in found:
        assert _uncovered(text, claim) == []
        end = claim.start
        for part in claim.limitations:
            assert end <= part.start < part.end <= claim.end
            end = part.end


@given(st.text(max_size=400))
def test_any_text_is_parsed_without_losing_order(text: str) -> None:
    for claim in claims(text):
        ends = [part.end for part in claim.limitations]
        starts = [part.start for part in claim.limitations]
        assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))


@given(_claim_text())
def test_parsing_is_deterministic(text: str) -> None:
    assert claims(text) == claims(text)
