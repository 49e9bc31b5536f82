"""Objects of a git repository that may be hostile, read through `git` without ever checking anything out.

Decisions
---------
* Only plumbing that reads objects is called (`for-each-ref`, `rev-list`, `ls-tree`, `cat-file --batch`), with
  fixed arguments; names from outside go in by standard input. Nothing that runs hooks, filters, text
  converters, pagers, signature checkers or monitors, and no protocol is allowed, so that a partial clone
  fetches nothing. System and user configuration are left out.
* The repository's folder is given, never looked for. One that borrows objects from elsewhere (`alternates`,
  `commondir`, a `.git` that is a file) is refused: its text would come from where nobody looked.
* Output, time, processor time and memory are bounded; what is over the bound is an error with a way out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.errors import UnreadableFileError
from ingest.record_stream import display

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SECONDS = 120
"""Of processor time and of time by the clock, for each call."""
MEMORY = 3 << 30
"""Bytes of address space of a call; packs are mapped into it."""
LISTING = 64 << 20
"""Bytes that a listing may have."""
_SAFE = (
    *("--no-pager", "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs"),
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never"),
    *("-c", "core.attributesFile=/dev/null", "-c", "core.pager=cat", "-c", "safe.directory=*"),
    *("-c", "core.packedGitWindowSize=32m", "-c", "core.packedGitLimit=512m", "-c", "gc.auto=0"),
)
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "LC_ALL": "C",
}
_BORROWED = ("objects/info/alternates", "objects/info/http-alternates", "commondir")
_OBJECT = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NAME = re.compile(r"(?!-)[A-Za-z0-9._/@+#=~-]{1,250}")
_REGULAR = (b"100644", b"100755", b"100664")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFile:
    """A file in a tree: path as bytes, the blob's name in hexadecimal, its size, -1 if it is missing."""

    path: bytes
    blob: str
    size: int


def git_folder(path: Path) -> Path | None:
    """Return the folder of a repository's objects: of a clone its `.git`, of a bare repository itself."""
    for folder in (path / ".git", path):
        if (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir():
            return folder
    return path / ".git" if (path / ".git").is_file() else None


class Repository:
    """A repository to read objects from. Raises UnreadableFileError for what is refused."""

    def __init__(self, path: Path) -> None:
        folder = git_folder(path)
        self._shown = display(path)
        if folder is None:
            raise UnreadableFileError(self._shown, "is no git repository; name a clone or a bare repository")
        if folder.is_file() or folder.is_symlink():
            raise UnreadableFileError(self._shown, "keeps its objects elsewhere; name the main clone")
        for name in (*_BORROWED, "objects"):
            place = folder / name
            if place.is_symlink() or (name != "objects" and place.exists()):
                reason = f"borrows objects from elsewhere ({name}); make a full clone of it"
                raise UnreadableFileError(self._shown, reason)
        self.folder = folder

    def references(self) -> dict[str, str]:
        """Return branches and tags by full name, each with the commit or object that it names."""
        form = "%(refname)%00%(objectname)%00%(*objectname)"
        raw = self._run(("for-each-ref", f"--format={form}", "refs/tags", "refs/heads", "refs/remotes"))
        found = {}
        for line in raw.split(b"\n"):
            name, _, objects = line.partition(b"\0")
            own, _, peeled = objects.partition(b"\0")
            target = peeled or own
            if _OBJECT.fullmatch(target):
                found[name.decode("utf-8", "replace")] = target.decode()
        return found

    def commit(self, name: str) -> str:
        """Return the commit that a name stands for (branch, tag, full or short number); empty for none."""
        if not _NAME.fullmatch(name):
            return ""
        raw = self._run(("cat-file", "--batch-check"), f"{name}^{{commit}}\n".encode())
        first, _, rest = raw.partition(b" ")
        return first.decode() if rest.startswith(b"commit ") and _OBJECT.fullmatch(first) else ""

    def root(self, commit: str) -> str:
        """Return the first commit of the history before a commit, the same in every full clone."""
        raw = self._run(("rev-list", "--max-parents=0", commit, "--"))
        roots = sorted(line for line in raw.split(b"\n") if _OBJECT.fullmatch(line))
        return roots[0].decode() if roots else commit

    def files(self, commit: str) -> Iterator[TreeFile]:
        """Yield the regular files at a commit; links and other repositories inside are left out."""
        for entry in self._run(("ls-tree", "-r", "-z", "-l", "--full-tree", commit)).split(b"\0"):
            head, tab, path = entry.partition(b"\t")
            parts = head.split()
            if tab and len(parts) == 4 and parts[0] in _REGULAR and _OBJECT.fullmatch(parts[2]):  # noqa: PLR2004
                size = int(parts[3]) if parts[3].isdigit() else -1
                yield TreeFile(path=path, blob=parts[2].decode(), size=size)

    def blob(self, name: str, limit: int) -> bytes:
        """Return a blob of at most `limit` bytes."""
        raw = self._run(("cat-file", "--batch"), f"{name}\n".encode(), limit + 200)
        head, _, data = raw.partition(b"\n")
        parts = head.split()
        if len(parts) != 3 or parts[1] != b"blob" or not parts[2].isdigit():  # noqa: PLR2004 - name, type, size
            raise UnreadableFileError(self._shown, f"the object {name[:12]} is missing or damaged")
        return data[: int(parts[2])]

    def _run(self, command: Sequence[str], given: bytes = b"", limit: int = LISTING) -> bytes:
        program = shutil.which("git")
        if program is None:
            raise UnreadableFileError(
                self._shown, "needs the program git, which is not installed", passing=True
            )
        environment = {**_ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath)}
        arguments = [program, f"--git-dir={self.folder.resolve()}", *_SAFE, *command]
        with subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=self.folder,
        ) as child:
            _bound(child.pid)
            timer = threading.Timer(SECONDS, child.kill)
            timer.start()
            try:
                output = _exchanged(child, given, limit)
            finally:
                timer.cancel()
                if child.poll() is None:
                    child.kill()
        if len(output) > limit:
            raise UnreadableFileError(
                self._shown, f"git {command[0]} answers with more than {limit >> 20} MiB"
            )
        if child.returncode != 0:
            reason = (
                f"git {command[0]} failed (it ended with {child.returncode}); run 'git fsck' in a clone of it"
            )
            raise UnreadableFileError(self._shown, reason)
        return output


def _exchanged(child: subprocess.Popen[bytes], given: bytes, limit: int) -> bytes:
    """Hand `given` over, one line that fits every pipe, and read up to a byte more than `limit`."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(given)
        child.stdin.close()
    except BrokenPipeError:
        pass
    output = child.stdout.read(limit + 1)
    if len(output) <= limit:
        child.wait()
    return output


def _bound(pid: int) -> None:
    """Limit memory and processor time where the system lets a parent do so."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - POSIX only

        for kind, value in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
            try:
                resource.prlimit(pid, kind, (value, value))
            except (OSError, ValueError):
                return  # it has ended already, or the container forbids it
