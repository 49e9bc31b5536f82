"""arXiv, OpenAlex, Crossref, Europe PMC, Semantic Scholar and RFCs: what is asked, what is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ingest.connect_arxiv import ArxivConnector
from ingest.connect_crossref import Crossref
from ingest.connect_europepmc import EuropePmc
from ingest.connect_openalex import OpenAlex
from ingest.connect_rfc import Rfc
from ingest.connect_semanticscholar import SemanticScholar
from ingest.connectors import Connector, Consent, Request, missing
from ingest.fetch_errors import (
    AnswerUnreadableError,
    BudgetSpentError,
    FetchError,
    RedirectRefusedError,
    RequestRefusedError,
    ShortListError,
)
from ingest.http_rules import is_private
from tests.playing_server import START, Asked, Clock, Reply, playing, session
from tests.playing_services import (
    ENVIRON,
    SECRET,
    SINCE,
    UNTIL,
    atom,
    crossref,
    europepmc,
    js,
    oai,
    openalex,
    rfc,
    rfc_entry,
    semantic,
    xml,
)

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.raw_files import Fetched

CONSENT = Consent(case_id="case-1", who="Ann", at=START)


def fetch(made: Connector, folder: Path, clock: Clock | None = None, **more: object) -> list[Fetched]:
    with session(folder, clock) as polite:
        request = Request(**more)  # type: ignore[arg-type]
        return list(made.fetch(request, folder / "raw", polite, consent=CONSENT if request.query else None))


def test_arxiv_is_harvested_in_the_form_that_dates_versions_one_request_in_three_seconds(
    tmp_path: Path,
) -> None:
    clock = Clock()
    with playing(oai) as play:
        fetch(ArxivConnector(oai=f"{play.url}/oai"), tmp_path, clock, set="cs", since=SINCE)
    assert play.asked[0].query == {
        "verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": "2024-01-01", "set": "cs",
    }  # fmt: skip
    assert clock.waits == [3.0, 3.0]


def test_arxiv_numbers_go_in_lists_and_absent_ones_are_noted(tmp_path: Path) -> None:
    with playing(atom) as play:
        (one,) = fetch(
            ArxivConnector(api=f"{play.url}/q"),
            tmp_path,
            ids=("arXiv:2401.00000v1", "2401.00001", "hep-th/9901001v2"),
        )
    assert play.asked[0].query["id_list"] == "2401.00000v1,2401.00001,hep-th/9901001v2"
    assert missing(tmp_path / "raw") == {"arxiv": ("hep-th/9901001v2",)}
    assert one.path.suffix == ".xml"


def test_an_empty_page_in_the_middle_of_an_arxiv_list_is_no_end(tmp_path: Path) -> None:
    empty = xml('<feed xmlns="http://www.w3.org/2005/Atom"><totalResults>5</totalResults></feed>')
    with playing(atom) as play:
        play.next(atom, empty)
        with pytest.raises(AnswerUnreadableError, match="2 of 5"):
            fetch(ArxivConnector(api=f"{play.url}/q"), tmp_path, query="all:lid")
        assert len(fetch(ArxivConnector(api=f"{play.url}/q"), tmp_path, query="all:lid")) == 3
    assert [one.query["start"] for one in play.asked] == ["0", "2", "2", "4"]


def test_openalex_is_asked_by_filters_with_its_key_which_is_not_kept(tmp_path: Path) -> None:
    with playing(openalex) as play:
        got = fetch(
            OpenAlex(api=play.url, environ=ENVIRON),
            tmp_path,
            set="type:article,is_oa:true",
            since=SINCE,
            until=UNTIL,
        )
    assert play.asked[0].query == {
        "filter": "type:article,is_oa:true,from_publication_date:2024-01-01,to_publication_date:2024-12-31",
        "per_page": "100", "cursor": "*", "api_key": SECRET,
    }  # fmt: skip
    assert "cursor=%2A" in got[0].url or "cursor=*" in got[0].url
    assert "api_key" not in got[0].url


def test_openalex_works_come_by_number_and_doi(tmp_path: Path) -> None:
    with playing(openalex) as play:
        play.next(openalex, openalex, Reply(status=404))
        got = fetch(
            OpenAlex(api=play.url, environ=ENVIRON),
            tmp_path,
            ids=("W1", "10.1000/ab(c)<d>;1", "doi:10.1000/none"),
        )
    assert [one.path for one in play.asked[:2]] == ["/works/W1", "/works/doi:10.1000%2Fab%28c%29%3Cd%3E%3B1"]
    assert len({one.path for one in got}) == 2
    assert missing(tmp_path / "raw") == {"openalex": ("doi:10.1000/none",)}


def test_openalex_says_when_its_credit_is_renewed(tmp_path: Path) -> None:
    with playing(openalex) as play:
        play.next(Reply(status=429, headers={"X-RateLimit-Reset": "43200"}))
        with pytest.raises(BudgetSpentError) as caught:
            fetch(OpenAlex(api=play.url, environ=ENVIRON), tmp_path, since=SINCE)
    assert caught.value.resume == START + timedelta(hours=12)


def test_a_snapshot_s_parts_are_chosen_by_their_day_and_not_fetched_twice(tmp_path: Path) -> None:
    with playing(openalex) as play:
        made = OpenAlex(snapshot=play.url, environ={})
        (one,) = fetch(made, tmp_path, format="snapshot", since=date(2024, 2, 1))
        assert len(fetch(made, tmp_path, format="snapshot")) == 2
    parts = [one.path for one in play.asked if one.path.endswith(".gz")]
    assert len(parts) == len(set(parts)) == 2
    assert one.path.read_bytes().startswith(b"\x1f\x8b")
    assert one.path.name.endswith(".gz")


@pytest.mark.parametrize("found", [{}, {"entries": []}, {"entries": [{"url": 3}]}])
def test_a_manifest_without_files_is_an_error(tmp_path: Path, found: object) -> None:
    with playing(lambda _: js(found)) as play, pytest.raises(FetchError):
        fetch(OpenAlex(snapshot=play.url, environ={}), tmp_path, format="snapshot")


def test_crossref_sees_the_mail_address_and_no_file_keeps_it(tmp_path: Path) -> None:
    with playing(crossref) as play:
        fetch(
            Crossref(api=play.url, environ=ENVIRON),
            tmp_path,
            set="type:journal-article",
            since=SINCE,
            until=UNTIL,
        )
    assert play.asked[0].query == {
        "filter": "type:journal-article,from-pub-date:2024-01-01,until-pub-date:2024-12-31",
        "rows": "500", "cursor": "*", "mailto": "someone@example.org",
    }  # fmt: skip
    assert not any("someone" in path.read_text() for path in (tmp_path / "raw").iterdir())


def test_crossref_works_come_by_doi(tmp_path: Path) -> None:
    with playing(crossref) as play:
        play.next(crossref, Reply(status=404, body=b"Resource not found."))
        got = fetch(Crossref(api=play.url, environ={}), tmp_path, ids=("10.1000/a/b?c#d", "10.1000/none"))
    assert play.asked[0].path == "/works/10.1000%2Fa%2Fb%3Fc%23d"
    assert "mailto" not in play.asked[0].query
    assert len(got) == 1
    assert missing(tmp_path / "raw") == {"crossref": ("10.1000/none",)}


def test_a_list_that_is_shorter_than_said_is_an_error_once_and_kept(tmp_path: Path) -> None:
    short = js({"message": {"total-results": 9, "items": [{"DOI": "10.1/1"}], "next-cursor": "c9"}})
    with playing(lambda _: js({"message": {"total-results": 9, "items": []}})) as play:
        play.next(short)
        with pytest.raises(ShortListError, match="9 records and gave 1"):
            fetch(Crossref(api=play.url, environ={}), tmp_path, since=SINCE)
        assert len(fetch(Crossref(api=play.url, environ={}), tmp_path, since=SINCE)) == 1


@pytest.mark.parametrize("lost", [False, True])
def test_a_cursor_that_stays_the_same_is_followed_and_a_page_lost_on_the_way_is_noticed(
    tmp_path: Path, lost: bool
) -> None:
    pages = iter(range(3))

    def answer(asked: Asked) -> Reply:
        number = next(pages, 9)
        items = [{"DOI": f"10.1/{number}"}] if number < 3 else []
        found = js({"message": {"total-results": 3, "items": items, "next-cursor": "same"}})
        return replace(found, cut=20, etag="") if lost and number == 1 else found

    with playing(answer) as play:
        made = Crossref(api=play.url, environ={})
        if lost:
            with pytest.raises(ShortListError, match="3 records and gave 2"):
                fetch(made, tmp_path, since=SINCE)
        else:
            assert len(fetch(made, tmp_path, since=SINCE)) == 3


def test_a_list_that_grows_while_it_is_fetched_is_whole(tmp_path: Path) -> None:
    clock = Clock()
    pages = [
        {"total-results": 2, "items": [{"DOI": "10.1/1"}], "next-cursor": "c1"},
        {"total-results": 5, "items": [{"DOI": "10.1/2"}], "next-cursor": "c2"},
        {"total-results": 5, "items": [], "next-cursor": "c3"},
        {"total-results": 1, "items": [{"DOI": "10.1/1"}], "next-cursor": "c1"},
    ]
    with playing(lambda _: Reply(status=500)) as play:
        play.next(*[js({"message": page}) for page in pages])
        made = Crossref(api=play.url, environ={})
        assert len(fetch(made, tmp_path, clock, since=SINCE)) == 2
        clock.sleep(86_400)
        assert len(fetch(made, tmp_path, clock, since=SINCE)) == 3


def test_europe_pmc_is_asked_for_core_records_by_date_and_source(tmp_path: Path) -> None:
    with playing(europepmc) as play:
        fetch(EuropePmc(api=play.url), tmp_path, set="SRC:PPR+HAS_FT:Y", since=SINCE)
    assert play.asked[0].query == {
        "query": "SRC:PPR AND HAS_FT:Y AND FIRST_PDATE:[2024-01-01 TO 3000-01-01]", "format": "json",
        "resultType": "core", "pageSize": "500", "cursorMark": "*",
    }  # fmt: skip


def test_europe_pmc_numbers_of_every_kind_are_found_or_noted(tmp_path: Path) -> None:
    ids = ("PMC12", "345", "PPR6", "10.1000/x(1)")
    with playing(lambda _: js({"hitCount": 0, "resultList": {"result": []}})) as play:
        play.next(europepmc)
        got = fetch(EuropePmc(api=play.url), tmp_path, ids=ids)
    assert [one.query["query"] for one in play.asked] == [
        "PMCID:PMC12",
        "EXT_ID:345 AND SRC:MED",
        "EXT_ID:PPR6 AND SRC:PPR",
        'DOI:"10.1000/x(1)"',
    ]
    assert len(got) == 1
    assert missing(tmp_path / "raw") == {"europepmc": ids[1:]}


def test_semantic_scholar_batches_name_papers_and_note_what_it_has_not(tmp_path: Path) -> None:
    ids = ("DOI:10.1000/1", "ARXIV:2401.00001", "CorpusId:none")
    with playing(semantic) as play:
        (one,) = fetch(SemanticScholar(api=play.url, environ=ENVIRON), tmp_path, ids=ids)
    assert json.loads(play.asked[0].body) == {"ids": list(ids)}
    assert play.asked[0].headers["x-api-key"] == SECRET
    assert missing(tmp_path / "raw") == {"semanticscholar": ("CorpusId:none",)}
    assert json.loads(one.path.read_text())[0]["paperId"] == ids[0]


@pytest.mark.parametrize("found", [{}, [], [1, 2, 3, 4], "x"])
def test_a_batch_of_another_length_is_an_error(tmp_path: Path, found: object) -> None:
    with playing(lambda _: js(found)) as play, pytest.raises(FetchError):
        fetch(SemanticScholar(api=play.url, environ={}), tmp_path, ids=("CorpusId:1",))


def test_the_signed_addresses_of_a_data_set_are_kept_nowhere_and_see_no_key(tmp_path: Path) -> None:
    with playing(semantic) as play:
        got = fetch(
            SemanticScholar(api=play.url, environ=ENVIRON), tmp_path, set="papers", format="2026-02-24"
        )
    assert [one.headers.get("x-api-key") for one in play.asked] == [SECRET, None, None]
    assert [one.url for one in got] == [f"{play.url}/staging/part-{n}.jsonl.gz" for n in range(2)]
    for path in (tmp_path / "raw").iterdir():
        assert "Amz" not in path.read_text(errors="replace")


def test_a_data_set_cannot_name_a_file_of_our_own_network(tmp_path: Path) -> None:
    with playing(semantic) as play, session(tmp_path, is_private=is_private) as polite:
        made = SemanticScholar(api=play.url, environ=ENVIRON)
        with pytest.raises(RedirectRefusedError, match="private"):
            list(made.fetch(Request(set="papers"), tmp_path / "raw", polite))
    assert [one.path for one in play.asked if "staging" in one.path] == []


def test_the_index_of_rfcs_is_asked_for_conditionally(tmp_path: Path) -> None:
    with playing(rfc) as play:
        (first,) = fetch(Rfc(base=play.url), tmp_path)
        (again,) = fetch(Rfc(base=play.url), tmp_path)
    assert (first.state, again.state, again.sha256) == ("new", "unchanged", first.sha256)
    assert "If-None-Match" in play.asked[1].headers


def test_rfc_texts_come_by_number_date_or_all(tmp_path: Path) -> None:
    requests: list[dict[str, Any]] = [
        {"ids": ("RFC0008", "rfc9001", "404")},
        {"since": date(2024, 12, 31)},
        {"until": date(2024, 1, 1)},
        {"format": "texts"},
    ]
    with playing(rfc) as play:
        made = Rfc(base=play.url)
        names = [
            {one.path.name for one in fetch(made, tmp_path / str(number), **more)} - {"rfc-index.xml"}
            for number, more in enumerate(requests)
        ]
    assert names == [
        {"rfc8.txt", "rfc9001.txt"}, {"rfc9002.txt", "rfc9003.txt"}, {"rfc9001.txt"},
        {"rfc9001.txt", "rfc9002.txt", "rfc9003.txt"},
    ]  # fmt: skip
    assert missing(tmp_path / "0" / "raw") == {"rfc": ("RFC404",)}


def test_an_index_of_ten_thousand_entries_is_read_and_a_bad_one_costs_itself(tmp_path: Path) -> None:
    entries = [rfc_entry(number, "May", 2020) for number in range(1, 10_000)]
    entries[4999] = "<rfc-entry><doc-id>RFC5000</doc-id><date></rfc-entry>"
    text = f"<rfc-index>{''.join(entries)}</rfc-index>"
    with playing(lambda asked: xml(text) if "index" in asked.path else rfc(asked)) as play:
        got = fetch(Rfc(base=play.url), tmp_path, since=date(2020, 5, 31), limit=3)
    assert [one.path.name for one in got] == ["rfc-index.xml", "rfc1.txt", "rfc2.txt", "rfc3.txt"]


@pytest.mark.parametrize("text", ["<rfc-index/>", "<rfc-index><rfc-entry><doc-id>"])
def test_an_index_without_entries_is_an_error(tmp_path: Path, text: str) -> None:
    with playing(lambda _: xml(text)) as play, pytest.raises(AnswerUnreadableError):
        fetch(Rfc(base=play.url), tmp_path, format="texts")


@pytest.mark.parametrize(
    ("made", "wrong"),
    [
        (ArxivConnector(), {"ids": ("lid",)}),
        (ArxivConnector(), {"query": "lid", "set": "cs"}),
        (OpenAlex(), {"ids": ("lid",)}),
        (OpenAlex(), {}),
        (OpenAlex(), {"format": "x", "since": SINCE}),
        (OpenAlex(), {"format": "snapshot", "ids": ("W1",)}),
        (Crossref(), {"ids": ("lid",)}),
        (Crossref(), {}),
        (EuropePmc(), {"ids": ("lid",)}),
        (EuropePmc(), {}),
        (EuropePmc(), {"format": "fullTextXML", "ids": ("1",)}),
        (EuropePmc(), {"format": "x", "since": SINCE}),
        (SemanticScholar(), {"ids": ("lid",)}),
        (SemanticScholar(), {}),
        (SemanticScholar(), {"set": "Papers"}),
        (SemanticScholar(), {"set": "papers", "format": "new"}),
        (SemanticScholar(), {"set": "papers", "since": SINCE}),
        (Rfc(), {"ids": ("lid",)}),
        (Rfc(), {"set": "x"}),
        (Rfc(), {"format": "x"}),
    ],
)
def test_what_a_service_does_not_give_is_refused_at_once(
    tmp_path: Path, made: Connector, wrong: dict[str, Any]
) -> None:
    with pytest.raises(RequestRefusedError):
        fetch(made, tmp_path, **wrong)
    assert not (tmp_path / "raw").exists()
