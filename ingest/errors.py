"""One class per failure of reading; each message says what, which one, and what now."""

from __future__ import annotations


class IngestError(Exception):
    """Base of everything that `ingest` raises on purpose."""


class UnknownSourceError(IngestError):
    """No reader has that name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no reader is called {name!r}; use one of: {', '.join(known)}, or 'auto'")


class UndetectedSourceError(IngestError):
    """No reader recognises a file."""

    def __init__(self, path: str, advice: str = "") -> None:
        advice = advice or f"name one, e.g. 'antedate ingest jsonl {path}'"
        self.reason = f"no reader recognises this file; {advice}"
        super().__init__(f"{path}: {self.reason}")


class DateFormError(IngestError):
    """A date is written in a form that is not read as a day or an interval."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not a date; write YYYY-MM-DD, YYYY-MM, YYYY, or an interval A/B")


class MissingPathError(IngestError):
    """A path given by the user does not exist."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path}: no such file or folder; check the spelling")


class RecordRefusedError(IngestError):
    """A record is no document of its source; `reason` goes into its log line."""

    what = "record"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"this {self.what} was not read: {reason}")


class XmlRefusedError(RecordRefusedError):
    """A piece of XML is broken, or asks for what is never done for outside text."""

    what = "XML"


class LineRefusedError(RecordRefusedError):
    """A line of an interchange file holds something other than a document."""

    what = "line"


class UnreadableFileError(IngestError):
    """A file of text cannot be read; `reason` says why and what now, without the file's name."""

    def __init__(self, path: str, reason: str, *, passing: bool = False) -> None:
        self.path = path
        self.reason = reason
        self.passing = passing
        super().__init__(f"{path}: {reason}")


class NumberFormError(IngestError):
    """A text is no publication number, or does not say of which office."""

    def __init__(self, text: str, why: str) -> None:
        self.reason = why
        super().__init__(f"{text[:80]!r} is no publication number: {why}")
