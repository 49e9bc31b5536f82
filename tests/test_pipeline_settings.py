from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pipeline.settings import OpenSecretError, SettingsError, load, shown

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.workspace import Workspace


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
    ("variable", "value", "named"),
    [
        ("ANTEDATE_REVIEW__APPROVELS", "2", "ANTEDATE_REVIEW__APPROVELS: review.approvels is no setting"),
        ("ANTEDATE_REVIEW__APPROVALS", "many", "ANTEDATE_REVIEW__APPROVALS: review.approvals: "),
        ("ANTEDATE_REVIEW", "{bad", "ANTEDATE_REVIEW: not readable as JSON"),
        ("ANTEDATE_REVIEW", '{"approvals": 0}', "ANTEDATE_REVIEW: review.approvals"),
    ],
)
def test_a_wrong_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, named: str
) -> None:
    file = tmp_path / "antedate.toml"
    file.write_text("", encoding="utf-8")
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=re.escape(named)):
        load(file)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("antedate_review__approvals", "4"), ("ANTEDATE_REVIEW", '{"approvals": 4}')],
)
def test_every_way_of_giving_a_variable_is_told_as_the_origin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    file = tmp_path / "antedate.toml"
    file.write_text("[review]\napprovals = 2\n", encoding="utf-8")
    monkeypatch.setenv(variable, value)
    line = next(line for line in shown(file) if line["setting"] == "review.approvals")
    assert line == {"setting": "review.approvals", "value": 4, "from": variable}


def test_secrets_are_masked_and_not_taken_from_a_file_that_others_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "antedate.toml"
    address = "https://me:hunter2@tsa.example/tsr?key=hunter2"
    file.write_text(f'[[publication.authorities]]\nname = "x"\nurl = "{address}"\n', encoding="utf-8")
    file.chmod(0o644)
    with pytest.raises(OpenSecretError, match=r"publication\.authorities\.0\.url.*chmod 600") as refused:
        load(file)
    assert "hunter2" not in str(refused.value)
    file.chmod(0o600)
    assert load(file).publication.authorities[0].url == address
    assert "https://***@tsa.example/tsr?***" in str(shown(file))
    assert "hunter2" not in str(shown(file))
    file.write_text("", encoding="utf-8")
    file.chmod(0o644)
    monkeypatch.setenv("ANTEDATE_PUBLICATION__AUTHORITIES", f'[{{"name": "x", "url": "{address}"}}]')
    assert load(file).publication.authorities[0].url == address
    assert "hunter2" not in str(shown(file))


def test_a_new_workspace_keeps_its_settings_to_its_owner(workspace: Workspace) -> None:
    assert (workspace.folder / "antedate.toml").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[review]\napprovels = 2\n", "review.approvels"),
        ("[review]\napprovals = 'many'\n", "review.approvals"),
        ("[review]\napprovals = 0\n", "review.approvals"),
        ("[review\n", "antedate.toml"),
        ("[revue]\napprovals = 1\n", "revue is no setting; there are: index, search, review, publication"),
        ("[review]\napprovels = 2\n", "there are: approvals"),
        (
            "[[publication.authorities]]\nname = 'x'\nurl = 'y'\npin = 'z'\n",
            "there are: name, url, root_sha256",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "antedate.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=named) as caught:
        load(file)
    assert str(file) in str(caught.value)
