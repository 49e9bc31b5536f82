"""Names of papers as keys: `doi:10.1000/xyz`, `arXiv:2401.01234`, `pmid:123`, `pmcid:PMC1`, `openalex:W1`.

DOIs are compared without regard to case (ISO 26324, DOI Handbook 2.4), so their keys are lower case. The DOI
that arXiv gives each of its papers (`10.48550/arxiv.…`) names the arXiv paper as well.

Aggregators (OpenAlex, Semantic Scholar) write `2023-01-01` when they know the year alone and `2023-03-01`
when they know the month: `loose_day` takes the first of January as the year, of another month as the month.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

_DOI = re.compile(r"10\.\d{4,9}(?:\.\d{1,9}){0,5}/\S{1,250}")
_DOI_PREFIX = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s{0,3}", re.IGNORECASE)
_ARXIV = re.compile(r"(?:[a-z-]{2,20}(?:\.[A-Za-z-]{2,10})?/\d{7}|\d{4}\.\d{4,5})(?:v\d{1,3})?")
_ARXIV_PREFIX = re.compile(r"(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf)/|arxiv:", re.IGNORECASE)
_ARXIV_DOI = "10.48550/arxiv."
_OPENALEX = re.compile(r"(?:https?://(?:api\.)?openalex\.org/(?:works/)?)?(W\d{1,15})", re.IGNORECASE)
_DIGITS = re.compile(r"(?:\d{1,12})")
_LONGEST = 300


def doi_key(text: object) -> str:
    """Return `doi:…` for a DOI, bare or as a link; empty for anything else.

    >>> doi_key("https://doi.org/10.1000/ABC")
    'doi:10.1000/abc'
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        return ""
    bare = text.strip()
    if prefix := _DOI_PREFIX.match(bare):
        bare = unquote(bare[prefix.end() :]) if "%" in bare else bare[prefix.end() :]
    return f"doi:{bare.lower()}" if _DOI.fullmatch(bare) and bare.isprintable() else ""


def arxiv_key(text: object) -> str:
    """Return `arXiv:2401.01234`, with its version if stated, for an identifier, a link or arXiv's DOI."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return ""
    bare = text.strip()
    if (doi := doi_key(bare).removeprefix("doi:")).startswith(_ARXIV_DOI):
        bare = doi.removeprefix(_ARXIV_DOI)
    elif prefix := _ARXIV_PREFIX.match(bare):
        bare = bare[prefix.end() :].removesuffix(".pdf")
    return f"arXiv:{bare}" if _ARXIV.fullmatch(bare) else ""


def openalex_key(text: object) -> str:
    """Return `openalex:W…` for a work's identifier or address."""
    found = _OPENALEX.fullmatch(text.strip()) if isinstance(text, str) and len(text) < _LONGEST else None
    return f"openalex:{found[1].upper()}" if found else ""


def pmid_key(text: object) -> str:
    """Return `pmid:123` for a PubMed number, bare or as a link."""
    digits = _last(text)
    return f"pmid:{int(digits)}" if _DIGITS.fullmatch(digits) and int(digits) else ""


def pmcid_key(text: object) -> str:
    """Return `pmcid:PMC123` for a PubMed Central number, bare or as a link."""
    digits = _last(text).upper().removeprefix("PMC")
    return f"pmcid:PMC{int(digits)}" if _DIGITS.fullmatch(digits) and int(digits) else ""


def _last(text: object) -> str:
    """Return what follows the last slash; digits in other scripts are none."""
    if isinstance(text, int) and not isinstance(text, bool):
        text = str(text)
    last = text.strip().rstrip("/").rpartition("/")[2] if isinstance(text, str) else ""
    return last if last.isascii() and len(last) < _LONGEST else ""


def distinct(keys: Iterable[str], own: str) -> tuple[str, ...]:
    """Return the filled keys but the document's own, each once."""
    return tuple(key for key in dict.fromkeys(keys) if key and key != own)


def loose_day(day: str) -> str:
    """Return a day as exactly as an aggregator's first of a month allows.

    >>> loose_day("2023-01-01"), loose_day("2023-03-01"), loose_day("2023-03-02")
    ('2023', '2023-03', '2023-03-02')
    """
    day = day.strip()[:10]
    if day.endswith("-01-01"):
        return day[:4]
    return day[:7] if day.endswith("-01") and len(day) == len("2023-03-01") else day
