from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingest.documents import DayInterval, Document
from ingest.files import Files
from ingest.page_meta import stated

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """<!doctype html><html><head><title>Site | A lid</title>
<meta name="citation_title" content="A lid that closes a pot">
<meta name="citation_author" content="Ada Fern"><meta name="citation_author" content="Max Orlov">
<meta name="citation_publication_date" content="2019/3/12">
</head><body><h1>A lid</h1><p>A lid closes a pot.</p>
<meta name="citation_publication_date" content="1999/01/01"></body></html>"""


def test_a_saved_page_is_dated_by_what_its_head_states(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    (document,) = Files().read(tmp_path / "page.html")
    assert isinstance(document, Document)
    assert document.title == "A lid that closes a pot"
    assert document.published == DayInterval.parse("2019-03-12")
    assert [event.source for event in document.events] == ["page metadata/date"]
    assert [party.name for party in document.parties] == ["Ada Fern", "Max Orlov"]


@pytest.mark.parametrize(
    ("content", "date"),
    [
        ("2019-03-12T23:59:00Z", "2019-03-12"),
        ("2019/03", "2019-03"),
        ("2019", "2019"),
        ("12 March 2019", None),
        ("2019-03-12-99", None),
        ("", None),
    ],
)
def test_a_date_is_as_exact_as_it_is_stated_and_never_guessed(content: str, date: str | None) -> None:
    assert stated(f'<head><meta name="dc.date" content="{content}"></head>').get("date") == date


def test_a_page_that_states_nothing_has_no_date() -> None:
    assert stated("<p>published 2019-03-12</p>") == {}


@pytest.mark.parametrize(
    "before", ["<?xml version='1.0' encoding='utf-16'?>", "<?xml", "\ufeff<!-- x -->", "<!DOCTYPE x>"]
)
def test_a_page_that_begins_as_xml_is_read_as_the_page_that_it_is(before: str) -> None:
    assert stated(f'{before}<html><head><meta name="dc.date" content="2019"></head>') == {"date": "2019"}
    assert stated(before) == stated("") == {}


def test_a_hostile_head_is_read_in_little_time() -> None:
    assert "title" not in stated("<meta " * 100_000)
    assert stated("<meta name=citation_title content=x>" * 10_000)["title"] == "x"
