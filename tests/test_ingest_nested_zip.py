"""Archives of archives: known by what is inside, read in order, a damaged one costs itself only."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from ingest import sources
from ingest.documents import Document, Unreadable
from ingest.epo_fulltext import EPO_FULLTEXT
from ingest.items import offset_of
from ingest.record_stream import members
from tests.test_ingest_epo_fulltext import SAMPLES, document

if TYPE_CHECKING:
    from pathlib import Path


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def weekly(path: Path, middle: bytes) -> Path:
    last = document("B1", number="1234567").encode()
    files = {
        "index.html.old": b"x",
        "DOC/EPNWB2/a.zip": zipped({"a/a.tif": b"II*", "a/a.xml": SAMPLES["ep-b2.xml"]}),
        "DOC/EPNWB2/b.zip": middle,
        "DOC/EPNWB1/c.zip": zipped({"c/c.xml": last}),
    }
    path.write_bytes(zipped(files))
    return path


def test_a_weekly_file_is_known_by_its_first_document_and_read_in_order(tmp_path: Path) -> None:
    inner = zipped({"b/b.xml": document("A1", number="1999999").encode()})
    path = weekly(tmp_path / "week.zip", inner)
    assert sources.detect(path).name == "epo-fulltext"
    items = list(EPO_FULLTEXT.read(path))
    assert [item.key for item in items if isinstance(item, Document)] == [
        "EP-799087-B2",
        "EP-1999999-A1",
        "EP-1234567-B1",
    ]
    places = [offset_of(item) for item in items]
    assert places == sorted(set(places))
    assert list(EPO_FULLTEXT.read(path, after=places[0])) == items[1:]
    assert [member.name.split("!")[1:] for member in members(path)] == [
        ["DOC/EPNWB2/a.zip", "a/a.xml"],
        ["DOC/EPNWB2/b.zip", "b/b.xml"],
        ["DOC/EPNWB1/c.zip", "c/c.xml"],
    ]


def test_a_damaged_archive_inside_costs_itself_only(tmp_path: Path) -> None:
    path = weekly(tmp_path / "week.zip", zipped({"b/b.xml": b"<x/>"})[:-30])
    items = list(EPO_FULLTEXT.read(path))
    assert [type(item) for item in items] == [Document, Unreadable, Document]
    (lost,) = (item for item in items if isinstance(item, Unreadable))
    assert lost.file.endswith("week.zip!DOC/EPNWB2/b.zip")
    assert "the archive inside cannot be opened" in lost.reason


def test_an_archive_in_an_archive_in_an_archive_is_not_looked_for(tmp_path: Path) -> None:
    deep = zipped({"deep.zip": zipped({"a.xml": SAMPLES["ep-b2.xml"]})})
    path = tmp_path / "deep.zip"
    path.write_bytes(zipped({"outer.zip": deep}))
    assert list(members(path)) == []
    assert [type(item) for item in EPO_FULLTEXT.read(path)] == [Unreadable]
