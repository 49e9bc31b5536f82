"""Time-stamp authorities: the local one, and any RFC 3161 service reached over HTTP.

Only the digest of a bundle's root file is sent, never a word of its content. A token is accepted when its
status, imprint, nonce, time (within five minutes of the clock), certificate and path to the pinned root are
right; each way of being wrong is an error class of its own. The bytes kept are those that came.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import urljoin, urlsplit

from publications import selfissued, tokens
from publications.errors import (
    AuthorityConfigurationError,
    AuthorityUnreachableError,
    StampAnswerError,
    StampCertificateMissingError,
    StampChainError,
    StampClockError,
    StampImprintMismatchError,
    StampMalformedError,
    StampNonceMismatchError,
    StampRefusedError,
    StampUsageError,
    TokenCertificateMissingError,
    TokenChainError,
    TokenError,
    TokenMalformedError,
    TokenRefusedError,
    TokenUsageError,
)

if TYPE_CHECKING:
    import requests
    from cryptography import x509

SELF_ISSUED = selfissued.LABEL
CLOCK_TOLERANCE = timedelta(minutes=5)
QUERY_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"
_T = TypeVar("_T")
_Reply = tuple[int, str, str, bytes]
"""Status, content type, location, body."""
_GRACE = 0.5
"""Seconds for a reply that arrives in time to be handed over."""
_REDIRECTS = (307, 308)
_HOPS = 3


def system_clock() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class StampResult:
    """A checked stamp and all that a stranger needs to check it again."""

    name: str
    """The authority's name here; the evidence folder is `tsa-NAME`."""
    request: bytes
    """The query, DER."""
    response: bytes
    """The answer, DER, as it came."""
    root_pem: bytes
    untrusted_pem: bytes
    """The signer's certificate and those between it and the root."""
    crls_pem: bytes = b""
    """Revocation lists that cover `gen_time`; empty when none were gathered."""
    gen_time: datetime
    serial: int
    self_issued: bool


class Authority(Protocol):
    """Whoever states that a digest existed at a time."""

    @property
    def name(self) -> str:
        """Small letters, digits and hyphens."""
        ...

    @property
    def self_issued(self) -> bool:
        """Whether the stamp is made here and so proves nothing to a third party."""
        ...

    @property
    def pinned(self) -> str:
        """SHA-256 of the root that its tokens must lead to, lower-case hex; empty where there is none yet."""
        ...

    def stamp(self, digest: bytes) -> StampResult:
        """Stamp a digest (32, 48 or 64 bytes) of a root file. Raises StampError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAuthority:
    """The built-in authority; its keys are made in `folder` on first use."""

    folder: Path
    clock: Callable[[], datetime] = system_clock
    name: str = "local"
    self_issued: bool = field(default=True, init=False)
    pinned: str = field(default="", init=False)

    def stamp(self, digest: bytes) -> StampResult:
        """Stamp a digest with the time of the clock. Raises StampError."""
        _check_digest(self.name, digest)
        now = self.clock()
        own = selfissued.keys(self.folder, now)
        query = tokens.request(digest, secrets.randbits(63))
        response = selfissued.answer(query, own, at=now, serial=secrets.randbits(63))
        return accept(self.name, query, response, root=own.root, now=now, self_issued=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAuthority:
    """A service that answers RFC 3161 queries over HTTP; give its root, or the root's fingerprint."""

    name: str
    url: str
    root_pem: bytes = b""
    fingerprint: str = ""
    """SHA-256 of the root's DER, hex, colons allowed. Alone, it picks the root from those sent along."""
    hash: str = "sha512"
    """The hash the service accepts; the digest given to `stamp` must be of this kind."""
    timeout: float = 20.0
    """Seconds for the whole exchange."""
    clock: Callable[[], datetime] = system_clock
    self_issued: bool = field(default=False, init=False)

    def stamp(self, digest: bytes) -> StampResult:
        """Ask for a stamp and check it. Raises StampError."""
        if _check_digest(self.name, digest) != self.hash:
            raise AuthorityConfigurationError(self.name, f"it was given a digest that is no {self.hash}")
        root = self._root()
        query = tokens.request(digest, secrets.randbits(63))
        response = self._ask(query)
        return accept(self.name, query, response, root=root or self._sent(response), now=self.clock())

    @property
    def pinned(self) -> str:
        """SHA-256 of the root, from its certificate or as configured. Raises AuthorityConfigurationError."""
        root = self._root()
        return tokens.fingerprint(root) if root else plain_fingerprint(self.fingerprint)

    def _root(self) -> x509.Certificate | None:
        if not self.root_pem and not self.fingerprint:
            raise AuthorityConfigurationError(
                self.name, "neither a root certificate nor its fingerprint is given"
            )
        if not self.root_pem:
            return None
        try:
            (root,) = tokens.certificates_of(self.root_pem)
        except (TokenMalformedError, ValueError):
            raise AuthorityConfigurationError(self.name, "its root is not one PEM certificate") from None
        if self.fingerprint and plain_fingerprint(self.fingerprint) != tokens.fingerprint(root):
            raise AuthorityConfigurationError(
                self.name, "its root has another fingerprint than the one pinned"
            )
        return root

    def _sent(self, response: bytes) -> x509.Certificate:
        wanted = plain_fingerprint(self.fingerprint)
        for certificate in _translated(self.name, lambda: tokens.read(response)).certificates:
            if tokens.fingerprint(certificate) == wanted:
                return certificate
        raise StampChainError(self.name, "the pinned root was not sent along; give the root itself")

    def _ask(self, query: bytes) -> bytes:
        """Post the query; follow a redirect to the same origin only: nobody else learns the digest."""
        url = self.url
        if not url.lower().startswith(("http://", "https://")):
            raise AuthorityConfigurationError(self.name, "its address is not http or https")
        deadline = time.monotonic() + self.timeout
        for _ in range(_HOPS):
            status, kind, location, body = self._in_time(url, query, deadline)
            if status in _REDIRECTS:
                url = self._moved(url, location)
                continue
            if status != 200:  # noqa: PLR2004 - HTTP's own number
                raise StampAnswerError(self.name, f"HTTP status {status}")
            if kind != REPLY_TYPE:
                raise StampAnswerError(self.name, f"type {kind[:80] or 'unknown'}, not {REPLY_TYPE}")
            return body
        raise StampAnswerError(self.name, "too many redirects")

    def _moved(self, url: str, location: str) -> str:
        try:
            target = urljoin(url, location)
            same = urlsplit(target)[:2] == urlsplit(self.url)[:2]
        except ValueError:
            same, target = False, location
        if not same:
            raise StampAnswerError(self.name, f"a redirect to {target[:80]}")
        return target

    def _in_time(self, url: str, query: bytes, deadline: float) -> _Reply:
        """Post from a thread of its own: a server that drips its headers keeps that one, not the release."""
        done: SimpleQueue[_Reply | Exception] = SimpleQueue()

        def work() -> None:
            try:
                done.put(self._post(url, query, deadline))
            except Exception as error:  # noqa: BLE001 - handed over and raised there
                done.put(error)

        Thread(target=work, daemon=True).start()
        try:
            found = done.get(timeout=max(0.1, deadline - time.monotonic()) + _GRACE)
        except Empty:
            raise AuthorityUnreachableError(self.name, f"longer than {self.timeout:g} s") from None
        if isinstance(found, Exception):
            raise found
        return found

    def _post(self, url: str, query: bytes, deadline: float) -> _Reply:
        import requests  # noqa: PLC0415 - the network is loaded only where it is used

        try:
            with requests.post(
                url,
                data=query,
                headers={"Content-Type": QUERY_TYPE, "Accept": REPLY_TYPE},
                timeout=max(0.1, deadline - time.monotonic()),
                auth=_no_credentials,
                allow_redirects=False,
                stream=True,
            ) as reply:
                body = b""
                for piece in reply.iter_content(8192):
                    body += piece
                    if len(body) > tokens.SIZE_LIMIT:
                        raise StampAnswerError(self.name, f"longer than {tokens.SIZE_LIMIT // 1024} KB")
                    if time.monotonic() > deadline:
                        raise AuthorityUnreachableError(self.name, f"longer than {self.timeout:g} s")
                kind = reply.headers.get("Content-Type", "").split(";")[0].strip().lower()
                return reply.status_code, kind, reply.headers.get("Location", ""), body
        except (requests.RequestException, ValueError) as error:  # requests lets some of an address through
            raise AuthorityUnreachableError(self.name, type(error).__name__) from None


def accept(
    name: str,
    query: bytes,
    response: bytes,
    *,
    root: x509.Certificate,
    now: datetime,
    self_issued: bool = False,
) -> StampResult:
    """Check an answer to a query and return it as a stamp. Raises StampError."""
    asked_hash, digest, nonce = tokens.read_request(query)
    token = _translated(name, lambda: tokens.read(response))
    if (token.hash_name, token.imprint) != (asked_hash, digest):
        raise StampImprintMismatchError(name)
    if token.nonce != nonce:
        raise StampNonceMismatchError(name)
    if abs(token.gen_time - now) > CLOCK_TOLERANCE:
        raise StampClockError(name, token.gen_time, now)
    path = _translated(name, lambda: tokens.verified(response, root=root, others=token.certificates))
    return StampResult(
        name=name,
        request=query,
        response=response,
        root_pem=tokens.pem([root]),
        untrusted_pem=tokens.pem(path[:-1]),
        gen_time=token.gen_time.astimezone(UTC),
        serial=token.serial,
        self_issued=self_issued,
    )


def plain_fingerprint(text: str) -> str:
    """Return a fingerprint as 64 small hex digits, however it was written."""
    return text.replace(":", "").replace(" ", "").strip().lower()


def _no_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand in the place of those that requests would take from a ~/.netrc: a digest leaves, nothing else."""
    return request


def _check_digest(name: str, digest: bytes) -> str:
    if len(digest) not in tokens.HASHES:
        raise AuthorityConfigurationError(name, f"it was given a digest of {len(digest)} bytes")
    return tokens.HASHES[len(digest)]


def _translated(name: str, work: Callable[[], _T]) -> _T:
    try:
        return work()
    except TokenRefusedError as error:
        raise StampRefusedError(name, error.status, error.text) from None
    except TokenCertificateMissingError:
        raise StampCertificateMissingError(name) from None
    except TokenUsageError as error:
        raise StampUsageError(name, error.reason) from None
    except TokenChainError as error:
        raise StampChainError(name, error.reason) from None
    except TokenError as error:
        raise StampMalformedError(name, error.reason) from None
