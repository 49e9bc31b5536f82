"""What the command line says about a corpus: status, relations, classes, wanted numbers, services."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.about import ABOUT
from ingest.connectors import CONNECTORS
from ingest.jsonl import write_line
from ingest.sources import SOURCES
from tests.kin_samples import LONG, document
from tests.playing_server import Asked, Reply, playing

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[..., dict[str, Any]]

ANTEDATE = Path(sys.executable).with_name("antedate")
SCHEME = """<?xml version="1.0" encoding="UTF-8"?>
<class-scheme scheme-type="cpc" publication-date="2026-01-01">
<classification-item level="5" sort-key="A47B"><classification-symbol>A47B</classification-symbol>
<class-title><title-part><text scheme="ipc">Tables</text></title-part></class-title>
<classification-item level="7" sort-key="A47B3/00"><classification-symbol>A47B3/00</classification-symbol>
<class-title><title-part><text scheme="ipc">Folding tables</text></title-part></class-title>
</classification-item></classification-item></class-scheme>
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a family, a near-duplicate, a citation, classes and a number list."""
    place = tmp_path_factory.mktemp("relations")
    other = LONG.replace("kitchen", "flat")
    documents = [
        document(
            "EP-1000001-A1", LONG, application="EP-appl-1", published="2001-01-10", classes=["A47B3/08"]
        ),
        document(
            "US-7000001-B2", other, priorities=["EP-appl-1"], published="2004-02-03", classes=["A47B3/00"]
        ),
        document("US-7000002-B2", "A lamp on a pole.", cites=["US-7000001"], published="2006-02-03"),
    ]
    (place / "a.jsonl").write_bytes(b"".join(write_line(one) for one in documents))
    (place / "cpc.xml").write_text(SCHEME, encoding="utf-8")
    (place / "numbers.txt").write_text("EP 1 234 567 B1\nUS 7,000,001 B2\n", encoding="utf-8")
    run(place, "init", ".")
    run(place, "ingest", "auto", "a.jsonl", "cpc.xml")
    run(place, "ingest", "number-list", "numbers.txt")
    return place


def run(place: Path, *words: str, code: int = 0, environment: dict[str, str] | None = None) -> str:
    found = subprocess.run(
        [ANTEDATE, *words],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "USER": "ada", "NO_COLOR": "1", **(environment or {})},
    )
    assert found.returncode == code, f"{words}: {found.returncode}\n{found.stdout}\n{found.stderr}"
    assert "Traceback" not in found.stderr
    return found.stdout


def answer(
    place: Path, *words: str, code: int = 0, environment: dict[str, str] | None = None
) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(run(place, *words, "--json", code=code, environment=environment))
    return value


def test_status_counts_families_duplicates_classes_and_what_is_wanted(folder: Path) -> None:
    found = answer(folder, "corpus", "status")
    assert found["documents"] == 3
    assert (found["families"], found["in_families"]) == (1, 2)
    assert (found["near_duplicate_groups"], found["in_near_duplicate_groups"]) == (1, 2)
    assert found["by_class"] == {"A47B": 2}
    assert found["by_year"] == {"2001": 1, "2004": 1, "2006": 1}
    assert found["numbers_wanted"] == 1
    assert found["failed_files"] == []
    said = run(folder, "corpus", "status")
    assert "A47B Tables" in said
    assert "█" in said
    assert found["snapshot"] in said


def test_what_a_list_names_and_nothing_is_here_of_is_wanted(folder: Path) -> None:
    assert [one["key"] for one in answer(folder, "corpus", "wanted")["wanted"]] == ["EP-1234567-B1"]


def test_relations_follow_family_duplicates_and_citations_from_a_written_number(folder: Path) -> None:
    found = answer(folder, "relations", "US 7,000,001 B2")
    assert found["family"]["first"]["key"] == "EP-1000001-A1"
    assert [one["key"] for one in found["near_duplicates"]] == ["EP-1000001-A1"]
    assert [one["key"] for one in found["cited_by"]] == ["US-7000002-B2"]
    said = run(folder, "relations", "US7000002B2")
    assert "cites: 1, 1 of them here" in said
    assert answer(folder, "relations", "US 9,999,999", code=2)["error"]["kind"] == "UnknownDocumentError"


def test_a_number_is_shown_as_its_document(folder: Path) -> None:
    assert answer(folder, "show", "EP 1 000 001 A1")["key"] == "EP-1000001-A1"


def test_near_duplicates_are_one_row_with_its_family(folder: Path) -> None:
    hits = answer(folder, "search", "folding table with a cam and a notch", "--mode", "words")["hits"]
    assert hits[0]["key"] == "EP-1000001-A1"
    assert [one["key"] for one in hits[0]["near_duplicates"]] == ["US-7000001-B2"]
    assert hits[0]["family_first"]["key"] == "EP-1000001-A1"
    assert "US-7000001-B2" not in [hit["key"] for hit in hits]
    before = ("--before", "2003-01-01")
    assert [hit["key"] for hit in answer(folder, "search", "cam notch", *before)["hits"]] == ["EP-1000001-A1"]


def test_classes_are_counted_below_a_prefix_with_their_titles(folder: Path) -> None:
    assert answer(folder, "classes")["classes"] == [{"symbol": "A47B", "documents": 2, "title": "Tables"}]
    below = answer(folder, "classes", "a47b 3/")
    assert [(one["symbol"], one["title"]) for one in below["classes"]] == [
        ("A47B3/00", "Folding tables"),
        ("A47B3/08", ""),
    ]
    hits = answer(folder, "search", "table", "--mode", "words", "--class", "A47B 3/08")["hits"]
    assert [hit["key"] for hit in hits] == ["EP-1000001-A1"]


def test_verify_finds_a_text_that_was_changed_behind_our_back(folder: Path, tmp_path: Path) -> None:
    import shutil
    import sqlite3
    import zlib

    assert answer(folder, "corpus", "verify")["valid"] is True
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    with sqlite3.connect(copy / "record.sqlite") as database:
        ((body,),) = database.execute("SELECT body FROM documents WHERE key = 'US-7000002-B2'").fetchall()
        changed = zlib.compress(zlib.decompress(body).replace(b"lamp", b"lamb"))
        database.execute("UPDATE documents SET body = ? WHERE key = 'US-7000002-B2'", (changed,))
    database.close()
    found = answer(copy, "corpus", "verify", code=1)
    assert found["valid"] is False
    assert "US-7000002-B2" in found["faults"][0]


def test_a_source_is_removed_and_can_be_read_again(folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "again"
    shutil.copytree(folder, copy)
    assert answer(copy, "corpus", "remove", "jsonl", "--yes")["removed"] == 3
    assert answer(copy, "corpus", "status")["documents"] == 0
    assert answer(copy, "ingest", "auto", "a.jsonl")["added"] == 3
    exported = copy / "all.jsonl"
    assert answer(copy, "corpus", "export", str(exported))["documents"] == 3
    assert exported.read_bytes().count(b"\n") == 3


def test_sources_lists_every_reader_and_service_with_terms_and_keys(folder: Path) -> None:
    assert set(ABOUT) == set(SOURCES)
    found = answer(folder, "sources")
    assert [one["name"] for one in found["readers"]] == list(SOURCES)
    assert {one["name"] for one in found["services"]} == set(CONNECTORS)
    assert all(one["terms"] and one["sends"] and one["hosts"] for one in found["services"])
    assert "USPTO_API_KEY" in run(folder, "sources")


PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-01-01T00:00:00Z</responseDate>
<request verb="ListRecords">x</request><ListRecords><record><header><identifier>oai:r.example:1</identifier>
<datestamp>2020-05-06</datestamp></header><metadata>
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Hinge of a lid</dc:title><dc:description>A hinge holds a lid open.</dc:description>
<dc:date>2019-04-03</dc:date><dc:identifier>https://r.example/1</dc:identifier></oai_dc:dc>
</metadata></record></ListRecords></OAI-PMH>"""


def serve(_: Asked) -> Reply:
    return Reply(body=PAGE.encode(), kind="text/xml")


def test_fetch_asks_a_service_keeps_the_raw_file_and_reads_it(folder: Path, tmp_path: Path) -> None:
    run(tmp_path, "init", ".")
    with playing(serve) as play:
        words = ("fetch", "oai", "--address", f"{play.url}/oai", "--format", "oai_dc")
        settings = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "ANTEDATE_CONTACT": "ada@example.org"}
        rehearsed = answer(tmp_path, *words, "--dry-run", environment=settings)
        assert play.asked == []
        assert "would_ask" in rehearsed
        found = answer(tmp_path, *words, environment=settings)
        assert found["ingested"]["added"] == 1
        (file,) = found["files"]
        assert Path(file["path"]).is_file()
        assert Path(f"{file['path']}.origin.json").is_file()
        again = answer(tmp_path, *words, environment=settings)
        assert again["ingested"]["added"] == 0
    log = tmp_path / "log.jsonl"
    run(tmp_path, "audit", "export", str(log))
    assert "fetched from a service" in log.read_text(encoding="utf-8")


def test_fetch_refuses_words_without_a_case_and_says_whom_they_would_be_told(folder: Path) -> None:
    found = answer(folder, "fetch", "crossref", "--query", "secret cam", code=4)
    assert "api.crossref.org" in found["error"]["message"]
    assert answer(folder, "fetch", "nobody", code=2)["error"]["kind"] == "UnknownConnectorError"
