"""The walk: three people take an invention from the form to a verified publication, in a real browser."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import Tab, chromium, serving
from tests.ui_workspace import CLAIM, HOW, INES, MARA, invention, new_workspace

if TYPE_CHECKING:
    from pathlib import Path

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


def _disclose(tab: Tab, folder: Path) -> None:
    file = folder / "drip line.md"
    file.write_text(_FILE, encoding="utf-8")
    tab.visit("new?as=ines")
    with tab.rerun():
        tab.page.locator("input[type=file]").set_input_files(file)
    expect(tab.page.get_by_role("textbox", name="How does it work? (from file, check)")).to_have_value(HOW)
    expect(tab.page.get_by_text("This is a flag, not legal advice.")).to_be_visible()
    tab.write("Title", TITLE)
    tab.press("Save and go to its features")
    expect(tab.page).to_have_url(re.compile(r"case\?.*id=D-0001"))
    expect(tab.page.get_by_role("heading", name=TITLE)).to_be_visible()


def _compare(tab: Tab) -> None:
    tab.write("F2 text", "measuring a flow in a drip line every 10 minutes with a turbine sensor")
    tab.press("Save features")
    expect(tab.page.get_by_text("Version 2", exact=False).first).to_be_visible()
    tab.press("Compare with the corpus")
    expect(tab.page.get_by_text("Outcome:", exact=False)).to_be_visible(timeout=_WORKER)
    tab.settle()
    expect(tab.page).to_have_url(re.compile("view=chart"))
    expect(tab.page.get_by_text("Not found is not proof", exact=False)).to_be_visible()
    expect(tab.page.locator(".ad-quote mark").first).to_be_visible()
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Report as HTML").click()
    report = download.value.path().read_text(encoding="utf-8")
    assert "every 10 minutes" in report
    assert "<script" not in report
    for form, start in (("PDF", b"%PDF-"), ("Word", b"PK"), ("Excel", b"PK")):
        with tab.page.expect_download() as download:
            tab.page.get_by_role("button", name=f"as {form}").click()
        assert download.value.path().read_bytes().startswith(start)
        assert "-art-before-" in download.value.suggested_filename
    tab.page.get_by_text("Found and left out because of its date", exact=False).click()
    expect(tab.page.get_by_text("public on the critical date itself", exact=False)).to_be_visible()


def _draft(tab: Tab) -> None:
    tab.visit("?as=mara")
    tab.follow("Make the draft")
    expect(tab.page).to_have_url(re.compile("view=draft"))
    tab.settle()
    tab.press("Make the draft")
    tab.write("Abstract", "A drip line measures its own flow and flushes itself when the flow falls.")
    tab.press("Save as a new revision")
    expect(tab.page.get_by_text("revision 2", exact=False).first).to_be_visible()
    tab.press("Submit for review")
    expect(tab.page.get_by_text("Submitted for review.", exact=False)).to_be_visible()


def _author_has_no_buttons(tab: Tab, person: str) -> None:
    tab.visit(f"review?id=DR-0001&as={person}")
    expect(tab.page.get_by_text("may not approve it", exact=False)).to_be_visible()
    expect(tab.page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(tab.page.get_by_role("button", name="Ask for changes")).to_have_count(0)


def _send_back(tab: Tab) -> None:
    tab.visit("?as=rex")
    tab.follow("Review it")
    expect(tab.page).to_have_url(re.compile("id=DR-0001"))
    tab.settle()
    expect(tab.page.get_by_role("button", name="Publish")).to_be_disabled()
    tab.press("Ask for changes")
    tab.write("What has to change, and why", "Say how long the flush valve stays open.")
    tab.press("Send back")
    expect(tab.page.get_by_text("Sent back with your reason.")).to_be_visible()


def _revise(tab: Tab) -> None:
    tab.visit("?as=mara")
    tab.follow("Revise it")
    expect(tab.page.get_by_text("Say how long the flush valve stays open.", exact=False)).to_be_visible()
    tab.settle()
    tab.write(
        "Abstract", "A drip line measures its own flow and flushes itself for 25 s when the flow falls."
    )
    tab.press("Save as a new revision")
    expect(tab.page.get_by_text("revision 3", exact=False).first).to_be_visible()
    tab.press("Submit for review")


def _approve(tab: Tab, digest: str) -> None:
    tab.visit("review?id=DR-0001&as=rex")
    expect(tab.page.get_by_text("flushes itself for 25 s", exact=False).first).to_be_visible()
    tab.page.get_by_role("tab", name="Changes").click()
    expect(tab.page.locator("ins").get_by_text("25", exact=False).first).to_be_visible()
    tab.press("Approve")
    tab.write("Type its first 8 characters", "00000000" if digest[:8] != "00000000" else "11111111")
    tab.press("Approve these bytes")
    expect(tab.page.get_by_text("not the first 8 characters", exact=False)).to_be_visible()
    tab.write("Type its first 8 characters", digest[:8])
    tab.press("Approve these bytes")
    expect(tab.page.get_by_text("Any later edit voids this approval.", exact=False)).to_be_visible()


def _publish(tab: Tab) -> None:
    tab.visit("review?id=DR-0001&as=mara")
    tab.press("Publish")
    tab.press("Publish now")
    expect(tab.page.get_by_text("Published: these bytes never change again.")).to_be_visible(timeout=_WORKER)


def _verify(tab: Tab, folder: Path) -> None:
    tab.visit("publications?as=rex")
    tab.follow("Open")
    expect(tab.page.get_by_role("button", name="Verify")).to_be_visible()
    tab.settle()
    frame = tab.page.frame_locator("iframe").first
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Drip line that flushes itself")
    tab.press("Verify")
    expect(tab.page.get_by_text("Valid: every check below holds.")).to_be_visible()
    expect(tab.page.get_by_text("proves nothing to a third party", exact=False).first).to_be_visible()
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Bundle as zip").click()
    download.value.save_as(folder / "bundle.zip")
    with zipfile.ZipFile(folder / "bundle.zip") as archive:
        assert any(name.endswith("/manifest-sha512.txt") for name in archive.namelist())


def test_three_people_take_an_invention_from_the_form_to_a_verified_publication(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w", corpus=True)
    with serving(tmp_path / "w") as site, chromium() as browser:
        tab = Tab.open(browser, site)
        _disclose(tab, tmp_path)
        _compare(tab)
        _draft(tab)
        for person in ("ines", "mara"):
            _author_has_no_buttons(tab, person)
        _send_back(tab)
        _revise(tab)
        _approve(tab, workspace.publishing.get("DR-0001").publication.digest)
        _publish(tab)
        _verify(tab, tmp_path)
        assert tab.outside == []
        assert tab.complaints == []
    (line,) = workspace.publishing.publications()
    assert workspace.publishing.verify(line.folder).valid
    workspace.close()


def test_a_reload_and_a_copied_address_keep_the_person_and_the_view(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w")
    workspace.cases.add(invention(), INES)
    workspace.close()
    with serving(tmp_path / "w") as site, chromium() as browser:
        tab = Tab.open(browser, site, scheme="dark")
        tab.visit("case?id=D-0001&view=draft&as=mara")
        expect(tab.page.get_by_role("button", name="Make the draft")).to_be_visible()
        tab.page.reload()
        tab.settle()
        expect(tab.page.get_by_role("button", name="Make the draft")).to_be_visible()
        with tab.rerun():
            tab.page.get_by_role("radio", name="Chart").click()
        expect(tab.page).to_have_url(re.compile("view=chart"))
        tab.follow("My work")
        expect(tab.page).to_have_url(re.compile("as=mara"))
        expect(tab.page.get_by_text(f"Waiting for {MARA.name}")).to_be_visible()
        assert tab.outside == []
        assert tab.complaints == []
