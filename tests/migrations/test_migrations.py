"""The migrations make what the tables say, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from dozen.app import tables as _all  # noqa: F401 - registers every table
from dozen.db import metadata, open_database
from dozen.db.migrate import core_connection, current, newest, upgrade
from tests.support.town import bare_database


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_migrated_database_is_what_the_tables_say(kind: str, tmp_path: Path) -> None:
    db = open_database(bare_database(kind, tmp_path))
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


def _programs(db: Any) -> dict[str, str]:
    """Triggers and functions of our own, by name, as the database has them."""
    if db.dialect == "sqlite":
        statement = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    else:
        statement = (
            "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal UNION ALL "
            "SELECT p.proname, pg_get_functiondef(p.oid) FROM pg_proc p "
            "JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public'"
        )
    return dict(db.connection().execute(statement).fetchall())


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_migrated_database_has_the_same_triggers_and_functions(kind: str, tmp_path: Path) -> None:
    migrated = open_database(bare_database(kind, tmp_path, "migrated"))
    upgrade(migrated)
    made = open_database(bare_database(kind, tmp_path, "made"))
    made.connection()  # type: ignore[attr-defined]
    with core_connection(made) as connection:
        metadata.create_all(connection)
    try:
        assert _programs(migrated) == _programs(made)
    finally:
        migrated.close()
        made.close()
