"""What JSON sources of papers share: identifiers in whatever form a field has, and days known loosely.

A field may hold an identifier bare, as a link, as a number, or something else altogether: `ingest.paper_ids`
makes the keys of text, here each field's own form is brought to it.

Aggregators (OpenAlex, Semantic Scholar) write `2023-01-01` when they know the year alone and `2023-03-01`
when they know the month: `loose_day` takes the first of January as the year, of another month as the month.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ingest import paper_ids

if TYPE_CHECKING:
    from collections.abc import Iterable

_OPENALEX = re.compile(r"(?:https?://(?:api\.)?openalex\.org/(?:works/)?)?(W\d{1,15})", re.IGNORECASE)
_LONGEST = 300


def doi_key(value: object) -> str:
    """Return `doi:…` for a DOI, bare or as a link; empty for anything else.

    >>> doi_key("https://doi.org/10.1000/ABC")
    'doi:10.1000/abc'
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return ""
    return paper_ids.doi_key(unquote(value) if "%" in value and "doi.org/" in value else value)


def arxiv_key(value: object) -> str:
    """Return `arXiv:2401.01234`, with its version if stated, for an identifier, a link or arXiv's DOI."""
    if not isinstance(value, str) or len(value) > _LONGEST:
        return ""
    return paper_ids.arxiv_key(value) or paper_ids.arxiv_key(f"arXiv:{value.strip()}")


def openalex_key(text: object) -> str:
    """Return `openalex:W…` for a work's identifier or address."""
    found = _OPENALEX.fullmatch(text.strip()) if isinstance(text, str) and len(text) < _LONGEST else None
    return f"openalex:{found[1].upper()}" if found else ""


def pmid_key(value: object) -> str:
    """Return `pmid:123` for a PubMed number, bare or as a link."""
    return paper_ids.pmid_key(_last(value))


def pmcid_key(value: object) -> str:
    """Return `pmcid:PMC123` for a PubMed Central number, bare or as a link."""
    return paper_ids.pmcid_key(f"PMC{_last(value).upper().removeprefix('PMC')}")


def _last(value: object) -> str:
    """Return what follows the last slash; digits in other scripts are none."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if 0 < value < 10**12 else ""
    last = value.strip().rstrip("/").rpartition("/")[2] if isinstance(value, str) else ""
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
