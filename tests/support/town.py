"""A small installation to test verbs on: a database with all tables, keys and ids."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from dozen.app import tables as _all_tables  # noqa: F401 - registers every table
from dozen.db import metadata, open_database
from dozen.db.engine import SqliteDatabase
from dozen.db.migrate import core_connection
from dozen.db.postgres import PostgresDatabase
from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings
from tests.support.installed import Town as Town
from tests.support.services import postgres_url


@cache
def _sqlite_template() -> Path:
    root = Path(tempfile.mkdtemp(prefix="dozen-template-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    db = open_database(f"sqlite:///{root / 'template.db'}", synchronous="NORMAL")
    assert isinstance(db, SqliteDatabase)
    db.connection()
    with core_connection(db) as connection:
        metadata.create_all(connection)
    db.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return root / "template.db"


@cache
def _postgres_ready() -> str | None:
    url = postgres_url()
    if url is None:
        return None
    import os

    import psycopg

    name = f"dozen_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}"')
    own = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    db = open_database(own)
    with core_connection(db) as connection:
        metadata.create_all(connection)
    db.close()
    return own


@cache
def _sweeper(url: str) -> tuple[Any, str]:
    """A connection that is kept for the whole run, and a query for the tables with rows: emptying all of
    them each time would cost more than most tests."""
    db = open_database(url)
    assert isinstance(db, PostgresDatabase)
    connection = db.connection()
    connection.execute("SET session_replication_role = replica")  # no triggers: some refuse this
    looks = [
        f"SELECT '{table.name}' WHERE EXISTS (SELECT FROM \"{table.name}\")"
        for table in metadata.sorted_tables
    ]
    return connection, " UNION ALL ".join(looks)


_sweeps = count(1)


def _sweep(url: str) -> None:
    connection, looks = _sweeper(url)
    full = [name for (name,) in connection.execute(looks).fetchall()]
    if full and next(_sweeps) % 200 == 0:  # so that what was deleted does not pile up
        every = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        connection.execute(f"TRUNCATE {every} RESTART IDENTITY CASCADE")
    elif full:
        # Truncating makes new files: for a few rows that takes twenty times as long as deleting them.
        connection.say("; ".join(f'DELETE FROM "{name}"' for name in full).encode())
        connection.execute(_RESTART)


_RESTART = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"


def empty_database(kind: str, folder: Path) -> str | None:
    """The URL of a database with all tables and no rows; None where the engine is missing."""
    if kind == "sqlite":
        shutil.copy(_sqlite_template(), folder / "dozen.db")
        return f"sqlite:///{folder / 'dozen.db'}"
    url = _postgres_ready()
    if url is not None:
        _sweep(url)
    return url


def bare_database(kind: str, folder: Path, name: str = "bare", language: str = "") -> str:
    """The URL of a database without any table; ``language`` (an ICU locale) is how PostgreSQL orders text
    in it. Skips the test where the engine is missing."""
    if kind == "sqlite":
        return f"sqlite:///{folder / name}.db"
    url = postgres_url()
    if url is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    import os

    import psycopg

    name = f"dozen_{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        spoken = f" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE '{language}'" if language else ""
        admin.execute(f'CREATE DATABASE "{name}"{spoken}')
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def found_town(kind: str, folder: Path, **settings: Any) -> Town | None:
    """A town on an empty database of the given kind; None where the engine is missing."""
    url = empty_database(kind, folder)
    if url is None:
        return None
    db = open_database(url, synchronous="NORMAL")
    env = Env(
        Settings(data_dir=str(folder), database_url=url, **settings),
        b"a secret for tests only, 32+ bytes",
        Snowflakes(1),
    )
    env.install(db)
    return Town(db, env)
