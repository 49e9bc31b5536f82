"""Prose or expression: what counts as an operator, and what is said about a broken one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import QuerySyntaxError
from index.syntax import is_expression, prepare, prose


@pytest.mark.parametrize(
    "query",
    [
        "valve AND pump",
        "valve OR (pump NOT motor)",
        '"rotating valve"',
        '"rotating valve"~3 seal',
        "title:valve",
        "day:[2001 TO 2003] pump",
        'tags:"kind:patent" pump',
        "+valve pump",
        "pump -motor",
        "pump AND",
    ],
)
def test_operators_make_an_expression(query: str) -> None:
    assert is_expression(query)


@pytest.mark.parametrize(
    "query",
    [
        "a rotating valve (12) for a pump (14)",
        "METHOD AND APPARATUS FOR PUMPING",
        "A method comprising: providing a valve; and rotating it",
        'a 5" pipe and a 6" pipe',
        "poly(ethylene) with -OH and -CH2-CH2- groups",
        "at -5 °C, +3 V and 1:10 dilution",
        "it's the user's valve - or pump",
        "see https://example.org/a?b=c&d",
        "AND",
        "",
        "\x00\ud7ff*?[]{}^~\\/",
    ],
)
def test_prose_with_signs_stays_prose(query: str) -> None:
    assert not is_expression(query)


def test_a_sign_in_a_long_text_is_no_operator() -> None:
    assert not is_expression("a lactam such as beta -lactam " + "which is bound to the carrier " * 3)


@pytest.mark.parametrize(
    ("query", "column", "words"),
    [
        ('valve AND "pump', 11, "quotation mark is never closed"),
        ("valve AND (pump OR motor", 11, "bracket is never closed"),
        ("valve) AND pump", 6, "closes nothing"),
        ("inventor:smith AND valve", 1, "no field is called 'inventor'"),
        ("valve AND", 7, "AND lacks a word"),
        ("(valve OR) AND pump", 8, "OR lacks a word"),
        ("OR valve", 1, "OR lacks a word"),
        ("valve AND day:2001-13", 15, "2001-13 is not a date"),
        ("valve AND " + "(" * 40 + "a" + ")" * 40, 43, "32 brackets inside each other"),
    ],
)
def test_a_broken_expression_is_an_error_with_its_column(query: str, column: int, words: str) -> None:
    with pytest.raises(QuerySyntaxError, match=words) as caught:
        prepare(query)
    assert caught.value.column == column


def test_an_expression_has_a_length_limit() -> None:
    with pytest.raises(QuerySyntaxError, match="at most 4000 characters"):
        prepare("valve AND " * 500 + "pump")


def test_a_query_in_an_error_is_shortened() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        prepare("valve AND " * 300 + '"')
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("day:2004", date(2004, 1, 1), date(2004, 12, 31)),
        ("day:2004-02", date(2004, 2, 1), date(2004, 2, 29)),
        ("day:2004-12", date(2004, 12, 1), date(2004, 12, 31)),
        ("day:2004-02-28", date(2004, 2, 28), date(2004, 2, 28)),
        ("day:[2001 TO 2003-06]", date(2001, 1, 1), date(2003, 6, 30)),
    ],
)
def test_dates_become_ranges_of_days(query: str, first: date, last: date) -> None:
    assert prepare(query) == f"day:[{first.toordinal()} TO {last.toordinal()}]"


@pytest.mark.parametrize(
    ("query", "prepared"),
    [
        ("day:<2004", f"day:<{date(2004, 1, 1).toordinal()}"),
        ("day:<=2004", f"day:<={date(2004, 12, 31).toordinal()}"),
        ("day:>2004", f"day:>{date(2004, 12, 31).toordinal()}"),
        ("day:>=2004", f"day:>={date(2004, 1, 1).toordinal()}"),
        ("day:{2001 TO 2003}", f"day:{{{date(2001, 12, 31).toordinal()} TO {date(2003, 1, 1).toordinal()}}}"),
        ("day:[* TO 2003]", f"day:[* TO {date(2003, 12, 31).toordinal()}]"),
    ],
)
def test_bounds_take_in_or_leave_out_the_whole_period(query: str, prepared: str) -> None:
    assert prepare(query) == prepared


def test_prose_of_an_expression_is_what_is_wanted() -> None:
    query = (
        'title:valve AND ("rotating seal"~2 OR pump*) NOT motor -"gas turbine" day:[2001 TO 2003] tags:"a:b"'
    )
    assert prose(query) == "valve rotating seal pump"


@given(st.text(max_size=200))
def test_no_text_upsets_the_test_for_operators(query: str) -> None:
    assert is_expression(query) in (True, False)
    assert isinstance(prose(query), str)
