"""Bad input meets the command line: a message with file and place, the right exit code, no other loss.

What each reader and the intake say in detail is tested beside them; here the whole command meets the file.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdf
import pytest

import pipeline
from ui.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

GRANTS = 4


@pytest.fixture(scope="module")
def grants() -> list[bytes]:
    """Four glued grants of the demo corpus, each with its own XML declaration."""
    archive = Path(pipeline.__path__[0]) / "demo" / "corpus" / "ipg_demo.zip"
    with zipfile.ZipFile(archive) as opened:
        data = opened.read(opened.namelist()[0])
    return [b"<?xml" + part for part in data.split(b"<?xml")[1 : GRANTS + 1]]


@pytest.fixture
def antedate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., dict[str, Any]]:
    """Run a command in a new workspace; returns its JSON object, with its messages as `said`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("USER", "ada")

    def run(*words: str, code: int = 0) -> dict[str, Any]:
        monkeypatch.setattr(sys, "argv", ["antedate", "--workspace", "ws", "--json", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        assert ended.value.code == code, f"{words}: {ended.value.code}\n{shown.out}\n{shown.err}"
        return {**json.loads(shown.out or "{}"), "said": shown.out + shown.err}

    run("init", "ws")
    return run


def _zip(path: Path, parts: list[bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ipg.xml", b"".join(parts))
    return path


def _keys(antedate: Callable[..., dict[str, Any]]) -> int:
    assert antedate("corpus", "verify")["valid"] is True
    return int(antedate("corpus", "status")["documents"])


def test_a_truncated_zip_gives_what_was_whole(
    antedate: Callable[..., dict[str, Any]], grants: list[bytes], tmp_path: Path
) -> None:
    whole = _zip(tmp_path / "whole.zip", grants).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) * 7 // 10])
    found = antedate("ingest", "uspto-xml", "cut.zip")
    assert 0 < found["added"] < GRANTS
    reasons = " ".join(skip["reason"] for skip in found["skipped"])
    assert "download it again" in reasons
    assert all(skip["file"].startswith("cut.zip") and skip["offset"] >= 0 for skip in found["skipped"])
    assert _keys(antedate) == found["added"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        pytest.param(
            lambda part: part.replace(b"</us-bibliographic", b"</us-", 1), "not well-formed", id="broken"
        ),
        pytest.param(
            lambda part: re.sub(
                rb"<!DOCTYPE[^>]*>", b'<!DOCTYPE a [<!ENTITY x "&y;"><!ENTITY y "boo">]>', part
            ),
            "declares entities",
            id="entities",
        ),
        pytest.param(
            lambda part: part.replace(b"<claim-text>", b"<claim-text>\xff", 1), "UTF-8", id="encoding"
        ),
    ],
)
def test_one_bad_document_in_the_middle_costs_only_itself(
    antedate: Callable[..., dict[str, Any]],
    grants: list[bytes],
    tmp_path: Path,
    spoil: Callable[[bytes], bytes],
    reason: str,
) -> None:
    spoilt = spoil(grants[1])
    assert spoilt != grants[1]
    _zip(tmp_path / "week.zip", [grants[0], spoilt, *grants[2:]])
    found = antedate("ingest", "uspto-xml", "week.zip")
    assert found["added"] == GRANTS - 1
    (skip,) = found["skipped"]
    assert skip["file"] == "week.zip!ipg.xml"
    assert skip["offset"] == len(grants[0])
    assert reason in skip["reason"]
    assert _keys(antedate) == GRANTS - 1


def test_files_without_anything_to_read_are_named_and_answer_no(
    antedate: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    (tmp_path / "empty.xml").write_bytes(b"")
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(tmp_path / "scan.pdf")
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (120 << 20))
    for source, name, reason in (
        ("uspto-xml", "empty.xml", "empty"),
        ("files", "scan.pdf", "no text layer"),
        ("files", "bomb.docx", "refused"),
    ):
        found = antedate("ingest", source, name, code=1)
        assert [(skip["file"], found["added"]) for skip in found["skipped"]] == [(name, 0)]
        assert reason in found["skipped"][0]["reason"]
    (tmp_path / "good.txt").write_text("A kettle switches off when its water boils.", encoding="utf-8")
    assert antedate("ingest", "files", "scan.pdf", "good.txt")["added"] == 1


def test_an_unknown_date_costs_the_date_and_is_counted(
    antedate: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    lines = [
        {
            "id": "a",
            "kind": "paper",
            "title": "Kettle",
            "abstract": "A kettle with a lid.",
            "date": "some day",
        },
        {
            "id": "b",
            "kind": "paper",
            "title": "Teapot",
            "abstract": "A teapot with a lid.",
            "date": "2019-02-30",
        },
        {"id": "c", "kind": "paper", "title": "Cup", "abstract": "A cup with a lid.", "date": "2019"},
    ]
    (tmp_path / "art.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert antedate("ingest", "jsonl", "art.jsonl")["added"] == len(lines)
    assert antedate("corpus", "status")["undated"] == 2
    hits = antedate("search", "lid", "--before", "2021-01-01", "--mode", "words")["hits"]
    assert [hit["key"] for hit in hits] == ["c"]


def test_a_disclosure_without_features_is_refused_by_its_name_and_a_line_of_three_is_taken(
    antedate: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    (tmp_path / "chat.md").write_text("Hello, shall we have lunch on Monday?\n", encoding="utf-8")
    assert "chat.md" in antedate("disclose", "chat.md", code=2)["said"]
    (tmp_path / "day.md").write_text(
        "---\ncritical_date: soon\n---\n## Claim\n\nA box comprising: a lid; and a base.\n", encoding="utf-8"
    )
    said = antedate("disclose", "day.md", code=2)["said"]
    assert "day.md" in said
    assert "critical_date" in said
    assert "YYYY-MM-DD" in said
    (tmp_path / "line.md").write_text(
        "## Claim\n\nA kettle comprising: a lid; a base with a heater; and a switch.\n", encoding="utf-8"
    )
    taken = antedate("disclose", "line.md")
    assert taken["disclosure"] == "D-0001"
    assert [feature["text"] for feature in taken["features"]] == [
        "A kettle",
        "a lid",
        "a base with a heater",
        "a switch",
    ]
