"""A real Chromium against the real face on loopback: start it, wait for it, watch what it asks for.

Streamlit marks its state on the page (`data-test-script-state`, `data-test-connection-state`), so waiting for
what an action brings, and then for that state, needs no sleep.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

ROOT = Path(__file__).parents[1]
PATIENCE = 30_000
"""Milliseconds until something that should appear counts as missing."""
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_COUNT = """
    window.antedateRuns = 0;
    new MutationObserver(changes => {
        for (const change of changes)
            if (change.target.dataset.testScriptState === 'notRunning') window.antedateRuns += 1;
    }).observe(document, {subtree: true, attributes: true, attributeFilter: ['data-test-script-state']});
"""
"""Counts ended runs of the script, so that a test can wait for the run that its own action causes."""
_SERVE = (
    "import sys; from pathlib import Path; from ui.server import serve; serve(Path(sys.argv[1]), 0, False)"
)


@dataclass(slots=True)
class Site:
    """A running face: where it is and the process that runs it."""

    address: str
    process: subprocess.Popen[str]


@dataclass(slots=True)
class Watch:
    """What a page asked for and complained about."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def outside(self, address: str) -> list[str]:
        """Return the requests that left the origin."""
        inside = (address, address.replace("http:", "ws:"), "data:", "blob:")
        return [url for url in self.requests if not url.startswith(inside)]


@contextmanager
def serving(workspace: Path, *, end: signal.Signals = signal.SIGTERM) -> Iterator[Site]:
    """Run the face and its worker for a workspace on any free port; the end is by a signal, and checked."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(workspace)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), f"the face did not start: {address!r}"
        yield Site(address=address, process=process)
        process.send_signal(end)
        assert process.wait(timeout=30) == 0
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)  # never SIGKILL: it could not end its worker
            process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium; without one the test is skipped with the reason, on CI it fails."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine, and CI must drive one")
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def watched(page: Page) -> Watch:
    """Note every request and every complaint of a page from now on."""
    watch = Watch()

    def asked(request: Request) -> None:
        watch.requests.append(request.url)

    def said(message: ConsoleMessage) -> None:
        missing = message.text.startswith("Failed to load resource")  # noted by `answered`, with its address
        if (message.type == "error" and not missing) or "Content Security Policy" in message.text:
            watch.complaints.append(message.text)

    def answered(response: Response) -> None:
        # on a deep link Streamlit first looks for its own parts below that path, and expects to miss
        probe = response.url.endswith(("/_stcore/health", "/_stcore/host-config"))
        if response.status >= 400 and not probe:
            watch.complaints.append(f"{response.status} {response.url}")

    page.on("request", asked)
    page.on("console", said)
    page.on("response", answered)
    page.on("websocket", lambda socket: watch.requests.append(socket.url))
    page.on("pageerror", lambda error: watch.complaints.append(str(error)))
    page.add_init_script(_COUNT)
    page.set_default_timeout(PATIENCE)
    return watch


def settle(page: Page) -> None:
    """Wait until the page is connected, its script has ended and nothing on it is stale or a placeholder."""
    page.wait_for_function(
        """() => {
            const app = document.querySelector('[data-testid="stApp"]');
            return app && app.dataset.testScriptState === 'notRunning'
                && app.dataset.testConnectionState === 'CONNECTED'
                && !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]');
        }"""
    )


def visit(page: Page, address: str) -> None:
    """Open an address and wait for its page."""
    page.goto(address)
    settle(page)


@contextmanager
def rerun(page: Page) -> Iterator[None]:
    """Wait for the run of the script that the body causes."""
    before = page.evaluate("window.antedateRuns")
    yield
    page.wait_for_function("before => window.antedateRuns > before", arg=before)
    settle(page)


def write(page: Page, label: str, text: str) -> None:
    """Fill a field by its label and leave it, which is when Streamlit takes the words over."""
    field = page.get_by_role("textbox", name=label).first
    with rerun(page):
        field.fill(text)
        field.blur()


def press(page: Page, label: str) -> None:
    """Press a button by its words."""
    with rerun(page):
        page.get_by_role("button", name=label, exact=True).first.click()
