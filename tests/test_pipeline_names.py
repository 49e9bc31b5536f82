"""Names and numbers of documents in true formats are found by their fields: from the file to the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pipeline.workspace import Workspace
from tests.ops_sample import RECORD, answer
from tests.small_corpus import open_corpus, run
from tests.uspto_sample import grant, write
from ui.commands_corpus import COMMANDS as INGEST
from ui.commands_search import COMMANDS
from ui.common import Context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.corpus import Corpus

SEATS, OTHER, LID = "US-9123456-B2", "US-9222222-B2", "EP-3580123-A1"
"""By Seats Ltd and Ann Moss; the same form, by Mining Räder GmbH and Ann O'Brien; by Moss Lids AG."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    folder = tmp_path_factory.mktemp("names")
    other = grant("09222222").replace("Seats Ltd", "Mining Räder GmbH").replace("Moss", "O'Brien")
    made = open_corpus(folder / "w")
    run(made, write(folder / "ipg150901.xml", grant(), other))
    run(made, write(folder / "ops.xml", answer(RECORD)))
    yield made
    made.close()
    made.store.close()


def found(corpus: Corpus, query: str) -> set[str]:
    return {hit.key for hit in corpus.search(query)}


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("pa=seats", {SEATS}),
        ('pa="Seats Ltd"', {SEATS}),
        ("assignee:SEATS", {SEATS}),
        ("seats.as.", {SEATS}),
        ("seats.aanm. and valve.ti.", {SEATS}),
        ("pa=(mining or seats) and ti=valve", {SEATS, OTHER}),
        ("pa=rader", {OTHER}),
        ('assignee:"mining räder"', {OTHER}),
        ("pa=mine", set()),
        ("pa=moss", {LID}),
        ("in=moss", {SEATS}),
        ('inventor:"Ann Moss"', {SEATS}),
        ("moss.in.", {SEATS}),
        ("ia=moss", {SEATS, LID}),
        ("inventor:o'brien", {OTHER}),
        ("pn=US9123456", {SEATS}),
        ("pn=9123456", {SEATS}),
        ("pn=US9123456B2", {SEATS}),
        ("number:US 9,123,456 B2", {SEATS}),
        ('"9123456".pn.', {SEATS}),
        ("pn=US9123456B1", set()),
        ("pn=EP9123456", set()),
        ("pn=EP3580123", {LID}),
        ("pn=EP3580123A1", {LID}),
        ("number:US9*", {SEATS, OTHER}),
        ("pa=seats :: a warm valve", {SEATS}),
        ("valve NOT pa=seats", {OTHER}),
    ],
)
def test_a_document_is_found_by_who_and_by_which_number(corpus: Corpus, query: str, keys: set[str]) -> None:
    assert found(corpus, query) == keys


def test_a_name_is_no_word_of_the_text(corpus: Corpus) -> None:
    assert not corpus.search("rader", mode="words")


def test_the_command_finds_what_the_command_ingested(tmp_path: Path) -> None:
    Workspace.init(tmp_path / "w").close()
    file = write(tmp_path / "ipg150901.xml", grant())
    said = CliRunner().invoke(
        INGEST["ingest"], ["auto", str(file), "--workspace", str(tmp_path / "w")], obj=Context()
    )
    assert said.exit_code == 0, said.output
    for query in ("pa=seats", "pn=US9123456", "number:9123456"):
        asked = [query, "--mode", "words", "--json", "--workspace", str(tmp_path / "w")]
        answered = CliRunner().invoke(COMMANDS["search"], asked, obj=Context(), color=False)
        assert [hit["key"] for hit in json.loads(answered.output)["hits"]] == [SEATS], query
