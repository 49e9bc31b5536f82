"""The report as a workbook: everything said, one row per piece of evidence, never a formula."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from pipeline.report_sections import NoCoverageError, paper
from pipeline.report_xlsx import LONGEST, fitting, render_xlsx
from tests.report_sample import HOSTILE, planted, reloaded, sample, sentences, squeezed, without_coverage

if TYPE_CHECKING:
    from openpyxl import Workbook

_REPORT = sample()
_XLSX = render_xlsx(_REPORT)


def _book(made: bytes) -> Workbook:
    return load_workbook(io.BytesIO(made))


def _cells(made: bytes) -> list[object]:
    return [c.value for sheet in _book(made) for row in sheet.iter_rows() for c in row if c.value is not None]


def test_the_workbook_says_everything_that_the_paper_says() -> None:
    text = "\n".join(squeezed(str(value)) for value in _cells(_XLSX))
    names = {squeezed(section.title) for section in paper(_REPORT).sections}  # on the tabs instead
    missing = [sentence for sentence in sentences(_REPORT) - names if sentence not in text]
    assert not missing


def test_there_is_a_sheet_for_each_part() -> None:
    assert _book(_XLSX).sheetnames == [
        "Answer",
        "Closest",
        "Chart",
        "References",
        "Scores",
        "Dates",
        "Left out",
        "Coverage",
        "Queries",
        "Method",
        "Features",
        "Evidence",
        "Reproduction",
    ]


def test_the_evidence_has_a_row_for_each_piece_with_its_exact_place() -> None:
    rows = list(_book(_XLSX)["Evidence"].iter_rows(values_only=True))
    heads = {str(name): number for number, name in enumerate(rows[0])}
    wanted = [(c, e) for c in _REPORT.chart.cells for e in c.evidence or (None,)]
    assert len(rows) - 1 == len(wanted)
    for row, (cell, evidence) in zip(rows[1:], wanted, strict=True):
        assert row[heads["Feature"]] == cell.feature
        assert row[heads["Document"]] == cell.key
        assert row[heads["Support"]] == cell.support.value
        assert row[heads["Who says so"]] == cell.origin
        if evidence is not None:
            assert row[heads["Quote"]] == evidence.quote
            assert row[heads["From character"]] == evidence.start
            assert row[heads["To character"]] == evidence.end
            assert row[heads["SHA-256 of the text"]] == evidence.source_sha256


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x.example","y")',
        "=1+1",
        "+1",
        "-1+2",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1",
        "=cmd|' /C calc'!A0",
        "#N/A",
        "TRUE",
        "2020-01-01",
        "1e3",
        HOSTILE,
    ],
)
def test_text_never_becomes_a_formula_a_number_or_an_error(text: str) -> None:
    made = render_xlsx(planted(text))
    book = _book(made)
    kinds = {c.data_type for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None}
    assert kinds <= {"s", "n"}
    title = book["Answer"]["A1"]
    quotes = [row[6] for row in book["Evidence"].iter_rows(min_row=2) if row[6].value]
    assert str(title.value).startswith("Comparison with the state of the art: ")
    assert quotes
    assert all(c.data_type == "s" and c.quotePrefix for c in quotes)
    assert {squeezed(str(c.value)) for c in quotes} == {squeezed(fitting(text))}
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/")]
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


@given(st.text(max_size=60))
def test_what_a_cell_holds_is_what_was_said_as_far_as_xml_can(text: str) -> None:
    found = fitting(text)
    assert len(found) == len(text)
    assert all(new in {old, "\ufffd"} for old, new in zip(text, found, strict=True))


@pytest.mark.parametrize("letter", ["W", "😀"])
def test_what_is_too_long_for_a_cell_is_cut_and_says_so(letter: str) -> None:
    found = fitting(letter * 40_000)
    assert len(found.encode("utf-16-le")) // 2 <= LONGEST
    assert found.endswith("the JSON form has all of it]")
    assert fitting("W" * LONGEST) == "W" * LONGEST


def test_the_same_run_makes_the_same_bytes_and_no_clock_is_in_them() -> None:
    assert render_xlsx(reloaded(_REPORT)) == _XLSX
    with zipfile.ZipFile(io.BytesIO(_XLSX)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert _REPORT.hash in archive.read("docProps/core.xml").decode()


@pytest.mark.parametrize("report", without_coverage())
def test_without_a_coverage_statement_no_workbook_is_made(report: object) -> None:
    with pytest.raises(NoCoverageError, match="assess the disclosure again"):
        render_xlsx(report)  # type: ignore[arg-type]
