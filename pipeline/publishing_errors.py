"""What drafting and releasing refuse, one class per reason; each message says what, which, and what now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import PipelineError, RefusedError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


class UnknownDraftError(UsageError):
    """No draft has that number."""

    def __init__(self, number: str) -> None:
        super().__init__(f"no draft for {number!r}; 'antedate draft D-0001' makes one")


class StaleDraftError(RefusedError):
    """Somebody else changed the draft meanwhile."""

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} was changed by somebody else since you opened it; reload, then repeat")


class UnreadableRevisionError(UsageError):
    """A file is not a publication."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: not a publication in JSON ({why})")


class AlreadyPublishedError(RefusedError):
    """A draft is published once."""

    def __init__(self, number: str, name: str) -> None:
        super().__init__(f"{number} is already published as {name}; a correction is a new draft")


class ReleaseBegunError(RefusedError):
    """A text whose release has begun is approved, numbered and perhaps stamped: nothing of it changes now."""

    def __init__(self, number: str, name: str) -> None:
        super().__init__(
            f"the release of {number} as {name} has begun and its text is fixed; finish it with "
            f"'antedate publish {number}', then correct it by a new draft"
        )


class ReleaseRunningError(RefusedError):
    """Two releases at once would number, build and stamp against each other."""

    def __init__(self, lock: Path, holder: str) -> None:
        super().__init__(f"{holder} is releasing in this workspace ({lock}); wait for its end, then repeat")


class ForeignBundleError(PipelineError):
    """A folder stands where a release belongs and holds something else."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"{folder} is there already and is not what this release built ({why}); move it out of the way, "
            "then publish again"
        )


class UnsoundBundleError(PipelineError):
    """What was built and stamped does not verify, so it is not recorded as published."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"{folder} does not verify ({why}); move it out of the way, then publish again to build it anew"
        )
