"""Records made in bulk are the records that the class makes one by one."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.bulk import records
from ingest.documents import Citation, DayInterval, Paragraph


@given(st.lists(st.tuples(st.text(max_size=5), st.integers(), st.integers()), max_size=9))
def test_records_in_bulk_equal_those_made_one_by_one(rows: list[tuple[str, int, int]]) -> None:
    anchors, starts, ends = ([row[at] for row in rows] for at in range(3))
    made = records(Paragraph, len(rows), anchor=anchors, start=starts, end=ends)
    assert made == [Paragraph(anchor=anchor, start=start, end=end) for anchor, start, end in rows]
    assert len(set(made)) == len(set(rows))


def test_a_missing_column_is_the_default_and_the_record_is_frozen() -> None:
    (made,) = records(Citation, 1, text=["A 1"])
    assert made == Citation(text="A 1")
    with pytest.raises(FrozenInstanceError):
        made.text = "B 2"  # type: ignore[misc]


@pytest.mark.parametrize(
    "columns", [{}, {"text": []}, {"text": ["a", "b"]}, {"text": ["a"], "colour": ["b"]}]
)
def test_a_column_that_is_missing_short_long_or_unknown_is_an_error(columns: dict[str, list[str]]) -> None:
    with pytest.raises(TypeError, match="Citation"):
        records(Citation, 1, **columns)


def test_a_class_that_checks_its_fields_is_not_made_in_bulk() -> None:
    with pytest.raises(TypeError, match="one by one"):
        records(DayInterval, 0)
