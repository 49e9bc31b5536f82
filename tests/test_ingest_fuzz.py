"""Every reader on mutated bytes: nothing is raised, offsets rise, and what is read stays true to itself.

Each module of tests of a reader has `SAMPLES`, our own files in the true format. A mutation is made from a
number, so a failure is repeated by it: put the number into `KEPT`, and it is tried for ever. CI tries a few
numbers of each sample; `FUZZ=10000 pytest tests/test_ingest_fuzz.py` tries that many of each format.
"""

from __future__ import annotations

import os
import random
import signal
from contextlib import contextmanager, suppress
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest import sources
from ingest.documents import Document, Unreadable
from ingest.errors import UndetectedSourceError
from ingest.items import Item, offset_of
from ingest.passages import passages
from tests.uspto_sample import application, grant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType

COUNT = int(os.environ.get("FUZZ", "60"))
"""Mutations of each format."""
PATIENCE = 20
"""Seconds after which reading a few kilobytes counts as hanging, on a busy machine too."""
_PARTS = frozenset({"test_ingest_table_records"})
"""Modules whose samples no reader takes by itself."""
KEPT: dict[str, tuple[int, ...]] = {}
"""Numbers that once failed, by format."""
_XML = (b"<", b">", b"&", b"&#0;", b"&bogus;", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<!DOCTYPE x [")
_JSON = (b"{", b"}", b"[", b"]", b'"', b"\\u0000", b"\\ud800", b":", b",", b"null", b"1e999", b"-1", b"true")
_BYTES = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n\n",
    b"\t",
    b"\x1a",
    b"\xc3",
    b"\xed\xa0\x80",
    b";",
)
_DAYS = (b"0000-00-00", b"00000000", b"99999999", b"2010-02-31", b"-0001", b"9999-12-31", b"1e9")
_LONG = (b"9" * 400, b"[" * 400, b"(" * 400, b" " * 2000, b"US" * 200, b"<a>" * 300, b"<p/>" * 300)
_WORDY = (b"claim 1 " * 60, b"1. " * 100, b'<?xml version="1.0"?>', b"\\")
TOKENS = (*_XML, *_JSON, *_BYTES, *_DAYS, *_LONG, *_WORDY)
_DEMO = Path(__file__).parents[1] / "pipeline" / "demo"
_PAGE = b"""<html><head><title>A lid</title><meta name="citation_date" content="2019/04/03"></head>
<body><h1>A lid</h1><p>A lid with a <b>spring</b>.</p><table><tr><td>1</td></tr></table></body></html>"""
_NOTES = b"---\ntitle: A lid\ndate: 2019-04-03\n---\n# A lid\n\n- with a *spring*\n\n## How\n\nIt opens.\n"


def formats() -> dict[str, dict[str, bytes]]:
    """Return the samples of each module of tests, by the module's name."""
    found = {
        "uspto_xml": {"ipg.xml": f"{grant()}{application()}".encode()},
        "jsonl": {"demo.jsonl": (_DEMO / "corpus" / "demo.jsonl").read_bytes()[:6000].rpartition(b"\n")[0]},
        "files": {"lid.html": _PAGE, "lid.md": _NOTES, "lid.txt": _NOTES},
    }
    for path in sorted(Path(__file__).parent.glob("test_ingest_*.py")):
        if path.stem not in _PARTS and "\nSAMPLES" in path.read_text(encoding="utf-8"):
            found[path.stem.removeprefix("test_ingest_")] = import_module(f"tests.{path.stem}").SAMPLES
    return found


FORMATS = formats()


def mutated(data: bytes, other: bytes, number: int) -> bytes:
    """Return the mutation of that number: a few cuts, copies, insertions, flips and splices."""
    chosen = random.Random(number)
    for _ in range(chosen.randint(1, 4)):
        start = chosen.randrange(len(data) + 1)
        end = min(len(data), start + int(chosen.expovariate(1 / 20)))
        kind = chosen.randrange(7)
        if kind == 0:
            data = data[:start] + data[end:]
        elif kind == 1:
            data = data[:start] + chosen.choice(TOKENS) + data[end:]
        elif kind == 2:
            data = data[:start] + chosen.choice(TOKENS) + data[start:]
        elif kind == 3:
            data = data[:start] + chosen.randbytes(end - start) + data[end:]
        elif kind == 4:
            at = chosen.randrange(len(data) + 1)
            data = data[:at] + data[start : start + chosen.randrange(400)] + data[at:]
        elif kind == 5:
            at = chosen.randrange(len(other) + 1)
            data = data[:start] + other[at : at + chosen.randrange(400)] + data[end:]
        else:
            data = data[:start]
    return data


@contextmanager
def patience(what: str) -> Iterator[None]:
    """Fail when the block takes longer than `PATIENCE`."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(what)

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def check(items: list[Item], source: str) -> None:
    """Look at what holds for everything that a reader yields.

    What a reader brings in is removed by its name, and its files are then read again: so all of it has that
    name.
    """
    offsets = [offset_of(item) for item in items]
    assert all(before < after for before, after in pairwise(offsets))
    for item in items:
        if isinstance(item, Unreadable):
            assert item.reason
            continue
        assert item.origin.source == source
        if isinstance(item, Document):
            assert item.key.strip()
            assert all(0 <= s.start <= s.end <= len(item.text) for s in item.sections)
            assert all(item.text[c.start : c.end].strip() for c in item.claims)
            assert all(p.end <= len(item.text) for p in passages(item))
            assert len(item.digest) == 64
            assert all(event.utc[0] <= event.utc[1] for event in item.events)


def _readers(folder: Path, samples: Iterable[str]) -> dict[str, sources.Reader]:
    """Return the readers that files go to of themselves; one that goes to none is a part of a format."""
    found = {}
    for file in samples:
        with suppress(UndetectedSourceError):
            found[file] = sources.detect(folder / file)
    return found


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_mutated_files_are_values_and_never_exceptions(name: str, tmp_path: Path) -> None:
    samples = FORMATS[name]
    for file, data in samples.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes(data)
    readers = _readers(tmp_path, samples)
    files = sorted(readers)
    for number in (*KEPT.get(name, ()), *range(COUNT)):
        file = files[number % len(files)]
        path = tmp_path / file
        path.write_bytes(mutated(samples[file], samples[files[(number + 1) % len(files)]], number))
        place = f"{name}: mutation {number} of {file}"
        try:
            with patience(place):
                assert isinstance(readers[file].recognises(path), bool)
                check(list(readers[file].read(path)), readers[file].name)
        except Exception as error:
            raise AssertionError(f"{place}: {type(error).__name__}: {error}") from error
        finally:
            path.write_bytes(samples[file])


def test_every_reader_of_files_has_samples(tmp_path: Path) -> None:
    tried = set()
    for name, samples in FORMATS.items():
        for file, data in samples.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        tried |= {reader.name for reader in _readers(tmp_path / name, samples).values()}
    assert set(sources.SOURCES) - tried == {"git"}  # it reads folders
