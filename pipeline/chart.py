"""`FeatureChart`: features down, references across; a cell holds exact quotes and what they support.

The quote law: a machine may propose DISCLOSED only beside a byte-exact quote with offsets into a hashed
text, and only when the quote carries every number and negation of the feature. `verified` is computed from
the text, never stored: one changed character in the source drops the cell to unverified.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Support(StrEnum):
    """How far a reference shows a feature."""

    DISCLOSED = "disclosed"
    PARTLY = "partly"
    NOT_DISCLOSED = "not disclosed"
    NOT_EVALUATED = "not evaluated"


class DateStatus(StrEnum):
    """Whether a reference was public strictly before the critical date."""

    BEFORE = "public before"
    UNDETERMINED = "date undetermined"
    """Its interval straddles the critical date, or it has no public date: asks, never answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """An exact quote: `document.text[start:end] == quote`, where the text's hash is `source_sha256`."""

    key: str
    anchor: str
    start: int
    end: int
    quote: str
    source_sha256: str
    terms: tuple[tuple[int, int], ...] = ()
    """Spans of the feature's words inside the quote (offsets into the quote)."""
    missing: tuple[str, ...] = ()
    """What of the feature the quote lacks: words, numbers with units, negations."""
    score: float = 0.0
    """Strength of the support in [0, 1]."""
    first_key: str = ""
    """The version of the work that was public first with these words; empty when no other one is here."""
    first_published: str = ""
    """When that version was: day or interval in ISO 8601."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One feature against one reference."""

    feature: str
    key: str
    support: Support
    probability: float
    """Proposed by the machine; uncalibrated until the labelled benchmark of a later release, and said so."""
    evidence: tuple[Evidence, ...] = ()
    origin: str = "machine"
    """`machine`, or the person who decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartReference:
    """A column: a document that was, or may have been, public before the critical date."""

    key: str
    title: str
    kind: str
    published: str
    """Day or interval in ISO 8601; empty when unknown."""
    date_source: str
    """What asserts the date."""
    status: DateStatus
    sha256: str
    """Of the document's text."""
    words_rank: int | None = None
    meaning_rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureChart:
    """Rows are feature ids, columns are references, best first."""

    references: tuple[ChartReference, ...]
    cells: tuple[Cell, ...]

    def cell(self, feature: str, key: str) -> Cell | None:
        """Return the cell of a feature and a document key."""
        return next((c for c in self.cells if c.feature == feature and c.key == key), None)


def verified(evidence: Evidence, texts: Mapping[str, str]) -> bool:
    """Tell whether the quote stands, byte for byte, at its place in the text it names (by key)."""
    import hashlib

    text = texts.get(evidence.key)
    if text is None or hashlib.sha256(text.encode()).hexdigest() != evidence.source_sha256:
        return False
    return text[evidence.start : evidence.end] == evidence.quote
