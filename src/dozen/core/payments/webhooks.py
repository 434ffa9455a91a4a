"""What gateways tell us unasked."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from dozen.core import jobs
from dozen.core.payments import absorbing, event_queries, queries
from dozen.core.payments.absorbing import Contradiction
from dozen.core.payments.errors import BadWebhook
from dozen.core.payments.gateway import Event, Snapshot
from dozen.core.payments.parts import Gateways
from dozen.core.payments.references import read_reference
from dozen.core.payments.rows import lock, save, schedule
from dozen.core.payments.structs import Received, What, changed
from dozen.db import Tx
from dozen.kit import clock
from dozen.kit.env import Env

log = logging.getLogger("dozen.payments")

MOST_WEBHOOK = 1 << 18
"""Bytes of a webhook's body."""
_ABSORB: dict[What, Any] = {
    "charge": absorbing.absorb_charge,
    "refund": absorbing.absorb_refund,
    "payout": absorbing.absorb_payout,
    "method": absorbing.absorb_method,
}


def receive_webhook(env: Env, gateway: str, headers: Mapping[str, str], body: bytes) -> Received:
    """Take a webhook in, in a transaction of its own; returns when it is on disk.

    ``headers`` are by lower-case name. The same event counts once, whatever became of its first delivery's
    answer. Raises BadWebhook (nothing moved; answer 400), NoGateway. Answer 2xx for whatever is returned.
    """
    adapter = env.part(Gateways).get(gateway)
    if len(body) > MOST_WEBHOOK:
        raise BadWebhook
    event = adapter.read_webhook(headers, body, clock.now())
    return jobs.database(env).run_write(env, partial(_take, gateway=gateway, event=event))


def _take(tx: Tx, *, gateway: str, event: Event) -> Received:
    known = {"gateway": gateway, "event_id": event.id}
    ref = event.snapshot.ref if event.snapshot is not None else ""
    if not event_queries.add(
        tx, **known, type=event.type, ref=ref, outcome="applied", at=event.at, received_at=tx.now
    ):
        return Received(False, event_queries.outcome.first(tx, **known) or "applied")
    outcome = "foreign"
    if event.what and event.snapshot is not None:
        try:
            with tx.savepoint():
                outcome = _apply(tx, gateway, event.what, event.snapshot)
        except Contradiction as error:
            outcome = "contradiction"
            log.error("webhook %s (%s): %s", event.id, event.type, error)
    if outcome != "applied":
        event_queries.set_outcome(tx, in_gateway=gateway, this=event.id, now_outcome=outcome)
    return Received(True, outcome)


def _apply(tx: Tx, gateway: str, what: What, said: Snapshot) -> str:
    row = _find(tx, gateway, what, said)
    if row is None or row.gateway != gateway:
        return "foreign"
    done = _ABSORB[what](tx, row, said)
    if what == "method" and done.final_at is None:
        done = save(tx, done, changed(done, next_at=tx.now))  # messages do not hold the whole of it
    if done.next_at is not None and done.next_at <= tx.now:
        schedule(tx, what, row.id, tx.now)
    return "stale" if done == row else "applied"


def _find(tx: Tx, gateway: str, what: What, said: Snapshot) -> Any:
    """Our row, locked. By our own reference first: the gateway's id may not have reached us yet."""
    ours = read_reference(tx.env.keys, said.reference)
    if ours is not None:
        return lock(tx, what, ours[1]) if ours[0] == what else None
    found = queries.by_ref[what].first(tx, gateway=gateway, ref=said.ref)
    return None if found is None else lock(tx, what, found.id)
