"""One class per failure of fetching from a service; no message ever holds a key.

`exit_code` follows cli.md: 2 usage, 3 environment, 4 refused by policy, 5 partly done, run again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.errors import IngestError

if TYPE_CHECKING:
    from datetime import datetime


class FetchError(IngestError):
    """Base of everything that stops a fetch."""

    exit_code = 3


class UnknownConnectorError(FetchError):
    """No connector has that name."""

    exit_code = 2

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no connector is called {name!r}; use one of: {', '.join(known)}")


class RequestRefusedError(FetchError):
    """A request asks for what the service of a connector does not give."""

    exit_code = 2

    def __init__(self, connector: str, reason: str) -> None:
        super().__init__(f"{connector}: {reason}")


class QueryTextRefusedError(FetchError):
    """A request would tell a third party the words of a search, and nobody has consented."""

    exit_code = 4

    def __init__(self, connector: str, hosts: tuple[str, ...], text: str) -> None:
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        super().__init__(
            f"{connector}: this would tell {', '.join(hosts)} the words {shown!r}; fetch by numbers, dates "
            "or sets and search here, or record a consent for the case"
        )


class ContactMissingError(FetchError):
    """Services are to know whom to write to, and no address is set."""

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(f"{reason}; set {variable} to a mail address at which the services can reach you")


class KeyMissingError(FetchError):
    """A service asks for a key and the environment holds none."""

    def __init__(self, host: str, variable: str, where: str) -> None:
        super().__init__(f"{host} asks for a key; set {variable} in the environment ({where})")


class KeyMalformedError(FetchError):
    """A key in the environment is none."""

    def __init__(self, variable: str) -> None:
        super().__init__(f"{variable} holds characters that no key has, as blanks or line ends; set it again")


class KeyRefusedError(FetchError):
    """A service answered 401 or 403."""

    def __init__(self, host: str, status: int, variable: str) -> None:
        advice = (
            f"check the key in {variable}" if variable else "it gives this to nobody without rights to it"
        )
        super().__init__(f"{host} refused the request (HTTP {status}); {advice}")


class AddressRefusedError(FetchError):
    """An address that is never asked."""

    exit_code = 2

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: not asked: {reason}")


class RedirectRefusedError(FetchError):
    """A service sent us on to where we do not go."""

    def __init__(self, url: str, target: str, reason: str) -> None:
        super().__init__(f"{url} redirects to {target}: not followed: {reason}")


class BudgetSpentError(FetchError):
    """What a service allows is used up until `resume`; what came so far is kept."""

    exit_code = 5

    def __init__(self, host: str, what: str, resume: datetime) -> None:
        self.resume = resume
        super().__init__(f"{host}: {what} spent, resume after {resume:%Y-%m-%dT%H:%M:%SZ}")


class HostBusyError(FetchError):
    """Another process of this machine holds the only connection that a service allows."""

    exit_code = 5

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(
            f"{host} allows one request at a time and another process held it for {seconds:g} s; "
            "run again later"
        )


class FolderBusyError(FetchError):
    """Another process fetches into the same folder."""

    exit_code = 5

    def __init__(self, folder: str) -> None:
        super().__init__(f"{folder}: another fetch writes there now; wait for it, or give another folder")


class HostUnreachableError(FetchError):
    """No answer could be had."""

    exit_code = 5

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"{host} cannot be reached ({reason}); what came so far is kept, run again later")


class HostUntrustedError(FetchError):
    """A host could not prove who it is."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host}: its certificate is not trusted, or encryption failed; nothing was sent. If a proxy of "
            "yours stands in between, name its root certificate in REQUESTS_CA_BUNDLE"
        )


class FolderUnusableError(FetchError):
    """A folder cannot be written or read."""

    def __init__(self, folder: str, reason: str) -> None:
        super().__init__(f"{folder}: {reason}; what came so far is kept, make room or rights and run again")


class TruncatedError(FetchError):
    """An answer ended before its end, again and again."""

    exit_code = 5

    def __init__(self, url: str, got: int) -> None:
        super().__init__(f"{url}: the answer broke off after {got} bytes, several times; run again later")


class SlowAnswerError(FetchError):
    """An answer came so slowly that waiting for its end made no sense."""

    exit_code = 5

    def __init__(self, url: str, seconds: float, got: int) -> None:
        super().__init__(f"{url}: only {got} bytes came in {seconds:.0f} s; stopped, run again later")


class TooLargeError(FetchError):
    """An answer is larger than what is taken."""

    def __init__(self, url: str, limit: int) -> None:
        super().__init__(f"{url}: the answer is larger than {limit} bytes; ask for less at once")


class StatusError(FetchError):
    """A service answered with a status that gives no content."""

    def __init__(self, url: str, status: int, excerpt: str = "") -> None:
        self.status = status
        said = f": {excerpt!r}" if excerpt else ""
        super().__init__(f"{url}: HTTP {status}{said}; the service did not give what was asked for")


class FailingError(FetchError):
    """A service was unable to answer, however often it was asked."""

    exit_code = 5

    def __init__(self, url: str, status: int, tries: int) -> None:
        super().__init__(f"{url}: HTTP {status}, {tries} times; the service has trouble, run again later")


class NotAskedForError(FetchError):
    """An answer is something other than what was asked for, as a page for people in place of records."""

    def __init__(self, url: str, wanted: str, got: str) -> None:
        super().__init__(
            f"{url}: the answer is {got}, not {wanted}; a login page or a proxy may stand in between"
        )


class AnswerUnreadableError(FetchError):
    """An answer lacks what is needed to go on."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: the answer cannot be used: {reason}")


class StalledError(FetchError):
    """A list was begun again and again and came no further."""

    exit_code = 5

    def __init__(self, url: str, where: str, advice: str) -> None:
        super().__init__(f"{url}: the list breaks off again and again at {where}; {advice}")


class ShortListError(FetchError):
    """A list came to its end with fewer records than the service had said; all that came is kept."""

    exit_code = 5

    def __init__(self, connector: str, got: int, said: int, advice: str) -> None:
        super().__init__(f"{connector}: the service spoke of {said} records and gave {got}; {advice}")


class RawFileMissingError(FetchError):
    """A raw file that was fetched is gone or has changed, and its page cannot be asked for alone."""

    def __init__(self, path: str, state: str) -> None:
        super().__init__(
            f"{path} was fetched and is gone or changed; remove {state} to fetch all of it again"
        )


_SHOWN = 80
