"""Quality on every benchmark at hand, through `antedate evaluate`, compared with the figures of last time.

    PYTHONPATH=. python tests/bench/bench_quality.py [--out FOLDER] [SET …]

FOLDER (default: `quality` in the benches' cache) keeps an index and the figures (`SET.json`) of each set. A
set that has figures already is compared with them: a drop outside the interval ends with 1 and leaves the old
figures as they are. Encoding the largest sets the first time takes hours.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.bench.tables import CACHE, DATA, ROOT, markdown, show

_BENCH = DATA / "bench"
_SETS = {
    "cranfield": "test",
    "nfcorpus": "test",
    "scifact": "test",
    "rfc_citations": "test",
    "patent_citations": "test_intext",
    "pap2pat_paper2patent": "train",
}
_MODES = ("words", "meaning", "fused")


_HEAD = (
    "set",
    "questions",
    *(f"{mode}: nDCG@10 / recall@100" for mode in _MODES),
    "fused less words, nDCG@10",
)


def main() -> int:
    """Measure, compare, print a table; returns 1 where something dropped or failed."""
    parser = argparse.ArgumentParser(description="Quality on every benchmark at hand.")
    parser.add_argument("--out", type=Path, default=CACHE / "quality")
    parser.add_argument("sets", nargs="*", metavar="SET", help=", ".join(_SETS))
    asked = parser.parse_args()
    if not _BENCH.is_dir():
        print("no benchmarks on this machine: nothing was measured")
        return 0
    asked.out.mkdir(parents=True, exist_ok=True)
    rows, figures, bad = [], {}, 0
    for name in asked.sets or _SETS:
        code, value = _measured(name, asked.out.resolve())
        bad += code != 0
        rows.append(_row(name, value))
        figures[name] = value.get("systems", {})
    show("quality", markdown(_HEAD, rows), figures)
    return 1 if bad else 0


def _measured(name: str, out: Path) -> tuple[int, dict[str, Any]]:
    earlier = out / f"{name}.json"
    words = [sys.executable, "-m", "ui.cli", "--json", "evaluate", str(_BENCH / name)]
    words += ["--qrels", _SETS[name], "--keep", str(out / name)]
    if earlier.is_file():
        words += ["--against", str(earlier)]
    cache = {"ANTEDATE_INDEX__CACHE": str(CACHE / "vectors")}
    done = subprocess.run(
        words, cwd=ROOT, env=cache | os.environ, stdout=subprocess.PIPE, text=True, check=False
    )
    value: dict[str, Any] = json.loads(done.stdout or "{}")
    if done.returncode == 0:
        earlier.write_text(done.stdout, encoding="utf-8")
    for change in value.get("against", []):
        if change["dropped"]:
            print(f"DROP {name} {change['system']} {change['metric']}: {change['then']} to {change['now']}")
    return done.returncode, value


def _row(name: str, value: dict[str, Any]) -> tuple[object, ...]:
    if not value.get("systems"):
        return (
            name,
            "",
            value.get("words") or value.get("error", {}).get("message", "no answer"),
            "",
            "",
            "",
        )
    cells = [
        f"{system['ndcg@10']:.3f} / {system['recall@100']:.3f}"
        for system in (value["systems"][mode] for mode in _MODES)
    ]
    pair = next(
        one for one in value["paired"] if (one["a"], one["b"], one["metric"]) == ("fused", "words", "ndcg@10")
    )
    difference = f"{pair['delta']:+.3f} [{pair['low']:+.3f}, {pair['high']:+.3f}]"
    return (name, value["counts"]["questions"], *cells, difference)


if __name__ == "__main__":
    sys.exit(main())
