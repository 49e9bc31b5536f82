"""Europe PMC's answers: one reading of XML and JSON, and dates that the service fills up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Classification, DocumentKind, Party
from ingest.europepmc import EuropePmc
from tests.reader_checks import check_resume, check_values, days, documents, mutated, read, reasons

if TYPE_CHECKING:
    from pathlib import Path

READER = EuropePmc()
ABSTRACT = "<h4>Aim</h4>A lid closes at 10<sup>5</sup> Pa.<h4>Result</h4>It <i>closed</i>, p&lt;0.05."
RECORD: dict[str, object] = {
    "id": "7",
    "source": "MED",
    "pmid": "7",
    "pmcid": "PMC77",
    "doi": "10.1000/LID.7",
    "title": "Lids of <i>pots</i>.",
    "authorString": "Moss A, Reed B.",
    "authorList": {"author": [{"firstName": "Ann", "lastName": "Moss"}, {"collectiveName": "The Lid Group"}]},
    "journalInfo": {"dateOfPublication": "2019 Feb", "printPublicationDate": "2019-02-01"},
    "pubYear": "2019",
    "abstractText": ABSTRACT,
    "language": "eng",
    "pubModel": "Print-Electronic",
    "meshHeadingList": {
        "meshHeading": [{"majorTopic_YN": "N", "descriptorName": "Cooking and Eating Utensils"}]
    },
    "keywordList": {"keyword": ["steam", "pot"]},
    "isOpenAccess": "Y",
    "inEPMC": "Y",
    "firstIndexDate": "2018-12-22",
    "firstPublicationDate": "2018-12-20",
    "electronicPublicationDate": "2018-12-20",
}
PREPRINT: dict[str, object] = {
    "id": "PPR9",
    "source": "PPR",
    "doi": "10.1000/pre.9",
    "title": "A pan",
    "abstractText": "On pans.",
    "authorString": "Moss A, Reed B.",
    "firstPublicationDate": "2020-03-04",
    "inEPMC": "N",
}


def answer(*records: dict[str, object]) -> bytes:
    body = {"version": "6.9", "hitCount": len(records), "resultList": {"result": list(records)}}
    return json.dumps(body).encode()


def xml(value: object, name: str) -> str:
    if isinstance(value, list):
        return "".join(xml(item, name) for item in value)
    if isinstance(value, dict):
        return f"<{name}>{''.join(xml(item, key) for key, item in value.items())}</{name}>"
    text = str(value).replace("&", "&amp;").replace("<", "&lt;")
    return f"<{name}>{text}</{name}>"


def wrapper(*records: dict[str, object]) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<responseWrapper xmlns:dc="x"><version>6.9</version>'
        f"<resultList>{''.join(xml(record, 'result') for record in records)}</resultList></responseWrapper>"
    ).encode()


SAMPLES = {"a.json": answer(RECORD, PREPRINT), "a.xml": wrapper(RECORD, PREPRINT)}


@pytest.mark.parametrize("name", SAMPLES)
def test_both_forms_of_an_answer_give_the_same_documents(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    first, second = documents(read(READER, path, SAMPLES[name]))
    assert sources.detect(path).name == "europepmc"
    assert (first.key, first.aliases) == ("pmid:7", ("pmcid:PMC77", "doi:10.1000/lid.7"))
    assert first.title == "Lids of pots."
    assert first.abstract == "Aim: A lid closes at 10^5 Pa.\n\nResult: It closed, p<0.05."
    assert first.text.endswith("steam; pot")
    assert first.language == "en"
    assert first.classes == (Classification(scheme="MeSH-term", symbol="Cooking and Eating Utensils"),)
    assert [party.name for party in first.parties] == ["Ann Moss", "The Lid Group"]
    assert days(first) == [
        ("published", "2018-12-20"),
        ("published", "2019-02-01/2019-02-28"),
        ("indexed", "../2018-12-22"),
    ]
    assert (second.key, second.aliases) == ("europepmc:PPR/PPR9", ("doi:10.1000/pre.9",))
    assert second.kind is DocumentKind.PAPER
    assert days(second) == [("posted", "2020-03-04")]
    assert second.parties == (Party(role="author", name="Moss A"), Party(role="author", name="Reed B"))
    check_resume(READER, path)


@pytest.mark.parametrize(
    ("stated", "read_as"),
    [
        ({"firstPublicationDate": "2019-03-01"}, [("published", "2019-03-01/2019-03-31")]),
        ({"firstPublicationDate": "2019-01-01"}, [("year-only", "2019-01-01/2019-12-31")]),
        ({"firstPublicationDate": "2019-03-02"}, [("published", "2019-03-02")]),
        ({"pubYear": "2019"}, [("year-only", "2019-01-01/2019-12-31")]),
        ({"journalInfo": {"printPublicationDate": "2019-02-01"}}, [("published", "2019-02-01/2019-02-28")]),
        ({"firstPublicationDate": "soon", "pubYear": 20}, []),
    ],
)
def test_a_first_of_the_month_may_stand_for_the_month(
    tmp_path: Path, stated: dict[str, object], read_as: list[tuple[str, str]]
) -> None:
    bare = {"id": "7", "source": "MED", "pmid": "7", "title": "A", "inEPMC": "Y", **stated}
    (document,) = documents(read(READER, tmp_path / "a.json", answer(bare)))
    assert days(document) == read_as


def test_a_patent_has_the_key_of_its_number(tmp_path: Path) -> None:
    record: dict[str, object] = {"id": "EP2345678", "source": "PAT", "title": "A lid", "inEPMC": "N"}
    (document,) = documents(read(READER, tmp_path / "a.json", answer(record)))
    assert (document.key, document.kind) == ("EP-2345678", DocumentKind.PATENT)


def test_a_collection_is_no_event_beside_the_day_online(tmp_path: Path) -> None:
    record = {
        **RECORD,
        "pubModel": "Electronic-eCollection",
        "journalInfo": {"dateOfPublication": "2018 Jul"},
    }
    (document,) = documents(read(READER, tmp_path / "a.json", answer(record)))
    assert str(document.published) == "2018-12-20"


def test_results_without_number_or_text_and_empty_answers_are_reasons(tmp_path: Path) -> None:
    items = read(READER, tmp_path / "a.json", answer({"title": "A"}, RECORD, {"id": "8", "source": "AGR"}))
    assert [document.key for document in documents(items)] == ["pmid:7"]
    assert reasons(items) == ["has no identifier", "europepmc:AGR/8 has neither title nor abstract"]
    assert reasons(read(READER, tmp_path / "b.json", answer())) == ["holds no record of this source"]
    assert reasons(read(READER, tmp_path / "a.xml", wrapper())) == ["holds no record of this source"]


def test_fields_of_the_wrong_type_are_absent(tmp_path: Path) -> None:
    wrong = {**RECORD, "authorList": [], "journalInfo": "x", "keywordList": {"keyword": [1]}, "language": {}}
    (document,) = documents(read(READER, tmp_path / "a.json", answer(wrong)))
    assert [party.name for party in document.parties] == ["Moss A", "Reed B"]
    assert document.language == ""


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_mutated_answers_are_values(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / f"europepmc-{name}"
    check_values(READER, path, mutated(SAMPLES[name], data))
