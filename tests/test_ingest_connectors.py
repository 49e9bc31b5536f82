"""Every connector against every play of a service, at every request it makes; kills; consent."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from ingest import fetch_errors, fetching
from ingest.connectors import CONNECTORS, Request, connector, open_session
from ingest.fetch_errors import (
    BudgetSpentError,
    ContactMissingError,
    FetchError,
    FolderBusyError,
    FolderUnusableError,
    KeyRefusedError,
    NotAskedForError,
    RawFileMissingError,
    RedirectRefusedError,
    SlowAnswerError,
    UnknownConnectorError,
)
from ingest.http import Times
from ingest.limiter import Limits
from tests.connector_stage import Stage
from tests.playing_server import Clock, Reply, playing, session
from tests.playing_services import ENVIRON, SECRET, SERVICES, SINCE, UNTIL, Service

if TYPE_CHECKING:
    from collections.abc import Iterator


ROOT = Path(__file__).parents[1]
EVERY = [pytest.param(one, at, id=f"{one.name}-{at}") for one in SERVICES.values() for at in range(one.asks)]


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    service = request.node.callspec.params["service"]
    with playing(service.answer) as play:
        yield Stage(service, play, tmp_path / "raw")


ALL = pytest.mark.parametrize("service", [pytest.param(one, id=one.name) for one in SERVICES.values()])
AT = pytest.mark.parametrize(("service", "at"), EVERY)


@ALL
def test_all_files_come_with_their_origins(stage: Stage, service: Service) -> None:
    got = list(stage.fetch())
    assert [one.state for one in got] == ["new"] * len(service.files)
    assert len(stage.play.asked) == service.asks
    stage.check_whole()


@ALL
def test_what_was_fetched_is_given_again_without_being_sent_again(stage: Stage, service: Service) -> None:
    first = list(stage.fetch())
    asked = len(stage.play.asked)
    again = list(stage.fetch())
    assert [one.path for one in again] == [one.path for one in first]
    assert {one.state for one in again} == {"unchanged"}
    sent = [one.path for one in stage.play.asked[asked:]]
    assert not any(path.endswith((".txt", ".gz", ".zip", "biblio", "/works", "/search")) for path in sent)
    stage.check_whole()


@ALL
def test_stopped_between_any_two_files_it_goes_on_and_has_each_once(stage: Stage, service: Service) -> None:
    for number in range(1, len(service.files) + 1):
        running = stage.fetch()
        for _ in range(number):
            next(running)
        running.close()  # type: ignore[attr-defined]
    got = list(stage.fetch())
    assert len({one.path for one in got}) == len(got) == len(service.files)
    data = [one for one in stage.play.asked if one.path.endswith((".txt", ".gz", ".zip"))]
    assert len(data) == len({one.path for one in data})
    if service.files[0].endswith("-000001.xml") or service.files[0].endswith("-000001.json"):
        assert len(stage.play.asked) == service.asks
    stage.check_whole()


_CHILD = """
import os, sys
from pathlib import Path
from tests.playing_server import session
from tests.playing_services import SERVICES
service, url, folder, at = SERVICES[sys.argv[1]], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
count = 0
def step(event, args):
    global count
    if event in ("open", "os.rename", "os.remove") and str(folder) in str(args[0]):
        count += 1
        if count == at:
            os._exit(9)
polite = session(folder.parent)
sys.addaudithook(step)
list(service.make(url).fetch(service.request(url), folder, polite))
"""


@pytest.mark.parametrize("at", [6, 17, 29])
@ALL
def test_killed_at_any_step_it_goes_on_and_has_each_once(stage: Stage, service: Service, at: int) -> None:
    stage.folder.mkdir()
    command = [sys.executable, "-c", _CHILD, service.name, stage.play.url, str(stage.folder), str(at)]
    child = subprocess.run(command, check=False, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert child.returncode == 9
    got = list(stage.fetch())
    assert len({one.path for one in got}) == len(got) == len(service.files)
    stage.check_whole()


@AT
def test_a_passing_trouble_at_any_request_costs_a_wait_only(stage: Stage, service: Service, at: int) -> None:
    stage.next(at, Reply(status=500), Reply(status=429, headers={"Retry-After": "9"}))
    assert len(list(stage.fetch())) == len(service.files)
    assert len(stage.play.asked) == service.asks + 2
    assert {2.0, 3.0} & set(stage.clock.waits)
    assert 9.0 in stage.clock.waits
    stage.check_whole()


@AT
def test_six_hours_of_waiting_are_a_spent_budget_and_it_goes_on_after_them(
    stage: Stage, service: Service, at: int
) -> None:
    stage.next(at, Reply(status=429, headers={"Retry-After": "21600"}))
    with pytest.raises(BudgetSpentError) as caught:
        list(stage.fetch())
    asked = len(stage.play.asked)
    with pytest.raises(BudgetSpentError):
        list(stage.fetch())
    assert len(stage.play.asked) == asked
    stage.clock.now = caught.value.resume
    assert len(list(stage.fetch())) == len(service.files)
    stage.check_whole()


@AT
def test_a_refusal_stops_and_names_the_variable(stage: Stage, service: Service, at: int) -> None:
    stage.next(at, Reply(status=401 + 2 * (at % 2)))
    with pytest.raises(KeyRefusedError) as caught:
        list(stage.fetch())
    own = service.make(stage.play.url)
    assert SECRET not in str(caught.value)
    signed = service.name.endswith(("snapshot", "-papers")) and "key" not in str(caught.value)
    if any(one.needed for one in own.variables) and not signed:
        assert own.variables[0].name in str(caught.value)
    assert len(list(stage.fetch())) == len(service.files)


@AT
def test_a_page_for_people_at_any_request_is_an_error_and_no_file(
    stage: Stage, service: Service, at: int
) -> None:
    stage.next(at, Reply(kind="text/html", body=b"<!DOCTYPE html><html>Please sign in</html>"))
    with pytest.raises(NotAskedForError):
        list(stage.fetch())
    assert len(list(stage.fetch())) == len(service.files)
    stage.check_whole()


@AT
def test_a_broken_answer_at_any_request_is_made_whole(stage: Stage, service: Service, at: int) -> None:
    stage.next(at)
    stage.play.next(lambda asked: replace(service.answer(asked), cut=150, chunked=bool(at % 2)))
    got = list(stage.fetch())
    assert len(got) == len(service.files)
    assert len(stage.play.asked) == service.asks + 1
    if at not in service.posts and "resumed" not in {one.state for one in got}:
        assert stage.play.asked[at + 1].headers.get("Range") in ("bytes=150-", None)
    stage.check_whole()


@AT
def test_a_redirect_at_any_request_takes_no_key_along(stage: Stage, service: Service, at: int) -> None:
    with playing(service.answer, host="127.0.0.2") as other:
        stage.next(at)
        stage.play.next(
            lambda asked: Reply(
                status=307, headers={"Location": f"{other.url}{asked.path}?{urlencode(asked.query)}"}
            )
        )
        if at in service.posts:
            with pytest.raises(RedirectRefusedError):
                list(stage.fetch())
            assert other.asked == []
            return
        assert len(list(stage.fetch())) == len(service.files)
        for seen in other.asked:
            assert SECRET not in seen.whole
            assert "someone" not in str(seen.query)
            assert not {"X-API-KEY", "x-api-key", "Authorization"} & set(seen.headers)
        assert other.asked
    if service.name != "semanticscholar-papers" or at > 1:
        stage.check_whole()


@ALL
def test_a_redirect_within_the_service_is_followed(stage: Stage, service: Service) -> None:
    at = service.asks - 1
    stage.next(at)
    stage.play.next(
        lambda asked: Reply(
            status=308, headers={"Location": f"{asked.path}?{urlencode(asked.query)}&again=1"}
        )
    )
    if at in service.posts:
        with pytest.raises(RedirectRefusedError):
            list(stage.fetch())
        return
    assert len(list(stage.fetch())) == len(service.files)
    assert stage.play.asked[-1].query["again"] == "1"
    stage.check_whole()


@ALL
def test_a_folder_that_cannot_be_used_is_said_in_our_own_words(stage: Stage, service: Service) -> None:
    list(stage.fetch())
    (stage.folder / ".fetch.lock").unlink()
    (stage.folder / ".fetch.lock").mkdir()
    with pytest.raises(FolderUnusableError, match="directory"):
        list(stage.fetch())


@AT
def test_a_drip_at_any_request_does_not_hold_us(stage: Stage, service: Service, at: int) -> None:
    stage.next(at)
    stage.play.next(lambda asked: replace(service.answer(asked), drip=0.02))
    with pytest.raises(SlowAnswerError):
        list(stage.fetch(Times(window=0.1)))
    assert len(list(stage.fetch())) == len(service.files)
    stage.check_whole()


@pytest.mark.parametrize("status", [400, 404, 410])
@pytest.mark.parametrize("name", ["openalex", "crossref", "europepmc", "oai", "arxiv-oai"])
def test_a_cursor_that_the_service_forgot_never_ends_a_list(tmp_path: Path, name: str, status: int) -> None:
    service = SERVICES[name]
    with playing(service.answer) as play:
        here = Stage(service, play, tmp_path / "raw")
        here.next(1, Reply(status=status))
        got = list(here.fetch())
        again = list(here.fetch())
    assert len(got) > len(service.files)
    assert [one.path for one in again] == [one.path for one in got]
    last = service.answer(play.asked[-1]).body
    assert got[-1].path.read_bytes() == last


@pytest.mark.parametrize(
    "name", ["openalex", "crossref", "europepmc", "semanticscholar", "oai", "arxiv-numbers"]
)
@pytest.mark.parametrize(
    "body", [b"{}", b'{"meta": 3}', b"[1]", b"<a/>", b"[" * 100_000, b"<OAI-PMH/>", b"{"]
)
def test_an_answer_that_is_no_page_is_an_error_and_no_file(tmp_path: Path, name: str, body: bytes) -> None:
    service = SERVICES[name]
    with playing(service.answer) as play:
        here = Stage(service, play, tmp_path / "raw")
        here.next(1, Reply(body=body, kind="text/plain"))
        with pytest.raises(FetchError):
            list(here.fetch())
        assert len(list(here.fetch())) == len(service.files)
        here.check_whole()


def test_a_limit_ends_a_list_early(tmp_path: Path) -> None:
    service = SERVICES["crossref"]
    with playing(service.answer) as play, session(tmp_path) as polite:
        request = Request(since=SINCE, limit=3)
        got = list(service.make(play.url).fetch(request, tmp_path / "raw", polite))
    assert len(got) == 2
    assert play.asked[0].query["rows"] == "3"


def test_two_fetches_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    service = SERVICES["crossref"]
    with playing(service.answer) as play:
        first = Stage(service, play, tmp_path / "raw")
        running = first.fetch()
        next(running)
        with pytest.raises(FolderBusyError):
            list(first.fetch())
        assert len(list(running)) == 2


@pytest.mark.parametrize("how", ["removed", "changed"])
def test_a_page_that_somebody_removed_or_changed_is_not_passed_over(tmp_path: Path, how: str) -> None:
    service = SERVICES["crossref"]
    with playing(service.answer) as play:
        here = Stage(service, play, tmp_path / "raw")
        got = list(here.fetch())
        got[1].path.unlink()
        if how == "changed":
            got[1].path.write_bytes(b"x" * got[1].bytes)
        with pytest.raises(RawFileMissingError, match=got[1].path.name):
            list(here.fetch())


def test_a_thing_that_somebody_changed_is_fetched_anew(tmp_path: Path) -> None:
    service = SERVICES["rfc"]
    with playing(service.answer) as play:
        here = Stage(service, play, tmp_path / "raw")
        got = list(here.fetch())
        got[1].path.write_bytes(b"x" * got[1].bytes)
        assert [one.state for one in here.fetch()] == ["unchanged", "new", "unchanged"]
        here.check_whole()


def test_requests_that_differ_share_a_folder_and_no_file(tmp_path: Path) -> None:
    service = SERVICES["crossref"]
    with playing(service.answer) as play, session(tmp_path) as polite:
        made = service.make(play.url)
        one = {got.path for got in made.fetch(Request(since=SINCE), tmp_path / "raw", polite)}
        other = {got.path for got in made.fetch(Request(since=UNTIL), tmp_path / "raw", polite)}
    assert len(one) == len(other) == 3
    assert not one & other


def test_a_list_without_an_end_is_looked_at_again_on_a_later_day(tmp_path: Path) -> None:
    service = SERVICES["openalex"]
    clock = Clock()
    with playing(service.answer) as play, session(tmp_path, clock) as polite:
        made = service.make(play.url)
        first = list(made.fetch(Request(since=SINCE), tmp_path / "raw", polite))
        assert len(list(made.fetch(Request(since=SINCE), tmp_path / "raw", polite))) == 3
        clock.sleep(86_400)
        later = list(made.fetch(Request(since=SINCE), tmp_path / "raw", polite))
    assert [one.state for one in later] == ["unchanged"] * 3 + ["new"] * 3
    assert [one.path for one in later[:3]] == [one.path for one in first]


@pytest.mark.parametrize("one", CONNECTORS.values(), ids=lambda one: one.name)
def test_every_connector_says_what_it_does(one: fetching.Connector) -> None:
    said = one.describe()
    assert said.name == one.name
    assert all([said.hosts, said.terms, said.sends, said.understands])
    assert said.limits != Limits()
    assert said.sends_query_text is ("query" in said.sends)
    assert "query" not in said.understands or said.sends_query_text
    defaults = [value for value in vars(type(one)).values() if isinstance(value, str)]
    assert SECRET not in repr(replace(one, environ=ENVIRON))
    assert not any(value.startswith("http://") for value in defaults)


def test_the_registry_knows_its_nine_and_says_so() -> None:
    assert set(CONNECTORS) == {
        "uspto", "ops", "arxiv", "openalex", "crossref", "europepmc", "semanticscholar", "rfc", "oai",
    }  # fmt: skip
    with pytest.raises(UnknownConnectorError, match="openalex") as caught:
        connector("nobody")
    assert caught.value.exit_code == 2


def test_a_session_is_opened_with_a_contact_and_a_folder_to_count_in(tmp_path: Path) -> None:
    service = SERVICES["crossref"]
    environ = {"ANTEDATE_CONTACT": "me@example.org"}
    with playing(service.answer) as play, open_session(tmp_path / "cache", environ) as polite:
        made = service.make(play.url)
        assert len(list(made.fetch(Request(since=SINCE, limit=1), tmp_path / "raw", polite))) == 1
    assert "mailto:me@example.org" in play.asked[0].headers["User-Agent"]
    assert list((tmp_path / "cache").glob("127.0.0.1.json"))
    with pytest.raises(ContactMissingError):
        open_session(tmp_path / "cache", {})
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderUnusableError):
        open_session(tmp_path / "file", environ)


def test_every_error_has_an_exit_code_of_the_contract() -> None:
    errors = [
        one for _, one in inspect.getmembers(fetch_errors, inspect.isclass) if issubclass(one, FetchError)
    ]
    assert len(errors) > 20
    assert {one.exit_code for one in errors} == {2, 3, 4, 5}
