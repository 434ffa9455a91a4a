"""Events of shops, webhooks, deliveries."""

from typing import Any

from sqlalchemy import delete, func, insert, select, update

from dozen.db import Tx, action, param, rows, values
from dozen.services.wallet.queries.orders import Span, span_of
from dozen.services.wallet.structs.merchants import Delivery, Event, Webhook
from dozen.services.wallet.tables.webhooks import deliveries, events, webhooks

_webhook = tuple(webhooks.c[name] for name in Webhook.__struct_fields__)
_EVENTS = Webhook.__struct_fields__.index("events")


def _of_row(*row: Any) -> Webhook:
    fields = list(row)
    fields[_EVENTS] = tuple(row[_EVENTS])
    return Webhook(*fields)


add = action(insert(webhooks))
_of_shop = (webhooks.c.merchant == param("merchant")) & (webhooks.c.live == param("live"))
webhook = rows(_of_row, select(*_webhook).where(_of_shop, webhooks.c.id == param("id")))
webhook_by_id = rows(_of_row, select(*_webhook).where(webhooks.c.id == param("id")))
webhook_for_update = rows(_of_row, select(*_webhook).where(webhooks.c.id == param("id")).with_for_update())
enabled = rows(
    _of_row, select(*_webhook).where(_of_shop, webhooks.c.enabled == 1).order_by(webhooks.c.id).limit(50)
)
page = rows(
    _of_row,
    select(*_webhook)
    .where(_of_shop, webhooks.c.id < param("before"), webhooks.c.id > param("after"))
    .order_by(webhooks.c.id.desc())
    .limit(param("limit")),
)
how_many = values(int, select(func.count()).where(_of_shop))
change = action(
    update(webhooks)
    .where(webhooks.c.id == param("webhook"))
    .values(
        url=param("to"),
        shape=param("new_shape"),
        events=param("types", webhooks.c.events.type),
        secret=param("new_secret"),
        old_secret=param("old"),
        old_until=param("until"),
        enabled=param("on", webhooks.c.enabled.type),
        why=param("reason"),
        failing_since=param("since"),
        description=param("new_description"),
        metadata=param("new_metadata", webhooks.c.metadata.type),
        changed_at=param("now"),
    )
)
drop = action(delete(webhooks).where(webhooks.c.id == param("webhook")))
drop_deliveries = action(delete(deliveries).where(deliveries.c.webhook_id == param("webhook")))

# Events

_event = tuple(events.c[name] for name in Event.__struct_fields__)
add_event = action(insert(events))
event = rows(
    Event,
    select(*_event).where(
        events.c.merchant == param("merchant"), events.c.live == param("live"), events.c.id == param("id")
    ),
)
event_by_id = rows(Event, select(*_event).where(events.c.id == param("id")))
old_events = values(
    int, select(events.c.id).where(events.c.id < param("before")).order_by(events.c.id).limit(param("limit"))
)
drop_event = action(delete(events).where(events.c.id == param("event")))


def events_page(tx: Tx, merchant: int, live: bool, span: Span, *, types: tuple[str, ...]) -> list[Event]:
    found = select(*_event).where(events.c.merchant == merchant, events.c.live == live)
    if types:
        found = found.where(events.c.type.in_(types))
    return [Event(*row) for row in span_of(tx, found, events.c.id, span)]


# Deliveries

_delivery = tuple(deliveries.c[name] for name in Delivery.__struct_fields__)
add_delivery = action(insert(deliveries))
delivery = rows(
    Delivery,
    select(*_delivery).where(deliveries.c.id == param("id"), deliveries.c.webhook_id == param("webhook")),
)
delivery_by_id = rows(Delivery, select(*_delivery).where(deliveries.c.id == param("id")))
delivery_for_update = rows(
    Delivery, select(*_delivery).where(deliveries.c.id == param("id")).with_for_update()
)
deliveries_of = rows(
    Delivery,
    select(*_delivery)
    .where(deliveries.c.webhook_id == param("webhook"), deliveries.c.id < param("before"))
    .order_by(deliveries.c.id.desc())
    .limit(param("limit")),
)
waiting = values(
    int,
    select(func.count()).where(deliveries.c.event_id == param("event"), deliveries.c.state == "waiting"),
)
change_delivery = action(
    update(deliveries)
    .where(deliveries.c.id == param("delivery"))
    .values(
        state=param("new_state"),
        attempts=param("tries"),
        next_at=param("then"),
        status=param("code"),
        answer=param("said"),
        took=param("ms"),
        last_at=param("last"),
    )
)
drop_deliveries_of = action(delete(deliveries).where(deliveries.c.event_id == param("event")))
