"""Reading sources into a corpus: resumable, one transaction a record, nothing lost but the record in hand.

A file's mark (how far it was read) is written in the same transaction as the record, so a resumed run starts
at the very next one. A finished file whose size and time are unchanged is not opened again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ingest import sources
from ingest.documents import Document, Unreadable
from ingest.errors import UndetectedSourceError
from ingest.passages import passages
from pipeline import store_corpus
from pipeline.corpus import Corpus
from pipeline.store_corpus import FileMark

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from index.hybrid import HybridIndex
    from ingest.sources import Reader


_LISTED = 10_000
"""Skipped records listed in a summary; all of them are in the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestProgress:
    """Where a run is. `done` and `total` count uncompressed bytes over all files."""

    file: str
    done: int
    total: int
    added: int
    updated: int
    unchanged: int
    skipped: int
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSummary:
    """What a run did."""

    added: int
    updated: int
    unchanged: int
    skipped: tuple[Unreadable, ...]
    skipped_total: int
    documents: int
    """Documents in the corpus afterwards."""
    passages: int
    finished: bool
    """False when a limit ended the run before the sources did."""


@dataclass(slots=True)
class _Run:
    corpus: Corpus
    clock: Callable[[], datetime]
    limit: int | None
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("added", "updated", "unchanged", "passages", "skipped"), 0)
    )
    skipped: list[Unreadable] = field(default_factory=list)
    taken: int = 0
    waiting: int = 0

    @property
    def full(self) -> bool:
        return self.limit is not None and self.taken >= self.limit

    def at(self) -> str:
        return self.clock().isoformat()

    def skip(self, record: Unreadable) -> None:
        self.counts["skipped"] += 1
        if len(self.skipped) < _LISTED:
            self.skipped.append(record)


def ingest(
    corpus: Corpus,
    source: str,
    paths: Sequence[Path],
    *,
    clock: Callable[[], datetime],
    limit: int | None = None,
) -> Generator[IngestProgress, None, IngestSummary]:
    """Read `paths` with a reader's name or `auto`; yields after every record, returns the summary.

    Raises IngestError for an unknown reader or a path that is not there, CorpusBusyError.
    """
    reader = None if source == "auto" else sources.reader(source)
    files = sources.expand(paths, reader)
    run = _Run(corpus, clock, limit)
    planned = [(path, _chosen(path, reader, run)) for path in files]
    sizes = {path: chosen.measure(path) if chosen else 0 for path, chosen in planned}
    total, before = sum(sizes.values()), 0
    with corpus.writer() as index:
        corpus.catch_up(index)
        for path, chosen in planned:
            if chosen is not None and not run.full:
                for offset in _read_file(run, index, chosen, path):
                    yield _progress(run, path, before + min(offset, sizes[path]), total)
            before += sizes[path]
        _flush(run, index)
    with corpus.store.read() as connection:
        documents, pieces, *_ = store_corpus.totals(connection)
    return IngestSummary(
        added=run.counts["added"],
        updated=run.counts["updated"],
        unchanged=run.counts["unchanged"],
        skipped=tuple(run.skipped),
        skipped_total=run.counts["skipped"],
        documents=documents,
        passages=pieces,
        finished=not run.full,
    )


def _chosen(path: Path, reader: Reader | None, run: _Run) -> Reader | None:
    try:
        return reader or sources.detect(path)
    except UndetectedSourceError as error:
        record = Unreadable(file=str(path), offset=0, reason=str(error))
        run.skip(record)
        with run.corpus.store.begin() as connection:
            store_corpus.put_skipped(connection, record, str(path), run.at())
        return None


def _read_file(run: _Run, index: HybridIndex, reader: Reader, path: Path) -> Generator[int, None, None]:
    mark = _mark(run, reader, path)
    if mark.finished:
        run.counts["unchanged"] += mark.records
        return
    run.counts["unchanged"] += mark.records
    for record in reader.read(path, after=mark.reached):
        mark = _take(run, record, mark)
        yield mark.reached
        if run.waiting >= run.corpus.batch:
            _flush(run, index)
        if run.full:
            return
    with run.corpus.store.begin() as connection:
        store_corpus.put_mark(connection, replace(mark, finished=True))


def _mark(run: _Run, reader: Reader, path: Path) -> FileMark:
    stat = path.stat()
    fresh = FileMark(
        path=str(path.resolve()),
        source=reader.name,
        size=stat.st_size,
        modified_ns=stat.st_mtime_ns,
        reached=-1,
        records=0,
        finished=False,
    )
    with run.corpus.store.begin() as connection:
        old = store_corpus.mark_of(connection, fresh.path)
        same = old is not None and replace(old, reached=-1, records=0, finished=False) == fresh
        if old is not None and same:
            return old
        store_corpus.clear_skipped(connection, fresh.path)
        store_corpus.put_mark(connection, fresh)
    return fresh


def _take(run: _Run, record: Document | Unreadable, mark: FileMark) -> FileMark:
    """Store one record and the new mark in one transaction."""
    at = run.at()
    with run.corpus.store.begin() as connection:
        if isinstance(record, Document):
            pieces = len(passages(record))
            change = store_corpus.put(connection, record, pieces, at)
            mark = replace(mark, reached=record.origin.offset, records=mark.records + 1)
        else:
            store_corpus.put_skipped(connection, record, mark.path, at)
            mark = replace(mark, reached=record.offset)
        store_corpus.put_mark(connection, mark)
    run.taken += 1
    if isinstance(record, Unreadable):
        run.skip(record)
        return mark
    if change == "kept":
        run.skip(
            Unreadable(
                file=record.origin.file,
                offset=record.origin.offset,
                reason=f"{record.key} is already here with a fuller text from another source",
            )
        )
        return mark
    run.counts[change] += 1
    if change != "unchanged":
        run.counts["passages"] += pieces
        run.waiting += pieces
    return mark


def _flush(run: _Run, index: HybridIndex) -> None:
    run.corpus.catch_up(index)
    run.waiting = 0


def _progress(run: _Run, path: Path, done: int, total: int) -> IngestProgress:
    return IngestProgress(
        file=path.name,
        done=done,
        total=total,
        added=run.counts["added"],
        updated=run.counts["updated"],
        unchanged=run.counts["unchanged"],
        skipped=run.counts["skipped"],
        passages=run.counts["passages"],
    )
