"""Semantic Scholar: graph answers, and the parts of a paper in its data sets."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Document, Unreadable
from ingest.semanticscholar import READER
from tests.reader_laws import check_document, check_mutation, check_resume, documents_of, items_of, mutated

if TYPE_CHECKING:
    from pathlib import Path

SHA = "0123456789abcdef0123456789abcdef01234567"


def graph(**changed: object) -> dict[str, object]:
    record: dict[str, object] = {
        "paperId": SHA,
        "externalIds": {
            "ArXiv": "2301.00001",
            "DOI": "10.1000/LID",
            "CorpusId": 77,
            "PubMed": "5",
            "PubMedCentral": "6",
            "ACL": "P19-1001",
        },
        "title": "Lids that close",
        "abstract": "We close pots.\n\nThey close.",
        "year": 2023,
        "publicationDate": "2023-05-17",
        "tldr": {"model": "m", "text": "A machine wrote this."},
        "authors": [{"authorId": "1", "name": "Ann Moss"}, {"name": None}],
        "references": [{"paperId": SHA[::-1], "title": "Pots"}, {"paperId": None, "title": None}],
    }
    return {**record, **changed}


PAPER = {
    "corpusid": 77,
    "externalids": {"DOI": "10.1000/LID", "ArXiv": None, "CorpusId": "77"},
    "title": "Lids that close",
    "year": 2023,
    "publicationdate": "2023-01-01",
    "authors": [{"authorId": "1", "name": "Ann Moss"}],
}
ABSTRACT = {
    "corpusid": 77,
    "openaccessinfo": {"externalids": {"DOI": "10.1000/LID"}, "license": None},
    "abstract": "We close pots.",
}
BODY = "Lids that close\nWe close pots.\nMethod\nPots were bought. They\nwere round.\nThen closed."


def span(text: str) -> dict[str, object]:
    return {"start": BODY.index(text), "end": BODY.index(text) + len(text)}


MARKS = {
    "title": json.dumps([span("Lids that close")]),
    "abstract": json.dumps([span("We close pots.")]),
    "sectionheader": json.dumps([span("Method")]),
    "paragraph": json.dumps(
        [
            span("We close pots."),
            span("Pots were bought. They\nwere round."),
            {"start": "76", "end": 9999},
            {"start": str(BODY.index("Then")), "end": str(len(BODY))},
        ]
    ),
}
FULL = {
    "corpusid": 77,
    "externalids": {"doi": "10.1000/LID"},
    "content": {"text": BODY, "annotations": MARKS},
}
LINES = b"".join(json.dumps(record).encode() + b"\n" for record in (PAPER, ABSTRACT, FULL, {"corpusid": 9}))
PAGE = json.dumps({"total": 2, "data": [graph(), {"citedPaper": graph(paperId=SHA[::-1])}, None]}).encode()
MISSING = b'{"error":"Paper with id DOI:10.1000/LID not found"}'
SAMPLES = {
    "papers.jsonl": LINES,
    "papers0.gz": gzip.compress(LINES, mtime=0),
    "search.json": PAGE,
    "one.json": json.dumps(graph(), indent=2).encode(),
    "missing.json": MISSING,
}


def test_a_graph_answer_is_a_paper_with_its_other_names_and_without_the_machines_summary(
    tmp_path: Path,
) -> None:
    (document,) = documents_of(READER, tmp_path / "a.json", json.dumps(graph()))
    check_document(document)
    assert document.key == document.work == "s2:77"
    names = (f"s2:{SHA}", "doi:10.1000/lid", "arXiv:2301.00001", "pmid:5", "pmcid:PMC6", "acl:P19-1001")
    assert document.aliases == names
    assert document.text == "Lids that close\n\nWe close pots.\n\nThey close."
    assert [party.name for party in document.parties] == ["Ann Moss"]
    assert [(cited.text, cited.key) for cited in document.citations] == [("Pots", f"s2:{SHA[::-1]}")]
    (event,) = document.events
    assert (event.kind.value, str(event.when), event.confidence) == ("published", "2023-05-17", "medium")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"publicationDate": None}, ["2023-01-01/2023-12-31"]),
        ({"publicationDate": "2023-01-01"}, ["2023-01-01/2023-12-31"]),
        ({"publicationDate": "2023-06-01"}, ["2023-06-01/2023-06-30"]),
        ({"publicationDate": "soon", "year": "x"}, []),
    ],
)
def test_a_loose_day_is_a_year_or_a_month(
    tmp_path: Path, changed: dict[str, object], expected: list[str]
) -> None:
    (document,) = documents_of(READER, tmp_path / "a.json", json.dumps(graph(**changed)))
    assert [str(event.when) for event in document.events] == expected


def test_a_paper_without_corpus_number_is_known_by_its_digest(tmp_path: Path) -> None:
    (document,) = documents_of(READER, tmp_path / "a.json", json.dumps(graph(externalIds=None)))
    assert (document.key, document.aliases) == (f"s2:{SHA}", ())


def test_the_data_sets_give_parts_of_one_paper_none_of_which_has_all_that_another_has(tmp_path: Path) -> None:
    paper, abstract, full = documents_of(READER, tmp_path / "a.jsonl", LINES)
    assert {paper.key, abstract.key, full.key, paper.work, abstract.work, full.work} == {"s2:77"}
    parts = [{section.field for section in document.sections} for document in (paper, abstract, full)]
    assert parts == [{"title"}, {"abstract"}, {"abstract", "description"}]
    assert abstract.aliases == full.aliases == ("doi:10.1000/lid",)
    assert [str(event.when) for event in paper.events] == ["2023-01-01/2023-12-31"]
    assert abstract.events == full.events == ()


def test_marks_of_a_full_text_become_sections_and_those_out_of_place_are_left_out(tmp_path: Path) -> None:
    full = documents_of(READER, tmp_path / "a.jsonl", LINES)[2]
    check_document(full)
    assert full.abstract == "We close pots."
    first = full.sections[1].paragraphs[0]
    assert (first.anchor, full.text[first.start : first.end]) == ("title", "Lids that close")
    method = full.sections[-1]
    assert method.heading == "Method"
    assert [(p.anchor, full.text[p.start : p.end]) for p in method.paragraphs] == [
        ("¶1", "Pots were bought. They\nwere round."),
        ("¶2", "Then closed."),
    ]


def test_a_full_text_without_marks_is_cut_at_blank_lines(tmp_path: Path) -> None:
    bare = {"corpusid": 1, "content": {"text": "One.\n\nTwo.", "annotations": {"paragraph": "[not json"}}}
    (document,) = documents_of(READER, tmp_path / "a.jsonl", json.dumps(bare))
    assert document.text == "One.\n\nTwo."
    assert [p.anchor for p in document.sections[0].paragraphs] == ["¶1", "¶2"]


def test_errors_and_records_without_text_are_reasons(tmp_path: Path) -> None:
    (missing,) = items_of(READER, tmp_path / "a.json", MISSING)
    assert isinstance(missing, Unreadable)
    assert "not found" in missing.reason
    last = items_of(READER, tmp_path / "a.jsonl", LINES)[-1]
    assert getattr(last, "reason", "") == "s2:9 has neither title nor abstract nor text"
    kinds = [type(item) for item in items_of(READER, tmp_path / "b.json", PAGE)]
    assert kinds == [Document, Document, Unreadable]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_recognised_and_resumes_anywhere(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(SAMPLES[name])
    assert sources.detect(path) is READER
    check_resume(READER, path)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([LINES, PAGE, MISSING]).flatmap(mutated))
def test_mutated_bytes_are_values(tmp_path: Path, data: bytes) -> None:
    check_mutation(READER, tmp_path / "m.json", data)
