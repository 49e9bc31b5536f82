"""The store of vectors on disk: exact, bounded, safe from kills and from neighbours."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.vector_files import VectorFiles
from tests.vector_rows import WIDTH, keys_of, rows_of

ROOT = Path(__file__).parents[1]
WRITER = """
import sys
from pathlib import Path
from index.vector_files import VectorFiles
from tests.vector_rows import WIDTH, keys_of, rows_of
files = VectorFiles(Path(sys.argv[1]), WIDTH)
first, last, step = map(int, sys.argv[2:])
for start in range(first, last, step):
    files.put(keys_of(range(start, start + step)), rows_of(range(start, start + step)))
    print(start + step, flush=True)
"""


def writer(folder: Path, first: int, last: int, step: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(first), str(last), str(step)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_rows_come_back_bit_by_bit_in_another_process(tmp_path: Path) -> None:
    done = writer(tmp_path, 0, 60, 20)
    done.communicate()
    held, rows = VectorFiles(tmp_path, WIDTH).get(keys_of([5, 99, 59, 5]))
    assert held.tolist() == [True, False, True, True]
    assert np.array_equal(rows[[0, 2, 3]], rows_of([5, 59, 5]))
    assert not rows[1].any()


def test_numbers_that_are_no_numbers_come_back_too(tmp_path: Path) -> None:
    files = VectorFiles(tmp_path, 4)
    rows = np.array([[np.nan, np.inf, -0.0, 1e-45]], np.float32)
    files.put([b"k" * 16], rows)
    assert files.get([b"k" * 16])[1].tobytes() == rows.tobytes()


@given(
    st.lists(
        st.lists(st.integers(0, 30), min_size=1, max_size=12).map(lambda numbers: (numbers, numbers[::2])),
        max_size=8,
    ),
    st.booleans(),
)
def test_it_holds_what_was_put_and_nothing_else(rounds: list[tuple[list[int], list[int]]], one: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = VectorFiles(folder, WIDTH)
        told: set[int] = set()
        for put, asked in rounds:
            files.put(keys_of(put), rows_of(put))
            told |= {*put}
            if not one:
                files.close()
                files = VectorFiles(folder, WIDTH)
            held, rows = files.get(keys_of(asked))
            assert held.all()
            assert np.array_equal(rows, rows_of(asked))
        held, _ = files.get(keys_of(range(31)))
        assert {*np.flatnonzero(held).tolist()} == told
        assert len(files) == len(told)
        files.close()


def test_keys_that_share_their_first_half_are_kept_apart(tmp_path: Path) -> None:
    keys = [b"sharedHA" + bytes([n]) * 8 for n in range(5)]
    files = VectorFiles(tmp_path, WIDTH)
    files.put(keys[:4], rows_of(range(4)))
    for each in (files, VectorFiles(tmp_path, WIDTH)):
        held, rows = each.get(keys)
        assert held.tolist() == [True] * 4 + [False]
        assert np.array_equal(rows[:4], rows_of(range(4)))


def test_more_than_a_few_thousand_entries_of_one_process(tmp_path: Path) -> None:
    files = VectorFiles(tmp_path, WIDTH)
    rows = rows_of(range(5000))
    for start in range(0, 5000, 500):
        files.put(keys_of(range(start, start + 500)), rows[start : start + 500])
    held, found = files.get(keys_of(range(5000)))
    assert held.all()
    assert np.array_equal(found, rows)
    assert len(files) == 5000


@pytest.mark.parametrize("turn", range(6))
def test_a_killed_writer_leaves_only_whole_entries(tmp_path: Path, turn: int) -> None:
    running = writer(tmp_path, 0, 1_000_000, 50)
    assert running.stdout is not None
    said = [int(running.stdout.readline()) for _ in range(1 + 7 * turn)]
    running.send_signal(signal.SIGKILL)
    running.communicate()
    files = VectorFiles(tmp_path, WIDTH)
    held, rows = files.get(keys_of(range(said[-1])))
    assert held.all()
    assert np.array_equal(rows, rows_of(range(said[-1])))
    extra = keys_of(range(2_000_000, 2_000_010))
    files.put(extra, rows_of(range(2_000_000, 2_000_010)))
    assert len(list(tmp_path.glob("*.keys"))) == 1, "the dead writer's files are taken over"
    again = VectorFiles(tmp_path, WIDTH)
    assert again.get(extra)[0].all()
    assert again.get(keys_of(range(said[-1])))[0].all()


@pytest.mark.parametrize("lost", [1, 19, 20, 31])
@pytest.mark.parametrize("kind", ["keys", "rows"])
def test_a_torn_end_is_dropped_and_written_over(tmp_path: Path, kind: str, lost: int) -> None:
    files = VectorFiles(tmp_path, WIDTH)
    files.put(keys_of(range(10)), rows_of(range(10)))
    files.close()
    path = next(tmp_path.glob(f"*.{kind}"))
    os.truncate(path, path.stat().st_size - lost)
    files = VectorFiles(tmp_path, WIDTH)
    held, rows = files.get(keys_of(range(10)))
    whole = int(held.sum())
    assert whole in {8, 9}
    assert held[:whole].all()
    assert np.array_equal(rows[:whole], rows_of(range(whole)))
    files.put(keys_of(range(10)), rows_of(range(10)))
    held, rows = VectorFiles(tmp_path, WIDTH).get(keys_of(range(10)))
    assert held.all()
    assert np.array_equal(rows, rows_of(range(10)))


@pytest.mark.parametrize("kind", ["keys", "rows"])
def test_one_flipped_bit_anywhere_is_a_miss_never_a_wrong_row(tmp_path: Path, kind: str) -> None:
    numbers = range(3)
    VectorFiles(tmp_path, WIDTH).put(keys_of(numbers), rows_of(numbers))
    path = next(tmp_path.glob(f"*.{kind}"))
    sound = path.read_bytes()
    for at in range(len(sound)):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 4]) + sound[at + 1 :])
        files = VectorFiles(tmp_path, WIDTH)
        held, rows = files.get(keys_of(numbers))
        assert held.sum() == 2
        assert np.array_equal(rows[held], rows_of(numbers)[held])
        files.close()


def test_a_damaged_row_is_replaced_for_good(tmp_path: Path) -> None:
    VectorFiles(tmp_path, WIDTH).put(keys_of(range(3)), rows_of(range(3)))
    path = next(tmp_path.glob("*.rows"))
    path.write_bytes(b"\1" + path.read_bytes()[1:])
    files = VectorFiles(tmp_path, WIDTH)
    assert files.get(keys_of(range(3)))[0].tolist() == [False, True, True]
    files.put(keys_of([0]), rows_of([0]))
    for each in (files, VectorFiles(tmp_path, WIDTH)):
        held, rows = each.get(keys_of(range(3)))
        assert held.all()
        assert np.array_equal(rows, rows_of(range(3)))


def test_several_processes_write_at_once_and_read_each_other(tmp_path: Path) -> None:
    mine = VectorFiles(tmp_path, WIDTH)
    mine.put(keys_of([999]), rows_of([999]))
    running = [writer(tmp_path, start, start + 200, 10) for start in (0, 200, 400)]
    for each in running:
        each.communicate()
        assert each.returncode == 0
    assert not mine.get(keys_of([0]))[0].any(), "others' entries are seen when asked for"
    mine.refresh()
    held, rows = mine.get(keys_of(range(600)))
    assert held.all()
    assert np.array_equal(rows, rows_of(range(600)))


def test_processes_one_after_the_other_share_one_file(tmp_path: Path) -> None:
    for number in range(5):
        files = VectorFiles(tmp_path, WIDTH)
        files.put(keys_of([number]), rows_of([number]))
        files.close()
    assert len(list(tmp_path.iterdir())) == 2
    assert VectorFiles(tmp_path, WIDTH).get(keys_of(range(5)))[0].all()


def test_the_folder_stays_within_its_limit_and_keeps_the_newest(tmp_path: Path) -> None:
    limit = 20_000
    files = VectorFiles(tmp_path, WIDTH, limit=limit)
    for number in range(2000):
        files.put(keys_of([number]), rows_of([number]))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= limit
    files.refresh()
    held, _ = files.get(keys_of(range(2000)))
    assert 200 < held.sum() < 400
    assert held[-1]
    assert not held[:1600].any()
    other = VectorFiles(tmp_path, WIDTH, limit=limit)
    assert other.get(keys_of([1999]))[0].all()


def test_a_reader_whose_files_were_dropped_keeps_answering(tmp_path: Path) -> None:
    VectorFiles(tmp_path, WIDTH).put(keys_of(range(9)), rows_of(range(9)))
    files = VectorFiles(tmp_path, WIDTH)
    for path in tmp_path.iterdir():
        path.unlink()
    assert files.get(keys_of(range(9)))[0].all()
    files.put(keys_of([20]), rows_of([20]))
    files.refresh()
    assert files.get(keys_of([0, 20]))[0].tolist() == [False, True]


def test_widths_do_not_mix(tmp_path: Path) -> None:
    VectorFiles(tmp_path, WIDTH).put(keys_of([1]), rows_of([1]))
    assert not VectorFiles(tmp_path, 4).get(keys_of([1]))[0].any()


def test_only_the_owner_may_look(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        VectorFiles(tmp_path / "new", WIDTH).put(keys_of([1]), rows_of([1]))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()} == {0o600}


def test_links_and_strange_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "secret").write_bytes(b"x" * 52)
    name = f"{WIDTH}-{'0' * 32}"
    for kind in ("keys", "rows"):
        (tmp_path / "cache" / f"{name}.{kind}").symlink_to(tmp_path / "secret")
    (tmp_path / "cache" / "8-notes.keys").write_bytes(b"what is this")
    (tmp_path / "cache" / f"8-{'1' * 32}.keys").write_bytes(b"alone" * 20)
    files = VectorFiles(tmp_path / "cache", WIDTH)
    assert len(files) == 0
    files.put(keys_of([1]), rows_of([1]))
    assert files.get(keys_of([1]))[0].all()
    assert (tmp_path / "secret").read_bytes() == b"x" * 52


def test_a_folder_that_cannot_be_made_is_told_not_raised(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    files = VectorFiles(tmp_path / "file" / "cache", WIDTH)
    files.put(keys_of([1]), rows_of([1]))
    assert "file" in files.trouble
    assert not files.get(keys_of([1]))[0].any()


def test_a_full_disk_ends_the_writing_not_the_reading(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from index.vector_files import VectorFiles\n"
        "from tests.vector_rows import WIDTH, keys_of, rows_of\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "files = VectorFiles(Path(sys.argv[1]), WIDTH)\n"
        "[files.put(keys_of([n]), rows_of([n])) for n in range(100)]\n"
        "print(files.get(keys_of(range(100)))[0].sum(), files.trouble)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout.startswith("31 ")
    assert "too large" in done.stdout
    files = VectorFiles(tmp_path, WIDTH)
    files.put(keys_of([60]), rows_of([60]))
    held, rows = files.get(keys_of([*range(31), 60]))
    assert held.all()
    assert np.array_equal(rows, rows_of([*range(31), 60]))


def test_a_million_entries_take_little_memory(tmp_path: Path) -> None:
    count = 1_000_000
    name = f"1-{'a' * 32}"
    entries = np.random.default_rng(7).bytes(20 * count)
    (tmp_path / f"{name}.keys").write_bytes(entries)
    with (tmp_path / f"{name}.rows").open("wb") as file:
        file.truncate(4 * count)
    files = VectorFiles(tmp_path, 1)
    assert len(files) == count
    assert sum(part.nbytes for part in (files._high, files._low, files._place)) == 24 * count
    assert files._places([entries[20 * 77 : 20 * 77 + 16]]).tolist() == [77]
