"""Engines: who writes when, what happens when it cannot be, and what comes back by itself."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from dozen.db import Broken, Busy, Duplicate, Tx, engine, open_database
from dozen.db.engine import SqliteDatabase
from dozen.db.errors import Full
from dozen.db.postgres import NotKnown, PostgresDatabase
from dozen.db.tx import ReadOnly
from dozen.kit.errors import Conflict
from tests.db.things import add, add_some, count, ids
from tests.support.floor import another
from tests.support.town import Town


def sqlite_of(town: Town) -> SqliteDatabase:
    assert isinstance(town.db, SqliteDatabase)
    return town.db


def postgres_of(town: Town) -> PostgresDatabase:
    assert isinstance(town.db, PostgresDatabase)
    return town.db


class Holder:
    """Another process that holds the write lock of a SQLite file, until told to let go."""

    def __init__(self, path: Path, seconds: float = 0) -> None:
        code = (
            "import sqlite3, sys, time\n"
            f"c = sqlite3.connect({str(path)!r}, isolation_level=None)\n"
            "c.execute('BEGIN IMMEDIATE')\n"
            "c.execute(\"INSERT INTO test_things (id, name) VALUES (77, 'theirs')\")\n"
            "print('held', flush=True)\n"
            f"time.sleep({seconds}) if {seconds} else sys.stdin.read()\n"
            "c.execute('COMMIT')\n"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"held\n"

    def let_go(self) -> None:
        self.process.communicate(b"", timeout=30)
        assert self.process.returncode == 0


# Addresses


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///town.db", "town.db"),
        ("sqlite:////srv/dozen/town.db", "/srv/dozen/town.db"),
        ("sqlite:///a%20b/%C3%BC.db", "a b/ü.db"),
        ("sqlite:///50%25/x.db", "50%/x.db"),
        ("sqlite:///./data/x.db", "data/x.db"),
    ],
)
def test_addresses_of_files(url: str, path: str) -> None:
    db = open_database(url)
    assert isinstance(db, SqliteDatabase)
    assert (db.path, db.dialect, db.inline) == (Path(path), "sqlite", True)
    db.close()


def test_addresses_of_servers() -> None:
    rest = "ada:p%40ss@/town?host=/run/pg&sslmode=require"
    for scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        db = open_database(f"{scheme}://{rest}")
        assert isinstance(db, PostgresDatabase)
        assert (db.url, db.dialect, db.inline) == (f"postgresql://{rest}", "postgresql", False)
        db.close()


@pytest.mark.parametrize(
    "url", ["", "town.db", "mysql://x/y", "sqlite:town.db", "SQLITE:///x", "file:///x", "://"]
)
def test_addresses_of_nothing_that_we_know(url: str) -> None:
    with pytest.raises(ValueError, match="must begin with sqlite:/// or postgresql://"):
        open_database(url)


def test_careless_durability_is_refused(tmp_path: Path) -> None:
    for bad in ("OFF", "0", "full; DROP TABLE x"):
        with pytest.raises(ValueError, match="FULL, NORMAL or EXTRA"):
            open_database(f"sqlite:///{tmp_path}/x.db", synchronous=bad)
    for good, number in (("full", 2), ("Normal", 1), ("EXTRA", 3)):
        db = open_database(f"sqlite:///{tmp_path}/x.db", synchronous=good)
        assert isinstance(db, SqliteDatabase)
        assert db.connection().execute("PRAGMA synchronous").fetchone() == (number,)
        assert db.connection().execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.connection().execute("PRAGMA foreign_keys").fetchone() == (1,)
        db.close()


def test_a_place_where_no_file_can_be_is_told_so(tmp_path: Path, lite: Town) -> None:
    (tmp_path / "folder.db").mkdir()
    db = open_database(f"sqlite:///{tmp_path / 'folder.db'}")
    for _ in range(2):
        with pytest.raises(Broken):
            db.run_write(lite.env, count.first)
        with pytest.raises(Broken):
            db.run_read(lite.env, count.first)
    assert isinstance(db, SqliteDatabase)
    assert not db.gate.locked()
    db.close()


def test_a_file_that_is_no_database_is_not_touched(tmp_path: Path, lite: Town) -> None:
    path = tmp_path / "letter.db"
    path.write_bytes(b"Dear Ada, " * 1000)
    db = SqliteDatabase(path)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        db.run_write(lite.env, count.first)
    assert not db.gate.locked()
    assert not db._open
    db.close()
    assert path.read_bytes() == b"Dear Ada, " * 1000


def test_a_server_that_is_not_there_is_told_so(lite: Town) -> None:
    db = open_database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Broken):
        db.run_read(lite.env, count.first)
    with pytest.raises(Broken):
        db.run_write(lite.env, count.first)
    db.close()


# All or nothing


def test_errors_of_any_kind_undo_everything(floor: Town) -> None:
    class Odd(BaseException):
        pass

    told: list[int] = []
    for error in (
        Conflict("no"),
        RuntimeError("x"),
        Odd(),
        KeyboardInterrupt(),
        StopIteration(),
        GeneratorExit(),
    ):

        def verb(tx: Tx, error: BaseException = error) -> None:
            add_some(tx, 1)
            tx.after_commit(lambda: told.append(1))
            raise error

        with pytest.raises(BaseException) as caught:
            floor.write(verb)
        # Python turns a StopIteration inside a generator into a RuntimeError.
        assert caught.value is error or caught.value.__cause__ is error
    assert (floor.read(count.first), told) == (0, [])
    floor.write(add_some, 1)
    if isinstance(floor.db, SqliteDatabase):
        assert not floor.db.gate.locked()


class Spoilt:
    """A connection on which a statement fails."""

    def __init__(self, inner: Any, statement: str, error: Exception) -> None:
        self.inner, self.statement, self.error = inner, statement, error

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def execute(self, sql: str, *args: Any) -> Any:
        if sql == self.statement:
            raise self.error
        return self.inner.execute(sql, *args)


def failing(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("on purpose")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [(sqlite3.SQLITE_FULL, Full), (sqlite3.SQLITE_IOERR_FSYNC, Broken), (sqlite3.SQLITE_BUSY, Busy)],
)
def test_a_commit_that_fails_undoes_everything(lite: Town, code: int, kind: type[Exception]) -> None:
    db, told = sqlite_of(lite), []

    def verb(tx: Tx) -> None:
        add_some(tx, 1)
        tx.after_commit(lambda: told.append(1))

    kept = db.connection()
    db._local.connection = Spoilt(kept, "COMMIT", failing(code))
    with pytest.raises(kind):
        lite.write(verb)
    db._local.connection = kept
    assert not kept.in_transaction
    assert not db.gate.locked()
    assert (lite.read(count.first), told) == (0, [])
    lite.write(verb)
    assert (lite.read(count.first), told) == (1, [1])


def test_a_constraint_that_speaks_at_the_commit_undoes_everything(grown: Town) -> None:
    def prepare(tx: Tx) -> None:
        tx.driver.execute("ALTER TABLE test_things DROP CONSTRAINT test_things_name_key")
        tx.driver.execute("ALTER TABLE test_things ADD UNIQUE (name) DEFERRABLE INITIALLY DEFERRED")

    grown.write(prepare)
    told: list[int] = []

    def verb(tx: Tx) -> None:
        add(tx, id=1, name="same")
        add(tx, id=2, name="same")
        tx.after_commit(lambda: told.append(1))

    with pytest.raises(Duplicate):
        grown.write(verb)
    assert (grown.read(count.first), told) == (0, [])


# Taking turns


def test_writers_of_many_threads_take_turns_and_lose_nothing(floor: Town) -> None:
    floor.write(add_some, 1)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(20):
                floor.write(bump)
                floor.read(count.first)
        except BaseException as error:
            errors.append(error)

    def bump(tx: Tx) -> None:
        tx.driver.execute("UPDATE test_things SET n = coalesce(n, 0) + 1 WHERE id = 1")

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert floor.read(lambda tx: tx.driver.execute("SELECT n FROM test_things").fetchone()[0]) == 100


def test_readers_never_wait_for_a_writer(floor: Town) -> None:
    floor.write(add_some, 1)

    def slow(tx: Tx) -> int | None:
        add_some(tx, 2)
        found: list[int | None] = []
        thread = threading.Thread(target=lambda: found.append(floor.read(count.first)))
        thread.start()
        thread.join(5)
        assert found, "a reader waited"
        return found[0]

    assert floor.write(slow) == 1
    assert floor.read(count.first) == 2


def test_the_gate_is_waited_for_and_given_up(lite: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    db = sqlite_of(lite)
    monkeypatch.setattr(engine, "_BUSY_SECONDS", 0.05)
    with db.gate:
        with pytest.raises(Busy):
            lite.write(add_some, 1)
        assert lite.read(count.first) == 0
        timer = threading.Timer(0.02, lambda: None)
        timer.start()
    monkeypatch.setattr(engine, "_BUSY_SECONDS", 10)
    db.gate.acquire()
    threading.Timer(0.05, db.gate.release).start()
    lite.write(add_some, 1)
    assert lite.read(count.first) == 1
    timer.join()


def test_threads_let_the_event_loop_go_first_for_a_moment(lite: Town) -> None:
    db = sqlite_of(lite)
    db.loop_waits = True
    began = time.monotonic()
    lite.write(add_some, 1)
    assert 0.04 < time.monotonic() - began < 5, "it is a courtesy, and not a lock"
    timer = threading.Timer(0.01, lambda: setattr(db, "loop_waits", False))
    timer.start()
    lite.write(add_some, 2)
    timer.join()
    began = time.monotonic()
    assert lite.read(count.first) == 2
    db.loop_waits = False


def test_another_process_that_writes_is_waited_for(lite: Town) -> None:
    holder = Holder(sqlite_of(lite).path, seconds=0.2)
    assert lite.read(count.first) == 0
    lite.write(add_some, 1)
    holder.let_go()
    assert lite.read(ids.all) == [1, 77]


def test_another_process_that_does_not_let_go_is_told_of(lite: Town) -> None:
    db = sqlite_of(lite)
    holder = Holder(db.path)
    db.connection().execute("PRAGMA busy_timeout=30")
    for _ in range(2):
        with pytest.raises(Busy):
            lite.write(add_some, 1)
        assert not db.gate.locked()
    assert lite.read(count.first) == 0
    holder.let_go()
    lite.write(add_some, 1)
    assert lite.read(ids.all) == [1, 77]


# A full disk


def test_a_full_disk_refuses_a_write_and_nothing_else(tmp_path: Path, lite: Town) -> None:
    path = sqlite_of(lite).path
    lite.write(add_some, 1)
    pages = sqlite3.connect(path).execute("PRAGMA page_count").fetchone()[0]
    small = SqliteDatabase(path, synchronous="NORMAL", max_pages=pages + 3)

    def much(tx: Tx) -> None:
        for n in range(100):
            add(tx, id=100 + n, name=str(n) * 4000)

    for _ in range(2):
        with pytest.raises(Full):
            small.run_write(lite.env, much)
        assert not small.gate.locked()
        assert small.run_read(lite.env, ids.all) == [1]
    small.run_write(lite.env, lambda tx: add_some(tx, 2))
    small.close()
    lite.write(much)
    assert lite.read(count.first) == 102
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


# PostgreSQL, restarted and in knots


def end_all_but(town: Town) -> None:
    """End all other connections to the database, as a restart does."""
    town.write(
        lambda tx: (
            tx.driver.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            and None
        )
    )


def test_a_lost_connection_is_replaced_at_the_next_beginning(grown: Town) -> None:
    other = another(grown)
    grown.write(add_some, 1)
    end_all_but(other)
    assert grown.read(count.first) == 1, "nothing was on its way: nobody notices"
    end_all_but(other)
    grown.write(add_some, 2)
    assert grown.read(ids.all) == [1, 2]
    other.close()
    assert len(postgres_of(grown)._open) == 1, "the lost ones are not kept"


def test_a_connection_lost_in_the_middle_is_told_and_the_next_works(grown: Town) -> None:
    other = another(grown)
    runs: list[int] = []

    def verb(tx: Tx) -> None:
        runs.append(1)
        add_some(tx, 1)
        if len(runs) == 1:
            end_all_but(other)
        add_some(tx, 2)

    with pytest.raises(Broken):
        grown.write(verb)
    assert len(runs) == 1, "what may have been done is not done again"
    assert grown.read(count.first) == 0
    grown.write(verb)
    assert grown.read(ids.all) == [1, 2]

    def at_the_end(tx: Tx) -> None:
        add_some(tx, 3)
        end_all_but(other)

    with pytest.raises(Broken):
        grown.write(at_the_end)
    assert grown.read(ids.all) == [1, 2]
    other.close()


def test_a_deadlock_is_tried_again_and_afterwards_happens_once(grown: Town) -> None:
    grown.write(add_some, 1, 2)
    barrier = threading.Barrier(2, timeout=20)
    runs: list[int] = []
    told: list[int] = []

    def touch(tx: Tx, first: int, second: int) -> None:
        runs.append(first)
        tx.driver.execute("SET LOCAL deadlock_timeout = '20ms'")
        tx.after_commit(lambda: told.append(first))
        tx.driver.execute("UPDATE test_things SET n = coalesce(n, 0) + 1 WHERE id = $1", (first,))
        if len(runs) <= 2:
            barrier.wait()
        tx.driver.execute("UPDATE test_things SET n = coalesce(n, 0) + 1 WHERE id = $1", (second,))

    threads = [threading.Thread(target=grown.write, args=(touch, *pair)) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(runs) >= 3, "there was a deadlock"
    assert sorted(told) == [1, 2]
    found = grown.read(lambda tx: tx.driver.execute("SELECT n FROM test_things ORDER BY id").fetchall())
    assert found == [(2,), (2,)]


def test_busy_for_ever_is_given_up(floor: Town) -> None:
    runs: list[int] = []

    def verb(tx: Tx) -> None:
        runs.append(1)
        add_some(tx, 1)
        raise Busy

    with pytest.raises(Busy):
        floor.write(verb)
    assert len(runs) == (1 if floor.db.dialect == "sqlite" else 4)
    assert floor.read(count.first) == 0


def test_what_fails_after_the_commit_changes_nothing_of_it(
    floor: Town, caplog: pytest.LogCaptureFixture
) -> None:
    runs: list[int] = []
    told: list[int] = []

    def verb(tx: Tx) -> str:
        runs.append(1)
        add_some(tx, len(runs))
        tx.after_commit(complain)
        tx.after_commit(lambda: told.append(1))
        return "answer"

    def complain() -> None:
        raise Busy

    assert floor.write(verb) == "answer"
    assert (floor.read(ids.all), told) == ([1], [1])
    assert "after a commit" in caplog.text


def test_numbers_read_alike(floor: Town) -> None:
    floor.write(
        lambda tx: tx.driver.execute("INSERT INTO test_things (id, n) VALUES (1, 3), (2, 4), (3, 2)") and None
    )
    found = floor.read(
        lambda tx: tx.driver.execute(
            "SELECT sum(n), avg(n), -sum(n), sum(n) / 2, max(n) FROM test_things"
        ).fetchone()
    )
    assert tuple(found) == (9, 3.0, -9, found[3], 4)
    assert [type(each) for each in found[:3]] == [int, float, int]


# What is known here


def test_what_needs_no_database_asks_none(floor: Town) -> None:
    floor.write(add_some, 1, 2)
    asked: list[str] = []

    def known(tx: Tx) -> int:
        asked.append("known")
        return tx.now

    def look(tx: Tx) -> int | None:
        asked.append("look")
        return count.first(tx)

    assert floor.db.run_known(floor.env, known) > 0
    if isinstance(floor.db, PostgresDatabase):
        with pytest.raises(NotKnown):
            floor.db.run_known(floor.env, look)
        threads = [threading.Thread(target=floor.db.run_known, args=(floor.env, known))]
        open_before = len(floor.db._open)
        for thread in threads:
            thread.start()
            thread.join()
        assert len(floor.db._open) == open_before, "a thread that asks nothing has no connection"
    else:
        assert floor.db.run_known(floor.env, look) == 2
    with pytest.raises(ReadOnly):
        floor.db.run_known(floor.env, lambda tx: add(tx, id=3, name="three"))
    with pytest.raises(Conflict):
        floor.db.run_known(floor.env, _refuses)
    assert asked.count("look") == 1
    assert floor.read(ids.all) == [1, 2]


def _refuses(tx: Tx) -> None:
    raise Conflict


# Closing


def test_a_closed_database_holds_nothing_open(floor: Town) -> None:
    floor.write(add_some, 1)
    kept = floor.db.connection()  # type: ignore[attr-defined]
    thread = threading.Thread(target=lambda: floor.read(count.first))
    thread.start()
    thread.join()
    floor.db.close()
    floor.db.close()
    assert not floor.db._open  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="closed"):
        kept.execute("SELECT 1")
