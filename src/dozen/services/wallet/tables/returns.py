from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text

from dozen.db import Id, Millis, Truth, metadata

returns = Table(
    "wallet_returns",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("purchase", Id, nullable=False),
    Column("buyer", Id, nullable=False),
    Column("merchant", Id, nullable=False),
    Column("state", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("worth", Id, nullable=False),
    Column("refund_id", Id),
    Column("refunded", Id, nullable=False),
    Column("restocked", Truth, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("state IN ('asked', 'accepted', 'refused', 'refunded', 'withdrawn')", name="state"),
    CheckConstraint("worth > 0 AND refunded >= 0", name="amounts"),
)
Index("ix_wallet_returns_buyer", returns.c.buyer, returns.c.id)
Index("ix_wallet_returns_merchant", returns.c.merchant, returns.c.id)
Index("ix_wallet_returns_purchase", returns.c.purchase, returns.c.id)

lines = Table(
    "wallet_return_lines",
    metadata,
    Column("return_id", Id, primary_key=True, autoincrement=False),
    Column("line", Id, primary_key=True, autoincrement=False),
    Column("quantity", Integer, nullable=False),
    CheckConstraint("quantity > 0", name="quantity"),
    sqlite_with_rowid=False,
)
