"""The laws of cutting: everything is covered, in order, small enough, and the same each time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.builder import FieldName, TextBuilder
from ingest.documents import Document, DocumentKind, Paragraph, Section
from ingest.passages import _WORD, LIMIT, TARGET, WIDTH, Passage, _Text, passages

WORDS = st.sampled_from(
    ["valve", "opens.", "a", "x" * 100, "word " * 50, "x" * 900, "漢字の文。", "弁は開く", "10^5", "fails;"]
)
PARAGRAPHS = st.lists(WORDS, max_size=60).map(" ".join)
FIELDS: st.SearchStrategy[FieldName] = st.sampled_from(["title", "abstract", "description", "claims"])
SECTIONS = st.lists(st.tuples(FIELDS, st.lists(PARAGRAPHS, min_size=1, max_size=4)), max_size=4)


def build(sections: list[tuple[FieldName, list[str]]]) -> Document:
    builder = TextBuilder()
    number = 0
    for field, paragraphs in sections:
        builder.section(field)
        for words in paragraphs:
            number += 1
            if field == "claims":
                builder.claim(number, words)
            else:
                builder.paragraph(words, f"¶{number:04d}")
    text, found, claims = builder.build()
    return Document(key="X-1", kind=DocumentKind.REPORT, text=text, sections=found, claims=claims)


def words(text: str) -> int:
    """Count words as the module's docstring says, in another way than the module does."""
    count = 0
    for run in text.split():
        latin = ""
        for char in run + "漢":
            if "\u3040" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff":
                count += 1 + -(-len(latin) // WIDTH)
                latin = ""
            else:
                latin += char
        count -= 1
    return count


def slices(document: Document, found: tuple[Passage, ...]) -> list[str]:
    return [document.text[passage.start : passage.end] for passage in found]


@settings(deadline=None)
@given(SECTIONS)
def test_passages_cover_every_paragraph_in_order_and_are_small_enough(
    sections: list[tuple[FieldName, list[str]]],
) -> None:
    document = build(sections)
    found = passages(document)
    covered = bytearray(len(document.text))
    for passage in found:
        covered[passage.start : passage.end] = b"\1" * (passage.end - passage.start)
    for section in document.sections:
        for paragraph in section.paragraphs:
            text = document.text[paragraph.start : paragraph.end]
            marks = covered[paragraph.start : paragraph.end]
            assert all(mark or char.isspace() for mark, char in zip(marks, text, strict=True))
    spans = [(passage.start, passage.end) for passage in found]
    assert spans == sorted(spans)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert all(0 < words(text) <= LIMIT for text in slices(document, found))
    assert found == passages(document)


@settings(deadline=None)
@given(SECTIONS)
def test_a_passage_begins_and_ends_with_a_word(sections: list[tuple[FieldName, list[str]]]) -> None:
    document = build(sections)
    assert [text for text in slices(document, passages(document)) if text != text.strip()] == []


def test_title_and_abstract_are_one_passage() -> None:
    document = build([("title", ["A lid"]), ("abstract", ["It closes."])])
    (only,) = passages(document)
    assert (only.anchor, only.field) == ("abstract", "abstract")
    assert slices(document, (only,)) == ["A lid\n\nIt closes."]


def test_an_abstract_after_the_description_does_not_swallow_it() -> None:
    document = build([("title", ["A lid"]), ("description", ["It closes."]), ("abstract", ["Closing."])])
    assert slices(document, passages(document)) == ["A lid", "It closes.", "Closing."]


def test_short_neighbours_are_joined_under_a_range_and_claims_never_are() -> None:
    document = build([("description", ["One two.", "Three four."]), ("claims", ["A lid.", "A pot."])])
    assert [passage.anchor for passage in passages(document)] == ["¶0001–0002", "claim 3", "claim 4"]


def test_a_long_paragraph_is_cut_at_sentence_ends_and_keeps_its_anchor() -> None:
    sentence = "word " * 59 + "end."
    document = build([("description", [" ".join([sentence] * 7)])])
    found = passages(document)
    assert {passage.anchor for passage in found} == {"¶0001"}
    assert all(text.endswith("end.") and words(text) <= TARGET for text in slices(document, found))


@pytest.mark.parametrize("text", ["字" * 5000, "x" * 50_000])
def test_text_without_blanks_is_cut_as_well(text: str) -> None:
    document = build([("description", [text])])
    assert len(passages(document)) > 5
    assert "".join(slices(document, passages(document))) == text


def test_a_section_without_paragraphs_has_no_passages() -> None:
    title = Section(field="title", heading="", start=0, end=5)
    body = Section(
        field="description",
        heading="",
        start=0,
        end=5,
        paragraphs=(Paragraph(anchor="¶1", start=0, end=5),),
    )
    document = Document(key="X-1", kind=DocumentKind.REPORT, text="A lid", sections=(title, body))
    assert [passage.anchor for passage in passages(document)] == ["¶1"]


def test_blank_lines_after_a_long_sentence_do_not_open_the_next_passage() -> None:
    document = build([("title", ["word " * (TARGET + 20)]), ("abstract", ["It closes. " * TARGET])])
    texts = slices(document, passages(document))
    assert len(texts) > 1
    assert [text for text in texts if text != text.strip()] == []


@settings(deadline=None)
@given(st.lists(WORDS, max_size=40).map(" ".join), st.sampled_from(["", "字", "\u00e9", "\u3000"]))
def test_words_are_counted_alike_with_and_without_the_short_way(words_in: str, more: str) -> None:
    whole = words_in + more
    found = _Text(whole).words(0, len(whole))
    assert found == sum(1 for _ in _WORD.finditer(whole))
    assert found == words(whole)
