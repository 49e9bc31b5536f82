"""The laws of the status engine, as properties: 200 cases each, 2,000 with ANTEDATE_NIGHTLY=1."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ingest.documents import DayInterval
from pipeline.law.answers import STRENGTH, StatusKind
from pipeline.law.consequences import consequences
from pipeline.law.facts import By, CriticalDate, Filing, Priority, PublicFact, PublicKind, SecretFact
from pipeline.law.packs import offices, pack_for
from pipeline.law.spans import back, forward
from pipeline.law.status import status
from pipeline.law.when import AT_OFFICE, When
from pipeline.law.worlds import zone_of

CASES = settings(max_examples=2000 if os.environ.get("ANTEDATE_NIGHTLY") == "1" else 200)
UNDETERMINED = StatusKind.UNDETERMINED
START = date(2019, 6, 1)
DAYS = st.integers(0, 2000).map(lambda n: START + timedelta(days=n))
MOMENTS = st.integers(0, 2000 * 86400).map(lambda n: datetime(2019, 6, 1, tzinfo=UTC) + timedelta(seconds=n))
ZONES = st.sampled_from(["", AT_OFFICE, "UTC", "America/New_York", "Asia/Tokyo", "Pacific/Auckland"])
UNPACKED = ("MX", "IN", "NZ", "RU", "ZZ", "unknown")
CODES = st.sampled_from([*offices(), *UNPACKED])
MAYBE = st.sampled_from([True, False, None])
ACCORDING = st.sampled_from(["US", "EP", "JP", "CN", "AU", "", "ZZ"])


@st.composite
def whens(draw: st.DrawFn) -> When:
    match draw(st.sampled_from(["instant", "days", "bound"])):
        case "instant":
            return When.instant(draw(MOMENTS))
        case "days":
            first = draw(DAYS)
            return When.days(first, first + timedelta(days=draw(st.integers(0, 400))), zone=draw(ZONES))
        case _:
            return When.by(draw(DAYS), zone=draw(ZONES))


@st.composite
def facts(draw: st.DrawFn, when: When | None = None) -> PublicFact:
    return PublicFact(
        when=when or draw(whens()),
        kind=draw(st.sampled_from(PublicKind)),
        by=draw(st.sampled_from([*By, None])),
        confidential=draw(MAYBE),
        same_subject=draw(MAYBE),
        reproducible=draw(MAYBE),
        confirmed_in_writing=draw(MAYBE),
        recognised=draw(MAYBE),
    )


@st.composite
def filings(draw: st.DrawFn) -> CriticalDate:
    first = draw(DAYS)
    filed = Filing(day=first + timedelta(days=draw(st.integers(0, 420))), office=draw(ACCORDING))
    claimed = Priority(filing=Filing(day=first, office=draw(ACCORDING)), supported=draw(MAYBE))
    own = tuple(draw(st.lists(whens(), max_size=1)))
    actual = draw(st.sampled_from(["filed", "pct", "complete"]))
    days: dict[str, Filing] = {actual: filed}
    return CriticalDate(
        **days,
        priorities=(claimed,) if draw(st.booleans()) else (),
        own_disclosures=own,
        statement_made=draw(MAYBE),
    )


@st.composite
def applications(draw: st.DrawFn, published: When | None) -> SecretFact:
    first = draw(st.integers(0, 600).map(lambda n: START + timedelta(days=n)))
    return SecretFact(
        effectively_filed=DayInterval(
            earliest=first, latest=first + timedelta(days=draw(st.integers(0, 400)))
        ),
        published=published,
        family=frozenset(draw(st.lists(st.sampled_from(["US", "EP", "JP", "CN", "WO"]), max_size=3))),
        family_complete=draw(st.booleans()),
        same_applicant=draw(MAYBE),
        same_inventors=draw(MAYBE),
        derived=draw(MAYBE),
        same_subject=draw(MAYBE),
    )


@CASES
@given(DAYS, st.sampled_from(["US", "EP", "CN", "PCT"]), st.integers(0, 86399), st.sampled_from(By))
def test_the_same_day_is_never_art_where_the_law_says_before_the_day(
    day: date, office: str, second: int, by: By
) -> None:
    zone = zone_of(office)
    assert isinstance(zone, ZoneInfo)
    local = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(seconds=second)
    critical = CriticalDate(filed=Filing(day=day, office=office))
    for when in (When.days(day, zone=AT_OFFICE), When.days(day, zone=zone.key), When.instant(local)):
        assert status(office, PublicFact(when=when, by=by), critical).kind is StatusKind.NOT_ART


@CASES
@given(DAYS, CODES, facts())
def test_the_same_day_is_art_nowhere_for_certain(day: date, office: str, fact: PublicFact) -> None:
    same = replace(fact, when=When.days(day, zone=AT_OFFICE))
    found = status(office, same, CriticalDate(filed=Filing(day=day, office=office))).kind
    assert found in (StatusKind.NOT_ART, UNDETERMINED)


@CASES
@given(CODES, facts(), filings(), whens(), whens())
def test_an_earlier_publication_never_makes_a_result_weaker(
    office: str, fact: PublicFact, critical: CriticalDate, one: When, other: When
) -> None:
    assume(one.nominal == other.nominal)
    early, late = sorted((one, other), key=lambda when: (when.first, when.last))
    assume(early.last <= late.last)
    critical = replace(critical, own_disclosures=())
    first = status(office, replace(fact, when=early), critical).kind
    second = status(office, replace(fact, when=late), critical).kind
    if UNDETERMINED not in (first, second):
        assert STRENGTH[first] >= STRENGTH[second]


@CASES
@given(st.data(), CODES, filings(), st.integers(1, 900), st.integers(0, 900))
def test_an_application_published_earlier_is_never_weaker(
    data: st.DataObject, office: str, critical: CriticalDate, pending: int, later: int
) -> None:
    fact = data.draw(applications(None))
    day = fact.effectively_filed.latest + timedelta(days=pending)
    early, late = When.days(day, zone="UTC"), When.days(day + timedelta(days=later), zone="UTC")
    first = status(office, replace(fact, published=early), critical).kind
    second = status(office, replace(fact, published=late), critical).kind
    if UNDETERMINED not in (first, second):
        assert STRENGTH[first] >= STRENGTH[second]


@CASES
@given(st.sampled_from(UNPACKED), facts(), filings())
def test_an_unknown_office_never_gets_grace(office: str, fact: PublicFact, critical: CriticalDate) -> None:
    found = status(office, fact, critical)
    assert StatusKind.EXCEPTED not in found.possible
    assert found.confidence == "low"
    assert "no rule pack" in found.warnings[0]


@CASES
@given(
    CODES,
    facts(),
    filings(),
    st.timedeltas(timedelta(0), timedelta(days=900)),
    st.timedeltas(timedelta(0), timedelta(days=900)),
)
def test_a_wider_interval_never_turns_into_a_firmer_answer(
    office: str, fact: PublicFact, critical: CriticalDate, before: timedelta, after: timedelta
) -> None:
    when = fact.when
    assert when is not None
    wide = replace(when, first=when.first if when.bound else when.first - before, last=when.last + after)
    narrow = status(office, fact, critical)
    wider = status(office, replace(fact, when=wide), critical)
    assert set(narrow.possible) <= set(wider.possible)
    assert wider.kind in (narrow.kind, UNDETERMINED)


@CASES
@given(st.data(), CODES, filings(), whens(), st.timedeltas(timedelta(0), timedelta(days=900)))
def test_a_wider_interval_of_an_application_is_no_firmer(
    data: st.DataObject, office: str, critical: CriticalDate, when: When, after: timedelta
) -> None:
    critical = replace(critical, own_disclosures=())
    fact = data.draw(applications(None))
    assume(when.bound or when.last.date() >= fact.effectively_filed.latest)
    narrow = status(office, replace(fact, published=when), critical)
    wider = status(office, replace(fact, published=replace(when, last=when.last + after)), critical)
    unknown = status(office, replace(fact, published=when, same_applicant=None, derived=None), critical)
    assert set(narrow.possible) <= set(wider.possible)
    assert set(narrow.possible) <= set(unknown.possible)


@CASES
@given(CODES, facts(), filings())
def test_one_more_unknown_never_turns_into_a_firmer_answer(
    office: str, fact: PublicFact, critical: CriticalDate
) -> None:
    known = set(status(office, fact, critical).possible)
    for name in ("confidential", "same_subject", "reproducible", "confirmed_in_writing", "recognised"):
        blank = status(office, replace(fact, **{name: None}), critical)  # type: ignore[arg-type]
        assert known <= set(blank.possible), name


@CASES
@given(
    st.sampled_from(["EP", "JP", "KR", "CA", "AU", "TW"]),
    DAYS,
    st.integers(1, 360),
    st.integers(1, 1500),
    st.sampled_from([By.OWN, By.ABUSE]),
)
def test_adding_a_priority_never_revives_a_right_that_the_anchor_excludes(
    office: str, filed: date, earlier: int, shown: int, by: By
) -> None:
    alone = CriticalDate(complete=Filing(day=filed, office=office))
    fact = PublicFact(when=When.days(filed - timedelta(days=shown), zone=AT_OFFICE), by=by)
    assume(status(office, fact, alone).kind is StatusKind.NOVELTY_AND_INVENTIVE_STEP)
    day = filed - timedelta(days=earlier)
    assume(filed - timedelta(days=shown) < day)
    claiming = replace(alone, priorities=(Priority(filing=Filing(day=day, office="US")),))
    assert status(office, fact, claiming).kind is StatusKind.NOVELTY_AND_INVENTIVE_STEP


@CASES
@given(CODES, facts(), filings())
def test_what_is_undetermined_names_what_would_decide_and_what_is_firm_asks_nothing(
    office: str, fact: PublicFact, critical: CriticalDate
) -> None:
    found = status(office, fact, critical)
    assert bool(found.missing) is (found.kind is UNDETERMINED)
    assert found.rules
    assert found.citations
    pack = pack_for(office)
    assert all(pack.rule(name) for name in found.rules)


@CASES
@given(CODES, MOMENTS, st.sampled_from([By.OWN, By.ABUSE]), st.sampled_from(PublicKind))
def test_a_filing_on_the_last_safe_day_is_safe_and_one_some_days_later_is_not(
    office: str, moment: datetime, by: By, kind: PublicKind
) -> None:
    fact = PublicFact(when=When.instant(moment + timedelta(days=400)), by=by, kind=kind)
    (row,) = consequences(fact, (), (office,))
    if row.last_safe_day is None:
        assert kind is PublicKind.CREATED
        return
    on_time = CriticalDate(filed=Filing(day=row.last_safe_day, office=row.office))
    found = status(row.office, fact, on_time)
    assert set(found.possible) <= {StatusKind.NOT_ART, StatusKind.EXCEPTED}, (row, found)
    too_late = CriticalDate(filed=Filing(day=row.last_safe_day + timedelta(days=5), office=row.office))
    late = status(row.office, fact, too_late)
    assert StatusKind.NOVELTY_AND_INVENTIVE_STEP in late.possible, (row, late)


@CASES
@given(DAYS, st.sampled_from([1, 6, 12]))
def test_counting_back_from_the_day_reached_forward_stays_inside(day: date, months: int) -> None:
    assert back(forward(day, months), months) <= day
    assert back(forward(day, months) + timedelta(days=4), months) > day
    assert abs((forward(day, months) - day).days - 365 * months / 12) < 4
