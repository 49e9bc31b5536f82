"""One class per failure of publishing; each message says what, which one, and what now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


class PublicationError(Exception):
    """Base of everything that `publications` raises on purpose."""


class ReleaseFormError(PublicationError):
    """A release with a number, version, time or address that cannot be printed on a publication."""

    def __init__(self, field: str, value: object, wanted: str) -> None:
        super().__init__(f"release: {field} is {value!r}; give {wanted}.")


class RenderRefusedError(PublicationError):
    """Text that will not be turned into a page, because showing it would be unsafe or never end."""

    def __init__(self, reason: str, now: str = "Shorten or simplify that part of the text.") -> None:
        super().__init__(f"this text is not rendered: {reason}. {now}")


class PdfRefusedError(PublicationError):
    """The typesetter found no way to print the publication as PDF/A."""

    def __init__(self, identifier: str, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"{identifier}: no PDF/A could be made ({reason}). Change the text named and build again."
        )


class BundleExistsError(PublicationError):
    """A bundle is built once; a correction is a new version."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder.name} exists already in {folder.parent}; a correction is a new version.")


class BundleDamagedError(PublicationError):
    """A folder that is not a bundle, or not any more."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"{folder.name} is not a whole bundle: {reason}. Restore it from a copy that verifies."
        )


class BundleNameError(PublicationError):
    """The folder of a bundle is called like the bundle, so that its name can be trusted."""

    def __init__(self, folder: Path, wanted: str) -> None:
        super().__init__(f"a bundle of {wanted} cannot be called {folder.name}; name the folder {wanted}.")


class StampNameError(PublicationError):
    """The name of an authority becomes a folder name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"time-stamp authority {name!r}: use 1 to 40 small letters, digits and hyphens, "
            "beginning with a letter or digit."
        )


class StampExistsError(PublicationError):
    """Evidence is added, never replaced."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(f"{folder.name} already holds another stamp of {name}; evidence is never replaced.")


class StampError(PublicationError):
    """Base of the failures of one authority; the others of the list can still be asked."""

    def __init__(self, authority: str, what: str, now: str) -> None:
        self.authority = authority
        shown = "".join(one if one.isprintable() else " " for one in what)  # it may quote the authority
        super().__init__(f"time-stamp authority {authority}: {shown}. {now}")


class AuthorityUnreachableError(StampError):
    """No answer: refused, timed out, cut off."""

    def __init__(self, authority: str, reason: str) -> None:
        super().__init__(authority, f"no answer ({reason})", "Try again later; nothing was changed.")


class AuthorityConfigurationError(StampError):
    """An authority that is described in a way that cannot work."""

    def __init__(self, authority: str, reason: str) -> None:
        super().__init__(authority, reason, "Correct its entry in the configuration.")


class StampAnswerError(StampError):
    """An HTTP answer that is not a time-stamp reply: status, type, size, redirect."""

    def __init__(self, authority: str, reason: str) -> None:
        super().__init__(
            authority, f"answered with something else than a time stamp ({reason})", "Check its address."
        )


class StampRefusedError(StampError):
    """The authority understood and said no."""

    def __init__(self, authority: str, status: str, reason: str) -> None:
        detail = f"{status}: {reason}" if reason else status
        super().__init__(
            authority, f"refused to stamp ({detail})", "Ask another authority, or its operator why."
        )


class StampMalformedError(StampError):
    """Bytes that are no RFC 3161 response, or one of a kind that nobody could verify."""

    def __init__(self, authority: str, reason: str) -> None:
        super().__init__(authority, f"sent a malformed token ({reason})", "The token was thrown away.")


class StampImprintMismatchError(StampError):
    """A valid stamp, of something else."""

    def __init__(self, authority: str) -> None:
        super().__init__(authority, "stamped other bytes than were sent", "The token was thrown away.")


class StampNonceMismatchError(StampError):
    """A token made for another request, perhaps a replay."""

    def __init__(self, authority: str) -> None:
        super().__init__(
            authority, "returned a token with another nonce, perhaps an old one", "The token was thrown away."
        )


class StampClockError(StampError):
    """The time in the token and the time here are too far apart."""

    def __init__(self, authority: str, stamped: datetime, now: datetime) -> None:
        super().__init__(
            authority,
            f"says it is {stamped.isoformat()} while the clock here says {now.isoformat()}",
            "Set the clock, or leave this authority out.",
        )


class StampUsageError(StampError):
    """A certificate that is not meant for time stamps."""

    def __init__(self, authority: str, reason: str) -> None:
        super().__init__(
            authority, f"signs with a certificate unfit for time stamps ({reason})", "Leave it out."
        )


class StampCertificateMissingError(StampError):
    """A token without the certificate that made it cannot be checked by a stranger."""

    def __init__(self, authority: str) -> None:
        super().__init__(
            authority,
            "did not send its certificate",
            "A stranger could not check such a stamp; leave it out.",
        )


class StampChainError(StampError):
    """A signature or chain that does not lead to the pinned root."""

    def __init__(self, authority: str, reason: str) -> None:
        super().__init__(
            authority, f"does not lead to its pinned root ({reason})", "Compare the root's fingerprint."
        )


class TokenError(PublicationError):
    """Base of what can be wrong with an RFC 3161 response itself; `reason` is a phrase without a stop."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"time-stamp token: {reason}. Ask for another stamp.")


class TokenRefusedError(TokenError):
    """The response holds a refusal instead of a token."""

    def __init__(self, status: str, text: str) -> None:
        self.status = status
        self.text = text
        super().__init__(f"the authority answered {status} {text}".rstrip())


class TokenMalformedError(TokenError):
    """Not the bytes of a response, or of a kind outside RFC 3161."""


class TokenUsageError(TokenError):
    """The signing certificate is not one for time stamps."""


class TokenCertificateMissingError(TokenError):
    """The signing certificate is not there."""

    def __init__(self) -> None:
        super().__init__("the certificate that signed it is missing")


class TokenChainError(TokenError):
    """No sound path of certificates from the signer to the root, or a wrong signature."""
