"""`Unsaved`: what somebody has written in a form and not saved yet, so that a reload loses none of it.

It belongs to its writer alone, is no act and therefore not in the event log, and goes when the form is saved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import store_unsaved

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pipeline.people import Person
    from pipeline.store import Store


class Unsaved:
    """The unsaved words of a workspace, by person and form, e.g. `new` or `features D-0001`."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def keep(self, person: Person, form: str, words: Mapping[str, str]) -> None:
        """Keep the words of a form, by the names of its fields; none at all forgets the form."""
        with self._store.begin() as connection:
            if words:
                store_unsaved.put(connection, person.id, form, words, self._clock().isoformat())
            else:
                store_unsaved.drop(connection, person.id, form)

    def get(self, person: Person, form: str) -> Mapping[str, str]:
        """Return what was kept for a form; empty when there is nothing."""
        with self._store.read() as connection:
            return store_unsaved.get(connection, person.id, form)

    def drop(self, person: Person, form: str) -> None:
        """Forget the words of a form: they were saved, or are not wanted."""
        self.keep(person, form, {})
