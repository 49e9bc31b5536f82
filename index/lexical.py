"""Words: BM25 and expressions over two tantivy indexes, one of items and one of their pieces.

Decisions
---------
* A generation is a folder of its own. The next one starts as hard links to the files of the last (tantivy's
  segment files are immutable, its small state files are replaced, never changed in place), is changed there,
  and counts once the manifest names it. So a killed writer leaves nothing but an unnamed folder, no stale lock
  can matter, both indexes and the vectors advance together, and readers keep what they opened.
* `text` holds all words of an item once more, without positions: prose is ranked on it, with one document
  frequency and one length per item, whatever field a word stands in. Expressions use the four fields.
* BM25 with k1 1.2 and b 0.75 (tantivy's constants). Scores are rounded to `DIGITS` and ties go to the lower
  item, so that how items were batched does not show. Replaced items weigh in document frequencies until
  tantivy merges their segment, as in every engine of this family; `idf` counts living items only.
* Long queries keep their `MOST_TERMS` heaviest words by count times inverse document frequency.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from index import syntax
from index.errors import IndexDamagedError, QuerySyntaxError
from index.files import link_or_copy, sync_folder
from index.records import ORDINAL_BITS
from index.text import BOILERPLATE, LONGEST, content, stems

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from index.manifest import Manifest
    from index.records import Item

DIGITS = 4
MOST_TERMS = 60
K1 = 1.2
ANALYZER = "words_en"
_BOOSTS = {"title": 1.5, "abstract": 1.2}
_QUERY_LIMIT = 200_000
"""Characters of prose that are read: a whole patent, no more."""
_SET_LIMIT = 20_000
"""Up to this many allowed items, tantivy is given the list; beyond, results are sifted."""
_MATCH_LIMIT = 50_000
"""Items that `matching` returns at most, the best by words."""
_HEAP = 64_000_000
_ITEMS, _PIECES = "documents", "pieces"


class Lexical:
    """Both word indexes at one generation, for reading."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Open. Raises IndexDamagedError; FileNotFoundError when the generation was superseded meanwhile."""
        self._items, self._item_searcher = _reader(folder / _ITEMS, manifest.documents)
        self._pieces, self._piece_searcher = _reader(folder / _PIECES, manifest.pieces)
        self._size = manifest.documents
        self._frequencies: dict[str, int] = {}

    def rank(self, query: str, allowed: NDArray[np.int64] | None, depth: int) -> list[tuple[int, float]]:
        """Return the `depth` best (item, BM25) for prose, best first, ties by item."""
        terms = self.terms(query)
        if not terms:
            return []
        return self._best(_bag(self._items, terms), allowed, depth)

    def evaluate(self, query: str, allowed: NDArray[np.int64] | None, depth: int) -> list[tuple[int, float]]:
        """Return the `depth` best (item, score) that an expression matches. Raises QuerySyntaxError."""
        return self._best(self._parsed(query), allowed, depth)

    def matching(self, query: str) -> NDArray[np.int64]:
        """Return, ascending, the items that an expression matches (the best 50,000). Raises QuerySyntaxError."""
        found = self._top(self._parsed(query), min(_MATCH_LIMIT, max(self._size, 1)))
        return np.sort(np.array([item for item, _ in found], np.int64))

    def pieces(self, query: str, items: Collection[int]) -> dict[int, dict[int, float]]:
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
        tantivy = _tantivy()
        only = tantivy.Query.term_set_query(self._pieces.schema, "item", sorted(items))
        number = self._piece_searcher.search(only, limit=1, count=True).count
        both = _both(only, _bag(self._pieces, terms))
        hits = self._piece_searcher.search(both, limit=max(number, 1), count=False).hits
        numbers = self._piece_searcher.fast_field_values("id", [address for _, address in hits])
        for (score, _), number in zip(hits, numbers, strict=True):
            item, ordinal = number >> ORDINAL_BITS, number & ((1 << ORDINAL_BITS) - 1)
            found[item][ordinal] = round(min(1.0, score / most), DIGITS)
        return found

    def idf(self, terms: Iterable[str]) -> dict[str, float]:
        """Return BM25's inverse document frequency of stems over living items; a word nobody uses gets the most."""
        return {term: _idf(self._frequency(term), self._size) for term in terms}

    def terms(self, query: str) -> list[tuple[str, int]]:
        """Return the words of prose that count, heaviest first: (stem, times)."""
        counts = Counter(token.stem for token in content(query[:_QUERY_LIMIT]))
        dull = stems(BOILERPLATE)
        if len(counts) > len(dull & counts.keys()):
            for word in dull:
                counts.pop(word, None)
        weights = {
            term: count * _idf(self._item_searcher.doc_freq("text", term), self._item_searcher.num_docs)
            for term, count in counts.items()
        }
        heaviest = sorted(counts, key=lambda term: (-weights[term], term))[:MOST_TERMS]
        return [(term, counts[term]) for term in heaviest]

    def _frequency(self, term: str) -> int:
        if term not in self._frequencies:
            query = _tantivy().Query.term_query(self._items.schema, "text", term, index_option="freq")
            self._frequencies[term] = self._item_searcher.search(query, limit=1, count=True).count
        return self._frequencies[term]

    def _parsed(self, query: str) -> Any:  # noqa: ANN401 - tantivy has no types
        prepared = syntax.prepare(query)
        try:
            return self._items.parse_query(prepared, list(syntax.TEXT_FIELDS), _BOOSTS)
        except ValueError as error:
            raise QuerySyntaxError(query, _reason(str(error)), _column(query, prepared)) from None

    def _best(self, query: Any, allowed: NDArray[np.int64] | None, depth: int) -> list[tuple[int, float]]:  # noqa: ANN401
        if allowed is None or allowed.size == self._size:
            return self._top(query, depth)
        if allowed.size == 0:
            return []
        if allowed.size <= _SET_LIMIT:
            only = _tantivy().Query.term_set_query(self._items.schema, "id", allowed.tolist())
            return self._top(_both(only, query), depth)
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
        numbers = self._item_searcher.fast_field_values("id", [address for _, address in hits])
        found = [(number, round(score, DIGITS)) for (score, _), number in zip(hits, numbers, strict=True)]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:depth]


def write_generation(
    previous: Path | None, folder: Path, add: Sequence[Item], remove: Collection[int]
) -> tuple[int, int]:
    """Make a generation from the one before; returns how many items and pieces it holds."""
    folder.mkdir(parents=True)
    counts = []
    for name, schema in ((_ITEMS, _item_schema), (_PIECES, _piece_schema)):
        target = folder / name
        target.mkdir()
        if previous is not None:
            _clone(previous / name, target)
            index = _tantivy().Index.open(str(target))
        else:
            index = _tantivy().Index(schema(), str(target))
        index.register_tokenizer(ANALYZER, analyzer())
        index.config_reader(reload_policy="manual")
        counts.append(_change(index, name, add, remove))
        sync_folder(target)
    sync_folder(folder)
    return counts[0], counts[1]


def analyzer() -> Any:  # noqa: ANN401 - tantivy has no types
    """Return the engine's form of `index.text.tokens`."""
    tantivy = _tantivy()
    words = tantivy.Tokenizer.regex(r"\d+(?:[.,]\d+)+|[\p{L}\p{N}]+")
    builder = tantivy.TextAnalyzerBuilder(words)
    for step in (
        tantivy.Filter.remove_long(LONGEST),
        tantivy.Filter.lowercase(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def _change(index: Any, name: str, add: Sequence[Item], remove: Collection[int]) -> int:  # noqa: ANN401
    tantivy = _tantivy()
    schema = index.schema
    writer = index.writer(_HEAP, 1)
    for number in sorted(remove):
        writer.delete_documents_by_term("id" if name == _ITEMS else "item", number)
    for item in add:
        for entry in [_item_entry(item)] if name == _ITEMS else _piece_entries(item):
            writer.add_document(tantivy.Document.from_dict(entry, schema))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    count: int = index.searcher().num_docs
    return count


def _item_entry(item: Item) -> dict[str, object]:
    texts: dict[str, list[str]] = {name: [] for name in syntax.TEXT_FIELDS}
    pieces = sorted(item.pieces, key=lambda piece: piece.ordinal)
    for piece in pieces:
        texts[piece.field].append(piece.text)
    texts["title"].append(item.title)
    # The caller's first piece may open with the title; its words count once.
    opens = bool(pieces) and pieces[0].text.startswith(item.title)
    entry: dict[str, object] = {
        "id": item.id,
        "tags": sorted(set(item.tags)),
        "text": [*([] if opens else [item.title]), *(piece.text for piece in pieces)],
        **texts,
    }
    if item.day is not None:
        entry["day"] = item.day
    return entry


def _piece_entries(item: Item) -> list[dict[str, object]]:
    return [
        {"id": item.id << ORDINAL_BITS | piece.ordinal, "item": item.id, "text": piece.text}
        for piece in sorted(item.pieces, key=lambda piece: piece.ordinal)
    ]


def _item_schema() -> Any:  # noqa: ANN401 - tantivy has no types
    builder = _tantivy().SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_text_field("tags", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name=ANALYZER, index_option="freq")
    for name in syntax.TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name=ANALYZER, index_option="position")
    return builder.build()


def _piece_schema() -> Any:  # noqa: ANN401 - tantivy has no types
    builder = _tantivy().SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_unsigned_field("item", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name=ANALYZER, index_option="freq")
    return builder.build()


def _reader(folder: Path, count: int) -> tuple[Any, Any]:
    if not (folder / "meta.json").is_file():
        raise FileNotFoundError(folder)
    try:
        index = _tantivy().Index.open(str(folder))
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


def _clone(source: Path, target: Path) -> None:
    """Link the files of the segments that are in use; copy the state, leave out the locks."""
    state = (source / "meta.json").read_bytes()
    used = {segment["segment_id"].replace("-", "") for segment in json.loads(state)["segments"]}
    for path in source.iterdir():
        if path.name.partition(".")[0] in used:
            link_or_copy(path, target / path.name)
    (target / "meta.json").write_bytes(state)
    kept = sorted(path.name for path in target.iterdir())
    (target / ".managed.json").write_text(json.dumps(kept))


def _bag(index: Any, terms: Sequence[tuple[str, int]]) -> Any:  # noqa: ANN401
    tantivy = _tantivy()
    clauses = []
    for term, count in terms:
        clause = tantivy.Query.term_query(index.schema, "text", term, index_option="freq")
        weighted = clause if count == 1 else tantivy.Query.boost_query(clause, float(count))
        clauses.append((tantivy.Occur.Should, weighted))
    return tantivy.Query.boolean_query(clauses)


def _both(only: Any, query: Any) -> Any:  # noqa: ANN401
    tantivy = _tantivy()
    silent = tantivy.Query.const_score_query(only, 0.0)
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, silent), (tantivy.Occur.Must, query)])


def _idf(frequency: int, total: int) -> float:
    frequency = min(frequency, total)
    return math.log1p((total - frequency + 0.5) / (frequency + 0.5))


def _reason(message: str) -> str:
    if message.startswith("Invalid query: Only excluding"):
        return "it only says what is not wanted; add a word that is"
    if message.startswith("Syntax Error"):
        return "the operators do not fit together"
    return message[:200]


def _column(query: str, prepared: str) -> int | None:
    _, errors = _tantivy().parse_query_lenient(prepared)
    place = min((error["pos"] for error in errors), default=None)
    if place is None or prepared[:place] != query[:place]:
        return None
    return int(place) + 1


def _tantivy() -> Any:  # noqa: ANN401 - tantivy has no types
    import tantivy  # noqa: PLC0415 - compiled code that --help must not load

    return tantivy
