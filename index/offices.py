"""How patent offices' search pages write queries: names of fields, and what has no counterpart here.

Sources: USPTO, Patent Public Search "Searchable indexes" and "Operators"; EPO, Espacenet "Field identifiers"
and OPS "CQL index catalogue"; Google Patents "Searching" help. What is approximated is said by
`index.explaining`, what cannot be answered is refused with the reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.nodes import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

_SAID = {
    "ti": "title",
    "ab": "abstract",
    "clm": "claims",
    "claim": "claims",
    "clms": "claims",
    "desc": "description",
    "spec": "description",
    "detd": "description",
    "bsum": "description",
    "dtd": "description",
    "ta": "title abstract",
    "txt": "title abstract assignee inventor",
    "ftxt": "title abstract claims description",
    "pa": "assignee",
    "applicant": "assignee",
    "an": "assignee",
    "as": "assignee",
    "asn": "assignee",
    "asnm": "assignee",
    "aanm": "assignee",
    "in": "inventor",
    "inv": "inventor",
    "ia": "inventor assignee",
    "pn": "number",
    "num": "number",
    "did": "number",
    "cpc": "class",
    "cpcc": "class",
    "cpci": "class",
    "cpca": "class",
    "ipc": "class",
    "ipcr": "class",
    "ic": "class",
    "ci": "class",
    "cl": "class",
    "pd": "day",
    "py": "day",
    "isd": "day",
    "cc": "country",
}
_FILED = "is about filing, and the index knows only when a document became public; use before: and after:"
_REFUSED = {
    "ad ay ap apd fd filing rlfd": _FILED,
    "pr prd prc priority spr rlan prad prn": _FILED.replace("filing", "priority"),
    "ccls ccor clas cxr": "is the US classification before 2015; use class: with CPC or IPC",
    "ct cited urpn ref citing": "is about citations, which are not searched by words",
    "lang language": "is about the language, which the index does not know",
    "status type litigation is att xp xa ex agent": "is not in the index",
}
_REASONS = {name: reason for names, reason in _REFUSED.items() for name in names.split()}
ALIASES: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in FIELDS},
    **{code: tuple(fields.split()) for code, fields in _SAID.items()},
}
"""From a name as written, in lower case, to fields of the index."""

SUFFIXES = "|".join(
    sorted(
        """ti ab clm clms spec detd bsum dtd as asn asnm aanm an in inv pn did cpc cpci cpca ipc ipcr pd py
        isd ccls clas ad ay""".split(),  # noqa: SIM905 - as everywhere
        key=len,
        reverse=True,
    )
)
"""What USPTO writes after a word between points, as alternatives of a regular expression."""
EQUAL = frozenset({*_SAID, *FIELDS, *_REASONS} - {"is", "ex", "att", "ref", "type", "status"})
"""Names that make `name=value` a field; others are words."""
CLASS_SYMBOL = re.compile(r"[A-HY](?:\d\d?(?:[A-Z](?:\d{1,4}(?:/(?:\d{1,6}|low)?)?)?)?)?(?:/low)?\*?")
"""A class of the IPC or CPC, or its beginning, without blanks."""


def refusal(name: str) -> str:
    """Return why a field cannot be searched; empty when it is unknown or can."""
    reason = _REASONS.get(name.lower(), "")
    return f"{name} {reason}" if reason else ""
