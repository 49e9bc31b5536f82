"""PubMed XML: numbers, abstracts, and which of its many dates made the text public."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Citation, Classification, DocumentKind, Party
from ingest.pubmed import PUBMED
from tests.reader_checks import check_resume, check_values, days, documents, mutated, read, reasons

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "pubmed_250101.dtd">
<PubmedArticleSet>
"""
EDAY = '<ArticleDate DateType="Electronic"><Year>2018</Year><Month>12</Month><Day>20</Day></ArticleDate>'
ISSUE = "<Year>2019</Year><Month>Feb</Month>"
ENTREZ = """<PubMedPubDate PubStatus="received"><Year>2018</Year><Month>5</Month><Day>1</Day></PubMedPubDate>
<PubMedPubDate PubStatus="entrez"><Year>2018</Year><Month>12</Month><Day>22</Day>
<Hour>6</Hour></PubMedPubDate>"""


def history(status: str, year: int, month: int, day: int) -> str:
    parts = f"<Year>{year}</Year><Month>{month}</Month><Day>{day}</Day>"
    return f'<PubMedPubDate PubStatus="{status}">{parts}</PubMedPubDate>'


def article(
    number: int = 7,
    issue: str = ISSUE,
    online: str = EDAY,
    model: str = "Print-Electronic",
    past: str = ENTREZ,
) -> str:
    return f"""<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{number}</PMID>
<Article PubModel="{model}"><Journal><JournalIssue CitedMedium="Internet"><PubDate>{issue}</PubDate>
</JournalIssue><Title>Lids</Title></Journal>
<ArticleTitle>Lids of <i>pots</i> at 10<sup>5</sup> Pa.</ArticleTitle>
<ELocationID EIdType="doi" ValidYN="Y">10.1000/LID.7</ELocationID>
<Abstract><AbstractText Label="AIM" NlmCategory="OBJECTIVE">A lid closes.</AbstractText>
<AbstractText Label="RESULT">It closed at H<sub>2</sub>O level <mml:math
 xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>.
</AbstractText><CopyrightInformation>All lids reserved.</CopyrightInformation></Abstract>
<AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Moss</LastName><ForeName>Ann B</ForeName></Author>
<Author ValidYN="N"><LastName>Mos</LastName></Author>
<Author ValidYN="Y"><CollectiveName>The Lid Group</CollectiveName></Author></AuthorList>
<Language>ger</Language><VernacularTitle>Deckel von Töpfen.</VernacularTitle>{online}</Article>
<MeshHeadingList><MeshHeading><DescriptorName UI="D000001" MajorTopicYN="N">Lid</DescriptorName>
<QualifierName UI="Q000002" MajorTopicYN="Y">use</QualifierName></MeshHeading></MeshHeadingList>
<OtherAbstract Type="Publisher" Language="fre"><AbstractText>Un couvercle.</AbstractText></OtherAbstract>
<KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">steam</Keyword><Keyword>pot</Keyword></KeywordList>
<KeywordList Owner="KIE"><Keyword>later word</Keyword></KeywordList></MedlineCitation>
<PubmedData><History>{past}</History><ArticleIdList><ArticleId IdType="pubmed">{number}</ArticleId>
<ArticleId IdType="pmc">PMC77</ArticleId></ArticleIdList><ReferenceList><Reference>
<Citation>Reed B. Pots.</Citation>
<ArticleIdList><ArticleId IdType="pubmed">5</ArticleId></ArticleIdList></Reference>
<Reference><Citation>Day C. Pans.</Citation></Reference></ReferenceList></PubmedData></PubmedArticle>
"""


BOOK = """<PubmedBookArticle><BookDocument><PMID>9</PMID><ArticleIdList>
<ArticleId IdType="doi">10.1000/b</ArticleId>
</ArticleIdList><Book><PubDate><Year>2010</Year></PubDate></Book><ArticleTitle>Pans</ArticleTitle>
<Language>eng</Language><Abstract><AbstractText>On pans.</AbstractText></Abstract>
</BookDocument></PubmedBookArticle>
"""
DELETED = "<DeleteCitation><PMID>3</PMID><PMID>4</PMID></DeleteCitation>"


def whole(*records: str) -> str:
    return f"{HEAD}{''.join(records)}</PubmedArticleSet>\n"


SAMPLES = {"a.xml": whole(article(), BOOK, DELETED).encode()}


def test_a_record_keeps_its_text_names_and_numbers(tmp_path: Path) -> None:
    (document,) = documents(read(PUBMED, tmp_path / "a.xml", whole(article())))
    assert (document.key, document.aliases) == ("pmid:7", ("doi:10.1000/lid.7", "pmcid:PMC77"))
    assert document.kind is DocumentKind.PAPER
    assert document.title == "Lids of pots at 10^5 Pa."
    assert document.abstract == "AIM: A lid closes.\n\nRESULT: It closed at H2O level x^2."
    assert [section.heading for section in document.sections][2:] == [
        "Abstract (fr, Publisher)",
        "Title in the original language",
        "Keywords",
    ]
    assert document.text.endswith("steam; pot")
    assert "later word" not in document.text
    assert document.language == "de"
    assert document.classes == (Classification(scheme="MeSH", symbol="D000001"),)
    assert document.parties == (
        Party(role="author", name="Ann B Moss"),
        Party(role="author", name="The Lid Group"),
    )
    assert document.citations == (Citation(text="Reed B. Pots.", key="pmid:5"), Citation(text="Day C. Pans."))


@pytest.mark.parametrize(
    ("issue", "read_as"),
    [
        ("<Year>2019</Year><Month>Feb</Month><Day>3</Day>", ("published", "2019-02-03")),
        ("<Year>2019</Year>", ("year-only", "2019-01-01/2019-12-31")),
        ("<Year>2019</Year><Season>Winter</Season>", ("year-only", "2019-01-01/2019-12-31")),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", ("published", "1998-12-01/1999-01-31")),
        ("<MedlineDate>1983-1984</MedlineDate>", ("published", "1983-01-01/1984-12-31")),
    ],
)
def test_the_date_on_an_issue_is_as_exact_as_it_is_printed(
    tmp_path: Path, issue: str, read_as: tuple[str, str]
) -> None:
    (document,) = documents(read(PUBMED, tmp_path / "a.xml", whole(article(issue=issue, online="", past=""))))
    assert days(document) == [read_as]
    assert document.events[0].confidence == "medium"


def test_the_day_online_comes_first_and_the_catalogue_is_a_bound(tmp_path: Path) -> None:
    (document,) = documents(read(PUBMED, tmp_path / "a.xml", whole(article())))
    assert days(document) == [
        ("published", "2018-12-20"),
        ("published", "2019-02-01/2019-02-28"),
        ("indexed", "../2018-12-22"),
    ]
    assert str(document.published) == "2018-12-20"


def test_a_cover_date_before_the_day_online_is_no_earlier_publication(tmp_path: Path) -> None:
    early = article(issue="<Year>2018</Year><Month>Oct</Month>", past="")
    (document,) = documents(read(PUBMED, tmp_path / "a.xml", whole(early)))
    assert days(document)[1] == ("published", "2018-10-01/2018-12-20")
    assert str(document.published) == "2018-10-01/2018-12-20"
    backfile = article(issue="<Year>1998</Year><Month>Oct</Month>", past="")
    (document,) = documents(read(PUBMED, tmp_path / "a.xml", whole(backfile)))
    assert str(document.published) == "1998-10-01/1998-10-31"
    label = article(issue="<Year>2018</Year><Month>Jul</Month>", model="Electronic-eCollection", past="")
    (document,) = documents(read(PUBMED, tmp_path / "a.xml", whole(label)))
    assert str(document.published) == "2018-12-20"


@pytest.mark.parametrize(
    ("issue", "past", "last"),
    [
        ("<Year>1998</Year><Month>Dec</Month>", history("entrez", 1998, 12, 1), None),
        ("<Year>1975</Year>", history("entrez", 1975, 6, 5), None),
        ("<Year>1998</Year><Month>Dec</Month>", history("entrez", 1998, 11, 28), "../1998-11-28"),
        ("<Year>1998</Year><Month>Dec</Month>", history("pubmed", 1999, 1, 8), "../1999-01-08"),
        ("<Year>1998</Year><Month>Dec</Month>", history("accepted", 1998, 8, 8), None),
        ("<Year>1998</Year><Month>Dec</Month>", history("entrez", 1998, 13, 41), None),
    ],
)
def test_a_catalogue_day_that_only_repeats_the_cover_proves_nothing(
    tmp_path: Path, issue: str, past: str, last: str | None
) -> None:
    (document,) = documents(
        read(PUBMED, tmp_path / "a.xml", whole(article(issue=issue, online="", past=past)))
    )
    bounds = [when for kind, when in days(document) if kind == "indexed"]
    assert bounds == ([last] if last else [])


def test_a_day_online_that_only_the_history_states_is_taken(tmp_path: Path) -> None:
    past = history("aheadofprint", 2018, 12, 18)
    (document,) = documents(read(PUBMED, tmp_path / "a.xml", whole(article(online="", past=past))))
    assert days(document)[0] == ("published", "2018-12-18")
    assert document.events[0].confidence == "medium"


def test_chapters_of_books_and_deletions_are_read(tmp_path: Path) -> None:
    items = read(PUBMED, tmp_path / "a.xml", whole(BOOK, DELETED))
    (document,) = documents(items)
    assert (document.key, document.aliases, document.title) == ("pmid:9", ("doi:10.1000/b",), "Pans")
    assert days(document) == [("year-only", "2010-01-01/2010-12-31")]
    assert reasons(items) == ["2 record(s) were deleted at the source: pmid:3, pmid:4"]


def test_a_broken_record_costs_only_itself(tmp_path: Path) -> None:
    broken = article(8).replace("</Title>", "</Titel>")
    bare = "<PubmedArticle><MedlineCitation><PMID>x</PMID></MedlineCitation></PubmedArticle>"
    empty = "<PubmedArticle><MedlineCitation><PMID>11</PMID><Article/></MedlineCitation></PubmedArticle>"
    items = read(PUBMED, tmp_path / "a.xml", whole(article(7), broken, bare, empty, article(10)))
    assert [document.key for document in documents(items)] == ["pmid:7", "pmid:10"]
    assert [reason.partition(":")[0] for reason in reasons(items)] == [
        "not well-formed",
        "has no PubMed number (PMID)",
        "pmid",
    ]


def test_the_packed_baseline_is_recognised_and_resumed(tmp_path: Path) -> None:
    path = tmp_path / "pubmed25n0001.xml.gz"
    path.write_bytes(gzip.compress(SAMPLES["a.xml"]))
    assert sources.detect(path).name == "pubmed"
    assert len(list(PUBMED.read(path))) == 3
    check_resume(PUBMED, path)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_records_are_values(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.getbasetemp() / "pubmed.xml"
    check_values(PUBMED, path, mutated(SAMPLES["a.xml"], data))
