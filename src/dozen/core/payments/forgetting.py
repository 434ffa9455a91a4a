"""When somebody's account is purged: their saved methods go. What they paid stays in the books."""

from __future__ import annotations

from dozen.core.payments import event_queries, queries
from dozen.core.payments.saving import remove_method
from dozen.db import Tx
from dozen.kit import clock

_AT_ONCE = 50
KEEP_EVENTS = 90 * clock.DAY


def forget(tx: Tx, person: int) -> bool:
    """Remove some of what is saved of a person; True while there is more."""
    found = queries.kept_methods.all(tx, owner=person, now=0, limit=_AT_ONCE)
    for method_id in found:
        remove_method(tx, person, method_id)
    return len(found) == _AT_ONCE


def trim(tx: Tx, limit: int = 2_000) -> bool:
    """Forget old webhooks. One that came again after that would find a state that it cannot move."""
    old = event_queries.old.all(tx, before=tx.now - KEEP_EVENTS, limit=limit)
    event_queries.drop.many(tx, [{"in_gateway": gateway, "this": event} for gateway, event in old])
    return len(old) == limit
