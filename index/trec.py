"""Run files and judgments in TREC's own formats, as trec_eval reads them (its README, NIST).

    run      QUERY Q0 DOCUMENT RANK SCORE TAG
    qrels    QUERY 0 DOCUMENT GRADE

Decisions
---------
* As in trec_eval the score orders a run, not the rank column, and equal scores are ordered by identifier,
  last first. A run that we write therefore carries scores that fall strictly, also in trec_eval's single
  precision: where two would be equal there, the second is lowered by the least that a float32 can tell apart.
* A bad line ends the reading with its number: half a run would be compared as if it were a whole one.
* Columns are separated by blanks, so an identifier with a blank cannot be written; it is refused, never
  changed, because nobody could join it to the judgments again.
* Files that end in `.gz` are compressed. A file is written whole or not at all.
"""

from __future__ import annotations

import gzip
import io
import math
import os
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

import numpy as np

from index.errors import IndexingError
from index.files import TEMPORARY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_RUN_COLUMNS: Final = 6
_QRELS_COLUMNS: Final = 4
_LINE: Final = 1 << 16
"""Characters that a line may have."""
_LINES: Final = 50_000_000
_GRADE: Final = 1_000_000


class TrecLineError(IndexingError):
    """A line that is not of the format."""

    exit_code = 2

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}; correct the file, or write it again")


class TrecFileError(IndexingError):
    """A file that cannot be read to its end."""

    exit_code = 2

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


class TrecWriteError(IndexingError):
    """A file that cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: cannot be written ({reason}); choose another place")


class TrecNameError(IndexingError):
    """An identifier that a file of blank-separated columns cannot carry."""

    exit_code = 2

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the identifier {name[:80]!r} is empty or has a blank, which separates the columns of a TREC "
            "file; leave the run file out, or rename it in the benchmark"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a system answered."""

    tag: str
    """The system's name: the last column of the first line."""
    rankings: dict[str, tuple[str, ...]]
    """Query to documents, best first."""


def check_names(names: Sequence[str]) -> None:
    """Raise TrecNameError for the first identifier that a TREC file cannot carry."""
    for name in names:
        if not name or len(name.split()) != 1 or name != name.strip() or not _encodes(name):
            raise TrecNameError(name)


def _encodes(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def write_run(path: Path, tag: str, rankings: Mapping[str, Sequence[tuple[str, float]]]) -> None:
    """Write a run: query to (document, score), best first. Raises TrecNameError, TrecWriteError."""
    check_names([tag, *rankings])
    with _writing(path) as file:
        for query, ranking in rankings.items():
            check_names([document for document, _ in ranking])
            falling = _falling([score for _, score in ranking])
            for rank, ((document, _), score) in enumerate(zip(ranking, falling, strict=True), 1):
                file.write(f"{query} Q0 {document} {rank} {score:.9g} {tag}\n")


def _falling(scores: Sequence[float]) -> list[float]:
    """Return the scores in single precision, each below the one before it."""
    made: list[float] = []
    below = np.float32(np.inf)
    for score in scores:
        below = min(np.float32(score), np.nextafter(below, np.float32(-np.inf)))
        made.append(float(below))
    return made


def write_qrels(path: Path, qrels: Mapping[str, Mapping[str, int]]) -> None:
    """Write judgments: query to document to grade. Raises TrecNameError, TrecWriteError."""
    with _writing(path) as file:
        for query, judgments in qrels.items():
            check_names([query, *judgments])
            file.writelines(f"{query} 0 {document} {grade}\n" for document, grade in judgments.items())


def read_run(path: Path) -> Run:
    """Read a run. Raises TrecLineError, TrecFileError."""
    tag = ""
    scores: dict[str, dict[str, float]] = {}
    for number, columns in _lines(path, _RUN_COLUMNS, "QUERY Q0 DOCUMENT RANK SCORE TAG"):
        query, _, document, _, score, name = columns
        tag = tag or name
        found = scores.setdefault(query, {})
        if document in found:
            raise TrecLineError(path, number, f"query {query[:80]!r} has document {document[:80]!r} twice")
        found[document] = _score(path, number, score)
    return Run(
        tag=tag,
        rankings={
            query: tuple(sorted(found, key=lambda document: (found[document], document), reverse=True))
            for query, found in scores.items()
        },
    )


def _score(path: Path, number: int, text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if math.isnan(score):
        raise TrecLineError(path, number, f"the score {text[:40]!r} is no number")
    return score


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read judgments. Raises TrecLineError, TrecFileError."""
    qrels: dict[str, dict[str, int]] = {}
    for number, (query, _, document, text) in _lines(path, _QRELS_COLUMNS, "QUERY 0 DOCUMENT GRADE"):
        grade = as_grade(text)
        if grade is None:
            raise TrecLineError(path, number, f"the grade {text[:40]!r} is no whole number")
        found = qrels.setdefault(query, {})
        if found.setdefault(document, grade) != grade:
            raise TrecLineError(path, number, f"document {document[:80]!r} has two grades for one query")
    return qrels


def as_grade(text: str) -> int | None:
    """Return a grade (`2`, `-1`, `1.0`), None for anything else."""
    try:
        value = float(text) if len(text) <= 20 else math.nan  # noqa: PLR2004 - no grade is longer
    except ValueError:
        return None
    return int(value) if math.isfinite(value) and value == int(value) and abs(value) <= _GRADE else None


def _lines(path: Path, width: int, shape: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number from 1, columns) of lines that are not blank."""
    number = 0
    try:
        with opened(path) as file:
            while line := file.readline(_LINE + 1):
                number += 1
                if len(line) > _LINE:
                    raise TrecLineError(path, number, f"it is longer than {_LINE} characters")
                if number > _LINES:
                    raise TrecLineError(path, number, f"the file has more than {_LINES} lines")
                columns = line.split()
                if columns and len(columns) != width:
                    raise TrecLineError(
                        path, number, f"it has {len(columns)} columns where {width} were expected ({shape})"
                    )
                if columns:
                    yield number, columns
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise TrecFileError(path, f"damaged after line {number} ({error}); get it again") from None
    except UnicodeDecodeError as error:
        raise TrecFileError(path, f"not UTF-8 after line {number} ({error.reason}); convert it") from None
    except OSError as error:
        raise TrecFileError(path, f"cannot be read ({error.strerror or error}); look at the path") from None
    if not number:
        raise TrecFileError(path, "is empty; a run or a list of judgments was expected")


def opened(path: Path) -> IO[str]:
    """Open a text file for reading, unpacked where its name ends in `.gz`."""
    if path.name.lower().endswith(".gz"):
        return gzip.open(path, "rt", encoding="utf-8", newline="\n")
    return path.open(encoding="utf-8", newline="\n")


@contextmanager
def _writing(path: Path) -> Iterator[IO[str]]:
    """Yield a file that becomes `path` when the block ends well, else vanishes."""
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        try:
            with temporary.open("wb") as raw:
                with _packed(path, raw) as file:
                    yield file
                raw.flush()
                os.fsync(raw.fileno())
            temporary.replace(path)
        except OSError as error:
            raise TrecWriteError(path, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def _packed(path: Path, raw: IO[bytes]) -> Iterator[IO[str]]:
    target: IO[bytes] = raw
    if path.name.lower().endswith(".gz"):
        target = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0)  # type: ignore[assignment]
    text = io.TextIOWrapper(target, encoding="utf-8", newline="\n")
    try:
        yield text
    finally:
        text.flush()
        text.detach()
        if target is not raw:
            target.close()
