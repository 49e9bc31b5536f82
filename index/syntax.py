"""Query text as an expression: the grammar (`docs/searching.md` tells it to users).

Decisions
---------
* `NOT` binds tightest, then `NEAR/n`, `ADJ/n`, `SAME` and `WITH`, then `AND`, `XOR`, `OR`. Words side by side
  are alternatives of which the more the better; `+` requires and `-` or `NOT` excludes among them. A limit
  (a day, a class, a name) beside words always holds: nobody who writes `valve before:2004-01-01` wants art
  of 2005.
* `expression :: free text` asks the text, by words and meaning, of what the expression lets through. Free
  text beside limits only (`a valve that closes by itself before:2004-01-01`) is read the same way.
* An expression that cannot be read is an error with its column and what to do, not a guess; prose is no
  expression (`index.recognising`).
* Operators of nearness stand between words, phrases, or such in brackets with OR. A chain asks it of each
  pair of neighbours. `"a b"~3` is `a NEAR/3 b`.
* The grammar is read here, not by tantivy's own parser, which was tried: `a AND NOT b` found nothing, `*`
  was ignored, an apostrophe was an error, and errors named no place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.errors import QuerySyntaxError
from index.lexing import UNCLOSED, Lexer
from index.nodes import (
    FIELDS,
    TEXT_FIELDS,
    Asked,
    Group,
    Near,
    Node,
    Tag,
    Words,
    is_exclusion,
    is_limit,
    prose,
    shown,
    simplified,
)
from index.recognising import LONGEST, is_expression, split
from index.values import fielded, fields_of, nearness, one_of, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "DEEPEST",
    "FIELDS",
    "LONGEST",
    "TEXT_FIELDS",
    "Asked",
    "Group",
    "Near",
    "Node",
    "Tag",
    "Words",
    "is_expression",
    "parse",
    "prose",
    "shown",
]

DEEPEST = 32
"""Brackets inside brackets."""
_MOST_XOR = 4


def parse(query: str) -> Node:
    """Read an expression. Raises QuerySyntaxError."""
    head, free = split(query)
    if len(head) > LONGEST:
        reason = f"an expression has at most {LONGEST} characters; put free text behind ' :: '"
        raise QuerySyntaxError(query, reason)
    parser = _Parser(head)
    node, loose = parser.outermost()
    if is_exclusion(node):
        reason = "it only says what is not wanted; add a word that is" if node.never else "it has no words"
        raise QuerySyntaxError(query, reason)
    node = simplified(node)
    if free or loose:
        return Asked(limits=node, text=free or loose)
    return node


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, query: str) -> None:
        self.lexer = Lexer(query)
        self._xors = 0

    def outermost(self) -> tuple[Node, str]:
        """Read all; returns the node and, where all else are limits, the free words beside them."""
        must, may, never, joined = self._parts("", 0)
        if self.lexer.token is not None:  # only a bracket stops the outermost level
            raise self.lexer.refused("this bracket closes nothing; delete it, or open one before")
        limits = [*must, *(part for part in may if is_limit(part))]
        free = [part for part in may if not is_limit(part)]
        bare = all(isinstance(part, Words) and not part.field for part in free)
        if free and limits and bare and not joined and all(map(is_limit, (*limits, *never))):
            text = " ".join(prose(part) for part in free)
            if _is_running(free):
                return _together(limits, [], never, joined), text
        return _together(must, may, never, joined), ""

    def alternatives(self, field: str, depth: int) -> Node:
        """Alternatives := [sign] exclusive ("OR"? [sign] exclusive)*, up to a bracket or the end."""
        return _together(*self._parts(field, depth))

    def _parts(self, field: str, depth: int) -> tuple[list[Node], list[Node], list[Node], set[int]]:
        """Read alternatives: what must be, may be, must not be; which of `may` stand beside an OR."""
        must: list[Node] = []
        may: list[Node] = []
        never: list[Node] = []
        joined: set[int] = set()
        beside = False
        lexer = self.lexer
        while lexer.token is not None and not lexer.at("close"):
            if lexer.operator() in ("AND", "OR", "XOR") or lexer.at("near"):
                raise self._lacks_a_side(lexer.operator() or lexer.at("near"), lexer.column)
            sign = self._sign()
            node = self._exclusive(field, depth)
            follows = self._or()
            if sign:
                (must if sign == "+" else never).append(node)
            elif is_exclusion(node) and not (beside or follows):
                never.extend(node.never)
            else:
                may.append(node)
                if beside or follows:
                    joined.add(len(may) - 1)
            beside = follows
        return must, may, never, joined

    def _exclusive(self, field: str, depth: int) -> Node:
        """Exclusive := conjunction ("XOR" conjunction)*."""
        node = self._conjunction(field, depth)
        while self.lexer.operator() == "XOR":
            self._xors += 1
            if self._xors > _MOST_XOR:
                raise self.lexer.refused(f"a query has at most {_MOST_XOR} XOR; write the others with NOT")
            self._operator("XOR")
            other = self._conjunction(field, depth)
            node = Group(
                may=(Group(must=(node,), never=(other,)), Group(must=(other,), never=(node,))),
            )
        return node

    def _conjunction(self, field: str, depth: int) -> Node:
        """Conjunction := negation ("AND" negation)*."""
        parts = [self._negation(field, depth)]
        while self.lexer.operator() == "AND":
            self._operator("AND")
            parts.append(self._negation(field, depth))
        if len(parts) == 1 and parts[0][0]:
            return parts[0][1]
        return Group(
            must=tuple(node for wanted, node in parts if wanted),
            never=tuple(node for wanted, node in parts if not wanted),
        )

    def _negation(self, field: str, depth: int) -> tuple[bool, Node]:
        """Negation := "NOT"* nearness; returns whether it is wanted."""
        wanted = True
        while self.lexer.operator() == "NOT" or self.lexer.at("sign"):
            word = self.lexer.operator() or self.lexer.at("sign")
            wanted = wanted if word == "+" else not wanted
            self._operator(word)
        return wanted, self._nearness(field, depth)

    def _nearness(self, field: str, depth: int) -> Node:
        """Nearness := primary (near primary)*."""
        lexer = self.lexer
        sides = [self._primary(field, depth)]
        pairs: list[Node] = []
        while lexer.at("near"):
            place, reach, word = lexer.column, lexer.reach(), lexer.at("near")
            self._operator(word)
            if lexer.operator() == "NOT" or lexer.at("sign"):
                raise lexer.refused(f"{word} cannot be followed by NOT; write AND NOT (a {word} b)")
            sides.append(self._primary(field, depth))
            pairs.append(nearness(lexer, sides[-2], sides[-1], reach, place))
        if not pairs:
            return sides[0]
        return pairs[0] if len(pairs) == 1 else Group(must=tuple(pairs))

    def _primary(self, field: str, depth: int) -> Node:
        lexer = self.lexer
        if lexer.at("field") or lexer.at("equal"):
            return self._fielded(depth)
        if lexer.at("at"):
            return fielded(lexer, lexer.at("at"), "")
        if lexer.at("quote"):
            raise lexer.refused(UNCLOSED)
        place = lexer.column
        node = self._bracket(field, depth) if lexer.at("open") else words_of(lexer, field)
        while lexer.at("suffix"):
            codes = lexer.at("suffix").strip(".").split(",")
            fields = [name for code in codes for name in fields_of(lexer, code, lexer.column)]
            lexer.advance()
            node = one_of(lexer, node, fields, place)
        return node

    def _bracket(self, field: str, depth: int) -> Node:
        place = self.lexer.column
        if depth == DEEPEST:
            raise self.lexer.refused(f"more than {DEEPEST} brackets inside each other; leave some out")
        self.lexer.advance()
        node = self.alternatives(field, depth + 1)
        if self.lexer.token is None:
            raise self.lexer.refused("this bracket is never closed; add the second one", place)
        self.lexer.advance()
        return node

    def _fielded(self, depth: int) -> Node:
        """Read `field:value`, `field=value` and `field all "…"`."""
        lexer = self.lexer
        place = lexer.column
        name, relation = lexer.at("field"), ":"
        if not name:
            name, relation = lexer.equal()
        fields = fields_of(lexer, name, place)
        opens = lexer.opens()
        if opens and fields[0] not in ("day", "before", "after", "tags"):
            lexer.advance()
            return one_of(lexer, self._bracket("", depth), fields, place)
        return fielded(lexer, name, relation)

    def _sign(self) -> str:
        sign = self.lexer.at("sign")
        if sign:
            self.lexer.advance()
        return sign

    def _or(self) -> bool:
        if self.lexer.operator() != "OR":
            return False
        self._operator("OR")
        return True

    def _operator(self, word: str) -> None:
        """Step over an operator; something to apply it to has to follow."""
        lexer = self.lexer
        place = lexer.column
        lexer.advance()
        if lexer.token is None or lexer.at("close") or lexer.operator() in ("AND", "OR", "XOR"):
            raise self._lacks_a_side(word, place)

    def _lacks_a_side(self, word: str, place: int) -> QuerySyntaxError:
        return self.lexer.refused(f"{word} lacks a word on one side", place)


def _together(must: Sequence[Node], may: Sequence[Node], never: Sequence[Node], joined: set[int]) -> Node:
    """Return a group; limits that stand beside words without an OR hold always."""
    limits = [part for number, part in enumerate(may) if is_limit(part) and number not in joined]
    others = [part for number, part in enumerate(may) if not (is_limit(part) and number not in joined)]
    if not limits or (not others and not must and len(limits) == 1):
        return simplified(Group(must=tuple(must), may=tuple(may), never=tuple(never)))
    wanted = [*must, *limits]
    if others and not must:
        wanted.append(simplified(Group(may=tuple(others))))
        others = []
    return simplified(Group(must=tuple(wanted), may=tuple(others), never=tuple(never)))


def _is_running(words: Sequence[Node]) -> bool:
    """Return whether words are a text to be asked rather than a few to be looked for."""
    return len(words) > 1 and not any("*" in part.text for part in words if isinstance(part, Words))
