"""The event log: append-only (triggers refuse anything else) and hash-chained.

`hash` = SHA-256 over the RFC 8785 form of the row without its hash, `previous` included; the first row's
`previous` is 64 zeros. Removing, editing or reordering any row breaks the chain from there on; cutting off
the newest rows is visible only to who kept a later hash (signed checkpoints belong to the transparency log).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from pipeline.store_schema import events
from publications.document import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterator

PERSON_SAVED = "person saved"
_START = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """One line of the log. `subject` is the id of what it happened to."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    previous: str
    hash: str


def append(
    connection: Connection, *, at: str, actor: str, action: str, subject: str, detail: dict[str, Any]
) -> str:
    """Add a line; returns its hash."""
    last = connection.execute(
        select(events.c.seq, events.c.hash).order_by(events.c.seq.desc()).limit(1)
    ).first()
    row = {
        "seq": 1 if last is None else int(last.seq) + 1,
        "at": at,
        "actor": actor,
        "action": action,
        "subject": subject,
        "detail": json.dumps(detail, sort_keys=True),
        "previous": _START if last is None else str(last.hash),
    }
    digest = hashlib.sha256(canonical_json(row)).hexdigest()
    connection.execute(events.insert().values(**row, hash=digest))
    return digest


def of_subject(connection: Connection, subject: str) -> tuple[LoggedEvent, ...]:
    """Return what happened to a subject, oldest first."""
    query = select(events).where(events.c.subject == subject).order_by(events.c.seq)
    return tuple(_event(row) for row in connection.execute(query))


def names(connection: Connection) -> dict[str, set[str]]:
    """Return every name under which each person was ever saved, by id."""
    found: dict[str, set[str]] = {}
    query = select(events.c.subject, events.c.detail).where(events.c.action == PERSON_SAVED)
    for row in connection.execute(query):
        found.setdefault(row.subject, set()).add(str(json.loads(row.detail).get("name", "")))
    return found


def every(connection: Connection) -> Iterator[LoggedEvent]:
    """Yield the whole log, oldest first."""
    for row in connection.execute(select(events).order_by(events.c.seq)):
        yield _event(row)


def faults(connection: Connection) -> tuple[str, ...]:
    """Check the chain; returns a sentence per fault, none when it holds."""
    found = []
    previous, expected = _START, 1
    for row in connection.execute(select(events).order_by(events.c.seq)):
        value = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
        digest = value.pop("hash")
        if value["seq"] != expected:
            found.append(f"event {expected} is missing (the next one is {value['seq']})")
        if value["previous"] != previous:
            found.append(f"event {value['seq']} does not follow the one before it")
        if hashlib.sha256(canonical_json(value)).hexdigest() != digest:
            found.append(f"event {value['seq']} was changed after it was written")
        previous, expected = digest, value["seq"] + 1
    return tuple(found)


def _event(row: Any) -> LoggedEvent:  # noqa: ANN401 - a row of the table
    return LoggedEvent(**{**row._mapping, "detail": json.loads(row.detail)})  # noqa: SLF001
