"""One writer at a time, and who it is."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, cast

import pytest

from index.errors import IndexBusyError
from index.hybrid import LOCK, HybridIndex
from index.locking import Lock, LockHeldError
from tests.hash_encoder import hashed
from tests.index_samples import make_item


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        index.apply([make_item(1)])
        with pytest.raises(IndexBusyError) as caught:
            HybridIndex.open(tmp_path, hashed(), write=True)
        assert f"process {os.getpid()} on {socket.gethostname()} since 20" in str(caught.value)
        with HybridIndex.open(tmp_path, hashed()) as reader:
            assert reader.items == 1
    with HybridIndex.open(tmp_path, hashed(), write=True) as index:
        assert index.items == 1


def test_a_second_writer_can_wait_for_the_first(tmp_path: Path) -> None:
    first = HybridIndex.open(tmp_path, hashed(), write=True)
    first.apply([make_item(1)])
    opened: list[HybridIndex] = []

    def second() -> None:
        opened.append(HybridIndex.open(tmp_path, hashed(), write=True, wait=60.0))

    waiting = threading.Thread(target=second)
    waiting.start()
    waiting.join(0.2)
    assert not opened
    first.close()
    waiting.join()
    with opened[0] as index:
        assert index.apply([make_item(2)]).items == 2


def test_a_writer_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    with _holder(tmp_path) as holder:
        assert cast("IO[str]", holder.stdout).readline() == "held\n"
        with pytest.raises(LockHeldError, match=f"process {holder.pid} on"):
            Lock(tmp_path / LOCK)
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
    Lock(tmp_path / LOCK).release()


def test_a_lock_can_be_let_go_twice_and_taken_again(tmp_path: Path) -> None:
    with Lock(tmp_path / LOCK) as lock:
        lock.release()
        with Lock(tmp_path / LOCK):
            pass


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"pid": "x"}', b"[" * 5000])
def test_whatever_a_lock_file_says_its_holder_is_somebody(tmp_path: Path, content: bytes) -> None:
    with Lock(tmp_path / LOCK):
        (tmp_path / LOCK).write_bytes(content)
        with pytest.raises(LockHeldError, match="another process"):
            Lock(tmp_path / LOCK)


def test_a_failed_opening_lets_go(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    for _ in range(2):
        with pytest.raises(Exception, match="corpus rebuild"):
            HybridIndex.open(tmp_path, hashed(), write=True)
    Lock(tmp_path / LOCK).release()


def _holder(folder: Path) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.test_index_locking", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )


if __name__ == "__main__":
    with Lock(Path(sys.argv[1]) / LOCK):
        sys.stdout.write("held\n")
        sys.stdout.flush()
        sys.stdin.read()
