"""The report's forms. `UPDATE_GOLDEN=1` rewrites the golden file; read the difference before committing."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.assess import assess, finish
from pipeline.chart import Support
from pipeline.decompose import decompose
from pipeline.disclosure import Topic
from pipeline.intake import from_answers
from pipeline.novelty import NoveltyReport, Outcome, load
from pipeline.report import render_html, render_json, render_markdown, summary
from pipeline.report_figures import score
from pipeline.report_md import escape
from pipeline.report_view import closest, outcome_words, pieces
from tests.hash_encoder import HashEncoder
from tests.memory_library import MemoryLibrary, make_document
from tests.report_sample import sample, sentences, squeezed

_GOLDEN = Path(__file__).parent / "data" / "report_golden.md"
_HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> [a](javascript:alert(3)) | `x` **b** &amp; \u202e"
)


def _report(title: str = "Tent lantern", noise: str = "A ladder has rungs of ash wood.") -> NoveltyReport:
    disclosure = from_answers(
        title,
        {
            Topic.CLAIM: "A lantern comprising: a battery of 12 V in a sealed base; a shade of ribbed "
            "silicone; and a timer that dims the lantern after 20 minutes."
        },
    )
    documents = [
        make_document(
            "US-1-A",
            "A lantern has a battery of 12 V in a sealed base. The base floats.",
            "The shade is of ribbed silicone & folds.",
            title="Floating lantern",
            published="2015-03-03",
        ),
        make_document(
            "US-2-A", "A timer dims the lantern after 10 minutes.", title="Timer", published="2016-01-05"
        ),
        make_document(
            "US-3-A", "A timer dims the lantern after 20 minutes.", title="Late", published="2020-06-15"
        ),
        make_document("note-4", "A timer dims the lantern after 20 minutes.", title="Note", published="2020"),
        make_document("US-5-A", noise, title=noise[:60], published="2013-01-01"),
    ]
    library = MemoryLibrary(documents, HashEncoder(), skipped=1)
    run = assess(
        disclosure, decompose(disclosure), library, critical_date=date(2020, 6, 15), exclude=("US-9-A",)
    )
    return finish(run)


_REPORT = _report()
_SAMPLE = sample()


class _Tags(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _parsed(page: str) -> _Tags:
    parser = _Tags()
    parser.feed(page)
    parser.close()
    return parser


def test_markdown_is_the_golden_file() -> None:
    made = render_markdown(_REPORT)
    if os.environ.get("UPDATE_GOLDEN"):
        _GOLDEN.write_text(made, encoding="utf-8")
    assert made == _GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("render", [render_markdown, render_html])
def test_closest_art_comes_before_chart_combinations_and_coverage(render: object) -> None:
    assert callable(render)
    text = str(render(_REPORT))
    heads = [
        "What this does not tell you",
        "Closest art per feature",
        "Chart",
        "Combinations",
        "Features not found",
        "Left out and undetermined",
        "Coverage",
        "Not searched",
        "Reproduction",
    ]
    found = [re.search(rf"(?:#+ |<h[23]>){head}", text) for head in heads]
    places = [match.start() for match in found if match is not None]
    assert len(places) == len(heads)
    assert places == sorted(places)
    assert text.index(outcome_words(_REPORT)[:40]) < places[0]
    for part in (
        _REPORT.run_id,
        _REPORT.hash,
        "not legal advice",
        "US-3-A",
        "note-4",
        "the same day is not before",
    ):
        assert part in text


def test_page_and_markdown_say_everything_that_the_paper_says() -> None:
    import markdown

    page = _parsed(render_html(_SAMPLE))
    text = _parsed(markdown.markdown(render_markdown(_SAMPLE), extensions=["tables"]))
    for said in (page, text):
        words = squeezed("".join(said.words))
        assert not [sentence for sentence in sentences(_SAMPLE) if sentence not in words]


def test_no_report_says_novel_or_patentable_about_the_invention() -> None:
    for text in (render_markdown(_REPORT), " ".join(_parsed(render_html(_REPORT)).words)):
        assert "patentable" not in text.lower()
        assert "is novel" not in text.lower()


def test_html_holds_no_script_no_request_and_no_open_tag() -> None:
    parser = _parsed(render_html(_report(_HOSTILE, _HOSTILE)))
    assert not {"script", "img", "link", "iframe", "object", "form", "a"} & set(parser.tags)
    assert not {"src", "href", "onerror", "onclick", "action"} & {name for name, _ in parser.attributes}
    assert any("<script>alert(1)</script>" in words for words in parser.words)
    assert any(value is not None and "default-src 'none'" in value for _, value in parser.attributes)


def test_markdown_escapes_outside_text() -> None:
    import markdown

    text = render_markdown(_report(_HOSTILE, _HOSTILE))
    parser = _parsed(markdown.markdown(text, extensions=["tables"]))
    assert not {"script", "img", "a"} & set(parser.tags)
    assert any("<script>alert(1)</script>" in words for words in parser.words)


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=80))
def test_escaped_text_renders_as_itself(text: str) -> None:
    import markdown

    parser = _parsed(markdown.markdown(f"x {escape(text)}"))
    assert set(parser.tags) <= {"p"}
    assert " ".join("".join(parser.words).split()) == " ".join(f"x {text}".split())


def test_json_carries_the_report_and_its_hash() -> None:
    value = json.loads(render_json(_REPORT))
    assert value.pop("hash") == _REPORT.hash
    derived = value.pop("derived")
    assert load(value) == _REPORT
    assert hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest() == _REPORT.hash
    assert [found["letter"] for found in derived["references"]] == ["A", "A", "A", ""]
    assert outcome_words(_REPORT) in derived["answer"]


def test_the_summary_has_the_shape_of_the_contract() -> None:
    found = summary("R-1", _REPORT)
    assert {"report", "run_id", "report_hash", "outcome", "closest", "combinations", "coverage"} <= set(found)
    assert found["report"] == "R-1"
    assert found["outcome"] == "not found in what was searched"
    assert [item["feature"] for item in found["closest"]] == [f.id for f in _REPORT.features]
    first = found["closest"][0]
    assert {"feature", "key", "anchor", "quote", "support", "probability"} <= set(first)
    assert set(found["combinations"][0]) == {"keys", "covers", "residual"}
    assert json.loads(json.dumps(found)) == found


def test_the_closest_reference_of_a_feature_is_dated_before() -> None:
    timer = closest(_REPORT)[-1]
    assert timer.reference is not None
    assert timer.reference.key == "US-2-A"
    assert timer.cell is not None
    assert timer.cell.support is Support.PARTLY
    assert timer.evidence is not None
    assert "after 20 minutes" in " ".join(timer.evidence.missing) or "20 minutes" in timer.evidence.missing


def test_a_quote_is_the_sum_of_its_pieces() -> None:
    for cell in _REPORT.chart.cells:
        for evidence in cell.evidence:
            assert "".join(text for text, _ in pieces(evidence)) == evidence.quote


def test_a_reference_has_two_scores_and_no_percentage() -> None:
    found = score(_REPORT, "US-1-A")
    assert (found.disclosed, found.evaluated, found.essential) == (3, 4, 4)
    cells = tuple(
        replace(cell, support=Support.NOT_EVALUATED) if cell.feature == "F4" else cell
        for cell in _REPORT.chart.cells
    )
    unknown = replace(_REPORT, chart=replace(_REPORT.chart, cells=cells))
    assert (score(unknown, "US-1-A").evaluated, score(unknown, "US-1-A").essential) == (3, 4)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_is_said_in_words(outcome: Outcome) -> None:
    report = replace(_REPORT, outcome=outcome)
    words = outcome_words(report)
    assert "2020-06-15" in words
    assert words.endswith(".")
    assert render_html(report).count("<h1>") == 1
    assert words in render_markdown(report).replace("\\", "")
