"""A damaged part of the index: what was not searched is said wherever an answer is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.errors import IndexDamagedError
from pipeline.checks import corpus_faults
from pipeline.library import SearchFilter
from tests.small_corpus import open_corpus, run, write_lines

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.corpus import Corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Two batches, a segment each."""
    made = open_corpus(tmp_path, batch=None)
    run(made, write_lines(tmp_path / "one.jsonl", range(20)))
    run(made, write_lines(tmp_path / "two.jsonl", range(20, 50)))
    made.close()
    return made


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _parts(corpus: Corpus, where: str) -> list[Path]:
    return sorted(path for path in (corpus.folder / where).rglob("*") if path.is_file())


def test_a_flipped_byte_is_named_and_the_rest_is_searched(corpus: Corpus) -> None:
    segment = min((corpus.folder / "dense").glob("segment-*"))
    _flip(max(segment.iterdir(), key=lambda path: path.stat().st_size))
    reach = corpus.reach(SearchFilter())
    assert len(reach.damage) == 1
    assert "20 documents could not be searched" in reach.damage[0]
    assert str(segment) in reach.damage[0]
    assert corpus.status().damage == reach.damage == corpus_faults(corpus)[:1]
    found = corpus.search("soil moisture valve", mode="meaning", limit=50)
    assert len(found) == 30


def test_the_next_writing_heals_it(corpus: Corpus) -> None:
    segment = min((corpus.folder / "dense").glob("segment-*"))
    _flip(max(segment.iterdir(), key=lambda path: path.stat().st_size))
    corpus.repair()
    assert corpus.reach(SearchFilter()).damage == ()
    assert corpus_faults(corpus) == ()
    assert len(corpus.search("soil moisture valve", mode="meaning", limit=50)) == 50


def test_without_words_meaning_still_answers_and_a_search_by_words_says_why_not(
    corpus: Corpus,
) -> None:
    _flip(max(_parts(corpus, "lexical"), key=lambda path: path.stat().st_size))
    assert "50 documents" in corpus.reach(SearchFilter()).damage[0]
    assert len(corpus.search("soil moisture valve", mode="meaning", limit=50)) == 50
    with pytest.raises(IndexDamagedError, match="corpus rebuild"):
        corpus.search("soil moisture valve", mode="words")
    corpus.rebuild()
    assert corpus_faults(corpus) == ()
