"""A writer killed at any instant, and readers beside a writer that is alive. This file is also the writer."""

from __future__ import annotations

import errno
import itertools
import os
import random
import select
import shutil
import signal
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import pytest

from index import segment_files
from index.errors import IndexWriteError
from index.hybrid import Hit, HybridIndex, Item, Piece
from index.merging import MOST_SEGMENTS
from tests.hash_encoder import hashed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from index.manifest import Manifest

WORDS = (
    "valve",
    "pump",
    "seal",
    "ceramic",
    "rotor",
    "housing",
    "spring",
    "sensor",
    "laser",
    "mirror",
    "cache",
)
QUERIES = ("ceramic seal of a rotor", "laser mirror", "valve AND pump")
BATCHES = 24
SIZE = 6
KILLS = int(os.environ.get("KILLS", "6"))


def batch(number: int) -> tuple[list[Item], list[int]]:
    """Return what batch `number` adds, replaces and removes."""
    first = number * SIZE + 1
    add = [item(n) for n in range(first, first + SIZE)]
    if number % 3 == 2:  # of the batch before, one is replaced and one removed
        return [*add, replace(item(first - 2), title="mirror of a laser")], [first - 1]
    return add, []


def item(number: int) -> Item:
    rng = random.Random(number)
    pieces = tuple(
        Piece(ordinal=n, field="description", text=" ".join(rng.choices(WORDS, k=rng.randint(3, 12))))
        for n in range(rng.randint(1, 3))
    )
    return Item(id=number, day=number, tags=("kind:patent",), title=rng.choice(WORDS), pieces=pieces)


def write(folder: Path) -> None:
    """Apply every batch that the index has not seen, telling of each one, then merge what is left."""
    with HybridIndex.open(folder, hashed(), write=True) as index:
        _tell("open")
        for number in range(done(index), BATCHES):
            index.apply(*batch(number))
            _tell(str(number + 1))
        index.settle()
        _tell("settled")


def done(index: HybridIndex) -> int:
    """Return how many batches an index holds, by its items."""
    return next(count for count in range(BATCHES + 1) if index.items == SIZE * count - count // 3)


def answers(index: HybridIndex) -> list[list[Hit]]:
    return [
        index.search(query, mode=mode, limit=50)
        for query in QUERIES
        for mode in ("words", "meaning", "fused")
    ]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> HybridIndex:
    folder = tmp_path_factory.mktemp("undisturbed")
    write(folder)
    return HybridIndex.open(folder, hashed())


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[list[list[Hit]]]:
    """What an index that nobody disturbed answers after every number of batches."""
    found = []
    with HybridIndex.open(tmp_path_factory.mktemp("expected"), hashed(), write=True) as index:
        found.append(answers(index))
        for number in range(BATCHES):
            index.apply(*batch(number))
            found.append(answers(index))
    return found


def test_killed_at_any_instant_no_finished_search_changes(
    tmp_path: Path, undisturbed: HybridIndex, expected: list[list[list[Hit]]]
) -> None:
    """A writer is killed while it builds, removes and merges; `KILLS=30` does it thirty times a round."""
    rng = random.Random(0)
    killed = reached = 0
    kept: tuple[HybridIndex, int] | None = None
    folder = tmp_path / "index"
    while killed < KILLS:
        with _writer(folder) as writer:
            lines = cast("IO[str]", writer.stdout)
            # Wait for it to have begun (or to have done another batch or two), then for a part of a batch.
            for _ in range(rng.randint(0, 4)):
                lines.readline()
            select.select([lines], [], [], rng.uniform(0.0, 0.15))
            writer.send_signal(signal.SIGKILL)
            writer.communicate()
        killed += 1
        if kept is not None:  # its files may be gone: it goes on with what it opened
            assert answers(kept[0]) == expected[kept[1]]
            kept[0].close()
            kept = None
        if (folder / "manifest.json").exists():
            reader = HybridIndex.open(folder, hashed())
            assert reader.damaged == ()
            assert done(reader) >= reached
            reached = done(reader)
            assert answers(reader) == expected[reached]
            kept = reader, reached
            if reached == BATCHES and killed < KILLS:  # once more from the beginning
                shutil.rmtree(folder)
                reached = 0
    write(folder)
    again = HybridIndex.open(folder, hashed())
    assert _counts(again.manifest) == _counts(undisturbed.manifest)
    assert answers(again) == answers(undisturbed) == expected[BATCHES]
    with HybridIndex.open(folder, hashed(), write=True) as index:
        additions = [added for number in range(BATCHES) if number % 3 == 0 for added in batch(number)[0]]
        assert index.apply(additions) == again.manifest


def test_a_process_killed_in_a_merge_leaves_an_index_that_opens_and_merges(
    tmp_path: Path, expected: list[list[list[Hit]]]
) -> None:
    count = MOST_SEGMENTS + 1
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        for number in range(count - 1):
            index.apply(*batch(number))
    with _writer(tmp_path, "stuck") as writer:  # its merge never ends
        assert cast("IO[str]", writer.stdout).readline() == "merging\n"
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        assert len(index.manifest.segments) == count == done(index)
        assert answers(index) == expected[count]
        index.apply(*batch(count))
        assert len(index.settle().segments) < MOST_SEGMENTS
        assert answers(index) == expected[count + 1]


def stuck(folder: Path) -> None:
    """Apply one batch more; the merge that it starts writes half of its files and stops there."""
    write_rows = segment_files._write_rows

    def half(path: Path, blocks: Iterable[NDArray[Any]], count: int) -> None:
        write_rows(path, blocks, count)
        if threading.current_thread().name == "merge":
            _tell("merging")
            threading.Event().wait()

    segment_files._write_rows = half
    with HybridIndex.open(folder, hashed(), write=True) as index:
        index.apply(*batch(done(index)))


def test_a_disk_that_fails_at_any_step_leaves_the_batch_undone_and_repeatable(
    tmp_path: Path, undisturbed: HybridIndex
) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        for number in range(BATCHES):
            before = index.manifest
            for step in itertools.count():
                with pytest.MonkeyPatch.context() as patch:
                    steps = _fail_at(patch, step if number in (1, 2, 17, 23) else None)
                    try:
                        index.apply(*batch(number))
                        break
                    except IndexWriteError:
                        assert steps[0] > step
                assert index.manifest == before
                assert HybridIndex.open(tmp_path, hashed()).manifest == before
            assert steps[0] >= 4  # vectors, pieces, items, manifest
        assert _counts(index.manifest) == _counts(undisturbed.manifest)
        assert answers(index) == answers(undisturbed)


def test_what_a_killed_writer_left_is_swept_away(tmp_path: Path) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        index.apply(*batch(0))
    orphans = [
        tmp_path / "manifest.json.tmp",
        tmp_path / "dense" / "segment-00000004.tmp" / "vectors.npy",
        tmp_path / "dense" / "segment-00000004" / "vectors.npy",
        tmp_path / "dense" / "dead-00000002.npy",
        tmp_path / "lexical" / "generation-00000002" / "documents" / "meta.json",
    ]
    for path in orphans:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    with HybridIndex.open(tmp_path, hashed()) as reader:
        assert reader.generation == 1
        assert orphans[0].exists()
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        assert not any(path.exists() for path in orphans)
        assert index.apply(*batch(1)).generation == 2


def test_a_creation_that_was_killed_is_done_again(tmp_path: Path) -> None:
    left = tmp_path / "lexical" / "generation-00000000" / "documents"
    left.mkdir(parents=True)
    (left / "meta.json").write_text("half")
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        assert index.apply(*batch(0)).items == SIZE


def test_readers_open_whole_generations_while_another_process_writes(
    tmp_path: Path, undisturbed: HybridIndex
) -> None:
    seen = []
    with _writer(tmp_path) as writer:
        assert cast("IO[str]", writer.stdout).readline() == "open\n"
        while writer.poll() is None:
            with HybridIndex.open(tmp_path, hashed()) as reader:
                seen.append(reader.generation)
                found = reader.search(QUERIES[0], mode="meaning", limit=500)
                assert len(found) == reader.items
        assert writer.returncode == 0
    assert seen == sorted(seen)
    with HybridIndex.open(tmp_path, hashed()) as reader:
        assert done(reader) == BATCHES
        assert answers(reader) == answers(undisturbed)


def _counts(manifest: Manifest) -> Manifest:
    """Leave out what depends on how a generation came to be: names, numbers and hashes of files."""
    return replace(manifest, segments=(), lexical="", generation=0, words=0, dead=0, dead_digest="")


def _fail_at(patch: pytest.MonkeyPatch, step: int | None) -> list[int]:
    """Let the given flush of a file fail as on a full disk; the list counts them."""
    calls, sync = [0], os.fsync

    def fsync(descriptor: int) -> None:
        calls[0] += stat.S_ISREG(os.fstat(descriptor).st_mode)
        if step is not None and calls[0] == step + 1:
            raise OSError(errno.ENOSPC, "no space left")
        sync(descriptor)

    patch.setattr(os, "fsync", fsync)
    return calls


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _writer(folder: Path, what: str = "write") -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.test_index_crash", what, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )


if __name__ == "__main__":
    {"write": write, "stuck": stuck}[sys.argv[1]](Path(sys.argv[2]))
