"""The library page: what the corpus holds, a search without a case, a document and its relations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.kin_samples import LONG, document, put
from tests.ui_pages import open_page, press, words

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.workspace import Workspace


@pytest.fixture
def workspace(face: Workspace) -> Workspace:
    """A corpus of a family of two that are near-duplicates, one citing the other."""
    put(
        face.store,
        document(
            "EP-1000001-A1", LONG, application="EP-appl-1", published="2001-01-10", classes=["A47B3/08"]
        ),
        document(
            "US-7000001-B2",
            LONG.replace("kitchen", "flat"),
            title="<b>Folding</b> :red[table]",
            priorities=["EP-appl-1"],
            published="2004-02-03",
            cites=["EP-1000001-A1"],
        ),
    )
    face.corpus.repair()
    return face


def test_without_a_question_the_page_shows_what_the_corpus_holds(workspace: Workspace) -> None:
    said = words(open_page("library"))
    assert f"{workspace.corpus.status().documents} documents" in said
    assert "1 family with 2 documents" in said
    assert "1 group of near-duplicates with 2" in said
    assert workspace.corpus.status().snapshot in said
    assert "By year of publication" in said
    assert "How well it finds things" in said
    assert "not measured" in said
    assert "A47B" in said


def test_a_search_names_near_duplicates_family_and_what_was_searched(workspace: Workspace) -> None:
    page = open_page("library")
    page.text_input[0].set_value("cam pressed against a notch")
    next(box for box in page.selectbox if box.label == "Rank by").set_value("words")
    press(page, "Search")
    said = words(page)
    assert page.query_params["q"] == "cam pressed against a notch"
    assert "Searched 2 documents" in said
    assert "Near-duplicates: US-7000001-B2 (public 2004-02-03)" in said
    assert said.count("ad-title") >= 1


def test_the_address_holds_the_filters(workspace: Workspace) -> None:
    said = words(
        open_page("library", q="cam notch", mode="words", before="2003-01-01", **{"class": "a47b 3"})
    )
    assert "certainly public before 2003-01-01" in said
    assert "EP-1000001-A1" in said
    assert "1. Folding table" in said
    nothing = words(open_page("library", q="cam", mode="words", country="JP"))
    assert "not proof that nothing exists" in nothing


def test_a_search_without_a_case_has_reasons_counts_examples_and_no_verdicts(
    workspace: Workspace,
) -> None:
    page = open_page("library", q="cam AND notch", mode="words")
    said = words(page)
    assert "Read as an expression: " in said
    assert "Words it has: " in said
    assert "Counts are of all documents that match." in said
    assert "A47B (1)" in page.multiselect(key="filter-class").options
    assert not any(button.label == "Keep" for button in page.button)
    press(page, "More like this")
    assert page.query_params["like"] == "EP-1000001-A1"
    assert "1. Folding table" not in words(page)
    wrong = open_page("library", q='title:(cam AND "notch')
    assert "▲ column" in words(wrong)


def test_a_document_shows_text_dates_family_citations_and_origin(workspace: Workspace) -> None:
    said = words(open_page("library", key="US 7,000,001 B2"))
    assert "<b>Folding</b> :red[table]" in said  # as text, never as a page
    assert "&lt;b&gt;Folding" in open_page("library", key="US-7000001-B2").html[0].body
    assert "The family was public first with EP-1000001-A1, 2001-01-10." in said
    assert "Near-duplicates: 1" in said
    assert "Cites 1 document, 1 of them here" in said
    assert "anywhere on earth" in said
    assert "SHA-256 of the text" in said


def test_a_name_of_nothing_is_said(workspace: Workspace) -> None:
    page = open_page("library", key="US-404")
    assert [error.value for error in page.error] == ["No document here has that name."]


def test_a_raw_file_that_was_fetched_says_from_where_and_when(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept = {"url": "https://r.example/oai?verb=GetRecord", "at": "2026-11-27T10:00:00Z", "sha256": "ab" * 32}
    (tmp_path / "a.jsonl.origin.json").write_text(json.dumps(kept), encoding="utf-8")
    said = words(open_page("library", key="EP-1000001-A1"))
    assert "https://r.example/oai?verb=GetRecord" in said
    assert "2026-11-27T10:00:00Z" in said
