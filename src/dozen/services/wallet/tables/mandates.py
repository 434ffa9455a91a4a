from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text

from dozen.db import Id, Json, Millis, Truth, metadata

mandates = Table(
    "wallet_mandates",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("person", Id, nullable=False),
    Column("payee_kind", Text, nullable=False),
    Column("payee", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("given", Json, nullable=False),
    Column("currency", Text, nullable=False),
    Column("amount", Id, nullable=False),
    Column("cap", Id, nullable=False),
    Column("every", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("start_at", Millis, nullable=False),
    Column("end_at", Millis),
    Column("period", Integer, nullable=False),
    Column("next_at", Millis, nullable=False),
    Column("announced", Truth, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("made_at", Millis, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("cap > 0 AND amount >= 0 AND amount <= cap", name="cap"),
)
Index("ix_wallet_mandates_person", mandates.c.person, mandates.c.id)
Index(
    "ix_wallet_mandates_next",
    mandates.c.next_at,
    mandates.c.id,
    sqlite_where=mandates.c.state == "active",
    postgresql_where=mandates.c.state == "active",
)

debits = Table(
    "wallet_mandate_debits",
    metadata,
    Column("mandate", Id, primary_key=True, autoincrement=False),
    Column("period", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("amount", Id, nullable=False),
    Column("payment_id", Id),
    Column("why", Text, nullable=False),
    Column("at", Millis, nullable=False),
    CheckConstraint("(state = 'paid') = (payment_id IS NOT NULL)", name="paid"),
    sqlite_with_rowid=False,
)
