"""The whole way of full-text patents, without vectors: read, split, store, index by words.

The peer is what a small application would do with the same readers: each document that was read goes into an
SQLite FTS5 table as title and text, one transaction a batch. It keeps no record (no passages, dates, digests,
families, near-duplicates) and is the floor. Both read the same file in the same run; the encoder costs
nothing, so that all but the model is measured. Uses `../shared/data` when it is there, else the
bundled demo volume; `ANTEDATE_BENCH_FILE` names another file.
"""

from __future__ import annotations

import os
import resource
import sqlite3
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.encoders import Encoders
from ingest.documents import Document
from ingest.sources import detect
from pipeline.corpus import Corpus
from pipeline.ingestion import ingest
from pipeline.store import Store
from pipeline.workspace import now
from tests.bench import tables
from tests.hash_encoder import HashEncoder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "fixtures" / "uspto_xml_bulk" / "ipg100105.half.zip"
DEMO = ROOT / "pipeline" / "demo" / "corpus" / "ipg_demo.zip"


class NoEncoder(HashEncoder):
    """Answers at once: the same vector for every text."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:  # noqa: ARG002 - protocol
        vectors = np.zeros((len(texts), self.dim), np.float32)
        vectors[:, 0] = 1.0
        return vectors


def main() -> None:
    """Print documents a second of wall and of processor time, peak memory, and what a second run costs."""
    path = Path(os.environ.get("ANTEDATE_BENCH_FILE", REAL if REAL.is_file() else DEMO))
    with tempfile.TemporaryDirectory() as folder:
        encoders = Encoders(documents=NoEncoder(), passages=NoEncoder())
        corpus = Corpus(Store.open(Path(folder) / "record.sqlite"), Path(folder) / "index", encoders)
        first = _timed(lambda: _ingested(corpus, path))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        again = _timed(lambda: _ingested(corpus, path))
        with corpus.store.read() as connection:
            count = int(connection.exec_driver_sql("SELECT count(*) FROM documents").scalar_one())
        corpus.close()
        corpus.store.close()
        reading = _timed(lambda: deque(detect(path).read(path), maxlen=0))
        peer = _timed(lambda: _peer(Path(folder) / "peer.sqlite", path))
    rows = [
        [name, f"{count / wall:,.1f}", f"{processor / count * 1000:.1f}"]
        for name, (wall, processor) in (
            ("antedate", first),
            ("reading alone", reading),
            ("read, then FTS5", peer),
        )
    ]
    note = (
        f"{path.name}: {count} documents, no vectors; antedate takes {first[1] / peer[1]:.2f} times the "
        f"processor time of the peer, and {again[0] / first[0]:.1%} of the first time for the same file "
        f"again; peak memory {memory:.0f} MB"
    )
    table = tables.markdown(("", "documents a second", "ms of processor each"), rows)
    figures = {"antedate": first, "reading": reading, "peer": peer, "again": again, "documents": count}
    tables.show("ingest-whole", f"{note}\n\n{table}", figures)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def _ingested(corpus: Corpus, path: Path) -> None:
    deque(ingest(corpus, "auto", [path], clock=now), maxlen=0)


def _peer(target: Path, path: Path) -> None:
    connection = sqlite3.connect(target)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE VIRTUAL TABLE art USING fts5(title, body, tokenize='porter')")
    for number, record in enumerate(detect(path).read(path)):
        if isinstance(record, Document):
            connection.execute("INSERT INTO art VALUES (?, ?)", (record.title, record.text))
        if number % 256 == 0:
            connection.commit()
    connection.commit()
    connection.close()


main()
