"""`antedate evaluate` as a script sees it: one object, the exit codes, the refusals."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pipeline import evaluation_stored
from pipeline.workspace import Workspace
from tests.beir_sample import benchmark, documents, finish, hashed_words, write
from tests.test_pipeline_evaluation_tasks import citing_records
from ui import cli

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["hashed_words"]

pytestmark = pytest.mark.usefixtures("hashed_words")


class Call:
    """Calls the command line in this process."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self._patch = monkeypatch
        self._capture = capsys
        monkeypatch.chdir(folder)

    def __call__(self, *words: str | Path, code: int = 0) -> tuple[str, str]:
        self._patch.setattr(sys, "argv", ["antedate", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = self._capture.readouterr()
        assert ended.value.code == code, (out, err)
        return out, err

    def json(self, *words: str | Path, code: int = 0) -> dict[str, Any]:
        out, _ = self("evaluate", "--json", *words, code=code)
        value: dict[str, Any] = json.loads(out)
        return value


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    return Call(tmp_path, monkeypatch, capsys)


def _own(folder: Path) -> Path:
    """Make a workspace whose documents cite each other."""
    from pipeline.ingestion import ingest

    with Workspace.init(folder) as workspace:
        file = write(folder, "documents.jsonl", citing_records(25))
        finish(ingest(workspace.corpus, "jsonl", [file], clock=workspace.clock))
    return folder


def test_a_folder_is_measured_and_printed_with_its_checks(call: Call) -> None:
    folder = benchmark(call.folder / "bench")
    out, err = call("evaluate", folder)
    assert out.startswith("bench, judgments test: 12 questions, 36 documents\n")
    for word in ("nDCG@10", "recall@1000", "PRES", "p50 / p95", "fused less words", "ok   empty corpus"):
        assert word in out
    assert "FAIL" not in out
    assert "reading" in err


def test_json_is_one_object_and_runs_are_written_and_read_as_a_baseline(call: Call) -> None:
    folder = benchmark(call.folder / "bench")
    write(folder, "corpus.jsonl", documents()[12:])
    keep = call.folder / "keep"
    value = call.json(folder, "--keep", keep, "--run", "out.trec", "--mode", "words", "--mode", "fused")
    assert list(value["systems"]) == ["words", "fused"]
    assert set(value["runs"]) == {"words", "fused"}
    again = call.json(folder, "--keep", keep, "--baseline", value["runs"]["words"], "--limit-queries", "6")
    assert again["seconds"]["index"] == 0
    assert any("used again" in note for note in again["notes"])
    assert again["counts"]["questions"] == 6
    assert {"a": "words", "b": "baseline words"}.items() <= again["paired"][0].items()


def test_a_drop_against_earlier_figures_ends_with_1(call: Call) -> None:
    folder = benchmark(call.folder / "bench")
    value = call.json(folder, "--keep", "keep", "--mode", "words")
    earlier = call.folder / "earlier.json"
    earlier.write_text(json.dumps(value))
    same = call.json(folder, "--keep", "keep", "--mode", "words", "--against", earlier)
    assert not any(change["dropped"] for change in same["against"])
    values = value["per_query"]["values"]["words"]
    values["recall@100"] = [one + 0.1 for one in values["recall@100"]]
    earlier.write_text(json.dumps(value))
    out, _ = call("evaluate", folder, "--keep", "keep", "--mode", "words", "--against", earlier, code=1)
    assert "DROP words recall@100" in out


def test_an_empty_corpus_is_insufficient_evidence_and_ends_with_1(call: Call) -> None:
    folder = benchmark(call.folder / "bench")
    (folder / "corpus.jsonl").write_text("\n")
    value = call.json(folder, code=1)
    assert value["outcome"] == "insufficient evidence"
    assert value["systems"] == {}
    out, _ = call("evaluate", folder, code=1)
    assert "insufficient evidence: the corpus is empty" in out


def test_a_failed_control_ends_with_1(call: Call) -> None:
    folder = benchmark(call.folder / "bench")
    write(folder, "queries.jsonl", [{"_id": f"q{n}", "text": f"valve soil {n}"} for n in range(12)])
    write(folder, "qrels/test.tsv", [f"q{n}\tUS7640598\t1" for n in range(12)])
    out, _ = call("evaluate", folder, "--mode", "words", code=1)
    assert "FAIL shuffled judgments, words" in out


def test_the_corpus_itself_is_measured_and_the_figures_stay_with_it(call: Call) -> None:
    folder = _own(call.folder / "w")
    value = call.json("--workspace", folder, "--own")
    assert value["benchmark"] == "own citations"
    assert any("kept with the index" in note for note in value["notes"])
    out, _ = call("--workspace", folder, "corpus", "status", "--json")
    assert json.loads(out)["measured"].startswith("measured recall of this index: ")
    with Workspace.open(folder) as workspace:
        assert workspace.holdings().measured == workspace.corpus.status().measured


def test_a_part_is_not_kept(call: Call) -> None:
    folder = _own(call.folder / "w")
    value = call.json("--workspace", folder, "--own", "--mode", "words", "--limit-queries", "21")
    assert any("not kept" in note for note in value["notes"])
    assert evaluation_stored.stored(folder / "index") is None


def test_the_built_in_benchmark_is_kept_with_the_index_beside_the_own(call: Call) -> None:
    folder = _own(call.folder / "w")
    call.json("--workspace", folder, "--own")
    value = call.json("--workspace", folder, "--builtin")
    assert value["counts"]["documents"] == 88
    assert value["counts"]["questions"] >= 60
    assert value["systems"]["meaning"]["recall@100"] == 1.0  # 88 documents: all are within 100
    kept = evaluation_stored.stored(folder / "index")
    assert kept is not None
    assert kept.own is not None
    assert kept.built_in is not None
    assert "built-in benchmark" in kept.words()
    assert "changed" not in kept.words()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "one of the three"),
        (["--own", "--builtin"], "one of the three"),
        (["bench", "--own"], "one of the three"),
        (["--own", "--qrels", "test"], "belong to a BEIR folder"),
        (["--builtin", "--earlier-only"], "belong to a BEIR folder"),
        (["--own", "--keep", "x"], "leave --keep out"),
        (["absent"], "does not exist"),
        (["bench", "--qrels", "dev"], "no judgments 'dev'"),
        (["bench", "--mode", "magic"], "not one of"),
        (["bench", "--baseline", "bench/queries.jsonl"], "line 1"),
        (["bench", "--run", "out"], "has a blank"),
        (["bench", "--dry-run"], "cannot rehearse"),
        (["--own"], "no workspace here"),
        (["--workspace", "nowhere", "bench"], "no workspace here"),
        (["empty"], "empty has no qrels"),
    ],
)
def test_what_cannot_be_asked_ends_with_2_and_says_why(call: Call, words: list[str], said: str) -> None:
    benchmark(call.folder / "bench")
    (call.folder / "empty").mkdir()
    assert said in call.json(*words, code=2)["error"]["message"]


def test_a_missing_part_is_named_before_anything_is_indexed(call: Call) -> None:
    folder = benchmark(call.folder / "bench")
    (folder / "queries.jsonl").unlink()
    assert (
        "queries.jsonl or queries.jsonl.gz" in call.json(folder, "--keep", "keep", code=2)["error"]["message"]
    )
    assert not (call.folder / "keep" / "workspace").exists()


def test_another_corpus_in_the_kept_folder_is_refused(call: Call) -> None:
    folder = benchmark(call.folder / "bench")
    call.json(folder, "--keep", "keep", "--mode", "words")
    write(folder, "corpus.jsonl", documents()[:20])
    message = call.json(folder, "--keep", "keep", code=2)["error"]["message"]
    assert "keeps the index of other documents" in message


def test_a_folder_that_cannot_be_written_ends_with_3(call: Call) -> None:
    folder = benchmark(call.folder / "bench")
    (call.folder / "file").write_text("x")
    assert "no room" in call.json(folder, "--keep", "file/below", code=3)["error"]["message"]
