"""A second `Library`: documents in memory, BM25 and an encoder over real passages, fused by rank."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.text import content, marks
from ingest.builder import TextBuilder
from ingest.documents import DatedEvent, DayInterval, Document, DocumentKind, EventKind
from ingest.passages import Passage
from ingest.passages import passages as cut
from pipeline.corpus import UnknownDocumentError
from pipeline.library import CorpusStatus, Found, FoundPassage, Mode, SearchFilter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from index.encoder import Encoder

_NO_FILTER = SearchFilter()


def make_document(
    key: str,
    *paragraphs: str,
    title: str = "",
    claims: Sequence[str] = (),
    published: str = "",
    filed: str = "",
    kind: DocumentKind = DocumentKind.PATENT,
    language: str = "en",
    work: str = "",
) -> Document:
    """Build a document from plain strings."""
    builder = TextBuilder()
    if title:
        builder.section("title")
        builder.paragraph(title, "title")
    for number, claim in enumerate(claims, start=1):
        builder.claim(number, claim)
    if paragraphs:
        builder.section("description")
    for number, paragraph in enumerate(paragraphs, start=1):
        builder.paragraph(paragraph, f"¶{number:04d}")
    text, sections, parsed = builder.build()
    events = []
    if published:
        when = DayInterval.parse(published)
        events.append(DatedEvent(kind=EventKind.PUBLISHED, when=when, source="test/published"))
    if filed:
        events.append(DatedEvent(kind=EventKind.FILED, when=DayInterval.parse(filed), source="test/filed"))
    return Document(
        key=key,
        kind=kind,
        text=text,
        sections=sections,
        claims=parsed,
        events=tuple(events),
        language=language,
        work=work,
        country="US" if kind in (DocumentKind.PATENT, DocumentKind.APPLICATION) else "",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    document: Document
    cut: tuple[Passage, ...]
    counts: Counter[str]
    vectors: NDArray[np.float32]


class MemoryLibrary:
    """Implements `pipeline.library.Library`."""

    def __init__(self, documents: Iterable[Document], encoder: Encoder, *, skipped: int = 0) -> None:
        self.encoder = encoder
        self.skipped = skipped
        self._entries = {document.key: self._entry(document) for document in documents}
        self._frequency = Counter(stem for entry in self._entries.values() for stem in entry.counts)

    def search(
        self,
        query: str,
        *,
        mode: Mode = "fused",
        limit: int = 10,
        filters: SearchFilter = _NO_FILTER,
        passages: int = 3,
    ) -> tuple[Found, ...]:
        entries = [entry for entry in self._entries.values() if _passes(entry.document, filters)]
        vector = self.encoder.encode([query], query=True)[0]
        by_words = _ranks({entry.document.key: self._bm25(query, entry) for entry in entries})
        by_meaning = _ranks(
            {e.document.key: float(np.max(e.vectors @ vector)) for e in entries if len(e.vectors)}
        )
        wanted = {"words": (by_words,), "meaning": (by_meaning,), "fused": (by_words, by_meaning)}[mode]
        scores: dict[str, float] = {}
        for ranks in wanted:
            for key, rank in ranks.items():
                scores[key] = scores.get(key, 0.0) + 1.0 / (60 + rank)
        best = sorted(scores, key=lambda key: (-scores[key], key))[:limit]
        return tuple(
            Found(
                key=key,
                title=self._entries[key].document.title,
                kind=self._entries[key].document.kind.value,
                published=str(self._entries[key].document.published or ""),
                score=scores[key],
                words_rank=by_words.get(key),
                meaning_rank=by_meaning.get(key),
                passages=self._best(query, vector, self._entries[key], passages),
            )
            for key in best
        )

    def best_passages(
        self, query: str, keys: Sequence[str], *, per_document: int = 3
    ) -> Mapping[str, tuple[FoundPassage, ...]]:
        vector = self.encoder.encode([query], query=True)[0]
        return {
            key: self._best(query, vector, self._entries[key], per_document)
            for key in keys
            if key in self._entries
        }

    def document(self, key: str) -> Document:
        if key not in self._entries:
            raise UnknownDocumentError(key)
        return self._entries[key].document

    def versions(self, document: Document) -> tuple[Document, ...]:
        held = (entry.document for entry in self._entries.values())
        return tuple(d for d in held if d.work and d.work == document.work and d.key != document.key)

    def weights(self, stems: Sequence[str]) -> Mapping[str, float]:
        return {stem: self._idf(stem) for stem in stems}

    def similarity(self, query: str, texts: Sequence[str]) -> tuple[float, ...]:
        if not texts:
            return ()
        vectors = self.encoder.encode([query, *texts])
        return tuple(float(value) for value in vectors[1:] @ vectors[0])

    def count(self, filters: SearchFilter) -> int:
        return sum(_passes(entry.document, filters) for entry in self._entries.values())

    def status(self) -> CorpusStatus:
        documents = [entry.document for entry in self._entries.values()]
        days = [document.published for document in documents if document.published is not None]
        lines = "".join(sorted(f"{document.key} {document.digest}\n" for document in documents))
        return CorpusStatus(
            documents=len(documents),
            passages=sum(len(entry.cut) for entry in self._entries.values()),
            skipped=self.skipped,
            undated=len(documents) - len(days),
            by_source=(("test", len(documents)),) if documents else (),
            by_kind=tuple(Counter(document.kind.value for document in documents).most_common()),
            by_country=tuple(Counter(document.country or "unknown" for document in documents).most_common()),
            by_year=tuple(Counter(str(day.earliest.year) for day in days).most_common()),
            by_language=tuple(Counter(d.language or "unknown" for d in documents).most_common()),
            oldest=min((day.earliest.isoformat() for day in days), default=""),
            newest=max((day.latest.isoformat() for day in days), default=""),
            snapshot=hashlib.sha256(lines.encode()).hexdigest(),
            model=self.encoder.name,
            model_sha256=self.encoder.sha256,
            generation=1,
        )

    def _entry(self, document: Document) -> _Entry:
        pieces = cut(document)
        return _Entry(
            document=document,
            cut=pieces,
            counts=Counter(token.stem for token in content(document.text)),
            vectors=self.encoder.encode([document.text[p.start : p.end] for p in pieces])
            if pieces
            else np.zeros((0, self.encoder.dim), dtype=np.float32),
        )

    def _idf(self, stem: str) -> float:
        held = self._frequency.get(stem, 0)
        return math.log(1 + (len(self._entries) - held + 0.5) / (held + 0.5))

    def _bm25(self, query: str, entry: _Entry) -> float:
        length = sum(entry.counts.values()) / 200
        stems = {token.stem for token in content(query)}
        return sum(
            self._idf(stem) * entry.counts[stem] * 2.2 / (entry.counts[stem] + 1.2 * (0.25 + 0.75 * length))
            for stem in stems
        )

    def _best(
        self, query: str, vector: NDArray[np.float32], entry: _Entry, limit: int
    ) -> tuple[FoundPassage, ...]:
        stems = {token.stem for token in content(query)}
        scored = []
        for number, piece in enumerate(entry.cut):
            quote = entry.document.text[piece.start : piece.end]
            held = {token.stem for token in content(quote)} & stems
            words = sum(self._idf(stem) for stem in held) / (sum(map(self._idf, stems)) or 1.0)
            scored.append((0.5 * words + 0.5 * float(entry.vectors[number] @ vector), piece, quote))
        scored.sort(key=lambda item: (-item[0], item[1].start))
        return tuple(
            FoundPassage(
                anchor=piece.anchor,
                start=piece.start,
                end=piece.end,
                quote=quote,
                terms=marks(quote, query),
                score=score,
            )
            for score, piece, quote in scored[:limit]
        )


def _ranks(scores: Mapping[str, float]) -> dict[str, int]:
    kept = sorted((key for key in scores if scores[key] > 0), key=lambda key: (-scores[key], key))
    return {key: rank for rank, key in enumerate(kept, start=1)}


def _passes(document: Document, filters: SearchFilter) -> bool:
    published = document.published
    if filters.before is not None and not (
        filters.undated if published is None else published.earliest < filters.before
    ):
        return False
    if filters.kinds and document.kind.value not in filters.kinds:
        return False
    if filters.countries and document.country not in filters.countries:
        return False
    return document.key not in filters.exclude
