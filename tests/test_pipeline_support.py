from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.chart import Cell, Support, verified
from pipeline.disclosure import Feature, FeatureKind
from pipeline.library import FoundPassage
from pipeline.matching import best, demand_from
from pipeline.support import judge, judge_all, reach
from tests.hash_encoder import HashEncoder
from tests.memory_library import MemoryLibrary, make_document

if TYPE_CHECKING:
    from ingest.documents import Document

_OVEN = make_document(
    "US-1-A",
    "An oven bakes bread on a stone plate. The stone plate is heated to 250 °C by two burners before the "
    "bread is laid on it. A damper closes the chimney while the bread is baking.",
    "The door has no window, so that heat is not lost. The oven stands on four feet.",
    title="Bread oven with a stone plate",
    claims=[
        "An oven comprising: a stone plate; a burner below the stone plate; and a damper in a chimney.",
        "The oven of claim 1, wherein the burner is switched off for 90 s after each opening of the door.",
    ],
    published="2010-05-04",
)
_OTHERS = [
    make_document(f"US-{number}-A", text, title="Other", published="2011-01-01")
    for number, text in enumerate(
        (
            "A bicycle bell is struck by a spring loaded hammer.",
            "A kettle switches its heater off at 100 °C.",
            "A tent pole of aluminium is folded in three sections.",
        ),
        start=2,
    )
]
_LIBRARY = MemoryLibrary([_OVEN, *_OTHERS], HashEncoder())


def _feature(text: str) -> Feature:
    return Feature(id="F1", text=text, kind=FeatureKind.STRUCTURE)


def _judge(text: str, document: Document = _OVEN) -> Cell:
    library = MemoryLibrary([document, *_OTHERS], HashEncoder())
    passages = library.best_passages(text, [document.key], per_document=4)[document.key]
    return judge(_feature(text), document, passages, library)


def _changed(old: str, new: str) -> Document:
    """Return the oven with other words; passages and sections are cut anew."""
    paragraphs = [
        _OVEN.text[p.start : p.end].replace(old, new)
        for section in _OVEN.sections
        if section.field == "description"
        for p in section.paragraphs
    ]
    claims = [_OVEN.text[c.start : c.end].replace(old, new) for c in _OVEN.claims]
    changed = make_document("US-1-A", *paragraphs, title=_OVEN.title, claims=claims, published="2010-05-04")
    assert changed.text != _OVEN.text
    return changed


def test_a_feature_in_the_same_words_is_disclosed_with_an_exact_quote() -> None:
    cell = _judge("the stone plate is heated to 250 °C by two burners")
    assert cell.support is Support.DISCLOSED
    evidence = cell.evidence[0]
    assert _OVEN.text[evidence.start : evidence.end] == evidence.quote
    assert evidence.source_sha256 == _OVEN.sha256
    assert evidence.missing == ()
    marked = {evidence.quote[start:end] for start, end in evidence.terms}
    assert "250 °C" in " ".join(marked)


def test_one_changed_character_in_the_source_leaves_the_cell_unverified() -> None:
    cell = _judge("the stone plate is heated to 250 °C by two burners")
    evidence = cell.evidence[0]
    assert verified(evidence, {"US-1-A": _OVEN.text})
    flipped = _OVEN.text.replace("stone", "stane", 1)
    assert not verified(evidence, {"US-1-A": flipped})
    assert not verified(replace(evidence, quote=evidence.quote.swapcase()), {"US-1-A": _OVEN.text})
    assert not verified(replace(evidence, start=evidence.start + 1), {"US-1-A": _OVEN.text})


@pytest.mark.parametrize(
    ("feature", "old", "new"),
    [
        ("a damper closes the chimney while bread is baking", "damper closes", "damper never closes"),
        ("the stone plate is heated to 250 °C by two burners", "is heated", "is not heated"),
        ("the stone plate is heated to 250 °C by two burners", "250 °C", "150 °C"),
        ("the stone plate is heated to 250 °C by two burners", "two burners", "three burners"),
        ("a damper closes the chimney while bread is baking", "closes the chimney", "opens the chimney"),
    ],
)
def test_a_flipped_negation_number_or_opposite_is_no_longer_disclosed(
    feature: str, old: str, new: str
) -> None:
    before, after = _judge(feature), _judge(feature, _changed(old, new))
    assert before.support is Support.DISCLOSED
    assert after.support in (Support.PARTLY, Support.NOT_DISCLOSED)
    assert after.evidence[0].missing


def test_a_negative_feature_needs_a_negation_in_the_quote() -> None:
    feature = "a door of the oven without a window"
    assert _judge("the door has no window so that heat is not lost").support is Support.DISCLOSED
    cell = _judge(feature, _changed("has no window", "has a window"))
    assert cell.support is not Support.DISCLOSED
    assert any("window" in missing for evidence in cell.evidence for missing in evidence.missing)


def test_an_amount_in_other_units_is_met_and_a_wider_range_is_not() -> None:
    assert (
        _judge("the burner is switched off for 1.5 min after each opening of the door").support
        is Support.DISCLOSED
    )
    wider = _changed("to 250 °C", "to between 100 and 400 °C")
    cell = _judge("the stone plate is heated to between 240 and 260 °C by two burners", wider)
    assert cell.support is not Support.DISCLOSED
    assert "between 240 and 260 °C" in cell.evidence[0].missing


_REVERSING = (
    "A valve unit comprising a four-way valve that reverses a coolant flow when a temperature difference "
    "between both ends of a battery module exceeds 3 K."
)


def test_two_quotes_of_one_document_may_carry_a_feature_together() -> None:
    document = make_document(
        "US-9-A",
        claims=[
            _REVERSING,
            "The valve unit of claim 1, wherein the flow is reversed again only when 90 s have passed.",
        ],
        published="2012-01-01",
    )
    cell = _judge(
        "a four-way valve that reverses a coolant flow when a temperature difference between both ends of a "
        "battery module exceeds 3 K and at least 90 s have passed",
        document,
    )
    assert cell.support is Support.DISCLOSED
    assert [evidence.anchor for evidence in cell.evidence][:2] == ["claim 1", "claim 2"]


def test_an_unrelated_document_is_not_disclosing_and_no_text_is_not_evaluated() -> None:
    assert _judge("the stone plate is heated to 250 °C", _OTHERS[0]).support is Support.NOT_DISCLOSED
    cell = judge(_feature("a bell"), _OTHERS[0], (), _LIBRARY)
    assert (cell.support, cell.probability, cell.evidence) == (Support.NOT_EVALUATED, 0.0, ())


def test_a_passage_that_the_text_does_not_hold_is_never_quoted() -> None:
    forged = FoundPassage(anchor="¶0001", start=0, end=30, quote="A stone plate heated to 250 °C")
    cell = judge(_feature("a stone plate heated to 250 °C"), _OVEN, (forged,), _LIBRARY)
    assert cell.evidence == ()
    assert cell.support is Support.NOT_DISCLOSED


def test_judging_many_documents_equals_judging_each() -> None:
    feature = _feature("a burner below the stone plate")
    documents = [_OVEN, *_OTHERS]
    found = _LIBRARY.best_passages(feature.text, [document.key for document in documents])
    pairs = [(document, found[document.key]) for document in documents]
    together = judge_all(feature, pairs, _LIBRARY)
    assert together == tuple(judge(feature, document, passages, _LIBRARY) for document, passages in pairs)
    assert together[0].support is Support.DISCLOSED


def test_reach_orders_documents_by_what_they_show() -> None:
    wanted = demand_from("a burner below the stone plate", {})
    found = _LIBRARY.best_passages("burner stone plate", ["US-1-A", "US-2-A"])
    assert reach(wanted, found["US-1-A"]) > reach(wanted, found["US-2-A"])
    assert reach(wanted, ()) == 0.0


_WORDS = st.lists(
    st.sampled_from(
        ["the plate", "heated", "not", "250 °C", "burner", "below", ";", ".", "without", "5 mm", "window"]
    ),
    min_size=1,
    max_size=30,
).map(" ".join)


@given(_WORDS, _WORDS)
def test_a_disclosed_cell_always_carries_every_amount_and_negation(feature: str, passage: str) -> None:
    document = make_document("US-7-A", passage, published="2010-01-01")
    if not document.text:
        return
    cell = _judge(feature, document)
    for evidence in cell.evidence:
        assert document.text[evidence.start : evidence.end] == evidence.quote
        assert all(0 <= start < end <= len(evidence.quote) for start, end in evidence.terms)
    if cell.support is Support.DISCLOSED:
        wanted = demand_from(feature, {})
        matches = [best(wanted, evidence.quote, keep=50) for evidence in cell.evidence]
        met = [{*match.missing_amounts} for found in matches for match in found]
        assert not set.intersection(*met)
        assert not any(match.opposed for match in matches[0][:1])
