"""Releasing holds whose time is over."""

from __future__ import annotations

from dozen.core.ledger import queries
from dozen.core.ledger.applying import Applied, Change, Movement, apply
from dozen.core.ledger.opening import account
from dozen.core.ledger.structs import Hold, HoldState
from dozen.db import Tx

_AT_ONCE = 100


def release(tx: Tx, hold: Hold, state: HoldState) -> tuple[Applied, ...]:
    """Give back what is left of an open hold, whose row is locked. No money moves."""
    queries.put_hold(tx, this=hold.id, taken=hold.captured, now=state, closed=tx.now)
    movement = movement_of(tx, hold, -hold.rest)
    done = apply(tx, movement)
    if not isinstance(done, tuple):
        raise done
    return done


def movement_of(tx: Tx, hold: Hold, held: int) -> Movement:
    """Changing nothing but what is reserved."""
    return Movement(hold.id, tx.now, hold.kind, (Change(account(tx, hold.account_id), 0, held),))


def release_expired_on(tx: Tx, account_id: int) -> int:
    """Release an account's expired holds now instead of waiting for the job; how much became free.

    Holds that somebody else is just dealing with are passed over: waiting for them while holding the
    account's lock could be a deadlock.
    """
    freed = 0
    for hold in queries.expired_on.all(tx, account_id=account_id, now=tx.now, limit=_AT_ONCE):
        release(tx, hold, "expired")
        freed += hold.rest
    return freed
