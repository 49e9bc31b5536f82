"""What is searched for a disclosure, and which of the documents found are charted.

One query asks for the whole and one for every feature. Each returns `DEPTH` documents with scores that are
comparable inside the query only, so they are standardised there: how far a document stands out among those
found. What a document shows of a feature is then measured twice, by that and by the words of the feature that
one place of it carries (`pipeline.support.reach`); `pipeline.choosing` chooses by the sum.

Passages are not re-scored by the strong encoder here: the chosen documents are judged passage by passage
anyway, and a query would cost ten times as much.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean, pstdev
from typing import TYPE_CHECKING, Final

from pipeline import dating
from pipeline.chart import DateStatus
from pipeline.choosing import choose, first
from pipeline.matching import demand
from pipeline.novelty import Query
from pipeline.support import PART, reach

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from ingest.documents import Document
    from pipeline.disclosure import Disclosure, Feature
    from pipeline.library import Found, Library, SearchFilter

DEPTH: Final = 50
"""Documents per query."""
CANDIDATES: Final = 50
"""Documents whose passages are compared with every feature before the best are chosen."""
PASSAGES: Final = 4
"""Passages per document and feature that are searched for a quote."""
_READ: Final = 2
"""Passages per candidate and feature that are read to choose. Four choose the same sources in all of 300
planted combinations over abstracts and 40 over descriptions, and take twice as long over full texts."""
UNDETERMINED: Final = 3
"""Documents of undetermined date that are charted at least, beside the `limit` others."""
_WHOLE_LIMIT: Final = 2_000
_SHORT_QUERY: Final = 6
_RANK: Final = 60
_FAR: Final = 6.0
"""Standard deviations above the mean of a query's hits that count as standing out fully."""
_SEARCH: Final = 0.5
"""Weight of standing out in the search; the rest is for the words that one place carries."""


@dataclass(slots=True)
class Search:
    """Everything that queries have brought in."""

    queries: list[Query] = field(default_factory=list)
    score: dict[str, float] = field(default_factory=dict)
    """Sum over the queries of 1/(60 + rank): the order in which documents were met."""
    ranks: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    """Ranks by words and by meaning in the query for the whole."""
    hits: list[tuple[str, ...]] = field(default_factory=list)
    """Keys per query, best first."""
    outstanding: dict[str, dict[str, float]] = field(default_factory=dict)
    """Per subject, how far each hit stands out, in [0, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strengths:
    """What candidates show, per key and feature, in [0, 1]."""

    reached: Mapping[str, Mapping[str, float]]
    """By the words that one place carries."""
    both: Mapping[str, Mapping[str, float]]
    """By those and by how far the search sets the document apart."""


def queries(disclosure: Disclosure, features: Sequence[Feature]) -> tuple[tuple[str, str], ...]:
    """Return (subject, text), the whole first; a short feature says little alone and borrows the title."""
    essential = [feature.text for feature in features if feature.essential] or [f.text for f in features]
    whole = ". ".join(filter(None, (disclosure.title, *essential)))[:_WHOLE_LIMIT]
    found = [("whole", flat(whole))]
    for feature in features:
        text = flat(feature.text)
        short = len(text.split()) < _SHORT_QUERY
        found.append((feature.id, f"{text} {flat(disclosure.title)}" if short else text))
    return tuple(found)


def flat(text: str) -> str:
    """Put a query on one line, in lower case and without what reads as an operator."""
    plain = "".join(c if c.isalnum() or c in ".,%°/-" else " " for c in text.lower())
    return " ".join(word.strip("-,./") for word in plain.split() if word.strip("-,./"))


def collect(search: Search, subject: str, query: str, library: Library, limits: SearchFilter) -> None:
    """Ask one query and take in what it finds."""
    found = library.search(query, limit=DEPTH, filters=limits, passages=0)
    search.queries.append(Query(subject=subject, mode="fused", text=query, hits=len(found)))
    search.hits.append(tuple(hit.key for hit in found))
    search.outstanding[subject] = _outstanding(found)
    for rank, hit in enumerate(found, start=1):
        search.score[hit.key] = search.score.get(hit.key, 0.0) + 1.0 / (_RANK + rank)
        if subject == "whole":
            search.ranks[hit.key] = (hit.words_rank, hit.meaning_rank)


def chosen(
    search: Search,
    features: Sequence[Feature],
    library: Library,
    limit: int,
    critical: dt.date,
    asked_for: Sequence[Document] = (),
) -> tuple[Document, ...]:
    """Return the documents to chart: those asked for, `limit` dated before, a few of undetermined date."""
    certain = {document.key for document in asked_for}
    keys = [key for key in first(search.score, search.hits, max(CANDIDATES, limit)) if key not in certain]
    documents = {key: library.document(key) for key in keys}
    shown = strengths(search, keys, features, library)
    by_status: dict[DateStatus, list[str]] = {status: [] for status in DateStatus}
    for key, document in documents.items():
        status = dating.status_of(document, critical)
        if status is not None:
            by_status[status].append(key)
    before = choose(_of(shown.both, by_status[DateStatus.BEFORE]), search.score, limit)
    near = [
        key
        for key in by_status[DateStatus.UNDETERMINED]
        if max(shown.reached[key].values(), default=0.0) >= PART  # nobody is asked for the date of nothing
    ]
    asked = choose(_of(shown.both, near), search.score, max(UNDETERMINED, limit // 4))
    return (*asked_for, *(documents[key] for key in (*before, *asked)))


def strengths(
    search: Search, keys: Sequence[str], features: Sequence[Feature], library: Library
) -> Strengths:
    """Measure what candidates show of every feature."""
    reached: dict[str, dict[str, float]] = {key: {} for key in keys}
    both: dict[str, dict[str, float]] = {key: {} for key in keys}
    for feature in features:
        wanted = demand(feature.text, library)
        found = library.best_passages(flat(feature.text), keys, per_document=_READ)
        apart = search.outstanding.get(feature.id, {})
        for key in keys:
            reached[key][feature.id] = value = round(reach(wanted, found.get(key, ())), 6)
            both[key][feature.id] = round((1 - _SEARCH) * value + _SEARCH * apart.get(key, 0.0), 6)
    return Strengths(reached=reached, both=both)


def _outstanding(found: Sequence[Found]) -> dict[str, float]:
    """Standardise the scores of a query's hits; what is not above their mean does not stand out."""
    scores = [hit.score for hit in found]
    spread = pstdev(scores) if len(scores) > 1 else 0.0
    if not spread:
        return {}
    mean = fmean(scores)
    return {hit.key: min(max((hit.score - mean) / spread / _FAR, 0.0), 1.0) for hit in found}


def _of(cells: Mapping[str, Mapping[str, float]], keys: Iterable[str]) -> dict[str, Mapping[str, float]]:
    return {key: cells[key] for key in keys}
