"""The calendar as an iCalendar file (RFC 5545): whole-day events with alarms 30, 7 and 1 days before.

Decisions
---------
* Written by hand: a few lines of text with CRLF ends, folded at 75 octets between characters (3.1), TEXT
  values escaped (3.3.11). What was disclosed is not named: a calendar travels.
* A UID is a hash of office, kind of day and publication, not of the day itself, so that a corrected date
  replaces the event instead of adding one.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from pipeline.law.consequences import Consequence

_OCTETS = 75
_ALARMS = (30, 7, 1)


def render(rows: Sequence[Consequence], *, shown: str, stamp: datetime, today: date | None = None) -> str:
    """Return the file. `shown`: when it is or was public, as stated; `stamp`: now, with its zone.

    Days before `today` are left out.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//antedate//calendar//EN", "CALSCALE:GREGORIAN"]
    moment = stamp.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for row in rows:
        for kind, day, summary, words in _days(row):
            if today is None or day >= today:
                lines += _event(f"{row.office}|{kind}|{shown}", moment, day, summary, words)
    lines.append("END:VCALENDAR")
    return "".join(f"{fold(line)}\r\n" for line in lines)


def _days(row: Consequence) -> Iterator[tuple[str, date, str, str]]:
    """Yield the days of a row: kind, day, summary, description."""
    rules = f"{', '.join(row.rules)}; {row.pack}; confidence {row.confidence}. Not legal advice."
    if row.last_safe_day is not None:
        act = f"{row.act_when}: {row.act}" if row.act_when and row.act else row.act
        words = "\n".join(part for part in (*row.surviving, *row.lost, act, rules) if part)
        yield "last-safe-day", row.last_safe_day, f"{row.office}: last safe filing day", words
    if row.proof_deadline is not None:
        words = f"if filed on {row.last_safe_day}; earlier if filed earlier\n{row.act}\n{rules}"
        yield "proof", row.proof_deadline, f"{row.office}: proof for the exception", words
    if row.priority_until is not None:
        words = "\n".join((*row.surviving, rules))
        yield "priority", row.priority_until, f"{row.office}: last day to claim priority", words


def _event(key: str, moment: str, day: date, summary: str, words: str) -> list[str]:
    uid = hashlib.sha256(key.encode()).hexdigest()[:32]
    lines = [
        "BEGIN:VEVENT",
        f"UID:{uid}@antedate",
        f"DTSTAMP:{moment}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escape(summary)}",
        f"DESCRIPTION:{escape(words)}",
        "TRANSP:TRANSPARENT",
    ]
    for days in _ALARMS:
        left = f"{days} day{'s' * (days > 1)}"
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{escape(f'{summary} in {left}')}",
            f"TRIGGER:-P{days}D",
            "END:VALARM",
        ]
    return [*lines, "END:VEVENT"]


def escape(text: str) -> str:
    """Return a TEXT value (RFC 5545, 3.3.11): backslash, semicolon, comma and line ends escaped."""
    plain = "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c == "\n" or c.isprintable())
    for mark in ("\\", ";", ","):
        plain = plain.replace(mark, f"\\{mark}")
    return plain.replace("\n", "\\n")


def fold(line: str) -> str:
    """Return a content line in pieces of at most 75 octets, cut between characters (RFC 5545, 3.1)."""
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > _OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece += character
        size += octets
    return "\r\n".join([*pieces, piece])
