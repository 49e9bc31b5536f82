"""Run by tests in a process of its own, to be killed: ingest a file with the hash encoder."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from pipeline.corpus import Corpus
from pipeline.ingestion import ingest
from pipeline.store import Store
from pipeline.workspace import now
from tests.hash_encoder import HashEncoder


def main() -> None:
    folder, source = Path(sys.argv[1]), Path(sys.argv[2])
    corpus = Corpus(Store.open(folder / "record.sqlite"), folder / "index", HashEncoder(), batch=24)
    for step in ingest(corpus, "jsonl", [source], clock=now):
        sys.stdout.write(f"{step.added}\n")
        sys.stdout.flush()


main()
