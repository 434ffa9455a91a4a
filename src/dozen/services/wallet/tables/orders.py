from sqlalchemy import CheckConstraint, Column, Index, Table, Text

from dozen.db import Id, Json, Millis, Truth, metadata

customers = Table(
    "wallet_customers",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("merchant", Id, nullable=False),
    Column("live", Truth, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("deleted_at", Millis),
    Column("changed_at", Millis, nullable=False),
)
Index("ix_wallet_customers_merchant", customers.c.merchant, customers.c.live, customers.c.id)
Index("ix_wallet_customers_email", customers.c.merchant, customers.c.live, customers.c.email, customers.c.id)

methods = Table(
    "wallet_methods",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("merchant", Id, nullable=False),
    Column("live", Truth, nullable=False),
    Column("kind", Text, nullable=False),  # wallet, card (of the rehearsal)
    Column("behaviour", Text, nullable=False),
    Column("customer_id", Id),
    Column("person", Id),
    Column("currency", Text, nullable=False),
    Column("cap", Id, nullable=False),
    Column("month", Millis, nullable=False),
    Column("used", Id, nullable=False),
    Column("state", Text, nullable=False),  # new, approved, gone
    Column("metadata", Json, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("cap >= 0 AND used >= 0 AND used <= cap", name="cap"),
)
Index("ix_wallet_methods_merchant", methods.c.merchant, methods.c.live, methods.c.id)
Index(
    "ix_wallet_methods_customer",
    methods.c.customer_id,
    methods.c.id,
    sqlite_where=methods.c.customer_id.is_not(None),
    postgresql_where=methods.c.customer_id.is_not(None),
)
Index(
    "ix_wallet_methods_person",
    methods.c.person,
    methods.c.id,
    sqlite_where=methods.c.person.is_not(None),
    postgresql_where=methods.c.person.is_not(None),
)

intents = Table(
    "wallet_intents",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("merchant", Id, nullable=False),
    Column("live", Truth, nullable=False),
    Column("state", Text, nullable=False),
    Column("amount", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("capture", Text, nullable=False),  # automatic, manual
    Column("customer_id", Id),
    Column("method_id", Id),
    Column("save_method", Truth, nullable=False),
    Column("payer", Id, nullable=False),
    Column("payment_id", Id),
    Column("capturable", Id, nullable=False),
    Column("received", Id, nullable=False),
    Column("refunded", Id, nullable=False),
    Column("fee", Id, nullable=False),
    Column("hold_until", Millis),
    Column("return_url", Text, nullable=False),
    Column("echo", Json, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("failure", Json),
    Column("cancel_reason", Text, nullable=False),
    Column("canceled_at", Millis),
    Column("expires_at", Millis, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("capturable >= 0 AND received >= 0 AND capturable + received <= amount", name="captured"),
    CheckConstraint("refunded >= 0 AND refunded <= received", name="refunded"),
)
Index("ix_wallet_intents_merchant", intents.c.merchant, intents.c.live, intents.c.id)
Index("ix_wallet_intents_state", intents.c.merchant, intents.c.live, intents.c.state, intents.c.id)
Index("ix_wallet_intents_reference", intents.c.merchant, intents.c.live, intents.c.reference, intents.c.id)
Index(
    "ix_wallet_intents_customer",
    intents.c.customer_id,
    intents.c.id,
    sqlite_where=intents.c.customer_id.is_not(None),
    postgresql_where=intents.c.customer_id.is_not(None),
)
Index(
    "ix_wallet_intents_payment",
    intents.c.merchant,
    intents.c.live,
    intents.c.payment_id,
    sqlite_where=intents.c.payment_id.is_not(None),
    postgresql_where=intents.c.payment_id.is_not(None),
)
_waits = intents.c.state.in_(("requires_payment_method", "requires_confirmation", "requires_action"))
Index("ix_wallet_intents_expires", intents.c.expires_at, sqlite_where=_waits, postgresql_where=_waits)

labels = Table(  # an intent's metadata once more, to be searched by
    "wallet_intent_labels",
    metadata,
    Column("merchant", Id, primary_key=True, autoincrement=False),
    Column("live", Truth, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("text", Text, primary_key=True),
    Column("intent_id", Id, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
Index("ix_wallet_intent_labels_intent", labels.c.intent_id)

refunds = Table(
    "wallet_refunds",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("merchant", Id, nullable=False),
    Column("live", Truth, nullable=False),
    Column("intent_id", Id, nullable=False),
    Column("payment_id", Id, nullable=False),
    Column("refund_id", Id, nullable=False),
    Column("amount", Id, nullable=False),
    Column("currency", Text, nullable=False),
    Column("fee", Id, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("changed_at", Millis, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
)
Index("ix_wallet_refunds_merchant", refunds.c.merchant, refunds.c.live, refunds.c.id)
Index("ix_wallet_refunds_intent", refunds.c.intent_id, refunds.c.id)
Index("ix_wallet_refunds_refund", refunds.c.refund_id, unique=True)
