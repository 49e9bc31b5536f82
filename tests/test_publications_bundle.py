"""Bundles: the same bytes every time, all at once or not at all, never overwritten."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import bagit
import pytest

from publications import bundle
from publications.document import canonical
from publications.errors import (
    BundleDamagedError,
    BundleExistsError,
    BundleNameError,
    RenderRefusedError,
    StampExistsError,
    StampNameError,
)
from publications.timestamp import LocalAuthority, StampResult
from tests.publication_sample import PUBLISHED, publication, release

NAME = "DP-2026-000001v1"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> bundle.Bundle:
    return bundle.build(tmp_path_factory.mktemp("built") / NAME, publication(), release())


def stamped(made: bundle.Bundle, folder: Path) -> StampResult:
    return LocalAuthority(folder=folder / "keys").stamp(bytes.fromhex(made.root_sha512))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_bundle_holds_what_it_should_and_nothing_else(built: bundle.Bundle) -> None:
    assert set(contents(built.folder)) == {
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "manifest-sha512.txt",
        "tagmanifest-sha512.txt",
        "verify.sh",
        f"data/{NAME}.pdf",
        f"data/{NAME}.html",
        f"data/{NAME}.txt",
        "data/source/disclosure.json",
        "data/source/disclosure.md",
        "data/metadata/build.json",
        "data/metadata/datacite.json",
        "data/LICENSE.txt",
        "data/VERIFY.md",
    }
    assert contents(built.folder)["data/source/disclosure.json"] == canonical(publication())


def test_the_roots_are_the_hashes_of_the_tag_manifest(built: bundle.Bundle) -> None:
    root = (built.folder / "tagmanifest-sha512.txt").read_bytes()
    assert built.root_sha256 == hashlib.sha256(root).hexdigest()
    assert built.root_sha512 == hashlib.sha512(root).hexdigest()
    assert bundle.load(built.folder) == built


def test_the_bagit_library_finds_the_bag_valid_stamped_or_not(built: bundle.Bundle, tmp_path: Path) -> None:
    bag = bagit.Bag(str(built.folder))
    bag.validate()
    assert bag.info["External-Identifier"] == NAME
    assert bag.info["Payload-Oxum"] == f"{sum(e.stat().st_size for e in built.folder.glob('data/**/*.*'))}.9"
    made = bundle.build(tmp_path / NAME, publication(), release())
    bundle.add_stamp(made.folder, "local", stamped(made, tmp_path))
    bagit.Bag(str(made.folder)).validate()


def test_two_builds_of_one_release_are_the_same_bytes(built: bundle.Bundle, tmp_path: Path) -> None:
    again = bundle.build(tmp_path / NAME, publication(), release())
    assert contents(again.folder) == contents(built.folder)
    modes = [{p.name: stat.S_IMODE(p.stat().st_mode) for p in f.folder.rglob("*")} for f in (built, again)]
    assert modes[0] == modes[1]


ELSEWHERE = (
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    {"TZ": "America/Los_Angeles", "LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "2",
     "PYTHONUTF8": "0", "SOURCE_DATE_EPOCH": "1"},
)  # fmt: skip


@pytest.mark.parametrize(("around", "mask"), [(ELSEWHERE[0], "0000"), (ELSEWHERE[1], "0077")])
def test_a_build_elsewhere_is_the_same_bytes(
    built: bundle.Bundle, tmp_path: Path, around: dict[str, str], mask: str
) -> None:
    """Another time zone, locale, hash seed, umask, home and working directory leave no trace."""
    code = (
        "import os, sys; from pathlib import Path; from publications import bundle; "
        "from tests.publication_sample import publication, release; "
        "os.umask(int(sys.argv[2], 8)); bundle.build(Path(sys.argv[1]), publication(), release())"
    )
    repository = Path(bundle.__file__).parents[1]
    command = [sys.executable, "-c", code, str(tmp_path / NAME), mask]
    environment = {**around, "PATH": os.defpath, "HOME": str(tmp_path), "PYTHONPATH": str(repository)}
    subprocess.run(command, check=True, env=environment, cwd=tmp_path, timeout=300)
    assert contents(tmp_path / NAME) == contents(built.folder)
    assert (tmp_path / NAME / "verify.sh").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o755


def test_another_instant_or_content_makes_another_root(built: bundle.Bundle, tmp_path: Path) -> None:
    later = bundle.build(
        tmp_path / "a" / NAME, publication(), release(published=PUBLISHED + timedelta(seconds=1))
    )
    other = bundle.build(tmp_path / "b" / NAME, publication(text="Other."), release())
    assert len({built.root_sha512, later.root_sha512, other.root_sha512}) == 3


def test_a_bundle_is_never_overwritten(tmp_path: Path) -> None:
    made = bundle.build(tmp_path / NAME, publication(), release())
    before = contents(made.folder)
    with pytest.raises(BundleExistsError):
        bundle.build(tmp_path / NAME, publication(text="Other."), release())
    assert contents(made.folder) == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / NAME).symlink_to(tmp_path / "nowhere")
    with pytest.raises(BundleExistsError):
        bundle.build(tmp_path / "other" / NAME, publication(), release())


def test_a_failed_build_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(RenderRefusedError):
        bundle.build(tmp_path / NAME, publication(text="[" * 20_000), release())
    with pytest.raises(BundleNameError):
        bundle.build(tmp_path / "elsewhere", publication(), release())
    assert list(tmp_path.iterdir()) == []


def test_a_crash_while_writing_leaves_no_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("os.fsync", full)
        with pytest.raises(OSError, match="no space"):
            bundle.build(tmp_path / NAME, publication(), release())
    assert list(tmp_path.iterdir()) == []
    assert bundle.build(tmp_path / NAME, publication(), release()).folder.is_dir()


def test_a_stamp_is_added_once_and_leaves_the_root_as_it_was(tmp_path: Path) -> None:
    made = bundle.build(tmp_path / NAME, publication(), release())
    stamp = stamped(made, tmp_path)
    bundle.add_stamp(made.folder, "local", stamp)
    bundle.add_stamp(made.folder, "local", stamp)
    assert bundle.load(made.folder) == made
    with pytest.raises(StampExistsError):
        bundle.add_stamp(made.folder, "local", stamped(made, tmp_path))
    files = contents(made.folder / "evidence")
    assert {name.removeprefix("tsa-local/") for name in files} == {
        "request.tsq",
        "response.tsr",
        "root.pem",
        "untrusted.pem",
        "SHA512SUMS",
    }
    assert files["tsa-local/response.tsr"] == stamp.response
    assert sorted(path.name for path in tmp_path.iterdir()) == [NAME, "keys"]


@pytest.mark.parametrize("name", ["", "../x", "A", "a/b", "-a", "a" * 41, "a\n"])
def test_a_stamp_whose_name_is_no_folder_name_is_refused(
    built: bundle.Bundle, name: str, tmp_path: Path
) -> None:
    with pytest.raises(StampNameError):
        bundle.add_stamp(built.folder, name, stamped(built, tmp_path))


def test_a_folder_that_is_no_bundle_takes_no_stamp(built: bundle.Bundle, tmp_path: Path) -> None:
    with pytest.raises(BundleDamagedError):
        bundle.add_stamp(tmp_path, "local", stamped(built, tmp_path))


def test_licence_and_instructions_say_what_a_stranger_must_know(tmp_path: Path) -> None:
    pinned = {"one": "ab" * 32}
    made = bundle.build(tmp_path / NAME, publication(), release(), roots=pinned)
    licence = " ".join((made.folder / "data/LICENSE.txt").read_text().split())
    assert "CC-BY-4.0" in licence
    assert "leaves patent rights alone" in licence
    instructions = (made.folder / "data/VERIFY.md").read_text()
    assert "ab" * 32 in instructions
    assert publication().digest in instructions
    assert "{" not in instructions.replace("$", "")


def test_a_second_version_names_the_first_and_its_root(built: bundle.Bundle, tmp_path: Path) -> None:
    second = replace(release(version=2), supersedes=NAME, previous_root=built.root_sha512)
    made = bundle.build(tmp_path / "DP-2026-000001v2", publication(text="Corrected."), second)
    info = (made.folder / "bag-info.txt").read_text()
    assert f"Supersedes: {NAME}\nPrevious-Root: {built.root_sha512}\n" in info
    assert NAME in (made.folder / "data/DP-2026-000001v2.html").read_text()
    related = json.loads((made.folder / "data/metadata/datacite.json").read_text())["relatedIdentifiers"]
    assert [item["relatedIdentifier"] for item in related] == [NAME]


def test_a_title_cannot_add_lines_to_the_bags_description(tmp_path: Path) -> None:
    made = bundle.build(
        tmp_path / NAME, publication(title="A\nRevision-Digest: 00\r\nPublished: 1999"), release()
    )
    lines = (made.folder / "bag-info.txt").read_text().split("\n")
    assert sum(line.startswith("Revision-Digest: ") for line in lines) == 1
    assert sum(line.startswith("Published: ") for line in lines) == 1
