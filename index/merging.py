"""`Merger`: segments become fewer beside the writer's other work.

Decisions
---------
* One merge at a time, in a thread of the process that writes. It takes a snapshot (segments, and which of
  their items live) and writes a segment that no manifest names yet. The writer takes it over with its next
  generation; items that died meanwhile are tombstones of the new segment then.
* A merge that fails (the disk is full) or is stopped leaves nothing, and the segments stay as they are: no
  batch fails for it. It is tried again after the next batch.
* Killed, it leaves a folder that no manifest names; the next writer sweeps it away.
* More than `MOST_SEGMENTS` are merged, the smallest ones, so that a vector is rewritten a logarithmic number
  of times; and a segment that is mostly tombstones is written again. The writer waits for a merge only when
  twice as many have come together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index import clusters, segment_files, segments
from index.dense import Dense
from index.errors import IndexingError
from index.manifest import SegmentEntry
from index.segments import Segment

if TYPE_CHECKING:
    from pathlib import Path

MOST_SEGMENTS = 16
_MERGED = 12


@dataclass(slots=True, kw_only=True)
class _Job:
    parts: tuple[tuple[Segment, NDArray[np.bool_]], ...]
    number: int
    thread: Thread | None = None
    made: SegmentEntry | None = None
    failed: bool = False
    stop: Event = field(default_factory=Event)


class Merger:
    """The merges of one writer."""

    def __init__(self, parent: Path, dims: tuple[int, int], *, above: int = clusters.ABOVE) -> None:
        """Merge in a folder of segments; tables of more than `above` rows get lists."""
        self._parent = parent
        self._dims = dims
        self._above = above
        self._job: _Job | None = None
        self.failure = ""
        """Why the last merge failed; empty where it did not."""

    @property
    def keeps(self) -> frozenset[str]:
        """Names in the folder of segments that are the merge's own."""
        if self._job is None:
            return frozenset()
        path = segments.folder_of(self._parent, self._job.number)
        return frozenset({path.name, f"{path.name}.tmp"})

    def start(self, held: Dense, number: int) -> bool:
        """Begin to merge what should be; returns whether a merge is under way."""
        if self._job is not None:
            return True
        chosen = to_merge(held)
        if not chosen:
            return False
        parts = tuple((held.segments[n], held.alive[n]) for n in chosen)
        self._job = _Job(parts=parts, number=number)
        if any(alive.any() for _, alive in parts):
            self._job.thread = Thread(target=self._run, args=(self._job,), name="merge")
            self._job.thread.start()
        return True

    def adopted(self, held: Dense) -> Dense:
        """Return a generation with what a finished merge made in the place of its parts; else the same.

        Call `done` once it is in the manifest. The writer is held up only by twice `MOST_SEGMENTS`.
        """
        job = self._job
        if job is None:
            return held
        if job.thread is not None and job.thread.is_alive():
            if len(held.segments) < 2 * MOST_SEGMENTS:
                return held
            job.thread.join()
        if job.failed:
            self._job = None
            return held
        return _replaced(held, job, self._opened(job))

    def done(self, held: Dense) -> None:
        """Forget the merge, if it is part of a generation that is in the manifest."""
        numbers = {segment.entry.number for segment in held.segments}
        if self._job is not None and not numbers & {part.entry.number for part, _ in self._job.parts}:
            self._job = None

    def wait(self) -> None:
        """Wait for the merge under way."""
        if self._job is not None and self._job.thread is not None:
            self._job.thread.join()

    def stop(self) -> None:
        """Give the merge up, whatever it has done."""
        if self._job is not None:
            self._job.stop.set()
            self.wait()
            self._job = None

    def _run(self, job: _Job) -> None:
        try:
            job.made = segment_files.merge(
                self._parent, job.number, job.parts, above=self._above, stopped=job.stop.is_set
            )
        except segment_files.MergeStoppedError:
            job.failed = True
        except (OSError, IndexingError, MemoryError) as error:
            job.failed = True
            self.failure = str(error)
        else:
            self.failure = ""

    def _opened(self, job: _Job) -> list[Segment]:
        return [] if job.made is None else [segments.load(self._parent, job.made, *self._dims)]


def to_merge(held: Dense) -> tuple[int, ...]:
    """Return the positions of the segments that should become one; empty where none should."""
    if len(held.segments) <= MOST_SEGMENTS:
        return tuple(n for n, mask in enumerate(held.alive) if 2 * int(mask.sum()) < mask.size)
    by_size = sorted(range(len(held.segments)), key=lambda n: (held.segments[n].entry.vectors, n))
    return tuple(sorted(by_size[:_MERGED]))


def _replaced(held: Dense, job: _Job, made: list[Segment]) -> Dense:
    parts = {part.entry.number: (part, alive) for part, alive in job.parts}
    kept = [segment for segment in held.segments if segment.entry.number not in parts]
    dead = [held.dead[~np.isin(held.dead[:, 0], list(parts))]]
    for number, (part, alive) in parts.items():
        gone = held.dead[held.dead[:, 0] == number, 1]
        later = gone[alive[np.searchsorted(part.items, gone)]]  # alive when the merge began
        dead.append(np.stack([np.full_like(later, job.number), later], axis=1))
    pairs = np.concatenate(dead)
    return Dense(segments=(*kept, *made), dead=pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])
