"""Evaluations of BEIR folders: exact identifiers, the users' own code, controls that can fail."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from index.encoders import Encoders
from index.trec import Run, TrecNameError, read_run
from pipeline import evaluation, evaluation_beir, evaluation_figures, evaluation_scratch
from pipeline.evaluation_records import INSUFFICIENT, MEASURED, Evaluation, Task, as_json, limited
from pipeline.evaluation_scratch import Indexed, KeptOtherError
from pipeline.workspace import Workspace
from tests.beir_sample import ODD, benchmark, documents, finish, hashed_words, topic, write
from tests.hash_encoder import HashEncoder, PassageEncoder, hashed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["hashed_words"]

pytestmark = pytest.mark.usefixtures("hashed_words")


class Bench:
    """A benchmark, indexed."""

    def __init__(self, folder: Path, room: Path) -> None:
        self.folder, self.room = folder, room
        room.mkdir(exist_ok=True)
        self.survey = evaluation_scratch.survey(folder)
        self.indexed: Indexed = finish(evaluation_scratch.beir_index(folder, self.survey, room, None))

    def task(self, **given: Any) -> Task:  # noqa: ANN401 - passed on
        return evaluation_beir.task(self.folder, "test", self.survey, self.indexed, **given)

    def run(self, task: Task | None = None, **given: Any) -> Evaluation:  # noqa: ANN401 - passed on
        corpus = self.indexed.workspace.corpus
        found: Evaluation = finish(evaluation.evaluate(corpus, task or self.task(), self.room, **given))
        return found

    def close(self) -> None:
        self.indexed.workspace.close()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One benchmark, indexed once: no test changes it."""
    folder = tmp_path_factory.mktemp("evaluation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Workspace, "_encoders", lambda _: hashed())
        made = Bench(benchmark(folder / "bench"), folder / "room")
        yield made
        made.close()


@pytest.fixture(scope="module")
def whole(bench: Bench) -> Evaluation:
    """Its evaluation in all modes."""
    return bench.run()


def test_every_identifier_comes_back_exactly_whatever_its_characters(bench: Bench) -> None:
    task = bench.task()
    assert sorted(task.names.values()) == sorted(record["_id"] for record in documents())
    corpus = bench.indexed.workspace.corpus
    found = finish(evaluation.answers(corpus, task, ["words"]))["words"]
    for number, record in enumerate(documents()[: len(ODD)]):
        question = task.questions[number]
        assert found[question.id][0] == record["_id"], question.text


def test_the_figures_have_intervals_and_all_modes_and_pairs(whole: Evaluation) -> None:
    found = whole
    assert found.outcome == MEASURED
    assert found.sound, found.checks
    assert [system.name for system in found.systems] == ["words", "meaning", "fused"]
    for system in found.systems:
        assert system.figures["recall@100"].mean == 1.0
        for one in system.figures.values():
            assert one.low - 1e-9 <= one.mean <= one.high + 1e-9
    assert {(pair.a, pair.b) for pair in found.paired} == {
        ("meaning", "words"),
        ("fused", "words"),
        ("fused", "meaning"),
    }


def test_the_json_is_that_of_the_contract(whole: Evaluation) -> None:
    value = json.loads(json.dumps(as_json(whole)))
    for mode in ("words", "meaning", "fused"):
        assert {"ndcg@10", "recall@100", "map", "mrr@10"} <= set(value["systems"][mode])
        assert all(isinstance(one, float) for one in value["systems"][mode].values())
        assert value["latency_ms"][mode]["p95"] >= value["latency_ms"][mode]["p50"] > 0
        low, high = value["intervals"][mode]["ndcg@10"]
        assert low <= value["systems"][mode]["ndcg@10"] <= high
    assert {"a", "b", "metric", "delta", "low", "high"} == set(value["paired"][0])
    assert len(value["per_query"]["values"]["fused"]["ndcg@10"]) == len(value["per_query"]["queries"]) == 12
    assert value["counts"]["documents"] == 36


def test_the_same_evaluation_gives_the_same_figures(bench: Bench, whole: Evaluation) -> None:
    first, second = as_json(whole), as_json(bench.run())
    for part in ("systems", "intervals", "paired", "checks", "per_query"):
        assert first[part] == second[part]


def test_a_query_of_a_benchmark_is_never_taken_for_an_expression(tmp_path: Path) -> None:
    folder = benchmark(tmp_path / "bench")
    odd = [
        '"valve AND (soil',
        "title:valve OR NOT",
        "NEAR/3 ) moisture *",
        "soil\x00valve \ud83d".encode("utf-8", "replace").decode(),
    ]
    write(folder, "queries.jsonl", [{"_id": f"q{n}", "text": text} for n, text in enumerate(odd)])
    made = Bench(folder, tmp_path / "room")
    found = made.run()
    assert [system.table.missing for system in found.systems] == [0, 0, 0]
    assert found.systems[0].figures["recall@100"].mean > 0.2
    made.close()


def test_a_long_query_and_one_without_words_are_measured_too(tmp_path: Path) -> None:
    folder = benchmark(tmp_path / "bench")
    texts = [f"{topic(0)} " * 1000, "the of and", "!!!", "心"]
    write(folder, "queries.jsonl", [{"_id": f"q{n}", "text": text} for n, text in enumerate(texts)])
    made = Bench(folder, tmp_path / "room")
    found = made.run()
    assert found.outcome == MEASURED
    assert found.systems[0].table.values[0, 1] > 0
    made.close()


def test_what_is_left_out_is_counted_each_kind_by_itself(tmp_path: Path) -> None:
    extra = ["{broken", {"_id": "doc-20", "text": "again"}, {"_id": "blank", "title": " ", "text": ""}]
    folder = benchmark(tmp_path / "bench", extra=extra)
    lines = (folder / "qrels/test.tsv").read_text(encoding="utf-8").splitlines()
    write(
        folder,
        "qrels/test.tsv",
        [*lines, "q0\tnowhere\t1", "q1\tblank\t1", "q77\tdoc-20\t1", "q78\tdoc-20\t0", "bad"],
    )
    made = Bench(folder, tmp_path / "room")
    task = made.task()
    assert task.counts["documents"] == 36
    assert task.counts["without_text"] == 1
    assert task.counts["without_relevant"] == 1
    assert task.counts["relevant_not_in_corpus"] == 2
    assert task.counts["lines_skipped"] == 4
    assert task.counts["documents_refused"] == 0
    assert {(file, line) for file, line, _ in task.skipped} == {
        ("corpus.jsonl", 37),
        ("corpus.jsonl", 38),
        ("corpus.jsonl", 39),
        ("qrels/test.tsv", len(lines) + 5),
    }
    assert made.run().systems[0].figures["recall@1000"].mean < 1.0  # what the corpus lacks is still relevant
    made.close()


def test_only_earlier_documents_are_ranked_when_asked(bench: Bench) -> None:
    years = {record["_id"]: record["metadata"]["date"] for record in documents()}
    task = bench.task(earlier_only=True)
    found = finish(evaluation.answers(bench.indexed.workspace.corpus, task, ["fused", "words", "meaning"]))
    for run in found.values():
        ranked = {document for question in run for document in run[question]}
        assert ranked
        assert all(years[document] < "2015-06" for document in ranked)
    unlimited = finish(evaluation.answers(bench.indexed.workspace.corpus, bench.task(), ["meaning"]))
    assert any(years[document] > "2015-06" for document in unlimited["meaning"]["q0"])


def test_a_date_limit_without_dates_is_an_error(tmp_path: Path) -> None:
    folder = benchmark(tmp_path / "bench")
    write(folder, "queries.jsonl", [{"_id": "q0", "text": "valve", "metadata": {"date": "soon"}}])
    made = Bench(folder, tmp_path / "room")
    with pytest.raises(evaluation_beir.NoDatesError, match="earlier-only"):
        made.task(earlier_only=True)
    made.close()


def test_an_empty_corpus_is_insufficient_evidence_and_has_no_figures(tmp_path: Path) -> None:
    folder = benchmark(tmp_path / "bench")
    (folder / "corpus.jsonl").write_text("\n", encoding="utf-8")
    made = Bench(folder, tmp_path / "room")
    found = made.run()
    assert (found.outcome, found.systems, found.sound) == (INSUFFICIENT, (), False)
    assert "corpus is empty" in found.words
    assert as_json(found)["systems"] == {}
    made.close()


def test_no_question_with_gold_is_insufficient_evidence(tmp_path: Path) -> None:
    folder = benchmark(tmp_path / "bench")
    write(folder, "qrels/test.tsv", ["q0\tD1\t0"])
    made = Bench(folder, tmp_path / "room")
    assert made.run().outcome == INSUFFICIENT
    made.close()


def test_shuffled_judgments_score_far_below_the_real_ones(whole: Evaluation) -> None:
    shuffled = [check for check in whole.checks if check.check.startswith("shuffled")]
    assert len(shuffled) == 3
    assert all(check.ok for check in shuffled)


def test_judgments_that_do_not_depend_on_the_question_fail_the_control(tmp_path: Path) -> None:
    folder = benchmark(tmp_path / "bench")
    same = "valve soil moisture probe"
    write(folder, "queries.jsonl", [{"_id": f"q{n}", "text": f"{same} {n}"} for n in range(12)])
    write(folder, "qrels/test.tsv", [f"q{n}\tUS7640598\t1" for n in range(12)])
    made = Bench(folder, tmp_path / "room")
    found = made.run()
    assert not found.sound
    assert not next(check for check in found.checks if check.check == "shuffled judgments, words").ok
    made.close()


def test_a_ranking_at_chance_level_is_said_to_be_one(bench: Bench) -> None:
    task = bench.task()
    nothing: dict[str, tuple[str, ...]] = {question.id: () for question in task.questions}
    systems, _ = evaluation_figures.systems({"nothing": nothing}, task)
    check = evaluation_figures.shuffled(systems[0], nothing, task)
    assert check.ok
    assert "not certainly above chance" in check.words


def test_an_empty_corpus_that_answered_would_fail_its_control(
    bench: Bench, whole: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert next(check for check in whole.checks if check.check == "empty corpus").ok
    monkeypatch.setattr(evaluation, "insufficient", lambda _: "")
    found = bench.run(modes=["words"])
    assert not next(check for check in found.checks if check.check == "empty corpus").ok


def test_runs_are_written_and_read_back_as_the_same_figures(tmp_path: Path) -> None:
    plain = [
        record
        for record in documents()
        if len(record["_id"].split()) == 1 and record["_id"].strip() == record["_id"]
    ]
    folder = benchmark(tmp_path / "bench")
    write(folder, "corpus.jsonl", plain)
    made = Bench(folder, tmp_path / "room")
    found = made.run(run_file=tmp_path / "out.trec")
    assert sorted(path.name for path in tmp_path.glob("out*")) == [
        "out.fused.trec",
        "out.meaning.trec",
        "out.words.trec",
    ]
    again = made.run(baseline=read_run(tmp_path / "out.words.trec"), modes=["words"])
    base, words = again.systems
    assert base.name == "baseline words"
    assert base.figures == words.figures
    assert all(pair.delta == pair.low == pair.high == 0 for pair in again.paired)
    assert found.systems[0].figures == words.figures
    made.close()


def test_a_run_that_trec_cannot_carry_is_refused_before_the_work(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(TrecNameError, match="blank"):
        bench.run(run_file=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_an_outside_run_that_lacks_questions_scores_nothing_for_them(bench: Bench) -> None:
    half = Run(tag="half", rankings={"q0": ("US7640598",)})
    found = bench.run(baseline=half, modes=["words"])
    assert found.systems[0].table.missing == 11
    assert found.paired[0].a == "words"
    assert found.paired[0].delta > 0


def test_a_kept_index_is_used_again_and_never_for_other_documents(tmp_path: Path) -> None:
    folder, room = benchmark(tmp_path / "bench"), tmp_path / "room"
    first = Bench(folder, room)
    figures = as_json(first.run())["systems"]
    assert not first.indexed.reused
    first.close()
    second = Bench(folder, room)
    assert second.indexed.reused
    assert second.indexed.seconds == 0
    assert as_json(second.run())["systems"] == figures
    second.close()
    write(folder, "corpus.jsonl", documents()[:-1])
    with pytest.raises(KeptOtherError, match="room"):
        Bench(folder, room)


def test_a_kept_index_of_another_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, room = benchmark(tmp_path / "bench"), tmp_path / "room"
    Bench(folder, room).close()
    other = Encoders(documents=PassageEncoder(), passages=HashEncoder())
    monkeypatch.setattr(Workspace, "_encoders", lambda _: other)
    with pytest.raises(KeptOtherError, match="another model"):
        Bench(folder, room)


def test_an_interrupted_indexing_goes_on(tmp_path: Path) -> None:
    folder, room = benchmark(tmp_path / "bench"), tmp_path / "room"
    room.mkdir()
    survey = evaluation_scratch.survey(folder)
    work = evaluation_scratch.beir_index(folder, survey, room, None)
    next(work)
    work.close()
    made = Bench(folder, room)
    assert not made.indexed.reused
    assert made.task().counts["documents"] == 36
    made.close()


def test_a_limit_takes_the_first_questions_and_says_so(bench: Bench) -> None:
    task = limited(bench.task(), 5)
    assert [question.id for question in task.questions] == [f"q{n}" for n in range(5)]
    assert task.counts["questions_left_out_by_limit"] == 7
    assert set(task.judgments) == {f"q{n}" for n in range(5)}
    assert limited(task, 50) is task
    assert len(bench.run(task).systems[0].table.queries) == 5


def test_documents_that_a_question_excludes_are_not_ranked(bench: Bench) -> None:
    task = bench.task()
    first = next(item for item, name in task.names.items() if name == "US7640598")
    asked = replace(task.questions[0], without=frozenset({first}))
    found = finish(
        evaluation.answers(
            bench.indexed.workspace.corpus, replace(task, questions=(asked,)), ["words", "fused"]
        )
    )
    assert "US7640598" not in found["words"][asked.id]
    assert "US7640598" not in found["fused"][asked.id]
