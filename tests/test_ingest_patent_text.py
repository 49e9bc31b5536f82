"""Dependencies of claims in the languages of the offices."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.patent_text import named_claims
from ingest.patent_xml import language, symbols


@pytest.mark.parametrize(
    ("words", "number", "expected"),
    [
        ("Deckel nach Anspruch 1, dadurch", 2, {1}),
        ("Deckel nach einem der Ansprüche 1 bis 3 und 5", 7, {1, 2, 3, 5}),
        ("Deckel gemäß Patentanspruch 2", 3, {2}),
        ("Deckel nach einem der vorhergehenden Ansprüche", 4, {1, 2, 3}),
        ("Couvercle selon la revendication 1", 2, {1}),
        ("Couvercle selon l'une des revendications 1 à 3", 5, {1, 2, 3}),
        ("Couvercle selon l'une quelconque des revendications précédentes", 3, {1, 2}),
        ("根据权利要求1至3中任一项所述的盖", 4, {1, 2, 3}),
        ("請求項１又は２に記載の蓋", 3, {1, 2}),
        ("請求項1～3のいずれか1項に記載の蓋", 4, {1, 2, 3}),
        ("제1항 또는 제2항에 있어서, 뚜껑", 3, {1, 2}),
        ("제1항 내지 제3항 중 어느 한 항에 있어서", 4, {1, 2, 3}),
        ("Deckel nach Anspruch 9", 2, set()),
        ("Ein Deckel mit 3 Haken", 5, set()),
    ],
)
def test_a_claim_names_the_claims_before_it(words: str, number: int, expected: set[int]) -> None:
    assert {found for found in named_claims(words, number) if found < number} == expected


@given(words=st.text(alphabet="anspruch 123bis,und请求项權利要求第項제항revendications à", max_size=300))
def test_references_stay_within_what_a_preamble_can_name(words: str) -> None:
    assert len(list(named_claims(words, 50))) <= 60 * 60 * 60
    assert all(0 < found <= 50 for found in named_claims(words, 50))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H04W  84/    20            A I", ["H04W84/20"]),
        (" 7C 07D 307/12 A", ["C07D307/12"]),
        ("F16D2500/10437     20130101 LA", ["F16D2500/10437"]),
        ("H04W84/20,  // H04W88/04", ["H04W84/20", "H04W88/04"]),
        ("A01B   1/00", ["A01B1/00"]),
        ("nothing", []),
    ],
)
def test_symbols_are_found_however_they_are_spaced(text: str, expected: list[str]) -> None:
    assert list(symbols(text)) == expected


@pytest.mark.parametrize(
    ("code", "expected"), [("EN", "en"), ("eng", "en"), ("de-CH", "de"), ("ol", ""), (None, ""), ("x1", "")]
)
def test_a_language_has_two_letters(code: str | None, expected: str) -> None:
    assert language(code) == expected
