"""What a script sees of every command: one JSON object whatever happens, the right exit code, no traceback.

In this process and without a corpus, so that no model is loaded.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingest.documents import DocumentKind
from tests.ui_calls import Calls
from ui import cli
from ui.commands_case import excerpt, shortened
from ui.commands_search import KINDS
from ui.console import Console

if TYPE_CHECKING:
    from collections.abc import Generator

ANTEDATE = Path(sys.executable).with_name("antedate")
CLAIM = """---
title: Valve controller
inventors: [Ada Fern]
critical_date: 2024-05-01
---
## Claim

A controller for irrigation, comprising: a soil moisture probe; a latching valve; and a processor that closes
the valve after 90 s.
"""


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Calls:
    """A folder with one workspace and one disclosure file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("USER", "ada")
    calls = Calls(monkeypatch, capsys)
    assert calls.json("init", "antedate-workspace") == {"workspace": "antedate-workspace"}
    (tmp_path / "idea.md").write_text(CLAIM, encoding="utf-8")
    return calls


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        ((), 2, "UsageError"),
        (("nonsense",), 2, "NoSuchCommand"),
        (("search",), 2, "MissingParameter"),
        (("search", "valve", "--limit", "many"), 2, "BadParameter"),
        (("search", "valve", "--mode", "best"), 2, "BadParameter"),
        (("search", "valve", "--kind", "patnet"), 2, "BadParameter"),
        (("search", "valve", "--country", "USA"), 2, "BadParameter"),
        (("search", "valve", "--like", "US-1-A"), 2, "UnknownDocumentError"),
        (("search", "valve", "--unlike", "US-1-A"), 2, "UnknownDocumentError"),
        (("search", "valve", "--after", "someday"), 2, "BadParameter"),
        (("search", "  "), 2, "UsageError"),
        (("corpus", "status", "--nonsense"), 2, "NoSuchOption"),
        (("corpus", "export", "nowhere/out.jsonl"), 3, "ExportFailedError"),
        (("audit", "export", "nowhere/out.jsonl"), 3, "ExportFailedError"),
        (("show", "US-1-A"), 2, "UnknownDocumentError"),
        (("show", "US-\udcff"), 2, "UnicodeEncodeError"),
        (("features", "D-0009"), 2, "UnknownCaseError"),
        (("report", "D-0009"), 2, "UnknownReportError"),
        (("draft", "D-0009"), 2, "UnknownCaseError"),
        (("submit", "DR-0009"), 2, "UnknownDraftError"),
        (("return", "DR-0009", "--reason", "unclear"), 2, "UnknownDraftError"),
        (("approve", "DR-0009", "--digest", "0" * 64), 2, "UnknownDraftError"),
        (("publish", "DR-0009", "--yes"), 2, "UnknownDraftError"),
        (("assess", "idea.md", "--office", "EP"), 2, "UsageError"),
        (("assess", "idea.md", "--limit", "0"), 2, "BadParameter"),
        (("report", "D-0001", "--format", "odt"), 2, "BadParameter"),
        (("report", "diff", "R-0001", "--format", "pdf"), 2, "UsageError"),
        (("report", "diff", "R-0009", "R-0008"), 2, "UnknownReportError"),
        (("person", "add", "max", "--role", "king"), 2, "UsageError"),
        (("--workspace", "elsewhere", "config", "show"), 2, "NoWorkspaceError"),
        (("worker", "--dry-run"), 2, "UsageError"),
    ],
)
def test_a_failure_is_one_object_on_stdout_and_a_sentence_on_stderr(
    call: Calls, words: tuple[str, ...], code: int, kind: str
) -> None:
    found, out, err = call(*words, "--json")
    answer = json.loads(out)
    assert out.count("\n") == 1
    assert (found, answer["error"]["code"], answer["error"]["kind"]) == (code, code, kind)
    assert answer["error"]["message"] in err.replace("�", "\udcff")
    plain = call(*words)
    assert plain[1] == ""
    assert plain[0] == code


@pytest.mark.parametrize(
    "word",
    ["decide", "gate", "comment", "schedule", "renew", "watch"],
)
def test_a_command_of_a_later_release_says_so(call: Calls, word: str) -> None:
    answer = call.json(word, "D-0001", "--office", "EP", "--published", "2024-01-01", code=2)
    assert "not there yet" in answer["error"]["message"]


def test_the_kinds_that_search_offers_are_the_kinds_that_documents_have() -> None:
    assert tuple(kind.value for kind in DocumentKind) == KINDS


def test_json_after_two_dashes_is_a_word_and_not_an_option() -> None:
    assert cli.asks_json(["search", "valve", "--json"])
    assert not cli.asks_json(["search", "--", "--json"])


def test_a_fault_of_ours_never_ends_with_the_code_for_no(
    call: Calls, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_path: Path) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pipeline.settings.shown", broken)
    monkeypatch.setattr(sys, "argv", ["antedate", "config", "show", "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    assert ended.value.code == 3
    assert json.loads(out)["error"]["kind"] == "ZeroDivisionError"
    assert "Traceback" in err


def test_a_rehearsal_refuses_what_the_command_would_and_keeps_nothing(call: Calls) -> None:
    rehearsed = call.json("disclose", "idea.md", "--dry-run")
    assert (rehearsed["disclosure"], len(rehearsed["features"])) == ("D-0001", 4)
    call.json("features", "D-0001", code=2)
    events = call.json("audit", "verify")["events"]
    assert call.json("disclose", "idea.md")["disclosure"] == "D-0001"
    drafted = call.json("draft", "D-0001", "--dry-run")
    assert drafted["status"] == "draft"
    call.json("submit", drafted["draft"], code=2)
    drafted = call.json("draft", "D-0001")
    assert call.json("submit", "DR-0001", "--dry-run")["status"] == "in review"
    assert call.json("draft", "DR-0001")["status"] == "draft"
    call.json("submit", "DR-0001")
    call.json("approve", "DR-0001", "--digest", drafted["digest"], "--dry-run", code=4)
    call.json("publish", "DR-0001", "--dry-run", code=4)
    assert call.json("audit", "verify")["events"] > events
    assert (
        call.json("init", "antedate-workspace", "--dry-run", code=2)["error"]["kind"]
        == "WorkspaceExistsError"
    )
    assert call.json("init", "other", "--dry-run") == {"workspace": "other"}
    assert not Path("other").exists()


def test_features_are_set_from_a_file_and_by_an_editor(
    call: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = call.json("disclose", "idea.md")["features"]
    (tmp_path / "features.md").write_text("- [structure] a probe\n- a valve of 3 mm\n", encoding="utf-8")
    rehearsed = call.json("features", "D-0001", "--set", "features.md", "--dry-run")
    assert [feature["text"] for feature in rehearsed["features"]] == ["a probe", "a valve of 3 mm"]
    assert call.json("features", "D-0001")["features"] == before
    assert call.json("features", "D-0001", "--set", "features.md")["version"] == 2
    editor = tmp_path / "editor.sh"
    editor.write_text('#!/bin/sh\necho "- [step] pouring water" >> "$1"\n', encoding="utf-8")
    editor.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(editor))
    edited = call.json("features", "D-0001", "--edit")["features"]
    assert [feature["text"] for feature in edited] == ["a probe", "a valve of 3 mm", "pouring water"]
    assert "exclude each other" in call("features", "D-0001", "--edit", "--set", "features.md")[2]
    monkeypatch.setenv("EDITOR", "false")
    assert call("features", "D-0001", "--edit")[0] == 3
    (tmp_path / "features.md").write_bytes(b"\xff\xfe- a")
    assert "features.md" in call("features", "D-0001", "--set", "features.md")[2]
    assert "cannot be read" in call("features", "D-0001", "--set", str(tmp_path))[2]


def test_a_file_that_cannot_be_written_is_named_and_costs_no_record(call: Calls) -> None:
    call.json("disclose", "idea.md")
    code, out, err = call("draft", "D-0001", "--out", "nowhere/draft.md")
    assert (code, out) == (3, "")
    assert "nowhere/draft.md: cannot be written" in err
    assert call.json("draft", "DR-0001", "--out", "draft.md")["draft"] == "DR-0001"
    assert Path("draft.md").stat().st_size > 100
    assert list(Path().glob("*.part")) == []


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_a_question_that_nobody_answers_with_yes_changes_nothing(
    call: Calls, tmp_path: Path, answer: str
) -> None:
    call.json("disclose", "idea.md")
    call.json("draft", "D-0001")
    result = subprocess.run(
        [ANTEDATE, "publish", "DR-0001", "--json"],
        cwd=tmp_path, input=answer, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert json.loads(result.stdout)["error"]["kind"] == "NotConfirmedError"


def test_a_reader_that_leaves_ends_nothing_and_shows_no_traceback(call: Calls, tmp_path: Path) -> None:
    call.json("disclose", "idea.md")
    for words in ("features D-0001", "--help", "config show", "--json features D-0001"):
        result = subprocess.run(
            ["bash", "-c", f"'{ANTEDATE}' {words} | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (result.stdout, result.stderr) == ("0\n", "")


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_a_terminal_without_unicode_gets_words_and_valid_json(
    call: Calls, tmp_path: Path, locale: str
) -> None:
    call.json("disclose", "idea.md")
    environment = {
        **os.environ, "LC_ALL": locale, "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii",
    }  # fmt: skip
    for words in (["draft", "D-0001"], ["draft", "D-0001", "--json"]):
        result = subprocess.run(
            [ANTEDATE, *words], cwd=tmp_path, capture_output=True, check=False, env=environment
        )
        assert result.returncode == 0, result.stderr
        assert b"Valve controller" in result.stdout or json.loads(result.stdout.decode("ascii"))


def test_ctrl_c_while_work_runs_ends_with_5_and_one_object(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from ui import cli, commands_corpus\n"
        "from pipeline import ingestion\n"
        "ended = []\n"
        "def work(*a, **k):\n"
        "    try:\n"
        "        yield ingestion.IngestProgress(file='f', done=1, total=9, added=1, updated=0, unchanged=0,"
        " taken=1, skipped=0, passages=1)\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        yield from work()\n"
        "    finally: ended.append('work ended')\n"
        "ingestion.ingest = work\n"
        "sys.argv = ['antedate', '--json', 'ingest', 'auto', '.']\n"
        "try: cli.main()\n"
        "finally: print(*ended, file=sys.stderr)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    subprocess.run([ANTEDATE, "init", "antedate-workspace"], cwd=tmp_path, check=True, capture_output=True)
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False,
        env=environment, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert result.returncode == 5, result.stderr
    assert json.loads(result.stdout)["error"]["code"] == 5
    assert "work ended" in result.stderr
    assert "Traceback" not in result.stderr


def test_progress_on_a_pipe_is_a_line_every_few_seconds_and_knows_where_it_began(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = iter(range(100))
    monkeypatch.setattr("ui.console.time.monotonic", lambda: float(next(seconds)))

    def work() -> Generator[int, None, str]:
        yield from range(50, 61)  # an earlier run did the first half
        return "done"

    told = Console().pull(work(), lambda step: f"at {step} \x1b[31m", lambda step: (step, 100))
    lines = capsys.readouterr().err.splitlines()
    assert told == "done"
    assert [line.split("at ")[1][:2] for line in lines] == ["54", "59"]
    assert lines[0].endswith("0:05, about 0:57 left")
    assert "\x1b" not in "".join(lines)


def test_doctor_says_why_no_workspace_opens(call: Calls) -> None:
    findings = call.json("--workspace", "elsewhere", "doctor", code=1)["findings"]
    assert {"system", "python", "torch", "workspace"} <= {finding["check"] for finding in findings}
    assert "antedate init" in findings[-1]["words"]


def test_the_workspace_is_found_upwards(call: Calls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = tmp_path / "antedate-workspace" / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    found = call.json("config", "show")
    assert Path(found["workspace"]).resolve() == tmp_path / "antedate-workspace"


def test_an_excerpt_is_the_stretch_that_answers_the_feature() -> None:
    quote = (
        "To sum up, the dimples are 1.2 mm high. A four-way valve reverses the coolant above 3 K difference."
    )
    assert excerpt(quote, "a four-way valve configured to reverse the coolant", 45).startswith("… ")
    assert "four-way valve" in excerpt(quote, "a four-way valve configured to reverse the coolant", 45)
    assert excerpt("short", "whatever", 45) == "short"
    assert excerpt("x" * 99, "whatever", 45) == "x" * 99
    assert shortened("one two three", 9) == "one two …"
