"""What an assessment says about its own reach: the `Coverage` record and its "not searched" sentences."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from ingest.documents import DocumentKind
from pipeline.library import SearchFilter
from pipeline.novelty import Coverage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.library import CorpusStatus, Library
    from pipeline.novelty import Query

_PATENTS: Final = frozenset({DocumentKind.PATENT.value, DocumentKind.APPLICATION.value})
_SHOWN: Final = 8
NOT_ADVICE: Final = "This is not legal advice. A person who knows the law of the offices concerned decides."


def coverage(
    library: Library,
    status: CorpusStatus,
    critical: dt.date,
    exclude: Sequence[str],
    queries: Sequence[Query],
) -> Coverage:
    """Describe what was searched and what was not."""
    limit = SearchFilter(before=critical, undated=False, exclude=tuple(exclude))
    return Coverage(
        snapshot=status.snapshot,
        documents=status.documents,
        passages=status.passages,
        by_source=status.by_source,
        by_kind=status.by_kind,
        by_country=status.by_country,
        languages=status.by_language,
        oldest=status.oldest,
        newest=status.newest,
        eligible=library.count(limit),
        undated=status.undated,
        skipped=status.skipped,
        model=status.model,
        model_sha256=status.model_sha256,
        queries=tuple(queries),
        not_searched=not_searched(status, critical),
        measured=status.measured,
    )


def not_searched(status: CorpusStatus, critical: dt.date) -> tuple[str, ...]:
    """Return the sentences a reader needs before trusting that something was not found."""
    sentences = [_languages(status), *_corpora(status), *_dates(status, critical), *_lost(status)]
    sentences += [
        "Drawings, photographs, formulas shown as pictures and other images were not looked at.",
        "Sales, public use, talks and anything else never written into a document were not looked at.",
        "Applications become public about 18 months after filing; later ones cannot be found by anyone.",
        "Text that the search did not rank among the closest was not compared feature by feature.",
    ]
    return tuple(sentences)


def _languages(status: CorpusStatus) -> str:
    known = _named(status.by_language)
    if not known:
        return "The languages of the documents are not recorded; documents are compared as English text."
    return (
        f"Documents in languages other than {', '.join(known)} are not in this corpus, and documents in "
        "other "
        "languages than English are compared word by word only as far as the words agree."
    )


def _corpora(status: CorpusStatus) -> list[str]:
    kinds = {name for name, count in status.by_kind if count}
    if not status.documents:
        return ["The corpus is empty: nothing was searched."]
    sentences = []
    countries = [name for name in _named(status.by_country) if name.isalpha()]
    if not kinds & _PATENTS:
        sentences.append("No patents or patent applications of any office are in this corpus.")
    else:
        offices = ", ".join(countries) if countries else "unknown offices"
        sentences.append(
            f"Patents and applications of offices other than those present ({offices}) were not searched."
        )
    if kinds <= _PATENTS:
        sentences.append(
            "No non-patent literature (papers, standards, manuals, theses, web pages) is in this corpus."
        )
    else:
        present = ", ".join(sorted(kinds - _PATENTS))
        sentences.append(
            f"Non-patent literature was searched only as far as it was ingested ({present}); books, manuals, "
            "theses, source code and web pages beyond that were not."
        )
    sentences.append(
        f"Only these sources were ingested: {', '.join(_named(status.by_source)) or 'none recorded'}."
    )
    return sentences


def _dates(status: CorpusStatus, critical: dt.date) -> list[str]:
    if not status.newest:
        return ["No document of this corpus has a public date."] if status.documents else []
    sentences = [f"Documents that became public after {status.newest} are not in this corpus."]
    newest = dt.date.fromisoformat(status.newest[-10:])
    gap = (critical - newest).days - 1
    if gap > 0:
        sentences.append(
            f"The {gap} days between {status.newest} and the critical date {critical.isoformat()} are "
            "not covered."
        )
    return sentences


def _lost(status: CorpusStatus) -> list[str]:
    sentences = [f"{sentence}." for sentence in status.damage]
    if status.waiting:
        sentences.append(
            f"Documents that another command was still adding, not in the index yet: {status.waiting}."
        )
    if status.undated:
        sentences.append(
            f"Documents without a public date, shown apart and never relied on: {status.undated}."
        )
    if status.skipped:
        sentences.append(
            f"Records that could not be read when the corpus was built, and not searched: {status.skipped}."
        )
    return sentences


def _named(counts: Sequence[tuple[str, int]]) -> list[str]:
    names = [name for name, count in counts if count and name not in ("", "unknown")]
    return names[:_SHOWN] + (["…"] if len(names) > _SHOWN else [])
