"""Keys and redirects against real servers: a key never leaves its host, and no private peer is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from ingest import http_rules as rules
from ingest.downloads import fetch, talk
from ingest.fetch_errors import (
    AddressRefusedError,
    ContactMissingError,
    RedirectRefusedError,
    StatusError,
)
from ingest.http import agent
from ingest.http_rules import Ask, Key
from ingest.limiter import Limits
from ingest.raw_files import kept_url, read_origin
from tests.http_stage import BODY, SECRET, ask
from tests.playing_server import START, Clock, Play, Reply, playing, session

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.http import Session


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
    play: Play, polite: Session, pace: Clock, tmp_path: Path
) -> None:
    play.next(Reply(status=302, headers={"Location": "/moved"}))
    limits = Limits(alone=True, interval=3.0)
    assert fetch(polite, ask(play, limits=limits), tmp_path / "page.json").state == "new"
    assert pace.waits == [3.0]


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
