"""The report as a Word document: everything said, a landscape chart, the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT

from pipeline.report_docx import render_docx
from pipeline.report_sections import NoCoverageError
from tests.report_sample import HOSTILE, planted, reloaded, sample, sentences, squeezed, without_coverage

_REPORT = sample()
_DOCX = render_docx(_REPORT)


def _words(made: bytes) -> str:
    """Return all words of a document, tables included, without blanks."""
    body: Any = Document(io.BytesIO(made)).element.body
    return squeezed("".join(node.text or "" for node in body.iter() if node.tag.endswith("}t")))


def test_the_document_says_everything_that_the_paper_says() -> None:
    text = _words(_DOCX)
    missing = [sentence for sentence in sentences(_REPORT) if sentence not in text]
    assert not missing


def test_the_chart_is_a_table_on_a_landscape_page_between_portrait_ones() -> None:
    document: Any = Document(io.BytesIO(_DOCX))
    turned = [section.orientation for section in document.sections]
    assert turned == [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT]
    heads = [[cell.text for cell in table.rows[0].cells] for table in document.tables]
    chart = next(head for head in heads if head[0] == "Feature" and "R1" in head[1])
    assert len(chart) == 1 + len(_REPORT.chart.references)


def test_every_page_has_run_and_number_below() -> None:
    footer: Any = Document(io.BytesIO(_DOCX)).sections[0].footer
    assert _REPORT.run_id in footer.paragraphs[0].text
    fields = [node.values()[0] for node in footer._element.iter() if node.tag.endswith("}fldSimple")]
    assert fields == ["PAGE", "NUMPAGES"]
    assert all(
        section.footer.is_linked_to_previous for section in list(Document(io.BytesIO(_DOCX)).sections)[1:]
    )


def test_pictures_have_their_words_as_alternative_text() -> None:
    document: Any = Document(io.BytesIO(_DOCX))
    described = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert len(described) == 2
    assert "R1" in described[0]
    assert "critical date 2020-06-15" in described[1]


def test_the_same_run_makes_the_same_bytes_and_no_clock_is_in_them() -> None:
    assert render_docx(reloaded(_REPORT)) == _DOCX
    with zipfile.ZipFile(io.BytesIO(_DOCX)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert _REPORT.hash in core
    assert "modified" not in core


def test_hostile_words_stand_there_as_words() -> None:
    text = _words(render_docx(planted(HOSTILE)))
    assert squeezed('=HYPERLINK("http://x.example","y")#import"x":*]}$#panic(1)*b*') in text
    assert "<script>alert(1)</script>" in text
    assert "泵😀" in text
    assert "\x00" not in text


def test_a_token_of_5000_letters_is_kept_whole() -> None:
    assert "W" * 5000 in _words(render_docx(planted("W" * 5000, 1)))


@pytest.mark.parametrize("report", without_coverage())
def test_without_a_coverage_statement_no_document_is_made(report: object) -> None:
    with pytest.raises(NoCoverageError, match="assess the disclosure again"):
        render_docx(report)  # type: ignore[arg-type]
