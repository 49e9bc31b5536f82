"""`Triage`: what people decide about the documents that the searches of a case find.

Decisions
---------
* A verdict (undecided, kept, not relevant, in chart) is one thing; whether a document was seen, is worth
  another look, its rating and a note are others, and none changes another. Giving a verdict is having seen.
* **In chart** hands a document to the next assessment, which charts it for certain (`assess(include=…)`).
  **Not relevant** hides a document from the lists of this case and from nothing else: an assessment searches
  and charts it as before, because a silent miss costs a right and a wrong click must not be one.
* Who changes a mark hands in the mark that was seen. If it moved on meanwhile, and what is to be changed is
  not as it was seen, nothing is written (`StaleMarkError`); what others said of something else (a rating
  beside a note) stands in nobody's way and stays. That it was seen is nobody's opinion.
* Every change is logged with its key and what it became; of a note only that it was changed.
* A list is decided at once only where nobody has decided: what is kept, dropped or charted stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pipeline import store_events, store_triage
from pipeline.cases import UnknownCaseError
from pipeline.errors import UsageError
from pipeline.store_triage import Mark, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from pipeline.people import Person
    from pipeline.store import Store

MOST_NOTE: Final = 10_000
"""Characters in a note."""
MOST_RATING: Final = 5


class StaleMarkError(UsageError):
    """Somebody else marked the document meanwhile."""

    def __init__(self, found: Mark) -> None:
        super().__init__(
            f"{found.key} was marked meanwhile by {found.by} ({found.verdict.value}); nothing of yours was "
            "saved. Look at it as it is now, then repeat your change"
        )


class BadMarkError(UsageError):
    """A mark that cannot be kept."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"{key}: {why}; nothing was saved")


class Triage:
    """The marks of a workspace, by case and document key."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def get(self, case: str, key: str) -> Mark:
        """Return what was said of a document; an empty mark, version 0, when nothing was."""
        with self._store.read() as connection:
            return store_triage.get(connection, case, key)

    def marks(self, case: str, keys: Sequence[str]) -> Mapping[str, Mark]:
        """Return a mark for each of these documents, an empty one where nobody said anything."""
        with self._store.read() as connection:
            found = store_triage.marks(connection, case, keys)
        return {key: found.get(key) or Mark(key=key) for key in keys}

    def keys(self, case: str, verdict: Verdict) -> tuple[str, ...]:
        """Return the documents of a case with a verdict that somebody gave, by key."""
        with self._store.read() as connection:
            return store_triage.keys(connection, case, verdict)

    def again(self, case: str) -> tuple[str, ...]:
        """Return the documents to look at again, by key."""
        with self._store.read() as connection:
            return store_triage.again(connection, case)

    def counts(self, case: str) -> Mapping[Verdict, int]:
        """Return how many documents have each verdict."""
        with self._store.read() as connection:
            return store_triage.counts(connection, case)

    def change(
        self,
        case: str,
        shown: Mark,
        actor: Person,
        *,
        verdict: Verdict | None = None,
        look_again: bool | None = None,
        rating: int | None = None,
        note: str | None = None,
    ) -> Mark:
        """Change what is given and nothing else; returns the mark as it is now.

        `shown` is the mark that the change was made on. Raises StaleMarkError, BadMarkError,
        UnknownCaseError; each leaves everything as it was.
        """
        if rating is not None and not 0 <= rating <= MOST_RATING:
            raise BadMarkError(shown.key, f"a rating is 1 to {MOST_RATING}, or 0 for none")
        if note is not None and len(note) > MOST_NOTE:
            raise BadMarkError(shown.key, f"a note has at most {MOST_NOTE:,} characters")
        given = {"verdict": verdict, "look_again": look_again, "rating": rating, "note": note}
        with self._store.begin() as connection:
            self._known(connection, case)
            now = store_triage.get(connection, case, shown.key)
            changed = {
                name: value
                for name, value in given.items()
                if value is not None and value != getattr(now, name)
            }
            moved = now.version != shown.version
            if moved and any(getattr(now, name) != getattr(shown, name) for name in changed):
                raise StaleMarkError(now)
            return self._put(connection, case, now, actor, changed) if changed else now

    def see(self, case: str, key: str, actor: Person) -> None:
        """Record that somebody looked at a document; once is enough. Raises UnknownCaseError."""
        if self.get(case, key).seen:
            return  # a page says so at each of its runs: most write nothing
        with self._store.begin() as connection:
            self._known(connection, case)
            before = store_triage.get(connection, case, key)
            if before.seen:
                return
            at = self._clock().isoformat()
            mark = replace(before, seen=True, by=before.by or actor.id, at=before.at or at)
            store_triage.put(connection, case, mark)
            _log(connection, at, actor, case, {"key": key, "seen": True})

    def decide_all(self, case: str, keys: Iterable[str], verdict: Verdict, actor: Person) -> int:
        """Give one verdict to all of a list that are undecided, in one step; returns how many they were."""
        decided = 0
        with self._store.begin() as connection:
            self._known(connection, case)
            wanted = tuple(dict.fromkeys(keys))
            before = store_triage.marks(connection, case, wanted)
            for key in wanted:
                mark = before.get(key) or Mark(key=key)
                if mark.verdict is Verdict.UNDECIDED and verdict is not Verdict.UNDECIDED:
                    self._put(connection, case, mark, actor, {"verdict": verdict})
                    decided += 1
        return decided

    def _known(self, connection: Connection, case: str) -> None:
        if not store_triage.exists(connection, case):
            raise UnknownCaseError(case)

    def _put(
        self, connection: Connection, case: str, before: Mark, actor: Person, changed: dict[str, Any]
    ) -> Mark:
        at = self._clock().isoformat()
        seen = before.seen or "verdict" in changed
        mark = replace(before, **changed, seen=seen, version=before.version + 1, by=actor.id, at=at)
        store_triage.put(connection, case, mark)
        detail = {name: "changed" if name == "note" else value for name, value in changed.items()}
        _log(connection, at, actor, case, {"key": mark.key, "version": mark.version, **detail})
        return mark


def _log(connection: Connection, at: str, actor: Person, case: str, detail: dict[str, Any]) -> None:
    store_events.append(
        connection, at=at, actor=actor.id, action="document marked", subject=case, detail=detail
    )
