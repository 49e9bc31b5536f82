"""`Publishing`: drafts, their review, and the release of what was approved.

The rules are in `pipeline.review` (pure); here they meet the database and the event log. Every change is one
transaction that reads the review record, judges the step and stores record, revision and log line together.
From the moment at which a release has begun (`pipeline.releasing`), no step but publishing is possible.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline import review, store_cases, store_drafts, store_events
from pipeline.drafting import compose
from pipeline.people import among
from pipeline.publishing_errors import (
    AlreadyPublishedError,
    ReleaseBegunError,
    ReleaseRunningError,
    StaleDraftError,
    UnknownDraftError,
    UnreadableRevisionError,
)
from pipeline.releasing import Published, ReleaseStep, Releasing, pins
from pipeline.review import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from pipeline.people import Person
    from pipeline.review import Draft
    from pipeline.store_drafts import DraftCase, DraftLine, PublishedLine
    from pipeline.workspace import Workspace
    from publications.document import DefensivePublication
    from publications.verify import Verification


__all__ = [
    "AlreadyPublishedError",
    "Published",
    "Publishing",
    "ReleaseBegunError",
    "ReleaseRunningError",
    "ReleaseStep",
    "StaleDraftError",
    "UnknownDraftError",
    "UnreadableRevisionError",
]


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
            editors = store_cases.feature_writers(connection, disclosure)
        composed = compose(case.disclosure, features.features, stored.report if stored else None)
        wrote = (one.id for one in people if among(one, editors, case.disclosure.inventors))
        authors = {case.owner, *wrote}
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
            found = store_drafts.judged(connection, number)
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
        with self._store.read() as connection:
            found = store_drafts.judged(connection, number)
            if found is None:
                raise UnknownDraftError(number)
            begun = store_drafts.publication_of(connection, found.id) is not None
        steps = review.allowed(found.draft, actor, needed=self._needed)
        return tuple(step for step in steps if step is Action.PUBLISH or not begun)

    def revise(
        self, number: str, publication: DefensivePublication, actor: Person, *, seen: str, note: str = ""
    ) -> DraftCase:
        """Save a new revision; voids approvals. `seen` is the digest that was edited: StaleDraftError."""
        current = self.get(number)
        if current.publication.digest == publication.digest == seen:
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
        """Build and stamp an approved draft; yields its steps. Run again, it goes on."""
        return Releasing(self._workspace, self.folder).run(number, actor, digest)

    def publications(self) -> tuple[PublishedLine, ...]:
        """Return all publications, newest first, with their folders in full."""
        with self._store.read() as connection:
            lines = store_drafts.published(connection)
        return tuple(replace(line, folder=self.folder / line.folder) for line in lines)

    def verify(self, folder: Path) -> Verification:
        """Verify a bundle against the roots that the settings pin."""
        from publications.verify import verify

        return verify(folder, trusted=pins(self._workspace))

    # -- inside ------------------------------------------------------------------------------------

    @property
    def _needed(self) -> int:
        return self._workspace.settings.review.approvals

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
            current = store_drafts.judged(connection, number)
            if current is None:
                raise UnknownDraftError(number)
            line = store_drafts.publication_of(connection, current.id)
            if line is not None and not line.complete:
                raise ReleaseBegunError(current.id, line.folder.name)
            if seen not in {"", current.draft.digest}:
                raise StaleDraftError(current.id)
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
