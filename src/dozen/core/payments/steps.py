"""What the turns of charges, refunds, payouts and saved methods share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from dozen.core.payments import queries
from dozen.core.payments.errors import MethodNotReady
from dozen.core.payments.gateway import Gateway, Refused, Snapshot, Unknown
from dozen.core.payments.rows import Row, save, schedule, what_is
from dozen.core.payments.structs import What, changed
from dozen.db import Tx

Outcome: TypeAlias = Snapshot | Unknown | Refused | None


class Step(msgspec.Struct, frozen=True):
    """One call to make, outside of any transaction."""

    what: What
    gateway: str
    kind: str
    call: Callable[[Gateway], Snapshot | None]


def later(tx: Tx, row: Row, at: int, *, old: Row | None = None, keep: bool = False) -> None:
    """Go on at a later moment. ``keep``: the row says so already."""
    if not keep:
        save(tx, row if old is None else old, changed(row, next_at=at))
    schedule(tx, what_is(row), row.id, at)


def has_token(tx: Tx, method_id: int) -> bool:
    return queries.token_of.first(tx, id=method_id) is not None


def token_of(tx: Tx, method_id: int) -> str:
    """What the gateway knows a saved method by. Raises MethodNotReady when it is none any more."""
    sealed = queries.token_of.first(tx, id=method_id)
    if sealed is None:
        raise MethodNotReady
    opened = tx.env.keys.unseal("payments.method", bytes(sealed), bound_to=str(method_id).encode())
    return opened.decode()
