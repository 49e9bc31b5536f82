"""What a United States document belongs to: its own application, and those whose date it claims.

Read from the front page in the elements of 2005 on (`us-bibliographic-data-grant`), into which older
generations are translated. A claim to priority, a provisional, every parent of a chain of continuations,
divisions and reissues and an international application are priorities; the own application is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.uspto_biblio import field_text, work_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

_OWN = "application-reference/document-id"
_PLACES = (
    "priority-claims/priority-claim",
    "us-related-documents/us-provisional-application/document-id",
    "us-related-documents/*/relation/parent-doc/document-id",
    "us-related-documents/*/relation/parent-doc/parent-pct-document/document-id",
    "pct-or-regional-filing-data/document-id",
)


def application_key(country: str, number: str) -> str:
    """Return the key of an application by office and number; empty when one is missing."""
    compact = "".join(char for char in number if char.isalnum()).upper()
    if not compact or not country:
        return ""
    if compact.startswith("PCT"):
        return f"WO-appl-{compact}"
    return work_key(number) if country == "US" else f"{country}-appl-{compact}"


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
        if key := application_key(field_text(found, "country"), field_text(found, "doc-number")):
            yield key
