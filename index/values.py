"""What stands for a thing in an expression: words, and values of fields as offices write them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from index.days import Days, read_days
from index.nodes import FIELDS, NAME_FIELDS, TAG_FIELDS, TEXT_FIELDS, Group, Near, Tag, Words, simplified
from index.offices import ALIASES, CLASS_SYMBOL, SUFFIXES, refusal
from index.wildcards import fault, terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.lexing import Lexer, Reach
    from index.nodes import Node

MOST_SIDE, MOST_WORDS = 16, 12
"""Alternatives on one side of an operator of nearness; words in each."""
_POSSESSIVE = re.compile(r"['’]s\b")
_MAIN_GROUP = re.compile(r"\d{1,4}/\d{1,6}(?:/low)?\*?")
_SUBCLASS = re.compile(r"[A-HY]\d\d[A-Z]", re.IGNORECASE)
_COUNTRY = re.compile(r"[A-Z]{2}", re.IGNORECASE)
_SERIAL = re.compile(r"[A-Z]{0,2}\d[\d,./-]*[A-Z]?\d?", re.IGNORECASE)
_GLUED = re.compile(rf"\.(?:{SUFFIXES})\.", re.IGNORECASE)
_KIND = re.compile(r"[A-Z]\d?")
_BASIS = re.compile(r"(publication|priority|filing|application):(.*)", re.IGNORECASE)


def fields_of(lexer: Lexer, name: str, place: int) -> tuple[str, ...]:
    """Return the index's fields of a name. Raises QuerySyntaxError where there is none."""
    fields = ALIASES.get(name.lower())
    if fields is None:
        reason = refusal(name) or f"no field is called {name!r}; use {', '.join(FIELDS)}"
        raise lexer.refused(reason, place)
    return fields


def words_of(lexer: Lexer, field: str) -> Node:
    """Read a word or a phrase."""
    place = lexer.column
    phrase, slop = lexer.at("phrase"), lexer.at("slop")
    text = lexer.at("word") or lexer.at("range") or phrase
    if _GLUED.fullmatch(lexer.at("word")):
        raise lexer.refused(f"{text} follows a word, a phrase or a bracket without a blank")
    lexer.advance()
    return made(lexer, text, field, place, near=int(slop) if slop else 0)


def made(lexer: Lexer, text: str, field: str, place: int, *, near: int = 0) -> Node:
    """Return the node of words in a field, or in any text. Raises QuerySyntaxError."""
    if field in TAG_FIELDS:
        return _tag(lexer, field, text, place)
    if field == "number":
        return Words(field=field, text=" ".join(text.split()), column=place)
    if reason := fault(text):
        raise lexer.refused(reason, place)
    text = _POSSESSIVE.sub("", text)
    if near:
        return _slop(lexer, text, field, place, near)
    return Words(field=field, text=text, column=place)


def _slop(lexer: Lexer, text: str, field: str, place: int, near: int) -> Node:
    """Return `"a b c"~n` as what it stands for: each word near the next."""
    from index.lexing import Reach  # noqa: PLC0415 - which reads this module's neighbours

    words = [Words(field=field, text=word, column=place) for word in text.split()]
    words = [word for word in words if terms_of(word.text)]
    if len(words) < 2:  # noqa: PLR2004 - a pair
        return Words(field=field, text=text, column=place)
    if len(words) > MOST_WORDS:
        raise lexer.refused(f"~ stands behind a phrase of at most {MOST_WORDS} words", place)
    reach = Reach(between=near, ordered=False)
    pairs = [nearness(lexer, a, b, reach, place) for a, b in pairwise(words)]
    return simplified(Group(must=tuple(pairs)))


def fielded(lexer: Lexer, name: str, relation: str) -> Node:
    """Read the value of a field behind its name. Raises QuerySyntaxError."""
    start = lexer.column
    if name.startswith("@"):
        return _at(lexer, name, start)
    fields = fields_of(lexer, name, start)
    text, phrase, place = lexer.value()
    compared = relation in ("<", "<=", ">", ">=")
    if fields[0] in ("day", "before", "after"):
        return _days(lexer, fields[0], relation if compared else "", text, place)
    if not text.strip(' "*'):
        raise lexer.refused(f"{name}{relation} needs a value", place)
    if compared:
        raise lexer.refused(f"{relation} compares dates only; write {name}=…", start)
    if not phrase:
        text = _continued(lexer, fields[0], text)
    if name.lower() == "cl" and not CLASS_SYMBOL.fullmatch(_symbol(text)):
        fields = ("claims",)  # Espacenet's `cl` is a class; what is none was meant for claims
    if relation in ("all", "any"):
        parts = tuple(_value(lexer, fields, word, place) for word in text.split())
        return Group(must=parts) if relation == "all" else Group(may=parts)
    return _value(lexer, fields, text, place, near=lexer.slop() if phrase else 0)


def _value(lexer: Lexer, fields: Sequence[str], text: str, place: int, *, near: int = 0) -> Node:
    if fields == ("tags",):
        return Tag(text=text.rstrip("*"), prefix=text.endswith("*"))
    if len(fields) == 1 and fields[0] not in TEXT_FIELDS:
        return made(lexer, text, fields[0], place)
    return one_of(lexer, made(lexer, text, "", place, near=near), fields, place)


def _continued(lexer: Lexer, field: str, text: str) -> str:
    """Return a value with the words behind it that belong to it: `F16K 31/06`, `US 5,123,456 B1`."""
    if field == "class" and _SUBCLASS.fullmatch(text):
        return text + lexer.more(_MAIN_GROUP)
    if field == "number":
        if _COUNTRY.fullmatch(text):
            text += f" {lexer.more(_SERIAL)}"
        if any(map(str.isdigit, text)):
            text = f"{text} {lexer.more(_KIND)}"
    return text.rstrip()


def _at(lexer: Lexer, name: str, start: int) -> Node:
    """Read USPTO's `@pd>=20010101<=20031231`."""
    if fields_of(lexer, name[1:], start) != ("day",):
        raise lexer.refused(f"{name} is no date; use @pd or @py", start)
    text, _, place = lexer.value()
    if not any(map(str.isdigit, text)):  # a blank behind the sign
        text += lexer.at("word")
        lexer.advance()
    bounds = re.findall(r"(<=|>=|=|<|>)\s*([\d/-]+)", text)
    days = [
        _days(lexer, "day", sign.replace("=", "") if sign == "=" else sign, value, place)
        for sign, value in bounds
    ]
    if not days or len(days) > 2:  # noqa: PLR2004 - from and to
        raise lexer.refused(f"{name} is compared with a date: {name}>=20010101", place)
    first = max((day.first for day in days if day.first is not None), default=None)
    last = min((day.last for day in days if day.last is not None), default=None)
    if first is not None and last is not None and first > last:
        raise lexer.refused(f"{name} ends before it begins", place)
    return Days(first=first, last=last)


def _days(lexer: Lexer, field: str, relation: str, text: str, place: int) -> Days:
    basis = _BASIS.fullmatch(text)
    if basis and basis[1].lower() != "publication":
        reason = f"the index knows only when a document became public, not {basis[1].lower()} dates"
        raise lexer.refused(f"{reason}; write {field}:2004-01-01", place)
    text = basis[2] if basis else text
    if not text:
        raise lexer.refused(f"{field}: needs a value, such as 2004-01-01", place)
    sign = {"before": "<", "after": ">="}.get(field, relation)
    try:
        return read_days(sign + text)
    except (ValueError, OverflowError):
        reason = f"{text!r} is not a date; write 2004, 2004-02, 2004-02-29 or [2001 TO 2003]"
        raise lexer.refused(reason, place) from None


def _tag(lexer: Lexer, field: str, text: str, place: int) -> Tag:
    """Return a limit that is a tag. Classes are prefixes; an office's `/low` (and lower) says the same."""
    if field == "class":
        symbol = _symbol(text)
        if not CLASS_SYMBOL.fullmatch(symbol):
            raise lexer.refused(
                f"{text!r} is no class of the IPC or CPC; write F16K, F16K31 or F16K31/06", place
            )
        return Tag(text=f"class:{symbol.removesuffix('*').removesuffix('/low')}", prefix=True)
    value = text.strip().rstrip("*")
    value = value.upper() if field == "country" else value.lower()
    if not value:
        raise lexer.refused(f"{field}: needs a value", place)
    return Tag(text=f"{field}:{value}", prefix=text.rstrip().endswith("*"))


def _symbol(text: str) -> str:
    return "".join(text.split()).upper().replace("/LOW", "/low")


def one_of(lexer: Lexer, node: Node, fields: Sequence[str], place: int) -> Node:
    """Return a node in the given fields, in any of them where they are several."""
    parts = tuple(_placed(lexer, node, field, place) for field in fields)
    return parts[0] if len(parts) == 1 else Group(may=parts)


def _placed(lexer: Lexer, node: Node, field: str, place: int) -> Node:
    """Return a node whose words without a field stand in one."""
    if isinstance(node, Words):
        return node if node.field else made(lexer, node.text, field, node.column)
    if isinstance(node, Near):
        sides = [tuple(replace(w, field=w.field or field) for w in side) for side in (node.left, node.right)]
        if field not in TEXT_FIELDS[:4] + NAME_FIELDS[:2]:
            raise lexer.refused(f"nothing is near in {field}:; use OR", place)
        return replace(node, left=sides[0], right=sides[1])
    if isinstance(node, Group):
        return Group(
            must=tuple(_placed(lexer, part, field, place) for part in node.must),
            may=tuple(_placed(lexer, part, field, place) for part in node.may),
            never=tuple(_placed(lexer, part, field, place) for part in node.never),
        )
    return node


def nearness(lexer: Lexer, left: Node, right: Node, reach: Reach, place: int) -> Near:
    """Return two sides near each other. Raises QuerySyntaxError where they are no words."""
    sides = (_side(lexer, left, place), _side(lexer, right, place))
    fields = {words.field for side in sides for words in side}
    if len(fields) > 1:
        named = sorted(fields - {""})
        if len(named) > 1:
            raise lexer.refused(f"no text stands in {' and '.join(named)}; join them with AND", place)
        sides = (
            tuple(replace(words, field=named[0]) for words in sides[0]),
            tuple(replace(words, field=named[0]) for words in sides[1]),
        )
    return Near(
        left=sides[0],
        right=sides[1],
        between=reach.between,
        ordered=reach.ordered,
        unit=reach.unit,
        column=place,
    )


def _side(lexer: Lexer, node: Node, place: int) -> tuple[Words, ...]:
    """Return the alternatives of a side: words, phrases, or a bracket of them with OR."""
    found = tuple(_flat(node))
    if not found or any(not isinstance(part, Words) or part.field == "number" for part in found):
        reason = "words, phrases, or a bracket of these with OR stand beside an operator of nearness"
        raise lexer.refused(f"{reason}; write AND for anything else", place)
    words = tuple(part for part in found if isinstance(part, Words))
    if len(words) > MOST_SIDE:
        raise lexer.refused(f"a side of an operator of nearness has at most {MOST_SIDE} alternatives", place)
    for part in words:
        if not 0 < len(terms_of(part.text)) <= MOST_WORDS:
            raise lexer.refused(f"{part.text!r} is not one to {MOST_WORDS} words", part.column)
    return words


def _flat(node: Node) -> list[Node]:
    if isinstance(node, Group) and node.may and not (node.must or node.never):
        return [inner for part in node.may for inner in _flat(part)]
    return [node]
