"""One part of `bench_million`, in a process of its own so that its memory is its own: prints JSON.

`build` and `search` go through `HybridIndex`; `tantivy-build`, `tantivy-search` and `faiss` are the peers.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.encoders import Encoders
from index.hybrid import HybridIndex
from index.records import Filter, Item, Piece
from index.static_encoder import StaticEncoder
from tests.bench import tables
from tests.bench.million_texts import passages, queries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from tests.bench.million_texts import Drawn

BATCH = 32_768
"""Passages of a generation: what an ingest of this size uses."""
WARM = 5
HEAP = 512 << 20


class Noise:
    """In place of the encoder of documents: a unit vector of noise for every text, almost for nothing."""

    name, sha256, precision, dim = "noise", "0" * 64, "float32", 384

    def __init__(self) -> None:
        self._random = np.random.default_rng(7)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:  # noqa: ARG002
        made = self._random.standard_normal((len(texts), self.dim), dtype=np.float32)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        return made


class Kept(StaticEncoder):
    """The encoder of passages; keeps what it made in a file, for FAISS, and knows how long that took."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("wb")
        self.seconds = 0.0

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        made = super().encode(texts, query=query)
        started = time.perf_counter()
        self._file.write(made.tobytes())
        self.seconds += time.perf_counter() - started
        return made

    def close(self) -> None:
        self._file.close()


def build(folder: Path, count: int, per: int) -> dict[str, Any]:
    """Index words and vectors. The time to draw the texts, and to keep vectors for FAISS, does not count."""
    kept = Kept(folder / "vectors.f32")
    spent = busy = 0.0
    with HybridIndex.open(folder / "index", Encoders(documents=Noise(), passages=kept), write=True) as index:
        for items in _batched(_items(folder, count, per), max(1, BATCH // per)):
            started, before = time.perf_counter(), time.process_time()
            index.apply(items)
            spent += time.perf_counter() - started
            busy += time.process_time() - before
    kept.close()
    spent -= kept.seconds
    return {
        "seconds": spent,
        "processor_seconds": busy,
        "bytes": _size(folder / "index"),
        **tables.peak(),
    }


def search(folder: Path, count: int, per: int) -> dict[str, Any]:
    """Ask every query of the index, opened afresh."""
    started = time.perf_counter()
    with HybridIndex.open(folder / "index", Encoders(documents=Noise(), passages=StaticEncoder())) as index:
        opened = time.perf_counter() - started
        channels: dict[str, Any] = {}
        for mode in ("fused", "words", "meaning"):
            times = _times(
                folder,
                lambda text, before, mode=mode: index.search(  # type: ignore[misc]
                    text, mode=mode, filter=Filter(before=before), pieces=0, plain=True
                ),
            )
            channels[mode] = {"p50_ms": tables.quantile(times, 0.5), "p95_ms": tables.quantile(times, 0.95)}
        channels["parallel"] = _parallel(folder, index)
        filled = [
            len(index.search(each.text, filter=Filter(before=each.before), plain=True))
            for each in queries(folder)
        ]
    return {"open_s": opened, "hits": min(filled), **channels, **tables.peak()}


def _parallel(folder: Path, index: HybridIndex) -> float:
    """Return how many times as many queries two threads answer as one, each query in one thread."""
    asked = queries(folder)

    def ask(number: int) -> None:
        each = asked[number]
        index.search(each.text, filter=Filter(before=each.before), pieces=0, plain=True)

    spent = []
    for threads in (1, 2):
        started = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(ask, range(len(asked))))
        spent.append(time.perf_counter() - started)
    return spent[0] / spent[1]


def tantivy_build(folder: Path, count: int, per: int) -> dict[str, Any]:
    """Index the same texts by tantivy as it comes: one field, its English stemmer, two threads."""
    engine = _tantivy()
    target = folder / "tantivy"
    target.mkdir()
    writer = engine.Index(_schema(), path=str(target)).writer(HEAP, 2)
    spent = 0.0
    for items in _batched(_items(folder, count, per), BATCH):
        started = time.perf_counter()
        for item in items:
            text = "\n".join((item.title, *(piece.text for piece in item.pieces)))
            writer.add_document(engine.Document(id=item.id, day=item.day, text=text))
        spent += time.perf_counter() - started
    started = time.perf_counter()
    writer.commit()
    writer.wait_merging_threads()
    spent += time.perf_counter() - started
    return {"seconds": spent, "bytes": _size(target), **tables.peak()}


def tantivy_search(folder: Path, count: int, per: int) -> dict[str, Any]:
    """Ask every query of tantivy: any of its words, and the day."""
    engine = _tantivy()
    index = engine.Index.open(str(folder / "tantivy"))
    searcher = index.searcher()

    def ask(text: str, before: int) -> object:
        words = "".join(c if c.isalnum() else " " for c in text.lower())
        day = engine.Query.range_query(
            index.schema, "day", engine.FieldType.Integer, 0, before, include_upper=False
        )
        must = engine.Occur.Must
        found = engine.Query.boolean_query([(must, index.parse_query(words, ["text"])), (must, day)])
        return searcher.search(found, limit=200, count=False).hits

    times = _times(folder, ask)
    return {
        "p50_ms": tables.quantile(times, 0.5),
        "p95_ms": tables.quantile(times, 0.95),
        **tables.peak(),
    }


def faiss_scan(folder: Path, count: int, per: int) -> dict[str, Any]:
    """Scan the same vectors of passages with one thread, float32, no filter, and nothing else."""
    import faiss

    faiss.omp_set_num_threads(1)
    encoder = StaticEncoder()
    vectors = np.fromfile(folder / "vectors.f32", np.float32).reshape(-1, encoder.dim)
    flat = faiss.IndexFlatIP(encoder.dim)
    flat.add(vectors)
    del vectors
    asked = {each.text: encoder.encode([each.text], query=True) for each in queries(folder)}
    times = _times(folder, lambda text, _: flat.search(asked[text], 200))
    return {
        "p50_ms": tables.quantile(times, 0.5),
        "p95_ms": tables.quantile(times, 0.95),
        "bytes": (folder / "vectors.f32").stat().st_size,
        **tables.peak(),
    }


def _times(folder: Path, ask: Callable[[str, int], object]) -> list[float]:
    """Return the milliseconds of every query, after a few that do not count."""
    asked = queries(folder)
    times = []
    for number, each in enumerate((*asked[:WARM], *asked)):
        started = time.perf_counter()
        ask(each.text, each.before)
        if number >= WARM:
            times.append((time.perf_counter() - started) * 1000)
    return times


def _batched(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while part := list(islice(items, size)):
        yield part


def _items(folder: Path, count: int, per: int) -> Iterator[Item]:
    drawn = passages(folder, count)
    number = 0
    while part := list(islice(drawn, per)):
        number += 1
        yield _item(number, part)


def _item(number: int, part: Sequence[Drawn]) -> Item:
    first = part[0]
    texts = [first.body, *(f"{other.title} {other.body}" for other in part[1:])]
    return Item(
        id=number,
        day=first.day,
        tags=("kind:patent",),
        title=first.title,
        pieces=tuple(Piece(ordinal=n, field="description", text=text) for n, text in enumerate(texts)),
    )


def _schema() -> Any:  # noqa: ANN401 - tantivy has no types
    builder = _tantivy().SchemaBuilder()
    builder.add_integer_field("id", stored=False, indexed=False, fast=True)
    builder.add_integer_field("day", stored=False, indexed=True, fast=True)
    builder.add_text_field("text", stored=False, tokenizer_name="en_stem", index_option="freq")
    return builder.build()


def _tantivy() -> Any:  # noqa: ANN401
    import tantivy

    return tantivy


def _size(folder: Path) -> int:
    """Return the bytes of a folder; a file that two generations share counts once."""
    files = {(found := path.stat()).st_ino: found.st_size for path in folder.rglob("*") if path.is_file()}
    return sum(files.values())


PARTS = {
    "build": build,
    "search": search,
    "tantivy-build": tantivy_build,
    "tantivy-search": tantivy_search,
    "faiss": faiss_scan,
}

if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
