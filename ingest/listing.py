"""The two ways to fetch: lists page by page (`walk`), things by name (`each`).

Decisions
---------
* Both first give what is there already, as `unchanged`, so that whoever was killed between fetching and
  reading misses nothing, and write progress before they give a file on.
* A cursor that the service no longer knows is no end: the list begins again, a bounded number of times. So
  does a finished list without an end date on a later day. Page numbers go on, so nothing is overwritten.
* A list that ends with fewer records than the service had said is an error, once, with all that came kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.downloads import fetch, load
from ingest.fetch_errors import (
    AnswerUnreadableError,
    RawFileMissingError,
    RequestRefusedError,
    ShortListError,
    StalledError,
    StatusError,
)
from ingest.fetching import Progress
from ingest.http_rules import Ask
from ingest.raw_files import kept, origin_path

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element

    from ingest.fetching import Job
    from ingest.raw_files import Fetched

EXPIRED = frozenset({400, 404, 410})
"""Statuses by which services say that they no longer know a cursor."""
GONE = frozenset({404, 410})
RESTARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a page says about the list."""

    next: str = ""
    """The next cursor; empty: the list is at its end."""
    records: int = 0
    total: int = -1
    """Records that the service says the list has; -1: it does not say."""
    keep: bool = True
    stays: bool = False
    """The service may give one cursor for all pages, and counts them itself."""
    expired: bool = False
    """The service no longer knows the cursor with which the page was asked for."""


def walk(
    job: Job, suffix: str, ask_of: Callable[[str], Ask], turn_of: Callable[[bytes, str], Turn]
) -> Iterator[Fetched]:
    """Fetch a list: `ask_of` makes the request for a cursor, `turn_of` says of its answer how to go on."""
    progress = job.progress
    yield from _there(job, suffix)
    if progress.done and _has_more(job):
        progress.done, progress.cursor, progress.records, progress.restarts = "", "", 0, 0
        progress.start = progress.mark if progress.ordered else ""
        progress.before, progress.expected, progress.total = 0, -1, -1
    seen: set[str] = set()
    while not progress.done:
        path, cursor = job.page(progress.pages + 1, suffix), progress.cursor
        try:
            found = fetch(job.session, ask := ask_of(cursor), path)
            turn = _turned(turn_of, path, cursor, ask)
        except StatusError as error:
            if not cursor or error.status not in EXPIRED:
                raise
            turn = Turn(expired=True)
        if turn.expired:
            drop(path)
            _begin_again(progress, ask.kept)
            seen.clear()
            continue
        seen.add(cursor)
        if turn.next and turn.next in seen and not turn.stays:
            drop(path)
            raise StalledError(ask.kept, f"page {progress.pages + 1}", "the service leads in a circle")
        if not turn.keep:
            drop(path)
        _advance(job, turn)
        if turn.keep:
            yield found
    if -1 < progress.records < progress.total and job.request.limit is None:
        said, progress.total = progress.total, -1
        progress.save()
        advice = f"remove {progress.path} to fetch it all again"
        raise ShortListError(job.connector.name, progress.records, said, advice)


def _turned(turn_of: Callable[[bytes, str], Turn], path: Path, cursor: str, ask: Ask) -> Turn:
    try:
        return turn_of(load(path, ask.kept), cursor)
    except Exception:
        drop(path)
        raise


def _there(job: Job, suffix: str) -> Iterator[Fetched]:
    for number in range(1, job.progress.pages + 1):
        path = job.page(number, suffix)
        found = kept(path)
        if found is None:
            raise RawFileMissingError(str(path), str(job.progress.path))
        yield found


def _has_more(job: Job) -> bool:
    """Tell whether a finished list may have grown: one without an end, on a later day."""
    return job.request.until is None and job.request.limit is None and job.progress.done < job.today


def _advance(job: Job, turn: Turn) -> None:
    progress = job.progress
    progress.pages += 1 if turn.keep else 0
    progress.records += turn.records
    progress.total = turn.total if progress.total < 0 else progress.total
    progress.cursor = turn.next
    enough = job.request.limit is not None and progress.records >= job.request.limit
    if not turn.next or enough:
        progress.done = job.today
    progress.save()


def _begin_again(progress: Progress, url: str) -> None:
    """Begin a list again: after the last datestamp if they came in order, else at the beginning."""
    start = progress.mark if progress.ordered else ""
    progress.restarts = 0 if start > progress.start else progress.restarts + 1
    where, stalled = progress.mark or f"record {progress.records}", progress.restarts > RESTARTS
    progress.before, progress.expected = (progress.records, progress.size) if start else (0, -1)
    progress.cursor, progress.records, progress.total, progress.start = "", 0, -1, start
    progress.restarts = 0 if stalled else progress.restarts
    progress.save()
    if stalled:
        raise StalledError(url, where, "ask for fewer days or a smaller set at once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something with a name of its own, which does not change once it is there."""

    id: str
    """As the request names it."""
    file: str
    ask: Callable[[], Ask]
    gone: frozenset[int] = GONE
    """Statuses that mean that the service does not have it."""
    empty: Callable[[bytes, str], bool] | None = None
    """Tells from an answer and its address that the service does not have it."""


def each(job: Job, things: Iterator[Thing]) -> Iterator[Fetched]:
    """Fetch things one by one; what the service does not have is noted in the progress as missing."""
    progress = job.progress
    progress.missing = []
    for number, thing in enumerate(things):
        if job.request.limit is not None and number >= job.request.limit:
            break
        path = job.folder / thing.file
        found = kept(path)
        if found is None:
            found = _one(job, thing, path)
        if found is None:
            progress.missing.append(thing.id)
            progress.save()
        else:
            yield found
    progress.done = job.today
    progress.save()


def _one(job: Job, thing: Thing, path: Path) -> Fetched | None:
    ask = thing.ask()
    try:
        found = fetch(job.session, ask, path)
        absent = thing.empty is not None and thing.empty(load(path, ask.kept), ask.kept)
    except (AnswerUnreadableError, RequestRefusedError):
        drop(path)
        raise
    except StatusError as error:
        if error.status not in thing.gone:
            raise
        return None
    if absent:
        drop(path)
    return None if absent else found


def missing(folder: Path) -> dict[str, tuple[str, ...]]:
    """Return, by connector, what services did not have of the things asked for into a folder."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob(".*.state.json")):
        name = path.name.removeprefix(".").rpartition("-")[0]
        found.setdefault(name, []).extend(Progress.load(path).missing)
    return {name: tuple(dict.fromkeys(ids)) for name, ids in found.items() if ids}


def object_of(data: bytes, url: str) -> dict[str, Any]:
    """Return a page's JSON object. Raises AnswerUnreadableError."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise AnswerUnreadableError(url, "it is no JSON, or only the beginning of one") from None
    if not isinstance(found, dict):
        raise AnswerUnreadableError(url, "it is no JSON object")
    return found


def part_of(found: Mapping[str, Any], *names: str) -> Any:  # noqa: ANN401 - what a service put there
    """Return a value inside nested objects, None where something on the way is missing."""
    value: Any = found
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def list_of(found: Mapping[str, Any], *names: str) -> list[dict[str, Any]]:
    """Return the objects of a list inside nested objects, empty where it is none."""
    value = part_of(found, *names)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def count_of(found: Mapping[str, Any], *names: str) -> int:
    """Return a count inside nested objects, -1 where it is none."""
    value = part_of(found, *names)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def text_of(element: _Element) -> str:
    """Return the text of an element and of all inside it, trimmed."""
    return "".join(str(piece) for piece in element.itertext()).strip()


def drop(path: Path) -> None:
    """Remove an answer that is no page, and its origin."""
    path.unlink(missing_ok=True)
    origin_path(path).unlink(missing_ok=True)
