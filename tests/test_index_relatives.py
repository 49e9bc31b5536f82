"""What belongs to the best hits becomes a candidate and gains by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.feedback import relatedness
from index.hybrid import Filter, HybridIndex
from index.searching import EXPANDED
from tests.hash_encoder import hashed
from tests.index_samples import build, make_item

if TYPE_CHECKING:
    from collections.abc import Sequence

COUNT = 40
QUERY = "ceramic seal of a rotor"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> HybridIndex:
    folder = tmp_path_factory.mktemp("relatives")
    build(folder, [[make_item(number) for number in range(1, COUNT + 1)]])
    return HybridIndex.open(folder, hashed())


def test_an_item_that_best_hits_belong_to_gains_by_how_many_they_are(opened: HybridIndex) -> None:
    before = {hit.item: hit.score for hit in opened.search(QUERY, limit=COUNT)}
    last = min(before, key=lambda item: before[item])
    after = {hit.item: hit for hit in opened.search(QUERY, limit=COUNT, expand=lambda _: [last] * 3)}
    assert after[last].related == relatedness(3)
    assert after[last].score == pytest.approx(before[last] + relatedness(3))
    assert after[last].score == pytest.approx(sum(after[last].shares) + after[last].related)
    assert {item: hit.score for item, hit in after.items() if item != last} == pytest.approx(
        {item: score for item, score in before.items() if item != last}
    )


def test_relatives_are_asked_for_the_best_hits_once_each(opened: HybridIndex) -> None:
    asked: list[list[int]] = []

    def related(best: Sequence[int]) -> list[int]:
        asked.append(list(best))
        return []

    hits = opened.search(QUERY, limit=COUNT, expand=related)
    assert len(asked) == 1
    assert len(set(asked[0])) == len(asked[0]) == EXPANDED
    assert all(hit.related == 0.0 for hit in hits)


def test_a_relative_that_fails_the_filter_stays_out(opened: HybridIndex) -> None:
    without = Filter(without=frozenset({7}))
    hits = opened.search(QUERY, limit=COUNT, filter=without, expand=lambda _: [7] * 20)
    assert len(hits) == COUNT - 1
    assert 7 not in {hit.item for hit in hits}


def test_a_relative_beyond_the_depth_becomes_a_candidate(opened: HybridIndex) -> None:
    shallow = {hit.item for hit in opened.search(QUERY, limit=4, depth=4)}
    deep = [hit.item for hit in opened.search(QUERY, limit=COUNT)]
    far = next(item for item in reversed(deep) if item not in shallow)
    found = opened.search(QUERY, limit=4, depth=4, expand=lambda _: [far] * 100_000)
    assert far in {hit.item for hit in found}
