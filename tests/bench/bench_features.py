"""Are both sources of a planted combination found? By features and set cover, and by one query for all.

300 disclosures with features from two patents each (`planted` says what makes them hard and easy) are looked
for among thousands of patents by the product's own way: `pipeline.gathering` asks a query per feature,
`pipeline.choosing` chooses. What counts is whether both sources are the first two documents chosen. Beside it
stands what one query of all features together gives through the same search, and its two best documents.

Two variants: the index holds titles and abstracts alone (`abstracts`, the hard one), or the sources also with
their descriptions and claims, as an ingest of full texts has them (`full texts`; the distractors, of which
only abstracts are at hand, stay as they are). Names of variants as arguments choose among them.
`BENCH_POOL` patents besides the sources (4,000); `BENCH_PLANTED` disclosures (300); `BENCH_SEED` (4): the
seed of the printed figure was not used to make the method, seed 11 was. MiniLM vectors are kept in
`BENCH_CACHE`, so only the first run has to wait for them.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import random
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.encoder import SentenceEncoder
from index.encoders import Encoders
from index.static_encoder import StaticEncoder
from index.vector_cache import CachedEncoder
from pipeline.corpus import Corpus
from pipeline.disclosure import Disclosure, Feature, FeatureKind
from pipeline.gathering import Search, chosen, collect, queries
from pipeline.ingestion import ingest
from pipeline.library import SearchFilter
from pipeline.store import Store
from pipeline.workspace import now
from tests.bench import tables
from tests.bench.planted import FILES, planted, sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.planted import Planted, Source

POOL = int(os.environ.get("BENCH_POOL", "4000"))
COUNT = int(os.environ.get("BENCH_PLANTED", "300"))
SEED = int(os.environ.get("BENCH_SEED", "4"))
VARIANTS = ("abstracts", "full texts")
TODAY = dt.date(2026, 1, 1)
LIMIT = 10
TARGET = 0.80


def main() -> None:
    """Print, per variant, how often both sources come first."""
    corpora = tables.DATA / "corpora"
    if not corpora.is_dir():
        print("../shared/data is absent: there is nothing to plant combinations from")
        return
    among = sources(corpora)
    plants = planted(among, COUNT, SEED)
    rows, figures = [], {}
    encoder = CachedEncoder(SentenceEncoder(precision="float32"), tables.CACHE / "vectors")
    for variant in [name for name in VARIANTS if name in (sys.argv[1:] or VARIANTS)]:
        found = _variant(among, plants, encoder, full=variant == "full texts")
        figures[variant] = found
        rows.append([variant, *(f"{found[key]:.3f}" for key in ("concatenated", "features", "in_chart"))])
        rows[-1] += [f"{found['documents']:,}", f"{found['seconds_each']:.2f}"]
    encoder.close()
    head = (
        "index holds",
        "one query for all",
        "per feature, set cover",
        "both among the 10 charted",
        "documents",
        "s a disclosure",
    )
    note = (
        f"Both sources are the first two documents, share of {COUNT} planted combinations (seed {SEED}); "
        f"wanted: at least {TARGET:.2f} per feature."
    )
    tables.show("features", f"{note}\n\n{tables.markdown(head, rows)}", figures)


def _variant(
    among: tuple[Source, ...], plants: tuple[Planted, ...], encoder: CachedEncoder, *, full: bool
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="antedate-features-") as made:
        folder = Path(made)
        (folder / "patents.jsonl").write_text("\n".join(_lines(among, full=full)), encoding="utf-8")
        encoders = Encoders(documents=encoder, passages=StaticEncoder())
        store = Store.open(folder / "record.sqlite")
        corpus = Corpus(store, folder / "index", encoders)
        deque(ingest(corpus, "auto", [folder / "patents.jsonl"], clock=now), maxlen=0)
        count = corpus.status().documents
        keys = {source.id: _key(corpus, source.id) for source in among}
        started = time.perf_counter()
        both = concatenated = in_chart = 0
        for plant in plants:
            wanted = {keys[source] for source in plant.sources}
            together, order = _asked(plant, corpus)
            concatenated += wanted == set(together)
            both += wanted == set(order[:2])
            in_chart += wanted <= set(order)
        spent = time.perf_counter() - started
        corpus.close()
        store.close()
    return {
        "concatenated": concatenated / len(plants),
        "features": both / len(plants),
        "in_chart": in_chart / len(plants),
        "documents": count,
        "seconds_each": spent / len(plants),
    }


def _asked(plant: Planted, corpus: Corpus) -> tuple[list[str], list[str]]:
    """Return the two best documents for the whole, and the documents that an assessment would chart."""
    text = "\n".join(plant.features)
    disclosure = Disclosure(title="", text=text, parts=())
    features = tuple(
        Feature(id=f"F{number}", text=feature, kind=FeatureKind.STRUCTURE)
        for number, feature in enumerate(plant.features, start=1)
    )
    search = Search()
    limits = SearchFilter(before=TODAY, undated=True)
    for subject, query in queries(disclosure, features):
        collect(search, subject, query, corpus, limits)
    order = chosen(search, features, corpus, LIMIT, TODAY)
    return list(search.hits[0][:2]), [document.key for document in order]


def _key(corpus: Corpus, number: str) -> str:
    """Return the key that the corpus gave a patent: the best hit of a search for its number."""
    hits = corpus.search(f"number:{number}", limit=1, passages=0)
    return hits[0].key if hits else number


def _lines(among: tuple[Source, ...], *, full: bool) -> Iterator[str]:
    """Yield the sources and the distractors as records of our own JSON lines."""
    for source in among:
        record = {"id": source.id, "kind": "patent", "title": source.title, "abstract": source.abstract}
        if full:
            record |= {"claims": list(source.claims), "description": source.description}  # type: ignore[dict-item]
        yield json.dumps(record | {"date": "2010-01-05"})
    known = {source.id for source in among} | set(_ids())
    with gzip.open(tables.DATA / "bench" / "patent_citations" / "corpus.jsonl.gz", "rt") as lines:
        others = [record for line in lines if (record := json.loads(line))["_id"] not in known]
    others.sort(key=lambda record: record["_id"])
    for record in random.Random(7).sample(others, min(POOL, len(others))):
        made = {"id": record["_id"], "kind": "patent", "title": record["title"], "abstract": record["text"]}
        yield json.dumps(made | {"date": "2010-01-05"})


def _ids() -> Iterator[str]:
    """Yield the identifiers of all full texts, those that cannot be sources too: they are no distractors."""
    for name in FILES:
        with gzip.open(tables.DATA / "corpora" / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)["id"]


if __name__ == "__main__":
    main()
