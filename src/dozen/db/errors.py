"""What can go wrong between Dozen and its database, in one vocabulary for both engines."""

from __future__ import annotations

import sqlite3
import sys

from dozen.kit.errors import Invalid, Unavailable


class Duplicate(Exception):
    """A row breaks a unique, foreign-key or check constraint. Verbs turn this into a fault of theirs.

    ``late``: it was written by an earlier statement than the one that tells of it, whose verb can do nothing
    about it; the transaction is run again and finds who was first."""

    def __init__(self, why: str = "", late: bool = False) -> None:
        super().__init__(why)
        self.late = late


class Busy(Unavailable):
    """Another writer held the database for longer than we wait."""

    code = "database_busy"


class Broken(Unavailable):
    """The database cannot be reached, or gave up in the middle."""

    code = "database_unavailable"
    title = "The database did not answer; nothing was changed, please try again"


class Full(Unavailable):
    code = "storage_full"
    status = 507
    title = "The server's disk is full; nothing was changed"


class Unstorable(Invalid):
    """What no database holds: text with NUL or half a character in it, a number beyond 64 bits."""

    code = "unstorable"
    title = "There is something in it that cannot be kept: a strange character, or a number that is too large"


def translate(error: BaseException) -> BaseException:
    """Dozen's word for a driver's exception; the exception itself where there is none."""
    if isinstance(error, sqlite3.IntegrityError):
        return Duplicate(str(error))
    if isinstance(error, OverflowError | UnicodeEncodeError):  # raised before the database is asked
        return Unstorable()
    if isinstance(error, sqlite3.OperationalError):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return Busy()
        if code == sqlite3.SQLITE_FULL:
            return Full()
        if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            return Broken()
        return error
    psycopg = sys.modules.get("psycopg")
    if psycopg is not None and isinstance(error, psycopg.Error):
        if isinstance(error, psycopg.errors.DiskFull):
            return Full()
        if isinstance(error, psycopg.IntegrityError):
            return Duplicate(str(error), getattr(error, "late", False))
        if isinstance(
            error,
            psycopg.errors.CharacterNotInRepertoire
            | psycopg.errors.UntranslatableCharacter
            | psycopg.errors.NumericValueOutOfRange,
        ) or (type(error) is psycopg.DataError and error.sqlstate is None):  # the last: NUL, seen by psycopg
            return Unstorable()
        if isinstance(
            error,
            psycopg.errors.SerializationFailure
            | psycopg.errors.DeadlockDetected
            | psycopg.errors.LockNotAvailable,
        ):
            return Busy()
        if isinstance(
            error, psycopg.OperationalError | psycopg.InterfaceError | psycopg.errors.ReadOnlySqlTransaction
        ):  # the last: after a fail-over this server only follows
            return Broken()
    return error
