"""A transaction, as verbs see it: all or nothing, in parts, and on one snapshot."""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

import pytest
from sqlalchemy import select

from dozen.db import Broken, Duplicate, Tx, lock, param
from dozen.db.engine import read, write
from dozen.db.errors import Full
from dozen.db.tx import ReadOnly
from dozen.kit import clock
from dozen.kit.errors import Conflict, Fault
from tests.db.things import add, add_some, count, ids, put, things
from tests.support.floor import another
from tests.support.town import Town

# Savepoints


def test_savepoints_in_savepoints_undo_their_own_part(floor: Town) -> None:
    told: list[str] = []

    def three(tx: Tx) -> None:
        add_some(tx, 3)
        tx.after_commit(lambda: told.append("three"))
        with tx.savepoint():
            add_some(tx, 4)
            tx.after_commit(lambda: told.append("four"))
        raise Conflict

    def six(tx: Tx) -> None:
        add_some(tx, 6)
        tx.after_commit(lambda: told.append("six"))
        add_some(tx, 1)

    def verb(tx: Tx) -> None:
        add_some(tx, 1)
        tx.after_commit(lambda: told.append("one"))
        with tx.savepoint():
            add_some(tx, 2)
            tx.after_commit(lambda: told.append("two"))
            with pytest.raises(Conflict), tx.savepoint():
                three(tx)
            with tx.savepoint():
                add_some(tx, 5)
                tx.after_commit(lambda: told.append("five"))
        with pytest.raises(Duplicate), tx.savepoint():
            six(tx)
        add_some(tx, 7)
        tx.after_commit(lambda: told.append("seven"))
        assert told == [], "nothing is on disk yet"

    floor.write(verb)
    assert floor.read(ids.all) == [1, 2, 5, 7]
    assert told == ["one", "two", "five", "seven"]


def test_what_a_savepoint_kept_is_undone_with_the_whole(floor: Town) -> None:
    told: list[str] = []

    def verb(tx: Tx) -> None:
        with tx.savepoint():
            add_some(tx, 1)
            tx.after_commit(lambda: told.append("one"))
        raise Conflict("no")

    with pytest.raises(Conflict, match="no"):
        floor.write(verb)
    assert (floor.read(count.first), told) == (0, [])


def test_a_savepoint_left_by_anything_is_undone(floor: Town) -> None:
    class Odd(BaseException):
        pass

    def odd(tx: Tx) -> None:
        add_some(tx, 1)
        raise Odd

    def verb(tx: Tx) -> None:
        with pytest.raises(Odd), tx.savepoint():
            odd(tx)
        for n in range(50):
            with tx.savepoint():
                add_some(tx, 100 + n)

    floor.write(verb)
    assert floor.read(count.first) == 50


def test_an_error_that_was_swallowed_outside_a_savepoint_never_passes_for_a_commit(floor: Town) -> None:
    """PostgreSQL answers COMMIT with ROLLBACK then, and without an error."""
    told: list[int] = []

    def verb(tx: Tx) -> str:
        add_some(tx, 1)
        tx.after_commit(lambda: told.append(1))
        with pytest.raises(Duplicate):
            add_some(tx, 1)
        return "done"

    if floor.db.dialect == "postgresql":
        with pytest.raises(RuntimeError, match="savepoint"):
            floor.write(verb)
        assert (floor.read(ids.all), told) == ([], [])
    else:
        assert floor.write(verb) == "done"
        assert (floor.read(ids.all), told) == ([1], [1])
    floor.write(add_some, 9)


# After the commit


def test_what_comes_after_the_commit_sees_it_and_may_write(floor: Town) -> None:
    seen: list[int | None] = []

    def verb(tx: Tx) -> None:
        add_some(tx, 1)
        tx.after_commit(lambda: seen.append(floor.read(count.first)))
        tx.after_commit(lambda: floor.write(add_some, 2))
        tx.after_commit(lambda: seen.append(floor.read(count.first)))

    floor.write(verb)
    assert seen == [1, 2]


def test_reading_transactions_have_their_afterwards_too_as_blocks(floor: Town) -> None:
    told: list[str] = []

    def never(tx: Tx) -> None:
        add_some(tx, 2)
        tx.after_commit(lambda: told.append("never"))
        raise Conflict

    with read(floor.db, floor.env) as tx:
        tx.after_commit(lambda: told.append("read"))
        assert count.first(tx) == 0
    with write(floor.db, floor.env) as tx:
        add_some(tx, 1)
        tx.after_commit(lambda: told.append("written"))
    with pytest.raises(Conflict), write(floor.db, floor.env) as tx:
        never(tx)
    assert told == ["read", "written"]
    assert floor.read(ids.all) == [1]


def test_a_block_that_ends_early_is_committed_and_its_errors_are_translated(floor: Town) -> None:
    def early() -> str:
        with write(floor.db, floor.env) as tx:
            add_some(tx, 1)
            return "out"

    assert early() == "out"
    assert floor.read(ids.all) == [1]
    with pytest.raises(Duplicate), write(floor.db, floor.env) as tx:
        tx.driver.execute("INSERT INTO test_things (id) VALUES (1)")
    with write(floor.db, floor.env) as tx:
        add_some(tx, 2)
    assert floor.read(ids.all) == [1, 2]


# Snapshots


def test_a_reader_sees_one_moment_from_its_first_statement_on(floor: Town) -> None:
    other = another(floor)
    floor.write(add_some, 1)

    def verb(tx: Tx) -> list[int | None]:
        found = [count.first(tx)]
        other.write(add_some, 2)
        found.append(count.first(tx))
        with tx.savepoint():
            found.append(count.first(tx))
        assert [row[0] for row in tx.run(select(things.c.id))] == [1]
        return found

    assert floor.read(verb) == [1, 1, 1]
    assert floor.read(count.first) == 2
    other.close()


def test_a_block_that_reads_sees_one_moment_as_well(floor: Town) -> None:
    other = another(floor)
    with read(floor.db, floor.env) as tx:
        assert count.first(tx) == 0
        other.write(add_some, 1)
        assert count.first(tx) == 0
    with read(floor.db, floor.env) as tx:
        assert count.first(tx) == 1
    other.close()


def test_nothing_is_begun_where_nothing_is_asked(lite: Town) -> None:
    driver = lite.db.connection()  # type: ignore[attr-defined]
    said: list[str] = []
    driver.set_trace_callback(said.append)
    assert lite.read(lambda tx: tx.now + tx.next_id() > 0)
    with pytest.raises(Fault):
        lite.read(_refuse)
    assert said == []
    assert not driver.in_transaction
    lite.read(lambda tx: (count.first(tx), count.first(tx)))
    assert [each.split()[0] for each in said] == ["BEGIN", "SELECT", "SELECT", "ROLLBACK"]
    assert not driver.in_transaction


def _refuse(tx: Tx) -> None:
    raise Conflict


def test_a_reader_that_fails_leaves_no_transaction_behind(floor: Town) -> None:
    def verb(tx: Tx) -> None:
        count.first(tx)
        raise Conflict

    for _ in range(3):
        with pytest.raises(Conflict):
            floor.read(verb)
    driver: Any = floor.db.connection()  # type: ignore[attr-defined]
    if isinstance(driver, sqlite3.Connection):
        assert not driver.in_transaction
    else:
        assert driver.connection.info.transaction_status == 0  # idle
    floor.write(add_some, 1)


def test_one_moment_and_rising_ids(floor: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def verb(tx: Tx) -> tuple[int, int, list[int]]:
        began = tx.now
        later = clock.now() + 5_000
        monkeypatch.setattr(clock, "now", lambda: later)
        return began, tx.now, [tx.next_id() for _ in range(10)]

    began, still, made = floor.write(verb)
    assert began == still
    assert made == sorted(set(made))


# Statements made at run time


def test_statements_made_at_run_time(floor: Town) -> None:
    floor.write(add_some, 1, 2, 3)
    wanted = select(things.c.id, things.c.ok).where(things.c.id > 1).order_by(things.c.id)
    assert floor.read(lambda tx: tx.run(wanted)) == [(2, None), (3, None)]
    changed = things.update().where(things.c.id == 2).values(ok=True)
    assert floor.write(lambda tx: tx.run(changed)) == []
    assert floor.read(lambda tx: tx.run(wanted)) == [(2, True), (3, None)]
    with pytest.raises(Duplicate):
        floor.write(lambda tx: tx.run(things.insert().values(id=1)))


# When the disk is full


def test_a_savepoint_on_a_full_disk_tells_of_the_disk(lite: Town) -> None:
    driver = lite.db.connection()  # type: ignore[attr-defined]
    pages = driver.execute("PRAGMA page_count").fetchone()[0]
    driver.execute(f"PRAGMA max_page_count={pages + 4}")

    def verb(tx: Tx) -> None:
        add_some(tx, 1)
        with tx.savepoint():
            for n in range(2, 200):
                add(tx, id=n, name=str(n) * 4000)

    with pytest.raises(Full):
        lite.write(verb)
    assert lite.read(count.first) == 0
    driver.execute("PRAGMA max_page_count=100000")
    lite.write(verb)
    assert lite.read(count.first) == 199


def test_a_savepoint_on_a_lost_connection_tells_of_the_connection(grown: Town) -> None:
    def verb(tx: Tx) -> None:
        with tx.savepoint():
            add_some(tx, 1)
            pid = tx.driver.connection.info.backend_pid
            with_other = another(grown)
            with_other.write(lambda o: o.driver.execute("SELECT pg_terminate_backend($1)", (pid,)) and None)
            with_other.close()
            add_some(tx, 2)

    with pytest.raises(Broken):
        grown.write(verb)
    grown.write(add_some, 3)
    assert grown.read(ids.all) == [3]


# What is left for later


def test_what_is_left_for_later_is_written_at_the_end(floor: Town) -> None:
    def undone(tx: Tx) -> None:
        tx.later(add, id=2, name="two")
        tx.later(add, id=1, name="one again")
        raise Conflict

    def verb(tx: Tx) -> None:
        tx.later(add, id=1, name="one")
        with pytest.raises(Conflict), tx.savepoint():
            undone(tx)
        with tx.savepoint():
            tx.later(add, id=3, name="three")
        assert count.first(tx) == 0

    floor.write(verb)
    assert floor.read(ids.all) == [1, 3]


def test_when_it_cannot_be_written_nothing_is(floor: Town) -> None:
    def verb(tx: Tx) -> None:
        add_some(tx, 5)
        tx.later(add, id=6, name="six")
        tx.later(add, id=5, name="five again")

    with pytest.raises(Duplicate):
        floor.write(verb)
    assert floor.read(ids.all) == []
    with pytest.raises(ReadOnly):
        floor.read(lambda tx: tx.later(add, id=1, name="one"))


def test_what_is_known_goes_with_a_savepoint_that_is_undone(floor: Town) -> None:
    def verb(tx: Tx) -> None:
        tx.known["a"] = 1
        with tx.savepoint():
            tx.known["b"] = 2
        assert tx.known == {"a": 1, "b": 2}
        with pytest.raises(Conflict), tx.savepoint():
            raise Conflict
        assert tx.known == {}

    floor.write(verb)


# What goes with the next statement


def test_what_is_written_soon_is_there_for_the_next_statement_and_at_the_end(floor: Town) -> None:
    def verb(tx: Tx) -> None:
        add.soon(tx, [{"id": 1, "name": "one"}, {"id": 2, "name": "two"}])
        assert ids.all(tx) == [1, 2]
        add.soon(tx, [{"id": 3, "name": "three"}])
        tx.later(add, id=4, name="four")

    floor.write(verb)
    assert floor.read(ids.all) == [1, 2, 3, 4]
    with pytest.raises(ReadOnly):
        floor.read(lambda tx: add.soon(tx, [{"id": 5, "name": "five"}]))


def test_what_was_to_be_written_soon_goes_with_its_savepoint(floor: Town) -> None:
    def unsent(tx: Tx) -> None:
        add.soon(tx, [{"id": 2, "name": "two"}])
        raise Conflict

    def partly_sent(tx: Tx) -> None:
        add.soon(tx, [{"id": 3, "name": "three"}])
        assert ids.all(tx) == [1, 3]
        add.soon(tx, [{"id": 4, "name": "four"}])
        raise Conflict

    def verb(tx: Tx) -> None:
        add.soon(tx, [{"id": 1, "name": "one"}])
        for undone in (unsent, partly_sent):
            with pytest.raises(Conflict), tx.savepoint():
                undone(tx)
            with tx.savepoint(), pytest.raises(Conflict), tx.savepoint():
                undone(tx)

    floor.write(verb)
    assert floor.read(ids.all) == [1]


def test_who_was_second_is_run_again_when_it_is_told_late(grown: Town) -> None:
    runs: list[list[int]] = []

    def other(tx: Tx) -> None:
        add(tx, id=1, name="theirs")

    def verb(tx: Tx) -> str:
        found = ids.all(tx)
        runs.append(found)
        if found:
            return "it is theirs"
        thread = threading.Thread(target=grown.write, args=(other,))
        thread.start()
        thread.join(20)
        add.soon(tx, [{"id": 1, "name": "mine"}])
        return "it is mine"

    assert grown.write(verb) == "it is theirs"
    assert runs == [[], [1]]


def test_a_rule_that_is_broken_late_is_told_in_the_end(grown: Town) -> None:
    def verb(tx: Tx) -> None:
        put.soon(tx, [dict.fromkeys(things.c.keys()) | {"id": 1, "n": -1}])

    with pytest.raises(Duplicate) as raised:
        grown.write(verb)
    assert raised.value.late
    assert grown.read(ids.all) == []


def test_a_lock_is_held_to_the_end(grown: Town) -> None:
    grown.write(add_some, 1)
    order: list[str] = []
    theirs = lock(select(things.c.id).where(things.c.id == param("id")).with_for_update())
    waits = threading.Event()

    def second(tx: Tx) -> None:
        theirs(tx, id=1)
        waits.set()
        order.append(f"second sees {count.first(tx)}")

    thread = threading.Thread(target=grown.write, args=(second,))

    def first(tx: Tx) -> None:
        theirs(tx, id=1)
        assert count.first(tx) == 1
        thread.start()
        assert waits.wait(10)
        thread.join(0.2)
        assert not order
        add_some(tx, 2)
        order.append("first")

    grown.write(first)
    thread.join(20)
    assert order == ["first", "second sees 2"], "and what it reads is as it was left"
    with pytest.raises(ReadOnly):
        grown.read(lambda tx: theirs(tx, id=1))
