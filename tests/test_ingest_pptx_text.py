"""pptx, read in the same guarded child process as docx: slides, notes, tables, and what is not read."""

from __future__ import annotations

import base64
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Document
from ingest.errors import UnreadableFileError
from ingest.files import Files
from ingest.office_files import read_office, read_text_file
from tests.office_reading import places, reason
from tests.reader_checks import check_values, mutated

if TYPE_CHECKING:
    from pathlib import Path

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def make_pptx(path: Path, *, hidden: bool = False) -> Path:
    import pptx
    from pptx.util import Inches

    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[0])
    first.shapes.title.text = "A lid"
    first.placeholders[1].text = "Pots are open.\nLids close them."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Parts"
    table = second.shapes.add_table(1, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "disc", "2 kg"
    box = second.shapes.add_textbox(Inches(1), Inches(3), Inches(4), Inches(1)).text_frame.paragraphs[0]
    box.add_run().text = "It bears 10"
    power = box.add_run()
    power.text = "5"
    power.font._element.set("baseline", "30000")
    box.add_run().text = " Pa."
    second.notes_slide.notes_text_frame.text = "Say why."
    (path.parent / "p.png").write_bytes(PIXEL)
    second.shapes.add_picture(str(path.parent / "p.png"), Inches(1), Inches(1))
    if hidden:
        second.element.set("show", "0")
    deck.save(str(path))
    return path


def test_slides_are_read_with_titles_tables_powers_and_notes(tmp_path: Path) -> None:
    text = read_text_file(make_pptx(tmp_path / "a.pptx"))
    assert text.title == "A lid"
    assert places(text) == [
        ("heading", "slide 1", "A lid"),
        ("paragraph", "slide 1 ¶1", "Pots are open."),
        ("paragraph", "slide 1 ¶2", "Lids close them."),
        ("heading", "slide 2", "Parts"),
        ("paragraph", "slide 2 ¶1", "disc | 2 kg"),
        ("paragraph", "slide 2 ¶2", "It bears 10^5 Pa."),
        ("paragraph", "slide 2 notes ¶1", "Say why."),
    ]
    assert text.warnings == ("1 picture(s) were not read",)


def test_hidden_slides_are_said_and_the_warning_reaches_the_reader(tmp_path: Path) -> None:
    path = make_pptx(tmp_path / "a.pptx", hidden=True)
    document, warning = Files().read(path)
    assert isinstance(document, Document)
    assert document.title == "A lid"
    assert "1 hidden slide(s) were read like the others" in getattr(warning, "reason", "")
    assert sources.detect(path).name == "files"


def test_a_bomb_and_what_is_no_presentation_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pptx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/presentation.xml", b"<p:p/>" * 20_000_000)
    with pytest.raises(UnreadableFileError, match="refused"):
        read_office(path)
    path.write_bytes(b"no zip")
    assert "is not a pptx file" in reason(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", b"<x/>")
    assert "not a pptx file" in reason(path)


def test_a_presentation_without_text_is_a_reason(tmp_path: Path) -> None:
    import pptx

    deck = pptx.Presentation()
    deck.slides.add_slide(deck.slide_layouts[6])
    deck.save(str(tmp_path / "a.pptx"))
    assert "has no text" in reason(tmp_path / "a.pptx")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_mutated_presentations_are_values(tmp_path: Path, data: st.DataObject) -> None:
    made = make_pptx(tmp_path / "whole.pptx")
    check_values(Files(), tmp_path / "m.pptx", mutated(made.read_bytes(), data))
