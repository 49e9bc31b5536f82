"""JATS: the order of reading, anchors, formulas, dates of every edition, versions, packages."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import Citation, Document, DocumentKind, Party
from ingest.jats import Jats
from tests.reader_checks import check_resume, check_values, days, documents, mutated, read, reasons

if TYPE_CHECKING:
    from pathlib import Path

READER = Jats()
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving 1.3//EN" "JATS-archivearticle1-3.dtd">
"""
IDS = """<article-id pub-id-type="pmid">7</article-id><article-id pub-id-type="pmc">77</article-id>
<article-id pub-id-type="doi">10.1000/LID.7</article-id>"""
EPUB = '<pub-date pub-type="epub"><day>13</day><month>9</month><year>2021</year></pub-date>'
BODY = r"""<sec><label>1.</label><title>Lids</title><p>A lid closes<sup>
<xref ref-type="bibr" rid="r1">12</xref></sup>
at 10<sup>5</sup> Pa, <inline-formula><alternatives><mml:math><mml:mi>x</mml:mi></mml:math><tex-math id="m1">
\documentclass[12pt]{minimal} \begin{document}$$x^2 \le 3$$\end{document}</tex-math></alternatives>
</inline-formula>.
<table-wrap id="t1"><label>Table 1</label><caption><p>Pots.</p></caption><table><thead><tr><th>pot</th>
<th>bar</th></tr>
</thead><tbody><tr><td>A</td><td>2</td></tr></tbody></table></table-wrap> It stays closed.</p>
<sec><title>Steam</title><p>Steam lifts it.</p><p>Twice.</p><disp-formula id="e1"><mml:math><mml:mfrac>
<mml:mi>a</mml:mi>
<mml:mrow><mml:mi>b</mml:mi><mml:mo>+</mml:mo><mml:mi>c</mml:mi></mml:mrow></mml:mfrac></mml:math>
</disp-formula></sec>
<boxed-text><label>Box 1</label><caption><title>Why</title></caption>
<p>Because of steam.<fn><p>Hot.</p></fn></p>
</boxed-text>
<fig id="f1"><label>Figure 1.</label><caption><p>A lid.</p></caption><graphic xlink:href="f1"/></fig></sec>
<sec><title>Code</title><preformat>if a:
  lift()</preformat><list><list-item><p>one</p></list-item><list-item><p>two</p></list-item></list></sec>"""
BACK = """<ack><p>We thank Bo.</p></ack><app-group><app><title>More</title><p>Also pans.</p></app></app-group>
<ref-list><ref id="r1"><mixed-citation>Reed B. <source>Pots</source>. 2001.
<pub-id pub-id-type="doi">10.1000/P.1</pub-id>
</mixed-citation></ref><ref><element-citation><name><surname>Day</surname></name>
<article-title>Pans</article-title>
<pub-id pub-id-type="pmid">55</pub-id></element-citation></ref></ref-list>"""


def article(
    dates: str = EPUB,
    ids: str = IDS,
    body: str = BODY,
    kind: str = "research-article",
    more: str = "",
    end: str = "",
) -> str:
    return f"""<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"
 article-type="{kind}" xml:lang="en"><front><journal-meta/><article-meta>{ids}<title-group>
<article-title>Lids of <italic>pots</italic></article-title><subtitle>a study</subtitle></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Moss</surname><given-names>Ann</given-names>
</name></contrib>
<contrib contrib-type="author"><collab>The Lid Group</collab></contrib>
<contrib contrib-type="editor"><name><surname>Reed</surname></name></contrib></contrib-group>
{dates}<abstract><sec><title>Aim:</title><p>To close.</p></sec><sec><title>Result</title><p>Closed.</p></sec>
</abstract>
<abstract abstract-type="toc"><p>In short.</p></abstract><trans-abstract xml:lang="fr"><p>Fermer.</p>
</trans-abstract>
<kwd-group><kwd>steam</kwd><kwd>pot</kwd></kwd-group>{more}</article-meta></front>
<body>{body}</body><back>{BACK}</back>{end}</article>
"""


def articles(*found: str) -> str:
    head = HEAD.replace("article PUBLIC", "pmc-articleset PUBLIC")
    return f"{head}<pmc-articleset>{''.join(found)}</pmc-articleset>"


SAMPLES = {"a.nxml": (HEAD + article()).encode(), "set.xml": articles(article(), article()).encode()}


def one(path: Path, text: str) -> Document:
    (document,) = documents(read(READER, path, HEAD + text))
    return document


def places(document: Document) -> list[tuple[str, str]]:
    return [(p.anchor, document.text[p.start : p.end]) for s in document.sections for p in s.paragraphs]


def test_the_text_is_read_in_order_with_places_to_cite(tmp_path: Path) -> None:
    assert places(one(tmp_path / "a.xml", article())) == [
        ("title", "Lids of pots: a study"),
        ("abstract", "Aim: To close."),
        ("abstract", "Result: Closed."),
        ("other abstract", "In short."),
        ("other abstract, fr", "Fermer."),
        ("keywords", "steam; pot"),
        ("§1 ¶1", r"A lid closes[12] at 10^5 Pa, x^2 \le 3. It stays closed."),
        ("Table 1", "Table 1\nPots.\npot | bar\nA | 2"),
        ("§1.1 ¶1", "Steam lifts it."),
        ("§1.1 ¶2", "Twice."),
        ("§1.1 ¶3", "a/(b+c)"),
        ("§1 Box 1 ¶1", "Because of steam."),
        ("§1 Box 1 note", "Hot."),
        ("Figure 1", "Figure 1.\nA lid."),
        ("§2 ¶1", "if a:\nlift()"),
        ("§2 ¶2", "one\ntwo"),
        ("§app 1 ¶1", "Also pans."),
    ]


def test_names_numbers_and_references_are_kept(tmp_path: Path) -> None:
    document = one(tmp_path / "a.xml", article())
    assert (document.key, document.work) == ("pmcid:PMC77", "")
    assert document.aliases == ("doi:10.1000/lid.7", "pmid:7")
    assert (document.kind, document.language) == (DocumentKind.PAPER, "en")
    assert document.parties == (
        Party(role="author", name="Ann Moss"),
        Party(role="author", name="The Lid Group"),
    )
    assert document.citations == (
        Citation(text="Reed B. Pots. 2001. 10.1000/P.1", key="doi:10.1000/p.1"),
        Citation(text="Day, Pans, 55", key="pmid:55"),
    )


def pub(attributes: str, year: str, month: str = "", day: str = "") -> str:
    parts = [
        f"<{name}>{text}</{name}>" for name, text in (("day", day), ("month", month), ("year", year)) if text
    ]
    return f"<pub-date {attributes}>{''.join(parts)}</pub-date>"


@pytest.mark.parametrize(
    ("dates", "events"),
    [
        (EPUB, [("published", "2021-09-13")]),
        (
            pub('date-type="pub" publication-format="electronic"', "2021", "9", "13")
            + pub('date-type="collection"', "2021", "7"),
            [("published", "2021-09-13")],
        ),
        (pub('pub-type="collection"', "2021"), [("year-only", "2021-01-01/2021-12-31")]),
        (
            pub('pub-type="ppub"', "2021", "10") + EPUB,
            [("published", "2021-09-13"), ("published", "2021-10-01/2021-10-31")],
        ),
        (
            pub('publication-format="print" date-type="pub"', "2021", "8") + EPUB,
            [("published", "2021-09-13"), ("published", "2021-08-01/2021-09-13")],
        ),
        (pub('pub-type="ppub"', "1998", "Winter"), [("year-only", "1998-01-01/1998-12-31")]),
        (
            EPUB + pub('pub-type="pmc-release"', "2022", "3", "13"),
            [("published", "2021-09-13"), ("archived", "../2022-03-13")],
        ),
        ('<pub-date iso-8601-date="2021-09-13" pub-type="epub"/>', [("published", "2021-09-13")]),
        (pub('pub-type="received"', "2021", "1", "1"), []),
        (pub('pub-type="epub"', "soon"), []),
        (
            EPUB + '<history><date date-type="accepted"><year>2021</year></date>'
            '<date date-type="preprint"><day>1</day>'
            "<month>2</month><year>2021</year></date></history>",
            [("published", "2021-09-13"), ("earlier-version", "2021-02-01")],
        ),
        (
            EPUB + '<pub-history><event event-type="preprint">'
            '<date date-type="preprint" iso-8601-date="2021-02-01"/>'
            "</event></pub-history>",
            [("published", "2021-09-13"), ("earlier-version", "2021-02-01")],
        ),
    ],
)
def test_only_what_made_the_text_public_is_a_publication(
    tmp_path: Path, dates: str, events: list[tuple[str, str]]
) -> None:
    assert days(one(tmp_path / "a.xml", article(dates))) == events


def test_a_preprint_is_posted_and_a_numbered_version_has_its_own_key(tmp_path: Path) -> None:
    doi = '<article-id pub-id-type="doi">10.1000/pre</article-id><article-version>2</article-version>'
    document = one(tmp_path / "a.xml", article(ids=doi, kind="preprint"))
    assert (document.key, document.work) == ("doi:10.1000/pre#v2", "doi:10.1000/pre")
    assert days(document) == [("posted", "2021-09-13")]
    record = doi.replace(">2<", ' article-version-type="VoR">Version of Record<')
    assert one(tmp_path / "a.xml", article(ids=record)).work == ""


def test_related_articles_are_citations_with_their_relation(tmp_path: Path) -> None:
    more = '<related-article related-article-type="preprint" ext-link-type="doi" xlink:href="10.1000/pre"/>'
    assert one(tmp_path / "a.xml", article(more=more)).citations[0] == Citation(
        text="10.1000/pre", key="doi:10.1000/pre", category="preprint", phase="related article"
    )


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    drawn = BODY + "<table-wrap><label>Table 9</label><graphic/></table-wrap>"
    items = read(READER, tmp_path / "a.xml", HEAD + article(body=drawn, end="<sub-article/><response/>"))
    assert reasons(items) == [
        (
            "pmcid:PMC77 read in part: 2 sub-article(s) (reviews, replies, translations) were not read; "
            "1 table(s) that are pictures were not read"
        )
    ]
    check_resume(READER, tmp_path / "a.xml")


def test_a_broken_article_of_a_set_costs_only_itself(tmp_path: Path) -> None:
    broken = article().replace("</title>", "</titel>", 1)
    nameless = article(ids="")
    items = read(
        READER,
        tmp_path / "a.xml",
        articles(article(), broken, nameless, "<article><front/></article>", article()),
    )
    assert len(documents(items)) == 2
    assert [reason[:20] for reason in reasons(items)] == [
        "not well-formed: Ope",
        "has no identifier (D",
        "has no article-meta",
    ]
    check_resume(READER, tmp_path / "a.xml")


def test_a_package_with_pictures_is_recognised_and_read(tmp_path: Path) -> None:
    path = tmp_path / "PMC77.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, data in (("PMC77/f1.jpg", b"\xff\xd8"), ("PMC77/a.nxml", SAMPLES["a.nxml"])):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    assert sources.detect(path).name == "jats"
    assert [document.key for document in documents(list(READER.read(path)))] == ["pmcid:PMC77"]


def test_another_format_whose_root_is_an_article_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(
        '<article xmlns="http://docbook.org/ns/docbook"><title>A</title></article>', encoding="utf-8"
    )
    assert not READER.recognises(path)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_mutated_articles_are_values(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / f"jats-{name}"
    check_values(READER, path, mutated(SAMPLES[name], data))
