"""Prose or expression: what counts as an operator, and what is said about a broken one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.days import Days, read_days
from index.errors import QuerySyntaxError
from index.syntax import Asked, Group, Near, Tag, Words, is_expression, parse, prose, shown


@pytest.mark.parametrize(
    ("query", "column", "words"),
    [
        ('valve AND "pump', 11, "quotation mark is never closed"),
        ('valve AND title:"pump', 17, "quotation mark is never closed"),
        ("valve AND (pump OR motor", 11, "bracket is never closed"),
        ("valve) AND pump", 6, "closes nothing"),
        ("author:smith AND valve", 1, "no field is called 'author'; use title"),
        ("valve AND", 7, "AND lacks a word"),
        ("(valve OR) AND pump", 8, "OR lacks a word"),
        ("OR valve", 1, "OR lacks a word"),
        ("valve NEAR/3", 7, "NEAR/3 lacks a word"),
        ("valve NEAR pump", 7, "NEAR needs a distance; write NEAR/5"),
        ("valve NEAR/900 pump", 7, "is no distance; use 0 to 200"),
        ("valve NEAR/3 (pump AND motor)", 7, "write AND for anything else"),
        ("valve NEAR/3 NOT pump", 14, "cannot be followed by NOT"),
        ("title:valve NEAR/3 claims:pump", 13, "no text stands in claims and title"),
        ("valve prox/unit=word pump", 7, "prox needs a distance"),
        ("valve AND day:2001-13", 15, "'2001-13' is not a date"),
        ("valve AND day:31/12/2004", 15, "'31/12/2004' is not a date"),
        ("valve AND day:[2005 TO 2001]", 15, "is not a date"),
        ("valve before:priority:2004", 14, "not priority dates; write before:"),
        ("@ay=2004 and valve", 1, "is about filing"),
        ("valve.ti. and @ad>2004", 15, "is about filing"),
        ("@pd>=2005<=2001", 4, "ends before it begins"),
        ("251/129.ccls.", 8, "US classification before 2015"),
        ("ti=valve and lang=en", 14, "is about the language"),
        ("class:valve AND pump", 7, "no class of the IPC or CPC"),
        ("title>3 AND valve", 1, "compares dates only"),
        ("pump AND *valve", 10, "a word cannot begin with it"),
        ("pump AND v*", 10, r"\* follows a word of two letters"),
        ("pump AND va*b*c*d*e*f", 10, "at most 4 wildcards"),
        ("pump AND valv$99", 10, "at most 20 letters"),
        ("pump AND valve .ti.", 16, "without a blank"),
        ("assignee: AND valve", 11, "assignee: needs a value"),
        ("valve AND title:", 16, "title: needs a value"),
        ("valve AND " + "(" * 40 + "a" + ")" * 40, 43, "32 brackets inside each other"),
        ("a XOR b XOR c XOR d XOR e XOR f", 27, "at most 4 XOR"),
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
        ("20040229", date(2004, 2, 29), date(2004, 2, 29)),
        ("200402", date(2004, 2, 1), date(2004, 2, 29)),
        ("2004/02/29", date(2004, 2, 29), date(2004, 2, 29)),
        ("2001:2003", date(2001, 1, 1), date(2003, 12, 31)),
        ("2001-2003", date(2001, 1, 1), date(2003, 12, 31)),
        ("20010215..20030630", date(2001, 2, 15), date(2003, 6, 30)),
        ("2001,2003", date(2001, 1, 1), date(2003, 12, 31)),
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
DAY = date(2004, 1, 1).toordinal()


def title(text: str) -> Words:
    return Words(field="title", text=text)


@pytest.mark.parametrize(
    ("query", "node"),
    [
        ("a b", Group(may=(A, B))),
        ("a OR b", Group(may=(A, B))),
        ("a AND b OR c", Group(may=(Group(must=(A, B)), C))),
        ("a AND (b OR c)", Group(must=(A, Group(may=(B, C))))),
        ("a AND NOT b", Group(must=(A,), never=(B,))),
        ("a NOT b", Group(must=(A,), never=(B,))),
        ("a OR NOT b", Group(may=(A, Group(never=(B,))))),
        ("NOT a OR b", Group(may=(Group(never=(A,)), B))),
        ("+a b -c", Group(must=(A,), may=(B,), never=(C,))),
        ("a AND NOT NOT b", Group(must=(A, B))),
        ("((a))", A),
        ("+a", A),
        ("a XOR b", Group(may=(Group(must=(A,), never=(B,)), Group(must=(B,), never=(A,))))),
        ("title:a", title("a")),
        ("title:(a b)", Group(may=(title("a"), title("b")))),
        ("title:(a claims:b)", Group(may=(title("a"), Words(field="claims", text="b")))),
        ('claims:"a b"', Words(field="claims", text="a b")),
        ("“a b”", Words(field="", text="a b")),
        ("ab*", Words(field="", text="ab*")),
        ("pump's", Words(field="", text="pump")),
        ("NOT-a", Words(field="", text="NOT-a")),
        ("and or not", Group(may=tuple(Words(field="", text=text) for text in ("and", "or", "not")))),
        # limits
        ("tags:class:G06F*", Tag(text="class:G06F", prefix=True)),
        ('tags:"a b" a', Group(must=(Tag(text="a b", prefix=False), A))),
        ('tags:"a b" OR a', Group(may=(Tag(text="a b", prefix=False), A))),
        ("class:f16k31/06", Tag(text="class:F16K31/06", prefix=True)),
        ("class:F16K 31/06", Tag(text="class:F16K31/06", prefix=True)),
        ('class:"F16K 31/06"', Tag(text="class:F16K31/06", prefix=True)),
        ("cpc=F16K31/06/low", Tag(text="class:F16K31/06", prefix=True)),
        ("country:us", Tag(text="country:US", prefix=False)),
        (
            "class:(F16K OR H04L)",
            Group(may=(Tag(text="class:F16K", prefix=True), Tag(text="class:H04L", prefix=True))),
        ),
        ("before:2004 a b*", None),
        # nearness
        ("a NEAR/3 b", Near(left=(A,), right=(B,), between=3, ordered=False)),
        ("a NEAR3 b", Near(left=(A,), right=(B,), between=2, ordered=False)),
        ("a ADJ b", Near(left=(A,), right=(B,), between=0, ordered=True)),
        ("a ADJ3 b", Near(left=(A,), right=(B,), between=2, ordered=True)),
        ("a prox/distance<3 b", Near(left=(A,), right=(B,), between=1, ordered=False)),
        ("a prox/distance<=3/ordered b", Near(left=(A,), right=(B,), between=2, ordered=True)),
        ("a prox/unit=sentence b", Near(left=(A,), right=(B,), between=40, ordered=False, unit="WITH")),
        ("a SAME b", Near(left=(A,), right=(B,), between=200, ordered=False, unit="SAME")),
        ('"a b"~2', Near(left=(A,), right=(B,), between=2, ordered=False)),
        ("(a OR b) NEAR/1 c", Near(left=(A, B), right=(C,), between=1, ordered=False)),
        ("title:a NEAR/1 b", Near(left=(title("a"),), right=(title("b"),), between=1, ordered=False)),
        (
            "a NEAR/1 b NEAR/2 c",
            Group(
                must=(
                    Near(left=(A,), right=(B,), between=1, ordered=False),
                    Near(left=(B,), right=(C,), between=2, ordered=False),
                )
            ),
        ),
        # offices
        ("a.ti.", title("a")),
        ("(a or b).ti.", Group(may=(title("a"), title("b")))),
        ("a.ti,ab.", Group(may=(title("a"), Words(field="abstract", text="a")))),
        ('"a b".ti.', title("a b")),
        ("a.ti. and b not c", Group(must=(title("a"), B), never=(C,))),
        ("ti=a and b", Group(must=(title("a"), B))),
        ("ti=(a and b)", Group(must=(title("a"), title("b")))),
        ('ti all "a b"', Group(must=(title("a"), title("b")))),
        ('ti any "a b"', Group(may=(title("a"), title("b")))),
        ("ta=a", Group(may=(title("a"), Words(field="abstract", text="a")))),
        ("cl=F16K", Tag(text="class:F16K", prefix=True)),
        ("cl=valve", Words(field="claims", text="valve")),
        ("pa=acme", Words(field="assignee", text="acme")),
        ("pn=US 5,123,456 B1", Words(field="number", text="US 5,123,456 B1")),
        ('"5123456".pn.', Words(field="number", text="5123456")),
        ("before:publication:20040101", Days(first=None, last=DAY - 1)),
        ("after:2004-01-01", Days(first=DAY, last=None)),
        ("@pd>=20040101<=20040102", Days(first=DAY, last=DAY + 1)),
        ('pd within "20040101 20040102"', Days(first=DAY, last=DAY + 1)),
        ("pd=20040101:20040102", Days(first=DAY, last=DAY + 1)),
        ("pd<2004", Days(first=None, last=DAY - 1)),
        # free text
        ("title:a :: b AND c", Asked(limits=title("a"), text="b AND c")),
        ("before:2004-01-01 a b", Asked(limits=Days(first=None, last=DAY - 1), text="a b")),
        ("before:2004-01-01 AND a", Group(must=(Days(first=None, last=DAY - 1), A))),
        ("before:2004-01-01 a", Group(must=(Days(first=None, last=DAY - 1), A))),
    ],
)
def test_an_expression_becomes_what_it_says(query: str, node: object) -> None:
    if node is not None:
        assert parse(query) == node


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("a b", "(a OR b)"),
        ("a AND b OR c", "((a AND b) OR c)"),
        ("a AND NOT (b OR c)", "(a AND NOT (b OR c))"),
        ("+a b -c", "(+a b -c)"),
        ('title:"rotary seal"~3', "(title:rotary NEAR/3 title:seal)"),
        ("claims:anti-lock", 'claims:"anti-lock"'),
        ("ab* AND day:<2004-03", "(ab* AND day:[* TO 2004-02-29])"),
        ("a AND tags:class:G06F*", '(a AND class:"G06F")'),
        ("a ADJ3 b", "(a ADJ/2 b)"),
        ("ti=valve :: closes", "title:valve :: closes"),
    ],
)
def test_an_expression_is_shown_as_it_was_understood(query: str, words: str) -> None:
    assert shown(parse(query)) == words


def test_prose_of_an_expression_is_what_is_wanted() -> None:
    query = (
        'title:valve AND ("rotating seal"~2 OR pump*) NOT motor -"gas turbine" day:[2001 TO 2003] tags:"a:b"'
    )
    assert prose(parse(f"{query} assignee:acme")) == "valve rotating seal pump"
    assert prose(parse(f"{query} :: what it does")) == "what it does"


_WORD = st.sampled_from(
    (
        *(
            "valve",
            "pump",
            "valv*",
            "colo?r",
            "seal$2",
            '"rotary valve"',
            '"anti-lock"',
            "title:valve",
            "10mm",
        ),
        *('claims:"a b"', "assignee:acme", 'inventor:"de la Cruz"', "number:US5123456B1", "class:F16K31/06"),
        *(
            "day:[2001 TO 2003]",
            "before:2004",
            "tags:kind:p*",
            "country:us",
            "valve.ti.",
            'ti all "a b"',
            '"AND"',
        ),
    )
)
_QUERIES = st.recursive(
    _WORD,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR", "AND NOT", ""]), inner)
        | st.builds("+{} {} -{}".format, inner, inner, inner).map("({})".format)
        | st.builds("{} {} {}".format, _WORD, st.sampled_from(["NEAR/3", "ADJ", "ADJ4", "SAME"]), _WORD)
    ),
    max_leaves=8,
)


@given(_QUERIES | st.builds("{} :: {}".format, _QUERIES, st.sampled_from(["it closes", 'a "b" :: c'])))
def test_what_is_shown_is_understood_in_the_same_way(query: str) -> None:
    try:
        node = parse(query)
    except QuerySyntaxError:
        return
    assert parse(shown(node)) == node
    assert shown(parse(shown(node))) == shown(node)


@given(
    st.text(max_size=200)
    | st.text(st.sampled_from('ab AND OR NOT ()[]"~+-*:day:title:tags:2001<'), max_size=60)
    | st.lists(
        st.sampled_from(
            (
                *(
                    "AND",
                    "OR",
                    "NOT",
                    "XOR",
                    "NEAR/2",
                    "ADJ3",
                    "SAME",
                    "(",
                    ")",
                    '"',
                    '"a',
                    "title:",
                    "ti=",
                    ".ti.",
                ),
                *(
                    "a.ti.",
                    "@pd",
                    ">=",
                    "2001",
                    "class:",
                    "F16K",
                    "*",
                    "?",
                    "va*",
                    'pd within "',
                    "::",
                    "~2",
                    "]",
                ),
                *("[2001 TO", "pn=", "prox/distance<3", "before:", "valve", "\x00", "\u200f"),
            )
        ),
        max_size=14,
    ).map(" ".join)
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
        assert parse(shown(node)) == node
    assert 1 <= place <= len(query) + 1
