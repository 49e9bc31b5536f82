"""Run by tests in a process of its own, to be killed: ingest a file, `remove` or `rebuild` after it."""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from index.errors import IndexingError
from pipeline.corpus import Corpus
from pipeline.errors import PipelineError
from pipeline.ingestion import ingest
from pipeline.store import Store
from pipeline.workspace import now
from tests.hash_encoder import hashed


def main() -> None:
    if largest := os.environ.get("LARGEST_FILE"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest), int(largest)))
    folder, source = Path(sys.argv[1]), Path(sys.argv[2])
    corpus = Corpus(Store.open(folder / "record.sqlite"), folder / "index", hashed(), batch=24)
    if len(sys.argv) > 3:
        {"remove": lambda: corpus.remove("jsonl"), "rebuild": corpus.rebuild}[sys.argv[3]]()
        return
    for step in ingest(corpus, "jsonl", [source], clock=now):
        sys.stdout.write(f"{step.added}\n")
        sys.stdout.flush()


try:
    main()
except (IndexingError, PipelineError) as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(3)
