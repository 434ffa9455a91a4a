from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text

from dozen.db import Id, Json, Millis, Truth, metadata

billers = Table(
    "wallet_billers",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("asks", Text, nullable=False),
    Column("fields", Json, nullable=False),
    Column("plans", Json, nullable=False),
    Column("part", Truth, nullable=False),
    Column("least", Id, nullable=False),
    Column("most", Id, nullable=False),
    Column("open", Truth, nullable=False),
    Column("made_at", Millis, nullable=False),
    CheckConstraint("least > 0 AND least <= most", name="bounds"),
)
Index("ix_wallet_billers_category", billers.c.category, billers.c.name)

paid = Table(
    "wallet_bills_paid",
    metadata,
    Column("payment_id", Id, primary_key=True, autoincrement=False),
    Column("person", Id, nullable=False),
    Column("biller", Id, nullable=False),
    Column("number", Text, nullable=False),
    Column("amount", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("parts", Json, nullable=False),
    Column("paid_at", Millis, nullable=False),
    Column("refunded", Id, nullable=False, server_default="0"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("refunded >= 0 AND refunded <= amount", name="refunded"),
    CheckConstraint("state IN ('paid', 'held', 'undone')", name="state"),
)
Index("ix_wallet_bills_paid_person", paid.c.person, paid.c.payment_id)
Index("ix_wallet_bills_paid_reference", paid.c.reference, unique=True)

saved = Table(
    "wallet_saved_billers",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person", Id, nullable=False),
    Column("biller", Id, nullable=False),
    Column("number", Text, nullable=False),
    Column("given", Json, nullable=False),
    Column("name", Text, nullable=False),
    Column("remind", Truth, nullable=False),
    Column("told_due", Millis, nullable=False),
)
Index("ix_wallet_saved_billers_number", saved.c.person, saved.c.biller, saved.c.number, unique=True)

# The simulator's own books

customers = Table(
    "wallet_sim_customers",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("biller", Id, nullable=False),
    Column("number", Text, nullable=False),
    Column("since", Integer, nullable=False),  # months since the year 0
    Column("valid_until", Millis),
)
Index("ix_wallet_sim_customers_number", customers.c.biller, customers.c.number, unique=True)

sim_bills = Table(
    "wallet_sim_bills",
    metadata,
    Column("customer", Id, primary_key=True, autoincrement=False),
    Column("month", Integer, primary_key=True, autoincrement=False),
    Column("amount", Id, nullable=False),
    Column("paid", Id, nullable=False),
    Column("due_at", Millis, nullable=False),
    CheckConstraint("paid >= 0 AND paid <= amount", name="paid"),
    sqlite_with_rowid=False,
)
