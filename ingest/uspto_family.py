"""What a United States document belongs to: its own application, and those whose date it claims.

Read from the front page in the elements of 2005 on (`us-bibliographic-data-grant`), into which older
generations are translated. A claim to priority, a provisional, every parent of a chain of continuations,
divisions and reissues and an international application are priorities; the own application is not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.application_numbers import family_key
from ingest.uspto_biblio import field_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

_DAY = re.compile(r"[12]\d{7}")
_OWN = "application-reference/document-id"
_PLACES = (
    "priority-claims/priority-claim",
    "us-related-documents/us-provisional-application/document-id",
    "us-related-documents/*/relation/parent-doc/document-id",
    "us-related-documents/*/relation/parent-doc/parent-pct-document/document-id",
    "pct-or-regional-filing-data/document-id",
)


def application(biblio: _Element) -> str:
    """Return the key of the document's own application."""
    return next(_keys(biblio, _OWN), "")


def priorities(biblio: _Element) -> tuple[str, ...]:
    """Return the keys of the applications whose date is claimed, each once, in the order stated."""
    own = application(biblio)
    found = (key for place in _PLACES for key in _keys(biblio, place))
    return tuple(dict.fromkeys(key for key in found if key != own))


def _keys(biblio: _Element, place: str) -> Iterator[str]:
    for found in biblio.iterfind(place):
        country, number, day = (field_text(found, name) for name in ("country", "doc-number", "date"))
        year = int(day[:4]) if _DAY.fullmatch(day) else None
        if number and (key := family_key(country, number, year=year)):
            yield key
