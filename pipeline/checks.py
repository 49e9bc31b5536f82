"""Self-checks that a support person would ask for; each fault is a sentence."""

from __future__ import annotations

import importlib.metadata
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.passages import passages
from pipeline import store_corpus, store_events
from pipeline.library import SearchFilter

if TYPE_CHECKING:
    from pipeline.corpus import Corpus
    from pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    check: str
    ok: bool
    words: str


def corpus_faults(corpus: Corpus) -> tuple[str, ...]:
    """Compare database and index, every stored text with its passages, every file with what was written.

    Returns a sentence per fault, none when all agree. Raises IndexDamagedError.
    """
    faults = []
    reader = corpus.reader()
    reader.verify()
    with corpus.store.read() as connection:
        waiting = store_corpus.count_pending(connection, reader.generation)
        total = store_corpus.count(connection, SearchFilter())
        pieces = 0
        for document in store_corpus.every(connection):
            cut = passages(document)
            pieces += len(cut)
            if any(p.end > len(document.text) or p.start >= p.end for p in cut):
                faults.append(f"{document.key}: a passage lies outside its text")
    if waiting:
        faults.append(f"{waiting} documents wait for the index; another process may be writing")
    if reader.items != total:
        faults.append(f"the index holds {reader.items} documents, the database {total}")
    if reader.vectors != pieces:
        faults.append(f"the index holds {reader.vectors} passages, the documents have {pieces}")
    return tuple(faults)


def doctor(workspace: Workspace) -> tuple[Finding, ...]:
    """Look at everything that commonly goes wrong."""
    found = [
        Finding(check="python", ok=True, words=sys.version.split()[0]),
        *(_package(name) for name in ("torch", "sentence-transformers", "faiss-cpu", "tantivy", "streamlit")),
    ]
    free = shutil.disk_usage(workspace.folder).free
    found.append(Finding(check="disk", ok=free > 1 << 30, words=f"{free / (1 << 30):.1f} GiB free"))
    mode = workspace.folder.stat().st_mode & 0o077
    words = "only you can read it" if not mode else "other users of this machine can read the workspace"
    found.append(Finding(check="folder", ok=not mode, words=words))
    with workspace.store.read() as connection:
        broken = store_events.faults(connection)
    found.append(Finding(check="event log", ok=not broken, words="; ".join(broken) or "chain holds"))
    faults = corpus_faults(workspace.corpus)
    found.append(
        Finding(check="corpus", ok=not faults, words="; ".join(faults) or "database and index agree")
    )
    vector = workspace.corpus.encoder.encode(["one sentence"])
    found.append(Finding(check="encoder", ok=vector.shape[0] == 1, words=workspace.corpus.encoder.name))
    return tuple(found)


def _package(name: str) -> Finding:
    try:
        return Finding(check=name, ok=True, words=importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(check=name, ok=False, words="not installed")
