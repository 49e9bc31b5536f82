"""`Releasing`: from an approved draft to a stamped bundle; a crash between any two steps doubles nothing.

Order: lock, reserve number and instant, build, record the root, stamp, verify the whole, record as published.

Decisions
---------
* One release at a time in a workspace, by a lock on a file that the system lets go of when a process dies.
* From the reservation on, the draft is fixed (`Publishing` refuses every change): what is built, stamped and
  recorded are the bytes that the approval names.
* While nothing is built, a release that goes on later takes the later instant: the printed date must not lie
  before the day on which anybody could have got the text.
* A folder found in the bundle's place is taken only if its root is the one recorded, or, after a crash
  between the two, the one that would be built now, and if every file in it is as listed there.
* Nothing is recorded as published that does not verify against the roots that the settings pin.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import review, store_drafts, store_events
from pipeline.locking import alone
from pipeline.publishing_errors import (
    AlreadyPublishedError,
    ForeignBundleError,
    ReleaseRunningError,
    StaleDraftError,
    UnknownDraftError,
    UnsoundBundleError,
)
from pipeline.store import next_number
from pipeline.store_drafts import PublishedLine
from publications import bundle
from publications.errors import AuthorityConfigurationError, PublicationError
from publications.release import Release

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from pipeline.people import Person
    from pipeline.workspace import Workspace
    from publications.timestamp import Authority


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseStep:
    """Progress of a release."""

    done: int
    total: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a release left behind."""

    identifier: str
    folder: Path
    root_sha256: str
    complete: bool
    """False while stamps that the settings require are missing; publish again to ask for them once more."""
    missing: tuple[str, ...] = ()
    """Why stamps could not be had, a sentence for each authority."""


def pins(workspace: Workspace) -> dict[str, str]:
    """Return the SHA-256 of the root of every authority in the settings, by its name."""
    return {
        authority.name: authority.pinned
        for authority in authorities(workspace)
        if not authority.self_issued and authority.pinned
    }


def authorities(workspace: Workspace) -> Sequence[Authority]:
    """Return the workspace's own authority, then those of its settings. AuthorityConfigurationError."""
    from publications.timestamp import HttpAuthority, LocalAuthority

    outside = [
        HttpAuthority(
            name=chosen.name,
            url=chosen.url,
            root_pem=_root_pem(chosen.name, workspace.folder / chosen.root_file) if chosen.root_file else b"",
            fingerprint=chosen.root_sha256,
            hash=chosen.hash,
            clock=workspace.clock,
        )
        for chosen in workspace.settings.publication.authorities
    ]
    return [LocalAuthority(folder=workspace.folder / "authority", clock=workspace.clock), *outside]


class Releasing:
    """The releases of a workspace."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self._workspace = workspace
        self._store = workspace.store
        self._folder = folder

    def run(self, number: str, actor: Person, digest: str) -> Generator[ReleaseStep, None, Published]:
        """Release a draft, or go on where an earlier attempt stopped; yields its steps."""
        asked = authorities(self._workspace)
        total = 4 + len(asked)
        yield ReleaseStep(done=0, total=total, words="checking the approval")
        with alone(self._workspace.folder / "release.lock", ReleaseRunningError):
            line = self._reserve(number, actor, digest)
            yield ReleaseStep(done=1, total=total, words=f"building {line.folder.name}")
            built = self._build(line)
            line = replace(line, root_sha256=built.root_sha256)
            self._record(line)
            yield ReleaseStep(done=2, total=total, words="the built bytes are those that were approved")
            had, missing = 0, []
            for count, authority in enumerate(asked):
                yield ReleaseStep(done=3 + count, total=total, words=f"stamping with {authority.name}")
                refused = self._stamp(built, authority)
                missing += [refused] if refused else []
                had += not (refused or authority.self_issued)
            line = replace(line, complete=had >= self._workspace.settings.publication.required)
            words = "recording the publication" if line.complete else "; ".join(missing)
            yield ReleaseStep(done=total, total=total, words=words)
            self._check_whole(built.folder)
            if line.complete:
                self._finish(actor, digest, line)
        return Published(
            identifier=line.folder.name,
            folder=self._folder / line.folder,
            root_sha256=line.root_sha256,
            complete=line.complete,
            missing=tuple(missing),
        )

    def _reserve(self, number: str, actor: Person, digest: str) -> PublishedLine:
        at = self._workspace.clock().replace(microsecond=0)
        with self._store.begin() as connection:
            current = store_drafts.judged(connection, number)
            if current is None:
                raise UnknownDraftError(number)
            line = store_drafts.publication_of(connection, current.id)
            if line is not None and line.complete:
                raise AlreadyPublishedError(current.id, line.folder.name)
            review.publish(current.draft, actor, at, digest=digest, needed=self._needed)
            if current.publication.digest != digest:
                raise StaleDraftError(current.id)
            if line is not None:
                if (self._folder / line.folder).exists():
                    return line
                line = replace(line, published_at=at.isoformat(), root_sha256="")
                store_drafts.update_publication(connection, line)
                return line
            count = next_number(connection, f"publication {at.year}")
            identifier = f"DP-{at.year}-{count:06d}"
            line = PublishedLine(
                identifier=identifier,
                version=1,
                title=current.publication.title,
                folder=Path(f"{identifier}v1"),
                published_at=at.isoformat(),
                root_sha256="",
                complete=False,
                draft=current.id,
                digest=digest,
            )
            store_drafts.reserve(connection, line)
            detail = {"state": current.draft.state.value, "publication": line.folder.name}
            store_events.append(
                connection,
                at=at.isoformat(),
                actor=actor.id,
                action="release begun",
                subject=current.id,
                detail=detail,
            )
        return line

    def _build(self, line: PublishedLine) -> bundle.Bundle:
        with self._store.read() as connection:
            case = store_drafts.get(connection, line.draft)
        if case is None or case.publication.digest != line.digest:
            raise StaleDraftError(line.draft)
        prefix = self._workspace.settings.publication.base_url
        release = Release(
            identifier=line.identifier,
            version=line.version,
            published=datetime.fromisoformat(line.published_at),
            url=f"{prefix.rstrip('/')}/{line.folder.name}/" if prefix else "",
        )
        roots = pins(self._workspace)
        self._folder.mkdir(exist_ok=True)
        target = self._folder / line.folder
        if not target.exists():
            return bundle.build(target, case.publication, release, roots=roots)
        wanted = line.root_sha256
        if not wanted:
            planned = bundle.root_file(case.publication, release, roots=roots)
            wanted = hashlib.sha256(planned).hexdigest()
        return self._found(target, wanted)

    def _found(self, target: Path, wanted: str) -> bundle.Bundle:
        """Take the folder that an earlier attempt left, if it is that one. Raises ForeignBundleError."""
        from publications.verify import verify

        wrong = [f"{one.check}: {one.words}" for one in verify(target).content if not one.ok]
        if wrong:
            raise ForeignBundleError(target, wrong[0])
        built = bundle.load(target)
        if built.root_sha256 != wanted:
            raise ForeignBundleError(target, "its root file is another one")
        return built

    def _stamp(self, built: bundle.Bundle, authority: Authority) -> str:
        """Stamp the root file unless that authority did already; return why it could not be had, or ""."""
        if (built.folder / "evidence" / f"tsa-{authority.name}").exists():
            return ""
        try:
            algorithm = getattr(authority, "hash", "sha512")
            root = built.root_sha256 if algorithm == "sha256" else built.root_sha512
            result = authority.stamp(bytes.fromhex(root))
        except PublicationError as error:
            if authority.self_issued:
                raise
            return str(error)
        bundle.add_stamp(built.folder, authority.name, result)
        return ""

    def _check_whole(self, folder: Path) -> None:
        from publications.verify import verify

        result = verify(folder, trusted=pins(self._workspace))
        wrong = [f"{one.check}: {one.words}" for one in result.checks if not one.ok]
        if wrong:
            raise UnsoundBundleError(folder, wrong[0])

    def _record(self, line: PublishedLine) -> None:
        with self._store.begin() as connection:
            store_drafts.update_publication(connection, line)

    def _finish(self, actor: Person, digest: str, line: PublishedLine) -> None:
        at = self._workspace.clock()
        with self._store.begin() as connection:
            current = store_drafts.judged(connection, line.draft)
            if current is None:
                raise UnknownDraftError(line.draft)
            changed = review.publish(current.draft, actor, at, digest=digest, needed=self._needed)
            store_drafts.save(connection, changed, seen=current.version, at=at.isoformat())
            store_drafts.update_publication(connection, line)
            store_events.append(
                connection,
                at=at.isoformat(),
                actor=actor.id,
                action="published",
                subject=changed.id,
                detail={
                    "state": changed.state.value,
                    "publication": line.folder.name,
                    "root_sha256": line.root_sha256,
                    "digest": digest,
                },
            )

    @property
    def _needed(self) -> int:
        return self._workspace.settings.review.approvals


def _root_pem(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        why = f"its root_file {path} cannot be read ({error.strerror or error})"
        raise AuthorityConfigurationError(name, why) from None
