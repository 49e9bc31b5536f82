"""Jobs on a page: asked for here, carried out by the worker, watched once a second until they end."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from pipeline.jobs import SILENT
from pipeline.store_jobs import JobState
from ui.widgets import instant, plain

if TYPE_CHECKING:
    from pipeline.store_jobs import Job
    from pipeline.workspace import Workspace

_ACTIVE = {JobState.QUEUED, JobState.RUNNING}


def newest(workspace: Workspace, subject: str, kind: str) -> Job | None:
    """Return the newest job of a kind for a subject."""
    return next((job for job in workspace.jobs.of(subject) if job.kind == kind), None)


def active(job: Job | None) -> bool:
    """Tell whether a job is still to come to its end."""
    return job is not None and job.state in _ACTIVE


def watch(workspace: Workspace, job: Job | None, title: str) -> None:
    """Show a job's progress while it lasts, and why it ended if it failed or was cancelled."""
    if job is None or job.state is JobState.DONE:
        return
    if active(job):
        _running(workspace, job.id, title)
    elif job.state is JobState.FAILED:
        st.error(plain(f"{title} failed: {job.words}", limit=1000))
    else:
        st.info(plain(f"{title}: {job.words}", limit=500))


@st.fragment(run_every=1)
def _running(workspace: Workspace, number: int, title: str) -> None:
    job = workspace.jobs.get(number)
    if job.state not in _ACTIVE:
        st.rerun()
    share = min(job.done / job.total, 1.0) if job.total else 0.0
    words = "stopping after this step" if job.cancel else job.words
    if job.total and not job.cancel:
        words = f"{words} (step {min(job.done + 1, job.total)} of {job.total})"
    bar, button = st.columns([6, 1], vertical_alignment="bottom")
    bar.progress(share, text=plain(f"{title}: {words}"))
    if button.button("Stop", key=f"stop-{number}", disabled=job.cancel):
        workspace.jobs.cancel(number)
    if job.state is JobState.RUNNING and silent(job, workspace.clock()):
        st.warning(
            f"The worker has given no sign of life since {instant(job.heartbeat)}. If it ended, the next one "
            "takes this up again; what was finished is kept."
        )


def silent(job: Job, now: datetime) -> bool:
    """Tell whether a job's worker has missed several signs of life."""
    return now - datetime.fromisoformat(job.heartbeat) > SILENT
