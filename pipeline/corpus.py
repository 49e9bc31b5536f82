"""`Corpus`: stored documents and their index, kept in step; the real `Library`.

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
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from index import manifest, syntax
from index.hybrid import HybridIndex
from index.records import Filter
from index.text import content
from ingest.documents import clean
from ingest.passages import FORMAT, passages
from pipeline import corpus_status, store_corpus, store_links, store_put, store_relations
from pipeline.errors import PipelineError, UsageError
from pipeline.library import CorpusStatus, Found, FoundPassage, Mode, Reach, SearchFilter, Understood
from pipeline.locking import alone
from pipeline.quoting import by_words, item_of, quoted, symbol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from index.encoder import Encoder
    from index.records import Item, PieceHit
    from ingest.documents import Document
    from ingest.passages import Passage
    from pipeline.store import Store

BATCH, MOST = 1024, 32_768
"""Passages per index generation, at least and at most."""
_SECONDS = 10.0
"""Work in a generation, about: what a crash can cost. Much smaller ones cost more in files and merges."""
LOCK = "writer.lock"
_MEANT = 190
"""Words of a query that reach the encoder's window of 256 word pieces, about."""
_KEEP = 512
"""Parsed documents kept in memory while a search or an assessment quotes them."""


class CorpusBusyError(PipelineError):
    """Another process is writing."""

    exit_code = 3

    def __init__(self, lock: Path) -> None:
        super().__init__(f"another process is changing this corpus ({lock}); wait for it, then repeat")


class UnknownDocumentError(UsageError):
    """No document has that key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no document has the key {key!r}; 'antedate search' prints the keys that exist")


class Corpus:
    """Documents of a workspace: stored, indexed, searchable."""

    def __init__(self, store: Store, folder: Path, encoder: Encoder, *, batch: int | None = None) -> None:
        """Hold a corpus. `batch` fixes the passages of a generation, which else follow the work's pace."""
        self.store = store
        self.batch = batch or BATCH
        self._paced = batch is None
        self.folder = folder
        self.encoder = encoder
        self._reader: HybridIndex | None = None
        self._kept: OrderedDict[int, tuple[Document, tuple[Passage, ...]]] = OrderedDict()
        self._stored: dict[str, tuple[Document, tuple[Passage, ...]]] = {}
        self._newer: set[int] = set()  # of these, the text changed after the reader's generation

    # -- the index ---------------------------------------------------------------------------------

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
        index = HybridIndex.open(self.folder, self.encoder, write=True, passages_format=FORMAT)
        self._settle(index)
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
        return HybridIndex.open(self.folder, self.encoder, passages_format=FORMAT)

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
        """Let go of the open index, and of the texts that were quoted from it."""
        self._kept.clear()
        self._stored.clear()
        self._newer.clear()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    # -- the Library -------------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        mode: Mode = "fused",
        limit: int = 10,
        filters: SearchFilter = SearchFilter(),  # noqa: B008 - a frozen record
        passages: int = 3,
    ) -> tuple[Found, ...]:
        """Rank documents for a query, best first. Raises QuerySyntaxError."""
        query = clean(query)
        hits = self.reader().search(
            query, mode=mode, limit=limit, filter=self.limits(filters), pieces=passages
        )
        self._load([hit.item for hit in hits])
        wanted = syntax.prose(syntax.parse(query)) if syntax.is_expression(query) else query
        return tuple(
            Found(
                key=document.key,
                title=document.name,
                kind=document.kind.value,
                published=str(document.published or ""),
                date_uncertain=_straddles(document, filters),
                score=hit.score,
                words_rank=hit.words_rank,
                meaning_rank=hit.meaning_rank,
                passages=self._quoted(hit.item, hit.pieces, wanted, passages),
            )
            for hit in hits
            if hit.item in self._kept
            for document in (self._kept[hit.item][0],)
        )

    def understood(self, query: str) -> Understood:
        """Return how a query is read. Raises QuerySyntaxError."""
        query = clean(query)
        shortened = len(query.split()) > _MEANT
        if syntax.is_expression(query):
            wanted = syntax.parse(query)
            words = len({token.stem for token in content(syntax.prose(wanted))})
            return Understood(
                reading="expression", text=syntax.shown(wanted), words=words, left_out=0, shortened=shortened
            )
        written: dict[str, str] = {}
        for token in content(query):
            written.setdefault(token.stem, query[token.start : token.end])
        chosen = self.reader().terms(query)
        return Understood(
            reading="prose",
            text=" ".join(written.get(stem, stem) for stem in chosen),
            words=len(chosen),
            left_out=len(written) - len(chosen),
            shortened=shortened,
        )

    def reach(self, filters: SearchFilter) -> Reach:
        """Return how many documents a filter lets through, how surely, and what was not searched yet."""
        reader = self.reader()
        among = None
        if filters.classes:
            among = frozenset(reader.passing(self.limits(replace(filters, before=None))).tolist())
        with self.store.read() as connection:
            certain, uncertain, undated = store_corpus.reach(connection, filters, among)
            waiting = store_corpus.count_pending(connection, reader.generation)
        return Reach(certain=certain, uncertain=uncertain, undated=undated, waiting=waiting)

    def best_passages(
        self, query: str, keys: Sequence[str], *, per_document: int = 3
    ) -> dict[str, tuple[FoundPassage, ...]]:
        """Return the best passages of given documents for a query; unknown keys are left out."""
        with self.store.read() as connection:
            rows = store_corpus.rows_by_keys(connection, keys)
        items = [row.item for row in rows]
        found = self.reader().pieces(query, items, per_item=per_document)
        self._load(items)
        return {
            row.key: self._quoted(row.item, found.get(row.item, ()), query, per_document)
            for row in rows
            if row.item in self._kept
        }

    def document(self, key: str) -> Document:
        """Return a document. Raises UnknownDocumentError."""
        with self.store.read() as connection:
            found = store_corpus.by_key(connection, key)
        if found is None:
            raise UnknownDocumentError(key)
        return found[1]

    def versions(self, document: Document) -> tuple[Document, ...]:
        """Return the other texts of a document's work."""
        if not document.work:
            return ()
        with self.store.read() as connection:
            rows = store_relations.versions(connection, document.work, document.key)
            return tuple(store_corpus.by_items(connection, [row.item for row in rows]).values())

    def weights(self, stems: Sequence[str]) -> dict[str, float]:
        """Return inverse document frequencies of stems."""
        return self.reader().idf(stems)

    def similarity(self, query: str, texts: Sequence[str]) -> tuple[float, ...]:
        """Return the cosine of the query's embedding with each text's."""
        if not texts:
            return ()
        vectors = self.encoder.encode([query, *texts], query=True)  # like is compared with like
        return tuple(float(value) for value in vectors[1:] @ vectors[0])

    def count(self, filters: SearchFilter) -> int:
        """Return how many documents pass a filter."""
        if filters.classes:
            return self.reader().matching(self.limits(filters))
        with self.store.read() as connection:
            return store_corpus.count(connection, filters)

    def status(self) -> CorpusStatus:
        """Return what the corpus holds; counts come from the database, the generation from the index."""
        generation = self.reader().generation
        with self.store.read() as connection:
            name, mark = self.encoder.name, self.encoder.sha256
            return corpus_status.status(connection, model=name, model_sha256=mark, generation=generation)

    def limits(self, filters: SearchFilter) -> Filter:
        """Return a filter as the index takes it."""
        groups = (
            tuple(f"kind:{kind}" for kind in filters.kinds),
            tuple(f"country:{country}" for country in filters.countries),
            tuple(f"source:{source}" for source in filters.sources),
            tuple(f"class:{symbol(prefix)}*" for prefix in filters.classes),
        )
        without, only = self._items(filters.exclude), filters.only
        return Filter(
            before=None if filters.before is None else filters.before.toordinal(),
            after=None if filters.after is None else filters.after.toordinal(),
            undated=filters.undated,
            tags=tuple(group for group in groups if group),
            without=without,
            only=None if only is None else self._items(only),
        )

    def _items(self, keys: Sequence[str]) -> frozenset[int]:
        if not keys:
            return frozenset()
        with self.store.read() as connection:
            return frozenset(row.item for row in store_corpus.rows_by_keys(connection, keys))

    def _quoted(
        self, item: int, hits: Sequence[PieceHit], query: str, count: int
    ) -> tuple[FoundPassage, ...]:
        document, cut = self._kept[item]
        if item in self._newer:
            hits = by_words(document, cut, query, count)
        return quoted(document, cut, hits, query)

    def _load(self, items: Sequence[int]) -> None:
        wanted = [item for item in items if item not in self._kept]
        generation = self.reader().generation
        with self.store.read() as connection:
            self._newer |= store_corpus.newer(connection, wanted, generation)
            for item, document in store_corpus.by_items(connection, wanted).items():
                self._kept[item] = (document, passages(document))
        for item in items:
            if item in self._kept:
                self._kept.move_to_end(item)
        while len(self._kept) > max(_KEEP, len(items)):
            self._kept.popitem(last=False)


def _straddles(document: Document, filters: SearchFilter) -> bool:
    published = document.published
    return filters.before is not None and published is not None and published.latest >= filters.before
