"""Laws: addresses keep no secrets, names stay in a folder, spoilt answers raise only our own errors."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest import http_rules as rules
from ingest.fetch_errors import FetchError, RedirectRefusedError
from ingest.http_rules import Key
from ingest.limiter import Limiter, Limits
from ingest.raw_files import kept_url, safe_name
from tests.playing_server import START, Asked, Clock, Play, Reply, playing, session
from tests.playing_services import SERVICES, Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.connectors import Request

SECRETS = st.text(min_size=8, max_size=40, alphabet=st.characters(min_codepoint=33, max_codepoint=126))
WORDS = st.text(max_size=60)
LISTS = [
    SERVICES[name]
    for name in (
        "oai",
        "arxiv-numbers",
        "openalex",
        "crossref",
        "europepmc",
        "semanticscholar",
        "semanticscholar-papers",
        "rfc",
        "ops",
        "uspto",
        "openalex-snapshot",
    )
]


@given(secret=SECRETS, place=st.sampled_from(["query", "name", "path", "pair"]), noise=WORDS)
def test_no_redirect_to_another_host_ever_carries_the_key(secret: str, place: str, noise: str) -> None:
    secret = f"Q{secret}Q"
    keys = (
        Key(value=secret, origin="https://a.example", parameter="api_key"),
        Key(value=f"Bearer {secret}", origin="https://a.example", header="Authorization"),
    )
    target = {
        "query": f"https://b.example/x?{urlencode({'key': secret, 'n': noise})}",
        "name": f"https://b.example/x?{quote(secret, safe='')}",
        "path": f"https://b.example/{quote(secret, safe='')}/{quote(noise)}",
        "pair": f"https://b.example/x?{urlencode({'api_key': noise})}",
    }[place]
    found, refused = "", ""
    try:
        found = rules.redirected("https://a.example/list", target, keys)
    except RedirectRefusedError as error:
        refused = str(error)
    assert secret not in refused
    if refused:
        return
    url, headers = rules.with_keys(found, keys)
    assert headers == {}
    assert secret not in url
    assert quote(secret, safe="") not in url
    assert "api_key" not in url


@given(st.text(max_size=300))
@example("..")
@example("a/../../b")
@example("")
@example(".hidden")
@example("x" * 300 + ".json")
def test_a_name_made_of_anything_stays_in_its_folder(text: str) -> None:
    name = safe_name(text)
    assert Path(name).name == name
    assert name not in ("", ".", "..")
    assert not name.startswith(".")
    assert len(name) <= 150
    assert name.isascii()


@given(st.text(max_size=40), st.text(max_size=40))
def test_different_things_have_different_names(one: str, other: str) -> None:
    assert (safe_name(one) == safe_name(other)) is (one == other)


@given(user=SECRETS, secret=SECRETS, page=WORDS)
def test_an_address_that_is_kept_has_no_password_key_or_signature(user: str, secret: str, page: str) -> None:
    query = urlencode(
        {"api_key": f"Q{secret}Q", "page": page, "X-Amz-Signature": f"Q{secret}Q", "sig": f"Q{secret}Q"}
    )
    found = kept_url(
        f"https://{quote(user, safe='')}:{quote(f'Q{secret}Q', safe='')}@h.example/p?{query}#Q{secret}Q"
    )
    assert f"Q{secret}Q" not in found
    assert quote(f"Q{secret}Q", safe="") not in found
    assert found.startswith("https://h.example/p")


@given(WORDS)
def test_a_retry_after_is_a_wait_or_nothing(text: str) -> None:
    found = rules.wait_of(text, START)
    assert found is None or found >= 0


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.floats(0, 30), st.sampled_from(["a", "b"])), min_size=2, max_size=25),
    interval=st.floats(0.1, 10), minute=st.integers(1, 5),
)  # fmt: skip
def test_however_requests_come_the_pace_is_kept(
    steps: list[tuple[float, str]], interval: float, minute: int
) -> None:
    clock = Clock()
    taken: list[float] = []
    limits = Limits(interval=interval, per_minute=minute, group="g")
    with TemporaryDirectory() as folder:
        for idle, host in steps:
            clock.sleep(idle)
            with Limiter(Path(folder), clock=clock, sleep=clock.sleep).slot(host, limits) as instant:
                taken.append(instant.timestamp())
                assert clock().timestamp() >= instant.timestamp() - 1e-5
    assert all(later - earlier >= interval - 1e-5 for earlier, later in pairwise(taken))
    assert all(later - earlier >= 60 - 1e-5 for earlier, later in zip(taken, taken[minute:], strict=False))


EDIT = st.tuples(
    st.sampled_from(["cut", "byte", "insert", "drop"]),
    st.floats(0, 1),
    st.integers(0, 255),
    st.sampled_from([b"<", b"null", b"{}", b'"', b"\x00", b"[[[", b"9" * 30, b"&a;"]),
)


def spoilt(body: bytes, edits: list[tuple[str, float, int, bytes]]) -> bytes:
    found = bytearray(body)
    for kind, where, byte, more in edits:
        at = int(where * max(len(found) - 1, 0))
        if kind == "cut":
            del found[at:]
        elif kind == "byte" and found:
            found[at] = byte
        elif kind == "insert":
            found[at:at] = more
        else:
            del found[at : at + byte]
    return bytes(found)


@settings(max_examples=150)
@given(service=st.sampled_from(LISTS), at=st.integers(0, 3), edits=st.lists(EDIT, min_size=1, max_size=4))
def test_a_spoilt_answer_raises_our_own_errors_only_and_costs_no_whole_file(
    service: Service, at: int, edits: list[tuple[str, float, int, bytes]]
) -> None:
    def reply(asked: Asked) -> Reply:
        found = service.answer(asked)
        return Reply(body=spoilt(found.body, edits), kind=found.kind)

    with TemporaryDirectory() as folder, playing(service.answer) as play:
        play.next(*[play.answer] * (at % service.asks), reply)
        assert len(list(_fetched(service, play, Path(folder)))) <= 1
        for state in (Path(folder) / "raw").glob("*.state.json"):
            json.loads(state.read_text())


def _fetched(service: Service, play: Play, folder: Path) -> Iterator[FetchError]:
    request: Request = service.request(play.url)
    with session(folder) as polite:
        try:
            for one in service.make(play.url).fetch(request, folder / "raw", polite):
                assert one.path.stat().st_size == one.bytes
        except FetchError as error:
            yield error
