"""A balance may stand as before after several postings, which are written at once"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE TRIGGER ledger_balances_no_silent_change BEFORE UPDATE ON ledger_balances WHEN "
    "NEW.account_id <> OLD.account_id OR NEW.lane <> OLD.lane "
    "OR NEW.currency <> OLD.currency OR NEW.seq < OLD.seq "
    "OR (NEW.balance <> OLD.balance AND NEW.seq = OLD.seq) "
    "BEGIN SELECT RAISE(ABORT, 'a balance moves with a posting'); END"
)
POSTGRESQL = (
    "CREATE TRIGGER ledger_silent_change BEFORE UPDATE ON ledger_balances FOR EACH ROW WHEN ("
    "NEW.account_id <> OLD.account_id OR NEW.lane <> OLD.lane OR NEW.currency <> OLD.currency "
    "OR NEW.seq < OLD.seq OR (NEW.balance <> OLD.balance AND NEW.seq = OLD.seq)) "
    "EXECUTE FUNCTION ledger_silent_change()"
)
_PARAMETERS = (
    "bigint[], text, text, text, text, bigint[], int[], bigint[], bigint[], bigint[], text, text, text"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER ledger_balances_no_silent_change")
        op.get_bind().exec_driver_sql(SQLITE)
    else:
        op.execute("DROP TRIGGER ledger_silent_change ON ledger_balances")
        op.execute(POSTGRESQL)
        op.execute(f"DROP FUNCTION ledger_move({_PARAMETERS})")
