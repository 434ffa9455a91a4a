from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text

from dozen.db import Id, Millis, metadata

asks = Table(
    "wallet_asks",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("asker", Id, nullable=False),
    Column("payer", Id, nullable=False),
    Column("amount", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("split_id", Id),
    Column("payment_id", Id),
    Column("expires_at", Millis, nullable=False),
    Column("reminded_at", Millis),
    Column("reminders", Integer, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
)
Index("ix_wallet_asks_asker", asks.c.asker, asks.c.id)
Index("ix_wallet_asks_payer", asks.c.payer, asks.c.id)
Index(
    "ix_wallet_asks_split",
    asks.c.split_id,
    sqlite_where=asks.c.split_id.is_not(None),
    postgresql_where=asks.c.split_id.is_not(None),
)
Index(
    "ix_wallet_asks_expires",
    asks.c.expires_at,
    sqlite_where=asks.c.state == "open",
    postgresql_where=asks.c.state == "open",
)

splits = Table(
    "wallet_splits",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("asker", Id, nullable=False),
    Column("total", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("own", Id, nullable=False),
    Column("people", Integer, nullable=False),
)
Index("ix_wallet_splits_asker", splits.c.asker, splits.c.id)

reminders = Table(
    "wallet_reminders",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person", Id, nullable=False),
    Column("payee", Id, nullable=False),
    Column("amount", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("every", Text, nullable=False),  # once, week, month
    Column("first_at", Millis, nullable=False),
    Column("next_at", Millis),
    Column("made_at", Millis, nullable=False),
)
Index("ix_wallet_reminders_person", reminders.c.person, reminders.c.id)
Index(
    "ix_wallet_reminders_next",
    reminders.c.next_at,
    sqlite_where=reminders.c.next_at.is_not(None),
    postgresql_where=reminders.c.next_at.is_not(None),
)
