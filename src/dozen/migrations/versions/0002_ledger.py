"""The ledger: double-entry accounts, the journal, holds, keys and seals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE TRIGGER ledger_postings_no_update BEFORE UPDATE ON ledger_postings BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END",
    "CREATE TRIGGER ledger_postings_no_delete BEFORE DELETE ON ledger_postings BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END",
    "CREATE TRIGGER ledger_transfers_no_update BEFORE UPDATE ON ledger_transfers BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END",
    "CREATE TRIGGER ledger_transfers_no_delete BEFORE DELETE ON ledger_transfers BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END",
    "CREATE TRIGGER ledger_seals_no_update BEFORE UPDATE ON ledger_seals BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END",
    "CREATE TRIGGER ledger_seals_no_delete BEFORE DELETE ON ledger_seals BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END",
    "CREATE TRIGGER ledger_accounts_no_delete BEFORE DELETE ON ledger_accounts BEGIN SELECT RAISE(ABORT, 'the books forget nothing'); END",
    "CREATE TRIGGER ledger_balances_no_delete BEFORE DELETE ON ledger_balances BEGIN SELECT RAISE(ABORT, 'the books forget nothing'); END",
    "CREATE TRIGGER ledger_holds_no_delete BEFORE DELETE ON ledger_holds BEGIN SELECT RAISE(ABORT, 'the books forget nothing'); END",
    "CREATE TRIGGER ledger_accounts_no_update BEFORE UPDATE ON ledger_accounts BEGIN SELECT RAISE(ABORT, 'what an account is never changes'); END",
    "CREATE TRIGGER ledger_balances_no_silent_change BEFORE UPDATE ON ledger_balances WHEN NEW.account_id <> OLD.account_id OR NEW.lane <> OLD.lane OR NEW.currency <> OLD.currency OR (NEW.balance <> OLD.balance) <> (NEW.seq <> OLD.seq) BEGIN SELECT RAISE(ABORT, 'a balance moves with a posting'); END",
    "CREATE TRIGGER ledger_holds_no_new_terms BEFORE UPDATE ON ledger_holds WHEN OLD.state <> 'open' OR NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id OR NEW.amount <> OLD.amount OR NEW.captured < OLD.captured OR NEW.at <> OLD.at BEGIN SELECT RAISE(ABORT, 'the terms of a hold never change'); END",
    "CREATE TRIGGER ledger_postings_no_late_leg BEFORE INSERT ON ledger_postings WHEN EXISTS (SELECT 1 FROM ledger_transfers WHERE id = NEW.transfer_id) BEGIN SELECT RAISE(ABORT, 'this transfer is complete'); END",
    "CREATE TRIGGER ledger_transfers_balanced BEFORE INSERT ON ledger_transfers BEGIN SELECT RAISE(ABORT, 'a transfer needs all of its legs') WHERE NEW.legs <> (SELECT count(*) FROM ledger_postings WHERE transfer_id = NEW.id); SELECT RAISE(ABORT, 'the legs of a transfer must sum to zero') WHERE EXISTS (SELECT 1 FROM ledger_postings WHERE transfer_id = NEW.id GROUP BY currency HAVING sum(amount) <> 0); SELECT RAISE(ABORT, 'currencies meet only at a rate') WHERE NEW.rate IS NULL AND 1 < (SELECT count(DISTINCT currency) FROM ledger_postings WHERE transfer_id = NEW.id); END",
)

POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the journal only grows' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE OR REPLACE FUNCTION ledger_forgets_nothing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the books forget nothing' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE OR REPLACE FUNCTION ledger_account_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'what an account is never changes' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE OR REPLACE FUNCTION ledger_silent_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a balance moves with a posting' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE OR REPLACE FUNCTION ledger_new_terms() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the terms of a hold never change' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE OR REPLACE FUNCTION ledger_balanced() RETURNS trigger\nLANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$\nBEGIN\n  IF EXISTS (\n    SELECT FROM (\n      SELECT c.transfer_id, sum(c.n) AS n, max(c.top) AS top, count(*) AS currencies,\n          bool_or(c.total <> 0) AS uneven\n      FROM (SELECT f.transfer_id, count(*) AS n, max(f.leg) AS top, sum(f.amount) AS total\n            FROM fresh f GROUP BY f.transfer_id, f.currency) c\n      GROUP BY c.transfer_id) g\n    LEFT JOIN ledger_transfers t ON t.id = g.transfer_id\n    WHERE t.id IS NULL OR g.n <> t.legs OR g.top <> t.legs OR g.uneven\n      OR (g.currencies > 1 AND t.rate IS NULL)\n  ) THEN\n    RAISE EXCEPTION\n      'a transfer has all of its legs at once, sums to zero, and mixes currencies only at a rate' USING ERRCODE = 'integrity_constraint_violation';\n  END IF;\n  RETURN NULL;\nEND $$",
    "CREATE OR REPLACE FUNCTION ledger_move(\n  head bigint[], p_kind text, p_memo text, p_data text, p_rate text,\n  accounts bigint[], lanes int[], amounts bigint[], helds bigint[], owners bigint[],\n  p_realm text, p_key text, p_print text,\n  OUT outcome int, OUT afters bigint[], OUT reserved bigint[], OUT seqs bigint[], OUT ats bigint[])\nLANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$\nDECLARE\n  allowed boolean; currencies text[];\nBEGIN\n  IF p_key <> '' THEN\n    INSERT INTO ledger_keys (realm, owner, key, fingerprint, at, transfer_id)\n      VALUES (p_realm, head[8], p_key, p_print, head[2], head[1]) ON CONFLICT DO NOTHING;\n    IF NOT FOUND THEN\n      outcome := 1;\n      RETURN;\n    END IF;\n  END IF;\n  SELECT bool_and(q.allowed) AND count(*) = cardinality(accounts), array_agg(q.balance), array_agg(q.held),\n      array_agg(q.seq), array_agg(q.at), array_agg(q.currency)\n    INTO allowed, afters, reserved, seqs, ats, currencies\n    FROM (\n      SELECT b.balance + v.a AS balance, b.held + v.h AS held, greatest(b.at, head[2]) AS at, b.currency,\n          b.seq + CASE WHEN v.a <> 0 THEN 1 ELSE 0 END AS seq,\n          (b.state = 0 OR (v.a = 0 AND v.h <= 0) OR (b.state < 3 AND head[7] = 1)\n            OR (b.state = 1 AND v.h <= 0 AND (v.a > 0 OR v.h < 0)))\n          AND (b.least IS NULL OR v.a - v.h >= 0 OR b.balance - b.held + v.a - v.h >= b.least)\n          AND b.balance + v.a BETWEEN -100000000000000000 AND 100000000000000000 AS allowed\n        FROM unnest(accounts, lanes, amounts, helds) WITH ORDINALITY AS v (account, lane, a, h, n)\n        JOIN ledger_balances b ON b.account_id = v.account AND b.lane = v.lane\n        ORDER BY v.n FOR NO KEY UPDATE OF b) q;\n  IF NOT allowed THEN\n    IF p_key <> '' THEN\n      DELETE FROM ledger_keys WHERE realm = p_realm AND owner = head[8] AND key = p_key;\n    END IF;\n    outcome := 2;\n    RETURN;\n  END IF;\n  UPDATE ledger_balances b SET balance = v.balance, held = v.held, seq = v.seq, at = v.at\n    FROM unnest(accounts, lanes, afters, reserved, seqs, ats) AS v (account, lane, balance, held, seq, at)\n    WHERE b.account_id = v.account AND b.lane = v.lane;\n  IF amounts[1] <> 0 THEN\n    INSERT INTO ledger_transfers\n      (id, at, kind, actor, subject, memo, data, hold_id, reverses, rate, legs)\n      VALUES (head[1], head[2], p_kind, head[3], head[4], p_memo, NULLIF(p_data, ''), NULLIF(head[5], 0),\n              NULLIF(head[6], 0), NULLIF(p_rate, ''), cardinality(accounts));\n    INSERT INTO ledger_postings\n      (transfer_id, leg, account_id, lane, seq, at, currency, amount, balance_after)\n      SELECT head[1], v.n, v.account, v.lane, v.seq, v.at, v.currency, v.a, v.balance\n      FROM unnest(accounts, lanes, seqs, ats, currencies, amounts, afters)\n        WITH ORDINALITY AS v (account, lane, seq, at, currency, a, balance, n);\n  END IF;\n  IF head[9] > 0 THEN\n    INSERT INTO realtime_events (at, topic, key, data)\n      SELECT head[9], 'ledger.account', v.owner,\n          '{\"account\":' || v.account || ',\"currency\":\"' || v.currency || '\",\"balance\":' || v.balance\n          || ',\"held\":' || v.held || ',\"transfer\":'\n          || CASE WHEN v.a <> 0 THEN head[1]::text ELSE 'null' END\n          || ',\"amount\":' || v.a || ',\"kind\":\"' || p_kind || '\"}'\n      FROM unnest(owners, accounts, currencies, afters, reserved, amounts)\n        AS v (owner, account, currency, balance, held, a)\n      WHERE v.owner > 0;\n  END IF;\n  outcome := 0;\nEND $$",
    "CREATE TRIGGER ledger_only_grows_update_delete_truncate BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_postings FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows()",
    "CREATE TRIGGER ledger_only_grows_update_delete_truncate BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfers FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows()",
    "CREATE TRIGGER ledger_only_grows_update_delete_truncate BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_seals FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows()",
    "CREATE TRIGGER ledger_forgets_nothing_delete_truncate BEFORE DELETE OR TRUNCATE ON ledger_accounts FOR EACH STATEMENT EXECUTE FUNCTION ledger_forgets_nothing()",
    "CREATE TRIGGER ledger_forgets_nothing_delete_truncate BEFORE DELETE OR TRUNCATE ON ledger_balances FOR EACH STATEMENT EXECUTE FUNCTION ledger_forgets_nothing()",
    "CREATE TRIGGER ledger_forgets_nothing_delete_truncate BEFORE DELETE OR TRUNCATE ON ledger_holds FOR EACH STATEMENT EXECUTE FUNCTION ledger_forgets_nothing()",
    "CREATE TRIGGER ledger_account_stays_update BEFORE UPDATE ON ledger_accounts FOR EACH STATEMENT EXECUTE FUNCTION ledger_account_stays()",
    "CREATE TRIGGER ledger_silent_change BEFORE UPDATE ON ledger_balances FOR EACH ROW WHEN (NEW.account_id <> OLD.account_id OR NEW.lane <> OLD.lane OR NEW.currency <> OLD.currency OR (NEW.balance <> OLD.balance) <> (NEW.seq <> OLD.seq)) EXECUTE FUNCTION ledger_silent_change()",
    "CREATE TRIGGER ledger_new_terms BEFORE UPDATE ON ledger_holds FOR EACH ROW WHEN (OLD.state <> 'open' OR NEW.id <> OLD.id OR NEW.account_id <> OLD.account_id OR NEW.amount <> OLD.amount OR NEW.captured < OLD.captured OR NEW.at <> OLD.at) EXECUTE FUNCTION ledger_new_terms()",
    "CREATE TRIGGER ledger_balanced AFTER INSERT ON ledger_postings REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_balanced()",
)


def upgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table(
        "ledger_accounts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("owner", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("ref", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lanes", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('asset', 'liability', 'income', 'expense')", name=op.f("ck_ledger_accounts_kind")
        ),
        sa.CheckConstraint("lanes BETWEEN 0 AND 64", name=op.f("ck_ledger_accounts_lanes")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_ledger_accounts_currency")),
        sa.CheckConstraint("owner >= 0", name=op.f("ck_ledger_accounts_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_accounts")),
    )
    op.create_index(
        "uq_ledger_accounts_name", "ledger_accounts", ["owner", "purpose", "currency", "ref"], unique=True
    )
    op.create_table(
        "ledger_balances",
        sa.Column(
            "account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("lane", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("least", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("balance", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("held", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("closed_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "balance BETWEEN -100000000000000000 AND 100000000000000000",
            name=op.f("ck_ledger_balances_bounds"),
        ),
        sa.CheckConstraint("held >= 0", name=op.f("ck_ledger_balances_held")),
        sa.CheckConstraint(
            "lane >= 0 AND (lane = 0 OR (least IS NULL AND held = 0))", name=op.f("ck_ledger_balances_lane")
        ),
        sa.CheckConstraint("least IS NULL OR balance - held >= least", name=op.f("ck_ledger_balances_least")),
        sa.CheckConstraint(
            "state BETWEEN 0 AND 3 AND (state < 3 OR (balance = 0 AND held = 0))",
            name=op.f("ck_ledger_balances_state"),
        ),
        sa.PrimaryKeyConstraint("account_id", "lane", name=op.f("pk_ledger_balances")),
        postgresql_with={"fillfactor": 50},
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_checkpoints",
        sa.Column(
            "account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("lane", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("balance", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "lane", name=op.f("pk_ledger_checkpoints")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_days",
        sa.Column(
            "account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "day", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("credit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("debit", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "day", name=op.f("pk_ledger_days")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_holds",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("captured", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("expires_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("closed_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_ledger_holds_closed")),
        sa.CheckConstraint(
            "state IN ('open', 'captured', 'voided', 'expired')", name=op.f("ck_ledger_holds_state")
        ),
        sa.CheckConstraint(
            "amount > 0 AND captured BETWEEN 0 AND amount", name=op.f("ck_ledger_holds_amount")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_holds")),
    )
    op.create_index(
        "ix_ledger_holds_expiry",
        "ledger_holds",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_ledger_holds_open",
        "ledger_holds",
        ["account_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "ledger_keys",
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column(
            "owner", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transfer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("realm", "owner", "key", name=op.f("pk_ledger_keys")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ledger_keys_at", "ledger_keys", ["at"], unique=False)
    op.create_table(
        "ledger_postings",
        sa.Column(
            "transfer_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("leg", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("balance_after", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "amount <> 0 AND amount BETWEEN -1000000000000000 AND 1000000000000000",
            name=op.f("ck_ledger_postings_amount"),
        ),
        sa.CheckConstraint("seq > 0 AND leg > 0 AND lane >= 0", name=op.f("ck_ledger_postings_numbers")),
        sa.PrimaryKeyConstraint("transfer_id", "leg", name=op.f("pk_ledger_postings")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_ledger_postings_lanes",
        "ledger_postings",
        ["account_id", "transfer_id"],
        unique=False,
        sqlite_where=sa.text("lane > 0"),
        postgresql_where=sa.text("lane > 0"),
    )
    op.create_index("uq_ledger_postings_chain", "ledger_postings", ["account_id", "lane", "seq"], unique=True)
    op.create_table(
        "ledger_reversals",
        sa.Column(
            "transfer_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("total", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reversed", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("reversed BETWEEN 0 AND total", name=op.f("ck_ledger_reversals_total")),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_ledger_reversals")),
    )
    op.create_table(
        "ledger_seals",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("after_turn", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_turn", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("transfers", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("postings", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("last_turn > after_turn", name=op.f("ck_ledger_seals_turns")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_seals")),
    )
    op.create_table(
        "ledger_transfers",
        sa.Column(
            "turn",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("hold_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reverses", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rate", sa.Text(), nullable=True),
        sa.Column("legs", sa.Integer(), nullable=False),
        sa.CheckConstraint("legs >= 2", name=op.f("ck_ledger_transfers_legs")),
        sa.PrimaryKeyConstraint("turn", name=op.f("pk_ledger_transfers")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_ledger_transfers_hold",
        "ledger_transfers",
        ["hold_id"],
        unique=False,
        sqlite_where=sa.text("hold_id IS NOT NULL"),
        postgresql_where=sa.text("hold_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ledger_transfers_reverses",
        "ledger_transfers",
        ["reverses"],
        unique=False,
        sqlite_where=sa.text("reverses IS NOT NULL"),
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    op.create_index(
        "ix_ledger_transfers_subject",
        "ledger_transfers",
        ["subject", "id"],
        unique=False,
        sqlite_where=sa.text("subject <> 0"),
        postgresql_where=sa.text("subject <> 0"),
    )
    op.create_index("uq_ledger_transfers_id", "ledger_transfers", ["id"], unique=True)
    # ### end Alembic commands ###
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)
