"""The import contract, the lazy command line and the tree itself."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("ingest", "index", "publications", "pipeline", "ui")


def test_imports_only_point_down() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_help_is_fast_and_loads_nothing_heavy() -> None:
    probe = (
        "import sys; sys.argv = ['antedate', '--help']\n"
        "from ui.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'faiss', 'streamlit', 'pandas', 'numpy', 'sqlalchemy', 'pydantic', 'lxml'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))\n"
    )
    best = min(_timed([sys.executable, "-c", probe])[0] for _ in range(3))
    assert "HEAVY []" in _timed([sys.executable, "-c", probe])[1]
    assert best < 0.6, f"--help took {best:.2f} s"


def _timed(command: list[str]) -> tuple[float, str]:
    started = time.perf_counter()
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return time.perf_counter() - started, result.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_holds_two_ideas(package: str) -> None:
    long = {
        path.name: count
        for path in (ROOT / package).rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


@pytest.mark.parametrize("package", PACKAGES[:4])
def test_nothing_below_the_faces_prints(package: str) -> None:
    printing = [
        path.name
        for path in (ROOT / package).rglob("*.py")
        if any(line.lstrip().startswith("print(") for line in path.read_text(encoding="utf-8").splitlines())
        and "_child" not in path.name
    ]
    assert printing == []
