"""`Workspace`: the one door for `ui/`. A folder outside every package; time is an argument.

```
antedate.toml   record.sqlite   index/   cache/ (vectors)   published/   worker.lock
authority/ (the local stamping key)
```
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pipeline import settings as settings_
from pipeline import store_cases, store_corpus, store_events
from pipeline.errors import PipelineError, RefusedError, UsageError
from pipeline.people import Person, Role, identity
from pipeline.settings import Settings
from pipeline.store import Store

if TYPE_CHECKING:
    from index.encoders import Encoders
    from index.reranker import CrossRescorer
    from pipeline.cases import Cases
    from pipeline.corpus import Corpus
    from pipeline.jobs import Jobs
    from pipeline.library import CorpusStatus
    from pipeline.publishing import Publishing
    from pipeline.store_events import LoggedEvent
    from pipeline.triage import Triage
    from pipeline.unsaved import Unsaved

_TEMPLATE = """\
# Settings of this workspace; 'antedate config show' prints all of them with their values.
# Every one can also be given as an environment variable, e.g. ANTEDATE_REVIEW__APPROVALS=2.

[review]
approvals = 1

# [[publication.authorities]]       # an RFC 3161 authority; what leaves is a hash, never the text
# name = "example"
# url = "https://tsa.example/tsr"
# root_file = "example-root.pem"
"""


class NoWorkspaceError(UsageError):
    """There is no workspace in that folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: no workspace here; make one with 'antedate init {folder}'")


class WorkspaceExistsError(UsageError):
    """The folder already holds a workspace."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: already a workspace; choose another folder, or use this one")


class FolderUnusableError(PipelineError):
    """The folder cannot be written."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"{folder}: cannot be used as a workspace ({why})")


class UnknownPersonError(UsageError):
    """No such person in this workspace."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        who = ", ".join(known) or "nobody yet"
        super().__init__(
            f"nobody here is called {name!r} (known: {who}); add them with 'antedate person add {name}'"
        )


class SamePersonError(RefusedError):
    """Two ids that a reader of the log would take for one person."""

    def __init__(self, wanted: str, known: str) -> None:
        super().__init__(
            f"{wanted!r} reads like {known!r}, who is here already; use that id, or choose another"
        )


def now() -> datetime:
    """Return the present instant, UTC."""
    return datetime.now(UTC)


@dataclass
class Workspace:
    """An open workspace. Services are made on first use, so that a command pays for what it uses."""

    folder: Path
    settings: Settings
    store: Store
    clock: Callable[[], datetime] = field(default=now)

    @classmethod
    def init(cls, folder: Path, *, clock: Callable[[], datetime] = now) -> Self:
        """Make a workspace and open it. Raises WorkspaceExistsError, FolderUnusableError."""
        if (folder / settings_.FILE).exists():
            raise WorkspaceExistsError(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary = folder / f"{settings_.FILE}.tmp"
            temporary.touch(mode=0o600)
            temporary.write_text(_TEMPLATE, encoding="utf-8")
            temporary.replace(folder / settings_.FILE)
        except OSError as error:
            raise FolderUnusableError(folder, error.strerror or str(error)) from error
        return cls.open(folder, clock=clock)

    @classmethod
    def open(cls, folder: Path, *, clock: Callable[[], datetime] = now, rehearse: bool = False) -> Self:
        """Open a workspace. Raises NoWorkspaceError, SettingsError and the errors of `Store.open`.

        `rehearse`: nothing that is written to the record is kept (`Store.open`).
        """
        file = folder / settings_.FILE
        if not file.is_file():
            raise NoWorkspaceError(folder)
        values = settings_.load(file)
        store = Store.open(folder.resolve() / "record.sqlite", rehearse=rehearse)
        return cls(folder.resolve(), values, store, clock)

    @cached_property
    def corpus(self) -> Corpus:
        """The documents and their index."""
        from index.fusion import Weights
        from pipeline.corpus import Corpus, Method

        chosen = self.settings.search
        weights = Weights(words=chosen.words, meaning=chosen.meaning, passages=chosen.passages)
        method = Method(
            fuse=chosen.fusion,
            weights=weights,
            expand=chosen.expand,
            rescore=chosen.rescore,
            cross=self._cross_encoder(),
        )
        return Corpus(self.store, self.folder / "index", self._encoders(), method=method)

    def _cross_encoder(self) -> CrossRescorer | None:
        """Return what `search.cross_encoder` names; it is looked at when something is scored."""
        if not self.settings.search.cross_encoder:
            return None
        from index.reranker import CrossRescorer

        chosen = self.settings.index
        pairs = self.folder / "cache" / "pairs" if chosen.cache_mb else None
        return CrossRescorer(self.settings.search.cross_encoder, cache=pairs, threads=chosen.threads)

    def _encoders(self) -> Encoders:
        from index import manifest
        from index.encoder import Encoder, SentenceEncoder
        from index.encoders import Encoders
        from index.static_encoder import StaticEncoder
        from index.vector_cache import CachedEncoder

        chosen = self.settings.index
        held = manifest.precision(self.folder / "index") if chosen.precision == "auto" else chosen.precision
        encoder: Encoder = SentenceEncoder(
            chosen.model or None,
            threads=chosen.threads,
            precision="auto" if held is None else held,
            backend=chosen.backend,
        )
        passages = StaticEncoder(chosen.passage_model or None)
        if chosen.cache_mb:
            cache = self.folder / "cache"
            shared = Path(chosen.cache).expanduser() if chosen.cache else cache / "vectors"
            limit = chosen.cache_mb << 20
            encoder = CachedEncoder(encoder, shared, queries=cache / "queries", limit=limit)
        return Encoders(documents=encoder, passages=passages)

    @cached_property
    def cases(self) -> Cases:
        """Disclosures, features, reports."""
        from pipeline.cases import Cases

        return Cases(self.store, lambda: self.corpus, self.clock)

    @cached_property
    def triage(self) -> Triage:
        """What people decide about the documents that a case's searches find."""
        from pipeline.triage import Triage

        return Triage(self.store, self.clock)

    @cached_property
    def publishing(self) -> Publishing:
        """Drafts, review, release."""
        from pipeline.publishing import Publishing

        return Publishing(self)

    @cached_property
    def jobs(self) -> Jobs:
        """Long work for a worker process."""
        from pipeline.jobs import Jobs

        return Jobs(self)

    @cached_property
    def unsaved(self) -> Unsaved:
        """What people wrote and have not saved."""
        from pipeline.unsaved import Unsaved

        return Unsaved(self.store, self.clock)

    def holdings(self) -> CorpusStatus:
        """Return what the corpus holds, from the database alone: no index is opened, no model named."""
        from pipeline import corpus_status, evaluation_stored

        with self.store.read() as connection:
            found = corpus_status.status(connection)
        return replace(found, measured=evaluation_stored.words(self.folder / "index", found.snapshot))

    def corpus_extent(self) -> tuple[int, str]:
        """Return how many documents there are and the newest public day; opens no index."""
        with self.store.read() as connection:
            documents, _, _, _, _, newest = store_corpus.totals(connection)
        return documents, newest

    def history(self, subject: str) -> tuple[LoggedEvent, ...]:
        """Return what the event log says of a case or a draft, oldest first."""
        with self.store.read() as connection:
            return store_events.of_subject(connection, subject)

    # -- people ------------------------------------------------------------------------------------

    def people(self) -> tuple[Person, ...]:
        """Return everybody in this workspace."""
        with self.store.read() as connection:
            return store_cases.everybody(connection)

    def person(self, name: str) -> Person:
        """Return a person by id. Raises UnknownPersonError."""
        everybody = self.people()
        for person in everybody:
            if person.id == name:
                return person
        raise UnknownPersonError(name, tuple(person.id for person in everybody))

    def add_person(self, person: Person, *, by: str) -> None:
        """Add or change a person; logged. Raises SamePersonError for another spelling of an id in use."""
        at = self.clock().isoformat()
        roles = sorted(role.value for role in person.roles)
        with self.store.begin() as connection:
            for other in store_cases.everybody(connection):
                if other.id != person.id and identity(other.id) == identity(person.id):
                    raise SamePersonError(person.id, other.id)
            store_cases.put_person(connection, person)
            store_events.append(
                connection,
                at=at,
                actor=by,
                action=store_events.PERSON_SAVED,
                subject=person.id,
                detail={"name": person.name, "roles": roles},
            )

    def user(self, name: str | None = None) -> Person:
        """Return the acting person: the named one, or in single-user mode the login name, added on first use.

        Raises UnknownPersonError for a name that was given and is not known.
        """
        if name is not None:
            return self.person(name)
        login = os.environ.get("USER") or os.environ.get("LOGNAME") or "owner"
        everybody = {person.id: person for person in self.people()}
        if login not in everybody:
            person = Person(id=login, name=login, roles=frozenset({Role.INVENTOR, Role.MANAGER}))
            self.add_person(person, by=login)
            return person
        return everybody[login]

    def close(self) -> None:
        """Let go of everything that is open."""
        if "corpus" in self.__dict__:
            self.corpus.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
