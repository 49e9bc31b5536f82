"""IETF: the index of RFCs, which dates and describes them, and their texts.

Decisions
---------
* The index is always asked for, conditionally: it costs nothing when it has not changed.
* Texts come by number, or by the index's dates (a month has all its days), or all with format `texts`. What
  the index does not list as text (early scans, or numbers never issued) is noted as missing.
* The index is cut into entries before it is parsed: it has more tags than one record may have.

Source: www.rfc-editor.org/rfc-index.xsd. Texts may be copied; changes to them may not.
"""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from ingest.downloads import fetch, load
from ingest.errors import XmlRefusedError
from ingest.fetch_errors import AnswerUnreadableError
from ingest.fetching import Connector, Job, Request
from ingest.http_rules import Ask
from ingest.limiter import Limits
from ingest.listing import Thing, drop, each, text_of
from ingest.xml_safety import local, named, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from ingest.raw_files import Fetched

INDEX = "rfc-index.xml"
_NUMBER = re.compile(r"(?:RFC)?\s?0{0,4}([1-9]\d{0,5})", re.IGNORECASE)
_OPEN, _CLOSE = b"<rfc-entry>", b"</rfc-entry>"
_TEXTS = frozenset({"TEXT", "ASCII"})
_MONTHS = {name: number for number, name in enumerate(month_name) if name}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rfc(Connector):
    """Fetches the index of RFCs, and texts."""

    name: ClassVar[str] = "rfc"
    hosts: ClassVar[tuple[str, ...]] = ("www.rfc-editor.org",)
    limits: ClassVar[Limits] = Limits(interval=0.5)
    terms: ClassVar[str] = "RFCs may be copied unchanged (IETF Trust Legal Provisions)."
    sends: ClassVar[str] = "numbers of RFCs"
    understands: ClassVar[str] = (
        "ids (as 'RFC2119'), since and until (months of the index), format 'texts' for all"
    )

    base: str = "https://www.rfc-editor.org"

    def check(self, request: Request) -> str:
        wrong = next((one for one in request.ids if not _NUMBER.fullmatch(one)), None)
        if wrong is not None:
            return f"{wrong[:40]!r} is no RFC, as 'RFC2119'"
        if request.format not in ("", "texts"):
            return f"it has no format {request.format!r}; use 'texts' or none"
        return "it has no sets" if request.set else ""

    def files(self, job: Job) -> Iterator[Fetched]:
        index = job.folder / INDEX
        url = f"{self.base}/{INDEX}"
        yield fetch(job.session, Ask(url=url, wants="xml", limits=self.limits), index)
        request = job.request
        if not (request.ids or request.since or request.until or request.format):
            return
        try:
            dated = _entries(load(index, url), url)
        except AnswerUnreadableError:
            drop(index)
            raise
        numbers = [int(match[1]) for one in request.ids if (match := _NUMBER.fullmatch(one))]
        wanted = numbers or [number for number, when in dated.items() if _within(when, request)]
        yield from each(job, (self._text(number) for number in wanted))

    def _text(self, number: int) -> Thing:
        ask = Ask(url=f"{self.base}/rfc/rfc{number}.txt", wants="text", limits=self.limits)
        return Thing(id=f"RFC{number}", file=f"rfc{number}.txt", ask=lambda: ask)


def _entries(data: bytes, url: str) -> dict[int, tuple[date, date]]:
    """Return the RFCs of the index that have a text, with the first and last day of their month."""
    found: dict[int, tuple[date, date]] = {}
    at, count = 0, 0
    while (start := data.find(_OPEN, at)) >= 0:
        end = data.find(_CLOSE, start)
        if end < 0:
            raise AnswerUnreadableError(url, "the index ends within an entry")
        at, count = end + len(_CLOSE), count + 1
        try:
            entry = parse(data[start:at])
        except XmlRefusedError:
            continue
        number, when = _number(entry), _month(entry)
        if number and when and _has_text(entry):
            found[number] = when
    if not count:
        raise AnswerUnreadableError(url, "it is no index of RFCs")
    return found


def _number(entry: _Element) -> int:
    match = _NUMBER.fullmatch(_text_of(entry, "doc-id"))
    return int(match[1]) if match else 0


def _month(entry: _Element) -> tuple[date, date] | None:
    for when in named(entry, "date"):
        month, year = _MONTHS.get(_text_of(when, "month"), 0), _text_of(when, "year")
        if month and re.fullmatch(r"(?:19|20)\d\d", year):
            return date(int(year), month, 1), date(int(year), month, monthrange(int(year), month)[1])
    return None


def _has_text(entry: _Element) -> bool:
    kinds = {
        (one.text or "").strip().upper()
        for form in named(entry, "format")
        for one in form
        if local(one) == "file-format"
    }
    return not kinds or bool(kinds & _TEXTS)


def _text_of(parent: _Element, name: str) -> str:
    return next((text_of(one) for one in named(parent, name)), "")


def _within(when: tuple[date, date], request: Request) -> bool:
    return not ((request.since and when[1] < request.since) or (request.until and when[0] > request.until))
