"""`alone`: one process at a time, by a lock file that the system releases however the process ends."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from index.locking import Lock, LockHeldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def alone(path: Path, busy: Callable[[Path, str], Exception]) -> Iterator[None]:
    """Hold the lock of a file; raises `busy(path, holder)` at once when another process has it."""
    try:
        lock = Lock(path)
    except LockHeldError as error:
        raise busy(path, error.holder) from None
    with lock:
        yield
