"""Prepared statements: SQLAlchemy Core written once, compiled once, run on the bare driver.

Core's own execution costs more than most of our queries do. A statement here is compiled for each
database at first use into the driver's SQL and a tuple of parameter names, so that a call costs
what the driver costs. ``queries.py`` files hold nothing but these::

    by_id = rows(Person, select(people.c.id, people.c.name).where(people.c.id == param("id")))
    by_id.first(tx, id=7)

``packed`` is for lists that are asked for all day, without binary or floating columns. SQLite's
driver lets the interpreter lock go at every row, and under load each time another thread takes it.
Packed, the rows come as one JSON value: in the same order, and for half the price.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import Float, LargeBinary, Numeric, Table
from sqlalchemy.sql import Executable

from dozen.db.errors import translate
from dozen.db.sql import Bind, Process, Row, compile_for, param, put_lists, upsert
from dozen.db.tx import Tx

T = TypeVar("T")
Statement = Executable | Callable[[str], Executable]
Names = tuple[str, ...]
Conflict = Callable[[Any], Any]
_MANY = 2
"""From how many rows on they go as lists."""


class _Prepared:
    """What the three kinds of prepared statement share."""

    __slots__ = ("_changes", "_compiled", "_packed", "_statement")

    def __init__(self, statement: Statement, packed: bool = False) -> None:
        self._statement = statement
        self._packed = packed
        self._changes = False
        self._compiled: dict[str, tuple[str, Bind, Process]] = {}

    def compiled(self, dialect: str) -> tuple[str, Bind, Process]:
        try:
            return self._compiled[dialect]
        except KeyError:
            statement = (
                self._statement if isinstance(self._statement, Executable) else self._statement(dialect)
            )
            self._changes = statement.is_dml
            made = compile_for(statement, dialect)
            if self._packed and dialect == "sqlite":
                made = pack(statement, *made)
            self._compiled[dialect] = made
            return made

    def _fetch(self, tx: Tx, params: Mapping[str, Any]) -> list[Row]:
        sql, bind, process = self._compiled.get(tx.dialect) or self.compiled(tx.dialect)
        if self._changes:  # RETURNING
            tx.must_write()
        try:
            found: list[Row] = tx.driver.execute(sql, bind(params)).fetchall()
            return found if process is None else process(found)
        except Exception as error:
            raise translate(error) from error


class Rows(_Prepared, Generic[T]):
    """A statement whose rows become ``make(*row)``, usually a frozen struct."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., T], statement: Statement, packed: bool) -> None:
        super().__init__(statement, packed)
        self._make = make

    def all(self, tx: Tx, /, **params: Any) -> list[T]:
        make = self._make
        return [make(*row) for row in self._fetch(tx, params)]

    def first(self, tx: Tx, /, **params: Any) -> T | None:
        found = self._fetch(tx, params)
        return self._make(*found[0]) if found else None


class Values(_Prepared, Generic[T]):
    """A statement with one column."""

    __slots__ = ()

    def all(self, tx: Tx, /, **params: Any) -> list[T]:
        return [row[0] for row in self._fetch(tx, params)]

    def first(self, tx: Tx, /, **params: Any) -> T | None:
        found = self._fetch(tx, params)
        return found[0][0] if found else None


class Action(_Prepared):
    """A statement that changes rows; calling it gives how many."""

    __slots__ = ()

    def __call__(self, tx: Tx, /, **params: Any) -> int:
        if not tx.writes:
            tx.must_write()
        sql, bind, _ = self.compiled(tx.dialect)
        try:
            return int(tx.driver.execute(sql, bind(params)).rowcount)
        except Exception as error:
            raise translate(error) from error

    def many(self, tx: Tx, params: Iterable[Mapping[str, Any]]) -> None:
        """Run once for each set of parameters, in one go."""
        tx.must_write()
        sql, sets = self._sets(tx.dialect, params)
        try:
            tx.driver.executemany(sql, sets)
        except Exception as error:
            raise translate(error) from error

    def send(self, tx: Tx, params: Iterable[Mapping[str, Any]]) -> None:
        """The same; on PostgreSQL it goes with the next statement that is waited for, which is where a rule
        of the table that it breaks is told."""
        if tx.dialect != "postgresql":
            self.many(tx, params)
            return
        tx.must_write()
        sql, sets = self._sets(tx.dialect, params)
        for each in sets:
            tx.driver.soon(sql, each)

    def soon(self, tx: Tx, /, **params: Any) -> None:
        """Where nothing hangs on it here: see :meth:`Tx.soon`."""
        tx.soon(self, params)

    def _sets(self, dialect: str, params: Iterable[Mapping[str, Any]]) -> tuple[str, list[Sequence[Any]]]:
        sql, bind, _ = self.compiled(dialect)
        return sql, [bind(each) for each in params]


class Put(Action):
    """An INSERT whose rows, if there are many, go in one statement on PostgreSQL: as one list for each
    column. Of those with the same ``key`` the last counts, and the numbers in ``add`` are summed."""

    __slots__ = ("_add", "_by_lists", "_key", "_write_lists")

    def __init__(
        self, table: Table, names: Mapping[str, str], conflict: Conflict | None, key: Names, add: Names
    ) -> None:
        def one(dialect: str) -> Executable:
            made = upsert(dialect, table).values({column: param(name) for column, name in names.items()})
            return conflict(made) if conflict is not None else made.inline()  # type: ignore[no-any-return]

        super().__init__(one)
        self._key = key
        self._add = add
        self._write_lists = partial(put_lists, table, names, conflict)
        self._by_lists = ""

    def _sets(self, dialect: str, params: Iterable[Mapping[str, Any]]) -> tuple[str, list[Sequence[Any]]]:
        sql, sets = super()._sets(dialect, self._folded(params))
        if dialect != "postgresql" or len(sets) < _MANY:
            return sql, sets
        self._by_lists = self._by_lists or self._write_lists()
        return self._by_lists, [list(zip(*sets, strict=True))]

    def _folded(self, params: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
        key, add = self._key, self._add
        if not key:
            return params
        found: dict[tuple[Any, ...], Mapping[str, Any]] = {}
        for each in params:
            name = tuple([each[part] for part in key])
            before = found.get(name)
            if before is not None and add:
                each = {**each, **{part: before[part] + each[part] for part in add}}
            found[name] = each
        return found.values()


class Lock(_Prepared):
    """A ``SELECT … FOR UPDATE`` whose rows nobody reads: what is read afterwards is as it stays. On SQLite
    writers take turns, and there is nothing to do."""

    __slots__ = ()

    def __call__(self, tx: Tx, /, **params: Any) -> None:
        tx.must_write()
        if tx.dialect == "postgresql":
            sql, bind, _ = self.compiled(tx.dialect)
            tx.driver.soon(sql, bind(params))


def pack(statement: Executable, sql: str, bind: Bind, process: Process) -> tuple[str, Bind, Process]:
    """The same, with all rows as one JSON array of arrays (SQLite). TypeError where JSON would lose a bit."""
    columns = list(statement.selected_columns)  # type: ignore[attr-defined]
    if any(isinstance(column.type, Float | Numeric | LargeBinary) for column in columns):
        raise TypeError("JSON holds no bytes, and SQLite writes floats into it with 15 digits only")
    names = [f"c{n}" for n, _ in enumerate(columns)]
    one = f"json_array({','.join(names)})"
    packed = f"WITH p({','.join(names)}) AS ({sql}) SELECT json_group_array({one}) FROM p"  # noqa: S608 - no user text

    def unpack(found: list[Row]) -> list[Row]:
        inside: list[Row] = msgspec.json.decode(found[0][0])
        return inside if process is None else process(inside)

    return packed, bind, unpack


def rows(make: Callable[..., T], statement: Statement, *, packed: bool = False) -> Rows[T]:
    return Rows(make, statement, packed)


def values(kind: type[T], statement: Statement, *, packed: bool = False) -> Values[T]:
    """``kind`` is for the type checker: the column's type decides what comes back."""
    return Values(statement, packed)


def action(statement: Statement) -> Action:
    return Action(statement)


def put(
    table: Table,
    *,
    conflict: Conflict | None = None,
    key: Names = (),
    add: Names = (),
    but: Names = (),
    **names: str,
) -> Put:
    """Insert a row: each column from the parameter of its name, or of that in ``names``. Columns that the
    database numbers, and those in ``but``, are left out. ``conflict`` says what follows ON CONFLICT, in terms
    of ``excluded``."""
    given = [c for c in table.columns if c.identity is None and c.name not in but]
    return Put(table, {c.name: names.get(c.name, c.name) for c in given}, conflict, key, add)


def lock(statement: Statement) -> Lock:
    return Lock(statement)
