"""`HybridIndex`: batches, generations, filters and fused search."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import segments
from index.encoder import SentenceEncoder
from index.encoders import Encoders
from index.errors import (
    EncoderOutputError,
    IndexMissingError,
    ItemError,
    ManifestMismatchError,
    QuerySyntaxError,
    ReadOnlyError,
)
from index.hybrid import Filter, Hit, HybridIndex, Item, Piece
from tests.hash_encoder import HashEncoder, PassageEncoder, hashed
from tests.index_samples import build, make_item, refusing, stems_of

if TYPE_CHECKING:
    from pathlib import Path


QUERIES = ("ceramic seal of a rotor", "laser mirror", "packet router cache", "battery charge current sensor")


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return [make_item(number) for number in range(1, 121)]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, items: list[Item]) -> HybridIndex:
    folder = tmp_path_factory.mktemp("hybrid")
    build(folder, [items])
    return HybridIndex.open(folder, hashed())


def test_opening_nothing_for_reading_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError):
        HybridIndex.open(tmp_path, hashed())


def test_an_empty_index_can_be_searched(tmp_path: Path) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        assert (index.generation, index.items, index.vectors) == (0, 0, 0)
        assert index.search("pump") == []
        assert index.search('"pump" AND valve') == []
        assert index.idf(["pump"]).keys() == {"pump"}
        assert index.matching(Filter()) == 0
    assert HybridIndex.open(tmp_path, hashed()).search("pump") == []


def test_a_batch_is_one_generation_and_counts_add_up(tmp_path: Path, items: list[Item]) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        first = index.apply(items[:50])
        second = index.apply(items[50:])
        assert (first.generation, second.generation) == (1, 2)
        assert second.items == second.documents == index.items == len(items)
        assert second.vectors == sum(len(item.pieces) for item in items)
        assert second.pieces == sum(len(item.pieces) for item in items if len(item.pieces) > 1)
        assert index.manifest == second


@pytest.mark.parametrize("mode", ["fused", "words", "meaning"])
def test_the_size_of_batches_does_not_change_a_ranking(
    tmp_path: Path, items: list[Item], mode: str, opened: HybridIndex
) -> None:
    shuffled = random.Random(3).sample(items, len(items))
    build(tmp_path, [shuffled[start : start + 17] for start in range(0, len(items), 17)])
    other = HybridIndex.open(tmp_path, hashed())
    assert len(other.manifest.segments) > 1
    for query in QUERIES:
        one = opened.search(query, mode=mode, limit=20)  # type: ignore[arg-type] # names of the modes
        assert one == other.search(query, mode=mode, limit=20)  # type: ignore[arg-type]
        assert len(one) == 20


def test_applying_a_batch_again_doubles_nothing_and_makes_no_generation(
    tmp_path: Path, items: list[Item]
) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        before = index.apply(items)
        found = [index.search(query) for query in QUERIES]
        assert index.apply(items[10:70]) == before
        assert [index.search(query) for query in QUERIES] == found


def test_adding_a_known_item_replaces_it(tmp_path: Path, items: list[Item]) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        index.apply(items)
        piece = Piece(ordinal=4, field="claims", text="a zeppelin with a mooring mast")
        after = index.apply([replace(items[4], title="Airship", pieces=(piece,), tags=("kind:new",), day=9)])
        assert after.items == after.documents == len(items)
        hits = index.search("zeppelin", mode="words")
        assert [(hit.item, hit.pieces[0].ordinal) for hit in hits] == [(5, 4)]
        assert index.vectors_of(5)[0].tolist() == [4]
        assert index.matching(Filter(tags=(("kind:new",),), before=10)) == 1
        assert after.vectors == sum(len(item.pieces) for item in items if item.id != 5) + 1


def test_removed_items_are_gone_from_both_channels(tmp_path: Path, items: list[Item]) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        index.apply(items)
        gone = [hit.item for hit in index.search(QUERIES[0], limit=10)]
        after = index.apply([], [*gone, 99_999])
        assert after.items == after.documents == len(items) - 10
        for mode in ("words", "meaning", "fused"):
            found = {hit.item for hit in index.search(QUERIES[0], mode=mode, limit=120)}
            assert found
            assert found.isdisjoint(gone)
        assert index.apply([], gone) == after
        assert index.vectors_of(gone[0])[1].shape == (0, 48)


def test_an_item_both_added_and_removed_is_there(tmp_path: Path) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        assert index.apply([make_item(1)], [1]).items == 1


def test_every_item_can_be_removed_and_come_back(tmp_path: Path, items: list[Item]) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        index.apply(items)
        assert index.apply([], [item.id for item in items]).vectors == 0
        assert index.search(QUERIES[0]) == []
        index.apply(items)
        assert len(index.search(QUERIES[0])) == 10
    assert len(HybridIndex.open(tmp_path, hashed()).search(QUERIES[0])) == 10


def test_many_batches_stay_few_segments_and_leave_no_files_behind(tmp_path: Path, items: list[Item]) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        for item in items[:20]:
            index.apply([item])
        assert len(index.manifest.segments) <= 16
        assert index.items == 20
        assert len(list((tmp_path / "lexical").iterdir())) == 2
    HybridIndex.open(tmp_path, hashed(), write=True).close()
    named = {segments.folder_of(tmp_path, entry.number).name for entry in index.manifest.segments}
    assert {path.name for path in (tmp_path / "dense").iterdir()} == named
    assert [path.name for path in (tmp_path / "lexical").iterdir()] == ["generation-00000020"]


def test_a_reader_keeps_its_generation_while_another_writes(tmp_path: Path, items: list[Item]) -> None:
    build(tmp_path, [items[:60]])
    reader = HybridIndex.open(tmp_path, hashed())
    before = [reader.search(query) for query in QUERIES]
    with HybridIndex.open(tmp_path, hashed(), write=True) as writer:
        for start in range(60, 120, 4):
            batch = items[start : start + 4]
            writer.apply(batch, [item.id - 60 for item in batch])
        assert [reader.search(query) for query in QUERIES] == before
        assert reader.generation == 1
    assert HybridIndex.open(tmp_path, hashed()).generation >= 16  # merges may have added some
    assert [reader.search(query) for query in QUERIES] == before


@pytest.mark.parametrize("mode", ["fused", "words", "meaning"])
def test_no_mode_returns_what_a_filter_forbids(opened: HybridIndex, items: list[Item], mode: str) -> None:
    wanted = Filter(before=150, after=50, undated=True, tags=(("class:G06*", "class:H04L"), ("kind:paper",)))
    passing = {
        item.id
        for item in items
        if (item.day is None or 50 <= item.day < 150)
        and "kind:paper" in item.tags
        and any(tag.startswith("class:G06") or tag == "class:H04L" for tag in item.tags)
    }
    assert opened.matching(wanted) == len(passing) > 5
    for query in QUERIES:
        found = {hit.item for hit in opened.search(query, mode=mode, limit=120, filter=wanted)}  # type: ignore[arg-type]
        assert found
        assert found <= passing


def test_a_filtered_search_is_the_unfiltered_one_without_the_others(opened: HybridIndex) -> None:
    everything = opened.search(QUERIES[0], mode="meaning", limit=120)
    only = frozenset(hit.item for hit in everything[::3])
    rest = opened.search(QUERIES[0], mode="meaning", limit=120, filter=Filter(without=only))
    assert len(rest) == len(everything) - len(only)
    filtered = opened.search(QUERIES[0], mode="meaning", limit=120, filter=Filter(only=only))
    for channel in ("meaning_rank", "passages_rank"):
        by_rank = sorted(filtered, key=lambda hit: getattr(hit, channel))
        before = sorted(everything, key=lambda hit: getattr(hit, channel))
        assert [hit.item for hit in by_rank] == [hit.item for hit in before if hit.item in only]


def test_a_hit_says_what_both_channels_thought(opened: HybridIndex) -> None:
    words = opened.search(QUERIES[0], mode="words", limit=200)
    meaning = opened.search(QUERIES[0], mode="meaning", limit=200)
    places = {hit.item: (rank, hit.score) for rank, hit in enumerate(words, start=1)}
    near = {hit.item: hit for hit in meaning}
    for hit in opened.search(QUERIES[0], limit=120):
        assert (hit.words_rank, hit.words_score) == places.get(hit.item, (None, 0.0))
        assert hit.meaning_rank == near[hit.item].meaning_rank
        assert hit.meaning_score == near[hit.item].meaning_score
        assert hit.passages_rank == near[hit.item].passages_rank
        assert hit.score == pytest.approx(sum(hit.shares))
    for hit in opened.search(QUERIES[0], limit=120, fuse="ranks"):
        ranks = (hit.words_rank, hit.meaning_rank, hit.passages_rank)
        assert hit.score == pytest.approx(sum(1 / (60 + rank) for rank in ranks if rank))


def test_scores_can_be_fused_instead_of_ranks(opened: HybridIndex) -> None:
    hits = opened.search(QUERIES[0], limit=120, fuse="scores")
    assert {hit.item for hit in hits} == {hit.item for hit in opened.search(QUERIES[0], limit=120)}
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    shallow = opened.search(QUERIES[0], limit=3, depth=3, fuse="scores")
    assert len(shallow) == 3


def test_pieces_are_the_best_first_and_no_more_than_asked_for(opened: HybridIndex, items: list[Item]) -> None:
    for hit in opened.search(QUERIES[1], pieces=2):
        scores = [piece.score for piece in hit.pieces]
        assert 0 < len(scores) <= 2
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)
    assert all(hit.pieces == () for hit in opened.search(QUERIES[1], pieces=0))
    found = opened.pieces(QUERIES[1], [3, 5, 99_999], per_item=100)
    assert {item: len(hits) for item, hits in found.items()} == {
        3: len(items[2].pieces),
        5: len(items[4].pieces),
    }


def test_the_piece_that_says_it_comes_first(tmp_path: Path) -> None:
    texts = ("a laser and a mirror", "the seal is ceramic and turns", "a packet router")
    pieces = tuple(Piece(ordinal=n, field="description", text=text) for n, text in enumerate(texts))
    item = Item(id=1, day=None, tags=(), title="Things", pieces=pieces)
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        index.apply([item])
        assert index.pieces("ceramic seals", [1])[1][0].ordinal == 1
        assert index.search("routers of packets", mode="words")[0].pieces[0].ordinal == 2
        assert index.pieces("  ", [1]) == {1: ()}


def test_stored_vectors_are_the_encoders(opened: HybridIndex, items: list[Item]) -> None:
    ordinals, vectors = opened.vectors_of(7)
    assert ordinals.tolist() == [piece.ordinal for piece in items[6].pieces]
    encoded = PassageEncoder().encode([piece.text for piece in items[6].pieces])
    assert np.allclose(vectors, encoded, atol=0.005)  # one byte a dimension
    whole = HashEncoder().encode([items[6].pieces[0].text])[0]
    found = opened.document_vector(7)
    assert found is not None
    assert np.allclose(found, whole, atol=0.005)  # a byte each
    assert opened.document_vector(99_999) is None


def test_what_is_liked_comes_nearer_and_what_is_not_goes_away(opened: HybridIndex) -> None:
    hits = opened.search("", like=[7], limit=5)
    assert hits[0].item == 7
    far = {hit.item: hit.meaning_score for hit in opened.search("laser mirror", unlike=[7], limit=120)}
    for hit in opened.search("laser mirror", limit=120):
        if hit.item == 7:
            assert hit.meaning_score is not None
            assert (far[7] or 0.0) < hit.meaning_score
    assert opened.search("", like=[99_999]) == []


def test_idf_counts_items_not_pieces(opened: HybridIndex, items: list[Item]) -> None:
    holding = sum("valv" in stems_of(item) for item in items)
    expected = np.log(1 + (len(items) - holding + 0.5) / (holding + 0.5))
    assert opened.idf(["valv"])["valv"] == pytest.approx(expected)


@pytest.mark.parametrize("mode", ["fused", "words", "meaning"])
def test_an_expression_restricts_every_mode(opened: HybridIndex, items: list[Item], mode: str) -> None:
    matching = {item.id for item in items if {"valv", "laser"} <= stems_of(item)}
    found = opened.search("valve AND laser", mode=mode, limit=120)  # type: ignore[arg-type]
    assert {hit.item for hit in found} == matching
    assert len(matching) > 3


def test_plain_reads_an_expression_as_prose(opened: HybridIndex) -> None:
    with pytest.raises(QuerySyntaxError):
        opened.search('valve AND "laser')
    assert opened.search('valve AND "laser', plain=True) == opened.search("valve AND laser", plain=True)


@pytest.mark.parametrize("query", ["", "   ", "the of and", "?!", "\x00"])
def test_a_query_without_words_finds_nothing_by_words(opened: HybridIndex, query: str) -> None:
    assert opened.search(query, mode="words") == []


def test_searching_by_words_never_asks_the_encoder(tmp_path: Path, items: list[Item]) -> None:
    build(tmp_path, [items[:20]])
    assert HybridIndex.open(tmp_path, refusing()).search("valve pump", mode="words")


@pytest.mark.parametrize(
    "item",
    [
        Item(id=0, day=None, tags=(), title="", pieces=()),
        Item(id=1 << 40, day=None, tags=(), title="", pieces=()),
        Item(id=1, day=0, tags=(), title="", pieces=()),
        Item(id=1, day=None, tags=(), title="", pieces=(Piece(ordinal=0, field="title", text=""),)),
        Item(id=1, day=None, tags=(), title="", pieces=(Piece(ordinal=1 << 20, field="claims", text=""),)),
        Item(id=1, day=None, tags=(), title="", pieces=(Piece(ordinal=1, field="claims", text=""),) * 2),
    ],
)
def test_items_out_of_bounds_are_refused_and_change_nothing(tmp_path: Path, item: Item) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        with pytest.raises(ItemError, match=f"item {item.id}"):
            index.apply([make_item(5), item])
        assert index.items == 0


def test_a_batch_that_the_encoder_fails_changes_nothing(tmp_path: Path, items: list[Item]) -> None:
    build(tmp_path, [items[:10]])
    with HybridIndex.open(tmp_path, refusing(), write=True) as index:
        with pytest.raises(EncoderOutputError):
            index.apply(items)
        assert index.items == 10
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        assert index.apply(items).items == len(items)


def test_the_largest_numbers_are_found_again(tmp_path: Path) -> None:
    number, ordinal = (1 << 40) - 1, (1 << 20) - 1
    piece = Piece(ordinal=ordinal, field="claims", text="a zeppelin")
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        index.apply([Item(id=number, day=3_652_059, tags=(), title="", pieces=(piece,))])
        hit = index.search("zeppelin")[0]
        assert (hit.item, hit.pieces[0].ordinal) == (number, ordinal)


def test_a_reader_and_a_closed_writer_refuse_to_write(tmp_path: Path, items: list[Item]) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True) as writer:
        writer.apply(items[:3])
    for index in (writer, HybridIndex.open(tmp_path, hashed())):
        with pytest.raises(ReadOnlyError):
            index.apply(items)


def test_another_passage_format_is_refused(tmp_path: Path) -> None:
    HybridIndex.open(tmp_path, hashed(), write=True, passages_format=1).close()
    with pytest.raises(ManifestMismatchError, match="passage format 1 but is opened with 2"):
        HybridIndex.open(tmp_path, hashed(), passages_format=2)


def test_a_lost_file_is_damage_not_an_empty_result(tmp_path: Path, items: list[Item]) -> None:
    build(tmp_path, [items[:10]])
    for path in (tmp_path / "dense").rglob("passages.codes.npy"):
        path.unlink()
    with HybridIndex.open(tmp_path, hashed()) as index:
        assert [found.items for found in index.damaged] == [10]
        assert index.items == 10
        assert index.ids().size == 0


def test_hostile_text_is_only_text(tmp_path: Path) -> None:
    text = "<script>\x00" + '"(' * 50 + "\u202e zeppelin AND NOT " + "y" * 70_000
    item = Item(
        id=1,
        day=None,
        tags=('kind:"x" OR *',),
        title=text,
        pieces=(Piece(ordinal=0, field="abstract", text=text),),
    )
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        index.apply([item])
        assert [hit.item for hit in index.search(text, plain=True)] == [1]
        assert index.matching(Filter(tags=(('kind:"x"*',),))) == 1


def test_the_real_encoder_finds_by_meaning_what_words_cannot(tmp_path: Path) -> None:
    encoder = SentenceEncoder()
    encoders = Encoders(documents=encoder, passages=encoder)
    texts = {
        1: "A lithium cell stores energy for driving a vehicle.",
        2: "A machine for kneading bread dough with two hooks.",
        3: "Light pulses carry data through a glass fibre.",
    }
    items = [
        Item(id=n, day=None, tags=(), title="", pieces=(Piece(ordinal=0, field="abstract", text=text),))
        for n, text in texts.items()
    ]
    with HybridIndex.open(tmp_path, encoders, write=True) as index:
        index.apply(items)
        assert index.search("accumulator of an electric automobile", mode="words") == []
        hits: list[Hit] = index.search("accumulator of an electric automobile")
        assert hits[0].item == 1
        assert hits[0].meaning_rank == 1
        assert index.search("optical communication", mode="meaning")[0].item == 3
