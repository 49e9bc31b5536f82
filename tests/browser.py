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
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import Page, WebSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Response

ROOT = Path(__file__).parents[1]
PATIENCE = 90_000
"""Milliseconds until something that should appear counts as missing: a busy machine is no failure."""
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_SETTLED = """() => {
    const app = document.querySelector('[data-testid="stApp"]');
    return app && app.dataset.testScriptState === 'notRunning'
        && app.dataset.testConnectionState === 'CONNECTED'
        && !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]');
}"""
_PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_LOOK = 0.05
"""Seconds between looks at what no event announces."""
_SERVE = (
    "import sys; from pathlib import Path; from ui.server import serve; serve(Path(sys.argv[1]), 0, False)"
)


@dataclass(slots=True)
class Site:
    """A running face: where it is and the process that runs it."""

    address: str
    process: subprocess.Popen[str]


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
        assert process.wait(timeout=30) == (-end if end is signal.SIGKILL else 0)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that another process brings about."""
    for _ in range(int(seconds / _LOOK)):
        if holds():
            return
        threading.Event().wait(_LOOK)
    pytest.fail(f"not within {seconds:.0f} s")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium; without one the test is skipped with the reason, on CI it fails."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on this machine, and CI must drive one")
        pytest.skip("no Chromium on this machine")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass(eq=False)
class Tab:
    """A page of the browser: what it asked for, what it complained about, and how a person acts on it."""

    page: Page
    site: Site
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    _socket: WebSocket | None = None

    @classmethod
    def open(cls, browser: Browser, site: Site, *, scheme: Literal["light", "dark"] = "light") -> Tab:
        """Open a tab, tall enough to see a whole page, and watch it."""
        context = browser.new_context(viewport={"width": 1280, "height": 2400}, color_scheme=scheme)
        context.set_default_timeout(PATIENCE)
        return cls._watched(context.new_page(), site)

    def beside(self) -> Tab:
        """Open another tab of the same window: another session of the same reader."""
        return self._watched(self.page.context.new_page(), self.site)

    @classmethod
    def _watched(cls, page: Page, site: Site) -> Tab:
        tab = cls(page=page, site=site)
        page.on("request", lambda request: tab.requests.append(request.url))
        page.on("console", tab._said)
        page.on("response", tab._answered)
        page.on("websocket", tab._connected)
        page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        return tab

    @property
    def outside(self) -> list[str]:
        """The requests that left the origin."""
        here = self.site.address
        inside = (here, here.replace("http:", "ws:"), "data:", "blob:")
        return [url for url in self.requests if not url.startswith(inside)]

    def visit(self, path: str) -> None:
        """Open a page by its path and wait for it."""
        self.page.goto(self.site.address + path)
        self.settle()

    def settle(self) -> None:
        """Wait until the page is connected, its script has ended and nothing on it is stale or missing."""
        self.page.bring_to_front()
        self.page.wait_for_function(_SETTLED)
        self.page.evaluate(_PAINTED)

    @contextmanager
    def rerun(self) -> Iterator[None]:
        """Wait for the run of the script that the body causes, then for what it brought."""
        assert self._socket is not None, "no page is open"
        with self._socket.expect_event("framereceived", _finished, timeout=PATIENCE):
            yield
        self.settle()

    def write(self, label: str, text: str) -> None:
        """Fill a field by its label and leave it, which is when Streamlit takes the words over."""
        found = self.page.get_by_role("textbox", name=label).first
        with self.rerun():
            found.fill(text)
            found.blur()

    def press(self, label: str) -> None:
        """Press a button by its words."""
        with self.rerun():
            self.page.get_by_role("button", name=label, exact=True).first.click()

    def follow(self, label: str) -> None:
        """Follow a link by its words."""
        with self.rerun():
            self.page.get_by_role("link", name=label, exact=True).first.click()

    def _connected(self, socket: WebSocket) -> None:
        self.requests.append(socket.url)
        self._socket = socket

    def _said(self, message: ConsoleMessage) -> None:
        missing = message.text.startswith("Failed to load resource")  # noted by `_answered`, with its address
        if (message.type == "error" and not missing) or "Content Security Policy" in message.text:
            self.complaints.append(message.text)

    def _answered(self, response: Response) -> None:
        # on a deep link Streamlit first looks for its own parts below that path, and expects to miss
        probe = response.url.endswith(("/_stcore/health", "/_stcore/host-config"))
        if response.status >= 400 and not probe:
            self.complaints.append(f"{response.status} {response.url}")


def _finished(frame: bytes | str) -> bool:
    """Tell whether a frame says that a run of the script has ended.

    The page's own state is no sign of that: a run can end before its start was ever painted.
    """
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    if not isinstance(frame, bytes):
        return False
    message = ForwardMsg.FromString(frame)
    again = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
    return message.WhichOneof("type") == "script_finished" and not again
