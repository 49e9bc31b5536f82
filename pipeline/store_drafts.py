"""Drafts, their revisions and publications in the database; functions take the caller's transaction.

A revision's bytes are kept for ever under its number; the draft's own row carries the review record with a
version number, so that two people who act on the same draft cannot overwrite each other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select, update

from pipeline import store_cases, store_events
from pipeline.drafting import Question
from pipeline.records import from_json, to_json
from pipeline.review import Draft, recognised
from pipeline.store import next_number
from pipeline.store_schema import disclosures, drafts, publications, revisions
from publications.document import DefensivePublication, canonical, parse

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCase:
    """A draft with the text of its current revision and the questions that are still open."""

    id: str
    draft: Draft
    publication: DefensivePublication
    questions: tuple[Question, ...]
    version: int
    """Counts changes of the review record; what a change names to show that it saw the newest one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """A line of the list of drafts."""

    id: str
    disclosure: str
    title: str
    state: str
    changed_at: str
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLine:
    """A publication: its number, where its bundle is, and whether every required stamp is there."""

    identifier: str
    version: int
    title: str
    folder: Path
    published_at: str
    root_sha256: str
    complete: bool
    draft: str
    digest: str


def new_number(connection: Connection) -> str:
    """Return the next draft's number, `DR-0001`."""
    return f"DR-{next_number(connection, 'draft'):04d}"


def add(
    connection: Connection,
    draft: Draft,
    publication: DefensivePublication,
    questions: Sequence[Question],
    at: str,
) -> None:
    """Store a new draft with its first revision."""
    connection.execute(
        drafts.insert().values(
            id=draft.id,
            disclosure=draft.disclosure_id,
            state=draft.state.value,
            body=json.dumps(to_json(Draft, draft)),
            questions=json.dumps(to_json(tuple[Question, ...], tuple(questions))),
            version=1,
            changed_at=at,
        )
    )
    add_revision(connection, draft.id, 1, publication)


def add_revision(
    connection: Connection, number: str, revision: int, publication: DefensivePublication
) -> None:
    """Store the bytes of a revision."""
    connection.execute(
        revisions.insert().values(
            draft=number,
            number=revision,
            digest=publication.digest,
            body=canonical(publication).decode(),
        )
    )


def save(connection: Connection, draft: Draft, *, seen: int, at: str) -> bool:
    """Replace the review record if nobody changed it since version `seen`; tells whether it did."""
    result = connection.execute(
        update(drafts)
        .where(drafts.c.id == draft.id, drafts.c.version == seen)
        .values(
            state=draft.state.value,
            body=json.dumps(to_json(Draft, draft)),
            version=seen + 1,
            changed_at=at,
        )
    )
    return result.rowcount == 1


def get(connection: Connection, number: str) -> DraftCase | None:
    """Return a draft by its own number, or the newest draft of a disclosure's number."""
    query = select(drafts).where((drafts.c.id == number) | (drafts.c.disclosure == number))
    row = connection.execute(
        query.order_by(func.length(drafts.c.id).desc(), drafts.c.id.desc()).limit(1)
    ).first()
    if row is None:
        return None
    draft = from_json(Draft, json.loads(row.body))
    publication = revision(connection, row.id, len(draft.revisions))
    assert publication is not None
    questions = from_json(tuple[Question, ...], json.loads(row.questions))
    return DraftCase(
        id=row.id, draft=draft, publication=publication, questions=questions, version=row.version
    )


def judged(connection: Connection, number: str) -> DraftCase | None:
    """Return a draft as the rules see it: with everybody recognised who ever bore a contributor's name."""
    found = get(connection, number)
    if found is None:
        return None
    names = store_events.names(connection)
    for person in store_cases.everybody(connection):
        names.setdefault(person.id, set()).add(person.name)
    return replace(found, draft=recognised(found.draft, names))


def revision(connection: Connection, number: str, count: int) -> DefensivePublication | None:
    """Return the text of a revision."""
    query = select(revisions.c.body).where(revisions.c.draft == number, revisions.c.number == count)
    body = connection.execute(query).scalar()
    return None if body is None else parse(body)


def lines(connection: Connection) -> tuple[DraftLine, ...]:
    """Return all drafts, last changed first."""
    newest = (
        select(revisions.c.draft, func.max(revisions.c.number).label("number"))
        .group_by(revisions.c.draft)
        .subquery()
    )
    query = (
        select(drafts.c.id, drafts.c.disclosure, drafts.c.state, drafts.c.changed_at, drafts.c.body)
        .add_columns(revisions.c.body.label("text"))
        .join(newest, newest.c.draft == drafts.c.id)
        .join(revisions, (revisions.c.draft == drafts.c.id) & (revisions.c.number == newest.c.number))
        .order_by(drafts.c.changed_at.desc())
    )
    return tuple(
        DraftLine(
            id=row.id,
            disclosure=row.disclosure,
            title=parse(row.text).title,
            state=row.state,
            changed_at=row.changed_at,
            author=json.loads(row.body)["author"],
        )
        for row in connection.execute(query)
    )


def owner(connection: Connection, disclosure: str) -> str:
    """Return who handed a disclosure in."""
    return str(
        connection.execute(select(disclosures.c.owner).where(disclosures.c.id == disclosure)).scalar_one()
    )


def reserve(connection: Connection, line: PublishedLine) -> None:
    """Give a draft its publication number, before anything is built."""
    connection.execute(publications.insert().values(**_values(line)))


def update_publication(connection: Connection, line: PublishedLine) -> None:
    """Record how far a release has come."""
    c = publications.c
    connection.execute(
        update(publications)
        .where(c.id == line.identifier, c.version == line.version)
        .values(root_sha256=line.root_sha256, published_at=line.published_at, complete=line.complete)
    )


def publication_of(connection: Connection, draft: str) -> PublishedLine | None:
    """Return the publication of a draft, finished or under way."""
    row = connection.execute(select(publications).where(publications.c.draft == draft)).first()
    return None if row is None else _line(row)


def published(connection: Connection) -> tuple[PublishedLine, ...]:
    """Return all publications, newest first."""
    rows = connection.execute(select(publications).order_by(publications.c.id.desc()))
    return tuple(_line(row) for row in rows)


def _values(line: PublishedLine) -> dict[str, object]:
    return {
        "id": line.identifier,
        "version": line.version,
        "draft": line.draft,
        "digest": line.digest,
        "title": line.title,
        "folder": line.folder.name,
        "root_sha256": line.root_sha256,
        "published_at": line.published_at,
        "complete": line.complete,
    }


def _line(row: object) -> PublishedLine:
    values = dict(row._mapping)  # type: ignore[attr-defined]  # noqa: SLF001 - SQLAlchemy's public name
    return PublishedLine(identifier=values.pop("id"), folder=Path(values.pop("folder")), **values)
