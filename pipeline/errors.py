"""One class per failure of the process; each message says what, which one, and what now."""

from __future__ import annotations


class PipelineError(Exception):
    """Base of everything that `pipeline` raises on purpose. `exit_code` follows cli.md."""

    exit_code = 3


class RefusedError(PipelineError):
    """Base of what policy forbids: the request was understood and is not allowed."""

    exit_code = 4


class UsageError(PipelineError):
    """Base of what the caller has to say differently."""

    exit_code = 2
