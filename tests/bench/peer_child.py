"""One peer over one corpus; runs in the benches' own environment and knows nothing of this product.

`python peer_child.py NAME FOLDER` reads `documents.json` ([[id, text], …]), `queries.json` and the rows of
both in `documents.npy` and `queries.npy`, and prints JSON: version, seconds to index, the run (a hundred
identifiers a query, best first) and the milliseconds of every query. Peers get the vectors handed in and are
otherwise set as their documentation sets them.
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

DEPTH = 100
WARM = 5


class Task:
    """What is to be indexed and asked."""

    def __init__(self, folder: Path) -> None:
        self.documents = json.loads((folder / "documents.json").read_text(encoding="utf-8"))
        self.queries = json.loads((folder / "queries.json").read_text(encoding="utf-8"))
        self.document_rows = np.load(folder / "documents.npy")
        self.query_rows = np.load(folder / "queries.npy")
        self.ids = [each for each, _ in self.documents]
        self.texts = [text for _, text in self.documents]


def bm25s_words(task: Task) -> Callable[[int], list[str]]:
    """Words alone: English stemmer and stop words, k1 1.2, b 0.75."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")

    def cut(texts: list[str]) -> Any:  # noqa: ANN401 - no types
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    index = bm25s.BM25(k1=1.2, b=0.75)
    index.index(cut(task.texts), show_progress=False)

    def ask(number: int) -> list[str]:
        found, _ = index.retrieve(cut([task.queries[number][1]]), k=DEPTH, show_progress=False)
        return [task.ids[row] for row in found[0].tolist()]

    return ask


def txtai_hybrid(task: Task) -> Callable[[int], list[str]]:
    """Words and vectors, half and half, as `hybrid=True` gives them; vectors are looked up by text."""
    from txtai import Embeddings

    rows = dict(zip(task.texts, task.document_rows, strict=True))
    rows.update(zip([text for _, text in task.queries], task.query_rows, strict=True))
    index = Embeddings(
        method="external",
        transform=lambda texts: np.stack([rows[text] for text in texts]),
        hybrid=True,
        content=False,
    )
    index.index([(each, text, None) for each, text in task.documents])
    return lambda number: [each for each, _ in index.search(task.queries[number][1], DEPTH)]


def lancedb_hybrid(task: Task) -> Callable[[int], list[str]]:
    """Full text and vectors, joined by reciprocal ranks (its default for hybrid search)."""
    import lancedb
    import pyarrow as pa
    from lancedb.rerankers import RRFReranker

    folder = tempfile.mkdtemp(prefix="antedate-lancedb-")
    flat = pa.array(task.document_rows.astype(np.float32).ravel())
    vectors = pa.FixedSizeListArray.from_arrays(flat, task.document_rows.shape[1])
    data = pa.table({"id": task.ids, "text": task.texts, "vector": vectors})
    table = lancedb.connect(folder).create_table("documents", data)
    table.create_fts_index("text")
    reranker = RRFReranker()

    def ask(number: int) -> list[str]:
        found = (
            table.search(query_type="hybrid")
            .vector(task.query_rows[number])
            .text(task.queries[number][1])
            .limit(DEPTH)
            .rerank(reranker)
            .select(["id"])
            .to_list()
        )
        return [row["id"] for row in found]

    return ask


PEERS = {"bm25s": bm25s_words, "txtai": txtai_hybrid, "lancedb": lancedb_hybrid}


def main() -> None:
    """Index, ask every query, print."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    task = Task(folder)
    started = time.perf_counter()
    ask = PEERS[name](task)
    spent = time.perf_counter() - started
    for number in range(min(WARM, len(task.queries))):
        ask(number)
    run, times = {}, []
    for number, (query, _) in enumerate(task.queries):
        started = time.perf_counter()
        found = ask(number)
        times.append((time.perf_counter() - started) * 1000)
        run[query] = found
    version = importlib.metadata.version(name)
    print(json.dumps({"version": version, "index_s": spent, "times_ms": times, "run": run}))


if __name__ == "__main__":
    main()
