"""Numbers with units in technical English: what a feature demands and what a quote must carry.

Reading: a bare number counts only where it measures (`at least 3`, `4 sensors`), so that reference signs
("the valve 12", "(14)"), claim numbers and figures are not taken for amounts. Units of one dimension compare
after conversion to its base unit.

Whether a quote meets a demanded amount follows the cautious side of the practice on ranges (MPEP 2131.03;
EPO Guidelines G-VI 8): a value, or a stated end point ("at most 5"), inside the demanded range meets it, and
so does a range that lies inside; a wider range that only surrounds the demanded one does not.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from pipeline.units import UNIT_PATTERN, WORD_NUMBERS, canonical, scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Comparator = Literal["=", "<", "<=", ">", ">=", "range"]
_ABOUT_WIDTH: Final = 0.1
"""Relative width that "about" is taken to grant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """An amount in a text: `text[start:end]` with its comparing words."""

    low: float
    """In the unit as written; -inf where the amount is open downwards."""
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


_BEFORE: Final[dict[Comparator, str]] = {
    ">=": r"at least|(?:not|no) (?:less|fewer|lower|smaller|shorter) than|a minimum of|minimum|≥|>=",
    "<=": r"at most|(?:not|no) (?:more|greater|higher|longer|larger) than|not exceeding|up to|a maximum of"
    r"|maximum|within|no later than|not later than|≤|<=",
    ">": r"(?:more|greater|higher|larger|longer|later) than|above|over|exceed(?:s|ing)?|>",
    "<": r"(?:less|lower|smaller|shorter|fewer|earlier) than|below|under|<",
}
_AFTER: Final[dict[Comparator, str]] = {
    ">=": r"or (?:more|above|higher|greater|longer)\b|and (?:above|more)\b",
    "<=": r"or (?:less|below|lower|fewer|shorter)\b",
}
_ABOUT: Final = r"(?:about|approximately|around|roughly|substantially|ca\.|circa|approx\.|~|≈)\s*"
_VALUE: Final = re.compile(
    r"(?P<digits>(?<![\w.,])(?:[-−](?=\d))?"
    r"(?:\d{1,3}(?:[,\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:\s?[x×·]\s?10\s?(?:\^\s?)?(?P<power>[-−]\d{1,2}|[1-9]\d?)|[eE](?P<exponent>[-+]?\d{1,2})(?!\w))?)"
    r"|\b(?P<word>" + "|".join(WORD_NUMBERS) + r")\b",
    re.IGNORECASE,
)
_UNIT: Final = re.compile(rf"[\s\u202f]?-?({UNIT_PATTERN})(?![\w²³/])")
_NOUN: Final = re.compile(r"[\s-]+((?:[A-Za-z][\w-]*[\s-]+){0,2}?)([a-z]{3,}s)\b(?!')")
_JOINT: Final = re.compile(
    rf"\s*(?:to|through|[-–—−]|\.\.\.?|…|(?P<and>and)|(?P<plus>±|\+/-))\s*(?:{_ABOUT})?"
)
_LEAD: Final = re.compile(r"\b(between|from|range of|ranging from)\s*$", re.IGNORECASE)
_LABELLED: Final = re.compile(
    r"\b(?:claims?|figs?\.?|figures?|steps?|examples?|tables?|eq(?:uation)?s?\.?|no\.|type|version|section|aspects?)\s*$",
    re.IGNORECASE,
)
_SIGN: Final = re.compile(
    r"\b(?:the|said|an?)\s+(?:[\w-]+\s+){0,2}"
    r"(?!(?:of|to|with|by|than|in|for|is|are|has|having|first|last|next|and|or)\s)[A-Za-z-]{2,}\s+$",
    re.IGNORECASE,
)
"""What stands before a reference sign: an article, a noun, then the figure ("the valve 12")."""
_VALUED: Final = re.compile(r"(?:\b(?:of|is|equals|to)|[=:])\s*$", re.IGNORECASE)
_NOT_NOUNS: Final = frozenset({"has", "was", "this", "its", "thus", "does", "always", "across", "includes"})
_BEFORE_ENDS: Final = tuple(
    (name, re.compile(rf"(?:(?<![\w-])(?:{words}))\s*(?:{_ABOUT})?$", re.IGNORECASE))
    for name, words in _BEFORE.items()
)
_ABOUT_ENDS: Final = re.compile(rf"(?<!\w){_ABOUT}$", re.IGNORECASE)
_AFTER_STARTS: Final = tuple(
    (name, re.compile(rf"\s*(?:{words})", re.IGNORECASE)) for name, words in _AFTER.items()
)
_LOOK_BACK: Final = 40
_SUB: Final = re.compile(rf"\bsub[-\s]({UNIT_PATTERN})(?!\w)", re.IGNORECASE)
"""`sub-gigahertz` is an amount below one gigahertz."""
_TWO: Final = re.compile(
    r"\b(?:both|a pair of|pairs of|an? (?:upper|first|inner|left|shallow|front)\b.{3,80}?\band an?"
    r" (?:lower|second|outer|right|deep|rear))\b",
    re.IGNORECASE | re.DOTALL,
)
"""Ways to say two without a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Atom:
    value: float
    unit: str
    start: int
    end: int


def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the amounts of a text in order."""
    atoms = list(_atoms(text))
    found: list[Quantity] = []
    index = 0
    while index < len(atoms):
        first = atoms[index]
        pair = _pair(text, first, atoms[index + 1]) if index + 1 < len(atoms) else None
        quantity = pair if pair is not None else _single(text, first)
        index += 1 if pair is None else 2
        if quantity is not None:
            found.append(quantity)
    return tuple(sorted((*found, *_below_one(text)), key=lambda q: (q.start, q.end)))


def unnumbered(text: str) -> tuple[Quantity, ...]:
    """Return amounts offered without a number ("both sensors"); a feature never demands by them."""
    return tuple(
        Quantity(low=2.0, high=2.0, unit="", start=match.start(), end=match.end(), comparator="=")
        for match in _TWO.finditer(text)
    )


def _below_one(text: str) -> Iterator[Quantity]:
    for match in _SUB.finditer(text):
        yield Quantity(
            low=-math.inf,
            high=1.0,
            unit=canonical(match[1]),
            start=match.start(),
            end=match.end(),
            comparator="<",
        )


def _atoms(text: str) -> Iterator[_Atom]:
    for match in _VALUE.finditer(text):
        end = match.end()
        unit = _UNIT.match(text, end)
        if unit is None and re.match(r"\w|\.\d", text[end : end + 2]):
            continue  # part of a name: 3D, 802.15.4, RS485
        if _LABELLED.search(text, max(0, match.start() - _LOOK_BACK), match.start()):
            continue
        value = _value(match)
        yield _Atom(
            value=value,
            unit="" if unit is None else canonical(unit[1]),
            start=match.start(),
            end=end if unit is None else unit.end(),
        )


def _value(match: re.Match[str]) -> float:
    if match["word"]:
        return WORD_NUMBERS[match["word"].lower()]
    digits = re.split(r"\s?[x×·]|e", match["digits"], flags=re.IGNORECASE)[0].replace("−", "-")
    power = (match["power"] or match["exponent"] or "0").replace("−", "-")
    return float(re.sub(r"[,\u202f]", "", digits)) * 10.0 ** int(power)


def _pair(text: str, first: _Atom, second: _Atom) -> Quantity | None:
    joint = _JOINT.fullmatch(text, first.end, second.start)
    if joint is None:
        return None
    lead = _LEAD.search(text, max(0, first.start - _LOOK_BACK), first.start)
    about = _ABOUT_ENDS.search(text, max(0, first.start - _LOOK_BACK), first.start)
    if about is not None and lead is None:
        lead = _LEAD.search(text, max(0, about.start() - _LOOK_BACK), about.start())
    if joint["and"] and (lead is None or lead[1].lower() != "between"):
        return None
    unit, end = second.unit, second.end
    if not unit and not first.unit:
        unit, end = _noun(text, end)
    if first.unit and scale(first.unit)[0] != scale(unit or first.unit)[0]:
        return None
    unit = unit or first.unit
    low, high = _convert(first, unit), second.value
    if joint["plus"]:
        low, high = low - high, low + high
    start = lead.start() if lead is not None else about.start() if about is not None else first.start
    return Quantity(
        low=min(low, high),
        high=max(low, high),
        unit=unit,
        start=start,
        end=end,
        comparator="range",
        approximate=about is not None,
    )


def _convert(atom: _Atom, unit: str) -> float:
    if not atom.unit or atom.unit == unit:
        return atom.value
    _, factor, offset = scale(atom.unit)
    _, target_factor, target_offset = scale(unit)
    return (atom.value * factor + offset - target_offset) / target_factor


def _single(text: str, atom: _Atom) -> Quantity | None:
    comparator, start = _comparator(text, atom.start)
    figure = not atom.unit and text[atom.start].isdigit()
    if figure and comparator == "=" and _SIGN.search(text, max(0, atom.start - _LOOK_BACK), atom.start):
        return _plain(text, atom)
    about = _ABOUT_ENDS.search(text, max(0, atom.start - _LOOK_BACK), atom.start)
    end = atom.end
    for name, pattern in _AFTER_STARTS:
        after = pattern.match(text, end)
        if after is not None and comparator == "=":
            comparator, end = name, after.end()
    unit, end = (atom.unit, end) if atom.unit else _noun(text, end)
    if not unit and comparator == "=" and about is None:
        return _plain(text, atom)
    return Quantity(
        low=-math.inf if comparator in ("<", "<=") else atom.value,
        high=math.inf if comparator in (">", ">=") else atom.value,
        unit=unit,
        start=min(start, about.start()) if about is not None else start,
        end=end,
        comparator=comparator,
        approximate=about is not None,
    )


def _plain(text: str, atom: _Atom) -> Quantity | None:
    """Take a bare figure for an amount only with decimals, an exponent, or a word such as "of" before it."""
    figure = text[atom.start : atom.end]
    valued = _VALUED.search(text, max(0, atom.start - _LOOK_BACK), atom.start)
    if figure.isalpha() or (figure.isdigit() and valued is None):
        return None
    return Quantity(low=atom.value, high=atom.value, unit="", start=atom.start, end=atom.end, comparator="=")


def _comparator(text: str, start: int) -> tuple[Comparator, int]:
    for name, pattern in _BEFORE_ENDS:
        match = pattern.search(text, max(0, start - _LOOK_BACK), start)
        if match is not None:
            return name, match.start()
    return "=", start


def _noun(text: str, end: int) -> tuple[str, int]:
    match = _NOUN.match(text, end)
    if match is None or match[2] in _NOT_NOUNS or re.search(r"\b(?:is|are|and|or|of|to)\b", match[1]):
        return "", end
    return canonical(match[2]), match.end()


def meets(demanded: Quantity, offered: Sequence[Quantity]) -> bool:
    """Tell whether one of the offered amounts shows the demanded one (see the module's docstring)."""
    return any(_meets(demanded, quantity) for quantity in offered)


def _meets(demanded: Quantity, offered: Quantity) -> bool:
    if demanded.dimension != offered.dimension and not _plain_with_other(demanded, offered):
        return False
    wanted = _widened(demanded)
    low, high = offered.bounds
    if _inside(wanted, low, open_ends=offered.comparator) and _inside(
        wanted, high, open_ends=offered.comparator
    ):
        return True
    if offered.comparator in ("<", ">") or not all(map(math.isfinite, wanted.bounds)):
        return False
    return any(math.isfinite(end) and _inside(wanted, end, open_ends="=") for end in (low, high))


def _plain_with_other(a: Quantity, b: Quantity) -> bool:
    """Compare a figure without a unit ("0.3", "at least three") with any count and with a share ("30 %")."""
    plain = not a.unit or not b.unit
    return plain and all(q.dimension == "ratio" or q.dimension.startswith("count:") for q in (a, b))


def _widened(quantity: Quantity) -> Quantity:
    if not quantity.approximate:
        return quantity
    width = _ABOUT_WIDTH * max(abs(end) for end in (quantity.low, quantity.high) if math.isfinite(end))
    return replace(quantity, low=quantity.low - width, high=quantity.high + width)


def _inside(wanted: Quantity, value: float, *, open_ends: Comparator) -> bool:
    low, high = wanted.bounds
    slack = 1e-9 * max((abs(end) for end in (low, high) if math.isfinite(end)), default=1.0)
    if not low - slack <= value <= high + slack:
        return False
    if wanted.comparator == ">" and abs(value - low) <= slack:
        return open_ends == ">"
    if wanted.comparator == "<" and abs(value - high) <= slack:
        return open_ends == "<"
    return True
