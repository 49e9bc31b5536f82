"""What an expression says, as a tree; how it is written back, and which of its words describe what is wanted.

`shown` writes a tree in the language itself (`docs/searching.md`), with every bracket: reading that again
gives the same tree.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

from index.days import Days
from index.records import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TEXT_FIELDS = ("title", "abstract", "claims", "description")
NAME_FIELDS = NAMES
TAG_FIELDS = ("class", "kind", "country", "source")
"""Limits that are tags of an item: `class:F16K` is every tag that begins `class:F16K`."""
FIELDS = (*TEXT_FIELDS, *NAME_FIELDS, *TAG_FIELDS, "day", "before", "after", "tags")
OPERATORS = ("AND", "OR", "NOT", "XOR", "NEAR", "ADJ", "SAME", "WITH", "PROX")
SENTENCE, PARAGRAPH = 40, 200
"""Words between two words of "one sentence" and of "one paragraph": the index knows places, not sentences."""

_BARE = re.compile(r"[^\W_]+(?:[*?][^\W_]*|\$\d*(?=$))*")
_WILD = re.compile(r"[*?]|(?<=\w)\$\d{0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words in a row, with wildcards as they were typed; in one field, or in any text where it is empty."""

    field: str
    text: str
    column: int = dataclasses.field(default=1, compare=False)
    """Where they stand in the query, counted from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """One of `left` and one of `right` in one text, at most `between` words between them."""

    left: tuple[Words, ...]
    right: tuple[Words, ...]
    between: int
    ordered: bool
    unit: str = ""
    """`SAME` or `WITH` where a paragraph or a sentence was asked for, which `between` stands in for."""
    column: int = dataclasses.field(default=1, compare=False)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Free text, asked only of what an expression lets through. The outermost node or none."""

    limits: Node
    text: str


Node: TypeAlias = Words | Near | Days | Tag | Group | Asked


def is_exclusion(node: Node) -> TypeGuard[Group]:
    """Return whether a node only says what is not wanted, or nothing."""
    return isinstance(node, Group) and not (node.must or node.may)


def is_limit(node: Node) -> bool:
    """Return whether a node describes no text, but a day, a class, a name."""
    if isinstance(node, Group):
        parts = (*node.must, *node.may, *node.never)
        return bool(parts) and all(is_limit(part) for part in parts)
    return isinstance(node, Days | Tag) or (isinstance(node, Words) and node.field in NAME_FIELDS)


def alternatives(node: Node, *, inside: bool = False) -> Iterator[Tag]:
    """Yield the tags of which another would do as well; `inside` one of several parts, every tag is such."""
    if isinstance(node, Asked):
        yield from alternatives(node.limits)
    elif isinstance(node, Group):
        for part in node.must:
            yield from alternatives(part, inside=inside)
        for part in node.may:
            yield from alternatives(part, inside=True)
    elif isinstance(node, Tag) and inside:
        yield node


def simplified(node: Node) -> Node:
    """Return the node without groups of one, and without brackets that change nothing."""
    if isinstance(node, Asked):
        return replace(node, limits=simplified(node.limits))
    if not isinstance(node, Group):
        return node
    must: list[Node] = []
    may: list[Node] = []
    never = list(map(simplified, node.never))
    for part in map(simplified, node.must):
        lifted = isinstance(part, Group) and part.must and not part.may
        must += part.must if lifted and isinstance(part, Group) else [part]
        never += part.never if lifted and isinstance(part, Group) else []
    for part in map(simplified, node.may):
        may += part.may if isinstance(part, Group) and part.may and not (part.must or part.never) else [part]
    if len(may) == 1 and not must:
        must, may = may, []
    if len(must) == 1 and not may and not never:
        return must[0]
    return Group(must=tuple(must), may=tuple(may), never=tuple(never))


def plain(text: str) -> str:
    """Return words without their wildcards."""
    return _WILD.sub("", text)


def prose(node: Node) -> str:
    """Return the words that describe what is wanted, without operators, limits and exclusions."""
    if isinstance(node, Asked):
        return node.text
    if isinstance(node, Words):
        return "" if node.field in NAME_FIELDS else plain(node.text)
    if isinstance(node, Near):
        return " ".join(plain(words.text) for words in (*node.left, *node.right))
    if isinstance(node, Group):
        return " ".join(filter(None, (prose(part) for part in (*node.must, *node.may))))
    return ""


def shown(node: Node) -> str:
    """Return an expression as it was understood, with every bracket written."""
    if isinstance(node, Asked):
        return f"{shown(node.limits)} :: {node.text}"
    if isinstance(node, Words):
        return _words_shown(node)
    if isinstance(node, Near):
        return _near_shown(node)
    if isinstance(node, Days):
        return f"day:[{day_shown(node.first)} TO {day_shown(node.last)}]"
    if isinstance(node, Tag):
        return _tag_shown(node)
    return _group_shown(node)


def _group_shown(group: Group) -> str:
    must, may, never = ([shown(part) for part in parts] for parts in (group.must, group.may, group.never))
    if must and may:  # signs: what must be, what better be, what must not
        wanted = " ".join(f"+{part}" for part in must)
        if any(is_limit(part) for part in group.may):  # which would be a limit where no OR stands before it
            wanted += " OR"
        return f"({' '.join([wanted, ' OR '.join(may), *(f'-{part}' for part in never)])})"
    if may:
        return f"({' '.join([' OR '.join(may), *(f'NOT {part}' for part in never)])})"
    return f"({' AND '.join([*must, *(f'NOT {part}' for part in never)])})"


def _words_shown(words: Words) -> str:
    name = f"{words.field}:" if words.field else ""
    bare = _BARE.fullmatch(words.text) and words.text.upper() not in OPERATORS
    return name + (words.text if bare else f'"{words.text}"')


def _near_shown(near: Near) -> str:
    sides = (_side_shown(near.left), _side_shown(near.right))
    operator = near.unit or f"{'ADJ' if near.ordered else 'NEAR'}/{near.between}"
    return f"({sides[0]} {operator} {sides[1]})"


def _side_shown(side: Sequence[Words]) -> str:
    parts = [_words_shown(words) for words in side]
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _tag_shown(tag: Tag) -> str:
    name, _, value = tag.text.partition(":")
    if name == "class" and tag.prefix and value and value == value.upper() and not set(value) & set('"* '):
        return f'class:"{value}"'
    return f'tags:"{tag.text}"{"*" if tag.prefix else ""}'


def day_shown(day: int | None) -> str:
    """Return an ordinal day as ISO text, `*` for an open end."""
    return "*" if day is None else date.fromordinal(max(day, 1)).isoformat()
