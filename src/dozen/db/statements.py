"""Prepared statements: SQLAlchemy Core written once, compiled once, run on the bare driver.

Core's own execution costs more than most of our queries do. A statement here is compiled for each
database at first use into the driver's SQL and a tuple of parameter names, so that a call costs
what the driver costs. ``queries.py`` files hold nothing but these::

    by_id = rows(Person, select(people.c.id, people.c.name).where(people.c.id == param("id")))
    by_id.first(tx, id=7)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from sqlalchemy.sql import Executable

from dozen.db.errors import translate
from dozen.db.sql import Bind, Process, Row, compile_for
from dozen.db.tx import Tx

T = TypeVar("T")
Statement = Executable | Callable[[str], Executable]


class _Prepared:
    """What the three kinds of prepared statement share."""

    __slots__ = ("_compiled", "_statement")

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, Bind, Process]] = {}

    def compiled(self, dialect: str) -> tuple[str, Bind, Process]:
        try:
            return self._compiled[dialect]
        except KeyError:
            statement = (
                self._statement if isinstance(self._statement, Executable) else self._statement(dialect)
            )
            made = self._compiled[dialect] = compile_for(statement, dialect)
            return made

    def _fetch(self, tx: Tx, params: Mapping[str, Any]) -> list[Row]:
        sql, bind, process = self.compiled(tx.dialect)
        try:
            return process(tx.driver.execute(sql, bind(params)).fetchall())
        except Exception as error:
            raise translate(error) from error


class Rows(_Prepared, Generic[T]):
    """A statement whose rows become ``make(*row)``, usually a frozen struct."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., T], statement: Statement) -> None:
        super().__init__(statement)
        self._make = make

    def all(self, tx: Tx, **params: Any) -> list[T]:
        make = self._make
        return [make(*row) for row in self._fetch(tx, params)]

    def first(self, tx: Tx, **params: Any) -> T | None:
        found = self._fetch(tx, params)
        return self._make(*found[0]) if found else None


class Values(_Prepared, Generic[T]):
    """A statement with one column."""

    __slots__ = ()

    def all(self, tx: Tx, **params: Any) -> list[T]:
        return [row[0] for row in self._fetch(tx, params)]

    def first(self, tx: Tx, **params: Any) -> T | None:
        found = self._fetch(tx, params)
        return found[0][0] if found else None


class Action(_Prepared):
    """A statement that changes rows; calling it gives how many."""

    __slots__ = ()

    def __call__(self, tx: Tx, **params: Any) -> int:
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
        sql, bind, _ = self.compiled(tx.dialect)
        try:
            tx.driver.cursor().executemany(sql, [bind(each) for each in params])
        except Exception as error:
            raise translate(error) from error


def rows(make: Callable[..., T], statement: Statement) -> Rows[T]:
    return Rows(make, statement)


def values(kind: type[T], statement: Statement) -> Values[T]:
    """``kind`` is for the type checker: the column's type decides what comes back."""
    return Values(statement)


def action(statement: Statement) -> Action:
    return Action(statement)
