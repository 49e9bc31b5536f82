"""In a real browser: a search from a copied address, triage, two tabs, keys, hostile titles."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from pipeline.ingestion import ingest
from pipeline.store_triage import Verdict
from tests.browser import Tab, chromium, serving
from tests.ui_workspace import INES, clock, invention, new_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from pipeline.workspace import Workspace
    from tests.browser import Site

pytestmark = pytest.mark.browser

_HOSTILE = (
    "Valve <script>alert(1)</script> <style>body{display:none}</style> ![p](http://evil.example/p.png) "
    "[l](http://evil.example/) $x^2$ :red[warn] :material/home:"
)
_WIDE = "() => document.querySelector('[data-testid=stMain]').scrollWidth - window.innerWidth"
_CASE = "case?id=D-0001&view=search&as=ines"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Site, Browser]]:
    """One workspace, face and browser for all of these tests."""
    folder = tmp_path_factory.mktemp("search") / "w"
    workspace = new_workspace(folder, corpus=True)
    _hostile(workspace, folder)
    workspace.cases.add(invention(), INES)
    with serving(folder) as site, chromium() as browser:
        yield workspace, site, browser
    workspace.close()


def _hostile(workspace: Workspace, folder: Path) -> None:
    file = folder / "hostile.jsonl"
    text = f"{_HOSTILE} A hostile flush valve closes when a spoon is near."
    record = {"id": "EP-666-A1", "date": "2019-01-01", "title": _HOSTILE, "text": text}
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    for _ in ingest(workspace.corpus, "jsonl", [file], clock=clock):
        pass


def test_a_copied_address_gives_query_filters_counts_explanation_and_reasons(
    stage: tuple[Workspace, Site, Browser],
) -> None:
    _, site, browser = stage
    tab = Tab.open(browser, site)
    tab.visit(f"{_CASE}&subject=own&q=flow+AND+threshold&kind=patent&year=2016")
    page = tab.page
    expect(page.get_by_text("1. Irrigation controller with flow sensing")).to_be_visible()
    expect(page.get_by_text("Learning to predict clogging")).to_have_count(0)
    expect(page.get_by_text("Read as an expression", exact=False)).to_be_visible()
    expect(page.get_by_text("Words it has:", exact=False).first).to_be_visible()
    expect(page.get_by_text("Rank: 1 in this list", exact=False)).to_be_visible()
    expect(page.get_by_text("patent (1)", exact=False).first).to_be_visible()
    expect(page.locator(".ad-quote mark").first).to_be_visible()
    tab.visit(f"{_CASE}&subject=own&q=flow+AND+%28threshold")
    expect(page.get_by_text("▲ column 10")).to_be_visible()
    expect(page.get_by_role("button", name="Keep", exact=True)).to_have_count(0)
    assert tab.outside == []
    assert tab.complaints == []


def test_what_is_kept_and_noted_survives_a_reload_and_no_tab_overwrites_another(
    stage: tuple[Workspace, Site, Browser],
) -> None:
    workspace, site, browser = stage
    first = Tab.open(browser, site)
    second = first.beside()
    path = f"{_CASE}&subject=own&q=silicone+membrane+emitter&mode=words"
    for tab in (first, second):
        tab.visit(path)
        expect(tab.page.get_by_text("1. Pressure-compensating emitter")).to_be_visible()
    first.press("Keep")
    first.page.get_by_role("button", name="Rate and note").first.click()
    first.write("Note", "its membrane is ours")
    assert workspace.triage.get("D-0001", "US-9900003-A1").note == "its membrane is ours"
    first.page.reload()
    first.settle()
    expect(first.page.get_by_text("Note: its membrane is ours")).to_be_visible()
    expect(first.page.get_by_text("kept", exact=True)).to_be_visible()
    second.page.bring_to_front()
    second.page.get_by_role("button", name="Rate and note").first.click()
    second.write("Note", "what the other tab says")
    expect(second.page.get_by_text("Somebody saved another note meanwhile", exact=False)).to_be_visible()
    expect(second.page.get_by_text("Saved: its membrane is ours")).to_be_visible()
    mark = workspace.triage.get("D-0001", "US-9900003-A1")
    assert (mark.note, mark.verdict) == ("its membrane is ours", Verdict.KEPT)
    second.press("Save mine in its place")
    expect(second.page.get_by_text("Note: what the other tab says")).to_be_visible()
    assert first.complaints == second.complaints == []


def test_more_like_this_changes_results_and_address_and_its_chip_takes_it_back(
    stage: tuple[Workspace, Site, Browser],
) -> None:
    _, site, browser = stage
    tab = Tab.open(browser, site)
    tab.visit(f"{_CASE}&subject=own&q=silicone+membrane&mode=words")
    page = tab.page
    titles = page.locator(".ad-title")
    expect(titles).to_have_text(["1. Pressure-compensating emitter"])
    tab.press("More like this")
    expect(page).to_have_url(re.compile(r"like=US-9900003-A1"))
    expect(page.get_by_text("1. Pressure-compensating emitter")).to_have_count(0)
    expect(titles.first).to_be_visible()
    page.reload()
    tab.settle()
    expect(page.get_by_text("1. Pressure-compensating emitter")).to_have_count(0)
    with tab.rerun():
        page.get_by_role("button", name="More like US-9900003-A1", exact=False).click()
    expect(page).not_to_have_url(re.compile(r"like="))
    expect(page.get_by_text("1. Pressure-compensating emitter")).to_be_visible()
    assert tab.complaints == []


def test_the_keys_move_and_decide_and_not_while_typing(stage: tuple[Workspace, Site, Browser]) -> None:
    workspace, site, browser = stage
    tab = Tab.open(browser, site)
    tab.visit(f"{_CASE}&subject=own&q=flow&mode=words")
    page = tab.page
    keys = [line.split(" · ")[0] for line in page.locator(".ad-title + .ad-quiet").all_inner_texts()]
    with tab.rerun():
        page.keyboard.press("j")
    expect(page.get_by_text(f"2. {keys[1]}", exact=False).first).to_be_visible()
    with tab.rerun():
        page.keyboard.press("a")
    assert workspace.triage.get("D-0001", keys[1]).verdict is Verdict.IN_CHART
    page.get_by_role("textbox", name="Words, a sentence, or an expression").press("d")
    assert workspace.triage.get("D-0001", keys[1]).verdict is Verdict.IN_CHART
    tab.visit(f"{_CASE}&subject=own&q=flow&mode=words")
    with tab.rerun():
        page.keyboard.press("h")
    expect(page.get_by_role("dialog").get_by_text("add to the chart", exact=False)).to_be_visible()
    assert tab.complaints == []


@pytest.mark.parametrize("path", [f"{_CASE}&subject=own&q=spoon&mode=words", "library?q=spoon&mode=words"])
def test_a_hostile_title_stays_words_in_a_window_of_any_width(
    stage: tuple[Workspace, Site, Browser], path: str
) -> None:
    _, site, browser = stage
    tab = Tab.open(browser, site, scheme="dark")
    alerts: list[str] = []
    tab.page.on("dialog", lambda dialog: alerts.append(dialog.message))
    tab.visit(path)
    expect(tab.page.get_by_text("<script>alert(1)</script>", exact=False).first).to_be_visible()
    assert tab.page.locator(".stApp img[src^='http'], .stApp .katex, .stApp script").count() == 0
    assert tab.page.get_by_role("link", name="l", exact=True).count() == 0
    for width in (1280, 800):
        tab.page.set_viewport_size({"width": width, "height": 2400})
        tab.settle()
        assert tab.page.evaluate(_WIDE) <= 0
    assert (tab.outside, tab.complaints, alerts) == ([], [], [])
