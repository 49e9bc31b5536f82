"""The command line as a contract: words, JSON shapes and exit codes, through the installed command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ANTEDATE = Path(sys.executable).with_name("antedate")


@dataclass
class Shell:
    """Runs `antedate` in a folder with one workspace."""

    folder: Path

    def run(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "USER": "ada", "NO_COLOR": "1"}
        result = subprocess.run(
            [ANTEDATE, *words], cwd=self.folder, capture_output=True, text=True, check=False, env=environment
        )
        assert result.returncode == code, f"{words}: {result.returncode}\n{result.stdout}\n{result.stderr}"
        assert "Traceback" not in result.stderr
        return result

    def json(self, *words: str, code: int = 0) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.run(*words, "--json", code=code).stdout)
        return value


CLAIM = """---
title: Valve controller
inventors: [Ada Fern]
critical_date: 2024-05-01
---
## How it works

A soil moisture probe is read every 10 minutes. The controller opens a latching valve when the reading is
below 22 % and closes it after 90 s.

## Claim

A controller for irrigation, comprising: a soil moisture probe; a latching valve; and a processor that closes
the valve after 90 s.
"""


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A workspace with four documents, one disclosure and one assessment, made by the command line alone."""
    folder = tmp_path_factory.mktemp("cli")
    lines = [
        {
            "id": "demo-1",
            "kind": "paper",
            "title": "Irrigation control with a soil moisture probe",
            "abstract": "A soil moisture probe tells an irrigation controller when to open a latching valve.",
            "date": "2019-03-01",
            "country": "US",
            "cpc": ["A01G25/16"],
        },
        {
            "id": "demo-2",
            "kind": "patent",
            "title": "Timed valve",
            "abstract": "A processor closes the valve after 90 s.",
            "date": "2021-03-01",
        },
        {"id": "demo-3", "kind": "paper", "title": "Same day", "abstract": "A valve.", "date": "2024-05-01"},
        {"id": "demo-4", "kind": "paper", "title": "Cooling plate", "abstract": "A battery.", "date": "2020"},
    ]
    (folder / "art.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    (folder / "idea.md").write_text(CLAIM, encoding="utf-8")
    (folder / "minutes.md").write_text("# Minutes\n\nWe had coffee. It was nice.\n", encoding="utf-8")
    (folder / "soon.md").write_text(CLAIM.replace("2024-05-01", "soon"), encoding="utf-8")
    (folder / "empty.md").write_bytes(b"")
    made = Shell(folder)
    assert made.json("init", "antedate-workspace") == {"workspace": "antedate-workspace"}
    ingested = made.json("ingest", "auto", "art.jsonl")
    assert (ingested["added"], ingested["unchanged"], ingested["skipped"]) == (4, 0, [])
    assert ingested["documents"] == 4
    assert ingested["passages"] >= 4
    assert ingested["seconds"] > 0
    return made


def test_every_command_of_the_contract_is_listed_and_helped(shell: Shell) -> None:
    words = [
        "init",
        "ingest",
        "corpus",
        "show",
        "search",
        "evaluate",
        "disclose",
        "features",
        "assess",
        "report",
        "status",
        "calendar",
        "decide",
        "draft",
        "gate",
        "submit",
        "comment",
        "return",
        "approve",
        "schedule",
        "publish",
        "verify",
        "audit",
        "renew",
        "watch",
        "doctor",
        "config",
        "ui",
        "worker",
        "demo",
    ]
    listed = shell.run("--help").stdout
    for word in words:
        assert f"  {word} " in listed, word
        assert shell.run(word, "--help").stdout.startswith("Usage:")


@pytest.mark.parametrize("word", ["decide", "gate", "schedule", "renew", "watch"])
def test_what_comes_later_says_so_and_exits_with_2(shell: Shell, word: str) -> None:
    assert "not there yet" in shell.run(word, "anything", "--office", "EP", code=2).stderr


def test_search_prints_one_object_with_both_ranks_and_exact_quotes(shell: Shell) -> None:
    found = shell.json("search", "soil moisture probe", "--limit", "2")
    hit = found["hits"][0]
    assert hit["key"] == "demo-1"
    assert (hit["words_rank"], hit["meaning_rank"]) == (1, 1)
    text = json.loads(shell.run("show", "demo-1").stdout)["text"]
    for passage in hit["passages"]:
        assert text[passage["start"] : passage["end"]] == passage["quote"]
        assert passage["terms"]
    assert found["understood"]["documents"] == 4


def test_search_before_a_day_leaves_that_day_out(shell: Shell) -> None:
    found = shell.json("search", "valve", "--before", "2024-05-01")
    assert "demo-3" not in {hit["key"] for hit in found["hits"]}
    assert found["understood"]["searched"] == 3


def test_options_may_stand_before_the_command(shell: Shell) -> None:
    value = json.loads(shell.run("--json", "--quiet", "corpus", "status").stdout)
    assert value["documents"] == 4
    assert value["by_year"]["2020"] == 1
    assert len(value["snapshot"]) == 64


def test_corpus_verify_export_and_ingest_round_trip(shell: Shell) -> None:
    assert shell.json("corpus", "verify") == {"valid": True, "faults": []}
    assert shell.json("corpus", "export", "out.jsonl")["documents"] == 4
    again = shell.json("ingest", "jsonl", "out.jsonl")
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 4)


def test_disclose_features_assess_report(shell: Shell) -> None:
    disclosed = shell.json("disclose", "idea.md")
    number = disclosed["disclosure"]
    assert len(disclosed["features"]) >= 3
    assert {"id", "text", "kind", "essential", "novel", "start", "end"} <= set(disclosed["features"][0])
    assessed = shell.json("assess", number)
    assert {"report", "run_id", "report_hash", "outcome", "closest", "combinations", "coverage"} <= set(
        assessed
    )
    for closest in assessed["closest"]:
        if closest["key"]:
            text = json.loads(shell.run("show", closest["key"]).stdout)["text"]
            assert closest["quote"] in text
            assert closest["key"] != "demo-3"
    again = shell.json("assess", number)
    assert (again["run_id"], again["report_hash"]) == (assessed["run_id"], assessed["report_hash"])
    for form in ("html", "pdf", "docx", "xlsx", "md", "json"):
        path = shell.json("report", number, "--format", form, "--out", f"r.{form}")["path"]
        assert (shell.folder / path).stat().st_size > 500
    assert "not legal advice" in (shell.folder / "r.html").read_text(encoding="utf-8").lower()


def test_report_diff_compares_two_reports_and_a_report_with_a_fresh_run(shell: Shell) -> None:
    number = shell.json("disclose", "idea.md")["disclosure"]
    first = shell.json("assess", number)["report"]
    fresh = shell.json("report", "diff", first)
    assert fresh["identical"] is True
    assert fresh["a"]["hash"] == fresh["b"]["hash"]
    assert fresh["b"]["report"] == "fresh run"
    second = shell.json("assess", number, "--exclude", "demo-1")["report"]
    found = shell.json("report", "diff", first, second)
    assert (found["identical"], found["same_question"]) == (False, False)
    assert {"subject": "excluded", "before": "", "after": "demo-1"} in found["changes"]["question"]
    assert shell.run("report", "diff", second, number).stdout.splitlines()[-1] == "identical"


def test_a_report_file_says_what_it_is(shell: Shell) -> None:
    number = shell.json("disclose", "idea.md")["disclosure"]
    report = shell.json("assess", number)["report"]
    path = shell.json("report", number, "--format", "xlsx")["path"]
    assert path.startswith(f"{report}-{number}-art-before-")
    assert (shell.folder / path).read_bytes().startswith(b"PK")


def test_a_draft_is_reviewed_by_somebody_else_and_published(shell: Shell) -> None:
    shell.run("person", "add", "max", "--role", "manager")
    shell.run("person", "add", "rhea", "--role", "reviewer")
    number = shell.json("disclose", "idea.md")["disclosure"]
    drafted = shell.json("draft", number, "--as", "max")
    draft, digest = drafted["draft"], drafted["digest"]
    assert shell.json("submit", draft, "--as", "max")["status"] == "in review"
    assert "max" in shell.run("approve", draft, "--digest", digest, "--as", "max", code=4).stderr
    assert shell.run("approve", draft, "--digest", "0" * 64, "--as", "rhea", code=4).stderr
    shell.run("publish", draft, "--as", "rhea", "--yes", code=4)
    assert shell.json("approve", draft, "--digest", digest, "--as", "rhea")["status"] == "approved"
    published = shell.json("publish", draft, "--as", "rhea", "--yes")
    bundle = Path(published["bundle"])
    checked = shell.json("verify", str(bundle))
    assert checked["valid"]
    assert checked["self_issued"]
    (bundle / "data" / "LICENSE.txt").write_text("mine now", encoding="utf-8")
    assert shell.json("verify", str(bundle), code=1)["valid"] is False
    assert shell.json("audit", "verify")["valid"] is True


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("ingest", "auto", "missing.jsonl"), 2, "missing.jsonl"),
        (("ingest", "sorcery", "art.jsonl"), 2, "sorcery"),
        (("show", "NO-SUCH-KEY"), 2, "NO-SUCH-KEY"),
        (("disclose", "minutes.md"), 2, "minutes.md"),
        (("disclose", "soon.md"), 2, "critical_date"),
        (("disclose", "nowhere.md"), 2, "nowhere.md"),
        (("disclose", "empty.md"), 2, "empty.md"),
        (("ingest", "auto", "empty.md"), 1, ""),
        (("features", "D-9999"), 2, "D-9999"),
        (("report", "R-9999"), 2, "R-9999"),
        (("search", "x", "--before", "yesterday"), 2, "YYYY-MM-DD"),
        (("disclose", "idea.md", "--as", "nobody"), 2, "nobody"),
        (("--workspace", "elsewhere", "corpus", "status"), 2, "antedate init"),
        (("search", "title:valve AND ("), 2, "column"),
        (("verify", "nowhere"), 1, ""),
        (("report", "diff", "A"), 2, "'A'"),
        (("report", "diff"), 2, "report diff A [B]"),
        (("report", "diff", "A", "B", "--format", "pdf"), 2, "writes no file"),
        (("assess", "idea.md", "--filed", "1999-01-01"), 2, "before the critical date"),
        (("assess", "idea.md", "--dry-run"), 2, "rehearse"),
    ],
)
def test_what_goes_wrong_is_named_and_has_its_exit_code(
    shell: Shell, words: tuple[str, ...], code: int, named: str
) -> None:
    assert named in shell.run(*words, code=code).stderr


def test_dry_run_of_an_ingest_reads_nothing(shell: Shell) -> None:
    before = shell.json("corpus", "status")
    plan = shell.json("ingest", "auto", "art.jsonl", "--dry-run")
    assert plan["would_read"][0]["file"] == "art.jsonl"
    assert shell.json("corpus", "status") == before


def test_settings_are_shown_with_their_origin(shell: Shell) -> None:
    lines = {line["setting"]: line for line in shell.json("config", "show")["settings"]}
    assert lines["review.approvals"] == {"setting": "review.approvals", "value": 1, "from": "antedate.toml"}


def test_doctor_finds_a_healthy_workspace(shell: Shell) -> None:
    assert shell.json("doctor")["valid"] is True
