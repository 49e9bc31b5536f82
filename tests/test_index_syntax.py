"""Prose or expression: what counts as an operator, and what is said about a broken one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.days import read_days
from index.errors import QuerySyntaxError
from index.syntax import Group, Tag, Words, is_expression, parse, prose, shown


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
        ("valve AND day:2001-13", 15, "'2001-13' is not a date"),
        ("valve AND " + "(" * 40 + "a" + ")" * 40, 43, "32 brackets inside each other"),
    ],
)
def test_a_broken_expression_is_an_error_with_its_column(query: str, column: int, words: str) -> None:
    with pytest.raises(QuerySyntaxError, match=words) as caught:
        parse(query)
    assert caught.value.column == column


def test_an_expression_has_a_length_limit() -> None:
    with pytest.raises(QuerySyntaxError, match="at most 4000 characters"):
        parse("valve AND " * 500 + "pump")


def test_a_query_in_an_error_is_shortened() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        parse("valve AND " * 300 + '"')
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2004", date(2004, 1, 1), date(2004, 12, 31)),
        ("2004-02", date(2004, 2, 1), date(2004, 2, 29)),
        ("2004-12", date(2004, 12, 1), date(2004, 12, 31)),
        ("2004-02-28", date(2004, 2, 28), date(2004, 2, 28)),
        ("<2004", None, date(2003, 12, 31)),
        ("<=2004", None, date(2004, 12, 31)),
        (">2004-02", date(2004, 3, 1), None),
        (">=2004", date(2004, 1, 1), None),
        ("[2001 TO 2003-06]", date(2001, 1, 1), date(2003, 6, 30)),
        ("{2001 TO 2003}", date(2002, 1, 1), date(2002, 12, 31)),
        ("[* TO 2003]", None, date(2003, 12, 31)),
        ("[ 2003 TO * ]", date(2003, 1, 1), None),
    ],
)
def test_dates_take_in_or_leave_out_the_whole_period(
    text: str, first: date | None, last: date | None
) -> None:
    days = read_days(text)
    assert days.first == (None if first is None else first.toordinal())
    assert days.last == (None if last is None else last.toordinal())


@pytest.mark.parametrize(
    "text", ["(2004)", "2004-2", "2004-00", "2004-02-30", "04", "[2001 TO]", "soon", "9999", "<"]
)
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match=r"is not a date|needs a value"):
        parse(f'valve day:{text} "pump"')


A, B, C = (Words(field="", text=letter) for letter in "abc")


@pytest.mark.parametrize(
    ("query", "node"),
    [
        ("a b", Group(may=(A, B))),
        ("a OR b", Group(may=(A, B))),
        ("a AND b OR c", Group(may=(Group(must=(A, B)), C))),
        ("a AND (b OR c)", Group(must=(A, Group(may=(B, C))))),
        ("a AND NOT b", Group(must=(A,), never=(B,))),
        ("a NOT b", Group(may=(A,), never=(B,))),
        ("a OR NOT b", Group(may=(A, Group(never=(B,))))),
        ("NOT a OR b", Group(may=(Group(never=(A,)), B))),
        ("+a b -c", Group(must=(A,), may=(B,), never=(C,))),
        ("a AND NOT NOT b", Group(must=(A, B))),
        ("((a))", A),
        ("title:a", Words(field="title", text="a")),
        ("title:(a b)", Group(may=(Words(field="title", text="a"), Words(field="title", text="b")))),
        ('claims:"a b"~2', Words(field="claims", text="a b", slop=2)),
        ("ab*", Words(field="", text="ab", prefix=True)),
        ("tags:class:G06F*", Tag(text="class:G06F", prefix=True)),
        ('tags:"a b" a', Group(may=(Tag(text="a b", prefix=False), A))),
        ("NOT-a", Words(field="", text="NOT-a")),
    ],
)
def test_an_expression_becomes_what_it_says(query: str, node: object) -> None:
    assert parse(query) == node


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("a b", "(a OR b)"),
        ("a AND b OR c", "((a AND b) OR c)"),
        ("a AND NOT (b OR c)", "(a NOT (b OR c))"),
        ("+a b -c", "(a (perhaps b) NOT c)"),
        ('title:"rotary seal"~3', 'title:"rotary seal"~3'),
        ("claims:anti-lock", 'claims:"anti-lock"'),
        ("ab* AND day:<2004-03", "(ab* AND day:[* TO 2004-02-29])"),
        ("a AND tags:class:G06F*", '(a AND tags:"class:G06F"*)'),
    ],
)
def test_an_expression_is_shown_as_it_was_understood(query: str, words: str) -> None:
    assert shown(parse(query)) == words


def test_prose_of_an_expression_is_what_is_wanted() -> None:
    query = (
        'title:valve AND ("rotating seal"~2 OR pump*) NOT motor -"gas turbine" day:[2001 TO 2003] tags:"a:b"'
    )
    assert prose(parse(query)) == "valve rotating seal pump"


@given(
    st.text(max_size=200)
    | st.text(st.sampled_from('ab AND OR NOT ()[]"~+-*:day:title:tags:2001<'), max_size=60)
)
def test_any_text_is_prose_or_read_or_refused_with_a_place_inside_it(query: str) -> None:
    assert is_expression(query) in (True, False)
    try:
        node = parse(query)
    except QuerySyntaxError as error:
        place = error.column or 1
    else:
        place = 1
        assert isinstance(prose(node), str)
        assert isinstance(shown(node), str)
    assert 1 <= place <= len(query) + 1
