"""Verdicts on found documents in the database; functions take the caller's transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from pipeline.store_schema import disclosures, triage

if TYPE_CHECKING:
    from collections.abc import Sequence

_MANY = 500


class Verdict(StrEnum):
    """What a person decided about a document, for one case."""

    UNDECIDED = "undecided"
    KEPT = "kept"
    NOT_RELEVANT = "not relevant"
    IN_CHART = "in chart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Everything that people said about a document in a case. `version` 0: nobody said anything yet."""

    key: str
    verdict: Verdict = Verdict.UNDECIDED
    seen: bool = False
    look_again: bool = False
    """Apart from the verdict: it may be kept, or dropped, and still be worth another look."""
    rating: int = 0
    """1 to 5; 0 is none."""
    note: str = ""
    version: int = 0
    by: str = ""
    at: str = ""


def get(connection: Connection, case: str, key: str) -> Mark:
    """Return what was said of a document; an empty mark when nothing was."""
    row = connection.execute(select(triage).where(triage.c.disclosure == case, triage.c.key == key)).first()
    return Mark(key=key) if row is None else _mark(row)


def marks(connection: Connection, case: str, keys: Sequence[str]) -> dict[str, Mark]:
    """Return the marks of those documents that have one."""
    found: dict[str, Mark] = {}
    for start in range(0, len(keys), _MANY):
        part = triage.c.key.in_(list(keys[start : start + _MANY]))
        rows = connection.execute(select(triage).where(triage.c.disclosure == case, part))
        found.update({row.key: _mark(row) for row in rows})
    return found


def keys(connection: Connection, case: str, verdict: Verdict) -> tuple[str, ...]:
    """Return the documents with a verdict, by key."""
    where = and_(triage.c.disclosure == case, triage.c.verdict == verdict.value)
    return tuple(
        row.key for row in connection.execute(select(triage.c.key).where(where).order_by(triage.c.key))
    )


def again(connection: Connection, case: str) -> tuple[str, ...]:
    """Return the documents to look at again, by key."""
    where = and_(triage.c.disclosure == case, triage.c.look_again)
    return tuple(
        row.key for row in connection.execute(select(triage.c.key).where(where).order_by(triage.c.key))
    )


def counts(connection: Connection, case: str) -> dict[Verdict, int]:
    """Return how many documents of a case have each verdict that somebody gave."""
    query = select(triage.c.verdict, func.count()).where(triage.c.disclosure == case)
    rows = connection.execute(query.group_by(triage.c.verdict))
    return {Verdict(name): int(number) for name, number in rows}


def put(connection: Connection, case: str, mark: Mark) -> None:
    """Keep a mark in place of the one before."""
    values: dict[str, Any] = {**asdict(mark), "verdict": mark.verdict.value}
    statement = upsert(triage).values(disclosure=case, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["disclosure", "key"], set_=values))


def exists(connection: Connection, case: str) -> bool:
    """Tell whether there is such a case."""
    return connection.execute(select(disclosures.c.id).where(disclosures.c.id == case)).first() is not None


def _mark(row: Any) -> Mark:  # noqa: ANN401 - a row of the table
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    del values["disclosure"]
    return Mark(**{**values, "verdict": Verdict(values["verdict"])})
