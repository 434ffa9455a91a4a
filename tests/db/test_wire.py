"""PostgreSQL below psycopg's cursors."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dozen.db import wire as module
from dozen.db.errors import Unstorable, translate
from dozen.db.wire import Wire
from tests.support.town import bare_database

BIG = 2**63 - 1
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    made = Wire(bare_database("postgresql", Path(), "wire"))
    made.execute("CREATE TABLE wire_told (n BIGINT PRIMARY KEY, word TEXT, raw BYTEA, half DOUBLE PRECISION)")
    yield made
    made.execute("DROP TABLE wire_told")
    made.close()


@pytest.fixture(autouse=True)
def _empty(wire: Wire) -> None:
    wire.say(b"ROLLBACK")
    wire.say(b"TRUNCATE wire_told")


def asked(wire: Wire, sql: str, *params: Any) -> Any:
    """The one value of a query."""
    found = wire.execute(sql, params).fetchone()
    assert found is not None
    return found[0]


@given(st.integers(-BIG - 1, BIG), texts, st.binary(max_size=40), st.floats(allow_nan=False), st.booleans())
def test_what_goes_in_comes_out(wire: Wire, n: int, word: str, raw: bytes, half: float, yes: bool) -> None:
    for _ in range(3):  # unprepared, then prepared
        found = wire.execute("SELECT $1::BIGINT, $2::TEXT, $3::BYTEA, $4::FLOAT8, $5::BOOLEAN, $6::TEXT",
                             (n, word, raw, half, yes, None)).fetchall()  # fmt: skip
        assert found == [(n, word, raw, half, yes, None)]
        assert [type(each) for each in found[0]] == [int, str, bytes, float, bool, type(None)]


NASTY = (*"\"\\{},' ;$\t\n\r\b\x01\x1f\x7f\x85\u2028\ufeffé東😀", "", "NULL", "null", "\\N", "\\u0041", "[]")
nasty = st.lists(st.sampled_from(NASTY), max_size=6).map("".join)
some_words = st.lists(texts | nasty | st.none(), max_size=20)
some_numbers = st.lists(st.integers(-BIG - 1, BIG) | st.none(), max_size=20)


@given(some_numbers, some_words)
def test_lists_are_arrays(wire: Wire, numbers: list[int | None], words: list[str | None]) -> None:
    found = wire.execute("SELECT $1::BIGINT[], $2::TEXT[]", (numbers, words)).fetchall()
    assert found == [(numbers, words)]
    found = wire.execute("SELECT $1::BIGINT[], $2::TEXT[]", (tuple(numbers), tuple(words))).fetchall()
    assert found == [(numbers, words)]


@given(some_numbers, some_words)
def test_a_list_reads_alike_as_an_array_and_as_a_cast_text(
    wire: Wire, numbers: list[int | None], words: list[str | None]
) -> None:
    """As text that is cast is how rows come as lists."""
    sql = "SELECT CAST($1::TEXT AS BIGINT[]), CAST($2::TEXT AS TEXT[])"
    assert wire.execute(sql, (numbers, words)).fetchall() == [(numbers, words)]


@given(
    st.lists(st.none() | st.binary(max_size=20), max_size=9),
    st.lists(st.none() | st.floats(allow_nan=False), max_size=9),
    st.lists(st.none() | st.booleans(), max_size=9),
)
def test_lists_of_other_kinds(
    wire: Wire, raw: list[bytes | None], halves: list[float | None], yes: list[bool | None]
) -> None:
    sql = "SELECT $1::BYTEA[], $2::FLOAT8[], $3::BOOLEAN[]"
    assert wire.execute(sql, (raw, halves, yes)).fetchall() == [(raw, halves, yes)]


@pytest.mark.parametrize("word", NASTY)
def test_a_nasty_text_in_company(wire: Wire, word: str) -> None:
    for words in ([word], [None, word], [word, "a", word, None], ["\\", word]):
        assert asked(wire, "SELECT $1::TEXT[]", words) == words


def test_a_number_that_is_too_large_in_a_list_is_told(wire: Wire) -> None:
    for number in (BIG + 1, -BIG - 2, 2**64, -(2**64), 2**200):
        with pytest.raises((psycopg.DataError, OverflowError)) as told:
            wire.execute("SELECT $1::BIGINT[]", ([1, number],))
        assert isinstance(translate(told.value), Unstorable)
    for words in (["\ud800"], ["a", "\udfffb"], ["\\", "\ud800"]):
        with pytest.raises(UnicodeEncodeError):
            wire.execute("SELECT $1::TEXT[]", (words,))


def test_rare_kinds_are_written_as_psycopg_does(wire: Wire) -> None:
    class Day(int):
        pass

    assert asked(wire, "SELECT $1::BIGINT", Day(7)) == 7
    assert asked(wire, "SELECT $1::NUMERIC", Decimal("1.5")) == 1.5
    assert asked(wire, "SELECT sum(n) FROM (VALUES (1::BIGINT), (2)) t(n)") == 3
    assert asked(wire, "SELECT $1::BYTEA", memoryview(b"a\0b")) == b"a\0b"
    assert asked(wire, """SELECT '{"a": [1, 2.5, null]}'::JSON""") == {"a": [1, 2.5, None]}


def test_nul_is_refused_before_it_is_cut_off(wire: Wire) -> None:
    for params in (("a\0b",), (["a\0b"],), (["a", "\0"],), ([None, '"', "\0\\"],)):
        with pytest.raises(psycopg.DataError, match="NUL"):
            wire.execute("SELECT $1::TEXT", params)


def test_what_a_statement_gave(wire: Wire) -> None:
    wire.execute("INSERT INTO wire_told (n) VALUES (1), (2), (3)")
    changed = wire.execute("UPDATE wire_told SET word = 'x' WHERE n > $1", (1,))
    assert (changed.rowcount, changed.description, changed.fetchall()) == (2, False, [])
    nothing = wire.execute("SELECT n FROM wire_told WHERE n > 9")
    assert (nothing.fetchone(), nothing.fetchall(), nothing.description) == (None, [], True)


def test_many_are_more_than_fit_in_one_go(wire: Wire) -> None:
    some = [(n, f"word {n}" * 200, None, n / 2) for n in range(3_000)]
    wire.say(b"BEGIN")
    wire.executemany("INSERT INTO wire_told VALUES ($1, $2, $3, $4)", some)
    assert wire.commit(lambda: None) == b"COMMIT"
    assert asked(wire, "SELECT count(*) FROM wire_told") == len(some)
    wire.executemany("INSERT INTO wire_told VALUES ($1, $2, $3, $4)", [])


def test_one_of_many_that_fails_fails_them_all_and_the_wire_goes_on(wire: Wire) -> None:
    wire.say(b"BEGIN")
    with pytest.raises(psycopg.errors.UniqueViolation):
        wire.executemany("INSERT INTO wire_told (n) VALUES ($1)", [(1,), (2,), (1,), (3,)])
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        wire.execute("SELECT 1")
    wire.say(b"ROLLBACK")
    assert asked(wire, "SELECT count(*) FROM wire_told") == 0


def test_what_is_written_last_goes_with_the_commit(wire: Wire) -> None:
    def finish() -> None:
        wire.executemany("INSERT INTO wire_told (n) VALUES ($1)", [(n,) for n in range(5)])
        wire.executemany("UPDATE wire_told SET word = $1 WHERE n = $2", [("last", 4)])

    wire.say(b"BEGIN")
    wire.execute("INSERT INTO wire_told (n) VALUES (9)")
    assert wire.commit(finish) == b"COMMIT"
    assert asked(wire, "SELECT word FROM wire_told WHERE n = 4") == "last"
    assert asked(wire, "SELECT count(*) FROM wire_told") == 6
    wire.say(b"BEGIN")
    with pytest.raises(psycopg.errors.UniqueViolation):
        wire.commit(finish)
    wire.say(b"ROLLBACK")
    assert asked(wire, "SELECT count(*) FROM wire_told") == 6


def test_a_commit_that_cannot_be_is_told(wire: Wire) -> None:
    wire.say(b"BEGIN")
    with pytest.raises(psycopg.errors.DivisionByZero):
        wire.execute("SELECT 1 / 0")
    assert wire.say(b"COMMIT") == b"ROLLBACK"
    wire.say(b"BEGIN")

    def broken() -> None:
        raise KeyError("while finishing")

    with pytest.raises(KeyError):
        wire.commit(broken)
    wire.executemany("INSERT INTO wire_told (n) VALUES ($1)", [(1,)])  # is written, and not kept back
    assert asked(wire, "SELECT count(*) FROM wire_told") == 1
    wire.say(b"ROLLBACK")


def test_statements_are_prepared_when_they_come_again_and_not_without_end(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_PREPARED", 5)
    monkeypatch.setattr(module, "_MOST_COUNTED", 8)
    wire.say(b"DEALLOCATE ALL")
    wire._names.clear()
    for n in range(30):
        assert asked(wire, f"SELECT {n} + $1::INTEGER", 1) == n + 1
    prepared = "SELECT count(*) FROM pg_prepared_statements"
    assert asked(wire, prepared) == 0
    assert len(wire._asked) <= 8
    for n in range(30):
        for _ in range(3):
            assert asked(wire, f"SELECT {n} + $1::INTEGER", 2) == n + 2
    assert asked(wire, prepared) == len(wire._names) <= 5
    for _ in range(3):
        wire.execute("SELECT 'alone'", prepare=False)
    assert "SELECT 'alone'" not in wire._names


def test_other_threads_run_while_one_waits_for_a_lock(wire: Wire) -> None:
    wire.execute("INSERT INTO wire_told (n) VALUES (1)")
    other = Wire(wire.url)
    wire.say(b"BEGIN")
    wire.execute("UPDATE wire_told SET word = 'mine'")

    def take() -> None:
        other.executemany("UPDATE wire_told SET word = $1", [("theirs",), ("still theirs",)])

    thread = Thread(target=take)
    thread.start()
    thread.join(0.3)  # were the interpreter held, this would not come back
    assert thread.is_alive()
    wire.say(b"COMMIT")
    thread.join(10)
    assert asked(wire, "SELECT word FROM wire_told") == "still theirs"
    other.close()


def test_a_lost_connection_is_told_in_the_middle_of_anything(wire: Wire) -> None:
    def lost() -> Wire:
        made = Wire(wire.url)
        made.say(b"BEGIN")
        made.execute("SELECT 1")
        wire.execute("SELECT pg_terminate_backend($1)", (made.connection.info.backend_pid,))
        return made

    for say in (
        lambda made: made.execute("SELECT 1"),
        lambda made: made.executemany("INSERT INTO wire_told (n) VALUES ($1)", [(1,), (2,)]),
        lambda made: made.say(b"COMMIT"),
    ):
        gone = lost()
        with pytest.raises(psycopg.OperationalError):
            say(gone)
        assert gone.closed
        gone.close()
