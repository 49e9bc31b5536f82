"""`ClassTitle`: what a class symbol means, as a published scheme says; and the levels of a symbol.

A symbol of the IPC or CPC is written without blanks here: `H04L9/08`. Its levels are section `H`, class
`H04`, subclass `H04L`, main group `H04L9/00` and subgroup `H04L9/08` (WIPO Guide to the IPC, 2024, 13 to 29).
Groups below each other share no prefix: that `H04L9/0816` lies under `H04L9/08` is told by the scheme only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.documents import Origin

_SYMBOL = re.compile(r"([A-HY])(?:(\d{2})(?:([A-Z])(?:0{0,3}(\d{1,4})(?:/(\d{2,6})?)?)?)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTitle:
    """A symbol of a scheme with its title."""

    scheme: str
    """`CPC`, `IPC` …"""
    symbol: str
    title: str
    level: int
    """Depth below the root of the scheme, as the scheme counts."""
    parent: str
    """The symbol above it; empty at the top."""
    origin: Origin


def levels(symbol: str) -> tuple[str, ...]:
    """Return an IPC or CPC symbol's levels, widest first; empty for anything else.

    >>> levels("H04L 9/0816")
    ('H', 'H04', 'H04L', 'H04L9/00', 'H04L9/0816')
    """
    match = _SYMBOL.fullmatch("".join(symbol.split()).upper())
    if match is None:
        return ()
    section, number, letter, group, subgroup = match.groups()
    found = [section]
    if number:
        found.append(f"{section}{number}")
    if letter:
        found.append(f"{section}{number}{letter}")
    if group:
        found.append(f"{section}{number}{letter}{group}/00")
    if subgroup and subgroup != "00":
        found.append(f"{section}{number}{letter}{group}/{subgroup}")
    return tuple(found)
