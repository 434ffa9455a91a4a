from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text

from dozen.db import Id, Json, Millis, Truth, metadata

stores = Table(
    "wallet_stores",
    metadata,
    Column("merchant", Id, primary_key=True, autoincrement=False),
    Column("currency", Text, nullable=False),
    Column("return_days", Integer, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("return_days >= 0 AND return_days <= 365", name="return_days"),
)

rates = Table(
    "wallet_delivery_rates",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("merchant", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("price", Id, nullable=False),
    Column("free_above", Id),
    Column("days", Integer, nullable=False),
    CheckConstraint("price >= 0", name="price"),
)
Index("ix_wallet_delivery_rates_merchant", rates.c.merchant, rates.c.id)

categories = Table(
    "wallet_product_categories",
    metadata,
    Column("id", Text, primary_key=True),
    Column("parent", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("icon", Text, nullable=False),
    Column("position", Integer, nullable=False),
)

products = Table(
    "wallet_products",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("merchant", Id, nullable=False),
    Column("title", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("options", Json, nullable=False),
    Column("low", Id, nullable=False),
    Column("high", Id, nullable=False),
    Column("stocked", Truth, nullable=False),
    Column("sold", Integer, nullable=False),
    Column("score", Integer, nullable=False),
    Column("listed_at", Millis, nullable=False),
    Column("made_at", Millis, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("state IN ('draft', 'active', 'archived')", name="state"),
    CheckConstraint("low >= 0 AND low <= high", name="prices"),
    CheckConstraint("sold >= 0", name="sold"),
)
_active = products.c.state == "active"
Index("ix_wallet_products_merchant", products.c.merchant, products.c.state, products.c.id)
Index(  # prices are compared within a currency
    "ix_wallet_products_low",
    products.c.currency,
    products.c.low,
    products.c.id,
    sqlite_where=_active,
    postgresql_where=_active,
)
for _name in ("listed_at", "score", "sold"):
    Index(
        f"ix_wallet_products_{_name}",
        products.c[_name],
        products.c.id,
        sqlite_where=_active,
        postgresql_where=_active,
    )
Index(
    "ix_wallet_products_category",
    products.c.category,
    products.c.listed_at,
    sqlite_where=_active,
    postgresql_where=_active,
)

variants = Table(
    "wallet_product_variants",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("product", Id, nullable=False),
    Column("merchant", Id, nullable=False),
    Column("sku", Text, nullable=False),
    Column("choice", Json, nullable=False),
    Column("price", Id, nullable=False),
    Column("compare_at", Id),
    Column("state", Text, nullable=False),
    Column("position", Integer, nullable=False),
    CheckConstraint("price > 0", name="price"),
    CheckConstraint("compare_at IS NULL OR compare_at > price", name="compare_at"),
    CheckConstraint("state IN ('active', 'archived')", name="state"),
)
Index("ix_wallet_product_variants_product", variants.c.product, variants.c.position)
Index(
    "ix_wallet_product_variants_sku",
    variants.c.merchant,
    variants.c.sku,
    unique=True,
    sqlite_where=variants.c.state == "active",
    postgresql_where=variants.c.state == "active",
)
