"""A million vectors of 256 dimensions: our exact search of 8-bit codes beside FAISS's own flat scans.

Times are of the thread's processor, in milliseconds, least of `_ROUNDS`: what a request costs on a machine
that does something else beside. `BENCH_COUNT` vectors (1,000,000), two to an item.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import faiss
import numpy as np

from index import quantised, tables
from index.masks import passing
from index.quantised import FINE
from index.records import Filter
from index.tables import Part, Table

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = int(os.environ.get("BENCH_COUNT", "1000000"))
DIM = 256
_ROUNDS = 5


def main() -> None:
    """Print a line a measurement."""
    rng = np.random.default_rng(0)
    codes = np.empty((COUNT, DIM), np.uint8)
    centres = rng.standard_normal((1000, DIM), dtype=np.float32)
    for start in range(0, COUNT, 50_000):
        block = rng.standard_normal((min(50_000, COUNT - start), DIM), dtype=np.float32)
        block += 0.7 * centres[rng.integers(0, 1000, len(block))]
        block /= np.linalg.norm(block, axis=1, keepdims=True)
        codes[start : start + len(block)] = quantised.encode(block, FINE)
    items = np.arange(1, COUNT // 2 + 1)
    owners = np.repeat(np.arange(items.size, dtype=np.int32), 2)
    table = Table(
        codes=codes,
        owners=owners,
        starts=np.arange(0, COUNT + 1, 2),
        reach=FINE,
        longest=1.05,
        lists=None,
        places=None,
    )
    query = quantised.decode(codes[77:78], FINE)[0] + 0.05 * rng.standard_normal(DIM).astype(np.float32)
    query /= np.linalg.norm(query)
    shares = (1.0, 0.5, 0.1, 0.05, 0.01, 0.001)
    for share in shares:
        kept = np.ones(items.size, np.bool_) if share == 1 else rng.random(items.size) < share
        part = Part(table=table, items=items, kept=kept)
        spent = _least(lambda part=part: tables.best([part], query, 200))  # type: ignore[misc]
        print(f"ours, {share:6.1%} of items pass: {spent:6.1f}")
    faiss.omp_set_num_threads(1)
    bare = faiss.IndexScalarQuantizer(DIM, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    bare.train(quantised.decode(codes[:5000], FINE))
    faiss.copy_array_to_vector(codes.reshape(-1), bare.codes)
    bare.ntotal = COUNT
    print(f"FAISS, flat 8-bit, top 200: {_least(lambda: bare.search(query[None], 200)):6.1f}")
    days = rng.integers(700_000, 740_000, COUNT).astype(np.int32)
    segment = type("Segment", (), {"items": np.arange(COUNT), "days": days})()
    alive = np.ones(COUNT, np.bool_)
    dated = _least(lambda: passing(segment, alive, Filter(before=720_000)))
    print(f"mask of a date, a million items: {dated:6.1f}")
    only = Filter(only=frozenset(range(0, COUNT, 10)))
    print(f"mask of a set of a tenth of them: {_least(lambda: passing(segment, alive, only)):6.1f}")


def _least(work: Callable[[], object]) -> float:
    times = []
    for _ in range(_ROUNDS):
        started = time.thread_time()
        work()
        times.append((time.thread_time() - started) * 1000)
    return min(times)


if __name__ == "__main__":
    main()
