"""`Library`: what an assessment needs of a searched corpus. `pipeline.corpus.Corpus` is the real one.

The protocol keeps the assessment free of storage and engines, and says in one place what "searched" means.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingest.documents import Document

Mode = Literal["fused", "words", "meaning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilter:
    """Hard limits on what may be found.

    `before` keeps what may have been public strictly before that day: an interval that only starts before
    it passes, and the caller decides what such a date is worth.
    """

    before: date | None = None
    after: date | None = None
    """Keeps what was public on that day or later, by the earliest day of its interval."""
    undated: bool = False
    """Let documents without any public date through `before` and `after`."""
    kinds: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Names of readers, e.g. `uspto_xml`."""
    classes: tuple[str, ...] = ()
    """Class-symbol prefixes, e.g. `G06F16`."""
    exclude: tuple[str, ...] = ()
    """Document keys."""
    only: tuple[str, ...] | None = None
    """Document keys; where given, nothing else is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPassage:
    """A passage of a hit: `document.text[start:end] == quote`."""

    anchor: str
    start: int
    end: int
    quote: str
    terms: tuple[tuple[int, int], ...] = ()
    """Spans of the query's words inside the quote."""
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A document that a search returned, with its ranks (None where that channel did not return it)."""

    key: str
    title: str
    kind: str
    published: str
    """Day or interval in ISO 8601; empty when unknown."""
    date_uncertain: bool = False
    """Whether `SearchFilter.before` lies inside that interval: not certainly public before it."""
    score: float
    words_rank: int | None
    meaning_rank: int | None
    passages_rank: int | None = None
    """By its best passage."""
    shares: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """What words, meaning and passages add to the score; zeros where scores were not mixed."""
    related: float = 0.0
    """What is added because the best hits cite the document, or it cites them."""
    preferred: float = 0.0
    """What is added for classes that the examples have, or that are asked for."""
    terms: tuple[tuple[str, float], ...] = ()
    """Words of the query (stems) that it has, with what each adds to its score by words, heaviest first."""
    passages: tuple[FoundPassage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """How a query was read."""

    reading: Literal["prose", "expression"]
    text: str
    """An expression in full brackets; for prose, the words that are looked for, heaviest first."""
    words: int
    """Different words that are looked for."""
    left_out: int
    """Different words of prose that are not: claim boilerplate, and what is lighter than the limit."""
    unknown: tuple[str, ...] = ()
    """Words of prose, as written, that no document has."""
    shortened: bool
    """Whether it is longer than what is asked for by meaning (some 190 words; the rest counts as words)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whom a filter leaves to be found. Without a `before`, everything that passes counts as certain."""

    certain: int
    """Documents that pass, those with a date certainly before `before`."""
    uncertain: int
    """Documents whose date interval holds `before`: they may be found, and are marked."""
    undated: int
    """Documents left out, or let in by `SearchFilter.undated`, because no public date is known."""
    waiting: int
    """Changes of the corpus that the index does not hold yet: they were not searched."""
    damage: tuple[str, ...] = ()
    """Parts of the index that cannot be read, each a sentence: what they held was not searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusStatus:
    """What the corpus holds. Counts are (name, documents), largest first."""

    documents: int
    passages: int
    skipped: int
    undated: int
    by_source: tuple[tuple[str, int], ...]
    by_kind: tuple[tuple[str, int], ...]
    by_country: tuple[tuple[str, int], ...]
    by_year: tuple[tuple[str, int], ...]
    by_language: tuple[tuple[str, int], ...]
    oldest: str
    newest: str
    snapshot: str
    """SHA-256 over the keys and digests of all documents: two equal snapshots hold the same documents."""
    model: str
    model_sha256: str
    generation: int
    waiting: int = 0
    """Documents that are stored and not in the index yet: another process is writing it."""
    damage: tuple[str, ...] = ()
    """Parts of the index that cannot be read, each a sentence."""
    families: int = 0
    """Simple families with several members here."""
    in_families: int = 0
    near_groups: int = 0
    """Groups of near-duplicates."""
    in_near_groups: int = 0
    by_class: tuple[tuple[str, int], ...] = ()
    """Subclasses of CPC and IPC; a document counts in each of its own."""
    class_titles: tuple[tuple[str, str], ...] = ()
    """Titles of those subclasses, as far as a scheme was ingested."""
    title_only: int = 0
    """Documents of which only the title is here."""
    numbers_wanted: int = 0
    """Numbers that lists name and of which nothing is here."""
    failed_files: tuple[tuple[str, str], ...] = ()
    """(file, reason) of files that gave nothing."""
    measured: str = ""
    """How well this index finds things, as far as it was measured; empty where nobody looked it up."""


class Library(Protocol):
    """A corpus that can be searched and quoted."""

    def search(
        self,
        query: str,
        *,
        mode: Mode = "fused",
        limit: int = 10,
        filters: SearchFilter = ...,
        passages: int = 3,
    ) -> tuple[Found, ...]:
        """Rank documents; never returns more than `limit`, best first."""

    def best_passages(
        self, query: str, keys: Sequence[str], *, per_document: int = 3
    ) -> Mapping[str, tuple[FoundPassage, ...]]:
        """Return the best passages of given documents for a query (words and meaning blended)."""

    def document(self, key: str) -> Document:
        """Return a document. Raises UnknownDocumentError."""

    def versions(self, document: Document) -> tuple[Document, ...]:
        """Return the other texts of a document's work that are in the corpus."""

    def weights(self, stems: Sequence[str]) -> Mapping[str, float]:
        """Return inverse document frequencies (BM25 form) of stems made by `index.text.tokens`."""

    def similarity(self, query: str, texts: Sequence[str]) -> tuple[float, ...]:
        """Return the cosine of the query's embedding with each text's."""

    def count(self, filters: SearchFilter) -> int:
        """Return how many documents pass a filter."""

    def status(self) -> CorpusStatus:
        """Return what the corpus holds."""
