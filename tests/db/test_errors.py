"""Both drivers' exceptions in one vocabulary."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest

from dozen.db.errors import Broken, Busy, Duplicate, Full, Unstorable, translate
from dozen.kit.errors import Conflict, Unavailable

E = psycopg.errors


def lite(code: int, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> sqlite3.Error:
    error = kind("told by SQLite")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY, Busy),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Busy),
        (sqlite3.SQLITE_BUSY_TIMEOUT, Busy),
        (sqlite3.SQLITE_LOCKED, Busy),
        (sqlite3.SQLITE_LOCKED_SHAREDCACHE, Busy),
        (sqlite3.SQLITE_FULL, Full),
        (sqlite3.SQLITE_IOERR, Broken),
        (sqlite3.SQLITE_IOERR_FSYNC, Broken),
        (sqlite3.SQLITE_IOERR_WRITE, Broken),
        (sqlite3.SQLITE_CANTOPEN, Broken),
        (sqlite3.SQLITE_READONLY, Broken),
        (sqlite3.SQLITE_READONLY_DBMOVED, Broken),
    ],
)
def test_what_sqlite_says(code: int, kind: type[Exception]) -> None:
    assert type(translate(lite(code))) is kind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (E.UniqueViolation, Duplicate),
        (E.ForeignKeyViolation, Duplicate),
        (E.CheckViolation, Duplicate),
        (E.NotNullViolation, Duplicate),
        (E.ExclusionViolation, Duplicate),
        (E.SerializationFailure, Busy),
        (E.DeadlockDetected, Busy),
        (E.LockNotAvailable, Busy),
        (E.DiskFull, Full),
        (E.AdminShutdown, Broken),
        (E.CannotConnectNow, Broken),
        (E.TooManyConnections, Broken),
        (E.ConnectionFailure, Broken),
        (E.ReadOnlySqlTransaction, Broken),
        (psycopg.OperationalError, Broken),
        (psycopg.InterfaceError, Broken),
    ],
)
def test_what_postgresql_says(error: type[psycopg.Error], kind: type[Exception]) -> None:
    assert type(translate(error("told by PostgreSQL"))) is kind


def test_mistakes_of_ours_stay_what_they_are() -> None:
    for error in (
        lite(sqlite3.SQLITE_ERROR),
        sqlite3.ProgrammingError("closed"),
        E.UndefinedTable("t"),
        E.InFailedSqlTransaction("no"),
        Conflict("no"),
        KeyError("x"),
        KeyboardInterrupt(),
    ):
        assert translate(error) is error


def test_integrity_errors_keep_their_words() -> None:
    assert "told by SQLite" in str(translate(lite(0, sqlite3.IntegrityError)))
    assert "key 7" in str(translate(E.UniqueViolation("key 7")))


def test_people_are_told_codes_that_mean_try_again() -> None:
    told = {kind.code: (kind().status, kind().title) for kind in (Busy, Broken, Full)}
    assert [(code, status) for code, (status, _) in told.items()] == [
        ("database_busy", 503),
        ("database_unavailable", 503),
        ("storage_full", 507),
    ]
    assert all(issubclass(kind, Unavailable) for kind in (Busy, Broken, Full))
    assert all("nothing was changed" in title for _, title in told.values())


@pytest.mark.parametrize(
    "error",
    [
        E.CharacterNotInRepertoire("told by PostgreSQL"),
        E.UntranslatableCharacter("told by PostgreSQL"),
        E.NumericValueOutOfRange("told by PostgreSQL"),
        psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"),
        OverflowError("Python int too large to convert to SQLite INTEGER"),
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
    ],
    ids=repr,
)
def test_what_cannot_be_kept(error: Exception) -> None:
    assert type(translate(error)) is Unstorable


def test_a_mistake_of_ours_stays_one() -> None:
    error = E.DivisionByZero("told by PostgreSQL")
    assert translate(error) is error
