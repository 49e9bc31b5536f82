"""Documents and ready pairs of the shared data, without anything that a benchmark asks about.

Left out, and counted in the log:

* patents whose id is a query of `bench/patent_citations` (test and train), and any document whose title and
  abstract read like such a query; RFCs from 8000 on (the test queries of `bench/rfc_citations`) and from 7000
  on (its last train queries: weights fitted later need documents that nothing was trained on);
* pairs that touch one of these, pairs made from SciFact (`claim_paper_scifact`) and the pairs of a paper and
  the patent on its invention (`paper_patent_same_invention`: they are the queries of `bench/pap2pat…`);
* NFCorpus, Cranfield and SciFact are not read at all.

Every reader is a generator over gzip-compressed JSON lines; a missing file is an error.
"""

from __future__ import annotations

import gzip
import json
import logging
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOG = logging.getLogger(__name__)
_FIRST_KEPT_RFC = 7000
_SKIPPED_TYPES = frozenset({"claim_paper_scifact", "paper_patent_same_invention", "patent_cites_patent"})
_LEAST_PHRASE_SCORE = 0.75
_FULL = ("patents_fulltext_claims", "patents_fulltext_descriptions", "pap2pat_patents", "pap2pat_papers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document to learn from; parts that it lacks are empty."""

    id: str
    kind: str
    title: str = ""
    abstract: str = ""
    claims: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two texts that belong together; equal keys mark equal texts, which are no negatives of each other."""

    kind: str
    a: str
    b: str
    a_key: str
    b_key: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """What must not be learned from: ids, and texts in the form of `_plain`."""

    ids: frozenset[str]
    texts: frozenset[str]

    def covers(self, name: str, text: str = "") -> bool:
        """Return whether a document is, or reads like, a query of a benchmark."""
        number = name.removeprefix("RFC")
        if number != name and number.isdecimal() and int(number) >= _FIRST_KEPT_RFC:
            return True
        return name in self.ids or (bool(text) and _plain(text) in self.texts)


def excluded(data: Path) -> Excluded:
    """Read the queries of the benchmarks that share documents with the training data."""
    ids: set[str] = set()
    texts: set[str] = set()
    bench = data / "bench"
    for name, splits in (("patent_citations", ("test_intext", "train_intext")), ("rfc_citations", ("test",))):
        asked: set[str] = set()
        for split in splits:
            lines = (bench / name / "qrels" / f"{split}.tsv").read_text(encoding="utf-8").splitlines()[1:]
            asked.update(line.split("\t")[0] for line in lines)
        ids |= asked
        queries = _rows(bench / name / "queries.jsonl.gz")
        texts.update(_plain(str(row["text"])) for row in queries if row["_id"] in asked)
    _LOG.info("excluded: %d query ids, %d query texts", len(ids), len(texts))
    return Excluded(frozenset(ids), frozenset(texts))


def documents(data: Path, without: Excluded) -> Iterator[Document]:
    """Yield every document once, in the order of the files; a document with full text comes with it."""
    counts: Counter[str] = Counter()
    done: set[str] = set()
    for source, document in _all_documents(data):
        if document.id in done:
            counts[f"{source}: seen before"] += 1
        elif without.covers(document.id, f"{document.title}. {document.abstract}"):
            counts[f"{source}: a benchmark's query"] += 1
        else:
            done.add(document.id)
            counts[f"{source}: used"] += 1
            yield document
    for name, count in sorted(counts.items()):
        _LOG.info("documents, %s: %d", name, count)


def pairs(data: Path, without: Excluded) -> Iterator[Pair]:
    """Yield the ready pairs that may be learned from."""
    counts: Counter[str] = Counter()
    for row in _rows(data / "corpora" / "train_pairs.jsonl.gz"):
        kind, a, b = str(row["type"]), str(row["a"]), str(row["b"])
        names = [str(row.get(key) or "") for key in ("a_id", "b_id")]
        if kind in _SKIPPED_TYPES:
            counts[f"{kind}: left out"] += 1
        elif kind == "patent_phrase" and float(str(row.get("score", 0))) < _LEAST_PHRASE_SCORE:
            counts[f"{kind}: too far apart"] += 1
        elif any(without.covers(name, text) for name, text in zip(names, (a, b), strict=True)):
            counts[f"{kind}: a benchmark's query"] += 1
        else:
            counts[f"{kind}: used"] += 1
            yield Pair(kind=kind, a=a, b=b, a_key=names[0] or a, b_key=names[1] or b)
    for name, count in sorted(counts.items()):
        _LOG.info("pairs, %s: %d", name, count)


def _all_documents(data: Path) -> Iterator[tuple[str, Document]]:
    for name in _FULL:
        for row in _rows(data / "corpora" / f"{name}.jsonl.gz"):
            yield name, _document(row)
    for row in _rows(data / "corpora" / "light.jsonl.gz"):
        yield "light", _document(row)
    for row in _rows(data / "bench" / "patent_citations" / "corpus.jsonl.gz"):
        yield (
            "patent_citations",
            Document(
                id=str(row["_id"]), kind="patent", title=_text(row, "title"), abstract=_text(row, "text")
            ),
        )


def _document(row: dict[str, object]) -> Document:
    claims = row.get("claims")
    return Document(
        id=str(row["id"]),
        kind=str(row.get("kind", "")),
        title=_text(row, "title"),
        abstract=_text(row, "abstract"),
        claims=tuple(map(str, claims)) if isinstance(claims, list) else (),
        description=_text(row, "description"),
    )


def _text(row: dict[str, object], name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""


def _plain(text: str) -> str:
    """Return the letters and digits of the beginning: blanks and full stops do not tell texts apart."""
    return "".join(re.findall(r"\w", text[:2000].lower()))[:600]


def _rows(path: Path) -> Iterator[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
