"""A stranger's check, in Python and with openssl alone: both see every change, and agree."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publications import bundle, tokens
from publications.document import canonical
from publications.timestamp import HttpAuthority, LocalAuthority
from publications.verify import Verification, verify
from tests.openssl_authority import REPLY, OpensslAuthority, need_openssl, revocation_list, served
from tests.publication_sample import publication, release

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "DP-2026-000001v1"
STAMP_FILES = ("request.tsq", "response.tsr", "root.pem", "untrusted.pem", "SHA512SUMS")
FILES = (
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
    *(f"evidence/tsa-{name}/{file}" for name in ("local", "outside") for file in STAMP_FILES),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A bundle with a self-issued stamp and one of an `openssl ts` authority with an intermediate."""

    folder: Path
    script: Path
    """A copy of verify.sh that no test touches, as a stranger would bring one."""
    root: str
    """The fingerprint of the outside authority's root."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    base = tmp_path_factory.mktemp("whole")
    made = bundle.build(base / NAME, publication(), release())
    digest = bytes.fromhex(made.root_sha512)
    bundle.add_stamp(made.folder, "local", LocalAuthority(folder=base / "keys").stamp(digest))
    outside = OpensslAuthority.make(base / "ca", rsa_with_intermediate=True)
    with served(lambda query: (200, REPLY, outside.reply(query))) as url:
        there = HttpAuthority(name="outside", url=url, root_pem=outside.root_pem)
        bundle.add_stamp(made.folder, "outside", there.stamp(digest))
    script = base / "verify.sh"
    script.write_bytes((made.folder / "verify.sh").read_bytes())
    return Whole(folder=made.folder, script=script, root=tokens.fingerprint(outside.root))


@pytest.fixture
def copy(whole: Whole, tmp_path: Path) -> Path:
    return shutil.copytree(whole.folder, tmp_path / NAME)


def shell(script: Path, *folder: Path) -> list[str]:
    """Run verify.sh with an empty environment; the status and the last line must agree."""
    need_openssl()
    command = ["env", "-i", f"PATH={os.defpath}:/usr/bin:/bin", "bash", str(script), *map(str, folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    lines = done.stdout.splitlines()
    assert lines[-1] == ("INVALID" if done.returncode else "VALID")
    assert done.returncode in (0, 1)
    return lines


def failed(result: Verification) -> list[str]:
    assert result.valid == all(check.ok for check in result.checks)
    return [f"{check.check}: {check.words}" for check in result.checks if not check.ok]


def both_refuse(whole: Whole, folder: Path) -> str:
    """Hold both verifiers to saying no; return the first reason."""
    reasons = failed(verify(folder))
    assert reasons
    lines = shell(whole.script, folder)
    assert lines[-1] == "INVALID"
    assert any(line.startswith("WRONG ") for line in lines)
    return reasons[0]


def test_a_whole_bundle_is_valid_for_both_and_says_since_when(whole: Whole) -> None:
    result = verify(whole.folder)
    assert failed(result) == []
    assert result.identifier == NAME
    assert result.proven_before is not None
    assert datetime.now(UTC) - result.proven_before < timedelta(minutes=10)
    assert not result.self_issued
    lines = shell(whole.folder / "verify.sh")
    assert lines[-1] == "VALID"
    assert f"ok     stamp outside: these bytes existed at {result.proven_before:%Y-%m-%dT%H:%M:%SZ}" in lines
    assert "note   stamp local: self-issued: proves nothing to a third party" in lines


def test_every_file_of_a_bundle_is_among_those_that_get_damaged(whole: Whole) -> None:
    found = {str(path.relative_to(whole.folder)) for path in whole.folder.rglob("*") if path.is_file()}
    assert found == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_one_flipped_bit_in_any_file_is_seen_by_both(whole: Whole, copy: Path, name: str) -> None:
    """No exception: SHA512SUMS beside a stamp covers even the certificates there against damage."""
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)
    both_refuse(whole, copy)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(FILES), at=st.integers(0, 10**7), bit=st.integers(0, 7))
def test_any_flipped_bit_anywhere_is_seen(copy: Path, name: str, at: int, bit: int) -> None:
    path = copy / name
    sound = path.read_bytes()
    data = bytearray(sound)
    data[at % len(data)] ^= 1 << bit
    path.write_bytes(data)
    try:
        assert not verify(copy).valid
    finally:
        path.write_bytes(sound)


@pytest.mark.parametrize("name", FILES)
def test_any_file_taken_away_is_missed_by_both(whole: Whole, copy: Path, name: str) -> None:
    (copy / name).unlink()
    both_refuse(whole, copy)


@pytest.mark.parametrize(
    "name",
    [
        "extra.txt",
        "data/extra.txt",
        "data/new/extra.txt",
        "data/.hidden",
        "data/a]b$(touch x)`touch y`.txt",
        "evidence/extra.txt",
        "evidence/other/extra.txt",
        "evidence/tsa-local/extra.txt",
        "evidence/tsa-local/deep/extra.txt",
        "evidence/tsa-UPPER/root.pem",
        "evidence/tsa-new/root.pem",
    ],
)
def test_any_file_put_in_is_noticed_by_both(whole: Whole, copy: Path, name: str) -> None:
    (copy / name).parent.mkdir(parents=True, exist_ok=True)
    (copy / name).write_text("more")
    both_refuse(whole, copy)
    assert not list(copy.rglob("[xy]"))


def test_evidence_of_later_kinds_is_named_and_not_judged(whole: Whole, copy: Path) -> None:
    (copy / "evidence" / "ots").mkdir()
    (copy / "evidence" / "ots" / "proof.ots").write_text("later")
    result = verify(copy)
    assert failed(result) == []
    assert any(check.check == "evidence/ots" for check in result.checks)
    assert "note   evidence: ots is there and not checked by this script" in shell(whole.script, copy)


def test_a_bundle_without_stamps_proves_no_time(whole: Whole, copy: Path) -> None:
    shutil.rmtree(copy / "evidence")
    assert "nothing proves when" in both_refuse(whole, copy)
    assert verify(copy).proven_before is None


def test_a_self_issued_stamp_alone_is_called_so_even_when_pinned(copy: Path) -> None:
    shutil.rmtree(copy / "evidence" / "tsa-outside")
    (root,) = tokens.certificates_of((copy / "evidence/tsa-local/root.pem").read_bytes())
    for trusted in ({}, {"local": tokens.fingerprint(root)}):
        result = verify(copy, trusted=trusted)
        assert result.valid
        assert result.self_issued
    assert any("proves nothing to a third party" in check.words for check in result.checks)


def test_a_pinned_root_is_said_to_be_and_another_one_is_refused(whole: Whole) -> None:
    colons = ":".join(whole.root[at : at + 2] for at in range(0, 64, 2)).upper()
    sound = verify(whole.folder, trusted={"outside": colons})
    assert sound.valid
    assert sound.pinned
    assert not verify(whole.folder).pinned
    wrong = verify(whole.folder, trusted={"outside": "00" * 32})
    assert failed(wrong) == [f"root of outside: {whole.root} is not the pinned root of outside"]
    assert wrong.self_issued


def test_a_stamp_forged_with_its_root_is_shown_by_the_pin_alone(
    whole: Whole, copy: Path, tmp_path: Path
) -> None:
    """The one thing that no check inside a folder can see; both verifiers say to compare the root."""
    digest = bytes.fromhex(bundle.load(copy).root_sha512)
    forged = LocalAuthority(folder=tmp_path / "rogue", clock=lambda: datetime(2020, 1, 1, tzinfo=UTC))
    shutil.rmtree(copy / "evidence" / "tsa-outside")
    bundle.add_stamp(copy, "outside", forged.stamp(digest))
    assert verify(copy).valid
    assert shell(whole.script, copy)[-1] == "VALID"
    assert not verify(copy, trusted={"outside": whole.root}).valid


def test_a_stamp_of_another_bundle_is_refused_by_both(whole: Whole, copy: Path, tmp_path: Path) -> None:
    stamp = LocalAuthority(folder=tmp_path / "keys").stamp(hashlib.sha512(b"another").digest())
    bundle.add_stamp(copy, "wrong", stamp)
    assert "other bytes" in both_refuse(whole, copy)


def test_a_token_beside_another_request_is_refused_by_both(whole: Whole, copy: Path, tmp_path: Path) -> None:
    digest = bytes.fromhex(bundle.load(copy).root_sha512)
    there = LocalAuthority(folder=tmp_path / "keys")
    mixed = replace(there.stamp(digest), request=there.stamp(digest).request)
    bundle.add_stamp(copy, "mixed", mixed)
    assert "does not answer the request" in both_refuse(whole, copy)


def test_certificates_that_have_expired_since_still_prove_their_time(
    whole: Whole, copy: Path, tmp_path: Path
) -> None:
    then = datetime(1992, 5, 17, 8, 30, tzinfo=UTC)
    digest = bytes.fromhex(bundle.load(copy).root_sha512)
    shutil.rmtree(copy / "evidence")
    bundle.add_stamp(copy, "old", LocalAuthority(folder=tmp_path / "keys", clock=lambda: then).stamp(digest))
    result = verify(copy)
    assert result.valid
    assert result.proven_before == then
    assert "ok     stamp old: these bytes existed at 1992-05-17T08:30:00Z" in shell(whole.script, copy)


def test_revocation_lists_beside_a_stamp_are_obeyed_by_both(whole: Whole, copy: Path, tmp_path: Path) -> None:
    digest = bytes.fromhex(bundle.load(copy).root_sha512)
    stamp = LocalAuthority(folder=tmp_path / "keys").stamp(digest)
    (leaf, *_) = tokens.certificates_of(stamp.untrusted_pem)
    made = partial(revocation_list, tmp_path / "keys", stamp.gen_time)
    bundle.add_stamp(copy, "listed", replace(stamp, crls_pem=made()))
    assert failed(verify(copy)) == []
    assert shell(whole.script, copy)[-1] == "VALID"
    shutil.rmtree(copy / "evidence" / "tsa-listed")
    bundle.add_stamp(copy, "listed", replace(stamp, crls_pem=made(revoked=leaf.serial_number)))
    assert "revoked" in both_refuse(whole, copy)
    shutil.rmtree(copy / "evidence" / "tsa-listed")
    bundle.add_stamp(copy, "listed", replace(stamp, crls_pem=made(days=0)))
    assert "no revocation list" in both_refuse(whole, copy)


def resealed(folder: Path, change: Callable[[Path], None]) -> Path:
    """What an owner can do: change a file, write all manifests again, stamp again."""
    change(folder)
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "evidence" not in path.parts
    }
    for kind in ("sha256", "sha512"):
        payload = sorted(name for name in files if name.startswith("data/"))
        lines = (f"{hashlib.new(kind, files[name]).hexdigest()}  {name}\n" for name in payload)
        (folder / f"manifest-{kind}.txt").write_text("".join(lines))
    lines = (
        f"{hashlib.sha512((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in bundle.TAG_FILES
    )
    (folder / bundle.ROOT_FILE).write_text("".join(lines))
    shutil.rmtree(folder / "evidence")
    stamp = LocalAuthority(folder=folder.parent / "keys").stamp(
        bytes.fromhex(bundle.load(folder).root_sha512)
    )
    bundle.add_stamp(folder, "local", stamp)
    return folder


def test_a_resealed_bundle_with_another_source_is_refused_by_both(whole: Whole, copy: Path) -> None:
    other = canonical(publication(title="Another"))

    def swapped(folder: Path) -> None:
        (folder / "data/source/disclosure.json").write_bytes(other)

    resealed(copy, swapped)
    assert "not the reviewed source" in both_refuse(whole, copy)


def test_a_source_that_is_not_canonical_is_refused(copy: Path) -> None:
    def spaced(folder: Path) -> None:
        path = folder / "data/source/disclosure.json"
        path.write_bytes(path.read_bytes().replace(b'","', b'", "'))

    assert failed(verify(resealed(copy, spaced))) == ["source: disclosure.json is not in canonical form"]


def test_a_source_nested_beyond_reason_is_a_failed_check(copy: Path) -> None:
    def nested(folder: Path) -> None:
        (folder / "data/source/disclosure.json").write_bytes(b"[" * 200_000)

    assert failed(verify(resealed(copy, nested)))[0].startswith("source: ")


def test_a_resealed_bundle_that_lacks_a_rendition_is_refused_by_both(whole: Whole, copy: Path) -> None:
    resealed(copy, lambda folder: (folder / f"data/{NAME}.txt").unlink())
    assert "identity" in both_refuse(whole, copy)


def linked(name: str, target: str, folder: Path) -> None:
    path = folder / name
    path.rename(folder.parent / "moved")
    path.symlink_to(target)


def listed(name: str, line: str, folder: Path) -> None:
    (folder / name).write_text(f"{(folder / name).read_text()}{line}\n")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "data" / "pipe")


def huge(folder: Path) -> None:
    with (folder / "data" / "huge.bin").open("wb") as file:
        file.truncate(2**40)


def nested(folder: Path) -> None:
    (folder / "data" / "/".join("d" * 40)).mkdir(parents=True)


def unspeakable(folder: Path) -> None:
    (folder / "data" / os.fsdecode(b"\xff\x1b[31m\n")).write_text("x")


def garbage(folder: Path) -> None:
    for name in FILES:
        (folder / name).write_bytes(b"\x00\xff" * 50)


HOSTILE: dict[str, Callable[[Path], None]] = {
    "link": partial(linked, "data/LICENSE.txt", "/dev/zero"),
    "linked manifest": partial(linked, "manifest-sha256.txt", "/dev/zero"),
    "linked folder": partial(linked, "data/metadata", "/"),
    "pipe": pipe,
    "traversal": partial(listed, "manifest-sha512.txt", f"{'0' * 128}  data/../../../../../../etc/passwd"),
    "absolute": partial(listed, "manifest-sha256.txt", f"{'0' * 64}  /dev/zero"),
    "name": unspeakable,
    "garbage": garbage,
}


@pytest.mark.parametrize("spoil", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_folder_is_a_failed_check_for_both(
    whole: Whole, copy: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(copy)
    assert both_refuse(whole, copy).isprintable()


@pytest.mark.parametrize("spoil", [huge, nested])
def test_a_folder_of_unreasonable_size_is_not_read(copy: Path, spoil: Callable[[Path], None]) -> None:
    spoil(copy)
    (reason,) = failed(verify(copy))
    assert reason.startswith("structure: ")


def test_no_folder_an_empty_one_and_a_file_are_failed_checks(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("missing", "empty", "file", "link"):
        assert not verify(tmp_path / name).valid
