"""`Indexed`: stored documents and their index, kept in step.

How the three stores advance together
-------------------------------------
The database is the truth: a document is committed there first, marked as waiting. The index takes waiting
documents in batches, each an atomic generation (see `index.hybrid`), and only then are they marked with it.
Killed anywhere between, the next open finds documents still waiting and applies them again; applying twice
replaces, so nothing is doubled. An index folder that was lost or restored from an older copy is caught up the
same way, because a mark newer than the index's generation counts as waiting.

One process writes at a time (a lock file); readers need no lock and keep the generation that they opened.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from index import manifest
from index.hybrid import HybridIndex
from ingest.passages import FORMAT, passages
from pipeline import store_corpus, store_links, store_put
from pipeline.errors import PipelineError
from pipeline.locking import alone
from pipeline.quoting import item_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from index.encoders import Encoders
    from index.records import Item
    from ingest.documents import Document
    from ingest.passages import Passage
    from pipeline.store import Store

BATCH, MOST = 1024, 32_768
"""Passages per index generation, at least and at most."""
_SECONDS = 10.0
"""Work in a generation, about: what a crash can cost. Much smaller ones cost more in files and merges."""
LOCK = "writer.lock"


class CorpusBusyError(PipelineError):
    """Another process is writing."""

    exit_code = 3

    def __init__(self, lock: Path, holder: str = "another process") -> None:
        super().__init__(f"{holder} is changing this corpus ({lock}); wait for it, then repeat")


class Indexed:
    """Documents of a workspace: stored and indexed. `pipeline.corpus.Corpus` searches them."""

    def __init__(self, store: Store, folder: Path, encoders: Encoders, *, batch: int | None = None) -> None:
        """Hold documents. `batch` fixes the passages of a generation, which else follow the work's pace."""
        self.store = store
        self.batch = batch or BATCH
        self._paced = batch is None
        self.folder = folder
        self.encoders = encoders
        self._reader: HybridIndex | None = None
        self._stored: dict[str, tuple[Document, tuple[Passage, ...]]] = {}

    @contextmanager
    def writer(self) -> Iterator[HybridIndex]:
        """Open the index for writing, alone, its marks made true. Raises CorpusBusyError."""
        with self._alone(), self._opened() as index:
            yield index

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the one process that writes. What was read before is let go of, before and after."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with alone(self.folder / LOCK, CorpusBusyError):
            self.close()
            try:
                yield
            finally:
                self.close()

    def _derive(self) -> None:
        """Bring level what an older release derived from documents otherwise, before digests are compared."""
        while True:
            with self.store.begin() as connection:
                if not store_links.catch_up(connection):
                    return

    def _opened(self) -> HybridIndex:
        self._derive()
        if not manifest.exists(self.folder):
            with self.store.begin() as connection:
                store_corpus.forget_index(connection)
        index = HybridIndex.open(self.folder, self.encoders, write=True, passages_format=FORMAT)
        try:
            self._settle(index)
        except BaseException:
            index.close()
            raise
        return index

    def _settle(self, index: HybridIndex) -> None:
        """Make the marks true where the index is an older copy, or holds what the database has lost."""
        with self.store.begin() as connection:
            store_corpus.distrust_after(connection, index.generation)
            if store_corpus.count_held(connection, index.generation) == index.items:
                return
            held = frozenset(index.ids().tolist())
            known = store_corpus.distrust_unless(connection, held)
        index.apply((), sorted(held.difference(known)))

    def reader(self) -> HybridIndex:
        """Return the index, repaired first if a crash left something waiting and nobody else is writing.

        Raises CorpusBusyError while another process makes the index.
        """
        if self._reader is None:
            if not manifest.exists(self.folder) and not self.repair():
                raise CorpusBusyError(self.folder / LOCK)
            self._reader = self._open()
            if not self._is_level(self._reader) and self.repair():
                self._reader = self._open()
        return self._reader

    def _is_level(self, index: HybridIndex) -> bool:
        with self.store.read() as connection:
            if store_links.behind(connection):
                return False
            held = store_corpus.count_held(connection, index.generation)
            return held == index.items and not store_corpus.count_pending(connection, index.generation)

    def _open(self) -> HybridIndex:
        return HybridIndex.open(self.folder, self.encoders, passages_format=FORMAT)

    def repair(self) -> bool:
        """Apply what waits for the index; False when another process is writing (and will do it)."""
        try:
            with self.writer() as index:
                self.catch_up(index)
        except CorpusBusyError:
            return False
        return True

    def catch_up(self, index: HybridIndex) -> None:
        """Bring the index level with the database, batch by batch."""
        with self.store.read() as connection:
            gone = store_corpus.waiting_removals(connection)
        if gone:
            index.apply((), gone)
            with self.store.begin() as connection:
                store_corpus.done_removals(connection, gone)
        while True:
            with self.store.read() as connection:
                waiting = store_corpus.pending(connection, index.generation, self.batch)
                absent = [each.item for each in waiting if each.key not in self._stored]
                held = store_corpus.by_items(connection, absent)
            if not waiting:
                return
            items = []
            for each in waiting:
                known = self._stored.pop(each.key, None)
                document, cut = known or (held[each.item], passages(held[each.item]))
                items.append(item_of(each.item, document, cut))
            self._apply(index, items, {each.item: each.digest for each in waiting})

    def keep(self, document: Document, cut: tuple[Passage, ...]) -> None:
        """Remember what the writer has just stored, until the index takes it: it need not be read again."""
        self._stored[document.key] = (document, cut)

    def _apply(self, index: HybridIndex, items: Sequence[Item], digests: dict[int, str]) -> None:
        """Index documents as one generation and mark them."""
        started = monotonic()
        made = index.apply(items)
        with self.store.begin() as connection:
            store_corpus.mark_indexed(connection, digests, made.generation)
        if self._paced:
            pace = sum(len(item.pieces) for item in items) / max(monotonic() - started, 1e-3)
            self.batch = max(BATCH, min(MOST, int(pace * _SECONDS)))

    def rebuild(self) -> None:
        """Drop the index and make it again from the database (another model, another format).

        Raises CorpusBusyError: never under the hands of a process that is writing.
        """
        with self._alone():
            for name in ("manifest.json", "lexical", "dense"):  # the manifest first: no half index is one
                path = self.folder / name
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
            with self._opened() as index:
                self.catch_up(index)

    def remove(self, source: str) -> int:
        """Remove what a source said; returns of how many documents."""
        with self.writer() as index:
            with self.store.begin() as connection:
                removed = store_put.remove_source(connection, source)
            self.catch_up(index)
        return removed

    def close(self) -> None:
        """Let go of the open index."""
        self._stored.clear()
        if self._reader is not None:
            self._reader.close()
            self._reader = None
