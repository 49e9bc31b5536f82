"""What a connector tells nobody: words without a consent, keys that are none, requests without sense."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ingest.connectors import CONNECTORS, Consent, Request, connector
from ingest.fetch_errors import (
    KeyMalformedError,
    KeyMissingError,
    QueryTextRefusedError,
    RequestRefusedError,
)
from tests.playing_server import START, playing, session
from tests.playing_services import SERVICES, SINCE, UNTIL

if TYPE_CHECKING:
    from pathlib import Path

    from ingest import fetching

SEARCHING = [one for one in CONNECTORS.values() if one.sends_query_text]
SILENT = [one for one in CONNECTORS.values() if not one.sends_query_text]
CONSENT = Consent(case_id="case-1", who="Ann", at=START)


@pytest.mark.parametrize("one", SEARCHING, ids=lambda one: one.name)
def test_words_are_told_to_nobody_without_a_consent(one: fetching.Connector, tmp_path: Path) -> None:
    with session(tmp_path) as polite:
        for consent in (
            None,
            Consent(case_id=" ", who="Ann", at=START),
            Consent(case_id="c", who="", at=START),
        ):
            with pytest.raises(QueryTextRefusedError, match="a lid that melts") as caught:
                one.fetch(Request(query="a lid that melts"), tmp_path / "raw", polite, consent=consent)
            assert all(host in str(caught.value) for host in one.hosts)
            assert caught.value.exit_code == 4
    assert not (tmp_path / "raw").exists()


@pytest.mark.parametrize(
    ("name", "set_"),
    [
        ("openalex", "title.search:lid"), ("openalex", "default.search:lid,type:article"),
        ("openalex", "display_name:lid’s"), ("crossref", "container-title:lids"),
        ("crossref", "query:lid"), ("europepmc", "TITLE:lid"), ("europepmc", "lid"),
    ],
)  # fmt: skip
def test_a_set_that_hides_words_is_words(tmp_path: Path, name: str, set_: str) -> None:
    with session(tmp_path) as polite, pytest.raises(QueryTextRefusedError):
        connector(name).fetch(Request(set=set_), tmp_path / "raw", polite)


@pytest.mark.parametrize("one", CONNECTORS.values(), ids=lambda one: one.name)
@pytest.mark.parametrize("field", ["ids", "set", "format"])
def test_no_sentence_leaves_as_a_name(one: fetching.Connector, tmp_path: Path, field: str) -> None:
    words = "a lid that melts at night"
    request = Request(address="https://r.example/oai", **{field: (words,) if field == "ids" else words})  # type: ignore[arg-type]
    with session(tmp_path) as polite, pytest.raises((RequestRefusedError, QueryTextRefusedError)):
        one.fetch(request, tmp_path / "raw", polite)


@pytest.mark.parametrize("one", SILENT, ids=lambda one: one.name)
def test_words_given_to_a_connector_that_searches_for_none_are_refused(
    one: fetching.Connector, tmp_path: Path
) -> None:
    request = Request(
        query="a lid", address="https://r.example/oai", ids=("EP.1.A1",) if one.name == "ops" else ()
    )
    with session(tmp_path) as polite, pytest.raises(RequestRefusedError, match="no words"):
        one.fetch(request, tmp_path / "raw", polite, consent=CONSENT)


QUERIES = [
    ("arxiv-numbers", Request(query="all:lid"), "search_query", 3),
    ("openalex", Request(query="lid"), "search", 3),
    ("crossref", Request(query="lid"), "query.bibliographic", 3),
    ("europepmc", Request(query="lid"), "query", 3),
    ("semanticscholar", Request(query="lid", since=SINCE, until=UNTIL), "query", 3),
]


@pytest.mark.parametrize(("name", "request_", "parameter", "count"), QUERIES)
def test_with_a_consent_the_words_are_sent_and_are_in_no_state_file(
    tmp_path: Path, name: str, request_: Request, parameter: str, count: int
) -> None:
    service = SERVICES[name]
    with playing(service.answer) as play, session(tmp_path) as polite:
        got = list(service.make(play.url).fetch(request_, tmp_path / "raw", polite, consent=CONSENT))
    assert len(got) == count
    assert "lid" in play.asked[0].query[parameter]
    for state in (tmp_path / "raw").glob(".*.state.json"):
        assert "lid" not in state.read_text().replace("invalid", "")


@pytest.mark.parametrize("name", [one.name for one in SERVICES.values() if one.make("http://h").variables])
def test_a_key_that_is_needed_and_not_there_is_named_before_anything_is_sent(
    tmp_path: Path, name: str
) -> None:
    service = SERVICES[name]
    with playing(service.answer) as play, session(tmp_path) as polite:
        made = replace(service.make(play.url), environ={})
        needed = [one.name for one in made.variables if one.needed or name.endswith("-papers")]
        if not needed or name == "openalex-snapshot":
            assert len(list(made.fetch(service.request(play.url), tmp_path / "raw", polite))) == len(
                service.files
            )
            return
        with pytest.raises(KeyMissingError, match=needed[0]):
            list(made.fetch(service.request(play.url), tmp_path / "raw", polite))
        assert play.asked == []


@pytest.mark.parametrize(
    "wrong",
    [
        Request(since=UNTIL, until=SINCE),
        Request(limit=0, since=SINCE),
        Request(ids=("",)),
        Request(ids=("x" * 301,)),
        Request(query="x" * 20_001),
    ],
)
@pytest.mark.parametrize("one", CONNECTORS.values(), ids=lambda one: one.name)
def test_a_request_that_makes_no_sense_is_refused_at_once(
    one: fetching.Connector, tmp_path: Path, wrong: Request
) -> None:
    with session(tmp_path) as polite, pytest.raises(RequestRefusedError):
        one.fetch(replace(wrong, address="https://r.example/oai"), tmp_path / "raw", polite)


@pytest.mark.parametrize("key", ["two words", "a\nX-Evil: 1", "schlüssel"])
def test_a_key_that_is_none_is_not_sent(tmp_path: Path, key: str) -> None:
    service = SERVICES["uspto"]
    with playing(service.answer) as play, session(tmp_path) as polite:
        made = replace(service.make(play.url), environ={"USPTO_API_KEY": key})
        with pytest.raises(KeyMalformedError) as caught:
            list(made.fetch(service.request(play.url), tmp_path / "raw", polite))
    assert key not in str(caught.value)
    assert play.asked == []


def test_the_words_are_said_to_go_where_they_would_really_go(tmp_path: Path) -> None:
    mirror = replace(connector("crossref"), api="https://mirror.example/api")  # type: ignore[call-arg]
    with session(tmp_path) as polite, pytest.raises(QueryTextRefusedError, match=r"mirror\.example"):
        mirror.fetch(Request(query="lid"), tmp_path / "raw", polite)
