"""A million passages of natural words: real texts in runs of 50 words, four runs a passage, drawn by a seed.

A passage of four runs about four things is nobody's text, but its words, their frequencies and so the length
of every posting list are those of patents and papers. Where `../shared/data` is absent the bundled demo
corpus gives the runs; its vocabulary is small, so that posting lists are longer than anybody's.
"""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.text import content
from tests.bench.tables import DATA, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUN, RUNS = 50, 4
TITLE = 8
"""Words of a passage that are its document's title."""
QUERIES, TERMS = 100, 100
_STRIDE = 7 if DATA.is_dir() else 1
FIRST, LAST = 730_120, 739_251
"""Days that documents are dated between: 2000 to 2024."""
_ABSTRACTS = (("corpora/light.jsonl.gz", "abstract"), ("bench/patent_citations/corpus.jsonl.gz", "text"))
_FULL = (
    "corpora/patents_fulltext_descriptions.jsonl.gz",
    "corpora/patents_fulltext_claims.jsonl.gz",
    "corpora/pap2pat_patents.jsonl.gz",
)
_DEMO = ROOT / "pipeline" / "demo" / "corpus" / "demo.jsonl"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A passage: its number from 0, its day, a title and the rest of its 200 words."""

    number: int
    day: int
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A query: about a hundred words that say something, and the day before which hits must be."""

    text: str
    before: int


def prepare(folder: Path) -> str:
    """Write runs.txt and queries.jsonl; returns where the words come from."""
    chance = random.Random(4)
    queries: list[str] = []
    with (folder / "runs.txt").open("w", encoding="utf-8") as runs:
        for number, text in enumerate(_texts()):
            words = text.split()
            if number % _STRIDE == 0 and len(queries) < QUERIES and (query := _query(text)):
                queries.append(query)
                if DATA.is_dir():
                    continue  # no passage holds a run of it; the demo corpus is too small for that
            runs.writelines(
                " ".join(words[start : start + RUN]) + "\n" for start in range(0, len(words) - RUN + 1, RUN)
            )
    with (folder / "queries.jsonl").open("w", encoding="utf-8") as lines:
        for query in queries:
            lines.write(json.dumps([query, chance.randrange(FIRST + 365, LAST)]) + "\n")
    return "patents and papers of ../shared/data" if DATA.is_dir() else "the bundled demo corpus"


def passages(folder: Path, count: int) -> Iterator[Drawn]:
    """Yield passages; the same ones in every process."""
    runs = (folder / "runs.txt").read_text(encoding="utf-8").splitlines()
    chance = random.Random(200)
    for number in range(count):
        words = " ".join(chance.choices(runs, k=RUNS)).split()
        day = chance.randrange(FIRST, LAST)
        yield Drawn(number, day, " ".join(words[:TITLE]), " ".join(words[TITLE:]))


def queries(folder: Path) -> list[Asked]:
    """Return the queries."""
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    return [Asked(*json.loads(line)) for line in lines]


def _query(text: str) -> str:
    """Cut a text after `TERMS` words that say something; empty when it is shorter."""
    if len(text.split()) < TERMS * 3 // 2:
        return ""
    found = content(text)
    return text[: found[TERMS - 1].end] if len(found) >= TERMS else ""


def _texts() -> Iterator[str]:
    if not DATA.is_dir():
        for line in _DEMO.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            yield " ".join(value for value in record.values() if isinstance(value, str) and " " in value)
        return
    for name, field in _ABSTRACTS:
        with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)[field]
    for name in _FULL:
        with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)["description"]
