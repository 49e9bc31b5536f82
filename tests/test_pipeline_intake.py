from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import UnreadableFileError
from pipeline.disclosure import Topic, dump, load
from pipeline.intake import (
    LIMIT,
    DisclosureTooLongError,
    EmptyDisclosureError,
    FrontMatterError,
    from_answers,
    read_disclosure,
)
from pipeline.topics import topic_of

if TYPE_CHECKING:
    from pathlib import Path

_BODY = """# Kettle that remembers

## What it is

A kettle with a memory for the last temperature.

## How it works

A thermistor measures the water. The controller switches the heater off.

### Settings

- hold at 80 °C for 5 min
- hold at 95 °C for 1 min

## Claim

A kettle comprising: a vessel; a thermistor; and a memory.

## Variants

Without a memory.
"""


def _write(folder: Path, text: str, name: str = "kettle.md") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_markdown_becomes_parts_by_the_words_of_its_headings(tmp_path: Path) -> None:
    found = read_disclosure(_write(tmp_path, _BODY))
    assert found.title == "Kettle that remembers"
    topics = [(part.topic, part.heading) for part in found.parts]
    assert topics == [
        (Topic.WHAT, "What it is"),
        (Topic.HOW, "How it works"),
        (Topic.HOW, "Settings"),
        (Topic.CLAIM, "Claim"),
        (Topic.VARIANTS, "Variants"),
    ]
    assert found.part(Topic.CLAIM) == "A kettle comprising: a vessel; a thermistor; and a memory."
    assert "- hold at 80 °C for 5 min\n- hold at 95 °C for 1 min" in found.part(Topic.HOW)
    assert found.source_file == "kettle.md"


@pytest.mark.parametrize("fence", ["---", "+++"])
def test_front_matter_in_yaml_and_toml_fills_the_record(tmp_path: Path, fence: str) -> None:
    sign = ":" if fence == "---" else " ="
    front = "\n".join(
        (
            fence,
            f'title{sign} "A better kettle"',
            f'inventors{sign} ["Ada Reed", "Bo Lind"]',
            f"critical_date{sign} 2024-05-01",
            f"shown_to_anyone{sign} false",
            f'keywords{sign} ["kettle", "memory"]',
            f'classes{sign} ["A47J27/21"]',
            f'colour{sign} "red"',
            fence,
            "",
        )
    )
    found = read_disclosure(_write(tmp_path, front + _BODY.partition("\n\n")[2]))
    assert found.title == "A better kettle"
    assert found.inventors == ("Ada Reed", "Bo Lind")
    assert found.critical_date == date(2024, 5, 1)
    assert found.shown == "no"
    assert found.keywords == ("kettle", "memory")
    assert found.classes == ("A47J27/21",)
    assert found.warnings == ("front matter not used: colour",)
    assert load(dump(found)) == found


@pytest.mark.parametrize("value", ["soon", "2024-13-01", "20240501", "[2024-05-01]", "12"])
def test_a_bad_critical_date_names_file_key_and_form(tmp_path: Path, value: str) -> None:
    path = _write(tmp_path, f"---\ncritical_date: {value}\n---\n{_BODY}")
    with pytest.raises(FrontMatterError, match=r"kettle\.md: 'critical_date' .* YYYY-MM-DD"):
        read_disclosure(path)


def test_front_matter_is_data_and_never_executed(tmp_path: Path) -> None:
    target = tmp_path / "made"
    front = f"---\ntitle: !!python/object/apply:pathlib.Path.touch ['{target}']\n---\n"
    path = _write(tmp_path, front + _BODY)
    found = read_disclosure(path)
    assert not target.exists()
    assert any("not understood" in warning for warning in found.warnings)


def test_a_list_where_a_line_is_wanted_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path, f"---\ntitle: [a, b]\n---\n{_BODY}")
    with pytest.raises(FrontMatterError, match="'title'"):
        read_disclosure(path)


def test_plain_text_without_headings_is_one_part(tmp_path: Path) -> None:
    path = _write(tmp_path, "A lid with a hinge.\n\nThe hinge is a film of plastic.\n", "lid.txt")
    found = read_disclosure(path)
    assert [part.topic for part in found.parts] == [Topic.OTHER]
    assert found.title


def test_html_is_read_and_scripts_are_not(tmp_path: Path) -> None:
    page = (
        "<html><head><title>Lid</title><script>alert(1)</script></head><body><h2>How it works</h2>"
        "<p>A spring opens the lid.</p></body></html>"
    )
    found = read_disclosure(_write(tmp_path, page, "lid.html"))
    assert found.part(Topic.HOW) == "A spring opens the lid."
    assert "alert" not in found.text


def test_docx_is_read_with_its_headings(tmp_path: Path) -> None:
    import docx

    document = docx.Document()
    document.add_heading("Lid", 0)
    document.add_heading("Claim", 1)
    document.add_paragraph("A lid comprising: a hinge; a spring; and a latch.")
    path = tmp_path / "lid.docx"
    document.save(str(path))
    found = read_disclosure(path)
    assert found.part(Topic.CLAIM) == "A lid comprising: a hinge; a spring; and a latch."


def test_an_empty_file_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises((EmptyDisclosureError, UnreadableFileError), match="lid"):
        read_disclosure(_write(tmp_path, "\n\n", "lid.md"))
    with pytest.raises(EmptyDisclosureError, match="How it works"):
        read_disclosure(_write(tmp_path, "## Claim\n\n", "lid2.md"))


def test_a_text_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = _write(tmp_path, "## How it works\n\n" + "water " * (LIMIT // 5))
    with pytest.raises(DisclosureTooLongError, match="Split it"):
        read_disclosure(path)


def test_long_runs_of_blanks_are_shortened_so_that_parsing_stays_fast() -> None:
    blanks, lines = " \t" * 50_000, "\n" * 50_000
    found = from_answers("Lid", {Topic.CLAIM: f"A lid{blanks}comprising:{lines}a hinge"})
    assert len(found.text) < 100
    assert found.text.endswith("A lid    comprising:\n\na hinge")


def test_answers_of_the_form_become_headed_parts() -> None:
    found = from_answers(
        "  A   lid ",
        {Topic.HOW: "First.\n\nSecond.", Topic.SHOWN: "At a fair in May", Topic.CLAIM: " "},
        inventors=["Ada  Reed", ""],
        critical_date=date(2025, 1, 2),
    )
    assert found.title == "A lid"
    assert found.part(Topic.HOW) == "First.\n\nSecond."
    assert found.shown == "At a fair in May"
    assert found.inventors == ("Ada Reed",)
    assert found.part(Topic.CLAIM) == ""
    with pytest.raises(EmptyDisclosureError):
        from_answers("A lid", {})


@pytest.mark.parametrize(
    ("heading", "topic"),
    [
        ("Has it been shown to anyone?", Topic.SHOWN),
        ("What is new", Topic.NEW),
        ("Prior art", Topic.KNOWN),
        ("Background of the invention", Topic.KNOWN),
        ("Advantages over known solutions", Topic.ADVANTAGES),
        ("Claims", Topic.CLAIM),
        ("Example claims", Topic.CLAIM),
        ("Alternative embodiments", Topic.VARIANTS),
        ("Detailed description", Topic.HOW),
        ("What problem does it solve?", Topic.PROBLEM),
        ("Summary", Topic.WHAT),
        ("Who and when", Topic.WHO_WHEN),
        ("Acknowledgements", Topic.OTHER),
    ],
)
def test_headings_announce_topics(heading: str, topic: Topic) -> None:
    assert topic_of(heading) is topic


@given(
    st.dictionaries(
        st.sampled_from(list(Topic)),
        st.text(min_size=1, max_size=200).filter(str.strip),
        min_size=1,
    )
)
def test_parts_never_overlap_and_lie_inside_the_text(answers: dict[Topic, str]) -> None:
    try:
        found = from_answers("T", answers)
    except EmptyDisclosureError:
        return
    ends = 0
    for part in found.parts:
        assert ends <= part.start < part.end <= len(found.text)
        ends = part.end
