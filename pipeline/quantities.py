"""Numbers with units in technical English: what a feature demands and what a quote must carry.

Reading: a bare number counts only where it measures (`at least 3`, `4 sensors`), so that reference signs
("the valve 12", "(14)"), claim numbers and figures are not taken for amounts. Prefixed units of one dimension
compare after conversion to the base unit.

Whether a quote meets a demanded amount follows the cautious side of the practice on ranges (MPEP 2131.03;
EPO Guidelines G-VI 8): a value, or an end point of a stated range, inside the demanded range meets it, and so
does a range that lies inside; a wider range that only surrounds the demanded one does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.units import UNIT_PATTERN, WORD_NUMBERS, scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Comparator = Literal["=", "<", "<=", ">", ">=", "range"]
_INFINITY = float("inf")
_TOLERANCE = 0.1
"""Relative width that "about" is taken to grant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """An amount in a text; `low` and `high` are in the unit as written, infinite where open."""

    low: float
    high: float
    unit: str
    """Canonical unit (`mm`, `°C`, `%`), or the counted noun in the singular (`sensor`), or empty."""
    start: int
    end: int
    comparator: Comparator
    approximate: bool = False

    @property
    def dimension(self) -> str:
        """`length`, `time`, … or `count:sensor`; amounts of two dimensions never meet."""
        return scale(self.unit)[0]

    @property
    def bounds(self) -> tuple[float, float]:
        """Both ends in the base unit of the dimension."""
        _, factor, offset = scale(self.unit)
        return self.low * factor + offset, self.high * factor + offset


_NUMBER = r"(?:\d{1,3}(?:[,\u202f ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:\s?[x×·]\s?10\s?\^?\s?[-−]?\d+|e[-+]?\d+)?"
_SIGNED = rf"(?<![\w.])[-−+]?{_NUMBER}"
_WORDS = "|".join(WORD_NUMBERS)
_VALUE = rf"(?:{_SIGNED}|\b(?:{_WORDS})\b)"
_BEFORE = {
    ">=": r"at least|not less than|no less than|no fewer than|not fewer than|a minimum of|minimum|≥|>=",
    "<=": r"at most|not more than|no more than|not greater than|not exceeding|up to|a maximum of|maximum|within"
    r"|no greater than|no later than|not later than|≤|<=",
    ">": r"more than|greater than|higher than|larger than|longer than|above|over|exceeding|exceeds|>",
    "<": r"less than|lower than|smaller than|shorter than|fewer than|below|under|<",
}
_AFTER = {
    ">=": r"or (?:more|above|higher|greater|longer)|and (?:above|more)|minimum",
    "<=": r"or (?:less|below|lower|fewer|shorter)|maximum",
}
_ABOUT = r"about|approximately|around|roughly|substantially|some|ca\.|circa|~|≈|approx\."
_UNIT = rf"(?:\s?-?\s?(?P<{{0}}>{UNIT_PATTERN})(?![A-Za-zµ]))"

_RANGE = re.compile(
    rf"(?:(?P<lead>between|from|in (?:a|the) range of|ranging from)\s+)?(?:(?P<about>{_ABOUT})\s*)?"
    rf"(?P<low>{_VALUE}){_UNIT.format('unit_low')}?"
    rf"\s*(?P<joint>to|and|through|up to|[-–—−]|±|\.\.\.?|…)\s*(?:(?:{_ABOUT})\s*)?"
    rf"(?P<high>{_VALUE.replace('(?<![\\w.])', '')}){_UNIT.format('unit')}?",
    re.IGNORECASE,
)
_SINGLE = re.compile(
    rf"(?:(?P<about0>{_ABOUT})\s*)?"
    + r"(?:"
    + "|".join(
        rf"(?P<c{n}>(?<![\w]){words}|{words.rsplit('|', 1)[-1]})" for n, words in enumerate(())
    )
    + r")?",
    re.IGNORECASE,
)
