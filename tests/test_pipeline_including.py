"""Documents that a person puts into the chart: charted for certain, or named with the reason why not."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pipeline.assess import assess, finish
from pipeline.chart import DateStatus
from pipeline.dating import SAME_DAY
from pipeline.decompose import decompose
from pipeline.disclosure import Topic
from pipeline.including import ADDED, GONE
from pipeline.intake import from_answers
from pipeline.store_triage import Mark, Verdict
from tests.hash_encoder import HashEncoder
from tests.memory_library import MemoryLibrary, make_document
from tests.ui_workspace import INES, new_workspace
from tests.ui_workspace import invention as drip_line

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.documents import Document
    from pipeline.novelty import NoveltyReport

_CRITICAL = date(2020, 6, 15)
_CLAIM = (
    "A lantern for tents comprising: a battery of 12 V in a sealed base; a shade of ribbed silicone; and a "
    "timer that dims the lantern after 20 minutes."
)
_NEAR = "A lantern for tents has a battery of 12 V in a sealed base and a shade of ribbed silicone."
_FAR = "Bread is cut by a wire saw."


def _document(key: str, text: str, published: str = "2015-03-03") -> Document:
    return make_document(key, text, title=key, published=published)


def _library() -> MemoryLibrary:
    near = [_document(f"US-{number}-A", _NEAR) for number in range(10, 13)]
    late = _document("US-30-A", _NEAR, published=_CRITICAL.isoformat())
    far = [_document("US-20-A", _FAR), _document("US-21-A", _FAR, published="2020-01-01/2021-01-01")]
    return MemoryLibrary([*near, *far, late], HashEncoder())


def _report(*include: str, exclude: tuple[str, ...] = ()) -> NoveltyReport:
    disclosure = from_answers("Tent lantern", {Topic.CLAIM: _CLAIM})
    return finish(
        assess(
            disclosure,
            decompose(disclosure),
            _library(),
            critical_date=_CRITICAL,
            include=include,
            exclude=exclude,
            limit=1,
        )
    )


def _charted(report: NoveltyReport) -> dict[str, DateStatus]:
    return {reference.key: reference.status for reference in report.chart.references}


def test_what_a_person_added_is_charted_beside_the_others_whatever_its_rank() -> None:
    without, added = _charted(_report()), _charted(_report("US-20-A"))
    assert "US-20-A" not in without
    assert set(added) == {*without, "US-20-A"}
    assert _report("US-20-A").chart.cell("F1", "US-20-A") is not None


def test_an_added_document_of_unknown_date_is_charted_as_undetermined() -> None:
    assert _charted(_report("US-21-A"))["US-21-A"] is DateStatus.UNDETERMINED


def test_an_added_document_that_comes_too_late_is_named_with_the_reason_and_not_charted() -> None:
    report = _report("US-30-A")
    assert "US-30-A" not in _charted(report)
    assert [out.reason for out in report.left_out if out.key == "US-30-A"] == [ADDED + SAME_DAY]


def test_an_added_document_that_was_removed_since_is_named() -> None:
    assert [(out.key, out.reason) for out in _report("US-99-A").left_out if out.key == "US-99-A"] == [
        ("US-99-A", GONE)
    ]


def test_what_is_added_is_an_input_of_the_run_in_any_order_and_nothing_changes_without_it() -> None:
    assert _report("US-20-A", "US-21-A").run_id == _report("US-21-A", "US-20-A", "US-20-A").run_id
    assert _report("US-20-A").run_id != _report().run_id
    assert ("added by a person", "US-20-A") in _report("US-20-A").parameters
    assert all(name != "added by a person" for name, _ in _report().parameters)


def test_what_is_excluded_stays_out_although_it_was_added() -> None:
    report = _report("US-20-A", exclude=("US-20-A",))
    assert "US-20-A" not in _charted(report)
    assert report.excluded == ("US-20-A",)


def test_a_case_charts_what_was_put_into_its_chart_and_still_what_was_called_not_relevant(
    tmp_path: Path,
) -> None:
    with new_workspace(tmp_path / "w", corpus=True) as workspace:
        case = workspace.cases.add(drip_line(), INES)
        triage = workspace.triage
        triage.change(case, Mark(key="US-9900003-A1"), INES, verdict=Verdict.IN_CHART)
        triage.change(case, Mark(key="US-9900001-B2"), INES, verdict=Verdict.NOT_RELEVANT)
        triage.change(case, Mark(key="US-9900005-B2"), INES, verdict=Verdict.IN_CHART)
        report = _finished(workspace.cases.assess(case, INES, limit=2))
        assert {"US-9900003-A1", "US-9900001-B2"} <= set(_charted(report))
        assert "US-9900005-B2" in {out.key for out in report.left_out}


def _finished(run: object) -> NoveltyReport:
    while True:
        try:
            next(run)  # type: ignore[call-overload]
        except StopIteration as end:
            report: NoveltyReport = end.value.report
            return report
