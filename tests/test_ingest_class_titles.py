"""Titles of classes: the CPC scheme in XML, and IPC titles in a table."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.classes import ClassTitle
from ingest.documents import Unreadable
from ingest.items import offset_of

SCHEME = (Path(__file__).parent / "data" / "uspto" / "cpc_scheme.xml").read_text(encoding="utf-8")
TABLE = (
    "id\ttitle\nF16K\tVALVES (seats F16L; taps (of steel))\n"
    "F16K 1\tSeats (warm ones F16L0003060000)\nF16K 1/32\tof steel (hard)\n"
)
SAMPLES = {"cpc-scheme-F16K.xml": SCHEME.encode(), "ipc.tsv": TABLE.encode()}


def read(path: Path, after: int = -1) -> list[ClassTitle | Unreadable]:
    items = sources.detect(path).read(path, after=after)
    return [item for item in items if isinstance(item, ClassTitle | Unreadable)]


def said(items: list[ClassTitle | Unreadable]) -> list[tuple[str, ...]]:
    found = [item for item in items if isinstance(item, ClassTitle)]
    return [(item.scheme, item.symbol, item.title, str(item.level), item.parent) for item in found]


CPC = [
    ("CPC", "F16K", "WARM VALVES; TAPS of all kinds", "5", "F16"),
    ("CPC", "F16K1/00", "Seats", "7", "F16K"),
    ("CPC", "F16K1/32", "of steel", "8", "F16K1/00"),
    ("CPC", "F16K3/00", "Gates", "7", "F16K"),
]


def test_a_scheme_gives_each_symbol_its_title_level_and_parent(tmp_path: Path) -> None:
    path = tmp_path / "cpc-scheme-F16K.xml"
    path.write_text(SCHEME, encoding="utf-8")
    items = read(path)
    assert sources.detect(path).name == "cpc-scheme"
    assert said(items) == CPC
    data = SCHEME.encode()
    assert all(data[offset_of(item) :].startswith(b"<classification-item") for item in items)
    for after in (-1, *map(offset_of, items)):
        assert read(path, after) == [item for item in items if offset_of(item) > after]


def test_an_archive_of_schemes_is_read_and_a_broken_one_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "CPCSchemeXML202401.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cpc-scheme-F16K.xml", SCHEME)
        archive.writestr("cpc-scheme-F16L.xml", SCHEME[:-20])
        archive.writestr("cpc-scheme-F16M.xml", SCHEME.replace("F16K", "F16M"))
    items = read(path)
    assert sources.detect(path).name == "cpc-scheme"
    assert len(said(items)) == 2 * len(CPC)
    (reason,) = (item.reason for item in items if isinstance(item, Unreadable))
    assert reason.startswith("not well-formed")


def test_the_master_file_of_classes_by_number_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "master.xml"
    path.write_text('<u:CPCMasterClassificationFile xmlns:u="patent:uspto:doc:us:gov"/>', encoding="utf-8")
    (item,) = read(path)
    assert isinstance(item, Unreadable)
    assert "classes of patents by number" in item.reason


def test_a_table_of_the_ipc_gives_titles_without_references(tmp_path: Path) -> None:
    path = tmp_path / "ipc.tsv"
    path.write_text(TABLE + "nonsense\tof nothing\n", encoding="utf-8")
    packed = tmp_path / "packed.tsv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    items = read(path)
    assert sources.detect(path).name == sources.detect(packed).name == "ipc-titles"
    assert said(items) == said(read(packed))
    assert said(items)[1:] == [
        ("IPC", "F16K1/00", "Seats", "4", "F16K"),
        ("IPC", "F16K1/32", "of steel (hard)", "5", "F16K1/00"),
    ]
    assert isinstance(items[-1], Unreadable)
    assert "nonsense" in items[-1].reason
    for after in (-1, *map(offset_of, items)):
        assert read(path, after) == [item for item in items if offset_of(item) > after]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([("cpc-scheme-F16K.xml", "cpc-scheme"), ("ipc.tsv", "ipc-titles")]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=6)), min_size=1, max_size=4),
)
def test_changed_bytes_never_raise(
    tmp_path: Path, sample: tuple[str, str], changes: list[tuple[float, int, bytes]]
) -> None:
    name, reader = sample
    data = bytearray(SAMPLES[name])
    for place, length, new in changes:
        at = int(place * len(data))
        data[at : at + length] = new
    path = tmp_path / name
    path.write_bytes(data)
    last = -1
    for item in sources.reader(reader).read(path):
        assert item.title if isinstance(item, ClassTitle) else isinstance(item, Unreadable) and item.reason
        assert offset_of(item) > last
        last = offset_of(item)
