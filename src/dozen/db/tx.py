"""A transaction, as verbs see it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from sqlalchemy.sql import Executable

from dozen.db.errors import translate
from dozen.db.sql import compile_for
from dozen.kit import clock
from dozen.kit.env import Env, Part

P = TypeVar("P", bound=Part)
log = logging.getLogger("dozen.db")


class Write(Protocol):
    """A statement that can be run for many sets of parameters in one go."""

    def many(self, tx: Tx, params: Iterable[Mapping[str, Any]]) -> None: ...


class ReadOnly(RuntimeError):
    """A verb that writes was called in a read transaction: a programming error."""


class Tx:
    """One transaction on one connection, used by one thread.

    ``now`` is the moment it began, in milliseconds: everything in it happens at that moment.
    """

    __slots__ = (
        "_after", "_begin", "_driver", "_later", "_saves",
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
        it was read from takes it out; all goes when a savepoint is undone."""
        self._later: list[tuple[Write, Mapping[str, Any]]] | None = None
        self._after: list[Callable[[], None]] | None = None
        self._saves = 0

    @property
    def driver(self) -> Any:
        """The connection, in the transaction."""
        if self._begin is not None:
            begin, self._begin = self._begin, None
            begin("BEGIN")
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

    def later(self, write: Write, **params: Any) -> None:
        """Write this as the last thing in the transaction, with all else that is left for ``write``: for
        what nothing in it reads again."""
        self.must_write()
        if self._later is None:
            self._later = []
        self._later.append((write, params))

    def after_commit(self, action: Callable[[], None]) -> None:
        """Call ``action`` once this transaction is on disk; never when it is rolled back."""
        if self._after is None:
            self._after = []
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

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is undone when it raises; what came before stays."""
        self._saves += 1
        name = f"s{self._saves}"
        later, after = len(self._later or ()), len(self._after or ())
        self._say(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException as error:
            try:
                self._undo(name)
            except Exception:  # the whole transaction is gone: full disk, lost connection
                raise translate(error) from error
            if self._later:
                del self._later[later:]
            if self._after:
                del self._after[after:]
            self.known.clear()
            raise
        self._say(f"RELEASE {name}")

    def _say(self, command: str) -> None:
        if self.dialect == "postgresql":
            self.driver.soon(command)
        else:
            self.driver.execute(command)

    def _undo(self, name: str) -> None:
        if self.dialect == "postgresql":
            self.driver.undo(name)
        else:
            self.driver.execute(f"ROLLBACK TO {name}")
            self.driver.execute(f"RELEASE {name}")

    def finish(self) -> None:
        """Write what was left for later. Called by who commits, right before."""
        if self._later is None:
            return
        grouped: dict[Write, list[Mapping[str, Any]]] = {}
        for write, params in self._later:
            grouped.setdefault(write, []).append(params)
        self._later = None
        for write, each in grouped.items():
            write.many(self, each)

    def committed(self) -> None:
        """Do what was asked for after the commit. The commit stands: what fails now is told in the log."""
        for action in self._after or ():
            try:
                action()
            except Exception:
                log.exception("an action after a commit failed")
