"""`Document`, the one record every reader makes, and the parts that it is made of.

Decisions
---------
* A document owns **one text** (NFC, ``LF`` line ends). Sections, paragraphs and claims are character
  offsets into it, so that a quote is a slice, its place is two numbers, and its source is `Document.sha256`.
  Anything that prints a quote can be checked by anyone who holds the text.
* A date is an **event with an interval**, never a bare day: "2025" is [2025-01-01, 2025-12-31], and the
  record says who asserted it. A document without a public event has no public date; nothing guesses one.
* Offsets count Unicode code points, `end` is exclusive (Python slices).
"""

from __future__ import annotations

import calendar
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Literal

from ingest.errors import DateFormError

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class DocumentKind(StrEnum):
    """What a document is; the word used by filters, tags and reports."""

    PATENT = "patent"
    APPLICATION = "application"
    PAPER = "paper"
    STANDARD = "standard"
    DISCLOSURE = "disclosure"
    """A defensive or technical disclosure published by someone else."""
    REPORT = "report"
    """Own folders: notes, manuals, reports whose kind nobody stated."""


class EventKind(StrEnum):
    """What happened on a date."""

    PRIORITY = "priority"
    FILED = "filed"
    PUBLISHED = "published"
    """The text of *this* document became available to the public."""
    GRANTED = "granted"
    """Publication of the grant; public as well."""
    EARLIER_VERSION = "earlier-version"
    """An earlier version of the work became public; says nothing about this text."""
    RELATED_PUBLISHED = "related-published"
    """Another member (a pre-grant publication, say) became public; says nothing about this text."""


PUBLIC_KINDS = frozenset({EventKind.PUBLISHED, EventKind.GRANTED})
Confidence = Literal["high", "medium", "low"]

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayInterval:
    """A day known only to lie between two days, both included. Raises ValueError when turned around."""

    earliest: date
    latest: date

    def __post_init__(self) -> None:
        if self.latest < self.earliest:
            raise ValueError(f"interval ends ({self.latest}) before it starts ({self.earliest})")

    def __str__(self) -> str:
        if self.earliest == self.latest:
            return self.earliest.isoformat()
        return f"{self.earliest.isoformat()}/{self.latest.isoformat()}"

    @classmethod
    def parse(cls, text: str) -> DayInterval:
        """Read `YYYY-MM-DD`, `YYYYMMDD`, `YYYY-MM`, `YYYY` or `A/B`.

        Raises DateFormError; a day such as 2010-06-00 (the office's "day unknown") is read as its month.
        """
        first, slash, second = text.strip().partition("/")
        try:
            start = _interval(first)
            return start if not slash else cls(earliest=start.earliest, latest=_interval(second).latest)
        except ValueError:
            raise DateFormError(text) from None


def _interval(text: str) -> DayInterval:
    match = _COMPACT_DAY.fullmatch(text.strip()) or _DAY.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    year, month, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if month == 0:
        return DayInterval(earliest=date(year, 1, 1), latest=date(year, 12, 31))
    if day == 0:
        last = calendar.monthrange(year, month)[1]
        return DayInterval(earliest=date(year, month, 1), latest=date(year, month, last))
    return DayInterval(earliest=date(year, month, day), latest=date(year, month, day))


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedEvent:
    """Something that happened to a document, when, and who says so."""

    kind: EventKind
    when: DayInterval
    source: str
    """The field or rule that asserts it, e.g. `us-patent-grant/publication-reference`."""
    confidence: Confidence = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A citable place inside a section, e.g. anchor `¶0032`, `abstract`, `§3.2`, `p. 4`."""

    anchor: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A run of paragraphs. `field` is the index field: title, abstract, claims or description."""

    field: Literal["title", "abstract", "claims", "description"]
    heading: str
    start: int
    end: int
    paragraphs: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A numbered claim. `depends_on` is empty for an independent claim. The span includes no number."""

    number: int
    start: int
    end: int
    depends_on: tuple[int, ...] = ()

    @property
    def anchor(self) -> str:
        return f"claim {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """A class symbol as the scheme prints it without blanks, e.g. scheme `CPC`, symbol `G06F16/35`."""

    scheme: str
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or organisation; `role` is inventor, applicant, assignee or author."""

    role: str
    name: str
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What a document cites. `key` is a document key where one can be made, else empty."""

    text: str
    key: str = ""
    category: str = ""
    """Who cited, as the source says it, e.g. `cited by examiner`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the bytes came from. `offset` counts uncompressed bytes (or is a line's byte offset)."""

    source: str
    """The reader's name, e.g. `uspto-xml`."""
    file: str
    """File name as given, with `!member` for a member of an archive."""
    offset: int
    sha256: str
    """Of the record's raw bytes, lower-case hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A patent, application, paper or other text that can be prior art."""

    key: str
    """e.g. `US-11234567-B2`, `arXiv:2401.01234v2`, `doi:10.1000/xyz`."""
    kind: DocumentKind
    text: str
    sections: tuple[Section, ...]
    claims: tuple[Claim, ...] = ()
    events: tuple[DatedEvent, ...] = ()
    classes: tuple[Classification, ...] = ()
    parties: tuple[Party, ...] = ()
    citations: tuple[Citation, ...] = ()
    language: str = ""
    country: str = ""
    work: str = ""
    """Key shared by the versions of one work, e.g. `arXiv:2401.01234`; empty when it stands alone."""
    origin: Origin = field(default_factory=lambda: Origin(source="", file="", offset=0, sha256=""))

    @property
    def title(self) -> str:
        return self._first("title")

    @property
    def name(self) -> str:
        """The title; where a record has none, how its text begins, in square brackets."""
        if title := self.title:
            return title
        begin = " ".join(self.text[:120].split())
        return f"[{begin[:70].rsplit(' ', 1)[0]} …]" if len(begin) > 70 else f"[{begin}]"  # noqa: PLR2004 - a line

    @property
    def abstract(self) -> str:
        return self._first("abstract")

    @property
    def sha256(self) -> str:
        """SHA-256 of the UTF-8 text, lower-case hex: what every quote is bound to."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def digest(self) -> str:
        """SHA-256 over everything but the origin: two records with one digest say the same."""
        bare = replace(self, origin=Origin(source="", file="", offset=0, sha256=""))
        return hashlib.sha256(dump(bare)).hexdigest()

    @property
    def published(self) -> DayInterval | None:
        """When this text first became public, or None.

        The first of several public events happened no earlier than the earliest of them may have, and no
        later than the first of their last possible days: a further event never makes the answer weaker.
        """
        public = [event.when for event in self.events if event.kind in PUBLIC_KINDS]
        if not public:
            return None
        first, last = min(when.earliest for when in public), min(when.latest for when in public)
        return DayInterval(earliest=first, latest=last)

    @property
    def filed(self) -> DayInterval | None:
        """The earliest filing or priority event, or None."""
        kinds = (EventKind.FILED, EventKind.PRIORITY)
        days = [event.when for event in self.events if event.kind in kinds]
        return min(days, key=lambda when: (when.earliest, when.latest), default=None)

    def _first(self, name: str) -> str:
        for section in self.sections:
            if section.field == name:
                return self.text[section.start : section.end]
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A record that could not be read: expected trouble is a value; the file goes on."""

    file: str
    offset: int
    reason: str
    passing: bool = False
    """The trouble is this machine's (no permission, a bad disk), not the bytes': the next run tries again."""


def clean(text: str) -> str:
    """Return NFC text with ``LF`` line ends, no C0 controls but tab and newline, no lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        # JSON can spell lone surrogates, UTF-8 and digests cannot.
        text = unicodedata.normalize("NFC", re.sub(r"[\ud800-\udfff]", "\ufffd", text))
    if text.isprintable():
        return text
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", text)


@cache
def _adapter() -> TypeAdapter[Document]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - a tenth of a second that --help must not pay

    return TypeAdapter(Document)


def dump(document: Document) -> bytes:
    """Serialise to compact UTF-8 JSON with the field order of the record."""
    return _adapter().dump_json(document)


def load(data: bytes | str) -> Document:
    """Read what `dump` wrote. Raises pydantic.ValidationError (a ValueError) on anything else."""
    return _adapter().validate_json(data)
