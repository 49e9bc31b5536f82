from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pipeline import jobs, store_jobs
from pipeline.corpus import Corpus
from pipeline.jobs import STALE, UnknownJobError, WorkerRunningError
from pipeline.people import Person, Role
from pipeline.store_jobs import JobState
from tests.hash_encoder import hashed

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from pipeline.store_jobs import Job
    from pipeline.workspace import Workspace

ADA = Person(id="ada", name="Ada", roles=frozenset({Role.INVENTOR}))


@pytest.fixture
def light(workspace: Workspace) -> Workspace:
    """A workspace whose corpus uses the small encoder, with one person."""
    workspace.__dict__["corpus"] = Corpus(workspace.store, workspace.folder / "index", hashed())
    workspace.add_person(ADA, by="ada")
    return workspace


def _source(folder: Path, count: int = 5) -> Path:
    path = folder / "art.jsonl"
    lines = [
        {"id": f"T-{n}", "title": f"Valve {n}", "abstract": "A valve.", "date": "2020-01-01"}
        for n in range(count)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_a_job_runs_to_its_end_and_leaves_its_result(light: Workspace, tmp_path: Path) -> None:
    number = light.jobs.queue("ingest", "corpus", ADA, paths=[str(_source(tmp_path))])
    assert light.jobs.get(number).state is JobState.QUEUED
    assert light.jobs.run_next()
    assert not light.jobs.run_next()
    job = light.jobs.get(number)
    assert (job.state, job.result["added"]) == (JobState.DONE, 5)
    assert light.jobs.of("corpus") == (job,)


def test_a_refused_job_fails_with_its_sentence(light: Workspace, tmp_path: Path) -> None:
    number = light.jobs.queue("ingest", "corpus", ADA, paths=[str(tmp_path / "missing.jsonl")])
    light.jobs.run_next()
    job = light.jobs.get(number)
    assert job.state is JobState.FAILED
    assert "missing.jsonl" in job.words


def _after_first_step(monkeypatch: pytest.MonkeyPatch, act: Callable[[int], None]) -> None:
    """Do something while a job runs: the real ingest, interrupted once after its first step."""
    real = jobs._HANDLERS["ingest"]

    def interrupted(workspace: Workspace, job: Job) -> Generator[Any, None, dict[str, Any]]:
        work = real(workspace, job)
        first = next(work)
        act(job.id)
        yield first
        return (yield from work)

    monkeypatch.setitem(jobs._HANDLERS, "ingest", interrupted)


def test_a_cancelled_job_keeps_what_it_finished(
    light: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = light.jobs.queue("ingest", "corpus", ADA, paths=[str(_source(tmp_path, 50))])
    with monkeypatch.context() as patched:
        _after_first_step(patched, light.jobs.cancel)
        light.jobs.run_next()
    assert light.jobs.get(number).state is JobState.CANCELLED
    again = light.jobs.queue("ingest", "corpus", ADA, paths=[str(tmp_path / "art.jsonl")])
    light.jobs.run_next()
    result = light.jobs.get(again).result
    assert result["added"] + result["unchanged"] == 50
    assert result["unchanged"] == 1


def test_a_job_whose_worker_died_is_taken_again_and_a_living_one_is_not(light: Workspace) -> None:
    number = light.jobs.queue("assess", "D-0001", ADA)
    born = datetime(2026, 3, 1, tzinfo=UTC)

    def take(at: datetime) -> store_jobs.Job | None:
        with light.store.begin() as connection:
            return store_jobs.take(connection, at.isoformat(), (at - STALE).isoformat())

    first = take(born)
    assert first is not None
    assert first.id == number
    assert take(born + timedelta(seconds=5)) is None
    again = take(born + STALE + timedelta(seconds=1))
    assert again is not None
    assert again.id == number


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_ended_stays_as_it_is(
    light: Workspace, tmp_path: Path
) -> None:
    number = light.jobs.queue("ingest", "corpus", ADA, paths=[str(_source(tmp_path))])
    light.jobs.cancel(number)
    assert light.jobs.get(number).state is JobState.CANCELLED
    assert not light.jobs.run_next()
    done = light.jobs.queue("ingest", "corpus", ADA, paths=[str(tmp_path / "art.jsonl")])
    light.jobs.run_next()
    before = light.jobs.get(done)
    light.jobs.cancel(done)
    assert light.jobs.get(done) == before


def test_the_same_job_asked_for_twice_is_one_job(light: Workspace) -> None:
    first = light.jobs.queue("assess", "D-0001", ADA, critical_date="2024-05-01")
    assert light.jobs.queue("assess", "D-0001", ADA, critical_date="2024-05-01") == first
    assert light.jobs.queue("assess", "D-0001", ADA, critical_date="2024-06-01") != first
    light.jobs.cancel(first)
    assert light.jobs.queue("assess", "D-0001", ADA, critical_date="2024-05-01") != first


def test_a_worker_that_is_stopped_puts_its_job_back_and_the_next_one_goes_on(
    light: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = light.jobs.queue("ingest", "corpus", ADA, paths=[str(_source(tmp_path, 50))])
    stop = threading.Event()
    with monkeypatch.context() as patched:
        _after_first_step(patched, lambda _: stop.set())
        light.jobs.work(stop)
    job = light.jobs.get(number)
    assert job.state is JobState.QUEUED
    assert "goes on" in job.words
    light.jobs.run_next()
    result = light.jobs.get(number).result
    assert result["added"] + result["unchanged"] == 50


def _taken(workspace: Workspace) -> None:
    """Take the waiting job as a worker does that then dies."""
    with workspace.store.begin() as connection:
        assert store_jobs.take(connection, workspace.clock().isoformat(), "") is not None


def test_the_next_worker_takes_a_dead_ones_job_at_once_and_gives_up_after_the_third(light: Workspace) -> None:
    number = light.jobs.queue("assess", "D-0001", ADA)
    stopped = threading.Event()
    stopped.set()
    for _ in range(jobs.ATTEMPTS - 1):
        _taken(light)
        light.jobs.work(stopped)
        job = light.jobs.get(number)
        assert job.state is JobState.QUEUED
        assert "goes on" in job.words
    _taken(light)
    light.jobs.work(stopped)
    assert light.jobs.get(number).state is JobState.FAILED
    assert "3 times" in light.jobs.get(number).words


def test_a_dead_workers_job_that_somebody_stopped_is_not_begun_again(light: Workspace) -> None:
    number = light.jobs.queue("assess", "D-0001", ADA)
    _taken(light)
    light.jobs.cancel(number)
    stopped = threading.Event()
    stopped.set()
    light.jobs.work(stopped)
    assert light.jobs.get(number).state is JobState.CANCELLED


def test_one_worker_a_workspace(light: Workspace) -> None:
    with light.jobs.worker(), pytest.raises(WorkerRunningError, match=r"worker\.lock"):
        light.jobs.work(threading.Event())


def test_an_unknown_job_is_named(light: Workspace) -> None:
    with pytest.raises(UnknownJobError, match="77"):
        light.jobs.get(77)
