"""Reading ahead in a second process: the same records, its death is told, and it never outlives the run."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from ingest import sources
from ingest.documents import Document, Unreadable
from ingest.items import offset_of
from pipeline import ahead
from pipeline.preparing import Prepared, packed, prepare, restored
from tests.browser import ROOT
from tests.kin_samples import LONG, document
from tests.small_corpus import open_corpus, picture, run, write_lines

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.items import Item

DEMO = ROOT / "pipeline" / "demo" / "corpus" / "ipg_demo.zip"


@pytest.fixture
def apart(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every file counts as large; returns the processes that were started."""
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def watched(*words: Any, **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401 - Popen's own
        started.append(real(*words, **options))
        return started[-1]

    monkeypatch.setattr(ahead, "LARGE", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr("subprocess.Popen", watched)
    return started


def plain(items: list[Prepared | Item]) -> list[Item]:
    return [item.document if isinstance(item, Prepared) else item for item in items]


def test_a_prepared_document_comes_back_from_another_process_as_it_was() -> None:
    ready = prepare(document("EP-1-A1", LONG, claims=["A table.", "The table of claim 1."]))
    assert restored(packed(ready)) == ready


@pytest.mark.parametrize("after", [-1, 0, 5000])
def test_the_second_process_reads_what_the_reader_reads(
    apart: list[subprocess.Popen[bytes]], after: int
) -> None:
    reader = sources.detect(DEMO)
    found = list(ahead.read(reader, DEMO, after))
    assert len(apart) == 1
    assert plain(found) == list(reader.read(DEMO, after=after))
    assert all(isinstance(item, Prepared | Unreadable) for item in found)
    assert apart[0].poll() is not None


def test_small_files_and_unregistered_readers_are_read_here(apart: list[subprocess.Popen[bytes]]) -> None:
    reader = type(sources.detect(DEMO))()
    assert len(list(ahead.read(reader, DEMO, -1))) > 10
    assert apart == []


def test_a_process_that_dies_is_not_taken_for_the_end_of_the_file(
    apart: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ahead, "_QUEUED", 1)
    with pytest.raises(ahead.ReaderDiedError, match="run the same command again"):
        list(ahead._apart("no such reader", DEMO, -1))
    lines = write_lines(tmp_path / "long.jsonl", range(6000))  # more than pipe and queue hold
    read = ahead._apart("jsonl", lines, -1)
    next(read)
    apart[-1].kill()
    with pytest.raises(ahead.ReaderDiedError) as caught:
        list(read)
    assert caught.value.exit_code == 5


def test_a_run_that_is_stopped_leaves_no_process_behind(apart: list[subprocess.Popen[bytes]]) -> None:
    read = ahead.read(sources.detect(DEMO), DEMO, -1)
    first = next(read)
    assert isinstance(first, Prepared)
    assert isinstance(first.document, Document)
    read.close()
    assert apart[0].poll() is not None


def test_a_corpus_is_the_same_read_ahead_or_not(
    apart: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = write_lines(tmp_path / "a.jsonl", range(60))
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = open_corpus(tmp_path / "one")
    summary = run(one, lines)
    assert (summary.added, len(apart)) == (60, 1)
    again = run(one, lines)
    assert (again.unchanged, len(apart)) == (60, 1)
    monkeypatch.setattr(ahead, "LARGE", 1 << 40)
    two = open_corpus(tmp_path / "two")
    assert run(two, lines).added == 60
    assert picture(one) == picture(two)


def test_offsets_of_what_is_read_ahead_rise(apart: list[subprocess.Popen[bytes]]) -> None:
    offsets = [offset_of(item) for item in plain(list(ahead.read(sources.detect(DEMO), DEMO, -1)))]
    assert offsets == sorted(set(offsets))
