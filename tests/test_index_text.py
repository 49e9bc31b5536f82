"""Words and stems: one rule for the index, queries and highlights."""

from __future__ import annotations

from itertools import pairwise

import pytest
import tantivy
from hypothesis import given
from hypothesis import strategies as st

from index import text as index_text
from index.lexical_files import analyzer
from index.text import BOILERPLATE, LONGEST, STOP_WORDS, content, folded, marks, tokens, words

PROSE = """
The rotating valves of a co-operating pump comprise bearings, housings and elastically deformable seals;
generalised controllers periodically measured the viscosities, pressures and running temperatures, whereby
connections were tightened, skies darkened, dying batteries replaced and naive estimates refined. Generations
of universities argued happily about organisation, organization, conditional relational triplicate,
hopefulness, electricity, adjustable, effective, bowdlerize, possibly, sensibly, news, innings
"""
LETTERS = st.text(st.characters(categories=("L", "N", "P", "Z"), max_codepoint=0x9FFF), max_size=60)
PIECES = [
    *(
        "valves",
        "Pumping",
        "0.75",
        "1,000.5",
        "3.",
        ",",
        "co-operate",
        "x_y",
        "naïve",
        "ΣΑΣ",
        "İstanbul",
        "漢字",
    ),
    *(
        "--",
        "e.g.",
        "10^5",
        "²",
        "Ⅷ",
        "ǅ",
        "ﬁne",
        "a\u0301b",
        "x" * 63,
        "y" * 64,
        "é" * 31,
        "é" * 32,
        "İ" * 21,
    ),
]


def stems_of(text: str) -> str:
    """Return the stems of one text."""
    return next(words([text]))


def test_a_token_is_a_stem_and_the_place_of_its_word() -> None:
    text = "Valves rotating at 0.75 mm, 1,000 times; co-operate_now."
    found = [(token.stem, text[token.start : token.end]) for token in tokens(text)]
    assert found == [
        ("valv", "Valves"),
        ("rotat", "rotating"),
        ("at", "at"),
        ("0.75", "0.75"),
        ("mm", "mm"),
        ("1,000", "1,000"),
        ("time", "times"),
        ("co", "co"),
        ("oper", "operate"),
        ("now", "now"),
    ]


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("résumé Größe Straße Øre cœur", "resum gross strass ore coeur"),
        ("re\u0301sume\u0301 Gro\u0308ße", "resum gross"),
        ("ﬁlter Ａ４ ΣΑΣ İstanbul", "filter a4 σασ istanbul"),
        ("½ 5½ m²", "½ 5½ m2"),
        ("10mm 10 mm 3kHz 20µm 20μm 5V", "10 mm 10 mm 3 khz 20 μm 20 μm 5 v"),
        ("0.75bar 1,000kg", "0.75 bar 1,000 kg"),
        ("H2O 3GPP G06F16/35 10A 4K mm2 10mmx FIG12b", "h2o 3gpp g06f16 35 10a 4k mm2 10mmx fig12b"),
        ("旋转阀门", "旋 转 阀 门"),
        ("LEDバルブの回転", "led バルブ の 回 転"),
        ("が か", "が か"),
        ("스마트폰 화면", "스마트폰 화면"),
        ("Клапан й", "клапан и"),
    ],
)
def test_letters_numbers_and_scripts_are_read_in_one_way(text: str, stems: str) -> None:
    assert " ".join(token.stem for token in tokens(text)) == stems
    assert stems_of(text) == stems


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("resume", "Le résumé.", ["résumé"]),
        ("naïve", "a naive way", ["naive"]),
        ("10 mm", "exactly 10mm", ["10", "mm"]),
        ("阀门", "一种旋转阀门。", ["阀", "门"]),
        ("strasse", "Straße", ["Straße"]),
    ],
)
def test_what_meets_is_marked_as_it_is_written(query: str, text: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in marks(text, query)] == marked


@given(LETTERS)
def test_folding_twice_changes_nothing(text: str) -> None:
    for token in tokens(text):
        word = folded(text[token.start : token.end])
        assert folded(word) == word
        assert word
        assert not set(word) & set(" \t\n")


def test_stems_agree_with_the_engines_en_stem_tokenizer_on_common_words() -> None:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="en_stem")
    index = tantivy.Index(builder.build())
    writer = index.writer(15_000_000, 1)
    writer.add_document(tantivy.Document(text=PROSE))
    writer.commit()
    index.reload()
    stored = {term for term, _ in index.searcher().terms_with_prefix("text", "")}
    assert stored == {token.stem for token in tokens(PROSE)}
    assert {"rotat", "valv", "period", "organis"} <= stored


@given(LETTERS)
def test_the_engine_stores_exactly_the_stems_of_tokens(text: str) -> None:
    assert analyzer().analyze(stems_of(text)) == [token.stem for token in tokens(text)]


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(["", " ", "\n", "\u3000"]))
def test_words_beside_signs_blanks_and_endless_words_are_stored_as_tokens_sees_them(
    pieces: list[str], between: str
) -> None:
    text = between.join(pieces)
    assert analyzer().analyze(stems_of(text)) == [token.stem for token in tokens(text)]


@pytest.mark.parametrize("length", [LONGEST - 1, LONGEST, LONGEST + 1])
def test_a_word_is_a_word_up_to_the_same_length_everywhere(length: int) -> None:
    word = "q" * length
    found = [token.stem for token in tokens(word)]
    assert found == ([word] if length < LONGEST else [])
    assert analyzer().analyze(stems_of(word)) == found


def test_a_word_that_is_none_keeps_its_place_so_that_its_neighbours_are_no_phrase() -> None:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="a", index_option="position")
    index = tantivy.Index(builder.build())
    index.register_tokenizer("a", analyzer())
    writer = index.writer(15_000_000, 1)
    for text in (f"soil {'x' * 500} valve", "a soil valve"):
        writer.add_document(tantivy.Document(text=stems_of(text)))
    writer.commit()
    index.reload()
    phrase = tantivy.Query.phrase_query(index.schema, "text", ["soil", "valv"])
    assert len(index.searcher().search(phrase).hits) == 1


def test_what_is_remembered_of_texts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_text, "_KEPT", 50)
    for start in range(0, 1000, 20):
        text = " ".join(f"part{number}." for number in range(start, start + 20))
        assert stems_of(text).split() == [token.stem for token in tokens(text)]
        assert len(index_text._RUNS) <= 50


@given(LETTERS)
def test_tokens_are_in_order_and_do_not_overlap(text: str) -> None:
    places = [(token.start, token.end) for token in tokens(text)]
    assert all(start < end <= len(text) for start, end in places)
    assert all(before[1] <= after[0] for before, after in pairwise(places))


def test_endless_words_are_not_words() -> None:
    assert [token.stem for token in tokens(f"pump {'x' * 500} valve")] == ["pump", "valv"]


def test_content_leaves_out_stop_words_and_lone_letters_but_keeps_digits() -> None:
    assert [token.stem for token in content("The valve A of the 2 pumps is b")] == ["valv", "2", "pump"]


def test_marks_are_the_spans_of_the_querys_words_in_any_inflection() -> None:
    text = "A pump pumps; pumping the fluid."
    spans = marks(text, "the pumped fluids")
    assert [text[start:end] for start, end in spans] == ["pump", "pumps", "pumping", "fluid"]


def test_marks_of_a_query_of_stop_words_are_none() -> None:
    assert marks("the pump of the house", "the of") == ()


def test_lists_of_words_are_in_lower_case() -> None:
    assert all(word == word.lower() for word in STOP_WORDS | BOILERPLATE)
