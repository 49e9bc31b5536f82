from __future__ import annotations

import doctest

import pytest

from ingest import classes
from ingest.classes import levels


@pytest.mark.parametrize(
    ("symbol", "found"),
    [
        ("H04L 9/0816", ("H", "H04", "H04L", "H04L9/00", "H04L9/0816")),
        ("h04l9/00", ("H", "H04", "H04L", "H04L9/00")),
        ("G06F 016/35", ("G", "G06", "G06F", "G06F16/00", "G06F16/35")),
        ("Y02E", ("Y", "Y02", "Y02E")),
        ("A", ("A",)),
        ("cs.LG", ()),
        ("", ()),
        ("I04L", ()),
        ("705/26", ()),
    ],
)
def test_a_symbol_has_its_levels_widest_first(symbol: str, found: tuple[str, ...]) -> None:
    assert levels(symbol) == found


def test_the_examples_hold() -> None:
    assert doctest.testmod(classes).failed == 0
