from sqlalchemy import CheckConstraint, Column, Index, Table, Text

from dozen.db import Id, Millis, metadata

codes = Table(
    "wallet_qr_codes",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("merchant", Id, nullable=False),
    Column("amount", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("intent_id", Id),
    Column("expires_at", Millis, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("state IN ('open', 'paid', 'canceled')", name="state"),
    CheckConstraint("(state = 'paid') = (intent_id IS NOT NULL)", name="paid"),
)
Index("ix_wallet_qr_codes_merchant", codes.c.merchant, codes.c.id)
