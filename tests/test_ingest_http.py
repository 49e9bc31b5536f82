"""The session against a real server: retries, redirects and keys, ranges, encryption, drips."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest import http_rules as rules
from ingest.downloads import PROGRESS, TRIES, fetch
from ingest.fetch_errors import (
    BudgetSpentError,
    FailingError,
    HostUnreachableError,
    KeyRefusedError,
    NotAskedForError,
    SlowAnswerError,
    TooLargeError,
    TruncatedError,
)
from ingest.http import Times
from ingest.raw_files import kept
from tests.http_stage import BODY, ask, names
from tests.playing_server import AGENT, START, Clock, Play, Reply, playing, session

if TYPE_CHECKING:
    from ingest.http import Session
    from ingest.http_rules import Wants


def test_a_file_is_kept_with_its_digest_its_address_and_the_time(
    play: Play, polite: Session, tmp_path: Path
) -> None:
    got = fetch(polite, ask(play, "/list?from=2"), tmp_path / "page.json")
    assert got.path.read_bytes() == BODY
    assert (got.sha256, got.bytes, got.state) == (hashlib.sha256(BODY).hexdigest(), len(BODY), "new")
    assert got.at == START
    origin = json.loads((tmp_path / "page.json.origin.json").read_bytes())
    assert origin["url"] == f"{play.url}/list?from=2"
    assert (origin["sha256"], origin["at"], origin["etag"]) == (got.sha256, "2026-03-02T12:00:00Z", '"one"')
    assert names(tmp_path) == {"page.json", "page.json.origin.json"}
    assert play.asked[0].headers["User-Agent"] == AGENT
    assert play.asked[0].headers["Accept-Encoding"] == "identity"


def test_the_same_again_is_asked_for_conditionally_and_left_as_it_is(
    play: Play, polite: Session, tmp_path: Path
) -> None:
    first = fetch(polite, ask(play), tmp_path / "page.json")
    again = fetch(polite, ask(play), tmp_path / "page.json")
    assert play.asked[1].headers["If-None-Match"] == '"one"'
    assert (again.state, again.sha256, again.at) == ("unchanged", first.sha256, first.at)


def test_a_file_that_somebody_changed_is_fetched_anew(play: Play, polite: Session, tmp_path: Path) -> None:
    path = fetch(polite, ask(play), tmp_path / "page.json").path
    path.write_bytes(b"x" * len(BODY))
    assert fetch(polite, ask(play), path).state == "new"
    assert path.read_bytes() == BODY


@pytest.mark.parametrize("status", sorted(rules.PASSING))
def test_a_passing_trouble_is_tried_again_after_a_growing_wait(
    play: Play, polite: Session, pace: Clock, tmp_path: Path, status: int
) -> None:
    play.next(Reply(status=status), Reply(status=status))
    assert fetch(polite, ask(play), tmp_path / "page.json").state == "new"
    assert pace.waits == [2.0, 4.0]


def test_trouble_that_does_not_pass_ends_after_some_tries(
    play: Play, polite: Session, tmp_path: Path
) -> None:
    play.next(*[Reply(status=500)] * 10)
    with pytest.raises(FailingError) as caught:
        fetch(polite, ask(play), tmp_path / "page.json")
    assert len(play.asked) == TRIES
    assert caught.value.exit_code == 5
    assert names(tmp_path) == set()


@pytest.mark.parametrize("told", ["7", format_datetime(START + timedelta(seconds=7), usegmt=True)])
def test_a_short_retry_after_is_obeyed(
    play: Play, polite: Session, pace: Clock, tmp_path: Path, told: str
) -> None:
    play.next(Reply(status=429, headers={"Retry-After": told}))
    fetch(polite, ask(play), tmp_path / "page.json")
    assert pace.waits == [7.0]


@pytest.mark.parametrize("status", [429, 503])
def test_six_hours_are_no_wait_but_a_spent_budget_for_every_process(
    play: Play, polite: Session, pace: Clock, tmp_path: Path, status: int
) -> None:
    play.next(Reply(status=status, headers={"Retry-After": "21600"}))
    for _ in range(2):
        with pytest.raises(BudgetSpentError, match="resume after 2026-03-02T18:00:00Z") as caught:
            fetch(polite, ask(play), tmp_path / "page.json")
    assert caught.value.resume == START + timedelta(hours=6)
    assert caught.value.exit_code == 5
    assert len(play.asked) == 1
    assert pace.waits == []
    pace.now += timedelta(hours=6)
    assert fetch(polite, ask(play), tmp_path / "page.json").state == "new"


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_names_the_variable_to_set(
    play: Play, polite: Session, tmp_path: Path, status: int
) -> None:
    play.next(Reply(status=status))
    with pytest.raises(KeyRefusedError, match="SOME_KEY"):
        fetch(polite, ask(play, variable="SOME_KEY"), tmp_path / "page.json")
    assert len(play.asked) == 1


@pytest.mark.parametrize(
    ("wants", "kind", "body"),
    [
        ("json", "text/html", b"<!DOCTYPE html><html>sign in</html>"),
        ("json", "application/json", b"\n <HTML >sign in"),
        ("json", "text/html; charset=utf-8", b"{}"),
        ("json", "application/json", b"<a/>"),
        ("json", "application/json", b""),
        ("xml", "text/html", b"<html>"),
        ("xml", "application/xml", b"{}"),
        ("file", "application/zip", b"<!doctype html><html>sign in"),
        ("text", "text/plain", b"<html>"),
        ("text", "text/plain", b""),
    ],
)
def test_a_page_for_people_is_no_record(
    play: Play, polite: Session, tmp_path: Path, wants: Wants, kind: str, body: bytes
) -> None:
    play.next(Reply(kind=kind, body=body))
    with pytest.raises(NotAskedForError):
        fetch(polite, ask(play, wants=wants), tmp_path / "page")
    assert names(tmp_path) == set()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_broken_answer_is_continued_where_it_broke_off(
    play: Play, polite: Session, tmp_path: Path, chunked: bool
) -> None:
    play.next(Reply(body=BODY, etag='"one"', cut=300, chunked=chunked))
    got = fetch(polite, ask(play), tmp_path / "page.json")
    assert play.asked[1].headers["Range"] == "bytes=300-"
    assert play.asked[1].headers["If-Range"] == '"one"'
    assert (got.state, got.sha256) == ("resumed", hashlib.sha256(BODY).hexdigest())
    assert got.path.read_bytes() == BODY
    assert names(tmp_path) == {"page.json", "page.json.origin.json"}


def test_another_version_is_never_joined_to_the_part_of_the_first(
    play: Play, polite: Session, tmp_path: Path
) -> None:
    play.next(Reply(body=b'{"old": "' + b"x" * 900 + b'"}', etag='"old"', cut=300))
    got = fetch(polite, ask(play), tmp_path / "page.json")
    assert (got.state, got.path.read_bytes()) == ("new", BODY)


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_without_a_strong_validator_it_begins_again(
    play: Play, polite: Session, tmp_path: Path, etag: str
) -> None:
    play.next(Reply(body=BODY, etag=etag, cut=300))
    got = fetch(polite, ask(play), tmp_path / "page.json")
    assert "Range" not in play.asked[1].headers
    assert (got.state, got.path.read_bytes()) == ("new", BODY)


def test_an_answer_that_always_breaks_off_ends_and_keeps_its_part(
    play: Play, polite: Session, tmp_path: Path
) -> None:
    play.next(*[Reply(body=BODY, etag='"one"', cut=10)] * TRIES)
    with pytest.raises(TruncatedError):
        fetch(polite, ask(play), tmp_path / "page.json")
    assert names(tmp_path) == {"page.json.part", "page.json.part.json"}
    assert fetch(polite, ask(play), tmp_path / "page.json").state == "resumed"


def test_a_large_file_that_breaks_off_often_but_moves_on_comes_to_its_end(
    play: Play, polite: Session, tmp_path: Path
) -> None:
    large = b"PK" + bytes(range(256)) * (PROGRESS * 6 // 256)
    whole = Reply(body=large, kind="application/zip", etag='"large"')
    play.next(*[replace(whole, cut=PROGRESS + 99)] * 5, whole)
    got = fetch(polite, ask(play, wants="file"), tmp_path / "large.zip")
    assert len(play.asked) == 6 > TRIES
    assert (got.state, got.sha256) == ("resumed", hashlib.sha256(large).hexdigest())


def test_a_part_that_was_whole_already_is_taken(play: Play, polite: Session, tmp_path: Path) -> None:
    (tmp_path / "page.json.part").write_bytes(BODY)
    note = {"url": f"{play.url}/list", "validator": '"one"'}
    (tmp_path / "page.json.part.json").write_text(json.dumps(note))
    got = fetch(polite, ask(play), tmp_path / "page.json")
    assert (got.state, got.path.read_bytes()) == ("resumed", BODY)
    assert names(tmp_path) == {"page.json", "page.json.origin.json"}


@pytest.mark.parametrize(
    "lie",
    [
        Reply(status=206, body=BODY, headers={"Content-Range": f"bytes 0-{len(BODY) - 1}/{len(BODY)}"}),
        Reply(status=206, body=BODY[300:], headers={"Content-Range": "nonsense"}),
        Reply(status=206, body=BODY, headers={"Content-Range": f"bytes 300-{len(BODY) - 1}/{len(BODY)}"}),
        Reply(status=206, body=BODY[250:], headers={"Content-Range": f"bytes 250-{len(BODY) - 1}/*"}),
        Reply(status=416, headers={"Content-Range": "bytes */9"}),
    ],
)
def test_a_server_that_lies_about_ranges_gets_us_to_begin_again(
    play: Play, polite: Session, tmp_path: Path, lie: Reply
) -> None:
    play.next(Reply(body=BODY, etag='"one"', cut=300), lie)
    got = fetch(polite, ask(play), tmp_path / "page.json")
    assert (got.state, got.path.read_bytes()) == ("new", BODY)


def test_a_part_of_another_address_is_not_continued(play: Play, polite: Session, tmp_path: Path) -> None:
    play.next(*[Reply(body=BODY, etag='"one"', cut=10)] * TRIES)
    with pytest.raises(TruncatedError):
        fetch(polite, ask(play, "/other"), tmp_path / "page.json")
    assert fetch(polite, ask(play), tmp_path / "page.json").state == "new"


def test_too_much_is_refused_whether_announced_or_not(play: Play, polite: Session, tmp_path: Path) -> None:
    play.next(Reply(body=BODY), Reply(body=BODY, chunked=True))
    for _ in range(2):
        with pytest.raises(TooLargeError):
            fetch(polite, ask(play, limit=1000), tmp_path / "page.json")
    assert names(tmp_path) == set()


def test_packed_bytes_are_refused_where_plain_ones_were_asked_for(
    play: Play, polite: Session, tmp_path: Path
) -> None:
    play.next(Reply(body=BODY, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(NotAskedForError, match="gzip"):
        fetch(polite, ask(play), tmp_path / "page.json")


@pytest.mark.parametrize("where", ["body", "head", "chunk"])
def test_a_slow_drip_does_not_hold_us(play: Play, polite: Session, tmp_path: Path, where: str) -> None:
    play.next(Reply(body=BODY, drip=0.02, dripped=where))  # type: ignore[arg-type]
    started = time.monotonic()
    with pytest.raises(SlowAnswerError) as caught:
        fetch(polite, ask(play, deadline=0.4), tmp_path / "page.json")
    assert time.monotonic() - started < 60, "the drip alone takes 200 s"
    assert caught.value.exit_code == 5
    assert not (tmp_path / "page.json").exists()


def test_a_file_that_crawls_is_given_up_long_before_its_deadline(play: Play, tmp_path: Path) -> None:
    play.next(Reply(body=BODY, drip=0.02))
    with session(tmp_path, times=Times(window=0.2)) as polite, pytest.raises(SlowAnswerError):
        fetch(polite, ask(play, deadline=3600.0), tmp_path / "page.json")


def test_a_server_that_falls_silent_does_not_hold_us(play: Play, tmp_path: Path) -> None:
    play.next(Reply(body=BODY, drip=5.0))
    with session(tmp_path, times=Times(silence=0.2)) as polite, pytest.raises(SlowAnswerError):
        fetch(polite, ask(play), tmp_path / "page.json")


def test_nobody_there_is_said_after_some_tries(polite: Session, pace: Clock, tmp_path: Path) -> None:
    with playing(lambda _: Reply()) as gone:
        pass
    with pytest.raises(HostUnreachableError):
        fetch(polite, ask(gone), tmp_path / "page.json")
    assert len(pace.waits) == TRIES - 1


_KILLED = """
import os, sys
from pathlib import Path
from ingest import downloads, raw_files
from ingest.http_rules import Ask
from tests.playing_server import session
folder, url, at = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
count = 0
def step(event, args):
    global count
    if event in ("open", "os.rename", "os.remove") and str(folder) in str(args[0]):
        count += 1
        if count == at:
            os._exit(9)
polite = session(folder)
sys.addaudithook(step)
downloads.fetch(polite, Ask(url=url, wants="json"), folder / "page.json")
"""


@pytest.mark.parametrize("at", range(1, 15))
def test_killed_at_any_step_on_the_disk_the_file_comes_whole_the_next_time(
    play: Play, tmp_path: Path, at: int
) -> None:
    folder = tmp_path / "raw"
    folder.mkdir()
    command = [sys.executable, "-c", _KILLED, str(folder), f"{play.url}/list", str(at)]
    root = Path(__file__).parents[1]
    subprocess.run(command, check=False, cwd=root, env={**os.environ, "PYTHONPATH": str(root)})
    if (folder / "page.json").exists():
        assert (folder / "page.json").read_bytes() == BODY
    with session(tmp_path) as polite:
        fetch(polite, ask(play), folder / "page.json")
    found = kept(folder / "page.json")
    assert found is not None
    assert found.path.read_bytes() == BODY
    assert {"page.json", "page.json.origin.json"} == {name for name in names(folder) if ".tmp" not in name}
