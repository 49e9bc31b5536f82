"""The report as PDF: everything said, nothing read as markup, the same bytes each time."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from pipeline.report_pdf import render_pdf
from pipeline.report_sections import NoCoverageError
from tests.report_sample import HOSTILE, planted, reloaded, sample, sentences, squeezed, without_coverage

_REPORT = sample()
_PDF = render_pdf(_REPORT)


def _pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_the_pdf_says_everything_that_the_paper_says() -> None:
    text = squeezed("".join(_pages(_PDF)))
    missing = [sentence for sentence in sentences(_REPORT) if sentence not in text]
    assert not missing


def test_the_first_page_answers_and_every_page_has_run_and_number() -> None:
    pages = _pages(_PDF)
    assert "Not found in what was searched" in pages[0] or "Disclosed" in pages[0]
    assert "Critical date 2020-06-15" in pages[0]
    for number, page in enumerate(pages, start=1):
        assert _REPORT.run_id in squeezed(page)
        assert f"page {number} of {len(pages)}" in " ".join(page.split())


def test_the_chart_lies_on_a_landscape_page() -> None:
    wide = [p for p in PdfReader(io.BytesIO(_PDF)).pages if p.mediabox.width > p.mediabox.height]
    assert wide
    assert "Chart" in wide[0].extract_text()


def test_the_same_run_makes_the_same_bytes_and_no_clock_is_in_them() -> None:
    assert render_pdf(reloaded(_REPORT)) == _PDF
    reader = PdfReader(io.BytesIO(_PDF))
    assert reader.metadata is not None
    assert reader.metadata.creation_date is None
    assert reader.metadata.title == "Comparison with the state of the art: Tent lantern"


def test_hostile_words_are_printed_and_never_read_as_typst() -> None:
    text = squeezed("".join(_pages(render_pdf(planted(HOSTILE)))))
    assert squeezed('#import "x": * ] } $ #panic(1) *b* _i_ <t> @l \\ //') in text
    assert "<script>alert(1)</script>" in text
    assert "שלום" in text or "םולש" in text
    assert "[U+1F600]" in text
    assert "missingfromthefonts" in text


def test_a_token_of_5000_letters_stays_inside_the_page() -> None:
    token = "W" * 5000
    first, *others = _REPORT.features
    report = replace(_REPORT, disclosure_title=token, features=(replace(first, text=token), *others))
    edges: list[float] = []
    widths: list[float] = []
    for page in PdfReader(io.BytesIO(render_pdf(report))).pages:

        def note(text: str, _cm: object, matrix: list[float], _font: object, size: float) -> None:
            if text.strip() and set(text.strip()) == {"W"}:
                edges.append(matrix[4] + len(text.strip()) * size * 0.4)

        page.extract_text(visitor_text=note)
        widths.append(float(page.mediabox.width))
    assert edges
    assert max(edges) < max(widths)


def test_hundreds_of_characters_without_a_font_are_printed_as_their_numbers() -> None:
    text = squeezed("".join(_pages(render_pdf(planted("".join(chr(0x4E00 + n) for n in range(400)), 1)))))
    assert "[U+4E00]" in text
    assert "[U+4F8F]" in text


@pytest.mark.parametrize("report", without_coverage())
def test_without_a_coverage_statement_no_pdf_is_made(report: object) -> None:
    with pytest.raises(NoCoverageError, match="assess the disclosure again"):
        render_pdf(report)  # type: ignore[arg-type]


def test_fifty_references_lose_no_word_below_the_edge_of_a_page() -> None:
    first, *_ = _REPORT.chart.references
    many = tuple(replace(first, key=f"US-{2020000000 + n}-A1", title=f"Work {n}") for n in range(50))
    report = replace(_REPORT, chart=replace(_REPORT.chart, references=many, cells=()), combinations=())
    lowest: list[float] = []
    found: list[str] = []
    for page in PdfReader(io.BytesIO(render_pdf(report))).pages:

        def note(text: str, cm: list[float], matrix: list[float], _font: object, _size: float) -> None:
            if text.strip():
                lowest.append(cm[5] + cm[3] * matrix[5])

        found.append(page.extract_text(visitor_text=note))
    text = squeezed("".join(found))
    assert not [sentence for sentence in sentences(report) if sentence not in text]
    assert min(lowest) > 20
