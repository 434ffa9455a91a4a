from sqlalchemy import Column, Index, Table, Text

from dozen.db import Id, Millis, metadata

topups = Table(
    "wallet_topups",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("owner", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", Id, nullable=False),
    Column("kind", Text, nullable=False),  # card, netbanking
    Column("charge_id", Id, nullable=False),
    Column("state", Text, nullable=False),  # open, done, failed
    Column("failure", Text, nullable=False),
    Column("payment_id", Id),
    Column("device_id", Id),
    Column("changed_at", Millis, nullable=False),
)
Index("ix_wallet_topups_owner", topups.c.owner, topups.c.id)
