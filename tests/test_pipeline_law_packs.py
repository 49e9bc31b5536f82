"""Rule packs: read strictly, dated, and honest about what nobody verified."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from pipeline.law.errors import OfficeCodeError, RulePackError
from pipeline.law.facts import CriticalDate, Filing, PublicFact
from pipeline.law.offices import checked
from pipeline.law.packs import FOLDER, offices, pack_for, packs, read_pack
from pipeline.law.status import status
from pipeline.law.when import AT_OFFICE, When

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.law.packs import Pack

JP = (FOLDER / "jp.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("pack", packs().values(), ids=lambda pack: pack.office)
def test_every_pack_is_dated_cited_and_says_what_is_unverified(pack: Pack) -> None:
    assert pack.reviewed_on <= pack.review_by
    assert pack.sources
    for rule in pack.rules:
        assert rule.citation
        assert rule.words.endswith(".")
        assert (rule.confidence != "low") or "unverified" in rule.words


def test_the_offices_of_the_design_have_packs_and_unknown_has_no_grace() -> None:
    assert set(offices()) == {"US", "EP", "JP", "KR", "CN", "CA", "AU", "BR", "TW", "DE-GM", "PCT"}
    assert pack_for("MX").office == "unknown"
    assert pack_for("MX").grace == ()
    assert pack_for("de-gm").office == "DE-GM"
    assert pack_for("WO").office == "PCT"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("anchor =", "ancor =", "grace.0.ancor is no key of a rule pack; there are: rule, months, anchor"),
        ('name = "Japan Patent Office"\n', "", "name is missing"),
        ('anchor = "filing"\n', "", "grace.0.anchor is missing"),
        ("months = 12", 'months = "12"', "grace.0.months: Input should be a valid integer, not '12'"),
        ("months = 12", "months = 0", "grace.0.months: Input should be greater than or equal to 1, not '0'"),
        ('anchor = "filing"', 'anchor = "first"', "grace.0.anchor: Input should be 'effective_filing'"),
        (
            "reviewed_on = 2026-11-28",
            'reviewed_on = "2026-11-28"',
            "reviewed_on: Input should be a valid date",
        ),
        ('covers = ["own"', 'covers = ["mine"', "grace.0.covers.0: Input should be 'third-party'"),
        ('rule = "JP-GRACE-1"', 'rule = "JP-GRACE-9"', "JP-GRACE-9 is referred to and is no id"),
        ('id = "JP-SEC-1"', 'id = "JP-PUB-1"', "JP-PUB-1 is given twice"),
        ('time_zone = "Asia/Tokyo"', 'time_zone = "Asia/Tokio"', "'Asia/Tokio' is no IANA time zone"),
        (
            (
                "counts for (substantial) identity only, and not where the inventors, or the applicants "
                "at filing, are the same (unverified)"
            ),
            "counts",
            "must say 'unverified'",
        ),
        ("[public]", "[public", "is not TOML"),
        ('office = "JP"', 'office = "US"', "'US' belongs in us.toml"),
        ("proof_days = 30", "proof_days = 30.5", "grace.0.proof_days"),
        ("act_irrevocable = true", 'act_irrevocable = "yes"', "grace.0.act_irrevocable"),
    ],
)
def test_a_pack_with_a_mistake_fails_loud_with_file_key_and_what_is_expected(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    assert old in JP
    path = tmp_path / "jp.toml"
    path.write_text(JP.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulePackError, match=re.escape("rule pack jp.toml")) as raised:
        read_pack(path)
    assert named in str(raised.value)


def test_a_folder_without_the_pack_for_unknown_offices_is_refused(tmp_path: Path) -> None:
    (tmp_path / "jp.toml").write_text(JP, encoding="utf-8")
    with pytest.raises(RulePackError, match=r"unknown\.toml is missing"):
        packs(tmp_path)


def test_an_unknown_office_with_grace_is_refused(tmp_path: Path) -> None:
    text = (FOLDER / "unknown.toml").read_text(encoding="utf-8")
    grace = JP[JP.index("[[grace]]") : JP.index("[[rules]]")].replace("JP-GRACE-1", "UNKNOWN-PUB-1")
    path = tmp_path / "unknown.toml"
    path.write_text(
        text + grace.replace("JP-GRACE-3", "UNKNOWN-PUB-1").replace("JP-GRACE-2", "UNKNOWN-PUB-1")
    )
    with pytest.raises(RulePackError, match="an unknown office never gets grace"):
        read_pack(path)


def test_a_pack_past_its_review_warns_and_still_answers() -> None:
    fact = PublicFact(when=When.days(date(2026, 3, 9), zone=AT_OFFICE))
    critical = CriticalDate(filed=Filing(day=date(2026, 3, 10), office="US"))
    last = pack_for("US").review_by
    assert status("US", fact, critical, today=last).warnings == ()
    late = status("US", fact, critical, today=last + timedelta(days=1))
    assert "should have been reviewed by" in late.warnings[0]
    assert late.kind is status("US", fact, critical).kind


def test_law_of_before_the_pack_is_not_answered() -> None:
    fact = PublicFact(when=When.days(date(2010, 3, 9), zone=AT_OFFICE))
    found = status("US", fact, CriticalDate(filed=Filing(day=date(2010, 4, 10), office="US")))
    assert found.kind.value == "undetermined"
    assert "before 2013-03-16" in found.missing[0]


@pytest.mark.parametrize("code", ["U", "USA", "U5", "", "EP-X", "ЕP"])
def test_a_code_that_no_office_can_have_is_an_error_that_names_the_known_ones(code: str) -> None:
    with pytest.raises(OfficeCodeError, match="AU, BR, CA"):
        pack_for(code)


def test_a_typing_error_is_no_unknown_office_to_a_person() -> None:
    assert checked(["us, ep", "MX", "us"]) == ("US", "EP", "MX")
    assert checked([]) == offices()
    with pytest.raises(OfficeCodeError, match="'UP' is the code of no office"):
        checked(["UP"])
