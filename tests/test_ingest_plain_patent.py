"""One text of claims cut at its numbers, and nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.builder import TextBuilder
from ingest.plain_patent import add_claims, add_description, split_claims


def numbers(text: str) -> list[int]:
    return [number for number, _ in split_claims(text).claims]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What is claimed is:\n1. A lid.\n 2. The lid of claim 1, wherein it closes.", [1, 2]),
        ("1. A method:\n1) closing\n2) opening.\n2. The method of claim 1.", [1, 2]),
        ("1. A lid 2.5 mm thick.\n3. A pot.\n2. The lid of claim 1.", [1, 2]),
        ("1 . A lid. 2 . The lid of claim 1. 3 . A pot of 2. mm.", [1, 2, 3]),
        ("4. A lid.\n5. The lid of claim 4.", [4, 5]),
        ("1.A lid.\n2.The lid of claim 1.", [1, 2]),
        ("The ornamental design for a lid, as shown.", [1]),
        ("A lid.\nThe lid of claim 1, closing.", []),
        ("", []),
        ("  \n", []),
    ],
)
def test_a_number_begins_a_claim_only_where_it_is_the_next(text: str, expected: list[int]) -> None:
    assert numbers(text) == expected


@given(st.text("12. )\nAb;claim", max_size=80))
def test_the_pieces_make_up_the_text_again(text: str) -> None:
    parts = split_claims(text)
    joined = "".join(mark + words for mark, (_, words) in zip(parts.marks, parts.claims, strict=True))
    assert parts.before + joined == text


def test_claims_know_what_they_depend_on_and_cancelled_ones_are_left_out() -> None:
    builder = TextBuilder()
    assert add_claims(builder, "I claim:\n1. A lid.\n2. (canceled)\n3. The lid of claim 1.") == ""
    text, sections, claims = builder.build()
    assert [(claim.number, claim.depends_on) for claim in claims] == [(1, ()), (3, (1,))]
    assert text == "I claim:\n\nA lid.\n\nThe lid of claim 1."
    assert [place.anchor for place in sections[0].paragraphs] == ["claims", "claim 1", "claim 3"]


def test_claims_without_numbers_stay_text_and_that_is_said() -> None:
    builder = TextBuilder()
    assert "not numbered" in add_claims(builder, "A lid.\nThe lid of claim 1.")
    text, _, claims = builder.build()
    assert (text, claims) == ("A lid.\n\nThe lid of claim 1.", ())


def test_a_description_has_headings_and_printed_numbers() -> None:
    builder = TextBuilder()
    add_description(builder, "TECHNICAL FIELD\n[0001] Lids.\nPots.\n\nSUMMARY\nThey close.", " (en)")
    text, sections, _ = builder.build()
    assert [section.heading for section in sections] == ["TECHNICAL FIELD", "SUMMARY"]
    anchors = [place.anchor for section in sections for place in section.paragraphs]
    assert anchors == ["¶0001 (en)", "¶2 (en)", "¶3 (en)"]
    assert "[0001]" not in text
