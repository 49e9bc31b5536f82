"""`Store`: the database of a workspace. SQLite in WAL mode through SQLAlchemy Core, migrated by alembic.

`synchronous=FULL` although WAL would allow NORMAL: an approval that was reported must survive a power cut.
Every change runs inside `Store.begin()`; BEGIN IMMEDIATE makes two writers wait for each other instead of
failing halfway. The events table refuses UPDATE and DELETE by trigger (see the first migration).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from pipeline.errors import PipelineError
from pipeline.store_schema import counters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = "0004"
"""The newest migration; a test holds it equal to alembic's own head."""


class StoreUnreadableError(PipelineError):
    """The database file cannot be opened as one."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: not a readable workspace database ({why}); restore it from a backup")


class StoreReadOnlyError(PipelineError):
    """The workspace can be read, and not written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path.parent}: you may read this workspace and not write it, and antedate keeps a record of "
            "what is done; get write access, or copy the folder to a place of your own"
        )


class StoreTooNewError(PipelineError):
    """The database was written by a later release."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(
            f"{path}: has schema {found}, this release knows up to {HEAD}; install the newer antedate"
        )


class StoreFailedError(PipelineError):
    """The database could not be written or read just now: the disk is full, or somebody holds it locked."""

    exit_code = 3

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"{path}: {why}; nothing that was reported as done is lost. "
            "Make room, or wait until the other command has ended, then run the same command again"
        )


class Store:
    """An open database. Close it, or use it as a context manager."""

    def __init__(self, engine: Engine, path: Path, *, rehearsal: Connection | None = None) -> None:
        self.engine = engine
        self.path = path
        self._rehearsal = rehearsal

    @classmethod
    def open(cls, path: Path, *, rehearse: bool = False) -> Store:
        """Open (and create or migrate) the database file. Raises the errors above.

        `rehearse`: everything runs in one transaction that `close` rolls back, for `--dry-run`; one thread.
        """
        if path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
            raise StoreReadOnlyError(path)
        # parameters hold case text, and an error's message ends up in a log
        engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 60}, hide_parameters=True)
        _configure(engine)
        try:
            revision = _revision(engine)
            if revision is not None and revision > HEAD:
                raise StoreTooNewError(path, revision)
            if revision != HEAD:
                _migrate(engine)
        except OperationalError as error:
            engine.dispose()
            raise StoreFailedError(path, str(error.orig)) from error
        except DatabaseError as error:
            engine.dispose()
            raise StoreUnreadableError(path, str(error.orig)) from error
        if not rehearse:
            return cls(engine, path)
        connection = engine.connect()
        connection.begin()
        return cls(engine, path, rehearsal=connection)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Run a write transaction; committed on leaving, rolled back on an exception.

        Raises StoreFailedError when the disk is full or another writer does not end, StoreUnreadableError.
        """
        if self._rehearsal is not None:
            with self._rehearsal.begin_nested():
                yield self._rehearsal
            return
        with self._named(), self.engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Run a read transaction with one consistent view."""
        if self._rehearsal is not None:
            yield self._rehearsal
            return
        with self._named(), self.engine.connect() as connection, connection.begin():
            yield connection

    def damage(self) -> str:
        """Return what SQLite's own check finds wrong with the file, or an empty string."""
        with self.read() as connection:
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(3)")]
        return "" if found == ["ok"] else "; ".join(found)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Give what the database engine throws a name. Raises StoreFailedError, StoreUnreadableError."""
        try:
            yield
        except OperationalError as error:
            raise StoreFailedError(self.path, str(error.orig)) from error
        except IntegrityError:
            raise  # a broken rule, not a broken file
        except DatabaseError as error:
            raise StoreUnreadableError(self.path, str(error.orig)) from error

    def close(self) -> None:
        """Release every connection."""
        if self._rehearsal is not None:
            self._rehearsal.close()
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def sqlite_version() -> str:
    """Return the version of the SQLite library in use."""
    return sqlite3.sqlite_version


def next_number(connection: Connection, name: str) -> int:
    """Return 1, 2, 3 … per name, inside the caller's transaction; a rolled-back number is used again."""
    statement = upsert(counters).values(name=name, value=1)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
    connection.execute(statement)
    return int(connection.execute(select(counters.c.value).where(counters.c.name == name)).scalar_one())


def _configure(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
        connection.isolation_level = None  # transactions are begun by `Store.begin`
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=60000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "pipeline:migrations")
    with engine.connect() as connection:
        connection.execution_options(writes=True)
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
