"""Fetching into a workspace: nothing leaves before it was consented to and logged."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ingest.connect_crossref import Crossref
from ingest.connectors import Request
from ingest.fetch_errors import QueryTextRefusedError
from pipeline import store_events
from pipeline.cases import UnknownCaseError
from pipeline.corpus import Corpus
from pipeline.fetching import CONSENTED, FETCHED, Fetch, folder_of, run, told
from tests.hash_encoder import hashed
from tests.playing_server import Asked, Play, Reply, playing, session
from tests.small_corpus import run as read
from tests.ui_workspace import INES, invention

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.workspace import Workspace

WORDS = "drip line that flushes itself"
WORK = {
    "DOI": "10.5555/drip",
    "title": ["A drip line"],
    "abstract": "<jats:p>A valve flushes a drip line when its flow falls.</jats:p>",
    "published-online": {"date-parts": [[2019, 3, 4]]},
    "type": "journal-article",
    "URL": "https://doi.example/10.5555/drip",
}


def answer(asked: Asked) -> Reply:
    items = [] if asked.query.get("cursor") == "c2" else [WORK]
    message = {"items": items, "total-results": 1, "next-cursor": "c2"}
    body = {"status": "ok", "message-type": "work-list", "message": message}
    return Reply(body=json.dumps(body).encode())


@pytest.fixture
def service() -> Iterator[Play]:
    with playing(answer) as play:
        yield play


def actions(workspace: Workspace) -> list[str]:
    with workspace.store.read() as connection:
        return [event.action for event in store_events.every(connection)]


def test_words_leave_only_for_a_case_that_exists_and_after_the_consent_was_logged(
    face: Workspace, service: Play, tmp_path: Path
) -> None:
    connector = replace(Crossref(), api=service.url)
    wanted = Fetch(connector=connector, request=Request(query=WORDS, limit=1), who="ines")
    assert told(wanted) == WORDS
    before = actions(face)
    with session(tmp_path) as polite:
        with pytest.raises(QueryTextRefusedError):
            list(run(face, wanted, polite))
        with pytest.raises(UnknownCaseError):
            list(run(face, replace(wanted, case="D-0404"), polite))
        assert (service.asked, actions(face)) == ([], before)
        face.cases.add(invention(), INES)
        logged: list[str] = []

        def look(asked: Asked) -> Reply:
            logged.extend(actions(face))
            return answer(asked)

        service.next(look)
        files = list(run(face, replace(wanted, case="D-0001"), polite))
    assert logged[-2:] == [CONSENTED, FETCHED]
    assert WORDS in service.asked[0].query.values()
    assert [one.path.parent for one in files] == [folder_of(face, connector)] * len(files)
    said = face.history("D-0001")[-1]
    assert (said.action, said.actor, said.detail["connector"]) == (CONSENTED, "ines", "crossref")
    assert WORDS not in json.dumps(said.detail)
    assert "query_sha256" in said.detail


def test_what_came_is_read_into_the_corpus_and_nothing_beside_it(
    face: Workspace, service: Play, tmp_path: Path
) -> None:
    connector = replace(Crossref(), api=service.url)
    request = Request(ids=("10.5555/drip",))
    service.next(Reply(body=json.dumps({"status": "ok", "message-type": "work", "message": WORK}).encode()))
    with session(tmp_path) as polite:
        files = list(run(face, Fetch(connector=connector, request=request, who="ines"), polite))
    assert actions(face)[-1] == FETCHED
    corpus = Corpus(face.store, tmp_path / "index", hashed())
    summary = read(corpus, folder_of(face, connector))
    assert (summary.added, summary.skipped) == (1, ())
    found = corpus.document("doi:10.5555/drip")
    assert str(found.published) == "2019-03-04"
    assert found.origin.file == str(files[0].path)
