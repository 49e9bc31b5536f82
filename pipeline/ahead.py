"""Reading ahead: a second process reads and prepares a large file while this one stores and indexes.

Reading a patent and cutting it costs about as much as storing and indexing it, and Python does one thing at a
time: with two processors two processes do both. The other process is this module run by `-m`; it writes
batches of records, length first, to a pipe, and ends with an empty one, so that its death is never taken for
the end of the file. A thread here empties the pipe into a bounded queue: the other process goes on while an
index generation is written. Small files, one processor, and readers that nobody registered are read here.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ingest import sources
from ingest.documents import Document
from ingest.record_stream import display
from pipeline.errors import PipelineError
from pipeline.preparing import Prepared, packed, prepare, restored

if TYPE_CHECKING:
    from collections.abc import Generator

    from ingest.items import Item
    from ingest.sources import Reader

LARGE = 8 << 20
"""Bytes, unpacked, from which a second process is worth its start of half a second."""
_BATCH = 1 << 19
"""Bytes of bodies in a batch, about."""
_QUEUED = 64
"""Batches that wait at most: some sixty megabytes."""
_LENGTH = 4


class ReaderDiedError(PipelineError):
    """The process that read a file ended before the file did."""

    exit_code = 5

    def __init__(self, path: Path, code: int, said: str) -> None:
        last = f" ({said[-300:]})" if said else ""
        super().__init__(
            f"{display(path)}: the process that read it ended with code {code}{last}; "
            "run the same command again, it goes on after the last record"
        )


def read(reader: Reader, path: Path, after: int) -> Generator[Prepared | Item, None, None]:
    """Yield what a reader reads after an offset, documents prepared. Raises ReaderDiedError."""
    apart = sources.SOURCES.get(reader.name) is reader and (os.cpu_count() or 1) > 1
    if apart and reader.measure(path) >= LARGE:
        yield from _apart(reader.name, path, after)
    else:
        for item in reader.read(path, after=after):
            yield prepare(item) if isinstance(item, Document) else item


def _apart(name: str, path: Path, after: int) -> Generator[Prepared | Item, None, None]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, "-P", "-m", "pipeline.ahead", name, os.fspath(path), str(after)]
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=environment
        )
        assert child.stdout is not None
        batches: queue.Queue[bytes | None] = queue.Queue(_QUEUED)
        stopped = threading.Event()
        thread = threading.Thread(target=_empty, args=(child.stdout, batches, stopped), daemon=True)
        thread.start()
        try:
            while (batch := batches.get()) is not None:
                if not batch:
                    return
                for kind, value in pickle.loads(batch):  # noqa: S301 - written by our own child
                    yield restored(value) if kind == "document" else value
            code = child.wait()
            errors.seek(0)
            raise ReaderDiedError(path, code, errors.read().decode("utf-8", "replace").strip())
        finally:
            stopped.set()
            child.kill()
            child.wait()
            thread.join()
            child.stdout.close()


def _empty(pipe: IO[bytes], batches: queue.Queue[bytes | None], stopped: threading.Event) -> None:
    """Hand on what comes through the pipe; None when it ends."""
    while not stopped.is_set():
        head = pipe.read(_LENGTH)
        batch = pipe.read(int.from_bytes(head, "big")) if len(head) == _LENGTH else None
        whole = batch is not None and len(batch) == int.from_bytes(head, "big")
        while not stopped.is_set():
            try:
                batches.put(batch if whole else None, timeout=0.2)
                break
            except queue.Full:
                continue
        if not batch or not whole:
            return


def main(arguments: list[str]) -> None:
    """Read a file and write what it holds to stdout; see the module's docstring."""
    name, path, after = arguments
    out = sys.stdout.buffer
    batch: list[tuple[str, Any]] = []
    size = 0
    try:
        for item in sources.SOURCES[name].read(Path(path), after=int(after)):
            if isinstance(item, Document):
                ready = prepare(item)
                batch.append(("document", packed(ready)))
                size += len(ready.body)
            else:
                batch.append(("item", item))
                size += 1 << 10
            if size >= _BATCH:
                _write(out, batch)
                batch, size = [], 0
        _write(out, batch)
        out.write(bytes(_LENGTH))
        out.flush()
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more: the run was stopped


def _write(out: IO[bytes], batch: list[tuple[str, Any]]) -> None:
    if batch:
        data = pickle.dumps(batch, pickle.HIGHEST_PROTOCOL)
        out.write(len(data).to_bytes(_LENGTH, "big"))
        out.write(data)
        out.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
