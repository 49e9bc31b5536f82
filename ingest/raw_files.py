"""Raw files as they came, and beside each its origin: where from, when, and which bytes.

Decisions
---------
* A file is written as `NAME.part`, synced, renamed, and its folder synced: after a kill at any instant NAME
  is whole or absent. `NAME.origin.json` follows; a file whose origin is missing or speaks of other bytes is
  fetched anew, never trusted.
* `NAME.part.json` says to which version (ETag, Last-Modified) a part belongs. A part without it is never
  continued: half of one version and half of another would be evidence of nothing.
* The address kept has no key, no signature, no password.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

ORIGIN_SUFFIX = ".origin.json"
PART_SUFFIX = ".part"
CHUNK = 1 << 20
READ_AGAIN = 64 << 20
State = Literal["new", "unchanged", "resumed"]
_SECRET = frozenset(
    [
        "api_key",
        "apikey",
        "api-key",
        "access_token",
        "client_secret",
        "password",
        "signature",
        "sig",
        "policy",
        "key-pair-id",
        "mailto",
    ]
)
_UNSAFE = re.compile(r"[^A-Za-z0-9._=-]")
_NAME_LENGTH = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A raw file in the folder."""

    path: Path
    url: str
    """Where it came from, without keys."""
    sha256: str
    at: datetime
    """When it came, UTC."""
    bytes: int
    state: State
    """`unchanged`: it was there already; `resumed`: a part of an earlier try was continued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOrigin:
    """What `NAME.origin.json` says."""

    url: str
    sha256: str
    bytes: int
    at: str
    """UTC, `YYYY-MM-DDThh:mm:ssZ`."""
    etag: str = ""
    last_modified: str = ""
    served_by: str = ""
    """Host and path that gave the bytes, where a redirect led elsewhere; its query is not kept."""


def kept_url(url: str) -> str:
    """Return an address without user, password, fragment, and parameters that carry keys or signatures."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return url.partition("?")[0].partition("#")[0]
    kept = [(name, value) for name, value in pairs if not _is_secret(name)]
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((parts.scheme, host, parts.path, query, ""))


def _is_secret(name: str) -> bool:
    return name.lower() in _SECRET or name.lower().startswith("x-amz-")


def bare_url(url: str) -> str:
    """Return scheme, host and path only."""
    return kept_url(url.partition("?")[0])


def safe_name(text: str) -> str:
    """Return a file name made of a number, a path or a set; different texts get different names."""
    name = _UNSAFE.sub("_", text).lstrip(".") or "_"
    if name == text and len(name) <= _NAME_LENGTH:
        return name
    mark = hashlib.sha256(text.encode()).hexdigest()[:8]
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > len("jsonl"):
        stem, dot, suffix = name, "", ""
    return f"{stem[:_NAME_LENGTH]}-{mark}{dot}{suffix}"


def write_atomically(path: Path, data: bytes, *, last: bool = True) -> None:
    """Replace a file's content so that a reader, or a crash, finds the old or the new, never half.

    With `last` it survives a loss of power as well.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            if last:
                os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    if last:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def origin_path(path: Path) -> Path:
    """Return where the origin of a raw file is kept."""
    return path.with_name(path.name + ORIGIN_SUFFIX)


def is_companion(path: Path) -> bool:
    """Tell whether a file only speaks of the raw file beside it: its origin, or the note of a part."""
    for suffix in (ORIGIN_SUFFIX, ".json"):
        raw = path.name.removesuffix(suffix)
        if raw != path.name and (suffix == ORIGIN_SUFFIX or raw.endswith(PART_SUFFIX)):
            return path.with_name(raw).is_file()
    return False


def write_origin(path: Path, origin: FileOrigin) -> None:
    """Keep the origin beside the file."""
    text = json.dumps(asdict(origin), ensure_ascii=False, indent=1, sort_keys=True)
    write_atomically(origin_path(path), text.encode())


def read_origin(path: Path) -> FileOrigin | None:
    """Return the origin of a raw file that is there with the size that it says, else None."""
    found = read_object(origin_path(path))
    try:
        origin = FileOrigin(
            url=_text(found, "url"),
            sha256=_text(found, "sha256"),
            bytes=_count(found, "bytes"),
            at=_text(found, "at"),
            etag=_text(found, "etag"),
            last_modified=_text(found, "last_modified"),
            served_by=_text(found, "served_by"),
        )
        datetime.fromisoformat(origin.at)
        return origin if path.stat().st_size == origin.bytes else None
    except (OSError, ValueError):
        return None


def intact(path: Path, url: str) -> FileOrigin | None:
    """Return the origin of a file that came from that address and whose bytes are still those, else None."""
    origin = read_origin(path)
    if origin is None or origin.url != url or digest_of(path) != origin.sha256:
        return None
    return origin


def kept(path: Path) -> Fetched | None:
    """Return a raw file that is there with its origin, as `unchanged`, else None.

    Files up to `READ_AGAIN` bytes are read to compare the digest, larger ones are told by their size.
    """
    origin = read_origin(path)
    if origin is None or (origin.bytes <= READ_AGAIN and digest_of(path) != origin.sha256):
        return None
    return fetched(path, origin, "unchanged")


def fetched(path: Path, origin: FileOrigin, state: State) -> Fetched:
    """Return the record of a file from its origin."""
    return Fetched(
        path=path,
        url=origin.url,
        sha256=origin.sha256,
        at=datetime.fromisoformat(origin.at).astimezone(UTC),
        bytes=origin.bytes,
        state=state,
    )


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The beginning of a file that is not whole yet."""

    path: Path

    @classmethod
    def of(cls, path: Path) -> Part:
        return cls(path=path.with_name(path.name + PART_SUFFIX))

    @property
    def note(self) -> Path:
        """Where it is said to which version the part belongs."""
        return self.path.with_name(self.path.name + ".json")

    def validator(self, url: str) -> str:
        """Return the value for `If-Range` if the part can be continued from that address, else empty."""
        found = read_object(self.note)
        value = _text(found, "validator")
        try:
            usable = found.get("url") == url and self.path.stat().st_size > 0
        except OSError:
            return ""
        return value if usable else ""

    def begin(self, url: str, validator: str) -> None:
        """Start anew, noting the version; without a validator the part will not be continued."""
        self.path.unlink(missing_ok=True)
        if validator:
            write_atomically(self.note, json.dumps({"url": url, "validator": validator}).encode())
        else:
            self.note.unlink(missing_ok=True)

    def drop(self) -> None:
        """Forget the part."""
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)

    def finish(self, path: Path) -> None:
        """Make the part the file; it was synced by whoever wrote it."""
        self.path.replace(path)
        sync_folder(path.parent)
        self.note.unlink(missing_ok=True)


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object of one of our own small files, empty where there is none to read."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name, "")
    return value if isinstance(value, str) else ""


def _count(found: dict[str, Any], name: str) -> int:
    value = found.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
