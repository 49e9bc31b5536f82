"""What can go wrong with a rule pack, an office code or a fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import PipelineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


class RulePackError(PipelineError):
    """A rule pack cannot be trusted: nothing is answered from it. `place`: the file."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(
            f"rule pack {place}: {problem}; correct the file (or install antedate again), no answer is given "
            "from a pack that is not whole"
        )


class OfficeCodeError(UsageError):
    """A code that no office can have."""

    def __init__(self, code: str, known: Iterable[str]) -> None:
        super().__init__(
            f"{code[:40]!r} is the code of no office (WIPO ST.3, two letters); there are rules for: "
            f"{', '.join(known)}"
        )


class FactError(UsageError):
    """Facts that cannot be: an interval turned around, a publication before its filing, no date at all."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"{problem}; nothing was concluded, correct the dates")
