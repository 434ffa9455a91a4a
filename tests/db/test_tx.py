"""A transaction, as verbs see it: all or nothing, in parts, and on one snapshot."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from dozen.db import Broken, Duplicate, Tx, action, lock, param, rows, upsert
from dozen.db import put as put_rows
from dozen.db.engine import read, write
from dozen.db.errors import Full, Unstorable
from dozen.db.tx import ReadOnly
from dozen.kit import clock
from dozen.kit.errors import Conflict, Fault
from tests.db.things import add, add_some, count, ids, put, things
from tests.support.floor import another
from tests.support.town import Town

clear = action(delete(things))

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


def test_what_is_known_is_as_it_was_before_a_savepoint_that_is_undone(floor: Town) -> None:
    def other(tx: Tx) -> None:
        tx.known["a"] = 10
        tx.known["c"] = 3
        del tx.known["b"]
        with tx.savepoint():
            tx.known["d"] = 4
        raise Conflict

    def verb(tx: Tx) -> None:
        tx.known["a"] = 1
        with tx.savepoint():
            tx.known["b"] = 2
        assert tx.known == {"a": 1, "b": 2}
        with pytest.raises(Conflict), tx.savepoint():
            other(tx)
        assert tx.known == {"a": 1, "b": 2}
        with tx.savepoint():
            tx.known["e"] = 5
            with pytest.raises(Conflict), tx.savepoint():
                other(tx)
            assert tx.known == {"a": 1, "b": 2, "e": 5}
        assert tx.known == {"a": 1, "b": 2, "e": 5}

    floor.write(verb)


# What goes with the next statement


def named(tx: Tx, n: int, name: str = "") -> None:
    add.soon(tx, id=n, name=name or f"thing {n}")


def test_what_is_written_soon_is_there_for_the_next_statement_and_at_the_end(floor: Town) -> None:
    def verb(tx: Tx) -> None:
        add.soon(tx, id=1, name="one")
        add.soon(tx, id=2, name="two")
        assert ids.all(tx) == [1, 2]
        tx.soon(add, {"id": 3, "name": "three"})
        tx.later(add, id=4, name="four")

    floor.write(verb)
    assert floor.read(ids.all) == [1, 2, 3, 4]
    for wrong in (
        lambda tx: add.soon(tx, id=5, name="five"),
        lambda tx: tx.soon(add, {"id": 5, "name": "five"}),
        lambda tx: tx.at_end(lambda tx, given: None, 1),
    ):
        with pytest.raises(ReadOnly):
            floor.read(wrong)


def test_what_was_to_be_written_soon_goes_with_its_savepoint(floor: Town) -> None:
    def unsent(tx: Tx) -> None:
        named(tx, 2)
        raise Conflict

    def partly_sent(tx: Tx) -> None:
        named(tx, 3)
        assert ids.all(tx) == [1, 3]
        named(tx, 4)
        raise Conflict

    def verb(tx: Tx) -> None:
        named(tx, 1)
        for undone in (unsent, partly_sent):
            with pytest.raises(Conflict), tx.savepoint():
                undone(tx)
            with tx.savepoint(), pytest.raises(Conflict), tx.savepoint():
                undone(tx)

    floor.write(verb)
    assert floor.read(ids.all) == [1]


def test_what_was_left_before_a_savepoint_survives_it(floor: Town) -> None:
    """Even when it was sent inside, for the savepoint is made behind it."""

    def inner(tx: Tx) -> None:
        named(tx, 3)
        with pytest.raises(Conflict), tx.savepoint():
            innermost(tx)
        assert ids.all(tx) == [1, 2, 3]
        raise Conflict

    def innermost(tx: Tx) -> None:
        named(tx, 4)
        assert ids.all(tx) == [1, 2, 3, 4], "all that was left before is there as well"
        named(tx, 5)
        raise Conflict

    def verb(tx: Tx) -> None:
        named(tx, 1)
        with tx.savepoint():
            named(tx, 2)
            with pytest.raises(Conflict), tx.savepoint():
                inner(tx)
        named(tx, 6)
        assert ids.all(tx) == [1, 2, 6]

    floor.write(verb)
    assert floor.read(ids.all) == [1, 2, 6]


def test_who_writes_now_writes_behind_what_was_left(floor: Town) -> None:
    rename = action(update(things).where(things.c.id == param("id")).values(name=param("to")))

    def verb(tx: Tx) -> None:
        named(tx, 1)
        assert rename(tx, id=1, to="other") == 1
        named(tx, 2, "thing 1")

    floor.write(verb)
    assert floor.read(ids.all) == [1, 2]


def test_statements_of_one_kind_are_sent_together(floor: Town) -> None:
    sent: list[tuple[str, int]] = []

    class Told:
        def __init__(self, name: str) -> None:
            self.name = name

        def many(self, tx: Tx, params: Any) -> None:
            sent.append((f"{self.name} last", len(params)))

        def send(self, tx: Tx, params: Any) -> None:
            sent.append((self.name, len(params)))

    a, b = Told("a"), Told("b")

    def verb(tx: Tx) -> None:
        for _ in range(3):
            tx.soon(b, {})
            tx.soon(a, {})
            tx.later(a)
        assert not sent
        count.first(tx)
        assert sent == [("b", 3), ("a", 3)]
        count.first(tx)
        tx.soon(a, {})
        with tx.savepoint():
            tx.soon(b, {})
            tx.soon(a, {})
        tx.soon(a, {})

    floor.write(verb)
    assert sent == [("b", 3), ("a", 3), ("a", 3), ("b", 1), ("a last", 3)]


def test_what_is_for_the_end_is_done_once_with_all_of_it(floor: Town) -> None:
    seen: list[tuple[str, list[int]]] = []

    def finish(tx: Tx, given: list[int]) -> None:
        seen.append(("finish", given))
        for n in given:
            named(tx, n)
        assert ids.all(tx) == [1, *given], "it may ask"
        if len(seen) == 1:
            tx.at_end(more, 10)
            tx.at_end(more, 11)
            tx.later(add, id=20, name="last")

    def more(tx: Tx, given: list[int]) -> None:
        seen.append(("more", given))
        for n in given:
            named(tx, n)

    def undone(tx: Tx) -> None:
        tx.at_end(finish, 7)
        tx.at_end(more, 8)
        raise Conflict

    def verb(tx: Tx) -> None:
        named(tx, 1)
        tx.at_end(finish, 2)
        with tx.savepoint():
            tx.at_end(finish, 3)
            with pytest.raises(Conflict), tx.savepoint():
                undone(tx)
        with pytest.raises(Conflict), tx.savepoint():
            undone(tx)
        tx.at_end(finish, 4)
        assert not seen

    floor.write(verb)
    assert seen == [("finish", [2, 3, 4]), ("more", [10, 11])]
    assert floor.read(ids.all) == [1, 2, 3, 4, 10, 11, 20]


def test_what_fails_at_the_end_fails_it_all(floor: Town) -> None:
    told: list[int] = []

    def finish(tx: Tx, given: list[int]) -> None:
        raise Conflict

    def verb(tx: Tx) -> None:
        add_some(tx, 1)
        tx.after_commit(lambda: told.append(1))
        tx.at_end(finish, 2)

    with pytest.raises(Conflict):
        floor.write(verb)
    assert (floor.read(ids.all), told) == ([], [])


def test_a_savepoint_in_which_nothing_is_asked_is_not_made(
    floor: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    say, undo = Tx._say, Tx._undo

    def saying(self: Tx, command: str) -> None:
        said.append(command.split()[0])
        say(self, command)

    def undoing(self: Tx, name: str) -> None:
        said.append("ROLLBACK TO")
        undo(self, name)

    monkeypatch.setattr(Tx, "_say", saying)
    monkeypatch.setattr(Tx, "_undo", undoing)

    def left_alone(tx: Tx) -> None:
        named(tx, 2)
        tx.known["x"] = 1
        raise Conflict

    def verb(tx: Tx) -> None:
        with tx.savepoint(), tx.savepoint():
            named(tx, 1)
        with pytest.raises(Conflict), tx.savepoint():
            left_alone(tx)
        assert not said
        with tx.savepoint():
            with tx.savepoint():
                assert ids.all(tx) == [1]
                assert ids.all(tx) == [1]
            with tx.savepoint():
                named(tx, 3)
        assert said == ["SAVEPOINT", "SAVEPOINT", "RELEASE", "RELEASE"]

    floor.write(verb)
    assert floor.read(ids.all) == [1, 3]
    assert len(said) == 4


def test_what_cannot_be_written_in_a_savepoint_is_told_in_it_and_undone_with_it(floor: Town) -> None:
    """SQLite tells of it at the next statement; PostgreSQL then, too, and the savepoint sets it right."""

    def twice(tx: Tx) -> None:
        named(tx, 2)
        named(tx, 3)
        named(tx, 1)
        ids.all(tx)

    def verb(tx: Tx) -> None:
        named(tx, 1)
        with tx.savepoint():
            with pytest.raises(Duplicate), tx.savepoint():
                twice(tx)
            assert ids.all(tx) == [1]
            named(tx, 4)
            with pytest.raises(Duplicate), tx.savepoint():
                twice(tx)
        named(tx, 5)
        assert ids.all(tx) == [1, 4, 5]

    floor.write(verb)
    assert floor.read(ids.all) == [1, 4, 5]


def test_what_no_database_holds_is_told_wherever_it_is_sent(floor: Town) -> None:
    for name in ("\ud800", "a\0b")[: 1 + (floor.db.dialect == "postgresql")]:  # SQLite holds the second
        _is_told(floor, name)


def _is_told(floor: Town, name: str) -> None:
    def soon(tx: Tx) -> None:
        named(tx, 2, name)
        count.first(tx)

    def saved(tx: Tx) -> None:
        named(tx, 2, name)
        with tx.savepoint():
            count.first(tx)

    def inside(tx: Tx) -> None:
        with tx.savepoint():
            named(tx, 2, name)
            count.first(tx)

    def at_the_end(tx: Tx) -> None:
        named(tx, 2, name)

    def raw(tx: Tx) -> None:
        named(tx, 2, name)
        _ = tx.driver

    for verb in (soon, saved, inside, at_the_end, raw):
        with pytest.raises(Unstorable):
            floor.write(verb)
        assert floor.read(ids.all) == []

    def caught(tx: Tx) -> None:
        named(tx, 1)
        with pytest.raises(Unstorable), tx.savepoint():
            soon(tx)
        named(tx, 3)

    floor.write(caught)
    assert floor.read(ids.all) == [1, 3]
    floor.write(clear)


@pytest.mark.parametrize(("n", "name"), [(2, "\ud800"), (1, "again")])
def test_what_was_left_before_a_savepoint_and_fails_in_it_is_not_swallowed_there(
    floor: Town, n: int, name: str
) -> None:
    """It is no fault of what happens inside: were that undone alone, the rest would be missing."""

    def verb(tx: Tx) -> None:
        named(tx, 1)
        named(tx, n, name)
        with contextlib.suppress(Unstorable, Duplicate), tx.savepoint():
            count.first(tx)
        named(tx, 3)

    with contextlib.suppress(Exception):  # PostgreSQL says no more than that it is all undone
        floor.write(verb)
    assert floor.read(ids.all) == []


def test_what_could_not_be_written_is_missed_unless_its_savepoint_is_undone(floor: Town) -> None:
    def spoilt(tx: Tx) -> None:
        named(tx, 1)
        named(tx, 2, "\ud800")
        with contextlib.suppress(Unstorable):
            count.first(tx)

    def in_a_savepoint(tx: Tx) -> None:
        with tx.savepoint():
            spoilt(tx)
        named(tx, 3)

    def undone(tx: Tx) -> None:
        spoilt(tx)
        raise Conflict

    def whole(tx: Tx) -> None:
        named(tx, 4)
        with pytest.raises(Conflict), tx.savepoint():
            undone(tx)
        named(tx, 5)
        assert ids.all(tx) == [4, 5]

    for verb in (spoilt, in_a_savepoint):
        with pytest.raises(Unstorable):
            floor.write(verb)
        assert floor.read(ids.all) == []
    floor.write(whole)
    assert floor.read(ids.all) == [4, 5]


# Whatever is done in whatever order

_settable = ("name", "ok", "doc", "score")
_n_alone: dict[str, Any] = {"conflict": lambda made: made.on_conflict_do_update(
    index_elements=["id"], set_={"n": made.excluded.n}), "key": ("id",), "but": _settable}  # fmt: skip
setting = put_rows(things, **_n_alone)
summing = put_rows(
    things,
    conflict=lambda made: made.on_conflict_do_update(
        index_elements=["id"], set_={"n": things.c.n + made.excluded.n}
    ),
    key=("id",),
    add=("n",),
    but=_settable,
)
plain = action(
    lambda dialect: (
        upsert(dialect, things)
        .values(id=param("id"), n=param("n"))
        .on_conflict_do_update(index_elements=["id"], set_={"n": param("n")})
    )
)
last = put_rows(things, **_n_alone)
for_end = put_rows(things, **_n_alone)
numbers = rows(lambda id_, n: (int(id_), int(n)), select(things.c.id, things.c.n).order_by(things.c.id))
KINDS = (setting, summing, plain)  # each on rows of its own: of several kinds the order is not kept

_step = st.one_of(
    st.tuples(st.sampled_from(["soon", "write"]), st.integers(0, 2), st.integers(0, 2), st.integers(0, 9)),
    st.tuples(st.sampled_from(["later", "end", "known", "after"]), st.integers(0, 2), st.integers(0, 9)),
    st.just(("read",)),
)
_programs = st.recursive(
    st.lists(_step, max_size=6),
    lambda inner: st.lists(
        _step | st.tuples(st.just("save"), inner, st.booleans(), st.booleans()), max_size=7
    ),
    max_leaves=14,
)


class Model:
    """What a transaction has done so far."""

    def __init__(self) -> None:
        self.rows: dict[int, int] = {}
        self.later: list[tuple[int, int]] = []
        self.ends: list[tuple[int, int]] = []
        self.known: dict[int, int] = {}
        self.after: list[int] = []

    def copy(self) -> Model:
        made = Model()
        made.rows, made.known = self.rows.copy(), self.known.copy()
        made.later, made.ends, made.after = self.later.copy(), self.ends.copy(), self.after.copy()
        return made

    def put(self, kind: int, n: int, value: int) -> dict[str, int]:
        at = 10 * kind + n
        self.rows[at] = value + (self.rows.get(at, 0) if kind == 1 else 0)
        return {"id": at, "n": value}


class Out(Exception):
    pass


@settings(max_examples=120)
@given(program=_programs, whole=st.sampled_from([True, True, True, False]))
def test_whatever_is_left_for_soon_is_as_if_it_were_written_at_once(
    floor: Town, program: list[Any], whole: bool
) -> None:
    """A dict is what the database is, in any order of steps and savepoints, undone or not."""
    told: list[int] = []
    ended: list[list[tuple[int, int]]] = []
    done = Model()

    def end(tx: Tx, given: list[tuple[int, int]]) -> None:
        ended.append(given)
        for at, n in given:
            for_end.soon(tx, id=at, n=n)

    def run(tx: Tx, steps: list[Any], model: Model) -> Model:
        for step in steps:
            match step:
                case ("soon", kind, n, value):
                    KINDS[kind].soon(tx, **model.put(kind, n, value))
                case ("write", kind, n, value):
                    assert KINDS[kind](tx, **model.put(kind, n, value)) == 1
                case ("read",):
                    assert dict(numbers.all(tx)) == model.rows
                case ("later", n, value):
                    tx.later(last, id=100 + n, n=value)
                    model.later.append((100 + n, value))
                case ("end", n, value):
                    tx.at_end(end, (200 + n, value))
                    model.ends.append((200 + n, value))
                case ("known", n, value):
                    tx.known[n] = model.known[n] = value
                case ("after", _, value):
                    tx.after_commit(lambda value=value: told.append(value))  # type: ignore[misc]
                    model.after.append(value)
                case ("save", inner, raises, looks):
                    model = saved(tx, inner, model, raises, looks)
            assert tx.known == model.known
        return model

    def saved(tx: Tx, steps: list[Any], model: Model, raises: bool, looks: bool) -> Model:
        try:
            with tx.savepoint():
                after = run(tx, steps, model.copy())
                if looks:
                    assert dict(numbers.all(tx)) == after.rows
                if raises:
                    raise Out
        except Out:
            return model
        return after

    def verb(tx: Tx) -> None:
        nonlocal done
        done = run(tx, program, Model())
        if not whole:
            raise Out

    floor.write(clear)
    if not whole:
        with pytest.raises(Out):
            floor.write(verb)
        assert (floor.read(numbers.all), told, ended) == ([], [], [])
        return
    floor.write(verb)
    assert dict(floor.read(numbers.all)) == done.rows | dict(done.ends) | dict(done.later)
    assert ended == [done.ends] * bool(done.ends)
    assert told == done.after


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
        add.soon(tx, id=1, name="mine")
        return "it is mine"

    assert grown.write(verb) == "it is theirs"
    assert runs == [[], [1]]


def test_a_rule_that_is_broken_late_is_told_in_the_end(grown: Town) -> None:
    def verb(tx: Tx) -> None:
        put.soon(tx, **dict.fromkeys(things.c.keys()) | {"id": 1, "n": -1})

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
