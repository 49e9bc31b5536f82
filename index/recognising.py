"""Whether a query is prose or an expression.

Decisions
---------
* Most queries are prose: titles, features, whole claims, with brackets, colons and minus signs that mean
  nothing. Prose never fails and is never taken for an expression, so the signs have to be unmistakable.
* Operators in capitals count where a neighbour is not in capitals ("METHOD AND APPARATUS" is a title), where
  no gate or article stands beside them ("an AND gate"), and where they are not rare in a long text.
* Limits that nobody writes by chance count anywhere: `before:2004-01-01`, `class:F16K`, `assignee:"…"`.
  `title:` and the like, an office's `ti=` and `.clm.`, a "quoted phrase", `+word` and `-word` count in a text
  of the length that a person types.
"""

from __future__ import annotations

import re

from index.lexing import OFFICE
from index.nodes import TEXT_FIELDS

LONGEST = 4_000
"""Characters in an expression, without the free text behind `::`."""
_SHORT, _TYPED, _PER_OPERATOR = 12, 40, 15
"""Words: of a query with signs only; of one with quotes or names of fields; of text to one operator."""
_READ = 200_000
_LIMITS = re.compile(
    r"(?<![\w:/.])(?:(?:day|before|after):(?=[\[{<>=]{0,2}\s?\d{4}|(?:publication|priority|filing|application):)"
    r'|class:"?(?=[A-HY](?:\d|"|\s|$))|(?:kind|country|source|number|assignee|inventor|tags):(?=["(\w]))'
)
_FIELDS = re.compile(rf'(?<!\w)(?:{"|".join(TEXT_FIELDS)}):(?=[\w"(])')
_QUOTED = re.compile(r'(?<!\w)"[^"\s][^"]*"(?:~\d+)?(?!\w)')
_SIGN = re.compile(r'(?<!\S)[+-](?=[a-z]{3}|"\w)')
_NEIGHBOURS = re.compile(
    r"(?P<before>\S+)?\s+(?P<operator>\(*(?:AND|OR|NOT|XOR|SAME|WITH|ADJ|ADJ/?\d{1,3}|NEAR/?\d{1,3}))(?=(?P<after>[\s(]+\S+)|\s*$)"
)
_LEADING = re.compile(r"\s*\(*NOT[\s(]+(?P<after>\S+)")
_GATES = re.compile(
    r"(?:gates?|circuits?|operat\w+|functions?|logic|arrays?|planes?|trees?|cells?|conditions?|elements?|terms?"
    r"|connect\w*|combin\w*|relations?|types?|flash|blocks?)\b"
)
_ARTICLES = frozenset(
    """a an the logical logic bitwise said each exclusive input wired boolean one such of by
    two-input first second its""".split()  # noqa: SIM905 - as everywhere
)
_FREE = re.compile(r'"[^"]*"|(?<!\S)::(?!\S)')


def is_expression(query: str) -> bool:
    """Return whether a query uses operators."""
    head, free = split(query[:_READ])
    if free:
        return is_expression(head)
    if _LIMITS.search(head):
        return True
    words = len(head.split())
    if words <= _TYPED and (_FIELDS.search(head) or _QUOTED.search(head) or _office(head)):
        return True
    operators = _operators(head)
    if operators and operators * _PER_OPERATOR >= words:
        return True
    return words <= _SHORT and bool(_SIGN.search(head))


def split(query: str) -> tuple[str, str]:
    """Return an expression, and the free text behind ` :: `; no text where there is none."""
    for match in _FREE.finditer(query):
        if match[0] == "::":
            return query[: match.start()], query[match.end() :].strip()
    return query, ""


def _office(query: str) -> bool:
    """Return whether an office's signs stand where prose has none: `ti=0.5` is physics, `5.in.` a pipe."""
    for match in OFFICE.finditer(query):
        sign = match[0].lower()
        before, after = query[: match.start()], query[match.end() :]
        if sign.startswith("."):
            enough = r"[^\W\d_]{3}\W*$" if sign.strip(".") in ("in", "as", "an") else r"\w{3}\W*$|\d/\d+$"
            if re.search(rf'[")*?$]$|{enough}', before):
                return True
        elif sign.rstrip().endswith(("=", "<", ">")) and not sign.startswith("@"):
            begins = re.search(r"(?:^|\b(?:AND|OR|NOT)|\()\s*$", before, re.IGNORECASE)
            if re.match(r'["(]|\w*\d{4}', after) or (begins and re.match(r"[^\W\d]\w\w", after)):
                return True
        else:
            return True
    return False


def _operators(query: str) -> int:
    """Count the operators that can be nothing else."""
    count = 0
    for match in _NEIGHBOURS.finditer(query):
        before, after = match["before"] or "", (match["after"] or "").strip(" (\t\n")
        if before and _stands(before, after, query):
            count += 1
    leading = _LEADING.match(query)
    if leading and leading["after"] != leading["after"].upper():
        count += not _GATES.match(leading["after"])
    return count


def _stands(before: str, after: str, query: str) -> bool:
    """Return whether an operator between two words is one."""
    if before.lower().strip("(") in _ARTICLES or before.endswith((",", ";", ".")):
        return False
    if _GATES.match(after) and len(query.split()) > _SHORT // 2:
        return False
    loud = (_is_loud(before), _is_loud(after))
    return not all(loud) or _bracketed(before, after)


def _is_loud(word: str) -> bool:
    """Return whether a word is in capitals, or an operator itself."""
    return word == word.upper() and any(map(str.isalpha, word))


def _bracketed(before: str, after: str) -> bool:
    return before.endswith(("*", '"')) or after.startswith('"') or after.endswith("*")
