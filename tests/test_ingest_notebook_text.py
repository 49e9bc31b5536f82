"""Notebooks: prose and code cell by cell, outputs left out with a word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Document
from ingest.files import Files
from ingest.notebook_text import NotebookError, notebook
from tests.office_reading import reason
from tests.reader_checks import check_values, mutated

if TYPE_CHECKING:
    from pathlib import Path

CELLS = [
    {"cell_type": "raw", "source": ["---\n", "title: Lids of pots\n", "date: 2024-05-06\n", "---\n"]},
    {"cell_type": "markdown", "source": ["# Lids\n", "\n", "A lid closes.\n", "\n", "It opens."]},
    {
        "cell_type": "code",
        "source": "if a:\n    lift()\n",
        "outputs": [{"text": "secret"}],
        "execution_count": 1,
    },
    {"cell_type": "markdown", "source": "One *line*.", "attachments": {"a.png": {}}},
    {"cell_type": "code", "source": [], "outputs": []},
]
DATA = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": CELLS}).encode()
SAMPLES = {"a.ipynb": DATA}


def test_cells_are_read_in_order_with_their_places() -> None:
    found = notebook(DATA)
    assert [(block.kind, block.anchor, block.text) for block in found.blocks] == [
        ("heading", "cell 2", "Lids"),
        ("paragraph", "cell 2 ¶1", "A lid closes."),
        ("paragraph", "cell 2 ¶2", "It opens."),
        ("paragraph", "cell 3", "if a:\n    lift()"),
        ("paragraph", "cell 4", "One *line*."),
    ]
    assert found.title == "Lids of pots"
    assert found.warnings == (
        "1 cell(s) have outputs, which were left out",
        "1 cell(s) have pictures, not read",
    )


def test_a_notebook_is_a_file_of_people(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(DATA)
    document, warning = Files().read(path)
    assert isinstance(document, Document)
    assert sources.detect(path).name == "files"
    assert (document.title, str(document.published)) == ("Lids of pots", "2024-05-06")
    assert "secret" not in document.text
    assert "outputs, which were left out" in getattr(warning, "reason", "")


def test_the_older_format_is_read() -> None:
    cells = [{"cell_type": "heading", "level": 2, "source": "Lids"}, {"cell_type": "code", "input": "lift()"}]
    found = notebook(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}, 7]}).encode())
    assert [(block.kind, block.level, block.text) for block in found.blocks] == [
        ("heading", 2, "Lids"),
        ("paragraph", 0, "lift()"),
    ]


@pytest.mark.parametrize("data", [b"[]", b"{}", b"{", b"\xff", b'{"cells": 3}', b"[" * 100_000])
def test_what_is_no_notebook_is_an_error(data: bytes) -> None:
    with pytest.raises(NotebookError, match="is no notebook"):
        notebook(data)


def test_fields_of_the_wrong_type_are_absent(tmp_path: Path) -> None:
    cells = [7, {"cell_type": 3, "source": {"a": 1}}, {"cell_type": "markdown", "source": [1, "A lid."]}]
    assert [
        block.text for block in notebook(json.dumps({"cells": cells, "metadata": 3}).encode()).blocks
    ] == ["A lid."]
    path = tmp_path / "a.ipynb"
    path.write_text('{"cells": []}', encoding="utf-8")
    assert reason(path) == "has no text"


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_notebooks_are_values(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    check_values(Files(), tmp_path_factory.getbasetemp() / "m.ipynb", mutated(DATA, data))
