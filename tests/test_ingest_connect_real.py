"""Answers that real services gave, played back: the connectors find their way through the true shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from ingest import sources
from ingest.connect_arxiv import ArxivConnector
from ingest.connect_crossref import Crossref
from ingest.connect_oai import Oai
from ingest.connect_openalex import OpenAlex
from ingest.connect_ops import Ops
from ingest.connect_semanticscholar import SemanticScholar
from ingest.connectors import Connector, Consent, Request, missing
from ingest.documents import Document
from ingest.fetch_errors import RequestRefusedError, ShortListError
from tests.playing_server import START, Asked, Play, Reply, playing, session
from tests.playing_services import ENVIRON, js

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingest.raw_files import Fetched

DATA = Path(__file__).parents[2] / "shared" / "data" / "fixtures"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared samples are not on this machine")


def fetch(made: Callable[[str], Connector], play: Play, folder: Path, request: Request) -> list[Fetched]:
    consent = Consent(case_id="case-1", who="Ann", at=START) if request.query else None
    with session(folder) as polite:
        return list(made(play.url).fetch(request, folder / "raw", polite, consent=consent))


def recorded(name: str) -> dict[str, bytes]:
    """Return the recorded answers about single things, by what their files are called."""
    found = {}
    for path in sorted((DATA / name).glob("*_200__*.json")):
        found[path.name] = path.read_bytes()
    return found


def test_a_list_in_four_pages_of_a_real_repository_is_harvested_to_its_end(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        name = asked.query.get("resumptionToken", "ListRecords.xml")
        return Reply(body=(DATA / "oai_pmh" / f"sample_data__{name}").read_bytes(), kind="text/xml")

    with playing(answer) as play:
        got = fetch(lambda _: Oai(), play, tmp_path, Request(address=f"{play.url}/oai"))
    assert len(got) == len(play.asked) == 4
    (state,) = (tmp_path / "raw").glob(".oai-*.state.json")
    assert json.loads(state.read_text())["records"] == 8


@pytest.mark.parametrize(
    "name", ["badArgument", "cannotDisseminateFormat", "noSetHierarchy", "undefinedError"]
)
def test_real_refusals_are_told(tmp_path: Path, name: str) -> None:
    body = (DATA / "oai_pmh" / f"sample_data__{name}.xml").read_bytes()
    with playing(lambda _: Reply(body=body, kind="text/xml")) as play, pytest.raises(RequestRefusedError):
        fetch(lambda _: Oai(), play, tmp_path, Request(address=f"{play.url}/oai"))


def test_a_real_answer_of_nothing_is_nothing(tmp_path: Path) -> None:
    body = (DATA / "oai_pmh" / "sample_data__noRecordsMatch.xml").read_bytes()
    with playing(lambda _: Reply(body=body, kind="text/xml")) as play:
        assert fetch(lambda _: Oai(), play, tmp_path, Request(address=f"{play.url}/oai")) == []


def test_recorded_feeds_of_arxiv_are_walked_and_read(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Reply:
        start = asked.query["start"]
        (path,) = (DATA / "arxiv_atom").glob(f"fixtures__q_testing_s{start}_m10_*.json")
        return Reply(body=json.loads(path.read_text())["body"].encode(), kind="application/atom+xml")

    with playing(answer) as play:
        got = fetch(
            lambda url: ArxivConnector(api=f"{url}/q"), play, tmp_path, Request(query="testing", limit=60)
        )
    read = [item for one in got for item in sources.detect(one.path).read(one.path)]
    assert len(got) == 6
    assert len([one for one in read if isinstance(one, Document)]) >= 55


@pytest.mark.parametrize(
    ("name", "made", "prefix"),
    [
        ("openalex", lambda url: OpenAlex(api=url, environ=ENVIRON), "https://doi.org/"),
        ("crossref", lambda url: Crossref(api=url, environ={}), ""),
    ],
)
def test_recorded_works_come_by_doi(
    tmp_path: Path, name: str, made: Callable[[str], Connector], prefix: str
) -> None:
    works = {}
    for body in recorded(name).values():
        found = json.loads(body) if body[:1] == b"{" else {}
        work = found.get("message", found)
        doi = str(work.get("DOI", work.get("doi") or "")).removeprefix(prefix).lower()
        if doi:
            works[doi] = body
    assert len(works) >= 5

    def answer(asked: Asked) -> Reply:
        doi = unquote(asked.path).removeprefix("/works/").removeprefix("doi:").lower()
        return Reply(body=works[doi]) if doi in works else Reply(status=404, body=b"Resource not found.")

    with playing(answer) as play:
        got = fetch(made, play, tmp_path, Request(ids=(*works, "10.1000/none")))
    assert [one.path.read_bytes() for one in got] == list(works.values())
    assert missing(tmp_path / "raw") == {name: ("10.1000/none",)}
    assert {sources.detect(one.path).name for one in got} == {name}


def test_recorded_lists_of_openalex_without_a_cursor_end(tmp_path: Path) -> None:
    lists = [body for body in recorded("openalex").values() if b'"results":[' in body]
    assert lists
    for number, body in enumerate(lists):
        with playing(lambda _, body=body: Reply(body=body)) as play:  # type: ignore[misc]
            got = fetch(
                lambda url: OpenAlex(api=url, environ=ENVIRON),
                play,
                tmp_path / str(number),
                Request(since=START),
            )
        assert [one.path.read_bytes() for one in got] == [body]
        assert [sources.detect(one.path).name for one in got] == ["openalex"]


def test_recorded_lists_of_crossref_that_end_early_say_so(tmp_path: Path) -> None:
    lists = [body for body in recorded("crossref").values() if b'"message-type":"work-list"' in body]
    assert len(lists) >= 5
    for number, body in enumerate(lists):
        said = json.loads(body)["message"]
        folder = tmp_path / str(number)
        with playing(lambda _, body=body: Reply(body=body)) as play:  # type: ignore[misc]
            if said["total-results"] > len(said["items"]):
                with pytest.raises(ShortListError):
                    fetch(lambda url: Crossref(api=url, environ={}), play, folder, Request(since=START))
            got = fetch(lambda url: Crossref(api=url, environ={}), play, folder, Request(since=START))
        assert [one.path.read_bytes() for one in got] == ([body] if said["items"] else [])


def test_recorded_papers_of_semantic_scholar_come_in_a_batch(tmp_path: Path) -> None:
    papers = [json.loads(body) for body in recorded("semanticscholar").values()]
    papers = [one for one in papers if "paperId" in one][:8]
    assert len(papers) == 8
    body = json.dumps(papers).encode()
    with playing(lambda _: Reply(body=body)) as play:
        (one,) = fetch(
            lambda url: SemanticScholar(api=url, environ={}),
            play, tmp_path, Request(ids=tuple(one["paperId"] for one in papers)),
        )  # fmt: skip
    assert one.path.read_bytes() == body
    assert missing(tmp_path / "raw") == {}
    assert len([one for one in sources.detect(one.path).read(one.path) if isinstance(one, Document)]) == 8


def test_recorded_parts_of_publications_come_and_are_read(tmp_path: Path) -> None:
    parts = {
        "biblio": "get_biblio",
        "claims": "get_claims",
        "description": "get_description",
        "family": "get_family_with_biblio",
    }

    def answer(asked: Asked) -> Reply:
        if asked.path == "/auth/accesstoken":
            return js({"access_token": "t", "expires_in": "1199"})
        part = "family" if "/family/" in asked.path else asked.path.rpartition("/")[2]
        body = (DATA / "epo_ops" / f"{parts[part]}__response.xml").read_bytes()
        return Reply(body=body, kind="application/xml;charset=UTF-8")

    with playing(answer) as play:
        got = fetch(
            lambda url: Ops(base=url, environ=ENVIRON), play, tmp_path, Request(ids=("EP.2400812.A1",))
        )
    assert [one.path.name for one in got] == [f"EP.2400812.A1-{part}.xml" for part in parts]
    for one in got:
        assert any(isinstance(item, Document) for item in sources.detect(one.path).read(one.path))
