"""Searching by words: tantivy through our corpus against SQLite FTS5 on the same texts, in the same run.

The peer is what an application of this kind would otherwise use: FTS5 is in every Python. Both rank by BM25
and return ten documents. Uses `../shared/data` when it is there, else the bundled demo corpus repeated.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from index.hybrid import HybridIndex, Item, Piece
from index.text import content
from tests.bench import tables
from tests.hash_encoder import hashed

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "bench" / "patent_citations" / "corpus.jsonl.gz"
DEMO = ROOT / "pipeline" / "demo" / "corpus" / "demo.jsonl"
COUNT = 20_000
QUERIES = 100


def _texts() -> list[tuple[str, str]]:
    if REAL.is_file():
        with gzip.open(REAL, "rt", encoding="utf-8") as lines:
            records = [json.loads(line) for line, _ in zip(lines, range(COUNT), strict=False)]
        return [(record["title"], record["text"]) for record in records]
    records = [json.loads(line) for line in DEMO.read_text(encoding="utf-8").splitlines()]
    return [(record["title"], record["abstract"]) for record in records] * (COUNT // len(records))


def main() -> None:
    """Print indexing rates, median latencies and their ratios."""
    texts = _texts()
    queries = [body for _, body in texts[:: max(1, len(texts) // QUERIES)]][:QUERIES]
    with tempfile.TemporaryDirectory() as folder:
        ours = _ours(Path(folder) / "index", texts, queries)
    peer = _peer(texts, queries)
    rows = [
        [name, f"{len(texts) / build:,.0f}", f"{latency * 1000:.1f}"]
        for name, (build, latency) in (("antedate", ours), ("SQLite FTS5", peer))
    ]
    rows.append(["antedate / FTS5", f"×{peer[0] / ours[0]:.2f}", f"×{ours[1] / peer[1]:.3f}"])
    note = f"{len(texts):,} documents, {len(queries)} whole abstracts as queries"
    table = tables.markdown(("", "documents indexed a second", "median query, ms"), rows)
    figures = {"antedate": ours, "fts5": peer, "documents": len(texts)}
    tables.show("search", f"{note}\n\n{table}", figures)


def _ours(folder: Path, texts: list[tuple[str, str]], queries: list[str]) -> tuple[float, float]:
    started = time.perf_counter()
    with HybridIndex.open(folder, hashed(), write=True) as index:
        for start in range(0, len(texts), 2048):
            index.apply(
                [
                    Item(
                        id=number + 1,
                        day=None,
                        tags=(),
                        title=title,
                        pieces=(Piece(ordinal=0, field="abstract", text=body),),
                    )
                    for number, (title, body) in enumerate(texts[start : start + 2048], start)
                ]
            )
        build = time.perf_counter() - started
    with HybridIndex.open(folder, hashed()) as index:
        return build, _median(lambda query: index.search(query, mode="words", pieces=0, plain=True), queries)


def _peer(texts: list[tuple[str, str]], queries: list[str]) -> tuple[float, float]:
    connection = sqlite3.connect(":memory:")
    started = time.perf_counter()
    connection.execute("CREATE VIRTUAL TABLE art USING fts5(title, body, tokenize='porter')")
    connection.executemany("INSERT INTO art VALUES (?, ?)", texts)
    build = time.perf_counter() - started

    def search(query: str) -> object:
        words = " OR ".join(f'"{token.stem}"' for token in content(query))
        statement = "SELECT rowid FROM art WHERE art MATCH ? ORDER BY bm25(art) LIMIT 10"
        return connection.execute(statement, (words,)).fetchall()

    latency = _median(search, queries)
    connection.close()
    return build, latency


def _median(search: object, queries: list[str]) -> float:
    assert callable(search)
    times = []
    for query in queries:
        started = time.perf_counter()
        search(query)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


main()
