"""A BEIR folder becomes a `Task`: questions, judgments, and what had to be left out.

Decisions
---------
* Only questions with judgments, a text and a relevant document are run; the others are counted, each kind by
  itself. Judged documents that the corpus lacks stay in the denominators, as in trec_eval, and are counted.
* With `earlier_only` a question ranks only documents dated before its own date (`metadata.date`). Documents
  without a date are then not ranked, and questions without one left out, both counted: no date is guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index import beir
from index.metrics import relevant
from pipeline import store_corpus
from pipeline.errors import UsageError
from pipeline.evaluation_records import Question, Task
from pipeline.evaluation_scratch import day, number_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.evaluation_scratch import Indexed, Survey


class NoDatesError(UsageError):
    """The date limit was asked for and the benchmark has no dates."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder}: no query with judgments has a date in its metadata, so --earlier-only cannot be "
            "kept; leave it out"
        )


def task(
    folder: Path,
    name: str,
    found: Survey,
    indexed: Indexed,
    *,
    earlier_only: bool = False,
) -> Task:
    """Make the task of the judgments `name`. Raises BeirMissingError, NoDatesError."""
    judgments, bad = beir.qrels(folder, name)
    records, faults = _queries(folder)
    counts = {"queries": len(records), "judged": len(judgments)}
    judged = {query: grades for query, grades in judgments.items() if relevant(grades, query)}
    counts["without_relevant"] = len(judgments) - len(judged)
    texts = {record.id: record for record in records if record.id in judged}
    counts["without_text"] = len(judged) - len(texts)
    if earlier_only:
        dated = {query: record for query, record in texts.items() if day(record.date)}
        if texts and not dated:
            raise NoDatesError(folder)
        counts["queries_without_date"] = len(texts) - len(dated)
        counts["documents_without_date"] = len(found.ids) - found.dated
        texts = dated
    questions = tuple(_question(record, earlier_only=earlier_only) for record in texts.values())
    known = frozenset(found.ids)
    used = {question.id: judged[question.id] for question in questions}
    counts["questions"] = len(questions)
    counts["relevant_not_in_corpus"] = sum(
        document not in known for query, grades in used.items() for document in relevant(grades, query)
    )
    names = _names(indexed, found.ids)
    skipped = (*found.skipped, *faults, *((line.file, line.line, line.reason) for line in bad))
    return Task(
        name=folder.resolve().name,
        qrels=name,
        questions=questions,
        judgments=used,
        names=names,
        counts={
            "documents": len(names),
            **counts,
            "lines_skipped": len(skipped),
            "documents_refused": indexed.refused,
        },
        skipped=skipped,
    )


def _queries(folder: Path) -> tuple[list[beir.Record], list[tuple[str, int, str]]]:
    records, faults = [], []
    for record in beir.queries(folder):
        if isinstance(record, beir.BadLine):
            faults.append((record.file, record.line, record.reason))
        else:
            records.append(record)
    return records, faults


def _question(record: beir.Record, *, earlier_only: bool) -> Question:
    when = day(record.date) if earlier_only else None
    before = None if when is None else when.earliest.toordinal()
    return Question(id=record.id, text=record.text, before=before)


def _names(indexed: Indexed, ids: tuple[str, ...]) -> Mapping[int, str]:
    with indexed.workspace.store.read() as connection:
        keys = store_corpus.keys(connection)
    return {item: ids[number_of(key)] for item, key in keys.items()}
