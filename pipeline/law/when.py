"""`When`: the instants between which something became public, and what is known of the time zone.

Decisions
---------
* An interval, never a bare day (law.md, vectors 15 to 17). The end is excluded.
* A day is a day *somewhere*. With a zone it is 24 hours or so; without one it began at UTC+14 and ended at
  UTC-12, and near a critical date that decides nothing (EP-PUB-3).
* `AT_OFFICE` is a third case, which a person chooses by typing a bare day: the day as the office's own
  calendar counts it. It is an assumption, and every status that rests on it says so.
* A year is the whole year; an upper bound (an archived copy, an index date) has no known beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingest.documents import OPEN, DayInterval
from ingest.errors import DateFormError
from pipeline.law.errors import FactError

AT_OFFICE = "office"
"""In place of a zone: days are counted where the office that judges counts them."""
EASTMOST = timezone(timedelta(hours=14))
WESTMOST = timezone(timedelta(hours=-12))
ANYWHERE = (EASTMOST, WESTMOST)
"""Where a day begins first on earth, and where it ends last."""
YEARS = (1400, 2200)
"""Outside of these years a date is a mistake."""
_TICK = timedelta(microseconds=1)
_START = datetime(1, 1, 2, tzinfo=UTC)
_END = datetime(9999, 12, 30, tzinfo=UTC)


def midnight(day: date, zone: tzinfo | None) -> datetime:
    """Return when a day begins: in UTC, or as a naive local time where `zone` is None."""
    if zone is None:
        return datetime.combine(day, time.min)
    try:
        return datetime.combine(day, time.min, zone).astimezone(UTC)
    except OverflowError:
        return _START if day.year == date.min.year else _END


def after(day: date) -> date:
    """Return the next day; the last one that there is stays."""
    return day if day == date.max else day + timedelta(days=1)


def named_zone(name: str) -> ZoneInfo:
    """Return an IANA time zone. Raises FactError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FactError(f"{name[:60]!r} is no IANA time zone such as Europe/Berlin") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Instants from `first` (included) to `last` (excluded): both in UTC, or both naive under `AT_OFFICE`.

    Raises FactError for an interval that ends before it starts, or mixes the two.
    """

    first: datetime
    last: datetime
    words: str
    """As stated, for sentences: `2025`, `../2025-05-01`, `2026-03-10T02:30Z`."""
    zoned: bool = True
    """Whether the time zone is known (an instant's always is)."""
    bound: bool = False
    """Whether nothing is known but "then or before"."""

    def __post_init__(self) -> None:
        if (self.first.tzinfo is None) != (self.last.tzinfo is None):
            raise FactError(f"{self.words}: one end has a time zone and the other has none")
        if not YEARS[0] <= self.last.year <= YEARS[1]:
            raise FactError(f"{self.words}: nothing was made public in such a year")
        if self.last <= self.first:
            raise FactError(f"{self.words}: the interval ends before it starts")

    @property
    def nominal(self) -> bool:
        """Whether days are taken as the office's own."""
        return self.first.tzinfo is None

    @classmethod
    def instant(cls, moment: datetime) -> When:
        """Make the interval of an exact moment. Raises FactError when it has no offset."""
        if moment.tzinfo is None:
            raise FactError(f"{moment.isoformat()}: a time of day needs its zone, such as Z or +01:00")
        try:
            exact = moment.astimezone(UTC)
            return cls(first=exact, last=exact + _TICK, words=moment.isoformat())
        except OverflowError:
            raise FactError(f"{moment.isoformat()}: this moment cannot be counted in UTC") from None

    @classmethod
    def days(cls, first: date, last: date | None = None, *, zone: str = "", words: str = "") -> When:
        """Make the interval of whole days, both included.

        `zone`: an IANA name, `AT_OFFICE`, or empty where it is not known. `first` may be `OPEN`.
        """
        last = first if last is None else last
        if last < first:
            raise FactError(f"{first.isoformat()}/{last.isoformat()}: the interval ends before it starts")
        known = named_zone(zone) if zone not in ("", AT_OFFICE) else None
        start, end = (EASTMOST, WESTMOST) if zone == "" else (known, known)
        return cls(
            first=midnight(first, start),
            last=midnight(after(last), end),
            words=words or str(DayInterval(earliest=first, latest=last)),
            zoned=zone != "",
            bound=first == OPEN,
        )

    @classmethod
    def by(cls, day: date, *, zone: str = "") -> When:
        """Make "public on that day or before": an archived copy, a search engine's date."""
        return cls.days(OPEN, day, zone=zone)

    @classmethod
    def parse(cls, text: str, *, zone: str = "") -> When:
        """Read an instant with its offset, a day, a month, a year, `A/B` of days, or `../B`.

        Raises FactError.
        """
        text = text.strip()
        if "T" in text or ":" in text:
            try:
                return cls.instant(datetime.fromisoformat(text))
            except ValueError:
                raise FactError(f"{text[:60]!r} is no moment; write 2026-03-10T02:30:00Z") from None
        try:
            days = DayInterval.parse(text)
        except DateFormError:
            raise FactError(
                f"{text[:60]!r} is no date; write YYYY-MM-DD, YYYY-MM, YYYY, A/B, ../B, or a moment with "
                "its zone"
            ) from None
        return cls.days(days.earliest, days.latest, zone=zone, words=text)

    def day(self, zone: tzinfo | None) -> date:
        """Return the earliest local day on which it may have been, in a zone (None: UTC-12)."""
        if self.nominal:
            return self.first.date()
        return local_day(self.first, zone or WESTMOST)


def local_day(moment: datetime, zone: tzinfo | None) -> date:
    """Return the calendar day of a moment in a zone; of a naive one its own."""
    if moment.tzinfo is None or zone is None:
        return moment.date()
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        return moment.date()
