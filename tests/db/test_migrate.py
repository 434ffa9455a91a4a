"""Schemas and revisions; that the migrations say what the tables say is in tests/migrations."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from dozen.db import open_database
from dozen.db.engine import SqliteDatabase
from dozen.db.migrate import MIGRATIONS, core_connection, current, newest
from tests.support.floor import another
from tests.support.town import Town


def test_the_newest_revision_is_the_head_of_one_line() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [newest()]
    assert len(scripts.get_bases()) == 1
    for script in scripts.walk_revisions():
        assert re.fullmatch(rf"{script.revision}_\w+\.py", Path(script.path).name)


def test_a_database_without_a_revision_has_none(floor: Town) -> None:
    assert current(floor.db) == ""
    assert current(floor.db) == "", "and asking left no failed transaction behind"
    driver = floor.db.connection()  # type: ignore[attr-defined]
    driver.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
    try:
        assert current(floor.db) == ""
        driver.execute("INSERT INTO alembic_version VALUES ('0007')")
        assert current(floor.db) == "0007"
    finally:
        driver.execute("DROP TABLE alembic_version")


def test_what_fails_in_the_middle_leaves_nothing(floor: Town) -> None:
    def half() -> None:
        with core_connection(floor.db) as connection:
            connection.exec_driver_sql("INSERT INTO test_things (id) VALUES (1)")
            raise KeyError("half-way")

    with pytest.raises(KeyError, match="half-way"):
        half()
    with core_connection(floor.db) as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM test_things").scalar() == 0


@pytest.mark.parametrize("name", ["plain.db", "a b.db", "what?.db", "50%41.db", "ü#x.db"])
def test_a_file_of_any_name_is_the_same_file_for_all(name: str, tmp_path: Path) -> None:
    db = SqliteDatabase(tmp_path / name)
    db.connection().execute("CREATE TABLE t (n INTEGER)")
    with core_connection(db) as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (7)")
    assert db.connection().execute("SELECT n FROM t").fetchall() == [(7,)]
    db.close()
    assert {each.name.removesuffix("-wal").removesuffix("-shm") for each in tmp_path.iterdir()} == {name}


def test_two_that_migrate_at_once_do_it_one_after_the_other(grown: Town) -> None:
    """The lock that ``upgrade`` takes on PostgreSQL is held to the end of its transaction."""
    order: list[str] = []
    inside = threading.Event()
    lock = "SELECT pg_advisory_xact_lock(70122012)"

    def late() -> None:
        town = another(grown)
        inside.wait(10)
        with core_connection(town.db) as connection:
            connection.exec_driver_sql(lock)
            order.append("late")
        town.close()

    thread = threading.Thread(target=late)
    thread.start()
    with core_connection(grown.db) as connection:
        connection.exec_driver_sql(lock)
        inside.set()
        thread.join(0.1)
        order.append("first")
    thread.join(10)
    assert order == ["first", "late"]
    assert lock.split("(")[1] in (Path(open_database.__code__.co_filename).parent / "migrate.py").read_text()
