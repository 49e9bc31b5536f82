"""Query text: is it prose or an expression, and what does the expression say.

Decisions
---------
* Most queries are prose: titles, features, whole claims, with brackets, colons and minus signs that mean
  nothing. An expression is recognised by signs that prose does not use: `AND`, `OR`, `NOT` as words beside
  words that are not all capitals; a "quoted phrase", with `~3` for proximity; `title:` and the other field
  names; and, in a short query, `+word` or `-word` in lower case (chemistry has `-OH`). Brackets alone are
  prose.
* Prose never fails. An expression that cannot be read is an error with its column, not a guess.
* `NOT` binds tightest, then `AND`, then `OR`. Words side by side are alternatives of which the more the
  better; `+` requires and `-` or `NOT` excludes among them.
* `valv*` finds what begins so. Dates are written as dates: `day:[2001 TO 2003-06]`, `day:<2010-01-31`; a
  tag may end in `*`: `tags:class:G06F*`.
* The grammar is read here, not by tantivy's own parser, which was tried: `a AND NOT b` found nothing, `*`
  was ignored, an apostrophe was an error, and errors named no place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, TypeGuard

from index.days import Days, read_days
from index.errors import QuerySyntaxError
from index.text import tokens

TEXT_FIELDS = ("title", "abstract", "claims", "description")
FIELDS = (*TEXT_FIELDS, "day", "tags")
LONGEST = 4_000
"""Characters in an expression."""
DEEPEST = 32
"""Brackets inside brackets."""
_SHORT = 12
_SHORTEST_PREFIX = 2

_WORDS = re.compile(r"(?<!\S)\(*(?:AND|OR|NOT)(?=[\s(]|$)")
_STRONG = re.compile(rf'(?<!\w)(?:{"|".join(FIELDS)}):(?=\S)|(?<!\w)"[^"]+"(?:~\d+)?(?!\w)')
_SIGN = re.compile(r'(?<!\S)[+-](?=[a-z]{3}|"\w)')
_TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<operator>(?:AND|OR|NOT)(?=[\s()]|$))|(?P<sign>[+-](?=[\w"(]))
    |(?P<field>[^\W\d]\w*):(?=\S)|"(?P<phrase>[^"]*)"(?:~(?P<slop>\d{1,4}))?|(?P<quote>")
    |(?P<range>[\[{][^\]}"]*[\]}])|(?P<word>[^\s()"]+))""",
    re.VERBOSE,
)
_POSSESSIVE = re.compile(r"['’]s$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words in a row, `slop` places apart at most; in one field, or in any where `field` is empty."""

    field: str
    text: str
    slop: int = 0
    prefix: bool = False
    """Whether the (single) word may go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag, or all that begin so."""

    text: str
    prefix: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What must be, may be (at least one, where nothing must be), and must not be."""

    must: tuple[Node, ...] = ()
    may: tuple[Node, ...] = ()
    never: tuple[Node, ...] = ()


Node: TypeAlias = Words | Days | Tag | Group


def is_expression(query: str) -> bool:
    """Return whether a query uses operators."""
    if _STRONG.search(query):
        return True
    if _WORDS.search(query):
        return bool(re.search(r"[a-z]", query))
    return bool(_SIGN.search(query)) and len(query.split()) <= _SHORT


def parse(query: str) -> Node:
    """Read an expression. Raises QuerySyntaxError."""
    if len(query) > LONGEST:
        raise QuerySyntaxError(query, f"an expression has at most {LONGEST} characters")
    parser = _Parser(query)
    node = parser.alternatives("", 0)
    if parser.token is not None:  # only a bracket stops the outermost level
        raise QuerySyntaxError(query, "this bracket closes nothing", parser.column)
    if _is_exclusion(node):
        reason = "it only says what is not wanted; add a word that is" if node.never else "it has no words"
        raise QuerySyntaxError(query, reason)
    return node


def prose(node: Node) -> str:
    """Return the words that describe what is wanted, without operators, limits and exclusions."""
    if isinstance(node, Words):
        return node.text
    if isinstance(node, Group):
        return " ".join(filter(None, (prose(part) for part in (*node.must, *node.may))))
    return ""


def shown(node: Node) -> str:
    """Return an expression as it was understood, with every bracket written."""
    if isinstance(node, Words):
        return _words_shown(node)
    if isinstance(node, Days):
        return f"day:[{_day_shown(node.first)} TO {_day_shown(node.last)}]"
    if isinstance(node, Tag):
        return f'tags:"{node.text}"{"*" if node.prefix else ""}'
    must, may, never = ([shown(part) for part in parts] for parts in (node.must, node.may, node.never))
    parts = [" AND ".join(must)] if must else []
    whole = len(must) < 2 and not never  # noqa: PLR2004 - one part needs no bracket
    if may:
        either = " OR ".join(may)
        parts.append(f"(perhaps {either})" if must else f"({either})" if len(may) > 1 else either)
    parts += [f"NOT {part}" for part in never]
    return parts[0] if len(parts) == 1 and whole else f"({' '.join(parts)})"


def _words_shown(words: Words) -> str:
    field = f"{words.field}:" if words.field else ""
    if words.prefix:
        return f"{field}{words.text}*"
    several = len(tokens(words.text)) > 1
    return f'{field}"{words.text}"{f"~{words.slop}" if words.slop else ""}' if several else field + words.text


def _day_shown(day: int | None) -> str:
    return "*" if day is None else date.fromordinal(max(day, 1)).isoformat()


class _Parser:
    """Recursive descent over the tokens; `column` counts from 1."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.token: re.Match[str] | None = None
        self._place = 0
        self._advance()

    @property
    def column(self) -> int:
        token = self.token
        return len(self.query) if token is None else token.end() - len(token[0].lstrip()) + 1

    def alternatives(self, field: str, depth: int) -> Node:
        """Alternatives := [sign] conjunction ("OR"? [sign] conjunction)*, up to a bracket or the end."""
        must: list[Node] = []
        may: list[Node] = []
        never: list[Node] = []
        beside_or = False
        while self.token is not None and not self.token["close"]:
            if self.token["operator"] in ("AND", "OR"):
                raise self._lacks_a_side(self.token["operator"], self.column)
            sign = self._sign()
            node = self._conjunction(field, depth)
            follows = self._or()
            if sign:
                (must if sign == "+" else never).append(node)
            elif _is_exclusion(node) and not (beside_or or follows):
                never.extend(node.never)
            else:
                may.append(node)
            beside_or = follows
        if len(may) == 1 and not must and not never:
            return may[0]
        return Group(must=tuple(must), may=tuple(may), never=tuple(never))

    def _conjunction(self, field: str, depth: int) -> Node:
        """Conjunction := negation ("AND" negation)*."""
        parts = [self._negation(field, depth)]
        while self.token is not None and self.token["operator"] == "AND":
            self._operator("AND")
            parts.append(self._negation(field, depth))
        if len(parts) == 1 and parts[0][0]:
            return parts[0][1]
        return Group(
            must=tuple(node for wanted, node in parts if wanted),
            never=tuple(node for wanted, node in parts if not wanted),
        )

    def _negation(self, field: str, depth: int) -> tuple[bool, Node]:
        """Negation := "NOT"* primary; returns whether it is wanted."""
        wanted = True
        while self.token is not None and (self.token["operator"] == "NOT" or self.token["sign"]):
            word = self.token["operator"] or self.token["sign"]
            wanted = wanted if word == "+" else not wanted
            self._operator(word)
        return wanted, self._primary(field, depth)

    def _primary(self, field: str, depth: int) -> Node:
        token = self.token
        assert token is not None
        if token["field"]:
            return self._fielded(depth)
        if token["open"]:
            return self._bracket(field, depth)
        if token["quote"]:
            raise QuerySyntaxError(self.query, "this quotation mark is never closed", self.column)
        self._advance()
        if token["phrase"] is not None:
            return Words(field=field, text=token["phrase"], slop=int(token["slop"] or 0))
        return self._word(field, token["word"] or token["range"], token)

    def _word(self, field: str, text: str, token: re.Match[str]) -> Words:
        stem = text.rstrip("*")
        if text.endswith("*"):
            place = token.end() - len(text) + 1
            if len(stem) < _SHORTEST_PREFIX or not stem.isalnum():
                raise QuerySyntaxError(self.query, "* follows a word of two letters or more", place)
            return Words(field=field, text=stem, prefix=True)
        return Words(field=field, text=_POSSESSIVE.sub("", text))

    def _bracket(self, field: str, depth: int) -> Node:
        place = self.column
        if depth == DEEPEST:
            raise QuerySyntaxError(self.query, f"more than {DEEPEST} brackets inside each other", place)
        self._advance()
        node = self.alternatives(field, depth + 1)
        if self.token is None:
            raise QuerySyntaxError(self.query, "this bracket is never closed", place)
        self._advance()
        return node

    def _fielded(self, depth: int) -> Node:
        assert self.token is not None
        field, place = self.token["field"], self.column
        if field not in FIELDS:
            raise QuerySyntaxError(
                self.query, f"no field is called {field!r}; use {', '.join(FIELDS)}", place
            )
        self._advance()
        if field in TEXT_FIELDS and self.token is not None and not self.token["close"]:
            return self._primary(field, depth)
        place = self.column
        text = self._operand()
        if not text:
            raise QuerySyntaxError(self.query, f"{field}: needs a value", place)
        if field == "tags":
            return Tag(text=text.rstrip("*"), prefix=text.endswith("*"))
        try:
            return read_days(text)
        except ValueError:
            reason = f"{text!r} is not a date; write 2004, 2004-02, 2004-02-29 or [2001 TO 2003]"
            raise QuerySyntaxError(self.query, reason, place) from None

    def _operand(self) -> str:
        """Read a value that is not words: all up to a blank, a bracket's content, or a phrase."""
        text = ""
        while self.token is not None and not (self.token["open"] or self.token["close"]):
            token = self.token
            text += token["phrase"] if token["phrase"] is not None else token[0].strip()
            self._advance()
            if self._place_of_token() > token.end() or token["phrase"] is not None:
                break
        return text

    def _place_of_token(self) -> int:
        return len(self.query) + 1 if self.token is None else self.column - 1

    def _sign(self) -> str:
        if self.token is None or not self.token["sign"]:
            return ""
        sign = str(self.token["sign"])
        self._advance()
        return sign

    def _or(self) -> bool:
        if self.token is None or self.token["operator"] != "OR":
            return False
        self._operator("OR")
        return True

    def _operator(self, word: str) -> None:
        """Step over an operator; something to apply it to has to follow."""
        place = self.column
        self._advance()
        if self.token is None or self.token["close"] or self.token["operator"] in ("AND", "OR"):
            raise self._lacks_a_side(word, place)

    def _lacks_a_side(self, word: str, place: int) -> QuerySyntaxError:
        return QuerySyntaxError(self.query, f"{word} lacks a word on one side", place)

    def _advance(self) -> None:
        self.token = _TOKEN.match(self.query, self._place)
        if self.token is not None:
            self._place = self.token.end()


def _is_exclusion(node: Node) -> TypeGuard[Group]:
    return isinstance(node, Group) and not (node.must or node.may)
