"""What a document is related to: family, versions, near-duplicates, what it cites and who cites it.

Decisions
---------
* A **simple family** is the documents that claim exactly the same priorities, or that one source puts into
  one family; an **extended family** those that share at least one priority, directly or through others
  (WIPO Handbook, part 8.1; EPO DOCDB and INPADOC). Equal titles, equal owners or near texts make no family.
* The member that was certainly public first dates the family; all members stay listed, each with its own
  date: what a member says that the first does not say has the member's date.
* **Versions** are texts of one work (arXiv v1 … vn, an application's publication and its grant). A passage is
  dated by the first version that contains it.
* A near-duplicate is linked, not dropped.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.errors import NumberFormError
from ingest.numbers import parse_publication
from pipeline import store_relations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from ingest.documents import Document
    from pipeline.store import Store
    from pipeline.store_corpus import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """A stored document, seen from another one."""

    key: str
    title: str
    kind: str
    country: str
    published: str
    """Day or interval in ISO 8601; empty when unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """The members of a document's families that are in the corpus, itself among them, earliest first."""

    simple: tuple[Relative, ...]
    extended: tuple[Relative, ...]
    """Members of the extended family that are not of the simple one."""
    first: Relative | None
    """The member of the simple family that was certainly public first; None where none has a date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citing:
    """A citation with the document that it leads to, where that is in the corpus."""

    key: str
    text: str
    category: str
    phase: str
    held: Relative | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """Everything that leads away from a document."""

    family: Family
    versions: tuple[Relative, ...]
    """Other texts of the same work, earliest first."""
    near: tuple[Relative, ...]
    """Near-duplicates, earliest first."""
    cites: tuple[Citing, ...]
    cited_by: tuple[Relative, ...]


def relations(store: Store, document: Document) -> Relations:
    """Return what a stored document is related to."""
    with store.read() as connection:
        item = store_relations.item(connection, document.key)
        return Relations(
            family=_family(connection, item) if item else Family(simple=(), extended=(), first=None),
            versions=_relatives(store_relations.versions(connection, document.work, document.key)),
            near=_relatives(store_relations.near(connection, item)) if item else (),
            cites=tuple(_cites(connection, document)),
            cited_by=_relatives(store_relations.cited_by(connection, (document.key, *document.aliases))),
        )


def named(store: Store, name: str) -> tuple[Relative, ...]:
    """Return the documents that a key, another name or any written form of a number means."""
    with store.read() as connection:
        found = store_relations.named(connection, name)
        if not found:
            with suppress(NumberFormError):
                found = store_relations.named(connection, parse_publication(name).key)
    return _relatives(found)


def wanted(store: Store) -> tuple[Relative, ...]:
    """Return documents of which only the title is here, and those that lists name and nothing is here of."""
    with store.read() as connection:
        titles = _relatives(store_relations.without_text(connection))
        numbers = store_relations.numbers_wanted(connection)
    return titles + tuple(
        Relative(key=key, title="", kind="", country="", published="") for key, _ in numbers
    )


def kin(store: Store, keys: Sequence[str]) -> dict[str, tuple[Family, tuple[Relative, ...]]]:
    """Return the simple family and the near-duplicates of each of a list of documents."""
    found = {}
    with store.read() as connection:
        for key in keys:
            item = store_relations.item(connection, key)
            if item:
                family = _family(connection, item, extended=False)
                found[key] = (family, _relatives(store_relations.near(connection, item)))
    return found


def _family(connection: Connection, item: int, *, extended: bool = True) -> Family:
    simple = store_relations.simple_family(connection, item)
    wider = store_relations.extended_family(connection, item) if extended else ()
    members = {row.key for row in simple}
    ordered = _relatives(simple)
    dated = [row for row in simple if row.published_latest]
    dated.sort(key=lambda row: (row.published_latest or "", row.published_earliest or "", row.key))
    return Family(
        simple=ordered,
        extended=_relatives(row for row in wider if row.key not in members),
        first=_relative(dated[0]) if dated else None,
    )


def _cites(connection: Connection, document: Document) -> Iterable[Citing]:
    named = [citation.key for citation in document.citations if citation.key]
    held = store_relations.resolve(connection, named)
    for citation in document.citations:
        row = held.get(citation.key)
        yield Citing(
            key=citation.key,
            text=citation.text,
            category=citation.category,
            phase=citation.phase,
            held=None if row is None else _relative(row),
        )


def _relatives(rows: Iterable[Row]) -> tuple[Relative, ...]:
    ordered = sorted(rows, key=lambda row: (row.published_latest or "9999", row.key))
    return tuple(_relative(row) for row in ordered)


def _relative(row: Row) -> Relative:
    return Relative(
        key=row.key,
        title=row.title,
        kind=row.kind,
        country=row.country,
        published=_interval(row.published_earliest, row.published_latest),
    )


def _interval(earliest: str | None, latest: str | None) -> str:
    if earliest is None or latest is None:
        return ""
    if earliest == latest:
        return latest
    return f"{'..' if earliest == store_relations.OPEN_DAY else earliest}/{latest}"
