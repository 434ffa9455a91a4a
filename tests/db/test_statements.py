"""Prepared statements mean the same on both databases, whatever is put into them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.schema import CreateIndex, CreateTable

from dozen.db import (
    Duplicate,
    Id,
    Json,
    Millis,
    Truth,
    Tx,
    Word,
    action,
    each_row,
    member,
    open_database,
    param,
    prefix,
    rows,
    upsert,
    values,
)
from dozen.db import put as put_rows
from dozen.db.errors import Unstorable
from dozen.db.postgres import PostgresDatabase
from dozen.db.sql import compile_for, dialect_for
from dozen.db.tx import ReadOnly
from dozen.db.wire import Wire
from tests.db.things import add, add_some, count, ids, put, things
from tests.support.floor import found_floor
from tests.support.town import Town, bare_database

c = things.c
everything = rows(lambda *row: row, select(c.id, c.name, c.ok, c.doc, c.score, c.n).order_by(c.id))
by_id = rows(lambda *row: row, select(c.id, c.name, c.ok, c.doc, c.score, c.n).where(c.id == param("id")))
of_ids = values(int, select(c.id).where(member(c.id, "ids")).order_by(c.id))
not_of_ids = values(int, select(c.id).where(~member(c.id, "ids")).order_by(c.id))
of_names = values(int, select(c.id).where(member(c.name, "names")).order_by(c.id))
begins = values(str, select(c.name).where(prefix(c.name, "start")).order_by(c.id))
clear = action(delete(things))

fast = settings(max_examples=25)
# What PostgreSQL can keep: no NUL, no lone surrogates.
words = st.text(st.characters(exclude_characters="\0\U0010ffff", exclude_categories=["Cs"]), max_size=12)


def full(id_: int, **given_: Any) -> dict[str, Any]:
    return {"id": id_, "name": None, "ok": None, "doc": None, "score": None, "n": None, **given_}


# Parameters


def test_a_parameter_may_stand_twice_and_what_is_not_asked_for_is_no_matter(floor: Town) -> None:
    either = values(int, select(c.id).where(or_(c.id == param("x"), c.n == param("x"))).order_by(c.id))
    floor.write(lambda tx: put.many(tx, [full(1), full(2, n=1), full(3, n=3)]))
    assert floor.read(lambda tx: either.all(tx, x=1, y="nothing")) == [1, 2]


def test_a_parameter_that_is_missing_is_an_error_and_not_a_null(floor: Town) -> None:
    with pytest.raises(KeyError, match="id"):
        floor.read(lambda tx: by_id.all(tx))
    with pytest.raises(KeyError, match="name"):
        floor.write(lambda tx: add(tx, id=1))
    assert floor.read(count.first) == 0


def test_a_value_is_never_sql(floor: Town) -> None:
    nasty = "x'); DROP TABLE test_things; -- \\ %s %(name)s ? :name {} \" \u2028"
    floor.write(lambda tx: add(tx, id=1, name=nasty))
    assert floor.read(lambda tx: of_names.all(tx, names=[nasty, "x"])) == [1]
    assert floor.read(lambda tx: begins.all(tx, start=nasty[:9])) == [nasty]


def test_constants_of_the_statement_and_lists_written_in_it_stay(floor: Town) -> None:
    fixed = values(
        int,
        select(c.id + literal(100)).where(c.id.in_([1, 3]), c.name != "thing 3", c.id > param("low")),
    )
    floor.write(add_some, 1, 2, 3)
    assert floor.read(lambda tx: fixed.all(tx, low=0)) == [101]
    assert floor.read(lambda tx: fixed.all(tx, low=1)) == []


# Members


@fast
@given(some=st.sets(st.integers(-(2**63), 2**63 - 1), max_size=40), data=st.data())
def test_members_are_who_is_in_the_list(floor: Town, some: set[int], data: st.DataObject) -> None:
    asked = data.draw(st.lists(st.sampled_from(sorted(some)) if some else st.integers(0, 9), max_size=40))

    def verb(tx: Tx) -> None:
        clear(tx)
        put.many(tx, [full(n) for n in some])
        assert of_ids.all(tx, ids=asked) == sorted(some & set(asked))
        assert not_of_ids.all(tx, ids=asked) == sorted(some - set(asked))

    floor.write(verb)


@fast
@given(some=st.sets(words, max_size=20), others=st.lists(words, max_size=10))
def test_members_that_are_words(floor: Town, some: set[str], others: list[str]) -> None:
    def verb(tx: Tx) -> None:
        clear(tx)
        put.many(tx, [full(n, name=word) for n, word in enumerate(some)])
        assert len(of_names.all(tx, names=[*some, *others])) == len(some)
        assert len(of_names.all(tx, names=others)) == len(some & set(others))

    floor.write(verb)


def test_lists_of_any_kind_and_length_need_no_new_statement(floor: Town) -> None:
    floor.write(lambda tx: put.many(tx, [full(n) for n in range(1, 2001)]))
    sql = of_ids.compiled(floor.db.dialect)[0]
    asked: list[Any] = [
        [],
        (5,),
        {7, 8},
        range(10, 13),
        (n for n in (1, 2)),
        range(-50_000, 50_000),
        {9: "x"},
    ]
    found = [floor.read(of_ids.all, ids=each) for each in asked]
    assert found == [[], [5], [7, 8], [10, 11, 12], [1, 2], list(range(1, 2001)), [9]]
    assert of_ids.compiled(floor.db.dialect)[0] is sql


def test_two_lists_in_one_statement_and_nobody_without_a_name(floor: Town) -> None:
    both = values(int, select(c.id).where(member(c.id, "ids"), member(c.name, "names")))
    floor.write(add_some, 1, 2, 3)
    floor.write(lambda tx: put(tx, **full(4)))
    assert floor.read(lambda tx: both.all(tx, ids=[1, 2, 4], names=["thing 2", "thing 3"])) == [2]
    assert floor.read(lambda tx: both.all(tx, ids=[4], names=[])) == []


def test_a_member_alone_says_which_table_it_is_of(floor: Town) -> None:
    how_many = values(int, select(func.count()).where(member(c.id, "ids")))
    floor.write(add_some, 1, 2, 3)
    assert floor.read(lambda tx: how_many.first(tx, ids=[1, 3, 9])) == 2


def test_members_in_changes(floor: Town) -> None:
    raise_ = action(update(things).where(member(c.id, "ids")).values(n=param("to")))
    drop = action(delete(things).where(member(c.name, "names")))
    floor.write(add_some, 1, 2, 3)
    assert floor.write(lambda tx: raise_(tx, ids=[1, 2, 77], to=5)) == 2
    assert floor.write(lambda tx: raise_(tx, ids=[], to=6)) == 0
    assert floor.write(lambda tx: drop(tx, names=["thing 1"])) == 1
    assert floor.read(ids.all) == [2, 3]


# Prefixes


@fast
@given(some=st.sets(words, max_size=15), start=words)
def test_a_prefix_finds_what_begins_so(floor: Town, some: set[str], start: str) -> None:
    some |= {start + each for each in list(some)[:3]}

    def verb(tx: Tx) -> None:
        clear(tx)
        put.many(tx, [full(n, name=word) for n, word in enumerate(some)])
        assert set(begins.all(tx, start=start)) == {each for each in some if each.startswith(start)}

    floor.write(verb)


@pytest.mark.parametrize("kind", [Text, Word])
def test_a_prefix_is_letters_whatever_language_the_database_speaks(kind: Any, tmp_path: Path) -> None:
    """In a dictionary ``a`` and ``A`` stand together, and ``-`` and ``_`` count for nothing."""
    some = ["Ada", "ad_a", "ada", "ada_l", "adá", "ád", "a-da", "a_", "_a", "-"]
    some += ["b", "é", "z", "ß", "東京", "😀"]
    told = Table("test_told", MetaData(), Column("word", kind), Index("ix_test_told_word", "word"))
    found = values(str, select(told.c.word).where(prefix(told.c.word, "start")))
    db = open_database(bare_database("postgresql", tmp_path, "spoken", language="en-US"))
    assert isinstance(db, PostgresDatabase)
    try:
        driver = db.connection()
        dialect = dialect_for("postgresql")
        driver.execute(str(CreateTable(told).compile(dialect=dialect)))
        driver.execute(str(CreateIndex(next(iter(told.indexes))).compile(dialect=dialect)))
        driver.executemany("INSERT INTO test_told VALUES ($1)", [(word,) for word in some])
        assert driver.execute("SELECT 'a' < 'B'").fetchone() == (True,)  # it is not by code point here
        driver.execute("SET enable_seqscan = off")
        sql, bind, _ = found.compiled("postgresql")
        for start in {word[:n] for word in some for n in (1, 2, 3)}:
            seen = sorted(row[0] for row in driver.execute(sql, bind({"start": start})).fetchall())
            assert seen == sorted(word for word in some if word.startswith(start)), start
            plan = str(driver.execute("EXPLAIN " + sql, bind({"start": start})).fetchall())
            assert ("Index Cond" in plan) == (kind is Word), plan
    finally:
        db.close()


def test_wildcards_are_letters_like_others(floor: Town) -> None:
    floor.write(
        lambda tx: put.many(tx, [full(n, name=w) for n, w in enumerate(["a%b", "axb", "a_b", "A%b"])])
    )
    assert floor.read(lambda tx: begins.all(tx, start="a%")) == ["a%b"]
    assert floor.read(lambda tx: begins.all(tx, start="a_")) == ["a_b"]


def test_lists_and_prefixes_are_served_by_the_index(floor: Town) -> None:
    explain = "EXPLAIN QUERY PLAN " if floor.db.dialect == "sqlite" else "EXPLAIN "

    def plan(tx: Tx, /, statement: Any, **params: Any) -> str:
        sql, bind, _ = statement.compiled(tx.dialect)
        if tx.dialect == "postgresql":
            tx.driver.execute("SET LOCAL enable_seqscan = off")
        return str(tx.driver.execute(explain + sql, bind(params)).fetchall())

    for statement, params in (
        (of_ids, {"ids": [1, 2]}),
        (begins, {"start": "a"}),
        (of_names, {"names": ["a"]}),
    ):
        told = floor.read(plan, statement, **params)
        assert "SEARCH test_things USING" in told or "Index Cond" in told, told


# Upserts


def test_an_upsert_adds_changes_or_leaves(floor: Town) -> None:
    set_ = action(
        lambda dialect: (
            upsert(dialect, things)
            .values(id=param("id"), n=param("by"))
            .on_conflict_do_update(index_elements=[c.id], set_={"n": c.n + param("by")})
        )
    )
    keep = action(
        lambda dialect: (
            upsert(dialect, things).values(id=param("id"), name=param("name")).on_conflict_do_nothing()
        )
    )
    assert [floor.write(set_, id=1, by=by) for by in (3, 4)] == [1, 1]
    assert floor.read(lambda tx: by_id.first(tx, id=1)) == (1, None, None, None, None, 7)
    assert floor.write(
        lambda tx: (keep(tx, id=1, name="late"), keep(tx, id=2, name="a"), keep(tx, id=3, name="a"))
    ) == (
        0,
        1,
        0,
    )
    with pytest.raises(Duplicate):  # a rule that the upsert does not speak of
        floor.write(lambda tx: set_(tx, id=1, by=-100))
    assert floor.read(ids.all) == [1, 2]


# What comes back

documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | words
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@fast
@given(
    ok=st.none() | st.booleans(),
    doc=documents,
    score=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    n=st.none() | st.integers(0, 2**63 - 1),
    name=st.none() | words,
)
def test_what_is_kept_comes_back_as_it_was(
    floor: Town, ok: bool | None, doc: Any, score: float | None, n: int | None, name: str | None
) -> None:
    def verb(tx: Tx) -> Any:
        clear(tx)
        put(tx, id=1, name=name, ok=ok, doc=doc, score=score, n=n)
        return by_id.first(tx, id=1)

    found = floor.write(verb)
    assert found == (1, name, ok, doc, score, n)
    assert [type(each) for each in found] == [type(each) for each in (1, name, ok, doc, score, n)]


def test_truths_are_numbers_in_the_database_and_compare_so(floor: Town) -> None:
    true = values(int, select(c.id).where(c.ok == param("ok")).order_by(c.id))
    total = values(int, select(func.sum(c.ok, type_=Integer)))
    floor.write(lambda tx: put.many(tx, [full(1, ok=True), full(2, ok=False), full(3), full(4, ok="yes")]))
    assert floor.read(lambda tx: true.all(tx, ok=True)) == [1, 4]
    assert floor.read(lambda tx: true.all(tx, ok=0)) == [2]
    assert floor.read(total.first) == 2


def test_a_sum_of_whole_numbers_is_a_whole_number(floor: Town) -> None:
    total = values(int, select(func.sum(c.n)))
    both = rows(lambda *row: row, select(func.coalesce(func.sum(c.n), 0), func.sum(c.score)))
    assert floor.read(total.first) is None
    floor.write(lambda tx: put.many(tx, [full(1, n=2**62, score=0.5), full(2, n=5, score=0.25)]))
    assert floor.read(lambda tx: type(total.first(tx))) is int
    assert floor.read(lambda tx: [type(each) for each in both.first(tx) or ()]) == [int, float]
    assert floor.read(total.first) == 2**62 + 5
    assert floor.read(lambda tx: [type(row[0]) for row in tx.run(select(func.sum(c.n)))]) == [int]


def test_first_of_nothing_is_none_and_first_of_null_too(floor: Town) -> None:
    name = values(str, select(c.name).where(c.id == param("id")))
    assert floor.read(lambda tx: name.first(tx, id=1)) is None
    assert floor.read(lambda tx: name.all(tx, id=1)) == []
    floor.write(lambda tx: put(tx, **full(1)))
    assert floor.read(lambda tx: name.first(tx, id=1)) is None
    assert floor.read(lambda tx: name.all(tx, id=1)) == [None]


# Many


def test_many_takes_any_number_of_rows_and_is_all_or_nothing(floor: Town) -> None:
    floor.write(lambda tx: put.many(tx, []))
    floor.write(lambda tx: put.many(tx, (full(n, doc={"n": n}, ok=n % 2) for n in range(500))))
    assert floor.read(count.first) == 500
    assert floor.read(lambda tx: by_id.first(tx, id=499)) == (499, None, True, {"n": 499}, None, None)
    with pytest.raises(Duplicate):
        floor.write(lambda tx: put.many(tx, [full(1000), full(1001), full(3), full(1002)]))
    with pytest.raises(KeyError):
        floor.write(lambda tx: put.many(tx, [full(1000), {"id": 5}]))
    assert floor.read(count.first) == 500


def test_many_in_a_savepoint_fail_alone(floor: Town) -> None:
    def verb(tx: Tx) -> int:
        add_some(tx, 1)
        with pytest.raises(Duplicate), tx.savepoint():
            put.many(tx, [full(2), full(1)])
        put.many(tx, [full(3)])
        return count.first(tx) or 0

    assert floor.write(verb) == 2
    assert floor.read(ids.all) == [1, 3]


# Rows that go as lists

bins = Table(
    "test_bins",
    MetaData(),
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("word", Word),
    Column("text", Text),
    Column("raw", LargeBinary),
    Column("n", BigInteger),
    Column("small", Integer),
    Column("score", Float),
    Column("ok", Truth),
    Column("doc", Json),
    Column("at", Millis),
)
b = bins.c
put_bins = put_rows(bins)
all_bins = rows(lambda *row: row, select(*b).order_by(b.id, b.part))
NASTY = (*"\"\\{},' ;$1%\t\n\r\x01\x1f\x7f\x85\u2028é東😀", "NULL", "null", "\\x41", "\\N")
nasty = st.lists(st.sampled_from(NASTY), max_size=6).map("".join)
every_word = st.none() | words | nasty
_row = st.fixed_dictionaries(
    {
        "word": every_word,
        "text": every_word,
        "raw": st.none() | st.binary(max_size=12),
        "n": st.none() | st.integers(-(2**63), 2**63 - 1),
        "small": st.none() | st.integers(-(2**31), 2**31 - 1),
        "score": st.none() | st.floats(allow_nan=False).map(lambda x: x + 0.0),  # SQLite knows no -0.0
        "ok": st.none() | st.booleans(),
        "doc": documents,
        "at": st.none() | st.integers(0, 2**52),
    }
)
_BIN: dict[str, Any] = dict.fromkeys(("word", "text", "raw", "n", "small", "score", "ok", "doc", "at"))


def a_bin(id_: int, part: int = 0, **given_: Any) -> dict[str, Any]:
    return {"id": id_, "part": part, **_BIN, **given_}


@pytest.fixture(params=["sqlite", "postgresql"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A database with a table that has a column of every kind."""
    made = found_floor(request.param, tmp_path, bins)
    yield made
    made.close()


@pytest.fixture
def big_shelf(tmp_path: Path) -> Iterator[Town]:
    """The same on PostgreSQL alone."""
    made = found_floor("postgresql", tmp_path, bins)
    yield made
    made.close()


def whole(found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """With what kind each value is: 1, 1.0 and True are equal otherwise, as are the two zeros."""
    return [tuple((type(v).__name__, str(v) if isinstance(v, float) else v) for v in row) for row in found]


@fast
@given(some=st.lists(_row, min_size=2, max_size=6))
def test_rows_are_the_same_one_by_one_or_as_lists(shelf: Town, some: list[dict[str, Any]]) -> None:
    given_ = [a_bin(n, n % 3, **each) for n, each in enumerate(some)]

    def verb(tx: Tx, way: str) -> list[tuple[Any, ...]]:
        tx.run(delete(bins))
        if way == "one":
            for each in given_:
                assert put_bins(tx, **each) == 1
        elif way == "many":
            put_bins.many(tx, given_)
        else:
            for each in given_:
                put_bins.soon(tx, **each)
        return whole(all_bins.all(tx)) if way != "many" else []

    one = shelf.write(verb, "one")
    assert one == whole([tuple(each.values()) for each in given_])
    shelf.write(verb, "many")
    assert whole(shelf.read(all_bins.all)) == one
    assert shelf.write(verb, "soon") == one


def test_many_rows_are_one_statement_on_postgresql(big_shelf: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    soon = Wire.soon

    def saying(self: Wire, sql: str, params: Any = ()) -> None:
        said.append(sql)
        soon(self, sql, params)

    monkeypatch.setattr(Wire, "soon", saying)

    def verb(tx: Tx, some: range) -> None:
        for n in some:
            put_bins.soon(tx, **a_bin(n))

    big_shelf.write(verb, range(500))
    big_shelf.write(verb, range(500, 501))
    assert len(said) == 2
    assert "unnest" in said[0]
    assert "unnest" not in said[1]
    assert len(big_shelf.read(all_bins.all)) == 501


def leave_bins(tx: Tx, some: list[dict[str, Any]]) -> None:
    for row in some:
        put_bins.soon(tx, **row)


def test_what_cannot_be_kept_is_refused_in_lists_as_well(shelf: Town) -> None:
    wrong: list[dict[str, Any]] = [{"n": 2**63}, {"word": "\ud800"}, {"text": "a\ud800b"}]
    if shelf.db.dialect == "postgresql":
        wrong += [{"word": "a\0b"}, {"text": "\0"}, {"small": 2**31}]
    for each in wrong:
        for some in ([a_bin(1, **each)], [a_bin(1), a_bin(2, **each), a_bin(3)]):
            with pytest.raises(Unstorable):
                shelf.write(put_bins.many, some)
            with pytest.raises(Unstorable):
                shelf.write(leave_bins, some)
    with pytest.raises(KeyError):
        shelf.write(put_bins.many, [a_bin(1), {"id": 2}])
    assert shelf.read(all_bins.all) == []


def test_rows_that_are_there_twice_fail_together(shelf: Town) -> None:
    shelf.write(put_bins.many, [])
    for some in ([a_bin(1), a_bin(2), a_bin(1)], [a_bin(1), a_bin(1)]):
        for verb in (put_bins.many, leave_bins):
            with pytest.raises(Duplicate):
                shelf.write(verb, some)
    shelf.write(put_bins.many, [a_bin(1), a_bin(1, 1)])
    assert [row[:2] for row in shelf.read(all_bins.all)] == [(1, 0), (1, 1)]


def test_columns_take_other_names_and_some_are_left_out(shelf: Town) -> None:
    other = put_rows(bins, but=("raw", "score", "doc", "small"), word="name", id="this", text="name")
    given_ = [
        {"this": n, "part": 0, "name": f"w{n}", "n": n, "ok": True, "at": n, "more": "is no matter"}
        for n in range(3)
    ]
    for some in (given_[:1], given_[1:]):
        shelf.write(other.many, some)
    found = shelf.read(all_bins.all)
    assert [(row[0], row[2], row[3], row[5], row[8]) for row in found] == [
        (n, f"w{n}", f"w{n}", n, True) for n in range(3)
    ]


_latest = put_rows(
    bins,
    conflict=lambda made: made.on_conflict_do_update(
        index_elements=[b.id, b.part], set_={"word": made.excluded.word, "n": b.n + made.excluded.n}
    ),
    key=("id", "part"),
    add=("n",),
    but=("text", "raw", "small", "score", "ok", "doc", "at"),
)
_puts = st.fixed_dictionaries(
    {"id": st.integers(0, 2), "part": st.integers(0, 1), "word": every_word, "n": st.integers(-9, 9)}
)


@fast
@given(groups=st.lists(st.lists(_puts, max_size=8), max_size=4), way=st.sampled_from(["many", "soon"]))
def test_rows_of_one_key_are_folded(shelf: Town, groups: list[list[dict[str, Any]]], way: str) -> None:
    """The last counts, and numbers are summed: within a group, and with what is there."""
    expected: dict[tuple[int, int], tuple[Any, int]] = {}
    for each in (each for group in groups for each in group):
        name = (each["id"], each["part"])
        expected[name] = (each["word"], expected.get(name, ("", 0))[1] + each["n"])

    def verb(tx: Tx) -> None:
        tx.run(delete(bins))
        for group in groups:
            if way == "many":
                _latest.send(tx, group)
            else:
                for each in group:
                    _latest.soon(tx, **each)
                all_bins.all(tx)

    shelf.write(verb)
    assert {row[:2]: (row[2], row[5]) for row in shelf.read(all_bins.all)} == expected


def test_what_is_there_may_be_left_alone(shelf: Town) -> None:
    once = put_rows(bins, conflict=lambda made: made.on_conflict_do_nothing())
    shelf.write(lambda tx: put_bins(tx, **a_bin(1, word="first")))
    shelf.write(lambda tx: once.many(tx, [a_bin(1, word="x"), a_bin(2, word="y"), a_bin(2, word="z")]))
    assert shelf.write(lambda tx: once(tx, **a_bin(1, word="x"))) == 0
    assert [(row[0], row[2]) for row in shelf.read(all_bins.all)] == [(1, "first"), (2, "y")]


def test_columns_that_the_database_numbers_are_left_out(tmp_path: Path) -> None:
    numbered = Table(
        "test_numbered",
        MetaData(),
        Column("seq", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
        Column("word", Text),
    )
    append = put_rows(numbered)
    in_order = values(str, select(numbered.c.word).order_by(numbered.c.seq))
    for kind in ("sqlite", "postgresql"):
        town = found_floor(kind, tmp_path, numbered)
        town.write(lambda tx: append(tx, word="0"))
        town.write(lambda tx: append.many(tx, [{"word": str(n)} for n in range(1, 300)]))
        assert town.read(in_order.all) == [str(n) for n in range(300)], "in the order in which they came"
        town.close()


# Lists side by side

_pairs = rows(
    lambda *row: row,
    lambda dialect: select((pair := each_row(dialect, ones=BigInteger(), names=Text()).c).ones, pair.names),
)
_found = rows(
    lambda *row: row,
    lambda dialect: select(
        (pair := each_row(dialect, of=BigInteger(), names=Text()).c).of, c.id
    ).where(c.id == pair.of, c.name == pair.names),
)  # fmt: skip


@fast
@given(some=st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), every_word), max_size=9))
def test_lists_stand_side_by_side(floor: Town, some: list[tuple[int, str | None]]) -> None:
    ones, names = [one for one, _ in some], [name for _, name in some]
    assert floor.read(lambda tx: _pairs.all(tx, ones=ones, names=names)) == some


@fast
@given(some=st.lists(words, unique=True, max_size=6), data=st.data())
def test_pairs_are_looked_for_as_pairs(floor: Town, some: list[str], data: st.DataObject) -> None:
    asked = data.draw(
        st.lists(st.tuples(st.integers(0, 6), st.sampled_from(some) if some else words), unique=True)
    )

    def verb(tx: Tx) -> list[Any]:
        clear(tx)
        put.many(tx, [full(n, name=name) for n, name in enumerate(some)])
        return _found.all(tx, of=[of for of, _ in asked], names=[name for _, name in asked])

    there = set(enumerate(some))
    assert sorted(floor.write(verb)) == sorted((of, of) for of, name in asked if (of, name) in there)


def test_lists_of_any_length_share_a_plan(tmp_path: Path) -> None:
    """PostgreSQL would make one for each length, which takes longer than looking the rows up."""
    town = found_floor("postgresql", tmp_path, things)
    wanted = each_row("postgresql", of=BigInteger(), names=Text())
    one = select(c.id).where(c.id == wanted.c.of, c.name == wanted.c.names).limit(1).lateral()
    each_by_key = values(int, select(one.c.id).select_from(wanted.join(one, true())))
    town.write(lambda tx: put.many(tx, [full(n, name=str(n)) for n in range(60)]))

    def verb(tx: Tx) -> tuple[int, int]:
        for n in range(1, 40):
            some = list(range(n % 9 + 1))
            assert each_by_key.all(tx, of=some, names=[str(each) for each in some]) == some
        made = tx.driver.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%unnest%'"
        )
        return made.fetchone()  # type: ignore[no-any-return]

    generic, custom = town.read(verb)
    assert generic > 30
    assert custom == 5, "with which PostgreSQL tries whether one plan for all would do"
    town.close()


# Reading only


def test_no_change_gets_through_a_reading_transaction(floor: Town) -> None:
    back = values(int, insert(things).values(id=param("id")).returning(c.id))
    floor.write(add_some, 1)
    for wrong in (
        lambda tx: add(tx, id=2, name="x"),
        lambda tx: put.many(tx, []),
        lambda tx: clear(tx),
        lambda tx: back.first(tx, id=2),
        lambda tx: back.all(tx, id=2),
        lambda tx: tx.run(insert(things).values(id=2)),
    ):
        with pytest.raises(ReadOnly):
            floor.read(wrong)
    assert floor.write(lambda tx: back.first(tx, id=7)) == 7
    assert floor.read(ids.all) == [1, 7]


# Compiling


def test_a_statement_is_compiled_once_for_each_database(floor: Town) -> None:
    asked: list[str] = []

    def statement(dialect: str) -> Any:
        asked.append(dialect)
        return select(func.count()).select_from(things)

    how_many = values(int, statement)
    for _ in range(3):
        floor.read(how_many.first)
    assert asked == [floor.db.dialect]
    for dialect in ("sqlite", "postgresql"):
        how_many.compiled(dialect)
    assert sorted(asked) == ["postgresql", "sqlite"]
    assert compile_for(select(c.id).where(c.id == param("id")), "postgresql")[0].endswith("$1::BIGINT")


def test_threads_may_meet_at_the_first_use(floor: Town) -> None:
    floor.write(add_some, 1, 2)
    fresh = values(int, select(c.id).where(member(c.id, "ids")).order_by(c.id))
    barrier = threading.Barrier(4)
    found: list[list[int]] = []

    def look() -> None:
        barrier.wait()
        found.append(floor.read(lambda tx: fresh.all(tx, ids=[2, 1])))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[1, 2]] * 4


# Packed


def test_what_json_would_change_cannot_be_packed(lite: Town) -> None:
    with pytest.raises(TypeError, match="floats"):
        lite.read(rows(lambda *row: row, select(c.id, c.score), packed=True).all)


def test_errors_are_dozens(floor: Town) -> None:
    floor.write(add_some, 1)
    for wrong in (full(1), full(2, name="thing 1"), full(2, n=-1)):
        with pytest.raises(Duplicate) as caught:
            floor.write(put, **wrong)
        assert caught.value.__cause__ is not None
    assert floor.read(count.first) == 1
