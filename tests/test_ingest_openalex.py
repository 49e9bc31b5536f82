"""OpenAlex works: rebuilt abstracts, loose dates, slim answers."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Document, DocumentKind, EventKind, Unreadable
from ingest.openalex import READER, abstract_of
from tests.reader_laws import check_document, check_mutation, check_resume, documents_of, items_of, mutated

if TYPE_CHECKING:
    from pathlib import Path


def work(number: int = 1, **changed: object) -> dict[str, object]:
    record: dict[str, object] = {
        "id": f"https://openalex.org/W{number}",
        "doi": "https://doi.org/10.1000/LID.1",
        "title": "Lids <i>that</i>\n close",
        "publication_year": 2023,
        "publication_date": "2023-05-17",
        "ids": {
            "openalex": "https://openalex.org/W1",
            "pmid": "https://pubmed.ncbi.nlm.nih.gov/77",
            "pmcid": "https://www.ncbi.nlm.nih.gov/pmc/articles/88",
        },
        "language": "en",
        "type": "article",
        "authorships": [
            {"author": {"display_name": "Ann Moss"}, "countries": ["GB", "FR"]},
            {"author": {}, "raw_author_name": "Bo Reed"},
        ],
        "topics": [{"id": "https://openalex.org/T10", "display_name": "Pots"}],
        "mesh": [{"descriptor_ui": "D000001", "descriptor_name": "Pots"}],
        "locations": [{"landing_page_url": "http://arxiv.org/abs/2301.00001"}, None],
        "referenced_works": ["https://openalex.org/W5", "https://openalex.org/W5", 7],
        "abstract_inverted_index": {"pots": [1, 4], "We": [0], "close": [2], "and": [3], "pans.": [5]},
        "created_date": "2023-06-01",
    }
    return {**record, **changed}


LINES = b"".join(json.dumps(work(n)).encode() + b"\n" for n in (1, 2)) + b'{"id": \n'
PAGE = json.dumps({"meta": {"count": 3}, "results": [work(1), {"id": "x"}, work(3)]}).encode()
SLIM = b'{"open_access":{"is_oa":false,"oa_url":null},"doi":"https://doi.org/10.1000/lid.1"}'
SAMPLES = {
    "part_000.gz": gzip.compress(LINES, mtime=0),
    "works.jsonl": LINES,
    "page.json": PAGE,
    "slim.json": SLIM,
    "one.json": json.dumps(work(), indent=1).encode(),
}


def one(path: Path, **changed: object) -> Document:
    (document,) = documents_of(READER, path, json.dumps(work(1, **changed)))
    return document


def test_a_work_has_its_own_key_its_other_names_and_the_words_in_their_order(tmp_path: Path) -> None:
    document = one(tmp_path / "a.json")
    check_document(document)
    assert document.key == document.work == "openalex:W1"
    assert document.aliases == ("doi:10.1000/lid.1", "pmid:77", "pmcid:PMC88", "arXiv:2301.00001")
    assert (document.title, document.abstract) == ("Lids that close", "We pots close and pots pans.")
    assert (document.kind, document.language) == (DocumentKind.PAPER, "en")
    assert [(p.role, p.name, p.country) for p in document.parties] == [
        ("author", "Ann Moss", "GB"),
        ("author", "Bo Reed", ""),
    ]
    assert [(c.scheme, c.symbol) for c in document.classes] == [("OpenAlex", "T10"), ("MeSH", "D000001")]
    assert [cited.key for cited in document.citations] == ["openalex:W5"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ("published", "2023-05-17")),
        ({"publication_date": "2023-01-01"}, ("year-only", "2023-01-01/2023-12-31")),
        ({"publication_date": "2023-03-01"}, ("published", "2023-03-01/2023-03-31")),
        ({"publication_date": None}, ("year-only", "2023-01-01/2023-12-31")),
        ({"publication_date": "2023-02-30"}, ("year-only", "2023-01-01/2023-12-31")),
        ({"type": "preprint"}, ("posted", "2023-05-17")),
    ],
)
def test_the_first_of_january_is_a_year_and_the_first_of_a_month_a_month(
    tmp_path: Path, changed: dict[str, object], expected: tuple[str, str]
) -> None:
    stated, listed = one(tmp_path / "a.json", **changed).events
    assert (stated.kind.value, str(stated.when)) == expected
    assert (listed.kind, str(listed.when)) == (EventKind.INDEXED, "../2023-06-01")
    assert {stated.confidence, listed.confidence} == {"medium"}


def test_the_day_of_the_record_ends_a_year_that_is_all_we_know(tmp_path: Path) -> None:
    document = one(tmp_path / "a.json", publication_date="2023-01-01")
    assert str(document.published) == "2023-01-01/2023-06-01"
    assert one(tmp_path / "a.json", publication_date="", publication_year=0, created_date=3).events == ()


def test_gaps_and_doubled_positions_of_an_abstract_lose_no_word() -> None:
    assert abstract_of({"b": [7], "a": [0, 3, 5], "c": [3]}) == ("a a c a b", "")
    assert abstract_of({"b": [900], "a": [0]}) == ("a b", "its abstract has 2 of 901 words")
    assert abstract_of({"a": ["x", True, -1]}) == ("", "its abstract is an index without positions")
    assert abstract_of(["a"]) == abstract_of({}) == abstract_of(None) == ("", "")
    assert "more than" in abstract_of({"a": list(range(100_001))})[1]


@given(st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=40))
def test_every_text_survives_being_made_an_index(words: list[str]) -> None:
    index: dict[str, list[int]] = {}
    for at, word in enumerate(words):
        index.setdefault(word, []).append(at)
    assert abstract_of(index) == (" ".join(words), "")


def test_an_abstract_in_part_is_said_and_an_answer_without_a_work_is_a_reason(tmp_path: Path) -> None:
    torn = {"We": [0], "close": [50]}
    found = items_of(READER, tmp_path / "a.json", json.dumps(work(1, abstract_inverted_index=torn)))
    assert [getattr(item, "reason", "") for item in found] == [
        "",
        "openalex:W1 read in part: its abstract has 2 of 51 words",
    ]
    (slim,) = items_of(READER, tmp_path / "b.json", SLIM)
    assert isinstance(slim, Unreadable)
    assert "only doi, open_access" in slim.reason
    (bare,) = items_of(
        READER, tmp_path / "c.json", json.dumps(work(1, title=None, abstract_inverted_index=0))
    )
    assert "neither title nor abstract" in getattr(bare, "reason", "")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_recognised_and_resumes_anywhere(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(SAMPLES[name])
    assert sources.detect(path) is READER
    check_resume(READER, path)


def test_a_broken_record_costs_only_itself(tmp_path: Path) -> None:
    kinds = [type(item) for item in items_of(READER, tmp_path / "a.jsonl", LINES)]
    assert kinds == [Document, Document, Unreadable]
    kinds = [type(item) for item in items_of(READER, tmp_path / "a.json", PAGE)]
    assert kinds == [Document, Unreadable, Document]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([LINES, PAGE, SLIM]).flatmap(mutated))
def test_mutated_bytes_are_values(tmp_path: Path, data: bytes) -> None:
    check_mutation(READER, tmp_path / "m.json", data)


def test_a_listing_before_the_publication_does_not_date_the_text(tmp_path: Path) -> None:
    early = one(tmp_path / "a.json", publication_date="2017-03-02", created_date="2016-06-24")
    assert str(early.published) == "2017-03-02"
    assert [e.kind for e in early.events] == [EventKind.PUBLISHED, EventKind.RELATED_PUBLISHED]
    late = one(tmp_path / "a.json", publication_date="2017-03-02", created_date="2017-06-24")
    assert [e.kind for e in late.events] == [EventKind.PUBLISHED, EventKind.INDEXED]
