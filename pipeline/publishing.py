"""`Publishing`: drafts, their review, and the release of what was approved.

The rules are in `pipeline.review` (pure); here they meet the database, the event log and the bundle. Every
change is one transaction that stores the review record, the revision and the log line together.

A release is resumable: the number and the instant are reserved first, so that an interrupted release builds
the same bytes again; each further step is skipped where its result is already there. Nothing is built of a
digest that the review did not approve.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import review, store_cases, store_drafts, store_events
from pipeline.drafting import compose
from pipeline.errors import PipelineError, RefusedError, UsageError
from pipeline.store import next_number
from pipeline.store_drafts import DraftCase, DraftLine, PublishedLine
from publications import bundle
from publications.release import Release

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from sqlalchemy import Connection

    from pipeline.people import Person
    from pipeline.review import Action, Draft
    from pipeline.workspace import Workspace
    from publications.document import DefensivePublication
    from publications.timestamp import Authority
    from publications.verify import Verification


class UnknownDraftError(UsageError):
    """No draft has that number."""

    def __init__(self, number: str) -> None:
        super().__init__(f"no draft for {number!r}; 'antedate draft D-0001' makes one")


class StaleDraftError(PipelineError):
    """Somebody else changed the draft meanwhile."""

    exit_code = 4

    def __init__(self, number: str) -> None:
        super().__init__(f"{number} was changed by somebody else since you opened it; reload, then repeat")


class UnreadableRevisionError(UsageError):
    """A file is not a publication."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: not a publication in JSON ({why})")


class AlreadyPublishedError(RefusedError):
    """A draft is published once."""

    def __init__(self, number: str, name: str) -> None:
        super().__init__(f"{number} is already published as {name}; a correction is a new draft")


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


class Publishing:
    """The drafts and publications of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._store = workspace.store
        self.folder = workspace.folder / "published"

    # -- drafts ------------------------------------------------------------------------------------

    def draft(self, disclosure: str, actor: Person) -> DraftCase:
        """Draft a publication from a disclosure and its newest report, if there is one."""
        case = self._workspace.cases.get(disclosure)
        features = self._workspace.cases.features(disclosure)
        with self._store.read() as connection:
            stored = store_cases.report(connection, disclosure)
            people = store_cases.everybody(connection)
        composed = compose(case.disclosure, features.features, stored.report if stored else None)
        named = {name.casefold() for name in case.disclosure.inventors}
        authors = {case.owner, *(person.id for person in people if person.name.casefold() in named)}
        at = self._workspace.clock()
        with self._store.begin() as connection:
            number = store_drafts.new_number(connection)
            draft = review.start(
                number,
                disclosure,
                actor,
                digest=composed.publication.digest,
                contributors=authors,
                inventors=case.disclosure.inventors,
                at=at,
            )
            store_drafts.add(connection, draft, composed.publication, composed.questions, at.isoformat())
            self._log(connection, actor, "drafted", draft, {"digest": composed.publication.digest})
        return self.get(number)

    def get(self, number: str) -> DraftCase:
        """Return a draft by its number or its disclosure's. Raises UnknownDraftError."""
        with self._store.read() as connection:
            found = store_drafts.get(connection, number)
        if found is None:
            raise UnknownDraftError(number)
        return found

    def list(self) -> tuple[DraftLine, ...]:
        """Return all drafts, last changed first."""
        with self._store.read() as connection:
            return store_drafts.lines(connection)

    def revision(self, number: str, count: int) -> DefensivePublication:
        """Return the text of a revision. Raises UnknownDraftError."""
        with self._store.read() as connection:
            found = store_drafts.revision(connection, number, count)
        if found is None:
            raise UnknownDraftError(f"{number} revision {count}")
        return found

    def allowed(self, number: str, actor: Person) -> tuple[Action, ...]:
        """Return what a person may do with a draft now."""
        return review.allowed(self.get(number).draft, actor, needed=self._needed)

    def revise(
        self, number: str, publication: DefensivePublication, actor: Person, *, seen: str, note: str = ""
    ) -> DraftCase:
        """Save a new revision; voids approvals. `seen` is the digest that was edited: StaleDraftError."""
        current = self.get(number)
        if seen == current.publication.digest == publication.digest:
            return current
        return self._change(
            number,
            actor,
            "revised",
            lambda draft, at: review.revise(draft, actor, at, digest=publication.digest, note=note),
            publication=publication,
            seen=seen,
            digest=publication.digest,
        )

    def revise_from(self, number: str, path: Path, actor: Person) -> DraftCase:
        """Save the publication in a JSON file as a new revision. Raises UnreadableRevisionError."""
        from publications.document import parse

        try:
            publication = parse(path.read_bytes())
        except (ValueError, OSError, RecursionError) as error:
            raise UnreadableRevisionError(path, str(error)) from error
        return self.revise(number, publication, actor, seen=self.get(number).publication.digest)

    def submit(self, number: str, actor: Person, *, seen: str = "") -> DraftCase:
        """Hand the current revision to review. `seen` is its digest as it was shown: StaleDraftError."""
        return self._change(number, actor, "submitted", lambda d, at: review.submit(d, actor, at), seen=seen)

    def request_changes(self, number: str, actor: Person, reason: str, *, seen: str = "") -> DraftCase:
        """Send the current revision back with a reason. `seen` is its digest as it was shown."""
        return self._change(
            number,
            actor,
            "returned",
            lambda d, at: review.request_changes(d, actor, at, reason=reason),
            seen=seen,
        )

    def approve(self, number: str, actor: Person, digest: str, note: str = "") -> DraftCase:
        """Approve exactly the bytes with that digest."""
        return self._change(
            number,
            actor,
            "approved",
            lambda d, at: review.approve(d, actor, at, digest=digest, note=note, needed=self._needed),
            digest=digest,
        )

    # -- release -----------------------------------------------------------------------------------

    def check_release(self, number: str, actor: Person, digest: str) -> None:
        """Raise what `publish` would refuse; change nothing."""
        review.publish(
            self.get(number).draft, actor, self._workspace.clock(), digest=digest, needed=self._needed
        )

    def publish(self, number: str, actor: Person, digest: str) -> Generator[ReleaseStep, None, Published]:
        """Build, stamp and seal an approved draft; yields its steps. Run again, it goes on."""
        authorities = self._authorities()
        total = 4 + len(authorities)
        yield ReleaseStep(done=0, total=total, words="checking the approval")
        line = self._reserve(number, actor, digest)
        yield ReleaseStep(done=1, total=total, words=f"building {line.folder.name}")
        built = self._build(number, line)
        line = replace(line, root_sha256=built.root_sha256)
        yield ReleaseStep(done=2, total=total, words="the built bytes are those that were approved")
        outside = 0
        for count, authority in enumerate(authorities):
            yield ReleaseStep(done=3 + count, total=total, words=f"stamping with {authority.name}")
            outside += self._stamp(built, authority) and not authority.self_issued
        complete = outside >= self._workspace.settings.publication.required
        line = replace(line, complete=complete)
        yield ReleaseStep(done=total, total=total, words="recording the publication")
        if complete:
            self._finish(number, actor, digest, line)
        return Published(
            identifier=line.folder.name,
            folder=self.folder / line.folder,
            root_sha256=line.root_sha256,
            complete=complete,
        )

    def publications(self) -> tuple[PublishedLine, ...]:
        """Return all publications, newest first, with their folders in full."""
        with self._store.read() as connection:
            lines = store_drafts.published(connection)
        return tuple(replace(line, folder=self.folder / line.folder) for line in lines)

    def verify(self, folder: Path) -> Verification:
        """Verify a bundle against the roots that the settings pin."""
        from publications.verify import verify

        return verify(folder, trusted=self._pins())

    # -- inside ------------------------------------------------------------------------------------

    @property
    def _needed(self) -> int:
        return self._workspace.settings.review.approvals

    def _pins(self) -> dict[str, str]:
        chosen = self._workspace.settings.publication.authorities
        return {authority.name: authority.root_sha256 for authority in chosen if authority.root_sha256}

    def _change(
        self,
        number: str,
        actor: Person,
        action: str,
        transition: Callable[[Draft, datetime], Draft],
        *,
        publication: DefensivePublication | None = None,
        seen: str = "",
        **detail: str,
    ) -> DraftCase:
        at = self._workspace.clock()
        with self._store.begin() as connection:
            current = store_drafts.get(connection, number)
            if current is None:
                raise UnknownDraftError(number)
            if seen not in {"", current.publication.digest}:
                raise StaleDraftError(number)
            changed = transition(current.draft, at)
            if publication is not None:
                store_drafts.add_revision(connection, current.id, len(changed.revisions), publication)
            if not store_drafts.save(connection, changed, seen=current.version, at=at.isoformat()):
                raise StaleDraftError(number)
            self._log(connection, actor, action, changed, detail)
        return self.get(number)

    def _log(
        self, connection: Connection, actor: Person, action: str, draft: Draft, detail: dict[str, Any]
    ) -> None:
        store_events.append(
            connection,
            at=self._workspace.clock().isoformat(),
            actor=actor.id,
            action=action,
            subject=draft.id,
            detail={"state": draft.state.value, **detail},
        )

    def _reserve(self, number: str, actor: Person, digest: str) -> PublishedLine:
        at = self._workspace.clock().replace(microsecond=0)
        with self._store.begin() as connection:
            current = store_drafts.get(connection, number)
            if current is None:
                raise UnknownDraftError(number)
            line = store_drafts.publication_of(connection, current.id)
            if line is not None and line.complete:
                raise AlreadyPublishedError(current.id, line.folder.name)
            review.publish(current.draft, actor, at, digest=digest, needed=self._needed)
            if line is not None:
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
            self._log(connection, actor, "release begun", current.draft, {"publication": line.folder.name})
        return line

    def _build(self, number: str, line: PublishedLine) -> bundle.Bundle:
        publication = self.get(number).publication
        if publication.digest != line.digest:
            raise StaleDraftError(number)
        prefix = self._workspace.settings.publication.base_url
        release = Release(
            identifier=line.identifier,
            version=line.version,
            published=datetime.fromisoformat(line.published_at),
            url=f"{prefix.rstrip('/')}/{line.folder.name}/" if prefix else "",
        )
        self.folder.mkdir(exist_ok=True)
        target = self.folder / line.folder
        if target.exists():
            return bundle.load(target)
        return bundle.build(target, publication, release)

    def _authorities(self) -> Sequence[Authority]:
        from publications.timestamp import HttpAuthority, LocalAuthority

        workspace = self._workspace
        outside = [
            HttpAuthority(
                name=chosen.name,
                url=chosen.url,
                root_pem=(workspace.folder / chosen.root_file).read_bytes() if chosen.root_file else b"",
                fingerprint=chosen.root_sha256,
                hash=chosen.hash,
                clock=workspace.clock,
            )
            for chosen in workspace.settings.publication.authorities
        ]
        return [LocalAuthority(folder=workspace.folder / "authority", clock=workspace.clock), *outside]

    def _stamp(self, built: bundle.Bundle, authority: Authority) -> bool:
        """Stamp the root file unless that authority already did; False when it could not be had now."""
        from publications.errors import PublicationError

        if (built.folder / "evidence" / f"tsa-{authority.name}" / "response.tsr").exists():
            return True
        try:
            algorithm = getattr(authority, "hash", "sha512")
            root = built.root_sha256 if algorithm == "sha256" else built.root_sha512
            result = authority.stamp(bytes.fromhex(root))
        except PublicationError:
            if authority.self_issued:
                raise
            return False
        bundle.add_stamp(built.folder, authority.name, result)
        return True

    def _finish(self, number: str, actor: Person, digest: str, line: PublishedLine) -> None:
        at = self._workspace.clock()
        with self._store.begin() as connection:
            current = store_drafts.get(connection, number)
            assert current is not None
            changed = review.publish(current.draft, actor, at, digest=digest, needed=self._needed)
            store_drafts.save(connection, changed, seen=current.version, at=at.isoformat())
            store_drafts.update_publication(connection, line)
            detail = {"publication": line.folder.name, "root_sha256": line.root_sha256, "digest": digest}
            self._log(connection, actor, "published", changed, detail)
