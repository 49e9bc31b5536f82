"""What was understood of an expression, in plain words, every approximation said.

documents whose title has a word beginning 'valv', and that anywhere have 'pressure' with at most 3 words
between it and 'drop', but not 'diesel'; public from 2001-01-01 to 2003-06-30; class beginning F16K31
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.days import Days
from index.expressions import is_loose
from index.nodes import (
    NAME_FIELDS,
    PARAGRAPH,
    SENTENCE,
    Asked,
    Group,
    Near,
    Tag,
    Words,
    day_shown,
    is_limit,
)
from index.text import content
from index.wildcards import Pattern, has_wildcards, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.nodes import Node

_PLACES = {
    "": "",
    "title": "in the title",
    "abstract": "in the abstract",
    "claims": "in the claims",
    "description": "in the description",
}
_UNITS = {
    "SAME": f"counted as one paragraph: at most {PARAGRAPH} words between them",
    "WITH": f"counted as one sentence: at most {SENTENCE} words between them",
}
_LONGEST = 200


def explained(node: Node) -> str:
    """Return what documents an expression describes, and what about it is only nearly so."""
    limits, text = (node.limits, node.text) if isinstance(node, Asked) else (node, "")
    wanted = _described(limits)
    ranked = f"; among them, ranked by words and meaning: {_cut(text)!r}" if text else ""
    notes = " ".join(dict.fromkeys(_notes(limits)))
    return f"documents {wanted}{ranked}.{' ' + notes if notes else ''}"


def _described(node: Node) -> str:
    """Return the whole: words first, limits behind semicolons."""
    parts = node.must if isinstance(node, Group) and not node.may else (node,)
    never = node.never if isinstance(node, Group) and not node.may else ()
    limits = [part for part in parts if is_limit(part)]
    words = [part for part in parts if not is_limit(part)]
    said = ["with " + " and ".join(map(_phrase, words))] if words else []
    said += [_phrase(part) for part in limits]
    if never:
        said.append("but not " + ", and not ".join(map(_phrase, never)))
    return "; ".join(said)


def _phrase(node: Node) -> str:
    if isinstance(node, Words):
        return _words(node)
    if isinstance(node, Near):
        return _near(node)
    if isinstance(node, Days):
        return _days(node)
    if isinstance(node, Tag):
        return _tag(node)
    return _group(node) if isinstance(node, Group) else ""


def _group(group: Group) -> str:
    must, may, never = (list(map(_phrase, parts)) for parts in (group.must, group.may, group.never))
    text = " and ".join(must)
    if may and must:
        text += f", better also {' or '.join(may)}"
    elif may:
        text = " or ".join(may)
    if never:
        text = f"{text}, but not {', and not '.join(never)}" if text else f"not {', and not '.join(never)}"
    return f"({text})" if len(must) + len(may) + len(never) > 1 else text


def _words(words: Words) -> str:
    if words.field == "number":
        return f"number {'beginning ' if words.text.endswith('*') else ''}{_cut(words.text.rstrip('*'))}"
    if words.field in NAME_FIELDS:
        return f"{words.field} {_quoted(words)}"
    place = _PLACES[words.field]
    return f"{_quoted(words)} {place}" if place else _quoted(words)


def _quoted(words: Words) -> str:
    """Return the words as a reader says them."""
    terms = terms_of(words.text, stemmed=words.field not in NAME_FIELDS)
    if not terms:
        return f"{_cut(words.text)!r} (no word, so it is left out)"
    if len(terms) == 1 and isinstance(terms[0], Pattern):
        return _pattern(terms[0])
    text = " ".join(words.text.split())
    return f"the phrase '{_cut(text)}'" if len(terms) > 1 else f"'{_cut(text)}'"


def _pattern(pattern: Pattern) -> str:
    written = pattern.written
    if written[-1] in "*$" and written[:-1].isalnum():
        return f"a word beginning '{written[:-1]}'"
    return f"a word like '{written}'"


def _near(near: Near) -> str:
    sides = [" or ".join(map(_quoted, side)) for side in (near.left, near.right)]
    one, other = (
        f"({text})" if len(side) > 1 else text
        for text, side in zip(sides, (near.left, near.right), strict=True)
    )
    place = _PLACES.get(near.left[0].field, f"as {near.left[0].field}")
    where = f" {place}" if place else ""
    if near.between == 0:
        far = "directly followed by" if near.ordered else "directly beside"
        return f"{one} {far} {other}{where}"
    if near.unit:
        return f"{one} and {other}{where} ({_UNITS[near.unit]})"
    words = "word" if near.between == 1 else "words"
    order = "followed by" if near.ordered else "near"
    return f"{one} {order} {other}{where} with at most {near.between} {words} between"


def _days(days: Days) -> str:
    if days.first is None:
        return f"public up to {day_shown(days.last)}"
    if days.last is None:
        return f"public from {day_shown(days.first)} on"
    if days.first == days.last:
        return f"public on {day_shown(days.first)}"
    return f"public from {day_shown(days.first)} to {day_shown(days.last)}"


def _tag(tag: Tag) -> str:
    name, _, value = tag.text.partition(":")
    return f"{name} {'beginning ' if tag.prefix else ''}{value or 'of any value'}"


def _notes(node: Node) -> Iterator[str]:
    """Yield what is only nearly so."""
    nodes = list(_all(node))
    if any(isinstance(part, Words) and _is_text(part) for part in nodes):
        yield "Words are compared by their stems ('valves' is 'valve')."
    if any(isinstance(part, Words) and _is_text(part) and has_wildcards(part.text) for part in nodes):
        yield (
            "A word with wildcards also stands for other forms of the words it fits, "
            "because only stems are kept."
        )
    if any(isinstance(part, Near) and part.unit for part in nodes):
        yield "The index counts words, it knows neither sentences nor paragraphs."
    if any(isinstance(part, Near) and is_loose(part) for part in nodes):
        yield "A phrase so far from another word is counted from its nearest end, which finds a little more."
    if any(isinstance(part, Days) for part in nodes):
        yield (
            "A document of which only the year or month is known counts from its first day; "
            "one without a day is left out."
        )


def _is_text(words: Words) -> bool:
    return words.field not in NAME_FIELDS and bool(content(words.text) or has_wildcards(words.text))


def _all(node: Node) -> Iterator[Node]:
    yield node
    parts: Sequence[Node] = ()
    if isinstance(node, Group):
        parts = (*node.must, *node.may, *node.never)
    elif isinstance(node, Near):
        parts = (*node.left, *node.right)
    for part in parts:
        yield from _all(part)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
