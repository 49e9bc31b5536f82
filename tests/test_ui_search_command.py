"""`antedate search`: why each hit is one, more and less like, counts, and limits; in this process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from pipeline.corpus import UnknownDocumentError
from tests.ui_workspace import new_workspace
from ui.commands_search import COMMANDS
from ui.common import Context

if TYPE_CHECKING:
    from pathlib import Path

_FLOW, _VALVE, _EMITTER = "US-9900001-B2", "US-9900002-B1", "US-9900003-A1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("search") / "w"
    new_workspace(made, corpus=True).close()
    return made


def _run(folder: Path, *words: str) -> Result:
    arguments = [*words, "--workspace", str(folder)]
    return CliRunner().invoke(COMMANDS["search"], arguments, obj=Context(), color=False)


def _said(folder: Path, *words: str) -> str:
    result = _run(folder, *words)
    assert result.exit_code == 0, result.output
    return result.output


def _json(folder: Path, *words: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(_said(folder, *words, "--json"))
    return value


def test_every_hit_says_why_in_json_and_on_the_terminal(folder: Path) -> None:
    found = _json(folder, "flush valve at the far end of a drip line", "--limit", "2")
    hit = found["hits"][0]
    words = [term["word"] for term in hit["terms"]]
    assert {"flush", "valv", "drip"} <= set(words)
    weights = [term["weight"] for term in hit["terms"]]
    assert weights == sorted(weights, reverse=True)
    assert min(weights) > 0
    assert set(hit["shares"]) == {"words", "meaning", "passages", "citations", "classes"}
    assert hit["score"] == pytest.approx(sum(hit["shares"].values()))
    assert hit["passages_rank"] >= 1
    assert "valve" in found["understood"]["explanation"]
    said = _said(folder, "flush valve at the far end of a drip line", "--limit", "1")
    assert "Read as plain text." in said
    assert (
        f"(words {hit['words_rank']}, meaning {hit['meaning_rank']}, passages {hit['passages_rank']})" in said
    )
    assert f"   why: {words[0]}" in said
    assert "   score from: words " in said


def test_more_and_less_like_documents_with_words_and_by_examples_alone(folder: Path) -> None:
    found = _json(folder, "valve", "--like", _EMITTER, "--unlike", _VALVE)
    assert (found["understood"]["like"], found["understood"]["unlike"]) == ([_EMITTER], [_VALVE])
    keys = [hit["key"] for hit in found["hits"]]
    assert _EMITTER not in keys  # an example is no find
    assert keys
    alone = _json(folder, "", "--like", "US 9,900,003 A1")
    assert alone["hits"]
    assert alone["understood"]["explanation"].startswith("No words were asked for")
    assert _run(folder, "").exit_code == 2
    assert isinstance(_run(folder, "valve", "--like", "US-404").exception, UnknownDocumentError)


def test_counts_are_exact_for_an_expression_and_said_not_to_be_for_prose(folder: Path) -> None:
    counted = _json(folder, "drip AND line", "--facets", "--mode", "words")["facets"]
    assert counted["exact"]
    assert counted["documents"] == sum(number for _, number in counted["year"]) == 3
    assert counted["kind"] == [["patent", 3]]
    said = _said(folder, "drip line", "--facets", "--mode", "words")
    assert "prose matches more or less" in said
    assert "   year: 2024 1, 2018 1, 2016 1" in said


def test_the_source_and_the_days_limit_a_search(folder: Path) -> None:
    def keys(*words: str) -> set[str]:
        return {hit["key"] for hit in _json(folder, "drip line", "--mode", "words", *words)["hits"]}

    assert keys("--source", "jsonl") == {_FLOW, _VALVE, "US-9900005-B2"}
    assert keys("--source", "nobody") == set()
    assert keys("--after", "2018-01-01", "--before", "2024-01-01") == {_VALVE}
