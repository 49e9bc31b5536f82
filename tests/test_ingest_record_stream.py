"""Streams of records: cutting, damage, and the memory they need."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.documents import Document, Unreadable
from ingest.record_stream import Piece, members, pieces
from ingest.uspto_xml import UsptoXml

if TYPE_CHECKING:
    from pathlib import Path

CUT = re.compile(rb"<\?xml\s{1,20}version")
START = b"<?xml version"


def tiny(number: int, filler: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>\n<us-patent-grant lang="EN"><us-bibliographic-data-grant>'
        f"<publication-reference><document-id><country>US</country><doc-number>{number}</doc-number>"
        f"<kind>B2</kind><date>20150901</date></document-id></publication-reference>"
        f"<invention-title>Lid {number}</invention-title></us-bibliographic-data-grant>"
        f"<description><p num='0001'>{filler}</p></description></us-patent-grant>\n"
    ).encode()


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8), st.integers(1, 60), st.integers(0, 30))
def test_pieces_are_the_stream_again_whatever_the_chunks(sizes: list[int], chunk: int, lead: int) -> None:
    records = [START + b"x" * size for size in sizes]
    stream = b" " * lead + b"".join(records)
    found = list(pieces((stream[at : at + chunk] for at in range(0, len(stream), chunk)), CUT))
    assert b"".join(piece.data for piece in found) == stream
    assert all(stream[piece.offset :].startswith(piece.data) for piece in found)
    assert [piece.data for piece in found if piece.data.strip()] == records


@given(st.lists(st.integers(0, 400), min_size=1, max_size=8), st.integers(1, 90))
def test_a_record_past_the_limit_is_dropped_and_the_others_are_not(sizes: list[int], chunk: int) -> None:
    records = [START + b"x" * size for size in sizes]
    stream = b"".join(records)
    found = list(pieces((stream[at : at + chunk] for at in range(0, len(stream), chunk)), CUT, limit=200))
    starts = [sum(map(len, records[:index])) for index in range(len(records))]
    assert found == [
        Piece(offset=start, data=b"" if len(record) > 200 else record, oversize=len(record) > 200)
        for start, record in zip(starts, records, strict=True)
    ]


def words(seed: int) -> str:
    return " ".join(str(zlib.crc32(bytes([seed % 251, n % 251, n // 251]))) for n in range(2000))


def archive(path: Path, count: int, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("week.xml", b"".join(tiny(number, words(number)) for number in range(1, count)))
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_truncated_archive_gives_what_was_whole_and_one_reason(
    tmp_path: Path, share: float, method: int
) -> None:
    path = archive(tmp_path / "w.zip", 40, method)
    whole = list(UsptoXml().read(path))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    *documents, last = UsptoXml().read(path)
    assert documents == whole[: len(documents)]
    assert len(documents) >= 38 * share * 0.6
    assert isinstance(last, Unreadable)
    assert "ends early at byte" in last.reason
    assert "incomplete" in last.reason


def test_an_archive_that_lost_only_its_directory_gives_all_and_says_so(tmp_path: Path) -> None:
    path = archive(tmp_path / "w.zip", 10)
    whole = list(UsptoXml().read(path))
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"PK\x01\x02")])
    *documents, last = UsptoXml().read(path)
    assert documents == whole
    assert isinstance(last, Unreadable)
    assert "without its directory" in last.reason


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True))
def test_an_archive_cut_anywhere_never_raises(tmp_path: Path, share: float) -> None:
    path = tmp_path / "w.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.xml", tiny(1) + tiny(2))
        file.writestr("notes.txt", "no")
        file.writestr("b.xml", tiny(3))
    whole = list(UsptoXml().read(path))
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    *documents, last = UsptoXml().read(path)
    assert isinstance(last, Unreadable)
    assert [item for item in documents if isinstance(item, Document)] == whole[: len(documents)]


def test_a_member_whose_bytes_were_changed_is_a_reason_and_the_next_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "w.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            "a.xml", tiny(1, "".join(str(zlib.crc32(bytes([n % 251, n % 7]))) for n in range(5000)))
        )
        file.writestr("b.xml", tiny(2))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 - 40 : len(data) // 2] = bytes(40)
    path.write_bytes(data)
    items = list(UsptoXml().read(path))
    assert [type(item) for item in items] == [Unreadable, Document]
    assert isinstance(items[0], Unreadable)
    assert items[0].reason.startswith("damaged")


@pytest.mark.parametrize("size", [1, 0xFFFFFFFE])
def test_a_member_that_lies_about_its_size_is_a_reason_and_the_next_one_is_read(
    tmp_path: Path, size: int
) -> None:
    path = tmp_path / "w.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.xml", tiny(1))
        file.writestr("b.xml", tiny(2))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02") + 24  # the uncompressed size in the first entry of the directory
    data[at : at + 4] = size.to_bytes(4, "little")
    path.write_bytes(data)
    assert UsptoXml().measure(path) >= size
    *_, last = items = list(UsptoXml().read(path))
    assert isinstance(last, Document)
    assert last.key == "US-2-B2"
    assert size > 1 or isinstance(items[0], Unreadable)
    offsets = [item.origin.offset if isinstance(item, Document) else item.offset for item in items]
    assert offsets == sorted(set(offsets))
    assert list(UsptoXml().read(path, after=offsets[-2])) == [last]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_is_a_reason_whatever_packed_the_member(tmp_path: Path, method: int) -> None:
    path = tmp_path / "w.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("a.xml", tiny(1, words(7)))
        file.writestr("b.xml", tiny(2))
    data = bytearray(path.read_bytes())
    data[4000:4400] = bytes(400)
    path.write_bytes(data)
    first, last = UsptoXml().read(path)
    assert isinstance(first, Unreadable)
    assert first.reason.startswith("damaged")
    assert not first.passing
    assert isinstance(last, Document)


def test_an_encrypted_member_is_a_reason(tmp_path: Path) -> None:
    path = archive(tmp_path / "w.zip", 3)
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    (item,) = UsptoXml().read(path)
    assert isinstance(item, Unreadable)
    assert "encrypted" in item.reason


def test_a_file_that_is_not_there_is_a_reason(tmp_path: Path) -> None:
    for name in ("gone.xml", "gone.zip"):
        (item,) = UsptoXml().read(tmp_path / name)
        assert isinstance(item, Unreadable)
        assert "No such file" in item.reason


def test_member_names_cannot_smuggle_controls(tmp_path: Path) -> None:
    path = tmp_path / "w.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a\x1b[31m\n.xml", tiny(1))
    (member,) = [member.name for member in members(path)]
    assert member == f"{path}!a?[31m?.xml"


PEAK = r"""
import re, resource, sys
from pathlib import Path
from ingest.uspto_xml import UsptoXml
count = sum(1 for _ in UsptoXml().read(Path(sys.argv[1])))
status = Path("/proc/self/status")
if status.exists():  # a child's ru_maxrss starts at its parent's size; the high-water mark here does not
    peak = int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1])
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(count, peak // 1024)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="peak memory is read with getrusage")
def test_three_hundred_megabytes_are_streamed_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "week.zip"
    record = tiny(7, "A lid closes a pot. " * 10_000).replace(
        b"<description>", b"<description>" + b" " * 800_000
    )
    count = 310_000_000 // len(record) + 1
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file,
        file.open("week.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(count):
            member.write(record)
    child = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)], capture_output=True, check=True, timeout=60, text=True
    )
    read, peak = map(int, child.stdout.split())
    assert UsptoXml().measure(path) > 300_000_000
    assert read == count
    assert peak < 300, f"{peak} MiB"
