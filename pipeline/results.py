"""Search results for people: near-duplicates as one row, and each row's family, with the dates of all.

The search itself stays as it is (an assessment and an evaluation see every document). Of near-duplicates that
were found the row is the one that was certainly public first; the others, found or not, are named with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline import relations, store_relations
from pipeline.library import Found, Mode, SearchFilter
from pipeline.relations import Relative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.corpus import Corpus

_SPARE = 2
"""Times as many documents are asked for as rows are wanted: what duplicates may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A row: a document that was found, and the documents that belong to it."""

    found: Found
    near: tuple[Relative, ...]
    """Its near-duplicates in the corpus, whether they were found or not, earliest first."""
    family: tuple[Relative, ...]
    """Other members of its simple family, earliest first."""
    first: Relative | None
    """The member of the family that was certainly public first, itself perhaps."""


def search(
    corpus: Corpus,
    query: str,
    *,
    mode: Mode = "fused",
    limit: int = 10,
    filters: SearchFilter = SearchFilter(),  # noqa: B008 - a frozen record
    passages: int = 3,
    like: Sequence[str] = (),
    unlike: Sequence[str] = (),
    classes: Sequence[str] = (),
) -> tuple[Result, ...]:
    """Rank documents, near-duplicates as one; what is `like` given documents leaves them out.

    `classes` are symbols that a hit better has. Raises QuerySyntaxError, UnknownDocumentError.
    """
    hits = corpus.search(
        query,
        mode=mode,
        limit=_SPARE * limit + len(like),
        filters=filters,
        passages=passages,
        like=like,
        unlike=unlike,
        classes=classes,
    )
    hits = tuple(hit for hit in hits if hit.key not in like)
    with corpus.store.read() as connection:
        clusters = store_relations.clusters(connection, [hit.key for hit in hits])
    rows: dict[int | str, Found] = {}
    for hit in hits:
        place = clusters.get(hit.key, hit.key)
        rows[place] = min(rows.get(place, hit), hit, key=_earliest)
    chosen = list(rows.values())[:limit]
    kin = relations.kin(corpus.store, [hit.key for hit in chosen])
    return tuple(_result(hit, *kin[hit.key]) for hit in chosen if hit.key in kin)


def _earliest(hit: Found) -> tuple[str, str]:
    first, _, last = hit.published.partition("/")
    return (last or first or "9999", hit.key)


def _result(hit: Found, family: relations.Family, near: tuple[Relative, ...]) -> Result:
    others = tuple(member for member in family.simple if member.key != hit.key)
    return Result(found=hit, near=near, family=others, first=family.first)


def listed(members: Sequence[Relative], most: int) -> str:
    """Return members with their dates on one line, `most` of them by name."""
    shown = ", ".join(f"{m.key} (public {m.published or 'on an unknown day'})" for m in members[:most])
    return shown + (f" and {len(members) - most} more" if len(members) > most else "")
