"""`Release`: what going public adds to a reviewed publication: a number, a version and an instant.

The content (`DefensivePublication`) is what reviewers approve; it knows no number and no date. The release
binds those to it, once. A correction is a new version that names the one before and its root hash.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from publications.errors import ReleaseFormError

IDENTIFIER = re.compile(r"DP-[0-9]{4}-[0-9]{6}")
NAME = re.compile(r"(DP-[0-9]{4}-[0-9]{6})v([1-9][0-9]{0,3})")
_DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{128}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One version of one publication. Raises ReleaseFormError when a part cannot be printed."""

    identifier: str
    """e.g. `DP-2026-000001`."""
    version: int
    """1, 2, 3, …"""
    published: datetime
    """The instant of going live, aware, in UTC, whole seconds."""
    url: str = ""
    """Where this version will always be, http or https; empty when it has no address yet."""
    supersedes: str = ""
    """The version that this one corrects, e.g. `DP-2026-000001v1`; empty for a first version."""
    previous_root: str = ""
    """SHA-512 (or SHA-256) of the root file of the version before, lower-case hex."""

    def __post_init__(self) -> None:
        if not IDENTIFIER.fullmatch(self.identifier):
            raise ReleaseFormError("identifier", self.identifier, "one such as DP-2026-000001")
        if NAME.fullmatch(self.name) is None:
            raise ReleaseFormError("version", self.version, "a number from 1 to 9999")
        if self.published.utcoffset() != timedelta(0):
            raise ReleaseFormError("published", self.published, "a time in UTC that says so")
        object.__setattr__(self, "published", self.published.astimezone(UTC).replace(microsecond=0))
        if self.url and not _web_address(self.url):
            raise ReleaseFormError("url", self.url, "an http or https address, or nothing")
        if self.supersedes and not NAME.fullmatch(self.supersedes):
            raise ReleaseFormError("supersedes", self.supersedes, "a version such as DP-2026-000001v1")
        if self.previous_root and not _DIGEST.fullmatch(self.previous_root):
            raise ReleaseFormError("previous_root", self.previous_root, "a SHA-512 in lower-case hex")

    @property
    def name(self) -> str:
        """The name of this version, of its folder and of its files, e.g. `DP-2026-000001v1`."""
        return f"{self.identifier}v{self.version}"

    @property
    def day(self) -> str:
        """The day of publication in UTC, ISO 8601."""
        return self.published.date().isoformat()

    @property
    def instant(self) -> str:
        """The instant of publication, e.g. `2026-11-23T20:35:14Z`."""
        return self.published.strftime("%Y-%m-%dT%H:%M:%SZ")


def _web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    printable = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}')
    return printable and parts.scheme in ("http", "https") and bool(parts.netloc)
