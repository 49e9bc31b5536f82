"""People, disclosures, feature sets and reports in the database, as JSON of their records.

Every function takes the caller's transaction. Features and reports are versions: nothing is overwritten.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from pipeline import disclosure as disclosures_
from pipeline import novelty
from pipeline.disclosure import Disclosure, Feature
from pipeline.novelty import NoveltyReport
from pipeline.people import Person
from pipeline.records import from_json, to_json
from pipeline.store import next_number
from pipeline.store_schema import disclosures, feature_sets, people, reports

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A disclosure with its number, owner and age."""

    id: str
    owner: str
    created_at: str
    disclosure: Disclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A line of the list of cases."""

    id: str
    title: str
    owner: str
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureSet:
    """A saved version of a disclosure's features."""

    version: int
    features: tuple[Feature, ...]
    by: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReport:
    """A report with its number."""

    id: str
    disclosure: str
    hash: str
    by: str
    at: str
    report: NoveltyReport


def put_person(connection: Connection, person: Person) -> None:
    """Add or replace a person."""
    connection.execute(people.delete().where(people.c.id == person.id))
    connection.execute(people.insert().values(id=person.id, body=json.dumps(to_json(Person, person))))


def everybody(connection: Connection) -> tuple[Person, ...]:
    """Return all people by id."""
    rows = connection.execute(select(people.c.body).order_by(people.c.id))
    return tuple(from_json(Person, json.loads(row.body)) for row in rows)


def put_disclosure(connection: Connection, disclosure: Disclosure, owner: str, at: str) -> str:
    """Store a disclosure under a new number `D-0001`, which is returned."""
    number = f"D-{next_number(connection, 'disclosure'):04d}"
    body = json.dumps(disclosures_.dump(disclosure))
    connection.execute(
        disclosures.insert().values(id=number, title=disclosure.title, owner=owner, body=body, created_at=at)
    )
    return number


def case(connection: Connection, number: str) -> Case | None:
    """Return a disclosure by its number."""
    row = connection.execute(select(disclosures).where(disclosures.c.id == number)).first()
    if row is None:
        return None
    return Case(
        id=row.id,
        owner=row.owner,
        created_at=row.created_at,
        disclosure=disclosures_.load(json.loads(row.body)),
    )


def cases(connection: Connection) -> tuple[CaseLine, ...]:
    """Return all cases, newest first."""
    c = disclosures.c
    query = select(c.id, c.title, c.owner, c.created_at).order_by(c.created_at.desc(), c.id.desc())
    return tuple(CaseLine(**row._mapping) for row in connection.execute(query))  # noqa: SLF001


def put_features(connection: Connection, number: str, features: Sequence[Feature], by: str, at: str) -> int:
    """Store a new version of a disclosure's features; returns the version."""
    newest = select(func.max(feature_sets.c.version)).where(feature_sets.c.disclosure == number)
    version = int(connection.execute(newest).scalar() or 0) + 1
    body = json.dumps(to_json(tuple[Feature, ...], tuple(features)))
    connection.execute(
        feature_sets.insert().values(disclosure=number, version=version, body=body, by=by, at=at)
    )
    return version


def feature_set(connection: Connection, number: str) -> FeatureSet | None:
    """Return the newest features of a disclosure."""
    query = (
        select(feature_sets)
        .where(feature_sets.c.disclosure == number)
        .order_by(feature_sets.c.version.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    features = from_json(tuple[Feature, ...], json.loads(row.body))
    return FeatureSet(version=row.version, features=features, by=row.by, at=row.at)


def feature_writers(connection: Connection, number: str) -> frozenset[str]:
    """Return who saved features of a disclosure, whose words go into its drafts: ids, or `machine`."""
    query = select(feature_sets.c.by).where(feature_sets.c.disclosure == number)
    return frozenset(str(row.by) for row in connection.execute(query))


def put_report(connection: Connection, number: str, report: NoveltyReport, by: str, at: str) -> str:
    """Store a report under a new number `R-0001`, which is returned."""
    identifier = f"R-{next_number(connection, 'report'):04d}"
    connection.execute(
        reports.insert().values(
            id=identifier,
            disclosure=number,
            hash=report.hash,
            body=json.dumps(novelty.dump(report)),
            by=by,
            at=at,
        )
    )
    return identifier


def report(connection: Connection, number: str) -> StoredReport | None:
    """Return a report by its own number, or the newest one of a disclosure's number."""
    query = select(reports).where((reports.c.id == number) | (reports.c.disclosure == number))
    row = connection.execute(query.order_by(reports.c.id.desc()).limit(1)).first()
    if row is None:
        return None
    return StoredReport(
        id=row.id,
        disclosure=row.disclosure,
        hash=row.hash,
        by=row.by,
        at=row.at,
        report=novelty.load(json.loads(row.body)),
    )
