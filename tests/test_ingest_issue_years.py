from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.documents import Document, EventKind, Origin
from ingest.issue_years import issue_year
from ingest.jsonl import document
from ingest.sources import detect

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA = Path(__file__).parents[2] / "shared" / "data"
PLACE = Origin(source="jsonl", file="a", offset=0, sha256="")


@pytest.mark.parametrize(
    ("key", "year"),
    [
        ("US-7640597-B2", 2009),
        ("US-7640598-B2", 2010),
        ("US7861316", 2010),
        ("US-3070801-A", 1963),
        ("US-9532495-B2", 2016),
        ("US-20050004437-A1", 2005),
        ("US-3070800-A", None),
        ("US-9532496-B2", None),
        ("US-11646472-B2", None),
        ("US-D612345-S1", None),
        ("EP-7640598-A1", None),
    ],
)
def test_a_number_tells_its_year_inside_the_table_and_nothing_beyond(key: str, year: int | None) -> None:
    assert issue_year(key) == year


@given(st.integers(3_070_801, 9_532_494))
def test_a_later_number_is_never_of_an_earlier_year(number: int) -> None:
    first, second = issue_year(f"US-{number}"), issue_year(f"US-{number + 1}")
    assert first is not None
    assert second is not None
    assert 0 <= second - first <= 1


def made(record: Mapping[str, object]) -> Document:
    return document(record, PLACE)


def test_only_a_record_without_any_public_date_gets_the_year_of_its_number() -> None:
    bare = made({"id": "US-7640598-B2", "title": "A lid", "kind": "patent"})
    (event,) = bare.events
    assert (event.kind, str(event.when), event.confidence) == (
        EventKind.INFERRED,
        "2010-01-01/2010-12-31",
        "medium",
    )
    dated = made({"id": "US-7640598-B2", "title": "A lid", "kind": "patent", "date": "2010-01-05"})
    assert [one.kind for one in dated.events] == [EventKind.GRANTED]
    filed = made({"id": "US-7640598-B2", "title": "A lid", "kind": "patent", "filing_date": "2008-01-05"})
    assert [one.kind for one in filed.events] == [EventKind.FILED, EventKind.INFERRED]
    assert made({"id": "n1", "title": "A lid", "kind": "report"}).events == ()


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared samples are not on this machine")
def test_every_real_grant_was_issued_in_the_year_of_its_number() -> None:
    folder = DATA / "fixtures"
    seen = 0
    for path in sorted([*folder.glob("uspto_xml/*"), *folder.glob("uspto_xml_bulk/*.zip")]):
        for item in detect(path).read(path):
            if isinstance(item, Document) and item.published and (year := issue_year(item.key)):
                assert item.published.earliest.year == year, item.key
                seen += 1
    assert seen > 500
