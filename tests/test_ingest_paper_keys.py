from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import paper_keys


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("10.1000/ABC", "doi:10.1000/abc"),
        ("https://doi.org/10.1000/ABC", "doi:10.1000/abc"),
        ("http://dx.doi.org/10.1000/a%2Fb", "doi:10.1000/a/b"),
        ("doi: 10.1023/a:1007", "doi:10.1023/a:1007"),
        ("10.1000", ""),
        ("11.1000/abc", ""),
        ("10.1000/a b", ""),
        (None, ""),
        (7, ""),
        ("10.1000/" + "x" * 400, ""),
    ],
)
def test_a_doi_in_any_spelling_has_one_key(text: object, key: str) -> None:
    assert paper_keys.doi_key(text) == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2401.01234", "arXiv:2401.01234"),
        ("arXiv:2401.01234v3", "arXiv:2401.01234v3"),
        ("http://arxiv.org/abs/math.CO/0102003", "arXiv:math.CO/0102003"),
        ("https://arxiv.org/pdf/2401.01234v1.pdf", "arXiv:2401.01234v1"),
        ("10.48550/arXiv.2401.01234", "arXiv:2401.01234"),
        ("https://example.org/2401.01234", ""),
        ("soon", ""),
    ],
)
def test_an_arxiv_number_in_any_spelling_has_one_key(text: str, key: str) -> None:
    assert paper_keys.arxiv_key(text) == key


def test_numbers_of_pubmed_and_openalex_are_read_bare_or_as_links() -> None:
    assert paper_keys.pmid_key("https://pubmed.ncbi.nlm.nih.gov/0123/") == "pmid:123"
    assert paper_keys.pmid_key(123) == "pmid:123"
    assert paper_keys.pmid_key("0") == paper_keys.pmid_key("x1") == paper_keys.pmid_key(True) == ""
    assert paper_keys.pmcid_key("https://www.ncbi.nlm.nih.gov/pmc/articles/PMC77") == "pmcid:PMC77"
    assert paper_keys.pmcid_key("77") == "pmcid:PMC77"
    assert paper_keys.openalex_key("https://openalex.org/W12") == "openalex:W12"
    assert paper_keys.openalex_key("https://openalex.org/A12") == ""


@given(st.one_of(st.text(max_size=40), st.integers(), st.none()))
def test_whatever_a_field_holds_a_key_is_text_of_one_word_or_empty(value: object) -> None:
    for make in (paper_keys.doi_key, paper_keys.arxiv_key, paper_keys.pmid_key, paper_keys.openalex_key):
        assert len(make(value).split()) <= 1
