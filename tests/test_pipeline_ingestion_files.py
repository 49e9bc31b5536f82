"""Files that are odd, damaged or out of reach: what a run says of them, and what the next run does."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest import sources
from ingest.documents import Unreadable
from pipeline import store_corpus
from pipeline.corpus import Corpus
from pipeline.ingestion import IngestSummary, ingest
from pipeline.store import Store
from pipeline.workspace import now
from tests.hash_encoder import hashed

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    folder = tmp_path / "workspace"
    folder.mkdir()
    opened = Corpus(Store.open(folder / "record.sqlite"), folder / "index", hashed(), batch=24)
    yield opened
    opened.close()
    opened.store.close()


def run(corpus: Corpus, *paths: Path, limit: int | None = None) -> IngestSummary:
    work = ingest(corpus, "auto", list(paths), clock=now, limit=limit)
    while True:
        try:
            next(work)
        except StopIteration as end:
            summary: IngestSummary = end.value
            return summary


def lines(path: Path, *records: str) -> Path:
    path.write_text("".join(f"{record}\n" for record in records), encoding="utf-8")
    return path


def record(name: str) -> str:
    return json.dumps({"id": name, "title": f"Lid {name}", "abstract": "A lid closes a pot."})


def reasons(summary: IngestSummary) -> list[str]:
    return [skipped.reason.partition(":")[0] for skipped in summary.skipped]


def test_every_run_tells_the_same_of_the_same_files(corpus: Corpus, tmp_path: Path) -> None:
    source = lines(tmp_path / "a.jsonl", record("a"), "{broken", record("b"), '{"id": "c"}', record("d"))
    first = run(corpus, source, limit=3)
    assert (first.added, first.unchanged, first.skipped_total, first.taken) == (2, 0, 1, 3)
    rest = run(corpus, source)
    assert (rest.added, rest.unchanged, rest.skipped_total, rest.taken) == (1, 2, 2, 2)
    again = run(corpus, source)
    assert (again.added, again.unchanged, again.skipped_total, again.taken) == (0, 3, 2, 0)
    assert again.skipped == rest.skipped
    assert corpus.status().skipped == 2


def test_documents_without_a_public_date_are_counted(corpus: Corpus, tmp_path: Path) -> None:
    dated = '{"id": "x", "title": "Lid", "date": "2020"}'
    filed = '{"id": "y", "title": "Lid", "filing_date": "2020-01-02"}'
    summary = run(corpus, lines(tmp_path / "a.jsonl", record("a"), dated, filed))
    assert (summary.added, summary.undated) == (3, 2)
    assert run(corpus, tmp_path / "a.jsonl").undated == 0


def test_a_name_that_is_no_utf_8_is_a_name(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "all"
    folder.mkdir()
    for name in (b"\xff.md", b"\xfe.md", b"\xfd.doc"):
        Path(os.fsdecode(os.path.join(os.fsencode(folder), name))).write_text(f"# Lid {name!r}")  # noqa: PTH118
    first = run(corpus, folder)
    assert (first.added, first.skipped_total) == (2, 1)
    assert "\ufffd.doc" in first.skipped[0].file
    again = run(corpus, folder)
    assert (again.unchanged, again.skipped_total) == (2, 1)


def test_what_could_not_be_opened_is_forgotten_once_it_is_gone_or_read(
    corpus: Corpus, tmp_path: Path
) -> None:
    folder = tmp_path / "all"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "back").symlink_to(folder, target_is_directory=True)
    (folder / "pipe.txt").symlink_to(folder / "nowhere")
    (folder / "x.xml").write_text("<other/>", encoding="utf-8")
    first = run(corpus, folder)
    assert reasons(first) == [
        "is no regular file, or a link to none",
        "is a link to a folder and was not followed; name that folder to read it",
        f"no reader recognises this file; name one, e.g. 'antedate ingest jsonl {folder / 'x.xml'}'",
    ]
    assert corpus.status().skipped == 3
    (folder / "deep" / "back").unlink()
    (folder / "pipe.txt").unlink()
    lines(folder / "pipe.txt", "A lid closes a pot.")
    (folder / "x.xml").unlink()
    second = run(corpus, folder)
    assert (second.added, second.skipped_total) == (1, 0)
    assert corpus.status().skipped == 0


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="a file that cannot be read is needed")
def test_a_file_that_this_machine_cannot_give_is_tried_again(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to("/proc/self/mem")
    (tmp_path / "b.jsonl").symlink_to("/proc/self/mem")
    (tmp_path / "c.xml").symlink_to("/proc/self/mem")
    for name, reader in (("a.txt", "files"), ("b.jsonl", "jsonl"), ("c.xml", "uspto-xml")):
        (item,) = sources.reader(reader).read(tmp_path / name)
        assert isinstance(item, Unreadable)
        assert item.passing
    for _ in range(2):
        summary = run(corpus, tmp_path / "b.jsonl", tmp_path / "a.txt")
        assert (summary.added, summary.skipped_total, summary.taken) == (0, 2, 2)
    with corpus.store.read() as connection:
        mark = store_corpus.mark_of(connection, "/proc/self/mem")
    assert mark is None or not mark.finished
