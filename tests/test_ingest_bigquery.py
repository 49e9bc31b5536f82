"""BigQuery exports: both forms, languages, dates as numbers, claims as one text."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.bigquery import BigQuery
from ingest.documents import Document, DocumentKind, Unreadable
from tests.reader_laws import check_document, check_mutation, check_resume, documents_of, items_of, mutated

if TYPE_CHECKING:
    from pathlib import Path

READER = BigQuery()


def texts(*pairs: tuple[str, str], **more: object) -> list[dict[str, object]]:
    return [{"text": text, "language": language, **more} for language, text in pairs]


def row(number: str = "US-20130004437-A1", **changed: object) -> dict[str, object]:
    record: dict[str, object] = {
        "publication_number": number,
        "application_number": "US-201113012345-A",
        "country_code": number[:2],
        "kind_code": number.rpartition("-")[2],
        "application_number_formatted": "US13/012,345",
        "family_id": "46544321",
        "title_localized": texts(("en", "Lid that closes")),
        "abstract_localized": texts(("en", "A lid closes.")),
        "claims_localized": texts(("en", "What is claimed is:\n1. A lid.\n2. The lid of claim 1.")),
        "description_localized": texts(("en", "FIELD\n[0001] Lids.\n[0002] Pots.")),
        "publication_date": "20130103",
        "filing_date": "20110124",
        "grant_date": "0",
        "priority_date": "20100125",
        "priority_claim": [
            {"application_number": "US-29780010-P", "filing_date": "20100125"},
            {"application_number": "US-201113012345-A", "filing_date": "20110124"},
        ],
        "inventor_harmonized": [{"name": "MOSS ANN", "country_code": "GB"}],
        "assignee_harmonized": [{"name": "LID LAB", "country_code": ""}],
        "uspc": [{"code": "220/1", "inventive": False}],
        "ipc": [{"code": "B65D43/02", "inventive": True, "first": True}],
        "cpc": [{"code": "B65D43/02", "inventive": True, "first": True}, {"code": "B65D43/02"}],
        "citation": [
            {"publication_number": "EP-1234567-A1", "type": "X", "category": "SEA", "npl_text": ""},
            {"publication_number": "", "npl_text": "REED: Pots\n2001", "category": "APP", "type": ""},
        ],
        "parent": [{"application_number": "US-99999909-A", "filing_date": "20090101"}],
    }
    return {**record, **changed}


def table(*rows: dict[str, object]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(row()))
    writer.writeheader()
    for record in rows:
        nested = {n: json.dumps(v) if isinstance(v, list) else v for n, v in record.items()}
        writer.writerow(nested)
    return out.getvalue().encode()


LINES = b"".join(json.dumps(row(f"US-2013000443{n}-A1")).encode() + b"\n" for n in (1, 2)) + b"{bad\n"
TABLE = table(row("US-20130004431-A1"), row("soon"), row("US-20130004432-A1"))


def packed(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return buffer.getvalue()


SAMPLES = {
    "export.json": LINES,
    "export-000000000000.jsonl.gz": gzip.compress(LINES, mtime=0),
    "export-000000000001": LINES,
    "export.csv": TABLE,
    "export.csv.gz": gzip.compress(TABLE, mtime=0),
    "rows.zip": packed("export.csv", TABLE),
    "lines.zip": packed("export.json", LINES),
}


def one(path: Path, **changed: object) -> Document:
    return documents_of(READER, path, json.dumps({**row(), **changed}))[0]


def test_a_publication_has_its_texts_numbers_and_dates(tmp_path: Path) -> None:
    document = one(tmp_path / "a.json")
    check_document(document)
    assert (document.key, document.kind) == ("US-20130004437-A1", DocumentKind.APPLICATION)
    assert document.work == document.application == "US-appl-13/012345"
    assert document.priorities[0].startswith("US-appl-")
    assert len(document.priorities) == 2
    assert document.family == "docdb:46544321"
    assert (document.title, document.abstract, document.language) == (
        "Lid that closes",
        "A lid closes.",
        "en",
    )
    assert [(claim.number, claim.depends_on) for claim in document.claims] == [(1, ()), (2, (1,))]
    assert [
        (event.kind.value, str(event.when), event.confidence, event.zone) for event in document.events
    ] == [
        ("published", "2013-01-03", "high", "America/New_York"),
        ("filed", "2011-01-24", "high", "America/New_York"),
        ("priority", "2010-01-25", "medium", "America/New_York"),
    ]
    assert [(c.scheme, c.symbol) for c in document.classes] == [
        ("CPC", "B65D43/02"),
        ("IPC", "B65D43/02"),
        ("USPC", "220/1"),
    ]
    assert [(p.role, p.name, p.country) for p in document.parties] == [
        ("inventor", "MOSS ANN", "GB"),
        ("assignee", "LID LAB", ""),
    ]
    assert [(c.text, c.key, c.category, c.phase) for c in document.citations] == [
        ("EP-1234567-A1", "EP-1234567-A1", "X SEA", "search report"),
        ("REED: Pots 2001", "", "APP", ""),
    ]


def test_a_grant_of_the_same_application_shares_its_work(tmp_path: Path) -> None:
    grant = one(
        tmp_path / "a.json",
        publication_number="US-9000001-B2",
        publication_date=20150407,
        grant_date=20150407,
    )
    assert (grant.key, grant.kind, grant.work) == ("US-9000001-B2", DocumentKind.PATENT, "US-appl-13/012345")
    assert (grant.events[0].kind.value, str(grant.events[0].when)) == ("granted", "2015-04-07")


@pytest.mark.parametrize("day", ["0", 0, None, "", "20131301", "soon", [1]])
def test_a_date_that_is_none_costs_only_the_event(tmp_path: Path, day: object) -> None:
    document = one(tmp_path / "a.json", publication_date=day)
    assert document.published is None
    assert document.filed is not None


def test_texts_in_other_languages_follow_and_are_marked(tmp_path: Path) -> None:
    document = one(
        tmp_path / "a.json",
        publication_number="EP-1234567-B1",
        title_localized=texts(("en", "Lid"), ("de", "Deckel")),
        abstract_localized=texts(("en", "A lid.")),
        claims_localized=texts(("de", "1. Deckel."), ("en", "1. Lid.")),
        description_localized=texts(("de", "Deckel\nTopf")),
    )
    check_document(document)
    assert (document.language, document.title) == ("de", "Deckel")
    anchors = [place.anchor for section in document.sections for place in section.paragraphs]
    assert anchors == ["title", "title (en)", "abstract (en)", "¶1", "¶2", "claim 1", "claims (en)"]
    assert document.text.endswith("Deckel.\n\n1. Lid.")


def test_what_the_source_cut_or_did_not_number_is_said(tmp_path: Path) -> None:
    cut = texts(("en", "A lid.\nThe lid of claim 1."), truncated=True)
    document, note = items_of(READER, tmp_path / "a.json", json.dumps(row(claims_localized=cut)))
    assert isinstance(document, Document)
    assert isinstance(note, Unreadable)
    assert note.reason == (
        "US-20130004437-A1 read in part: en: its claims are not numbered: read as text; "
        "claims (en) are cut at the source"
    )
    assert document.claims == ()


def test_texts_in_markup_are_read_like_pages(tmp_path: Path) -> None:
    claims = (
        '<claims><claim num="00001"><claim-text>1. A lid of 10<sup>3</sup> Pa.</claim-text></claim>'
        '<claim num="00002"><claim-text>2. The lid of <claim-ref idref="CLM-00001">claim 1</claim-ref>, '
        "closing.</claim-text></claim></claims>"
    )
    description = '<description><heading>FIELD</heading><p num="0007">Lids.</p>loose</description>'
    document = one(
        tmp_path / "a.json",
        claims_localized_html=texts(("en", claims)),
        description_localized_html=texts(("en", description)),
    )
    assert [(c.number, document.text[c.start : c.end], c.depends_on) for c in document.claims] == [
        (1, "A lid of 10^3 Pa.", ()),
        (2, "The lid of claim 1, closing.", (1,)),
    ]
    assert [p.anchor for s in document.sections if s.field == "description" for p in s.paragraphs] == [
        "¶0007",
        "¶8",
    ]


def test_a_table_gives_the_same_documents_as_lines(tmp_path: Path) -> None:
    lines = documents_of(READER, tmp_path / "a.json", LINES)
    rows = documents_of(READER, tmp_path / "a.csv", TABLE)
    assert [document.digest for document in rows] == [document.digest for document in lines]


def test_a_column_that_is_not_json_is_a_reason_when_it_holds_text(tmp_path: Path) -> None:
    broken = table(row(title_localized="[{", cpc="{x"))
    (item,) = items_of(READER, tmp_path / "a.csv", broken)
    assert getattr(item, "reason", "") == "its column title_localized is not JSON"


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_recognised_and_resumes_anywhere(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(SAMPLES[name])
    assert sources.detect(path).name == READER.name
    check_resume(READER, path)
    assert [type(item) for item in READER.read(path)].count(Document) == 2


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.just(LINES).flatmap(mutated))
def test_mutated_lines_are_values(tmp_path: Path, data: bytes) -> None:
    check_mutation(READER, tmp_path / "m.json", data)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.just(TABLE).flatmap(mutated))
def test_mutated_tables_are_values(tmp_path: Path, data: bytes) -> None:
    check_mutation(READER, tmp_path / "m.csv", data)
