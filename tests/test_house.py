"""The house: what is installed, what a wheel carries, what an import does, what the documents promise."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("ingest", "index", "publications", "pipeline", "ui")
_NETWORK = frozenset(
    [
        "requests",
        "urllib3",
        "httpx",
        "aiohttp",
        "http.client",
        "http.server",
        "urllib.request",
        "socket",
        "ssl",
        "smtplib",
        "ftplib",
        "websockets",
    ]
)
_MAY = {"ingest/http.py", "publications/timestamp.py", "ui/server.py"}
"""`ui/server.py` listens on loopback."""


def _sources() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_installed_distribution_is_pinned_and_no_address_is_named() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line]
    pins = dict(line.split("==") for line in lines if re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!]+", line))
    assert len(pins) == len(lines), "a line is not name==version"
    pinned = {_canonical(name): version for name, version in pins.items()}
    installed = {
        _canonical(found.metadata["Name"]): found.version.split("+")[0]
        for found in importlib.metadata.distributions()
    }
    ours = {
        name: version for name, version in installed.items() if name not in {"antedate", "pip", "setuptools"}
    }
    assert {name: pinned.get(name) for name in ours} == ours, "run 'make constraints'"


def test_a_wheel_carries_every_file_of_the_packages(tmp_path: Path) -> None:
    tree = tmp_path / "a checkout with spaces"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, tree / name)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=tree, check=True, capture_output=True,
    )  # fmt: skip
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
        wheel.extractall(tmp_path / "installed")
    wanted = {
        path.relative_to(tree).as_posix()
        for package in PACKAGES
        for path in (tree / package).rglob("*")
        if path.is_file()
    }
    assert wanted <= names
    assert {"tests/__init__.py", "tests/conftest.py"} & names == set()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    probe = (
        "from pipeline import demo; from publications import render; from pathlib import Path\n"
        "assert 'installed' in demo.__file__, demo.__file__\n"
        "assert all((demo.DISCLOSURES / name).is_file() for name in demo.SHOWN)\n"
        "assert sum(1 for _ in demo.CORPUS.rglob('*.*')) == 11\n"
        "assert (Path(render.__file__).parent / 'templates' / 'verify.sh').is_file()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    subprocess.run([sys.executable, "-c", probe], cwd=tmp_path, check=True, env=environment)


def test_an_import_opens_nothing_starts_nothing_and_loads_no_model() -> None:
    probe = """
import importlib, sys, threading
from pathlib import Path
root, done, faults = Path.cwd(), [], []
def whose(frame):
    while frame is not None:
        name = frame.f_code.co_filename
        if "site-packages" in name:
            return ""
        if name.startswith(str(root)):
            return name
        frame = frame.f_back
    return ""
def hook(event, details):
    writes = event == "open" and isinstance(details[1], str) and set(details[1]) & set("wax+")
    acts = event.split(".")[0] in ("socket", "subprocess", "sqlite3", "shutil") or event in (
        "os.system", "os.mkdir", "os.remove", "os.rename")
    if writes or acts:
        where = whose(sys._getframe(1))
        if where:
            faults.append((event, str(details)[:80], where))
sys.addaudithook(hook)
for name in sys.argv[1:]:
    importlib.import_module(name)
assert not faults, faults
assert "torch" not in sys.modules, "torch was loaded by an import"
ours = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
assert not ours, ours
"""
    skipped = {"ui.app", "pipeline.migrations.env"}  # scripts that streamlit and alembic run, never imported
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in _sources()
    ]
    wanted = [name for name in modules if name not in skipped]
    result = subprocess.run(
        [sys.executable, "-c", probe, *wanted], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr[-2000:]


def test_the_network_is_reached_from_its_own_modules_only() -> None:
    found = set()
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            if any(name in _NETWORK or name.split(".")[0] in _NETWORK for name in names):
                found.add(path.relative_to(ROOT).as_posix())
    assert found <= _MAY


def test_documents_name_files_targets_and_commands_that_exist() -> None:
    from ui.cli import antedate

    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {"demo", "test", "ui", "check", "bench", "install"} <= targets
    for name in ("CONTRIBUTING.md", "SECURITY.md", "README.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= targets, name
        words = set(re.findall(r"(?:^|`|bin/)antedate ([a-z]+)", text, re.MULTILINE))
        assert words <= set(antedate.list_commands(None)), name  # type: ignore[arg-type]
        for file in re.findall(r"\b(?:tests|pipeline|ui|docs)/[\w./-]+\.(?:py|md|png|yaml)\b", text):
            assert (ROOT / file).exists(), f"{name} names {file}"


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed here")
def test_an_environment_left_half_made_is_made_again(tmp_path: Path) -> None:
    tree = tmp_path / "a checkout with spaces"
    (tree / ".venv" / "bin").mkdir(parents=True)
    (tree / ".venv" / "bin" / "python").symlink_to(sys.executable)  # as venv leaves it before pip is there
    (tree / ".venv" / "pyvenv.cfg").write_text("home = nowhere\n", encoding="utf-8")
    for name in ("Makefile", "constraints.txt"):
        shutil.copy(ROOT / name, tree / name)
    (tree / "pyproject.toml").write_text("not = 'installable'\n[project]\n", encoding="utf-8")
    result = subprocess.run(
        ["make", "install", f"PYTHON={sys.executable}"],
        cwd=tree, capture_output=True, text=True, check=False, env={**os.environ, "PIP_NO_INDEX": "1"},
    )  # fmt: skip
    assert result.returncode != 0, "nothing here can be installed"
    assert not (tree / ".venv" / ".installed").exists()
    python = tree / ".venv" / "bin" / "python"
    assert (
        subprocess.run([python, "-m", "pip", "--version"], check=False, capture_output=True).returncode == 0
    )
