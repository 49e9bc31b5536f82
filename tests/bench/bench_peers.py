"""Quality and speed beside bm25s, txtai and LanceDB: the same corpus, the same vectors, in one run.

Every system gets title and text of the documents and, but for bm25s, the same MiniLM vectors, so that nobody
is timed for encoding. Ours adds its own vectors of passages. Peers run in `.venv-bench` (`BENCH_PYTHON` names
another interpreter), each in its own process, with their documented defaults for hybrid search. One that is
not installed, fails, or takes more than `PATIENCE` seconds says so in the table. Intervals are those of the
bootstrap over queries.

With the vectors in `BENCH_CACHE` the whole takes under three minutes. Without them it first waits for MiniLM:
8,578 documents are ten minutes of one free core and hours of a busy one, in which nothing is printed but, on
standard error, what is being done.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index import metrics
from index.encoder import SentenceEncoder
from index.encoders import Encoders
from index.hybrid import HybridIndex
from index.records import Item, Piece
from index.static_encoder import StaticEncoder
from index.vector_cache import CachedEncoder
from tests.bench import tables

if TYPE_CHECKING:
    from index.encoder import Encoder

SETS = ("scifact", "nfcorpus")
NAMES = {
    "antedate": "antedate",
    "antedate-words": "antedate, words alone",
    "bm25s": "bm25s (words)",
    "txtai": "txtai (hybrid)",
    "lancedb": "LanceDB (hybrid, RRF)",
}
PEERS = ("bm25s", "txtai", "lancedb")
CHILD = Path(__file__).with_name("peer_child.py")
PYTHON = os.environ.get("BENCH_PYTHON", str(tables.ROOT / ".venv-bench" / "bin" / "python"))
DEPTH, WARM = 100, 5
PATIENCE = 300
"""Seconds that a peer gets for one set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """A benchmark in BEIR layout."""

    name: str
    documents: tuple[tuple[str, str, str], ...]
    """Identifier, title, text."""
    queries: tuple[tuple[str, str], ...]
    """Those that are judged."""
    qrels: Mapping[str, Mapping[str, int]]


def main() -> None:
    """Print one table for each set."""
    encoder = CachedEncoder(SentenceEncoder(precision="float32"), tables.CACHE / "vectors")
    texts, figures, short = [], {}, []
    for name in SETS:
        if not (tables.DATA / "bench" / name).is_dir():
            print(f"{name}: ../shared/data/bench/{name} is absent, nothing measured")
            continue
        task = read(name)
        found = measure(task, encoder)
        text, rows = _table(task, found)
        texts.append(text)
        short.append(rows)
        figures[name] = {key: _figures(task, value) for key, value in found.items()}
    encoder.close()
    if texts:
        tables.show("peers", "\n\n".join(texts), figures, short="\n\n".join(short))


def read(name: str) -> Set:
    """Read a benchmark's documents, and the judged queries of its test part."""
    folder = tables.DATA / "bench" / name
    qrels: dict[str, dict[str, int]] = {}
    lines = (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]
    for query, document, grade in (line.split("\t") for line in lines):
        qrels.setdefault(query, {})[document] = int(grade)
    documents = tuple((r["_id"], r.get("title", ""), r["text"]) for r in _records(folder / "corpus.jsonl.gz"))
    queries = tuple((r["_id"], r["text"]) for r in _records(folder / "queries.jsonl.gz") if r["_id"] in qrels)
    return Set(name=name, documents=documents, queries=queries, qrels=qrels)


def measure(task: Set, encoder: Encoder) -> dict[str, dict[str, Any]]:
    """Run every system over a set."""
    with tempfile.TemporaryDirectory(prefix="antedate-peers-") as made:
        folder = Path(made)
        texts = [f"{title}\n{text}".strip() for _, title, text in task.documents]
        _say(f"{task.name}: vectors of {len(texts):,} documents (from the cache where they are known)")
        np.save(folder / "documents.npy", encoder.encode(texts))
        np.save(folder / "queries.npy", _query_rows(task, encoder))
        named = [[each, text] for (each, _, _), text in zip(task.documents, texts, strict=True)]
        (folder / "documents.json").write_text(json.dumps(named), encoding="utf-8")
        (folder / "queries.json").write_text(json.dumps(task.queries), encoding="utf-8")
        _say(f"{task.name}: antedate")
        found = _ours(task, encoder, folder / "index")
        for peer in PEERS:
            _say(f"{task.name}: {peer}")
            found[peer] = ask_peer(peer, folder)
    return found


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _query_rows(task: Set, encoder: Encoder) -> Any:  # noqa: ANN401 - an array
    return encoder.encode([text for _, text in task.queries], query=True)


def _ours(task: Set, encoder: Encoder, folder: Path) -> dict[str, dict[str, Any]]:
    encoders = Encoders(documents=encoder, passages=StaticEncoder())
    started = time.perf_counter()
    with HybridIndex.open(folder, encoders, write=True) as index:
        index.apply([_item(n, *each) for n, each in enumerate(task.documents, start=1)])
    spent = time.perf_counter() - started
    found = {}
    with HybridIndex.open(folder, encoders) as index:
        for name, mode in (("antedate", "fused"), ("antedate-words", "words")):
            run: dict[str, list[str]] = {}
            times = []
            for number, (query, text) in enumerate((*task.queries[:WARM], *task.queries)):
                started = time.perf_counter()
                hits = index.search(text, mode=mode, limit=DEPTH, pieces=0, plain=True)  # type: ignore[arg-type]
                if number >= WARM:
                    times.append((time.perf_counter() - started) * 1000)
                run[query] = [task.documents[hit.item - 1][0] for hit in hits]
            found[name] = {"index_s": spent, "times_ms": times, "run": run}
    return found


def _item(number: int, _: str, title: str, text: str) -> Item:
    return Item(
        id=number,
        day=None,
        tags=(),
        title=title,
        pieces=(Piece(ordinal=0, field="abstract", text=text),),
        brief=f"{title}\n{text}".strip(),
    )


def ask_peer(name: str, folder: Path, *, python: str = PYTHON, patience: float = PATIENCE) -> dict[str, Any]:
    """Run a peer over what `peer_child` reads; what it printed, or why there is nothing as `failed`."""
    if not Path(python).is_file():
        return {"failed": "not installed (make bench makes .venv-bench)"}
    quiet = {"TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1", "PYTHONPATH": ""}
    try:
        made = subprocess.run(
            [python, str(CHILD), name, str(folder)],
            capture_output=True,
            text=True,
            check=False,
            timeout=patience,
            env={**os.environ, "OMP_NUM_THREADS": "1", **quiet},
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {patience:g} s"}
    if made.returncode:
        return {"failed": (made.stderr.strip().splitlines() or ["no reason given"])[-1][:120]}
    result: dict[str, Any] = json.loads(made.stdout.splitlines()[-1])
    return result


def _figures(task: Set, found: Mapping[str, Any]) -> dict[str, Any]:
    if "failed" in found:
        return {"failed": found["failed"]}
    table = metrics.table(found["run"], task.qrels)
    return {
        "ndcg@10": round(table.mean("ndcg@10"), 4),
        "recall@100": round(table.mean("recall@100"), 4),
        "index_s": round(found["index_s"], 2),
        "p50_ms": round(tables.quantile(found["times_ms"], 0.5), 2),
        "p95_ms": round(tables.quantile(found["times_ms"], 0.95), 2),
        "version": found.get("version", ""),
    }


def _table(task: Set, found: Mapping[str, Mapping[str, Any]]) -> tuple[str, str]:
    rows, short = [], []
    for key, value in found.items():
        figures = _figures(task, value)
        name = f"{NAMES[key]} {figures.get('version', '')}".strip()
        if "failed" in figures:
            rows.append([name, figures["failed"], "", "", "", ""])
            continue
        low, high = metrics.interval(
            metrics.resampled(metrics.table(value["run"], task.qrels).column("ndcg@10")[:, None])
        )
        quality = f"{figures['ndcg@10']:.3f}"
        spread = f"{quality} ({low:.3f}–{high:.3f})"
        rest = [f"{figures['recall@100']:.3f}", f"{figures['p50_ms']:.1f}", f"{figures['p95_ms']:.1f}"]
        rows.append([name, spread, *rest, f"{figures['index_s']:.1f}"])
        short.append([name, quality, *rest[:2]])
    note = f"**{task.name}**: {len(task.documents):,} documents, {len(task.qrels)} queries"
    head = ("", "nDCG@10", "recall@100", "p50, ms", "p95, ms", "index, s")
    return (
        f"{note}\n\n{tables.markdown(head, rows)}",
        f"{note}\n\n{tables.markdown(('', 'nDCG@10', 'recall@100', 'query p50, ms'), short)}",
    )


def _records(path: Path) -> Any:  # noqa: ANN401 - an iterator of JSON objects
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


if __name__ == "__main__":
    main()
