"""The built-in benchmark, a corpus measured by its own citations, and the figures kept with an index."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from index import beir
from index.metrics import relevant
from ingest import sources
from ingest.documents import Document
from pipeline import demo, evaluation, evaluation_stored, evaluation_tasks, store_corpus
from pipeline.evaluation_against import EarlierFiguresError, changes
from pipeline.evaluation_records import INSUFFICIENT, Evaluation, as_json
from pipeline.workspace import Workspace
from tests.beir_sample import finish, hashed_words, topic
from tests.small_corpus import open_corpus, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.corpus import Corpus

__all__ = ["hashed_words"]

_DAYS = "2019-03-0"


def _record(number: int, cites: list[str], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of a record
    words = topic(number)
    return {
        "id": f"P-{number:03d}",
        "kind": "paper",
        "title": f"{words.split()[number % 6]} {number}",
        "abstract": f"A {words.replace(' ', ' and a ')} of kind {number} work together.",
        "description": "Something else that is not asked for.",
        "date": f"{_DAYS}{1 + number % 9}",
        "cites": cites,
        **more,
    }


def corpus_of(folder: Path, records: list[dict[str, Any]]) -> Corpus:
    corpus = open_corpus(folder, batch=None)
    file = folder / "documents.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    run(corpus, file)
    return corpus


def citing_records(count: int) -> list[dict[str, Any]]:
    """`count` documents that each cite the two before it of the same topic."""
    first = [_record(number, []) for number in range(12)]
    return first + [
        _record(number, [f"P-{number - 6:03d}", f"P-{number - 12:03d}", "P-999"])
        for number in range(12, 12 + count)
    ]


@pytest.fixture(scope="module")
def cited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Corpus, Evaluation]]:
    """A corpus of 42 documents, 30 of which cite others, and its evaluation."""
    folder = tmp_path_factory.mktemp("own")
    corpus = corpus_of(folder / "corpus", citing_records(30))
    yield corpus, _measured(corpus, folder)
    corpus.close()
    corpus.store.close()


def _measured(corpus: Corpus, room: Path) -> Evaluation:
    with corpus.store.read() as connection:
        names = store_corpus.keys(connection)
    found: Evaluation = finish(evaluation.evaluate(corpus, evaluation_tasks.own(corpus.store, names), room))
    return found


def test_a_corpus_is_measured_by_what_its_documents_cite(cited: tuple[Corpus, Evaluation]) -> None:
    found = cited[1]
    task = found.task
    assert found.sound, (found.words, found.checks)
    assert len(task.questions) == task.counts["citing_documents"] == 30
    one = next(question for question in task.questions if question.id == "P-020")
    assert task.judgments["P-020"] == {"P-014": 1, "P-008": 1}
    assert "kind 20" in one.text
    assert "not asked for" not in one.text
    assert task.names[next(iter(one.without))] == "P-020"
    assert found.systems[2].figures["recall@100"].mean > 0.9


def test_few_citations_are_insufficient_evidence(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "corpus", citing_records(19))
    found = _measured(corpus, tmp_path)
    assert (found.outcome, found.systems) == (INSUFFICIENT, ())
    assert "only 19 documents here cite others" in found.words
    evaluation_stored.keep(corpus.store, corpus.folder, found)
    assert "insufficient evidence" in corpus.status().measured
    corpus.store.close()


def test_a_family_is_neither_ranked_nor_gold(tmp_path: Path) -> None:
    records = citing_records(2)
    records[13]["work"] = records[7]["work"] = "W1"
    corpus = corpus_of(tmp_path / "corpus", records)
    with corpus.store.begin() as connection:
        connection.exec_driver_sql("UPDATE documents SET family = 'F' WHERE key IN ('P-012', 'P-000')")
        names = store_corpus.keys(connection)
    task = evaluation_tasks.own(corpus.store, names)
    by_id = {question.id: question for question in task.questions}
    assert task.judgments["P-012"] == {"P-006": 1}
    assert {names[item] for item in by_id["P-012"].without} == {"P-012", "P-000"}
    assert task.judgments["P-013"] == {"P-001": 1}
    assert {names[item] for item in by_id["P-013"].without} == {"P-013", "P-007"}
    corpus.close()
    corpus.store.close()


def test_figures_are_kept_with_the_index_and_shown_in_its_status(cited: tuple[Corpus, Evaluation]) -> None:
    corpus, found = cited
    file = evaluation_stored.keep(corpus.store, corpus.folder, found)
    assert file == corpus.folder / "evaluation.json"
    words = corpus.status().measured
    assert words.startswith("measured recall of this index: ")
    assert "of what 30 documents of this corpus cite" in words
    assert "changed" not in words
    kept = evaluation_stored.stored(corpus.folder)
    assert kept is not None
    assert kept.own is not None
    assert kept.built_in is None
    assert kept.own.systems["fused"]["recall@100"] == found.systems[2].figures["recall@100"]
    assert kept.words(corpus.status().snapshot) == kept.words() == words


def test_figures_of_another_state_of_the_corpus_say_so(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "corpus", citing_records(20))
    found = _measured(corpus, tmp_path)
    evaluation_stored.keep(corpus.store, corpus.folder, found)
    assert "changed" not in corpus.status().measured
    corpus_file = tmp_path / "corpus" / "more.jsonl"
    corpus_file.write_text(json.dumps(_record(90, [])), encoding="utf-8")
    run(corpus, corpus_file)
    assert "(measured before the corpus changed" in corpus.status().measured
    kept = evaluation_stored.stored(corpus.folder)
    assert kept is not None
    assert "the corpus changed" in kept.words()
    value = json.loads((corpus.folder / "evaluation.json").read_text())
    value["own"]["models"]["cross-encoder tiny"] = "00"
    (corpus.folder / "evaluation.json").write_text(json.dumps(value))
    assert "(fused, scored again by the cross-encoder tiny) of what" in corpus.status().measured
    assert "the model" not in corpus.status().measured
    value["own"]["version"], value["own"]["models"] = "0.0.1", {"other": "00"}
    (corpus.folder / "evaluation.json").write_text(json.dumps(value))
    assert "before the corpus and the model and antedate itself changed" in corpus.status().measured
    corpus.close()
    corpus.store.close()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"format": 2}', '{"format": 1, "own": {"x": 1}, "built_in": null}']
)
def test_a_file_that_cannot_be_read_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "evaluation.json").write_text(text)
    assert evaluation_stored.stored(tmp_path) is None
    assert evaluation_stored.words(tmp_path) == evaluation_stored.NOT_MEASURED


def test_nothing_is_kept_where_there_is_no_index(tmp_path: Path, cited: tuple[Corpus, Evaluation]) -> None:
    assert evaluation_stored.keep(cited[0].store, tmp_path, cited[1]) is None
    assert not list(tmp_path.iterdir())


def test_every_question_of_the_built_in_benchmark_is_judged_and_every_document_is_in_the_corpus() -> None:
    files, lost = sources.expand([demo.CORPUS], None)
    assert not lost
    held = {
        record.key
        for file in files
        for record in sources.detect(file).read(file)
        if isinstance(record, Document)
    }
    judgments, bad = beir.qrels(demo.BENCHMARK, "test")
    records = list(beir.queries(demo.BENCHMARK))
    assert not bad
    assert all(isinstance(one, beir.Record) for one in records)
    questions = {one.id: one.text for one in records if isinstance(one, beir.Record)}
    assert len(questions) >= 60
    assert len(set(questions.values())) == len(questions)
    assert set(questions) == set(judgments)
    assert all(relevant(grades, query) for query, grades in judgments.items())
    assert {grade for grades in judgments.values() for grade in grades.values()} == {1, 2}
    assert {document for grades in judgments.values() for document in grades} == held


def test_the_same_figures_have_not_dropped(tmp_path: Path, cited: tuple[Corpus, Evaluation]) -> None:
    file = tmp_path / "earlier.json"
    file.write_text(json.dumps(as_json(cited[1])))
    found = changes(file, cited[1])
    assert len(found) == 9
    assert all(
        change.paired and not change.dropped and change.then == pytest.approx(change.now) for change in found
    )


def test_a_drop_of_every_question_is_outside_the_interval(
    tmp_path: Path, cited: tuple[Corpus, Evaluation]
) -> None:
    value = as_json(cited[1])
    values = value["per_query"]["values"]["words"]["map"]
    value["per_query"]["values"]["words"]["map"] = [one + 0.2 for one in values]
    file = tmp_path / "earlier.json"
    file.write_text(json.dumps(value))
    dropped = [(change.system, change.metric) for change in changes(file, cited[1]) if change.dropped]
    assert dropped == [("words", "map")]


def test_a_drop_of_one_question_in_thirty_is_within_it(
    tmp_path: Path, cited: tuple[Corpus, Evaluation]
) -> None:
    value = as_json(cited[1])
    value["per_query"]["values"]["words"]["map"][0] += 0.2
    file = tmp_path / "earlier.json"
    file.write_text(json.dumps(value))
    assert not any(change.dropped for change in changes(file, cited[1]))


def test_means_alone_are_compared_with_the_earlier_interval(
    tmp_path: Path, cited: tuple[Corpus, Evaluation]
) -> None:
    value = as_json(cited[1])
    del value["per_query"]
    value["intervals"]["fused"]["map"][0] = 0.9999
    file = tmp_path / "earlier.json"
    file.write_text(json.dumps(value))
    found = changes(file, cited[1])
    assert not any(change.paired for change in found)
    assert [(change.system, change.metric) for change in found if change.dropped] == [("fused", "map")]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ({"benchmark": "other"}, "its benchmark is 'other'"),
        ({"qrels": "dev"}, "its qrels is 'dev'"),
        ({"systems": {}}, "no system in common"),
        ({"systems": {"words": {}}, "per_query": {}}, "cannot be read"),
        ({"systems": 3}, "holds no figures"),
        ({"per_query": {"queries": [], "values": {"words": {"map": ["x"]}}}}, "cannot be read"),
    ],
)
def test_what_is_not_comparable_is_an_error_and_not_a_pass(
    tmp_path: Path, cited: tuple[Corpus, Evaluation], edit: dict[str, Any], words: str
) -> None:
    file = tmp_path / "earlier.json"
    file.write_text(json.dumps({**as_json(cited[1]), **edit}))
    with pytest.raises(EarlierFiguresError, match=words):
        changes(file, cited[1])


def test_a_file_that_is_no_json_is_an_error(tmp_path: Path, cited: tuple[Corpus, Evaluation]) -> None:
    (tmp_path / "x").write_text("{")
    for name in ("x", "absent"):
        with pytest.raises(EarlierFiguresError, match=name):
            changes(tmp_path / name, cited[1])


@pytest.mark.usefixtures("hashed_words")
def test_the_library_page_is_told_that_nothing_was_measured(tmp_path: Path) -> None:
    with Workspace.init(tmp_path / "w") as workspace:
        assert workspace.holdings().measured == evaluation_stored.NOT_MEASURED
