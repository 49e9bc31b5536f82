"""Counts of documents by what they can be filtered by: one statement for each thing, none for each value.

A set of documents that a query found reaches SQLite as one JSON text (`json_each`), whatever its size.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, case, distinct, func, or_, select

from ingest.documents import OPEN
from pipeline.store_corpus import conditions
from pipeline.store_schema import classes, documents

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.sql.elements import ColumnElement

    from pipeline.library import SearchFilter

_BEYOND = "\U0010ffff"
"""Sorts after every symbol that begins with what stands before it."""
_SCHEMES = ("CPC", "IPC")
_DAY = case((documents.c.published_earliest != OPEN.isoformat(), documents.c.published_earliest))


def total(connection: Connection, filters: SearchFilter, among: Sequence[int] | None) -> int:
    """Return how many documents pass, class prefixes included."""
    query = select(func.count()).select_from(documents).where(*_where(filters, among))
    return int(connection.execute(query).scalar_one())


def by_column(
    connection: Connection, column: str, filters: SearchFilter, among: Sequence[int] | None
) -> tuple[tuple[str, int], ...]:
    """Return (value, documents) of `kind`, `country`, `source` or `year`, largest first.

    `year` is that of the earliest public day, by which filters go; none where only a bound is known.
    """
    target = func.substr(_DAY, 1, 4) if column == "year" else documents.c[column]
    query = select(target, func.count()).where(*_where(filters, among)).group_by(target)
    return _ordered((str(value or ""), int(number)) for value, number in connection.execute(query))


def by_subclass(
    connection: Connection, filters: SearchFilter, among: Sequence[int] | None
) -> tuple[tuple[str, int], ...]:
    """Return (subclass of CPC or IPC, documents), largest first; a document counts in each of its own."""
    target = func.substr(classes.c.symbol, 1, 4)
    query = select(target, func.count(distinct(classes.c.document))).where(classes.c.scheme.in_(_SCHEMES))
    where = tuple(_where(filters, None))
    if where:
        query = query.where(classes.c.document.in_(select(documents.c.id).where(*where)))
    if among is not None:
        query = query.where(classes.c.document.in_(_listed(among)))
    rows = connection.execute(query.group_by(target))
    return _ordered((str(value), int(number)) for value, number in rows)


def _where(filters: SearchFilter, among: Sequence[int] | None) -> Iterator[ColumnElement[bool]]:
    yield from conditions(filters)
    if filters.classes:
        symbol = classes.c.symbol
        begins = [(symbol >= prefix) & (symbol < prefix + _BEYOND) for prefix in filters.classes]
        yield documents.c.id.in_(select(classes.c.document).where(or_(*begins)))
    if among is not None:
        yield documents.c.id.in_(_listed(among))


def _listed(items: Sequence[int]) -> Any:  # noqa: ANN401 - a Select
    return select(func.json_each(json.dumps(list(items))).table_valued("value").c.value)


def _ordered(pairs: Iterator[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
