"""Whole-corpus and event-log exports: files that somebody else can read, written whole or not at all."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

from ingest.jsonl import write_line
from pipeline import store_corpus, store_events
from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipeline.corpus import Corpus
    from pipeline.store import Store


class ExportFailedError(PipelineError):
    """The file could not be written; what was there before is untouched."""

    def __init__(self, file: Path, error: OSError) -> None:
        super().__init__(f"{file}: cannot be written ({error.strerror or error}); choose another place")


def export_corpus(corpus: Corpus, file: Path) -> int:
    """Write every document as interchange JSONL, sorted by key; returns how many."""
    with corpus.store.read() as connection:
        return _write(file, (write_line(document) for document in store_corpus.every(connection)))


def export_events(store: Store, file: Path) -> int:
    """Write the event log as JSONL, oldest first; returns how many lines."""
    with store.read() as connection:
        return _write(
            file,
            (
                json.dumps(asdict(line), sort_keys=True).encode() + b"\n"
                for line in store_events.every(connection)
            ),
        )


def _write(file: Path, lines: Iterable[bytes]) -> int:
    part = file.with_name(file.name + ".part")
    count = 0
    try:
        with part.open("wb") as stream:
            for line in lines:
                stream.write(line)
                count += 1
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except OSError as error:
        raise ExportFailedError(file, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return count
