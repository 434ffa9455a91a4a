"""The callback from server to server: the outcome, signed, to the order's callback address."""

from __future__ import annotations

from urllib.parse import urlencode

from dozen.core import jobs
from dozen.core.jobs import Handler, Job
from dozen.core.outbound import NotAllowed, Outbound, OutboundFailed
from dozen.db import Tx
from dozen.kit.env import Env
from dozen.services.wallet.compat.paytm.routes import sealed
from dozen.services.wallet.queries import orders as order_queries
from dozen.services.wallet.queries import paytm as queries
from dozen.services.wallet.service import merchant_keys, shop_events
from dozen.services.wallet.structs.merchants import Event

KIND = "wallet.paytm_callback"
_TELLS = frozenset(("intent.succeeded", "intent.failed", "intent.canceled"))
_SECONDS = 10.0


def tell(tx: Tx, event: Event) -> None:
    """Hung on a shop's events."""
    if event.type not in _TELLS:
        return
    order = queries.order_of_intent.first(tx, intent=event.subject)
    if order is not None and order.callback_url:
        jobs.enqueue(tx, KIND, {"intent": event.subject}, key=f"{KIND}:{event.subject}")


def call(env: Env, job: Job) -> None:
    """One attempt; what fails is tried again."""
    intent_id = int(job.payload["intent"])
    parcel = jobs.database(env).run_read(env, lambda tx: _pack(tx, intent_id))
    if parcel is None:
        return
    url, fields = parcel
    try:
        answer = env.part(Outbound).request(
            "POST",
            url,
            headers={"content-type": "application/x-www-form-urlencoded"},
            body=urlencode(fields).encode(),
            seconds=_SECONDS,
            most=1 << 16,
        )
    except NotAllowed as fault:  # the operator does not want this: asking again cannot help
        raise jobs.GiveUp(fault.detail) from fault
    if answer.status >= 400:
        raise OutboundFailed(f"The callback was answered with {answer.status}")


def _pack(tx: Tx, intent_id: int) -> tuple[str, dict[str, str]] | None:
    order = queries.order_of_intent.first(tx, intent=intent_id)
    intent = order_queries.intent_by_id.first(tx, id=intent_id)
    known = merchant_keys.signing_key(tx, order.mid) if order is not None else None
    if order is None or intent is None or known is None:
        return None
    return order.callback_url, sealed(order, intent, known[1])


def register(env: Env) -> None:
    env.part(shop_events.Words).listen(tell)


WORK: tuple[Handler, ...] = (jobs.handler(KIND, call, attempts=12, backoff_seconds=30),)
