"""Text files of people: what is read from each format, and what is refused before it can do harm."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import front_matter
from ingest.documents import Document, DocumentKind, EventKind, Unreadable
from ingest.errors import UnreadableFileError
from ingest.files import Files
from ingest.markup import html_blocks, markdown_blocks
from ingest.office_files import read_text_file
from tests.office_reading import one, places, reason, write

if TYPE_CHECKING:
    from collections.abc import Callable

MARKDOWN = """# A lid

Pots are **open**. A [lid](http://example.org/x "t") closes
them at `10^5` Pa.

## Parts
- a disc
  of steel
1. a knob

| part | mass |
|------|-----:|
| disc | 2 kg |

```text
keep | this
  shape
```
<!-- not
this --> > quoted

Uses
----
Cooking.
"""

HTML = """<!doctype html><html><head><title>A &lt;lid&gt;</title><style>p{}</style></head><body>
<h1>Lids</h1><p>Pots are <b>open</b>.<br>Lids close.<script>steal()</script></p>
<p hidden>secret</p><div style="display: NONE">secret</div>loose
<ul><li>one<li>two <p>more</p></ul><table><tr><th>part<th>mass</tr><tr><td>disc<td>2 kg</tr></table>
<table><tr><td><p>laid out</p></td></tr></table><h2>Uses</h2><pre>a
  b</pre>end</body></html>"""


def test_markdown_is_read_as_headings_paragraphs_and_items(tmp_path: Path) -> None:
    text = read_text_file(write(tmp_path / "a.md", MARKDOWN))
    assert text.title == "A lid"
    assert places(text) == [
        ("heading", "title", "A lid"),
        ("paragraph", "¶1", "Pots are open. A lid closes them at 10^5 Pa."),
        ("heading", "§1", "Parts"),
        ("item", "§1 ¶1", "a disc of steel"),
        ("item", "§1 ¶2", "a knob"),
        ("paragraph", "§1 ¶3", "part | mass\ndisc | 2 kg"),
        ("paragraph", "§1 ¶4", "keep | this\n  shape"),
        ("paragraph", "§1 ¶5", "quoted"),
        ("heading", "§2", "Uses"),
        ("paragraph", "§2 ¶1", "Cooking."),
    ]


def test_html_is_read_as_a_reader_sees_it(tmp_path: Path) -> None:
    text = read_text_file(write(tmp_path / "a.html", HTML))
    assert text.title == "A <lid>"
    assert places(text) == [
        ("heading", "title", "Lids"),
        ("paragraph", "¶1", "Pots are open.\nLids close."),
        ("paragraph", "¶2", "loose"),
        ("item", "¶3", "one"),
        ("item", "¶4", "two"),
        ("item", "¶5", "more"),
        ("paragraph", "¶6", "part | mass\ndisc | 2 kg"),
        ("paragraph", "¶7", "laid out"),
        ("heading", "§1", "Uses"),
        ("paragraph", "§1 ¶1", "a\nb"),
        ("paragraph", "§1 ¶2", "end"),
    ]


def test_plain_text_is_cut_at_blank_lines(tmp_path: Path) -> None:
    text = read_text_file(
        write(tmp_path / "a.txt", "Notes on lids\n\n1. Field\n\nPots\nare open.\n\nUSES\n\nCooking.")
    )
    assert text.title == "Notes on lids"
    assert [(kind, anchor) for kind, anchor, _ in places(text)] == [
        ("paragraph", "¶1"),
        ("heading", "§1"),
        ("paragraph", "§1 ¶1"),
        ("heading", "§2"),
        ("paragraph", "§2 ¶1"),
    ]


YAML = """---
title: A hinge
date: 2021-03-04
kind: defensive_publication
key: DP-1
authors: [Ann Moss]
language: en
---
"""
TOML = "+++\ntitle = 'A hinge'\ndate = 2021-03-04\nkind = 'rfc'\n+++\n"


def test_front_matter_names_the_document_and_dates_it(tmp_path: Path) -> None:
    document = one(write(tmp_path / "a.md", f"{YAML}# Hinges\n\nThey turn.\n\n## Abstract\n\nTurning."))
    assert (document.key, document.kind, document.title) == ("DP-1", DocumentKind.DISCLOSURE, "A hinge")
    assert [(event.kind, str(event.when), event.source) for event in document.events] == [
        (EventKind.PUBLISHED, "2021-03-04", "front-matter/date")
    ]
    assert (document.abstract, document.language, document.parties[0].name) == ("Turning.", "en", "Ann Moss")
    toml = read_text_file(write(tmp_path / "b.md", f"{TOML}They turn."))
    assert toml.front_matter == {"title": "A hinge", "date": "2021-03-04", "kind": "rfc"}


def test_without_a_stated_date_nothing_is_public_and_the_key_is_the_digest(tmp_path: Path) -> None:
    document = one(write(tmp_path / "a.md", "# Lids\n\nPots are open."))
    assert document.published is None
    assert document.events == ()
    assert document.key == f"file:{document.origin.sha256[:16]}"
    assert document.kind is DocumentKind.REPORT
    assert [section.field for section in document.sections] == ["title", "description"]


def test_an_impossible_date_costs_only_itself(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md", "---\ntitle: A hinge\ndate: 2021-13-45\n---\nIt turns.")
    document, said = Files().read(path)
    assert isinstance(document, Document)
    assert isinstance(said, Unreadable)
    assert (document.title, document.events) == ("A hinge", ())
    assert "date '2021-13-45' not understood as a date; write YYYY-MM-DD" in said.reason
    assert list(Files().read(path, after=0)) == [said]
    assert list(Files().read(path, after=1)) == []


LAUGHS = "---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\nText."


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        "---\na: [\n---\nText.",
        "---\n- a\n---\nText.",
        "---\na: !!python/object:os.system {}\n---\nText.",
        "---\na: " + "[" * 30_000 + "]" * 30_000 + "\n---\nText.",
        "+++\na = \n+++\nText.",
    ],
)
def test_front_matter_that_is_not_understood_counts_as_text_and_is_a_warning(
    tmp_path: Path, text: str
) -> None:
    read = read_text_file(write(tmp_path / "a.md", text))
    assert read.front_matter == {}
    assert "front matter was not understood" in read.warnings[0]
    assert read.blocks[-1].text.endswith("Text.")


@given(st.text(alphabet="-+=:a \n[]{}&*'\"", max_size=60))
def test_front_matter_loses_no_text_whatever_it_holds(text: str) -> None:
    fields, rest, _ = front_matter.split(text)
    assert text.endswith(rest)
    assert fields or rest == text or text.startswith(("---", "+++"))
    assert json.dumps(fields)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_common_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.txt", "Größe und Höhe – café".encode(encoding))
    assert read_text_file(path).blocks[0].text == "Größe und Höhe – café"


def test_html_is_read_in_the_encoding_that_it_declares(tmp_path: Path) -> None:
    page = '<meta charset="iso-8859-7"><p>Μια ιδέα</p>'.encode("iso-8859-7")
    assert read_text_file(write(tmp_path / "a.html", page)).blocks[0].text == "Μια ιδέα"


@pytest.mark.parametrize("data", [bytes(range(256)), "Привет мир".encode("koi8-r"), b"a\0b", b"\xff\xfeabc"])
def test_what_has_no_known_encoding_is_refused(tmp_path: Path, data: bytes) -> None:
    assert reason(write(tmp_path / "a.txt", data)).startswith("encoding: ")


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html", "a.pdf", "a.docx"])
def test_an_empty_file_is_a_reason(tmp_path: Path, name: str) -> None:
    assert reason(write(tmp_path / name, b"")) == "is empty"


@pytest.mark.parametrize("name", ["a.md", "a.pdf", "a.docx"])
def test_a_missing_file_is_a_reason(tmp_path: Path, name: str) -> None:
    assert "cannot be opened" in reason(tmp_path / name)


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
def test_a_file_of_another_kind_is_a_reason(tmp_path: Path, name: str) -> None:
    assert "is not a docx" in reason(
        write(tmp_path / name, b"PK nothing" * 50)
    ) or "is damaged or not a pdf" in reason(tmp_path / name)


def test_deep_nesting_is_refused_or_read_but_never_cut_in_silence(tmp_path: Path) -> None:
    path = write(tmp_path / "a.html", "<div>" * 20_000 + "deep" + "</div>" * 20_000)
    assert "nested too deeply" in reason(path)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (markdown_blocks, "[" * 200_000),
        (markdown_blocks, "**a" * 100_000),
        (markdown_blocks, "<!--" * 100_000),
        (markdown_blocks, "- " * 100_000),
        (markdown_blocks, "`" * 200_000),
        (markdown_blocks, "|" * 200_000),
        (html_blocks, "<p " + "a=b " * 100_000),
        (html_blocks, "<!--" * 100_000),
    ],
)
def test_prepared_text_takes_no_time(read: Callable[[str], object], text: str) -> None:
    started = time.process_time()
    read(text)
    assert time.process_time() - started < 4


def test_an_unknown_suffix_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"\.docx, .*\.txt"):
        read_text_file(write(tmp_path / "a.odt", "x"))


def test_a_finished_file_is_not_read_again(tmp_path: Path) -> None:
    path = write(tmp_path / "a.md", "# A lid")
    assert list(Files().read(path, after=0)) == []
    assert Files().measure(path) == 7
    assert Path(one(path).origin.file) == path
