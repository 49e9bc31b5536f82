"""What every bench prints: a Markdown table and one line of JSON; and where `make bench` puts the table.

With `BENCH_WRITE=1` in the environment the table also replaces what stands between `<!-- bench:NAME -->` and
`<!-- /bench:NAME -->` in docs/benchmarks.md, and a shorter one between the same marks of README.md, if a
bench gives one. A file without the marks is left alone.
"""

from __future__ import annotations

import json
import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("BENCH_DATA", ROOT.parent / "shared" / "data"))
"""Real texts; every bench says what it does where they are absent."""
CACHE = Path(os.environ.get("BENCH_CACHE", ROOT / ".bench-cache"))
"""Vectors that a run of MiniLM made, by what made them: the next run takes seconds instead of an hour."""
_DOCS, _README = ROOT / "docs" / "benchmarks.md", ROOT / "README.md"


def markdown(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table: the first column is text, the others figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


def show(name: str, text: str, figures: Mapping[str, Any], *, short: str = "") -> None:
    """Print a bench's table and figures, and write them where the environment asks for it."""
    print(text, flush=True)
    print(json.dumps({"bench": name, **figures}, sort_keys=True), flush=True)
    if os.environ.get("BENCH_WRITE") == "1":
        stamped = f"{text}\n\n_{_machine()}, {datetime.now(UTC):%Y-%m-%d}._"
        between(_DOCS, name, stamped)
        if short:
            between(_README, name, short)


def between(path: Path, name: str, text: str) -> bool:
    """Put a text between a file's marks; tells whether the marks were there."""
    held = path.read_text(encoding="utf-8") if path.is_file() else ""
    start, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    pattern = re.compile(re.escape(start) + r".*?" + re.escape(end), re.DOTALL)
    if pattern.search(held) is None:
        return False
    made = pattern.sub(lambda _: f"{start}\n\n{text}\n\n{end}", held, count=1)
    path.write_text(made, encoding="utf-8")
    return True


def _machine() -> str:
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} cores"


def peak() -> dict[str, float]:
    """Return the most memory that this process held, in MB; with files that it mapped (Linux)."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return {}
    held = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("VmHWM", "RssAnon"))}
    return {"peak_mb": int(held["VmHWM"]) / 1024, "anonymous_mb": int(held["RssAnon"]) / 1024}


def quantile(times: Sequence[float], share: float) -> float:
    """Return the smallest time that at least this share of them does not exceed."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, max(0, -(-int(len(ordered) * share * 1000) // 1000) - 1))]
