"""Claim numbers and dependencies as their words state them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.claim_text import depends_on, is_cancelled, split_number


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("The valve of claim 1, wherein it leaks.", 2, (1,)),
        ("A system according to any of claims 1 to 4, with a lid.", 9, (1, 2, 3, 4)),
        ("The lid of claims 1, 3 or 5.", 6, (1, 3, 5)),
        ("The lid of claims 2-4 and 6.", 8, (2, 3, 4, 6)),
        ("The lid of any one of the preceding claims.", 4, (1, 2, 3)),
        ("The lid as claimed in claim 1 or claim 2.", 3, (1, 2)),
        ("The lid of one of claims 1 through 3", 7, (1, 2, 3)),
        ("The lid of claim 1, 20 mm wide.", 30, (1,)),
        ("The lid of claim 1.5 mm", 30, ()),
        ("The lid of claim 9.", 3, ()),
        ("A lid that claims 2.", 2, ()),
        ("A lid with a claim to fame.", 5, ()),
    ],
)
def test_dependencies_are_the_earlier_claims_that_the_words_name(
    text: str, number: int, expected: tuple[int, ...]
) -> None:
    assert depends_on(text, number) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12. The valve", (12, "The valve")),
        ("3 . The valve", (3, "The valve")),
        ("4) The valve", (4, "The valve")),
        ("1.The valve", (1, "The valve")),
        ("2.5 litres of oil", (None, "2.5 litres of oil")),
        ("A valve", (None, "A valve")),
    ],
)
def test_a_printed_number_is_taken_off_and_a_quantity_is_not(
    text: str, expected: tuple[int | None, str]
) -> None:
    assert split_number(text) == expected


def test_a_cancelled_claim_is_recognised_and_a_claim_about_cancelling_is_not() -> None:
    assert is_cancelled("(canceled)")
    assert is_cancelled("Cancelled.")
    assert not is_cancelled("A method of cancelling an order")


@given(st.text(alphabet="claims 0123456789,-toandr", max_size=200), st.integers(1, 60))
def test_no_claim_depends_on_itself_or_a_later_one(text: str, number: int) -> None:
    found = depends_on(text, number, linked=(number, number + 1))
    assert all(0 < earlier < number for earlier in found)
    assert list(found) == sorted(set(found))


def test_a_list_of_references_a_megabyte_long_takes_no_time() -> None:
    assert depends_on("claims 1" + ", 2 to 9999" * 100_000, 10) == tuple(range(1, 10))
