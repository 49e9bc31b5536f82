"""One service played, one folder, and what has to hold of it in the end."""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

from ingest import sources
from ingest.raw_files import digest_of, read_origin
from tests.playing_server import Clock, Play, Reply, session
from tests.playing_services import SECRET, Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ingest.http import Times
    from ingest.raw_files import Fetched


class Stage:
    """One service played, and one folder."""

    def __init__(self, service: Service, play: Play, folder: Path) -> None:
        self.service, self.play, self.folder = service, play, folder
        self.clock = Clock()

    def fetch(self, times: Times | None = None) -> Iterator[Fetched]:
        with session(self.folder.parent, self.clock, times=times) as polite:
            made = self.service.make(self.play.url)
            yield from made.fetch(self.service.request(self.play.url), self.folder, polite)

    def next(self, at: int, *replies: Reply) -> None:
        """Play these at the request of that number, after ordinary answers."""
        self.play.next(*[self.play.answer] * at, *replies)

    def check_whole(self) -> None:
        """Look at the folder: every file once, whole, with its origin, and no key anywhere."""
        found, lost = sources.expand([self.folder], None)
        assert lost == []
        names = sorted(path.name for path in found)
        assert len(names) == len(self.service.files)
        assert all(fnmatch.fnmatch(*pair) for pair in zip(names, sorted(self.service.files), strict=True))
        for name in names:
            origin = read_origin(self.folder / name)
            assert origin is not None
            assert origin.sha256 == digest_of(self.folder / name)
            assert origin.url.startswith(self.play.url)
        for path in self.folder.parent.rglob("*"):
            assert not path.is_file() or SECRET not in path.read_text(errors="replace")
