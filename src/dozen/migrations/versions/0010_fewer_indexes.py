"""Indexes that no query needs for most rows, and a cheaper look at what is right in the journal (SQLite)"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BALANCED = (
    "CREATE TRIGGER ledger_transfers_balanced BEFORE INSERT ON ledger_transfers "
    "WHEN (SELECT count(*) = NEW.legs AND sum(amount) = 0 AND min(currency) = max(currency) "
    "FROM ledger_postings WHERE transfer_id = NEW.id) IS NOT 1 BEGIN "
    "SELECT RAISE(ABORT, 'a transfer needs all of its legs') WHERE NEW.legs <> "
    "(SELECT count(*) FROM ledger_postings WHERE transfer_id = NEW.id); "
    "SELECT RAISE(ABORT, 'the legs of a transfer must sum to zero') WHERE EXISTS (SELECT 1 FROM "
    "ledger_postings WHERE transfer_id = NEW.id GROUP BY currency HAVING sum(amount) <> 0); "
    "SELECT RAISE(ABORT, 'currencies meet only at a rate') WHERE NEW.rate IS NULL AND 1 < "
    "(SELECT count(DISTINCT currency) FROM ledger_postings WHERE transfer_id = NEW.id); END"
)


def upgrade() -> None:
    _only(
        "ix_ledger_transfers_subject", "ledger_transfers", ["subject", "id"], "subject <> 0 AND subject <> id"
    )
    _only(
        "ix_wallet_payments_transfer",
        "wallet_payments",
        ["transfer_id"],
        "transfer_id IS NOT NULL AND transfer_id != id",
    )
    _only(
        "ix_notifications_items_actor",
        "notifications_items",
        ["actor_id", "kind", "subject_id"],
        "actor_id <> 0",
    )
    op.drop_index("ix_realtime_events_at", table_name="realtime_events")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER ledger_transfers_balanced")
        op.get_bind().exec_driver_sql(BALANCED)


def _only(name: str, table: str, columns: list[str], where: str) -> None:
    """Keep in an index only the rows that it is asked for."""
    op.drop_index(name, table_name=table)
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
