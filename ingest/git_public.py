"""When a repository became public: statements beside it, since the commits' own dates prove nothing.

Design
------
Author and committer dates are written by whoever makes the commit, and a repository may be private for years:
a push may be public a year after its commits. So a text has a public date only if a file *beside* the clone
says so.
Beside `PLACE/lid/` or `PLACE/lid.git/`, every `PLACE/lid.*.json` is read; nothing inside the repository is,
because that came with it. Two kinds of files are known by their content:

* a statement of the user: `{"format": "antedate-public/1", "events": [{"commit": "v1.0", "at":
  "2025-09-01T12:00:00Z", "source": "release page, saved 2025-09-02", "kind": "posted"}]}`. `commit` is a full
  or short number, a tag or a branch. `kind` is `posted` (public from then on) or `archived` (an archive held
  it on that day: then or before). `at` is a day or a moment, as exact as it is known.
* a saved answer of GitHub's API: releases (`published_at` of a tag) and events (`PushEvent` with its head,
  `ReleaseEvent`, `PublicEvent`). Drafts and events that are not public are left out; nothing counts before
  the repository's own `PublicEvent`. `pushed_at` of a repository's record names no commit and is not used.

A record of a private repository (`"private": true`) takes all other hosting records' force.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ingest import fields
from ingest.documents import DatedEvent, EventKind
from ingest.evidence import bound, dated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ingest.documents import Confidence

FORMAT = "antedate-public/1"
LIMIT = 16 << 20
"""Bytes that a file of statements may have."""
_FILES = 50
_EVENTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one event says: the state named by `commit` was public."""

    commit: str
    event: DatedEvent


@dataclass(slots=True)
class Public:
    """All statements beside a repository, and what of them was not understood."""

    statements: list[Statement] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    opened: list[DatedEvent] = field(default_factory=list)
    """When the hosting service says the repository was made public."""
    private: bool = False


def beside(path: Path) -> list[Path]:
    """Return the files that may hold statements about the repository at `path`."""
    whole = path.resolve()
    name = whole.name.removesuffix(".git")
    try:
        found = sorted(whole.parent.glob(f"{_literal(name)}.*.json"))
    except OSError:
        return []
    return [file for file in found if file.is_file()][:_FILES]


def _literal(name: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", name)


def statements(path: Path) -> Public:
    """Read what is stated beside a repository. Never raises for what is in a file."""
    public = Public()
    for file in beside(path):
        try:
            with file.open("rb") as opened:
                data = opened.read(LIMIT + 1)
            value = json.loads(data.decode("utf-8")) if len(data) <= LIMIT else None
        except (OSError, ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and value.get("format") == FORMAT:
            _own(value, file.name, public)
        elif isinstance(value, list | dict):
            _hosted(value if isinstance(value, list) else [value], public)
        else:
            public.problems.append(f"{file.name} beside it is no JSON that is understood")
    return _floored(public)


def _own(value: Mapping[str, object], name: str, public: Public) -> None:
    for number, item in enumerate(fields.list_of(value, "events")[:_EVENTS], start=1):
        record = item if isinstance(item, dict) else {}
        commit, at = fields.word_of(record, "commit"), fields.word_of(record, "at")
        kind = fields.word_of(record, "kind") or "posted"
        source = fields.word_of(record, "source") or "stated by the user"
        events = list(dated(EventKind.POSTED, at, f"git/{name}: {source}", confidence="medium"))
        if not commit or not events or kind not in ("posted", "archived"):
            public.problems.append(
                f"event {number} of {name} is not understood: commit, at or kind is missing"
            )
            continue
        event = events[0]
        if kind == "archived":
            event = bound(EventKind.ARCHIVED, event.when.latest, event.source, confidence="medium")
        public.statements.append(Statement(commit=commit, event=event))


def _hosted(records: list[object], public: Public) -> None:
    for record in records[:_EVENTS]:
        if not isinstance(record, dict):
            continue
        if "tag_name" in record:
            _release(record, public)
        elif "type" in record and "created_at" in record:
            _event(record, public)
        elif record.get("private") is True:
            public.private = True


def _release(record: Mapping[str, object], public: Public) -> None:
    tag = fields.word_of(record, "tag_name")
    if record.get("draft") is not True and tag:
        _state(tag, fields.word_of(record, "published_at"), "release/published_at", public)


def _event(record: Mapping[str, object], public: Public) -> None:
    if record.get("public") is False:
        return
    at, kind = fields.word_of(record, "created_at"), fields.word_of(record, "type")
    payload = record.get("payload")
    payload = payload if isinstance(payload, dict) else {}
    if kind == "PublicEvent":
        public.opened += dated(EventKind.POSTED, at, "github/PublicEvent", confidence="medium")
    elif kind == "PushEvent":
        _state(fields.word_of(payload, "head"), at, "PushEvent/created_at", public)
    elif kind == "ReleaseEvent" and isinstance(payload.get("release"), dict):
        _release(payload["release"], public)


def _state(commit: str, at: str, source: str, public: Public, confidence: Confidence = "medium") -> None:
    for event in dated(EventKind.POSTED, at, f"github/{source}", confidence=confidence) if commit else ():
        public.statements.append(Statement(commit=commit, event=event))


def _floored(public: Public) -> Public:
    """Let no hosting record count before the repository was made public, or while it is private."""
    kept = list(_counted(public))
    if public.private:
        public.problems.append("a hosting record says that the repository is private: its dates do not count")
    public.statements = sorted(kept, key=lambda statement: statement.event.when.latest)
    return public


def _counted(public: Public) -> Iterator[Statement]:
    opened = max(public.opened, key=lambda event: event.when.latest, default=None)
    for statement in public.statements:
        if not statement.event.source.startswith("github/"):
            yield statement
        elif not public.private:
            late = opened is not None and statement.event.when.earliest < opened.when.latest
            yield replace(statement, event=opened) if late and opened is not None else statement
