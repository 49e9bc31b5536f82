"""Jobs in the database: what the browser asked for and a worker process carries out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update

from pipeline.store_schema import jobs


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of long work. `heartbeat` is the last sign of life of the worker that has it."""

    id: int
    kind: str
    subject: str
    arguments: dict[str, Any]
    by: str
    state: JobState
    done: int
    total: int
    words: str
    result: dict[str, Any]
    created_at: str
    heartbeat: str
    cancel: bool


def add(
    connection: Connection, *, kind: str, subject: str, arguments: dict[str, Any], by: str, at: str
) -> int:
    """Queue a job; returns its number."""
    result = connection.execute(
        jobs.insert().values(
            kind=kind,
            subject=subject,
            arguments=json.dumps(arguments),
            by=by,
            state=JobState.QUEUED,
            done=0,
            total=0,
            words="waiting for the worker",
            result="{}",
            created_at=at,
            heartbeat=at,
            cancel=False,
        )
    )
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


def get(connection: Connection, number: int) -> Job | None:
    """Return a job by its number."""
    row = connection.execute(select(jobs).where(jobs.c.id == number)).first()
    return None if row is None else _job(row)


def of_subject(connection: Connection, subject: str) -> tuple[Job, ...]:
    """Return the jobs of a subject, newest first."""
    query = select(jobs).where(jobs.c.subject == subject).order_by(jobs.c.id.desc())
    return tuple(_job(row) for row in connection.execute(query))


def take(connection: Connection, at: str, stale_before: str) -> Job | None:
    """Claim the oldest queued job, or a running one whose worker gave no sign of life since."""
    waiting = (jobs.c.state == JobState.QUEUED) | (
        (jobs.c.state == JobState.RUNNING) & (jobs.c.heartbeat < stale_before)
    )
    row = connection.execute(select(jobs).where(waiting).order_by(jobs.c.id).limit(1)).first()
    if row is None:
        return None
    connection.execute(update(jobs).where(jobs.c.id == row.id).values(state=JobState.RUNNING, heartbeat=at))
    return get(connection, row.id)


def active(connection: Connection, kind: str, subject: str, arguments: dict[str, Any]) -> int | None:
    """Return the number of the same job that has not ended and that nobody has asked to stop."""
    query = select(jobs.c.id).where(
        jobs.c.kind == kind,
        jobs.c.subject == subject,
        jobs.c.arguments == json.dumps(arguments),
        jobs.c.state.in_((JobState.QUEUED, JobState.RUNNING)),
        ~jobs.c.cancel,
    )
    found = connection.execute(query.order_by(jobs.c.id).limit(1)).scalar()
    return None if found is None else int(found)


def running(connection: Connection) -> tuple[Job, ...]:
    """Return the jobs that are marked as running, oldest first."""
    query = select(jobs).where(jobs.c.state == JobState.RUNNING).order_by(jobs.c.id)
    return tuple(_job(row) for row in connection.execute(query))


def cancel(connection: Connection, number: int, words: str) -> None:
    """End a job that waits; mark a running one, whose worker looks at its next step."""
    mine = update(jobs).where(jobs.c.id == number)
    connection.execute(mine.where(jobs.c.state == JobState.RUNNING).values(cancel=True))
    ended = {"state": JobState.CANCELLED, "cancel": True, "words": words}
    connection.execute(mine.where(jobs.c.state == JobState.QUEUED).values(**ended))


def change(connection: Connection, number: int, **values: object) -> None:
    """Write progress or an end."""
    if "result" in values:
        values["result"] = json.dumps(values["result"])
    connection.execute(update(jobs).where(jobs.c.id == number).values(**values))


def _job(row: Any) -> Job:  # noqa: ANN401 - a row of the table
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    values["arguments"] = json.loads(values["arguments"])
    values["result"] = json.loads(values["result"])
    values["state"] = JobState(values["state"])
    return Job(**values)
