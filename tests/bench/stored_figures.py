"""The figures of quality that the repository keeps: `figures.json`, one entry a benchmark.

`use` lays them where `bench_quality` looks for the figures of last time, over whatever is there; `keep` takes
what `bench_quality` measured last. Only means and intervals are kept, no query: the texts and judgments of
the benchmarks are not ours to publish. So a drop is one below the interval of the kept figure.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.bench.tables import CACHE

FIGURES = Path(__file__).with_name("figures.json")
MEASURED = CACHE / "quality"
KEPT = ("benchmark", "qrels", "systems", "intervals")


def use() -> list[str]:
    """Lay the kept figures out; returns the names of the benchmarks."""
    held: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.is_file() else {}
    MEASURED.mkdir(parents=True, exist_ok=True)
    for name, value in held.items():
        (MEASURED / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    return sorted(held)


def keep() -> list[str]:
    """Take what was measured, other benchmarks staying as they are; returns the names of all."""
    held: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.is_file() else {}
    for path in sorted(MEASURED.glob("*.json")):
        value = json.loads(path.read_text(encoding="utf-8"))
        held[path.stem] = {key: value[key] for key in KEPT}
    FIGURES.write_text(json.dumps(held, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return sorted(held)


if __name__ == "__main__":
    names = {"use": use, "keep": keep}[sys.argv[1]]()
    print(f"figures of {', '.join(names) or 'no benchmark'}")
