"""Encoding documents: ours by every backend that is installed against plain `SentenceTransformer.encode`.

Plain is float32 with its defaults (batches of 32, torch's threads). Runs take turns and the best of each
counts, so that a busy machine falls on all alike. Wall and processor seconds, their ratios to plain, the
least and mean cosine to plain; then one query of 100 terms, warm.
Uses `../shared/data` when it is there, else the bundled demo corpus.
"""

from __future__ import annotations

import gzip
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from index import backends
from index.encoder import SentenceEncoder, has_bfloat16, packaged
from tests.bench import tables

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "bench"
DEMO = ROOT / "pipeline" / "demo" / "corpus" / "demo.jsonl"
COUNT, ROUNDS = int(os.environ.get("BENCH_TEXTS", "96")), 2


def _texts() -> list[str]:
    if not REAL.is_dir():
        records = [json.loads(line) for line in DEMO.read_text(encoding="utf-8").splitlines()]
        return [f"{record['title']}\n{record['abstract']}" for record in records][:COUNT]
    found: list[str] = []
    for name in ("scifact", "patent_citations", "rfc_citations", "cranfield"):
        with gzip.open(REAL / name / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
            records = [json.loads(line) for line, _ in zip(lines, range(COUNT // 4 * 7), strict=False)]
        found += [f"{record['title']}\n{record['text']}" for record in records[::7]]
    return found


def _plain() -> Callable[[list[str]], NDArray[np.float32]]:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(packaged()), device="cpu", local_files_only=True)
    threads = torch.get_num_threads()

    def encode(texts: list[str]) -> NDArray[np.float32]:
        torch.set_num_threads(threads)
        made: NDArray[np.float32] = model.encode(texts, show_progress_bar=False)
        return made

    return encode


def main() -> None:
    """Print the table."""
    texts = _texts()
    plain = _plain()
    ways: dict[str, Callable[[list[str]], NDArray[np.float32]]] = {"plain float32": plain}
    chosen = [("torch", "float32")]
    chosen += [("torch", "bfloat16")] if has_bfloat16() else []
    chosen += [("onnx", "float32"), ("onnx", "int8")] if backends.installed() else []
    encoders = {
        f"{backend} {precision}": SentenceEncoder(backend=backend, precision=precision)  # type: ignore[arg-type]
        for backend, precision in chosen
    }
    ways |= {name: encoder.encode for name, encoder in encoders.items()}
    best: dict[str, tuple[float, float]] = {}
    made: dict[str, NDArray[np.float32]] = {}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            if name != "plain float32":
                torch.set_num_threads(1)
            way(texts[:2])
            wall, busy = time.perf_counter(), time.process_time()
            made[name] = way(texts)
            wall, busy = time.perf_counter() - wall, time.process_time() - busy
            old = best.get(name, (wall, busy))
            best[name] = (min(wall, old[0]), min(busy, old[1]))
    base = best["plain float32"]
    rows: list[list[object]] = []
    for name, (wall, busy) in best.items():
        cosines = (made[name] * made["plain float32"]).sum(axis=1)
        rows.append(
            [
                name,
                f"{len(texts) / wall:.1f}",
                f"×{base[0] / wall:.2f}",
                f"×{base[1] / busy:.2f}",
                f"{cosines.min():.4f}",
                f"{cosines.mean():.4f}",
                _query_ms(encoders.get(name), texts),
            ]
        )
    head = ("", "documents/s", "wall", "processor", "least cosine", "mean cosine", "query of 100 terms, ms")
    note = (
        f"{len(texts)} documents, best of {ROUNDS} runs that take turns, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f}; ratios and cosines to plain `SentenceTransformer.encode` in float32."
    )
    figures = {name: {"wall_s": wall, "processor_s": busy} for name, (wall, busy) in best.items()}
    tables.show("encode", f"{note}\n\n{tables.markdown(head, rows)}", {"texts": len(texts), **figures})


def _query_ms(encoder: SentenceEncoder | None, texts: list[str]) -> str:
    """Return the least processor time of a query, warm; empty for plain encoding."""
    if encoder is None:
        return ""
    query = " ".join(" ".join(texts).split()[:100])
    times = []
    for _ in range(7):
        busy = time.process_time()
        encoder.encode([query], query=True)
        times.append(time.process_time() - busy)
    return f"{min(times) * 1000:.1f}"


if __name__ == "__main__":
    main()
