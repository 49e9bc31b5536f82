"""Classes of examples become tags with weights."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.feedback import SHARED
from pipeline.preferring import MOST, preferred
from tests.small_corpus import open_corpus, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.corpus import Corpus

SYMBOL = st.sampled_from(
    ["F16K 31/06", "F16K31/00", "F16K", "H04L9/0816", "cs.LG", "", " ", "Y02A", "A01G25"]
)


def test_a_symbol_stands_for_itself_its_group_and_its_subclass() -> None:
    assert preferred([["H04L 9/0816"]]) == {"class:H04L*": 1.0, "class:H04L9/*": 1.0, "class:H04L9/0816": 1.0}
    assert preferred([["cs.LG"]]) == {"class:cs.LG": 1.0}
    assert preferred([]) == preferred([[], ["", " "]]) == {}


def test_each_example_weighs_alike_however_many_symbols_it_has() -> None:
    found = preferred([["F16K31/06"], ["F16K31/06", "cs.LG"]])
    assert (found["class:F16K31/06"], found["class:cs.LG"]) == (1.5, 0.5)


def test_of_many_symbols_the_commonest_tags_are_asked_for() -> None:
    many = [f"F16K{group}/02" for group in range(1, 99)]
    found = preferred([many, ["F16K7/02"]])
    assert len(found) == MOST
    assert "class:F16K7/02" in found


@given(st.lists(st.lists(SYMBOL, max_size=6), max_size=4))
def test_no_order_of_examples_matters(examples: list[list[str]]) -> None:
    turned = [symbols[::-1] for symbols in examples[::-1]]
    assert list(preferred(examples).items()) == list(preferred(turned).items())
    assert all(weight > 0 for weight in preferred(examples).values())


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """One text under three classes, so that nothing else tells the documents apart."""
    folder = tmp_path_factory.mktemp("preferring")
    lines = [
        {
            "id": f"US-{number}-A",
            "kind": "patent",
            "title": "Valve",
            "abstract": "A valve that closes when the pressure drops.",
            "date": "2001-02-03",
            "cpc": [symbol] if symbol else [],
        }
        for number, symbol in enumerate(("", "B65D1/02", "F16K31/08", "F16K31/06", "F16K31/06"), start=1)
    ]
    (folder / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    made = open_corpus(folder / "w")
    run(made, folder / "a.jsonl")
    yield made
    made.close()
    made.store.close()


def added(
    corpus: Corpus,
    query: str = "a valve",
    *,
    like: Sequence[str] = (),
    unlike: Sequence[str] = (),
    classes: Sequence[str] = (),
) -> dict[str, float]:
    """Return what each hit gains, of all that classes can add."""
    hits = corpus.search(query, like=like, unlike=unlike, classes=classes)
    return {hit.key: round(hit.preferred / SHARED, 3) for hit in hits}


def test_documents_with_the_classes_of_what_is_liked_come_first_and_none_is_lost(corpus: Corpus) -> None:
    found = added(corpus, like=["US-5-A"])
    expected = {"US-4-A": 1.0, "US-5-A": 1.0, "US-3-A": 0.667, "US-1-A": 0.0, "US-2-A": 0.0}
    assert found == expected
    assert list(found)[:2] == ["US-4-A", "US-5-A"]


def test_classes_that_are_stated_weigh_as_those_of_an_example(corpus: Corpus) -> None:
    assert added(corpus, classes=["F16K 31/06"]) == added(corpus, like=["US-5-A"])
    assert set(added(corpus).values()) == set(added(corpus, unlike=["US-5-A"]).values()) == {0.0}


def test_of_classes_that_are_asked_for_together_each_counts(corpus: Corpus) -> None:
    found = added(corpus, "(class:F16K31/06 OR class:F16K) AND valve")
    assert found == {"US-3-A": 0.5, "US-4-A": 1.0, "US-5-A": 1.0}
    assert set(added(corpus, "class:F16K AND valve").values()) == {0.0}
