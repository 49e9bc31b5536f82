"""The date on an issue's cover beside the day online."""

from __future__ import annotations

import pytest

from ingest.documents import EventKind
from ingest.evidence import dated
from ingest.paper_events import issue


@pytest.mark.parametrize(
    ("online", "cover", "collection", "found"),
    [
        ("", "2020-03", False, ("2020-03-01/2020-03-31", "medium")),
        ("2020-02-10", "2020-03", False, ("2020-03-01/2020-03-31", "medium")),
        ("2020-03-10", "2020-03", False, ("2020-03-01/2020-03-31", "medium")),
        ("2020-06-10", "2020-03", False, ("2020-03-01/2020-06-10", "low")),
        ("2020-06-10", "2019", False, ("2019-01-01/2020-06-10", "low")),
        ("2020-06-10", "1998-03", False, ("1998-03-01/1998-03-31", "medium")),
        ("2020-06-10", "2020-03", True, None),
        ("", "2020-03", True, ("2020-03-01/2020-03-31", "low")),
        ("", "soon", False, None),
    ],
)
def test_a_cover_is_believed_as_far_as_nothing_contradicts_it(
    online: str, cover: str, collection: bool, found: tuple[str, str] | None
) -> None:
    before = list(dated(EventKind.PUBLISHED, online, "online"))
    events = list(issue(before, cover, "cover", collection=collection))
    assert [(str(event.when), event.confidence) for event in events] == ([found] if found else [])


def test_a_year_that_reaches_to_a_day_online_is_no_year_any_more() -> None:
    before = list(dated(EventKind.PUBLISHED, "2020-06-10", "online"))
    (event,) = issue(before, "2019", "cover")
    assert event.kind is EventKind.PUBLISHED
