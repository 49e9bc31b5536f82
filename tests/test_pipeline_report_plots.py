"""The pictures of a report: what they draw, that intervals stay intervals, and the figures beside them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.chart import ChartReference, DateStatus, Support
from pipeline.novelty import LeftOut, NoveltyReport
from pipeline.report import render_html, render_json, render_markdown, summary
from pipeline.report_blocks import Matrix
from pipeline.report_figures import category, category_of_late, score, together
from pipeline.report_plots import SHOWN, coverage_plot, time_line
from pipeline.report_sections import NoCoverageError, paper
from pipeline.report_style import CSS
from tests.report_sample import CRITICAL, HOSTILE, planted, sample, without_coverage

if TYPE_CHECKING:
    from pipeline.report_blocks import Plot

_REPORT = sample()


def _drawn(plot: Plot, name: str) -> list[etree._Element]:
    root = etree.fromstring(plot.svg.encode())
    return [node for node in root.iter() if str(node.get("class")).startswith(name)]


def _dated(report: NoveltyReport, *published: str) -> NoveltyReport:
    """Return the report with these days for its references, in order."""
    first = report.chart.references[0]
    made = tuple(replace(first, key=f"K-{n}", published=day) for n, day in enumerate(published))
    return replace(report, chart=replace(report.chart, references=made, cells=()), left_out=())


@pytest.mark.parametrize("draw", [coverage_plot, time_line])
def test_a_picture_is_svg_with_a_title_and_without_words_from_outside(draw: object) -> None:
    assert callable(draw)
    plot = draw(planted(HOSTILE))
    root = etree.fromstring(plot.svg.encode())
    assert root.get("role") == "img"
    assert root[0].text == plot.title
    assert "script" not in plot.svg
    assert plot.svg.isascii()
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", plot.svg)
    assert plot.words


def test_the_bars_hold_as_many_boxes_as_the_scores_count() -> None:
    plot = coverage_plot(_REPORT)
    scores = [*(score(_REPORT, r.key) for r in _REPORT.chart.references), together(_REPORT)]
    legend = 1
    assert len(_drawn(plot, "plot-yes")) == sum(s.disclosed for s in scores) + legend
    assert len(_drawn(plot, "plot-hatched")) == sum(s.partly for s in scores) + legend
    assert len(_drawn(plot, "plot-none")) == sum(s.essential - s.evaluated for s in scores) + legend


def test_a_day_is_a_point_an_interval_a_bar_and_no_date_is_said() -> None:
    plot = time_line(_dated(_REPORT, "2015-03-03", "2016", "", "../2012-05-01"))
    assert len(_drawn(plot, "plot-ink")) == 1
    bars = _drawn(plot, "plot-span")
    assert len(bars) == 2
    assert [bar.get("stroke-dasharray") for bar in bars] == [None, "3 2"]
    assert "no public date" in plot.svg
    assert plot.words == (
        "R1: public on 2015-03-03, before the critical date 2020-06-15.",
        "R2: public between 2016-01-01 and 2016-12-31, before the critical date 2020-06-15.",
        "R3: no public date.",
        "R4: public on or before 2012-05-01, before the critical date 2020-06-15.",
    )


@given(st.lists(st.dates(date(1800, 1, 1), date(2200, 1, 1)), min_size=1, max_size=8))
def test_what_is_before_the_critical_date_lies_left_of_its_line(days: list[date]) -> None:
    plot = time_line(_dated(_REPORT, *(day.isoformat() for day in days)))
    (line,) = _drawn(plot, "plot-critical")
    at = float(str(line.get("x1")))
    for day, point in zip(days, _drawn(plot, "plot-ink"), strict=True):
        x = float(str(point.get("cx")))
        assert x <= at + 0.06 if day < CRITICAL else x >= at - 0.06
        assert 0 < x < plot.width


def test_many_references_are_drawn_as_far_as_a_page_holds_and_all_are_said() -> None:
    report = _dated(_REPORT, *("2001-01-01" for _ in range(SHOWN + 9)))
    assert len(time_line(report).words) == SHOWN + 9
    assert len(_drawn(time_line(report), "plot-ink")) == SHOWN
    assert "and 9 more, in the words below" in time_line(report).svg
    assert "and 9 more, in the words below" in coverage_plot(report).svg


def test_dates_that_cannot_be_read_or_drawn_are_no_fault() -> None:
    plot = time_line(_dated(_REPORT, "someday", "0001-01-01", "9999-12-31"))
    assert plot.words[0] == "R1: no public date."


def test_the_page_has_the_pictures_inside_and_colours_for_a_dark_screen() -> None:
    page = render_html(_REPORT)
    assert coverage_plot(_REPORT).svg in page
    assert time_line(_REPORT).svg in page
    classes = set(re.findall(r'class="(plot-[a-z-]+)"', page))
    assert all(f".{name}" in CSS for name in classes)


def test_unknown_counts_as_zero_in_the_second_score_and_widens_the_band() -> None:
    cells = tuple(
        replace(c, support=Support.NOT_EVALUATED) if c.feature == "F4" else c for c in _REPORT.chart.cells
    )
    report = replace(_REPORT, chart=replace(_REPORT.chart, cells=cells))
    before, after = score(_REPORT, "US-1-A"), score(report, "US-1-A")
    assert (before.disclosed, before.evaluated, before.essential, before.highest) == (3, 4, 4, 3)
    assert (after.disclosed, after.evaluated, after.essential, after.highest) == (3, 3, 4, 4)
    assert "%" not in render_markdown(report).split("## Scores")[1].split("## ")[0]


def _letters(report: NoveltyReport) -> dict[str, str]:
    return {r.key: category(report, r).letter for r in report.chart.references}


def test_a_document_that_shows_all_is_x_two_that_do_together_are_y_the_rest_is_a() -> None:
    assert _letters(_REPORT) == {"US-1-A": "Y", "US-2-A": "Y", "US-5-A": "A", "note-6": "", "note-7": ""}
    whole = (
        "US-8-A",
        (
            "A lantern has a battery of 12 V in a sealed base, a shade of ribbed silicone and a "
            "timer that dims the lantern after 20 minutes."
        ),
        "2012-01-01",
    )
    assert _letters(sample(None, whole))["US-8-A"] == "X"


def test_an_open_date_gets_no_letter_and_says_which_it_would_be() -> None:
    note = next(r for r in _REPORT.chart.references if r.key == "note-6")
    assert note.status is DateStatus.UNDETERMINED
    assert category(_REPORT, note).letter == ""
    assert "all open dates were before 2020-06-15" in category(_REPORT, note).words


def _late(report: NoveltyReport, published: str, filed: str = "") -> str:
    late = LeftOut(key="L", title="", published=published, reason="public after", filed=filed)
    return category_of_late(report, late).letter


def test_e_is_filed_before_and_published_on_the_day_or_later() -> None:
    assert _late(_REPORT, "2020-06-15", "2019-01-01") == "E"
    assert _late(_REPORT, "2021-01-01", "2020-06-14") == "E"
    assert _late(_REPORT, "2021-01-01", "2020-06-15") == ""
    assert _late(_REPORT, "2021-01-01") == ""
    assert _late(_REPORT, "2021-01-01", "2020-06-01/2020-06-30") == ""
    found = {late.key: category_of_late(_REPORT, late).letter for late in _REPORT.left_out}
    assert found == {"US-3-A": "", "US-4-A": "E"}


def test_p_needs_a_filing_day_after_the_priority_day() -> None:
    told = sample(CRITICAL + timedelta(days=365))
    assert _late(told, "2020-06-15") == "P"
    assert _late(told, "2021-06-14", "2019-01-01") == "P"
    assert _late(told, "2021-06-15", "2019-01-01") == "E"
    assert _late(told, "2021-06-15", "2020-12-01") == "E"
    assert _late(told, "2021-06-15", "2021-06-15") == ""
    assert _late(told, "2021-06-01/2021-06-30", "2019-01-01") == ""
    assert not any(category_of_late(_REPORT, late).letter == "P" for late in _REPORT.left_out)


def test_the_summary_has_letters_and_both_scores() -> None:
    found = summary("R-1", _REPORT)
    first = found["references"][0]
    assert (first["key"], first["letter"]) == ("US-1-A", "Y")
    assert first["score"] == {"disclosed": 3, "partly": 0, "evaluated": 4, "essential": 4, "highest": 3}
    assert found["together"]["disclosed"] == 4
    assert {late["key"]: late["letter"] for late in found["left_out"]}["US-4-A"] == "E"


@pytest.mark.parametrize("report", without_coverage())
@pytest.mark.parametrize("render", [render_html, render_markdown, render_json])
def test_without_a_coverage_statement_no_text_form_is_made(render: object, report: object) -> None:
    assert callable(render)
    with pytest.raises(NoCoverageError, match="assess the disclosure again"):
        render(report)


def test_a_reference_without_a_cell_is_no_fault() -> None:
    extra = ChartReference(
        key="US-6-A",
        title="Unread",
        kind="patent",
        published="2001-01-01",
        date_source="test",
        status=DateStatus.BEFORE,
        sha256="0" * 64,
    )
    chart = replace(_REPORT.chart, references=(*_REPORT.chart.references, extra))
    report = replace(_REPORT, chart=chart)
    assert category(report, extra).words == "not evaluated"
    assert "US-6-A" in render_html(report)


def test_a_wide_chart_is_printed_in_parts_that_can_be_read() -> None:
    report = _dated(_REPORT, *("2001-01-01" for _ in range(31)))
    chart = next(section for section in paper(report).sections if section.title == "Chart")
    widths = [len(block.columns) for block in chart.blocks if isinstance(block, Matrix)]
    assert widths == [14, 14, 3]
