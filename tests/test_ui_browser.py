"""The walk: three people take an invention from the form to a verified publication, in a real browser."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import PATIENCE, chromium, press, rerun, serving, settle, visit, watched, write
from tests.ui_workspace import CLAIM, HOW, INES, MARA, invention, new_workspace

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser import Site, Watch

pytestmark = pytest.mark.browser

TITLE = "Drip line that flushes itself :red[soon] ![p](http://evil.example/p.png)"
_FILE = f"""---
title: Drip line
inventors: [{INES.name}]
critical_date: 2024-05-01
shown_to_anyone: a poster on 2024-02-10
---

## What it is
A drip line for irrigation with a valve that flushes it.

## Problem
Drip lines clog with sediment.

## How it works
{HOW}

## Claim
{CLAIM}

## Example
In a line of 80 m the flow fell to 1.4 l/h; after one flush of 25 s it was 2.6 l/h.
"""
_WORKER = 90_000
"""Milliseconds for a job: the worker loads its model first."""


def _page(browser: Browser, *, scheme: str = "light") -> tuple[Page, Watch]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 2400}, color_scheme="dark" if scheme == "dark" else "light"
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    return page, watched(page)


def _disclose(page: Page, site: Site, folder: Path) -> None:
    file = folder / "drip line.md"
    file.write_text(_FILE, encoding="utf-8")
    visit(page, f"{site.address}new?as=ines")
    with rerun(page):
        page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("textbox", name="How does it work? (from file, check)")).to_have_value(HOW)
    expect(page.get_by_text("This is a flag, not legal advice.")).to_be_visible()
    write(page, "Title", TITLE)
    press(page, "Save and go to its features")
    expect(page).to_have_url(re.compile(r"case\?.*id=D-0001"))
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()


def _compare(page: Page) -> None:
    write(page, "F2 text", "measuring a flow in a drip line every 10 minutes with a turbine sensor")
    press(page, "Save features")
    expect(page.get_by_text("Version 2", exact=False).first).to_be_visible()
    press(page, "Compare with the corpus")
    expect(page.get_by_text("Outcome:", exact=False)).to_be_visible(timeout=_WORKER)
    settle(page)
    expect(page).to_have_url(re.compile("view=chart"))
    expect(page.get_by_text("Not found is not proof", exact=False)).to_be_visible()
    expect(page.locator(".ad-quote mark").first).to_be_visible()
    page.get_by_text("Found and left out because of its date", exact=False).click()
    expect(page.get_by_text("public on the critical date itself", exact=False)).to_be_visible()


def _draft(page: Page, site: Site) -> None:
    visit(page, f"{site.address}?as=mara")
    page.get_by_role("link", name="Make the draft").first.click()
    expect(page).to_have_url(re.compile("view=draft"))
    settle(page)
    press(page, "Make the draft")
    write(page, "Abstract", "A drip line measures its own flow and flushes itself when the flow falls.")
    press(page, "Save as a new revision")
    expect(page.get_by_text("revision 2", exact=False).first).to_be_visible()
    press(page, "Submit for review")
    expect(page.get_by_text("Submitted for review.", exact=False)).to_be_visible()


def _author_has_no_buttons(page: Page, site: Site, person: str) -> None:
    visit(page, f"{site.address}review?id=DR-0001&as={person}")
    expect(page.get_by_text("may not approve it", exact=False)).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(page.get_by_role("button", name="Ask for changes")).to_have_count(0)


def _send_back(page: Page, site: Site) -> None:
    visit(page, f"{site.address}?as=rex")
    page.get_by_role("link", name="Review it").first.click()
    expect(page).to_have_url(re.compile("id=DR-0001"))
    settle(page)
    expect(page.get_by_role("button", name="Publish")).to_be_disabled()
    press(page, "Ask for changes")
    write(page, "What has to change, and why", "Say how long the flush valve stays open.")
    press(page, "Send back")
    expect(page.get_by_text("Sent back with your reason.")).to_be_visible()


def _revise(page: Page, site: Site) -> None:
    visit(page, f"{site.address}?as=mara")
    page.get_by_role("link", name="Revise it").first.click()
    expect(page.get_by_text("Say how long the flush valve stays open.", exact=False)).to_be_visible()
    settle(page)
    write(
        page, "Abstract", "A drip line measures its own flow and flushes itself for 25 s when the flow falls."
    )
    press(page, "Save as a new revision")
    expect(page.get_by_text("revision 3", exact=False).first).to_be_visible()
    press(page, "Submit for review")


def _approve(page: Page, site: Site, digest: str) -> None:
    visit(page, f"{site.address}review?id=DR-0001&as=rex")
    expect(page.get_by_text("flushes itself for 25 s", exact=False).first).to_be_visible()
    page.get_by_role("tab", name="Changes").click()
    expect(page.locator("ins").get_by_text("25", exact=False).first).to_be_visible()
    press(page, "Approve")
    write(page, "Type its first 8 characters", "00000000" if digest[:8] != "00000000" else "11111111")
    press(page, "Approve these bytes")
    expect(page.get_by_text("not the first 8 characters", exact=False)).to_be_visible()
    write(page, "Type its first 8 characters", digest[:8])
    press(page, "Approve these bytes")
    expect(page.get_by_text("Any later edit voids this approval.", exact=False)).to_be_visible()


def _publish(page: Page, site: Site) -> None:
    visit(page, f"{site.address}review?id=DR-0001&as=mara")
    press(page, "Publish")
    press(page, "Publish now")
    expect(page.get_by_text("Published: these bytes never change again.")).to_be_visible(timeout=_WORKER)


def _verify(page: Page, site: Site, folder: Path) -> None:
    visit(page, f"{site.address}publications?as=rex")
    page.get_by_role("link", name="Open").first.click()
    expect(page.get_by_role("button", name="Verify")).to_be_visible()
    settle(page)
    frame = page.frame_locator("iframe").first
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Drip line that flushes itself")
    press(page, "Verify")
    expect(page.get_by_text("Valid: every check below holds.")).to_be_visible()
    expect(page.get_by_text("proves nothing to a third party", exact=False).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Bundle as zip").click()
    download.value.save_as(folder / "bundle.zip")
    with zipfile.ZipFile(folder / "bundle.zip") as archive:
        assert any(name.endswith("/manifest-sha512.txt") for name in archive.namelist())


def test_three_people_take_an_invention_from_the_form_to_a_verified_publication(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", corpus=True)
    with serving(tmp_path / "w") as site, chromium() as browser:
        page, watch = _page(browser)
        _disclose(page, site, tmp_path)
        _compare(page)
        _draft(page, site)
        for person in ("ines", "mara"):
            _author_has_no_buttons(page, site, person)
        _send_back(page, site)
        _revise(page, site)
        _approve(page, site, workspace.publishing.get("DR-0001").publication.digest)
        _publish(page, site)
        _verify(page, site, tmp_path)
        assert watch.outside(site.address) == []
        assert watch.complaints == []
    (line,) = workspace.publishing.publications()
    assert workspace.publishing.verify(line.folder).valid
    workspace.close()


def test_a_reload_and_a_copied_address_keep_the_person_and_the_view(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w")
    workspace.cases.add(invention(), INES)
    workspace.close()
    with serving(tmp_path / "w") as site, chromium() as browser:
        page, watch = _page(browser, scheme="dark")
        visit(page, f"{site.address}case?id=D-0001&view=draft&as=mara")
        expect(page.get_by_role("button", name="Make the draft")).to_be_visible()
        page.reload()
        settle(page)
        expect(page.get_by_role("button", name="Make the draft")).to_be_visible()
        with rerun(page):
            page.get_by_role("radio", name="Chart").click()
        expect(page).to_have_url(re.compile("view=chart"))
        page.get_by_role("link", name="My work").click()
        expect(page).to_have_url(re.compile("as=mara"))
        expect(page.get_by_text(f"Waiting for {MARA.name}")).to_be_visible()
        assert watch.outside(site.address) == []
        assert watch.complaints == []
