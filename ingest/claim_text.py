"""What the words of a claim say about its number and the claims it depends on.

A dependent claim refers back to a claim set forth before it (37 CFR 1.75(c); Rule 6.4 PCT), so only
smaller numbers count: whoever walks the dependencies cannot walk in a circle.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NUMBER = re.compile(r"\s*(\d{1,4})\s*(?:[.)]\s|[.)](?=\D)|[-–—]\s)\s*")
_REFERENCE = re.compile(r"\bclaim(s|\(s\))?(?=\s+(?:any\s|one\s|\d))", re.IGNORECASE)
_SINGLE = re.compile(
    r"\bclaim\s+(\d{1,4})(?![.,]?\d)(?!\s*(?:[/–—-]|\b(?:to|through|or|and|any|one|of|claims?)\b))"
)
"""`claim 1` in lower case, with nothing behind it that makes it a list: nine references in ten."""
_OTHER_CASES = frozenset("\u0130\u0131\u017f\u212a")
"""Letters that are i, s and k without regard to case, and that `lower` leaves, or makes two letters of."""
_BEFORE = ("preceding", "previous", "foregoing")
_ALL_BEFORE = re.compile(r"\b(?:preceding|previous|foregoing)\s+claims?\b", re.IGNORECASE)
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,4})(?![.,]?\d)|(?P<join>[,;/–—-]|\b(?:to|through|or|and|any|one|of|claims?)\b))",
    re.IGNORECASE,
)
_RANGES = frozenset({"-", "–", "—", "to", "through"})
_CANCELLED = re.compile(
    r"(?:claims?\b|[\d\s,.;–—-]|\b(?:to|through|and)\b)*"  # a list of numbers in one claim
    r"[\[(]?\s*(?:cancell?ed|withdrawn and cancell?ed|deleted)\s*[\])]?\.?\s*",
    re.IGNORECASE,
)
_MOST = 1000
"""Claims that "any preceding claim" reaches back over: thousands are made up, and cost their square."""
_REFERENCE_SPAN = 2000
"""Characters of a claim in which a reference to another claim is looked for: the preamble, generously."""


def split_number(text: str) -> tuple[int | None, str]:
    """Return the number printed before a claim, if any, and the claim without it.

    >>> split_number("12. The valve of claim 3")
    (12, 'The valve of claim 3')
    """
    match = _NUMBER.match(text)
    return (int(match[1]), text[match.end() :]) if match else (None, text.strip())


def is_cancelled(text: str) -> bool:
    """Tell whether a claim, or a range of claims in one element, says only that it was cancelled.

    >>> is_cancelled("1-18. (canceled)")
    True
    """
    return len(text) < 200 and _CANCELLED.fullmatch(text) is not None  # noqa: PLR2004 - longer is a real claim


def depends_on(text: str, number: int, linked: Iterable[int] = ()) -> tuple[int, ...]:
    """Return the earlier claims that a claim's preamble names; `linked` are those the source marks."""
    head = text[:_REFERENCE_SPAN]
    found = set(linked)
    lower = head.lower()
    # A search without regard to case looks at every character several times: first whether it can succeed.
    plain = head.isascii() or not _OTHER_CASES.intersection(head)
    if not plain:
        for reference in _REFERENCE.finditer(head):
            found.update(_listed(head, reference.end(), plural=reference[1] is not None, below=number))
    at = lower.find("claim") if plain else -1
    while at >= 0:
        if single := _SINGLE.match(lower, at):
            found.add(int(single[1]))
        elif listed := _REFERENCE.match(head, at):
            found.update(_listed(head, listed.end(), plural=listed[1] is not None, below=number))
        at = lower.find("claim", at + 1)
    if (not plain or any(word in lower for word in _BEFORE)) and _ALL_BEFORE.search(head):
        found.update(range(max(1, number - _MOST), number))
    return tuple(sorted(n for n in found if 0 < n < number))


def _listed(text: str, at: int, *, plural: bool, below: int) -> Iterator[int]:
    """Yield the numbers of a list such as `1 to 4, 6 and 8`; a comma ends a list that began with `claim`."""
    last: int | None = None
    joins: list[str] = []
    while (token := _TOKEN.match(text, at)) is not None:
        at = token.end()
        if token["join"]:
            if token["join"] in ",;" and not plural:
                return
            joins.append(token["join"].lower())
            continue
        number = int(token["number"])
        if last is not None and not joins:
            return
        spans = last is not None and len(joins) == 1 and joins[0] in _RANGES
        first = last + 1 if spans and last is not None else number
        yield from range(first, min(number, below) + 1)
        last, joins = number, []
