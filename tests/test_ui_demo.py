"""`antedate demo`: what a newcomer sees has to be true, and the bundle it leaves has to verify anywhere.

It runs in a network namespace without any interface wherever the machine allows one: offline means offline.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ANTEDATE = Path(sys.executable).with_name("antedate")


def _without_network() -> list[str]:
    """Return the words that run a command in a network namespace of its own, where this machine allows it."""
    words = ["unshare", "-rn"]
    allowed = shutil.which("unshare") and subprocess.run([*words, "true"], check=False).returncode == 0
    return words if allowed else []


def _demo(folder: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    result = subprocess.run(
        [*_without_network(), ANTEDATE, "--json", "--workspace", str(folder), "demo"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert result.returncode == code, result.stderr
    return result


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("demo") / "demo-workspace"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    first = _demo(folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    value: dict[str, Any] = json.loads(first.stdout)
    value["cpu"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    value["words"] = first.stderr
    return value


def test_the_demo_shows_the_three_outcomes_that_its_truth_table_states(shown: dict[str, Any]) -> None:
    assert shown["outcomes"] == {
        "battery-plate.md": "disclosed in combination",
        "distillation-schedule.md": "not found in what was searched",
        "drip-valve.md": "disclosed in one document",
        "gripper-skin.md": "not found in what was searched",
    }


def test_the_demo_ends_with_a_verified_bundle_within_its_time(shown: dict[str, Any]) -> None:
    assert shown["valid"] is True
    assert (Path(shown["bundle"]) / "tagmanifest-sha512.txt").is_file()
    assert shown["cpu"] < 90, "processor seconds: a busy machine may take longer, a quiet one takes less"
    assert "http://127.0.0.1:8501" in shown["words"]
    assert "refused" in shown["words"]


def test_the_demo_holds_at_least_eighty_documents_of_every_kind_of_source(shown: dict[str, Any]) -> None:
    status = subprocess.run(
        [ANTEDATE, "--workspace", shown["workspace"], "--json", "corpus", "status"],
        capture_output=True,
        text=True,
        check=True,
    )
    counts = json.loads(status.stdout)
    assert counts["documents"] >= 80
    assert set(counts["by_source"]) == {"uspto-xml", "arxiv", "jsonl", "files"}


def test_the_demo_clears_only_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("do not lose this", encoding="utf-8")
    assert "not a demo workspace" in _demo(tmp_path / "mine", code=2).stderr
    assert (tmp_path / "mine" / "thesis.txt").read_text(encoding="utf-8") == "do not lose this"
