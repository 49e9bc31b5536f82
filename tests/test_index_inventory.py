"""Files that are short, altered or gone are noticed before an engine reads them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from index import inventory
from index.errors import IndexDamagedError, ManifestMismatchError
from index.hybrid import HybridIndex, Item, Piece
from tests.hash_encoder import HashEncoder, hashed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    with HybridIndex.open(folder, hashed(), write=True) as index:
        for number in (1, 2, 3):
            piece = Piece(ordinal=0, field="abstract", text=f"valve {number}")
            index.apply([Item(id=number, day=1, tags=(), title="", pieces=(piece,))])
        index.apply([], [2])
    HybridIndex.open(folder, hashed(), write=True).close()  # leaves the newest generation alone
    return folder


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x55
    path.write_bytes(bytes(data))


def test_a_large_index_is_read_as_a_whole_only_when_asked(
    tmp_path: Path, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(whole, copy)
    monkeypatch.setattr(inventory, "READ", 0)
    with HybridIndex.open(copy, hashed()) as index:
        index.verify()
        _flipped(next((copy / "dense").rglob("passages.codes.npy")))
        with pytest.raises(IndexDamagedError, match="not the file"):
            index.verify()
    with HybridIndex.open(whole, hashed()) as index:
        index.verify()


def test_two_precisions_never_mix(whole: Path) -> None:
    encoder = HashEncoder()
    encoder.precision = "bfloat16"
    with pytest.raises(ManifestMismatchError, match="computed in 'float32' but is opened with 'bfloat16'"):
        HybridIndex.open(whole, replace(hashed(), documents=encoder))


def test_what_is_unchanged_is_hashed_once(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.bin").write_bytes(b"aaaa")
        (tmp_path / name / "b.json").write_text("{}")
    first = inventory.write(tmp_path / "one", None)
    assert inventory.write(tmp_path / "two", tmp_path / "one") == first
    inventory.check(tmp_path / "two", first, deep=True)
