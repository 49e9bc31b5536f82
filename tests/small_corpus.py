"""A small corpus in a real workspace folder, with the hash encoder: made, filled and looked at by tests."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

from pipeline.checks import corpus_faults
from pipeline.corpus import Corpus
from pipeline.ingestion import IngestSummary, ingest
from pipeline.store import Store
from pipeline.workspace import now
from tests.hash_encoder import hashed

if TYPE_CHECKING:
    from pathlib import Path

WORDS = [
    "valve",
    "pump",
    "sensor",
    "soil",
    "moisture",
    "radio",
    "battery",
    "plate",
    "coolant",
    "gripper",
    "finger",
    "camera",
    "loss",
    "schedule",
]


def record(number: int) -> dict[str, object]:
    chosen = random.Random(number)
    return {
        "id": f"T-{number}",
        "kind": "paper",
        "title": " ".join(chosen.choices(WORDS, k=6)),
        "abstract": " ".join(chosen.choices(WORDS, k=60)),
        "date": f"20{10 + number % 10}-03-{1 + number % 28:02d}",
    }


def write_lines(path: Path, numbers: range) -> Path:
    path.write_text("".join(json.dumps(record(n)) + "\n" for n in numbers), encoding="utf-8")
    return path


def open_corpus(folder: Path, batch: int | None = 24) -> Corpus:
    folder.mkdir(exist_ok=True)
    return Corpus(Store.open(folder / "record.sqlite"), folder / "index", hashed(), batch=batch)


def run(corpus: Corpus, *paths: Path, source: str = "auto", limit: int | None = None) -> IngestSummary:
    work = ingest(corpus, source, list(paths), clock=now, limit=limit)
    while True:
        try:
            next(work)
        except StopIteration as end:
            summary: IngestSummary = end.value
            return summary


def picture(corpus: Corpus) -> tuple[object, ...]:
    """Everything that a user could see: documents, counts, and the results of searches in all modes."""
    status = corpus.status()
    searches = [
        [(hit.key, hit.words_rank, hit.meaning_rank, [p.start for p in hit.passages]) for hit in found]
        for query in ("soil moisture valve", "gripper finger camera", "loss schedule")
        for mode in ("fused", "words", "meaning")
        for found in (corpus.search(query, mode=mode, limit=15),)
    ]
    return status.snapshot, status.documents, status.passages, corpus_faults(corpus), searches
