"""The bundle: a BagIt bag (RFC 8493) whose tag manifest is the root file that gets stamped.

Decisions
---------
* Two builds of one release are the same bytes: nothing in a bundle knows when or where it was built, only
  `release.published` and the versions of the tools (`metadata/build.json`).
* A bundle appears at once or not at all: built in a hidden folder beside its place, flushed, renamed. It is
  never overwritten; a correction is a new version. Whatever a crash leaves behind is hidden and not a bundle.
* Evidence comes later and lies outside the tag manifest, since a stamp cannot cover itself. Each stamp's
  folder has its own `SHA512SUMS`, so that damage shows; a forger is stopped by the pinned root, not by that.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from publications import render
from publications.content import licence_of, line
from publications.document import SCHEMA, canonical, canonical_json
from publications.errors import (
    BundleDamagedError,
    BundleExistsError,
    BundleNameError,
    StampExistsError,
    StampNameError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publications.document import DefensivePublication
    from publications.release import Release
    from publications.timestamp import StampResult

ROOT_FILE = "tagmanifest-sha512.txt"
TAG_FILES = ("bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt", "verify.sh")
"""What the root file covers."""
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
SUMS = "SHA512SUMS"
STAMP_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_TEMPLATES = Path(__file__).with_name("templates")
_TOOLS = ("antedate", "Markdown", "nh3", "pydantic", "rfc8785", "typst")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A built bundle and the hashes of its root file, lower-case hex: what is stamped and logged."""

    folder: Path
    root_sha256: str
    root_sha512: str


def build(
    folder: Path,
    publication: DefensivePublication,
    release: Release,
    *,
    roots: Mapping[str, str] | None = None,
) -> Bundle:
    """Build the bundle of a release at `folder`, which is called like the release.

    `roots` are the configured authorities' root fingerprints (name to SHA-256 hex), printed in VERIFY.md.
    Raises BundleExistsError, BundleNameError, RenderRefusedError, PdfRefusedError and OSError.
    """
    if folder.name != release.name:
        raise BundleNameError(folder, release.name)
    if folder.exists() or folder.is_symlink():
        raise BundleExistsError(folder)
    files = _payload(publication, release, roots or {})
    files |= _tags(files, publication, release)
    _appear(folder, files)
    return load(folder)


def root_file(
    publication: DefensivePublication, release: Release, *, roots: Mapping[str, str] | None = None
) -> bytes:
    """Return the root file that `build` would write; raises what it raises, and writes nothing."""
    return _tags(_payload(publication, release, roots or {}), publication, release)[ROOT_FILE]


def load(folder: Path) -> Bundle:
    """Return the bundle in a folder, unchecked (`verify` checks). Raises BundleDamagedError."""
    try:
        root = (folder / ROOT_FILE).read_bytes()
    except OSError:
        raise BundleDamagedError(folder, f"{ROOT_FILE} cannot be read") from None
    return Bundle(
        folder=folder,
        root_sha256=hashlib.sha256(root).hexdigest(),
        root_sha512=hashlib.sha512(root).hexdigest(),
    )


def add_stamp(folder: Path, name: str, stamp: StampResult) -> None:
    """Add a stamp as `evidence/tsa-NAME/`; adding the same one again changes nothing.

    Raises StampNameError, StampExistsError, BundleDamagedError and OSError.
    """
    if not STAMP_NAME.fullmatch(name):
        raise StampNameError(name)
    load(folder)
    files = {
        "request.tsq": stamp.request,
        "response.tsr": stamp.response,
        "root.pem": stamp.root_pem,
        "untrusted.pem": stamp.untrusted_pem,
    }
    if stamp.crls_pem:
        files["crls.pem"] = stamp.crls_pem
    files[SUMS] = _manifest(files, "sha512")
    place = folder / "evidence" / f"tsa-{name}"
    if place.exists():
        same = all(
            (place / key).is_file() and (place / key).read_bytes() == value for key, value in files.items()
        )
        if not same:
            raise StampExistsError(name, folder)
        return
    place.parent.mkdir(exist_ok=True)
    _appear(place, files, work_in=folder.parent)


def _payload(
    publication: DefensivePublication, release: Release, roots: Mapping[str, str]
) -> dict[str, bytes]:
    name = release.name
    return {
        f"data/{name}.html": render.html(publication, release).encode(),
        f"data/{name}.pdf": render.pdf(publication, release),
        f"data/{name}.txt": render.text(publication, release).encode(),
        "data/source/disclosure.json": canonical(publication),
        "data/source/disclosure.md": render.source_markdown(publication).encode(),
        "data/metadata/build.json": canonical_json(_tool_versions()) + b"\n",
        "data/metadata/datacite.json": _datacite(publication, release),
        "data/LICENSE.txt": _licence(publication, release),
        "data/VERIFY.md": _instructions(publication, release, roots),
    }


def _tags(
    payload: Mapping[str, bytes], publication: DefensivePublication, release: Release
) -> dict[str, bytes]:
    tags = {
        "bagit.txt": BAGIT,
        "bag-info.txt": _bag_info(payload, publication, release),
        "manifest-sha256.txt": _manifest(payload, "sha256"),
        "manifest-sha512.txt": _manifest(payload, "sha512"),
        "verify.sh": (_TEMPLATES / "verify.sh").read_bytes(),
    }
    return {**tags, ROOT_FILE: _manifest(tags, "sha512")}


def _manifest(files: Mapping[str, bytes], algorithm: str) -> bytes:
    lines = (f"{hashlib.new(algorithm, files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return "".join(lines).encode()


def _bag_info(payload: Mapping[str, bytes], publication: DefensivePublication, release: Release) -> bytes:
    rows = (
        ("Bag-Software-Agent", f"antedate {_installed('antedate')}"),
        ("Bagging-Date", release.day),
        ("External-Identifier", release.name),
        ("External-Description", line(publication.title)),
        ("Payload-Oxum", f"{sum(map(len, payload.values()))}.{len(payload)}"),
        ("Published", release.instant),
        ("Revision-Digest", publication.digest),
        ("Address", release.url),
        ("Supersedes", release.supersedes),
        ("Previous-Root", release.previous_root),
    )
    return "".join(f"{label}: {value}\n" for label, value in rows if value).encode()


def _tool_versions() -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "tools": {tool: _installed(tool) for tool in _TOOLS},
        "python": ".".join(platform.python_version_tuple()[:2]),
        "fonts": "those inside the typst release named above",
    }


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed as a package"


def _datacite(publication: DefensivePublication, release: Release) -> bytes:
    """DataCite 4.5 attributes; without a DOI, which a deposit would add."""
    licence = licence_of(publication.licence)
    related = (
        [
            {
                "relatedIdentifier": release.supersedes,
                "relatedIdentifierType": "Other",
                "relationType": "IsNewVersionOf",
            }
        ]
        if release.supersedes
        else []
    )
    record = {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "alternateIdentifiers": [
            {"alternateIdentifier": release.name, "alternateIdentifierType": "Defensive publication"}
        ],
        "titles": [{"title": line(publication.title)}],
        "creators": [{"name": line(author), "nameType": "Personal"} for author in publication.authors],
        "publicationYear": release.published.year,
        "dates": [{"date": release.instant, "dateType": "Issued"}],
        "types": {"resourceTypeGeneral": "Report", "resourceType": "Defensive publication"},
        "language": publication.language,
        "version": str(release.version),
        "subjects": [{"subject": line(word)} for word in (*publication.keywords, *publication.classes)],
        "descriptions": [{"description": publication.abstract, "descriptionType": "Abstract"}],
        "rightsList": [
            {
                "rights": licence.name,
                "rightsUri": licence.url,
                "rightsIdentifier": licence.spdx,
                "rightsIdentifierScheme": "SPDX",
            }
        ],
        "relatedIdentifiers": related,
        "url": release.url,
    }
    return json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _licence(publication: DefensivePublication, release: Release) -> bytes:
    licence = licence_of(publication.licence)
    text = (_TEMPLATES / "LICENSE.txt").read_text(encoding="utf-8")
    return text.format(
        name=f"{release.name}: {licence.name}",
        spdx=licence.spdx,
        words=licence.words,
        url=licence.url,
        patents=licence.patents,
    ).encode()


def _instructions(publication: DefensivePublication, release: Release, roots: Mapping[str, str]) -> bytes:
    listed = [f"- {line(name)}: SHA-256 `{line(print_)}`" for name, print_ in sorted(roots.items())]
    words = (
        ["Fingerprints of the roots that were configured when this bundle was built:", "", *listed]
        if listed
        else ["No outside authority was configured when this bundle was built."]
    )
    text = (_TEMPLATES / "VERIFY.md").read_text(encoding="utf-8")
    for key, value in (
        ("name", release.name),
        ("roots", "\n".join(words)),
        ("schema", SCHEMA),
        ("digest", publication.digest),
    ):
        text = text.replace(f"{{{key}}}", value)
    return text.encode()


def _appear(place: Path, files: Mapping[str, bytes], work_in: Path | None = None) -> None:
    """Write files under a hidden folder, flush them all, and rename it into place."""
    home = work_in or place.parent
    home.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=home))
    try:
        for name, content in files.items():
            _write(work / name, content)
        for inner in (*(path for path in work.rglob("*") if path.is_dir()), work):
            inner.chmod(0o755)
            _flush(inner)
        try:
            work.rename(place)
        except OSError:
            if place.exists():
                raise BundleExistsError(place) from None
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _flush(place.parent)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o755 if path.suffix == ".sh" else 0o644)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
