"""What kind codes and dates of collected patent data mean."""

from __future__ import annotations

import pytest

from ingest.documents import DocumentKind, EventKind
from ingest.numbers import parse_publication
from ingest.patent_rows import application_of, key_of, kinds, numbered, own_events, priorities


@pytest.mark.parametrize(
    ("number", "kind", "event"),
    [
        ("US-20050004437-A1", DocumentKind.APPLICATION, EventKind.PUBLISHED),
        ("US-7650331-B1", DocumentKind.PATENT, EventKind.GRANTED),
        ("US-3456789-A", DocumentKind.PATENT, EventKind.GRANTED),
        ("US-D612345-S1", DocumentKind.PATENT, EventKind.GRANTED),
        ("US-H1234-H1", DocumentKind.PATENT, EventKind.PUBLISHED),
        ("US-20050004437", DocumentKind.APPLICATION, EventKind.PUBLISHED),
        ("EP-1234567-A1", DocumentKind.APPLICATION, EventKind.PUBLISHED),
        ("EP-1234567-B1", DocumentKind.PATENT, EventKind.GRANTED),
        ("WO-2020123456-A1", DocumentKind.APPLICATION, EventKind.PUBLISHED),
        ("CN-201234567-U", DocumentKind.PATENT, EventKind.PUBLISHED),
        ("JP-H0612345-B2", DocumentKind.PATENT, EventKind.GRANTED),
        ("JP-S5912345-B", DocumentKind.PATENT, EventKind.PUBLISHED),
        ("DE-1234567-B", DocumentKind.PATENT, EventKind.PUBLISHED),
        ("DE-1234567-C2", DocumentKind.PATENT, EventKind.GRANTED),
    ],
)
def test_the_kind_code_says_what_was_published(number: str, kind: DocumentKind, event: EventKind) -> None:
    assert kinds(parse_publication(number)) == (kind, event)


def test_a_day_of_registration_made_no_text_public() -> None:
    japanese = parse_publication("JP-7475618-B1")
    days = {
        "publication": "2024-04-30",
        "grant": "2024-04-19",
        "filing": "2023-12-04",
        "priority": "2023-12-04",
    }
    assert [(event.kind.value, str(event.when), event.zone) for event in own_events(japanese, "s", days)] == [
        ("granted", "2024-04-30", "Asia/Tokyo"),
        ("related-published", "2024-04-19", "Asia/Tokyo"),
        ("filed", "2023-12-04", "Asia/Tokyo"),
    ]


def test_a_united_states_grant_stands_in_for_a_missing_day_of_publication() -> None:
    grant = parse_publication("US-7650331-B1")
    assert [event.kind for event in own_events(grant, "s", {"grant": "20100119"})] == [EventKind.GRANTED]
    both = {"grant": "20100119", "publication": "20100119", "priority": "2003-06-18"}
    kinds_found = [(event.kind, event.confidence) for event in own_events(grant, "s", both)]
    assert kinds_found == [(EventKind.GRANTED, "high"), (EventKind.PRIORITY, "medium")]
    japanese = parse_publication("JP-7475618-B1")
    assert [e.kind for e in own_events(japanese, "s", {"grant": "2024"})] == [EventKind.RELATED_PUBLISHED]


def test_numbers_that_are_none_make_no_key() -> None:
    assert numbered("soon") is None
    assert key_of("") == key_of("x" * 500) == ""
    assert key_of("US 7,650,331 B1") == "US-7650331-B1"
    assert application_of("US-201113012345-A") == "US-appl-13/012345"
    assert application_of("") == ""
    assert priorities(iter(["a", "", "b", "a"]), "b") == ("a",)
