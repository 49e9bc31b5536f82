"""Answers of OPS: records, full texts, families, the register, and what is no document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from ingest import sources
from ingest.documents import Citation, Document, DocumentKind, Party
from ingest.epo_ops import EPO_OPS
from ingest.items import WantedNumber
from ingest.ops_fulltext import split_claims
from ingest.patent_xml import rated
from tests.ops_sample import (
    BIBLIO,
    CLAIMS,
    DESCRIPTION,
    FAMILY,
    FAULT,
    LINES,
    RECORD,
    REGISTER,
    SECOND,
    WITHOUT_NUMBER,
    answer,
    fulltext,
    ids,
    member,
)
from tests.patent_reading import (
    CHANGES,
    anchors,
    changed,
    days,
    documents,
    keeps_the_laws,
    paragraph,
    read,
    reasons,
)

if TYPE_CHECKING:
    from pathlib import Path

SAMPLES = {
    name: text.encode()
    for name, text in {
        "ops-biblio.xml": BIBLIO,
        "ops-claims.xml": CLAIMS,
        "ops-lines.xml": LINES,
        "ops-description.xml": DESCRIPTION,
        "ops-family.xml": FAMILY,
        "ops-register.xml": REGISTER,
        "ops-fault.xml": FAULT,
    }.items()
}


def one(path: Path, text: str) -> Document:
    (document,) = documents(read(EPO_OPS, path, text))
    return document


def test_a_record_has_dates_at_the_seats_of_their_offices(tmp_path: Path) -> None:
    document = documents(read(EPO_OPS, tmp_path / "a.xml", BIBLIO))[0]
    assert (document.key, document.kind, document.family) == (
        "EP-3580123-A1",
        DocumentKind.APPLICATION,
        "docdb:57999000",
    )
    assert days(document) == [
        ("published", "2019-08-14", "Europe/Berlin"),
        ("filed", "2018-01-31", "Europe/Berlin"),
        ("priority", "2017-02-09", "Europe/Berlin"),
        ("priority", "2017-03-01", "America/New_York"),
    ]
    assert document.application == document.work == "EP-appl-18702345"
    assert document.priorities == ("DE-appl-102017001234", "PCT-appl-US2017/012345")
    assert (document.title, document.abstract, document.language) == ("LID", "A lid closes a pot.", "en")
    assert [f"{item.scheme} {item.symbol}" for item in document.classes] == [
        "IPC A47J36/06",
        "CPC A47J36/06",
        "USPC 220/315",
    ]
    assert document.parties == (Party(role="applicant", name="MOSS LIDS AG", country="CH"),)


def test_categories_stand_with_their_claims(tmp_path: Path) -> None:
    document = documents(read(EPO_OPS, tmp_path / "a.xml", BIBLIO))[0]
    where = {"phase": "national search report"}
    patent = {"text": "US 2004999741 A1", "key": "US-20040999741-A1", **where}
    other = {"text": 'MOSS ANN, "Lids", doi:10.1234/Pots.11, XP1', "key": "doi:10.1234/pots.11", **where}
    assert document.citations == (
        Citation(**patent, category="Y", claims="1-12"),
        Citation(**patent, category="A", claims="13"),
        Citation(**other, category="X", claims="1,2"),
        Citation(**other, category="I", claims="3"),
        Citation(text="EP 1999377 A2", key="EP-1999377-A2", category="cited by applicant"),
    )


def test_a_bad_record_in_an_answer_costs_itself_only(tmp_path: Path) -> None:
    items = read(EPO_OPS, tmp_path / "a.xml", BIBLIO)
    assert [document.key for document in documents(items)] == ["EP-3580123-A1", "EP-3580777-A1"]
    assert reasons(items) == ["it has no publication number"]


@pytest.mark.parametrize("damage", ["cut", "tags", "bytes"])
def test_in_a_broken_answer_the_whole_records_are_read(tmp_path: Path, damage: str) -> None:
    bad = RECORD.replace("3580123", "3580555")
    tail = ""
    if damage == "cut":
        tail = "<exchange-document><bibliographic-data>"
    else:
        bad = bad.replace("</parties>", "</partys>" if damage == "tags" else "</parties>\udcff")
    text = answer("<exchange-documents>", RECORD, bad, SECOND, tail, "</exchange-documents>")
    path = tmp_path / "a.xml"
    items = read(EPO_OPS, path, text.encode("utf-8", "surrogateescape"))
    assert [document.key for document in documents(items)] == (
        ["EP-3580123-A1", "EP-3580555-A1", "EP-3580777-A1"]
        if damage == "cut"
        else ["EP-3580123-A1", "EP-3580777-A1"]
    )
    assert len(reasons(items)) == (1 if damage == "cut" else 2)
    keeps_the_laws(EPO_OPS, path, path.read_bytes())


def test_a_full_text_is_rescued_from_an_answer_that_ends_early(tmp_path: Path) -> None:
    items = read(EPO_OPS, tmp_path / "a.xml", CLAIMS[: CLAIMS.index("</ftxt:fulltext-documents>")])
    assert [document.key for document in documents(items)] == ["EP-3580123-A1"]
    assert len(reasons(items)) == 1


def test_claims_come_one_by_one_and_a_cancelled_one_is_none(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", CLAIMS)
    assert (document.key, document.language, document.events) == ("EP-3580123-A1", "en", ())
    assert [(claim.number, claim.depends_on) for claim in document.claims] == [(1, ()), (2, (1,))]
    assert paragraph(document, "claim 1") == "A lid (1) comprising:\na rim; and\n2 hooks."


def test_claims_in_one_text_are_told_apart_by_numbers_in_turn(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", LINES)
    assert [(claim.number, claim.depends_on) for claim in document.claims] == [(1, ()), (2, (1,)), (3, (2,))]
    assert paragraph(document, "claim 2").endswith("made of 3 parts:\n7. of which one is steel.")
    assert "Claims" not in document.text


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["A lid."], [(1, "A lid.")]),
        (["We claim", "1. A lid."], [(0, "We claim"), (1, "A lid.")]),
        (["1. A lid.", "A pot.", "of clay"], [(1, "A lid."), (2, "A pot.\nof clay")]),
        (["Patentansprüche:\n1. Ein Deckel."], [(1, "Ein Deckel.")]),
        ([], []),
    ],
)
def test_no_word_of_a_claim_is_lost(pieces: list[str], expected: list[tuple[int, str]]) -> None:
    assert list(split_claims(pieces)) == expected


def test_of_several_languages_english_is_taken_and_no_part_is_lost_for_its_language(tmp_path: Path) -> None:
    claims = "".join(
        f'<claims lang="{code}"><claim><claim-text>1. {words}</claim-text></claim></claims>'
        for code, words in (("DE", "Deckel."), ("EN", "A lid."), ("FR", "Couvercle."))
    )
    document = one(
        tmp_path / "a.xml", fulltext(f'<description lang="DE"><p>Deckel.</p></description>{claims}')
    )
    assert (document.text, document.language) == ("Deckel.\n\nA lid.", "de")


def test_printed_numbers_are_anchors_and_short_lines_headings(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", DESCRIPTION)
    assert [(section.heading, [p.anchor for p in section.paragraphs]) for section in document.sections] == [
        ("Field", ["¶0001", "¶0002"]),
        ("Background", ["¶0003", "¶4"]),
    ]
    assert paragraph(document, "¶0002") == "They open too."


def test_a_family_names_the_other_members_and_the_priorities(tmp_path: Path) -> None:
    items = read(EPO_OPS, tmp_path / "a.xml", FAMILY)
    first, second = documents(items)
    assert ("related-published", "2019-11-05", "America/New_York") in days(first)
    assert (second.key, second.text, second.family) == ("US-10999445-B2", "", "docdb:57999000")
    assert (second.application, second.priorities) == ("US-appl-15/999370", ("DE-appl-102017001234",))
    assert days(second) == [
        ("granted", "2019-11-05", "America/New_York"),
        ("filed", "2018-01-31", "America/New_York"),
        ("priority", "2017-02-09", "Europe/Berlin"),
        ("related-published", "2019-08-14", "Europe/Berlin"),
    ]
    assert reasons(items) == ["a family member without a publication number"]


def test_a_large_family_names_the_earliest_others_and_no_more(tmp_path: Path) -> None:
    members = "".join(member("EP", str(3000000 + n), "A1", f"2019{1 + n % 12:02}01") for n in range(60))
    found = documents(
        read(EPO_OPS, tmp_path / "a.xml", answer(f"<ops:patent-family>{members}</ops:patent-family>"))
    )
    assert len(found) == 60
    assert all(len(document.events) == 43 for document in found)


def test_the_register_gives_each_european_publication_its_day_and_bulletin(tmp_path: Path) -> None:
    items = read(EPO_OPS, tmp_path / "a.xml", REGISTER)
    first, second = documents(items)
    assert [(document.key, document.title) for document in (first, second)] == [
        ("EP-3580123-A1", "Lid"),
        ("EP-3580123-B1", "LID THAT CLOSES"),
    ]
    assert days(second) == [
        ("granted", "2021-08-11", "Europe/Berlin"),
        ("related-published", "2019-08-14", "Europe/Berlin"),
        ("related-published", "2018-08-16", "Europe/Zurich"),
        ("filed", "2018-01-31", "Europe/Berlin"),
        ("priority", "2017-02-09", "Europe/Berlin"),
    ]
    assert second.events[0].source == "ep-register/publication-reference, Bulletin 2021/32"
    assert [item.symbol for item in second.classes] == ["A47J36/06", "A47J36/10"]
    assert second.parties == (Party(role="applicant", name="New Lids AG", country="CH"),)
    assert second.priorities == ("DE-appl-102017001234",)
    assert [(item.key, item.category, item.claims) for item in second.citations] == [
        ("US-20040999741", "Y", "1-12,15"),
        ("US-20040999741", "A", "13,14"),
    ]
    assert anchors(first, "title") == ["title", "title (de)"]
    assert reasons(items) == ["a register record of steps or events, without a publication number"]


def test_a_category_stands_alone_where_the_line_does_not_say_as_much() -> None:
    assert rated("(REED [US]) [Y] 1-3 * page 2 *", "YA") == [("YA", "")]
    assert rated("nothing", "X") == [("X", "")]


def test_numbers_without_their_records_are_wanted(tmp_path: Path) -> None:
    search = "".join(
        f'<ops:publication-reference family-id="1">{ids("AU", number, "A1", "")}</ops:publication-reference>'
        for number in ("2025999342", "", "2024999446")
    )
    equivalents = f"""<ops:equivalents-inquiry><ops:publication-reference>{ids("EP", "1", "A1", "")}
</ops:publication-reference><ops:inquiry-result><publication-reference><document-id document-id-type="epodoc">
<doc-number>CA2799162</doc-number></document-id></publication-reference></ops:inquiry-result>
</ops:equivalents-inquiry>"""
    found = f"<ops:biblio-search><ops:search-result>{search}</ops:search-result></ops:biblio-search>"
    text = answer(found, equivalents)
    items = read(EPO_OPS, tmp_path / "a.xml", text)
    assert [(item.key, item.text) for item in items if isinstance(item, WantedNumber)] == [
        ("AU-2025999342-A1", "AU 2025999342 A1"),
        ("AU-2024999446-A1", "AU 2024999446 A1"),
        ("CA-2799162", "CA2799162"),
    ]
    assert len(items) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (FAULT, "the service answered 404: Not found"),
        (answer("<ops:biblio-search/>"), "a search that found nothing"),
        (answer("<ops:standardization/>"), "a number in another form, no document"),
        (answer("<ops:nothing/>"), "no document in it"),
        (
            fulltext("<claims/>", number=""),
            "a full text without a publication number; nothing says whose text it is",
        ),
        (fulltext("<claims lang='EN'/>"), "EP-3580123-A1 has no text in this answer"),
    ],
)
def test_what_is_no_document_is_refused_by_name(tmp_path: Path, text: str, reason: str) -> None:
    assert reasons(read(EPO_OPS, tmp_path / "a.xml", text)) == [reason]


def test_more_documents_than_an_answer_has_places_for_are_said_to_be_left(tmp_path: Path) -> None:
    many = answer("<exchange-documents>", WITHOUT_NUMBER * 1100, "</exchange-documents>") + BIBLIO
    path = tmp_path / "a.xml"
    items = read(EPO_OPS, path, many)
    assert "more than 900 documents" in reasons(items)[900]
    assert len(documents(items)) == 2
    keeps_the_laws(EPO_OPS, path, path.read_bytes())


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_answers_are_known_by_what_is_in_them_and_reading_resumes(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    keeps_the_laws(EPO_OPS, path, SAMPLES[name])
    assert sources.detect(path).name == "epo-ops"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("name", sorted(SAMPLES))
@given(changes=CHANGES)
def test_changed_bytes_never_raise(
    tmp_path: Path, name: str, changes: list[tuple[float, int, bytes]]
) -> None:
    keeps_the_laws(EPO_OPS, tmp_path / "a.xml", changed(SAMPLES[name], changes))
