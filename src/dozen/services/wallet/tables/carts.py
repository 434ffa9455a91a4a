from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text

from dozen.db import Id, Json, Millis, Truth, metadata

lines = Table(
    "wallet_cart_lines",
    metadata,
    Column("person", Id, primary_key=True, autoincrement=False),
    Column("variant", Id, primary_key=True, autoincrement=False),
    Column("quantity", Integer, nullable=False),
    Column("seen_price", Id, nullable=False),
    Column("later", Truth, nullable=False),
    Column("added_at", Millis, nullable=False),
    CheckConstraint("quantity > 0", name="quantity"),
    sqlite_with_rowid=False,
)

addresses = Table(
    "wallet_addresses",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person", Id, nullable=False),
    Column("place", Json, nullable=False),
    Column("first", Truth, nullable=False),
)
Index("ix_wallet_addresses_person", addresses.c.person, addresses.c.id)
Index(
    "ix_wallet_addresses_first",
    addresses.c.person,
    unique=True,
    sqlite_where=addresses.c.first == 1,
    postgresql_where=addresses.c.first == 1,
)

checkouts = Table(
    "wallet_checkouts",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person", Id, nullable=False),
    Column("state", Text, nullable=False),
    Column("parcels", Json, nullable=False),
    Column("place", Json),
    Column("from_cart", Truth, nullable=False),
    Column("expires_at", Millis, nullable=False),
    CheckConstraint("state IN ('open', 'paid', 'dropped')", name="state"),
)
_open = checkouts.c.state == "open"
Index(
    "ix_wallet_checkouts_person",
    checkouts.c.person,
    unique=True,
    sqlite_where=_open,
    postgresql_where=_open,
)
Index("ix_wallet_checkouts_expires", checkouts.c.expires_at, sqlite_where=_open, postgresql_where=_open)
