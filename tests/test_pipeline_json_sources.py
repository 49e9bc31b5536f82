"""Sources of JSON and tables through the whole intake: parts add up, numbers without a text are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.small_corpus import open_corpus, run
from tests.test_ingest_number_list import GOOGLE
from tests.test_ingest_semanticscholar import LINES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.corpus import Corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    opened = open_corpus(tmp_path / "workspace")
    yield opened
    opened.close()
    opened.store.close()


def test_the_parts_of_a_semantic_scholar_paper_become_one_dated_document(
    corpus: Corpus, tmp_path: Path
) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(reversed(LINES.split(b"\n"))))
    summary = run(corpus, tmp_path / "a.jsonl")
    assert (summary.documents, summary.skipped_total) == (1, 1)
    document = corpus.document("s2:77")
    assert {section.field for section in document.sections} == {"title", "abstract", "description"}
    assert str(document.published) == "2023-01-01/2023-12-31"


def test_a_number_without_a_text_is_wanted_and_never_stored_as_a_document(
    corpus: Corpus, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(GOOGLE, encoding="utf-8")
    summary = run(corpus, tmp_path / "a.csv")
    assert (summary.documents, summary.wanted, summary.skipped_total) == (1, 1, 1)
    assert corpus.document("US-9000001-B2").title == "Lid that closes"
