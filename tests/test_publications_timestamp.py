"""Authorities: real ones over loopback HTTP, and every way in which an answer can be wrong."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st
from rfc3161_client import decode_timestamp_response

from publications import errors, selfissued, tokens
from publications.timestamp import HttpAuthority, LocalAuthority, StampResult, accept
from tests.openssl_authority import REPLY, OpensslAuthority, certificate, openssl_agrees, served

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography import x509

DIGEST = hashlib.sha512(b"root file").digest()
THEN = datetime(1992, 5, 17, 8, 30, tzinfo=UTC)
"""Long enough ago for a certificate of thirty years to have expired."""


def altered(query: bytes, **changes: object) -> bytes:
    asked = tsp.TimeStampReq.load(query)
    for name, value in changes.items():
        asked[name] = value
    data: bytes = asked.dump(force=True)
    return data


@pytest.fixture(scope="module", params=[True, False], ids=["rsa-with-intermediate", "ecdsa"])
def authority(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OpensslAuthority:
    return OpensslAuthority.make(
        tmp_path_factory.mktemp("tsa") / "ca", rsa_with_intermediate=bool(request.param)
    )


@pytest.fixture(scope="module")
def simple(tmp_path_factory: pytest.TempPathFactory) -> OpensslAuthority:
    return OpensslAuthority.make(tmp_path_factory.mktemp("tsa") / "ca", rsa_with_intermediate=False)


def test_a_stock_openssl_authority_is_accepted_over_http(authority: OpensslAuthority, tmp_path: Path) -> None:
    with served(lambda query: (200, REPLY, authority.reply(query))) as url:
        stamp = HttpAuthority(name="test", url=url, root_pem=authority.root_pem).stamp(DIGEST)
    assert abs(stamp.gen_time - datetime.now(UTC)) < timedelta(minutes=1)
    assert not stamp.self_issued
    assert openssl_agrees(stamp, tmp_path)


def test_a_smaller_hash_can_be_asked_for(simple: OpensslAuthority) -> None:
    digest = hashlib.sha256(b"root file").digest()
    with served(lambda query: (200, REPLY, simple.reply(query))) as url:
        there = HttpAuthority(name="test", url=url, root_pem=simple.root_pem, hash="sha256")
        assert tokens.read(there.stamp(digest).response).imprint == digest
        with pytest.raises(errors.AuthorityConfigurationError, match="no sha256"):
            there.stamp(DIGEST)


def test_a_pinned_fingerprint_picks_the_root_among_those_sent(authority: OpensslAuthority) -> None:
    pinned = tokens.fingerprint(authority.root).upper()
    pinned = ":".join(pinned[at : at + 2] for at in range(0, 64, 2))
    with served(lambda query: (200, REPLY, authority.reply(query))) as url:
        stamp = HttpAuthority(name="test", url=url, fingerprint=pinned).stamp(DIGEST)
        with pytest.raises(errors.StampChainError, match="not sent along"):
            HttpAuthority(name="test", url=url, fingerprint="00" * 32).stamp(DIGEST)
    assert stamp.root_pem == authority.root_pem


def test_a_root_that_is_not_the_pinned_one_is_a_wrong_configuration(simple: OpensslAuthority) -> None:
    wrong = HttpAuthority(name="test", url="http://x", root_pem=simple.root_pem, fingerprint="00" * 32)
    with pytest.raises(errors.AuthorityConfigurationError, match="another fingerprint"):
        wrong.stamp(DIGEST)
    with pytest.raises(errors.AuthorityConfigurationError, match="neither"):
        HttpAuthority(name="test", url="http://x").stamp(DIGEST)
    with pytest.raises(errors.AuthorityConfigurationError, match="not http"):
        HttpAuthority(name="test", url="file:///etc/passwd", root_pem=simple.root_pem).stamp(DIGEST)


WRONG_QUERIES: list[tuple[dict[str, Any], type[errors.StampError]]] = [
    ({"nonce": 5}, errors.StampNonceMismatchError),
    (
        {"message_imprint": {"hash_algorithm": {"algorithm": "sha512"}, "hashed_message": b"x" * 64}},
        errors.StampImprintMismatchError,
    ),
    ({"cert_req": False}, errors.StampCertificateMissingError),
]


@pytest.mark.parametrize(("changes", "failure"), WRONG_QUERIES, ids=["nonce", "imprint", "no-certificate"])
def test_an_answer_to_another_question_is_refused(
    simple: OpensslAuthority, changes: dict[str, Any], failure: type[errors.StampError]
) -> None:
    with (
        served(lambda query: (200, REPLY, simple.reply(altered(query, **changes)))) as url,
        pytest.raises(failure),
    ):
        HttpAuthority(name="test", url=url, root_pem=simple.root_pem).stamp(DIGEST)


WRONG_ANSWERS: list[tuple[Callable[[bytes], bytes], dict[str, str], int, type[errors.StampError], str]] = [
    (lambda reply: reply, {"Content-Type": "text/html"}, 200, errors.StampAnswerError, "text/html"),
    (lambda reply: reply, {}, 200, errors.StampAnswerError, "unknown"),
    (lambda reply: reply, REPLY, 503, errors.StampAnswerError, "503"),
    (lambda _: b"", {"Location": "http://127.0.0.2:1/"}, 307, errors.StampAnswerError, "redirect"),
    (lambda _: b"", {"Location": "/tsa"}, 307, errors.StampAnswerError, "too many redirects"),
    (lambda _: b"", {"Location": "http://[::1"}, 307, errors.AuthorityUnreachableError, "no answer"),
    (
        lambda reply: reply,
        {"Content-Type": "text/\x1b[31mred"},
        200,
        errors.StampAnswerError,
        r"text/ \[31mred",
    ),
    (lambda _: b"0" * 400_000, REPLY, 200, errors.StampAnswerError, "longer than"),
    (lambda _: b"<html>", REPLY, 200, errors.StampMalformedError, "malformed"),
    (lambda _: b"", REPLY, 200, errors.StampMalformedError, "malformed"),
    (lambda reply: reply[:-20], REPLY, 200, errors.StampMalformedError, "malformed"),
    (lambda reply: reply[:-1] + bytes([reply[-1] ^ 1]), REPLY, 200, errors.StampChainError, "signature"),
]


@pytest.mark.parametrize(("change", "headers", "status", "failure", "words"), WRONG_ANSWERS)
def test_an_answer_that_is_no_sound_token_is_refused_in_its_own_words(
    simple: OpensslAuthority,
    change: Callable[[bytes], bytes],
    headers: dict[str, str],
    status: int,
    failure: type[errors.StampError],
    words: str,
) -> None:
    with (
        served(lambda query: (status, headers, change(simple.reply(query)))) as url,
        pytest.raises(failure, match=words),
    ):
        HttpAuthority(name="test", url=url, root_pem=simple.root_pem).stamp(DIGEST)


def test_a_redirect_within_the_same_service_is_followed(simple: OpensslAuthority) -> None:
    with served(lambda query: (200, REPLY, simple.reply(query))) as url:
        moved = url.replace("/tsa", "/moved")
        assert HttpAuthority(name="test", url=moved, root_pem=simple.root_pem).stamp(DIGEST).serial > 0


def test_a_refusal_says_what_the_authority_said(tmp_path: Path) -> None:
    narrow = OpensslAuthority.make(tmp_path / "ca", rsa_with_intermediate=False, digests="sha256")
    with (
        served(lambda query: (200, REPLY, narrow.reply(query))) as url,
        pytest.raises(errors.StampRefusedError, match=r"rejection: .*not supported.*bad_alg"),
    ):
        HttpAuthority(name="test", url=url, root_pem=narrow.root_pem).stamp(DIGEST)


def test_a_clock_six_minutes_off_is_refused_and_four_is_not(simple: OpensslAuthority) -> None:
    with served(lambda query: (200, REPLY, simple.reply(query))) as url:
        there = HttpAuthority(name="test", url=url, root_pem=simple.root_pem)
        for off in (timedelta(minutes=6), timedelta(minutes=-6)):
            with pytest.raises(errors.StampClockError):
                replace(there, clock=partial(shifted, off)).stamp(DIGEST)
        near = replace(there, clock=partial(shifted, timedelta(minutes=4)))
        assert near.stamp(DIGEST).name == "test"


def test_nobody_listening_is_a_failure_that_can_be_tried_again(simple: OpensslAuthority) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: every connection is refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(errors.AuthorityUnreachableError, match="Try again"):
            HttpAuthority(name="test", url=url, root_pem=simple.root_pem, timeout=2).stamp(DIGEST)


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_server_that_drips_or_is_silent_is_given_up(simple: OpensslAuthority, first: bytes) -> None:
    """Each byte comes within the time-out of a read; only the whole exchange has an end."""
    stop = threading.Event()

    def drip(listening: socket.socket) -> None:
        with suppress(OSError):
            taken, _ = listening.accept()
            with taken:
                taken.sendall(first)
                while first and not stop.wait(0.1):
                    taken.sendall(b"x")
                stop.wait(20)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,))
        thread.start()
        there = HttpAuthority(
            name="test",
            url=f"http://127.0.0.1:{listening.getsockname()[1]}/",
            root_pem=simple.root_pem,
            timeout=1,
        )
        begun = time.monotonic()
        try:
            with pytest.raises(errors.AuthorityUnreachableError):
                there.stamp(DIGEST)
            assert time.monotonic() - begun < 15
        finally:
            stop.set()
            thread.join()


def test_a_request_holds_a_digest_and_nothing_of_this_machine(
    simple: OpensslAuthority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    seen: list[bytes] = []

    def heard(listening: socket.socket) -> None:
        taken, _ = listening.accept()
        with taken, taken.makefile("rb") as stream:
            head = b"".join(iter(stream.readline, b"\r\n"))
            (length,) = (line for line in head.splitlines() if line.lower().startswith(b"content-length:"))
            seen.append(head + b"\r\n" + stream.read(int(length.split(b":")[1])))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=heard, args=(listening,))
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with pytest.raises(errors.AuthorityUnreachableError):
            HttpAuthority(name="test", url=url, root_pem=simple.root_pem, timeout=5).stamp(DIGEST)
        thread.join()
    (sent,) = seen
    head, _, body = sent.partition(b"\r\n\r\n")
    names = {line.split(b":")[0].lower() for line in head.split(b"\r\n")[1:]}
    usual = b"host user-agent accept-encoding accept connection content-type content-length"
    assert names == {*usual.split()}
    assert DIGEST in body
    assert len(body) < len(DIGEST) + 60


@pytest.mark.parametrize("url", ["http://[::1/", "ftp://x/", "http://", "http://a b/", "//x"])
def test_an_address_that_is_none_is_a_failure_in_words(simple: OpensslAuthority, url: str) -> None:
    with pytest.raises(errors.StampError):
        HttpAuthority(name="test", url=url, root_pem=simple.root_pem, timeout=2).stamp(DIGEST)


def test_a_token_of_another_root_is_refused(simple: OpensslAuthority, authority: OpensslAuthority) -> None:
    with (
        served(lambda query: (200, REPLY, authority.reply(query))) as url,
        pytest.raises(errors.StampChainError, match="no path"),
    ):
        HttpAuthority(name="test", url=url, root_pem=simple.root_pem).stamp(DIGEST)


def shifted(by: timedelta) -> datetime:
    return datetime.now(UTC) + by


def own_keys(folder: Path) -> selfissued.Keys:
    return selfissued.keys(folder, datetime.now(UTC))


def answered(own: selfissued.Keys, *, at: datetime | None = None) -> tuple[bytes, bytes]:
    query = tokens.request(DIGEST, 7)
    return query, selfissued.answer(query, own, at=at or datetime.now(UTC), serial=1)


@pytest.mark.parametrize(
    ("usage", "critical", "words"),
    [
        (ExtendedKeyUsageOID.CODE_SIGNING, True, "not time stamping alone"),
        (ExtendedKeyUsageOID.TIME_STAMPING, False, "not marked critical"),
        (None, True, "no extended key usage"),
    ],
)
def test_a_certificate_that_is_not_for_time_stamps_is_refused(
    tmp_path: Path, usage: x509.ObjectIdentifier | None, critical: bool, words: str
) -> None:
    root_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = certificate("root", root_key)
    leaf = certificate("leaf", leaf_key, issuer=(root, root_key), usage=usage, critical=critical)
    query, response = answered(selfissued.Keys(root=root, leaf=leaf, key=leaf_key))
    with pytest.raises(errors.StampUsageError, match=words):
        accept("test", query, response, root=root, now=datetime.now(UTC))


def test_a_self_signed_certificate_sent_along_is_never_an_anchor(tmp_path: Path) -> None:
    """The library alone would take it for one: see the module docstring of tokens."""
    rogue = own_keys(tmp_path / "rogue")
    honest = own_keys(tmp_path / "honest")
    _, response = answered(rogue)
    with pytest.raises(errors.TokenChainError, match="no path"):
        tokens.verified(response, root=honest.root, others=[rogue.root, rogue.leaf])


def test_a_signature_that_names_another_certificate_is_refused() -> None:
    """Same name, number and key, another certificate: only the hash in the signed part tells (RFC 5035)."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = certificate("root", root_key)

    def leaf() -> x509.Certificate:
        usage = ExtendedKeyUsageOID.TIME_STAMPING
        return certificate("leaf", key, issuer=(root, root_key), usage=usage, serial=12345)

    first = leaf()
    size = len(first.public_bytes(Encoding.DER))
    other = next(one for one in iter(leaf, None) if len(one.public_bytes(Encoding.DER)) == size)
    _, response = answered(selfissued.Keys(root=root, leaf=first, key=key))
    assert tokens.verified(response, root=root, others=()) == (first, root)
    swapped = response.replace(first.public_bytes(Encoding.DER), other.public_bytes(Encoding.DER))
    with pytest.raises(errors.TokenChainError, match="names another certificate"):
        tokens.verified(swapped, root=root, others=())


def test_certificates_in_any_order_are_read_and_the_bytes_stay_as_they_came(
    authority: OpensslAuthority,
) -> None:
    query = tokens.request(DIGEST, 7)
    response = authority.reply(query)
    ordered = tokens.sorted_copy(response)
    pieces = [
        item.dump() for item in tsp.TimeStampResp.load(ordered)["time_stamp_token"]["content"]["certificates"]
    ]
    unsorted = ordered.replace(b"".join(pieces), b"".join(reversed(pieces)))
    with pytest.raises(ValueError, match="InvalidSetOrdering"):
        decode_timestamp_response(unsorted)
    stamp = accept("test", query, unsorted, root=authority.root, now=datetime.now(UTC))
    assert stamp.response == unsorted
    assert tokens.sorted_copy(unsorted) == ordered


def test_a_token_of_a_certificate_expired_since_still_holds_at_its_own_time(tmp_path: Path) -> None:
    stamp = LocalAuthority(folder=tmp_path / "keys", clock=lambda: THEN).stamp(DIGEST)
    (root,) = tokens.certificates_of(stamp.root_pem)
    assert root.not_valid_after_utc < datetime.now(UTC)
    assert stamp.gen_time == THEN
    assert not openssl_agrees(stamp, tmp_path)
    assert openssl_agrees(stamp, tmp_path, at=THEN)


def test_a_token_from_before_its_certificate_is_refused(tmp_path: Path) -> None:
    own = own_keys(tmp_path / "own")
    query, response = answered(own, at=THEN)
    with pytest.raises(errors.StampChainError, match="was not valid at"):
        accept("test", query, response, root=own.root, now=THEN)


@given(data=st.binary(max_size=200))
def test_bytes_that_are_no_token_are_always_refused_and_never_crash(data: bytes) -> None:
    with pytest.raises(errors.TokenError):
        tokens.read(data)


@given(at=st.integers(min_value=0, max_value=10**6), bit=st.integers(min_value=0, max_value=7))
@settings(max_examples=150, deadline=None)
def test_a_token_with_one_flipped_bit_is_refused_or_says_the_same(
    sound: StampResult, at: int, bit: int
) -> None:
    data = bytearray(sound.response)
    data[at % len(data)] ^= 1 << bit
    (root,) = tokens.certificates_of(sound.root_pem)
    try:
        tokens.verified(bytes(data), root=root, others=tokens.certificates_of(sound.untrusted_pem))
        found = tokens.read(bytes(data))
    except errors.TokenError:
        return
    assert (found.imprint, found.gen_time, found.nonce) == (
        DIGEST,
        sound.gen_time,
        tokens.read(sound.response).nonce,
    )


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> StampResult:
    return LocalAuthority(folder=tmp_path_factory.mktemp("sound") / "keys").stamp(DIGEST)
