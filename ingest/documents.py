"""`Document`, the one record every reader makes, and the parts that it is made of.

Decisions
---------
* A document owns **one text** (NFC, ``LF`` line ends). Sections, paragraphs and claims are character
  offsets into it, so that a quote is a slice, its place is two numbers, and its source is `Document.sha256`.
  Anything that prints a quote can be checked by anyone who holds the text.
* A date is an **event with an interval**, never a bare day: "2025" is [2025-01-01, 2025-12-31], and the
  record says who asserted it. A document without a public event has no public date; nothing guesses one.
* A copy in an archive or an index proves "public no later than": its interval is open at the start. It can
  make an answer firmer and never weaker (law.md, vectors 16 and 17).
* A day is a day *somewhere*. Where the office is known the event carries its time zone, and `utc` gives the
  instants between which it lies; where it is not, the day may have been anywhere on earth.
* Offsets count Unicode code points, `end` is exclusive (Python slices).
"""

from __future__ import annotations

import calendar
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

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
    POSTED = "posted"
    """Put online: a page, a preprint, a push to a public repository."""
    YEAR_ONLY = "year-only"
    """Published, and nothing better than the year is stated."""
    INFERRED = "inferred"
    """Published as a rule says, not as the source states (the year in a number, say)."""
    ARCHIVED = "archived"
    """An archive holds a copy of that day: public then or before."""
    INDEXED = "indexed"
    """A search engine or database listed it by that day: public then or before."""
    EARLIER_VERSION = "earlier-version"
    """An earlier version of the work became public; says nothing about this text."""
    RELATED_PUBLISHED = "related-published"
    """Another member (a pre-grant publication, say) became public; says nothing about this text."""


BOUND_KINDS = frozenset({EventKind.ARCHIVED, EventKind.INDEXED})
"""Upper bounds: what they show was public on their day, and perhaps long before."""
PUBLIC_KINDS = BOUND_KINDS | {
    EventKind.PUBLISHED,
    EventKind.GRANTED,
    EventKind.POSTED,
    EventKind.YEAR_ONLY,
    EventKind.INFERRED,
}
OPEN = date.min
"""The earliest day of an interval that has no known beginning; written `..` (ISO 8601-2)."""
_STATED_KINDS = PUBLIC_KINDS - BOUND_KINDS
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
        return f"{'..' if self.earliest == OPEN else self.earliest.isoformat()}/{self.latest.isoformat()}"

    @classmethod
    def parse(cls, text: str) -> DayInterval:
        """Read `YYYY-MM-DD`, `YYYYMMDD`, `YYYY-MM`, `YYYY`, `A/B`, or `../B` for "B or before".

        Raises DateFormError; a day such as 2010-06-00 (the office's "day unknown") is read as its month.
        """
        first, slash, second = text.strip().partition("/")
        try:
            if slash and first.strip() == "..":
                return cls(earliest=OPEN, latest=_interval(second).latest)
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
    zone: str = ""
    """IANA name of the time zone in which `when` counts days; empty when the source does not say."""
    instant: datetime | None = None
    """The exact moment, in UTC, where the source states one."""

    @property
    def utc(self) -> tuple[datetime, datetime]:
        """The instants between which it happened, in UTC, the second excluded.

        Without a zone the day began where days begin first (UTC+14) and ended where they end last (UTC-12).
        """
        if self.instant is not None:
            return self.instant, self.instant + timedelta(microseconds=1)
        first = ZoneInfo(self.zone) if self.zone else timezone(timedelta(hours=14))
        last = ZoneInfo(self.zone) if self.zone else timezone(timedelta(hours=-12))
        return _midnight(self.when.earliest, first), _midnight(self.when.latest, last, after=1)

    @property
    def precision(self) -> Literal["day", "month", "year", "interval", "bound"]:
        """How exactly the day is known; `bound` says "then or before"."""
        first, last = self.when.earliest, self.when.latest
        if first == OPEN:
            return "bound"
        if first == last:
            return "day"
        if first.day == 1 and (last + timedelta(days=1)).day == 1 and first.year == last.year:
            if first.month == last.month:
                return "month"
            if (first.month, last.month) == (1, 12):
                return "year"
        return "interval"


def _midnight(day: date, zone: tzinfo, *, after: int = 0) -> datetime:
    try:
        return datetime.combine(day + timedelta(days=after), time.min, zone).astimezone(UTC)
    except OverflowError:
        return datetime(date.max.year if after else date.min.year, 12 if after else 1, 1, tzinfo=UTC)


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
    """As the source says it: who cited (`cited by examiner`), or a search report's X, Y, A …"""
    phase: str = ""
    """Where the citation was made, as far as stated: `search report`, `examination`, `opposition` …"""
    claims: str = ""
    """The claims it was cited against, as printed."""


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


_NOWHERE = Origin(source="", file="", offset=0, sha256="")


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
    application: str = ""
    """Key of its own application (`ingest.application_numbers`); empty for what was never filed."""
    priorities: tuple[str, ...] = ()
    """Keys of the applications whose date it claims, its own left out: what families are made of."""
    family: str = ""
    """The family's identifier where the source gives one, e.g. `docdb:23456789`."""
    aliases: tuple[str, ...] = ()
    """Other keys of the same text: its DOI, its number in another catalogue."""
    origin: Origin = field(default_factory=lambda: _NOWHERE)
    """The last field: `dump_with_digest` writes the others once for both."""

    @property
    def title(self) -> str:
        return self._first("title")

    @property
    def name(self) -> str:
        """The title; where a record has none, how its text begins (or `no text`), in square brackets."""
        if title := self.title:
            return title
        begin = " ".join(self.text[:120].split()) or "no text"
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
        return hashlib.sha256(dump(replace(self, origin=_NOWHERE))).hexdigest()

    @property
    def published(self) -> DayInterval | None:
        """When this text first became public, or None.

        The first of several public events happened no earlier than the earliest of them may have, and no
        later than the first of their last possible days: a further event never makes the answer weaker. An
        upper bound (an archived copy) leaves the beginning alone, unless it is earlier than all of them.
        """
        public = [event.when for event in self.events if event.kind in PUBLIC_KINDS]
        if not public:
            return None
        stated = [event.when.earliest for event in self.events if event.kind in _STATED_KINDS]
        first, last = min(stated, default=OPEN), min(when.latest for when in public)
        return DayInterval(earliest=first if first <= last else OPEN, latest=last)

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


def dump_with_digest(document: Document) -> tuple[bytes, str]:
    """Return `dump(document)` and `document.digest`: one writing, as they differ in the origin at the end."""
    from pydantic_core import to_json  # noqa: PLC0415 - as above

    bare = dump(replace(document, origin=_NOWHERE))
    end = len(to_json(_NOWHERE)) + 1
    return bare[:-end] + to_json(document.origin) + b"}", hashlib.sha256(bare).hexdigest()


def load(data: bytes | str) -> Document:
    """Read what `dump` wrote. Raises pydantic.ValidationError (a ValueError) on anything else."""
    return _adapter().validate_json(data)
