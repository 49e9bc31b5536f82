"""What a caller may add to a search: examples with their words, preferred tags, stronger scores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from index.best_pieces import BestPieces
from index.feedback import SHARED
from index.hybrid import Filter, HybridIndex
from index.nodes import alternatives
from index.searching import RESCORED, Rescore
from index.syntax import parse
from tests.hash_encoder import HashEncoder, hashed
from tests.index_samples import build, make_item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from index.hybrid import Item

COUNT = 40
QUERY = "ceramic seal of a rotor"


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return [make_item(number) for number in range(1, COUNT + 1)]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, items: list[Item]) -> HybridIndex:
    folder = tmp_path_factory.mktemp("searching")
    build(folder, [items])
    return HybridIndex.open(folder, hashed())


def scored(
    seen: list[tuple[str, NDArray[np.float32]]], scores: Mapping[int, float], *, cosines: bool
) -> Rescore:
    """Return a way of scoring again that knows its answers, and notes what it was asked."""

    def score(
        query: str, vector: NDArray[np.float32], wanted: Mapping[int, Sequence[int]]
    ) -> dict[int, dict[int, float]]:
        seen.append((query, vector))
        return {
            item: dict.fromkeys(ordinals, scores[item]) for item, ordinals in wanted.items() if item in scores
        }

    return Rescore(score=score, cosines=cosines)


def test_what_scores_again_is_given_the_vector_that_examples_have_moved(opened: HybridIndex) -> None:
    seen: list[tuple[str, NDArray[np.float32]]] = []
    again = scored(seen, {}, cosines=True)
    opened.search(QUERY, rescore=again)
    opened.search(QUERY, rescore=again, like=[7], unlike=[9])
    plain = HashEncoder().encode([QUERY], query=True)[0]
    liked, unliked = opened.document_vector(7), opened.document_vector(9)
    assert liked is not None
    assert unliked is not None
    assert [query for query, _ in seen] == [QUERY, QUERY]
    assert np.allclose(seen[0][1], plain, atol=1e-6)
    assert not np.allclose(seen[1][1], plain, atol=1e-2)
    assert seen[1][1] @ liked > plain @ liked
    assert seen[1][1] @ unliked < plain @ unliked


def test_a_nearer_piece_lifts_an_item_and_a_farther_one_changes_nothing(opened: HybridIndex) -> None:
    before = opened.search(QUERY, limit=COUNT)
    last = before[RESCORED - 1].item
    scores = {hit.item: -1.0 for hit in before} | {last: 1.0}
    after = opened.search(QUERY, limit=COUNT, rescore=scored([], scores, cosines=True))
    assert {hit.item: hit.meaning_score for hit in after} == {
        hit.item: 1.0 if hit.item == last else hit.meaning_score for hit in before
    }
    order = [hit.item for hit in after]
    assert order.index(last) < RESCORED - 1


def test_scores_of_a_scale_of_their_own_order_the_best_and_touch_no_other(opened: HybridIndex) -> None:
    before = opened.search(QUERY, limit=COUNT)
    best = [hit.item for hit in before[:RESCORED]]
    scores = {item: 0.9 + place / 1000 for place, item in enumerate(best)}  # upside down
    after = {
        hit.item: hit for hit in opened.search(QUERY, limit=COUNT, rescore=scored([], scores, cosines=False))
    }
    made = [after[item].meaning_score or 0.0 for item in best]
    assert made == sorted(made)
    assert made[0] < made[-1]
    held = [hit.meaning_score or 0.0 for hit in before[:RESCORED]]
    assert (np.mean(made), np.std(made)) == pytest.approx((np.mean(held), np.std(held)))
    for hit in before[RESCORED:]:
        assert after[hit.item].meaning_score == hit.meaning_score


def test_the_best_pieces_of_an_item_are_worked_out_once(opened: HybridIndex) -> None:
    asked: list[tuple[int, ...]] = []

    class Counting:
        def pieces(self, words: str, items: Sequence[int]) -> dict[int, dict[int, float]]:
            asked.append(tuple(items))
            return opened._words.pieces(words, items)

    counting: Any = Counting()
    vector = hashed().passages.encode([QUERY], query=True)[0]
    pieces = BestPieces(opened._dense, counting, QUERY, vector)
    first = pieces.of([3, 5], 2)
    assert pieces.of([5, 8, 3], 2)[3] == first[3]
    again = pieces.of([5], 2, {5: {0: 1.0}})[5]
    assert [hit.ordinal for hit in again] == [0]
    assert asked == [(3, 5), (8,)]
    assert pieces.of([3], 0) == {3: ()}


def test_words_of_examples_are_looked_for_and_those_of_bad_ones_are_not(opened: HybridIndex) -> None:
    written = {7: "laser mirror", 9: "rotor rotor rotor"}.__getitem__
    asked: dict[str, Any] = {"mode": "words", "limit": COUNT, "written": written}
    plain = [hit.item for hit in opened.search("rotor", **asked)]
    assert plain
    liked = {hit.item: dict(hit.terms) for hit in opened.search("rotor", like=[7], **asked)}
    found = set[str]().union(*liked.values())
    assert found == {"rotor", "laser", "mirror"}
    assert set(plain) < liked.keys()
    unliked = opened.search("rotor piston", unlike=[9], **asked)
    assert {hit.item for hit in unliked} == {hit.item for hit in opened.search("rotor piston", **asked)}
    before = {hit.item: dict(hit.terms) for hit in opened.search("rotor piston", **asked)}
    for hit in unliked:
        had, has = before[hit.item], dict(hit.terms)
        assert has.get("piston") == had.get("piston")
        assert has.get("rotor", 0.0) <= had.get("rotor", 0.0)


def test_the_words_of_an_expression_stay_whatever_is_liked(opened: HybridIndex) -> None:
    asked: dict[str, Any] = {"mode": "words", "limit": COUNT, "written": lambda _: "laser mirror"}
    query = "rotor AND piston"
    assert opened.search(query, like=[7], **asked) == opened.search(query, **asked)


def test_an_item_with_preferred_tags_gains_and_none_is_lost(opened: HybridIndex, items: list[Item]) -> None:
    prefer = {"class:G06*": 1.0, "class:G06N3": 3.0}
    before = {hit.item: hit.score for hit in opened.search(QUERY, limit=COUNT)}
    after = opened.search(QUERY, limit=COUNT, prefer=prefer)
    assert {hit.item for hit in after} == before.keys()
    part = {"class:G06N3": 1.0, "class:G06F16": 0.25}
    for hit in after:
        (found,) = [part.get(tag, 0.0) for tag in items[hit.item - 1].tags if tag.startswith("class:")]
        assert hit.preferred == SHARED * found
        assert hit.score == pytest.approx(before[hit.item] + SHARED * found)
        assert hit.score == pytest.approx(sum(hit.shares) + hit.related + hit.preferred)


def test_a_preferred_tag_lets_nothing_through_a_filter(opened: HybridIndex) -> None:
    papers = Filter(tags=(("kind:paper",),))
    asked: dict[str, Any] = {"limit": COUNT, "filter": papers}
    found = {hit.item for hit in opened.search(QUERY, prefer={"kind:patent": 1.0}, **asked)}
    assert found == {hit.item for hit in opened.search(QUERY, **asked)}


@pytest.mark.parametrize(
    ("query", "tags"),
    [
        ("class:F16K AND valve", []),
        ("class:(F16K OR H04L) AND valve", ["class:F16K*", "class:H04L*"]),
        ("cpc=F16K31/06 or ipc=F16L", ["class:F16K31/06*", "class:F16L*"]),
        ("class:(F16K OR H04L) :: a valve", ["class:F16K*", "class:H04L*"]),
        ("(class:F16K AND valve) OR pump", ["class:F16K*"]),
        ("valve NOT (class:F16K OR class:H04L)", []),
    ],
)
def test_a_class_that_every_hit_has_is_no_alternative(query: str, tags: list[str]) -> None:
    assert [f"{tag.text}{'*' * tag.prefix}" for tag in alternatives(parse(query))] == tags


def test_who_has_more_of_the_classes_asked_for_gains(tmp_path: Path) -> None:
    one, two = make_item(1), make_item(2)
    tags = {1: ("class:F16K1",), 2: ("class:F16K1", "class:H04L9")}
    build(tmp_path, [[_tagged(item, tags[item.id]) for item in (one, two)]])
    with HybridIndex.open(tmp_path, hashed()) as index:
        word = one.pieces[0].text.split()[0]
        hits = {hit.item: hit for hit in index.search(f"class:(F16K OR H04L) :: {word}")}
    assert {item: hit.preferred for item, hit in hits.items()} == {1: SHARED / 2, 2: SHARED}


def _tagged(item: Item, tags: tuple[str, ...]) -> Item:
    return replace(item, tags=tags)
