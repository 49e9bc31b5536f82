"""What leads from one document to others, derived from its body: families, versions, citations, duplicates.

`link` is called in the transaction that stores a document, `unlink` in the one that removes it; `LINKS` says
how the derivation is made, and what was derived otherwise (an older release) is made again by `catch_up`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ingest.numbers import without_kind
from pipeline import near_duplicates
from pipeline.preparing import unpacked
from pipeline.store_schema import (
    aliases,
    bands,
    citations,
    class_titles,
    classes,
    documents,
    priorities,
    wanted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingest.classes import ClassTitle
    from ingest.documents import Document
    from ingest.items import WantedNumber

LINKS = 1
"""Raised when the derivation, or a signature (`near_duplicates`), changes."""
_PART = 200
"""Documents derived again in one transaction."""
_CANDIDATES = 200
"""Documents with a common band that are compared with a new one, at most."""
_TABLES = (priorities, aliases, citations, classes, bands)
_CLEAR = {table.name: delete(table).where(table.c.document == bindparam("item")) for table in _TABLES}
_IGNORING = {table.name: upsert(table).on_conflict_do_nothing() for table in _TABLES}


def columns(document: Document) -> dict[str, object]:
    """Return the derived columns of a document's row; `cluster` is set by `link`."""
    return {
        "bare": without_kind(document.key),
        "work": document.work,
        "application": document.application,
        "family": document.family,
        "claimed": claimed(document),
        "linked": LINKS,
    }


def claimed(document: Document) -> str:
    """Return the applications whose date a document has, as one text: what a simple family shares.

    A first filing claims nothing and has its own: whoever claims it alone is of the same family (DOCDB).
    """
    return " ".join(sorted(document.priorities)) or document.application


def link(connection: Connection, item: int, document: Document, made: bytes, *, fresh: bool) -> None:
    """Write the edges of a stored document, and its cluster. `fresh`: it was never linked before."""
    relink = [] if fresh else _leave(connection, item)
    if not fresh:
        _clear(connection, item)
    used = (*document.priorities, *([document.application] if document.application else []))
    _write(connection, priorities, ({"document": item, "key": key} for key in dict.fromkeys(used)))
    _write(connection, aliases, ({"document": item, "key": key} for key in dict.fromkeys(document.aliases)))
    cited = (without_kind(citation.key) for citation in document.citations if citation.key)
    _write(
        connection,
        citations,
        ({"document": item, "place": n, "key": key} for n, key in enumerate(dict.fromkeys(cited))),
    )
    _write(
        connection,
        classes,
        (
            {"document": item, "scheme": c.scheme, "symbol": "".join(c.symbol.split())}
            for c in document.classes
        ),
    )
    _join(connection, item, document, made)
    for other in relink:
        row = connection.execute(select(documents).where(documents.c.id == other)).first()
        if row is not None:
            _join(connection, other, unpacked(row.body), row.signature or b"")


def unlink(connection: Connection, items: Sequence[int]) -> None:
    """Remove the edges of documents that are removed; their near-duplicates are looked at again."""
    gone = set(items)
    relink: dict[int, None] = {}
    for item in items:
        relink.update(dict.fromkeys(_leave(connection, item)))
        _clear(connection, item)
    for other in relink:
        row = connection.execute(select(documents).where(documents.c.id == other)).first()
        if row is not None and other not in gone:
            _join(connection, other, unpacked(row.body), row.signature or b"")


def _clear(connection: Connection, item: int) -> None:
    for table in _TABLES:
        connection.execute(_CLEAR[table.name], {"item": item})


def _write(connection: Connection, table: Table, rows: Iterable[dict[str, object]]) -> None:
    found = list(rows)
    if found:
        connection.execute(_IGNORING[table.name], found)


# -- near-duplicates -------------------------------------------------------------------------------------


def _leave(connection: Connection, item: int) -> list[int]:
    """Take a document out of its cluster; returns the others, each now alone."""
    own = select(documents.c.cluster).where(documents.c.id == item)
    cluster = connection.execute(own).scalar()
    if not cluster:
        return []
    query = select(documents.c.id).where(documents.c.cluster == cluster, documents.c.id != item)
    others = [int(row.id) for row in connection.execute(query)]
    connection.execute(update(documents).where(documents.c.cluster == cluster).values(cluster=0))
    return others


def _join(connection: Connection, item: int, document: Document, made: bytes) -> None:
    """Put a document into the cluster of those that say the same, as their texts or they themselves show."""
    marks = list(near_duplicates.bands(made))
    found = _named(connection, item, document)
    if marks:
        query = select(bands.c.document).where(bands.c.band.in_(marks), bands.c.document != item)
        near = connection.execute(query.distinct().limit(_CANDIDATES))
        candidates = [int(row.document) for row in near]
        signatures = select(documents.c.id, documents.c.signature).where(documents.c.id.in_(candidates))
        for row in connection.execute(signatures) if candidates else ():
            if near_duplicates.likeness(made, row.signature or b"") >= near_duplicates.ALIKE:
                found.add(int(row.id))
        _write(connection, bands, ({"band": mark, "document": item} for mark in marks))
    if not found:
        return
    query = select(documents.c.id, documents.c.cluster).where(documents.c.id.in_(found))
    rows = connection.execute(query).all()
    joined = min(item, *(int(row.cluster or row.id) for row in rows))
    clusters = {int(row.cluster) for row in rows if row.cluster}
    members = or_(documents.c.id.in_([item, *found]), documents.c.cluster.in_(clusters))
    connection.execute(update(documents).where(members).values(cluster=joined))


def _named(connection: Connection, item: int, document: Document) -> set[int]:
    """Return the documents that this one says it is, or that say they are this one."""
    names = (document.key, *document.aliases)
    same = select(documents.c.id).where(documents.c.key.in_(document.aliases))
    also = select(aliases.c.document).where(aliases.c.key.in_(names))
    found = [*connection.execute(also)]
    if document.aliases:
        found += connection.execute(same)
    return {int(row[0]) for row in found} - {item}


# -- what older releases derived otherwise -----------------------------------------------------------------


def behind(connection: Connection) -> int:
    """Return how many documents have to be derived again."""
    query = select(func.count()).select_from(documents).where(documents.c.linked < LINKS)
    return int(connection.execute(query).scalar_one())


def catch_up(connection: Connection) -> int:
    """Derive some of what is behind; returns how many documents, 0 when all is level."""
    query = select(documents.c.id, documents.c.body).where(documents.c.linked < LINKS).limit(_PART)
    rows = connection.execute(query).all()
    for row in rows:
        document = unpacked(row.body)
        made = near_duplicates.signature(document.text)
        values = {**columns(document), "digest": document.digest, "signature": made or None}
        connection.execute(update(documents).where(documents.c.id == row.id).values(values))
        link(connection, int(row.id), document, made, fresh=False)
    return len(rows)


def put_title(connection: Connection, found: ClassTitle) -> None:
    """Keep what a scheme says that a symbol means; a later edition replaces an earlier one."""
    values = {
        "title": found.title,
        "level": found.level,
        "parent": found.parent,
        "source": found.origin.source,
    }
    statement = upsert(class_titles).values(scheme=found.scheme, symbol=found.symbol, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["scheme", "symbol"], set_=values))


def put_wanted(connection: Connection, found: WantedNumber, at: str) -> None:
    """Keep a number that a list names and gives no text of."""
    values = {"key": found.key, "source": found.origin.source, "written": found.text, "at": at}
    connection.execute(upsert(wanted).values(values).on_conflict_do_nothing())
