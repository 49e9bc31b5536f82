"""`Jobs`: long work that the browser asks for and a worker process carries out.

A job is a row (done, total, words, heartbeat, cancel), so a refresh of the page or the death of either
process loses nothing, and what it runs is resumable by itself (an ingest goes on after its last record, a
release after its last step). One worker a workspace, by a lock: whoever holds it knows that a job marked as
running has nobody, and takes it again; a job that ends its worker `ATTEMPTS` times has failed. A worker that
is told to stop puts its job back at the next step.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ingest.errors import IngestError
from pipeline import store_jobs
from pipeline.errors import PipelineError, UsageError
from pipeline.locking import alone
from pipeline.store_jobs import Job, JobState
from publications.errors import PublicationError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from pipeline.people import Person
    from pipeline.workspace import Workspace

STALE = timedelta(seconds=60)
SILENT = timedelta(seconds=20)
"""Without a sign of life for so long, a page says so: four beats were missed."""
ATTEMPTS = 3
_BEAT = 5.0
"""Seconds between signs of life."""
_POLL = 0.4
"""Seconds between looks for a new job."""


class UnknownJobError(UsageError):
    """No job has that number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"no job is numbered {number}")


class WorkerRunningError(PipelineError):
    """A worker has this workspace already."""

    def __init__(self, lock: Path, holder: str) -> None:
        super().__init__(f"a worker is already running for this workspace: {holder} ({lock})")


class JobCancelledError(PipelineError):
    """Somebody asked for the job to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(f"job {number} was cancelled; what it had finished is kept")


class _StoppedError(Exception):
    """The worker was told to stop; its job waits for the next one."""


class Step(Protocol):
    """What running work reports: how far, of how much, in words."""

    @property
    def done(self) -> int: ...
    @property
    def total(self) -> int: ...


class Jobs:
    """The jobs of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._store = workspace.store

    def queue(self, kind: str, subject: str, actor: Person, **arguments: str | int | list[str]) -> int:
        """Ask for a job; returns its number, or that of the very same one if it has not ended yet."""
        at = self._workspace.clock().isoformat()
        with self._store.begin() as connection:
            same = store_jobs.active(connection, kind, subject, arguments)
            return same or store_jobs.add(
                connection, kind=kind, subject=subject, arguments=arguments, by=actor.id, at=at
            )

    def get(self, number: int) -> Job:
        """Return a job. Raises UnknownJobError."""
        with self._store.read() as connection:
            found = store_jobs.get(connection, number)
        if found is None:
            raise UnknownJobError(number)
        return found

    def of(self, subject: str) -> tuple[Job, ...]:
        """Return a subject's jobs, newest first."""
        with self._store.read() as connection:
            return store_jobs.of_subject(connection, subject)

    def cancel(self, number: int) -> None:
        """End a job that waits, ask a running one to stop at its next step; one that ended stays as it is."""
        with self._store.begin() as connection:
            store_jobs.cancel(connection, number, str(JobCancelledError(number)))

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Be the one worker of this workspace. Raises WorkerRunningError."""
        with alone(self._workspace.folder / "worker.lock", WorkerRunningError):
            yield

    def work(self, stop: threading.Event) -> None:
        """Carry out jobs until `stop` is set. Raises WorkerRunningError."""
        with self.worker():
            self._adopt()
            while not stop.is_set():
                if not self.run_next(stop):
                    stop.wait(_POLL)

    def _adopt(self) -> None:
        """Take over what a worker left that ended without a word: we hold its lock, so nobody has it."""
        with self._store.begin() as connection:
            for job in store_jobs.running(connection):
                tried = int(job.result.get("attempts", 0)) + 1
                if job.cancel:
                    values: dict[str, object] = {"state": JobState.CANCELLED}
                    words = str(JobCancelledError(job.id))
                elif tried < ATTEMPTS:
                    values = {"state": JobState.QUEUED, "result": {"attempts": tried}}
                    words = "the worker ended in the middle of it; it goes on with the next one"
                else:
                    values = {"state": JobState.FAILED}
                    words = (
                        f"the worker ended {tried} times in the middle of it; the worker's log may say why"
                    )
                store_jobs.change(connection, job.id, words=words, **values)

    def run_next(self, stop: threading.Event | None = None) -> bool:
        """Carry out the next waiting job, or put it back once `stop` is set; tells whether there was one."""
        now = self._workspace.clock()
        with self._store.begin() as connection:
            job = store_jobs.take(connection, now.isoformat(), (now - STALE).isoformat())
        if job is None:
            return False
        with self._heartbeat(job.id):
            self._run(job, stop or threading.Event())
        return True

    def _run(self, job: Job, stop: threading.Event) -> None:
        try:
            result = self._pull(job, _HANDLERS[job.kind](self._workspace, job), stop)
        except _StoppedError:
            words = "the worker was stopped; it goes on when the interface or a worker is started again"
            self._change(job.id, state=JobState.QUEUED, words=words)
        except JobCancelledError as error:
            self._change(job.id, state=JobState.CANCELLED, words=str(error))
        except (PipelineError, IngestError, PublicationError) as error:
            self._change(job.id, state=JobState.FAILED, words=str(error))
        except Exception as error:
            # a fault of ours: the page must learn of it, and the log must keep where it happened
            words = f"internal error ({type(error).__name__}); the worker's log has the details"
            self._change(job.id, state=JobState.FAILED, words=words)
            raise
        else:
            self._change(job.id, state=JobState.DONE, words="done", result=result)

    def _pull(
        self, job: Job, work: Generator[Step, None, dict[str, Any]], stop: threading.Event
    ) -> dict[str, Any]:
        while True:
            try:
                step = next(work)
            except StopIteration as end:
                result: dict[str, Any] = end.value
                return result
            words = str(getattr(step, "words", "") or getattr(step, "file", ""))
            self._change(job.id, done=step.done, total=step.total, words=words)
            if self.get(job.id).cancel:
                work.close()
                raise JobCancelledError(job.id)
            if stop.is_set():
                work.close()
                raise _StoppedError

    def _change(self, number: int, **values: object) -> None:
        at = self._workspace.clock().isoformat()
        with self._store.begin() as connection:
            store_jobs.change(connection, number, heartbeat=at, **values)

    @contextmanager
    def _heartbeat(self, number: int) -> Iterator[None]:
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(_BEAT):
                self._change(number)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _ingest(workspace: Workspace, job: Job) -> Generator[Step, None, dict[str, Any]]:
    from pipeline.ingestion import ingest

    paths = [Path(path) for path in job.arguments["paths"]]
    source = job.arguments.get("source", "auto")
    summary = yield from ingest(workspace.corpus, source, paths, clock=workspace.clock)
    return {"added": summary.added, "unchanged": summary.unchanged, "skipped": summary.skipped_total}


def _assess(workspace: Workspace, job: Job) -> Generator[Step, None, dict[str, Any]]:
    actor = workspace.person(job.by)
    day = job.arguments.get("critical_date")
    workspace.corpus.close()  # take the newest generation
    stored = yield from workspace.cases.assess(
        job.subject, actor, critical_date=date.fromisoformat(day) if day else None
    )
    return {"report": stored.id}


def _publish(workspace: Workspace, job: Job) -> Generator[Step, None, dict[str, Any]]:
    actor = workspace.person(job.by)
    published = yield from workspace.publishing.publish(job.subject, actor, job.arguments["digest"])
    return {
        "publication": published.identifier,
        "folder": str(published.folder),
        "complete": published.complete,
        "missing": list(published.missing),
    }


_HANDLERS: dict[str, Callable[[Workspace, Job], Generator[Step, None, dict[str, Any]]]] = {
    "ingest": _ingest,
    "assess": _assess,
    "publish": _publish,
}
