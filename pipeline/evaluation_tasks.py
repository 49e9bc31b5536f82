"""Tasks that need no folder: the built-in benchmark, and a corpus measured by its own citations.

Decisions
---------
* Built-in: the questions of `pipeline/demo/benchmark` over the bundled corpus, ingested from its own formats.
* Own: a document that cites others of the corpus is a question (title and abstract), and what it cites is
  what should be found. Citations are the judgments of applicants, authors and examiners: sparse, so the
  figures are floors, and comparable with each other rather than with other benchmarks.
* The document itself, its versions and its family are neither ranked nor gold: they are found by their own
  words, which proves nothing.
* At most `MOST` questions, drawn by key with a fixed seed; fewer than `LEAST` are insufficient evidence.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from index import beir
from index.metrics import relevant
from pipeline import demo, store_corpus, store_relations
from pipeline.evaluation_records import BUILT_IN, OWN, Question, Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest.documents import Document
    from pipeline.evaluation_scratch import Indexed
    from pipeline.store import Store

MOST: Final = 200
LEAST: Final = 20
_SEED: Final = 20_260_101
_TEXT: Final = 2_000
"""Characters of a document without an abstract that are its question."""


def built_in(indexed: Indexed) -> Task:
    """Return the task of the built-in benchmark on its indexed corpus."""
    judgments, _ = beir.qrels(demo.BENCHMARK, beir.DEFAULT)
    records = [one for one in beir.queries(demo.BENCHMARK) if isinstance(one, beir.Record)]
    with indexed.workspace.store.read() as connection:
        names = store_corpus.keys(connection)
    questions = tuple(Question(id=one.id, text=one.text) for one in records)
    return Task(
        name=BUILT_IN,
        qrels=beir.DEFAULT,
        questions=questions,
        judgments=judgments,
        names=names,
        counts={"documents": len(names), "questions": len(questions), "documents_refused": indexed.refused},
    )


def own(store: Store, names: Mapping[int, str]) -> Task:
    """Return the task of a corpus's own citations. `names`: number to key of the documents in its index."""
    with store.read() as connection:
        citing = [item for item in store_relations.citing(connection) if item in names]
    drawn = random.Random(_SEED).sample(citing, min(len(citing), 2 * MOST))  # noqa: S311 - no secret
    found: dict[Question, dict[str, int]] = {}
    for item in drawn:
        if len(found) == MOST:
            break
        made = _own(store, item, names)
        if made is not None:
            found[made[0]] = made[1]
    questions = tuple(sorted(found, key=lambda question: question.id))
    return Task(
        name=OWN,
        qrels="citations",
        questions=questions,
        judgments={question.id: found[question] for question in questions},
        names=names,
        counts={
            "documents": len(names),
            "citing_documents": len(citing),
            "questions": len(questions),
            "relevant": sum(len(grades) for grades in found.values()),
        },
        least=LEAST,
    )


def _own(store: Store, item: int, names: Mapping[int, str]) -> tuple[Question, dict[str, int]] | None:
    """Return a document as a question with what it should find; None where nothing is left of either."""
    with store.read() as connection:
        document = store_corpus.by_items(connection, [item])[item]
        family = {row.item for row in store_relations.simple_family(connection, item)}
        family |= {row.item for row in store_relations.versions(connection, document.work, document.key)}
        cited = [row for row in store_relations.cites(connection, item) if row.item in names]
    family.add(item)
    gold = {row.key: 1 for row in cited if row.item not in family}
    text = wording(document)
    question = Question(id=document.key, text=text, without=frozenset(family))
    return (question, gold) if text and relevant(gold, question.id) else None


def wording(document: Document) -> str:
    """Return title and abstract of a document, or its beginning where it has no abstract."""
    return f"{document.name}\n{document.abstract or document.text[:_TEXT]}".strip()
