"""A town with few tables: quick to found, for tests of the lower floors."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Table
from sqlalchemy.schema import CreateIndex, CreateTable

from dozen.db import Database, open_database
from dozen.db.sql import dialect_for
from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings
from tests.support.town import Town, bare_database


@cache
def _postgres() -> str:
    return bare_database("postgresql", Path(), "floor")


def empty_floor(kind: str, folder: Path, *tables: Table) -> str:
    """The URL of a database with just these tables, without rows. Skips where the engine is missing."""
    url = bare_database(kind, folder, "floor") if kind == "sqlite" else _postgres()
    db = open_database(url, synchronous="NORMAL")
    dialect = dialect_for(db.dialect)
    driver = db.connection()  # type: ignore[attr-defined]
    for table in tables:
        driver.execute(f'DROP TABLE IF EXISTS "{table.name}"')
        driver.execute(str(CreateTable(table).compile(dialect=dialect)))
        for index in table.indexes:
            driver.execute(str(CreateIndex(index).compile(dialect=dialect)))
    db.close()
    return url


def another(town: Town) -> Town:
    """Another process on the same database, as far as memory and connections go."""
    settings = town.env.settings
    db: Database = open_database(settings.database, synchronous="NORMAL")
    env = Env(settings, b"a secret for tests only, 32+ bytes", Snowflakes(2))
    env.install(db)
    return Town(db, env)


def found_floor(kind: str, folder: Path, *tables: Table, redis_url: str = "") -> Town:
    url = empty_floor(kind, folder, *tables)
    settings = Settings(data_dir=str(folder), database_url=url, redis_url=redis_url)
    db = open_database(url, synchronous="NORMAL")
    env = Env(settings, b"a secret for tests only, 32+ bytes", Snowflakes(1))
    env.install(db)
    return Town(db, env)
