"""Database and index stay in step whatever happened to either, and readers see one of the two truths."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import QuerySyntaxError
from pipeline import store_corpus
from pipeline.checks import corpus_faults
from pipeline.corpus import CorpusBusyError
from pipeline.library import Reach, SearchFilter
from tests.small_corpus import WORDS, open_corpus, record, run, write_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pipeline.corpus import Corpus
    from pipeline.library import Mode


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    opened = open_corpus(tmp_path / "workspace")
    yield opened
    opened.close()
    opened.store.close()


def _long(number: int) -> dict[str, object]:
    """Return a record of many passages: it fills a generation by itself."""
    chosen = random.Random(number)
    return {**record(number), "abstract": ". ".join(" ".join(chosen.choices(WORDS, k=84)) for _ in range(30))}


def _put(corpus: Corpus, path: Path, *records: Mapping[str, object]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in records), encoding="utf-8")
    run(corpus, path)


def test_a_lost_index_is_made_again_whole_although_texts_have_grown(corpus: Corpus, tmp_path: Path) -> None:
    run(corpus, write_lines(tmp_path / "a.jsonl", range(40)))
    _put(corpus, tmp_path / "b.jsonl", _long(3))
    corpus.close()
    shutil.rmtree(corpus.folder)
    assert corpus_faults(corpus) == ()


def test_an_older_copy_of_the_index_is_caught_up(corpus: Corpus, tmp_path: Path) -> None:
    run(corpus, write_lines(tmp_path / "a.jsonl", range(30)))
    corpus.close()
    shutil.copytree(corpus.folder, tmp_path / "copy")
    run(corpus, write_lines(tmp_path / "b.jsonl", range(30, 70)))
    _put(corpus, tmp_path / "c.jsonl", _long(45), {**record(2), "abstract": "zeppelin"})
    shutil.rmtree(corpus.folder)
    (tmp_path / "copy").rename(corpus.folder)
    assert corpus_faults(corpus) == ()
    assert corpus.search("zeppelin", mode="words")[0].key == "T-2"


def test_an_older_copy_of_the_database_drops_what_only_the_index_knows(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    corpus = open_corpus(folder)
    run(corpus, write_lines(tmp_path / "a.jsonl", range(30)))
    corpus.close()
    corpus.store.close()
    shutil.copy(folder / "record.sqlite", tmp_path / "copy.sqlite")
    corpus = open_corpus(folder)
    run(corpus, write_lines(tmp_path / "b.jsonl", range(30, 50)))
    corpus.close()
    corpus.store.close()
    shutil.copy(tmp_path / "copy.sqlite", folder / "record.sqlite")
    corpus = open_corpus(folder)
    assert corpus_faults(corpus) == ()
    assert len(corpus.search(" ".join(WORDS), mode="meaning", limit=100)) == 30
    corpus.close()
    corpus.store.close()


def test_a_closed_corpus_forgets_the_texts_it_quoted(corpus: Corpus, tmp_path: Path) -> None:
    _put(corpus, tmp_path / "a.jsonl", {**record(1), "abstract": "a soil pump"})
    other = open_corpus(corpus.folder.parent)
    assert other.search("pump")[0].passages[0].quote.endswith("a soil pump")
    _put(corpus, tmp_path / "b.jsonl", {**record(1), "abstract": "a zeppelin pump"})
    other.close()
    assert other.search("pump")[0].passages[0].quote.endswith("a zeppelin pump")
    other.close()
    other.store.close()


def test_a_text_that_changes_under_a_reader_is_quoted_where_it_says_the_words(
    corpus: Corpus, tmp_path: Path
) -> None:
    filler = ". ".join(" ".join(["soil"] * 84) for _ in range(8))
    _put(corpus, tmp_path / "a.jsonl", {**record(1), "abstract": f"zeppelin hangar. {filler}"})
    reader = open_corpus(corpus.folder.parent)
    assert "zeppelin" in reader.search("zeppelin", passages=1)[0].passages[0].quote
    reader = open_corpus(corpus.folder.parent)
    assert reader.reader().items == 1
    _put(corpus, tmp_path / "b.jsonl", {**record(1), "abstract": f"{filler}. zeppelin mast"})
    hit = reader.search("zeppelin", passages=1)[0]
    assert "zeppelin mast" in hit.passages[0].quote
    assert reader.best_passages("zeppelin", ["T-1"], per_document=1)["T-1"] == hit.passages
    reader.close()
    reader.store.close()


def test_a_rebuild_waits_for_a_writer_and_destroys_nothing_under_its_hands(
    corpus: Corpus, tmp_path: Path
) -> None:
    run(corpus, write_lines(tmp_path / "a.jsonl", range(10)))
    other = open_corpus(corpus.folder.parent)
    with corpus.writer(), pytest.raises(CorpusBusyError):
        other.rebuild()
    assert corpus_faults(other) == ()
    other.close()
    other.store.close()


def test_an_index_that_is_being_made_is_said_to_be_so(corpus: Corpus, tmp_path: Path) -> None:
    run(corpus, write_lines(tmp_path / "a.jsonl", range(10)))
    other = open_corpus(corpus.folder.parent)
    with corpus.writer():
        (corpus.folder / "manifest.json").unlink()
        with pytest.raises(CorpusBusyError):
            other.search("soil")
    assert len(other.search("soil", limit=20)) > 0
    other.store.close()


DATED: tuple[dict[str, object], ...] = (
    {"id": "before", "title": "valve", "abstract": "soil valve", "date": "2020-05-01", "cpc": ["A01G25/16"]},
    {"id": "sameday", "title": "valve", "abstract": "soil valve", "date": "2020-05-02"},
    {"id": "year", "title": "valve", "abstract": "soil valve", "date": "2020", "cpc": ["A01G 25/00"]},
    {"id": "undated", "title": "valve", "abstract": "soil valve"},
)


def test_a_date_known_only_to_the_year_is_never_counted_as_before_a_day_of_it(
    corpus: Corpus, tmp_path: Path
) -> None:
    _put(corpus, tmp_path / "a.jsonl", *DATED)
    day = date(2020, 5, 2)
    limit = SearchFilter(before=day)
    assert corpus.reach(limit) == Reach(certain=1, uncertain=1, undated=1, waiting=0)
    assert corpus.reach(SearchFilter()) == Reach(certain=4, uncertain=0, undated=0, waiting=0)
    assert corpus.status().waiting == 0
    in_class = SearchFilter(before=day, classes=("A01G25",))
    assert corpus.reach(in_class) == Reach(certain=1, uncertain=1, undated=0, waiting=0)
    found = {hit.key: hit.date_uncertain for hit in corpus.search("soil valve", filters=limit)}
    assert found == {"before": False, "year": True}
    assert not any(hit.date_uncertain for hit in corpus.search("soil valve"))


def test_what_was_understood_is_told(corpus: Corpus, tmp_path: Path) -> None:
    _put(corpus, tmp_path / "a.jsonl", *DATED)
    prose = corpus.understood("A method wherein said zeppelin has the valves")
    assert (prose.reading, prose.text, prose.words, prose.left_out) == ("prose", "valves", 1, 3)
    assert prose.unknown == ("zeppelin",)
    expression = corpus.understood("title:valve AND NOT zeppelin")
    assert (expression.reading, expression.text) == ("expression", "(title:valve AND NOT zeppelin)")
    assert corpus.understood("valve " * 300).shortened


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("moist* AND soil", {"moisture", "soil"}),
        ("soil NEAR/9 valv$1", {"soil", "valve", "valves"}),
        ("soil NOT zeppelin", {"soil"}),
        ("abstract:soil :: a valve", {"soil", "valve", "valves"}),
        ("soil wet", {"soil"}),
    ],
)
def test_a_quote_marks_what_the_query_asked_for_wildcards_and_all(
    corpus: Corpus, tmp_path: Path, query: str, marked: set[str]
) -> None:
    text = {"id": "one", "title": "Soil", "abstract": "Valves for the moisture of soil; a valve of a pump."}
    _put(corpus, tmp_path / "a.jsonl", text)
    (hit,) = corpus.search(query)
    found = {p.quote[start:end].lower() for p in hit.passages for start, end in p.terms}
    assert found == marked


@pytest.mark.parametrize("mode", ["fused", "words", "meaning"])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "\x00\x1b[31m",
        "soil \udcff valve",
        "🚀 soil",
        "*",
        "soil*",
        '"soil valve',
        "nature:soil AND valve",
        "/so.l/ ~ ^2 {a TO b}",
        "tags:*",
        "day:0000 OR soil",
        "a method of valves, wherein the soil is wet; " * 600,
        "((((((((((((((((((((((((((((((((((((soil AND valve",
    ],
)
def test_a_hostile_query_is_answered_or_refused_in_words(
    corpus: Corpus, tmp_path: Path, query: str, mode: Mode
) -> None:
    _put(corpus, tmp_path / "a.jsonl", *DATED)
    try:
        found = corpus.search(query, mode=mode)
        corpus.understood(query)
    except QuerySyntaxError as error:
        assert "cannot read the query" in str(error)  # noqa: PT017 - either outcome is right
        return
    for hit in found:
        text = corpus.document(hit.key).text
        for passage in hit.passages:
            assert text[passage.start : passage.end] == passage.quote
            assert all(0 <= a < b <= len(passage.quote) for a, b in passage.terms)


STEPS = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 7), st.integers(0, 3)),
    st.tuples(st.just("remove"), st.just(0), st.just(0)),
    st.tuples(st.just("lose"), st.just(0), st.just(0)),
    st.tuples(st.just("forget"), st.just(0), st.just(0)),
)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=1, max_size=9))
def test_whatever_is_added_changed_removed_or_lost_the_last_texts_are_found_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    corpus = open_corpus(folder / "workspace")
    expected: dict[str, str] = {}
    for number, (verb, document, version) in enumerate(steps):
        if verb == "put":
            text = f"valve version{version} of document{document}"
            line = {**record(document), "abstract": text}
            _put(corpus, folder / f"{number}.jsonl", line)
            expected[f"T-{document}"] = text
        elif verb == "remove":
            assert corpus.remove("jsonl") == len(expected)
            expected.clear()
        elif verb == "lose":
            corpus.close()
            shutil.rmtree(corpus.folder, ignore_errors=True)
        else:  # killed after the index took a batch, before the rows were marked
            with corpus.store.begin() as connection:
                store_corpus.distrust_after(connection, -1)
            corpus.close()
    assert corpus_faults(corpus) == ()
    hits = corpus.search("valve", mode="words", limit=50)
    assert Counter(hit.key for hit in hits) == Counter(expected.keys())
    for hit in hits:
        assert hit.passages[0].quote.endswith(expected[hit.key])
        stored = corpus.document(hit.key)
        assert all(stored.text[p.start : p.end] == p.quote for p in hit.passages)
    corpus.close()
    corpus.store.close()
