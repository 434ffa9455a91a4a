from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text

from dozen.db import Id, Json, Millis, metadata

purchases = Table(
    "wallet_purchases",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("checkout", Id, nullable=False),
    Column("buyer", Id, nullable=False),
    Column("merchant", Id, nullable=False),
    Column("state", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("goods", Id, nullable=False),
    Column("delivery", Id, nullable=False),
    Column("total", Id, nullable=False),
    Column("by", Text, nullable=False),
    Column("days", Integer, nullable=False),
    Column("place", Json),
    Column("note", Text, nullable=False),
    Column("intent_id", Id, nullable=False),
    Column("payment_id", Id),
    Column("hold_id", Id, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("tracking", Text, nullable=False),
    Column("return_days", Integer, nullable=False),
    Column("delivered_at", Millis),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("goods > 0 AND delivery >= 0 AND total = goods + delivery", name="total"),
    CheckConstraint(
        "state IN ('review', 'placed', 'packed', 'shipped', 'out_for_delivery', 'delivered', 'cancelled', "
        "'failed')",
        name="state",
    ),
)
Index("ix_wallet_purchases_buyer", purchases.c.buyer, purchases.c.id)
Index("ix_wallet_purchases_merchant", purchases.c.merchant, purchases.c.id)
Index("ix_wallet_purchases_state", purchases.c.merchant, purchases.c.state, purchases.c.id)
Index("ix_wallet_purchases_intent", purchases.c.intent_id, unique=True)
Index("ix_wallet_purchases_checkout", purchases.c.checkout, purchases.c.id)

lines = Table(
    "wallet_purchase_lines",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("purchase", Id, nullable=False),
    Column("product", Id, nullable=False),
    Column("variant", Id, nullable=False),
    Column("buyer", Id, nullable=False),
    Column("title", Text, nullable=False),
    Column("choice", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("price", Id, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("back", Integer, nullable=False),
    CheckConstraint("quantity > 0 AND back >= 0 AND back <= quantity", name="quantity"),
    CheckConstraint("price > 0", name="price"),
)
Index("ix_wallet_purchase_lines_purchase", lines.c.purchase, lines.c.id)
Index("ix_wallet_purchase_lines_buyer", lines.c.buyer, lines.c.product)

steps = Table(
    "wallet_purchase_steps",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("purchase", Id, nullable=False),
    Column("state", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("actor", Id, nullable=False),
)
Index("ix_wallet_purchase_steps_purchase", steps.c.purchase, steps.c.id)
