"""Documents, files and skipped records in the database. Every function takes the caller's transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert

from ingest.documents import OPEN, Unreadable
from pipeline.preparing import unpacked
from pipeline.store_schema import contributions, documents, files, removals, skipped

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from sqlalchemy.sql.elements import ColumnElement

    from ingest.documents import Document
    from pipeline.library import SearchFilter

_MANY = 500
"""Bound parameters per IN list, below SQLite's limit."""
_FIRST_DAY = case(
    (documents.c.published_earliest == OPEN.isoformat(), documents.c.published_latest),
    else_=documents.c.published_earliest,
)
_FURTHER_SOURCES = (
    select(contributions.c.source, func.count())
    .join(documents, documents.c.id == contributions.c.document)
    .where(contributions.c.source != documents.c.source)
    .group_by(contributions.c.source)
)
_MARK_INDEXED = (
    update(documents)
    .where(documents.c.id == bindparam("item"), documents.c.digest == bindparam("same"))
    .values(indexed=bindparam("made"))
)
_PUT = upsert(files)
_PUT_MARK = _PUT.on_conflict_do_update(index_elements=["path"], set_=dict(_PUT.excluded))
"""Statements of every record are built once: building one costs more than running it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMark:
    """How far a file was read: resuming starts after `reached` unless size or time changed."""

    path: str
    source: str
    size: int
    modified_ns: int
    reached: int
    records: int
    finished: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A stored document's headline, without its text."""

    item: int
    key: str
    kind: str
    title: str
    country: str
    published_earliest: str | None
    published_latest: str | None
    filed_earliest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A stored document that the index has to take."""

    item: int
    key: str
    digest: str


def by_key(connection: Connection, key: str) -> tuple[int, Document] | None:
    """Return a document and its item number."""
    row = connection.execute(select(documents.c.id, documents.c.body).where(documents.c.key == key)).first()
    return None if row is None else (int(row.id), unpacked(row.body))


def by_items(connection: Connection, items: Sequence[int]) -> dict[int, Document]:
    """Return the documents of item numbers; numbers that are gone are left out."""
    found: dict[int, Document] = {}
    for start in range(0, len(items), _MANY):
        part = list(items[start : start + _MANY])
        rows = connection.execute(select(documents.c.id, documents.c.body).where(documents.c.id.in_(part)))
        found.update({int(row.id): unpacked(row.body) for row in rows})
    return found


def newer(connection: Connection, items: Sequence[int], generation: int) -> frozenset[int]:
    """Return which items have a text that the index generation does not hold."""
    waits = or_(documents.c.indexed.is_(None), documents.c.indexed > generation)
    found: set[int] = set()
    for start in range(0, len(items), _MANY):
        part = documents.c.id.in_(list(items[start : start + _MANY]))
        found.update(int(row.id) for row in connection.execute(select(documents.c.id).where(part, waits)))
    return frozenset(found)


def rows_by_keys(connection: Connection, keys: Sequence[str]) -> tuple[Row, ...]:
    """Return headlines of the documents that exist among `keys`."""
    found: list[Row] = []
    for start in range(0, len(keys), _MANY):
        part = list(keys[start : start + _MANY])
        found.extend(row_of(row) for row in connection.execute(headline().where(documents.c.key.in_(part))))
    return tuple(found)


def keys(connection: Connection) -> dict[int, str]:
    """Return the keys of all documents by their numbers, without reading any text."""
    rows = connection.execute(select(documents.c.id, documents.c.key))
    return {int(row.id): str(row.key) for row in rows}


def pending(connection: Connection, generation: int, most: int) -> tuple[Waiting, ...]:
    """Return which documents the index generation does not hold yet, oldest first.

    As many as have `most` passages together; the one that passes that number is taken as well.
    """
    waits = or_(documents.c.indexed.is_(None), documents.c.indexed > generation)
    c = documents.c
    query = select(c.id, c.key, c.digest, c.passages).where(waits).order_by(c.id).limit(most)
    chosen: list[Waiting] = []
    for row in connection.execute(query):
        chosen.append(Waiting(item=int(row.id), key=row.key, digest=row.digest))
        most -= row.passages
        if most <= 0:
            break
    return tuple(chosen)


def count_pending(connection: Connection, generation: int) -> int:
    """Return how many documents and removals wait for the index."""
    waits = or_(documents.c.indexed.is_(None), documents.c.indexed > generation)
    waiting = connection.execute(select(func.count()).select_from(documents).where(waits)).scalar_one()
    leaving = connection.execute(select(func.count()).select_from(removals)).scalar_one()
    return int(waiting) + int(leaving)


def count_held(connection: Connection, generation: int) -> int:
    """Return how many documents the index generation should hold in their present text."""
    query = select(func.count()).select_from(documents).where(documents.c.indexed <= generation)
    return int(connection.execute(query).scalar_one())


def distrust_after(connection: Connection, generation: int) -> None:
    """Make documents wait again whose mark is newer than the index: it is an older copy, or made anew.

    Done before the index goes on: its next generations take the numbers of those that were lost.
    """
    connection.execute(update(documents).where(documents.c.indexed > generation).values(indexed=None))


def distrust_unless(connection: Connection, held: Container[int]) -> tuple[int, ...]:
    """Make documents wait again that are marked but not held; returns the numbers of all documents."""
    rows = connection.execute(select(documents.c.id, documents.c.indexed.is_not(None))).all()
    absent = [int(item) for item, marked in rows if marked and item not in held]
    for start in range(0, len(absent), _MANY):
        part = documents.c.id.in_(absent[start : start + _MANY])
        connection.execute(update(documents).where(part).values(indexed=None))
    return tuple(int(item) for item, _ in rows)


def mark_indexed(connection: Connection, digests: dict[int, str], generation: int) -> None:
    """Record that a generation holds these items, unless a row changed meanwhile."""
    rows = [{"item": item, "same": digest, "made": generation} for item, digest in digests.items()]
    if rows:
        connection.execute(_MARK_INDEXED, rows)


def forget_index(connection: Connection) -> None:
    """Make every document wait for the index again (a rebuild)."""
    connection.execute(update(documents).values(indexed=None))
    connection.execute(delete(removals))


def waiting_removals(connection: Connection) -> tuple[int, ...]:
    """Return items to drop from the index."""
    return tuple(int(row.item) for row in connection.execute(select(removals.c.item)))


def done_removals(connection: Connection, items: Sequence[int]) -> None:
    """Forget removals that the index has carried out."""
    for start in range(0, len(items), _MANY):
        connection.execute(delete(removals).where(removals.c.item.in_(items[start : start + _MANY])))


def mark_of(connection: Connection, path: str) -> FileMark | None:
    """Return how far a file was read."""
    row = connection.execute(select(files).where(files.c.path == path)).first()
    return None if row is None else FileMark(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def put_mark(connection: Connection, mark: FileMark) -> None:
    """Record how far a file was read."""
    connection.execute(_PUT_MARK, {name: getattr(mark, name) for name in FileMark.__dataclass_fields__})


def put_skipped(connection: Connection, record: Unreadable, path: str, at: str) -> None:
    """Log a record that could not be read, with its place."""
    values = {"file": record.file, "offset": record.offset, "reason": record.reason, "path": path, "at": at}
    statement = upsert(skipped).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=["file", "offset"], set_=values))


def clear_skipped(connection: Connection, path: str, after: int = -1) -> None:
    """Forget what was skipped in a file beyond an offset from which it is read again."""
    connection.execute(delete(skipped).where(skipped.c.path == path, skipped.c.offset > after))


def clear_unmarked(connection: Connection, paths: Sequence[str]) -> None:
    """Forget what could not even be opened at or below paths that are looked at again."""
    for path in paths:
        here = or_(skipped.c.path == path, skipped.c.path.startswith(f"{path}/", autoescape=True))
        connection.execute(delete(skipped).where(here, skipped.c.path.not_in(select(files.c.path))))


def skipped_in(connection: Connection, path: str) -> Iterator[Unreadable]:
    """Yield what was skipped in a file when it was read, in order."""
    query = select(skipped.c.file, skipped.c.offset, skipped.c.reason).where(skipped.c.path == path)
    for row in connection.execute(query.order_by(skipped.c.offset)):
        yield Unreadable(file=row.file, offset=row.offset, reason=row.reason)


def count(connection: Connection, filters: SearchFilter) -> int:
    """Return how many documents pass a filter (class prefixes are the index's business and ignored)."""
    query = select(func.count()).select_from(documents).where(*conditions(filters))
    return int(connection.execute(query).scalar_one())


def reach(
    connection: Connection, filters: SearchFilter, among: Container[int] | None
) -> tuple[int, int, int]:
    """Return how many pass certainly, perhaps (the date interval holds `before`), and have no date.

    `among` limits to given items: class prefixes are the index's business.
    """
    c = documents.c
    where = tuple(conditions(replace(filters, before=None, after=None)))
    since: ColumnElement[bool] = true()
    sure: ColumnElement[bool] = true()
    perhaps: ColumnElement[bool] = false()
    never: ColumnElement[bool] = false()
    if filters.after is not None:
        since = c.published_earliest >= filters.after.isoformat()
        never = c.published_earliest.is_(None)
    if filters.before is not None:
        day = filters.before.isoformat()
        sure = c.published_latest < day
        perhaps = and_(c.published_earliest < day, c.published_latest >= day)
        never = c.published_earliest.is_(None)
    sure, perhaps = and_(sure, since), and_(perhaps, since)
    if among is None:
        totals = [func.count().filter(kind) for kind in (sure, perhaps, never)]
        row = connection.execute(select(*totals).select_from(documents).where(*where)).one()
        return int(row[0]), int(row[1]), int(row[2])
    rows = connection.execute(select(c.id, sure, perhaps, never).where(*where))
    kept = [flags for item, *flags in rows if item in among]
    certain, uncertain, undated = (sum(bool(flags[place]) for flags in kept) for place in range(3))
    return certain, uncertain, undated


def conditions(filters: SearchFilter) -> Iterator[ColumnElement[bool]]:
    """Yield what a filter asks of a row; class prefixes are left out."""
    first = documents.c.published_earliest
    limits = []
    if filters.before is not None:
        limits.append(first < filters.before.isoformat())
    if filters.after is not None:
        limits.append(first >= filters.after.isoformat())
    for limit in limits:
        yield or_(limit, first.is_(None)) if filters.undated else limit
    if filters.kinds:
        yield documents.c.kind.in_(filters.kinds)
    if filters.countries:
        yield documents.c.country.in_(filters.countries)
    if filters.sources:
        yield documents.c.source.in_(filters.sources)
    if filters.exclude:
        yield documents.c.key.not_in(filters.exclude)
    if filters.only is not None:
        yield documents.c.key.in_(filters.only)


def counts(connection: Connection, column: str) -> tuple[tuple[str, int], ...]:
    """Return (value, documents) of a column, largest first.

    `year` is that of the earliest public day, or of the bound where none is known; a document that several
    sources tell about counts for each `source`.
    """
    target = func.substr(_FIRST_DAY, 1, 4) if column == "year" else documents.c[column]
    query = select(target, func.count()).group_by(target)
    found = {str(value or "unknown"): int(number) for value, number in connection.execute(query)}
    if column == "source":
        for source, number in connection.execute(_FURTHER_SOURCES):
            found[str(source)] = found.get(str(source), 0) + int(number)
    return tuple(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def totals(connection: Connection) -> tuple[int, int, int, int, str, str]:
    """Return documents, passages, skipped records, undated documents, oldest and newest public day."""
    row = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(documents.c.passages), 0),
            func.count().filter(documents.c.published_earliest.is_(None)),
            func.min(_FIRST_DAY),
            func.max(documents.c.published_latest),
        )
    ).one()
    lost = connection.execute(select(func.count()).select_from(skipped)).scalar_one()
    return int(row[0]), int(row[1]), int(lost), int(row[2]), str(row[3] or ""), str(row[4] or "")


def snapshot(connection: Connection) -> str:
    """Return SHA-256 over `key digest` lines sorted by key."""
    state = hashlib.sha256()
    query = select(documents.c.key, documents.c.digest).order_by(documents.c.key)
    for key, digest in connection.execute(query):
        state.update(f"{key} {digest}\n".encode())
    return state.hexdigest()


def stored(connection: Connection) -> Iterator[tuple[Document, dict[str, Any]]]:
    """Yield all documents by key, with the columns of their rows, a few at a time."""
    query = select(documents).order_by(documents.c.key).execution_options(yield_per=100)
    for row in connection.execute(query):
        yield unpacked(row.body), dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def every(connection: Connection) -> Iterator[Document]:
    """Yield all documents by key, a few at a time."""
    query = select(documents.c.body).order_by(documents.c.key).execution_options(yield_per=100)
    for row in connection.execute(query):
        yield unpacked(row.body)


def headline() -> Select[Any]:
    """Return the query for headlines."""
    c = documents.c
    return select(
        c.id, c.key, c.kind, c.title, c.country, c.published_earliest, c.published_latest, c.filed_earliest
    )


def row_of(row: Any) -> Row:  # noqa: ANN401 - a row of `headline`
    """Return the headline of a row."""
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    return Row(item=values.pop("id"), **values)
