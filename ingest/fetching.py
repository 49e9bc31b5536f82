"""What every connector is made of: requests, consent, keys, and progress that survives a kill.

Decisions
---------
* The progress of a list is `.CONNECTOR-DIGEST.state.json`, replaced atomically. It holds the next cursor and
  how many pages there are; the words of a query are in it only as a digest.
* Words leave this machine only with a consent. Names of things (`ids`) and sets may hold no blanks, so that
  no sentence can leave by them.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import ClassVar

from ingest.fetch_errors import (
    FolderBusyError,
    FolderUnusableError,
    KeyMalformedError,
    KeyMissingError,
    QueryTextRefusedError,
    RequestRefusedError,
)
from ingest.http import Session
from ingest.http_rules import Key, origin_of
from ingest.limiter import Limits
from ingest.raw_files import Fetched, read_object, write_atomically

_WORD = re.compile(r"\S{1,300}")
_LONG = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to fetch; each connector says what it understands."""

    query: str = ""
    """Words, which a service would get to read: only with a consent."""
    ids: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    """The last day that counts; None: up to now, and from then on when fetched again."""
    set: str = ""
    """A subset by the service's own name for it."""
    limit: int | None = None
    """Records to have at least, where the service has them."""
    address: str = ""
    """The service, for connectors that serve any."""
    format: str = ""
    """The form of records, where a service has several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """Somebody's decision that the words of a case may be told to a service."""

    case_id: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """An environment variable that holds a key."""

    name: str
    needed: bool
    where: str
    """Where one gets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a connector says about itself."""

    name: str
    hosts: tuple[str, ...]
    limits: Limits
    variables: tuple[Variable, ...]
    terms: str
    sends: str
    """What a service gets to know."""
    understands: str
    """Which fields of a request mean what."""
    sends_query_text: bool


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far a list has come."""

    path: Path
    cursor: str = ""
    """Where the next page begins; empty: at the beginning."""
    pages: int = 0
    records: int = 0
    """Since the beginning of the list, the present time round."""
    total: int = -1
    """Records that the service said the list has, when it was begun."""
    start: str = ""
    """The datestamp from which the list was begun; empty: the request's."""
    mark: str = ""
    """The largest datestamp so far."""
    ordered: bool = True
    size: int = -1
    """What the service said the list has when it was begun, the present time round; -1: nothing."""
    before: int = 0
    """Records that came before the list was begun again from a datestamp, and:"""
    expected: int = -1
    """What `size` was then."""
    restarts: int = 0
    done: str = ""
    """The UTC day on which the list came to its end."""
    missing: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, path: Path) -> Progress:
        found = read_object(path)
        new = cls(path=path)
        for name in ("cursor", "start", "mark", "done"):
            if isinstance(found.get(name), str):
                setattr(new, name, found[name])
        for name in ("pages", "records", "total", "size", "before", "expected", "restarts"):
            if isinstance(found.get(name), int):
                setattr(new, name, found[name])
        new.ordered = found.get("ordered") is not False
        missing = found.get("missing")
        new.missing = [str(one) for one in missing] if isinstance(missing, list) else []
        return new

    def save(self) -> None:
        values = {name: getattr(self, name) for name in self.__slots__ if name != "path"}
        write_atomically(self.path, json.dumps(values, indent=1).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One fetch: what, where to, over what."""

    connector: Connector
    request: Request
    folder: Path
    session: Session
    progress: Progress

    def page(self, number: int, suffix: str) -> Path:
        stem = self.progress.path.name.removeprefix(".").removesuffix(".state.json")
        return self.folder / f"{stem}-{number:06}.{suffix}"

    @property
    def today(self) -> str:
        return self.session.clock().astimezone(UTC).date().isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector(ABC):
    """Base of the connectors. `environ` is where keys are looked up."""

    name: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]]
    limits: ClassVar[Limits]
    variables: ClassVar[tuple[Variable, ...]] = ()
    terms: ClassVar[str]
    sends: ClassVar[str]
    understands: ClassVar[str]
    sends_query_text: ClassVar[bool] = False

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def describe(self) -> Description:
        """Say what this connector does, whom it asks, and what it tells them."""
        return Description(**{name: getattr(self, name) for name in Description.__slots__})

    def fetch(
        self, request: Request, folder: Path, session: Session, *, consent: Consent | None = None
    ) -> Iterator[Fetched]:
        """Give the raw files of a request, those that are there first. Stopped anywhere, it goes on later.

        Raises RequestRefusedError and QueryTextRefusedError at once, other FetchErrors on the way.
        """
        self.allow(request, consent)
        return self._run(request, folder, session)

    def allow(self, request: Request, consent: Consent | None) -> None:
        """Raise RequestRefusedError or QueryTextRefusedError for what `fetch` would refuse."""
        self._check(request)
        if text := self.text_of(request):
            if not self.sends_query_text:
                raise RequestRefusedError(self.name, f"it searches for no words; it takes {self.understands}")
            if consent is None or not consent.case_id.strip() or not consent.who.strip():
                raise QueryTextRefusedError(self.name, self.told(), text)

    def text_of(self, request: Request) -> str:
        """Return the words in a request that would be told to the service."""
        return request.query.strip()

    def check(self, request: Request) -> str:
        """Return why a request makes no sense for this connector, else nothing."""
        del request
        return ""

    @abstractmethod
    def files(self, job: Job) -> Iterator[Fetched]:
        """Fetch; `fetch` has checked."""

    def key(self, variable: str, *, needed: bool = False) -> str:
        """Return a key from the environment. Raises KeyMissingError if it is needed and not there."""
        value = self.environ.get(variable, "").strip()
        if not value.isascii() or not value.isprintable() or " " in value:
            raise KeyMalformedError(variable)
        if needed and not value:
            where = next(one.where for one in self.variables if one.name == variable)
            raise KeyMissingError(self.hosts[0], variable, where)
        return value

    def keys(
        self, variable: str, base: str, *, header: str = "", parameter: str = "", needed: bool = False
    ) -> tuple[Key, ...]:
        """Return the key of a variable as one that goes to `base` only; none if it is not set."""
        value = self.key(variable, needed=needed)
        return (Key(value=value, origin=base, header=header, parameter=parameter),) if value else ()

    def told(self) -> tuple[str, ...]:
        """Return the hosts that are really asked: those of the addresses this connector was made with."""
        values = (getattr(self, one.name) for one in fields(self))
        places = [one for one in values if isinstance(one, str) and one.startswith(("http://", "https://"))]
        return tuple(dict.fromkeys(origin_of(one)[1] for one in places)) or self.hosts

    def _check(self, request: Request) -> None:
        if request.since and request.until and request.since > request.until:
            raise RequestRefusedError(self.name, f"{request.since} is after {request.until}; swap them")
        if request.limit is not None and request.limit < 1:
            raise RequestRefusedError(self.name, "a limit is 1 or more; leave it out for everything")
        for word in (*request.ids, *filter(None, [request.set, request.format])):
            if not _WORD.fullmatch(word) or not word.isprintable():
                raise RequestRefusedError(
                    self.name, f"{word[:80]!r} is no name; names have no blanks in them"
                )
        if len(request.query) > _LONG:
            raise RequestRefusedError(self.name, f"a query has at most {_LONG} characters")
        if reason := self.check(request):
            raise RequestRefusedError(self.name, reason)

    def _run(self, request: Request, folder: Path, session: Session) -> Iterator[Fetched]:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _alone(folder):
                progress = Progress.load(folder / f".{self.name}-{digest(request)}.state.json")
                job = Job(connector=self, request=request, folder=folder, session=session, progress=progress)
                yield from self.files(job)
        except OSError as error:
            raise FolderUnusableError(str(folder), error.strerror or type(error).__name__) from None


def digest(request: Request) -> str:
    """Return eight hex digits that tell this request from others."""
    text = json.dumps(asdict(request), default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".fetch.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderBusyError(str(folder)) from None
        yield
