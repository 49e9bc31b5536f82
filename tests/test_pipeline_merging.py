from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.merging import combined, joined, renewed
from tests.kin_samples import document

if TYPE_CHECKING:
    from ingest.documents import Document

FULL = document("EP-1-A1", source="epo", claims=["A table.", "The table of claim 1."], published="2001-05-02")
BIBLIO = document(
    "EP-1-A1",
    "",
    source="docdb",
    published="2001-05-02",
    classes=["A47B3/00"],
    cites=["US-2-A"],
    inventors=["Doe, Jane"],
    family="docdb:7",
    priorities=["DE-appl-102000012345"],
)
ABSTRACT = document("EP-1-A1", source="list", title="", aliases=["x:1"], inventors=["J. Doe"])


def fields(found: Document) -> list[str]:
    return [section.field for section in found.sections]


def test_what_only_one_source_has_is_in_the_whole() -> None:
    whole = combined([BIBLIO, FULL, ABSTRACT])
    assert fields(whole) == ["title", "abstract", "claims"]
    assert [whole.text[c.start : c.end] for c in whole.claims] == ["A table.", "The table of claim 1."]
    assert whole.family == "docdb:7"
    assert whole.priorities == ("DE-appl-102000012345",)
    assert whole.aliases == ("x:1",)
    assert [c.symbol for c in whole.classes] == ["A47B3/00"]
    assert {event.source for event in whole.events} == {"epo", "docdb"}


def test_a_field_is_never_put_together_of_two_wordings() -> None:
    other = document("EP-1-A1", "Short.", source="z", claims=["A chair."])
    whole = combined([FULL, other])
    assert whole.text == FULL.text


def test_people_are_those_of_one_source() -> None:
    whole = combined([BIBLIO, ABSTRACT])
    assert len(whole.parties) == 1


@pytest.mark.parametrize("order", list(permutations([FULL, BIBLIO, ABSTRACT])))
def test_the_whole_does_not_depend_on_what_came_first(order: tuple[Document, ...]) -> None:
    assert combined(order) == combined([FULL, BIBLIO, ABSTRACT])


def test_a_record_that_has_less_adds_and_one_that_has_as_much_replaces() -> None:
    part = document("EP-1-A1", "", source="epo", title="", claims=["A better table."])
    more = renewed(FULL, part)
    assert [more.text[c.start : c.end] for c in more.claims] == ["A better table."]
    assert fields(more) == ["title", "abstract", "claims"]
    anew = document("EP-1-A1", "Another text.", source="epo", claims=["A table."], published="2001-05-09")
    assert renewed(FULL, anew) == anew


def test_an_answer_with_the_same_text_and_less_beside_it_takes_nothing_away() -> None:
    register = document("EP-1-A1", "", source="docdb", published="2001-05-02")
    more = renewed(BIBLIO, register)
    assert (more.family, more.priorities) == ("docdb:7", ("DE-appl-102000012345",))
    assert [c.key for c in more.citations] == ["US-2-A"]


@given(st.lists(st.sampled_from([FULL, BIBLIO, ABSTRACT]), min_size=1, max_size=5))
def test_joining_again_changes_nothing(records: list[Document]) -> None:
    whole = combined(records)
    for record in records:
        assert joined(whole, record).digest == whole.digest
