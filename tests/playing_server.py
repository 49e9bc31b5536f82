"""A real HTTP server on loopback that plays what services do: well, slowly and wrongly.

Requests are kept as they came, so that a test can say which host saw which key. Plays are queued: each is
used once, then the ordinary answer is given again.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, urlsplit

from ingest.http import Session, Times
from ingest.limiter import Limiter

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from pathlib import Path

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
AGENT = "antedate/1 (prior-art search; mailto:someone@example.org)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    method: str
    host: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def whole(self) -> str:
        return f"{self.path}?{self.query} {dict(self.headers)} {self.body!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    etag: str = ""
    cut: int = -1
    """Bytes of the body after which the connection breaks off; -1 sends all."""
    chunked: bool = False
    drip: float = 0.0
    """Seconds between single bytes."""
    dripped: Literal["body", "head", "chunk"] = "body"


class Play:
    """What a server was asked, and what it will answer."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:
        self.answer = answer
        self.queue: deque[Reply | Callable[[Asked], Reply]] = deque()
        self.asked: list[Asked] = []
        self.url = ""
        self.stop = threading.Event()

    def next(self, *replies: Reply | Callable[[Asked], Reply]) -> None:
        self.queue.extend(replies)

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if not self.queue:
            return self.answer(asked)
        found = self.queue.popleft()
        return found if isinstance(found, Reply) else found(asked)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    play: Play

    def do_GET(self) -> None:
        self._do()

    def do_POST(self) -> None:
        self._do()

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        asked = Asked(
            method=self.command, host=self.headers["Host"], path=parts.path, query=query,
            headers=dict(self.headers), body=body,
        )  # fmt: skip
        with suppress(OSError):
            self._send(self.play.reply(asked), asked)

    def _send(self, reply: Reply, asked: Asked) -> None:
        status, body, headers = reply.status, reply.body, dict(reply.headers)
        if reply.etag:
            headers["ETag"] = reply.etag
            if status == 200 and asked.headers.get("If-None-Match") == reply.etag:
                status, body = 304, b""
            elif status == 200 and asked.headers.get("If-Range") == reply.etag:
                status, body, more = _ranged(asked.headers.get("Range", ""), body)
                headers |= more
        if reply.drip and reply.dripped == "head":
            self._drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 10_000, reply.drip)
            return
        chunked = reply.chunked or reply.dripped == "chunk"
        headers |= {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(len(body))}
        self.send_response(status)
        for name, value in {"Content-Type": reply.kind, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.drip:
            self._drip(b"1;" + b"x" * 10_000 if chunked else body, reply.drip)
        else:
            self._body(body, reply)

    def _body(self, body: bytes, reply: Reply) -> None:
        sent = body if reply.cut < 0 else body[: reply.cut]
        if reply.chunked:
            pieces = [sent[start : start + 50] for start in range(0, len(sent), 50)]
            sent = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
            sent += b"0\r\n\r\n" if reply.cut < 0 else b""
        self.wfile.write(sent)
        if reply.cut >= 0:
            self.close_connection = True

    def _drip(self, data: bytes, seconds: float) -> None:
        self.close_connection = True
        for one in data:
            self.wfile.write(bytes([one]))
            self.wfile.flush()
            if self.play.stop.wait(seconds):
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        pass


def _ranged(header: str, body: bytes) -> tuple[int, bytes, dict[str, str]]:
    start = int(header.removeprefix("bytes=").removesuffix("-"))
    if start >= len(body):
        return 416, b"", {"Content-Range": f"bytes */{len(body)}"}
    return 206, body[start:], {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of the play."""


@contextmanager
def playing(
    answer: Callable[[Asked], Reply], *, host: str = "127.0.0.1", encrypted: ssl.SSLContext | None = None
) -> Iterator[Play]:
    """Serve on loopback; `host` may be any number of 127.0.0.0/8, each a host of its own."""
    play = Play(answer)
    handler = type("Handler", (_Handler,), {"play": play})
    with _Server((host, 0), handler) as server:
        if encrypted is not None:
            server.socket = encrypted.wrap_socket(server.socket, server_side=True)
        scheme = "https" if encrypted else "http"
        play.url = f"{scheme}://{host}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield play
        finally:
            play.stop.set()
            server.shutdown()
            thread.join()


class Clock:
    """A clock that goes on only when somebody waits for it."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now
        self.waits: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)


def session(
    folder: Path,
    clock: Clock | None = None,
    *,
    is_private: Callable[[str], bool] = lambda _: False,
    authorities: str = "",
    times: Times | None = None,
) -> Session:
    """A session whose waits take no time; the tests' machine counts as public unless said otherwise."""
    clock = clock or Clock()
    return Session(
        Limiter(folder / "limits", clock=clock, sleep=clock.sleep),
        agent=AGENT,
        clock=clock,
        is_private=is_private,
        authorities=authorities,
        times=times,
    )
