"""The Anthology's XML: identifiers of both styles, months of meetings, damage that costs itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.acl_anthology import AclAnthology, identifier
from ingest.documents import DocumentKind, Party
from tests.reader_checks import check_resume, check_values, days, documents, mutated, read, reasons

if TYPE_CHECKING:
    from pathlib import Path

READER = AclAnthology()
HEAD = "<?xml version='1.0' encoding='UTF-8'?>\n"


def paper(number: int = 1, more: str = "", name: str = "P19-1001") -> str:
    return f"""<paper id="{number}"><title><fixed-case>L</fixed-case>ids with <tex-math>x^2</tex-math></title>
<author><first>Ann</first><last>Moss</last><affiliation>Lid Lab</affiliation></author><author>
<last>Plato</last></author>
<editor><first>Bo</first><last>Reed</last></editor><pages>1–9</pages>
<abstract>A lid <i>closes</i>.<par/>Twice.</abstract>
<url hash="00000000">{name}</url><doi>10.1000/V1/P19-1001</doi>
<bibkey>moss-plato-2019-lids</bibkey>{more}</paper>
"""


def volume(
    *papers: str,
    number: str = "1",
    month: str = "<month>July</month>",
    ingest: str = ' ingest-date="2019-06-21"',
) -> str:
    return f"""<volume id="{number}"{ingest} type="proceedings"><meta><booktitle>Pots</booktitle><editor>
<first>Bo</first>
<last>Reed</last></editor>{month}<year>2019</year><venue>lid</venue></meta>
<frontmatter><url hash="1">P19-1000</url><bibkey>lid-2019</bibkey></frontmatter>{"".join(papers)}</volume>
"""


def collection(*volumes: str, number: str = "P19") -> str:
    event = '<event id="lid-2019"><colocated><volume-id>P19-1</volume-id></colocated></event>'
    return f'{HEAD}<collection id="{number}">\n{"".join(volumes)}{event}</collection>\n'


SAMPLES = {"P19.xml": collection(volume(paper(1), paper(2)), volume(paper(1), number="2")).encode()}


def test_a_paper_keeps_its_text_names_and_numbers(tmp_path: Path) -> None:
    (document,) = documents(read(READER, tmp_path / "P19.xml", collection(volume(paper()))))
    assert document.key == "acl:P19-1001"
    assert document.aliases == ("ACL:P19-1001", "doi:10.1000/v1/p19-1001", "acl-bibkey:moss-plato-2019-lids")
    assert document.kind is DocumentKind.PAPER
    assert (document.title, document.abstract) == ("Lids with x^2", "A lid closes.\n\nTwice.")
    assert document.parties == (Party(role="author", name="Ann Moss"), Party(role="author", name="Plato"))
    assert days(document) == [("published", "2019-07-01/2019-07-31"), ("indexed", "../2019-06-21")]
    assert [event.confidence for event in document.events] == ["medium", "low"]


@pytest.mark.parametrize(
    ("month", "event"),
    [
        ("<month>July 28 - August 2</month>", ("published", "2019-07-28/2019-08-02")),
        ("<month>June--July</month>", ("published", "2019-06-01/2019-07-31")),
        ("<month>5 - 10 July</month>", ("published", "2019-07-05/2019-07-10")),
        ("<month>Summer</month>", ("year-only", "2019-01-01/2019-12-31")),
        ("", ("year-only", "2019-01-01/2019-12-31")),
    ],
)
def test_the_month_of_a_meeting_is_an_interval(tmp_path: Path, month: str, event: tuple[str, str]) -> None:
    text = collection(volume(paper(), month=month, ingest=' ingest-date="1900-01-01"'))
    (document,) = documents(read(READER, tmp_path / "a.xml", text))
    assert days(document) == [event]


def test_a_papers_own_month_and_language_go_before_its_volumes(tmp_path: Path) -> None:
    more = "<month>March</month><language>fra</language>"
    (document,) = documents(read(READER, tmp_path / "a.xml", collection(volume(paper(more=more), ingest=""))))
    assert days(document) == [("published", "2019-03-01/2019-03-31")]
    assert document.language == "fr"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("P19", "1", "1"), "P19-1001"),
        (("W19", "52", "3"), "W19-5203"),
        (("W05", "1", "12"), "W05-0112"),
        (("D19", "5", "7"), "D19-0507"),
        (("D19", "1", "7"), "D19-1007"),
        (("C69", "1", "2"), "C69-0102"),
        (("2020.acl", "main", "1"), "2020.acl-main.1"),
        (("2020.acl", "main", "x"), ""),
        (("acl", "main", "1"), ""),
        (("P19", "main", "1"), ""),
        (("P19", "1", ""), ""),
    ],
)
def test_identifiers_of_both_styles_are_the_anthologys(parts: tuple[str, str, str], expected: str) -> None:
    assert identifier(*parts) == expected


def test_a_broken_paper_costs_itself_and_a_broken_head_its_volume(tmp_path: Path) -> None:
    broken = paper(2).replace("</title>", "</titel>")
    nameless = paper(3).replace('<paper id="3">', "<paper>")
    bad_head = volume(paper(5), number="3").replace("<venue>lid</venue>", "<venue>lid")
    text = collection(volume(paper(1), broken, nameless, paper(4)), bad_head, volume(paper(6), number="4"))
    items = read(READER, tmp_path / "P19.xml", text)
    assert [document.key for document in documents(items)] == ["acl:P19-1001", "acl:P19-1004", "acl:P19-4006"]
    assert [reason.partition(":")[0] for reason in reasons(items)] == [
        "not well-formed",
        "the paper has no identifier",
        "the volume's head",
    ]
    assert "the papers of this volume were not read" in reasons(items)[2]
    check_resume(READER, tmp_path / "P19.xml")


def test_what_is_no_collection_of_the_anthology_is_a_reason(tmp_path: Path) -> None:
    assert reasons(read(READER, tmp_path / "a.xml", "<collection><volume id='1'/></collection>")) == [
        "is no collection of the ACL Anthology with an identifier",
        "a volume stands where its collection should; the papers of this volume were not read",
    ]
    hostile = collection(volume(paper())).replace(
        "<collection", '<!DOCTYPE x [<!ENTITY a "b">]><collection', 1
    )
    assert reasons(read(READER, tmp_path / "a.xml", hostile))[0] == "declares entities; refused"
    assert reasons(read(READER, tmp_path / "b.xml", "")) == ["is empty"]


def test_a_collection_is_recognised_by_its_volumes(tmp_path: Path) -> None:
    path = tmp_path / "2020.acl.xml"
    path.write_text(collection(volume(paper(), number="main"), number="2020.acl"), encoding="utf-8")
    assert sources.detect(path).name == "acl-anthology"
    assert [document.key for document in documents(list(READER.read(path)))] == ["acl:2020.acl-main.1"]
    path.write_text("<collection><record/></collection>", encoding="utf-8")
    assert not READER.recognises(path)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_collections_are_values(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "acl.xml"
    check_values(READER, path, mutated(SAMPLES["P19.xml"], data))
