"""Counts beside a search: exact where that can be, said where not, never more than is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from index.errors import QuerySyntaxError
from ingest.documents import DocumentKind
from pipeline.facets import CONSIDERED, facets, within
from pipeline.library import SearchFilter
from tests.kin_samples import document, put
from tests.small_corpus import open_corpus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.corpus import Corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    opened = open_corpus(tmp_path / "c")
    made = [
        document(
            f"US-{number}-B2",
            "A pump moves water through a valve.",
            classes=["G06F16/35", "H04L9/00"] if number < 2 else ["G06N3/08"],
            published=f"20{10 + number}-05-05",
        )
        for number in range(6)
    ]
    made.append(document("EP-7-A1", "A pump heats a plate.", classes=["G06F3/00"], published="2012"))
    made.append(document("XX-8-A", "A gripper with a finger."))
    for each in made:
        put(opened.store, replace(each, country=each.key[:2]))
    opened.repair()
    yield opened
    opened.close()
    opened.store.close()


def test_without_a_query_every_document_counts_by_each_thing_it_can_be_narrowed_to(corpus: Corpus) -> None:
    found = facets(corpus, "", SearchFilter())
    assert (found.documents, found.exact) == (8, True)
    assert dict(found.countries) == {"US": 6, "EP": 1, "XX": 1}
    assert dict(found.subclasses) == {"G06N": 4, "G06F": 3, "H04L": 2}
    assert dict(found.years)["2012"] == 2
    assert dict(found.years)[""] == 1
    assert sum(number for _, number in found.kinds) == 8


def test_a_value_keeps_its_number_when_another_of_its_kind_is_chosen(corpus: Corpus) -> None:
    found = facets(corpus, "", SearchFilter(countries=("EP",)))
    assert dict(found.countries) == {"US": 6, "EP": 1, "XX": 1}
    assert dict(found.subclasses) == {"G06F": 1}
    assert found.documents == 1
    narrowed = facets(corpus, "", SearchFilter(classes=("G06F",)), year=2012)
    assert dict(narrowed.years) == {"2010": 1, "2011": 1, "2012": 1}
    assert dict(narrowed.countries) == {"EP": 1}


def test_the_counts_of_an_expression_are_exact(corpus: Corpus) -> None:
    limits = SearchFilter(before=date(2014, 1, 1))
    found = facets(corpus, "pump AND valve", limits)
    assert (found.documents, found.exact) == (4, True)
    assert dict(found.years) == {"2010": 1, "2011": 1, "2012": 1, "2013": 1}
    assert found.documents == len(corpus.search("pump AND valve", limit=50, filters=limits))


def test_prose_is_counted_over_what_ranks_best_and_says_so(corpus: Corpus) -> None:
    found = facets(corpus, "pump water", SearchFilter(), mode="words")
    assert not found.exact
    assert str(CONSIDERED) in found.words
    assert found.documents == len(corpus.search("pump water", mode="words", limit=CONSIDERED)) == 7


@pytest.mark.parametrize("query", ["", "pump AND NOT heats", "pump water"])
def test_a_count_is_what_choosing_the_value_leaves(corpus: Corpus, query: str) -> None:
    found = facets(corpus, query, SearchFilter(), mode="words")
    for country, number in found.countries:
        chosen = SearchFilter(countries=(country,))
        assert facets(corpus, query, chosen, mode="words").documents == number
        if query:
            assert len(corpus.search(query, mode="words", limit=50, filters=chosen)) == number
    for year, number in found.years:
        if year:
            limits = within(SearchFilter(), int(year))
            assert facets(corpus, query, limits, mode="words").documents == number
            assert corpus.count(limits) >= number


def test_a_year_is_cut_to_the_days_that_are_set_already() -> None:
    limits = SearchFilter(before=date(2012, 6, 1), after=date(2012, 2, 1))
    assert within(limits, 2012) == limits
    assert within(SearchFilter(before=date(2020, 1, 1)), 2012).before == date(2013, 1, 1)
    assert within(limits, None) is limits


def test_the_source_the_day_after_and_a_set_of_keys_limit_search_and_count_alike(corpus: Corpus) -> None:
    source = facets(corpus, "", SearchFilter()).sources[0][0]
    for limits, number in (
        (SearchFilter(sources=(source,)), 8),
        (SearchFilter(sources=("nobody",)), 0),
        (SearchFilter(after=date(2013, 1, 1)), 3),
        (SearchFilter(after=date(2013, 1, 1), undated=True), 4),
        (SearchFilter(only=("US-1-B2", "US-404")), 1),
        (SearchFilter(only=()), 0),
    ):
        assert corpus.count(limits) == facets(corpus, "", limits).documents == number
        assert len(corpus.search("pump valve gripper", limit=50, filters=limits)) == number
    assert corpus.reach(SearchFilter(after=date(2013, 1, 1))).certain == 3
    assert corpus.reach(SearchFilter(after=date(2013, 1, 1))).undated == 1


def test_an_expression_that_cannot_be_read_is_an_error_with_its_column(corpus: Corpus) -> None:
    with pytest.raises(QuerySyntaxError, match="column"):
        facets(corpus, "pump AND (valve", SearchFilter())


def test_hostile_values_stay_values(corpus: Corpus) -> None:
    found = facets(corpus, "", SearchFilter(kinds=(DocumentKind.PATENT.value, "' OR 1=1 --"), classes=("%",)))
    assert found.documents == 0
