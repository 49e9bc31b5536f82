"""In a real browser: hostile words stay words, a stale page decides nothing, a job outlives its page."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from pipeline.disclosure import Topic
from pipeline.intake import from_answers
from pipeline.people import Person, Role
from pipeline.review import State
from pipeline.store_jobs import JobState
from tests.browser import Tab, chromium, serving
from tests.ui_workspace import HOW, INES, MARA, REX, invention, new_workspace

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.workspace import Workspace

pytestmark = pytest.mark.browser

_HOSTILE = (
    "<script>alert(1)</script> <style>body{display:none}</style> <img src=http://evil.example/p.png> "
    "![p](http://evil.example/q.png) [l](http://evil.example/) $x^2$ :red[warn] :material/home: \u202egnp.exe"
)
_SEEN = _HOSTILE.replace("\u202e", "\ufffd")
_WORD = "W" * 100_000
_MAL = Person(id="mal", name=_HOSTILE.replace("\u202e", "")[:200], roles=frozenset({Role.MANAGER}))
_WIDE = "() => document.querySelector('[data-testid=stMain]').scrollWidth - window.innerWidth"


def _hostile(workspace: Workspace) -> None:
    """Fill a workspace with what a hostile person would hand in."""
    workspace.add_person(_MAL, by="setup")
    answers = {
        Topic.WHAT: f"{_HOSTILE} A drip line.",
        Topic.PROBLEM: _WORD,
        Topic.HOW: f"{_HOSTILE} {HOW}",
        Topic.CLAIM: f"A method of irrigating, comprising: measuring a flow {_HOSTILE}; opening a valve.",
    }
    workspace.cases.add(
        from_answers(_HOSTILE, answers, inventors=(_HOSTILE,), critical_date=date(2024, 5, 1)), INES
    )
    draft = workspace.publishing.draft("D-0001", _MAL)
    workspace.publishing.submit(draft.id, _MAL)
    workspace.publishing.request_changes(draft.id, REX, _HOSTILE)


def test_hostile_words_stay_words_on_every_page(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", corpus=True)
    _hostile(workspace)
    for _ in workspace.cases.assess("D-0001", INES):
        pass
    workspace.close()
    alerts: list[str] = []
    with serving(tmp_path / "w") as site, chromium() as browser:
        tab = Tab.open(browser, site)
        tab.page.on("dialog", lambda dialog: alerts.append(dialog.message))
        for path in (
            "?as=mal",
            "case?as=mal",
            "case?id=D-0001&view=features&as=mal",
            "case?id=D-0001&view=chart&as=mal",
            "case?id=D-0001&view=draft&as=mal",
            "review?as=mal",
            "review?id=DR-0001&as=mal",
            f"case?id={_HOSTILE[:60]}&as=mal",
        ):
            tab.visit(path)
            expect(tab.page.get_by_text("<script>alert(1)</script>", exact=False).first).to_be_visible()
            assert tab.page.locator(".stApp img[src^='http'], .stApp .katex, .stApp script").count() == 0
            assert tab.page.get_by_role("link", name="l", exact=True).count() == 0
            assert tab.page.evaluate(_WIDE) <= 0, f"{path} is wider than its window"
        tab.visit("case?id=D-0001&as=ines")
        expect(tab.page.get_by_role("heading", name=_SEEN)).to_be_visible()
        assert tab.outside == []
        assert tab.complaints == []
        assert alerts == []


def test_an_approval_counts_only_for_the_text_that_was_shown(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w")
    workspace.cases.add(invention(), INES)
    draft = workspace.publishing.draft("D-0001", MARA)
    workspace.publishing.submit(draft.id, MARA)

    def edit(title: str) -> None:
        text = workspace.publishing.get(draft.id).publication
        workspace.publishing.revise(draft.id, replace(text, title=title), MARA, seen=text.digest)
        workspace.publishing.submit(draft.id, MARA)

    with serving(tmp_path / "w") as site, chromium() as browser:
        tab = Tab.open(browser, site)
        tab.visit(f"review?id={draft.id}&as=rex")
        edit("A second text")
        tab.press("Approve")
        expect(tab.page.get_by_text("nothing was done", exact=False)).to_be_visible()
        expect(tab.page.get_by_role("dialog")).to_have_count(0)
        expect(tab.page.get_by_role("heading", name="A second text").first).to_be_visible()
        tab.press("Approve")
        shown = workspace.publishing.get(draft.id).publication.digest
        edit("A third text")
        tab.write("Type its first 8 characters", shown[:8])
        tab.press("Approve these bytes")
        expect(tab.page.get_by_role("dialog").get_by_text(shown[:12], exact=False).last).to_be_visible()
        assert tab.page.get_by_role("dialog").get_by_role("alert").count() == 1
        assert tab.complaints == []
    record = workspace.publishing.get(draft.id).draft
    assert (record.state, record.approvals) == (State.IN_REVIEW, ())
    workspace.close()


def test_a_job_outlives_its_page_is_stopped_and_is_one_for_two_tabs(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", corpus=True)
    workspace.cases.add(invention(), INES)
    held = ExitStack()
    held.enter_context(workspace.jobs.worker())  # the face's own worker stands by until we let go
    with held, serving(tmp_path / "w") as site, chromium() as browser:
        first = Tab.open(browser, site)
        second = first.beside()
        for tab in (first, second):
            tab.visit("case?id=D-0001&view=features&as=ines")
        first.press("Compare with the corpus")
        expect(first.page.get_by_text("waiting for the worker", exact=False)).to_be_visible()
        second.press("Compare with the corpus")
        assert len(workspace.jobs.of("D-0001")) == 1
        first.page.reload()
        expect(first.page.get_by_text("waiting for the worker", exact=False)).to_be_visible()
        first.page.get_by_role("button", name="Stop").click()
        expect(first.page.get_by_text("was cancelled", exact=False)).to_be_visible()
        expect(second.page.get_by_text("was cancelled", exact=False)).to_be_visible()
        first.settle()
        first.press("Compare with the corpus")
        held.close()
        expect(first.page).to_have_url(re.compile("view=chart"), timeout=90_000)
        expect(first.page.get_by_text("Outcome:", exact=False)).to_be_visible()
        assert first.complaints == second.complaints == []
    assert [job.state for job in workspace.jobs.of("D-0001")] == [JobState.DONE, JobState.CANCELLED]
    workspace.close()
