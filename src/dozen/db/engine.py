"""Connections and transactions on SQLite and PostgreSQL.

SQLite: every thread keeps one connection; a writer takes ``gate`` first, so that threads of one
process never meet in SQLite's own busy loop, and ``BEGIN IMMEDIATE``, so that other processes are
met at the start of a transaction and not in its middle. PostgreSQL: every thread keeps one
connection; one that broke (restart, fail-over) is replaced at the next ``BEGIN``.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote

from dozen.db.errors import Broken, Busy, translate
from dozen.db.tx import Tx
from dozen.db.walindex import WalIndex
from dozen.kit.env import Env

T = TypeVar("T")

_BUSY_SECONDS = 10.0
_TRIES = 4
_COURTESY = 50  # milliseconds at most that a thread lets the event loop go first


class Database(Protocol):
    """What the floors above see of a database."""

    dialect: str
    inline: bool
    """Whether short transactions may run in the event loop (SQLite) or belong in threads."""

    def run_read(self, env: Env, verb: Callable[[Tx], T]) -> T:
        """``verb`` in a read transaction on one consistent snapshot."""
        ...

    def run_write(self, env: Env, verb: Callable[[Tx], T]) -> T:
        """``verb`` in a write transaction; returns after the commit. Blocks while others write."""
        ...

    def close(self) -> None: ...


def open_database(url: str, *, synchronous: str = "FULL", max_pages: int = 0) -> Database:
    """The database behind ``sqlite:///path`` or ``postgresql://…``. ValueError for another scheme."""
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        return SqliteDatabase(
            Path(unquote(rest.removeprefix("/"))), synchronous=synchronous, max_pages=max_pages
        )
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return PostgresDatabase("postgresql://" + rest)
    raise ValueError("the database URL must begin with sqlite:/// or postgresql://")


@contextmanager
def read(db: Database, env: Env) -> Iterator[Tx]:
    """A read transaction as a with-block, for scripts and jobs."""
    with _block(db.run_read, env) as tx:
        yield tx


@contextmanager
def write(db: Database, env: Env) -> Iterator[Tx]:
    """A write transaction as a with-block, for scripts and jobs; committed at its end."""
    with _block(db.run_write, env) as tx:
        yield tx


@contextmanager
def _block(run: Callable[..., Any], env: Env) -> Iterator[Tx]:
    opened = run.__self__.begin(env, writes=run.__name__ == "run_write")  # type: ignore[attr-defined]
    tx = next(opened)
    try:
        yield tx
    except BaseException as error:
        try:
            opened.throw(error)
        except StopIteration:
            return
        raise
    else:
        next(opened, None)


class SqliteDatabase:
    dialect = "sqlite"
    inline = True

    def __init__(self, path: Path, *, synchronous: str = "FULL", max_pages: int = 0) -> None:
        if synchronous.upper() not in ("FULL", "NORMAL", "EXTRA"):
            raise ValueError("sqlite_synchronous must be FULL, NORMAL or EXTRA")
        self.path = path
        self.synchronous = synchronous.upper()
        self.max_pages = max_pages
        self.gate = threading.Lock()
        self.loop_waits = False
        """The event loop wants the gate: threads that write one transaction after another let it in."""
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._open_lock = threading.Lock()
        self._index: WalIndex | None = WalIndex(path)

    def mark(self) -> bytes:
        """Something that differs after every commit, by whomever; empty: not known."""
        return self._index.mark() if self._index is not None else b""

    def connect(self) -> sqlite3.Connection:
        """A new connection, set up as all of them are; closed with the database."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            made = sqlite3.connect(
                self.path, timeout=0, isolation_level=None, check_same_thread=False, cached_statements=1024
            )
        except (OSError, sqlite3.Error) as error:
            raise Broken from error
        try:
            self._set_up(made)
        except sqlite3.Error as error:
            made.close()
            raise translate(error) from error
        with self._open_lock:
            self._open.append(made)
        return made

    def _set_up(self, made: sqlite3.Connection) -> None:
        made.execute("PRAGMA busy_timeout=10000")
        made.execute("PRAGMA journal_mode=WAL")
        made.execute(f"PRAGMA synchronous={self.synchronous}")
        made.execute("PRAGMA foreign_keys=ON")
        made.execute("PRAGMA temp_store=MEMORY")
        made.execute("PRAGMA cache_size=-65536")
        made.execute("PRAGMA mmap_size=1073741824")
        made.execute("PRAGMA wal_autocheckpoint=4000")
        made.execute("PRAGMA journal_size_limit=67108864")
        if self.max_pages:
            made.execute(f"PRAGMA max_page_count={int(self.max_pages)}")

    def connection(self) -> sqlite3.Connection:
        """This thread's kept connection."""
        try:
            return self._local.connection  # type: ignore[no-any-return]
        except AttributeError:
            made = self._local.connection = self.connect()
            return made

    def begin(self, env: Env, *, writes: bool) -> Iterator[Tx]:
        """A transaction as a generator: yields once, commits when resumed, rolls back when thrown into."""
        driver = self.connection()
        if writes:
            for _ in range(_COURTESY):
                if not self.loop_waits:
                    break
                time.sleep(0.001)
            if not self.gate.acquire(timeout=_BUSY_SECONDS):
                raise Busy
        try:
            try:
                driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            except sqlite3.Error as error:
                raise translate(error) from error
            beside = self.run_beside if writes else None
            tx = Tx(env, driver, "sqlite", writes=writes, mark=self.mark, beside=beside)
            try:
                yield tx
                if writes:
                    tx.finish()
                driver.execute("COMMIT")
            except BaseException as error:
                if driver.in_transaction:
                    driver.execute("ROLLBACK")
                if (known := translate(error)) is not error:
                    raise known from error
                raise
        finally:
            if writes:
                self.gate.release()
        tx.committed()

    def run_read(self, env: Env, verb: Callable[[Tx], T]) -> T:
        return self._read_on(self.connection(), env, verb)

    def run_beside(self, env: Env, verb: Callable[[Tx], T]) -> T:
        """As ``run_read``, while this thread writes: on a second connection, which sees what is committed."""
        found: sqlite3.Connection | None = getattr(self._local, "second", None)
        if found is None:
            found = self._local.second = self.connect()
        return self._read_on(found, env, verb)

    def _read_on(self, driver: sqlite3.Connection, env: Env, verb: Callable[[Tx], T]) -> T:
        try:
            return verb(Tx(env, driver, "sqlite", writes=False, begin=driver.execute, mark=self.mark))
        finally:
            if driver.in_transaction:
                driver.execute("ROLLBACK")

    def run_write(self, env: Env, verb: Callable[[Tx], T]) -> T:
        opened = self.begin(env, writes=True)
        tx = next(opened)
        try:
            result = verb(tx)
        except BaseException as error:
            opened.throw(error)  # type: ignore[attr-defined]
            raise
        next(opened, None)
        return result

    def close(self) -> None:
        with self._open_lock:
            for each in self._open:
                each.close()
            self._open.clear()
        self._local = threading.local()
        if self._index is not None:
            self._index.close()
            self._index = None


@cache
def _number_loader() -> Any:
    """PostgreSQL sums BIGINT to NUMERIC: an int here, as on SQLite; with decimals (an average) a float."""
    from psycopg.adapt import Loader

    class Number(Loader):
        def load(self, data: Any) -> int | float:
            text = bytes(data)
            return int(text) if text.lstrip(b"-").isdigit() else float(text)

    return Number


def _say(driver: Any, command: bytes) -> bytes:
    """BEGIN, COMMIT or ROLLBACK on psycopg's connection, past its cursors: each costs a third that way. Gives
    the server's word for what it did; raises as psycopg does."""
    from psycopg import OperationalError, errors, pq

    answer = driver.pgconn.exec_(command)
    if answer.status != pq.ExecStatus.COMMAND_OK:
        if driver.closed:
            raise OperationalError("the connection is lost")
        raise errors.error_from_result(answer)
    done: bytes = answer.command_status
    return done


class PostgresDatabase:
    dialect = "postgresql"
    inline = False

    def __init__(self, url: str) -> None:
        self.url = url
        self._local = threading.local()
        self._open: set[Any] = set()
        self._open_lock = threading.Lock()

    def connect(self) -> Any:
        import psycopg

        try:
            made = psycopg.connect(
                self.url, autocommit=True, connect_timeout=5, prepare_threshold=2, application_name="dozen"
            )
        except psycopg.Error as error:
            raise Broken from error
        made.adapters.register_loader("numeric", _number_loader())
        with self._open_lock:
            self._open.add(made)
        return made

    def connection(self) -> Any:
        found = getattr(self._local, "connection", None)
        if found is None or found.closed:
            found = self._local.connection = self.connect()
        return found

    def _drop(self) -> None:
        found = getattr(self._local, "connection", None)
        if found is not None:
            self._local.connection = None
            with self._open_lock:
                self._open.discard(found)
            found.close()

    def _begin(self, writes: bool) -> Any:
        import psycopg

        start = b"BEGIN" if writes else b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        for last in (False, True):
            driver = self.connection()
            try:
                _say(driver, start)
                return driver
            except psycopg.Error as error:
                self._drop()
                if last:
                    raise translate(error) from error
        raise Broken

    def begin(self, env: Env, *, writes: bool) -> Iterator[Tx]:
        """A transaction as a generator: yields once, commits when resumed, rolls back when thrown into."""
        driver = self._begin(writes)
        tx = Tx(env, driver, "postgresql", writes=writes)
        try:
            yield tx
            if writes:
                tx.finish()
            if _say(driver, b"COMMIT") != b"COMMIT":
                raise RuntimeError("rolled back: an error was caught outside a savepoint")
        except BaseException as error:
            self._roll_back(driver)
            if (known := translate(error)) is not error:
                raise known from error
            raise
        tx.committed()

    def _roll_back(self, driver: Any) -> None:
        import psycopg

        try:
            _say(driver, b"ROLLBACK")
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

    def run_read(self, env: Env, verb: Callable[[Tx], T]) -> T:
        return self._once(env, verb, writes=False)

    def run_write(self, env: Env, verb: Callable[[Tx], T]) -> T:
        """As the protocol says; deadlocks are tried again (verbs touch ``tx`` alone)."""
        for attempt in range(_TRIES):
            try:
                return self._once(env, verb, writes=True)
            except Busy:
                if attempt == _TRIES - 1:
                    raise
        raise Busy

    def close(self) -> None:
        with self._open_lock:
            for each in self._open:
                each.close()
            self._open.clear()
        self._local = threading.local()
