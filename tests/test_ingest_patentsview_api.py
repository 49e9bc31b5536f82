"""Answers of the PatentsView search service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Citation, Classification, Document, EventKind, Party, Unreadable
from ingest.patentsview_api import PATENTSVIEW_API

if TYPE_CHECKING:
    from pathlib import Path

RECORD = {
    "patent_id": "5000001",
    "patent_title": "Warm valve",
    "patent_abstract": "A seat\nwarms.",
    "patent_date": "1991-03-19",
    "patent_earliest_application_date": "1989-12-24",
    "application": [{"application_id": "07/450001", "filing_date": "1989-12-24"}],
    "withdrawn": False,
    "cpc_current": [{"cpc_sequence": 0, "cpc_subclass_id": "F16K", "cpc_group_id": "F16K1/32"}],
    "uspc_at_issue": [{"uspc_mainclass_id": "137", "uspc_subclass_id": "137/16.01"}],
    "inventors": [{"inventor_name_first": "Ann", "inventor_name_last": "Moss", "inventor_country": "GB"}],
    "assignees": [{"assignee_organization": "Seats Ltd", "assignee_country": "GB"}, 7],
    "foreign_citations": [
        {"citation_number": "2004055280", "citation_country": "WO", "citation_date": "2004-07-01"}
    ],
}
BARE = {"patent_id": "5000002", "cpc_current": []}
NEXT = {"document_number": "20200000001", "publication_title": "Tap", "publication_date": "2020-01-02"}
ANSWER = json.dumps(
    {"error": False, "count": 3, "total_hits": 3, "patents": [RECORD, BARE, NEXT | {"wipo_kind": "A1"}]}
)
SAMPLES = {"answer.json": ANSWER.encode()}


def test_the_records_of_an_answer_are_read_and_one_without_text_is_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text(ANSWER, encoding="utf-8")
    assert sources.detect(path).name == "patentsview-api"
    document, bare, published = PATENTSVIEW_API.read(path)
    assert isinstance(bare, Unreadable)
    assert bare.reason == "US-5000002-A has no title and no abstract: they were not asked for"
    assert isinstance(document, Document)
    assert (document.key, document.title, document.abstract) == (
        "US-5000001-A",
        "Warm valve",
        "A seat\nwarms.",
    )
    assert [(e.kind, str(e.when), e.zone) for e in document.events] == [
        (EventKind.GRANTED, "1991-03-19", "America/New_York"),
        (EventKind.FILED, "1989-12-24", "America/New_York"),
    ]
    assert document.classes == (
        Classification(scheme="CPC", symbol="F16K1/32"),
        Classification(scheme="USPC", symbol="137/16.01"),
    )
    assert document.parties == (
        Party(role="inventor", name="Ann Moss", country="GB"),
        Party(role="assignee", name="Seats Ltd", country="GB"),
    )
    assert document.citations == (Citation(text="WO 2004055280, 2004-07-01", key="WO-2004055280"),)
    assert document.work == "US-appl-07/450001"
    assert isinstance(published, Document)
    assert (published.key, published.events[0].kind) == ("US-20200000001-A1", EventKind.PUBLISHED)


def test_a_record_withdrawn_from_issue_is_no_document(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"patents": [RECORD | {"withdrawn": True}]}), encoding="utf-8")
    (item,) = PATENTSVIEW_API.read(path)
    assert isinstance(item, Unreadable)
    assert item.reason == "US-5000001-A was withdrawn from issue"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(RECORD)), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(sorted(RECORD)), JSON, max_size=5))
def test_fields_of_the_wrong_type_are_absent(tmp_path: Path, changes: dict[str, object]) -> None:
    path = tmp_path / "answer.json"
    path.write_text(json.dumps({"patents": [RECORD | changes, RECORD]}), encoding="utf-8")
    *_, last = PATENTSVIEW_API.read(path)
    assert isinstance(last, Document)
    assert last.key == "US-5000001-A"
