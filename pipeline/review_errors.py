"""What a review refuses, one class per reason; each message says what, who, which draft, and what now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


class WrongStateError(RefusedError):
    """The draft is not where this step is taken."""

    def __init__(self, act: str, draft: str, state: str, what_now: str) -> None:
        super().__init__(f"{draft} is {state}: you cannot {act} it now; {what_now}")


class WrongRoleError(RefusedError):
    """The person holds none of the roles that may take this step."""

    def __init__(self, act: str, draft: str, person: str, wanted: Iterable[str]) -> None:
        whom = " or ".join(wanted)
        super().__init__(
            f"{person} may not {act} {draft}: that takes the role {whom}; ask somebody who holds it"
        )


class NotTheirDraftError(RefusedError):
    """An inventor may write only in drafts of their own inventions."""

    def __init__(self, act: str, draft: str, person: str) -> None:
        super().__init__(
            f"{person} is not named in {draft} and may not {act} it; ask its author, or an IP manager"
        )


class OwnTextError(RefusedError):
    """Nobody judges a text that they, as inventor, author or editor, contributed to."""

    def __init__(self, act: str, draft: str, person: str) -> None:
        super().__init__(
            f"{person} contributed to {draft} and may not {act} it; ask a reviewer who wrote none of it"
        )


class AlreadyApprovedError(RefusedError):
    """One person counts once."""

    def __init__(self, draft: str, person: str, revision: int) -> None:
        super().__init__(
            f"{person} has approved revision {revision} of {draft} already; another reviewer has to"
        )


class WrongDigestError(RefusedError):
    """The digest named is not that of the current revision."""

    def __init__(self, act: str, draft: str, named: str, current: str, revision: int) -> None:
        super().__init__(
            f"you cannot {act} {draft} by the digest {named[:80]!r}: its current revision, {revision}, has "
            f"{current!r}; read that one, then name its digest"
        )


class UnchangedRevisionError(RefusedError):
    """A revision that changes nothing would void approvals for nothing."""

    def __init__(self, draft: str, digest: str, revision: int) -> None:
        super().__init__(
            f"revision {revision} of {draft} has the digest {digest!r} already; change the text, then save it"
        )


class NotEnoughApprovalsError(RefusedError):
    """The policy asks for more approvals of exactly these bytes."""

    def __init__(self, draft: str, found: int, needed: int) -> None:
        super().__init__(
            f"{draft} has {found} of the {needed} approvals that the settings ask for; "
            "have another reviewer approve it"
        )


class NoReasonError(UsageError):
    """Whoever sends a text back says why."""

    def __init__(self, draft: str) -> None:
        super().__init__(f"say what has to change in {draft} and why; a reason is required")


class NoteTooLongError(UsageError):
    """A reason or note is longer than a log line should be."""

    def __init__(self, draft: str, length: int, limit: int) -> None:
        super().__init__(
            f"the note on {draft} has {length:,} characters, {limit:,} are possible; shorten it, "
            "or write into the draft"
        )


class DigestFormError(UsageError):
    """A text's digest is not a SHA-256."""

    def __init__(self, draft: str, digest: str) -> None:
        super().__init__(
            f"{digest[:80]!r} for {draft} is not a SHA-256 in lower-case hex; pass the text's digest"
        )


class NaiveTimeError(UsageError):
    """An instant without a time zone proves nothing."""

    def __init__(self, draft: str, at: object) -> None:
        super().__init__(f"the time {at} of a step of {draft} has no time zone; pass an aware time, in UTC")


class ReviewPolicyError(UsageError):
    """A policy of no approvals would publish unreviewed text."""

    def __init__(self, needed: int) -> None:
        super().__init__(f"the settings ask for {needed} approvals; at least 1 is required")
