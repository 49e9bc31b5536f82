"""Relations between documents in the database. Every function takes the caller's transaction.

Families are walked, not stored: a new member needs nothing but its own row, and the walk ends after two or
three steps for all but the largest families.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, distinct, func, or_, select

from ingest.documents import OPEN
from ingest.numbers import without_kind
from pipeline.store_corpus import Row, headline, row_of
from pipeline.store_schema import (
    aliases,
    citations,
    class_titles,
    classes,
    documents,
    files,
    priorities,
    skipped,
    wanted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.sql.elements import ColumnElement

OPEN_DAY = OPEN.isoformat()
_MOST = 5_000
"""Members of a family that are walked to."""
_MANY = 500


def item(connection: Connection, key: str) -> int:
    """Return a document's number, 0 when there is none of that key."""
    found = connection.execute(select(documents.c.id).where(documents.c.key == key)).scalar()
    return int(found or 0)


def named(connection: Connection, key: str) -> tuple[Row, ...]:
    """Return the documents that a key, a number without its kind code, or another name of theirs means."""
    found = _rows(connection, documents.c.key == key)
    if not found:
        also = select(aliases.c.document).where(aliases.c.key == key)
        found = _rows(connection, or_(documents.c.bare == key, documents.c.id.in_(also)))
    return found


def simple_family(connection: Connection, start: int) -> tuple[Row, ...]:
    """Return the documents that claim the same priorities or are put into the same family, `start` too."""
    known: dict[int, None] = {start: None}
    edge = [start]
    while edge and len(known) < _MOST:
        query = select(documents.c.family, documents.c.claimed).where(documents.c.id.in_(edge[:_MANY]))
        rows = connection.execute(query).all()
        given = {row.family for row in rows} - {""}
        claimed = {row.claimed for row in rows} - {""}
        alike = or_(documents.c.family.in_(given), documents.c.claimed.in_(claimed))
        edge = edge[_MANY:] + _fresh(connection, known, select(documents.c.id).where(alike))
    return _by_items(connection, known)


def extended_family(connection: Connection, start: int) -> tuple[Row, ...]:
    """Return the documents that share a priority, directly or through others, `start` too."""
    known: dict[int, None] = {start: None}
    edge = [start]
    while edge and len(known) < _MOST:
        part = edge[:_MANY]
        used = select(priorities.c.key).where(priorities.c.document.in_(part))
        shared = select(priorities.c.document).where(priorities.c.key.in_(used))
        given = select(documents.c.family).where(documents.c.id.in_(part), documents.c.family != "")
        same = select(documents.c.id).where(documents.c.family.in_(given))
        edge = edge[_MANY:] + _fresh(connection, known, shared) + _fresh(connection, known, same)
    return _by_items(connection, known)


def versions(connection: Connection, work: str, key: str) -> tuple[Row, ...]:
    """Return the other texts of a work."""
    return _rows(connection, documents.c.work == work, documents.c.key != key) if work else ()


def near(connection: Connection, number: int) -> tuple[Row, ...]:
    """Return the near-duplicates of a document."""
    own = select(documents.c.cluster).where(documents.c.id == number, documents.c.cluster != 0)
    return _rows(connection, documents.c.cluster.in_(own), documents.c.id != number)


def clusters(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    """Return the clusters of those documents that have near-duplicates."""
    found: dict[str, int] = {}
    for start in range(0, len(keys), _MANY):
        part = documents.c.key.in_(list(keys[start : start + _MANY]))
        query = select(documents.c.key, documents.c.cluster).where(part, documents.c.cluster != 0)
        found.update({row.key: int(row.cluster) for row in connection.execute(query)})
    return found


def cited_by(connection: Connection, names: Sequence[str]) -> tuple[Row, ...]:
    """Return the documents that cite one of these keys, with or without kind code."""
    wanted = {without_kind(name) for name in names}
    citing = select(citations.c.document).where(citations.c.key.in_(wanted))
    return _rows(connection, documents.c.id.in_(citing))


def citing(connection: Connection) -> tuple[int, ...]:
    """Return the numbers of the documents that cite another document of this corpus, ordered by key."""
    bare = select(citations.c.document).join(documents, documents.c.bare == citations.c.key)
    bare = bare.where(documents.c.id != citations.c.document)
    also = select(citations.c.document).join(aliases, aliases.c.key == citations.c.key)
    also = also.where(aliases.c.document != citations.c.document)
    query = select(documents.c.id).where(documents.c.id.in_(bare.union(also))).order_by(documents.c.key)
    return tuple(int(row.id) for row in connection.execute(query))


def cites(connection: Connection, number: int) -> tuple[Row, ...]:
    """Return the documents of this corpus that a document cites; of several kinds, the first public."""
    query = select(citations.c.key).where(citations.c.document == number, citations.c.key != "")
    found = resolve(connection, [str(row.key) for row in connection.execute(query)])
    return tuple({row.item: row for row in found.values() if row.item != number}.values())


def cited_and_citing(connection: Connection, items: Sequence[int]) -> list[int]:
    """Return the numbers of documents that these cite, and of those that cite them, ascending.

    A document comes once for every one of these that it belongs to.
    """
    part = list(items)[:_MANY]
    own = documents.c.id.in_(part)
    cited = select(citations.c.document, documents.c.id).where(
        documents.c.bare == citations.c.key, citations.c.document.in_(part)
    )
    citing = select(documents.c.id, citations.c.document).where(citations.c.key == documents.c.bare, own)
    pairs = {(int(row[0]), int(row[1])) for query in (cited, citing) for row in connection.execute(query)}
    return sorted(other for item, other in pairs if other != item)


def resolve(connection: Connection, keys: Sequence[str]) -> dict[str, Row]:
    """Return the documents that cited keys mean; of several kinds of one number, the first public."""
    found: dict[str, Row] = {}
    for start in range(0, len(keys), _MANY):
        part = list(keys[start : start + _MANY])
        bare = {without_kind(key): key for key in part}
        also = select(aliases.c.key, aliases.c.document).where(aliases.c.key.in_(part))
        named_so = {int(row.document): row.key for row in connection.execute(also)}
        where = or_(documents.c.bare.in_(bare), documents.c.id.in_(named_so))
        rows = _rows(connection, where)
        for row in sorted(rows, key=lambda row: (row.published_latest or "9999", row.key), reverse=True):
            for key in (bare.get(without_kind(row.key)), named_so.get(row.item)):
                if key is not None and (key not in found or found[key].key != key):
                    found[key] = row
    return found


# -- counts ------------------------------------------------------------------------------------------------


def families(connection: Connection) -> tuple[int, int]:
    """Return how many simple families of several members there are, and how many documents are in them."""
    query = select(documents.c.family, documents.c.claimed, func.count()).where(
        or_(documents.c.family != "", documents.c.claimed != "")
    )
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = name = parent[parent[name]]
        return name

    members: dict[str, int] = {}
    rows = connection.execute(query.group_by(documents.c.family, documents.c.claimed)).all()
    for family, claimed, _ in rows:
        marks = [
            mark for mark in (f"f {family}" if family else "", f"c {claimed}" if claimed else "") if mark
        ]
        parent[root(marks[0])] = root(marks[-1])
    for family, claimed, count in rows:
        top = root(f"f {family}" if family else f"c {claimed}")
        members[top] = members.get(top, 0) + int(count)
    several = [count for count in members.values() if count > 1]
    return len(several), sum(several)


def near_counts(connection: Connection) -> tuple[int, int]:
    """Return how many groups of near-duplicates there are, and how many documents are in them."""
    c = documents.c.cluster
    row = connection.execute(select(func.count(distinct(c)), func.count(c)).where(c != 0)).one()
    return int(row[0]), int(row[1])


def class_counts(connection: Connection, prefix: str = "") -> tuple[tuple[str, int], ...]:
    """Return (subclass or symbol, documents), largest first; below a prefix, by whole symbol."""
    target: ColumnElement[Any] = classes.c.symbol if prefix else func.substr(classes.c.symbol, 1, 4)
    query = select(target, func.count(distinct(classes.c.document))).group_by(target)
    if prefix:
        query = query.where(classes.c.symbol.startswith(prefix, autoescape=True))
    else:
        query = query.where(classes.c.scheme.in_(("CPC", "IPC")))
    rows = ((str(name), int(count)) for name, count in connection.execute(query))
    return tuple(sorted(rows, key=lambda pair: (-pair[1], pair[0])))


def titles(connection: Connection, symbols: Iterable[str]) -> dict[str, str]:
    """Return the titles of class symbols, as far as a scheme was ingested; CPC before IPC."""
    wanted = list(dict.fromkeys(symbols))
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _MANY):
        part = class_titles.c.symbol.in_(wanted[start : start + _MANY])
        query = select(class_titles.c.symbol, class_titles.c.title).where(part)
        rows = connection.execute(query.order_by(class_titles.c.scheme.desc()))
        found.update({row.symbol: row.title for row in rows})
    return found


def failed_files(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Return (file, reason) of files that gave no record at all, or could not be opened."""
    empty = select(files.c.path).where(files.c.records == 0)
    lost = or_(skipped.c.path.in_(empty), skipped.c.path.not_in(select(files.c.path)))
    query = select(skipped.c.file, func.min(skipped.c.reason)).where(lost).group_by(skipped.c.path)
    return tuple((str(name), str(reason)) for name, reason in connection.execute(query))


def without_text(connection: Connection) -> tuple[Row, ...]:
    """Return documents of which only the title is here: what is still to be got."""
    c = documents.c
    return _rows(connection, c.length <= func.length(c.title))


def numbers_wanted(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Return (key, as written) of numbers that lists name and of which nothing is here."""
    query = select(wanted.c.key, func.min(wanted.c.written)).group_by(wanted.c.key).order_by(wanted.c.key)
    rows = [(str(key), str(written)) for key, written in connection.execute(query)]
    held = resolve(connection, [key for key, _ in rows])
    return tuple(row for row in rows if row[0] not in held)


# -- rows --------------------------------------------------------------------------------------------------


def _fresh(connection: Connection, known: dict[int, None], query: Any) -> list[int]:  # noqa: ANN401 - a Select
    found = [int(row[0]) for row in connection.execute(query) if int(row[0]) not in known]
    known.update(dict.fromkeys(found))
    return list(dict.fromkeys(found))


def _by_items(connection: Connection, numbers: Iterable[int]) -> tuple[Row, ...]:
    wanted = list(numbers)
    found: list[Row] = []
    for start in range(0, len(wanted), _MANY):
        found += _rows(connection, documents.c.id.in_(wanted[start : start + _MANY]))
    return tuple(found)


def _rows(connection: Connection, *where: ColumnElement[bool]) -> tuple[Row, ...]:
    return tuple(row_of(row) for row in connection.execute(headline().where(*where)))
