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
from typing import TYPE_CHECKING

from index.lexing import OFFICE
from index.nodes import TEXT_FIELDS

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 4_000
"""Characters in an expression, without the free text behind `::`."""
_SHORT, _TYPED, _PER_OPERATOR = 12, 40, 15
"""Words: of a query with signs only; of one with quotes or names of fields; of text to one operator."""
_READ = 200_000
_LONGEST_OPERATOR = 20
"""Characters, brackets included."""
_LIMITS = re.compile(
    r"(?<![\w:/.])(?:(?:day|before|after):(?=[\[{<>=]{0,2}\s?\d{4}|(?:publication|priority|filing|application):)"
    r'|class:"?(?=[A-HY](?:\d|"|\s|$))|(?:kind|country|source|number|assignee|inventor|tags):(?=["(\w]))'
)
_FIELDS = re.compile(rf'(?<!\w)(?:{"|".join(TEXT_FIELDS)}):(?=[\w"(])')
_QUOTED = re.compile(r'(?<!\w)"[^"\s][^"]*"(?:~\d+)?(?!\w)')
_SIGN = re.compile(r'(?<!\S)[+-](?=[a-z]{3}|"\w)')
_OPERATOR = re.compile(r"AND|OR|NOT|XOR|SAME|WITH|ADJ(?:/?\d{1,3})?|NEAR(?:/?\d{1,3})?")
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
    words = head.split()
    typed = len(words) <= _TYPED and len(head) <= LONGEST
    if typed and (_FIELDS.search(head) or _QUOTED.search(head) or _office(head)):
        return True
    operators = _operators(words)
    if operators and operators * _PER_OPERATOR >= len(words):
        return True
    return typed and len(words) <= _SHORT and bool(_SIGN.search(head))


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


def _operators(words: Sequence[str]) -> int:
    """Count the operators that can be nothing else."""
    count = 0
    for number, word in enumerate(words):
        if len(word) > _LONGEST_OPERATOR or not _OPERATOR.fullmatch(word.strip("()")):
            continue
        before = words[number - 1] if number else ""
        after = words[number + 1].lstrip("(") if number + 1 < len(words) else ""
        if before:
            count += _stands(before, after, len(words))
        elif word.strip("(") == "NOT":
            count += after != after.upper() and not _GATES.match(after)
    return count


def _stands(before: str, after: str, length: int) -> bool:
    """Return whether an operator between two words of a text of some length is one."""
    if before.lower().strip("(") in _ARTICLES or before.endswith((",", ";", ".")):
        return False
    if _GATES.match(after) and length > _SHORT // 2:
        return False
    return not (_is_loud(before) and _is_loud(after)) or _bracketed(before, after)


def _is_loud(word: str) -> bool:
    """Return whether a word is in capitals, or an operator itself."""
    return word == word.upper() and any(map(str.isalpha, word))


def _bracketed(before: str, after: str) -> bool:
    return before.endswith(("*", '"')) or after.startswith('"') or after.endswith("*")
