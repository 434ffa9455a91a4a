"""PostgreSQL: every thread keeps one connection; one that broke (restart, fail-over) is replaced at the next
transaction's first statement."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from dozen.db.errors import Broken, Busy, Duplicate, translate
from dozen.db.tx import Tx
from dozen.kit.env import Env

if TYPE_CHECKING:
    from dozen.db.wire import Wire

T = TypeVar("T")

_TRIES = 4


class NotKnown(Exception):
    """The database has to be asked."""


def _not_known(command: str) -> None:
    raise NotKnown


class PostgresDatabase:
    dialect = "postgresql"
    inline = False

    def __init__(self, url: str) -> None:
        self.url = url
        self._local = threading.local()
        self._open: set[Wire] = set()
        self._open_lock = threading.Lock()

    def connect(self) -> Wire:
        import psycopg

        from dozen.db.wire import Wire

        try:
            made = Wire(self.url)
        except psycopg.Error as error:
            raise Broken from error
        with self._open_lock:
            self._open.add(made)
        return made

    def connection(self) -> Wire:
        found: Wire | None = getattr(self._local, "connection", None)
        if found is None or found.closed:
            found = self._local.connection = self.connect()
        return found

    def _drop(self) -> None:
        found: Wire | None = getattr(self._local, "connection", None)
        if found is not None:
            self._local.connection = None
            with self._open_lock:
                self._open.discard(found)
            found.close()

    def _begin(self, writes: bool) -> Wire:
        driver = self.connection()
        driver.begin("BEGIN" if writes else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return driver

    def begin(self, env: Env, *, writes: bool) -> Iterator[Tx]:
        """A transaction as a generator: yields once, commits when resumed, rolls back when thrown into."""
        driver = self._begin(writes)
        tx = Tx(env, driver, "postgresql", writes=writes)
        try:
            yield tx
            done = driver.commit(tx.finish)
            if done != b"COMMIT":
                raise RuntimeError("rolled back: an error was caught outside a savepoint")
        except BaseException as error:
            self._roll_back(driver)
            if (known := translate(error)) is not error:
                raise known from error
            raise
        tx.committed()

    def _roll_back(self, driver: Wire) -> None:
        import psycopg

        try:
            driver.rollback()
        except psycopg.Error:
            self._drop()

    def _once(self, env: Env, verb: Callable[[Tx], T], *, writes: bool) -> T:
        opened = self.begin(env, writes=writes)
        tx = next(opened)
        try:
            result = verb(tx)
        except BaseException as error:
            opened.throw(error)  # type: ignore[attr-defined]
            raise
        next(opened, None)
        return result

    def run_known(self, env: Env, verb: Callable[[Tx], T]) -> T:
        return verb(Tx(env, None, "postgresql", writes=False, begin=_not_known))

    def run_read(self, env: Env, verb: Callable[[Tx], T]) -> T:
        return self._once(env, verb, writes=False)

    def run_write(self, env: Env, verb: Callable[[Tx], T]) -> T:
        """As the protocol says; deadlocks are tried again (verbs touch ``tx`` alone), and so is what came
        second only when it was written (:class:`Duplicate`, ``late``)."""
        for attempt in range(_TRIES):
            try:
                return self._once(env, verb, writes=True)
            except (Busy, Duplicate) as error:
                again = isinstance(error, Busy) or error.late
                if not again or attempt == _TRIES - 1:
                    raise
        raise Busy

    def close(self) -> None:
        with self._open_lock:
            for each in self._open:
                each.close()
            self._open.clear()
        self._local = threading.local()
