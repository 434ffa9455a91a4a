from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from dozen.db import Id, Json, Millis, Truth, metadata

webhooks = Table(
    "wallet_webhooks",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("merchant", Id, nullable=False),
    Column("live", Truth, nullable=False),
    Column("url", Text, nullable=False),
    Column("shape", Text, nullable=False),
    Column("events", Json, nullable=False),
    Column("secret", LargeBinary, nullable=False),  # sealed
    Column("old_secret", LargeBinary),
    Column("old_until", Millis),
    Column("enabled", Truth, nullable=False),
    Column("why", Text, nullable=False),
    Column("failing_since", Millis),
    Column("description", Text, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("changed_at", Millis, nullable=False),
)
Index("ix_wallet_webhooks_merchant", webhooks.c.merchant, webhooks.c.live, webhooks.c.id)

events = Table(
    "wallet_events",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("merchant", Id, nullable=False),
    Column("live", Truth, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Id, nullable=False),
    Column("data", Json, nullable=False),
)
Index("ix_wallet_events_merchant", events.c.merchant, events.c.live, events.c.id)
Index("ix_wallet_events_type", events.c.merchant, events.c.live, events.c.type, events.c.id)

deliveries = Table(
    "wallet_deliveries",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("webhook_id", Id, nullable=False),
    Column("event_id", Id, nullable=False),
    Column("merchant", Id, nullable=False),
    Column("state", Text, nullable=False),  # waiting, done, failed
    Column("attempts", Integer, nullable=False),
    Column("next_at", Millis),
    Column("status", Integer),
    Column("answer", Text, nullable=False),
    Column("took", Integer),
    Column("last_at", Millis),
)
Index("ix_wallet_deliveries_webhook", deliveries.c.webhook_id, deliveries.c.id)
Index("ix_wallet_deliveries_event", deliveries.c.event_id)
