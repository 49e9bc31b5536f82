"""docx and PDF, read in a child process with limits: what is read, what is said, what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from ingest.errors import UnreadableFileError
from ingest.office_files import read_office, read_text_file
from ingest.pdf_text import paragraphs
from tests.office_reading import places, reason

if TYPE_CHECKING:
    from pathlib import Path


def make_docx(path: Path) -> Path:
    import docx

    file = docx.Document()
    file.add_heading("A lid", 0)
    file.add_heading("Parts", 1)
    file.add_paragraph("Pots are open.")
    file.add_paragraph("a disc", style="List Bullet")
    table = file.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "disc", "2 kg"
    power = file.add_paragraph("10")
    power.add_run("5").font.superscript = True
    power.add_run(" Pa")
    file.save(str(path))
    return path


def test_docx_is_read_with_headings_lists_tables_and_powers(tmp_path: Path) -> None:
    text = read_text_file(make_docx(tmp_path / "a.docx"))
    assert text.title == "A lid"
    assert places(text) == [
        ("heading", "title", "A lid"),
        ("heading", "§1", "Parts"),
        ("paragraph", "§1 ¶1", "Pots are open."),
        ("item", "§1 ¶2", "a disc"),
        ("paragraph", "§1 ¶3", "disc | 2 kg"),
        ("paragraph", "§1 ¶4", "10^5 Pa"),
    ]
    assert text.warnings == ()


def with_body(path: Path, more: str) -> Path:
    """Put WordprocessingML before the first paragraph of a docx file."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = parts["word/document.xml"].decode()
    parts["word/document.xml"] = body.replace("<w:body>", f"<w:body>{more}", 1).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def test_what_docx_cannot_say_plainly_is_said_in_a_warning(tmp_path: Path) -> None:
    more = (
        '<w:p><w:r><w:t>Kept </w:t></w:r><w:ins w:id="1"><w:r><w:t>added </w:t></w:r></w:ins>'
        '<w:del w:id="2"><w:r><w:delText>gone </w:delText></w:r></w:del>'
        "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>boxed</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>"
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>controlled</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    office = read_office(with_body(make_docx(tmp_path / "a.docx"), more))
    assert [block.text for block in office.blocks][:2] == ["Kept added", "controlled"]
    assert [warning.split(" were")[0] for warning in office.warnings] == [
        "1 text box(es)",
        "1 tracked insertion(s)",
        "1 tracked deletion(s)",
    ]


def bomb(path: Path, megabytes: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        with archive.open("word/document.xml", "w") as part:
            for _ in range(megabytes):
                part.write(b"<w:p/>" * 170_000)
    return path


@pytest.mark.parametrize("megabytes", [60, 300])
def test_a_docx_bomb_is_refused_at_once(tmp_path: Path, megabytes: int) -> None:
    path = bomb(tmp_path / "a.docx", megabytes)
    started = time.process_time()
    with pytest.raises(UnreadableFileError, match="refused"):
        read_office(path)
    assert time.process_time() - started < 2


def test_a_docx_with_a_lying_directory_is_refused(tmp_path: Path) -> None:
    path = bomb(tmp_path / "a.docx", 60)
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = (5000).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(UnreadableFileError, match="not a docx file"):
        read_office(path)


def test_a_docx_with_one_enormous_part_is_refused(tmp_path: Path) -> None:
    path = make_docx(tmp_path / "a.docx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("word/footnotes.xml", b"<w:p/>" * 6_000_000)
    with pytest.raises(UnreadableFileError, match="36000000 bytes; split it"):
        read_office(path)


HUNGRY = """
import ingest.office_child as child
child._docx = lambda path: bytearray(2 << 30)
raise SystemExit(child.main(["docx", "a.docx"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
def test_a_parser_that_wants_too_much_memory_ends_with_a_reason() -> None:
    child = subprocess.run([sys.executable, "-c", HUNGRY], capture_output=True, check=True, timeout=30)
    assert "memory" in json.loads(child.stdout)["refused"]


def make_pdf(path: Path, source: str) -> Path:
    import typst

    (path.parent / "a.typ").write_text(source, encoding="utf-8")
    typst.compile(str(path.parent / "a.typ"), output=str(path))
    return path


def test_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", "= A lid\n\nPots are open.\n#pagebreak()\nLids close them.")
    text = read_text_file(path)
    assert text.title == "A lid"
    assert [(anchor, words) for _, anchor, words in places(text)] == [
        ("p. 1 ¶1", "A lid"),
        ("p. 1 ¶2", "Pots are open."),
        ("p. 2 ¶1", "Lids close them."),
    ]


def test_pdf_without_text_and_encrypted_pdf_are_reasons(tmp_path: Path) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    with (tmp_path / "blank.pdf").open("wb") as file:
        writer.write(file)
    assert reason(tmp_path / "blank.pdf") == "has no text layer; run OCR first"
    writer.encrypt("secret", algorithm="RC4-128")
    with (tmp_path / "locked.pdf").open("wb") as file:
        writer.write(file)
    assert reason(tmp_path / "locked.pdf") == "is encrypted; save a copy without password"


def test_lines_of_a_page_become_paragraphs_and_divided_words_are_joined() -> None:
    first = "FIELD\nThis lid concerns the clos-\ning of pots of every kind\nand size."
    page = f"{first}\nPots are vessels, and open\n\nNext."
    assert paragraphs(page) == [
        "FIELD",
        "This lid concerns the closing of pots of every kind and size.",
        "Pots are vessels, and open",
        "Next.",
    ]
