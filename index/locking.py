"""`Lock`: one writer at a time, by a lock file that the system releases however its holder ends.

The file says who holds it: process, machine, since when. What a dead holder left there means nothing.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import TextIO

_PAUSE = 0.05
_LIMIT = 1000


class LockHeldError(Exception):
    """Somebody else holds the lock."""

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(f"{path} is held by {holder}")
        self.path = path
        self.holder = holder


class Lock:
    """A lock that is held from when it is made until it is released or the process ends."""

    def __init__(self, path: Path, *, wait: float = 0.0) -> None:
        """Take the lock, waiting at most `wait` seconds. Raises LockHeldError, OSError."""
        self._file: TextIO | None = path.open("a+", encoding="utf-8")
        until = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    holder = _said(self._file)
                    self._file.close()
                    raise LockHeldError(path, holder) from None
            time.sleep(_PAUSE)
        self._sign()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Let go. More than once is no harm."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _sign(self) -> None:
        """Say who holds it. A full disk that refuses this costs a name in a message, nothing else."""
        assert self._file is not None
        since = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            self._file.truncate(0)
            json.dump({"pid": os.getpid(), "host": platform.node(), "since": since}, self._file)
            self._file.flush()
        except OSError:
            return


def _said(file: TextIO) -> str:
    """Return who holds a lock, in words."""
    file.seek(0)
    try:
        value = json.loads(file.read(_LIMIT))
        return f"process {int(value['pid'])} on {value['host']!s:.100} since {value['since']!s:.40}"
    except (ValueError, TypeError, KeyError, RecursionError):
        return "another process"
