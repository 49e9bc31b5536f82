"""Printed dates are never read more exactly than they are printed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents import DayInterval
from ingest.paper_dates import month_number, of_parts, of_words


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("1998 Dec-1999 Jan", "1998-12-01/1999-01-31"),
        ("5 May 2019", "2019-05-05"),
        ("December 5, 2019", "2019-12-05"),
        ("5th of May 2019", "2019-05-05"),
        ("10~jul 2001", "2001-07-10"),
        ("2000 Spring", "2000-01-01/2000-12-31"),
        ("1978 Winter-1979 Spring", "1978-01-01/1979-12-31"),
        ("2011 2nd Quarter", "2011-01-01/2011-12-31"),
        ("2000 Nov-Dec", "2000-11-01/2000-12-31"),
        ("2000 Jul 4-7", "2000-07-04/2000-07-07"),
        ("May 5-8, 2000", "2000-05-05/2000-05-08"),
        ("31 Dec 1999 - 2 Jan 2000", "1999-12-31/2000-01-02"),
        ("1975-76", "1975-01-01/1976-12-31"),
        ("1983-1984", "1983-01-01/1984-12-31"),
        ("2000 Jan-1999 Dec", "1999-01-01/2000-12-31"),
        ("2019///", "2019-01-01/2019-12-31"),
        ("2019/05/03/", "2019-05-03"),
        ("20190503", "2019-05-03"),
        ("2019-05-03T10:00:00Z", "2019-05-03"),
        ("2000 Feb 31", "2000-02-01/2000-02-29"),
        ("2019-13", "2019-01-01/2019-12-31"),
        ("12/31/1999", "1999-12-31"),
        ("03/04/2005", "2005-03-04/2005-04-03"),
        ("99/99/1999", "1999-01-01/1999-12-31"),
        ("soon", ""),
        ("", ""),
        ("3000", ""),
        ("May 5", ""),
    ],
)
def test_a_printed_date_is_as_exact_as_it_is_printed(printed: str, read: str) -> None:
    assert of_words(printed) == read
    if read:
        assert str(DayInterval.parse(read)) == read


@pytest.mark.parametrize(
    ("parts", "read"),
    [
        (("2019", "Sept", "3"), "2019-09-03"),
        (("2019", "13", "2"), "2019-01-01/2019-12-31"),
        (("2019", "4", "31"), "2019-04-01/2019-04-30"),
        (("2019", "Jan-Feb"), "2019-01-01/2019-02-28"),
        (("2019",), "2019-01-01/2019-12-31"),
        (("19", "1"), ""),
    ],
)
def test_parts_that_are_no_month_or_day_leave_the_wider_date(parts: tuple[str, ...], read: str) -> None:
    assert of_parts(*parts) == read


def test_months_are_known_by_number_name_and_abbreviation() -> None:
    assert [
        month_number(text) for text in ("5", "05", "May", "sept.", "DECEMBER", "0", "13", "Mayor of X")
    ] == [*(5, 5, 5, 9, 12, 0, 0, 0)]


WORDS = st.lists(
    st.one_of(
        st.sampled_from(["1999", "2000", "Jan", "Dec", "-", "/", "31", "Spring", "&", "to"]),
        st.text(max_size=4),
    ),
    max_size=8,
)


@settings(max_examples=500, deadline=None)
@given(WORDS, st.sampled_from(["", " "]))
def test_whatever_is_printed_gives_a_date_that_parses_or_none(words: list[str], glue: str) -> None:
    read = of_words(glue.join(words))
    assert not read or DayInterval.parse(read)
