"""The migrations make what the tables say, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from dozen.app import tables as _all  # noqa: F401 - registers every table
from dozen.db import metadata, open_database
from dozen.db.migrate import core_connection, current, newest, upgrade
from tests.support.services import postgres_url


def _fresh(kind: str, folder: Path) -> str:
    if kind == "sqlite":
        return f"sqlite:///{folder / 'fresh.db'}"
    url = postgres_url()
    if url is None:
        pytest.skip("PostgreSQL is not installed and DOZEN_TEST_DATABASE_URL is not set")
    import os

    import psycopg

    name = f"dozen_migrated_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_migrated_database_is_what_the_tables_say(kind: str, tmp_path: Path) -> None:
    db = open_database(_fresh(kind, tmp_path))
    assert current(db) == ""
    upgrade(db)
    assert current(db) == newest() != ""
    upgrade(db)  # nothing to do, and no harm

    def ours(obj: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
        return not (type_ == "table" and (name or "").startswith("search_index"))

    with core_connection(db) as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": False})
        differences = [
            each
            for each in compare_metadata(context, metadata)
            if "ix_search_documents_vector" not in str(each)
        ]
        assert differences == []
        assert "search_documents" in inspect(connection).get_table_names()
    db.close()
