from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents import Document, DocumentKind, Origin, Unreadable
from ingest.errors import RecordRefusedError
from ingest.items import Item, offset_of
from ingest.json_records import JsonRecords, Record, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def _make(record: Record, origin: Origin) -> Iterator[Item]:
    if not isinstance(record.get("id"), str):
        raise RecordRefusedError("it has no id")
    yield Document(key=str(record["id"]), kind=DocumentKind.PAPER, text="x", sections=(), origin=origin)


READER = JsonRecords(
    name="j", mark=re.compile(rb'"id"'), make=_make, lists=(("message", "items"), ("results",))
)
RECORDS = [{"id": "a"}, {"id": 7}, {"id": "b"}]
LINES = b"".join(json.dumps(record).encode() + b"\n" for record in RECORDS)
PAGE = json.dumps({"message": {"items": RECORDS}}, indent=1).encode()


def keys(items: list[Item]) -> list[str]:
    return [item.key for item in items if isinstance(item, Document)]


@pytest.mark.parametrize(
    "data",
    [
        LINES,
        PAGE,
        json.dumps({"results": RECORDS}).encode(),
        json.dumps(RECORDS, indent=2).encode(),
        b"\n\n" + LINES + b"\n\n",
        b"\xef\xbb\xbf" + PAGE,
    ],
)
def test_lines_and_answers_give_the_same_records(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(data)
    assert READER.recognises(path)
    items = list(READER.read(path))
    assert keys(items) == ["a", "b"]
    assert [i.reason for i in items if isinstance(i, Unreadable)] == ["it has no id"]
    offsets = [offset_of(item) for item in items]
    assert offsets == sorted(set(offsets))
    for count, item in enumerate(items):
        assert list(READER.read(path, after=offset_of(item))) == items[count + 1 :]


def test_a_gzip_file_is_read_as_lines(tmp_path: Path) -> None:
    path = tmp_path / "part_000.gz"
    path.write_bytes(gzip.compress(LINES))
    assert keys(list(READER.read(path))) == ["a", "b"]
    path = tmp_path / "part_000.jsonl.gz"
    path.write_bytes(gzip.compress(LINES)[:-9])
    assert READER.recognises(path)
    cut = list(READER.read(path))
    assert isinstance(cut[-1], Unreadable)
    assert keys(cut)[:1] == ["a"]  # what stands before the end of a cut file is read


def test_a_broken_line_costs_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "a"}\n{"id": \n[1]\n\xff\n{"id": "b"}\n')
    items = list(READER.read(path))
    assert keys(items) == ["a", "b"]
    assert len(items) == 5


def test_lone_surrogates_become_a_mark_and_pairs_and_backslashes_stay() -> None:
    assert parsed(rb'["\ud83d\ude00", "\ud800x", "\\ud800", "\\\udc00"]') == [
        "\U0001f600",
        "\ufffdx",
        "\\ud800",
        "\\\ufffd",
    ]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_bytes_are_values_and_never_exceptions(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    source = data.draw(st.sampled_from([LINES, PAGE]))
    at = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(at, min(len(source), at + 30)))
    path = tmp_path_factory.getbasetemp() / "m.json"
    path.write_bytes(source[:at] + data.draw(st.binary(max_size=20)) + source[end:])
    offsets = [offset_of(item) for item in READER.read(path)]
    assert offsets == sorted(set(offsets))
    assert offsets
