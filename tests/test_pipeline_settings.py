from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipeline.settings import SettingsError, load, shown

if TYPE_CHECKING:
    from pathlib import Path


def test_the_environment_wins_over_the_file_and_the_file_over_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "antedate.toml"
    file.write_text("[review]\napprovals = 2\n[index]\nthreads = 1\n", encoding="utf-8")
    monkeypatch.setenv("ANTEDATE_REVIEW__APPROVALS", "3")
    settings = load(file)
    assert settings.review.approvals == 3
    assert settings.index.threads == 1
    assert settings.publication.required == 0
    origins = {line["setting"]: line["from"] for line in shown(file)}
    assert origins["review.approvals"] == "ANTEDATE_REVIEW__APPROVALS"
    assert origins["index.threads"] == "antedate.toml"
    assert origins["publication.required"] == "default"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[review]\napprovels = 2\n", "review.approvels"),
        ("[review]\napprovals = 'many'\n", "review.approvals"),
        ("[review]\napprovals = 0\n", "review.approvals"),
        ("[review\n", "antedate.toml"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "antedate.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=named) as caught:
        load(file)
    assert str(file) in str(caught.value)
