"""The session against a real server: retries, redirects and keys, ranges, encryption, drips."""

from __future__ import annotations

import hashlib
import json
import os
import ssl
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ingest import http_rules as rules
from ingest.downloads import PROGRESS, TRIES, fetch, talk
from ingest.fetch_errors import (
    AddressRefusedError,
    BudgetSpentError,
    ContactMissingError,
    FailingError,
    HostUnreachableError,
    HostUntrustedError,
    KeyRefusedError,
    NotAskedForError,
    RedirectRefusedError,
    SlowAnswerError,
    StatusError,
    TooLargeError,
    TruncatedError,
)
from ingest.http import Times, agent
from ingest.http_rules import Ask, Key
from ingest.limiter import Limits
from ingest.raw_files import kept, kept_url, read_origin
from tests.playing_server import AGENT, START, Clock, Play, Reply, playing, session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.http import Session
    from ingest.http_rules import Wants

BODY = json.dumps({"items": [f"record {n}" for n in range(400)]}).encode()
SECRET = "s3cret/key+of=ours"


@pytest.fixture
def play() -> Iterator[Play]:
    with playing(lambda _: Reply(body=BODY, etag='"one"')) as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def polite(tmp_path: Path, clock: Clock) -> Iterator[Session]:
    with session(tmp_path, clock) as found:
        yield found


def ask(play: Play, path: str = "/list", *, wants: Wants = "json", **more: object) -> Ask:
    return Ask(url=f"{play.url}{path}", wants=wants, **more)  # type: ignore[arg-type]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


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
    play: Play, polite: Session, clock: Clock, tmp_path: Path, status: int
) -> None:
    play.next(Reply(status=status), Reply(status=status))
    assert fetch(polite, ask(play), tmp_path / "page.json").state == "new"
    assert clock.waits == [2.0, 4.0]


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
    play: Play, polite: Session, clock: Clock, tmp_path: Path, told: str
) -> None:
    play.next(Reply(status=429, headers={"Retry-After": told}))
    fetch(polite, ask(play), tmp_path / "page.json")
    assert clock.waits == [7.0]


@pytest.mark.parametrize("status", [429, 503])
def test_six_hours_are_no_wait_but_a_spent_budget_for_every_process(
    play: Play, polite: Session, clock: Clock, tmp_path: Path, status: int
) -> None:
    play.next(Reply(status=status, headers={"Retry-After": "21600"}))
    for _ in range(2):
        with pytest.raises(BudgetSpentError, match="resume after 2026-03-02T18:00:00Z") as caught:
            fetch(polite, ask(play), tmp_path / "page.json")
    assert caught.value.resume == START + timedelta(hours=6)
    assert caught.value.exit_code == 5
    assert len(play.asked) == 1
    assert clock.waits == []
    clock.now += timedelta(hours=6)
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


def test_nobody_there_is_said_after_some_tries(polite: Session, clock: Clock, tmp_path: Path) -> None:
    with playing(lambda _: Reply()) as gone:
        pass
    with pytest.raises(HostUnreachableError):
        fetch(polite, ask(gone), tmp_path / "page.json")
    assert len(clock.waits) == TRIES - 1


def keys(play: Play) -> tuple[Key, ...]:
    return (
        Key(value=SECRET, origin=play.url, header="X-API-KEY"),
        Key(value=f"Bearer {SECRET}", origin=play.url, header="Authorization"),
        Key(value=SECRET, origin=play.url, parameter="api_key"),
    )


@pytest.mark.parametrize("status", sorted(rules.REDIRECTS))
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"])
def test_a_key_goes_to_its_own_host_only(
    play: Play, polite: Session, tmp_path: Path, status: int, host: str
) -> None:
    with playing(lambda _: Reply(body=BODY), host=host) as other:
        target = f"{other.url}/file?api_key={quote(SECRET, safe='')}&part=1"
        play.next(Reply(status=status, headers={"Location": target}))
        got = fetch(polite, ask(play, keys=keys(play)), tmp_path / "page.json")
        (seen,) = other.asked
    assert play.asked[0].headers["X-API-KEY"] == SECRET
    assert play.asked[0].headers["Authorization"] == f"Bearer {SECRET}"
    assert play.asked[0].query["api_key"] == SECRET
    assert SECRET not in seen.whole
    assert seen.query == {"part": "1"}
    assert got.url == f"{play.url}/list"
    origin = read_origin(got.path)
    assert origin is not None
    assert origin.served_by == f"{other.url}/file"
    assert not any(SECRET in path.read_text() for path in tmp_path.iterdir() if path.is_file())


def test_a_redirect_on_the_same_host_keeps_the_key(play: Play, polite: Session, tmp_path: Path) -> None:
    play.next(Reply(status=302, headers={"Location": "/moved?a=1"}))
    fetch(polite, ask(play, keys=keys(play)), tmp_path / "page.json")
    assert play.asked[1].path == "/moved"
    assert play.asked[1].headers["X-API-KEY"] == SECRET
    assert play.asked[1].query == {"a": "1", "api_key": SECRET}


def test_a_redirect_within_a_host_that_allows_one_request_at_a_time_needs_no_second_turn(
    play: Play, polite: Session, clock: Clock, tmp_path: Path
) -> None:
    play.next(Reply(status=302, headers={"Location": "/moved"}))
    limits = Limits(alone=True, interval=3.0)
    assert fetch(polite, ask(play, limits=limits), tmp_path / "page.json").state == "new"
    assert clock.waits == [3.0]


def test_a_signature_that_is_over_is_asked_for_anew(play: Play, polite: Session, tmp_path: Path) -> None:
    with playing(lambda _: Reply(body=BODY), host="127.0.0.2") as store:
        store.next(Reply(status=403, body=b"<Error>expired</Error>"))
        play.next(*[Reply(status=302, headers={"Location": f"{store.url}/{n}"}) for n in range(2)])
        assert fetch(polite, ask(play, keys=keys(play)), tmp_path / "page.json").state == "new"
        assert [one.path for one in store.asked] == ["/0", "/1"]


def test_a_redirect_that_hides_the_key_in_its_path_is_refused(
    play: Play, polite: Session, tmp_path: Path
) -> None:
    with playing(lambda _: Reply(body=BODY), host="127.0.0.2") as other:
        for place in (f"/{SECRET}/x", f"/x?{quote(SECRET, safe='')}", f"/x?a=b{SECRET}c"):
            play.next(Reply(status=302, headers={"Location": f"{other.url}{place}"}))
            with pytest.raises(RedirectRefusedError) as caught:
                fetch(polite, ask(play, keys=keys(play)), tmp_path / "page.json")
            assert SECRET not in str(caught.value)
    assert other.asked == []


def test_cookies_of_one_answer_are_not_sent_with_the_next_request(
    play: Play, polite: Session, tmp_path: Path
) -> None:
    play.next(Reply(body=BODY, headers={"Set-Cookie": "who=you; Path=/"}))
    fetch(polite, ask(play), tmp_path / "page.json")
    fetch(polite, ask(play), tmp_path / "page.json")
    assert "Cookie" not in play.asked[1].headers


def test_a_password_of_the_netrc_file_is_not_sent(
    play: Play, polite: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    fetch(polite, ask(play), tmp_path / "page.json")
    assert "Authorization" not in play.asked[0].headers


def test_the_body_of_a_redirect_is_not_read(play: Play, polite: Session, tmp_path: Path) -> None:
    play.next(Reply(status=302, headers={"Location": "/next"}, body=BODY, drip=5.0))
    assert fetch(polite, ask(play, deadline=3.0), tmp_path / "page.json").state == "new"


def test_more_than_five_redirects_are_not_followed(play: Play, polite: Session, tmp_path: Path) -> None:
    play.next(*[Reply(status=302, headers={"Location": "/next"})] * 20)
    with pytest.raises(RedirectRefusedError, match="more than 5"):
        fetch(polite, ask(play), tmp_path / "page.json")
    assert len(play.asked) == 6


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://[", "http://u:p@h/"])
def test_a_redirect_to_no_web_address_is_refused(
    play: Play, polite: Session, tmp_path: Path, target: str
) -> None:
    play.next(Reply(status=302, headers={"Location": target}))
    with pytest.raises(RedirectRefusedError):
        fetch(polite, ask(play), tmp_path / "page.json")


def test_what_is_posted_follows_no_redirect(play: Play, polite: Session) -> None:
    play.next(Reply(status=307, headers={"Location": "/next"}))
    with pytest.raises(RedirectRefusedError):
        talk(polite, ask(play, body=b"a=b"))
    assert [one.method for one in play.asked] == ["POST"]


@pytest.mark.parametrize("name", ["127.0.0.2", "localhost"])
def test_a_public_host_cannot_send_us_to_a_private_address(play: Play, tmp_path: Path, name: str) -> None:
    def private(host: str) -> bool:
        return host != "127.0.0.1"

    with (
        playing(lambda _: Reply(body=BODY), host="127.0.0.2") as inside,
        session(tmp_path, is_private=private) as polite,
    ):
        play.next(Reply(status=302, headers={"Location": inside.url.replace("127.0.0.2", name)}))
        with pytest.raises(RedirectRefusedError, match="private"):
            fetch(polite, ask(play), tmp_path / "page.json")
        assert inside.asked == []
        assert fetch(polite, ask(inside), tmp_path / "own.json").state == "new"


def test_a_name_that_resolves_to_a_private_address_is_refused_before_a_byte_is_sent(tmp_path: Path) -> None:
    """The first host counts as public by its number; the name is public, what it resolves to is not."""
    with (
        playing(lambda _: Reply(body=BODY), host="127.0.0.2") as first,
        playing(lambda _: Reply(body=BODY)) as inside,
    ):
        first.next(Reply(status=302, headers={"Location": inside.url.replace("127.0.0.1", "localhost")}))
        with (
            session(tmp_path, is_private=lambda host: host == "127.0.0.1") as polite,
            pytest.raises(RedirectRefusedError, match="private"),
        ):
            fetch(polite, ask(first), tmp_path / "page.json")
        assert inside.asked == []


def test_a_private_host_may_send_us_on_to_another(tmp_path: Path) -> None:
    with (
        playing(lambda _: Reply(body=BODY)) as first,
        playing(lambda _: Reply(body=BODY), host="127.0.0.2") as second,
        session(tmp_path, is_private=rules.is_private) as polite,
    ):
        first.next(Reply(status=307, headers={"Location": f"{second.url}/x"}))
        assert fetch(polite, ask(first), tmp_path / "page.json").state == "new"
        assert len(second.asked) == 1


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("127.0.0.1", True), ("10.1.2.3", True), ("192.168.0.9", True), ("172.16.0.1", True),
        ("169.254.169.254", True), ("100.64.0.1", True), ("0.0.0.0", True), ("::1", True), ("fe80::1", True),
        ("fe80::1%eth0", True), ("fc00::1", True), ("::ffff:127.0.0.1", True), ("::ffff:8.8.8.8", False),
        ("224.0.0.1", True), ("localhost", True), ("a.localhost", True), ("8.8.8.8", False),
        ("2606:4700::1111", False), ("example.org", False),
    ],
)  # fmt: skip
def test_private_addresses_are_known(host: str, private: bool) -> None:
    assert rules.is_private(host) is private


@pytest.mark.parametrize("url", ["http://a b/", "ftp://x/", "http:///x", "http://u:p@x/", "x", "http://h:x/"])
def test_what_is_no_address_is_not_asked(polite: Session, tmp_path: Path, url: str) -> None:
    with pytest.raises(AddressRefusedError) as caught:
        fetch(polite, Ask(url=url, wants="json"), tmp_path / "page.json")
    assert "u:p" not in str(caught.value)


def test_a_key_is_not_sent_without_encryption_beyond_this_machine(polite: Session, tmp_path: Path) -> None:
    key = Key(value=SECRET, origin="http://example.org", header="X-API-KEY")
    with pytest.raises(AddressRefusedError, match="encryption"):
        fetch(polite, Ask(url="http://example.org/x", wants="json", keys=(key,)), tmp_path / "page.json")


def test_a_key_is_in_no_record_and_no_message(play: Play, polite: Session, tmp_path: Path) -> None:
    asked = ask(play, keys=keys(play))
    assert SECRET not in repr(asked)
    play.next(Reply(status=404, body=b"no such thing"))
    with pytest.raises(StatusError, match="no such thing") as caught:
        fetch(polite, asked, tmp_path / "page.json")
    assert SECRET not in str(caught.value)


def test_signatures_and_passwords_are_taken_out_of_addresses_that_are_kept() -> None:
    url = "https://u:p@h.example/f?api_key=1&X-Amz-Signature=2&Signature=3&page=4&mailto=me%40x.org#part"
    assert kept_url(url) == "https://h.example/f?page=4"
    assert kept_url("https://h.example/f?a=b%20c+d") == "https://h.example/f?a=b%20c+d"


@pytest.mark.parametrize("told", ["", "soon", "-5", "1e3", "99999999999", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_retry_after_that_says_nothing_is_none(told: str) -> None:
    assert rules.wait_of(told, START) is None


def test_a_retry_after_in_the_past_is_no_wait() -> None:
    assert rules.wait_of("Mon, 02 Mar 2026 11:00:00 GMT", START) == 0.0


@pytest.mark.parametrize("contact", ["", "nobody", "a@b\nX-Evil: 1", "ä@b.org"])
def test_no_service_is_asked_without_a_contact(contact: str) -> None:
    with pytest.raises(ContactMissingError, match="ANTEDATE_CONTACT"):
        agent({"ANTEDATE_CONTACT": contact})


def test_the_contact_is_in_the_agent_string() -> None:
    assert agent({"ANTEDATE_CONTACT": "me@example.org"}).endswith("mailto:me@example.org)")


def certified(folder: Path, host: str) -> tuple[ssl.SSLContext, str]:
    """Make a certificate for a host that is its own root."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "playing")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = folder / f"{host}.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(secret + made.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    root = folder / f"{host}-root.pem"
    root.write_bytes(made.public_bytes(Encoding.PEM))
    return context, str(root)


@pytest.mark.parametrize("trusted", [True, False])
@pytest.mark.parametrize("host", ["localhost", "elsewhere.example"])
def test_certificates_are_always_verified(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, trusted: bool, host: str
) -> None:
    monkeypatch.setenv("CURL_CA_BUNDLE", "")
    context, root = certified(tmp_path, host)
    with (
        playing(lambda _: Reply(body=BODY), encrypted=context) as play,
        session(tmp_path, clock, authorities=root if trusted else "") as polite,
    ):
        asked = Ask(url=play.url.replace("127.0.0.1", "localhost"), wants="json")
        if trusted and host == "localhost":
            assert fetch(polite, asked, tmp_path / "page.json").state == "new"
            return
        with pytest.raises(HostUntrustedError, match="certificate"):
            fetch(polite, asked, tmp_path / "page.json")
        assert play.asked == []


def test_a_redirect_out_of_encryption_is_refused(play: Play, tmp_path: Path) -> None:
    context, root = certified(tmp_path, "localhost")
    with (
        playing(lambda _: Reply(status=302, headers={"Location": play.url}), encrypted=context) as safe,
        session(tmp_path, authorities=root) as polite,
    ):
        asked = Ask(url=safe.url.replace("127.0.0.1", "localhost"), wants="json")
        with pytest.raises(RedirectRefusedError, match="encryption"):
            fetch(polite, asked, tmp_path / "page.json")
    assert play.asked == []


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
