"""`antedate status` and `antedate calendar`: words, JSON, exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from pipeline.law.facts import By
from tests.ui_calls import Calls
from ui import commands_law

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Calls:
    """A folder without a workspace, on a fixed day."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("USER", "ada")
    monkeypatch.setattr(commands_law, "_today", lambda: NOW)
    return Calls(monkeypatch, capsys)


@pytest.mark.parametrize(
    ("words", "kind", "rule"),
    [
        (
            "--office US --critical-date 2026-03-10 --published 2026-03-09",
            "novelty_and_inventive",
            "US-PUB-1",
        ),
        ("--office US --critical-date 2026-03-10 --published 2026-03-10", "not_art", "ALL-1"),
        ("--office JP --critical-date 2026-03-10 --published 2026-03-10", "undetermined", "JP-PUB-1"),
        (
            "--office US --critical-date 2026-03-10 --published 2026-03-10T02:30Z",
            "novelty_and_inventive",
            "US-PUB-1",
        ),
        ("--office EP --critical-date 2026-03-10 --published 2026-03-10T02:30Z", "not_art", "ALL-1"),
        (
            "--office EP --critical-date 2026-03-10 --accorded-by US --published 2026-03-10T02:30Z",
            "novelty_and_inventive",
            "EP-PUB-1",
        ),
        ("--office US --critical-date 2026-05-30 --published 2025-06-01 --by own", "excepted", "US-GRACE-A"),
        (
            "--office JP --critical-date 2026-05-30 --filing-date 2027-05-30 --published 2025-06-01 --by own",
            "novelty_and_inventive",
            "JP-PUB-1",
        ),
        (
            (
                "--office US --critical-date 2025-12-01 --published 2025-09-01 --own-disclosure 2025-06-01 "
                "--same-subject yes"
            ),
            "excepted",
            "US-GRACE-B",
        ),
        (
            (
                "--office US --critical-date 2026-01-01 --type application --of-office US --filed 2025-06-01 "
                "--priority 2025-01-01 --published 2026-07-01"
            ),
            "novelty_and_inventive",
            "US-SEC-1",
        ),
        (
            (
                "--office EP --critical-date 2026-01-01 --type application --of-office EP --filed 2025-01-01 "
                "--published 2026-07-01 --same-applicant"
            ),
            "novelty_only",
            "EP-SEC-1",
        ),
        (
            (
                "--office US --critical-date 2026-01-01 --type application --of-office WO --filed 2025-01-01 "
                "--published 2026-07-01"
            ),
            "undetermined",
            "US-SEC-1",
        ),
        ("--office EP --critical-date 2025-07-01 --published 2025", "undetermined", "EP-PUB-1"),
        (
            "--office EP --critical-date 2025-06-01 --published ../2025-05-01",
            "novelty_and_inventive",
            "EP-PUB-1",
        ),
        ("--office US --critical-date 2025-06-01 --published ../2025-06-02", "undetermined", "US-PUB-1"),
        (
            "--office EP --critical-date 2025-06-01 --published 2025-01-01 --confidential yes",
            "not_art",
            "EP-PUB-6",
        ),
        (
            "--office MX --critical-date 2026-05-30 --published 2026-05-01 --by own",
            "novelty_and_inventive",
            "UNKNOWN-PUB-1",
        ),
    ],
)
def test_status_answers_the_contract_for_one_office(call: Calls, words: str, kind: str, rule: str) -> None:
    answer = call.json("status", *words.split())
    assert (answer["status"], answer["rule"]) == (kind, rule)
    assert {"citation", "act", "deadline", "missing", "confidence"} <= set(answer)
    assert bool(answer["missing"]) is (kind == "undetermined")
    assert "not legal advice" in answer["notice"]
    assert [office["status"] for office in answer["offices"]] == [kind]
    out, _ = call.said("status", *words.split())
    assert "not legal advice" in out


def test_status_without_an_office_answers_for_every_pack(call: Calls) -> None:
    answer = call.json("status", "--critical-date", "2026-05-30", "--published", "2025-06-01", "--by", "own")
    assert [row["office"] for row in answer["offices"]] == sorted(
        ["US", "EP", "JP", "KR", "CN", "CA", "AU", "BR", "TW", "DE-GM", "PCT"]
    )
    assert "status" not in answer
    jp = next(row for row in answer["offices"] if row["office"] == "JP")
    assert (jp["deadline"], jp["status"]) == ("2026-06-29", "excepted")


def test_a_bare_day_near_the_date_says_whose_day_it_was_taken_for(call: Calls) -> None:
    words = ("status", "--office", "US", "--critical-date", "2026-03-10", "--published", "2026-03-09")
    assert "office's own calendar" in call.json(*words)["assumptions"][0]
    assert call.json(*words, "--zone", "America/New_York")["assumptions"] == []
    assert call.json(*words, "--zone", "Pacific/Auckland")["status"] == "novelty_and_inventive"
    late = ("--office", "US", "--critical-date", "2026-03-09", "--published", "2026-03-09")
    assert call.json("status", *late, "--zone", "Pacific/Auckland")["status"] == "undetermined"


def test_a_priority_of_an_office_that_is_not_named_leaves_its_time_zone_open(call: Calls) -> None:
    words = ("--office", "EP", "--critical-date", "2026-03-10", "--published", "2026-03-10T02:30Z")
    assert call.json("status", *words)["status"] == "not_art"
    claimed = call.json("status", *words, "--filing-date", "2026-09-01")
    assert claimed["status"] == "undetermined"
    assert "time zone" in claimed["missing"][0]
    named = call.json("status", *words, "--filing-date", "2026-09-01", "--accorded-by", "US")
    assert named["status"] == "novelty_and_inventive"


CRITICAL = ("--critical-date", "2026-03-10")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (
            ("status", *CRITICAL, "--published", "2026-01-01", "--office", "USA"),
            "'USA' is the code of no office",
        ),
        (("status", *CRITICAL, "--published", "2026-01-01", "--office", "UP"), "AU, BR, CA, CN"),
        (("status", *CRITICAL, "--published", "2027-01-01"), "in the future"),
        (("status", *CRITICAL, "--published", "2026-02-30"), "is no date"),
        (("status", *CRITICAL, "--published", "2026-01-01T10:00"), "needs its zone"),
        (("status", *CRITICAL, "--published", "2026-02-01/2026-01-01"), "is no date"),
        (("status", *CRITICAL, "--published", "2026-01-01", "--zone", "Mars/Base"), "no IANA time zone"),
        (("status", *CRITICAL), "no date is given"),
        (("status", "--published", "2026-01-01"), "--critical-date is missing"),
        (
            ("status", *CRITICAL, "--filing-date", "2026-01-01", "--published", "2025"),
            "comes after the filing",
        ),
        (
            (
                "status",
                *CRITICAL,
                "--type",
                "application",
                "--filed",
                "2025-06-01",
                "--published",
                "2025-01-01",
            ),
            "one of the two dates is wrong",
        ),
        (
            (
                "status",
                *CRITICAL,
                "--type",
                "application",
                "--filed",
                "2025-06-01",
                "--priority",
                "2025-07-01",
            ),
            "before its priority",
        ),
        (("status", *CRITICAL, "--type", "application", "--published", "2025-06-01"), "needs --filed"),
        (("status", *CRITICAL, "--filed", "2025-06-01"), "--type application"),
        (("calendar",), "give one of --published-at"),
        (
            ("calendar", "--published-at", "2026-12-01", "--shown-at", "2026-01-01", "--to", "X"),
            "give one of",
        ),
        (("calendar", "--shown-at", "2027-12-01", "--to", "X"), "in the future"),
        (("calendar", "--shown-at", "2026-01-01"), "to whom"),
        (("calendar", "--published-at", "soon"), "is no date"),
        (("calendar", "--published-at", "2026-12-01", "--filing", "US"), "CODE:DAY"),
        (("calendar", "--published-at", "2026-12-01", "--duty", "yes"), "go with --shown-at"),
        (("calendar", "--published-at", "2026-12-01", "--office", "QQ"), "'QQ' is the code of no office"),
    ],
)
def test_bad_input_is_named_and_exits_with_2(call: Calls, words: tuple[str, ...], named: str) -> None:
    _, err = call.said(*words, code=2)
    assert named in err
    assert call.json(*words, code=2)["error"]["code"] == 2


def test_calendar_answers_the_contract_and_writes_the_file(call: Calls, tmp_path: Path) -> None:
    words = ("calendar", "--published", "2026-12-10T02:30Z", "--office", "US,EP", "--office", "JP")
    answer = call.json(*words, "--ics", "rights.ics")
    assert [row["office"] for row in answer["offices"]] == ["EP", "US", "JP"]
    assert [row["last_safe_day"] for row in answer["offices"]] == ["2026-12-09", "2027-12-09", "2027-12-10"]
    for row in answer["offices"]:
        assert {"lost", "act", "rule", "confidence"} <= set(row)
    data = (tmp_path / "rights.ics").read_bytes()
    assert data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert data.count(b"BEGIN:VEVENT") == 4
    out, _ = call.said(*words)
    assert "No day is moved for a weekend" in out
    assert "not legal advice" in out


def test_a_dry_run_writes_no_calendar(call: Calls, tmp_path: Path) -> None:
    call.said("calendar", "--published-at", "2026-12-10", "--ics", "rights.ics", "--dry-run")
    assert not (tmp_path / "rights.ics").exists()


def test_what_was_shown_is_named_with_whom_and_under_what(call: Calls) -> None:
    words = (
        "calendar",
        "--shown-at",
        "2026-10-10",
        "--to",
        "Acme",
        "--under",
        "NDA of May",
        "--office",
        "EP",
    )
    kept = call.json(*words, "--duty", "yes")
    assert kept["shown"] == "shown at 2026-10-10 to Acme under NDA of May"
    assert (kept["offices"][0]["lost"], kept["offices"][0]["last_safe_day"]) == ([], None)
    open_ = call.json(*words, "--duty", "no")
    assert open_["offices"][0]["last_safe_day"] == "2026-10-09"
    assert call.json(*words)["offices"][0]["missing"]


def test_documents_of_the_corpus_bring_their_own_dates(call: Calls, tmp_path: Path) -> None:
    lines = [
        {"id": "paper", "kind": "paper", "title": "Valve", "abstract": "A valve.", "date": "2024-05-01"},
        {"id": "year", "kind": "paper", "title": "Pump", "abstract": "A pump.", "date": "2024"},
        {"id": "none", "kind": "paper", "title": "Pipe", "abstract": "A pipe."},
        {
            "id": "EP-9900001-A1",
            "kind": "application",
            "title": "Gate",
            "abstract": "A gate.",
            "date": "2024-08-01",
            "filing_date": "2023-02-01",
            "country": "EP",
        },
        {
            "id": "EP-9900002-A1",
            "kind": "application",
            "title": "Door",
            "abstract": "A door.",
            "date": "2023-08-01",
            "filing_date": "2024-02-01",
            "country": "EP",
        },
    ]
    (tmp_path / "art.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    call.said("init", "antedate-workspace")
    call.said("ingest", "jsonl", "art.jsonl")

    def kind(key: str, day: str, office: str, *more: str) -> str:
        answer = call.json("status", key, "--critical-date", day, "--office", office, *more)
        return str(answer["status"])

    assert kind("paper", "2024-06-01", "EP") == "novelty_and_inventive"
    assert kind("paper", "2024-04-01", "EP") == "not_art"
    assert kind("paper", "2024-05-01", "EP") == "undetermined"
    assert kind("year", "2024-06-01", "US") == "undetermined"
    assert kind("none", "2024-06-01", "US") == "undetermined"
    assert kind("EP-9900001-A1", "2024-03-01", "EP") == "novelty_only"
    assert kind("EP-9900001-A1", "2024-03-01", "US") == "not_art"
    found = call.json("status", "EP-9900001-A1", "--critical-date", "2024-03-01", "--office", "EP")
    assert any("another applicant's" in words for words in found["assumptions"])
    assert kind("EP-9900001-A1", "2024-09-01", "EP") == "novelty_and_inventive"
    assert kind("EP-9900001-A1", "2024-09-01", "US", "--by", "own") == "excepted"
    _, err = call.said("status", "EP-9900002-A1", "--critical-date", "2024-03-01", "--office", "EP", code=2)
    assert "one of the two dates is wrong" in err
    call.said("status", "nobody", "--critical-date", "2024-03-01", code=2)
    call.said("status", "paper", "--critical-date", "2024-03-01", "--published", "2024-01-01", code=2)


def test_the_choices_that_are_offered_are_those_that_the_law_knows() -> None:
    assert set(commands_law.WHOSE) == {by.value for by in By} | {"unknown"}
