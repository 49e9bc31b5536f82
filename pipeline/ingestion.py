"""Reading sources into a corpus: resumable, one transaction a record, nothing lost but the record in hand.

A file's mark (how far it was read) is written in the same transaction as the record, so a resumed run starts
at the very next one. A finished file whose size and time are unchanged is not opened again; what was skipped
in it is listed again, so that the counts of every run say the same about the same files. A mark never passes
a record that this machine could not give (no permission, a bad disk): the next run tries it again.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest import sources
from ingest.classes import ClassTitle
from ingest.documents import Unreadable
from ingest.errors import UndetectedSourceError
from ingest.items import WantedNumber, offset_of
from ingest.record_stream import display
from pipeline import ahead, store_corpus, store_links, store_put
from pipeline.corpus import Corpus
from pipeline.preparing import Prepared
from pipeline.store_corpus import FileMark

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from index.hybrid import HybridIndex
    from ingest.items import Item
    from ingest.sources import Reader


_COUNTED = ("added", "updated", "unchanged", "undated", "passages", "skipped", "titles", "wanted")
_SMALL = 500
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
    taken: int
    """Records read in this run, whatever became of them: the measure of its pace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSummary:
    """What a run did."""

    added: int
    updated: int
    unchanged: int
    undated: int
    """Of the added and updated: without a public date, hence never prior art."""
    skipped: tuple[Unreadable, ...]
    skipped_total: int
    documents: int
    """Documents in the corpus afterwards."""
    passages: int
    taken: int
    """Records read in this run, whatever became of them."""
    titles: int
    """Class titles taken from a scheme."""
    wanted: int
    """Numbers that a list names without a text."""
    finished: bool
    """False when a limit ended the run before the sources did."""


@dataclass(slots=True)
class _Run:
    corpus: Corpus
    clock: Callable[[], datetime]
    limit: int | None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    skipped: list[Unreadable] = field(default_factory=list)
    taken: int = 0
    waiting: int = 0
    small: list[ClassTitle | WantedNumber] = field(default_factory=list)
    """Read and not yet stored: they are many and short, so they are stored `_SMALL` at a time."""

    @property
    def full(self) -> bool:
        return self.limit is not None and self.taken >= self.limit

    def at(self) -> str:
        return self.clock().isoformat()

    def lose(self, record: Unreadable, path: str) -> None:
        """Skip a whole file."""
        self.skip(record)
        with self.corpus.store.begin() as connection:
            store_corpus.put_skipped(connection, record, path, self.at())

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
    files, lost = sources.expand(paths, reader)
    run = _Run(corpus, clock, limit)
    with corpus.store.begin() as connection:
        places = {place for path in paths for place in (_spelled(path.absolute()), _mark_path(path))}
        store_corpus.clear_unmarked(connection, sorted(places))
    for record in lost:
        run.lose(record, _spelled(Path(record.file).absolute()))
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
        undated=run.counts["undated"],
        skipped=tuple(run.skipped),
        skipped_total=run.counts["skipped"],
        documents=documents,
        passages=pieces,
        taken=run.taken,
        titles=run.counts["titles"],
        wanted=run.counts["wanted"],
        finished=not run.full,
    )


def _chosen(path: Path, reader: Reader | None, run: _Run) -> Reader | None:
    try:
        return reader or sources.detect(path)
    except UndetectedSourceError as error:
        run.lose(Unreadable(file=display(path), offset=0, reason=error.reason), _mark_path(path))
        return None


def _read_file(run: _Run, index: HybridIndex, reader: Reader, path: Path) -> Generator[int, None, None]:
    try:
        mark = _mark(run, reader, path)
    except OSError as error:
        reason = f"cannot be opened: {error.strerror or error}"
        run.lose(Unreadable(file=display(path), offset=0, reason=reason), _mark_path(path))
        return
    run.counts["unchanged"] += mark.records
    if mark.finished:
        return
    whole = True
    for record in ahead.read(reader, path, mark.reached):
        whole = whole and not (isinstance(record, Unreadable) and record.passing)
        offset = offset_of(record.document if isinstance(record, Prepared) else record)
        mark = _take(run, record, mark, replace(mark, reached=offset) if whole else mark)
        yield offset
        if run.waiting >= run.corpus.batch:
            _flush(run, index)
        if run.full:
            break
    _keep_small(run, mark)
    if whole and not run.full:
        with run.corpus.store.begin() as connection:
            store_corpus.put_mark(connection, replace(mark, finished=True))


def _mark_path(path: Path) -> str:
    """Return the path that a file's mark is kept under: one for all links to it."""
    return _spelled(path.resolve())


def _spelled(path: Path) -> str:
    """Return a path as text that can be stored and tells any two apart: odd bytes are spelled out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _mark(run: _Run, reader: Reader, path: Path) -> FileMark:
    """Return how far a file was read, and list again what was skipped until there. Raises OSError."""
    size, modified_ns = sources.state(path, reader)
    fresh = FileMark(
        path=_mark_path(path),
        source=reader.name,
        size=size,
        modified_ns=modified_ns,
        reached=-1,
        records=0,
        finished=False,
    )
    with run.corpus.store.begin() as connection:
        old = store_corpus.mark_of(connection, fresh.path)
        if old is None or replace(old, reached=-1, records=0, finished=False) != fresh:
            store_corpus.clear_skipped(connection, fresh.path)
            store_corpus.put_mark(connection, fresh)
            return fresh
        if not old.finished:
            store_corpus.clear_skipped(connection, fresh.path, old.reached)
        for record in store_corpus.skipped_in(connection, fresh.path):
            run.skip(record)
    return old


def _take(run: _Run, record: Prepared | Item, mark: FileMark, reached: FileMark) -> FileMark:
    """Store one record and the new mark, `reached` so far, in one transaction."""
    run.taken += 1
    if isinstance(record, ClassTitle | WantedNumber):
        run.small.append(record)
        if len(run.small) >= _SMALL:
            _keep_small(run, reached)
        return reached
    _keep_small(run, mark)
    if isinstance(record, Unreadable):
        with run.corpus.store.begin() as connection:
            store_corpus.put_skipped(connection, record, mark.path, run.at())
            store_corpus.put_mark(connection, reached)
        run.skip(record)
        return reached
    assert isinstance(record, Prepared)
    if reached is not mark:
        reached = replace(reached, records=mark.records + 1)
    with run.corpus.store.begin() as connection:
        change, whole = store_put.put(connection, record, run.at())
        store_corpus.put_mark(connection, reached)
    run.counts[change] += 1
    if change != "unchanged":
        run.counts["undated"] += whole.document.published is None
        run.counts["passages"] += len(whole.cut)
        run.waiting += len(whole.cut)
        run.corpus.keep(whole.document, whole.cut)
    return reached


def _keep_small(run: _Run, mark: FileMark) -> None:
    """Store the titles and numbers that were read last, with the mark of where that was."""
    if not run.small:
        return
    with run.corpus.store.begin() as connection:
        for record in run.small:
            if isinstance(record, ClassTitle):
                store_links.put_title(connection, record)
            else:
                store_links.put_wanted(connection, record, run.at())
        store_corpus.put_mark(connection, mark)
    run.counts["titles"] += sum(isinstance(record, ClassTitle) for record in run.small)
    run.counts["wanted"] += sum(isinstance(record, WantedNumber) for record in run.small)
    run.small.clear()


def _flush(run: _Run, index: HybridIndex) -> None:
    run.corpus.catch_up(index)
    run.waiting = 0


def _progress(run: _Run, path: Path, done: int, total: int) -> IngestProgress:
    return IngestProgress(
        file=display(path.name),
        done=done,
        total=total,
        added=run.counts["added"],
        updated=run.counts["updated"],
        unchanged=run.counts["unchanged"],
        skipped=run.counts["skipped"],
        passages=run.counts["passages"],
        taken=run.taken,
    )
