"""An expression (`index.syntax`) as a tantivy query over the fields of an item.

A word without a field is looked for in all four, title and abstract counting a little more. Dates and tags
decide, they do not score.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from index.days import Days
from index.lexical_files import tantivy
from index.syntax import TEXT_FIELDS, Group, Tag, Words
from index.text import stem, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.syntax import Node

_BOOSTS = {"title": 1.5, "abstract": 1.2}


def compiled(schema: Any, node: Node) -> Any:  # noqa: ANN401 - tantivy has no types
    """Return a query, or None for words that are none (a lone sign)."""
    if isinstance(node, Words):
        return _words(schema, node)
    if isinstance(node, Days):
        return _days(schema, node)
    if isinstance(node, Tag):
        return _silent(
            _begins(schema, "tags", node.text) if node.prefix else _term(schema, "tags", node.text)
        )
    return _group(schema, node)


def _group(schema: Any, group: Group) -> Any:  # noqa: ANN401
    engine = tantivy()
    must, may, never = (
        [compiled(schema, part) for part in parts] for parts in (group.must, group.may, group.never)
    )
    clauses = [(engine.Occur.Must, query) for query in must if query is not None]
    clauses += [(engine.Occur.Should, query) for query in may if query is not None]
    if not clauses:
        if not group.never or group.must or group.may:
            return None
        clauses = [(engine.Occur.Must, _silent(engine.Query.all_query()))]
    clauses += [(engine.Occur.MustNot, query) for query in never if query is not None]
    return engine.Query.boolean_query(clauses)


def _words(schema: Any, words: Words) -> Any:  # noqa: ANN401
    engine = tantivy()
    stems = [token.stem for token in tokens(words.text)]
    if not stems:
        return None
    parts = []
    for field in [words.field] if words.field else TEXT_FIELDS:
        if words.prefix:
            query = _begins(schema, field, stem(words.text.lower()))
        elif len(stems) == 1:
            query = _term(schema, field, stems[0])
        else:
            query = engine.Query.phrase_query(schema, field, stems, words.slop)
        parts.append(engine.Query.boost_query(query, _BOOSTS.get(field, 1.0)))
    return parts[0] if len(parts) == 1 else _any(parts)


def _days(schema: Any, days: Days) -> Any:  # noqa: ANN401
    engine = tantivy()
    kind = engine.FieldType.Integer
    first = 1 if days.first is None else days.first
    return _silent(engine.Query.range_query(schema, "day", kind, lower_bound=first, upper_bound=days.last))


def _term(schema: Any, field: str, text: str) -> Any:  # noqa: ANN401
    return tantivy().Query.term_query(schema, field, text)


def _begins(schema: Any, field: str, text: str) -> Any:  # noqa: ANN401
    return tantivy().Query.regex_query(schema, field, re.sub(r"(\W)", r"\\\1", text) + "(.|\n)*")


def _any(queries: Sequence[Any]) -> Any:  # noqa: ANN401
    engine = tantivy()
    return engine.Query.boolean_query([(engine.Occur.Should, query) for query in queries])


def _silent(query: Any) -> Any:  # noqa: ANN401
    return tantivy().Query.const_score_query(query, 0.0)
