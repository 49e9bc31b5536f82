"""The front page of a green book document (1976 to 2001): its key, dates, classes, people and citations.

The decisions stand in `ingest.uspto_aps`.
"""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from ingest.application_numbers import family_key
from ingest.documents import Citation, Classification, DatedEvent, DayInterval, EventKind, Party
from ingest.errors import DateFormError
from ingest.evidence import dated
from ingest.uspto_aps_text import Group, Plain, words
from ingest.uspto_biblio import cited, key_of, uspc
from ingest.uspto_modern import ipc, us_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.documents import Confidence

_NUMBER_LENGTH = 9
_SERIAL_LENGTH = 6
_SYMBOL_LENGTH = 5
_NEW_KINDS = date(2001, 1, 2)
_PROVISIONALS = date(1995, 6, 8)
_DESIGN_SERIES = date(1992, 10, 1)
_SERIES = (
    (date(1998, 1, 1), "09"),
    (date(1993, 1, 1), "08"),
    (date(1987, 1, 1), "07"),
    (date(1979, 1, 1), "06"),
    (date(1970, 1, 1), "05"),
    (date(1960, 1, 1), "04"),
)
_COUNTRIES = {"UK": "GB", "DT": "DE", "DL": "DD", "JA": "JP", "OE": "AT", "SW": "SE"}
_SOLE = frozenset({"71", "74"})
"""Codes of a related application that is continued (71) or divided (74): all of the text has its date."""


def number_of(wku: str) -> str:
    """Return the number of a WKU, its check digit left out."""
    compact = "".join(wku.split()).upper()
    return compact[:-1] if len(compact) == _NUMBER_LENGTH else compact


def day_of(text: str) -> date | None:
    """Return the first day that a date may mean; None when it is no date."""
    try:
        return DayInterval.parse(text).earliest
    except DateFormError:
        return None


def key_for(number: str, issued: date | None) -> str:
    """Return the document's key; without a kind where none can be told."""
    kind = us_kind(number)
    if number.startswith("PP") and issued is not None and issued < _NEW_KINDS:
        kind = "P"
    return key_of("US", number, kind)


def serial_of(front: Group) -> str:
    """Return the application's number with its series, `05449155`; empty when one of them is missing."""
    number, series = front.text("APN")[:_SERIAL_LENGTH], front.text("SRC")
    series = "29" if series == "D" else series.zfill(2)
    digits = series + number
    return digits if len(digits) == _SERIAL_LENGTH + 2 and digits.isdigit() else ""


def application(front: Group) -> str:
    """Return the key of the document's own application."""
    serial, filed = serial_of(front), day_of(front.text("APD"))
    return family_key("US", serial, year=None if filed is None else filed.year) if serial else ""


def events(found: list[Group], front: Group, number: str) -> Iterator[DatedEvent]:
    """Yield what happened when."""
    public = EventKind.PUBLISHED if number[0] in "HT" else EventKind.GRANTED
    yield from dated(public, front.text("ISD"), "PATN/ISD", office="US")
    yield from dated(EventKind.FILED, front.text("APD"), "PATN/APD", office="US")
    for group in found:
        if group.name == "PRIR":
            country = _country(group.text("CNT"))
            yield from dated(EventKind.PRIORITY, group.text("APD"), "PRIR/APD", office=country)
        elif group.name == "PCTA":
            yield from dated(EventKind.FILED, group.text("PD3"), "PCTA/PD3")
            yield from dated(EventKind.RELATED_PUBLISHED, group.text("PCD"), "PCTA/PCD", office="WO")
        elif group.name == "REIS":
            yield from dated(EventKind.PRIORITY, group.text("APD"), "REIS/APD", office="US")
            yield from dated(EventKind.RELATED_PUBLISHED, group.text("ISD"), "REIS/ISD", office="US")
    yield from _related(found)


def _related(found: list[Group]) -> Iterator[DatedEvent]:
    """Yield what related applications state; a date that reaches back through added matter is doubted."""
    parents = [group for group in found if group.name == "RLAP"]
    days = (day_of(group.text("APD")) for group in parents if group.text("COD") not in _SOLE)
    latest = max(filter(None, days), default=date.min)
    for group in parents:
        day = day_of(group.text("APD"))
        doubted = day is not None and day <= latest
        confidence: Confidence = "medium" if doubted else "high"
        yield from dated(
            EventKind.PRIORITY, group.text("APD"), "RLAP/APD", office="US", confidence=confidence
        )
        yield from dated(EventKind.RELATED_PUBLISHED, group.text("ISD"), "RLAP/ISD", office="US")


def priorities(found: list[Group], *, design: bool) -> Iterator[str]:
    """Yield the keys of the applications whose date is claimed."""
    for group in found:
        key, filed = "", day_of(group.text("APD"))
        year = None if filed is None else filed.year
        if group.name == "PRIR":
            key = family_key(_country(group.text("CNT")), group.text("APN"), year=year)
        elif group.name == "PCTA":
            key = family_key("WO", group.text("PCN"))
        elif group.name in ("RLAP", "REIS"):
            series = _series(filed, design=design)
            number = group.text("APN")[:_SERIAL_LENGTH]
            if series and len(number) == _SERIAL_LENGTH and number.isdigit():
                key = family_key("US", series + number, year=year)
        if key:
            yield key


def _series(day: date | None, *, design: bool) -> str:
    if day is None or day >= _PROVISIONALS:
        return ""
    if design and day >= _DESIGN_SERIES:
        return "29"
    return next((series for first, series in _SERIES if day >= first), "")


def _country(text: str) -> str:
    code = text.strip().upper()[:2]
    return _COUNTRIES.get(code, code) if code.isalpha() else ""


def classes(found: list[Group], *, design: bool) -> Iterator[Classification]:
    """Yield the classes of the document."""
    for group in found:
        if group.name != "CLAS":
            continue
        for symbol in group.lines("ICL"):
            compact = "".join(symbol.split()).removeprefix("D" if design else "\0")
            if design and compact.isdigit():
                yield Classification(scheme="Locarno", symbol=compact)
            elif "/" in (international := ipc(symbol)):
                yield Classification(scheme="IPC", symbol="".join(international.split()))
        for symbol in chain(group.lines("OCL"), group.lines("XCL")):
            if len(symbol) > _SYMBOL_LENGTH and (national := uspc(symbol)):
                yield Classification(scheme="USPC", symbol=national)


def parties(found: list[Group]) -> Iterator[Party]:
    """Yield inventors and assignees."""
    for group in found:
        if group.name in ("INVT", "ASSG") and (name := group.text("NAM")):
            family, _, given = name.partition(";")
            country = _country(group.text("CNT")) or ("US" if group.text("STA") else "")
            role = "inventor" if group.name == "INVT" else "assignee"
            person = f"{given.strip()} {family.strip()}".strip()
            yield Party(role=role, name=person if role == "inventor" else name, country=country)


def citations(found: list[Group]) -> Iterator[Citation]:
    """Yield what the document cites, in the order printed."""
    for group in found:
        if group.name in ("UREF", "FREF") and (number := group.text("PNO")):
            country = "US" if group.name == "UREF" else _country(group.text("CNT"))
            kind = us_kind(number) if country == "US" else ""
            parts = {"country": country, "doc-number": number, "kind": kind, "date": group.text("ISD")}
            text = cited(parts | {"name": group.text("NAM")})
            yield Citation(text=text, key=key_of(country, number, kind))
        elif group.name == "OREF":
            yield from (Citation(text=text) for _, lines in group.fields if (text := Plain()(words(lines))))
