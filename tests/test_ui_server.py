"""The launcher: security headers, options, ports, and a clean end of both processes."""

from __future__ import annotations

import fcntl
import signal
import socket
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING

import pytest

from pipeline.store_jobs import JobState
from pipeline.workspace import NoWorkspaceError
from tests.browser import ROOT, serving, until
from tests.ui_workspace import INES, new_workspace
from ui import headers, server

if TYPE_CHECKING:
    from pathlib import Path


def test_the_policy_names_every_inline_script_by_hash_and_allows_none_in_general() -> None:
    made = headers.headers("<html><script>a()</script><script>b()</script></html>")
    policy = made["Content-Security-Policy"]
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert script == f"script-src 'self' '{headers.source_hash('a()')}' '{headers.source_hash('b()')}'"
    assert "frame-ancestors 'none'" in policy


def test_the_options_keep_everything_on_this_machine() -> None:
    options = server.options(8501)
    assert options["server.address"] == "127.0.0.1"
    assert options["browser.gatherUsageStats"] is False
    assert options["server.maxUploadSize"] == 25
    assert options["client.showErrorDetails"] == "type"


def test_the_reader_s_own_streamlit_settings_cannot_open_what_protects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess
    import sys

    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text(
        "[server]\nenableXsrfProtection = false\nenableCORS = false\naddress = '0.0.0.0'\n"
        "[browser]\ngatherUsageStats = true\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("STREAMLIT_SERVER_ENABLE_AGENT_API", "true")
    names = (
        "server.enableXsrfProtection",
        "server.enableCORS",
        "server.address",
        "server.enableAgentApi",
        "browser.gatherUsageStats",
    )
    look = (
        "from ui.server import options; from streamlit import config; from streamlit.web import bootstrap; "
        f"bootstrap.load_config_options(options(1)); print([config.get_option(n) for n in {names}])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[True, True, '127.0.0.1', False, False]"


def test_every_option_is_one_that_streamlit_knows() -> None:
    from streamlit import config

    known = set(config.get_config_options())
    assert set(server.options(8501)) <= known


def test_a_taken_port_is_refused_in_a_sentence(tmp_path: Path) -> None:
    new_workspace(tmp_path / "w").close()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(server.PortTakenError, match=f"port {port} .* --port") as refused:
            server.serve(tmp_path / "w", port, False)
    assert refused.value.exit_code == 3


def test_no_workspace_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(NoWorkspaceError):
        server.serve(tmp_path, 0, False)


def test_answers_carry_the_headers_and_a_foreign_host_is_refused(tmp_path: Path) -> None:
    new_workspace(tmp_path / "w").close()
    with serving(tmp_path / "w") as site:
        with urllib.request.urlopen(site.address) as answer:
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
        foreign = urllib.request.Request(site.address, headers={"Host": "attacker.example"})
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(foreign)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{site.address}published/DP-2026-000001v1")
        with pytest.raises(urllib.error.HTTPError, match="403"):
            _put_a_file(site.address)
        here = site.address.rstrip("/")
        assert _handshake(site.address, here) == 101
        host, _, port = here.rpartition(":")
        for other in (f"{host}:{int(port) ^ 1}", f"http://localhost:{port}", "http://evil.example", "null"):
            assert _handshake(site.address, other) == 403
        assert _handshake(site.address, "http://evil.example", host="evil.example") == 400


def _put_a_file(address: str) -> None:
    """Upload as a page of another origin would: without the token that only our page can read."""
    request = urllib.request.Request(f"{address}_stcore/upload_file/a/b", data=b"", method="PUT")
    urllib.request.urlopen(request)


def _handshake(address: str, origin: str, host: str = "") -> int:
    """Ask for the page's WebSocket and return the status of the answer."""
    at = urllib.parse.urlsplit(address)
    lines = (
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host or at.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version: 13",
        f"Origin: {origin}",
    )
    with socket.create_connection(("127.0.0.1", at.port or 0)) as line:
        line.sendall("".join(f"{text}\r\n" for text in (*lines, "")).encode())
        return int(line.recv(100).split()[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_face_and_its_worker(tmp_path: Path, number: signal.Signals) -> None:
    new_workspace(tmp_path / "w").close()
    with serving(tmp_path / "w", end=number):
        pass
    assert not _working(tmp_path / "w")


def test_an_interface_that_is_killed_takes_its_worker_with_it(tmp_path: Path) -> None:
    new_workspace(tmp_path / "w").close()
    with serving(tmp_path / "w", end=signal.SIGKILL):
        until(lambda: _working(tmp_path / "w"))
    until(lambda: not _working(tmp_path / "w"))


def test_two_interfaces_of_one_workspace_have_one_worker_and_the_other_takes_over(tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "w")
    with serving(tmp_path / "w"):
        with serving(tmp_path / "w"):
            until(lambda: _working(tmp_path / "w"))
        until(lambda: _working(tmp_path / "w"))
        number = workspace.jobs.queue("ingest", "corpus", INES, paths=[str(tmp_path / "missing.jsonl")])
        until(lambda: workspace.jobs.get(number).state is JobState.FAILED)
    workspace.close()


def _working(folder: Path) -> bool:
    """Tell whether a worker has the workspace."""
    with (folder / "worker.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
