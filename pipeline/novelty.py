"""`NoveltyReport`: the outcome of an assessment, always with what was and was not searched.

Words that never appear in an outcome: "novel", "patentable", "clear". The outcome says what was found in
what was searched; the rest is a question to a person (architecture.md, "Words").
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from pipeline.chart import FeatureChart
from pipeline.disclosure import Feature
from pipeline.records import from_json, to_json

FILING: Final = "filing date"
"""What a report's parameters call the day of filing, where the critical date is a priority day."""


class Outcome(StrEnum):
    """What the chart shows, over essential features and references public strictly before the date."""

    DISCLOSED_IN_ONE = "disclosed in one document"
    DISCLOSED_IN_COMBINATION = "disclosed in combination"
    NOT_FOUND = "not found in what was searched"
    INSUFFICIENT = "insufficient evidence"
    """Nothing could be searched or no reference was dated before the critical date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query that was run: for a feature id, or `whole` for the disclosure."""

    subject: str
    mode: str
    text: str
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A retrieved document that cannot count before the critical date, and why."""

    key: str
    title: str
    published: str
    reason: str
    """e.g. `public on the critical date itself`, `public later, filed before: may count in some offices`."""
    filed: str = ""
    """Filing or priority day or interval, ISO 8601, the earliest; empty when unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was searched, and what was not. No report exists without it."""

    snapshot: str
    documents: int
    passages: int
    by_source: tuple[tuple[str, int], ...]
    by_kind: tuple[tuple[str, int], ...]
    by_country: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]
    oldest: str
    newest: str
    """Newest public day in the corpus, ISO 8601."""
    eligible: int
    """Documents possibly public before the critical date."""
    undated: int
    """Documents without any public date: they cannot be relied on, and are listed apart."""
    skipped: int
    """Records that could not be read when the corpus was built."""
    model: str
    model_sha256: str
    queries: tuple[Query, ...]
    not_searched: tuple[str, ...]
    """Sentences: what a reader must know was not looked at."""
    measured: str = ""
    """How much of what is relevant this index finds, as far as it was measured (`antedate evaluate`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """The smallest set of references that together show `covers`; `residual` is what none of them shows."""

    keys: tuple[str, ...]
    covers: tuple[str, ...]
    residual: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoveltyReport:
    """Everything a reader needs to check the outcome without the software."""

    disclosure_title: str
    disclosure_sha256: str
    critical_date: date
    features: tuple[Feature, ...]
    outcome: Outcome
    chart: FeatureChart
    combinations: tuple[Combination, ...]
    residual: tuple[str, ...]
    """Feature ids that no eligible reference disclosed."""
    left_out: tuple[LeftOut, ...]
    excluded: tuple[str, ...]
    """Keys that the caller asked to leave out (the same invention, say)."""
    coverage: Coverage
    run_id: str
    """SHA-256 over corpus snapshot, model, parameters, features and dates."""
    parameters: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences that belong beside the outcome: what was not examined, which dates to find out."""

    @property
    def hash(self) -> str:
        """SHA-256 of the report's JSON with sorted keys: the same run gives the same hash."""
        return hashlib.sha256(json.dumps(dump(self), sort_keys=True).encode()).hexdigest()


def dump(report: NoveltyReport) -> dict[str, Any]:
    """Return the report as JSON values."""
    value: dict[str, Any] = to_json(NoveltyReport, report)
    if not report.coverage.measured:  # reports older than a field keep their hash
        del value["coverage"]["measured"]
    for late in value["left_out"]:
        if not late["filed"]:
            del late["filed"]
    return value


def load(value: object) -> NoveltyReport:
    """Read what `dump` returned. Raises pydantic.ValidationError, a ValueError."""
    return from_json(NoveltyReport, value)


def filing_date(report: NoveltyReport) -> date | None:
    """Return the day of filing, where the report was told one beside the critical date."""
    given = dict(report.parameters).get(FILING)
    return None if given is None else date.fromisoformat(given)
