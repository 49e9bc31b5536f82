from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.documents import Document, DocumentKind, Origin, Unreadable
from ingest.errors import RecordRefusedError
from ingest.items import Item, offset_of
from ingest.xml_records import XmlRecords

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element


def _make(element: _Element, origin: Origin) -> Iterator[Item]:
    if (element.text or "").startswith("bad"):
        raise RecordRefusedError("a bad record")
    key = element.get("id") or ""
    yield Document(key=key, kind=DocumentKind.PAPER, text=element.text or "", sections=(), origin=origin)
    if element.get("warn"):
        yield Unreadable(file=origin.file, offset=origin.offset, reason="a part was not read")


LISTS = XmlRecords(name="lists", roots=frozenset({"list"}), records=frozenset({"r"}), make=_make)
WHOLES = XmlRecords(name="wholes", roots=frozenset({"w"}), make=_make)
DATA = b"""<?xml version="1.0" encoding="UTF-8"?>
<list xmlns:x="y"><head/><r id="a" warn="1">one</r><r id="b">bad</r><r id="c">t&amp;o</r>
<r id="d">three</list>
<?xml version="1.0"?><list><r id="e">four</r></list>"""


def read(reader: XmlRecords, path: Path, data: bytes, after: int = -1) -> list[Item]:
    path.write_bytes(data)
    return list(reader.read(path, after=after))


def test_a_bad_record_costs_itself_only(tmp_path: Path) -> None:
    items = read(LISTS, tmp_path / "a.xml", DATA)
    assert [i.key for i in items if isinstance(i, Document)] == ["a", "c", "e"]
    reasons = [i.reason for i in items if isinstance(i, Unreadable)]
    assert reasons == ["a part was not read", "a bad record", "the record is incomplete: its end is missing"]


def test_offsets_rise_and_point_at_the_record(tmp_path: Path) -> None:
    items = read(LISTS, tmp_path / "a.xml", DATA)
    offsets = [offset_of(item) for item in items]
    assert offsets == sorted(set(offsets))
    for item in items:
        if isinstance(item, Document):
            assert DATA[item.origin.offset :].startswith(f'<r id="{item.key}"'.encode())


def test_reading_on_after_any_offset_gives_the_rest(tmp_path: Path) -> None:
    whole = read(LISTS, tmp_path / "a.xml", DATA)
    for count, item in enumerate(whole):
        assert list(LISTS.read(tmp_path / "a.xml", after=offset_of(item))) == whole[count + 1 :]


@pytest.mark.parametrize("kind", ["gz", "zip", "tar.gz"])
def test_packed_files_give_the_same_documents(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.xml.{kind}" if kind == "gz" else tmp_path / f"a.{kind}"
    if kind == "gz":
        path.write_bytes(gzip.compress(DATA))
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("pictures/1.tif", b"MM")
            archive.writestr("a.xml", DATA)
    else:
        with tarfile.open(path, "w:gz") as tar:
            info = tarfile.TarInfo("in/a.xml")
            info.size = len(DATA)
            tar.addfile(info, io.BytesIO(DATA))
    assert LISTS.recognises(path)
    assert LISTS.measure(path) > 0
    items = list(LISTS.read(path))
    assert [i.key for i in items if isinstance(i, Document)] == ["a", "c", "e"]
    path.write_bytes(path.read_bytes()[:-30])
    assert isinstance(list(LISTS.read(path))[-1], Unreadable)


def test_glued_documents_are_read_one_by_one(tmp_path: Path) -> None:
    declared = b'<?xml version="1.0"?>'
    data = declared.join([b"", b'<w id="a">x</w>\n', b"<other/>", b'<w id="b">y</w>'])
    items = read(WHOLES, tmp_path / "a.xml", data)
    assert [i.key for i in items if isinstance(i, Document)] == ["a", "b"]
    assert [i.reason for i in items if isinstance(i, Unreadable)] == [
        "not a document of wholes: its root is 'other'"
    ]


def test_what_holds_nothing_of_ours_says_so(tmp_path: Path) -> None:
    assert [i.reason for i in read(LISTS, tmp_path / "a.xml", b"") if isinstance(i, Unreadable)] == [
        "is empty"
    ]
    found = read(LISTS, tmp_path / "a.xml", b"<list><head/></list>")
    assert [i.reason for i in found if isinstance(i, Unreadable)] == ["holds no record of this source"]
    found = read(LISTS, tmp_path / "a.xml", b'<!DOCTYPE list [<!ENTITY a "b">]><list><r id="a">x</r></list>')
    assert [i.reason for i in found if isinstance(i, Unreadable)] == ["declares entities; refused"]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_bytes_are_values_and_never_exceptions(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(DATA)))
    end = data.draw(st.integers(at, min(len(DATA), at + 40)))
    mutated = DATA[:at] + data.draw(st.binary(max_size=20)) + DATA[end:]
    path = tmp_path_factory.getbasetemp() / "m.xml"
    for reader in (LISTS, WHOLES):
        offsets = [offset_of(item) for item in read(reader, path, mutated)]
        assert offsets == sorted(set(offsets))
        assert offsets
