"""Running text: tables, nesting, deleted matter, and what a very long record costs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import xml_safety
from ingest.documents import Origin
from ingest.uspto_text import flatten, fold_row
from ingest.uspto_xml import document
from tests.uspto_sample import BODY, grant, one, read, reasons, write

if TYPE_CHECKING:
    from pathlib import Path

NOWHERE = Origin(source="", file="", offset=0, sha256="")


def text(xml: str) -> str:
    return " ".join(flatten(xml_safety.parse(f"<p>{xml}</p>".encode())).split())


def test_raised_numbers_are_marked_and_raised_letters_are_not() -> None:
    assert text("10<sup>5</sup> m<sup>2</sup>, R<sup>a</sup>, (2)<sup>-3</sup>, .<sup>7</sup>") == (
        "10^5 m^2, Ra, (2)^-3, .7"
    )


@pytest.mark.parametrize(
    "nested",
    [
        "<sup>" * 240 + "2" + "</sup>" * 240,
        "<table><row><entry>x" * 80 + "</entry></row></table>" * 80,
        "<ul><li>" * 120 + "2" + "</li></ul>" * 120,
    ],
)
def test_nesting_costs_no_more_than_its_length(nested: str) -> None:
    started = time.process_time()
    assert text(nested)
    assert time.process_time() - started < 2


def test_a_table_inside_a_cell_is_read_once() -> None:
    inner = "<table><tr><td>in</td><td>ner</td></tr></table>"
    assert text(f"<table><caption>Widths</caption><tr><td>a</td><td>{inner}</td></tr></table>") == (
        "Widths a | in | ner"
    )


def test_paragraphs_between_the_marks_of_a_deletion_are_left_out(tmp_path: Path) -> None:
    body = BODY.replace('<p id="p-0004"', '<?delete-start id="D"?><p id="p-0004"')
    body = body.replace('<p id="p-0005">', '<?delete-end id="D"?><p id="p-0005">')
    found = one(write(tmp_path / "g.xml", grant("RE041234", "E1", body=body))).text
    assert "Parts:" not in found
    assert "bar | drops" in found


CELLS = st.lists(
    st.lists(st.sampled_from(["", "1.0", "a b", "<b>x</b><sup>2</sup>"]), max_size=3), max_size=9
)


@given(CELLS, st.booleans())
def test_a_folded_table_reads_the_same(rows: list[list[str]], nested: bool) -> None:
    inner = "<table><row><entry>in</entry><entry>ner</entry></row></table>" if nested else ""
    lines = "".join(f"<row>{''.join(f'<entry>{cell}{inner}</entry>' for cell in row)}</row>" for row in rows)
    table = f"<table><tgroup><thead>{lines}</thead><tbody>{lines}</tbody></tgroup></table>"
    xml = grant(body=BODY.replace("Seats of", table))
    plain = document(xml_safety.parse(xml.encode()), NOWHERE)
    padded = xml.replace("</us-patent-grant>", " " * (1 << 20) + "</us-patent-grant>")
    assert document(xml_safety.parse(padded.encode(), fold_row), NOWHERE) == plain


def test_a_table_of_many_rows_is_read_and_as_many_loose_tags_are_a_reason(tmp_path: Path) -> None:
    rows = "<row><entry>1.0</entry><entry>2.0</entry></row>" * 80_000
    long = grant(body=BODY.replace("Seats of", f"<table>{rows}</table>"))
    assert one(write(tmp_path / "g.xml", long)).text.count("1.0 | 2.0") == 80_000
    loose = grant("09000002", body=BODY.replace("Seats of", "<b/>" * 420_000))
    items = read(write(tmp_path / "h.xml", grant(), loose, grant("09000003")))
    assert len(items) == 3
    assert "more than the 400000 that are read" in reasons(items)[0]
