"""What a docx file holds beside plain paragraphs: read where it can be, said where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import docx
from docx.oxml import parse_xml

from ingest.docx_text import read

if TYPE_CHECKING:
    from pathlib import Path

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def texts(path: Path) -> list[str]:
    return [block["text"] for block in read(path)["blocks"]]


def symbol(font: str, code: str) -> str:
    return f'<w:r {W}><w:sym w:font="{font}" w:char="{code}"/></w:r>'


def test_symbols_are_the_characters_that_they_show(tmp_path: Path) -> None:
    file = docx.Document()
    paragraph = file.add_paragraph("t ")
    for xml in (
        symbol("Symbol", "F0B3"),
        symbol("Symbol", "F06D"),
        symbol("Symbol", "F035"),
        symbol("Wingdings", "F04A"),
        symbol("Calibri", "00B5"),
        symbol("Symbol", "zz"),
        f'<w:r {W}><w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr><w:t>\uf0a3</w:t></w:r>',
    ):
        paragraph._p.append(parse_xml(xml))
    file.save(str(tmp_path / "a.docx"))
    assert texts(tmp_path / "a.docx") == ["t ≥μ5[symbol]µ[symbol]≤"]


def test_a_table_inside_a_cell_is_read_once(tmp_path: Path) -> None:
    file = docx.Document()
    table = file.add_table(1, 2)
    table.cell(0, 0).text = "bar"
    inner = table.cell(0, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "in", "ner"
    file.save(str(tmp_path / "a.docx"))
    assert texts(tmp_path / "a.docx") == ["bar | in ner"]


def test_headers_footers_and_inserted_documents_are_said(tmp_path: Path) -> None:
    file = docx.Document()
    file.add_paragraph("A lid.")
    file.sections[0].header.paragraphs[0].text = "Draft of the lid group"
    file.sections[0].footer.paragraphs[0].text = "7 / 12"
    file.element.body.insert(0, parse_xml(f"<w:altChunk {W}/>"))
    file.save(str(tmp_path / "a.docx"))
    assert read(tmp_path / "a.docx")["warnings"] == [
        "1 inserted document(s) were not read; paste their text into the body",
        "1 header(s) or footer(s) were not read: Draft of the lid group",
    ]
