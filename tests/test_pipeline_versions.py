from __future__ import annotations

from dataclasses import replace
from datetime import date

from ingest.documents import DatedEvent, DayInterval, EventKind
from pipeline.assess import assess, finish
from pipeline.dating import left_out
from pipeline.decompose import decompose
from pipeline.disclosure import Topic
from pipeline.intake import from_answers
from pipeline.versions import first_seen
from tests.hash_encoder import HashEncoder
from tests.memory_library import MemoryLibrary, make_document

CAM = "The cam of the folding table is pressed against the notch by a leaf spring."
QUOTE = "the cam of the folding table is pressed\nagainst the notch"
LAMP = "A lamp below the plate glows while the leg is open."
V1 = make_document("arXiv:1v1", CAM, published="2025-05-01", work="w")
V2 = make_document("arXiv:1v2", CAM.replace(" is ", "  is "), LAMP, published="2025-08-01", work="w")


def test_a_passage_is_dated_by_the_first_version_that_contains_it() -> None:
    found = first_seen(QUOTE, V2, [V1])
    assert found is not None
    assert (found.key, str(found.published)) == ("arXiv:1v1", "2025-05-01")


def test_a_passage_that_a_later_version_adds_has_the_later_date() -> None:
    found = first_seen(LAMP, V2, [V1])
    assert found is not None
    assert found.key == "arXiv:1v2"


def test_one_changed_word_makes_a_new_passage() -> None:
    other = make_document("x", "x", published="2026-01-01")
    found = first_seen(QUOTE.replace("is", "is not"), other, [V1, V2])
    assert found is not None
    assert found.key == "x"


def test_a_version_without_a_date_dates_nothing() -> None:
    undated = make_document("arXiv:1v0", CAM, work="w")
    found = first_seen(QUOTE, V2, [undated])
    assert found is not None
    assert found.key == "arXiv:1v2"
    assert first_seen(QUOTE, undated, []) is None


def test_a_report_dates_each_quote_and_leaves_out_what_a_later_version_adds() -> None:
    claim = f"A folding table comprising: {CAM[:-1]}; and {LAMP[:-1]}."
    disclosure = from_answers("Folding table", {Topic.CLAIM: claim})
    library = MemoryLibrary([V1, V2], HashEncoder())
    early = finish(assess(disclosure, decompose(disclosure), library, critical_date=date(2025, 7, 1)))
    assert [reference.key for reference in early.chart.references] == ["arXiv:1v1"]
    assert [found.key for found in early.left_out] == ["arXiv:1v2"]
    assert "another text" not in early.left_out[0].reason
    late = finish(assess(disclosure, decompose(disclosure), library, critical_date=date(2026, 7, 1)))
    dated = {
        evidence.quote: evidence.first_published
        for cell in late.chart.cells
        for evidence in cell.evidence
        if evidence.key == "arXiv:1v2"
    }
    assert {when for quote, when in dated.items() if "lamp" in quote.lower()} == {"2025-08-01"}
    assert "2025-05-01" in dated.values()


def test_a_later_version_alone_asks_for_the_earlier_one() -> None:
    when = DayInterval.parse("2025-05-01")
    event = DatedEvent(kind=EventKind.EARLIER_VERSION, when=when, source="x")
    alone = replace(V2, events=(*V2.events, event))
    found = left_out(alone, date(2025, 7, 1))
    assert found is not None
    assert "another text of it was public 2025-05-01, before the date, and is not here" in found.reason
    held = left_out(alone, date(2025, 7, 1), [V1])
    assert held is not None
    assert "another text" not in held.reason
