"""What only the Paytm-shaped dialect needs: its ids of shops, orders and refunds, and the shops' keys."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from dozen.db import Id, Millis, Truth, metadata

shops = Table(
    "wallet_paytm_shops",
    metadata,
    Column("mid", Text, primary_key=True),
    Column("merchant", Id, nullable=False),
    Column("live", Truth, nullable=False),
    Column("key", LargeBinary, nullable=False),  # sealed: signatures need it back
    Column("made_at", Millis, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_wallet_paytm_shops_merchant", shops.c.merchant, shops.c.live, unique=True)

orders = Table(
    "wallet_paytm_orders",
    metadata,
    Column("mid", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("intent_id", Id, nullable=False),
    Column("callback_url", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("made_at", Millis, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_wallet_paytm_orders_intent", orders.c.intent_id, unique=True)

refunds = Table(
    "wallet_paytm_refunds",
    metadata,
    Column("mid", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("ref_id", Text, primary_key=True),
    Column("refund_id", Id, nullable=False),
    sqlite_with_rowid=False,
)
