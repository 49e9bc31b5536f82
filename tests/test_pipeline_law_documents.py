"""Documents of the corpus as facts: from what their dates say, and no more."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.documents import Document, DocumentKind, EventKind
from ingest.evidence import bound, dated, moment
from pipeline.law.documents import fact_of
from pipeline.law.errors import FactError
from pipeline.law.facts import By, CriticalDate, Filing, PublicFact, SecretFact
from pipeline.law.packs import packs
from pipeline.law.status import status

PUBLISHED, FILED, PRIORITY = EventKind.PUBLISHED, EventKind.FILED, EventKind.PRIORITY


def document(
    kind: DocumentKind, *events: object, country: str = "", priorities: tuple[str, ...] = ()
) -> Document:
    return Document(
        key="X-1",
        kind=kind,
        text="A valve.",
        sections=(),
        events=tuple(events),  # type: ignore[arg-type]
        country=country,
        priorities=priorities,
    )


def kind(found: Document, office: str, day: str, *, face_value: bool = False, by: By = By.THIRD_PARTY) -> str:
    fact = fact_of(found, by=by, same_inventors=False, face_value=face_value)
    critical = CriticalDate(filed=Filing(day=date.fromisoformat(day), office=office))
    return status(office, fact, critical).kind.value


def test_an_archived_copy_bounds_the_date_and_an_index_after_it_leaves_it_open() -> None:
    copy = document(DocumentKind.PAPER, bound(EventKind.ARCHIVED, date(2025, 5, 1), "archive"))
    index = document(DocumentKind.PAPER, bound(EventKind.INDEXED, date(2025, 6, 2), "index"))
    assert kind(copy, "EP", "2025-06-01") == "novelty_and_inventive"
    assert kind(index, "US", "2025-06-01") == "undetermined"


def test_a_day_without_a_zone_is_asked_about_near_the_date_or_taken_at_face_value() -> None:
    paper = document(DocumentKind.PAPER, *dated(PUBLISHED, "2025-05-01", "page"))
    assert kind(paper, "EP", "2025-05-01") == "undetermined"
    assert kind(paper, "EP", "2025-05-01", face_value=True) == "not_art"
    assert kind(paper, "EP", "2025-05-02", face_value=True) == "novelty_and_inventive"
    assert kind(paper, "EP", "2025-05-03") == "novelty_and_inventive"


def test_a_moment_and_an_offices_day_are_exact() -> None:
    push = document(DocumentKind.PAPER, *moment(EventKind.POSTED, "2026-03-10T02:30:00Z", "git"))
    assert kind(push, "US", "2026-03-10") == "novelty_and_inventive"
    assert kind(push, "EP", "2026-03-10") == "not_art"
    grant = document(DocumentKind.PAPER, *dated(PUBLISHED, "2025-05-01", "office", office="US"))
    assert kind(grant, "US", "2025-05-01") == "not_art"


def test_an_application_is_secret_art_between_priority_and_publication() -> None:
    events = [
        *dated(PRIORITY, "2024-03-01", "x", office="EP"),
        *dated(FILED, "2025-02-01", "x", office="EP"),
        *dated(PUBLISHED, "2025-09-03", "x", office="EP"),
    ]
    found = document(DocumentKind.APPLICATION, *events, country="EP")
    assert kind(found, "EP", "2025-06-01") == "novelty_only"
    assert kind(found, "EP", "2024-06-01") == "undetermined"
    assert kind(found, "EP", "2024-02-01") == "not_art"
    assert kind(found, "EP", "2025-10-01") == "novelty_and_inventive"
    assert kind(found, "US", "2025-06-01") == "not_art"
    assert kind(found, "JP", "2025-10-01", by=By.OWN) == "novelty_and_inventive"


def test_a_claimed_priority_without_a_day_leaves_the_filing_open() -> None:
    events = [*dated(FILED, "2025-02-01", "x"), *dated(PUBLISHED, "2025-09-03", "x")]
    found = document(DocumentKind.APPLICATION, *events, country="EP", priorities=("GB-1",))
    assert kind(found, "EP", "2024-06-01") == "undetermined"


def test_a_wo_publication_has_effect_nobody_here_knows_where() -> None:
    events = [*dated(FILED, "2025-02-01", "x"), *dated(PUBLISHED, "2026-08-03", "x")]
    found = document(DocumentKind.APPLICATION, *events, country="WO")
    assert kind(found, "US", "2025-06-01") == "undetermined"


def test_dates_that_contradict_each_other_are_an_error_in_words() -> None:
    events = [*dated(FILED, "2025-02-01", "x"), *dated(PUBLISHED, "2024-08-03", "x")]
    with pytest.raises(FactError, match="one of the two dates is wrong"):
        fact_of(document(DocumentKind.PATENT, *events, country="US"))


def test_the_kind_of_fact_and_its_confidence_follow_the_document() -> None:
    paper = fact_of(document(DocumentKind.PAPER, *dated(PUBLISHED, "2025", "x", confidence="low")))
    assert isinstance(paper, PublicFact)
    assert paper.confidence == "low"
    assert fact_of(document(DocumentKind.PAPER)) == PublicFact(when=None)
    assert isinstance(fact_of(document(DocumentKind.PATENT, *dated(FILED, "2025-01-01", "x"))), SecretFact)


def test_the_table_of_packs_in_the_documentation_is_the_packs() -> None:
    text = (Path(__file__).parents[1] / "docs" / "law.md").read_text(encoding="utf-8")
    for pack in packs().values():
        row = next(
            line for line in text.splitlines() if line.startswith(f"| {pack.office} | {pack.version} |")
        )
        assert str(pack.effective_from) in row
        low = [rule.id for rule in pack.rules if rule.confidence == "low"]
        assert row.rsplit("|", 2)[1].strip() == (", ".join(low) or "–")
        for rule in pack.grace:
            assert f"{rule.months} m before {rule.anchor.replace('_', ' ')} (" in row
