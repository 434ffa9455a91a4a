"""What a database is to the floors above, and SQLite (PostgreSQL is :mod:`dozen.db.postgres`).

SQLite: every thread keeps one connection; a writer takes ``gate`` first, so that threads of one
process never meet in SQLite's own busy loop, and ``BEGIN IMMEDIATE``, so that other processes are
met at the start of a transaction and not in its middle.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote

from dozen.db.errors import Broken, Busy, translate
from dozen.db.postgres import PostgresDatabase
from dozen.db.tx import Tx
from dozen.db.walindex import WalIndex
from dozen.kit.env import Env

T = TypeVar("T")

_BUSY_SECONDS = 10.0
_COURTESY = 50  # milliseconds at most that a thread lets the event loop go first


class Database(Protocol):
    """What the floors above see of a database."""

    dialect: str
    inline: bool
    """Whether short transactions may run in the event loop (SQLite) or belong in threads."""

    def run_read(self, env: Env, verb: Callable[[Tx], T]) -> T:
        """``verb`` in a read transaction on one consistent snapshot."""
        ...

    def run_known(self, env: Env, verb: Callable[[Tx], T]) -> T:
        """``verb``, where it needs nothing of the database; NotKnown when it does. Never blocks."""
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

    run_known = run_read  # a short look at a file, which blocks nobody

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
