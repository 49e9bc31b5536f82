"""The one renderer and the renditions made of it: safe, bounded, alike, and the same bytes every time."""

from __future__ import annotations

import io
import json
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from publications import markup_child, nodes, render
from publications.document import Reference, canonical
from publications.errors import RenderRefusedError
from publications.markup import SIZE_LIMIT, markdown_htmls
from tests.publication_sample import publication, release

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Tags(HTMLParser):
    """All elements and attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


HOSTILE = """\
<script>alert(1)</script> <style>body{display:none}</style> <iframe src="https://example.org"></iframe>
<img src="https://example.org/x.png" onerror="alert(1)"> <a href="javascript:alert(1)" onclick="x()">press</a>
[press](javascript:alert(1)) [press](data:text/html,x) [press](//example.org) [press](/relative)
![picture](https://example.org/pixel.png) ![other][label] <!-- comment --> <svg onload=alert(1)>
<div style="position:fixed">cover</div> <https://example.org/fine> <sub onclick="x()">2</sub>

[label]: https://example.org/pixel2.png
"""


def test_hostile_markup_is_shown_as_text_or_not_at_all() -> None:
    tags = Tags(render.markdown_html(HOSTILE))
    assert {name for name, _ in tags.found} <= {"p", "a", "em"}
    assert {attribute for _, attributes in tags.found for attribute in attributes} <= {"href", "rel"}
    assert {link["href"] for link in tags.named("a") if "href" in link} == {"https://example.org/fine"}
    assert {link["rel"] for link in tags.named("a")} == {"noopener nofollow"}


def test_text_that_looks_like_markup_is_not_lost() -> None:
    html = render.markdown_html("if a<b and c>d, then <script>x</script> ends")
    assert html == "<p>if a&lt;b and c&gt;d, then &lt;script&gt;x&lt;/script&gt; ends</p>"


def test_pictures_become_their_words_since_nothing_is_fetched() -> None:
    assert render.markdown_html("![a pump](https://example.org/p.png)") == "<p><em>[image: a pump]</em></p>"


def test_the_marks_of_formulae_work() -> None:
    assert render.markdown_html("H<sub>2</sub>O, 10<sup>6</sup>") == "<p>H<sub>2</sub>O, 10<sup>6</sup></p>"


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "[a](" * 5_000, "(" * 20_000, "> " * 500 + "x", "<em>" * 60_000]
)
def test_deep_nesting_is_refused_at_once(text: str) -> None:
    begun = time.monotonic()
    with pytest.raises(RenderRefusedError, match=r"open at one time|nested"):
        render.markdown_html(text)
    assert time.monotonic() - begun < 1


def test_half_open_intervals_are_no_nesting() -> None:
    assert "[0, 1)" in render.markdown_html("\n\n".join("The value lies in [0, 1) here." for _ in range(300)))


def test_a_text_of_more_than_256_kb_is_refused() -> None:
    with pytest.raises(RenderRefusedError, match="longer than 256 KB"):
        render.markdown_html("ä" * (SIZE_LIMIT // 2 + 1))
    with pytest.raises(RenderRefusedError, match="in all"):
        markdown_htmls(["x" * SIZE_LIMIT] * 5)


def test_markup_that_grows_or_takes_too_long_is_refused_within_the_deadline() -> None:
    begun = time.monotonic()
    with pytest.raises(RenderRefusedError):
        render.markdown_html(f"[a]: https://example.org/{'y' * 100_000}\n\n" + "[a] " * 30_000)
    assert time.monotonic() - begun < 10


def test_invisible_characters_that_turn_text_around_are_refused() -> None:
    with pytest.raises(RenderRefusedError, match=r"U\+202E"):
        render.markdown_html("pay \u202eeulav")
    with pytest.raises(RenderRefusedError, match=r"U\+2066"):
        render.html(publication(title="a\u2066b"), release())


@given(text=st.text(st.sampled_from("<>[]()!*_`#&;:/\"'= \n\tabhrefscript|-"), max_size=300))
@settings(max_examples=300, deadline=None)
def test_no_text_whatever_gets_more_than_the_allowed_tags(text: str) -> None:
    tags = Tags(markup_child.render(text))
    allowed = {name: {*names} for name, names in markup_child.ATTRIBUTES.items()}
    for name, attributes in tags.found:
        assert name in markup_child.TAGS
        assert {*attributes} <= allowed.get(name, set()) | ({"rel"} if name == "a" else set())
        assert re.match(r"https?:|mailto:", attributes.get("href") or "https:")


def test_the_page_carries_what_indexers_read() -> None:
    url = "https://example.org/dp/DP-2026-000001v1/"
    tags = Tags(render.html(publication(), release(url=url)))
    metadata = [(item["name"], item["content"]) for item in tags.named("meta") if "name" in item]
    assert [value for name, value in metadata if name == "citation_author"] == ["Ada Example", "Bo Muster"]
    found = dict(metadata)
    assert found["citation_title"] == publication().title
    assert found["citation_publication_date"] == "2026/03/01"
    assert found["citation_technical_report_number"] == "DP-2026-000001v1"
    assert found["citation_pdf_url"] == f"{url}DP-2026-000001v1.pdf"
    assert found["DC.date"] == "2026-03-01"
    assert {"rel": "canonical", "href": url} in tags.named("link")


def test_the_page_asks_nobody_for_anything_and_runs_nothing() -> None:
    page = render.html(publication(text=HOSTILE), release())
    tags = Tags(page)
    assert not {"img", "iframe", "object", "embed", "audio", "video", "svg", "form"} & {
        name for name, _ in tags.found
    }
    assert [item.get("type") for item in tags.named("script")] == ["application/ld+json"]
    assert {item["rel"] for item in tags.named("link")} == {"license"}
    assert not re.search(r"@import|url\(", page)
    assert not [name for _, attributes in tags.found for name in attributes if name.startswith("on")]


def test_a_title_cannot_break_out_of_the_page_or_its_data() -> None:
    title = "</script></title><script>alert(1)</script> \" onload=x <!-- & 'quotes'"
    page = render.html(publication(title=title), release())
    assert [item.get("type") for item in Tags(page).named("script")] == ["application/ld+json"]
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["name"] == title
    assert json.loads(data[1])["datePublished"] == "2026-03-01T12:00:30Z"


def test_the_page_has_one_first_heading_and_never_skips_a_level() -> None:
    names = [name for name, _ in Tags(render.html(publication(), release())).found]
    levels = [int(name[1]) for name in names if re.fullmatch(r"h[1-6]", name)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def words(text: str) -> str:
    """Letters and digits alone: what stays when lines are wrapped and words may break."""
    return "".join(character for character in text if character.isalnum())


def leaves(found: Iterable[nodes.Node]) -> Iterator[str]:
    for node in found:
        yield from [node.text] if not node.tag else leaves(node.children)


def pages_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_page_pdf_and_twin_show_the_same_text() -> None:
    one = publication()
    pdf = words("".join(pages_of(render.pdf(one, release()))))
    twin = words(render.text(one, release()))
    runs = [
        run
        for text in (one.abstract, *(section.text for section in one.sections))
        for run in leaves(nodes.parse(render.markdown_html(text)))
    ]
    assert len(runs) > 30
    for run in runs:
        for line in run.split("\n"):
            assert words(line) in pdf
            assert words(line) in twin


def test_date_and_identifier_stand_at_the_top_of_the_twin_and_on_every_page_of_the_pdf() -> None:
    one = publication(text="A long paragraph about tiles that wait in a window. " * 400)
    assert render.text(one, release()).split("\n")[0] == (
        "DP-2026-000001, version 1, published 2026-03-01T12:00:30Z (UTC)"
    )
    pages = PdfReader(io.BytesIO(render.pdf(one, release()))).pages
    assert len(pages) > 3
    for number, page in enumerate(pages, 1):
        text = page.extract_text()
        assert "DP-2026-000001 v1 · published 2026-03-01T12:00:30Z (UTC)" in text
        assert f"{number} / {len(pages)}" in text


def test_the_pdf_says_pdf_a_3u_and_carries_its_source() -> None:
    one = publication()
    reader = PdfReader(io.BytesIO(render.pdf(one, release())))
    root: Any = reader.root_object
    metadata = root["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part>3<", metadata)
    assert re.search(r"pdfaid:conformance>U<", metadata)
    assert reader.attachments["disclosure.json"] == [canonical(one)]
    (associated,) = root["/AF"]
    assert associated.get_object()["/AFRelationship"] == "/Source"
    assert reader.metadata is not None
    assert reader.metadata.title == one.title


def test_all_renditions_are_the_same_bytes_every_time() -> None:
    for make in (render.pdf, render.html, render.text):
        assert make(publication(), release()) == make(publication(), release())


def test_the_content_is_never_read_as_typst() -> None:
    title = "#panic(1) $x^2$ *bold* @label <tag> #sys.inputs \\ // comment"
    pdf = PdfReader(io.BytesIO(render.pdf(publication(title=title), release())))
    assert words(title) in words(pdf.pages[0].extract_text())


def test_characters_without_a_font_are_printed_as_their_numbers_and_kept_in_the_source() -> None:
    one = replace(publication(title="Pump 泵 for 😀 fluids"), authors=("王 Example",))
    reader = PdfReader(io.BytesIO(render.pdf(one, release())))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "[U+6CF5]" in text
    assert "[U+1F600]" in text
    assert "missing from the fonts" in " ".join(text.split())
    assert "泵" in render.html(one, release())
    assert "泵" in render.text(one, release())
    assert "泵".encode() in reader.attachments["disclosure.json"][0]


def test_empty_and_odd_content_still_makes_all_renditions() -> None:
    odd = "\x00\x07 control\r\nline\n\n|a|\n|-|\n\n1. \n\n-\n\n```\n```\n\n# \n\n"
    odd += "x" * 3000 + "\n\n`" + "y" * 3000 + "`"
    for one in (
        replace(publication(title="", text=""), authors=(), sections=(), references=(), abstract=""),
        publication(text=odd),
    ):
        assert render.pdf(one, release()).startswith(b"%PDF-")
        assert render.html(one, release()).endswith("</html>\n")
        assert render.text(one, release()).endswith("\n")


def test_long_words_stay_inside_the_page() -> None:
    table = "| a | b |\n|---|---|\n| " + "y" * 200 + " | z |"
    one = publication(text="x" * 400 + f"\n\n{table}\n\n`" + "w" * 400 + "`")
    edges: list[float] = []
    for page in PdfReader(io.BytesIO(render.pdf(one, release()))).pages:

        def note(text: str, _cm: object, matrix: list[float], _font: object, size: float) -> None:
            if set(text.strip()) & set("xyw") and len(set(text.strip())) == 1:
                edges.append(matrix[4] + len(text.strip()) * size * 0.4)

        page.extract_text(visitor_text=note)
    assert edges
    assert max(edges) < 595


def test_an_unknown_licence_is_named_and_no_patent_promise_is_made_up() -> None:
    page = render.text(replace(publication(), licence="Apache-2.0"), release())
    assert "Apache-2.0" in page
    assert "has to be read in its text" in " ".join(page.split())
    with pytest.raises(RenderRefusedError, match="SPDX"):
        render.text(replace(publication(), licence="<b>mine</b>"), release())


def test_the_markdown_source_keeps_sections_as_they_are_and_titles_harmless() -> None:
    one = replace(
        publication(title="A *title* [x](y)"), references=(Reference(key="k", title="<b>", published=""),)
    )
    source = render.source_markdown(one)
    assert source.startswith("# A \\*title\\* \\[x\\](y)\n")
    assert one.sections[1].text.strip() in source
    assert "1. k; \\<b\\>" in source
