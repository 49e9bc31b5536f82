from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents import DocumentKind
from pipeline.assess import AssessProgress, assess, finish
from pipeline.chart import DateStatus, Support, verified
from pipeline.conclusion import conclude
from pipeline.coverage import not_searched
from pipeline.dating import LATER, LATER_FILED_BEFORE, SAME_DAY, left_out, status_of
from pipeline.decompose import decompose
from pipeline.disclosure import Topic
from pipeline.intake import from_answers
from pipeline.novelty import Outcome, dump, load
from tests.hash_encoder import HashEncoder
from tests.memory_library import MemoryLibrary, make_document

if TYPE_CHECKING:
    from ingest.documents import Document
    from pipeline.disclosure import Disclosure
    from pipeline.novelty import NoveltyReport

_CRITICAL = date(2020, 6, 15)
_CLAIM = (
    "A lantern for tents comprising: a battery of 12 V in a sealed base; a shade of ribbed silicone; and a "
    "timer that dims the lantern after 20 minutes."
)
_BASE = "A lantern for tents has a battery of 12 V in a sealed base."
_SHADE = "The lantern has a shade of ribbed silicone that folds."
_TIMER = "A timer dims the lantern after 20 minutes."
_NOISE = (
    "A ladder has rungs of ash wood.",
    "A boat is steered by a wheel and a chain.",
    "Bread is cut by a wire saw.",
)


def _disclosure(claim: str = _CLAIM) -> Disclosure:
    return from_answers("Tent lantern", {Topic.CLAIM: claim})


def _patent(key: str, *texts: str, published: str = "2015-03-03", filed: str = "") -> Document:
    return make_document(key, *texts, title="Lantern", published=published, filed=filed)


def _library(*documents: Document, skipped: int = 0) -> MemoryLibrary:
    noise = [
        _patent(f"US-{number}-A", text, published="2014-01-01")
        for number, text in enumerate(_NOISE, start=900)
    ]
    return MemoryLibrary([*documents, *noise], HashEncoder(), skipped=skipped)


def _assess(library: MemoryLibrary, **changes: object) -> NoveltyReport:
    disclosure = _disclosure()
    critical = changes.pop("critical_date", _CRITICAL)
    assert isinstance(critical, date)
    exclude = changes.pop("exclude", ())
    assert isinstance(exclude, tuple)
    include = changes.pop("include", ())
    assert isinstance(include, tuple)
    assert not changes
    return finish(
        assess(
            disclosure,
            decompose(disclosure),
            library,
            critical_date=critical,
            exclude=exclude,
            include=include,
            limit=6,
        )
    )


def test_one_document_with_every_feature_is_found() -> None:
    report = _assess(_library(_patent("US-1-A", _BASE, _SHADE, _TIMER), _patent("US-2-A", _BASE)))
    assert report.outcome is Outcome.DISCLOSED_IN_ONE
    assert [item.keys for item in report.combinations] == [("US-1-A",)]
    assert report.chart.references[0].key == "US-1-A"
    assert report.residual == ()


def test_features_spread_over_two_documents_are_a_combination() -> None:
    report = _assess(
        _library(_patent("US-1-A", _BASE, _TIMER), _patent("US-2-A", _SHADE), _patent("US-3-A", _TIMER))
    )
    assert report.outcome is Outcome.DISCLOSED_IN_COMBINATION
    assert [item.keys for item in report.combinations] == [("US-1-A", "US-2-A")]
    assert any("reason to combine" in note for note in report.notes)


def test_a_feature_that_nothing_shows_is_residual() -> None:
    report = _assess(_library(_patent("US-1-A", _BASE, _SHADE)))
    assert report.outcome is Outcome.NOT_FOUND
    assert [f.text for f in report.features if f.id in report.residual] == [
        "a timer that dims the lantern after 20 minutes"
    ]


def test_an_empty_corpus_is_insufficient_evidence() -> None:
    report = _assess(MemoryLibrary([], HashEncoder()))
    assert report.outcome is Outcome.INSUFFICIENT
    assert report.coverage.not_searched[1] == "The corpus is empty: nothing was searched."
    assert report.chart.references == ()


@pytest.mark.parametrize(
    ("published", "filed", "reason"),
    [
        ("2020-06-15", "2018-01-01", SAME_DAY),
        ("2021-01-01", "2019-01-01", LATER_FILED_BEFORE),
        ("2021-01-01", "2020-06-15", LATER),
        ("2021-01-01", "", LATER),
    ],
)
def test_a_document_that_is_not_before_is_left_out_with_the_reason(
    published: str, filed: str, reason: str
) -> None:
    late = _patent("US-1-A", _BASE, _SHADE, _TIMER, published=published, filed=filed)
    report = _assess(_library(late))
    assert [(item.key, item.reason) for item in report.left_out] == [("US-1-A", reason)]
    assert "US-1-A" not in [reference.key for reference in report.chart.references]
    assert report.outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize("published", ["2020", "2020-06", ""])
def test_an_undetermined_date_asks_and_never_decides(published: str) -> None:
    report = _assess(_library(_patent("US-1-A", _BASE, _SHADE, _TIMER, published=published)))
    assert report.outcome is Outcome.NOT_FOUND
    reference = next(r for r in report.chart.references if r.key == "US-1-A")
    assert reference.status is DateStatus.UNDETERMINED
    assert all(report.chart.cell(f.id, "US-1-A") is not None for f in report.features)
    assert "US-1-A" in report.notes[0]
    assert "the outcome would be: disclosed in one document" in report.notes[0]


def test_only_undetermined_documents_are_insufficient_evidence() -> None:
    library = MemoryLibrary([_patent("US-1-A", _BASE, _SHADE, _TIMER, published="")], HashEncoder())
    report = finish(assess(_disclosure(), decompose(_disclosure()), library, critical_date=_CRITICAL))
    assert report.outcome is Outcome.INSUFFICIENT


def test_excluded_keys_are_neither_searched_nor_shown_and_are_named() -> None:
    library = _library(_patent("US-1-A", _BASE, _SHADE, _TIMER))
    report = _assess(library, exclude=("US-1-A",))
    assert report.excluded == ("US-1-A",)
    assert report.outcome is Outcome.NOT_FOUND
    assert "US-1-A" not in str(dump(report)["chart"])


def test_the_same_inputs_give_the_same_run_and_hash_and_others_do_not() -> None:
    documents = (_patent("US-1-A", _BASE, _SHADE), _patent("US-2-A", _TIMER))
    first, second = _assess(_library(*documents)), _assess(_library(*reversed(documents)))
    assert (first.run_id, first.hash) == (second.run_id, second.hash)
    later = _assess(_library(*documents), critical_date=_CRITICAL + timedelta(days=1))
    fewer = _assess(_library(documents[0]))
    assert len({first.run_id, later.run_id, fewer.run_id}) == 3


def test_progress_counts_up_to_its_total() -> None:
    run = assess(_disclosure(), decompose(_disclosure()), _library(), critical_date=_CRITICAL)
    steps: list[AssessProgress] = list(run)
    assert [step.done for step in steps] == list(range(steps[0].total))
    assert all(step.words for step in steps)


def test_every_quote_in_the_chart_is_verified_and_the_report_survives_json() -> None:
    documents = [_patent("US-1-A", _BASE, _SHADE), _patent("US-2-A", _TIMER)]
    report = _assess(_library(*documents))
    library = _library(*documents)
    texts = {r.key: library.document(r.key).text for r in report.chart.references}
    evidence = [item for cell in report.chart.cells for item in cell.evidence]
    assert evidence
    assert all(verified(item, texts) for item in evidence)
    assert load(dump(report)) == report


def test_coverage_says_what_was_not_searched() -> None:
    report = _assess(_library(_patent("US-1-A", _BASE), _patent("US-5-A", _TIMER, published=""), skipped=3))
    words = " ".join(report.coverage.not_searched)
    for part in (
        "languages other than en",
        "offices other than those present (US)",
        "No non-patent literature",
        "images were not looked at",
        "Sales, public use",
        "18 months",
        "after 2015-03-03",
        "1930 days",
        "never relied on: 1.",
        "and not searched: 3.",
    ):
        assert part in words
    assert report.coverage.eligible == 4
    assert [query.subject for query in report.coverage.queries][:2] == ["whole", "F1"]


def test_coverage_names_what_waited_for_the_index() -> None:
    status = _library(_patent("US-1-A", _BASE)).status()
    assert not any("not in the index yet" in line for line in not_searched(status, _CRITICAL))
    assert "Documents that another command was still adding, not in the index yet: 7." in not_searched(
        replace(status, waiting=7), _CRITICAL
    )


def test_papers_only_means_no_patents_were_searched() -> None:
    paper = make_document("arXiv:1", _BASE, published="2015", kind=DocumentKind.PAPER)
    library = MemoryLibrary([paper], HashEncoder())
    report = finish(assess(_disclosure(), decompose(_disclosure()), library, critical_date=_CRITICAL))
    assert any("No patents or patent applications" in line for line in report.coverage.not_searched)


def test_an_outcome_never_says_novel_or_patentable() -> None:
    for outcome in Outcome:
        assert not {"novel", "patentable", "clear"} & set(outcome.value.split())


def test_optional_features_do_not_decide() -> None:
    disclosure = _disclosure(f"1. {_CLAIM}\n2. The lantern of claim 1, wherein the base floats on water.")
    features = decompose(disclosure)
    assert not features[-1].essential
    library = _library(_patent("US-1-A", _BASE, _SHADE, _TIMER))
    report = finish(assess(disclosure, features, library, critical_date=_CRITICAL))
    assert report.outcome is Outcome.DISCLOSED_IN_ONE


def test_a_point_of_novelty_is_reported_as_found_or_not() -> None:
    features = tuple(replace(f, novel=f.id == "F4") for f in decompose(_disclosure()))
    library = _library(_patent("US-1-A", _BASE, _SHADE))
    report = finish(assess(_disclosure(), features, library, critical_date=_CRITICAL))
    assert any("Marked by the inventor as new: F4; of these, not found: F4." in note for note in report.notes)


def test_a_person_can_overrule_a_cell_and_the_outcome_follows() -> None:
    report = _assess(_library(_patent("US-1-A", _BASE, _SHADE)))
    chart = report.chart
    (residual,) = report.residual
    cells = tuple(
        replace(cell, support=Support.DISCLOSED, origin="Ada Reed")
        if (cell.feature, cell.key) == (residual, "US-1-A")
        else cell
        for cell in chart.cells
    )
    assert conclude(report.features, replace(chart, cells=cells)).outcome is Outcome.DISCLOSED_IN_ONE


_DAYS = st.dates(date(2019, 1, 1), date(2021, 12, 31))


@given(_DAYS, st.integers(0, 400), _DAYS)
def test_only_an_interval_that_ends_before_the_date_counts(start: date, length: int, critical: date) -> None:
    end = start + timedelta(days=length)
    document = _patent("US-1-A", _BASE, published=f"{start}/{end}")
    status = status_of(document, critical)
    assert (status is DateStatus.BEFORE) is (end < critical)
    assert (status is None) is (start >= critical)
    assert (left_out(document, critical) is None) is (status is not None)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([_BASE, _SHADE, _TIMER, *_NOISE]), min_size=1, max_size=4), st.integers(1, 4))
def test_outcome_residual_and_combination_agree(texts: list[str], limit: int) -> None:
    documents = [_patent(f"US-{number}-A", text) for number, text in enumerate(texts, start=1)]
    library = MemoryLibrary(documents, HashEncoder())
    features = decompose(_disclosure())
    report = finish(assess(_disclosure(), features, library, critical_date=_CRITICAL, limit=limit))
    disclosed = {cell.feature for cell in report.chart.cells if cell.support is Support.DISCLOSED}
    essential = {feature.id for feature in features if feature.essential}
    assert set(report.residual) == essential - disclosed
    assert (report.outcome is Outcome.NOT_FOUND) is bool(report.residual)
    for item in report.combinations:
        assert set(item.covers) | set(item.residual) == essential
