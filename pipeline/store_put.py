"""Storing and removing documents, with what several sources say of one, in the caller's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, bindparam, delete, select, update

from pipeline import store_links
from pipeline.merging import combined, renewed
from pipeline.preparing import Prepared, prepare, unpacked
from pipeline.store_schema import class_titles, contributions, documents, files, removals, skipped, wanted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingest.documents import Document

Change = Literal["added", "updated", "unchanged"]
_FIND = select(documents.c.id, documents.c.digest, documents.c.source, documents.c.body).where(
    documents.c.key == bindparam("key")
)
_ADD = documents.insert()
_SAID = select(contributions.c.source, contributions.c.body).where(
    contributions.c.document == bindparam("item")
)


def put(connection: Connection, ready: Prepared, at: str) -> tuple[Change, Prepared]:
    """Store a source's record; returns what became of it, and the document as it now stands.

    A document that other sources tell about as well is made anew of all that they say.
    """
    document = ready.document
    found = connection.execute(_FIND, {"key": document.key}).first()
    if found is None:
        values = {**_values(ready), "added_at": at}
        item = int(connection.execute(_ADD, values).lastrowid)
        store_links.link(connection, item, document, ready.signature, fresh=True)
        return "added", ready
    if found.digest == ready.digest:
        return "unchanged", ready
    held = _said(connection, found.id) or {found.source: unpacked(found.body)}
    source = document.origin.source
    old = held.get(source)
    record = document if old is None else renewed(old, document)
    if old is not None and record.digest == old.digest:
        return "unchanged", ready
    held[source] = record
    _keep(connection, found.id, held)
    whole = prepare(combined(held.values()))
    if whole.digest == found.digest:
        return "unchanged", whole
    _replace(connection, found.id, whole)
    return "updated", whole


def remove_source(connection: Connection, source: str) -> int:
    """Remove what a source said; returns of how many documents.

    A document that nobody else tells about is removed; its item waits in `removals` until the index has
    dropped it. Files of the source are read again when they are named again.
    """
    shared = select(contributions.c.document).where(contributions.c.source == source)
    told = [int(row.document) for row in connection.execute(shared)]
    for item in told:
        held = _said(connection, item)
        del held[source]
        _keep(connection, item, held)
        _replace(connection, item, prepare(combined(held.values())))
    alone = documents.c.id.not_in(select(contributions.c.document))
    query = select(documents.c.id).where(documents.c.source == source, alone)
    gone = [int(row.id) for row in connection.execute(query) if int(row.id) not in set(told)]
    store_links.unlink(connection, gone)
    if gone:
        connection.execute(removals.insert(), [{"item": item} for item in gone])
        statement = delete(documents).where(documents.c.id == bindparam("item"))
        connection.execute(statement, [{"item": item} for item in gone])
    connection.execute(delete(wanted).where(wanted.c.source == source))
    connection.execute(delete(class_titles).where(class_titles.c.source == source))
    connection.execute(delete(files).where(files.c.source == source))
    connection.execute(delete(skipped).where(skipped.c.path.not_in(select(files.c.path))))
    return len(gone) + len(told)


def expected(document: Document) -> dict[str, object]:
    """Return the columns that follow from a document, for comparison with what is stored."""
    values = _values(prepare(document))
    return {name: value for name, value in values.items() if name not in ("body", "signature")}


def _values(ready: Prepared) -> dict[str, object]:
    document = ready.document
    published, filed = document.published, document.filed
    return {
        "key": document.key,
        "kind": document.kind.value,
        "source": document.origin.source,
        "country": document.country,
        "language": document.language,
        "title": document.title,
        "published_earliest": published and published.earliest.isoformat(),
        "published_latest": published and published.latest.isoformat(),
        "filed_earliest": filed and filed.earliest.isoformat(),
        "length": len(document.text),
        "passages": len(ready.cut),
        "digest": ready.digest,
        "body": ready.body,
        "signature": ready.signature or None,
        **store_links.columns(document),
    }


def _replace(connection: Connection, item: int, ready: Prepared) -> None:
    values = _values(ready)
    connection.execute(update(documents).where(documents.c.id == item).values(**values, indexed=None))
    store_links.link(connection, item, ready.document, ready.signature, fresh=False)


def _keep(connection: Connection, item: int, held: dict[str, Document]) -> None:
    """Keep each source's record where there are several: one alone is the document itself."""
    connection.execute(delete(contributions).where(contributions.c.document == item))
    if len(held) > 1:
        made = {source: prepare(record) for source, record in held.items()}
        rows = [
            {"document": item, "source": source, "digest": ready.digest, "body": ready.body}
            for source, ready in made.items()
        ]
        connection.execute(contributions.insert(), rows)


def _said(connection: Connection, item: int) -> dict[str, Document]:
    rows: Iterable[tuple[str, bytes]] = (tuple(row) for row in connection.execute(_SAID, {"item": item}))
    return {source: unpacked(body) for source, body in rows}
