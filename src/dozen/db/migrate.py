"""Bringing a database to the newest schema: one Alembic stream for both engines."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dozen.db.engine import Database, SqliteDatabase
from dozen.db.postgres import PostgresDatabase

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def newest() -> str:
    """The newest revision, read from the file names (``0007_wallet.py``), without importing Alembic."""
    names = sorted(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return names[-1].partition("_")[0] if names else ""


def current(db: Database) -> str:
    """The database's revision; empty for a new one."""
    import psycopg

    try:
        found = db.connection().execute("SELECT version_num FROM alembic_version").fetchone()  # type: ignore[attr-defined]
    except (sqlite3.OperationalError, psycopg.errors.UndefinedTable):
        return ""
    return found[0] if found else ""


@contextmanager
def core_connection(db: Database) -> Iterator[Any]:
    """A SQLAlchemy connection, for Alembic and ``create_all``; everything else is prepared."""
    from sqlalchemy import URL, create_engine

    if isinstance(db, SqliteDatabase):
        engine = create_engine(URL.create("sqlite", database=str(db.path)))
    else:
        assert isinstance(db, PostgresDatabase)
        engine = create_engine(db.url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def upgrade(db: Database, to: str = "head") -> None:
    """Run what is missing. Safe to call on a database that is up to date."""
    from alembic import command
    from alembic.config import Config

    db.connection()  # type: ignore[attr-defined]  # makes the file with its pragmas
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with core_connection(db) as connection:
        if connection.dialect.name == "postgresql":  # several servers may start at once
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(70122012)")
        config.attributes["connection"] = connection
        command.upgrade(config, to)
