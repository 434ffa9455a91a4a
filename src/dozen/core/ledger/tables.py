"""Tables of the ledger, and what the databases themselves refuse.

``ledger_accounts`` never changes; what moves stands in ``ledger_balances``, one narrow row per account, or
one per lane. ``ledger_transfers`` and ``ledger_postings`` are the journal: postings go in first, then the
transfer that they belong to closes the set. ``turn`` is the order in which transfers are sealed.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    event,
    text,
)

from dozen.core.ledger.ddl import POSTGRESQL, SQLITE
from dozen.db import Id, Millis, Table, metadata

MOST_AMOUNT = 10**15
"""Minor units that one leg can move."""
MOST_BALANCE = 10**17
"""Minor units that an account (or lane) can hold, either way; sums of many still fit into 64 bits."""

accounts = Table(
    "ledger_accounts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("owner", Id, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("ref", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("lanes", Integer, nullable=False),
    Column("opened_at", Millis, nullable=False),
    Index("uq_ledger_accounts_name", "owner", "purpose", "currency", "ref", unique=True),
    CheckConstraint("kind IN ('asset', 'liability', 'income', 'expense')", name="kind"),
    CheckConstraint("length(currency) = 3", name="currency"),
    CheckConstraint("owner >= 0", name="owner"),
    CheckConstraint("lanes BETWEEN 0 AND 64", name="lanes"),
)

balances = Table(
    "ledger_balances",
    metadata,
    Column("account_id", Id, primary_key=True, autoincrement=False),
    Column("lane", Integer, primary_key=True, autoincrement=False),
    Column("currency", Text, nullable=False),
    Column("state", Integer, nullable=False),
    Column("least", Id),
    Column("balance", Id, nullable=False),
    Column("held", Id, nullable=False),
    Column("seq", Id, nullable=False),
    Column("at", Millis, nullable=False),
    Column("closed_at", Millis),
    CheckConstraint("least IS NULL OR balance - held >= least", name="least"),
    CheckConstraint("held >= 0", name="held"),
    CheckConstraint(f"balance BETWEEN -{MOST_BALANCE} AND {MOST_BALANCE}", name="bounds"),
    CheckConstraint("lane >= 0 AND (lane = 0 OR (least IS NULL AND held = 0))", name="lane"),
    CheckConstraint("state BETWEEN 0 AND 3 AND (state < 3 OR (balance = 0 AND held = 0))", name="state"),
    sqlite_with_rowid=False,
    # Room on each page for new versions of its rows, so that no index has to be touched.
    postgresql_with={"fillfactor": 50},
)

transfers = Table(
    "ledger_transfers",
    metadata,
    Column("turn", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
    Column("id", Id, nullable=False),
    Column("at", Millis, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Id, nullable=False),
    Column("subject", Id, nullable=False),
    Column("memo", Text, nullable=False),
    Column("data", Text),
    Column("hold_id", Id),
    Column("reverses", Id),
    Column("rate", Text),
    Column("legs", Integer, nullable=False),
    Index("uq_ledger_transfers_id", "id", unique=True),
    Index(
        "ix_ledger_transfers_subject",
        "subject",
        "id",
        sqlite_where=text("subject <> 0 AND subject <> id"),  # what goes by its subject's id is found by it
        postgresql_where=text("subject <> 0 AND subject <> id"),
    ),
    Index(
        "ix_ledger_transfers_reverses",
        "reverses",
        sqlite_where=text("reverses IS NOT NULL"),
        postgresql_where=text("reverses IS NOT NULL"),
    ),
    Index(
        "ix_ledger_transfers_hold",
        "hold_id",
        sqlite_where=text("hold_id IS NOT NULL"),
        postgresql_where=text("hold_id IS NOT NULL"),
    ),
    CheckConstraint("legs >= 2", name="legs"),
    sqlite_autoincrement=True,
)

postings = Table(
    "ledger_postings",
    metadata,
    Column("transfer_id", Id, primary_key=True, autoincrement=False),
    Column("leg", Integer, primary_key=True, autoincrement=False),
    Column("account_id", Id, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("seq", Id, nullable=False),
    Column("at", Millis, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", Id, nullable=False),
    Column("balance_after", Id, nullable=False),
    Index("uq_ledger_postings_chain", "account_id", "lane", "seq", unique=True),
    # Lanes have a sequence each; their account's statement goes by transfer.
    Index(
        "ix_ledger_postings_lanes",
        "account_id",
        "transfer_id",
        sqlite_where=text("lane > 0"),
        postgresql_where=text("lane > 0"),
    ),
    CheckConstraint(f"amount <> 0 AND amount BETWEEN -{MOST_AMOUNT} AND {MOST_AMOUNT}", name="amount"),
    CheckConstraint("seq > 0 AND leg > 0 AND lane >= 0", name="numbers"),
    sqlite_with_rowid=False,
)

holds = Table(
    "ledger_holds",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("account_id", Id, nullable=False),
    Column("amount", Id, nullable=False),
    Column("captured", Id, nullable=False),
    Column("state", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Id, nullable=False),
    Column("subject", Id, nullable=False),
    Column("memo", Text, nullable=False),
    Column("data", Text),
    Column("at", Millis, nullable=False),
    Column("expires_at", Millis, nullable=False),
    Column("closed_at", Millis),
    Index(
        "ix_ledger_holds_open",
        "account_id",
        "id",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index(
        "ix_ledger_holds_expiry",
        "expires_at",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    CheckConstraint("amount > 0 AND captured BETWEEN 0 AND amount", name="amount"),
    CheckConstraint("state IN ('open', 'captured', 'voided', 'expired')", name="state"),
    CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
)

reversals = Table(
    "ledger_reversals",
    metadata,
    Column("transfer_id", Id, primary_key=True, autoincrement=False),
    Column("total", Id, nullable=False),
    Column("reversed", Id, nullable=False),
    CheckConstraint("reversed BETWEEN 0 AND total", name="total"),
)

keys = Table(
    "ledger_keys",
    metadata,
    Column("realm", Text, primary_key=True),
    Column("owner", Id, primary_key=True, autoincrement=False),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("at", Millis, nullable=False),
    Column("transfer_id", Id),
    Column("answer", LargeBinary),
    Index("ix_ledger_keys_at", "at"),
    sqlite_with_rowid=False,
)

seals = Table(
    "ledger_seals",
    metadata,
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("after_turn", Id, nullable=False),
    Column("last_turn", Id, nullable=False),
    Column("transfers", Id, nullable=False),
    Column("postings", Id, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    Column("sealed_at", Millis, nullable=False),
    CheckConstraint("last_turn > after_turn", name="turns"),
)

checkpoints = Table(
    "ledger_checkpoints",
    metadata,
    Column("account_id", Id, primary_key=True, autoincrement=False),
    Column("lane", Integer, primary_key=True, autoincrement=False),
    Column("seq", Id, nullable=False),
    Column("balance", Id, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

days = Table(
    "ledger_days",
    metadata,
    Column("account_id", Id, primary_key=True, autoincrement=False),
    Column("day", Millis, primary_key=True, autoincrement=False),
    Column("credit", Id, nullable=False),
    Column("debit", Id, nullable=False),
    Column("count", Id, nullable=False),
    sqlite_with_rowid=False,
)

DDL_SQLITE: tuple[str, ...] = tuple(sql for _, sql in SQLITE)
DDL_POSTGRESQL: tuple[str, ...] = tuple(sql for _, sql in POSTGRESQL)
"""To be run after all tables of the ledger exist."""

_TABLES = {table.name: table for table in (accounts, balances, transfers, postings, holds, seals)}
for _dialect, _listed in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for _table, _sql in _listed:
        event.listen(_TABLES[_table], "after_create", DDL(_sql).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
