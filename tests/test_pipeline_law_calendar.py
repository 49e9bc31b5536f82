"""Months as law counts them, points in time, the calendar's rows and its iCalendar file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.law.consequences import consequences
from pipeline.law.errors import FactError
from pipeline.law.facts import By, CriticalDate, Filing, Incident, Priority, PublicFact, PublicKind
from pipeline.law.ics import escape, fold, render
from pipeline.law.spans import back, differ, forward
from pipeline.law.status import status
from pipeline.law.when import AT_OFFICE, When

TODAY = date(2026, 11, 28)
STAMP = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "months", "reached"),
    [
        ("2026-06-01", 12, "2025-06-01"),
        ("2026-08-31", 6, "2026-02-28"),
        ("2024-08-31", 6, "2024-02-29"),
        ("2025-02-28", 12, "2024-02-28"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-01-31", 2, "2025-11-30"),
        ("0001-03-01", 12, "0001-01-01"),
    ],
)
def test_months_are_counted_back_to_the_same_number_or_the_last_day(
    day: str, months: int, reached: str
) -> None:
    assert back(date.fromisoformat(day), months) == date.fromisoformat(reached)


def test_a_month_is_counted_forward_the_same_way_and_no_day_is_moved_for_a_weekend() -> None:
    assert forward(date(2026, 2, 28), 6) == date(2026, 8, 28)
    assert forward(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert forward(date(2025, 6, 1), 24) == date(2027, 6, 1)
    assert forward(date(2026, 11, 29), 12).weekday() == 0
    assert forward(date(2025, 2, 1), 12).weekday() == 6
    assert differ(date(2026, 2, 28), date(2026, 8, 31), 6)
    assert not differ(date(2026, 2, 28), date(2026, 8, 28), 6)


def test_a_filing_that_only_one_way_of_counting_excuses_has_low_confidence_and_says_so() -> None:
    leak = PublicFact(when=When.days(date(2026, 2, 28), zone=AT_OFFICE), by=By.ABUSE)
    found = status("EP", leak, CriticalDate(filed=Filing(day=date(2026, 8, 31), office="EP")))
    assert (found.kind.value, found.confidence) == ("excepted", "low")
    assert any("2026-08-28" in note for note in found.assumptions)
    (row,) = consequences(leak, (), ("EP",))
    assert row.last_safe_day == date(2026, 8, 28)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-02-30", "2026-13", "2026-03-10T02:30", "2026-03-10/2026-03-09", "25:00", "1/2/3"],
)
def test_what_is_no_date_or_has_no_zone_is_refused_in_words(text: str) -> None:
    with pytest.raises(FactError, match="correct the dates"):
        When.parse(text)


@given(st.text(max_size=40), st.text(max_size=20))
def test_no_text_raises_anything_but_a_fact_error(text: str, zone: str) -> None:
    try:
        when = When.parse(text, zone=zone)
    except FactError:
        return
    assert when.first < when.last


def test_facts_that_cannot_be_are_errors() -> None:
    with pytest.raises(FactError, match="comes after the filing"):
        CriticalDate(
            filed=Filing(day=date(2026, 1, 1)), priorities=(Priority(filing=Filing(day=date(2026, 2, 1))),)
        )
    with pytest.raises(FactError, match="needs a filing day or a priority"):
        CriticalDate()
    with pytest.raises(FactError, match="time of day needs its zone"):
        Filing(day=date(2026, 1, 1), at=datetime(2026, 1, 1, 9))  # noqa: DTZ001 - the point of the test
    with pytest.raises(FactError, match="ends before it starts"):
        When.days(date(2026, 1, 2), date(2026, 1, 1))


@pytest.mark.parametrize(
    "text", ["9999-12-31", "0001-01-01", "0001", "../0003-01-01", "9999-12-31T23:59:59-12:00"]
)
def test_a_year_that_cannot_be_meant_is_refused(text: str) -> None:
    for zone in ("", AT_OFFICE, "Asia/Tokyo"):
        with pytest.raises(FactError, match="correct the dates"):
            When.parse(text, zone=zone)
    with pytest.raises(FactError, match="no filing has such a year"):
        Filing(day=date.max)


def test_own_use_is_excused_where_own_acts_are_whether_or_not_the_product_can_be_analysed() -> None:
    for known in (True, False, None):
        used = replace(planned("2026-12-10"), kind=PublicKind.USE, reproducible=known)
        (row,) = consequences(used, (), ("JP",), today=TODAY)
        assert row.last_safe_day == date(2027, 12, 10)
        assert row.lost == ()


def test_the_pct_row_says_that_each_office_decides() -> None:
    (row,) = consequences(planned("2026-12-10"), (), ("PCT",), today=TODAY)
    assert "each designated office decides" in row.warnings[0]


def test_the_hour_of_the_filing_decides_the_same_day_in_japan() -> None:
    at = datetime(2026, 3, 10, 3, tzinfo=UTC)
    critical = CriticalDate(filed=Filing(day=date(2026, 3, 10), office="JP", at=at))
    before = PublicFact(when=When.parse("2026-03-10T02:59:59Z"))
    after = PublicFact(when=When.parse("2026-03-10T03:00:00Z"))
    assert status("JP", before, critical).kind.value == "novelty_and_inventive"
    assert status("JP", after, critical).kind.value == "not_art"


def test_a_publication_without_any_date_asks_for_one() -> None:
    found = status("US", PublicFact(when=None), CriticalDate(filed=Filing(day=date(2026, 1, 1), office="US")))
    assert (found.kind.value, found.rules) == ("undetermined", ("US-PUB-2",))
    assert "cannot be relied on" in found.missing[0]


def test_a_priority_of_more_than_twelve_months_is_asked_about() -> None:
    fact = PublicFact(when=When.days(date(2025, 6, 1), zone=AT_OFFICE))
    old = Priority(filing=Filing(day=date(2025, 1, 1), office="EP"))
    found = status(
        "EP", fact, CriticalDate(filed=Filing(day=date(2026, 3, 1), office="EP"), priorities=(old,))
    )
    assert found.kind.value == "undetermined"
    assert "priority (2025-01-01)" in found.missing[0]


def planned(text: str, **more: object) -> PublicFact:
    return replace(PublicFact(when=When.parse(text, zone=AT_OFFICE), by=By.OWN), **more)  # type: ignore[arg-type]


def test_rows_give_the_last_safe_day_per_office_the_earliest_death_first() -> None:
    rows = consequences(planned("2026-12-10"), (), ("US", "EP", "JP", "CN", "DE-GM", "MX"), today=TODAY)
    assert [(row.office, str(row.last_safe_day)) for row in rows] == [
        ("CN", "2026-12-09"),
        ("EP", "2026-12-09"),
        ("MX", "2026-12-09"),
        ("DE-GM", "2027-06-10"),
        ("JP", "2027-12-10"),
        ("US", "2027-12-10"),
    ]
    by = {row.office: row for row in rows}
    assert "nothing excuses" in by["EP"].lost[0]
    assert by["US"].lost == ()
    assert by["JP"].proof_deadline == date(2028, 1, 9)
    assert by["JP"].act_when == "at filing"
    assert by["MX"].warnings


def test_an_instant_is_counted_in_each_offices_own_calendar() -> None:
    rows = consequences(planned("2026-12-10T02:30Z"), (), ("US", "JP"), today=TODAY)
    assert {row.office: str(row.last_safe_day) for row in rows} == {"US": "2027-12-09", "JP": "2027-12-10"}


def test_a_right_that_is_over_comes_last_and_is_called_lost() -> None:
    rows = consequences(planned("2025-06-01"), (), ("EP", "US", "BR"), today=TODAY)
    assert all(row.dies is None and row.surviving == () for row in rows)
    assert "ended on 2026-06-01" in next(row for row in rows if row.office == "US").lost[0]


def test_what_was_shown_under_a_duty_of_confidence_ends_nothing_but_a_secret_sale_may() -> None:
    shown = Incident(when=When.parse("2026-10-10", zone=AT_OFFICE), to="Acme", under="NDA", duty=True)
    for row in consequences(shown, (), ("EP", "JP", "US"), today=TODAY):
        assert (row.last_safe_day, row.lost) == (None, ())
        assert "nothing became public" in row.surviving[0]
    sale = replace(shown, kind=PublicKind.SALE)
    us, ep = sorted(
        consequences(sale, (), ("US", "EP"), today=TODAY), key=lambda row: row.office, reverse=True
    )
    assert us.last_safe_day == date(2027, 10, 10)
    assert ep.last_safe_day is None


def test_an_unknown_duty_is_taken_at_its_worst_and_asked_about() -> None:
    shown = Incident(when=When.parse("2026-10-10", zone=AT_OFFICE), to="a fair")
    (row,) = consequences(shown, (), ("EP",), today=TODAY)
    assert row.last_safe_day == date(2026, 10, 9)
    assert row.lost[0].startswith("unless everybody was bound to confidence")
    assert "bound to keep it secret" in row.missing[0]


def test_a_filing_made_before_keeps_its_priority_and_does_not_move_the_last_safe_day() -> None:
    filed = Filing(day=date(2026, 11, 1), office="US")
    by = {row.office: row for row in consequences(planned("2026-12-10"), (filed,), ("US", "EP"), today=TODAY)}
    assert by["EP"].last_safe_day == date(2026, 12, 9)
    assert by["EP"].priority_until == date(2027, 11, 1)
    assert "stands for what it shows" in by["US"].surviving[1]


def test_a_filing_made_after_the_showing_saves_nothing_where_the_anchor_is_the_filing() -> None:
    filed = Filing(day=date(2026, 3, 1), office="US")
    by = {row.office: row for row in consequences(planned("2025-12-01"), (filed,), ("JP", "BR"), today=TODAY)}
    assert any("does not save it" in words for words in by["JP"].lost)
    assert by["JP"].priority_until is None
    assert by["BR"].priority_until == date(2027, 3, 1)


def test_an_upper_bound_has_no_safe_day() -> None:
    (row,) = consequences(PublicFact(when=When.by(date(2026, 10, 1)), by=By.OWN), (), ("US",), today=TODAY)
    assert row.last_safe_day is None
    assert row.missing
    with pytest.raises(FactError, match="no day is given"):
        consequences(PublicFact(when=None), (), ("US",))


def parsed(text: str) -> list[dict[str, str]]:
    """Read a calendar file: unfold, split, and pair BEGIN with END."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    for line in text.split("\r\n"):
        assert len(line.encode()) <= 75
    events: list[dict[str, str]] = []
    stack: list[str] = []
    for line in text.replace("\r\n ", "").split("\r\n")[:-1]:
        name, value = line.split(":", 1)
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                events.append({"alarms": ""})
        elif name == "END":
            assert stack.pop() == value
        elif stack[-1] == "VALARM":
            if name == "TRIGGER":
                events[-1]["alarms"] += value
        elif stack[-1] == "VEVENT":
            assert name not in events[-1]
            events[-1][name] = value
    assert stack == []
    return events


def test_the_calendar_file_reads_back_with_stable_ids_and_alarms() -> None:
    rows = consequences(planned("2026-12-10"), (), ("US", "JP"), today=TODAY)
    events = parsed(render(rows, shown="published at 2026-12-10", stamp=STAMP, today=TODAY))
    days = [(event["SUMMARY"], event["DTSTART;VALUE=DATE"], event["DTEND;VALUE=DATE"]) for event in events]
    assert days == [
        ("JP: last safe filing day", "20271210", "20271211"),
        ("JP: proof for the exception", "20280109", "20280110"),
        ("US: last safe filing day", "20271210", "20271211"),
    ]
    for event in events:
        assert event["alarms"] == "-P30D-P7D-P1D"
        assert event["DTSTAMP"] == "20261128T120000Z"
        assert event["UID"].endswith("@antedate")
    again = render(rows, shown="published at 2026-12-10", stamp=datetime(2027, 1, 1, tzinfo=UTC))
    assert [event["UID"] for event in parsed(again)] == [event["UID"] for event in events]
    assert len({event["UID"] for event in events}) == len(events)
    assert "Not legal advice" in events[0]["DESCRIPTION"]


@given(st.text(max_size=300))
def test_any_text_is_escaped_and_folded_so_that_it_reads_back(text: str) -> None:
    line = "SUMMARY:" + escape(text)
    folded = fold(line)
    assert all(len(piece.encode()) <= 75 for piece in folded.split("\r\n"))
    assert folded.replace("\r\n ", "") == line
    assert "\n" not in line
    assert "\r" not in line


def test_the_marks_that_rfc_5545_escapes_are_escaped() -> None:
    assert escape("a,b;c\\d\r\ne\x07") == "a\\,b\\;c\\\\d\\ne"
