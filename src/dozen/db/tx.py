"""A transaction, as verbs see it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from sqlalchemy.sql import Executable

from dozen.db.errors import translate
from dozen.db.sql import compile_for
from dozen.kit import clock
from dozen.kit.env import Env, Part

P = TypeVar("P", bound=Part)
T = TypeVar("T")
K = TypeVar("K")
log = logging.getLogger("dozen.db")


class Write(Protocol):
    """A statement that can be run for many sets of parameters in one go."""

    def many(self, tx: Tx, params: Collection[Mapping[str, Any]]) -> None: ...

    def send(self, tx: Tx, params: Collection[Mapping[str, Any]]) -> None:
        """The same, together with what is asked next where that saves waiting."""
        ...


_Left = tuple[Write, Mapping[str, Any]]


class _Save:
    """A savepoint, and how things stood when it was made."""

    __slots__ = ("after", "known", "last", "left", "lost", "name", "things", "tx")

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.known = tx.known.copy()
        self.left = len(tx._left)
        self.last = len(tx._last)
        self.things = len(tx._things)
        self.after = len(tx._after)
        self.lost = tx._lost
        self.name = ""
        """In the database, once something was asked of it since."""

    def __enter__(self) -> None:
        self.tx._saves.append(self)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        tx = self.tx
        tx._saves.pop()
        if error is None:
            if self.name:
                tx._say(f"RELEASE {self.name}")
            return
        del tx._left[self.left :]
        del tx._last[self.last :]
        del tx._things[self.things :]
        del tx._after[self.after :]
        tx.known = self.known
        tx._lost = self.lost
        if self.name:
            try:
                tx._undo(self.name)
            except Exception:  # the whole transaction is gone: full disk, lost connection
                raise translate(error) from error


class ReadOnly(RuntimeError):
    """A verb that writes was called in a read transaction: a programming error."""


class Tx:
    """One transaction on one connection, used by one thread.

    ``now`` is the moment it began, in milliseconds: everything in it happens at that moment.
    """

    __slots__ = (
        "_after", "_begin", "_driver", "_last", "_left", "_lost", "_number", "_saves", "_things",
        "beside", "dialect", "env", "heard", "known", "mark", "now", "writes",
    )  # fmt: skip

    def __init__(
        self,
        env: Env,
        driver: Any,
        dialect: str,
        *,
        writes: bool,
        begin: Callable[[str], Any] | None = None,
        mark: Callable[[], bytes] | None = None,
        beside: Callable[[Env, Callable[[Tx], Any]], Any] | None = None,
    ) -> None:
        """``begin`` starts the transaction at the first statement: what is answered from memory needs none.

        ``mark`` gives something that differs after every commit, by whomever; empty where that is not known.
        ``beside`` runs a verb on what is committed, without what this transaction and those that share its
        commit have written (SQLite, where it writes).
        """
        self.env = env
        self.dialect = dialect
        self.writes = writes
        self.mark = mark
        self.beside = beside
        self._driver = driver
        self._begin = begin
        self.now = clock.now()
        self.heard = False
        """Whether this process has been told what other processes changed before this transaction began."""
        self.known: dict[Any, Any] = {}
        """What was read here and may be asked again, by a name of the reader's own. Whoever changes what
        it was read from takes it out; what is here is never changed, but replaced."""
        self._left: list[_Left] = []
        self._last: list[_Left] = []
        self._things: list[tuple[Callable[[Tx, list[Any]], None], Any]] = []
        self._after: list[Callable[[], None]] = []
        self._saves: list[_Save] = []
        self._lost: BaseException | None = None
        """Why something that was left could not be written. Whoever happened to ask may have made light of
        it, but without that there is no commit."""
        self._number = 0

    @property
    def driver(self) -> Any:
        """The connection, in the transaction; all that was left until it is asked again is written."""
        if self._begin is not None:
            begin, self._begin = self._begin, None
            begin("BEGIN")
        if self._left or (self._saves and not self._saves[-1].name):
            self._write_left()
        return self._driver

    @property
    def begun(self) -> bool:
        """Whether its snapshot may have been taken already."""
        return self._begin is None

    def next_id(self) -> int:
        """A new snowflake. On SQLite ids rise in the order of commits, for writers take turns."""
        return self.env.ids.next()

    def part(self, kind: type[P]) -> P:
        """Process-wide state of a block (see :mod:`dozen.kit.env`)."""
        return self.env.part(kind)

    def must_write(self) -> None:
        if not self.writes:
            raise ReadOnly("this verb writes, and the transaction is for reading")

    def soon(self, write: Write, params: Mapping[str, Any]) -> None:
        """Write this when the database is asked again, or at the end, with all that waits for ``write`` by
        then. What breaks a rule of its table is told there."""
        if not self.writes:
            self.must_write()
        self._left.append((write, params))

    def later(self, write: Write, **params: Any) -> None:
        """Write this as the last thing in the transaction, with all else that is left for ``write``: for
        what nothing in it reads again."""
        if not self.writes:
            self.must_write()
        self._last.append((write, params))

    def at_end(self, do: Callable[[Tx, list[T]], None], thing: T) -> None:
        """Call ``do`` once before the transaction ends, with all things that were given for it."""
        self.must_write()
        self._things.append((do, thing))

    def after_commit(self, action: Callable[[], None]) -> None:
        """Call ``action`` once this transaction is on disk; never when it is rolled back."""
        self._after.append(action)

    def run(self, statement: Executable, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a statement that is built at run time (filters, reports). Fixed ones are prepared."""
        if statement.is_dml:
            self.must_write()
        sql, bind, process = compile_for(statement, self.dialect)
        try:
            cursor = self.driver.execute(sql, bind(params or {}))
            found = cursor.fetchall() if cursor.description else []
        except Exception as error:
            raise translate(error) from error
        return found if process is None else process(found)

    def savepoint(self) -> AbstractContextManager[None]:
        """What happens inside is undone when it raises; what came before stays."""
        return _Save(self)

    def _say(self, command: str) -> None:
        if self.dialect == "postgresql":
            self._driver.soon(command)
        else:
            self._driver.execute(command)

    def _undo(self, name: str) -> None:
        if self.dialect == "postgresql":
            self._driver.undo(name)
        else:
            self._driver.execute(f"ROLLBACK TO {name}")
            self._driver.execute(f"RELEASE {name}")

    def _write_left(self) -> None:
        """What was left before a savepoint is written before it is made, what came after it after."""
        left, self._left = self._left, []
        saves, self._saves = self._saves, []  # while this asks the database itself
        begin = 0
        try:
            for save in saves:
                if not save.name:
                    self._send(left[begin : save.left])
                    begin, save.left = save.left, 0
                    self._number += 1
                    self._say(f"SAVEPOINT s{self._number}")
                    save.name = f"s{self._number}"
            self._send(left[begin:])
        except Exception as error:
            self._lost = error
            for save in saves:
                if not save.name:  # what failed came before it, and is not undone with it
                    save.lost = error
            raise
        finally:
            self._saves = saves

    def _send(self, left: list[_Left]) -> None:
        for write, each in _together(left):
            write.send(self, each)

    def finish(self) -> None:
        """Do and write what was left for the end. Called by who commits, right before."""
        if self._lost is not None:
            raise self._lost
        while self._things:
            things, self._things = self._things, []
            for do, each in _together(things):
                do(self, each)
        if self._left:
            self._write_left()
        if self._last:
            last, self._last = self._last, []
            for write, each in _together(last):
                write.many(self, each)

    def committed(self) -> None:
        """Do what was asked for after the commit. The commit stands: what fails now is told in the log."""
        for action in self._after:
            try:
                action()
            except Exception:
                log.exception("an action after a commit failed")


def _together(pairs: Iterable[tuple[K, T]]) -> Iterable[tuple[K, list[T]]]:
    """What belongs to the same, in the order in which the first of each came."""
    grouped: dict[K, list[T]] = {}
    for key, each in pairs:
        grouped.setdefault(key, []).append(each)
    return grouped.items()
