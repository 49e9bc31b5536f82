"""One damaged file: it is named, the rest is searched, and only what was lost is made again."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from index.errors import IndexDamagedError, IndexingError
from index.hybrid import HybridIndex
from tests.hash_encoder import hashed
from tests.index_samples import make_item

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from index.hybrid import Hit

ITEMS = [make_item(number) for number in range(1, 25)]
QUERIES = ("ceramic seal of a rotor", "laser mirror", "packet router cache", "battery charge current sensor")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    with HybridIndex.open(folder, hashed(), write=True) as index:
        for start in (0, 8, 16):
            index.apply(ITEMS[start : start + 8])
        index.apply([], [2])
    HybridIndex.open(folder, hashed(), write=True).close()  # leaves the newest generation alone
    return folder


@pytest.fixture(scope="module")
def answers(whole: Path) -> list[list[Hit]]:
    with HybridIndex.open(whole, hashed()) as index:
        return _answers(index)


def _halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x01
    path.write_bytes(bytes(data))


def _gone(path: Path) -> None:
    path.unlink()


DAMAGES = pytest.mark.parametrize("damage", [_halved, _flipped, _gone])


@DAMAGES
def test_a_damaged_segment_is_named_and_the_rest_is_searched(
    tmp_path: Path, whole: Path, damage: Callable[[Path], None], answers: list[list[Hit]]
) -> None:
    for name in _names(whole, "dense/segment-*/*"):
        copy = _copy(whole, tmp_path)
        damage(copy / name)
        with HybridIndex.open(copy, hashed()) as index:
            assert len(index.damaged) == 1
            found = index.damaged[0]
            assert found.path in ((copy / name), (copy / name).parent)
            assert found.items == (7 if name.startswith("dense/segment-00000002") else 8)
            assert len(index.ids()) == 23 - found.items
            assert index.items == 23
            meant = index.search(QUERIES[0], mode="meaning", limit=50)
            assert {hit.item for hit in meant} == set(index.ids().tolist())
            assert index.search(QUERIES[0], mode="words", limit=50)


@DAMAGES
def test_a_writer_drops_what_was_lost_and_adding_it_again_heals(
    tmp_path: Path, whole: Path, damage: Callable[[Path], None], answers: list[list[Hit]]
) -> None:
    for name in _names(whole, "dense/segment-*/*codes.npy"):
        copy = _copy(whole, tmp_path)
        damage(copy / name)
        with HybridIndex.open(copy, hashed(), write=True) as index:
            assert index.damaged == ()
            held = set(index.ids().tolist())
            assert index.items == index.manifest.documents == len(held) < 23
            healed = index.apply([item for item in ITEMS if item.id not in held and item.id != 2])
            assert healed.items == healed.documents == 23
        with HybridIndex.open(copy, hashed()) as index:
            index.verify()
            assert index.damaged == ()
            for found, expected in zip(_answers(index), answers, strict=True):
                if expected[0].words_rank is None:
                    assert found == expected
                else:  # the engine counts words of what it has dropped until it merges
                    assert {hit.item for hit in found} == {hit.item for hit in expected}


@DAMAGES
def test_damaged_words_are_an_error_to_who_asks_for_them_and_meaning_answers(
    tmp_path: Path, whole: Path, damage: Callable[[Path], None]
) -> None:
    names = _names(whole, "lexical/*/*/*") + _names(whole, "lexical/*/files.json")
    names = [name for name in names if not name.endswith(".lock")]
    assert len(names) > 10
    with HybridIndex.open(whole, hashed()) as index:
        meant = index.search(QUERIES[0], mode="meaning", limit=50)
    for name in names[:: max(1, len(names) // 12)]:
        copy = _copy(whole, tmp_path)
        damage(copy / name)
        with HybridIndex.open(copy, hashed()) as index:
            assert [found.items for found in index.damaged] == [23]
            assert str(copy / "lexical") in str(index.damaged[0].path)
            for mode in ("words", "fused"):
                with pytest.raises(IndexDamagedError, match="corpus rebuild"):
                    index.search(QUERIES[0], mode=mode)
            assert index.search(QUERIES[0], mode="meaning", limit=50) == meant
        with pytest.raises(IndexDamagedError, match="corpus rebuild"):
            HybridIndex.open(copy, hashed(), write=True)


@pytest.mark.parametrize("write", [False, True])
@DAMAGES
def test_without_knowing_what_is_alive_nothing_opens(
    tmp_path: Path, whole: Path, damage: Callable[[Path], None], write: bool
) -> None:
    for name in [*_names(whole, "dense/dead-*"), "manifest.json"]:
        if damage is _gone and name == "manifest.json":
            continue
        copy = _copy(whole, tmp_path)
        damage(copy / name)
        with pytest.raises(IndexingError, match="corpus rebuild"):
            HybridIndex.open(copy, hashed(), write=write)


def _names(whole: Path, pattern: str) -> list[str]:
    found = sorted(str(path.relative_to(whole)) for path in whole.glob(pattern) if path.is_file())
    assert found
    return found


def _copy(whole: Path, parent: Path) -> Path:
    copy = parent / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(whole, copy)
    return copy


def _answers(index: HybridIndex) -> list[list[Hit]]:
    return [
        index.search(query, mode=mode, limit=50)
        for query in QUERIES
        for mode in ("words", "meaning", "fused")
    ]
