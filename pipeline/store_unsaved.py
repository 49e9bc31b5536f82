"""Unsaved words in the database; functions take the caller's transaction."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from pipeline.store_schema import unsaved

if TYPE_CHECKING:
    from collections.abc import Mapping


def put(connection: Connection, person: str, form: str, words: Mapping[str, str], at: str) -> None:
    """Keep the words of a form in place of those that were kept before."""
    values = {"body": json.dumps(dict(words)), "at": at}
    statement = upsert(unsaved).values(person=person, form=form, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["person", "form"], set_=values))


def get(connection: Connection, person: str, form: str) -> dict[str, str]:
    """Return the words kept for a form by the names of its fields; empty when there are none."""
    query = select(unsaved.c.body).where(unsaved.c.person == person, unsaved.c.form == form)
    body = connection.execute(query).scalar()
    words: dict[str, str] = json.loads(body) if body else {}
    return words


def drop(connection: Connection, person: str, form: str) -> None:
    """Forget the words of a form."""
    connection.execute(delete(unsaved).where(unsaved.c.person == person, unsaved.c.form == form))
