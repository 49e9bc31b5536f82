"""The small functions beneath the pages: escaping, marking, splitting, zipping."""

from __future__ import annotations

import html
import io
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.disclosure import Feature, FeatureKind
from ui import widgets
from ui.screens import case_features, new, publications

if TYPE_CHECKING:
    from pathlib import Path


HOSTILE = '<img src=x onerror=alert(1)> :red[x] ![p](http://evil.example/p.png) $a$ "q" [l](javascript:x)'


@given(st.text(max_size=80))
def test_an_element_shows_its_text_and_never_makes_markup(text: str) -> None:
    shown = widgets.element(text)
    inside = shown.removeprefix('<div class="">').removesuffix("</div>")
    assert "<" not in inside
    assert html.unescape(inside) == widgets.printable(text)


@given(st.text(max_size=80), st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90)), max_size=6))
def test_marking_a_quote_changes_none_of_its_words(quote: str, spans: list[tuple[int, int]]) -> None:
    marked = widgets.marked(quote, spans)
    assert html.unescape(re.sub("</?mark>", "", marked)) == widgets.printable(quote)
    assert marked.count("<mark>") == marked.count("</mark>")


@given(st.text(max_size=60))
def test_a_label_holds_no_markdown(text: str) -> None:
    label = widgets.plain(text)
    assert not re.search(r"(?<!\\)[\[\]<>`*_$]", label.replace("\\\\", ""))


def test_a_label_keeps_its_words_and_parts_what_would_become_an_icon_or_a_link() -> None:
    assert widgets.plain("Drip valve, 2nd try") == "Drip valve, 2nd try"
    assert "://" not in widgets.plain("http://evil.example")
    assert ":red" not in widgets.plain(":red[x]")
    assert widgets.plain("a" * 300).endswith("…")


def test_text_that_turns_the_reading_direction_is_made_visible() -> None:
    assert widgets.printable("abc\u202etxt.exe") == "abc\ufffdtxt.exe"
    assert widgets.printable("5\u00a0mm\n") == "5\u00a0mm\n"


# -- small rules -----------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["", "no", "No.", "none", "not yet", " never! ", "n/a"])
def test_saying_no_raises_no_flag(answer: str) -> None:
    assert not new.shows(answer)


@pytest.mark.parametrize(
    "answer", ["a poster in May", "no, but we sold two", "yes", "to a customer under NDA"]
)
def test_any_showing_raises_the_flag(answer: str) -> None:
    assert new.shows(answer)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a\nb", ("a", "b")),
        ("a pump; and a valve", ("a pump", "a valve")),
        ("a valve, wherein it is red", ("a valve", "wherein it is red")),
        ("one thing", ("one thing",)),
    ],
)
def test_a_feature_splits_where_a_person_broke_it_or_at_its_seams(text: str, pieces: tuple[str, ...]) -> None:
    assert case_features.parts(text) == pieces


@given(st.text(alphabet="ab;\n, ", max_size=40))
def test_splitting_loses_no_letter(text: str) -> None:
    assert re.sub(r"[^ab]", "", "".join(case_features.parts(text))) == re.sub(r"[^ab]", "", text)


def test_an_edited_feature_finds_its_place_or_has_none() -> None:
    feature = Feature(id="F1", text="a valve", kind=FeatureKind.STRUCTURE)
    placed = case_features.placed(feature, "see a valve here")
    assert (placed.start, placed.end) == (4, 11)
    assert case_features.placed(replace(feature, text="a pump"), "see a valve here").start == -1


def test_a_zip_holds_the_bundle_and_follows_no_link(tmp_path: Path) -> None:
    folder = tmp_path / "DP-2026-000001v1"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "page.html").write_text("x")
    secret = tmp_path / "secret"
    secret.write_text("s")
    (folder / "data" / "link").symlink_to(secret)
    with zipfile.ZipFile(io.BytesIO(publications.zipped(folder))) as archive:
        assert archive.namelist() == ["DP-2026-000001v1/data/page.html"]


# -- pages -----------------------------------------------------------------------------------------
