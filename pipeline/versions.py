"""A passage is dated by the first version of its work that contains it (law.md, vectors 19 and 33, 34).

A version contains a passage when its text has the same words in the same order, whatever the line ends, the
spacing and the case. Where the passage was changed by so much as a word, it is a new passage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.documents import DayInterval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.documents import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSeen:
    """The first version with a passage."""

    key: str
    published: DayInterval


def first_seen(quote: str, document: Document, versions: Sequence[Document]) -> FirstSeen | None:
    """Return the version that was public first with this passage; None when none with it has a date.

    `document` is where the passage was found, `versions` are the other texts of its work.
    """
    wanted = _flat(quote)
    dated = [
        (version.published, version.key)
        for version in (document, *versions)
        if version.published is not None and (version is document or wanted in _flat(version.text))
    ]
    if not dated:
        return None
    published, key = min(dated, key=lambda pair: (pair[0].latest, pair[0].earliest, pair[1]))
    return FirstSeen(key=key, published=published)


def _flat(text: str) -> str:
    return " ".join(text.casefold().split())
