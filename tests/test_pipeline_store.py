from __future__ import annotations

import os
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError, OperationalError

from pipeline import store_events
from pipeline.store import (
    HEAD,
    Store,
    StoreFailedError,
    StoreReadOnlyError,
    StoreTooNewError,
    StoreUnreadableError,
    next_number,
)
from pipeline.store_schema import metadata

if TYPE_CHECKING:
    from pathlib import Path


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "pipeline:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_migrations_make_exactly_the_tables_of_the_schema(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata

    with Store.open(tmp_path / "record.sqlite") as store, store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_database_of_a_later_release_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "record.sqlite"
    Store.open(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(StoreTooNewError, match="9999"):
        Store.open(path)


def test_a_workspace_that_may_only_be_read_says_so_and_names_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.open(tmp_path / "record.sqlite").close()
    monkeypatch.setattr("pipeline.store.os.access", lambda _path, mode: mode != os.W_OK)
    with pytest.raises(StoreReadOnlyError, match="get write access"):
        Store.open(tmp_path / "record.sqlite")


def test_a_full_disk_is_an_error_with_a_name_and_keeps_nothing_of_the_step(tmp_path: Path) -> None:
    with Store.open(tmp_path / "record.sqlite") as store:
        with pytest.raises(StoreFailedError, match="full") as caught:
            _fill(store)
        assert "record.sqlite" in str(caught.value)
    with Store.open(tmp_path / "record.sqlite") as store, store.begin() as connection:
        assert next_number(connection, "0" * 100) == 1


def _fill(store: Store) -> None:
    with store.begin() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")  # what a full disk looks like to SQLite
        for number in range(400):
            next_number(connection, f"{number}" * 100)


def test_a_rehearsal_sees_its_own_changes_and_keeps_none(tmp_path: Path) -> None:
    with Store.open(tmp_path / "record.sqlite") as store, store.begin() as connection:
        assert next_number(connection, "draft") == 1
    with Store.open(tmp_path / "record.sqlite", rehearse=True) as store:
        for expected in (2, 3):
            with store.begin() as connection:
                assert next_number(connection, "draft") == expected
        with pytest.raises(IntegrityError), store.begin() as connection:
            connection.exec_driver_sql("INSERT INTO counters (name, value) VALUES ('draft', 9)")
        with store.begin() as connection:
            assert next_number(connection, "draft") == 4
    with Store.open(tmp_path / "record.sqlite") as store, store.begin() as connection:
        assert next_number(connection, "draft") == 2


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "record.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreUnreadableError, match=r"record\.sqlite"):
        Store.open(path)


def test_a_failed_transaction_leaves_nothing_and_reuses_its_number(tmp_path: Path) -> None:
    with Store.open(tmp_path / "record.sqlite") as store:
        with pytest.raises(ZeroDivisionError), store.begin() as connection:
            next_number(connection, "case") / 0
        with store.begin() as connection:
            assert next_number(connection, "case") == 1
            assert next_number(connection, "case") == 2


def test_two_writers_wait_for_each_other(tmp_path: Path) -> None:
    with Store.open(tmp_path / "record.sqlite") as store:

        def count() -> None:
            for _ in range(20):
                with store.begin() as connection:
                    next_number(connection, "shared")

        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with store.begin() as connection:
            assert next_number(connection, "shared") == 81


def _log(store: Store, count: int) -> None:
    for number in range(count):
        with store.begin() as connection:
            store_events.append(
                connection,
                at=f"2026-01-01T00:00:{number:02d}+00:00",
                actor="ada",
                action="did",
                subject=f"D-{number}",
                detail={"number": number},
            )


def test_the_event_log_refuses_update_and_delete(tmp_path: Path) -> None:
    with Store.open(tmp_path / "record.sqlite") as store:
        _log(store, 2)
        for statement in ("UPDATE events SET actor = 'eve'", "DELETE FROM events"):
            with (
                pytest.raises((IntegrityError, OperationalError), match="append-only"),
                store.begin() as connection,
            ):
                connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        ("UPDATE events SET actor = 'eve' WHERE seq = 2", "event 2 was changed"),
        ("DELETE FROM events WHERE seq = 2", "event 2 is missing"),
        ("UPDATE events SET seq = CASE seq WHEN 1 THEN 9 ELSE seq END", "event 1 is missing"),
    ],
)
def test_tampering_behind_our_back_breaks_the_chain(tmp_path: Path, tamper: str, fault: str) -> None:
    path = tmp_path / "record.sqlite"
    with Store.open(path) as store:
        _log(store, 4)
        with store.read() as connection:
            assert store_events.faults(connection) == ()
    raw = sqlite3.connect(path)
    raw.execute("DROP TRIGGER events_no_update")
    raw.execute("DROP TRIGGER events_no_delete")
    raw.execute(tamper)
    raw.commit()
    raw.close()
    with Store.open(path) as store, store.read() as connection:
        assert any(fault in found for found in store_events.faults(connection))
