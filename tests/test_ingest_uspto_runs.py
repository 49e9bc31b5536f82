"""The text that is taken at once is the text that a walk finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest import xml_safety
from ingest.builder import tidy
from ingest.uspto_runs import runs
from ingest.uspto_text import blocks, flatten

SIGNS = (
    "a",
    " ",
    "  ",
    "\n",
    "\t",
    "&#13;",
    "&#xa0;",
    "e&#x301;",
    "é",
    "&#x7f;",
    "&#x7f;" * 5,
    "&amp;",
    "&lsquo;",
)
INLINE = (
    "<b>1</b>",
    "<i/>",
    "<figref>FIG. <b>2</b></figref>",
    "<![CDATA[<p>]]>",
    "<!-- c -->",
    "<u><o>w</o></u>",
)
CAREFUL = (
    *("<sup>2</sup>", "<br/>", "<maths>x</maths>", "<m:math xmlns:m='urn:m'>z</m:math>", "<p>inner</p>"),
    *('<ul><li num="0007">y</li></ul>', "<table><row><entry>u</entry><entry>v</entry></row></table>"),
    *("<?in-line end='lead'?>", "<?delete-start?>", "<?delete-end?>"),
)
PIECES = st.sampled_from(SIGNS) | st.sampled_from(INLINE) | st.sampled_from(CAREFUL)
HEAD = '<!DOCTYPE description SYSTEM "description.dtd">'
INSIDE = st.lists(PIECES, max_size=6).map("".join)
LEAF = st.tuples(st.sampled_from(["p", "heading", "b", "note"]), INSIDE).map(
    lambda leaf: f"<{leaf[0]}>{leaf[1]}</{leaf[0]}>"
)
LAYOUT = st.sampled_from(["", "\n", "lost", "<?BRFSUM?>", "<?delete-start?>", "<?delete-end?>", "&#x7f;"])
PARTS = st.lists(st.tuples(LEAF, LAYOUT).map("".join), max_size=6).map("".join)
WHOLE = st.tuples(PARTS, PARTS, PARTS).map(lambda w: f"{w[0]}<drawings>x<p>f</p>{w[1]}</drawings>{w[2]}")


@given(WHOLE)
def test_the_text_taken_at_once_is_what_a_walk_finds(whole: str) -> None:
    for leaf, tag, text in runs(xml_safety.parse(f"{HEAD}<description>{whole}</description>".encode())):
        assert tag == xml_safety.local(leaf)
        if text is not None:
            assert text == tidy(flatten(leaf))
            assert [(None, text)] == [(number, tidy(block)) for number, block in blocks(leaf)]


@given(st.lists(st.text(alphabet="ab \n", max_size=9), max_size=9))
def test_plain_paragraphs_are_never_walked(texts: list[str]) -> None:
    inside = "\n".join(f"<p><b>1</b>{text}</p>" for text in texts)
    found = list(runs(xml_safety.parse(f"<description>\n{inside}</description>".encode())))
    assert [text for _, _, text in found] == [tidy(f"1{text.replace(chr(10), ' ')}") for text in texts]


def test_text_that_holds_the_mark_is_walked() -> None:
    root = xml_safety.parse(b"<description><p>a&#x7f;</p><p>b</p></description>")
    assert [text for _, _, text in runs(root)] == [None, None]
    assert [flatten(leaf) for leaf, _, _ in runs(root)] == ["a\x7f", "b"]
