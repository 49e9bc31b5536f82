"""`assess`: features against a library, up to a `NoveltyReport`.

The run: one query per feature and one for the whole, before the critical date; the candidates united; the
best `limit` of them chosen by weighted set cover, so that a document which alone shows a rare feature is
not crowded out by ten that show the common ones; each judged feature by feature; then sets of documents. A
second search without the date names near documents that cannot count, and why.

What it never does: it does not combine embodiments knowingly, tell whether elements are arranged as
claimed, or conclude. Documents whose date straddles the critical date, or is missing, are shown and asked
about; they count toward no outcome.

Same corpus snapshot, model, features, dates and parameters give the same `run_id` and the same report hash:
no clock is read, and every order is total.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from pipeline import dating
from pipeline.chart import Cell, ChartReference, DateStatus, FeatureChart, Support
from pipeline.conclusion import conclude, notes
from pipeline.coverage import coverage
from pipeline.gathering import CANDIDATES, DEPTH, PASSAGES, Search, chosen, collect, flat, queries
from pipeline.including import PARAMETER, read_included
from pipeline.library import SearchFilter
from pipeline.novelty import FILING, LeftOut, NoveltyReport, Query
from pipeline.support import judge_all
from pipeline.versions import first_seen

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator, Sequence

    from ingest.documents import Document
    from pipeline.disclosure import Disclosure, Feature
    from pipeline.library import CorpusStatus, FoundPassage, Library

METHOD: Final = "assessment/4"
"""Raised when the same inputs would give another report."""
NEAR: Final = 20
"""Documents of the undated search that are looked at for being left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessProgress:
    """How far an assessment has come; `words` says what is being done."""

    done: int
    total: int
    words: str


def assess(
    disclosure: Disclosure,
    features: Sequence[Feature],
    library: Library,
    *,
    critical_date: dt.date,
    exclude: Sequence[str] = (),
    include: Sequence[str] = (),
    limit: int = 10,
    filing_date: dt.date | None = None,
) -> Generator[AssessProgress, None, NoveltyReport]:
    """Compare features with a library: yields progress, returns the report (see `finish`).

    `include` names documents that a person wants charted: they are, beside the `limit` others, wherever the
    searches rank them. One that was not public before the date, or is gone, stands among those left out.
    What is also in `exclude` stays out. `filing_date` is the day of filing where the critical date is a
    priority day: it changes nothing that is found, only tells E from P (`report_figures`).
    """
    exclude = tuple(sorted(set(exclude)))
    include = tuple(sorted(set(include).difference(exclude)))
    total = 2 * len(features) + 4
    yield AssessProgress(done=0, total=total, words="looking at the corpus")
    status = library.status()
    limits = SearchFilter(before=critical_date, undated=True, exclude=exclude)
    search = Search()
    subjects = queries(disclosure, features)
    for done, (subject, query) in enumerate(subjects):
        yield AssessProgress(done=1 + done, total=total, words=f"searching for {_named(subject)}")
        if status.documents:
            collect(search, subject, query, library, limits)
    yield AssessProgress(done=2 + len(features), total=total, words="choosing the closest documents")
    asked = read_included(include, library, critical_date)
    documents = chosen(search, features, library, limit, critical_date, asked.documents)
    cells: list[Cell] = []
    for done, feature in enumerate(features):
        yield AssessProgress(done=3 + len(features) + done, total=total, words=f"comparing {feature.id}")
        cells.extend(_judged(feature, documents, library))
    yield AssessProgress(done=total - 1, total=total, words="looking for documents that come too late")
    late = asked.left_out
    if status.documents:
        late += _left_out(subjects, library, (*exclude, *include), critical_date, search)
    chart = _chart(documents, cells, critical_date, search)
    found = conclude(features, chart)
    parameters = _parameters(limit, include, filing_date)
    return NoveltyReport(
        disclosure_title=disclosure.title,
        disclosure_sha256=disclosure.sha256,
        critical_date=critical_date,
        features=tuple(features),
        outcome=found.outcome,
        chart=chart,
        combinations=found.combinations,
        residual=found.residual,
        left_out=late,
        excluded=exclude,
        coverage=coverage(library, status, critical_date, exclude, search.queries),
        run_id=_run_id(disclosure, features, status, critical_date, exclude, parameters),
        parameters=parameters,
        notes=notes(features, chart, found),
    )


def finish(run: Generator[AssessProgress, None, NoveltyReport]) -> NoveltyReport:
    """Drive an assessment to its end and return the report."""
    while True:
        try:
            next(run)
        except StopIteration as end:
            report: NoveltyReport = end.value
            return report


def _named(subject: str) -> str:
    return "the whole" if subject == "whole" else subject


def _judged(feature: Feature, documents: Sequence[Document], library: Library) -> tuple[Cell, ...]:
    keys = [document.key for document in documents]
    found = library.best_passages(flat(feature.text), keys, per_document=PASSAGES)
    pairs: list[tuple[Document, Sequence[FoundPassage]]] = [
        (document, found.get(document.key, ())) for document in documents
    ]
    return tuple(_dated(cell, documents, library) for cell in judge_all(feature, pairs, library))


def _dated(cell: Cell, documents: Sequence[Document], library: Library) -> Cell:
    """Say of each quote which version of its work was public first with these words."""
    document = next(d for d in documents if d.key == cell.key)
    versions = library.versions(document) if cell.evidence else ()
    if not versions:
        return cell
    found = []
    for evidence in cell.evidence:
        first = first_seen(evidence.quote, document, versions)
        if first is None:
            found.append(evidence)
        else:
            found.append(replace(evidence, first_key=first.key, first_published=str(first.published)))
    return replace(cell, evidence=tuple(found))


def _left_out(
    subjects: Sequence[tuple[str, str]],
    library: Library,
    exclude: tuple[str, ...],
    critical: dt.date,
    search: Search,
) -> tuple[LeftOut, ...]:
    """Search again without the date, as it was searched with it, and name what is near but not before."""
    found: dict[str, LeftOut] = {}
    for subject, query in subjects:
        depth = NEAR if subject == "whole" else NEAR // 4
        hits = library.search(query, limit=depth, filters=SearchFilter(exclude=exclude), passages=0)
        search.queries.append(Query(subject=f"{subject}, any date", mode="fused", text=query, hits=len(hits)))
        for hit in hits:
            if hit.key not in found and hit.key not in search.score:
                document = library.document(hit.key)
                reason = dating.left_out(document, critical, library.versions(document))
                if reason is not None:
                    found[hit.key] = reason
    return tuple(found.values())


def _chart(
    documents: Sequence[Document], cells: Sequence[Cell], critical: dt.date, search: Search
) -> FeatureChart:
    """Put the columns in order: dated before first, then by what they show."""
    shown: dict[str, list[float]] = {document.key: [0.0, 0.0] for document in documents}
    for cell in cells:
        shown[cell.key][0] += cell.support is Support.DISCLOSED
        shown[cell.key][1] += cell.probability
    references = [_reference(document, critical, search) for document in documents]
    references.sort(
        key=lambda r: (
            r.status is not DateStatus.BEFORE,
            -shown[r.key][0],
            -round(shown[r.key][1], 6),
            r.key,
        )
    )
    order = {reference.key: index for index, reference in enumerate(references)}
    numbers = {cell.feature: index for index, cell in reversed(list(enumerate(cells)))}
    ordered = sorted(cells, key=lambda cell: (numbers[cell.feature], order[cell.key]))
    return FeatureChart(references=tuple(references), cells=tuple(ordered))


def _reference(document: Document, critical: dt.date, search: Search) -> ChartReference:
    words, meaning = search.ranks.get(document.key, (None, None))
    return ChartReference(
        key=document.key,
        title=document.name,
        kind=document.kind.value,
        published=str(document.published or ""),
        date_source=dating.date_source(document),
        status=dating.status_of(document, critical) or DateStatus.UNDETERMINED,
        sha256=document.sha256,
        words_rank=words,
        meaning_rank=meaning,
    )


def _parameters(limit: int, include: Sequence[str], filing: dt.date | None) -> tuple[tuple[str, str], ...]:
    return (
        ("method", METHOD),
        ("limit", str(limit)),
        ("depth", str(DEPTH)),
        ("candidates", str(CANDIDATES)),
        ("passages", str(PASSAGES)),
        *((PARAMETER, key) for key in include),
        *((FILING, day.isoformat()) for day in (filing,) if day is not None),
    )


def _run_id(
    disclosure: Disclosure,
    features: Sequence[Feature],
    status: CorpusStatus,
    critical: dt.date,
    exclude: Sequence[str],
    parameters: Sequence[tuple[str, str]],
) -> str:
    """Return SHA-256 over everything that the report depends on."""
    inputs = {
        "snapshot": status.snapshot,
        "model": status.model_sha256,
        "disclosure": disclosure.sha256,
        "title": disclosure.title,
        "features": [asdict(feature) for feature in features],
        "critical_date": critical.isoformat(),
        "exclude": list(exclude),
        "parameters": [list(pair) for pair in parameters],
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
