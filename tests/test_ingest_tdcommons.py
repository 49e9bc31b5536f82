"""Pages and OAI answers of the Technical Disclosure Commons give one disclosure with one key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.documents import DocumentKind, Party
from ingest.tdcommons import TdCommons
from tests.reader_checks import check_resume, check_values, days, documents, mutated, read, reasons

if TYPE_CHECKING:
    from pathlib import Path

READER = TdCommons()
ONLINE = '<meta name="bepress_citation_online_date" content="2017/10/5">'
YEAR = '<meta name="bepress_citation_date" content="2017">'


def page(
    dates: str = YEAR + ONLINE, printed: str = "October 05, 2017", address: str = "dpubs_series/786"
) -> str:
    return f"""<!DOCTYPE html><html lang="en"><head><title>"Lids" by Ann Moss</title>
<meta property="og:title" content="Lids"><meta name="description" content="A lid closes. It …">
<meta name="bepress_citation_series_title" content="Defensive Publications Series">
<meta name="bepress_citation_author" content="Moss, Ann">
<meta name="bepress_citation_author" content="Lid Foundry">
<meta name="bepress_citation_title" content="Lids that close pots">{dates}
<meta name="bepress_citation_pdf_url" content="http://www.tdcommons.org/cgi/viewcontent.cgi?article=1785&context=x">
<meta name="bepress_citation_abstract_html_url" content="http://www.tdcommons.org/{address}">
<meta name="keywords" content="steam, pot"></head><body><div id="title" class="element"><h1>Lids</h1></div>
<div id="publication_date" class="element"><h2>Publication Date</h2><p>{printed}</p></div>
<div id="abstract" class="element"><h2>Abstract</h2><p>A lid closes.</p><p>It closes at 10 bar.</p></div>
<div id="license"><p><a rel="license" href="http://creativecommons.org/licenses/by/4.0/"><img></a></p></div>
</body></html>"""


def answer(
    date: str = "2017-10-05T07:00:00Z", address: str = "https://www.tdcommons.org/dpubs_series/786"
) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<request verb="ListRecords" metadataPrefix="oai_dc">http://www.tdcommons.org/do/oai/</request><ListRecords>
<record>
<header><identifier>oai:www.tdcommons.org:dpubs_series-1785</identifier>
<datestamp>2017-10-06T01:02:03Z</datestamp>
</header><metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Lids that close pots</dc:title>
<dc:creator>Moss, Ann</dc:creator>
<dc:description>A lid closes.</dc:description><dc:date>{date}</dc:date>
<dc:identifier>{address}</dc:identifier>
<dc:identifier>https://www.tdcommons.org/context/dpubs_series/article/1785/viewcontent/x.pdf</dc:identifier>
</oai_dc:dc></metadata></record></ListRecords></OAI-PMH>"""


SAMPLES = {"page.html": page().encode(), "oai.xml": answer().encode()}


def test_a_page_is_a_disclosure_with_the_day_on_which_it_was_posted(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    items = read(READER, path, page())
    (document,) = documents(items)
    assert sources.detect(path).name == "tdcommons"
    assert (document.key, document.kind) == ("tdcommons:dpubs_series/786", DocumentKind.DISCLOSURE)
    assert document.title == "Lids that close pots"
    assert document.abstract == "A lid closes.\n\nIt closes at 10 bar."
    assert "Licence of the disclosure: http://creativecommons.org/licenses/by/4.0/" in document.text
    assert document.parties == (
        Party(role="author", name="Ann Moss"),
        Party(role="author", name="Lid Foundry"),
    )
    assert days(document) == [("posted", "2017-10-05"), ("published", "2017-10-05")]
    assert "save the PDF" in reasons(items)[0]
    check_resume(READER, path)


@pytest.mark.parametrize(
    ("dates", "printed", "found"),
    [
        (YEAR, "", [("year-only", "2017-01-01/2017-12-31")]),
        (YEAR, "October 05, 2017", [("published", "2017-10-05")]),
        (ONLINE, "2017-08-01", [("posted", "2017-10-05"), ("published", "2017-08-01/2017-10-05")]),
        (ONLINE, "", [("posted", "2017-10-05")]),
        ("", "soon", []),
    ],
)
def test_a_page_is_dated_by_what_it_states(
    tmp_path: Path, dates: str, printed: str, found: list[tuple[str, str]]
) -> None:
    (document,) = documents(read(READER, tmp_path / "a.html", page(dates, printed)))
    assert days(document) == found


def test_an_answer_gives_the_same_key_and_the_day_without_its_midnight(tmp_path: Path) -> None:
    path = tmp_path / "oai.xml"
    (document,) = documents(read(READER, path, answer()))
    assert sources.detect(path).name == "tdcommons"
    assert (document.key, document.kind) == ("tdcommons:dpubs_series/786", DocumentKind.DISCLOSURE)
    assert document.aliases == ("oai:www.tdcommons.org:dpubs_series-1785",)
    assert days(document) == [("published", "2017-10-05"), ("indexed", "../2017-10-06")]
    assert document.events[0].instant is None
    (document,) = documents(read(READER, path, answer("2017-01-01T08:00:00Z")))
    assert days(document)[0] == ("year-only", "2017-01-01/2017-12-31")
    assert "names no page" in reasons(read(READER, path, answer(address="https://example.org/1")))[0]


def test_what_is_no_page_of_a_disclosure_is_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    assert reasons(read(READER, path, page(address="cgi/search.cgi"))) == [
        "states no address of a disclosure; save the disclosure's own page"
    ]
    assert reasons(read(READER, path, b"\x00\x01\x02")) != []
    path.write_text("<html><body>tdcommons.org</body></html>", encoding="utf-8")
    assert sources.detect(path).name == "files"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_mutated_files_are_values(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / f"td-{name}"
    check_values(READER, path, mutated(SAMPLES[name], data))
