"""The arXiv snapshot: versions, names, what is left without versions."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.arxiv_snapshot import READER
from ingest.documents import Document, Unreadable
from tests.reader_laws import check_document, check_mutation, check_resume, documents_of, items_of, mutated

if TYPE_CHECKING:
    from pathlib import Path


def paper(name: str = "0704.0001", **changed: object) -> dict[str, object]:
    record: dict[str, object] = {
        "id": name,
        "submitter": "Ann Moss",
        "authors": "A. Moss (Lid Lab), B. Reed",
        "title": "Lids that\n  close",
        "comments": "3 pages",
        "journal-ref": "Pots 7 (2008) 1",
        "doi": "10.1000/LID",
        "report-no": None,
        "categories": "cs.RO math.CO",
        "license": None,
        "abstract": "  We close pots.\nIt works.\n  A second paragraph.\n",
        "versions": [
            {"version": "v1", "created": "Mon, 2 Apr 2007 23:18:42 GMT"},
            {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
        ],
        "update_date": "2008-11-26",
        "authors_parsed": [["Moss", "Ann", ""], ["Reed", "Bo", "Jr"]],
    }
    return {**record, **changed}


LINES = b"".join(json.dumps(paper(name)).encode() + b"\n" for name in ("0704.0001", "x", "math/0102003"))


def packed(data: bytes) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arxiv-metadata-oai-snapshot.json", data)
    return buffer.getvalue()


SAMPLES = {
    "arxiv-metadata-oai-snapshot.json": LINES,
    "one.json": json.dumps(paper(), indent=1).encode(),
    "archive.zip": packed(LINES),
}


def one(path: Path, **changed: object) -> Document:
    (document,) = documents_of(READER, path, json.dumps(paper() | changed))
    return document


def test_a_record_is_the_latest_version_and_earlier_ones_say_nothing_about_it(tmp_path: Path) -> None:
    document = one(tmp_path / "a.json")
    check_document(document)
    assert (document.key, document.work) == ("arXiv:0704.0001v2", "arXiv:0704.0001")
    assert document.aliases == ("doi:10.1000/lid",)
    assert document.text == "Lids that close\n\nWe close pots. It works.\n\nA second paragraph."
    assert [(event.kind.value, str(event.when), event.confidence) for event in document.events] == [
        ("earlier-version", "2007-04-02/2007-04-07", "medium"),
        ("published", "2007-07-24/2007-07-29", "medium"),
    ]
    assert [party.name for party in document.parties] == ["Ann Moss", "Bo Reed Jr"]
    assert [item.symbol for item in document.classes] == ["cs.RO", "math.CO"]


def test_without_versions_only_the_day_of_the_record_bounds_it(tmp_path: Path) -> None:
    document = one(tmp_path / "a.json", versions=None)
    assert document.key == "arXiv:0704.0001"
    assert [(event.kind.value, str(event.when)) for event in document.events] == [
        ("indexed", "../2008-11-26")
    ]
    assert one(tmp_path / "a.json", versions=[], update_date="soon").events == ()


def test_names_come_from_the_printed_line_where_they_are_not_parsed(tmp_path: Path) -> None:
    assert [party.name for party in one(tmp_path / "a.json", authors_parsed=[7]).parties] == [
        "A. Moss",
        "B. Reed",
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_recognised_and_resumes_anywhere(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(SAMPLES[name])
    assert sources.detect(path) is READER
    check_resume(READER, path)


def test_a_broken_record_costs_only_itself(tmp_path: Path) -> None:
    found = items_of(READER, tmp_path / "a.json", LINES)
    assert [type(item) for item in found] == [Document, Unreadable, Document]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.just(LINES).flatmap(mutated))
def test_mutated_bytes_are_values(tmp_path: Path, data: bytes) -> None:
    check_mutation(READER, tmp_path / "m.json", data)
