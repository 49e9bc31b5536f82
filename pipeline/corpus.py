"""`Corpus`: the searched documents of a workspace; the real `Library`.

Decisions
---------
* A search mixes three channels (`index.searching`); documents that the best hits cite, and those that cite
  them, become candidates; the best passages of the best hits are scored again by the strong encoder.
* What is liked or not (`like`, `unlike`) moves the vectors of the query, and its words by those of the
  briefs; documents with the classes of what is liked come a little further up (`pipeline.preferring`).
* Quotes come from the database, offsets from the index; where a text has changed since the index took it,
  its passages are chosen by words instead.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from index import syntax
from index.fusion import Weights
from index.records import Filter
from index.reranker import CrossRescorer
from index.text import content
from ingest.documents import clean
from ingest.passages import passages
from pipeline import corpus_status, evaluation_stored, store_corpus, store_relations
from pipeline.errors import UsageError
from pipeline.indexed import CorpusBusyError, Indexed
from pipeline.library import CorpusStatus, Found, FoundPassage, Mode, Reach, SearchFilter, Understood
from pipeline.preferring import preferred
from pipeline.quoting import brief, by_words, quoted, scored_text, symbol
from pipeline.rescoring import rescore as rescored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from index.encoders import Encoders
    from index.records import Hit, PieceHit
    from index.searching import Rescore
    from index.syntax import Node
    from ingest.documents import Document
    from ingest.passages import Passage
    from pipeline.store import Store

__all__ = ["Corpus", "CorpusBusyError", "Method", "UnknownDocumentError"]

_MEANT = 190
"""Words of a query that reach the encoder's window of 256 word pieces, about."""
_KEEP = 512
"""Parsed documents kept in memory while a search or an assessment quotes them."""
_DEPTH = 200
"""Documents of each channel that are considered, at least."""


class UnknownDocumentError(UsageError):
    """No document has that key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no document has the key {key!r}; 'antedate search' prints the keys that exist")


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How searches rank."""

    fuse: Literal["scores", "ranks"] = "scores"
    weights: Weights = field(default_factory=Weights)
    expand: bool = True
    """Whether cited and citing documents become candidates."""
    rescore: bool = True
    """Whether the best passages of the best documents are scored again by the strong encoder."""
    cross: CrossRescorer | None = None
    """What does that in the encoder's place."""


class Corpus(Indexed):
    """Documents of a workspace: stored, indexed, searchable."""

    def __init__(
        self,
        store: Store,
        folder: Path,
        encoders: Encoders,
        *,
        batch: int | None = None,
        method: Method = Method(),
    ) -> None:
        """Hold a corpus. `batch` fixes the passages of a generation, which else follow the work's pace."""
        super().__init__(store, folder, encoders, batch=batch)
        self.method = method
        self._kept: OrderedDict[int, tuple[Document, tuple[Passage, ...]]] = OrderedDict()
        self._newer: set[int] = set()  # of these, the text changed after the reader's generation

    def close(self) -> None:
        """Let go of the open index, and of the texts that were quoted from it."""
        self._kept.clear()
        self._newer.clear()
        if self.method.cross is not None:
            self.method.cross.close()
        super().close()

    def search(
        self,
        query: str,
        *,
        mode: Mode = "fused",
        limit: int = 10,
        filters: SearchFilter = SearchFilter(),  # noqa: B008 - a frozen record
        passages: int = 3,
        like: Sequence[str] = (),
        unlike: Sequence[str] = (),
        classes: Sequence[str] = (),
        plain: bool = False,
    ) -> tuple[Found, ...]:
        """Rank documents for a query, best first; `plain` reads it as prose whatever it looks like.

        `like` and `unlike` are keys. `classes` are symbols that a hit better has, no limit. Raises
        QuerySyntaxError, UnknownDocumentError.
        """
        hits = self.ranked(
            query,
            mode=mode,
            limit=limit,
            filters=filters,
            passages=passages,
            like=like,
            unlike=unlike,
            classes=classes,
            plain=plain,
            rescore=bool(passages),
        )
        items = [hit.item for hit in hits]
        if passages:  # only what is quoted is cut into passages: that takes ten times as long as reading it
            self._load(items)
        held = {item: self._kept[item][0] for item in items if item in self._kept}
        with self.store.read() as connection:
            held |= store_corpus.by_items(connection, [item for item in items if item not in held])
        wanted = self._wanted(query, self._items(like), plain=plain)
        return tuple(
            Found(
                key=document.key,
                title=document.name,
                kind=document.kind.value,
                published=str(document.published or ""),
                date_uncertain=_straddles(document, filters),
                score=hit.score,
                words_rank=hit.words_rank,
                meaning_rank=hit.meaning_rank,
                passages_rank=hit.passages_rank,
                shares=hit.shares,
                related=hit.related,
                preferred=hit.preferred,
                terms=hit.terms,
                passages=self._quoted(hit.item, hit.pieces, wanted, passages) if passages else (),
            )
            for hit in hits
            if (document := held.get(hit.item)) is not None
        )

    def ranked(
        self,
        query: str,
        *,
        mode: Mode = "fused",
        limit: int = 10,
        filters: SearchFilter = SearchFilter(),  # noqa: B008 - a frozen record
        passages: int = 0,
        like: Sequence[str] = (),
        unlike: Sequence[str] = (),
        classes: Sequence[str] = (),
        plain: bool = False,
        among: Filter | None = None,
        rescore: bool = False,
    ) -> list[Hit]:
        """Return what `search` finds as the index has it, by item number: what an evaluation measures.

        `among`: a filter in the index's own terms, in place of `filters`.
        """
        liked, unliked = self._items(like), self._items(unlike)
        self._load((*liked, *unliked))
        examples = [[c.symbol for c in self._kept[item][0].classes] for item in liked if item in self._kept]
        query = clean(query)
        again = rescore and self.method.rescore
        return self.reader().search(
            query,
            mode=mode,
            limit=limit,
            filter=self.limits(filters) if among is None else among,
            pieces=passages,
            depth=_DEPTH,
            plain=plain or not syntax.is_expression(query),
            fuse=self.method.fuse,
            weights=self.method.weights,
            like=liked,
            unlike=unliked,
            expand=self._expanded if self.method.expand else None,
            written=self._brief,
            prefer=preferred([*examples, classes]),
            rescore=self._again(liked) if again else None,
        )

    def understood(self, query: str) -> Understood:
        """Return how a query is read. Raises QuerySyntaxError."""
        query = clean(query)
        shortened = len(query.split()) > _MEANT
        if syntax.is_expression(query):
            wanted = syntax.parse(query)
            words = len({token.stem for token in content(syntax.prose(wanted))})
            return Understood(
                reading="expression", text=syntax.shown(wanted), words=words, left_out=0, shortened=shortened
            )
        written: dict[str, str] = {}
        for token in content(query):
            written.setdefault(token.stem, query[token.start : token.end])
        asked = self.reader().formulated(query)
        chosen = [stem for stem, _ in asked.terms]
        return Understood(
            reading="prose",
            text=" ".join(written.get(stem, stem) for stem in chosen),
            words=len(chosen),
            left_out=len(written) - len(chosen) - len(asked.unknown),
            unknown=tuple(written.get(stem, stem) for stem in asked.unknown),
            shortened=shortened,
        )

    def reach(self, filters: SearchFilter) -> Reach:
        """Return how many documents a filter lets through, how surely, and what was not searched yet."""
        reader = self.reader()
        among = None
        if filters.classes:
            among = frozenset(reader.passing(self.limits(replace(filters, before=None))).tolist())
        with self.store.read() as connection:
            certain, uncertain, undated = store_corpus.reach(connection, filters, among)
            waiting = store_corpus.count_pending(connection, reader.generation)
        return Reach(
            certain=certain, uncertain=uncertain, undated=undated, waiting=waiting, damage=self.damage()
        )

    def damage(self) -> tuple[str, ...]:
        """Return a sentence for every part of the index that cannot be read, and so is not searched."""
        return tuple(
            f"{part.items} documents could not be searched, because {part.path} {part.reason}; "
            "'antedate corpus rebuild' makes the index again"
            for part in self.reader().damaged
        )

    def best_passages(
        self, query: str, keys: Sequence[str], *, per_document: int = 3
    ) -> dict[str, tuple[FoundPassage, ...]]:
        """Return the best passages of given documents for a query; unknown keys are left out."""
        with self.store.read() as connection:
            rows = store_corpus.rows_by_keys(connection, keys)
        items = [row.item for row in rows]
        found = self.reader().pieces(query, items, per_item=per_document)
        self._load(items)
        return {
            row.key: self._quoted(row.item, found.get(row.item, ()), query, per_document)
            for row in rows
            if row.item in self._kept
        }

    def document(self, key: str) -> Document:
        """Return a document. Raises UnknownDocumentError."""
        with self.store.read() as connection:
            found = store_corpus.by_key(connection, key)
        if found is None:
            raise UnknownDocumentError(key)
        return found[1]

    def versions(self, document: Document) -> tuple[Document, ...]:
        """Return the other texts of a document's work."""
        if not document.work:
            return ()
        with self.store.read() as connection:
            rows = store_relations.versions(connection, document.work, document.key)
            return tuple(store_corpus.by_items(connection, [row.item for row in rows]).values())

    def weights(self, stems: Sequence[str]) -> dict[str, float]:
        """Return inverse document frequencies of stems."""
        return self.reader().idf(stems)

    def similarity(self, query: str, texts: Sequence[str]) -> tuple[float, ...]:
        """Return the cosine of the query's embedding with each text's."""
        if not texts:
            return ()
        encoder = self.encoders.documents
        vector = encoder.encode([query], query=True)[0]
        return tuple(float(value) for value in encoder.encode(texts) @ vector)

    def count(self, filters: SearchFilter) -> int:
        """Return how many documents pass a filter."""
        if filters.classes:
            return self.reader().matching(self.limits(filters))
        with self.store.read() as connection:
            return store_corpus.count(connection, filters)

    def status(self) -> CorpusStatus:
        """Return what the corpus holds; counts come from the database, the generation from the index."""
        generation = self.reader().generation
        with self.store.read() as connection:
            name, mark = self.encoders.documents.name, self.encoders.documents.sha256
            found = corpus_status.status(connection, model=name, model_sha256=mark, generation=generation)
        words = evaluation_stored.words(self.folder, found.snapshot)
        return replace(found, measured=words, damage=self.damage())

    def limits(self, filters: SearchFilter) -> Filter:
        """Return a filter as the index takes it."""
        groups = (
            tuple(f"kind:{kind}" for kind in filters.kinds),
            tuple(f"country:{country}" for country in filters.countries),
            tuple(f"source:{source}" for source in filters.sources),
            tuple(f"class:{symbol(prefix)}*" for prefix in filters.classes),
        )
        return Filter(
            before=None if filters.before is None else filters.before.toordinal(),
            after=None if filters.after is None else filters.after.toordinal(),
            undated=filters.undated,
            tags=tuple(group for group in groups if group),
            without=self._held(filters.exclude),
            only=None if filters.only is None else self._held(filters.only),
        )

    def _items(self, keys: Sequence[str]) -> tuple[int, ...]:
        """Return the numbers of documents. Raises UnknownDocumentError."""
        if not keys:
            return ()
        with self.store.read() as connection:
            held = {row.key: row.item for row in store_corpus.rows_by_keys(connection, keys)}
        for key in keys:
            if key not in held:
                raise UnknownDocumentError(key)
        return tuple(held[key] for key in keys)

    def _held(self, keys: Sequence[str]) -> frozenset[int]:
        """Return the numbers of those documents that are here."""
        if not keys:
            return frozenset()
        with self.store.read() as connection:
            return frozenset(row.item for row in store_corpus.rows_by_keys(connection, keys))

    def _wanted(self, query: str, liked: Sequence[int], *, plain: bool) -> str | Node:
        """Return that whose words are marked in quotes: what is liked only where nothing is asked."""
        query = clean(query)
        if not plain and syntax.is_expression(query):
            return syntax.parse(query)
        return query if query.strip() else " ".join(map(self._brief, liked))

    def _brief(self, item: int) -> str:
        self._load([item])
        return brief(*self._kept[item]) if item in self._kept else ""

    def _expanded(self, items: Sequence[int]) -> Iterable[int]:
        """Return what the items cite and what cites them."""
        with self.store.read() as connection:
            return store_relations.cited_and_citing(connection, items)

    def _again(self, liked: Sequence[int]) -> Rescore:
        """Return how passages are scored again."""
        instead = " ".join(map(self._brief, liked))
        return rescored(self._texts, self.encoders.documents, self.method.cross, instead=instead)

    def _texts(self, wanted: Mapping[int, Sequence[int]]) -> dict[tuple[int, int], str]:
        """Return the texts of passages; those of documents newer than the index are left out.

        A passage of title and abstract has the text of the document's brief, whose vector is known.
        """
        self._load(list(wanted))
        return {
            (item, ordinal): scored_text(*self._kept[item], ordinal)
            for item, ordinals in wanted.items()
            if item in self._kept and item not in self._newer
            for ordinal in ordinals
        }

    def _quoted(
        self, item: int, hits: Sequence[PieceHit], query: str | Node, count: int
    ) -> tuple[FoundPassage, ...]:
        document, cut = self._kept[item]
        if item in self._newer:
            hits = by_words(document, cut, query, count)
        return quoted(document, cut, hits, query)

    def _load(self, items: Sequence[int]) -> None:
        wanted = [item for item in items if item not in self._kept]
        generation = self.reader().generation
        with self.store.read() as connection:
            self._newer |= store_corpus.newer(connection, wanted, generation)
            for item, document in store_corpus.by_items(connection, wanted).items():
                self._kept[item] = (document, passages(document))
        for item in items:
            if item in self._kept:
                self._kept.move_to_end(item)
        while len(self._kept) > max(_KEEP, len(items)):
            self._kept.popitem(last=False)


def _straddles(document: Document, filters: SearchFilter) -> bool:
    published = document.published
    return filters.before is not None and published is not None and published.latest >= filters.before
