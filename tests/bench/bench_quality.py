"""Quality on every benchmark at hand, through `antedate evaluate`, compared with the figures of last time.

    PYTHONPATH=. python tests/bench/bench_quality.py [--out FOLDER] [SET …]

FOLDER (default: `quality` in the benches' cache) keeps an index and the figures (`SET.json`) of each set. A
set that has figures already is compared with them: a drop outside the interval ends with 1 and leaves the old
figures as they are. Beside ours stands MiniLM alone: the cosine of one vector a text, by the same vectors.
Encoding the largest sets the first time takes hours.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from index import beir, trec
from index.encoder import SentenceEncoder
from index.vector_cache import CachedEncoder
from pipeline.evaluation import BASELINE
from tests.bench.tables import CACHE, DATA, ROOT, markdown, show

_BENCH = DATA / "bench"
_CACHE = os.environ.get("ANTEDATE_INDEX__CACHE", str(CACHE / "vectors"))
_SETS = {
    "cranfield": "test",
    "nfcorpus": "test",
    "scifact": "test",
    "rfc_citations": "test",
    "patent_citations": "test_intext",
    "pap2pat_paper2patent": "train",
}
_MINILM = "minilm"
_ALONE = f"{BASELINE} {_MINILM}"
_SYSTEMS = ("words", _ALONE, "meaning", "fused")
_METRICS = ("ndcg@10", "recall@100")
_DEPTH = 1000
_HEAD = (
    "set",
    "questions",
    "words: nDCG@10 / recall@100",
    "MiniLM alone",
    "meaning",
    "fused",
    *(
        f"fused less {other}, {metric}"
        for other in ("words", "MiniLM")
        for metric in ("nDCG@10", "recall@100")
    ),
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
    words += ["--qrels", _SETS[name], "--keep", str(out / name), "--baseline", str(_minilm(name, out))]
    if earlier.is_file():
        words += ["--against", str(earlier)]
    cache = {"ANTEDATE_INDEX__CACHE": _CACHE}
    done = subprocess.run(
        words, cwd=ROOT, env=os.environ | cache, stdout=subprocess.PIPE, text=True, check=False
    )
    value: dict[str, Any] = json.loads(done.stdout or "{}")
    if done.returncode == 0:
        earlier.write_text(done.stdout, encoding="utf-8")
    for change in value.get("against", []):
        if change["dropped"]:
            print(f"DROP {name} {change['system']} {change['metric']}: {change['then']} to {change['now']}")
    return done.returncode, value


def _minilm(name: str, out: Path) -> Path:
    """Write the run of MiniLM alone."""
    folder, path = _BENCH / name, out / f"{_MINILM}-{name}" / f"{_MINILM}.trec"
    path.parent.mkdir(exist_ok=True)
    judged = beir.qrels(folder, _SETS[name])[0]
    documents = [each for each in beir.documents(folder) if isinstance(each, beir.Record)]
    asked = [each for each in beir.queries(folder) if isinstance(each, beir.Record) and each.id in judged]
    encoder = CachedEncoder(SentenceEncoder(), Path(_CACHE))
    rows = encoder.encode([f"{each.title}\n{each.text}".strip() for each in documents])
    vectors = encoder.encode([each.text for each in asked], query=True)
    encoder.close()
    run = {}
    for query, vector in zip(asked, vectors, strict=True):
        scores = rows @ vector
        best = np.argsort(-scores, kind="stable")[: _DEPTH + 1].tolist()
        found = [(documents[row].id, float(scores[row])) for row in best if documents[row].id != query.id]
        run[query.id] = found[:_DEPTH]
    trec.write_run(path, _MINILM, run)
    return path


def _row(name: str, value: dict[str, Any]) -> tuple[object, ...]:
    if not value.get("systems"):
        said = value.get("words") or value.get("error", {}).get("message", "no answer")
        return (name, "", said, *[""] * (len(_HEAD) - 3))
    cells = [
        f"{system['ndcg@10']:.3f} / {system['recall@100']:.3f}"
        for system in (value["systems"][each] for each in _SYSTEMS)
    ]
    pairs = [_difference(value, other, metric) for other in ("words", _ALONE) for metric in _METRICS]
    return (name, value["counts"]["questions"], *cells, *pairs)


def _difference(value: dict[str, Any], other: str, metric: str) -> str:
    """Say how much better fused is, with its interval."""
    for one in value["paired"]:
        if one["metric"] == metric and {one["a"], one["b"]} == {"fused", other}:
            sign = 1 if one["a"] == "fused" else -1
            low, high = sorted((sign * one["low"], sign * one["high"]))
            return f"{sign * one['delta']:+.3f} [{low:+.3f}, {high:+.3f}]"
    return ""


if __name__ == "__main__":
    sys.exit(main())
