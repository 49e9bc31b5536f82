"""What changed between two reports: named by topic, nothing for the same hash, never nothing for another."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipeline.chart import Support
from pipeline.report_diff import Change, ReportDiff, Topic, compare, diff_json, diff_lines
from tests.report_sample import CRITICAL, reloaded, sample

if TYPE_CHECKING:
    from pipeline.novelty import NoveltyReport

_REPORT = sample()
_WHOLE = (
    "US-8-A",
    (
        "A lantern has a battery of 12 V in a sealed base, a shade of ribbed silicone and a timer that dims "
        "the lantern after 20 minutes."
    ),
    "2012-01-01",
)


def _of(found: ReportDiff, topic: Topic) -> list[Change]:
    return [change for change in found.changes if change.topic is topic]


def test_the_same_hash_is_identical() -> None:
    found = compare(_REPORT, reloaded(sample()))
    assert found == ReportDiff(identical=True, changes=())
    assert diff_lines(found) == ["identical"]
    assert diff_json(found) == {"identical": True, "same_question": True, "same_method": True, "changes": {}}


def test_a_newer_corpus_names_the_document_that_matters_and_what_it_changes() -> None:
    found = compare(_REPORT, sample(None, _WHOLE))
    assert not found.identical
    assert found.same_question
    assert found.same_method
    (outcome,) = _of(found, Topic.OUTCOME)
    assert (outcome.before, outcome.after) == ("disclosed in combination", "disclosed in one document")
    added = next(change for change in _of(found, Topic.DOCUMENT) if not change.before)
    assert added.subject == "US-8-A (Work US-8-A)"
    assert added.after.startswith("shows F1, F2, F3, F4")
    together = {change.subject: change for change in _of(found, Topic.CATEGORY)}
    assert together["US-8-A"].after == "X"
    coverage = {change.subject: change for change in _of(found, Topic.COVERAGE)}
    assert coverage["documents"].before.startswith("7 ")
    assert coverage["documents"].after.startswith("8 ")
    assert "corpus snapshot" in coverage
    topics = [change.topic for change in found.changes]
    assert topics == sorted(topics, key=list(Topic).index)


def test_what_is_gone_is_said() -> None:
    found = compare(sample(None, _WHOLE), _REPORT)
    gone = next(change for change in _of(found, Topic.DOCUMENT) if not change.after)
    assert gone.subject == "US-8-A (Work US-8-A)"
    assert any(line.startswith("  US-8-A (Work US-8-A): gone (was: ") for line in diff_lines(found))


def _with_cell(report: NoveltyReport, support: Support) -> NoveltyReport:
    cells = tuple(
        replace(c, support=support) if (c.feature, c.key) == ("F4", "US-2-A") else c
        for c in report.chart.cells
    )
    return replace(report, chart=replace(report.chart, cells=cells))


def test_a_cell_that_changed_support_is_one_change_with_its_scores() -> None:
    found = compare(_REPORT, _with_cell(_REPORT, Support.PARTLY))
    (cell,) = _of(found, Topic.CELL)
    assert cell.subject == "F4 × US-2-A"
    assert cell.before.startswith("disclosed, ")
    assert cell.after.startswith("partly, ")
    assert {change.subject for change in _of(found, Topic.SCORE)} == {"US-2-A", "all that count, together"}


def test_a_date_that_changed_is_said() -> None:
    references = tuple(
        replace(r, published="2014-01-01") if r.key == "US-1-A" else r for r in _REPORT.chart.references
    )
    found = compare(_REPORT, replace(_REPORT, chart=replace(_REPORT.chart, references=references)))
    (change,) = _of(found, Topic.DATE)
    assert change.subject == "US-1-A"
    assert change.before.startswith("2015-03-03")
    assert change.after.startswith("2014-01-01")


@pytest.mark.parametrize(
    "other",
    [
        replace(_REPORT, critical_date=CRITICAL.replace(year=2021)),
        replace(_REPORT, features=_REPORT.features[:-1]),
        replace(_REPORT, excluded=()),
        replace(_REPORT, disclosure_sha256="0" * 64),
        sample(CRITICAL.replace(year=2021)),
    ],
)
def test_another_question_is_told_from_another_corpus(other: NoveltyReport) -> None:
    found = compare(_REPORT, other)
    assert not found.same_question
    assert "do not answer the same question" in diff_lines(found)[0]


def test_another_program_is_told_from_another_corpus() -> None:
    parameters = tuple((name, "x" if name == "method" else value) for name, value in _REPORT.parameters)
    found = compare(_REPORT, replace(_REPORT, parameters=parameters))
    assert found.same_question
    assert not found.same_method
    assert "not every change below comes from the corpus" in diff_lines(found)[0]


def test_another_hash_is_never_left_without_a_reason() -> None:
    references = tuple(replace(r, words_rank=77) for r in _REPORT.chart.references)
    ranked = replace(_REPORT, chart=replace(_REPORT.chart, references=references))
    for other in (ranked, replace(_REPORT, run_id="0" * 64), replace(_REPORT, notes=("x",))):
        found = compare(_REPORT, other)
        assert not found.identical
        assert [change.topic for change in found.changes] == [Topic.OTHER]


def test_the_json_form_has_every_change_under_its_topic() -> None:
    found = compare(_REPORT, sample(None, _WHOLE))
    value = json.loads(json.dumps(diff_json(found)))
    assert sum(len(changes) for changes in value["changes"].values()) == len(found.changes)
    assert set(value["changes"]["outcome"][0]) == {"subject", "before", "after"}
