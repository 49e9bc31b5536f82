"""One million passages on this machine: building, searching, memory and disk, beside the bare engines.

What is measured
----------------
* Building: words and static vectors of passages through `HybridIndex.apply`, in batches as an ingest makes
  them. Vectors of whole documents are noise that costs nothing to make (`bench_encode` times the real
  encoder); they are stored, and scanned by every query, like real ones.
* Searching: 100 real abstracts of about 100 words that say something, each with a date before which a hit
  must lie, all three channels mixed; the index is opened afresh. p50 and p95 in milliseconds.
* Peers, the same texts and queries in the same run: tantivy alone (one field, its own stemmer, the date as a
  range), and a FAISS flat scan of the same vectors in float32 with one thread and no date: the physical
  limit.

`BENCH_COUNT` passages (1,000,000), `--per-document` ten to each, as many as a short patent has;
`--without-peers` measures ours alone. Every part runs in its own process, so that peak memory (VmHWM, mapped
files included) is its own. Texts are drawn as `million_texts` says; drawing them does not count.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import tables
from tests.bench.million_texts import prepare

TARGETS = {"rate": 4000, "p50_ms": 80, "p95_ms": 200, "peak_mb": 2500, "bytes": 700}


def main() -> None:
    """Run every part and print ours, the peers and the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=int(os.environ.get("BENCH_COUNT", "1000000")))
    parser.add_argument("--per-document", type=int, default=10)
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--folder", type=Path, help="where the indexes are made (and removed again)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder, prefix="antedate-million-") as name:
        folder = Path(name)
        origin = prepare(folder)
        parts = ["build", "search"]
        if not chosen.without_peers:
            parts += ["tantivy-build", "tantivy-search", "faiss"]
        found = {}
        for part in parts:
            found[part] = _part(part, folder, chosen.count, chosen.per_document)
            print(f"{part}: {json.dumps(found[part])}", file=sys.stderr, flush=True)
    _show(found, chosen.count, chosen.per_document, origin)


def _part(part: str, folder: Path, count: int, per: int) -> dict[str, Any]:
    made = subprocess.run(
        [sys.executable, "-m", "tests.bench.million_child", part, str(folder), str(count), str(per)],
        stdout=subprocess.PIPE,
        check=True,
        cwd=tables.ROOT,
        env={**os.environ, "PYTHONPATH": str(tables.ROOT), "OMP_NUM_THREADS": "1"},
    )
    result: dict[str, Any] = json.loads(made.stdout)
    return result


def _show(found: dict[str, dict[str, Any]], count: int, per: int, origin: str) -> None:
    build, search = found["build"], found["search"]
    words, scan = found.get("tantivy-search"), found.get("faiss")
    ours = {
        "rate": count / build["seconds"],
        "p50_ms": search["fused"]["p50_ms"],
        "p95_ms": search["fused"]["p95_ms"],
        "peak_mb": max(build["peak_mb"], search["peak_mb"]),
        "bytes": build["bytes"] / count,
    }
    rows: list[list[object]] = [
        ["build, passages a second", *_beside(ours["rate"], 0, _rate(found, count), None), "≥ 4,000"],
        [
            "query p50, ms",
            *_beside(ours["p50_ms"], 1, _of(words, "p50_ms"), _of(scan, "p50_ms")),
            "< 80",
        ],
        [
            "query p95, ms",
            *_beside(ours["p95_ms"], 1, _of(words, "p95_ms"), _of(scan, "p95_ms")),
            "< 200",
        ],
        [
            "peak memory, building, MB",
            f"{build['peak_mb']:,.0f}",
            *_memory(found, "tantivy-build"),
            "",
            "< 2,500",
        ],
        [
            "peak memory, searching, MB",
            f"{search['peak_mb']:,.0f}",
            *_memory(found, "tantivy-search"),
            *(_memory(found, "faiss")[:1]),
            "< 2,500",
        ],
        [
            "bytes a passage on disk",
            *_beside(ours["bytes"], 0, _each(found, "tantivy-build", count), _each(found, "faiss", count)),
            "≤ 700",
        ],
    ]
    words_alone, vectors_alone = search["words"], search["meaning"]
    note = (
        f"{count:,} passages of 200 words from {origin}, {per} to a document; ours in brackets as a multiple "
        f"of the peer. Words alone: p50 {words_alone['p50_ms']:.1f} ms, p95 {words_alone['p95_ms']:.1f} ms; "
        f"both kinds of vectors alone: p50 {vectors_alone['p50_ms']:.1f} ms, "
        f"p95 {vectors_alone['p95_ms']:.1f} ms; opening the index: {search['open_s']:.2f} s; "
        f"two threads answer {search['parallel']:.2f} times as many queries as one. "
        "Our index holds words of documents and of passages with their places, and two vectors a passage "
        "(384 and 256 numbers); the peers hold one of these each."
    )
    head = ("", "antedate", "tantivy alone", "FAISS flat scan", "wanted")
    table = f"{note}\n\n{tables.markdown(head, [_padded(row) for row in rows])}"
    tables.show(
        "million", table, {"count": count, "per_document": per, "ours": ours, "wanted": TARGETS, **found}
    )


def _padded(row: list[object]) -> list[object]:
    """Put the last cell, what is wanted, last in a row of five."""
    return [*row[:-1], *[""] * (5 - len(row)), row[-1]]


def _beside(ours: float, digits: int, *peers: float | None) -> list[str]:
    """Return ours, then every peer with ours as a multiple of it."""
    cells = [f"{ours:,.{digits}f}"]
    cells += [f"{peer:,.{digits}f} (×{ours / peer:.2f})" if peer else "" for peer in peers]
    return cells


def _of(part: dict[str, Any] | None, name: str) -> float | None:
    return None if part is None else float(part[name])


def _rate(found: dict[str, dict[str, Any]], count: int) -> float | None:
    return count / found["tantivy-build"]["seconds"] if "tantivy-build" in found else None


def _each(found: dict[str, dict[str, Any]], part: str, count: int) -> float | None:
    return found[part]["bytes"] / count if part in found else None


def _memory(found: dict[str, dict[str, Any]], part: str) -> list[str]:
    return [f"{found[part]['peak_mb']:,.0f}" if part in found else ""]


if __name__ == "__main__":
    main()
