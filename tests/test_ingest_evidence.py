"""Dates as evidence: kinds, intervals, zones, moments, upper bounds; law.md's vectors 15 to 17 and 20."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.documents import OPEN, PUBLIC_KINDS, DatedEvent, DayInterval, Document, DocumentKind, EventKind
from ingest.evidence import ZONES, bound, dated, moment
from pipeline.chart import DateStatus
from pipeline.dating import status_of

DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


def document(*events: DatedEvent) -> Document:
    return Document(key="x", kind=DocumentKind.REPORT, text="x", sections=(), events=tuple(events))


def one(kind: EventKind, text: str, office: str = "") -> DatedEvent:
    (event,) = dated(kind, text, "here", office=office)
    return event


@pytest.mark.parametrize(
    ("kind", "text", "found", "precision"),
    [
        (EventKind.PUBLISHED, "2024", EventKind.YEAR_ONLY, "year"),
        (EventKind.POSTED, "2024", EventKind.YEAR_ONLY, "year"),
        (EventKind.FILED, "2024", EventKind.FILED, "year"),
        (EventKind.PUBLISHED, "2024-02", EventKind.PUBLISHED, "month"),
        (EventKind.PUBLISHED, "20240229", EventKind.PUBLISHED, "day"),
        (EventKind.PUBLISHED, "2024-02-01/2024-02-05", EventKind.PUBLISHED, "interval"),
        (EventKind.ARCHIVED, "../2024-02-05", EventKind.ARCHIVED, "bound"),
    ],
)
def test_a_date_is_as_exact_as_it_is_stated(
    kind: EventKind, text: str, found: EventKind, precision: str
) -> None:
    event = one(kind, text)
    assert (event.kind, event.precision) == (found, precision)


@pytest.mark.parametrize(
    "text", ["", "soon", "2024-13-01", "20240230", "2024-02-30T10:00Z", "9999-99-99", "0"]
)
def test_what_is_no_date_gives_no_event(text: str) -> None:
    assert list(dated(EventKind.PUBLISHED, text, "here")) == []


def test_an_offices_day_is_counted_at_its_seat() -> None:
    start, end = one(EventKind.GRANTED, "2026-03-10", "US").utc
    assert (start, end) == (datetime(2026, 3, 10, 4, tzinfo=UTC), datetime(2026, 3, 11, 4, tzinfo=UTC))
    start, end = one(EventKind.PUBLISHED, "2026-03-10", "ep").utc
    assert (start, end) == (datetime(2026, 3, 9, 23, tzinfo=UTC), datetime(2026, 3, 10, 23, tzinfo=UTC))
    assert all(ZoneInfo(name) for name in ZONES.values())


def test_a_day_of_nobody_may_be_anywhere_on_earth() -> None:
    start, end = one(EventKind.PUBLISHED, "2026-03-10").utc
    assert end - start == timedelta(hours=50)
    assert start == datetime(2026, 3, 9, 10, tzinfo=UTC)


def test_a_moment_keeps_its_instant_and_one_without_an_offset_is_its_day() -> None:
    (exact,) = moment(EventKind.POSTED, "2026-03-10T02:30:00+05:30", "here")
    assert exact.instant == datetime(2026, 3, 9, 21, tzinfo=UTC)
    assert exact.when == DayInterval.parse("2026-03-09")
    assert exact.utc[1] > exact.utc[0] == exact.instant
    (local,) = dated(EventKind.POSTED, "2026-03-10 02:30:00", "here")
    assert (local.instant, local.when) == (None, DayInterval.parse("2026-03-10"))


@given(DAYS, st.sampled_from(["", *sorted(ZONES)]))
def test_an_interval_in_utc_holds_every_instant_of_the_day(day: date, office: str) -> None:
    event = one(EventKind.PUBLISHED, day.isoformat(), office)
    start, end = event.utc
    zone = ZoneInfo(event.zone) if event.zone else UTC
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone)
    assert start <= noon < end
    assert timedelta(hours=22) <= end - start <= timedelta(hours=51)


@given(DAYS, DAYS, DAYS)
def test_an_upper_bound_makes_the_public_date_firmer_and_never_weaker(a: date, b: date, c: date) -> None:
    stated = one(EventKind.PUBLISHED, f"{min(a, b)}/{max(a, b)}")
    alone = document(stated).published
    both = document(stated, bound(EventKind.ARCHIVED, c, "archive")).published
    assert alone is not None
    assert both is not None
    assert both.latest == min(alone.latest, c)
    assert both.earliest == (alone.earliest if alone.earliest <= both.latest else OPEN)


def test_a_page_without_a_date_in_an_archive_counts_by_the_day_of_the_copy() -> None:
    page = document(bound(EventKind.ARCHIVED, date(2025, 5, 1), "archive"))
    assert status_of(page, date(2025, 6, 1)) is DateStatus.BEFORE
    assert str(page.published) == "../2025-05-01"


def test_an_index_date_after_the_critical_date_decides_nothing() -> None:
    page = document(bound(EventKind.INDEXED, date(2025, 6, 2), "index"))
    assert status_of(page, date(2025, 6, 1)) is DateStatus.UNDETERMINED


def test_a_year_that_straddles_the_critical_date_decides_nothing() -> None:
    paper = document(one(EventKind.PUBLISHED, "2025"))
    assert status_of(paper, date(2025, 7, 1)) is DateStatus.UNDETERMINED
    assert status_of(paper, date(2026, 1, 1)) is DateStatus.BEFORE
    assert status_of(paper, date(2025, 1, 1)) is None


def test_filings_earlier_versions_and_other_members_make_nothing_public() -> None:
    kinds = set(EventKind) - PUBLIC_KINDS
    assert kinds == {
        EventKind.PRIORITY,
        EventKind.FILED,
        EventKind.EARLIER_VERSION,
        EventKind.RELATED_PUBLISHED,
    }
    events = [one(kind, "2024-01-01") for kind in sorted(kinds)]
    assert document(*events).published is None
