"""What `antedate status` and `antedate calendar` print, as lines and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.law.status import NOT_ADVICE
from ui.console import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.law.consequences import Consequence
    from pipeline.law.status import Status


def status_json(rows: Sequence[Status]) -> dict[str, Any]:
    """Return the answers per office; with one office its fields stand on the first level as well."""
    offices = [_status(row) for row in rows]
    first = offices[0] if len(offices) == 1 else {}
    return {**first, "offices": offices, "notice": NOT_ADVICE}


def _status(row: Status) -> dict[str, Any]:
    return {
        "office": row.office,
        "status": row.kind.value,
        "rule": row.rules[0],
        "rules": list(row.rules),
        "citation": "; ".join(row.citations),
        "act": row.act,
        "deadline": row.deadline.isoformat() if row.deadline else None,
        "missing": list(row.missing),
        "possible": [kind.value for kind in row.possible],
        "confidence": row.confidence,
        "pack": row.pack,
        "explanation": row.explanation,
        "assumptions": list(row.assumptions),
        "warnings": list(row.warnings),
    }


def status_lines(rows: Sequence[Status], key: str) -> Iterator[str]:
    """Yield the answers for a reader."""
    if key:
        yield printable(key)
    for row in rows:
        yield f"{row.explanation} Confidence {row.confidence}, pack {row.pack}."
        if row.act:
            yield f"    to do: {row.act}{f'; by {row.deadline}' if row.deadline else ''}"
        yield from _notes(row.assumptions, row.warnings)
    yield NOT_ADVICE


def calendar_json(rows: Sequence[Consequence], shown: str, path: str | None) -> dict[str, Any]:
    """Return the rows, the earliest right about to die first."""
    return {"shown": shown, "offices": [_row(row) for row in rows], "ics": path, "notice": NOT_ADVICE}


def _row(row: Consequence) -> dict[str, Any]:
    return {
        "office": row.office,
        "name": row.name,
        "lost": list(row.lost),
        "surviving": list(row.surviving),
        "last_safe_day": row.last_safe_day.isoformat() if row.last_safe_day else None,
        "priority_until": row.priority_until.isoformat() if row.priority_until else None,
        "act": row.act,
        "act_when": row.act_when,
        "proof_deadline": row.proof_deadline.isoformat() if row.proof_deadline else None,
        "dies": row.dies.isoformat() if row.dies else None,
        "rule": row.rules[0],
        "rules": list(row.rules),
        "citation": "; ".join(row.citations),
        "confidence": row.confidence,
        "pack": row.pack,
        "missing": list(row.missing),
        "assumptions": list(row.assumptions),
        "warnings": list(row.warnings),
    }


def calendar_lines(rows: Sequence[Consequence], shown: str, path: str | None) -> Iterator[str]:
    """Yield the rows for a reader."""
    yield printable(shown)
    for row in rows:
        day = f"last safe filing day {row.last_safe_day}" if row.last_safe_day else "no last safe day"
        yield f"{row.office:8} {day}  ({', '.join(row.rules)}; confidence {row.confidence}; pack {row.pack})"
        yield from (f"    survives: {words}" for words in row.surviving)
        yield from (f"    lost: {words}" for words in row.lost)
        if row.act:
            yield f"    to do{f' {row.act_when}' if row.act_when else ''}: {row.act}"
        if row.proof_deadline:
            filed = f"if filed on {row.last_safe_day}; earlier if filed earlier"
            yield f"    proof by {row.proof_deadline}, {filed}"
        yield from (f"    ask: {words}" for words in row.missing)
        yield from _notes(row.assumptions, row.warnings)
    yield "No day is moved for a weekend or a holiday."
    if path:
        yield f"written: {path}"
    yield NOT_ADVICE


def _notes(assumptions: Iterable[str], warnings: Iterable[str]) -> Iterator[str]:
    yield from (f"    assumed: {words}" for words in assumptions)
    yield from (f"    warning: {words}" for words in warnings)
