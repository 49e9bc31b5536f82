"""Words: prose, expressions, filters and weights over real tantivy indexes."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import IndexDamagedError, QuerySyntaxError
from index.formulation import MOST
from index.lexical import Lexical
from index.lexical_files import write_generation
from index.records import Item, Piece
from index.syntax import parse
from tests.word_index import item, manifest, opened, reopened

if TYPE_CHECKING:
    from pathlib import Path

ITEMS = (
    Item(
        id=1,
        day=date(2001, 5, 1).toordinal(),
        tags=("kind:patent", "class:F16K5/04"),
        title="Rotary valve",
        pieces=(
            Piece(ordinal=0, field="abstract", text="A rotary valve with a seal made of ceramic."),
            Piece(ordinal=1, field="claims", text="A valve wherein the seal presses against the housing."),
        ),
    ),
    Item(
        id=2,
        day=date(2003, 7, 9).toordinal(),
        tags=("kind:paper",),
        title="Pump control",
        pieces=(
            Piece(
                ordinal=0, field="abstract", text="The controller measures pressure of a pump at 0.75 bar."
            ),
            Piece(
                ordinal=1, field="description", text="A valve seal of rubber is not used. The pump is fast."
            ),
        ),
    ),
    Item(
        id=3,
        day=None,
        tags=(),
        title="Ceramic seals",
        pieces=(Piece(ordinal=0, field="description", text="Seals against dust: ceramic, then a valve."),),
    ),
)


@pytest.fixture(scope="module")
def lexical(tmp_path_factory: pytest.TempPathFactory) -> Lexical:
    return opened(tmp_path_factory.mktemp("lexical") / "one", ITEMS)


def test_prose_ranks_by_bm25_of_all_words_of_an_item(lexical: Lexical) -> None:
    ranked = lexical.rank("pumping", None, 10)
    # 2 items of 3 are without the word; item 2 has 4 of its 22 words, as a title counts twice.
    lengths = {1: 19, 2: 22, 3: 11}
    idf = math.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    norm = 1.2 * (1 - 0.75 + 0.75 * lengths[2] / (sum(lengths.values()) / 3))
    assert [item for item, _ in ranked] == [2]
    assert ranked[0][1] == pytest.approx(idf * 4 * 2.2 / (4 + norm), rel=0.02)


def test_inflections_and_case_do_not_matter(lexical: Lexical) -> None:
    assert lexical.rank("SEALS", None, 10) == lexical.rank("sealing", None, 10)
    assert len(lexical.rank("seal", None, 10)) == 3


def test_a_decimal_number_is_one_word(lexical: Lexical) -> None:
    assert [item for item, _ in lexical.rank("0.75", None, 10)] == [2]
    assert lexical.rank("75", None, 10) == []


@pytest.mark.parametrize(
    ("query", "items"),
    [
        ("valve AND pump", [2]),
        ("ceramic AND NOT pump", [1, 3]),
        ("ceramic -rotary", [3]),
        ("+seal +ceramic", [1, 3]),
        ("rotary OR pump", [1, 2]),
        ("(rotary OR pump) AND housing", [1]),
        ("pump OR NOT seal", [2]),
        ("valve AND NOT (pump OR housing)", [3]),
        ("valve AND (NOT pump)", [1, 3]),
        ("zeppelin OR NOT rotary", [2, 3]),
        ('"valve seal"', [2]),
        ('"seal valve"', []),
        ('"rotary seal"', []),
        ('"rotary seal"~3', [1]),
        ('"seal housing"~1', []),
        ('"seal housing"~3', [1]),
        ("title:ceramic", [3]),
        ("claims:valve", [1]),
        ('description:"valve seal"', [2]),
        ("ceram*  AND title:seal*", [3]),
        ("day:2001 AND valve", [1]),
        ("day:[2001-06 TO 2003-07-09] AND valve", [2]),
        ("day:<2003 AND valve", [1]),
        ("day:>=2003-07-09 AND valve", [2]),
        ("day:>2003-07-09 AND valve", []),
        ('tags:"kind:patent"', [1]),
        ("tags:class:F16K5/04 AND valve", [1]),
        ("tags:class:F16* AND valve", [1]),
        ("tags:class:F1.* AND valve", []),
        ("tags:kind:p* AND NOT rotary", [2]),
        ("? AND valve AND pump", [2]),
        ("?", []),
        ("pump's AND valve's", [2]),
        ("0.75 AND bar", [2]),
    ],
)
def test_an_expression_finds_exactly_what_it_says(lexical: Lexical, query: str, items: list[int]) -> None:
    assert sorted(item for item, _ in lexical.evaluate(parse(query), None, 10)) == items
    assert lexical.matching(parse(query)).tolist() == items


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    query=st.text(
        st.sampled_from("ab valve AND OR NOT ()[]{}\"~+-*:^/\\'day:title:2001 TO \x00é𝔘<>=,."), max_size=40
    )
)
def test_no_query_does_more_than_match_or_be_refused(lexical: Lexical, query: str) -> None:
    for number, score in lexical.rank(query, None, 10):
        assert number in (1, 2, 3)
        assert score > 0
    try:
        found = lexical.evaluate(parse(query), None, 10)
    except QuerySyntaxError:
        return
    assert {item for item, _ in found} <= {1, 2, 3}


def test_only_allowed_items_are_found_with_the_scores_they_have_anyway(lexical: Lexical) -> None:
    everything = dict(lexical.rank("ceramic valve seal", None, 10))
    some = lexical.rank("ceramic valve seal", np.array([1, 3]), 10)
    assert dict(some) == {item: everything[item] for item in (1, 3)}
    assert lexical.rank("ceramic valve seal", np.zeros(0, np.int64), 10) == []


def test_a_large_filter_is_as_exact_as_a_small_one(lexical: Lexical, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = np.array([2, 3])
    by_list = lexical.rank("ceramic valve seal", allowed, 1)
    monkeypatch.setattr("index.lexical._FEW", 0)
    assert lexical.rank("ceramic valve seal", allowed, 1) == by_list
    monkeypatch.setattr("index.lexical._SET_LIMIT", 0)
    assert lexical.rank("ceramic valve seal", allowed, 1) == by_list


def test_ties_go_to_the_lower_item_however_few_are_asked_for(tmp_path: Path) -> None:
    alike = [item(number, "one and the same text") for number in range(60, 0, -1)]
    lexical = opened(tmp_path / "ties", alike)
    assert [item for item, _ in lexical.rank("same text", None, 3)] == [1, 2, 3]
    assert [item for item, _ in lexical.rank("same text", np.arange(30, 50), 3)] == [30, 31, 32]


def test_boilerplate_is_dropped_unless_it_is_all_there_is(lexical: Lexical) -> None:
    assert [term for term, _ in lexical.terms("A method wherein said valve comprises a seal")] == [
        "seal",
        "valv",
    ]
    assert [term for term, _ in lexical.terms("wherein the method is")] == ["wherein"]
    assert lexical.terms("of the and") == []


def test_a_long_query_keeps_its_heaviest_words_with_their_counts(tmp_path: Path) -> None:
    words = " ".join(f"word{number}" for number in range(100))
    lexical = opened(tmp_path / "one", [item(1, f"{words} valve seal pump")])
    terms = lexical.terms(f"{words} valve valve seal pump pump pump")
    assert len(terms) == MOST
    assert terms[0][0] == "pump"
    assert terms[0][1] == pytest.approx(1 + math.log(3))


def test_an_endless_query_is_cut_not_refused(lexical: Lexical) -> None:
    assert lexical.rank("valve " * 300_000, None, 1)


def test_piece_scores_are_shares_of_the_best_possible(lexical: Lexical) -> None:
    found = lexical.pieces("ceramic seal", [1, 2])
    assert found[1].keys() == {0, 1}
    assert found[2].keys() == {1}
    assert 1 >= found[1][0] > found[1][1] > 0
    assert lexical.pieces("nothing of the kind", [1]) == {1: {}}
    assert lexical.pieces("seal", []) == {}


def test_few_and_many_items_have_the_same_pieces(lexical: Lexical, monkeypatch: pytest.MonkeyPatch) -> None:
    few = lexical.pieces("ceramic valve seal", [1, 3])
    matched = lexical.matched("ceramic valve seal", [1, 3])
    monkeypatch.setattr("index.lexical._FEW", 0)
    assert lexical.pieces("ceramic valve seal", [1, 3]) == few
    assert lexical.matched("ceramic valve seal", [1, 3]) == matched


def test_the_words_of_prose_that_matched_add_up_to_the_score(lexical: Lexical) -> None:
    query = "A rotary valve with ceramic seals and a pump valve, zeppelin"
    scores = dict(lexical.rank(query, None, 10))
    matched = lexical.matched(query, [*scores, 99])
    for number, score in scores.items():
        assert sum(weight for _, weight in matched[number]) == pytest.approx(score, abs=0.002)
        assert [weight for _, weight in matched[number]] == sorted(
            (weight for _, weight in matched[number]), reverse=True
        )
    assert {word for word, _ in matched[1]} == {"rotari", "valv", "ceram", "seal"}
    assert matched[99] == ()
    assert lexical.matched("of the", [1]) == {1: ()}
    assert lexical.matched("valve", []) == {}


def test_an_item_names_its_heaviest_words_only(tmp_path: Path) -> None:
    text = " ".join(f"word{number}" for number in range(40))
    lexical = opened(tmp_path / "one", [item(1, text)])
    assert len(lexical.matched(text, [1])[1]) == 12


def test_idf_is_bm25s_and_unknown_words_weigh_most(lexical: Lexical) -> None:
    weights = lexical.idf(["seal", "pump", "zeppelin"])
    assert weights["seal"] == pytest.approx(math.log(1 + 0.5 / 3.5))
    assert weights["pump"] == pytest.approx(math.log(1 + 2.5 / 1.5))
    assert weights["zeppelin"] == pytest.approx(math.log(1 + 3.5 / 0.5))


def test_a_generation_made_from_another_leaves_it_as_it_was(tmp_path: Path) -> None:
    first = opened(tmp_path / "first", ITEMS)
    before = first.rank("valve seal", None, 10)
    counts = write_generation(tmp_path / "first", tmp_path / "second", [item(9, "zeppelin")], {1})
    assert counts[:2] == (3, 2)
    second = Lexical(tmp_path / "second", manifest(*counts[:2]))
    assert sorted(item for item, _ in second.rank("valve zeppelin", None, 10)) == [2, 3, 9]
    assert first.rank("valve seal", None, 10) == before
    assert reopened(tmp_path / "first", ITEMS).rank("valve seal", None, 10) == before


def test_idf_forgets_items_that_were_removed(tmp_path: Path) -> None:
    opened(tmp_path / "first", ITEMS)
    counts = write_generation(tmp_path / "first", tmp_path / "second", [], {2})
    weights = Lexical(tmp_path / "second", manifest(*counts[:2])).idf(["pump"])
    assert weights["pump"] == pytest.approx(math.log(1 + 2.5 / 0.5))


def test_a_stale_writer_lock_does_not_matter(tmp_path: Path) -> None:
    opened(tmp_path / "first", ITEMS)
    for lock in (tmp_path / "first").glob("*/.tantivy-*.lock"):
        lock.write_text("left by a killed process")
    assert write_generation(tmp_path / "first", tmp_path / "second", [item(9, "x")], ())[:2] == (4, 4)


def test_a_count_that_the_manifest_does_not_confirm_is_damage(tmp_path: Path) -> None:
    opened(tmp_path / "first", ITEMS)
    with pytest.raises(IndexDamagedError, match="holds 3 entries, the manifest says 4"):
        Lexical(tmp_path / "first", manifest(4, 4))


def test_unreadable_files_are_damage(tmp_path: Path) -> None:
    opened(tmp_path / "first", ITEMS)
    (tmp_path / "first" / "documents" / "meta.json").write_text("{")
    with pytest.raises(IndexDamagedError, match="corpus rebuild"):
        Lexical(tmp_path / "first", manifest(3, 4))
