"""One limiter per host, shared by all processes that use the same folder.

Decisions
---------
* A process reserves the next free instant under a lock and then waits for it outside the lock. A crash after
  the reservation wastes that instant and nothing else; locks are `flock`, which the system releases.
* State is one small JSON file per host, replaced atomically but not synced. One that a loss of power damaged
  counts as "just asked": the pace is kept, and a budget forgotten.
* Instants are wall-clock seconds since 1970, because processes and restarts share them. Days begin at
  midnight UTC, weeks on Monday. An instant far in the future was left behind by a
  wrong clock, and is dropped.
* A wait longer than `PATIENCE` is no wait but `BudgetSpentError`: spent, resume after.
"""

from __future__ import annotations

import fcntl
import json
import math
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.fetch_errors import BudgetSpentError, HostBusyError
from ingest.raw_files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 60.0
"""Seconds that are waited when a service says so; longer means that the budget is spent."""
_BUSY = 900.0
"""Seconds that are waited for another process's turn at a host that allows one request at a time."""
_POLL = 0.2
_HOUR = 3600.0
_DAY = 86_400.0
_WEEK = 7 * _DAY
_MONDAY = 4 * _DAY
"""The first Monday of the epoch, in seconds; 1970 began on a Thursday."""
_FURTHEST = 400 * _DAY
_UNSAFE = re.compile(r"[^a-z0-9.-]")


def system_clock() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a host allows; zero means no limit."""

    interval: float = 0.0
    """Seconds between the starts of two requests."""
    per_minute: int = 0
    requests_a_day: int = 0
    bytes_a_day: int = 0
    bytes_a_week: int = 0
    alone: bool = False
    """One request at a time, its whole answer included."""
    group: str = ""
    """A name under which several hosts share these limits; empty: the host alone."""


@dataclass(slots=True, kw_only=True)
class _State:
    last: float = -math.inf
    recent: list[float] = field(default_factory=list)
    paused: float = -math.inf
    day: float = 0.0
    day_requests: int = 0
    day_bytes: int = 0
    week: float = 0.0
    week_bytes: int = 0


class Limiter:
    """Paces requests by host; `folder` is shared by all processes that must count together."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime] = system_clock,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._clock = clock
        self._sleep = sleep

    @contextmanager
    def slot(self, host: str, limits: Limits) -> Iterator[datetime]:
        """Wait for the next instant at which the host may be asked, and hold it while the block runs.

        Yields the reserved instant. Raises BudgetSpentError, HostBusyError.
        """
        name = limits.group or host
        with self._turn(name, limits):
            instant = self._reserve(name, limits)
            wait = instant - self._now()
            if wait > 0:
                self._sleep(wait)
            yield datetime.fromtimestamp(instant, UTC)

    def pause(self, host: str, limits: Limits, until: datetime) -> None:
        """Let nobody ask the host before that instant: it said so."""
        name = limits.group or host
        with self._locked(name):
            state = self._read(name)
            state.paused = max(state.paused, until.timestamp())
            self._write(name, state)

    def received(self, host: str, limits: Limits, count: int) -> None:
        """Count the bytes of an answer."""
        if not limits.bytes_a_day and not limits.bytes_a_week:
            return
        name = limits.group or host
        with self._locked(name):
            state = self._read(name)
            _turn_windows(state, self._now())
            state.day_bytes += count
            state.week_bytes += count
            self._write(name, state)

    def count_use(self, thing: str, *, window: str, allowed: int) -> int:
        """Count one more use of a thing in a window and return how many are left.

        `thing` must hold no secret; `window` names the period, as a year. Returns -1, and counts nothing,
        when all are used.
        """
        with self._locked(".uses"):
            path = self._folder / ".uses.json"
            uses = {key: n for key, n in _object(path).items() if isinstance(n, int)}
            used = uses.get(f"{window} {thing}", 0)
            if used >= allowed:
                return -1
            uses[f"{window} {thing}"] = used + 1
            write_atomically(path, json.dumps(uses, sort_keys=True).encode())
            return allowed - used - 1

    def _now(self) -> float:
        return self._clock().timestamp()

    def _reserve(self, name: str, limits: Limits) -> float:
        with self._locked(name):
            state = self._read(name)
            now = self._now()
            if state.paused - now > PATIENCE:
                raise BudgetSpentError(name, "what the service allows is", _instant(state.paused))
            instant = max(now, state.last + limits.interval, state.paused)
            if limits.per_minute and len(state.recent) >= limits.per_minute:
                instant = max(instant, state.recent[-limits.per_minute] + 60.0)
            _turn_windows(state, instant)
            _check_budgets(name, state, limits)
            state.last = instant
            state.recent = [*state.recent, instant][-limits.per_minute :] if limits.per_minute else []
            state.day_requests += 1
            self._write(name, state)
            return instant

    @contextmanager
    def _turn(self, name: str, limits: Limits) -> Iterator[None]:
        if not limits.alone:
            yield
            return
        with self._path(name, "turn").open("a") as lock:
            waited = 0.0
            while not _try_lock(lock.fileno()):
                if waited >= _BUSY:
                    raise HostBusyError(name, waited)
                self._sleep(_POLL)
                waited += _POLL
            yield

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        with self._path(name, "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _path(self, name: str, suffix: str) -> Path:
        return self._folder / f"{_UNSAFE.sub('_', name.lower())}.{suffix}"

    def _read(self, name: str) -> _State:
        path = self._path(name, "json")
        found = _object(path)
        now = self._now()
        if not found:
            return _State(last=now) if path.exists() else _State()
        state = _State(
            last=_number(found.get("last"), now),
            paused=_number(found.get("paused"), -math.inf),
            day=_number(found.get("day"), 0.0),
            day_requests=int(_number(found.get("day_requests"), 0)),
            day_bytes=int(_number(found.get("day_bytes"), 0)),
            week=_number(found.get("week"), 0.0),
            week_bytes=int(_number(found.get("week_bytes"), 0)),
        )
        recent = found.get("recent")
        state.recent = [_number(one, now) for one in recent] if isinstance(recent, list) else []
        if state.last > now + _HOUR:
            state.last, state.recent = now, []
        if state.paused > now + _FURTHEST:
            state.paused = -math.inf
        return state

    def _write(self, name: str, state: _State) -> None:
        values = {key: getattr(state, key) for key in _State.__slots__}
        values = {key: value for key, value in values.items() if value != -math.inf}
        write_atomically(self._path(name, "json"), json.dumps(values).encode(), last=False)


def _turn_windows(state: _State, now: float) -> None:
    day = math.floor(now / _DAY) * _DAY
    week = math.floor((now - _MONDAY) / _WEEK) * _WEEK + _MONDAY
    if state.day != day:
        state.day, state.day_requests, state.day_bytes = day, 0, 0
    if state.week != week:
        state.week, state.week_bytes = week, 0


def _check_budgets(name: str, state: _State, limits: Limits) -> None:
    tomorrow, monday = _instant(state.day + _DAY), _instant(state.week + _WEEK)
    if limits.requests_a_day and state.day_requests >= limits.requests_a_day:
        raise BudgetSpentError(name, f"the day's {limits.requests_a_day} requests are", tomorrow)
    if limits.bytes_a_day and state.day_bytes >= limits.bytes_a_day:
        raise BudgetSpentError(name, f"the day's {limits.bytes_a_day} bytes are", tomorrow)
    if limits.bytes_a_week and state.week_bytes >= limits.bytes_a_week:
        raise BudgetSpentError(name, f"the week's {limits.bytes_a_week} bytes are", monday)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(math.ceil(seconds), UTC)


def _number(value: object, default: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return default
    return float(value)


def _object(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
