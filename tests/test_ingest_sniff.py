from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from typing import TYPE_CHECKING

from ingest.sniff import PAGE, head

if TYPE_CHECKING:
    from pathlib import Path

XML = b'<?xml version="1.0"?><x:list xmlns:x="y"><r/></x:list>'


def test_a_file_begins_with_its_unpacked_bytes_whatever_it_is_packed_in(tmp_path: Path) -> None:
    plain = tmp_path / "A.XML"
    plain.write_bytes(XML)
    (tmp_path / "a.xml.gz").write_bytes(gzip.compress(XML))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("p/1.tif", b"MM")
        archive.writestr("p/A.xml", XML)
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as tar:
        info = tarfile.TarInfo("q/a.xml")
        info.size = len(XML)
        tar.addfile(info, io.BytesIO(XML))
    for path in tmp_path.iterdir():
        found = head(path)
        assert (found.suffix, found.root, found.data) == (".xml", "list", XML)


def test_no_more_than_a_page_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * (3 * PAGE))
    packed = tmp_path / "a.txt.gz"
    packed.write_bytes(gzip.compress(b"x" * (3 * PAGE)))
    assert len(head(path).data) == len(head(packed).data) == PAGE


def test_what_cannot_be_read_begins_with_nothing(tmp_path: Path) -> None:
    assert head(tmp_path / "gone.xml").data == b""
    for name in ("a.zip", "a.tgz", "a.xml.gz"):
        path = tmp_path / name
        path.write_bytes(b"no archive at all")
        assert head(path).data == b""


def test_a_file_that_changes_is_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one")
    assert head(path).data == b"one"
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert head(path).data == b"two"
