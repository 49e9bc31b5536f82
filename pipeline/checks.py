"""Self-checks that a support person would ask for; each fault is a sentence."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.passages import passages
from pipeline import store_corpus, store_events, store_put
from pipeline.library import SearchFilter
from pipeline.store import sqlite_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ingest.documents import Document
    from pipeline.corpus import Corpus
    from pipeline.workspace import Workspace


_PACKAGES = ("antedate", "torch", "sentence-transformers", "faiss-cpu", "tantivy", "streamlit", "typst")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    check: str
    ok: bool
    words: str


def corpus_faults(corpus: Corpus) -> tuple[str, ...]:
    """Compare database and index, each document with its digest and row, each file with what was written.

    Hashes are computed again, from the texts that are stored. Returns a sentence per fault, none when all
    agree. Raises IndexDamagedError.
    """
    faults = list(corpus.damage())
    reader = corpus.reader()
    if not faults:
        reader.verify()
    with corpus.store.read() as connection:
        waiting = store_corpus.count_pending(connection, reader.generation)
        total = store_corpus.count(connection, SearchFilter())
        pieces = 0
        for document, row in store_corpus.stored(connection):
            pieces += row["passages"]
            faults += _document_faults(document, row)
    if waiting:
        faults.append(f"{waiting} documents wait for the index; another process may be writing")
    if reader.items != total:
        faults.append(f"the index holds {reader.items} documents, the database {total}")
    if reader.vectors != pieces:
        faults.append(f"the index holds {reader.vectors} passages, the documents have {pieces}")
    return tuple(faults)


def _document_faults(document: Document, row: Mapping[str, object]) -> Iterator[str]:
    if any(p.end > len(document.text) or p.start >= p.end for p in passages(document)):
        yield f"{document.key}: a passage lies outside its text"
    wrong = [name for name, value in store_put.expected(document).items() if row[name] != value]
    if "digest" in wrong:
        yield f"{row['key']}: it was changed since it was stored; remove its source and read it again"
    elif wrong:
        yield f"{row['key']}: {', '.join(wrong)} stored beside it do not follow from it"


def machine() -> tuple[Finding, ...]:
    """Look at what is the same for every workspace on this machine."""
    tools = {tool: shutil.which(tool) for tool in ("openssl", "bash")}
    missing = ", ".join(tool for tool, place in tools.items() if place is None)
    words = (
        f"{missing} missing: a bundle's verify.sh cannot be run here"
        if missing
        else "openssl and bash are here"
    )
    return (
        Finding(check="system", ok=True, words=f"{platform.platform()}, {os.cpu_count()} processors"),
        Finding(check="python", ok=True, words=f"{platform.python_version()}, SQLite {sqlite_version()}"),
        *(_package(name) for name in _PACKAGES),
        Finding(check="shell tools", ok=True, words=words),
    )


def doctor(workspace: Workspace) -> tuple[Finding, ...]:
    """Look at everything in a workspace that commonly goes wrong."""
    free = shutil.disk_usage(workspace.folder).free
    mode = workspace.folder.stat().st_mode & 0o077
    words = "only you can read it" if not mode else "other users of this machine can read it; chmod 700 it"
    damage = workspace.store.damage()
    with workspace.store.read() as connection:
        broken = store_events.faults(connection)
    faults = corpus_faults(workspace.corpus)
    vector = workspace.corpus.encoders.documents.encode(["one sentence"])
    return (
        Finding(check="disk", ok=free > 1 << 30, words=f"{free / (1 << 30):.1f} GiB free"),
        Finding(check="folder", ok=not mode, words=f"{workspace.folder}: {words}"),
        Finding(check="database", ok=not damage, words=damage or "whole"),
        Finding(check="event log", ok=not broken, words="; ".join(broken) or "chain holds"),
        Finding(check="corpus", ok=not faults, words="; ".join(faults) or "database and index agree"),
        Finding(check="encoder", ok=vector.shape[0] == 1, words=_models(workspace)),
    )


def _models(workspace: Workspace) -> str:
    encoders = workspace.corpus.encoders
    return f"{encoders.documents.name}; passages: {encoders.passages.name}"


def _package(name: str) -> Finding:
    try:
        return Finding(check=name, ok=True, words=importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(check=name, ok=False, words="not installed")
