"""An expression (`index.syntax`) as a tantivy query over the fields of an item.

Decisions
---------
* A word without a field is looked for in all four, title and abstract counting a little more. Dates, tags and
  names decide, they do not score.
* Nearness is made of tantivy's phrases. Its `slop` was tried: two words `n` places apart count in either
  order, the turned one two places less; of three words it misses some; a word is near itself. So two
  different words in either order are two phrases with slop, everything else is one exact phrase for each
  distance and order. Where that would be too many (a phrase in `SAME`), the phrase is asked for and its
  nearest word for the distance, which finds a little too much (`is_loose`).
* A word with wildcards may stand for at most `MOST_TERMS` words of the index, and a query is at most
  `MOST_PHRASES` phrases: beyond, it is refused with its column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from index.days import Days
from index.errors import QuerySyntaxError
from index.lexical_files import tantivy
from index.names import number_prefix, number_query
from index.nodes import NAME_FIELDS, TEXT_FIELDS, Asked, Group, Near, Tag, Words
from index.wildcards import Pattern, escaped, terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.nodes import Node

MOST_TERMS = 20_000
"""Words of the index that one word with wildcards may stand for; where it is part of a phrase, a tenth."""
MOST_PHRASES = 2_000
"""Phrases in a query."""
EXACT = 20
"""Words between two sides up to which phrases and wildcards keep exact distances."""
_BOOSTS = {"title": 1.5, "abstract": 1.2}

Term = str | Pattern


def is_loose(near: Near) -> bool:
    """Return whether more is found than was asked for: a phrase far from something."""
    return near.between > EXACT and any(len(terms_of(words.text)) > 1 for words in (*near.left, *near.right))


@dataclass(slots=True)
class Compiler:
    """Makes queries for one state of the index; `phrases` counts those of a query."""

    schema: Any
    searcher: Any
    phrases: int = 0

    def compiled(self, node: Node) -> Any:  # noqa: ANN401 - tantivy has no types
        """Return a query, or None for words that are none (a lone sign). Raises QuerySyntaxError."""
        if isinstance(node, Asked):
            return self.compiled(node.limits)
        if isinstance(node, Words):
            return self._words(node)
        if isinstance(node, Near):
            return self._near(node)
        if isinstance(node, Days):
            return self._days(node)
        if isinstance(node, Tag):
            return silent(self._tag(node))
        return self._group(node)

    def _group(self, group: Group) -> Any:  # noqa: ANN401
        engine = tantivy()
        must, may, never = (
            [self.compiled(part) for part in parts] for parts in (group.must, group.may, group.never)
        )
        clauses = [(engine.Occur.Must, query) for query in must if query is not None]
        clauses += [(engine.Occur.Should, query) for query in may if query is not None]
        if not clauses:
            if not group.never or group.must or group.may:
                return None
            clauses = [(engine.Occur.Must, silent(engine.Query.all_query()))]
        clauses += [(engine.Occur.MustNot, query) for query in never if query is not None]
        return engine.Query.boolean_query(clauses)

    def _words(self, words: Words) -> Any:  # noqa: ANN401
        if words.field == "number":
            return self._number(words)
        stemmed = words.field not in NAME_FIELDS
        terms = terms_of(words.text, stemmed=stemmed)
        if not terms:
            return None
        parts = []
        for field in [words.field] if words.field else TEXT_FIELDS:
            query = self._run(field, tuple(enumerate(terms)), words)
            parts.append(
                tantivy().Query.boost_query(query, _BOOSTS.get(field, 1.0)) if stemmed else silent(query)
            )
        return _any(parts)

    def _number(self, words: Words) -> Any:  # noqa: ANN401
        if words.text.endswith("*"):
            prefix = number_prefix(words.text)
            return silent(self._begins("number", prefix)) if prefix else None
        forms, pattern = number_query(words.text)
        queries = [self._term("number", form) for form in forms]
        if pattern:
            queries.append(tantivy().Query.regex_query(self.schema, "number", pattern))
        return silent(_any(queries)) if queries else None

    def _near(self, near: Near) -> Any:  # noqa: ANN401
        field = near.left[0].field
        parts = []
        for name in [field] if field else TEXT_FIELDS:
            found = [
                query
                for left, right in product(near.left, near.right)
                for query in self._pair(name, left, right, near)
            ]
            parts.append(_boosted(tantivy().Query.disjunction_max_query(found), name))
        return _any(parts)

    def _pair(self, field: str, left: Words, right: Words, near: Near) -> list[Any]:
        """Return queries of which one has to hold for two runs of words to be near each other."""
        stemmed = field not in NAME_FIELDS
        one, other = (terms_of(words.text, stemmed=stemmed) for words in (left, right))
        single = len(one) == len(other) == 1
        if single and not near.ordered and _apart(one[0], other[0]):
            return [
                self._run(field, ((0, a), (1, b)), left, slop=near.between)
                for a, b in ((one[0], other[0]), (other[0], one[0]))
            ]
        if near.between > EXACT:
            return [self._loose(field, (left, one), (right, other), near)]
        orders = [(one, other)] if near.ordered else [(one, other), (other, one)]
        return [
            self._run(field, (*enumerate(a), *enumerate(b, start=len(a) + gap)), left)
            for a, b in orders
            for gap in range(near.between + 1)
        ]

    def _loose(
        self,
        field: str,
        left: tuple[Words, tuple[Term, ...]],
        right: tuple[Words, tuple[Term, ...]],
        near: Near,
    ) -> Any:  # noqa: ANN401
        """Both runs, and a word of each in reach of the other."""
        engine = tantivy()
        end, begin = left[1][-1], right[1][0]
        if near.ordered or not _apart(end, begin):
            what = "in that order" if near.ordered else "of what may be one word"
            raise QuerySyntaxError(
                left[0].text,
                f"at most {EXACT} words may stand between {what}; write a lesser number",
                near.column,
            )
        reach = near.between + len(left[1]) + len(right[1]) - 2
        runs = [self._run(field, tuple(enumerate(terms)), words) for words, terms in (left, right)]
        close = [
            self._run(field, ((0, a), (1, b)), left[0], slop=reach) for a, b in ((end, begin), (begin, end))
        ]
        return engine.Query.boolean_query([(engine.Occur.Must, query) for query in (*runs, _any(close))])

    def _run(self, field: str, places: Sequence[tuple[int, Term]], words: Words, slop: int = 0) -> Any:  # noqa: ANN401
        """Return a query for words at places relative to each other; for one word, for that."""
        engine = tantivy()
        for _, term in places:
            if isinstance(term, Pattern):
                self._count(field, term, words.column, MOST_TERMS if len(places) == 1 else MOST_TERMS // 10)
        if len(places) == 1:
            term = places[0][1]
            return self._term(field, term) if isinstance(term, str) else self._regex(field, term.regex, words)
        self.phrases += 1
        if self.phrases > MOST_PHRASES:
            reason = "too many words near too many others; ask for fewer alternatives or a lesser distance"
            raise QuerySyntaxError(words.text, reason, words.column)
        if all(isinstance(term, str) for _, term in places):
            return engine.Query.phrase_query(self.schema, field, list(places), slop)
        patterns = [(place, escaped(term) if isinstance(term, str) else term.regex) for place, term in places]
        return engine.Query.regex_phrase_query(self.schema, field, patterns, slop)

    def _count(self, field: str, pattern: Pattern, column: int, most: int) -> None:
        """Refuse a pattern that stands for too many words. Raises QuerySyntaxError."""
        fits = re.compile(pattern.regex)
        count = 0
        for prefix in pattern.prefixes:
            for term, _ in self.searcher.terms_with_prefix(field, prefix):
                count += fits.fullmatch(term) is not None
        if count > most:
            reason = f"it stands for {count} words ({most} at most); write more letters before the wildcard"
            raise QuerySyntaxError(pattern.written, reason, column)

    def _regex(self, field: str, regex: str, words: Words) -> Any:  # noqa: ANN401
        try:
            return tantivy().Query.regex_query(self.schema, field, regex)
        except ValueError as error:
            raise QuerySyntaxError(words.text, f"too many wildcards ({error})", words.column) from None

    def _days(self, days: Days) -> Any:  # noqa: ANN401
        engine = tantivy()
        kind = engine.FieldType.Integer
        first = 1 if days.first is None else days.first
        return silent(
            engine.Query.range_query(self.schema, "day", kind, lower_bound=first, upper_bound=days.last)
        )

    def _tag(self, tag: Tag) -> Any:  # noqa: ANN401
        return self._begins("tags", tag.text) if tag.prefix else self._term("tags", tag.text)

    def _term(self, field: str, text: str) -> Any:  # noqa: ANN401
        return tantivy().Query.term_query(self.schema, field, text)

    def _begins(self, field: str, text: str) -> Any:  # noqa: ANN401
        return tantivy().Query.regex_query(self.schema, field, escaped(text) + "(.|\n)*")


def _apart(one: Term, other: Term) -> bool:
    """Return whether two words can never be one: tantivy finds a word near itself."""
    if isinstance(one, Pattern) and isinstance(other, Pattern):
        return not any(a.startswith(b) or b.startswith(a) for a, b in product(one.prefixes, other.prefixes))
    if isinstance(one, Pattern):
        one, other = other, one
    if isinstance(other, Pattern):
        return not re.fullmatch(other.regex, str(one))
    return one != other


def _boosted(query: Any, field: str) -> Any:  # noqa: ANN401
    if field in NAME_FIELDS:
        return silent(query)
    return tantivy().Query.boost_query(query, _BOOSTS.get(field, 1.0))


def _any(queries: Sequence[Any]) -> Any:  # noqa: ANN401
    engine = tantivy()
    if len(queries) == 1:
        return queries[0]
    return engine.Query.boolean_query([(engine.Occur.Should, query) for query in queries])


def silent(query: Any) -> Any:  # noqa: ANN401
    """Return the query without a score."""
    return tantivy().Query.const_score_query(query, 0.0)
