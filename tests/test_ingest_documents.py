"""The laws of the record: intervals, offsets, digests, normalised text."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.builder import TextBuilder, tidy
from ingest.documents import (
    DatedEvent,
    DayInterval,
    Document,
    DocumentKind,
    EventKind,
    Origin,
    Section,
    clean,
    dump,
    dump_with_digest,
    load,
)
from ingest.errors import DateFormError

DAYS = st.dates(min_value=date(1790, 1, 1), max_value=date(2999, 12, 31))


def event(kind: EventKind, text: str) -> DatedEvent:
    return DatedEvent(kind=kind, when=DayInterval.parse(text), source="a test")


@given(DAYS, DAYS)
def test_an_interval_reads_back_what_it_prints(one: date, other: date) -> None:
    interval = DayInterval(earliest=min(one, other), latest=max(one, other))
    assert DayInterval.parse(str(interval)) == interval


@given(DAYS)
def test_every_way_of_writing_a_day_gives_that_day_or_contains_it(day: date) -> None:
    whole = DayInterval(earliest=day, latest=day)
    assert DayInterval.parse(day.isoformat()) == whole == DayInterval.parse(day.strftime("%Y%m%d"))
    for text in (f"{day:%Y-%m}", f"{day:%Y-%m}-00", f"{day:%Y%m}00", f"{day:%Y}", f"{day:%Y}0000"):
        wider = DayInterval.parse(text)
        assert wider.earliest <= day <= wider.latest


@given(st.text(max_size=24))
def test_text_is_read_as_an_interval_or_refused_with_a_message(text: str) -> None:
    try:
        interval = DayInterval.parse(text)
    except DateFormError as error:
        assert "YYYY-MM-DD" in str(error)  # noqa: PT017 - either outcome is lawful, each has its claim
    else:
        assert interval.earliest <= interval.latest


@pytest.mark.parametrize(
    "text", ["", "2020-13", "2020-02-30", "20200230", "2021/2020", "yesterday", "2020-1-1", "/"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(DateFormError):
        DayInterval.parse(text)


def test_an_interval_that_ends_before_it_starts_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        DayInterval(earliest=date(2020, 1, 2), latest=date(2020, 1, 1))


@given(st.text(alphabet=st.characters()))
def test_clean_text_is_normalised_encodable_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned == unicodedata.normalize("NFC", cleaned)
    assert cleaned.encode().decode() == cleaned
    assert "\r" not in cleaned
    assert "\0" not in cleaned


@given(st.text())
def test_a_tidy_text_is_tidy(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


PIECES = st.lists(
    st.tuples(st.sampled_from(["title", "abstract", "description", "claims"]), st.text(max_size=60)),
    max_size=20,
)


@given(PIECES)
def test_every_offset_slices_the_words_that_were_added(pieces: list[tuple[str, str]]) -> None:
    builder = TextBuilder()
    added: list[str] = []
    for position, (field, words) in enumerate(pieces, start=1):
        if tidy(words):
            added.append(tidy(words))
        if field == "claims":
            builder.claim(position, words)
        else:
            builder.section(field, "a heading")  # type: ignore[arg-type]
            builder.paragraph(words, f"¶{position}")
    text, sections, claims = builder.build()
    found = [text[p.start : p.end] for section in sections for p in section.paragraphs]
    assert found == added
    assert all(
        text[section.start : section.end].startswith(text[section.paragraphs[0].start])
        for section in sections
    )
    assert all(text[claim.start : claim.end] in added for claim in claims)
    starts = [p.start for section in sections for p in section.paragraphs]
    assert starts == sorted(set(starts))


def make_document() -> Document:
    builder = TextBuilder()
    builder.section("title")
    builder.paragraph("A lid", "title")
    builder.claim(1, "A lid.")
    text, sections, claims = builder.build()
    return Document(key="X-1", kind=DocumentKind.REPORT, text=text, sections=sections, claims=claims)


def test_the_digest_leaves_out_where_a_record_came_from_and_nothing_else() -> None:
    document = make_document()
    moved = replace(document, origin=Origin(source="a", file="b", offset=3, sha256="c"))
    assert moved.digest == document.digest
    assert replace(document, language="de").digest != document.digest


@pytest.mark.parametrize("name", ["", "a.zip!b.xml", 'say "}}" \\ twice', "\u00fc\u6f22\U0001f600\x01"])
def test_a_dump_and_its_digest_are_the_same_made_together_or_apart(name: str) -> None:
    document = replace(make_document(), origin=Origin(source=name, file=name, offset=3, sha256="ab"))
    assert dump_with_digest(document) == (dump(document), document.digest)


def test_a_document_reads_back_what_it_dumps() -> None:
    document = replace(make_document(), events=(event(EventKind.FILED, "2020-06"),))
    assert load(dump(document)) == document


def test_only_public_events_give_a_public_date_and_the_earliest_counts() -> None:
    silent = (EventKind.FILED, EventKind.PRIORITY, EventKind.EARLIER_VERSION, EventKind.RELATED_PUBLISHED)
    document = replace(make_document(), events=tuple(event(kind, "2001") for kind in silent))
    assert document.published is None
    assert document.filed == DayInterval.parse("2001")
    public = (event(EventKind.GRANTED, "2006"), event(EventKind.PUBLISHED, "2005-05-05"))
    assert replace(document, events=public).published == DayInterval.parse("2005-05-05")
    assert replace(document, events=public).filed is None


SPANS = st.tuples(DAYS, st.integers(0, 400))


@given(st.lists(SPANS, min_size=1, max_size=4), SPANS)
def test_a_further_public_event_never_makes_the_date_weaker(
    known: list[tuple[date, int]], further: tuple[date, int]
) -> None:
    def published(spans: list[tuple[date, int]]) -> DayInterval:
        events = tuple(
            DatedEvent(
                kind=EventKind.PUBLISHED,
                when=DayInterval(earliest=day, latest=day + timedelta(days=width)),
                source="test",
            )
            for day, width in spans
        )
        found = Document(key="k", kind=DocumentKind.PAPER, text="", sections=(), events=events).published
        assert found is not None
        return found

    before, after = published(known), published([*known, further])
    assert after.latest <= before.latest
    assert after.earliest <= before.earliest


def test_a_document_without_a_title_is_named_by_how_its_text_begins() -> None:
    text = "A kettle with a lid of glass, which lets the cook see the water before it boils and not after."
    bare = Document(key="a", kind=DocumentKind.PAPER, text=text, sections=())
    assert bare.name == "[A kettle with a lid of glass, which lets the cook see the water …]"
    assert replace(bare, text="A kettle.").name == "[A kettle.]"
    titled = replace(bare, sections=(Section(field="title", heading="", start=0, end=8),))
    assert titled.name == "A kettle"
