"""Identifiers of papers in key form, and the language codes of libraries.

A key is what a document, an alias or a citation carries: `doi:10.1000/xyz` (lower case, as the DOI handbook
compares them), `pmid:123`, `pmcid:PMC123`, `arXiv:2401.01234v2`, `RFC9110`, `acl:P19-1001`. What is no
identifier of the kind gives an empty text.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from ingest.errors import NumberFormError
from ingest.numbers import parse_publication

if TYPE_CHECKING:
    from collections.abc import Mapping

_DOI = re.compile(
    r"(?:\s{0,9}(?:https?://)?(?:dx\.|www\.)?doi\.org/|\s{0,9}doi:\s{0,9}|\s{0,9})?"
    r"(10\.\d{4,9}(?:\.\d{1,9}){0,4}/[^\s<>\"]{1,280})\s{0,9}",
    re.IGNORECASE,
)
_PMID = re.compile(
    r"\s{0,9}(?:pmid:?\s{0,9}|(?:https?://)?pubmed\.ncbi\.nlm\.nih\.gov/)?0{0,9}([1-9]\d{0,8})/?\s{0,9}",
    re.IGNORECASE,
)
_PMCID = re.compile(r"\s{0,9}(?:pmcid:?\s{0,9})?PMC0{0,9}([1-9]\d{0,8})(?:\.\d{1,3})?\s{0,9}", re.IGNORECASE)
_ARXIV = re.compile(
    r"\s{0,9}(?:(?:https?://)?(?:www\.)?arxiv\.org/(?:abs|pdf)/|arxiv:\s{0,9})"
    r"([a-z-]{2,12}(?:\.[A-Z]{2})?/\d{7}(?:v\d{1,3})?|\d{4}\.\d{4,5}(?:v\d{1,3})?)(?:\.pdf)?\s{0,9}",
    re.IGNORECASE,
)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.{1,30})")
_RFC = re.compile(r"\s{0,9}RFC[\s-]{0,2}0{0,4}([1-9]\d{0,4})\s{0,9}", re.IGNORECASE)
_LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "eng": "en",
        "fre": "fr",
        "fra": "fr",
        "ger": "de",
        "deu": "de",
        "spa": "es",
        "ita": "it",
        "por": "pt",
        "rus": "ru",
        "chi": "zh",
        "zho": "zh",
        "jpn": "ja",
        "kor": "ko",
        "pol": "pl",
        "dut": "nl",
        "nld": "nl",
        "swe": "sv",
        "nor": "no",
        "dan": "da",
        "fin": "fi",
        "cze": "cs",
        "ces": "cs",
        "slo": "sk",
        "slk": "sk",
        "hun": "hu",
        "rum": "ro",
        "ron": "ro",
        "bul": "bg",
        "gre": "el",
        "ell": "el",
        "tur": "tr",
        "ukr": "uk",
        "heb": "he",
        "ara": "ar",
        "per": "fa",
        "fas": "fa",
        "hrv": "hr",
        "scr": "hr",
        "srp": "sr",
        "scc": "sr",
        "slv": "sl",
        "cat": "ca",
        "ind": "id",
        "may": "ms",
        "msa": "ms",
        "vie": "vi",
        "tha": "th",
        "hin": "hi",
        "lit": "lt",
        "lav": "lv",
        "est": "et",
        "ice": "is",
        "isl": "is",
        "lat": "la",
        "afr": "af",
        "baq": "eu",
    }
)
"""ISO 639-2 codes, bibliographic and terminological, as MEDLINE and Dublin Core records use them."""
_WORDS: Mapping[str, str] = MappingProxyType(
    {"english": "en", "french": "fr", "german": "de", "spanish": "es", "chinese": "zh", "japanese": "ja"}
)


def doi_key(text: str) -> str:
    """Return `doi:10.…` for a DOI, bare, as an address or after `doi:`; an arXiv DOI keeps this form too."""
    match = _DOI.fullmatch(text[:400])
    return f"doi:{match[1].rstrip('.,;').lower()}" if match else ""


def pmid_key(text: str) -> str:
    """Return `pmid:123` for a PubMed number."""
    match = _PMID.fullmatch(text[:100])
    return f"pmid:{match[1]}" if match else ""


def pmcid_key(text: str) -> str:
    """Return `pmcid:PMC123` for a PubMed Central number; its version is left out."""
    match = _PMCID.fullmatch(text[:100])
    return f"pmcid:PMC{match[1]}" if match else ""


def arxiv_key(text: str) -> str:
    """Return `arXiv:2401.01234` (with its version, where one is named) for `arXiv:…`, an address, a DOI."""
    match = _ARXIV.fullmatch(text[:200])
    if match:
        return f"arXiv:{match[1]}"
    minted = _ARXIV_DOI.fullmatch(doi_key(text).removeprefix("doi:"))
    return arxiv_key(f"arXiv:{minted[1]}") if minted else ""


def rfc_key(text: str) -> str:
    """Return `RFC9110` for `RFC 9110`, `rfc09110` or `RFC-9110`."""
    match = _RFC.fullmatch(text[:40])
    return f"RFC{match[1]}" if match else ""


def publication_key(text: str) -> str:
    """Return the key of a patent's publication number, `US-11234567-B2`; empty for what is none."""
    try:
        return parse_publication(text).key
    except NumberFormError:
        return ""


def key_of(text: str) -> str:
    """Return the key of any identifier that says by its form what it is; empty for the rest."""
    if len(text) > 500:  # noqa: PLR2004 - longer than any identifier
        return ""
    return arxiv_key(text) or doi_key(text) or pmcid_key(text) or _marked_pmid(text)


def _marked_pmid(text: str) -> str:
    return pmid_key(text) if "pm" in text.lower() or "pubmed" in text.lower() else ""


def language(text: str) -> str:
    """Return the two-letter code of a language code (`eng`, `en`, `en-US`) or English name; else empty."""
    word = re.split(r"[-_;,\s]", text.strip().lower()[:40], maxsplit=1)[0]
    if len(word) == 2 and word.isascii() and word.isalpha():  # noqa: PLR2004 - ISO 639-1
        return word
    return _LANGUAGES.get(word) or _WORDS.get(word, "")
