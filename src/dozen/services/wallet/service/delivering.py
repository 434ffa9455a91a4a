"""Carrying events to webhooks: one attempt a job, later and later over three days, then no more.

A webhook that has failed for three days on end is disabled, and its shop's owner told.
"""

from __future__ import annotations

from time import monotonic

import msgspec

from dozen.core import jobs, notifications
from dozen.core.jobs import Job
from dozen.core.outbound import Outbound, OutboundFailed
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env
from dozen.services.wallet.queries import webhooks as queries
from dozen.services.wallet.service import merchants, notes, shop_events, webhooks
from dozen.services.wallet.structs.merchants import Delivery, Webhook

WAITS = tuple(
    seconds * clock.SECOND
    for seconds in (60, 300, 1_800, 7_200, 18_000, 36_000, 43_200, 50_400, 50_400, 51_840)
)
"""Before the second attempt, the third, …: three days together."""
GIVES_UP = 3 * clock.DAY
"""A webhook to which nothing got through for so long is disabled."""
SECONDS = 10.0
_MOST_ANSWER = 1 << 16
_KEPT = 500  # characters of an answer

KIND = notes.kind("webhook_disabled", "Webhooks that stopped working", "{what}")


class Parcel(msgspec.Struct, frozen=True):
    """What is to be sent, and where."""

    url: str
    headers: dict[str, str]
    body: bytes
    attempt: int


class Outcome(msgspec.Struct, frozen=True):
    """``status`` None: there was no answer."""

    status: int | None
    said: str
    took: int

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def deliver(env: Env, job: Job) -> None:
    """One attempt. Between its two transactions nothing is held: the other server may be slow."""
    db = jobs.database(env)
    delivery_id = int(job.payload["delivery"])
    parcel = db.run_read(env, lambda tx: pack(tx, delivery_id))
    if parcel is None:
        return
    outcome = send(env, parcel)
    db.run_write(env, lambda tx: record(tx, delivery_id, parcel.attempt, outcome))


def pack(tx: Tx, delivery_id: int) -> Parcel | None:
    """None when nothing is to be sent (any more)."""
    found = queries.delivery_by_id.first(tx, id=delivery_id)
    if found is None or found.state != "waiting":
        return None
    webhook = queries.webhook_by_id.first(tx, id=found.webhook_id)
    event = queries.event_by_id.first(tx, id=found.event_id)
    if webhook is None or event is None:
        return None
    shape = tx.part(shop_events.Words).shapes.get(webhook.shape)
    if shape is None or not webhook.enabled:
        return None
    body = shape.body(tx, event, webhook)
    at = clock.now()  # the receiver compares it with its own clock
    headers = {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Dozen/1.0 (webhooks)",
        shape.header: webhooks.signature(webhooks.secrets_of(tx.env, webhook, at), at, body),
    }
    return Parcel(webhook.url, headers, body, found.attempts + 1)


def send(env: Env, parcel: Parcel) -> Outcome:
    began = monotonic()
    try:
        answer = env.part(Outbound).request(
            "POST", parcel.url, headers=parcel.headers, body=parcel.body, seconds=SECONDS, most=_MOST_ANSWER
        )
        status: int | None = answer.status
        said = answer.body[: 4 * _KEPT].decode("utf-8", "replace").replace("\0", "")
    except OutboundFailed as fault:
        status, said = None, fault.detail
    return Outcome(status, said[:_KEPT], round((monotonic() - began) * 1000))


def record(tx: Tx, delivery_id: int, attempt: int, outcome: Outcome) -> Delivery | None:
    """Write down how an attempt went, and when the next is; None when another has done so."""
    tx.must_write()
    found = queries.delivery_for_update.first(tx, id=delivery_id)
    if found is None or found.state != "waiting" or found.attempts >= attempt:
        return None
    webhook = queries.webhook_for_update.first(tx, id=found.webhook_id)
    if webhook is None:
        return None
    again = not outcome.ok and attempt <= len(WAITS)
    after = msgspec.structs.replace(
        found,
        state="done" if outcome.ok else "waiting" if again else "failed",
        attempts=attempt,
        next_at=tx.now + WAITS[attempt - 1] if again else None,
        status=outcome.status,
        answer=outcome.said,
        took=outcome.took,
        last_at=tx.now,
    )
    still = _judge(tx, webhook, outcome)
    if again and still:
        jobs.enqueue(
            tx,
            shop_events.DELIVER,
            {"delivery": found.id},
            run_at=after.next_at,
            key=f"{shop_events.DELIVER}:{found.id}",
        )
    elif again:
        after = msgspec.structs.replace(after, state="failed", next_at=None)
    queries.change_delivery(
        tx,
        delivery=after.id,
        new_state=after.state,
        tries=after.attempts,
        then=after.next_at,
        code=after.status,
        said=after.answer,
        ms=after.took,
        last=after.last_at,
    )
    return after


def _judge(tx: Tx, webhook: Webhook, outcome: Outcome) -> bool:
    """Whether the webhook stays enabled."""
    if outcome.ok:
        if webhook.failing_since is not None:
            webhooks.put(tx, msgspec.structs.replace(webhook, failing_since=None))
        return webhook.enabled
    if webhook.failing_since is None:
        webhooks.put(tx, msgspec.structs.replace(webhook, failing_since=tx.now))
        return webhook.enabled
    if webhook.enabled and tx.now - webhook.failing_since >= GIVES_UP:
        why = "Nothing got through for three days"
        webhooks.put(tx, msgspec.structs.replace(webhook, enabled=False, why=why))
        shop = merchants.merchant(tx, webhook.merchant)
        what = f"A webhook of {shop.name} was disabled: nothing got through for three days"
        notifications.notify(tx, shop.owner, KIND.name, subject=webhook.id, data={"what": what})
        return False
    return webhook.enabled


def register(env: Env) -> None:
    env.part(notifications.Kinds).add(KIND)
