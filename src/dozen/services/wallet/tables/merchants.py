from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text

from dozen.db import Id, Json, Millis, Truth, metadata

merchants = Table(
    "wallet_merchants",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("owner", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("fee_bps", Integer, nullable=False),
    Column("settle", Text, nullable=False),
    Column("settle_at", Millis),
    Column("made_at", Millis, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("state IN ('open', 'blocked', 'closed')", name="state"),
    CheckConstraint("fee_bps >= 0 AND fee_bps <= 10000", name="fee"),
)
Index("ix_wallet_merchants_owner", merchants.c.owner, merchants.c.id)
Index(
    "ix_wallet_merchants_settle",
    merchants.c.settle_at,
    sqlite_where=merchants.c.settle_at.is_not(None),
    postgresql_where=merchants.c.settle_at.is_not(None),
)

hosts = Table(
    "wallet_merchant_hosts",
    metadata,
    Column("merchant", Id, primary_key=True, autoincrement=False),
    Column("host", Text, primary_key=True),  # with a port where it is not the scheme's own
    Column("made_at", Millis, nullable=False),
    sqlite_with_rowid=False,
)
"""Where a shop may have payers and outcomes sent to, beside its website."""

keys = Table(
    "wallet_merchant_keys",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("merchant", Id, nullable=False),
    Column("live", Truth, nullable=False),
    Column("kind", Text, nullable=False),  # secret, publishable
    Column("name", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("made_at", Millis, nullable=False),
    Column("used_at", Millis),
    Column("expires_at", Millis),
    Column("revoked_at", Millis),
)
Index("ix_wallet_merchant_keys_digest", keys.c.digest, unique=True)
Index("ix_wallet_merchant_keys_merchant", keys.c.merchant, keys.c.id)

days = Table(
    "wallet_merchant_days",
    metadata,
    Column("merchant", Id, primary_key=True, autoincrement=False),
    Column("live", Truth, primary_key=True, autoincrement=False),
    Column("currency", Text, primary_key=True),
    Column("day", Millis, primary_key=True, autoincrement=False),  # its first millisecond, UTC
    Column("count", Integer, nullable=False),
    Column("gross", Id, nullable=False),
    Column("fees", Id, nullable=False),  # less what was given back of them
    Column("refunds", Integer, nullable=False),
    Column("refunded", Id, nullable=False),
    sqlite_with_rowid=False,
)

Index("ix_wallet_merchant_days_day", days.c.live, days.c.currency, days.c.day)

settlements = Table(
    "wallet_settlements",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("merchant", Id, nullable=False),
    Column("live", Truth, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", Id, nullable=False),
    Column("to_merchant", Id, nullable=False),
    Column("payment_id", Id, nullable=False),
    Column("state", Text, nullable=False),  # paid, pending, failed
    Column("cause", Text, nullable=False),  # hand, schedule, api
    Column("note", Text, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
)
Index("ix_wallet_settlements_merchant", settlements.c.merchant, settlements.c.live, settlements.c.id)
Index("ix_wallet_settlements_payment", settlements.c.payment_id)
