"""Crossref works: which dates are public, JATS, relations, references."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.crossref import READER
from ingest.documents import Document, DocumentKind, Unreadable
from ingest.jats_abstract import inline, paragraphs
from tests.reader_laws import check_document, check_mutation, check_resume, documents_of, items_of, mutated

if TYPE_CHECKING:
    from pathlib import Path


def parts(*numbers: object) -> dict[str, object]:
    return {"date-parts": [list(numbers)]}


JATS = (
    "<jats:title>Abstract</jats:title><jats:sec><jats:title>Aim</jats:title><jats:p>To close\n pots at "
    "10<jats:sup>5</jats:sup> Pa &amp; below.</jats:p></jats:sec><jats:p>They close.</jats:p>"
)


def work(number: int = 1, **changed: object) -> dict[str, object]:
    record: dict[str, object] = {
        "indexed": {**parts(2025, 8, 7), "date-time": "2025-08-07T20:36:49Z", "timestamp": 1},
        "DOI": f"10.1000/LID.{number}",
        "type": "journal-article",
        "title": ["Lids that\n close <i>tightly</i>"],
        "subtitle": ["A pot"],
        "language": "en",
        "author": [
            {"given": "Ann", "family": "Moss", "sequence": "first", "affiliation": []},
            {"name": "Lid Lab"},
        ],
        "abstract": JATS,
        "published-print": parts(2024, 7),
        "published-online": parts(2024, 5, 8),
        "issued": parts(2024, 5, 8),
        "published": parts(2024, 5, 8),
        "created": parts(2024, 5, 9),
        "deposited": parts(2024, 6, 1),
        "reference": [
            {"key": "r1", "DOI": "10.1000/POT", "unstructured": "Reed B. On\n pots. 2001."},
            {"key": "r2", "author": "C Day", "article-title": "Pans", "year": "1999"},
            {"key": "r3"},
        ],
    }
    return {**record, **changed}


PAGE = json.dumps(
    {"status": "ok", "message-type": "work-list", "message": {"items": [work(1), {"DOI": "no"}, work(2)]}}
).encode()
ONE = json.dumps({"status": "ok", "message-type": "work", "message": work()}, indent=1).encode()
LINES = b"".join(json.dumps(work(n)).encode() + b"\n" for n in (1, 2, 3))
SAMPLES = {
    "page.json": PAGE,
    "one.json": ONE,
    "works.jsonl": LINES,
    "0.json": json.dumps({"items": [work(1), work(2)]}).encode(),
}


def one(path: Path, **changed: object) -> Document:
    (document,) = documents_of(
        READER, path, json.dumps({"message-type": "work", "message": work(1, **changed)})
    )
    return document


def dates(document: Document) -> list[tuple[str, str, str]]:
    return [(event.kind.value, str(event.when), event.confidence) for event in document.events]


def test_a_work_is_known_by_its_doi_and_keeps_title_abstract_and_authors(tmp_path: Path) -> None:
    document = one(tmp_path / "a.json")
    check_document(document)
    assert document.key == document.work == "doi:10.1000/lid.1"
    assert document.kind is DocumentKind.PAPER
    assert document.title == "Lids that close tightly: A pot"
    assert document.abstract == "Aim\nTo close pots at 10^5 Pa & below.\n\nThey close."
    assert [party.name for party in document.parties] == ["Ann Moss", "Lid Lab"]
    assert document.language == "en"
    assert one(tmp_path / "a.json", type="standard").kind is DocumentKind.STANDARD


def test_references_have_a_key_where_they_name_a_doi(tmp_path: Path) -> None:
    assert [(cited.text, cited.key) for cited in one(tmp_path / "a.json").citations] == [
        ("Reed B. On pots. 2001.", "doi:10.1000/pot"),
        ("C Day, Pans, 1999", ""),
    ]


def test_online_and_print_are_public_and_registration_is_an_upper_bound(tmp_path: Path) -> None:
    document = one(tmp_path / "a.json")
    assert dates(document) == [
        ("published", "2024-05-08", "high"),
        ("published", "2024-07-01/2024-07-31", "medium"),
        ("indexed", "../2024-05-09", "medium"),
        ("indexed", "../2024-06-01", "medium"),
    ]
    assert str(document.published) == "2024-05-08"


def test_a_cover_date_before_the_day_online_reaches_to_that_day(tmp_path: Path) -> None:
    document = one(tmp_path / "a.json", **{"published-print": parts(2024, 1, 4)})
    assert dates(document)[1] == ("published", "2024-01-04/2024-05-08", "low")
    old = one(tmp_path / "a.json", **{"published-print": parts(1976)})
    assert dates(old)[1] == ("year-only", "1976-01-01/1976-12-31", "medium")


def test_a_cover_date_after_registration_is_bounded_by_it(tmp_path: Path) -> None:
    late = {
        "published-online": None,
        "published-print": parts(2024, 12),
        "created": parts(2024, 9, 10),
        "deposited": None,
    }
    assert str(one(tmp_path / "a.json", **late).published) == "../2024-09-10"


def test_a_doi_registered_before_the_day_online_proves_no_earlier_publication(tmp_path: Path) -> None:
    early = one(tmp_path / "a.json", created=parts(2024, 5, 7))
    assert ("related-published", "2024-05-07", "medium") in dates(early)
    assert str(early.published) == "2024-05-08"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"issued": parts(2001)}, [("year-only", "2001-01-01/2001-12-31", "medium")]),
        ({"issued": parts("2001", "2")}, [("published", "2001-02-01/2001-02-28", "medium")]),
        (
            {"issued": parts(2001, 2), "type": "posted-content"},
            [("posted", "2001-02-01/2001-02-28", "medium")],
        ),
        ({"posted": parts(2001, 2, 3)}, [("posted", "2001-02-03", "high")]),
        ({"issued": parts(None)}, []),
        ({"issued": parts(2001, 13)}, []),
        ({"issued": {"date-parts": []}}, []),
        ({"issued": "2001"}, []),
        ({"accepted": parts(2001, 2, 3)}, []),
    ],
)
def test_dates_are_as_exact_as_their_parts_and_no_date_costs_only_the_event(
    tmp_path: Path, stated: dict[str, object], expected: list[tuple[str, str, str]]
) -> None:
    names = ("published-print", "published-online", "issued", "published", "created", "deposited")
    assert dates(one(tmp_path / "a.json", **{**dict.fromkeys(names), **stated})) == expected


def test_a_preprint_shares_the_work_of_its_one_article_and_nothing_else(tmp_path: Path) -> None:
    article = {"id-type": "doi", "id": "10.1000/POT", "asserted-by": "subject"}
    other = {"id-type": "doi", "id": "10.1000/PAN", "asserted-by": "subject"}
    preprint = one(tmp_path / "a.json", relation={"is-preprint-of": [article]})
    assert (preprint.work, preprint.aliases) == ("doi:10.1000/pot", ())
    assert one(tmp_path / "a.json", relation={"is-preprint-of": [article, other]}).work == "doi:10.1000/lid.1"
    assert one(tmp_path / "a.json", relation={"is-version-of": [other]}).work == "doi:10.1000/pan"
    same = one(tmp_path / "a.json", relation={"is-same-as": [article], "has-preprint": [other]})
    assert (same.work, same.aliases) == ("doi:10.1000/lid.1", ("doi:10.1000/pot",))
    assert one(tmp_path / "a.json", relation=[1]).work == "doi:10.1000/lid.1"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("Plain.\n\nTwo.", ("Plain.", "Two.")),
        ("p<0.05 &amp; a <b and c> d", ("p<0.05 & a <b and c> d",)),
        ("<jats:p>x<jats:italic>y</jats:italic> z</jats:p>", ("xy z",)),
        ("<p>open <b>tag</p><p>next</p>", ("open tag", "next")),
        (
            "<jats:list><jats:list-item>One</jats:list-item><jats:list-item>Two</jats:list-item></jats:list>",
            ("One", "Two"),
        ),
        (
            "<p>so <inline-formula><tex-math>x^2</tex-math><mml:math>x</mml:math></inline-formula> it is</p>",
            ("so x^2 it is",),
        ),
        ("<jats:title>Alone</jats:title>", ("Alone",)),
        ("<jats:p>caf&eacute; &lt; &#945;</jats:p>", ("café < α",)),
    ],
)
def test_abstracts_in_jats_html_and_plain_text_lose_nothing_but_tags(
    markup: str, expected: tuple[str, ...]
) -> None:
    assert paragraphs(markup) == expected


def test_a_title_with_markup_is_one_line_without_it() -> None:
    assert inline("H<sub>2</sub>O &amp; lids") == "H2O & lids"


def test_answers_without_a_document_are_reasons(tmp_path: Path) -> None:
    bare = work(1, title=[], subtitle=[], abstract="")
    (empty,) = items_of(READER, tmp_path / "a.json", json.dumps(bare))
    assert isinstance(empty, Unreadable)
    assert "neither title nor abstract" in empty.reason
    (none,) = items_of(READER, tmp_path / "a.json", b'{"message-type":"work-list","message":{"items":[]}}')
    assert "holds no record" in getattr(none, "reason", "")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_recognised_and_resumes_anywhere(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(SAMPLES[name])
    assert sources.detect(path) is READER
    check_resume(READER, path)


def test_a_broken_record_costs_only_itself(tmp_path: Path) -> None:
    found = items_of(READER, tmp_path / "a.json", PAGE)
    assert [type(item) for item in found] == [Document, Unreadable, Document]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([LINES, PAGE, ONE]).flatmap(mutated))
def test_mutated_bytes_are_values(tmp_path: Path, data: bytes) -> None:
    check_mutation(READER, tmp_path / "m.json", data)


@settings(max_examples=300, deadline=None)
@given(mutated(JATS.encode()))
def test_mutated_markup_is_text(data: bytes) -> None:
    assert all(isinstance(part, str) for part in paragraphs(data.decode("utf-8", "replace")))
