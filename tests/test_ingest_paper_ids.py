"""Identifiers of papers in key form; what is none gives nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.paper_ids import arxiv_key, doi_key, key_of, language, pmcid_key, pmid_key, rfc_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("10.1000/ABC", "doi:10.1000/abc"),
        ("https://doi.org/10.1000/ABC.", "doi:10.1000/abc"),
        ("doi: 10.1000/x(2)", "doi:10.1000/x(2)"),
        ("10.1/x", ""),
        ("PMC12.1", "pmcid:PMC12"),
        ("PMID: 0012", "pmid:12"),
        ("12", ""),
        ("arXiv:2401.01234v2", "arXiv:2401.01234v2"),
        ("https://arxiv.org/abs/hep-th/9901001", "arXiv:hep-th/9901001"),
        ("https://doi.org/10.48550/arXiv.2401.01234", "arXiv:2401.01234"),
        ("nothing", ""),
        ("10.1000/" + "x" * 600, ""),
    ],
)
def test_an_identifier_that_shows_what_it_is_becomes_its_key(text: str, key: str) -> None:
    assert key_of(text) == key


def test_numbers_of_a_known_catalogue_need_no_mark() -> None:
    assert (pmid_key("00123"), pmid_key("x"), pmcid_key("pmcid: PMC7")) == ("pmid:123", "", "pmcid:PMC7")
    assert [rfc_key(text) for text in ("RFC0001", "rfc 9110", "RFC-2119", "RFC", "BCP14")] == [
        *("RFC1", "RFC9110", "RFC2119", "", "")
    ]
    assert doi_key("10.1000/a b") == ""


def test_languages_have_two_letters_or_none() -> None:
    texts = ("eng", "en-US", "English", "fre", "fra", "zh", "mul", "", "Klingon")
    assert [language(text) for text in texts] == ["en", "en", "en", "fr", "fr", "zh", "", "", ""]


@given(st.text(max_size=60))
def test_no_text_raises_anything(text: str) -> None:
    for read in (arxiv_key, doi_key, key_of, language, pmcid_key, pmid_key, rfc_key):
        assert isinstance(read(text), str)
