"""Why an item was found by words: the parts of a query that it has, each with what it adds to the score.

Each part is asked by itself of the few items in question, so a weight is the engine's own and the weights of
an item are its score. A part of an alternative (`a AND b OR c`) counts where the alternative holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.expressions import silent
from index.lexical_files import tantivy
from index.nodes import Asked, Group, Near, Words, is_limit, prose
from index.text import is_stop, tokens
from index.wildcards import Pattern, has_wildcards, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.expressions import Compiler
    from index.nodes import Node

MOST = 12
"""Parts named for an item."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a query: its name, how it is asked, and what has to hold beside it."""

    name: str
    query: Any
    within: tuple[Any, ...] = ()


def parts(compiler: Compiler, node: Node, within: tuple[Any, ...] = ()) -> Iterator[Part]:
    """Yield the parts of an expression that score."""
    if isinstance(node, Words | Near):
        query = None if is_limit(node) else compiler.compiled(node)
        if query is not None:
            yield Part(_name(node), query, within)
    elif isinstance(node, Asked):
        yield from parts(compiler, node.limits, within)
    elif isinstance(node, Group):
        conditional = len(node.must) + len(node.may) + len(node.never) > 1
        inner = (*within, silent(compiler.compiled(node))) if within or conditional else within
        for part in (*node.must, *node.may):
            yield from parts(compiler, part, inner)


def marked(text: str, node: Node) -> tuple[tuple[int, int], ...]:
    """Return the spans of `text` that are wanted words of an expression, those of its wildcards included.

    The free text behind an expression counts, what must not be does not.
    """
    exact: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for words in _wanted(node):
        for term in terms_of(words):
            if isinstance(term, Pattern):
                patterns.append(re.compile(term.regex))
            elif not is_stop(term):
                exact.add(term)
    return tuple(
        (token.start, token.end)
        for token in tokens(text)
        if token.stem in exact or any(pattern.fullmatch(token.stem) for pattern in patterns)
    )


def _wanted(node: Node) -> Iterator[str]:
    """Yield the words that are looked for in texts, wildcards and all."""
    if isinstance(node, Asked):
        yield node.text
        yield from _wanted(node.limits)
    elif isinstance(node, Group):
        for part in (*node.must, *node.may):
            yield from _wanted(part)
    elif isinstance(node, Near):
        yield from (words.text for words in (*node.left, *node.right))
    elif isinstance(node, Words) and not is_limit(node):
        yield node.text


def restricted(part: Part, only: Any) -> Any:  # noqa: ANN401 - tantivy has no types
    """Return the query for a part's score in some items."""
    engine = tantivy()
    clauses = [only, *part.within]
    return engine.Query.boolean_query([(engine.Occur.Must, query) for query in (*clauses, part.query)])


def _name(node: Words | Near) -> str:
    """Return the stem of a word, as prose has it; else what was written."""
    if isinstance(node, Near):
        return prose(node)
    found = tokens(node.text)
    return found[0].stem if len(found) == 1 and not has_wildcards(node.text) else node.text
