"""Reads from a copy: a PostgreSQL standby that answers in the primary's place, and never knows less.

A read begins with one question to the primary, how far its log is on disk, and goes to the standby once
that has replayed as much: a few milliseconds at most where it keeps up. So whatever anybody was told is
done, by whichever process, is seen by every read that begins afterwards, just as on the primary: people
read what they wrote, sessions that ended have ended, and what caches keep is no older than what the event
log has told them. No note of who wrote what and when has to be kept anywhere.

A standby that is away, far behind, or no standby of this database is left alone until it is well again, and
the primary answers. A thread looks after it meanwhile, so that no request waits for it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from dozen.db.errors import Broken, Busy, translate
from dozen.db.postgres import PostgresDatabase
from dozen.db.tx import Tx
from dozen.kit.env import Env

if TYPE_CHECKING:
    from dozen.db.wire import Wire

T = TypeVar("T")
log = logging.getLogger("dozen.db")

PATIENCE = 0.05
"""Seconds that a read waits for the standby to come up to it."""
_AGAIN = 0.5
"""Seconds between looks at a standby that was left alone."""
_CONNECT = {"connect_timeout": "3", "tcp_user_timeout": "5000"}
# What is visible is on disk, except where commits do not wait for the disk.
_REACHED = b"""SELECT CASE current_setting('synchronous_commit') WHEN 'off'
THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END"""
_HAS = (
    b"SELECT CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() >= '%s')::text ELSE 'primary' END"
)
_WHO = b"SELECT system_identifier || '/' || current_database() FROM pg_control_system()"
_LAG = b"""SELECT greatest(pg_wal_lsn_diff('%s', pg_last_wal_replay_lsn()), 0)::bigint || ' '
|| coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0)::bigint"""


class Unfit(Exception):
    """The standby cannot answer now. Says why."""


class Behind(Unfit):
    """It has not replayed what the primary has."""


class Standing(msgspec.Struct, frozen=True):
    """How a standby follows: ``behind`` in bytes of the log; ``since`` is how many seconds ago the newest
    transaction that it has was committed, 0 when it has all there are. ``wrong``: why it cannot be used."""

    behind: int = 0
    since: int = 0
    wrong: str = ""


class Replica:
    """Reads of one database, on its standby where that is fit. ``run_read`` is as the primary's."""

    def __init__(self, url: str, primary: PostgresDatabase) -> None:
        self._primary = primary
        self._standby = _Standby(url, primary)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.fit = True
        """Whether reads go there. When they do not, a thread looks for the day when they can."""

    def run_read(self, env: Env, verb: Callable[[Tx], T]) -> T:
        """``verb`` in a read transaction that sees all that was committed before the call. It may run twice:
        a standby can take a read back in its middle."""
        if self.fit:
            try:
                return self._standby.run_read(env, verb)
            except Busy:  # what the read looked at was vacuumed away
                log.info("a read on the replica was in the way of its replay; the primary answers")
            except (Unfit, Broken) as error:
                self._leave(error)
        return self._primary.run_read(env, verb)

    def standing(self) -> Standing:
        """How it follows right now, whether it is used or not."""
        try:
            return self._standby.standing()
        except (Unfit, Broken, Busy) as error:
            return Standing(wrong=_why(error))

    def _leave(self, error: Exception) -> None:
        with self._lock:
            if not self.fit or self._stop.is_set():
                return
            self.fit = False
        log.warning("the replica %s; its reads go to the primary", _why(error))
        threading.Thread(target=self._look_after, name="replica", daemon=True).start()

    def _look_after(self) -> None:
        while not self._stop.wait(_AGAIN):
            try:
                self._standby.check()
            except (Unfit, Broken, Busy):
                continue
            finally:
                self._standby.forget()
            log.info("the replica is well again")
            self.fit = True
            return

    def close(self) -> None:
        self._stop.set()
        self._standby.close()


def _why(error: Exception) -> str:
    if isinstance(error, Unfit):
        return str(error)
    return f"is away ({_first_line(error.__cause__ or error)})"


class _Standby(PostgresDatabase):
    """Connections to the standby. A transaction begins when it has what the primary has."""

    def __init__(self, url: str, primary: PostgresDatabase) -> None:
        from psycopg.conninfo import make_conninfo

        super().__init__(make_conninfo(url, **_CONNECT))
        self._primary = primary

    def connect(self) -> Any:
        """Raises Unfit where another database is found, whose log says nothing about ours."""
        made = super().connect()
        try:
            if _ask(made, _WHO) != self._of_primary(_WHO):
                raise Unfit("is a copy of another database")
        except BaseException:
            self._give_up(made)
            raise
        return made

    def _begin(self, writes: bool) -> Any:
        assert not writes, "a standby takes no writes"
        floor = self._of_primary(_REACHED)
        for last in (False, True):
            driver = self.connection()
            try:
                self._await(driver, floor)
                _ask(driver, b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                return driver
            except Broken:  # a connection that was kept, and has been lost since
                self._drop()
                if last:
                    raise
        raise Broken

    def check(self) -> None:
        """Raises Unfit or Broken where a read could not begin."""
        self._await(self.connection(), self._of_primary(_REACHED))

    def standing(self) -> Standing:
        driver, floor = self.connection(), self._of_primary(_REACHED)
        try:
            self._await(driver, floor)
        except Behind:
            behind, since = _ask(driver, _LAG % floor).split()
            return Standing(int(behind), int(since))
        return Standing()

    def forget(self) -> None:
        """Close this thread's connection."""
        self._drop()

    def _of_primary(self, question: bytes) -> bytes:
        for last in (False, True):
            try:
                return _ask(self._primary.connection(), question)
            except Broken:
                self._primary._drop()
                if last:
                    raise
        raise Broken

    @staticmethod
    def _await(driver: Any, floor: bytes) -> None:
        """Return when all up to ``floor`` is replayed; a snapshot that is taken afterwards has it."""
        end = time.monotonic() + PATIENCE
        pause = 0.0005
        while (answer := _ask(driver, _HAS % floor)) != b"true":
            if answer == b"primary":
                raise Unfit("follows nobody: it is a primary itself")
            if time.monotonic() > end:
                raise Behind("is behind")
            time.sleep(pause)
            pause = min(2 * pause, 0.008)

    def _give_up(self, driver: Any) -> None:
        with self._open_lock:
            self._open.discard(driver)
        driver.close()


def _ask(driver: Wire, question: bytes) -> bytes:
    """One value. Raises Broken, Busy, and Unfit for whatever else is wrong with who was asked: no read is to
    fail for it."""
    from psycopg import Error

    try:
        return driver.ask(question)
    except Error as error:
        known = translate(error)
        if isinstance(known, Broken | Busy):
            raise known from error
        raise Unfit(f"cannot be used ({_first_line(error)})") from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
