"""BEIR folders: what is there is read, what is bad is counted with its place, what is missing is named."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import beir
from index.beir import BadLine, BeirMissingError, QrelsChoiceError, Record

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, name: str, lines: list[Any], *, packed: bool = False) -> Path:
    path = folder / (f"{name}.gz" if packed else name)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


def _records(found: list[Record | BadLine]) -> list[Record]:
    return [one for one in found if isinstance(one, Record)]


def _bad(found: list[Record | BadLine]) -> list[BadLine]:
    return [one for one in found if isinstance(one, BadLine)]


@pytest.mark.parametrize("packed", [False, True])
def test_documents_and_queries_are_read_plain_or_packed(tmp_path: Path, packed: bool) -> None:
    write(
        tmp_path,
        "corpus.jsonl",
        [
            {"_id": "a/1 ü", "title": "Valve", "text": "opens", "metadata": {"date": "1969-04"}},
            {"_id": 7, "text": "no title", "metadata": None},
        ],
        packed=packed,
    )
    write(tmp_path, "queries.jsonl", [{"_id": "q", "title": "not read", "text": "valve"}], packed=packed)
    assert list(beir.documents(tmp_path)) == [
        Record(id="a/1 ü", title="Valve", text="opens", date="1969-04", line=1),
        Record(id="7", title="", text="no title", date="", line=2),
    ]
    assert list(beir.queries(tmp_path)) == [Record(id="q", title="", text="valve", date="", line=1)]


def test_the_plain_file_is_read_where_both_lie(tmp_path: Path) -> None:
    write(tmp_path, "corpus.jsonl", [{"_id": "plain", "text": "x"}])
    write(tmp_path, "corpus.jsonl", [{"_id": "packed", "text": "x"}], packed=True)
    assert [record.id for record in _records(list(beir.documents(tmp_path)))] == ["plain"]


def test_a_bad_line_is_counted_with_its_place_and_costs_its_neighbours_nothing(tmp_path: Path) -> None:
    lines = [
        {"_id": "a", "text": "first"},
        "{broken",
        "[1]",
        {"text": "nameless"},
        {"_id": True, "text": "x"},
        {"_id": "x" * 5000, "text": "x"},
        "",
        {"_id": "a", "text": "again"},
        "[" * 100_000,
        {"_id": "b", "title": ["no", "text"], "text": 5},
        {"_id": "c", "text": "last", "metadata": {"date": "9" * 50}},
    ]
    write(tmp_path, "corpus.jsonl", lines)
    found = list(beir.documents(tmp_path))
    assert [(record.id, record.title, record.text) for record in _records(found)] == [
        ("a", "", "first"),
        ("b", "", ""),
        ("c", "", "last"),
    ]
    assert [line.line for line in _bad(found)] == [2, 3, 4, 5, 6, 8, 9]
    assert "line 1 already" in _bad(found)[5].reason
    assert {line.file for line in _bad(found)} == {"corpus.jsonl"}


def test_a_query_without_text_is_a_bad_line(tmp_path: Path) -> None:
    write(tmp_path, "queries.jsonl", [{"_id": "q", "text": "  "}, {"_id": "r", "text": "x"}])
    found = list(beir.queries(tmp_path))
    assert [record.id for record in _records(found)] == ["r"]
    assert "no text" in _bad(found)[0].reason


def test_a_file_that_ends_early_gives_what_it_had_and_says_so(tmp_path: Path) -> None:
    path = write(
        tmp_path, "corpus.jsonl", [{"_id": str(n), "text": "x" * 50} for n in range(3000)], packed=True
    )
    path.write_bytes(path.read_bytes()[:-200])
    found = list(beir.documents(tmp_path))
    assert 0 < len(_records(found)) < 3000
    assert "ends early" in _bad(found)[-1].reason


def test_a_line_past_the_limit_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beir, "LINE_LIMIT", 200)
    write(tmp_path, "corpus.jsonl", [{"_id": "a", "text": "x" * 3_000_000}, {"_id": "b", "text": "y"}])
    found = list(beir.documents(tmp_path))
    assert [record.id for record in _records(found)] == ["b"]
    assert _bad(found)[0].line == 1


@pytest.mark.parametrize("head", [["query-id\tcorpus-id\tscore"], []])
@pytest.mark.parametrize("packed", [False, True])
def test_judgments_are_read_with_a_line_of_headings_or_without(
    tmp_path: Path, head: list[str], packed: bool
) -> None:
    write(tmp_path, "qrels/test.tsv", [*head, "q 1\ta b\t2", "q 1\tc\t0\r", "", "r\ta b\t1.0"], packed=packed)
    found, bad = beir.qrels(tmp_path, "test")
    assert found == {"q 1": {"a b": 2, "c": 0}, "r": {"a b": 1}}
    assert bad == ()


def test_bad_judgments_are_counted_with_their_place(tmp_path: Path) -> None:
    lines = ["query-id\tcorpus-id\tscore", "q\ta\thigh", "q a 1", "q\t\t1", "q\tb\t1", "q\tb\t2", "q\tb\t1"]
    write(tmp_path, "qrels/test.tsv", lines)
    found, bad = beir.qrels(tmp_path, "test")
    assert found == {"q": {"b": 1}}
    assert [line.line for line in bad] == [2, 3, 4, 6]
    assert bad[0].file == "qrels/test.tsv"


@pytest.mark.parametrize(
    ("held", "wanted", "name"),
    [(["dev", "test"], None, "test"), (["train"], None, "train"), (["dev", "test"], "dev", "dev")],
)
def test_judgments_are_chosen_by_name_else_test_else_the_only_ones(
    tmp_path: Path, held: list[str], wanted: str | None, name: str
) -> None:
    for one in held:
        write(tmp_path, f"qrels/{one}.tsv", ["q\td\t1"], packed=one == "dev")
    assert beir.chosen(tmp_path, wanted) == name


def test_judgments_that_are_not_there_or_not_clear_are_listed(tmp_path: Path) -> None:
    for name in ("dev", "train"):
        write(tmp_path, f"qrels/{name}.tsv", ["q\td\t1"])
    with pytest.raises(QrelsChoiceError, match=r"no judgments 'best'.*dev, train"):
        beir.chosen(tmp_path, "best")
    with pytest.raises(QrelsChoiceError, match=r"several judgments.*dev, train"):
        beir.chosen(tmp_path, None)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BeirMissingError, match=r"corpus\.jsonl or corpus\.jsonl\.gz"):
        beir.documents(tmp_path)
    with pytest.raises(BeirMissingError, match=r"queries\.jsonl"):
        beir.queries(tmp_path)
    with pytest.raises(BeirMissingError, match=r"qrels/NAME\.tsv"):
        beir.chosen(tmp_path, None)


@settings(max_examples=25)
@given(st.binary(max_size=400))
def test_whatever_the_files_hold_nothing_is_raised(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    folder = tmp_path_factory.mktemp("beir")
    (folder / "qrels").mkdir()
    for name in ("corpus.jsonl", "qrels/test.tsv", "queries.jsonl.gz"):
        (folder / name).write_bytes(data)
    assert all(isinstance(one, Record | BadLine) for one in beir.documents(folder))
    assert all(isinstance(one, Record | BadLine) for one in beir.queries(folder))
    beir.qrels(folder, "test")
