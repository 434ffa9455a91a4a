"""What happens to a shop's things, written down in the transaction in which it happens.

``say`` stores an event and a delivery for each webhook that wants it; a job carries it there
(:mod:`delivering`). Dialects put in their own words: a :class:`Shape` for webhooks, a listener for more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import msgspec

from dozen.core import jobs
from dozen.db import Tx
from dozen.kit import clock, ids
from dozen.kit.env import Env
from dozen.services.wallet.queries import webhooks as queries
from dozen.services.wallet.structs.merchants import Event, Webhook

TYPES = {
    "intent.created": "A payment was asked for",
    "intent.requires_action": "The payer has to approve it",
    "intent.processing": "It is being looked at",
    "intent.amount_capturable": "The amount is reserved",
    "intent.succeeded": "It was paid",
    "intent.failed": "It could not be taken",
    "intent.canceled": "It will not take place",
    "charge.succeeded": "Money came in or is reserved",
    "charge.captured": "What was reserved was captured",
    "charge.refunded": "A part of it or all went back",
    "refund.created": "A refund was made",
    "refund.updated": "A refund has changed",
    "refund.failed": "A refund did not take place",
    "customer.created": "A customer was added",
    "customer.updated": "A customer was changed",
    "customer.deleted": "A customer was deleted",
    "method.attached": "A payment method belongs to a customer",
    "method.detached": "A payment method no longer belongs to a customer",
    "settlement.paid": "Money was paid out",
    "settlement.failed": "Money could not be paid out",
    "transfer.created": "Money went to another shop",
}
"""Types of events, and the words for them."""
KEEP = 30 * clock.DAY
"""How long events, and how they were delivered, are kept."""
DELIVER = "wallet.webhook"
_PURGE = 500


class Shape(Protocol):
    """In whose words a webhook is told."""

    header: str
    """The signature's header."""

    def name(self, type_: str) -> str:
        """A type of :data:`TYPES` in these words; empty: not told."""
        ...

    def body(self, tx: Tx, event: Event, webhook: Webhook) -> bytes: ...


Listener: TypeAlias = Callable[[Tx, Event], None]


class Native:
    """Our own words."""

    header = "dozen-signature"

    def name(self, type_: str) -> str:
        return type_

    def body(self, tx: Tx, event: Event, webhook: Webhook) -> bytes:
        return msgspec.json.encode(
            {
                "id": str(event.id),
                "type": event.type,
                "created_at": clock.rfc3339(ids.moment(event.id)),
                "live": event.live,
                "merchant_id": str(event.merchant),
                "data": plain(event.data),
            }
        )


def plain(data: Any) -> Any:
    """Ids as text, as JSON readers of other languages need them."""
    if isinstance(data, dict):
        return {name: _id(value) if _is_id(name) else plain(value) for name, value in data.items()}
    return data


_IDS = frozenset(
    ("id", "merchant", "payer", "person", "source", "target", "actor", "subject", "payee", "owner")
)


def _is_id(name: str) -> bool:
    return name in _IDS or name.endswith("_id") or name == "to_merchant"


def _id(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Words:
    """The shapes and listeners of this process."""

    def __init__(self) -> None:
        self.shapes: dict[str, Shape] = {"dozen": Native()}
        self.listeners: list[Listener] = []

    @classmethod
    def build(cls, env: Env) -> Words:
        return cls()

    def add(self, name: str, shape: Shape) -> None:
        self.shapes[name] = shape

    def listen(self, fn: Listener) -> None:
        if fn not in self.listeners:
            self.listeners.append(fn)


def say(tx: Tx, merchant: int, live: bool, type_: str, subject: int, **things: msgspec.Struct) -> Event:
    """Store an event about ``subject``; ``things`` are the structs that it is about."""
    if type_ not in TYPES:
        raise LookupError(f"no event is called {type_!r}")
    data = {name: msgspec.to_builtins(each) for name, each in things.items()}
    event = Event(tx.next_id(), merchant, live, type_, subject, data)
    queries.add_event(tx, **msgspec.structs.asdict(event))
    words = tx.part(Words)
    for webhook in queries.enabled.all(tx, merchant=merchant, live=live):
        shape = words.shapes.get(webhook.shape)
        named = shape.name(type_) if shape is not None else ""
        if named and ("*" in webhook.events or named in webhook.events):
            send(tx, webhook, event)
    for listener in words.listeners:
        listener(tx, event)
    return event


def send(tx: Tx, webhook: Webhook, event: Event) -> int:
    """Put an event on its way to a webhook; the delivery's id."""
    made = tx.next_id()
    queries.add_delivery(
        tx, id=made, webhook_id=webhook.id, event_id=event.id, merchant=webhook.merchant, state="waiting",
        attempts=0, next_at=tx.now, status=None, answer="", took=None, last_at=None,
    )  # fmt: skip
    jobs.enqueue(tx, DELIVER, {"delivery": made}, key=f"{DELIVER}:{made}")
    return made


def purge(tx: Tx) -> bool:
    """Forget events older than :data:`KEEP`, a bounded number at a time; True while there are more."""
    old = queries.old_events.all(tx, before=ids.at(tx.now - KEEP), limit=_PURGE)
    queries.drop_deliveries_of.many(tx, ({"event": each} for each in old))
    queries.drop_event.many(tx, ({"event": each} for each in old))
    return len(old) == _PURGE
