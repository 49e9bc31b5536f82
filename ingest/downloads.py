"""Answers become raw files: tried again, continued where they broke off, kept with their origin.

Decisions
---------
* One way for pages and for files of gigabytes: `.part`, sync, rename, origin (see `ingest.raw_files`).
* A try is repeated after statuses that pass and after broken connections, `TRIES` times without progress; a
  megabyte more is progress. Waiting is done by the shared limiter, so that other processes wait as well.
* `Retry-After` is obeyed up to a minute; longer means that the budget is spent until then, for everybody.
* A file that is whole is asked for conditionally (ETag, Last-Modified): 304 leaves it as it is. A part is
  continued with `Range` and `If-Range` only, and given up when an answer is about other bytes.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from ingest import http_rules as rules
from ingest.fetch_errors import (
    AnswerUnreadableError,
    BudgetSpentError,
    FailingError,
    FetchError,
    HostUnreachableError,
    KeyRefusedError,
    NotAskedForError,
    SlowAnswerError,
    StatusError,
    TooLargeError,
    TruncatedError,
)
from ingest.limiter import PATIENCE
from ingest.raw_files import (
    FileOrigin,
    Part,
    bare_url,
    fetched,
    intact,
    origin_path,
    write_origin,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from ingest.http import Answer, Session
    from ingest.http_rules import Ask
    from ingest.raw_files import Fetched

TRIES = 4
PROGRESS = 1 << 20
"""Bytes that count as progress: the tries begin anew."""
TALK_LIMIT = 8 << 20
_BACKOFF = 2.0
_OK, _PARTIAL, _UNCHANGED = 200, 206, 304
_UNAUTHORISED, _FORBIDDEN, _BEYOND = 401, 403, 416
_EXCERPT = 160
_T = TypeVar("_T")


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...


@dataclass(slots=True)
class _AgainError(Exception):
    """A try failed in a way that may pass; `error` is what to say when it does not."""

    error: FetchError
    wait: float | None = None
    """Seconds that the service asks for; None: our own pace."""
    progress: int = 0


def fetch(session: Session, ask: Ask, path: Path) -> Fetched:
    """Bring an answer into a file, with its origin beside it. Raises FetchError; what came is kept."""
    whole = intact(path, ask.kept) if ask.body is None else None
    return _insist(session, ask, lambda: _once(session, ask, path, whole))


def talk(session: Session, ask: Ask) -> bytes:
    """Return a short answer that is not to be kept, as one with a token in it. Raises FetchError."""

    def once() -> bytes:
        with session.answered(ask) as answer:
            _judge(session, ask, answer)
            if answer.status != _OK:
                raise StatusError(ask.kept, answer.status)
            try:
                data = b"".join(answer.pieces())
            except TruncatedError as error:
                raise _AgainError(error) from None
        if len(data) > TALK_LIMIT:
            raise TooLargeError(ask.kept, TALK_LIMIT)
        _received(session, ask, len(data))
        rules.check_kind(ask, answer.headers.get("Content-Type", ""), data[: rules.HEAD])
        return data

    return _insist(session, ask, once)


def _insist(session: Session, ask: Ask, once: Callable[[], _T]) -> _T:
    host = rules.origin_of(ask.url)[1]
    tries = 0
    while True:
        try:
            return once()
        except HostUnreachableError as error:
            failed = _AgainError(error)
        except _AgainError as again:
            failed = again
        tries = 1 if failed.progress >= PROGRESS else tries + 1
        if tries >= TRIES:
            raise failed.error
        wait = _BACKOFF**tries if failed.wait is None else failed.wait
        session.limiter.pause(host, ask.limits, _after(session, wait))


def _once(session: Session, ask: Ask, path: Path, whole: FileOrigin | None) -> Fetched:
    part = Part.of(path)
    validator = part.validator(ask.kept) if ask.body is None else ""
    headers = {}
    if whole is not None and not validator:
        headers = _conditions(whole)
    have = part.path.stat().st_size if validator else 0
    if have:
        headers = {"Range": f"bytes={have}-", "If-Range": validator}
    with session.answered(ask, headers) as answer:
        _judge(session, ask, answer)
        if answer.status == _UNCHANGED and whole is not None and not have:
            return fetched(path, whole, "unchanged")
        if answer.status == _BEYOND and have:
            if rules.size_beyond(answer.headers.get("Content-Range", "")) == have:
                return _finished(session, ask, path, answer, _hash_of(part), have, resumed=True)
            part.drop()
            raise _AgainError(StatusError(ask.kept, answer.status), wait=0.0)
        if answer.status == _PARTIAL and have:
            found = rules.range_of(answer.headers.get("Content-Range", ""))
            if found is None or found[0] != have:
                part.drop()
                raise _AgainError(StatusError(ask.kept, answer.status), wait=0.0)
            return _taken(session, ask, path, answer, _hash_of(part), have=have, total=found[1])
        if answer.status != _OK:
            raise StatusError(ask.kept, answer.status, _excerpt(answer))
        part.begin(ask.kept, rules.validator_of(answer.headers))
        return _taken(session, ask, path, answer, hashlib.sha256(), have=0, total=None)


def _taken(
    session: Session, ask: Ask, path: Path, answer: Answer, digest: _Hash, *, have: int, total: int | None
) -> Fetched:
    """Write the body behind what is there, and finish when it is whole."""
    part = Part.of(path)
    size = have
    try:
        with part.path.open("ab") as file:
            try:
                for piece in answer.pieces(have):
                    if size == 0:
                        rules.check_kind(ask, answer.headers.get("Content-Type", ""), piece[: rules.HEAD])
                    file.write(piece)
                    digest.update(piece)
                    size += len(piece)
            finally:
                file.flush()
                os.fsync(file.fileno())
        if size == 0:
            rules.check_kind(ask, "", b"")
    except (TruncatedError, SlowAnswerError) as error:
        _received(session, ask, size - have)
        if isinstance(error, SlowAnswerError):
            raise
        raise _AgainError(TruncatedError(ask.kept, size), progress=size - have) from None
    except (NotAskedForError, TooLargeError):
        part.drop()
        raise
    _received(session, ask, size - have)
    if total is not None and size != total:
        if size > total:
            part.drop()
        raise _AgainError(TruncatedError(ask.kept, size), progress=size - have)
    return _finished(session, ask, path, answer, digest, size, resumed=have > 0)


def _finished(
    session: Session, ask: Ask, path: Path, answer: Answer, digest: _Hash, size: int, *, resumed: bool
) -> Fetched:
    origin = FileOrigin(
        url=ask.kept,
        sha256=digest.hexdigest(),
        bytes=size,
        at=session.clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
        etag=answer.headers.get("ETag", ""),
        last_modified=answer.headers.get("Last-Modified", ""),
        served_by="" if answer.url == bare_url(ask.url) else answer.url,
    )
    origin_path(path).unlink(missing_ok=True)
    Part.of(path).finish(path)
    write_origin(path, origin)
    return fetched(path, origin, "resumed" if resumed else "new")


def _judge(session: Session, ask: Ask, answer: Answer) -> None:
    """Sort out the statuses that say something about us or the service rather than about the thing."""
    host = rules.origin_of(ask.url)[1]
    told = answer.headers.get("Retry-After", "")
    wait = rules.wait_of(told, session.clock()) if answer.status in rules.PASSING and told else None
    rest = ask.heed(answer.status, answer.headers) if ask.heed else 0.0
    if rest > 0:
        session.limiter.pause(host, ask.limits, _after(session, rest))
        if answer.status >= 400:  # noqa: PLR2004 - HTTP's own number: from here on it is an error
            wait = max(rest, wait or 0.0)
    if wait is not None and wait > PATIENCE:
        session.limiter.pause(host, ask.limits, _after(session, wait))
        raise BudgetSpentError(host, "what the service allows is", _after(session, wait))
    if answer.status in rules.PASSING or (wait is not None and answer.status == _FORBIDDEN):
        raise _AgainError(FailingError(ask.kept, answer.status, TRIES), wait=wait)
    if answer.status in (_UNAUTHORISED, _FORBIDDEN):
        if rules.origin_of(answer.url) != rules.origin_of(ask.url):
            raise _AgainError(FailingError(ask.kept, answer.status, TRIES))  # a signature that is over
        raise KeyRefusedError(host, answer.status, ask.variable)


def _conditions(whole: FileOrigin) -> dict[str, str]:
    if whole.etag:
        return {"If-None-Match": whole.etag}
    return {"If-Modified-Since": whole.last_modified} if whole.last_modified else {}


def _hash_of(part: Part) -> _Hash:
    digest = hashlib.sha256()
    with part.path.open("rb") as file:
        while piece := file.read(PROGRESS):
            digest.update(piece)
    return digest


def _received(session: Session, ask: Ask, count: int) -> None:
    session.limiter.received(rules.origin_of(ask.url)[1], ask.limits, count)


def _after(session: Session, seconds: float) -> datetime:
    now = session.clock()
    try:
        return now + timedelta(seconds=seconds)
    except OverflowError:
        return now + timedelta(days=366)


def _excerpt(answer: Answer) -> str:
    """Return the beginning of an error's text, on one line, for people."""
    try:
        first = next(iter(answer.pieces()), b"")
    except FetchError:
        return ""
    text = " ".join(first[:2000].decode("utf-8", "replace").split())
    return "".join(one for one in text if one.isprintable())[:_EXCERPT]


def load(path: Path, url: str, limit: int = rules.PAGE_LIMIT) -> bytes:
    """Return the bytes of a page that was fetched. Raises AnswerUnreadableError for one beyond the limit."""
    if path.stat().st_size > limit:
        raise AnswerUnreadableError(url, f"it is larger than {limit} bytes")
    return path.read_bytes()
