"""Every real sample at hand is read; nothing of theirs is in this repository."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from ingest import sources
from ingest.documents import Document, Unreadable
from ingest.jsonl import read_line, write_line
from ingest.passages import passages

DATA = Path(__file__).parents[2] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared samples are not on this machine")


def check(document: Document) -> None:
    """Look at what every document must keep, whatever its source."""
    assert document.key
    assert document.text
    assert read_line(write_line(document)) == document
    spans = [(p.start, p.end) for section in document.sections for p in section.paragraphs]
    assert all(end + 2 <= start for (_, end), (start, _) in pairwise(spans))
    assert all(document.text[start:end].strip() for start, end in spans)
    assert all(earlier < claim.number for claim in document.claims for earlier in claim.depends_on)
    cut = passages(document)
    assert cut[0].start == spans[0][0]
    assert cut[-1].end == spans[-1][1]


def test_every_generation_4_document_of_the_office_is_read() -> None:
    reader = sources.reader("uspto-xml")
    files, _ = sources.expand([DATA / "fixtures" / "uspto_xml", DATA / "fixtures" / "uspto_xml_bulk"], reader)
    items = [item for path in files for item in reader.read(path)]
    documents = [item for item in items if isinstance(item, Document)]
    others = Counter(item.reason.partition(":")[0] for item in items if isinstance(item, Unreadable))
    assert len(documents) == 877
    assert sum(len(document.claims) for document in documents) > 9500
    assert all(document.published and document.filed and document.work for document in documents)
    assert "not well-formed" not in others
    for document in documents[::20]:
        check(document)


def test_every_recorded_answer_of_arxiv_is_read(tmp_path: Path) -> None:
    keys = set()
    for path in sorted((DATA / "fixtures" / "arxiv_atom").glob("*.json")):
        answer = tmp_path / f"{path.stem}.xml"
        answer.write_text(json.loads(path.read_text(encoding="utf-8"))["body"], encoding="utf-8")
        for item in sources.detect(answer).read(answer):
            if isinstance(item, Document):
                check(item)
                keys.add(item.key)
            elif isinstance(item, Unreadable):
                assert "incorrect id format" in item.reason or "holds no record" in item.reason
    assert {"arXiv:quant-ph/0201082v1", "arXiv:1605.08386v1"} <= keys


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("corpora/patents_fulltext_claims.jsonl.gz", 532),
        ("corpora/pap2pat_papers.jsonl.gz", 437),
        ("corpora/defensive_publications.jsonl", 44),
        ("bench/scifact/corpus.jsonl.gz", 5183),
    ],
)
def test_every_line_of_the_corpora_is_read(name: str, count: int) -> None:
    path = DATA / name
    items = list(sources.detect(path).read(path))
    documents = [item for item in items if isinstance(item, Document)]
    assert len(documents) == len(items) == count
    for document in documents[:: max(1, count // 60)]:
        check(document)
