"""Tables of text: headers, quotes, offsets, damage."""

from __future__ import annotations

import csv
import gzip
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import table_records
from ingest.documents import Document, DocumentKind, Origin, Unreadable
from ingest.errors import RecordRefusedError
from ingest.items import offset_of
from ingest.table_records import Cells, TableRecords, header_of, split
from tests.reader_laws import check_resume, items_of, mutated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def _make(cells: Cells, origin: Origin) -> Iterator[Document]:
    if "key" not in cells:
        raise RecordRefusedError("it has no key")
    text = "|".join(f"{name}={cell}" for name, cell in cells.items())
    yield Document(key=cells["key"], kind=DocumentKind.PATENT, text=text, sections=(), origin=origin)


READER = TableRecords(name="t", knows=lambda names: {"key", "a title"} <= names, make=_make)
HEAD = "Search:;x\n\n"
BODY = 'Key;A  Title;Note\nk1;"one;\n""two""";5" pipe\n\nk2;b;\n;no;\nk3;c;d;\nk4;c;d;e\n'


def texts(path: Path, data: bytes | str) -> list[str]:
    return [getattr(item, "text", getattr(item, "reason", "")) for item in items_of(READER, path, data)]


def test_a_header_is_found_below_other_rows_and_quotes_hold_delimiters_and_line_breaks(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv"
    assert texts(path, HEAD + BODY) == [
        'key=k1|a title=one;\n"two"|note=5" pipe',
        "key=k2|a title=b",
        "it has no key",
        "key=k3|a title=c|note=d",
        "it has 4 cells below 3 columns",
    ]
    assert READER.recognises(path)
    check_resume(READER, path)
    first = items_of(READER, path, HEAD + BODY)[0]
    assert isinstance(first, Document)
    assert (HEAD + BODY)[first.origin.offset :].startswith("k1;")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_usual_delimiter_mark_and_line_end_is_read(
    tmp_path: Path, delimiter: str, bom: bytes, end: str
) -> None:
    rows = end.join(delimiter.join(row) for row in (["KEY", '"A title"'], ["k1", "x"], ["k2", '"y"'])) + end
    assert texts(tmp_path / "a.csv", bom + rows.encode()) == ["key=k1|a title=x", "key=k2|a title=y"]


def test_a_quote_without_end_costs_its_own_line(tmp_path: Path) -> None:
    data = 'key,a title\nk1,"never\nk2,x\nk3,y\n'
    assert texts(tmp_path / "a.csv", data) == [
        "a quote in it has no end",
        "key=k2|a title=x",
        "key=k3|a title=y",
    ]
    check_resume(READER, tmp_path / "a.csv")


def test_a_quote_that_closes_where_another_opens_costs_its_own_line(tmp_path: Path) -> None:
    data = 'key,a title\nk1,"never\nk2,"x"\nk3,"y"\n'
    assert texts(tmp_path / "a.csv", data) == [
        "a quote in it has no end",
        "key=k2|a title=x",
        "key=k3|a title=y",
    ]
    check_resume(READER, tmp_path / "a.csv")


def test_a_file_cut_in_a_row_refuses_that_row(tmp_path: Path) -> None:
    assert texts(tmp_path / "a.csv", "key,a title\nk1,x\nUS-9") == [
        "key=k1|a title=x",
        "the file ends in the middle of this row",
    ]
    assert texts(tmp_path / "a.csv", "key,a title\nk1,x\nk2,y") == ["key=k1|a title=x", "key=k2|a title=y"]


def test_other_encodings_are_reasons(tmp_path: Path) -> None:
    latin = "key,a title\nk1,caf\xe9\nk2,x\n".encode("latin-1")
    first, second = texts(tmp_path / "a.csv", latin)
    assert "byte 6 of the row is not UTF-8" in first
    assert second == "key=k2|a title=x"
    assert "UTF-16" in texts(tmp_path / "a.csv", "key,a title\nk1,x\n".encode("utf-16"))[0]


def test_files_without_rows_are_reasons(tmp_path: Path) -> None:
    assert texts(tmp_path / "a.csv", "") == ["is empty"]
    assert texts(tmp_path / "a.csv", "a,b\n1,2\n") == ["no row has the columns expected"]
    assert texts(tmp_path / "a.csv", "key,a title\n") == ["holds no row of this source"]
    assert not READER.recognises(tmp_path / "none.csv")


def test_a_packed_file_that_was_cut_gives_what_came_before(tmp_path: Path) -> None:
    rows = "key,a title\n" + "".join(f"k{n},{n * 7919}\n" for n in range(90_000))
    found = items_of(READER, tmp_path / "a.csv.gz", gzip.compress(rows.encode())[:-2000])
    assert sum(isinstance(item, Document) for item in found) > 1000
    assert isinstance(found[-1], Unreadable)
    assert "damaged" in found[-1].reason


def test_a_row_past_the_limit_is_dropped_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_records, "ROW_LIMIT", 4 << 20)
    data = "key,a title\nk1," + "x" * (9 << 20) + "\nk2,y\n"
    long, short = texts(tmp_path / "a.csv", data)
    assert long.startswith("longer than")
    assert short == "key=k2|a title=y"


CELLS = st.lists(st.text('ab",;\n\r |é', max_size=6), min_size=2, max_size=5)


@given(CELLS, st.sampled_from(",;\t|"))
def test_what_a_csv_writer_writes_is_split_into_its_cells(cells: list[str], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerow(cells)
    assert split(out.getvalue().encode(), delimiter) == cells
    assert header_of(out.getvalue().encode() * 2, lambda _: True) is not None


SAMPLES = {"t.csv": (HEAD + BODY).encode()}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.just(SAMPLES["t.csv"]).flatmap(mutated))
def test_mutated_bytes_are_values(tmp_path: Path, data: bytes) -> None:
    offsets = [offset_of(item) for item in items_of(READER, tmp_path / "m.csv", data)]
    assert offsets
    assert offsets == sorted(set(offsets))
