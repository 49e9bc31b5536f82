"""Own folders as a source: what a file holds beside its text is said after the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import docx
import pytest

from ingest.documents import Document, Unreadable
from ingest.files import Files

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> tuple[str, str]:
    """Return a file's text without its title, and what was said of it."""
    document, *said = Files().read(path)
    assert isinstance(document, Document)
    words = document.text.removeprefix(document.title).strip()
    return words, "".join(item.reason for item in said if isinstance(item, Unreadable))


def test_what_was_left_out_of_a_docx_file_reaches_the_reader_of_the_summary(tmp_path: Path) -> None:
    file = docx.Document()
    file.add_paragraph("A lid.")
    file.sections[0].header.paragraphs[0].text = "Draft"
    file.save(str(tmp_path / "a.docx"))
    assert read(tmp_path / "a.docx")[1] == "read in part: 1 header(s) or footer(s) were not read: Draft"


def test_pages_without_a_text_layer_are_said(tmp_path: Path) -> None:
    import typst

    (tmp_path / "a.typ").write_text("Pots are open.\n#pagebreak()\n#rect()\n#pagebreak()\nLids close.")
    typst.compile(str(tmp_path / "a.typ"), output=str(tmp_path / "a.pdf"))
    assert read(tmp_path / "a.pdf")[1] == "read in part: 1 page(s) have no text layer, run OCR: 2"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.html",
            "<title>T</title><p>10<sup>5</sup> Pa, R<sup>a</sup>, (2)<sup>-3</sup>, <sup>7</sup>Li</p>",
        ),
        ("a.md", "---\ntitle: T\n---\n10<sup>5</sup> Pa, R<sup>a</sup>, (2)<sup>-3</sup>, <sup>7</sup>Li"),
    ],
)
def test_a_raised_number_is_no_further_digit(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert read(tmp_path / name) == ("10^5 Pa, Ra, (2)^-3, 7Li", "")


def test_the_letters_of_another_alphabet_in_disguise_are_no_text(tmp_path: Path) -> None:
    page = '<meta charset="iso-2022-jp"><title>T</title><p>蓋は閉じる</p>'
    (tmp_path / "a.html").write_bytes(page.encode("iso-2022-jp"))
    assert read(tmp_path / "a.html") == ("蓋は閉じる", "")
    (tmp_path / "a.txt").write_bytes("蓋は閉じる".encode("iso-2022-jp"))
    (item,) = Files().read(tmp_path / "a.txt")
    assert isinstance(item, Unreadable)
    assert item.reason.startswith("encoding")
