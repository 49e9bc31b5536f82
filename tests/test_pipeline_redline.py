from __future__ import annotations

import time
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.redline import Op, redline, words_diff
from publications.document import DefensivePublication, Reference, SectionName, TextSection

TEXT = DefensivePublication(
    title="Valve that closes twice",
    abstract="A valve. It closes twice.",
    authors=("Ines Marlow",),
    sections=(
        TextSection(name=SectionName.SUMMARY, text="The valve closes.\n\nThen it closes again."),
        TextSection(name=SectionName.EXAMPLE, text="At 3 bar it took 40 ms."),
    ),
    references=(Reference(key="demo-1", title="Valves", published="2020-01-01", places=("claim 1",)),),
)


def changed(old: DefensivePublication, new: DefensivePublication) -> list[str]:
    return [change.name for change in redline(old, new) if change.changed]


def test_a_changed_number_is_the_only_word_marked() -> None:
    new = replace(
        TEXT, sections=(TEXT.sections[0], replace(TEXT.sections[1], text="At 3 bar it took 45 ms."))
    )
    (change,) = [change for change in redline(TEXT, new) if change.changed]
    assert (change.name, change.heading) == ("example", "Worked example")
    assert [(piece.op, piece.text) for piece in change.pieces] == [
        (Op.KEEP, "At 3 bar it took "),
        (Op.DROP, "40"),
        (Op.ADD, "45"),
        (Op.KEEP, " ms."),
    ]


def test_unchanged_fields_are_there_in_the_order_of_print() -> None:
    names = [change.name for change in redline(TEXT, TEXT)]
    assert names == [
        "title", "authors", "abstract", "summary", "example", "references", "language", "licence", "ai_use",
    ]  # fmt: skip
    assert changed(TEXT, TEXT) == []


@pytest.mark.parametrize(
    ("new", "name"),
    [
        (replace(TEXT, title="Valve that closes thrice"), "title"),
        (replace(TEXT, authors=("Ines Marlow", "Rex")), "authors"),
        (replace(TEXT, references=()), "references"),
        (replace(TEXT, keywords=("valve",)), "keywords"),
        (replace(TEXT, classes=("F16K 1/00",)), "classes"),
        (replace(TEXT, licence="CC0-1.0"), "licence"),
        (replace(TEXT, contact="ip@example.org"), "contact"),
        (replace(TEXT, ai_use="spelling"), "ai_use"),
        (replace(TEXT, language="de"), "language"),
        (replace(TEXT, sections=TEXT.sections[::-1]), "outline"),
        (replace(TEXT, sections=(*TEXT.sections, TextSection(name=SectionName.FIELD, text=""))), "outline"),
    ],
)
def test_nothing_that_the_digest_covers_is_left_out(new: DefensivePublication, name: str) -> None:
    assert changed(TEXT, new) == [name]


def test_a_section_that_stands_there_twice_is_compared_twice() -> None:
    twice = replace(TEXT, sections=(*TEXT.sections, TextSection(name=SectionName.SUMMARY, text="Hidden.")))
    assert changed(TEXT, twice) == ["outline", "summary (2)"]


def test_markup_comes_back_as_text() -> None:
    pieces = words_diff("<b>a</b>", "<b>b</b>")
    assert "".join(piece.text for piece in pieces if piece.op is not Op.DROP) == "<b>b</b>"


WORDS = st.text(st.sampled_from("ab \n.,;\\é\u0301ﬁ<>"), max_size=30)
LISTS = st.lists(WORDS, max_size=3).map(tuple)
SECTIONS = st.lists(
    st.builds(TextSection, name=st.sampled_from([SectionName.SUMMARY, SectionName.EXAMPLE]), text=WORDS),
    max_size=3,
).map(tuple)
REFERENCES = st.lists(
    st.builds(Reference, key=WORDS, title=WORDS, published=WORDS, places=LISTS), max_size=2
).map(tuple)
PUBLICATIONS = st.builds(
    DefensivePublication,
    title=WORDS,
    abstract=WORDS,
    authors=LISTS,
    sections=SECTIONS,
    references=REFERENCES,
    keywords=LISTS,
)


@settings(max_examples=300, deadline=None)
@given(old=WORDS, new=WORDS)
def test_the_pieces_make_up_both_texts(old: str, new: str) -> None:
    pieces = words_diff(old, new)
    kept_and_dropped = "".join(piece.text for piece in pieces if piece.op is not Op.ADD)
    kept_and_added = "".join(piece.text for piece in pieces if piece.op is not Op.DROP)
    assert kept_and_dropped == unicodedata.normalize("NFC", old)
    assert kept_and_added == unicodedata.normalize("NFC", new)
    assert all(piece.text for piece in pieces)


@settings(max_examples=300, deadline=None)
@given(old=PUBLICATIONS, new=PUBLICATIONS)
def test_a_redline_without_a_change_means_the_same_digest(
    old: DefensivePublication, new: DefensivePublication
) -> None:
    assert (changed(old, new) == []) == (old.digest == new.digest)


@settings(max_examples=100, deadline=None)
@given(base=PUBLICATIONS, one=LISTS, other=LISTS)
def test_two_lists_never_read_the_same(
    base: DefensivePublication, one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    old, new = replace(base, keywords=one), replace(base, keywords=other)
    assert (changed(old, new) == []) == (old.digest == new.digest)


def test_long_hostile_texts_are_compared_in_seconds() -> None:
    old, new = "\n" * 60_000 + "a " * 60_000, "a b " * 40_000 + "\n" * 60_000
    begun = time.process_time()
    pieces = words_diff(old, new)
    assert time.process_time() - begun < 20
    assert "".join(piece.text for piece in pieces if piece.op is not Op.DROP) == new
