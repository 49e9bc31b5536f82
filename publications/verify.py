"""`verify`: check a bundle offline, trusting nothing in it; each check is a sentence, none is an exception.

It reads what `verify.sh` in the bundle reads and agrees with it; beyond that it reads the source again as
canonical JSON and compares each root certificate with the fingerprints that the caller has pinned.

What no check inside a folder can show: that a stamp was taken away while another remains, and, without a
pinned fingerprint, that an owner replaced a stamp together with its root.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from publications import tokens
from publications.bundle import BAGIT, ROOT_FILE, STAMP_NAME, SUMS, TAG_FILES
from publications.document import canonical, parse
from publications.errors import PublicationError
from publications.release import NAME
from publications.selfissued import LABEL
from publications.timestamp import plain_fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from cryptography import x509

FILES_LIMIT = 5000
FILE_LIMIT = 128 * 1024 * 1024
TOTAL_LIMIT = 512 * 1024 * 1024
DEPTH_LIMIT = 8
_PART = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_PAYLOAD = rf"data(?:/{_PART})+"
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_STATED = ("External-Identifier", "Revision-Digest", "Published")
_EVIDENCE = ("request.tsq", "response.tsr", "root.pem", "untrusted.pem")
_CONTENT = ("structure", "manifest-sha256.txt", "manifest-sha512.txt", ROOT_FILE, "identity", "source")
_LATER = re.compile(r"evidence/(ots|tlog|public|archive-[0-9]{4})(/.*)?")
"""Kinds of evidence that other programs or later versions add; named and not checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at. `words` says what was found, in a sentence a stranger understands."""

    check: str
    """e.g. `structure`, `manifest-sha512.txt`, `stamp local`."""
    ok: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """The outcome. `valid` means that every check holds, a stamp among them."""

    valid: bool
    checks: tuple[Check, ...]
    proven_before: datetime | None
    """The earliest time in a sound stamp of the best kind present: pinned, else foreign, else self-issued."""
    self_issued: bool
    """Whether nothing better than a self-issued stamp says when."""
    pinned: bool
    """Whether `proven_before` rests on a root whose fingerprint the caller trusts."""
    identifier: str
    """e.g. `DP-2026-000001v1`; empty when the bundle states none."""

    @property
    def content(self) -> tuple[Check, ...]:
        """The checks of what the root file covers, without those of the evidence."""
        return tuple(one for one in self.checks if one.check in _CONTENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stamp:
    gen_time: datetime
    self_issued: bool
    pinned: bool

    @property
    def rank(self) -> int:
        return 2 if self.self_issued else 0 if self.pinned else 1


class _WrongError(Exception):
    """What a check found; never leaves this module."""


def verify(folder: Path, *, trusted: Mapping[str, str] | None = None) -> Verification:
    """Check a bundle. Raises nothing, whatever the folder holds.

    `trusted` maps the name of an authority to the SHA-256 fingerprint of its root (hex, colons allowed).
    """
    bag = _Bag(folder)
    structure = _checked("structure", bag.scan)
    if not structure.ok:
        return Verification(
            valid=False,
            checks=(structure,),
            proven_before=None,
            self_issued=False,
            pinned=False,
            identifier="",
        )
    checks = [
        structure,
        _checked("manifest-sha256.txt", lambda: _manifest(bag, "sha256")),
        _checked("manifest-sha512.txt", lambda: _manifest(bag, "sha512")),
        _checked(ROOT_FILE, lambda: _root(bag)),
        _checked("identity", lambda: _identity(bag)),
        _checked("source", lambda: _source(bag)),
    ]
    stamps: list[_Stamp] = []
    checks += _evidence(bag, trusted or {}, stamps)
    best = min((stamp.rank for stamp in stamps), default=0)
    proofs = [stamp for stamp in stamps if stamp.rank == best]
    return Verification(
        valid=all(check.ok for check in checks),
        checks=tuple(checks),
        proven_before=min((stamp.gen_time for stamp in proofs), default=None),
        self_issued=bool(proofs) and all(stamp.self_issued for stamp in proofs),
        pinned=bool(proofs) and all(stamp.pinned for stamp in proofs),
        identifier=_stated(bag),
    )


class _Bag:
    """The files of a folder: plain ones only, within limits, never through a link."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: set[str] = set()
        """Files, as paths with slashes below the folder."""
        self.folders: set[str] = set()

    def scan(self) -> str:
        if not self.folder.is_dir():
            raise _WrongError("there is no such folder")
        total = 0
        for name, entry in self._walk("", 0):
            is_folder = entry.is_dir(follow_symlinks=False)
            wanted = ("data", "evidence") if is_folder else (*TAG_FILES, ROOT_FILE)
            if "/" not in name and name not in wanted:
                raise _WrongError(f"{_shown(name)} does not belong here")
            if is_folder:
                self.folders.add(name)
                continue
            info = entry.stat(follow_symlinks=False)
            if not stat.S_ISREG(info.st_mode):
                raise _WrongError(f"{_shown(name)} is not a plain file")
            total += info.st_size
            self.names.add(name)
            if info.st_size > FILE_LIMIT or total > TOTAL_LIMIT or len(self.names) > FILES_LIMIT:
                raise _WrongError("the folder is larger than a bundle may be")
        for name in (*TAG_FILES, ROOT_FILE):
            if name not in self.names:
                raise _WrongError(f"{name} is missing")
        return f"{len(self.names)} plain files in known places"

    def _walk(self, below: str, depth: int) -> Iterator[tuple[str, os.DirEntry[str]]]:
        if depth > DEPTH_LIMIT:
            raise _WrongError("folders are nested too deep")
        with os.scandir(self.folder / below) as entries:
            for count, entry in enumerate(entries):
                if count > FILES_LIMIT:
                    raise _WrongError("the folder is larger than a bundle may be")
                name = f"{below}{entry.name}"
                yield name, entry
                if entry.is_dir(follow_symlinks=False):
                    yield from self._walk(f"{name}/", depth + 1)

    def read(self, name: str, limit: int = FILE_LIMIT) -> bytes:
        """Return the bytes of a file that the scan found plain."""
        if name not in self.names:
            raise _WrongError(f"{_shown(name)} is missing")
        handle = os.open(self.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise _WrongError(f"{_shown(name)} is longer than it may be")
        return data

    def below(self, prefix: str) -> list[str]:
        return sorted(name for name in self.names if name.startswith(prefix))


def _checked(title: str, look: Callable[[], str]) -> Check:
    try:
        return Check(check=title, ok=True, words=look())
    except _WrongError as error:
        return Check(check=title, ok=False, words=str(error))
    except PublicationError as error:
        return Check(check=title, ok=False, words=str(error))
    except Exception as error:  # noqa: BLE001 - a hostile folder may cause anything, and must only ever fail
        return Check(check=title, ok=False, words=f"it cannot be read ({type(error).__name__})")


def _listed(bag: _Bag, manifest: str, digits: int, pattern: str) -> dict[str, str]:
    wanted = re.compile(rf"([0-9a-f]{{{digits}}})  ({pattern})")
    found: dict[str, str] = {}
    for text in bag.read(manifest).decode("ascii", "replace").removesuffix("\n").split("\n"):
        match = wanted.fullmatch(text)
        if match is None or match[2] in found:
            raise _WrongError("it has a line that is no hash and name, or a name twice")
        found[match[2]] = match[1]
    return found


def _compared(bag: _Bag, listed: Mapping[str, str], algorithm: str, prefix: str = "") -> None:
    for name, expected in listed.items():
        found = hashlib.new(algorithm, bag.read(prefix + name)).hexdigest()
        if found != expected:
            raise _WrongError(f"{name} is not what was listed: it has been changed")


def _manifest(bag: _Bag, algorithm: str) -> str:
    digits = hashlib.new(algorithm).digest_size * 2
    listed = _listed(bag, f"manifest-{algorithm}.txt", digits, _PAYLOAD)
    _compared(bag, listed, algorithm)
    if unlisted := [name for name in bag.below("data/") if name not in listed]:
        raise _WrongError(f"{_shown(unlisted[0])} is not listed")
    return f"{len(listed)} files, all as listed and none besides"


def _root(bag: _Bag) -> str:
    listed = _listed(bag, ROOT_FILE, 128, _PART)
    if sorted(listed) != sorted(TAG_FILES):
        raise _WrongError(f"it does not list exactly {', '.join(TAG_FILES)}")
    _compared(bag, listed, "sha512")
    if bag.read("bagit.txt") != BAGIT:
        raise _WrongError("bagit.txt is not that of BagIt 1.0")
    root = hashlib.sha512(bag.read(ROOT_FILE)).hexdigest()
    return f"{len(listed)} files, all as listed; its own SHA-512 is {root}"


def _rows(bag: _Bag) -> dict[str, str]:
    lines = bag.read("bag-info.txt", 64 * 1024).decode(errors="replace").split("\n")
    rows = [(label, value) for label, mark, value in (line.partition(": ") for line in lines) if mark]
    for label in _STATED:
        if sum(name == label for name, _ in rows) > 1:
            raise _WrongError(f"bag-info.txt states {label} twice")
    return dict(rows)


def _stated(bag: _Bag) -> str:
    try:
        name = _rows(bag).get("External-Identifier", "")
    except (OSError, ValueError, _WrongError):
        return ""
    return name if NAME.fullmatch(name) else ""


def _identity(bag: _Bag) -> str:
    rows = _rows(bag)
    name, published = rows.get("External-Identifier", ""), rows.get("Published", "")
    if not NAME.fullmatch(name):
        raise _WrongError("bag-info.txt states no identifier")
    if not _INSTANT.fullmatch(published):
        raise _WrongError("bag-info.txt states no time of publication")
    marks = ((".pdf", b"%PDF-"), (".html", b"<!DOCTYPE html>"), (".txt", name.partition("v")[0].encode()))
    for suffix, mark in marks:
        if not bag.read(f"data/{name}{suffix}").startswith(mark):
            raise _WrongError(f"data/{name}{suffix} is missing or of another kind")
    for suffix in (".html", ".txt"):
        if published.encode() not in bag.read(f"data/{name}{suffix}"):
            raise _WrongError(f"data/{name}{suffix} does not carry the date {published}")
    return f"{name}, published {published} by its own account"


def _source(bag: _Bag) -> str:
    data = bag.read("data/source/disclosure.json", 16 * 1024 * 1024)
    publication = parse(data)
    if canonical(publication) != data:
        raise _WrongError("disclosure.json is not in canonical form")
    if _rows(bag).get("Revision-Digest") != publication.digest:
        raise _WrongError("disclosure.json is not the reviewed source that bag-info.txt names")
    return f"canonical, SHA-256 {publication.digest}"


def _evidence(bag: _Bag, trusted: Mapping[str, str], stamps: list[_Stamp]) -> list[Check]:
    checks: list[Check] = []
    entries = (*bag.names, *bag.folders)
    tops = sorted({"/".join(name.split("/")[:2]) for name in entries if name.startswith("evidence/")})
    count = 0
    for top in tops:
        name = top.removeprefix("evidence/tsa-")
        if name != top and STAMP_NAME.fullmatch(name) and top in bag.folders:
            count += 1
            checks += _stamp_checks(bag, name, trusted, stamps)
        elif _LATER.fullmatch(top):
            words = "it is there and not checked by this version"
            checks.append(Check(check=top, ok=True, words=words))
        else:
            checks.append(Check(check="evidence", ok=False, words=f"{_shown(top)} does not belong there"))
    if not count:
        words = "there is none, so nothing proves when these bytes existed"
        checks.append(Check(check="stamps", ok=False, words=words))
    return checks


def _stamp_checks(bag: _Bag, name: str, trusted: Mapping[str, str], stamps: list[_Stamp]) -> Iterator[Check]:
    found: list[_Stamp] = []
    check = _checked(f"stamp {name}", lambda: _stamp(bag, name, found))
    yield check
    if not check.ok:
        return
    pin = _checked(f"root of {name}", lambda: _pinned(bag, name, trusted))
    yield pin
    if pin.ok:
        (stamp,) = found
        stamps.append(replace(stamp, pinned=name in trusted))


def _stamp(bag: _Bag, name: str, found: list[_Stamp]) -> str:
    prefix = f"evidence/tsa-{name}/"
    present = {path.removeprefix(prefix) for path in bag.below(prefix)}
    for inner in present - {*_EVIDENCE, "crls.pem", SUMS}:
        raise _WrongError(f"{_shown(inner)} does not belong there")
    if any(folder.startswith(prefix) for folder in bag.folders):
        raise _WrongError("it holds a folder")
    listed = _listed(bag, prefix + SUMS, 128, _PART)
    if not {*_EVIDENCE} <= present or {*listed} != present - {SUMS}:
        raise _WrongError("its files are not those that SHA512SUMS lists")
    _compared(bag, listed, "sha512", prefix)
    parts = {inner: bag.read(prefix + inner, tokens.SIZE_LIMIT) for inner in present}
    response = parts["response.tsr"]
    token = tokens.read(response)
    if token.imprint != hashlib.new(token.hash_name, bag.read(ROOT_FILE)).digest():
        raise _WrongError(f"the token is of other bytes than {ROOT_FILE}")
    asked = tokens.read_request(parts["request.tsq"])
    if asked != (token.hash_name, token.imprint, token.nonce):
        raise _WrongError("the token does not answer the request beside it")
    root = _only_root(parts["root.pem"])
    if b"CERTIFICATE" in parts.get("crls.pem", b""):
        raise _WrongError("crls.pem holds something else than revocation lists")
    # those inside the token suffice, as at its acceptance; untrusted.pem must not hide damage to them
    tokens.verified(response, root=root, others=(), crls=parts.get("crls.pem", b""))
    own = LABEL in root.subject.rfc4514_string()
    found.append(_Stamp(gen_time=token.gen_time, self_issued=own, pinned=False))
    says = f" ({LABEL})" if own else ""
    return f"these bytes existed at {token.gen_time:%Y-%m-%dT%H:%M:%SZ}{says}"


def _only_root(data: bytes) -> x509.Certificate:
    """Return the root of a file that holds it and nothing else: what is shown is what was trusted."""
    certificates = tokens.certificates_of(data)
    if len(certificates) != 1 or tokens.pem(certificates).rstrip(b"\n") != data.rstrip(b"\n"):
        raise _WrongError("root.pem is not one certificate in PEM and nothing else")
    return certificates[0]


def _pinned(bag: _Bag, name: str, trusted: Mapping[str, str]) -> str:
    root = _only_root(bag.read(f"evidence/tsa-{name}/root.pem", tokens.SIZE_LIMIT))
    found = tokens.fingerprint(root)
    if name not in trusted:
        return f"{found} is not pinned here; compare it with what the authority publishes"
    if plain_fingerprint(trusted[name]) != found:
        raise _WrongError(f"{found} is not the pinned root of {name}")
    return f"{found} is the pinned root"


def _shown(name: str) -> str:
    """Return a name from outside so that it cannot disturb a terminal or a page."""
    return ascii(name[:120])[1:-1]
