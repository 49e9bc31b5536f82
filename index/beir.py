"""Benchmarks in BEIR's layout (Thakur et al. 2021): documents, queries and judgments in a folder.

    corpus.jsonl[.gz]     {"_id", "title", "text", "metadata"?}
    queries.jsonl[.gz]    {"_id", "text", "metadata"?}
    qrels/NAME.tsv[.gz]   query-id TAB corpus-id TAB score, with a line of headings or without

Decisions
---------
* Where both a plain and a packed file lie, the plain one is read.
* A line that is no such record is a value (`BadLine`: file, line, why) and costs its neighbours nothing;
  whoever reads counts them. A file that is not there at all is an error that names what was expected.
* Identifiers are taken as they are, whatever their characters; numbers are written out. The second record of
  one identifier is a bad line: nobody could tell which of them a judgment means.
* `metadata.date` is handed on as written (`Record.date`): what day it means is for the caller to decide.
"""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from index.errors import IndexingError
from index.trec import as_grade

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

CORPUS: Final = "corpus.jsonl"
QUERIES: Final = "queries.jsonl"
QRELS: Final = "qrels"
DEFAULT: Final = "test"
LINE_LIMIT: Final = 64 << 20
"""Bytes a line may have."""
_ID_LIMIT: Final = 4096
_DATE_LIMIT: Final = 40
_COLUMNS: Final = 3
_MOST_JUDGMENTS: Final = 20_000_000


class BeirMissingError(IndexingError):
    """A part of the benchmark is not there."""

    exit_code = 2

    def __init__(self, folder: Path, expected: str) -> None:
        super().__init__(
            f"{folder} has no {expected}; a BEIR folder holds corpus.jsonl, queries.jsonl and "
            "qrels/NAME.tsv, each plain or .gz"
        )


class QrelsChoiceError(IndexingError):
    """The judgments that were asked for are not there, or it is not clear which are meant."""

    exit_code = 2

    def __init__(self, folder: Path, wanted: str | None, known: tuple[str, ...]) -> None:
        what = f"no judgments {wanted!r}" if wanted else "several judgments and none is called 'test'"
        super().__init__(f"{folder / QRELS} has {what}; choose with --qrels: {', '.join(known)}")


class _LineError(Exception):
    """A line that is no record; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that was not understood."""

    file: str
    line: int
    """From 1."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A document or a query."""

    id: str
    title: str
    """Empty in queries."""
    text: str
    date: str
    """`metadata.date` as written, e.g. `2013-08-01` or `1969-04`; empty where there is none."""
    line: int
    """Where it stands in its file, from 1."""


def corpus_file(folder: Path) -> Path:
    """Return the file of the documents. Raises BeirMissingError."""
    return _file(folder, CORPUS)


def documents(folder: Path) -> Iterator[Record | BadLine]:
    """Read the documents one by one. Raises BeirMissingError."""
    return _records(corpus_file(folder), titled=True)


def queries(folder: Path) -> Iterator[Record | BadLine]:
    """Read the queries one by one. Raises BeirMissingError."""
    return _records(_file(folder, QUERIES), titled=False)


def _file(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise BeirMissingError(folder, f"{name} or {name}.gz")


def _records(path: Path, *, titled: bool) -> Iterator[Record | BadLine]:
    seen: dict[str, int] = {}
    for number, line in _lines(path):
        if isinstance(line, BadLine):
            yield line
            continue
        if not line.strip():
            continue
        try:
            record = _record(line, number, titled=titled)
        except _LineError as error:
            yield BadLine(file=path.name, line=number, reason=str(error))
            continue
        first = seen.setdefault(record.id, number)
        if first != number:
            reason = f"the _id {record.id[:80]!r} stands in line {first} already"
            yield BadLine(file=path.name, line=number, reason=reason)
            continue
        yield record


def _record(line: bytes, number: int, *, titled: bool) -> Record:
    """Read a line. Raises _LineError."""
    try:
        value = json.loads(line.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _LineError(f"byte {error.start} is not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise _LineError(f"not JSON: {str(error)[:120]}") from None
    if not isinstance(value, dict):
        raise _LineError(f"a JSON {type(value).__name__} where an object was expected")
    name = value.get("_id")
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if not isinstance(name, str) or not name:
        raise _LineError("it has no _id")
    if len(name) > _ID_LIMIT:
        raise _LineError(f"its _id is longer than {_ID_LIMIT} characters")
    title, text = (_text(value.get(field)) for field in ("title", "text"))
    if not titled and not text.strip():
        raise _LineError(f"the query {name[:80]!r} has no text")
    metadata = value.get("metadata")
    date = _text(metadata.get("date")) if isinstance(metadata, dict) else ""
    return Record(
        id=name,
        title=title if titled else "",
        text=text,
        date=date.strip() if len(date) <= _DATE_LIMIT else "",
        line=number,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def names(folder: Path) -> tuple[str, ...]:
    """Return which judgments there are. Raises BeirMissingError where there are none."""
    found = {
        path.name.removesuffix(".gz").removesuffix(".tsv")
        for path in (folder / QRELS).glob("*.tsv*")
        if path.is_file() and path.name.endswith((".tsv", ".tsv.gz"))
    }
    if not found:
        raise BeirMissingError(folder, "qrels/NAME.tsv or qrels/NAME.tsv.gz")
    return tuple(sorted(found))


def chosen(folder: Path, wanted: str | None) -> str:
    """Return the judgments to use: the wanted ones, else `test`, else the only ones.

    Raises BeirMissingError, QrelsChoiceError.
    """
    known = names(folder)
    if wanted is not None:
        if wanted not in known:
            raise QrelsChoiceError(folder, wanted, known)
        return wanted
    if DEFAULT in known:
        return DEFAULT
    if len(known) > 1:
        raise QrelsChoiceError(folder, None, known)
    return known[0]


def qrels(folder: Path, name: str) -> tuple[dict[str, dict[str, int]], tuple[BadLine, ...]]:
    """Read judgments: query to document to grade, and the bad lines. Raises BeirMissingError."""
    path = _file(folder / QRELS, f"{name}.tsv")
    found: dict[str, dict[str, int]] = {}
    bad: list[BadLine] = []
    count = 0
    for number, line in _lines(path):
        if isinstance(line, BadLine):
            bad.append(line)
            continue
        if not line.strip():
            continue
        reason = _judge(line, found, first=number == 1)
        count += 1
        if reason:
            bad.append(BadLine(file=f"{QRELS}/{path.name}", line=number, reason=reason))
        if count > _MOST_JUDGMENTS:
            reason = f"more than {_MOST_JUDGMENTS} judgments; the rest was not read"
            bad.append(BadLine(file=f"{QRELS}/{path.name}", line=number, reason=reason))
            break
    return found, tuple(bad)


def _judge(line: bytes, found: dict[str, dict[str, int]], *, first: bool) -> str:
    """Take a line into `found`; returns why it was not understood, or nothing."""
    try:
        text = line.removeprefix(b"\xef\xbb\xbf").decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        return f"byte {error.start} is not UTF-8"
    columns = text.split("\t")
    if len(columns) != _COLUMNS or not columns[0] or not columns[1]:
        return f"not {_COLUMNS} filled columns with tabs between them: query-id, corpus-id, score"
    query, document, score = columns
    grade = as_grade(score.strip())
    if grade is None:
        return "" if first else f"the score {score[:40]!r} is no whole number"
    known = found.setdefault(query, {}).setdefault(document, grade)
    return "" if known == grade else f"{document[:80]!r} was judged otherwise before; the first grade holds"


def _lines(path: Path) -> Iterator[tuple[int, bytes | BadLine]]:
    """Yield (line number from 1, line); a line that is too long, or where a file breaks off, as a BadLine."""
    number = 0
    try:
        with _opened(path) as file:
            while line := file.readline(LINE_LIMIT + 1):
                number += 1
                if len(line) > LINE_LIMIT:
                    while line and not line.endswith(b"\n"):
                        line = file.readline(1 << 20)
                    reason = f"longer than {LINE_LIMIT >> 20} MiB"
                    yield number, BadLine(file=path.name, line=number, reason=reason)
                else:
                    yield number, line
    except (OSError, EOFError, zlib.error) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        reason = f"the file is damaged or ends early here, the rest was not read ({why})"
        yield number + 1, BadLine(file=path.name, line=number + 1, reason=reason)


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb")
