"""The one polite session: the only module of `ingest` that touches the network.

Decisions
---------
* Every request has a name and a contact in its agent string, verified TLS, a slot of the shared limiter, time
  limits for connecting, for silence and for the whole try, and a limit of bytes.
* Redirects are followed by hand. After one leaves a public host, connections to private addresses are refused
  when the connection stands and before a byte of the request is sent, so a name that resolves to another
  address the second time gains nothing. (Through a proxy the proxy resolves names; numbers are judged all the
  same.)
* Headers are awaited in a thread of their own and a timer shuts the socket at the deadline: a server that
  drips a byte a second keeps neither us nor the limiter.
* Answers are asked for uncompressed: lengths, ranges and digests then speak of the bytes that are kept.
* Clock, sleeper and timer are arguments; nothing here sleeps but the limiter.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from typing import TYPE_CHECKING, Any, Self

from ingest import http_rules as rules
from ingest.fetch_errors import (
    ContactMissingError,
    FetchError,
    HostUnreachableError,
    HostUntrustedError,
    NotAskedForError,
    RedirectRefusedError,
    SlowAnswerError,
    TooLargeError,
    TruncatedError,
)
from ingest.http_rules import Ask
from ingest.limiter import Limiter, Limits, system_clock
from ingest.raw_files import bare_url

if TYPE_CHECKING:
    from datetime import datetime

    import requests

CONTACT_VARIABLE = "ANTEDATE_CONTACT"
NAME = "antedate"
_PIECE = 1 << 16
_GRACE = 0.5
_CONTACT_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds."""

    connect: float = 15.0
    silence: float = 60.0
    """Without a single byte."""
    window: float = 60.0
    slowest: float = 1024.0
    """Bytes a second, over `window`, below which an answer is given up."""


@dataclass(slots=True)
class Answer:
    """An answer whose body has not been read."""

    ask: Ask
    status: int
    headers: Mapping[str, str]
    url: str
    """Who answered, after redirects."""
    raw: Any
    deadline: float
    times: Times
    timer: Callable[[], float]

    def pieces(self, sofar: int = 0) -> Iterator[bytes]:
        """Yield the body as it comes.

        Raises TruncatedError, SlowAnswerError, TooLargeError, NotAskedForError.
        `sofar` bytes of the file are there already and count.
        """
        coding = self.headers.get("Content-Encoding", "identity").strip().lower()
        if coding not in ("", "identity") and not self.ask.url.partition("?")[0].endswith((".gz", ".tgz")):
            raise NotAskedForError(self.ask.kept, "plain bytes", f"packed ({coding[:20]})")
        if sofar + rules.number_of(self.headers.get("Content-Length", "")) > self.ask.limit:
            raise TooLargeError(self.ask.kept, self.ask.limit)
        watch = Timer(max(0.01, self.deadline - self.timer()), self._shut)
        watch.daemon = True
        watch.start()
        try:
            yield from self._read(sofar)
        finally:
            watch.cancel()

    def _read(self, sofar: int) -> Iterator[bytes]:
        started = since = self.timer()
        got = marked = 0
        while True:
            piece = self._piece(got, started)
            now = self.timer()
            if now >= self.deadline:
                raise SlowAnswerError(self.ask.kept, now - started, got)
            if not piece:
                return
            got += len(piece)
            if sofar + got > self.ask.limit:
                raise TooLargeError(self.ask.kept, self.ask.limit)
            if now - since >= self.times.window:
                if got - marked < self.times.slowest * (now - since):
                    raise SlowAnswerError(self.ask.kept, now - started, got)
                since, marked = now, got
            yield piece

    def _piece(self, got: int, started: float) -> bytes:
        from urllib3.exceptions import HTTPError, ReadTimeoutError  # noqa: PLC0415 - loaded where it is used

        try:
            return bytes(self.raw.read1(_PIECE, decode_content=False) or b"")
        except ReadTimeoutError:
            raise SlowAnswerError(self.ask.kept, self.timer() - started, got) from None
        except (HTTPError, OSError, ValueError):
            if self.timer() >= self.deadline:
                raise SlowAnswerError(self.ask.kept, self.timer() - started, got) from None
            raise TruncatedError(self.ask.kept, got) from None

    def _shut(self) -> None:
        with suppress(OSError, ValueError, RuntimeError):
            self.raw.shutdown()


def agent(environ: Mapping[str, str] = os.environ) -> str:
    """Return the agent string, with the contact that the environment names. Raises ContactMissingError."""
    contact = environ.get(CONTACT_VARIABLE, "").strip()
    if not contact:
        raise ContactMissingError(CONTACT_VARIABLE, "a service has to know whom to write to")
    if "@" not in contact or not contact.isascii() or not contact.isprintable() or "(" in contact:
        raise ContactMissingError(CONTACT_VARIABLE, f"{contact[:80]!r} is no mail address")
    return f"{NAME}/1 (prior-art search; mailto:{contact[:_CONTACT_LENGTH]})"


class Session:
    """Sends requests, one at a time. Not for use by several threads at once."""

    def __init__(
        self,
        limiter: Limiter,
        *,
        agent: str,
        clock: Callable[[], datetime] = system_clock,
        timer: Callable[[], float] = time.monotonic,
        times: Times | None = None,
        is_private: Callable[[str], bool] = rules.is_private,
        authorities: str = "",
    ) -> None:
        """Make a session; `authorities` is a PEM file of roots to trust in place of the usual ones."""
        self.limiter = limiter
        self.clock = clock
        self.timer = timer
        self.times = times or Times()
        self._agent = agent
        self._is_private = is_private
        self._authorities = authorities
        self._peers: dict[tuple[str, int], str] = {}
        self._free: requests.Session | None = None
        self._guarded: requests.Session | None = None

    def close(self) -> None:
        """Close what is open."""
        for one in (self._free, self._guarded):
            if one is not None:
                one.close()
        self._free = self._guarded = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def answered(self, ask: Ask, headers: Mapping[str, str] | None = None) -> Iterator[Answer]:
        """Send one request, follow redirects, and give the last answer, whatever its status.

        Holds the limiter's slots of all hosts on the way until the block ends. Raises FetchError.
        """
        if ask.before is not None:
            ask.before()
        deadline = self.timer() + ask.deadline
        with ExitStack() as stack:
            url, guarded = ask.url, ask.foreign
            first = rules.origin_of(url)
            if guarded and self._is_private(first[1]):
                raise RedirectRefusedError("a service", bare_url(url), "it is a private address")
            limits = ask.limits
            for _ in range(rules.MAX_REDIRECTS + 1):
                place = rules.origin_of(url)
                waited = self.timer()
                stack.enter_context(self.limiter.slot(place[1], limits if place == first else Limits()))
                if place == first:
                    limits = replace(limits, alone=False)  # our own turn is held already
                deadline += self.timer() - waited
                response = self._sent(ask, url, dict(headers or {}), guarded=guarded, deadline=deadline)
                stack.callback(response.close)
                if response.status_code not in rules.REDIRECTS or not response.headers.get("Location"):
                    yield Answer(
                        ask=ask,
                        status=response.status_code,
                        headers=response.headers,
                        url=bare_url(url),
                        raw=response.raw,
                        deadline=deadline,
                        times=self.times,
                        timer=self.timer,
                    )
                    return
                guarded = guarded or not self._is_private(self._peers.get(place[1:], place[1]))
                url = self._next(ask, url, response.headers["Location"], guarded=guarded)
                response.close()
            raise RedirectRefusedError(ask.kept, bare_url(url), f"more than {rules.MAX_REDIRECTS} in a row")

    def _next(self, ask: Ask, url: str, location: str, *, guarded: bool) -> str:
        if ask.body is not None:
            raise RedirectRefusedError(ask.kept, "another address", "what was posted is sent once only")
        target = rules.redirected(url, location, ask.keys)
        if guarded and self._is_private(rules.origin_of(target)[1]):
            raise RedirectRefusedError(ask.kept, bare_url(target), "it is a private address")
        return target

    def _sent(
        self, ask: Ask, url: str, headers: dict[str, str], *, guarded: bool, deadline: float
    ) -> requests.Response:
        """Send from a thread of its own: a server that drips its headers keeps that one only."""
        done: SimpleQueue[requests.Response | Exception] = SimpleQueue()
        late: list[bool] = []
        full, keyed = rules.with_keys(url, ask.keys)
        headers = {"Accept-Encoding": "identity", **ask.headers, **headers, **keyed}
        client = self._client(guarded=guarded)

        def work() -> None:
            try:
                response = self._request(client, ask, full, headers)
            except Exception as error:  # noqa: BLE001 - handed over and raised there
                done.put(error)
                return
            done.put(response)
            if late:
                response.close()

        Thread(target=work, daemon=True).start()
        try:
            found = done.get(timeout=max(0.1, deadline - self.timer()) + _GRACE)
        except Empty:
            late.append(True)
            raise SlowAnswerError(ask.kept, ask.deadline, 0) from None
        if isinstance(found, Exception):
            raise self._told(ask, url, found) from None
        return found

    def _request(
        self, client: requests.Session, ask: Ask, url: str, headers: Mapping[str, str]
    ) -> requests.Response:
        """Send past requests' own session: that reads bodies of redirects, cookies, and a ~/.netrc."""
        import requests  # noqa: PLC0415 - loaded where it is used

        method = "GET" if ask.body is None else "POST"
        whole = {"User-Agent": self._agent, **headers}
        prepared = requests.Request(method, url, headers=whole, data=ask.body).prepare()
        around = client.merge_environment_settings(url, {}, True, self._authorities or True, None)
        return client.get_adapter(url).send(
            prepared,
            stream=True,
            timeout=(self.times.connect, self.times.silence),
            verify=around["verify"] or True,
            proxies=around["proxies"],
        )

    def _told(self, ask: Ask, url: str, error: Exception) -> Exception:
        """Return our own error for one of the library's, whose text may hold keys."""
        import requests  # noqa: PLC0415 - loaded where it is used

        cause: BaseException | None = error
        for _ in range(8):
            if cause is None:
                break
            if isinstance(cause, _PrivateError):
                return RedirectRefusedError(ask.kept, bare_url(url), "it is a private address")
            reason = getattr(cause, "reason", None) or (cause.args[0] if cause.args else None)
            cause = reason if isinstance(reason, BaseException) else cause.__context__
        host = rules.origin_of(url)[1]
        if isinstance(error, FetchError):
            return error
        if isinstance(error, requests.exceptions.SSLError):
            return HostUntrustedError(host)
        if isinstance(error, requests.exceptions.Timeout):
            return HostUnreachableError(host, "no answer in time")
        if isinstance(error, requests.RequestException | OSError | ValueError):
            return HostUnreachableError(host, type(error).__name__)
        return error

    def _client(self, *, guarded: bool) -> requests.Session:
        found = self._guarded if guarded else self._free
        if found is None:
            found = self._new_client(guarded=guarded)
            if guarded:
                self._guarded = found
            else:
                self._free = found
        return found

    def _new_client(self, *, guarded: bool) -> requests.Session:
        """Make a client whose connections note whom they reached, and refuse private ones when guarded."""
        import requests  # noqa: PLC0415 - loaded where it is used
        from requests.adapters import HTTPAdapter  # noqa: PLC0415
        from urllib3 import HTTPConnectionPool, HTTPSConnectionPool  # noqa: PLC0415
        from urllib3.connection import HTTPConnection, HTTPSConnection  # noqa: PLC0415

        session = self

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                session._note(self, guarded=guarded)

        class Encrypted(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                session._note(self, guarded=guarded)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        class Adapter(HTTPAdapter):
            def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the library's own
                super().init_poolmanager(*args, **kwargs)
                self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}

        client = requests.Session()
        for scheme in ("http://", "https://"):
            client.mount(scheme, Adapter(max_retries=0))
        return client

    def _note(self, connection: Any, *, guarded: bool) -> None:  # noqa: ANN401 - either class of the library
        peer = str(connection.sock.getpeername()[0])
        self._peers[connection.host.strip("[]").lower(), connection.port] = peer
        if guarded and self._is_private(peer):
            connection.close()
            raise _PrivateError


class _PrivateError(OSError):
    """A redirect from a public host reached a private address."""
