"""What a corpus holds, counted: the `CorpusStatus` of the database and the index's generation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import store_corpus, store_relations
from pipeline.library import CorpusStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection


def status(
    connection: Connection, *, model: str = "", model_sha256: str = "", generation: int | None = None
) -> CorpusStatus:
    """Count in one consistent view; `generation` is that of the index which is searched.

    Without it the database alone is asked, and nothing is said of what waits for the index.
    """
    documents, pieces, lost, undated, oldest, newest = store_corpus.totals(connection)
    families, in_families = store_relations.families(connection)
    near_groups, in_near_groups = store_relations.near_counts(connection)
    by_class = store_relations.class_counts(connection)
    titles = store_relations.titles(connection, [name for name, _ in by_class])
    return CorpusStatus(
        documents=documents,
        passages=pieces,
        skipped=lost,
        undated=undated,
        by_source=store_corpus.counts(connection, "source"),
        by_kind=store_corpus.counts(connection, "kind"),
        by_country=store_corpus.counts(connection, "country"),
        by_year=store_corpus.counts(connection, "year"),
        by_language=store_corpus.counts(connection, "language"),
        by_class=by_class,
        class_titles=tuple(sorted(titles.items())),
        oldest=oldest,
        newest=newest,
        snapshot=store_corpus.snapshot(connection),
        model=model,
        model_sha256=model_sha256,
        generation=generation or 0,
        waiting=0 if generation is None else store_corpus.count_pending(connection, generation),
        families=families,
        in_families=in_families,
        near_groups=near_groups,
        in_near_groups=in_near_groups,
        numbers_wanted=len(store_relations.numbers_wanted(connection)),
        title_only=len(store_relations.without_text(connection)),
        failed_files=store_relations.failed_files(connection),
    )
