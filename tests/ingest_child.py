"""Run by tests in a process of its own, to be killed: ingest a file with the hash encoder."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from hash_encoder import HashEncoder  # noqa: E402 - the path has to be set first

from pipeline.corpus import Corpus  # noqa: E402
from pipeline.ingestion import ingest  # noqa: E402
from pipeline.store import Store  # noqa: E402
from pipeline.workspace import now  # noqa: E402


def main() -> None:
    folder, source = Path(sys.argv[1]), Path(sys.argv[2])
    corpus = Corpus(Store.open(folder / "record.sqlite"), folder / "index", HashEncoder(), batch=24)
    for step in ingest(corpus, "jsonl", [source], clock=now):
        sys.stdout.write(f"{step.added}\n")
        sys.stdout.flush()


main()
