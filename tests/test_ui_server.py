"""The launcher: security headers, options, ports, and a clean end of both processes."""

from __future__ import annotations

import signal
import socket
import urllib.request
from typing import TYPE_CHECKING

import pytest

from pipeline.workspace import NoWorkspaceError
from tests.browser import serving
from tests.ui_workspace import new_workspace
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_face_and_its_worker(tmp_path: Path, number: signal.Signals) -> None:
    import fcntl

    new_workspace(tmp_path / "w").close()
    with serving(tmp_path / "w", end=number):
        pass
    with (tmp_path / "w" / "worker.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
