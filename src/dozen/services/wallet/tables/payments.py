from sqlalchemy import CheckConstraint, Column, Index, Table, Text, and_

from dozen.db import Id, Json, Millis, metadata

payments = Table(
    "wallet_payments",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("amount", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("payer", Id, nullable=False),
    Column("payee", Id, nullable=False),
    Column("source", Id, nullable=False),
    Column("target", Id, nullable=False),
    Column("merchant", Id, nullable=False),
    Column("fee", Id, nullable=False),
    Column("actor", Id, nullable=False),
    Column("subject", Id, nullable=False),
    Column("note", Text, nullable=False),
    Column("device_id", Id),
    Column("transfer_id", Id),
    Column("hold_id", Id),
    Column("captured", Id, nullable=False),
    Column("refunded", Id, nullable=False),
    Column("detail", Json),
    Column("flags", Json),
    Column("authorise_until", Millis),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("fee >= 0 AND fee <= amount", name="fee"),
    CheckConstraint("captured >= 0 AND captured <= amount", name="captured"),
    CheckConstraint("refunded >= 0 AND refunded <= captured", name="refunded"),
)
Index("ix_wallet_payments_payer", payments.c.payer, payments.c.id)
Index("ix_wallet_payments_payee", payments.c.payee, payments.c.id)
Index(
    "ix_wallet_payments_merchant",
    payments.c.merchant,
    payments.c.id,
    sqlite_where=payments.c.merchant != 0,
    postgresql_where=payments.c.merchant != 0,
)
Index(
    "ix_wallet_payments_subject",
    payments.c.subject,
    payments.c.id,
    sqlite_where=payments.c.subject != 0,
    postgresql_where=payments.c.subject != 0,
)
# Most payments are moved by the transfer of their own id.
_by_another = and_(payments.c.transfer_id.is_not(None), payments.c.transfer_id != payments.c.id)
Index(
    "ix_wallet_payments_transfer",
    payments.c.transfer_id,
    sqlite_where=_by_another,
    postgresql_where=_by_another,
)
_under_way = payments.c.state.in_(("review", "authorised", "pending"))
Index(
    "ix_wallet_payments_under_way",
    payments.c.state,
    payments.c.id,
    sqlite_where=_under_way,
    postgresql_where=_under_way,
)
