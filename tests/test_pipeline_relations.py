from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline import store_links, store_put, store_relations
from pipeline.relations import kin, named, relations, wanted
from pipeline.store import Store
from tests.kin_samples import LONG, document, moved, put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.relations import Relative


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "record.sqlite") as opened:
        yield opened


def keys(found: tuple[Relative, ...]) -> list[str]:
    return [one.key for one in found]


def words(number: int) -> str:
    """Return a text of its own, long enough to be told from others."""
    return " ".join(f"word{number}x{place}" for place in range(60))


KNOWN = ("US-7000001-B2", "US-7000002-B2", "US-1234567-B2")
FIRST = document("DE-1-A1", words(1), application="DE-appl-1", published="2001-01-10")
SECOND = document(
    "EP-2-A1", words(2), application="EP-appl-2", priorities=["DE-appl-1"], published="2001-07-01"
)
GRANT = document(
    "EP-2-B1", words(3), application="EP-appl-2", priorities=["DE-appl-1"], published="2004-07-01"
)
PART = document(
    "US-3-B2",
    words(4),
    application="US-appl-3",
    priorities=["DE-appl-1", "US-appl-9"],
    published="2000-12-01",
)
FAR = document("US-4-B2", words(5), application="US-appl-4", priorities=["US-appl-9"], published="2005-01-01")
STRANGER = document("JP-5-A", words(6), application="JP-appl-5", published="2002-02-02")


def test_a_simple_family_claims_the_same_priorities_and_the_first_public_member_dates_it(
    store: Store,
) -> None:
    put(store, GRANT, SECOND, FIRST, PART, FAR, STRANGER)
    family = relations(store, SECOND).family
    assert keys(family.simple) == ["DE-1-A1", "EP-2-A1", "EP-2-B1"]
    assert keys(family.extended) == ["US-3-B2", "US-4-B2"]
    assert family.first is not None
    assert (family.first.key, family.first.published) == ("DE-1-A1", "2001-01-10")


def test_equal_titles_and_equal_texts_make_no_family(store: Store) -> None:
    one, other = document("A-1", application="A-appl-1"), document("B-1", application="B-appl-1")
    put(store, one, other)
    assert keys(relations(store, one).family.simple) == ["A-1"]
    assert keys(relations(store, one).near) == ["B-1"]


def test_a_family_that_a_source_names_joins_what_claims_differently(store: Store) -> None:
    one = document("EP-6-A1", words(1), family="docdb:8", priorities=["A-appl-1"])
    other = document("CN-7-A", words(2), family="docdb:8", priorities=["A-appl-1", "A-appl-2"])
    third = document("CN-8-A", words(3), priorities=["A-appl-2", "A-appl-1"])
    put(store, one, other, third)
    assert keys(relations(store, one).family.simple) == ["CN-7-A", "CN-8-A", "EP-6-A1"]
    with store.read() as connection:
        assert store_relations.families(connection) == (1, 3)


def test_a_member_without_a_certain_date_does_not_date_the_family(store: Store) -> None:
    undated = document("EP-8-A1", words(1), application="X")
    wide = document("EP-9-A1", words(2), priorities=["X"], published="2001")
    day = document("EP-10-A1", words(3), priorities=["X"], published="2001-06-01")
    put(store, undated, wide, day)
    first = relations(store, undated).family.first
    assert first is not None
    assert first.key == "EP-10-A1"


def test_citations_lead_both_ways_with_and_without_kind(store: Store) -> None:
    cited = document("US-1234567-B2", words(1), aliases=["doi:10.1/x"])
    citing = document("US-7654321-B1", words(2), cites=["US-1234567", "EP-404-A1"])
    other = document("doi:10.1/y", words(3), cites=["doi:10.1/x"])
    put(store, citing, cited, other)
    assert keys(relations(store, cited).cited_by) == ["US-7654321-B1", "doi:10.1/y"]
    found = relations(store, citing).cites
    assert [(c.key, c.held.key if c.held else "") for c in found] == [
        ("US-1234567", "US-1234567-B2"),
        ("EP-404-A1", ""),
    ]
    assert relations(store, other).cites[0].held is not None


def test_what_two_documents_cite_comes_once_for_each_of_them(store: Store) -> None:
    first = document("US-7000001-B2", words(1), cites=["US-1234567"])
    second = document("US-7000002-B2", words(2), cites=["US-1234567", "US-7000001"])
    put(store, first, second, document("US-1234567-B2", words(3)))
    with store.read() as connection:
        numbers = {row.key: row.item for row in store_relations.resolve(connection, KNOWN).values()}
        one, two, cited = (numbers[key] for key in KNOWN)
        assert store_relations.cited_and_citing(connection, [one, two]) == sorted([cited, cited, one, two])
        assert store_relations.cited_and_citing(connection, [cited]) == sorted([one, two])
        assert store_relations.cited_and_citing(connection, []) == []


def test_versions_are_the_other_texts_of_a_work(store: Store) -> None:
    put(
        store,
        document("arXiv:1v2", words(1), work="arXiv:1", published="2020-03-01"),
        document("arXiv:1v1", words(2), work="arXiv:1", published="2020-01-01"),
        document("arXiv:2v1", words(3), work="arXiv:2"),
    )
    assert keys(relations(store, document("arXiv:1v2", work="arXiv:1")).versions) == ["arXiv:1v1"]


def test_near_duplicates_are_linked_by_text_and_by_stated_names(store: Store) -> None:
    typo = LONG.replace("kitchen", "flat")
    put(
        store,
        document("A-1", published="2002-01-01"),
        document("B-1", typo, published="2001-01-01"),
        document("C-1", words(1)),
        document("D-1", words(2), aliases=["C-1"]),
    )
    family = kin(store, ["A-1", "D-1", "absent"])
    assert {key: keys(near) for key, (_, near) in family.items()} == {"A-1": ["B-1"], "D-1": ["C-1"]}
    with store.read() as connection:
        assert store_relations.near_counts(connection) == (2, 4)


def test_a_text_that_changes_leaves_its_near_duplicates(store: Store) -> None:
    put(store, document("A-1"), document("B-1"), document("C-1"))
    put(store, document("A-1", words(1)))
    assert keys(relations(store, document("A-1", words(1))).near) == []
    assert keys(relations(store, document("B-1")).near) == ["C-1"]


def test_removing_a_source_takes_back_what_it_said_and_nothing_else(store: Store) -> None:
    biblio = document("EP-1-A1", "", source="docdb", classes=["A47B3/00"], published="2001-01-01")
    full = document("EP-1-A1", source="epo", claims=["A table."])
    alone = document("EP-2-A1", words(2), source="docdb")
    near = document("EP-3-A1", source="list")
    assert put(store, biblio, full, alone, near) == ["added", "updated", "added", "added"]
    with store.begin() as connection:
        assert store_put.remove_source(connection, "docdb") == 2
    assert keys(named(store, "EP-2-A1")) == []
    left = named(store, "EP-1-A1")[0]
    assert (left.title, left.published) == ("Folding table", "")
    assert put(store, full) == ["unchanged"]
    assert put(store, biblio, biblio) == ["updated", "unchanged"]
    assert named(store, "EP-1-A1")[0].published == "2001-01-01"
    assert keys(relations(store, near).near) == ["EP-1-A1"]


def test_the_same_record_from_another_file_changes_nothing(store: Store) -> None:
    biblio = document("EP-1-A1", "", source="docdb", classes=["A47B3/00"])
    full = document("EP-1-A1", source="epo", claims=["A table."])
    put(store, biblio, full)
    assert put(store, moved(biblio, 5), moved(full, 9)) == ["unchanged", "unchanged"]


def test_a_number_in_any_written_form_finds_its_document(store: Store) -> None:
    put(
        store,
        document("US-11234567-B2", words(1)),
        document("EP-1234567-A1", words(2), aliases=["doi:10.1/z"]),
    )
    for name in ("US 11,234,567 B2", "US11234567", "us-11234567-b2", "US-11234567"):
        assert keys(named(store, name)) == ["US-11234567-B2"]
    assert keys(named(store, "EP 1 234 567 A1")) == ["EP-1234567-A1"]
    assert keys(named(store, "doi:10.1/z")) == ["EP-1234567-A1"]
    assert named(store, "US 7,777,777") == ()
    assert named(store, "no number at all") == ()


def test_what_is_only_a_title_is_still_wanted(store: Store) -> None:
    put(store, document("EP-1-A1", ""), document("EP-2-A1", words(1)))
    assert keys(wanted(store)) == ["EP-1-A1"]


def test_what_an_older_release_stored_is_linked_again(store: Store) -> None:
    put(store, document("A-1", classes=["H04L9/08"]), document("B-1", cites=["A-1"]))
    with store.begin() as connection:
        for statement in (
            "UPDATE documents SET linked = 0, cluster = 0, bare = '', signature = NULL, digest = 'x'",
            "DELETE FROM bands",
            "DELETE FROM classes",
            "DELETE FROM citations",
        ):
            connection.exec_driver_sql(statement)
        assert store_links.behind(connection) == 2
    with store.begin() as connection:
        assert store_links.catch_up(connection) == 2
        assert store_links.catch_up(connection) == 0
        assert store_relations.class_counts(connection) == (("H04L", 1),)
    assert keys(relations(store, document("A-1")).near) == ["B-1"]
    assert keys(relations(store, document("A-1")).cited_by) == ["B-1"]
    assert put(store, document("A-1", classes=["H04L9/08"])) == ["unchanged"]
