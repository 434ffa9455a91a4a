"""The migrations make what the tables say, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from dozen.app import tables as _all  # noqa: F401 - registers every table
from dozen.core import ledger
from dozen.db import Duplicate, Tx, metadata, open_database
from dozen.db.migrate import core_connection, current, newest, upgrade
from dozen.kit.env import Env
from dozen.kit.ids import Snowflakes
from dozen.kit.settings import Settings
from tests.support.town import Town, bare_database


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


_BEFORE_0011 = (
    "INSERT INTO ledger_accounts (id, owner, purpose, ref, currency, kind, lanes, opened_at) VALUES "
    "(1, 7, 'wallet', 0, 'EUR', 'liability', 0, 5), (2, 8, 'wallet', 0, 'EUR', 'liability', 0, 5)",
    "INSERT INTO ledger_balances (account_id, lane, currency, state, least, balance, held, seq, at) VALUES "
    "(1, 0, 'EUR', 0, NULL, -60, 0, 1, 5), (2, 0, 'EUR', 0, 0, 60, 0, 1, 5)",
)
_TRANSFER = (
    "INSERT INTO ledger_transfers (id, at, kind, actor, subject, memo, legs) VALUES (9, 5, 'x', 0, 0, '', 2)"
)
_POSTINGS = (
    "INSERT INTO ledger_postings (transfer_id, leg, account_id, lane, seq, at, currency, amount, "
    "balance_after) VALUES (9, 1, 1, 0, 1, 5, 'EUR', -60, -60), (9, 2, 2, 0, 1, 5, 'EUR', 60, 60)"
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_many_movements_at_once_are_allowed_from_0011_on(kind: str, tmp_path: Path) -> None:
    db = open_database(bare_database(kind, tmp_path))
    upgrade(db, "0010")
    assert current(db) == "0010"
    env = Env(Settings(data_dir=str(tmp_path)), b"a secret for tests only, 32+ bytes", Snowflakes(1))
    env.install(db)
    town = Town(db, env)

    def run(*sql: str) -> None:
        def verb(tx: Tx) -> None:
            for each in sql:
                tx.driver.execute(each)

        town.write(verb)

    def rows(sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in town.read(lambda tx: tx.driver.execute(sql).fetchall())]

    legs_first = (_POSTINGS, _TRANSFER) if kind == "sqlite" else (_TRANSFER, _POSTINGS)
    run(*_BEFORE_0011, *legs_first)
    there_and_back = "UPDATE ledger_balances SET seq = seq + 2 WHERE account_id = 1"
    with pytest.raises(Duplicate, match="a balance moves with a posting"):
        run(there_and_back)
    everything = ("accounts", "balances", "transfers", "postings")
    before = [rows(f"SELECT * FROM ledger_{table} ORDER BY 1, 2") for table in everything]
    assert [len(each) for each in before] == [2, 2, 1, 2]
    upgrade(db)
    assert current(db) == newest()
    assert [rows(f"SELECT * FROM ledger_{table} ORDER BY 1, 2") for table in everything] == before
    assert "ledger_move" not in _programs(db)
    for wrong in ("balance = 61", "seq = 0", "currency = 'USD'", "lane = 2", "account_id = 3"):
        with pytest.raises(Duplicate, match="a balance moves with a posting"):
            run(f"UPDATE ledger_balances SET {wrong} WHERE account_id = 2")

    def verb(tx: Tx) -> None:
        for _ in range(3):
            ledger.pay(tx, 2, 1, 20, kind="back")
            ledger.pay(tx, 1, 2, 20, kind="there")
        ledger.pay(tx, 2, 1, 60, kind="back")

    town.write(verb)
    assert rows("SELECT account_id, balance, seq FROM ledger_balances ORDER BY 1") == [(1, 0, 8), (2, 0, 8)]
    report = town.read(ledger.verify)
    assert report.ok, report.wrong
    town.close()
