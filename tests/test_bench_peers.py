from __future__ import annotations

import gzip
import json
import sys
from typing import TYPE_CHECKING

from tests.bench import bench_peers, tables

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_peer_that_is_not_installed_is_named_as_such(tmp_path: Path) -> None:
    found = bench_peers.ask_peer("bm25s", tmp_path, python=str(tmp_path / "python"))
    assert "not installed" in found["failed"]


def test_a_peer_that_fails_gives_its_last_words(tmp_path: Path) -> None:
    found = bench_peers.ask_peer("bm25s", tmp_path, python=sys.executable)
    assert "FileNotFoundError" in found["failed"]


def test_a_peer_that_does_not_end_is_given_up(tmp_path: Path) -> None:
    found = bench_peers.ask_peer("bm25s", tmp_path, python=sys.executable, patience=0.001)
    assert found == {"failed": "not done after 0.001 s"}


def test_only_judged_queries_are_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bench" / "made-up"
    (folder / "qrels").mkdir(parents=True)
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t2\n", encoding="utf-8")
    for name, rows in (
        ("corpus", [{"_id": "d1", "title": "Lids", "text": "A lid."}, {"_id": "d2", "text": "A seal."}]),
        ("queries", [{"_id": "q1", "text": "lid"}, {"_id": "q2", "text": "seal"}]),
    ):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in rows)
    monkeypatch.setattr(tables, "DATA", tmp_path)
    found = bench_peers.read("made-up")
    assert found.documents == (("d1", "Lids", "A lid."), ("d2", "", "A seal."))
    assert found.queries == (("q1", "lid"),)
    assert found.qrels == {"q1": {"d1": 2}}
