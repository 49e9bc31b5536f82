"""TREC files: what is written is what is read, and a bad line is named with its number."""

from __future__ import annotations

import contextlib
import gzip
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import IndexingError
from index.trec import (
    TrecFileError,
    TrecLineError,
    TrecNameError,
    TrecWriteError,
    as_grade,
    read_qrels,
    read_run,
    write_qrels,
    write_run,
)

if TYPE_CHECKING:
    from pathlib import Path

_NAME = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12).filter(
    lambda name: len(name.split()) == 1
)


@pytest.mark.parametrize("name", ["a.trec", "a.trec.gz"])
def test_a_run_is_read_in_the_order_in_which_it_was_written(tmp_path: Path, name: str) -> None:
    run = {"q1": [("b", 2.5), ("a", 2.5), ("c", -1.0)], "q2": [("a", 0.1)]}
    write_run(tmp_path / name, "words", run)
    found = read_run(tmp_path / name)
    assert found.tag == "words"
    assert found.rankings == {"q1": ("b", "a", "c"), "q2": ("a",)}
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_line_has_the_six_columns_of_trec_eval(tmp_path: Path) -> None:
    write_run(tmp_path / "run", "words", {"q": [("d", 1.5), ("e", 0.5)]})
    assert (tmp_path / "run").read_text() == "q Q0 d 1 1.5 words\nq Q0 e 2 0.5 words\n"


@settings(max_examples=25)
@given(st.lists(st.floats(-1e6, 1e6), max_size=30))
def test_scores_that_are_written_fall_strictly_in_single_precision(
    tmp_path_factory: pytest.TempPathFactory, scores: list[float]
) -> None:
    path = tmp_path_factory.mktemp("run") / "run"
    falling = sorted(scores, reverse=True)
    write_run(path, "x", {"q": [(f"d{n}", score) for n, score in enumerate(falling)]})
    written = np.array([float(line.split()[4]) for line in path.read_text().splitlines()], np.float32)
    assert (np.diff(written) < 0).all()


@settings(max_examples=25)
@given(
    st.dictionaries(
        _NAME, st.lists(st.tuples(_NAME, st.floats(0, 1)), min_size=1, unique_by=lambda pair: pair[0])
    )
)
def test_any_names_without_blanks_come_back(
    tmp_path_factory: pytest.TempPathFactory, run: dict[str, list[tuple[str, float]]]
) -> None:
    path = tmp_path_factory.mktemp("run") / "run.gz"
    write_run(path, "tag", run)
    if run:
        assert read_run(path).rankings == {q: tuple(d for d, _ in found) for q, found in run.items()}


def test_the_score_orders_a_run_and_equal_scores_go_by_name_last_first(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.write_text("q Q0 a 1 1.0 t\nq Q0 b 2 1.0 t\nq Q0 c 3 7.5 t\n")
    assert read_run(path).rankings["q"] == ("c", "b", "a")


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("q Q0 a 1 1.0 t\nq Q0 b 2 1.0\n", 2, "5 columns"),
        ("q Q0 a 1 high t\n", 1, "no number"),
        ("q Q0 a 1 nan t\n", 1, "no number"),
        ("q Q0 a 1 1 t\n\nq Q0 a 2 0.5 t\n", 3, "twice"),
        ("q Q0 " + "a" * 70_000 + " 1 1 t\n", 1, "longer"),
    ],
)
def test_a_bad_line_of_a_run_is_named(tmp_path: Path, text: str, line: int, word: str) -> None:
    (tmp_path / "run").write_text(text)
    with pytest.raises(TrecLineError, match=f"line {line}: .*{word}"):
        read_run(tmp_path / "run")


def test_judgments_come_back(tmp_path: Path) -> None:
    qrels = {"q": {"a": 2, "b": 0, "c": -1}, "r": {"a": 1}}
    write_qrels(tmp_path / "qrels", qrels)
    assert read_qrels(tmp_path / "qrels") == qrels


@pytest.mark.parametrize(
    ("text", "word"),
    [("q 0 a\n", "3 columns"), ("q 0 a x\n", "whole number"), ("q 0 a 1\nq 0 a 2\n", "two grades")],
)
def test_a_bad_line_of_judgments_is_named(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "qrels").write_text(text)
    with pytest.raises(TrecLineError, match=word):
        read_qrels(tmp_path / "qrels")


@pytest.mark.parametrize("name", ["", "a b", "a\tb", "a\u00a0b", "\ud800", " a"])
def test_a_name_that_columns_cannot_carry_is_refused_and_no_file_is_left(tmp_path: Path, name: str) -> None:
    with pytest.raises(TrecNameError):
        write_run(tmp_path / "run", "t", {"q": [(name, 1.0)]})
    with pytest.raises(TrecNameError):
        write_qrels(tmp_path / "qrels", {name: {"a": 1}})
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrecWriteError, match="nowhere"):
        write_run(tmp_path / "nowhere" / "run", "t", {"q": [("a", 1.0)]})


def test_files_that_are_no_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "latin").write_bytes(b"q Q0 \xe9 1 1.0 t\n")
    packed = gzip.compress(b"q Q0 a 1 1.0 t\n" * 200)
    (tmp_path / "short.gz").write_bytes(packed[:-9])
    (tmp_path / "plain.gz").write_bytes(b"q Q0 a 1 1.0 t\n")
    for name in ("empty", "latin", "short.gz", "plain.gz", "absent"):
        with pytest.raises((TrecFileError, TrecLineError), match=name):
            read_run(tmp_path / name)


@settings(max_examples=25)
@given(st.binary(max_size=300))
def test_whatever_a_file_holds_only_our_own_errors_come_out(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("run") / "run"
    for target in (path, path.with_suffix(".gz")):
        target.write_bytes(data)
        for read in (read_run, read_qrels):
            with contextlib.suppress(IndexingError):
                read(target)


@pytest.mark.parametrize(("text", "grade"), [("2", 2), ("-1", -1), ("1.0", 1), (" 3 ", 3)])
def test_a_grade_is_a_whole_number(text: str, grade: int) -> None:
    assert as_grade(text) == grade


@pytest.mark.parametrize("text", ["", "1.5", "x", "nan", "inf", "1e400", "9" * 30, str(math.pi)])
def test_anything_else_is_no_grade(text: str) -> None:
    assert as_grade(text) is None
