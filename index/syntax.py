"""Query text: is it prose or an expression, and if the latter, what does tantivy's parser need to read it.

Decisions
---------
* Most queries are prose: titles, features, whole claims, with brackets, colons and minus signs that mean
  nothing. An expression is recognised by signs that prose does not use: `AND`, `OR`, `NOT` as words beside
  words that are not all capitals; a "quoted phrase", with `~3` for proximity; `title:` and the other field
  names; and, in a short query, `+word` or `-word` in lower case (chemistry has `-OH`). Brackets alone are
  prose.
* Prose never fails. An expression that cannot be read is an error with its column, not a guess.
* `valv*` finds what begins so. Dates are written as dates: `day:[2001 TO 2003-06]`, `day:<2010-01-31`.
* An expression inside other prose restricts nothing by itself: words side by side are alternatives, as in
  tantivy; `+` and `AND` require.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from index.errors import QuerySyntaxError
from index.text import stem

TEXT_FIELDS = ("title", "abstract", "claims", "description")
FIELDS = (*TEXT_FIELDS, "day", "tags")
LONGEST = 4_000
"""Characters in an expression."""
DEEPEST = 32
"""Brackets inside brackets: the parser recurses."""
_SHORT = 12

_FIELD = rf"(?<!\w)(?:{'|'.join(FIELDS)}):(?=\S)"
_PHRASE = r'(?<!\w)"[^"]+"(?:~\d+)?(?!\w)'
_WORDS = re.compile(r"(?<!\S)\(*(?:AND|OR|NOT)(?=[\s(]|$)")
_STRONG = re.compile(rf"{_FIELD}|{_PHRASE}")
_SIGN = re.compile(r'(?<!\S)[+-](?=[a-z]{3}|"\w)')
_PREFIX = re.compile(r'(?<![\w"*])(\w+)\*(?!\w)')
_QUOTED = re.compile(r'"[^"]*"')
_ANY_FIELD = re.compile(r"(?<!\w)(\w+):(?=[\w(\[])")
_HANGING = re.compile(r"\b(AND|OR|NOT)\s*(?:\)|$)|(?:^|\()\s*(AND|OR)\b")
_DAY = r"\d{4}(?:-\d{2}(?:-\d{2})?)?"
_DAY_RANGE = re.compile(rf"(?<!\w)day:([\[{{])\s*({_DAY}|\*)\s+TO\s+({_DAY}|\*)\s*([\]}}])")
_DAY_BOUND = re.compile(rf"(?<!\w)day:(>=|<=|>|<|)({_DAY})(?![\d-])")
_NEGATED = re.compile(r'(?:(?<!\S)-|\bNOT\s+)(?:\w+:)?(?:"[^"]*"(?:~\d+)?|\([^)]*\)|\S+)')
_LIMITS = re.compile(r'(?<!\w)(?:day|tags):(?:"[^"]*"|[\[{][^\]}]*[\]}]|\S+)')
_NOISE = re.compile(rf"{_FIELD}|\b(?:AND|OR|NOT)\b|~\d+|\^[\d.]+|\bTO\b")


def is_expression(query: str) -> bool:
    """Return whether a query uses operators."""
    if _STRONG.search(query):
        return True
    if _WORDS.search(query):
        return bool(re.search(r"[a-z]", query))
    return bool(_SIGN.search(query)) and len(query.split()) <= _SHORT


def prepare(query: str) -> str:
    """Return an expression as tantivy's parser reads it. Raises QuerySyntaxError."""
    if len(query) > LONGEST:
        raise QuerySyntaxError(query, f"an expression has at most {LONGEST} characters")
    _check(query)
    plain = "".join(
        part if part.startswith('"') else _outside(part) for part in re.split(r'("[^"]*")', query)
    )
    plain = _DAY_RANGE.sub(lambda found: _range(query, found), plain)
    return _DAY_BOUND.sub(lambda found: _bound(query, found), plain)


def prose(query: str) -> str:
    """Return the words of an expression that describe what is wanted, without operators and exclusions."""
    kept = _LIMITS.sub(" ", query)
    kept = _NEGATED.sub(" ", kept)
    return " ".join(re.sub(r'["()\[\]{}*+]', " ", _NOISE.sub(" ", kept)).split())


def _outside(text: str) -> str:
    """Blank out, outside phrases, what prose uses and the parser would choke on; no character is added."""
    text = re.sub(r"['’`\\/^]", " ", text)
    return _PREFIX.sub(lambda found: f"/{stem(found[1].lower())}.*/", text)


def _check(query: str) -> None:
    """Say precisely what is wrong with the usual mistakes; the parser finds the rest."""
    if query.count('"') % 2:
        raise QuerySyntaxError(query, "this quotation mark is never closed", query.rindex('"') + 1)
    bare = _QUOTED.sub(lambda found: "x" * len(found[0]), query)
    _check_brackets(query, bare)
    for found in _ANY_FIELD.finditer(bare):
        if found[1] not in FIELDS:
            reason = f"no field is called {found[1]!r}; use {', '.join(FIELDS)}"
            raise QuerySyntaxError(query, reason, found.start() + 1)
    hanging = _HANGING.search(bare)
    if hanging:
        place = hanging.start(hanging.lastindex or 0)
        raise QuerySyntaxError(
            query, f"{bare[place:].split()[0].strip(')')} lacks a word on one side", place + 1
        )


def _check_brackets(query: str, bare: str) -> None:
    opened: list[int] = []
    for place, sign in enumerate(bare):
        if sign == "(":
            opened.append(place)
            if len(opened) > DEEPEST:
                raise QuerySyntaxError(query, f"more than {DEEPEST} brackets inside each other", place + 1)
        elif sign == ")":
            if not opened:
                raise QuerySyntaxError(query, "this bracket closes nothing", place + 1)
            opened.pop()
    if opened:
        raise QuerySyntaxError(query, "this bracket is never closed", opened[-1] + 1)


def _range(query: str, found: re.Match[str]) -> str:
    low = "*" if found[2] == "*" else str(_days(query, found[2])[found[1] == "{"])
    high = "*" if found[3] == "*" else str(_days(query, found[3])[found[4] == "]"])
    return f"day:{found[1]}{low} TO {high}{found[4]}"


def _bound(query: str, found: re.Match[str]) -> str:
    first, last = _days(query, found[2])
    if not found[1]:
        return f"day:[{first} TO {last}]"
    return f"day:{found[1]}{last if found[1] in ('<=', '>') else first}"


def _days(query: str, text: str) -> tuple[int, int]:
    """Return the first and last ordinal day of a year, month or day. Raises QuerySyntaxError."""
    year, month, day = [*(int(part) for part in text.split("-")), 0, 0][:3]
    try:
        first = date(year, month or 1, day or 1)
        if day:
            return first.toordinal(), first.toordinal()
        following = date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1)
        return first.toordinal(), (following - timedelta(days=1)).toordinal()
    except ValueError:
        raise QuerySyntaxError(query, f"{text} is not a date", query.find(text) + 1) from None
