"""`facets`: how many documents a search would leave for each value that it can be narrowed to.

Decisions
---------
* Without a query the counts are exact, from the database: the documents that pass the filters.
* An expression says of every document whether it matches, so its counts are exact as well.
* Prose matches nothing and everything, more or less: counted are the `CONSIDERED` documents that rank best,
  and `Facets.words` says so.
* A value is counted under all other limits and not under those of its own kind: with `patent` chosen, the
  papers that could be chosen as well keep their number. So each kind of limit that is in use costs one more
  search of a prose query; nothing costs a query for each value.
* Documents that wait for the index count where no query is asked, and are found by none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from index import syntax
from ingest.documents import clean
from pipeline import store_facets, store_relations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.corpus import Corpus
    from pipeline.library import Mode, SearchFilter

CONSIDERED: Final = 200
"""Documents of a prose query that are counted."""
Counts = tuple[tuple[str, int], ...]
_COLUMNS: Final = {"kinds": "kind", "countries": "country", "sources": "source", "years": "year"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Counts (value, documents), largest first; an empty value is what is not known of a document."""

    kinds: Counts
    countries: Counts
    sources: Counts
    subclasses: Counts
    years: Counts
    titles: tuple[tuple[str, str], ...]
    """Titles of subclasses, as far as a scheme was ingested."""
    documents: int
    """How many documents were counted under all limits."""
    exact: bool
    """Whether that is everything that matches, not only what ranks best."""

    @property
    def words(self) -> str:
        """Return what was counted."""
        if self.exact:
            return "Counts are of all documents that match."
        return (
            f"Counts are of the {self.documents:,} documents that rank best (at most {CONSIDERED}): "
            "prose matches more or less, so there is no end to what else could be counted."
        )


def within(filters: SearchFilter, year: int | None) -> SearchFilter:
    """Return the filters with their days cut to a year, by the earliest day of a document's interval."""
    if year is None:
        return filters
    first, after = date(year, 1, 1), date(min(year + 1, date.max.year), 1, 1)
    return replace(
        filters,
        after=first if filters.after is None else max(first, filters.after),
        before=after if filters.before is None else min(after, filters.before),
    )


def facets(
    corpus: Corpus,
    query: str,
    filters: SearchFilter,
    *,
    year: int | None = None,
    mode: Mode = "fused",
    like: Sequence[str] = (),
    unlike: Sequence[str] = (),
    classes: Sequence[str] = (),
) -> Facets:
    """Count what a search finds under `within(filters, year)`, by what it can be narrowed to.

    `classes` as in `pipeline.results.search`. Raises QuerySyntaxError.
    """
    query = clean(query).strip()
    filters = replace(filters, exclude=(*filters.exclude, *like))  # an example is no find
    exact = not like and not unlike and (not query or syntax.is_expression(query))
    found = _Found(
        corpus=corpus, query=query, mode=mode, like=like, unlike=unlike, classes=classes, exact=exact
    )
    everything = within(filters, year)
    with corpus.store.read() as connection:
        sets = {name: _without(everything, name) for name in ("kinds", "countries", "sources", "classes")}
        sets["years"] = filters
        counted = {
            name: store_facets.by_column(connection, _COLUMNS[name], limits, found.among(limits))
            for name, limits in sets.items()
            if name in _COLUMNS
        }
        subclasses = store_facets.by_subclass(connection, sets["classes"], found.among(sets["classes"]))
        return Facets(
            **counted,
            subclasses=subclasses,
            titles=tuple(store_relations.titles(connection, [name for name, _ in subclasses]).items()),
            documents=store_facets.total(connection, everything, found.among(everything)),
            exact=exact,
        )


def _without(filters: SearchFilter, name: str) -> SearchFilter:
    nothing: dict[str, Any] = {name: ()}
    return replace(filters, **nothing)


class _Found:
    """What a query finds under a filter, searched once for each filter."""

    def __init__(
        self,
        *,
        corpus: Corpus,
        query: str,
        mode: Mode,
        like: Sequence[str],
        unlike: Sequence[str],
        classes: Sequence[str],
        exact: bool,
    ) -> None:
        self._corpus, self._query, self._mode, self._exact = corpus, query, mode, exact
        self._like, self._unlike, self._classes = like, unlike, classes
        self._known: dict[SearchFilter, Sequence[int]] = {}
        self._every: Sequence[int] | None = None

    def among(self, filters: SearchFilter) -> Sequence[int] | None:
        """Return the items that are counted; None for all that pass the filter."""
        if self._exact and not self._query:
            return None
        if self._exact:
            if self._every is None:
                self._every = self._corpus.reader().answering(self._query).tolist()
            return self._every
        if filters not in self._known:
            hits = self._corpus.ranked(
                self._query,
                mode=self._mode,
                limit=CONSIDERED,
                filters=filters,
                like=self._like,
                unlike=self._unlike,
                classes=self._classes,
            )
            self._known[filters] = [hit.item for hit in hits]
        return self._known[filters]
