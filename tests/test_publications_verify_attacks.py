"""What a clever owner or a hostile sender tries on a bundle: both verifiers give one verdict."""

from __future__ import annotations

import hashlib
import os
import shutil
import ssl
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from publications import bundle, tokens
from publications.timestamp import LocalAuthority, accept
from publications.verify import FILE_LIMIT, verify
from tests.openssl_authority import OpensslAuthority, certificate, need_openssl
from tests.publication_sample import publication, release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = "DP-2026-000001v1"
LABEL = "self-issued: proves nothing to a third party"
SOUND = 0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a stamped bundle, the keys that stamped it and a copy of its script."""
    need_openssl()
    base = tmp_path_factory.mktemp("home")
    made = bundle.build(base / NAME, publication(), release())
    bundle.add_stamp(made.folder, "local", LocalAuthority(folder=base / "keys").stamp(_digest(made.folder)))
    shutil.copy(made.folder / "verify.sh", base / "verify.sh")
    return base


@pytest.fixture
def bag(home: Path, tmp_path: Path) -> Path:
    return shutil.copytree(home / NAME, tmp_path / NAME)


def _digest(folder: Path) -> bytes:
    return bytes.fromhex(bundle.load(folder).root_sha512)


def _shell(script: Path, folder: str, cwd: Path | None = None, **named: str) -> tuple[int, str]:
    command = [
        "env",
        "-i",
        "PATH=/usr/bin:/bin",
        *(f"{k}={v}" for k, v in named.items()),
        "bash",
        str(script),
        folder,
    ]
    done = subprocess.run(command, check=False, capture_output=True, timeout=120, cwd=cwd)
    assert done.stderr == b""
    return done.returncode, done.stdout.decode("ascii")


def agreed(home: Path, folder: Path) -> bool:
    """Hold both to one verdict; return it."""
    result = verify(folder)
    code, words = _shell(home / "verify.sh", str(folder))
    assert words.splitlines()[-1] == ("INVALID" if code else "VALID")
    assert result.valid == (code == 0), [*(one for one in result.checks if not one.ok), words]
    if result.valid:
        assert (LABEL in words) == any(LABEL in one.words for one in result.checks)
    return result.valid


def _resum(folder: Path, name: str = "local") -> None:
    """Write the sums of a stamp's evidence again, as an owner can."""
    place = folder / "evidence" / f"tsa-{name}"
    files = {path.name: path.read_bytes() for path in place.iterdir() if path.name != bundle.SUMS}
    lines = (f"{hashlib.sha512(files[one]).hexdigest()}  {one}\n" for one in sorted(files))
    (place / bundle.SUMS).write_text("".join(lines))


def _reseal(folder: Path) -> None:
    """Write every manifest again and stamp again with the owner's own authority."""
    paths = sorted(str(path.relative_to(folder)) for path in (folder / "data").rglob("*") if path.is_file())
    for kind in ("sha256", "sha512"):
        lines = (f"{hashlib.new(kind, (folder / one).read_bytes()).hexdigest()}  {one}\n" for one in paths)
        (folder / f"manifest-{kind}.txt").write_text("".join(lines))
    _reroot(folder)


def _reroot(folder: Path) -> None:
    lines = (
        f"{hashlib.sha512((folder / one).read_bytes()).hexdigest()}  {one}\n" for one in bundle.TAG_FILES
    )
    (folder / bundle.ROOT_FILE).write_text("".join(lines))
    shutil.rmtree(folder / "evidence")
    bundle.add_stamp(folder, "local", LocalAuthority(folder=folder.parent / "keys").stamp(_digest(folder)))


def _write(name: str, change: Callable[[bytes], bytes], folder: Path) -> None:
    (folder / name).write_bytes(change((folder / name).read_bytes()))


def _rename(name: str, other: str, folder: Path) -> None:
    (folder / other).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).rename(folder / other)


def _put(name: bytes, folder: Path) -> None:
    place = folder / os.fsdecode(name)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"more")


def _fifo(name: str, folder: Path) -> None:
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)


def _link(name: str, folder: Path) -> None:
    """The very same bytes, but behind a link: what a copy would hold is not what was checked."""
    other = folder.parent / "elsewhere"
    (folder / name).rename(other)
    (folder / name).symlink_to(other)


def _large(name: str, folder: Path) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("ab") as file:
        file.truncate(FILE_LIMIT + 1)


def _deep(folder: Path) -> None:
    (folder / "evidence/public" / "/".join("d" * 9)).mkdir(parents=True)


WHOLE_FILES = (
    "bag-info.txt",
    "verify.sh",
    f"data/{NAME}.pdf",
    "data/VERIFY.md",
    "evidence/tsa-local/root.pem",
)
DAMAGES: dict[str, Callable[[Path], None]] = {
    **{f"cut {name}": partial(_write, name, lambda data: data[:-1]) for name in WHOLE_FILES},
    **{f"emptied {name}": partial(_write, name, lambda _: b"") for name in WHOLE_FILES},
    **{f"longer {name}": partial(_write, name, lambda data: data + b"\n") for name in WHOLE_FILES},
    **{f"pipe {name}": partial(_fifo, name) for name in WHOLE_FILES},
    **{f"link {name}": partial(_link, name) for name in WHOLE_FILES},
    "capitals": partial(_rename, "data/LICENSE.txt", "data/License.txt"),
    "capital folder": partial(_rename, "data", "Data"),
    "moved": partial(_rename, "data/LICENSE.txt", "data/source/LICENSE.txt"),
    "newline": partial(_put, b"data/a\nb.txt"),
    "newline that spells a manifest": partial(_put, b"data/LICENSE.txt\n"),
    "blank": partial(_put, b"data/a b.txt"),
    "blank at the end": partial(_put, b"bagit.txt "),
    "not UTF-8": partial(_put, b"data/\xff\xfe.txt"),
    "dash": partial(_put, b"-rf"),
    "not UTF-8 evidence": partial(_put, b"evidence/tsa-local/\xff"),
    "evidence beside": partial(_put, b"evidence/tsa-a b/root.pem"),
    "evidence file": partial(_put, b"evidence/ots2/x"),
    "no evidence": lambda folder: shutil.rmtree(folder / "evidence"),
    "evidence emptied": lambda folder: shutil.rmtree(folder / "evidence/tsa-local"),
    "huge payload": partial(_large, "data/LICENSE.txt"),
    "huge receipt": partial(_large, "evidence/public/receipt.bin"),
    "deep receipts": _deep,
    "huge token": partial(_write, "evidence/tsa-local/response.tsr", lambda data: data + bytes(300_000)),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=[repr(name) for name in DAMAGES])
def test_every_damage_is_seen_by_both(home: Path, bag: Path, damage: Callable[[Path], None]) -> None:
    damage(bag)
    assert not agreed(home, bag)


def _published(data: bytes) -> bytes:
    return data.replace(b"Published: 2026", b"Published: 2006")


RESEALED: dict[str, tuple[Callable[[Path], None], bool]] = {
    "nothing": (lambda _: None, True),
    "another date": (partial(_write, "bag-info.txt", _published), False),
    "two dates": (
        partial(_write, "bag-info.txt", lambda data: b"Published: 2006-01-01T00:00:00Z\n" + data), False
    ),
    "no last line end": (partial(_write, "bag-info.txt", lambda data: data.rstrip(b"\n")), True),
    "zero byte": (
        partial(_write, "bag-info.txt", lambda data: data.replace(b"Published", b"Pub\0lished")), False
    ),
    "zero byte in the digest": (
        partial(_write, "bag-info.txt", lambda data: data.replace(b"Digest: ", b"Digest: \0")), False
    ),
    "not UTF-8": (partial(_write, "bag-info.txt", lambda data: data + b"Note: \xff\n"), True),
    "carriage returns": (partial(_write, "bag-info.txt", lambda data: data.replace(b"\n", b"\r\n")), False),
    "no PDF": (partial(_write, f"data/{NAME}.pdf", lambda _: b"hello"), False),
    "no page": (partial(_write, f"data/{NAME}.html", lambda data: b" " + data), False),
    "a page of another day": (
        partial(_write, f"data/{NAME}.html", lambda data: data.replace(b"2026-", b"2006-")), False
    ),
    "a text of another day": (
        partial(_write, f"data/{NAME}.txt", lambda data: data.replace(b"2026-", b"2006-")), False
    ),
    "a text of another number": (
        partial(_write, f"data/{NAME}.txt", lambda data: data.replace(b"DP-2026", b"DP-2025")), False
    ),
    "another source": (
        partial(_write, "data/source/disclosure.json", lambda data: data.replace(b"tile", b"file")), False
    ),
    "another bagit": (partial(_write, "bagit.txt", lambda data: data.replace(b"1.0", b"0.9")), False),
}  # fmt: skip


@pytest.mark.parametrize(("change", "sound"), RESEALED.values(), ids=RESEALED)
def test_both_judge_alike_what_an_owner_sealed_again(
    home: Path, bag: Path, change: Callable[[Path], None], sound: bool
) -> None:
    """The one way left is to change all of it and to be self-issued again, and that is printed."""
    change(bag)
    _reseal(bag)
    assert agreed(home, bag) == sound
    if sound:
        assert verify(bag).self_issued


def test_a_zero_byte_in_a_manifest_is_no_manifest_for_either(home: Path, bag: Path) -> None:
    for name in ("manifest-sha256.txt", "manifest-sha512.txt"):
        _write(name, lambda data: data.replace(b"  data", b"  \0data", 1), bag)
        _reroot(bag)
        assert not agreed(home, bag)


def test_a_root_shown_beside_the_one_that_was_trusted_is_refused_by_both(
    home: Path, bag: Path, tmp_path: Path
) -> None:
    """A famous certificate before the own one would lend the stamp its name, its fingerprint and no label."""
    famous = OpensslAuthority.make(tmp_path / "famous", rsa_with_intermediate=False).root_pem
    root = "evidence/tsa-local/root.pem"
    own = (bag / root).read_bytes()
    der = bytearray(ssl.PEM_cert_to_DER_cert(own.decode()))
    der[-1] ^= 1
    spoilt = tokens.pem([x509.load_der_x509_certificate(bytes(der))])
    for content in (
        spoilt,
        famous + own,
        own + famous,
        b"Famous root\n" + own,
        own.replace(b"CERT", b"TRUSTED CERT"),
    ):
        (bag / root).write_bytes(content)
        _resum(bag)
        assert not agreed(home, bag)


def test_an_own_root_smuggled_in_with_revocation_lists_is_refused_by_both(
    home: Path, bag: Path, tmp_path: Path
) -> None:
    famous = OpensslAuthority.make(tmp_path / "famous", rsa_with_intermediate=False).root_pem
    place = bag / "evidence/tsa-local"
    (place / "crls.pem").write_bytes((place / "root.pem").read_bytes())
    (place / "root.pem").write_bytes(famous)
    _resum(bag)
    assert not agreed(home, bag)


def test_stamps_swapped_between_bundles_are_refused_by_both(home: Path, bag: Path, tmp_path: Path) -> None:
    other = bundle.build(tmp_path / "other" / NAME, publication(title="Another"), release())
    stamp = LocalAuthority(folder=home / "keys").stamp(_digest(other.folder))
    shutil.rmtree(bag / "evidence")
    bundle.add_stamp(bag, "local", stamp)
    assert not agreed(home, bag)


def test_a_stamp_of_the_attackers_own_is_called_what_it_is(home: Path, bag: Path, tmp_path: Path) -> None:
    """Under whatever name: an unpinned root is said to be so, and a pinned name takes no other root."""
    forged = LocalAuthority(folder=tmp_path / "rogue", clock=lambda: datetime(2001, 1, 1, tzinfo=UTC))
    bundle.add_stamp(bag, "famous", forged.stamp(_digest(bag)))
    assert agreed(home, bag)
    assert verify(bag).self_issued
    result = verify(bag, trusted={"famous": "ab" * 32})
    assert not result.valid


@pytest.mark.parametrize("name", ["request.tsq", "response.tsr"])
def test_bytes_after_a_structure_are_refused_by_both(home: Path, bag: Path, name: str) -> None:
    """Openssl reads the first structure and ignores the rest."""
    place = bag / "evidence/tsa-local" / name
    place.write_bytes(place.read_bytes() + b"\0")
    _resum(bag)
    assert not agreed(home, bag)


@pytest.mark.parametrize("seed", range(12))
def test_a_token_with_a_flipped_bit_and_fresh_sums_is_judged_alike(home: Path, bag: Path, seed: int) -> None:
    """`SHA512SUMS` stops nobody who means it; behind it stand signature, status and certificate."""
    token = bag / "evidence/tsa-local/response.tsr"
    data = bytearray(token.read_bytes())
    at = int.from_bytes(hashlib.sha256(bytes([seed])).digest()[:4], "big") % (len(data) * 8)
    data[at // 8] ^= 1 << at % 8
    token.write_bytes(data)
    _resum(bag)
    agreed(home, bag)


def test_an_answer_granted_with_changes_is_no_token_for_either(home: Path, bag: Path) -> None:
    token = bag / "evidence/tsa-local/response.tsr"
    data = token.read_bytes()
    at = data.index(b"\x02\x01\x00")
    token.write_bytes(data[: at + 2] + b"\x01" + data[at + 3 :])
    _resum(bag)
    assert not agreed(home, bag)


@pytest.mark.parametrize("name", ['it\'s a "bundle" $(touch x)', " ", "-", "a\nb", "émile"])
def test_a_folder_of_any_name_is_checked_from_anywhere(home: Path, tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    shutil.copytree(home / NAME, place)
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / name).mkdir(parents=True)
    assert _shell(home / "verify.sh", str(place), cwd=elsewhere)[0] == SOUND
    assert _shell(home / "verify.sh", name, cwd=tmp_path, CDPATH=str(elsewhere))[0] == SOUND
    assert _shell(place / "verify.sh", ".", cwd=place)[0] == SOUND
    assert verify(place).valid
    assert not (elsewhere / "x").exists()


def test_a_link_to_a_bundle_is_followed_by_both_and_a_missing_one_is_none(home: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home / NAME)
    assert agreed(home, tmp_path / "link")
    assert not agreed(home, tmp_path / "missing")
    (tmp_path / "file").write_text("x")
    assert not agreed(home, tmp_path / "file")


@pytest.mark.parametrize("year", [1985, 2045])
def test_a_stamp_holds_in_another_year(home: Path, tmp_path: Path, year: int) -> None:
    """The clock that counts is the token's: here the keys of the stamp are valid in that year alone."""
    then = datetime(year, 6, 1, tzinfo=UTC)
    made = bundle.build(tmp_path / NAME, publication(), release())
    authority = LocalAuthority(folder=tmp_path / "keys", clock=lambda: then)
    bundle.add_stamp(made.folder, "local", authority.stamp(_digest(made.folder)))
    assert agreed(home, made.folder)
    assert verify(made.folder).proven_before == then


def test_an_authority_that_is_its_own_root_passes_both_or_neither(
    home: Path, bag: Path, tmp_path: Path
) -> None:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    from publications import selfissued

    key = ec.generate_private_key(ec.SECP256R1())
    alone = certificate("Alone", key, usage=ExtendedKeyUsageOID.TIME_STAMPING)
    now = datetime.now(UTC)
    query = tokens.request(_digest(bag), 7)
    answer = selfissued.answer(query, selfissued.Keys(root=alone, leaf=alone, key=key), at=now, serial=1)
    try:
        stamp = accept("alone", query, answer, root=alone, now=now)
    except Exception:  # noqa: BLE001 - refused outright is fine as well
        return
    bundle.add_stamp(bag, "alone", replace(stamp, name="alone"))
    agreed(home, bag)
