"""Documentation of a git repository, version by version: its README and texts as `git` keeps them.

Decisions
---------
* A document is one text of one path: the same blob at ten tags is one document, with all their public
  events. Its key is `git:ROOT:path@blob`, where ROOT is the first commit, so that clones agree; the `work` is
  the same without the blob.
* Dates come from statements beside the repository only (`git_public`); never from commits, tags or front
  matter inside it. Without a statement a document is undated, and that is said once.
* Read are the states that are stated public, every tag, and the present one. Of a path that was public with
  another text before, that is an earlier version.
* Texts are `.md`, `.markdown`, `.rst`, `.txt` and files called README. Hidden folders, dependencies that lie
  in the repository, licences and lists of requirements are left out.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ingest import files, front_matter, markup
from ingest.documents import DatedEvent, EventKind, Origin, Unreadable, clean
from ingest.errors import UnreadableFileError
from ingest.git_objects import Repository, git_folder
from ingest.git_public import beside, statements
from ingest.office_files import FileText, decode
from ingest.record_stream import display
from ingest.rst_text import rst_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.documents import Document
    from ingest.git_public import Public
    from ingest.items import Item
    from ingest.markup import Block

NAME = "git"
TEXT_LIMIT = 4 << 20
"""Bytes that one text may have."""
STATES = 500
"""Commits that are looked at: stated ones first, then tags from the last by name."""
TEXTS = 20_000
"""Texts of a repository, all versions together."""
_SUFFIXES = frozenset({".md", ".markdown", ".rst", ".txt"})
_DEPENDENCIES = frozenset({"node_modules", "vendor", "third_party", "third-party", "site-packages"})
_NO_DOCUMENTS = ("license", "licence", "copying", "requirements", "cmakelists", "robots", "constraints")
_SHORT = 12
_SHOWN = 5
_EVENTS = 5
"""Public events that a text keeps, the first ones: one that stands in many releases needs no more."""
_UNDATED = (
    "{count} text(s) are undated: no public event is stated for them; write {name}.antedate-public.json "
    "beside the repository, or save the hosting service's releases or events as {name}.releases.json"
)


@dataclass(slots=True, kw_only=True)
class _Text:
    """A blob at a path, in which states it stands, and what shows when those were public."""

    path: bytes
    blob: str
    size: int
    state: str
    events: list[DatedEvent] = field(default_factory=list)


@dataclass(slots=True)
class _Plan:
    """What will be read, in a fixed order, and what will not."""

    root: str
    texts: dict[tuple[bytes, str], _Text] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    first: dict[bytes, list[tuple[DatedEvent, str]]] = field(default_factory=dict)
    """Of each path, the first public events of its two earliest texts."""


class GitRepository:
    """Reads folders: local clones and bare repositories."""

    name = NAME

    def recognises(self, path: Path) -> bool:
        try:
            return path.is_dir() and git_folder(path) is not None
        except OSError:
            return False

    def measure(self, path: Path) -> int:
        """Return how many texts there are: the offsets of this source count texts."""
        try:
            return len(_planned(path).texts)
        except (UnreadableFileError, OSError):
            return 0

    def state(self, path: Path) -> tuple[int, int]:
        """Return two numbers that change with the repository's references and the statements beside it."""
        digest = hashlib.sha256()
        folder = git_folder(path)
        try:
            for name, commit in sorted(Repository(path).references().items()):
                digest.update(f"{name} {commit}\n".encode())
        except UnreadableFileError:
            pass
        heads = [folder / "HEAD"] if folder is not None else []
        for file in (*heads, *beside(path)):
            stat = file.stat()
            digest.update(f"{os.fsencode(file)!r} {stat.st_size} {stat.st_mtime_ns}\n".encode())
        value = digest.digest()
        return int.from_bytes(value[:7], "big"), int.from_bytes(value[7:14], "big")

    def read(self, path: Path, *, after: int = -1) -> Iterator[Item]:
        try:
            repository = Repository(path)
            plan = _planned(path)
        except (UnreadableFileError, OSError) as error:
            if after < 0:
                reason = (
                    error.reason if isinstance(error, UnreadableFileError) else f"cannot be opened: {error}"
                )
                passing = not isinstance(error, UnreadableFileError) or error.passing
                yield Unreadable(file=display(path), offset=0, reason=reason, passing=passing)
            return
        offset = -1
        for offset, text in enumerate(plan.texts.values()):
            if offset > after:
                place = f"{display(path)}!{_shown(text.path)}@{text.state}"
                yield _read(repository, plan, text, Origin(source=NAME, file=place, offset=offset, sha256=""))
        for more, problem in enumerate(plan.problems, start=1):
            if offset + more > after:
                yield Unreadable(file=display(path), offset=offset + more, reason=problem)


def _planned(path: Path) -> _Plan:
    """Find the texts of every state. Raises UnreadableFileError, OSError."""
    repository = Repository(path)
    public = statements(path)
    states = _states(repository, public)
    if not states:
        raise UnreadableFileError(display(path), "has no commit")
    head = repository.commit("HEAD") or next(iter(states))
    plan = _Plan(repository.root(head), problems=public.problems)
    for commit, (label, events) in states.items():
        for file in repository.files(commit):
            if not _is_text(file.path):
                continue
            found = plan.texts.get((file.path, file.blob))
            if found is None:
                if len(plan.texts) >= TEXTS:
                    plan.problems.append(f"has more than {TEXTS} texts; the rest was not read")
                    return _finished(plan, path)
                found = _Text(path=file.path, blob=file.blob, size=file.size, state=label)
                plan.texts[file.path, file.blob] = found
            found.events += events[: _EVENTS - len(found.events)]
    return _finished(plan, path)


def _finished(plan: _Plan, path: Path) -> _Plan:
    for text in plan.texts.values():
        if text.events:
            event = min(text.events, key=lambda found: found.when.latest)
            rest = sorted(
                (*plan.first.get(text.path, ()), (event, text.blob)), key=lambda pair: pair[0].when.latest
            )
            plan.first[text.path] = rest[:2]
    if undated := sum(1 for text in plan.texts.values() if not text.events):
        name = display(path.resolve().name.removesuffix(".git"))
        plan.problems.append(_UNDATED.format(count=undated, name=name))
    if not plan.texts:
        plan.problems.append(f"holds no text ({', '.join(sorted(_SUFFIXES))} or README)")
    return plan


def _states(repository: Repository, public: Public) -> dict[str, tuple[str, list[DatedEvent]]]:
    """Return the commits to look at with their label and public events, those first public first."""
    found: dict[str, tuple[str, list[DatedEvent]]] = {}
    known: dict[str, str] = {}
    for statement in public.statements:
        name = statement.commit
        commit = known[name] if name in known else known.setdefault(name, repository.commit(name))
        if commit and (commit in found or len(found) < STATES):
            found.setdefault(commit, (name[:60], []))[1].append(statement.event)
    if missing := [name for name, commit in known.items() if not commit]:
        shown = ", ".join(name[:60] for name in missing[:_SHOWN])
        public.problems.append(f"{len(missing)} public event(s) name what is not in the clone: {shown}")
    names = repository.references()
    tags = [name for name in sorted(names, reverse=True) if name.startswith("refs/tags/")]
    wanted = [
        ("HEAD", repository.commit("HEAD")),
        *((name[len("refs/tags/") :], names[name]) for name in tags),
    ]
    new = [(label, commit) for label, commit in wanted if commit and commit not in found]
    for label, commit in new[: max(0, STATES - len(found))]:
        found.setdefault(commit, (label[:60], []))
    if len(known) + len(new) > STATES:
        public.problems.append(f"has more than {STATES} states; those after them were not read")
    return found


def _is_text(path: bytes) -> bool:
    place = PurePosixPath(path.decode("utf-8", "replace"))
    if any(part.startswith(".") or part.lower() in _DEPENDENCIES for part in place.parts):
        return False
    stem = place.name.lower()
    if stem.startswith(_NO_DOCUMENTS):
        return False
    return place.suffix.lower() in _SUFFIXES or (stem.partition(".")[0] == "readme" and place.suffix == "")


def _shown(path: bytes) -> str:
    text = path.decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "?" for char in text)[:300]


def _read(repository: Repository, plan: _Plan, text: _Text, place: Origin) -> Document | Unreadable:
    shown = _shown(text.path)
    if text.size > TEXT_LIMIT:
        reason = f"is larger than {TEXT_LIMIT >> 20} MiB; save it apart and read that"
        return Unreadable(file=place.file, offset=place.offset, reason=reason)
    try:
        data = repository.blob(text.blob, TEXT_LIMIT)
        origin = replace(place, sha256=hashlib.sha256(data).hexdigest())
        document = files.document(_text_of(shown, data), origin)
    except UnreadableFileError as error:
        return Unreadable(file=place.file, offset=place.offset, reason=error.reason, passing=error.passing)
    named = shown if len(shown) < 200 else hashlib.sha256(text.path).hexdigest()[:16]  # noqa: PLR2004 - of a key
    work = f"{NAME}:{plan.root[:_SHORT]}:{named}"
    return replace(
        document,
        key=f"{work}@{text.blob[:_SHORT]}",
        work=work,
        events=(*text.events, *_earlier(plan, text)),
    )


def _earlier(plan: _Plan, text: _Text) -> Iterator[DatedEvent]:
    """Yield the first public event of another text at the same path, if it was before this one's."""
    own = min((event.when.latest for event in text.events), default=None)
    first = next((event for event, blob in plan.first.get(text.path, ()) if blob != text.blob), None)
    if first is not None and (own is None or first.when.latest < own):
        yield replace(first, kind=EventKind.EARLIER_VERSION)


def _text_of(name: str, data: bytes) -> FileText:
    """Return a text file's text. Raises UnreadableFileError."""
    if not data.strip():
        raise UnreadableFileError(name, "is empty")
    _, body, _ = front_matter.split(clean(decode(Path(posixpath.basename(name)), data)))
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".rst":
        raw = rst_blocks(body)
    elif suffix == ".txt":
        raw = markup.plain_blocks(body)
    else:
        raw = markup.markdown_blocks(body)
    blocks = markup.anchored(raw)
    if not blocks:
        raise UnreadableFileError(name, "has no text")
    heading = next((block.text for block in blocks if block.kind == "heading" and suffix != ".txt"), "")
    return FileText(title=(heading or _first_line(blocks))[:300], blocks=blocks)


def _first_line(blocks: tuple[Block, ...]) -> str:
    return blocks[0].text.partition("\n")[0]
