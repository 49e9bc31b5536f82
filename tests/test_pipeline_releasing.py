"""Attacks on releases through the service: whenever one dies, whatever it finds, one sound publication."""

from __future__ import annotations

import hashlib
import multiprocessing
import shutil
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import RefusedError
from pipeline.publishing import AlreadyPublishedError, ReleaseBegunError, ReleaseRunningError
from pipeline.publishing_errors import ForeignBundleError, UnsoundBundleError
from pipeline.review import Action, State
from pipeline.settings import SettingsError
from pipeline.workspace import Workspace
from publications import bundle, tokens
from publications.errors import AuthorityConfigurationError
from publications.verify import verify
from tests.openssl_authority import REPLY, OpensslAuthority, served
from tests.release_office import MAX, RHEA, approved, released, releasing_until, staffed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def office(workspace: Workspace) -> Workspace:
    return staffed(workspace)


def test_from_the_moment_a_release_has_begun_the_text_is_fixed(office: Workspace, tmp_path: Path) -> None:
    case = approved(office, tmp_path)
    work = office.publishing.publish(case.id, RHEA, case.publication.digest)
    next(work)
    next(work)
    work.close()
    edited = replace(case.publication, title="Other")
    steps: tuple[Callable[[], object], ...] = (
        lambda: office.publishing.revise(case.id, edited, MAX, seen=case.publication.digest),
        lambda: office.publishing.request_changes(case.id, RHEA, "stop"),
    )
    for step in steps:
        with pytest.raises(ReleaseBegunError, match="DP-"):
            step()
    assert office.publishing.allowed(case.id, RHEA) == (Action.PUBLISH,)
    assert office.publishing.allowed(case.id, MAX) == (Action.PUBLISH,)
    assert released(office, case).complete
    with pytest.raises(RefusedError):
        office.publishing.revise(case.id, edited, MAX, seen=case.publication.digest)


def test_a_second_release_is_refused_while_one_runs(office: Workspace, tmp_path: Path) -> None:
    case = approved(office, tmp_path)
    work = office.publishing.publish(case.id, RHEA, case.publication.digest)
    next(work)
    next(work)
    with Workspace.open(office.folder) as other, pytest.raises(ReleaseRunningError):
        released(other, case)
    work.close()
    released(office, case)
    with pytest.raises(AlreadyPublishedError):
        released(office, case)


KILLS = (
    ("reserve", 1), ("build", 0), ("build", 1), ("update_publication", 0), ("update_publication", 1),
    ("add_stamp", 0), ("add_stamp", 1), ("save", 1), ("update_publication", 3), ("fsync", 5), ("fsync", 33),
)  # fmt: skip
"""Function and moment: before (even) or after (odd) its first, second, … call."""


@pytest.mark.parametrize(("name", "count"), KILLS)
def test_a_release_killed_at_any_step_goes_on_to_one_sound_publication(
    office: Workspace, tmp_path: Path, name: str, count: int
) -> None:
    case = approved(office, tmp_path)
    context = multiprocessing.get_context("spawn")
    arguments = (office.folder, case.id, case.publication.digest, name, count)
    child = context.Process(target=releasing_until, args=arguments)
    child.start()
    child.join(120)
    assert child.exitcode == -signal.SIGKILL
    published = released(office, case)
    shown = [path.name for path in (office.folder / "published").iterdir() if path.name[0] != "."]
    assert shown == [published.identifier] == ["DP-2026-000001v1"]
    assert verify(published.folder).valid
    (line,) = office.publishing.publications()
    assert (line.complete, line.root_sha256) == (True, bundle.load(published.folder).root_sha256)
    actions = [event.action for event in office.history(case.id)]
    assert actions == ["drafted", "submitted", "approved", "release begun", "published"]


def test_a_release_that_built_nothing_yet_takes_the_later_instant(tmp_path: Path) -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    times = [now]
    with Workspace.init(tmp_path / "w", clock=lambda: times[0]) as office:
        staffed(office)
        case = approved(office, tmp_path)
        work = office.publishing.publish(case.id, RHEA, case.publication.digest)
        next(work)
        next(work)
        work.close()
        times[0] = now + timedelta(days=3)
        published = released(office, case)
        assert "Published: 2026-05-04T12:00:00Z\n" in (published.folder / "bag-info.txt").read_text()
        assert office.publishing.publications()[0].published_at.startswith("2026-05-04")


def _foreign(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "note.txt").write_text("mine")


@pytest.mark.parametrize("change", ["foreign", "edited", "other"])
def test_a_folder_in_the_place_of_the_bundle_is_never_taken_for_it(
    office: Workspace, tmp_path: Path, change: str
) -> None:
    case = approved(office, tmp_path)
    work = office.publishing.publish(case.id, RHEA, case.publication.digest)
    steps = [next(work) for _ in range(3)]
    work.close()
    (folder,) = (office.folder / "published").iterdir()
    assert "approved" in steps[-1].words
    if change == "foreign":
        shutil.rmtree(folder)
        _foreign(folder)
    elif change == "edited":
        (folder / "data/LICENSE.txt").write_text("none")
    else:
        release_file = folder / "bag-info.txt"
        release_file.write_text(release_file.read_text() + "Note: added\n")
        names = bundle.TAG_FILES
        lines = (f"{hashlib.sha512((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names)
        (folder / bundle.ROOT_FILE).write_text("".join(lines))
    with pytest.raises(ForeignBundleError, match=folder.name):
        released(office, case)
    assert office.publishing.get(case.id).draft.state is State.APPROVED
    shutil.rmtree(folder)
    assert released(office, case).complete


def test_nothing_is_recorded_that_does_not_verify(
    office: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = approved(office, tmp_path)
    real = bundle.add_stamp

    def spoiled(folder: Path, name: str, stamp: object) -> None:
        real(folder, name, stamp)  # type: ignore[arg-type]
        (folder / "evidence" / f"tsa-{name}" / "response.tsr").write_bytes(b"0")

    monkeypatch.setattr(bundle, "add_stamp", spoiled)
    with pytest.raises(UnsoundBundleError, match="stamp local"):
        released(office, case)
    assert not any(line.complete for line in office.publishing.publications())


AUTHORITIES = """
[publication]
required = {required}
[[publication.authorities]]
name = "{name}"
url = "{url}"
root_file = "{root}"
"""


def _settings(
    folder: Path,
    *,
    required: int = 1,
    name: str = "outside",
    url: str = "http://127.0.0.1:1",
    root: str = "root.pem",
) -> None:
    text = AUTHORITIES.format(required=required, name=name, url=url, root=root)
    (folder / "antedate.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "required"), [("local", 1), ("outside", 2), ("outside", -1), ("Out side", 1)]
)
def test_settings_that_no_release_could_meet_or_that_cheat_are_refused(
    tmp_path: Path, name: str, required: int
) -> None:
    """An authority called `local` would have passed the workspace's own stamp off as one from outside."""
    Workspace.init(tmp_path / "w").close()
    _settings(tmp_path / "w", name=name, required=required)
    with pytest.raises(SettingsError, match=r"antedate\.toml"):
        Workspace.open(tmp_path / "w")


def test_a_missing_root_file_is_named_before_anything_is_numbered(tmp_path: Path) -> None:
    Workspace.init(tmp_path / "w").close()
    _settings(tmp_path / "w", root="gone.pem")
    with Workspace.open(tmp_path / "w") as office:
        staffed(office)
        case = approved(office, tmp_path)
        with pytest.raises(AuthorityConfigurationError, match=r"gone\.pem"):
            released(office, case)
        assert office.publishing.publications() == ()


def test_the_roots_of_the_settings_are_pinned_printed_and_reasons_are_given(tmp_path: Path) -> None:
    authority = OpensslAuthority.make(tmp_path / "ca", rsa_with_intermediate=False)
    folder = tmp_path / "w"
    Workspace.init(folder).close()
    (folder / "root.pem").write_bytes(authority.root_pem)
    _settings(folder, required=0)
    with Workspace.open(folder) as office:
        staffed(office)
        case = approved(office, tmp_path)
        _settings(folder)
    with Workspace.open(folder) as office:
        first = released(office, case)
        assert not first.complete
        assert "no answer" in first.missing[0]
        assert "outside" in first.missing[0]
    with served(lambda query: (200, REPLY, authority.reply(query))) as url:
        _settings(folder, url=url)
        with Workspace.open(folder) as office:
            second = released(office, case)
            assert (second.identifier, second.complete, second.missing) == (first.identifier, True, ())
            result = office.publishing.verify(second.folder)
    assert result.pinned
    instructions = (second.folder / "data/VERIFY.md").read_text()
    assert f"- outside: SHA-256 `{tokens.fingerprint(authority.root)}`" in instructions
