"""Why a document was found: every part of its score is said, in numbers and in words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.library import Found
from pipeline.results import Result
from pipeline.why import BESIDES, CHANNELS, why
from ui.hit_card import card
from ui.search_lines import hit_json, hit_lines

PLAIN = Found(
    key="US-1-A",
    title="Valve",
    kind="patent",
    published="2001",
    score=1.0,
    words_rank=1,
    meaning_rank=2,
    shares=(0.5, 0.3, 0.2),
    terms=(("valv", 1.5),),
    passages=(),
)
VALUE = st.floats(-5, 5)


def shown(found: Found) -> tuple[str, str]:
    result = Result(found=found, near=(), family=(), first=None)
    return "\n".join(hit_lines((result,), "valve", None)), "".join(card(1, result, "valve"))


@given(st.tuples(VALUE, VALUE, VALUE), st.floats(0, 3), st.floats(0, 3))
def test_percents_add_up_to_a_hundred_or_there_are_none(
    given: tuple[float, float, float], related: float, preferred: float
) -> None:
    made = why(replace(PLAIN, shares=given, related=related, preferred=preferred)).shares
    assert not made or sum(share.percent for share in made) == 100
    assert not made or [share.channel for share in made[:3]] == [*CHANNELS]
    assert {share.channel for share in made[3:]} <= {*BESIDES}


def test_what_adds_nothing_beside_the_channels_is_not_spoken_of() -> None:
    assert [share.channel for share in why(PLAIN).shares] == [*CHANNELS]
    for text in shown(PLAIN):
        assert "citations" not in text
        assert "lso:" not in text


@pytest.mark.parametrize(
    ("found", "channel", "clause"),
    [
        (replace(PLAIN, related=1.0), "citations", "the best hits cite it, or it cites them"),
        (replace(PLAIN, preferred=1.0), "classes", "it has classes of the examples, or asked for"),
    ],
)
def test_citations_and_classes_are_said_with_their_part(found: Found, channel: str, clause: str) -> None:
    for text in shown(found):
        assert f"{channel} █████░░░░░ 50 %" in text
        assert clause in text
    shares = hit_json(Result(found=found, near=(), family=(), first=None))["shares"]
    assert shares[channel] == 1.0
    assert sum(shares.values()) == pytest.approx(2.0)
