"""Words: BM25 and expressions over two tantivy indexes, one of items and one of their pieces.

Decisions
---------
* `text` holds all words of an item once more, without positions: prose is ranked on it, with one document
  frequency and one length per item, whatever field a word stands in. Expressions use the four fields.
* BM25 with k1 1.2 and b 0.75 (tantivy's constants). Scores are rounded to `DIGITS` and ties go to the lower
  item, so that how items were batched does not show. Replaced items weigh in document frequencies until
  tantivy merges their segment, as in every engine of this family; `idf` counts living items only.
* Prose is looked for by the weighted words that `index.formulation` takes from it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import IndexDamagedError
from index.expressions import Compiler, silent
from index.formulation import Formulated, Prose, weighted_terms
from index.lexical_files import ANALYZER, ITEMS, PIECES, analyzer, tantivy
from index.matching import MOST, Part, restricted
from index.matching import parts as parts_of
from index.nodes import Asked, is_limit
from index.records import ORDINAL_BITS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from index.manifest import Manifest
    from index.nodes import Node

DIGITS = 4
K1 = 1.2
_FEW = 1024
"""Up to this many, items are asked for one by one: 320 of 100,000 take 1.7 ms, as a set 5.3 ms."""
_SET_LIMIT = 20_000
"""Up to this many allowed items, tantivy is given the list; beyond, results are sifted."""


class Lexical:
    """Both word indexes at one generation, for reading."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Open. Raises IndexDamagedError; FileNotFoundError when the generation was superseded meanwhile."""
        self._items, self._item_searcher = _reader(folder / ITEMS, manifest.documents)
        self._pieces, self._piece_searcher = _reader(folder / PIECES, manifest.pieces)
        self._size = manifest.documents
        self._frequencies: dict[str, int] = {}
        self._matching: tuple[Node, NDArray[np.int64]] | None = None
        self._formulated: tuple[str, Formulated] | None = None

    def rank(self, query: Prose, allowed: NDArray[np.int64] | None, depth: int) -> list[tuple[int, float]]:
        """Return the `depth` best (item, BM25) for prose, best first, ties by item."""
        terms = self.terms(query)
        if not terms:
            return []
        return self._best(_bag(self._items, terms), allowed, depth)

    def evaluate(
        self, wanted: Node, allowed: NDArray[np.int64] | None, depth: int
    ) -> list[tuple[int, float]]:
        """Return the `depth` best (item, score) that an expression matches; ranked by free text behind it.

        Raises QuerySyntaxError, as do all that take an expression.
        """
        if is_limit(wanted):  # nothing scores, and all would be fetched to find the first of a tie
            found = self.matching(wanted)
            passing = found if allowed is None else found[np.isin(found, allowed)]
            return [(int(item), 0.0) for item in passing[:depth]]
        return self._best(self._asked(wanted), allowed, depth)

    def matching(self, wanted: Node) -> NDArray[np.int64]:
        """Return, ascending, all items that an expression matches."""
        known = self._matching  # another request may replace it meanwhile
        if known is None or known[0] != wanted:
            query = silent(self._compiled(wanted))
            count = self._item_searcher.search(query, limit=1).count
            hits = self._item_searcher.search(query, limit=max(count, 1), count=False).hits
            found = self._item_searcher.fast_field_values("id", [address for _, address in hits])
            known = self._matching = wanted, np.sort(np.array(found, np.int64))
        return known[1]

    def matched(
        self, wanted: Prose | Node, items: Collection[int]
    ) -> dict[int, tuple[tuple[str, float], ...]]:
        """Return why words found items: item → (stem or phrase, what it adds to BM25), heaviest first.

        At most `MOST` an item; an item that has none of it has an empty tuple.
        """
        found: dict[int, list[tuple[str, float]]] = {item: [] for item in items}
        only = silent(_among(self._items, "id", sorted(found)))
        for part in self._parts(wanted) if found else ():
            hits = self._item_searcher.search(restricted(part, only), limit=len(found), count=False).hits
            numbers = self._item_searcher.fast_field_values("id", [address for _, address in hits])
            for (score, _), item in zip(hits, numbers, strict=True):
                if score > 0:
                    found[item].append((part.name, round(score, DIGITS)))
        return {
            item: tuple(sorted(each, key=lambda pair: (-pair[1], pair[0]))[:MOST])
            for item, each in found.items()
        }

    def _parts(self, wanted: Prose | Node) -> list[Part]:
        text = wanted.text if isinstance(wanted, Asked) else wanted
        if isinstance(text, str | tuple) and (terms := self.terms(text)):
            return [Part(term, _bag(self._items, [(term, count)])) for term, count in terms]
        if isinstance(wanted, str | tuple):
            return []
        return list(parts_of(Compiler(self._items.schema, self._item_searcher), wanted))

    def ids(self) -> NDArray[np.int64]:
        """Return the numbers of all items, ascending."""
        everything = tantivy().Query.all_query()
        hits = self._item_searcher.search(everything, limit=max(self._size, 1), count=False).hits
        numbers = self._item_searcher.fast_field_values("id", [address for _, address in hits])
        return np.sort(np.array(numbers, np.int64))

    def pieces(self, query: Prose, items: Collection[int]) -> dict[int, dict[int, float]]:
        """Return item → ordinal → score of the pieces that share words with the query.

        The score is BM25 divided by the most that these words can give, so between 0 and 1 and comparable
        between queries.
        """
        terms = self.terms(query)
        found: dict[int, dict[int, float]] = {item: {} for item in items}
        if not terms or not items:
            return found
        total = self._piece_searcher.num_docs
        most = sum(
            count * (K1 + 1) * _idf(self._piece_searcher.doc_freq("text", term), total)
            for term, count in terms
        )
        only = _among(self._pieces, "item", sorted(items))
        number = self._piece_searcher.search(only, limit=1, count=True).count
        both = _both(only, _bag(self._pieces, terms, "basic"))
        hits = self._piece_searcher.search(both, limit=max(number, 1), count=False).hits
        numbers = self._piece_searcher.fast_field_values("id", [address for _, address in hits])
        for (score, _), number in zip(hits, numbers, strict=True):
            item, ordinal = number >> ORDINAL_BITS, number & ((1 << ORDINAL_BITS) - 1)
            found[item][ordinal] = round(min(1.0, score / most), DIGITS)
        return found

    def idf(self, terms: Iterable[str]) -> dict[str, float]:
        """Return BM25's inverse document frequency of stems over living items."""
        return {term: _idf(self._frequency(term), self._size) for term in terms}

    def terms(self, query: Prose) -> list[tuple[str, float]]:
        """Return the words of prose that count, heaviest first: (stem, weight)."""
        return list(self.formulated(query).terms if isinstance(query, str) else query)

    def formulated(self, query: str) -> Formulated:
        """Return what prose is looked for by, and what of it is not."""
        known = self._formulated  # another request may replace it meanwhile
        if known is None or known[0] != query:
            known = self._formulated = query, weighted_terms(query, self.rarities)
        return known[1]

    def rarities(self, terms: Sequence[str]) -> dict[str, float]:
        """Return the inverse document frequency, as ranking takes it, of the stems that the index holds."""
        total = self._item_searcher.num_docs
        frequencies = {term: self._item_searcher.doc_freq("text", term) for term in terms}
        return {term: _idf(frequency, total) for term, frequency in frequencies.items() if frequency}

    def _frequency(self, term: str) -> int:
        if term not in self._frequencies:
            query = tantivy().Query.term_query(self._items.schema, "text", term, index_option="freq")
            self._frequencies[term] = self._item_searcher.search(query, limit=1, count=True).count
        return self._frequencies[term]

    def _asked(self, wanted: Node) -> Any:  # noqa: ANN401 - tantivy has no types
        terms = self.terms(wanted.text) if isinstance(wanted, Asked) else []
        query = self._compiled(wanted)
        return _both(query, _bag(self._items, terms)) if terms else query

    def _compiled(self, wanted: Node) -> Any:  # noqa: ANN401 - tantivy has no types
        query = Compiler(self._items.schema, self._item_searcher).compiled(wanted)
        return tantivy().Query.empty_query() if query is None else query

    def _best(self, query: Any, allowed: NDArray[np.int64] | None, depth: int) -> list[tuple[int, float]]:  # noqa: ANN401
        if allowed is None or allowed.size == self._size:
            return self._top(query, depth)
        if allowed.size == 0:
            return []
        if allowed.size <= _SET_LIMIT:
            return self._top(_both(_among(self._items, "id", allowed.tolist()), query), depth)
        taken = depth * 2 * self._size // allowed.size
        while True:
            found = self._top(query, taken)
            passing = np.isin(np.array([item for item, _ in found], np.int64), allowed)
            kept = [pair for pair, passes in zip(found, passing, strict=True) if passes]
            if len(kept) >= depth or len(found) < taken:
                return kept[:depth]
            taken *= 4

    def _top(self, query: Any, depth: int) -> list[tuple[int, float]]:  # noqa: ANN401
        """Return the best (item, score). Asks for more until the last score differs: ties are cut by item."""
        wanted = depth + 8
        while True:
            hits = self._item_searcher.search(query, limit=wanted, count=False).hits
            settled = len(hits) < wanted or round(hits[-1][0], DIGITS) < round(hits[depth - 1][0], DIGITS)
            if settled or wanted > self._size:
                break
            wanted *= 4
        numbers = np.array(
            self._item_searcher.fast_field_values("id", [address for _, address in hits]), np.int64
        )
        scores = np.round(np.array([score for score, _ in hits], np.float64), DIGITS)
        order = np.lexsort((numbers, -scores))[:depth]
        return list(zip(numbers[order].tolist(), scores[order].tolist(), strict=True))


def _reader(folder: Path, count: int) -> tuple[Any, Any]:
    if not (folder / "meta.json").is_file():
        raise FileNotFoundError(folder)
    try:
        index = tantivy().Index.open(str(folder))
        index.register_tokenizer(ANALYZER, analyzer())
        index.config_reader(reload_policy="manual")
        index.reload()
        searcher = index.searcher()
    except (ValueError, OSError) as error:
        if not (folder / "meta.json").is_file():
            raise FileNotFoundError(folder) from None
        raise IndexDamagedError(folder, f"unreadable ({error})") from None
    if searcher.num_docs != count:
        raise IndexDamagedError(folder, f"holds {searcher.num_docs} entries, the manifest says {count}")
    return index, searcher


def _bag(index: Any, terms: Sequence[tuple[str, float]], holds: str = "freq") -> Any:  # noqa: ANN401
    engine = tantivy()
    clauses = []
    for term, weight in terms:
        clause = engine.Query.term_query(index.schema, "text", term, index_option=holds)
        weighted = clause if weight == 1 else engine.Query.boost_query(clause, weight)
        clauses.append((engine.Occur.Should, weighted))
    return engine.Query.boolean_query(clauses)


def _among(index: Any, field: str, numbers: Sequence[int]) -> Any:  # noqa: ANN401
    """Return a query for the entries with one of these numbers."""
    engine = tantivy()
    if len(numbers) > _FEW:
        return engine.Query.term_set_query(index.schema, field, list(numbers))
    each = [engine.Query.term_query(index.schema, field, number) for number in numbers]
    return engine.Query.boolean_query([(engine.Occur.Should, query) for query in each])


def _both(only: Any, query: Any) -> Any:  # noqa: ANN401
    engine = tantivy()
    return engine.Query.boolean_query([(engine.Occur.Must, silent(only)), (engine.Occur.Must, query)])


def _idf(frequency: int, total: int) -> float:
    frequency = min(frequency, total)
    return math.log1p((total - frequency + 0.5) / (frequency + 0.5))
