from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.errors import IngestError
from pipeline.checks import corpus_faults
from pipeline.corpus import Corpus, CorpusBusyError
from pipeline.indexed import BATCH, MOST
from pipeline.library import SearchFilter
from tests.hash_encoder import hashed
from tests.small_corpus import open_corpus, picture, record, run, write_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

CHILD = Path(__file__).with_name("ingest_child.py")


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    opened = open_corpus(tmp_path / "workspace")
    yield opened
    opened.close()
    opened.store.close()


def test_a_second_run_adds_nothing_and_reads_nothing_again(corpus: Corpus, tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", range(50))
    first = run(corpus, source)
    assert (first.added, first.unchanged, first.skipped_total, first.documents) == (50, 0, 0, 50)
    again = run(corpus, source)
    assert (again.added, again.unchanged, again.documents) == (0, 50, 50)


def test_a_limit_stops_and_the_next_run_goes_on(corpus: Corpus, tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", range(50))
    first = run(corpus, source, limit=20)
    assert (first.added, first.finished) == (20, False)
    rest = run(corpus, source)
    assert (rest.added, rest.unchanged, rest.finished, rest.documents) == (30, 20, True, 50)
    assert corpus_faults(corpus) == ()


def test_a_bad_record_is_counted_with_its_place_and_the_rest_goes_in(corpus: Corpus, tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", range(3))
    with source.open("a", encoding="utf-8") as stream:
        stream.write("{broken\n")
        stream.write(json.dumps(record(9)) + "\n")
    place = source.read_bytes().index(b"{broken")
    summary = run(corpus, source)
    assert (summary.added, summary.skipped_total) == (4, 1)
    assert (summary.skipped[0].file, summary.skipped[0].offset) == (str(source), place)
    assert corpus.status().skipped == 1


def test_a_changed_record_replaces_the_old_text_in_every_store(corpus: Corpus, tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", range(30))
    run(corpus, source)
    changed = {**record(3), "abstract": "an entirely unrelated zeppelin hangar"}
    source.write_text(json.dumps(changed) + "\n", encoding="utf-8")
    summary = run(corpus, source)
    assert (summary.added, summary.updated, summary.documents) == (0, 1, 30)
    assert corpus.search("zeppelin hangar", mode="words")[0].key == "T-3"
    assert corpus_faults(corpus) == ()


def test_removing_a_source_removes_it_everywhere(corpus: Corpus, tmp_path: Path) -> None:
    run(corpus, write_lines(tmp_path / "a.jsonl", range(30)))
    assert corpus.remove("jsonl") == 30
    assert corpus.search("soil moisture valve") == ()
    assert corpus_faults(corpus) == ()
    again = run(corpus, tmp_path / "a.jsonl")
    assert again.added == 30
    assert corpus_faults(corpus) == ()


def test_filters_keep_what_may_have_been_public_before_and_nothing_of_the_day_itself(
    corpus: Corpus, tmp_path: Path
) -> None:
    lines = [
        {
            "id": "before",
            "title": "valve",
            "abstract": "soil valve",
            "date": "2020-05-01",
            "cpc": ["A01G25/16"],
        },
        {"id": "sameday", "title": "valve", "abstract": "soil valve", "date": "2020-05-02", "country": "US"},
        {"id": "straddles", "title": "valve", "abstract": "soil valve", "date": "2020", "kind": "patent"},
        {"id": "undated", "title": "valve", "abstract": "soil valve"},
    ]
    source = tmp_path / "a.jsonl"
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    run(corpus, source)

    def keys(**filters: object) -> set[str]:
        chosen = SearchFilter(**filters)  # type: ignore[arg-type]
        found = {hit.key for hit in corpus.search("soil valve", filters=chosen)}
        assert len(found) == corpus.count(chosen)
        return found

    from datetime import date

    day = date(2020, 5, 2)
    assert keys(before=day) == {"before", "straddles"}
    assert keys(before=day, undated=True) == {"before", "straddles", "undated"}
    assert keys(kinds=("patent",)) == {"straddles"}
    assert keys(countries=("US",)) == {"sameday"}
    assert keys(classes=("A01G",)) == {"before"}
    assert keys(exclude=("before", "undated")) == {"sameday", "straddles"}


def test_a_second_writer_is_refused_in_words(corpus: Corpus, tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", range(3))
    other = Corpus(corpus.store, corpus.folder, hashed())
    with corpus.writer(), pytest.raises(CorpusBusyError, match="is changing this corpus"):
        run(other, source)


def test_paths_and_readers_that_are_not_there_are_named(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(IngestError, match=r"missing\.jsonl"):
        run(corpus, tmp_path / "missing.jsonl")
    with pytest.raises(IngestError, match="sorcery"):
        run(corpus, write_lines(tmp_path / "a.jsonl", range(1)), source="sorcery")


def test_a_lost_index_is_made_again_from_the_database(tmp_path: Path) -> None:
    import shutil

    corpus = open_corpus(tmp_path / "workspace")
    run(corpus, write_lines(tmp_path / "a.jsonl", range(40)))
    expected = picture(corpus)
    corpus.close()
    shutil.rmtree(corpus.folder)
    assert picture(corpus) == expected
    corpus.rebuild()
    assert picture(corpus) == expected
    corpus.close()
    corpus.store.close()


def test_killed_at_random_instants_and_resumed_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """`ANTEDATE_KILLS=50` runs the full number; CI runs fewer."""
    kills = int(os.environ.get("ANTEDATE_KILLS", "6"))
    source = write_lines(tmp_path / "a.jsonl", range(400))
    calm = open_corpus(tmp_path / "calm")
    run(calm, source)
    expected = picture(calm)
    calm.close()
    calm.store.close()
    folder = tmp_path / "killed"
    folder.mkdir()
    dice = random.Random(20261123)
    for _ in range(kills):
        child = subprocess.Popen(
            [sys.executable, str(CHILD), str(folder), str(source)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        # the instant: after a random number of records, then a random moment inside the work that follows
        for _record_done in range(dice.randint(0, max(1, 700 // kills))):
            if not child.stdout.readline():
                break
        try:
            child.wait(timeout=dice.random() * 0.3)
        except subprocess.TimeoutExpired:
            child.kill()
        child.wait()
        child.stdout.close()
        opened = open_corpus(folder)
        assert opened.search("soil moisture valve", limit=3) is not None
        assert corpus_faults(opened) == ()
        opened.close()
        opened.store.close()
    last = open_corpus(folder)
    run(last, source)
    assert picture(last) == expected
    last.close()
    last.store.close()


@pytest.mark.parametrize("verb", ["", "remove", "rebuild"])
def test_killed_while_updating_removing_or_rebuilding_the_end_is_the_same(tmp_path: Path, verb: str) -> None:
    kills = int(os.environ.get("ANTEDATE_KILLS", "3"))
    folder = tmp_path / "killed"
    opened = open_corpus(folder)
    run(opened, write_lines(tmp_path / "a.jsonl", range(60)))
    changed = [{**record(n), "abstract": f"zeppelin {n} hangar"} for n in range(30)]
    source = tmp_path / "b.jsonl"
    source.write_text("".join(json.dumps(line) + "\n" for line in changed), encoding="utf-8")
    opened.close()
    opened.store.close()
    command = [sys.executable, str(CHILD), str(folder), str(source), *([verb] if verb else [])]
    dice = random.Random(verb)
    for _ in range(kills):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            child.wait(timeout=dice.uniform(0.3, 2.5))
        except subprocess.TimeoutExpired:
            child.kill()
        child.wait()
        again = open_corpus(folder)
        assert corpus_faults(again) == ()
        again.close()
        again.store.close()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    last = open_corpus(folder)
    assert corpus_faults(last) == ()
    assert last.status().documents == (0 if verb == "remove" else 60)
    found = {hit.key for hit in last.search("zeppelin", mode="words", limit=100)}
    assert found == (set() if verb else {f"T-{n}" for n in range(30)})
    last.close()
    last.store.close()


def test_an_expression_marks_what_was_asked_for_and_not_what_was_excluded(
    corpus: Corpus, tmp_path: Path
) -> None:
    source = tmp_path / "a.jsonl"
    line = {
        "id": "one",
        "title": "valve",
        "abstract": "A soil valve with a pump station.",
        "date": "2020-01-01",
    }
    source.write_text(json.dumps(line) + "\n", encoding="utf-8")
    run(corpus, source)
    (hit,) = corpus.search('"soil valve" AND NOT zeppelin AND title:valve')
    marked = {p.quote[a:b] for p in hit.passages for a, b in p.terms}
    assert marked == {"soil", "valve"}


def test_what_is_told_twice_before_the_index_takes_it_is_indexed_as_it_was_stored_last(
    tmp_path: Path,
) -> None:
    corpus = open_corpus(tmp_path / "workspace", batch=None)
    lines = [{**record(1), "abstract": f"an entirely unrelated {word}"} for word in ("windmill", "zeppelin")]
    source = tmp_path / "a.jsonl"
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    run(corpus, source)
    assert [hit.key for hit in corpus.search("zeppelin", mode="words")] == ["T-1"]
    assert corpus.search("windmill", mode="words") == ()
    assert corpus_faults(corpus) == ()
    corpus.close()
    corpus.store.close()


def test_generations_follow_the_pace_of_the_work_within_bounds(tmp_path: Path) -> None:
    corpus = open_corpus(tmp_path / "workspace", batch=None)
    assert corpus.batch == BATCH
    run(corpus, write_lines(tmp_path / "a.jsonl", range(200)))
    assert BATCH <= corpus.batch <= MOST
    assert corpus.reader().generation == 1
    fixed = open_corpus(tmp_path / "fixed")
    run(fixed, tmp_path / "a.jsonl")
    assert fixed.batch == 24
    assert fixed.reader().generation > 5
    assert picture(fixed) == picture(corpus)
    for opened in (corpus, fixed):
        opened.close()
        opened.store.close()


def test_what_waits_becomes_one_generation_with_the_document_that_filled_it(tmp_path: Path) -> None:
    corpus = open_corpus(tmp_path / "workspace", batch=5)
    source = tmp_path / "a.jsonl"
    lines = [{**record(n), "abstract": "A soil valve opens when it is dry. " * 60} for n in range(20)]
    source.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    summary = run(corpus, source)
    assert summary.passages == 60
    assert corpus.reader().generation == 10
    assert corpus_faults(corpus) == ()
    corpus.close()
    corpus.store.close()
